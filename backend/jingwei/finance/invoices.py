"""What is common to all invoices, whichever department's document they are: the register and the journal entry.

An invoice is in the register once. A supplier's number is there once per supplier, however it is written, as long as
the invoice stands. What blocks an invoice for payment is kept here, because payments ask here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from jingwei.books import journal
from jingwei.books.models import Account, Area, EntryKind, OpenItem
from jingwei.books.posting import PostingLine
from jingwei.books.roles import Role
from jingwei.books.rules import RuleFault
from jingwei.finance import ledger
from jingwei.finance.ledger import Books, Posting
from jingwei.finance.models import InvoiceKind, RegisteredInvoice
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import DocumentRef, Problem, Refusal, refuse
from jingwei.platform.models import RegistryRow
from jingwei.platform.text import compact

__all__ = ["InvoiceDraft", "InvoiceKind", "Posting", "open_amounts", "post", "release", "reverse", "wait"]

PURPOSE = "invoice"
ZERO = Decimal(0)
#: Control account, its normal side (debit 1, credit −1) and the lock of each kind.
CONTROLS = {
    InvoiceKind.CUSTOMER: (Role.AR, 1, Area.SALES),
    InvoiceKind.SUPPLIER: (Role.AP, -1, Area.PURCHASING),
}


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """An invoice to be posted. `amount_gross` is in `currency`, negative for a credit note; `rate` is functional
    currency for one unit of it. `number_given` is the supplier's own number, `blocked` why it may not be paid until
    somebody releases it, `awaited` what it waits for beside that, and no longer when it has come."""

    document_id: int
    company_id: int
    kind: str
    party_id: int
    invoiced_on: date
    posted_on: date
    due_on: date
    currency: str
    rate: Decimal
    amount_gross: Decimal
    postings: Sequence[Posting]
    number_given: str = ""
    blocked: Sequence[str] = ()
    awaited: Sequence[str] = ()
    summary: str = ""


def post(command: Command, drafts: Sequence[InvoiceDraft]) -> None:
    """Enter invoices in the register and post one entry for each; the statements do not grow with them.

    Raises Refusal 409 `invoice.duplicate` with the first of the number, `books.account.undetermined`,
    `books.not_started`, 422 `amount.too_small`, and what `books.journal.post` raises.
    """
    if not drafts:
        return
    books = ledger.books_of(command, (d.company_id for d in drafts))
    lines = {d.document_id: books[d.company_id].lines(d.postings) for d in drafts}
    refuse(p for d in drafts if (p := _wrong(d, books[d.company_id], lines[d.document_id])) is not None)
    _register(command, drafts)
    wanted = ((d.company_id, line.account) for d in drafts for line in lines[d.document_id])
    accounts = ledger.accounts_of(command, wanted)
    journal.post(command, [_entry(d, books[d.company_id], lines[d.document_id], accounts) for d in drafts])


def _wrong(draft: InvoiceDraft, books: Books, lines: Sequence[PostingLine]) -> Problem | None:
    """The control account takes the gross amount: exactly, or at the rate. A caller whose postings say otherwise is
    wrong; an amount that is nothing in functional currency could never be settled, and is refused."""
    role, sign, _area = CONTROLS[InvoiceKind(draft.kind)]
    controls = [line for line in lines if line.role == role]
    functional = sign * ledger.control(lines, role)
    if len(controls) > 1:
        raise RuleFault(f"document {draft.document_id}: {len(controls)} lines of {role}, an invoice has one")
    if draft.currency == books.currency and functional != draft.amount_gross:
        raise RuleFault(f"document {draft.document_id}: {role} {functional}, gross amount {draft.amount_gross}")
    if not functional and draft.amount_gross:
        message = _("%(amount)s %(currency)s is less than the smallest amount in %(own)s.") % {
            "amount": f"{draft.amount_gross:f}",
            "currency": draft.currency,
            "own": books.currency,
        }
        return Problem("amount.too_small", message, field="amount_gross")
    return None


def _entry(
    draft: InvoiceDraft, books: Books, lines: Sequence[PostingLine], accounts: dict[tuple[int, str], Account]
) -> journal.EntryDraft:
    role, sign, area = CONTROLS[InvoiceKind(draft.kind)]
    foreign = draft.currency != books.currency
    owed = {
        "currency": draft.currency,
        "amount_currency": sign * draft.amount_gross,
        "rate": draft.rate,
        "due_on": draft.due_on,
    }
    return journal.EntryDraft(
        company_id=draft.company_id,
        currency=books.currency,
        posted_on=draft.posted_on,
        document_id=draft.document_id,
        purpose=PURPOSE,
        area=area,
        kind=EntryKind.EXCHANGE if foreign else EntryKind.ORDINARY,
        summary=draft.summary,
        lines=ledger.drafted(lines, accounts, draft.company_id, draft.party_id, {role: owed}),
    )


def _register(command: Command, drafts: Sequence[InvoiceDraft]) -> None:
    group_id = command.actor.group_id
    rows = [
        RegisteredInvoice(
            group_id=group_id,
            document_id=d.document_id,
            company_id=d.company_id,
            kind=d.kind,
            party_id=d.party_id,
            number_given=d.number_given,
            number_folded=compact(d.number_given)[:250],
            invoiced_on=d.invoiced_on,
            due_on=d.due_on,
            currency_id=d.currency,
            amount_gross=d.amount_gross,
            is_blocked=bool(d.blocked or d.awaited),
            blocked=[str(reason) for reason in d.blocked],
            awaited=[str(reason) for reason in d.awaited],
        )
        for d in drafts
    ]
    for row, id in zip(rows, sets.next_ids(len(rows)), strict=True):
        row.pk = id
    refuse(_duplicates(group_id, rows))
    try:
        with transaction.atomic():
            sets.insert(rows)
    except IntegrityError:  # another transaction entered the number since: it is there to be named now
        refuse(_duplicates(group_id, rows))
        raise


def _duplicates(group_id: int, rows: Sequence[RegisteredInvoice]) -> list[Problem]:
    """`invoice.duplicate` for numbers that stand in the register, or twice in this set, with the first of them."""
    own = [r for r in rows if r.kind == InvoiceKind.SUPPLIER and r.number_folded]
    if not own:
        return []
    standing = RegisteredInvoice.objects.filter(
        group_id=group_id,
        kind=InvoiceKind.SUPPLIER,
        is_reversed=False,
        party_id__in={r.party_id for r in own},
        number_folded__in={r.number_folded for r in own},
    )
    known = {(r.party_id, r.number_folded): r for r in standing}
    problems = []
    for row in own:
        first = known.setdefault((row.party_id, row.number_folded), row)
        if first is not row:
            problems.append((row, first))
    names = named(group_id, {first.document_id for _row, first in problems})
    return [
        Problem(
            "invoice.duplicate",
            _("Invoice %(number)s of the supplier is entered already: %(first)s of %(date)s over %(amount)s.")
            % {
                "number": row.number_given,
                "first": names[first.document_id].number,
                "date": first.invoiced_on.isoformat(),
                "amount": f"{first.amount_gross:,.2f} {first.currency_id}",
            },
            _("Open the first one; if it was wrong, reverse it before you enter the number again."),
            field="number_given",
            status=409,
            documents=(names[first.document_id],),
        )
        for row, first in problems
    ]


def named(group_id: int, document_ids: Collection[int]) -> dict[int, DocumentRef]:
    """Documents as refusals name them, by id."""
    rows = RegistryRow.objects.filter(group_id=group_id, id__in=document_ids) if document_ids else ()
    return {r.pk: DocumentRef(r.type, r.pk, r.number or f"#{r.pk}") for r in rows}


def reverse(command: Command, document_ids: Sequence[int], posted_on: date) -> None:
    """Reverse the entries of invoices in red; their supplier's numbers are free again.

    Raises Refusal 409 `allocation.exists` with the documents that settled one, `doc.has_successors` with the tax
    invoices joined to one, `invoice.reversed`, and what `books.journal.reverse` raises.
    """
    rows = _locked(command, document_ids)
    gone = [r for r in rows if r.is_reversed]
    if gone:
        names = named(command.actor.group_id, {r.document_id for r in gone})
        refuse(_reversed_already(names[r.document_id]) for r in gone)
    refuse(_with_tax_invoices(command, [r for r in rows if r.amount_tax_invoiced]))
    for kind, (_role, _sign, area) in CONTROLS.items():
        ids = [r.document_id for r in rows if r.kind == kind]
        if ids:
            journal.reverse(command, ids, posted_on, area=area, purposes={PURPOSE})
    for row in rows:
        row.is_reversed, row.is_blocked = True, False
    sets.update(rows, ["is_reversed", "is_blocked"])


def _with_tax_invoices(command: Command, rows: Sequence[RegisteredInvoice]) -> list[Problem]:
    from jingwei.finance.tax_invoices import of_documents

    if not rows:
        return []
    group_id = command.actor.group_id
    names = named(group_id, {r.document_id for r in rows})
    joined = of_documents(group_id, names)
    return [
        Problem(
            "doc.has_successors",
            _("Invoice %(number)s has tax invoices: %(taxed)s.")
            % {
                "number": names[row.document_id].number,
                "taxed": ", ".join(d.number for d in joined.get(row.document_id, ())),
            },
            _("Change the tax invoices first: join them to another document, or declare them void."),
            status=409,
            documents=tuple(joined.get(row.document_id, ())),
        )
        for row in rows
    ]


def _reversed_already(invoice: DocumentRef) -> Problem:
    message = _("Invoice %(number)s is reversed.") % {"number": invoice.number}
    return Problem("invoice.reversed", message, status=409, documents=(invoice,))


def release(command: Command, document_ids: Sequence[int]) -> None:
    """Let invoices be paid; the reasons that blocked them stay on record."""
    rows = [r for r in _locked(command, document_ids) if r.is_blocked]
    for row in rows:
        row.is_blocked = False
    sets.update(rows, ["is_blocked"])


def wait(
    command: Command, reasons: Mapping[int, Sequence[str]], *, anew: Collection[int] = ()
) -> dict[int, RegisteredInvoice]:
    """What invoices, by document, wait for now: who waits for nothing more is blocked only by other reasons. Those of
    `anew` waited for nothing and are blocked again, also where somebody had released them or they are paid: what was
    released was something else, and a payment can be taken back. Returns the rows of those that are changed; what was
    posted before reasons were told apart stays as it is until it is released."""
    rows = [r for r in _locked(command, list(reasons)) if r.awaited or r.document_id in anew]
    for row in rows:
        row.awaited = list(reasons[row.document_id])
        if row.document_id in anew:
            row.is_blocked = True
        elif not row.awaited:
            row.is_blocked = row.is_blocked and bool(row.blocked)
    sets.update(rows, ["awaited", "is_blocked"])
    return {row.document_id: row for row in rows}


def _locked(command: Command, document_ids: Sequence[int]) -> list[RegisteredInvoice]:
    """The register's rows of documents, locked in their order. Raises Refusal 404 `record.not_found`."""
    rows = RegisteredInvoice.objects.select_for_update(no_key=True).filter(
        group_id=command.actor.group_id, document_id__in=document_ids
    )
    found = list(rows.order_by("id"))
    missing = Counter(document_ids) - Counter(r.document_id for r in found)
    if missing:
        message = _("There is no invoice %(id)s in the register.") % {"id": min(missing)}
        raise Refusal(Problem("record.not_found", message, status=404))
    return found


def open_amounts(group_id: int, document_ids: Iterable[int]) -> dict[int, Decimal]:
    """What is still open of invoices, in their currency; negative for a credit note. Nothing for one not posted."""
    ids = set(document_ids)
    if not ids:
        return {}
    rows = RegisteredInvoice.objects.filter(group_id=group_id, document_id__in=ids)
    signs = {document: CONTROLS[InvoiceKind(kind)] for document, kind in rows.values_list("document_id", "kind")}
    items = (
        OpenItem.objects.filter(group_id=group_id, document_id__in=signs, account__role__in=(Role.AR, Role.AP))
        .values("document_id")
        .annotate(total=models.Sum("open"))
    )
    totals = {row["document_id"]: row["total"] for row in items}
    return {document: sign * totals.get(document, ZERO) for document, (_role, sign, _area) in signs.items()}
