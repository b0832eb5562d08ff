"""Documents by the numbers people write, the open items behind them, and how much of each is taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.books.models import Account, OpenItem
from jingwei.books.roles import Role
from jingwei.finance.models import RegisteredInvoice
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import DocumentRef, Problem, Text
from jingwei.platform.models import RegistryRow
from jingwei.platform.text import compact, fold

ZERO = Decimal(0)

#: A company, a party, and the number somebody wrote.
Wanted = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """So much (> 0, in its currency) of an open item."""

    item: OpenItem
    amount: Decimal

    @property
    def is_debit(self) -> bool:
        """Whether the item is a debit: we are to get it."""
        return bool(self.item.amount > 0)


@dataclass(slots=True)
class Documents:
    """What numbers mean, and the register's word on the invoices among them."""

    by_number: dict[Wanted, int] = field(default_factory=dict)
    refs: dict[int, DocumentRef] = field(default_factory=dict)
    registered: dict[int, RegisteredInvoice] = field(default_factory=dict)

    def ref(self, document_id: int) -> DocumentRef:
        """The document as refusals name it."""
        return self.refs.get(document_id) or DocumentRef("", document_id, f"#{document_id}")


class Open:
    """Open items of a party's documents, with what is left of them while amounts are taken. Signs are debit − credit:
    what we are to get is positive."""

    def __init__(self, rows: Iterable[OpenItem]) -> None:
        self.by_document: dict[tuple[int, int], list[OpenItem]] = defaultdict(list)
        self.items = {row.pk: row for row in rows}
        self.left = {row.pk: row.open for row in self.items.values()}
        for row in sorted(self.items.values(), key=lambda r: (r.due_on, r.pk)):
            self.by_document[row.document_id, row.party_id].append(row)

    def of(self, document_id: int | None, party_id: int) -> list[OpenItem]:
        """Items of a document, the oldest due first."""
        return self.by_document.get((document_id or 0, party_id), [])

    def net(self, document_id: int | None, party_id: int, currency: str) -> Decimal:
        """What is left of a document in a currency."""
        own = (i for i in self.of(document_id, party_id) if i.currency_id == currency)
        return sum((self.left[i.pk] for i in own), ZERO)

    def side(self, document_id: int | None, party_id: int, currency: str, sign: int) -> Decimal:
        """What is left (≥ 0) on the side of `sign` alone."""
        own = (self.left[i.pk] for i in self.of(document_id, party_id) if i.currency_id == currency)
        return sum((abs(left) for left in own if left * sign > 0), ZERO)

    def due_on(self, document_id: int | None, party_id: int) -> date | None:
        """When the first open item of a document falls due."""
        items = self.of(document_id, party_id)
        return next((i.due_on for i in items if self.left[i.pk]), items[0].due_on if items else None)

    def take(self, document_id: int, party_id: int, currency: str, amount: Decimal) -> list[Piece]:
        """Take an amount, the oldest due first; the caller knows that so much is left on its side."""
        pieces, wanted, sign = [], abs(amount), 1 if amount > 0 else -1
        for item in self.of(document_id, party_id):
            if item.currency_id == currency and wanted and self.left[item.pk] * sign > 0:
                part = min(wanted, abs(self.left[item.pk]))
                self.left[item.pk] -= sign * part
                wanted -= part
                pieces.append(Piece(item, part))
        assert not wanted, f"{wanted} more than document {document_id} has open"
        return pieces


def find(command: Command, wanted: Iterable[Wanted]) -> Documents:
    """What numbers mean: a document's own number, or the number a supplier gave an invoice. Two statements."""
    asked = set(wanted)
    group_id = command.actor.group_id
    texts = {text for _company, _party, text in asked}
    rows = RegistryRow.objects.filter(
        group_id=group_id,
        company_id__in={company for company, _party, _text in asked},
        type__in=[d.key for d in catalogue.by_model.values()],
        number__in={*texts, *(text.upper() for text in texts)},
    )
    numbered = list(rows.order_by("-id"))
    given = models.Q(
        party_id__in={party for _company, party, _text in asked},
        number_folded__in={compact(text) for text in texts} - {""},
    )
    registered = list(
        RegisteredInvoice.objects.filter(models.Q(document_id__in=[r.pk for r in numbered]) | given, group_id=group_id)
        .select_related("document")
        .order_by("-is_reversed", "id")
    )
    own = {(r.company_id, fold(r.number)): r.pk for r in numbered}
    supplied = {(r.company_id, r.party_id, r.number_folded): r.document_id for r in registered}
    found = {}
    for company, party, text in asked:
        document = own.get((company, fold(text))) or supplied.get((company, party, compact(text)))
        if document is not None:
            found[company, party, text] = document
    refs = {r.pk: ref_of(r) for r in (*(r.document for r in registered), *numbered)}
    return Documents(found, refs, {r.document_id: r for r in registered})


