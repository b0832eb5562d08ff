"""数电发票: kept by their number, compared with what they say of themselves, and joined to the documents they are for.

They post nothing: the documents do. What of a document has its tax invoice is a counter in the register of invoices, so
that no document gets more than it is worth, however many people record at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jingwei.finance import items
from jingwei.finance.items import Documents
from jingwei.finance.models import (
    InvoiceKind,
    RegisteredInvoice,
    TaxInvoice,
    TaxInvoiceColour,
    TaxInvoiceDirection,
    TaxInvoiceLine,
)
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.errors import DocumentRef, Problem, Text, refuse
from jingwei.platform.money import round_half_up

DRAFT, RECORDED, VOID = "draft", "recorded", "void"
KEY = "finance.tax-invoice"
ZERO = Decimal(0)
CURRENCY = "CNY"
#: How far tax may be from the rate on a whole invoice: what issuing platforms accept (尾差).
TAX_TOLERANCE = Decimal("1.27")
KINDS = {
    TaxInvoiceDirection.ISSUED: InvoiceKind.CUSTOMER,
    TaxInvoiceDirection.RECEIVED: InvoiceKind.SUPPLIER,
}


class Voiding(Input):
    """Why a tax invoice counts no more."""

    reason: str = asked(_("Reason"), _("Why the tax invoice is void."), min_length=2, max_length=200)


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """Digits as digits: full-width ones and spaces come from copied papers."""
    for draft in drafts:
        invoice: TaxInvoice = draft.record
        invoice.number, invoice.blue_number = digits(invoice.number), digits(invoice.blue_number)


def digits(text: str) -> str:
    """A number without spaces, in plain digits."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """What a tax invoice says of itself, that it is kept once, and that its lines fit; fills amounts left empty."""
    invoices: list[TaxInvoice] = [d.record for d in drafts]
    known = _by_number(command, invoices)
    documents = _resolve(command, invoices)
    problems = _taken(drafts, known)
    for draft in drafts:
        invoice: TaxInvoice = draft.record
        found = [*_self_problems(command, invoice), *_blue_problems(invoice, known)]
        problems += [p.at(row=draft.row) for p in found]
        for line, problem in _line_problems(invoice, documents):
            where = f"lines.{line - 1}.{problem.field or 'covers'}"
            problems.append(problem.at(field=where, row=draft.row, line=line))
    return problems


def _by_number(command: Command, invoices: Sequence[TaxInvoice]) -> dict[tuple[int, str], TaxInvoice]:
    """Tax invoices of the companies with the numbers given, as their own or as that of the blue one."""
    wanted = {n for i in invoices for n in (i.number, i.blue_number) if n}
    rows = TaxInvoice.objects.filter(
        group_id=command.actor.group_id, company_id__in={i.company_id for i in invoices}, number__in=wanted
    )
    return {(row.company_id, row.number): row for row in rows}


def _taken(drafts: Sequence[Draft], known: Mapping[tuple[int, str], TaxInvoice]) -> list[Problem]:
    """`tax_invoice.duplicate` for numbers that are kept already, or twice in this set."""
    seen: dict[tuple[int, str], TaxInvoice] = dict(known)
    problems = []
    for draft in drafts:
        invoice: TaxInvoice = draft.record
        first = seen.setdefault((invoice.company_id, invoice.number), invoice)
        if first is invoice or (draft.before is not None and first.pk == draft.before.pk):
            continue
        words = {"number": invoice.number, "date": first.issued_on.isoformat()}
        problems.append(
            Problem(
                "tax_invoice.duplicate",
                _("Tax invoice %(number)s of %(date)s is kept already.") % words,
                _("Open the first one; it may be joined to several documents."),
                field="number",
                row=draft.row,
                status=409,
                documents=(DocumentRef(KEY, first.pk, first.number),) if first.pk else (),
            )
        )
    return problems


def _self_problems(command: Command, invoice: TaxInvoice) -> Iterable[Problem]:
    message: Text
    if not _is_number(invoice.number):
        message = _("%(number)s is no number of a tax invoice: it has 20 digits.") % {"number": invoice.number}
        yield Problem("tax_invoice.number", message, field="number")
    if invoice.issued_on > command.today(invoice.company_id):
        message = _("A tax invoice is not issued in the future.")
        yield Problem("date.future", message, field="issued_on")
    issued = invoice.direction == TaxInvoiceDirection.ISSUED
    if not (invoice.party.is_customer if issued else invoice.party.is_supplier):
        message = _("%(party)s is not a customer.") if issued else _("%(party)s is not a supplier.")
        code = "party.not_customer" if issued else "party.not_supplier"
        yield Problem(code, message % {"party": invoice.party}, field="party")
    yield from _amount_problems(invoice)


def _is_number(text: str) -> bool:
    return len(text) == 20 and text.isascii() and text.isdigit()


def _amount_problems(invoice: TaxInvoice) -> Iterable[Problem]:
    message: Text
    for name in ("amount_net", "amount_tax", "amount_gross"):
        amount = getattr(invoice, name)
        if amount != round_half_up(amount, 2):
            message = _("%(amount)s has more decimals than the currency has.") % {"amount": f"{amount.normalize():f}"}
            yield Problem("amount.scale", message, field=name)
    difference = invoice.amount_gross - invoice.amount_net - invoice.amount_tax
    if difference:
        message = _("Net amount and tax differ from the total by %(difference)s.") % {
            "difference": f"{difference:,.2f}"
        }
        hint = _("Copy the three totals as they are printed.")
        yield Problem("tax_invoice.sum", message, hint, field="amount_gross")
    sign = -1 if invoice.colour == TaxInvoiceColour.RED else 1
    if sign * invoice.amount_gross <= 0 or sign * invoice.amount_net <= 0 or sign * invoice.amount_tax < 0:
        message = _("Amounts of a blue tax invoice are positive, of a red one negative.")
        yield Problem("tax_invoice.sign", message, field="amount_gross")
    if invoice.tax_rate is not None:
        reckoned = round_half_up(invoice.amount_net * invoice.tax_rate / 100, 2)
        if abs(invoice.amount_tax - reckoned) > TAX_TOLERANCE:
            message = _("Tax of %(given)s is more than %(tolerance)s away from %(reckoned)s at %(rate)s %%.") % {
                "given": f"{invoice.amount_tax:,.2f}",
                "tolerance": f"{TAX_TOLERANCE:f}",
                "reckoned": f"{reckoned:,.2f}",
                "rate": f"{invoice.tax_rate.normalize():f}",
            }
            yield Problem("tax.difference", message, _("Correct the tax, or the rate."), field="amount_tax")


def _blue_problems(invoice: TaxInvoice, known: Mapping[tuple[int, str], TaxInvoice]) -> Iterable[Problem]:
    """A red one names its blue one; where that is kept here, it is of the same party and direction, and not smaller."""
    message: Text
    if invoice.colour == TaxInvoiceColour.BLUE:
        if invoice.blue_number:
            message = _("Only a red tax invoice takes another one back.")
            yield Problem("tax_invoice.blue_given", message, field="blue_number")
        return
    if not _is_number(invoice.blue_number) or invoice.blue_number == invoice.number:
        message = _("A red tax invoice names the 20 digits of the blue one it takes back.")
        yield Problem("tax_invoice.blue_missing", message, field="blue_number")
        return
    blue = known.get((invoice.company_id, invoice.blue_number))
    if blue is None:
        return
    ref = DocumentRef(KEY, blue.pk, blue.number)
    if (blue.party_id, blue.direction, blue.colour) != (invoice.party_id, invoice.direction, TaxInvoiceColour.BLUE):
        message = _("%(number)s is no blue tax invoice of this party and direction.") % {"number": blue.number}
        yield Problem("tax_invoice.blue_other", message, field="blue_number", documents=(ref,))
    elif -invoice.amount_gross > blue.amount_gross:
        words = {"red": f"{-invoice.amount_gross:,.2f}", "blue": f"{blue.amount_gross:,.2f}", "number": blue.number}
        message = _("%(red)s is more than the %(blue)s of %(number)s.") % words
        yield Problem("tax_invoice.over", message, field="amount_gross", status=409, documents=(ref,))


def _resolve(command: Command, invoices: Sequence[TaxInvoice]) -> Documents:
    """What the lines' numbers mean; an amount left empty is what of the document has no tax invoice yet, as far as the
    total goes."""
    wanted = {(i.company_id, i.party_id, line.covers) for i in invoices for line in i.lines}
    documents = items.find(command, wanted) if wanted else Documents()
    for invoice in invoices:
        left = abs(invoice.amount_gross) - sum((abs(line.amount or ZERO) for line in invoice.lines), ZERO)
        for line in invoice.lines:
            id = documents.by_number.get((invoice.company_id, invoice.party_id, line.covers))
            row = documents.registered.get(id or 0)
            line.document_id = row.document_id if row is not None and row.party_id == invoice.party_id else None
            if line.amount is None and row is not None:
                rest = row.amount_gross - row.amount_tax_invoiced
                line.amount = rest if abs(rest) <= left else left.copy_sign(rest)
                left -= abs(line.amount)
    return documents


def _line_problems(invoice: TaxInvoice, documents: Documents) -> Iterable[tuple[int, Problem]]:
    message: Text
    named: set[int] = set()
    for number, line in enumerate(invoice.lines, start=1):
        row = documents.registered.get(line.document_id or 0)
        if row is None or row.kind != KINDS[TaxInvoiceDirection(invoice.direction)]:
            message = _("%(number)s is no posted invoice of this party.") % {"number": line.covers}
            hint = _("Give the number of the document, or the number the supplier gave it.")
            yield number, Problem("reference.unknown", message, hint)
            continue
        if row.document_id in named:
            yield number, Problem("allocation.twice", _("%(number)s is named twice.") % {"number": line.covers})
            continue
        named.add(row.document_id)
        if (problem := _line_problem(invoice, line, row, documents.ref(row.document_id))) is not None:
            yield number, problem
    covered = sum((abs(line.amount or ZERO) for line in invoice.lines), ZERO)
    if invoice.lines and covered > abs(invoice.amount_gross):
        words = {"lines": f"{covered:,.2f}", "gross": f"{abs(invoice.amount_gross):,.2f}"}
        message = _("The lines come to %(lines)s, more than the %(gross)s of the tax invoice.") % words
        yield len(invoice.lines), Problem("tax_invoice.exceeded", message, field="amount")


def _line_problem(
    invoice: TaxInvoice, line: TaxInvoiceLine, row: RegisteredInvoice, ref: DocumentRef
) -> Problem | None:
    amount = line.amount or ZERO
    words = {"number": ref.number, "amount": f"{abs(amount):,.2f}", "currency": row.currency_id}
    if row.is_reversed:
        message: Text = _("Invoice %(number)s is reversed.") % words
        return Problem("invoice.reversed", message, status=409, documents=(ref,))
    if row.currency_id != CURRENCY:
        message = _("%(number)s is in %(currency)s: tax invoices are in yuan.") % words
        return Problem("allocation.currency", message, documents=(ref,))
    if amount != round_half_up(amount, 2):
        message = _("%(amount)s has more decimals than the currency has.") % {"amount": f"{amount.normalize():f}"}
        return Problem("amount.scale", message, field="amount")
    if amount * invoice.amount_gross <= 0 or amount * row.amount_gross < 0:
        message = _("%(number)s: a red tax invoice belongs to a credit note, a blue one to an invoice.") % words
        return Problem("allocation.sign", message, field="amount", documents=(ref,))
    left = row.amount_gross - row.amount_tax_invoiced
    if abs(amount) > abs(left):
        message = _("%(number)s: %(amount)s is more than the %(left)s that has no tax invoice yet.") % {
            **words,
            "left": f"{abs(left):,.2f}",
        }
        return Problem("tax_invoice.over", message, field="amount", status=409, documents=(ref,))
    return None


def record(command: Command, invoices: Sequence[TaxInvoice], inputs: Input) -> None:
    """Keep tax invoices for good and raise what of their documents has one. Raises `tax_invoice.over` …"""
    documents = _lock(command, invoices)
    for invoice in invoices:
        refuse(problem.at(line=line) for line, problem in _line_problems(invoice, documents))
        _raise(invoice, documents, 1)
    sets.update(list(documents.registered.values()), ["amount_tax_invoiced"])


def reopen(command: Command, invoices: Sequence[TaxInvoice], inputs: Input) -> None:
    """Back to draft, to be joined to other documents."""
    documents = _lock(command, invoices)
    for invoice in invoices:
        _raise(invoice, documents, -1)
    sets.update(list(documents.registered.values()), ["amount_tax_invoiced"])


def void(command: Command, invoices: Sequence[TaxInvoice], inputs: Voiding) -> None:
    """The tax invoice counts no more; its number stays taken and its documents are without it again."""
    reopen(command, invoices, inputs)
    for invoice in invoices:
        invoice.void_reason = inputs.reason


def _lock(command: Command, invoices: Sequence[TaxInvoice]) -> Documents:
    ids = {line.document_id for i in invoices for line in i.lines if line.document_id}
    if not ids:
        return Documents()
    rows = RegisteredInvoice.objects.select_for_update(no_key=True, of=("self",)).filter(
        group_id=command.actor.group_id, document_id__in=ids
    )
    found = list(rows.select_related("document").order_by("id"))
    return Documents({}, {r.document_id: items.ref_of(r.document) for r in found}, {r.document_id: r for r in found})


def _raise(invoice: TaxInvoice, documents: Documents, sign: int) -> None:
    for line in invoice.lines:
        if line.document_id is not None:
            documents.registered[line.document_id].amount_tax_invoiced += sign * (line.amount or ZERO)


def of_documents(group_id: int, document_ids: Iterable[int]) -> dict[int, list[DocumentRef]]:
    """The recorded tax invoices of documents."""
    rows = (
        TaxInvoiceLine.objects.filter(group_id=group_id, document_id__in=set(document_ids), tax_invoice__state=RECORDED)
        .order_by("tax_invoice_id")
        .values_list("document_id", "tax_invoice_id", "tax_invoice__number")
    )
    found: dict[int, list[DocumentRef]] = {}
    for document, id, number in rows:
        found.setdefault(document or 0, []).append(DocumentRef(KEY, id, number))
    return found