def describe(command: Command, items: Open) -> Documents:
    """Names and register rows of the documents of open items. One statement."""
    documents = {item.document_id: item.document for item in items.items.values()}
    registered = RegisteredInvoice.objects.filter(group_id=command.actor.group_id, document_id__in=documents)
    return Documents({}, {id: ref_of(row) for id, row in documents.items()}, {r.document_id: r for r in registered})


def ref_of(row: RegistryRow) -> DocumentRef:
    """The document as refusals name it."""
    return DocumentRef(row.type, row.pk, row.number or f"#{row.pk}")


def open_of(
    command: Command,
    document_ids: Collection[int],
    party_ids: Collection[int],
    roles: Collection[Role],
    *,
    lock: bool = False,
    also: models.Q | None = None,
) -> Open:
    """Items of documents (and those of `also`) on accounts of `roles`; locked in id order when asked."""
    condition = models.Q(document_id__in=document_ids, party_id__in=party_ids)
    rows = OpenItem.objects.filter(
        condition if also is None else condition | also, group_id=command.actor.group_id, account__role__in=roles
    ).select_related("account", "document")
    if lock:
        rows = rows.select_for_update(no_key=True, of=("self",))
    found = Open(rows.order_by("id"))
    for item in found.items.values():
        command.loaded[Account][item.account_id] = item.account  # the journal asks for it next
    return found


def problem_of(
    documents: Documents, items: Open, document_id: int, party_id: int, currency: str, amount: Decimal
) -> Problem | None:
    """Why an amount (debit − credit) of a document cannot be settled, or None."""
    ref = documents.ref(document_id)
    registered = documents.registered.get(document_id)
    words: dict[str, Any] = {"number": ref.number, "amount": f"{abs(amount):,.2f}", "currency": currency}
    message: Text
    if registered is not None and registered.is_reversed:
        message = _("Invoice %(number)s is reversed.") % words
        return Problem("invoice.reversed", message, status=409, documents=(ref,))
    others = {i.currency_id for i in items.of(document_id, party_id)} - {currency}
    if others and not any(i.currency_id == currency for i in items.of(document_id, party_id)):
        message = _("%(number)s is in %(other)s, not in %(currency)s.") % {**words, "other": min(others)}
        hint = _("Pay it in its own currency.")
        return Problem("allocation.currency", message, hint, documents=(ref,))
    sign = 1 if amount > 0 else -1
    there, opposite = (items.side(document_id, party_id, currency, s) for s in (sign, -sign))
    if not amount and (there or opposite):
        return Problem("amount.not_positive", _("The amount must not be 0."))
    if not there and opposite:
        message = _("%(number)s is open the other way: its amount takes the other sign here.") % words
        return Problem("allocation.sign", message, documents=(ref,))
    if not there:
        message = _("%(number)s is settled already: nothing of it is open.") % words
        return Problem("allocation.over", message, _OFFER, status=409, documents=(ref,))
    if abs(amount) > there:
        message = _("%(number)s: %(amount)s is more than the %(open)s that is open.") % {
            **words,
            "open": f"{there:,.2f}",
        }
        return Problem("allocation.over", message, _OFFER, status=409, documents=(ref,))
    return None


_OFFER = _("Settle at most what is open; the rest can be kept as an advance.")


def blocked(documents: Documents, document_ids: Iterable[int]) -> list[Problem]:
    """`invoice.blocked` for invoices that may not be paid yet, with the reasons."""
    problems = []
    for id in document_ids:
        row = documents.registered.get(id)
        if row is not None and row.is_blocked:
            ref = documents.ref(id)
            problems.append(
                Problem(
                    "invoice.blocked",
                    _("Invoice %(number)s is blocked for payment: %(reasons)s.")
                    % {"number": ref.number, "reasons": "; ".join(str(reason).rstrip(".。") for reason in row.reasons)},
                    _("Have the differences approved, then release the invoice."),
                    status=409,
                    documents=(ref,),
                )
            )
    return problems


def unknown(number: str) -> Problem:
    """`reference.unknown` for a number that is no document of the party."""
    return Problem(
        "reference.unknown",
        _("%(number)s is no posted document of this party.") % {"number": number},
        _("Give the number of the document, or the number the supplier gave it."),
    )


def in_order(pieces: Sequence[Piece]) -> list[tuple[int, Decimal]]:
    """Pieces as `books.settling.shares` asks for them."""
    return [(piece.item.pk, piece.amount) for piece in pieces]
