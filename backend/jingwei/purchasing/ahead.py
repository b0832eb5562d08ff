"""票到货未到: goods that are invoiced before they come. Their cost waits in an account of its own (P04) until a receipt
brings them (P05, first invoiced first), or a credit note takes them back. Services have no cost to wait.

All that is done here, is done while the order lines are locked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from jingwei.books import journal
from jingwei.books.models import Area
from jingwei.books.posting import GoodsLine
from jingwei.books.roles import Role
from jingwei.finance import ledger
from jingwei.finance.ledger import Books, Posting
from jingwei.masterdata.models import ItemCategory
from jingwei.masterdata.units import to_stock
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import DocumentRef, Problem
from jingwei.platform.money import round_half_up
from jingwei.purchasing import awaiting
from jingwei.purchasing.counters import Came, Key, plain
from jingwei.purchasing.models import (
    GoodsReceipt,
    GoodsReceiptLine,
    InvoiceMatch,
    PurchaseOrderLine,
    SupplierInvoiceKind,
    SupplierInvoiceLine,
)
from jingwei.stock import revaluing
from jingwei.stock.models import ValueEntry, ValueKind

ZERO = Decimal(0)
INVOICED, ARRIVED, ACCRUAL = (
    "purchase.invoiced_before_receipt",
    "purchase.received_after_invoice",
    "purchase.accrual_reversed",
)
PURPOSE = "matched"
Accounts = dict[Key, tuple[int, str]]


@dataclass(slots=True)
class Want:
    """What a line of a receipt or credit note takes of what is invoiced ahead of an order line."""

    document_id: int
    document_line: int
    ordered: PurchaseOrderLine
    quantity: Decimal


def stock_accounts(command: Command, receipt_ids: Iterable[int]) -> Accounts:
    """Move and stock account, by code, of the receipt lines that went into the stock; services have none."""
    rows = ValueEntry.objects.filter(
        group_id=command.actor.group_id,
        kind=ValueKind.MOVE,
        move__document_id__in=set(receipt_ids),
        move__reverses=None,
    )
    values = rows.values_list("move__document_id", "move__document_line", "move_id", "account__code")
    return {(document, line): (move or 0, account) for document, line, move, account in values}


def over(wants: Iterable[tuple[int, PurchaseOrderLine, Decimal]]) -> list[Problem]:
    """`invoice.over` where more would be invoiced before it came than is still to come. `wants` are (line of the
    invoice, order line, quantity); several of one order line are added up."""
    asked: dict[int, Decimal] = defaultdict(lambda: ZERO)
    problems = []
    for line, ordered, quantity in wants:
        asked[ordered.pk] += quantity
        still = ordered.quantity - ordered.quantity_received - ordered.quantity_ahead
        if asked[ordered.pk] > still:
            words = {
                "line": ordered.line,
                "order": ordered.order,
                "more": plain(asked[ordered.pk]),
                "open": plain(still),
                "ordered": plain(ordered.quantity),
            }
            problems.append(
                Problem(
                    "invoice.over",
                    _(
                        "Line %(line)s of %(order)s: %(more)s would be invoiced beyond what came; %(open)s of "
                        "%(ordered)s are neither received nor invoiced."
                    )
                    % words,
                    _("Invoice at most what was ordered, or have the order changed."),
                    field="lines",
                    line=line,
                    status=409,
                    documents=(DocumentRef("purchasing.order", ordered.order_id, ordered.order.number),),
                )
            )
    return problems


def came_already(
    command: Command, wants: Sequence[tuple[int, PurchaseOrderLine]], known: Iterable[Came]
) -> list[Problem]:
    """`invoice.came`: what came and is not invoiced is invoiced by its receipt, before anything is invoiced ahead.
    `known` are receipt lines counted already by the invoices in hand."""
    if not wants:
        return []
    counted = {came.line.pk: came.line for came in known}
    rows = GoodsReceiptLine.objects.filter(
        group_id=command.actor.group_id,
        order_id__in={ordered.order_id for _line, ordered in wants},
        receipt__state="posted",
        quantity__gt=F("quantity_returned") + F("quantity_invoiced"),
    )
    waiting: dict[Key, list[GoodsReceipt]] = defaultdict(list)
    for row in rows.select_related("receipt").order_by("id"):
        now = counted.get(row.pk, row)
        if now.quantity > now.quantity_returned + now.quantity_invoiced:
            waiting[row.order_id, row.order_line].append(row.receipt)
    return [
        Problem(
            "invoice.came",
            _("Line %(line)s of %(order)s: some of it came with %(receipts)s and is not invoiced yet.")
            % {"line": ordered.line, "order": ordered.order, "receipts": ", ".join(str(r) for r in found)},
            _("Invoice what came by its receipt first."),
            field="lines",
            line=line,
            status=409,
            documents=tuple(DocumentRef("purchasing.receipt", r.pk, r.number) for r in found),
        )
        for line, ordered in wants
        if (found := waiting.get((ordered.order_id, ordered.line)))
    ]


# --- taking of it -----------------------------------------------------------------------------------------------------


def take(command: Command, wants: Sequence[Want], decimals: int) -> tuple[list[InvoiceMatch], list[Want]]:
    """Match what is wanted with what is invoiced ahead, first invoiced first, each with its share of the cost: parts
    add up to it. What there is not enough of comes back beside the matches. Nothing is written."""
    if not wants:
        return [], []
    rows = SupplierInvoiceLine.objects.filter(
        group_id=command.actor.group_id,
        order_id__in={w.ordered.order_id for w in wants},
        quantity_ahead__gt=F("quantity_arrived"),
        invoice__kind=SupplierInvoiceKind.INVOICE,
        invoice__state="posted",
    )
    waiting: dict[Key, list[SupplierInvoiceLine]] = defaultdict(list)
    for row in rows.select_related("invoice").order_by("id"):
        waiting[row.order_id or 0, row.order_line or 0].append(row)
    matches, short = [], []
    for want in wants:
        left = want.quantity
        for line in waiting[want.ordered.order_id, want.ordered.line]:
            part = min(left, line.quantity_ahead - line.quantity_arrived)
            if part <= 0:
                continue
            left -= part
            upto = round_half_up(line.amount_ahead * (line.quantity_arrived + part) / line.quantity_ahead, decimals)
            match = InvoiceMatch(
                group_id=command.actor.group_id,
                invoice_line=line,
                document_id=want.document_id,
                document_line=want.document_line,
                quantity=part,
                amount=upto - line.amount_arrived,
            )
            line.quantity_arrived, line.amount_arrived = line.quantity_arrived + part, upto
            matches.append(match)
        if left:
            short.append(want)
    return matches, short


def keep(matches: Sequence[InvoiceMatch]) -> None:
    """Write new matches, and how far the invoices' lines are matched."""
    if not matches:
        return
    for match, id in zip(matches, sets.next_ids(len(matches)), strict=True):
        match.pk = id
    sets.update(_lines(matches), ["quantity_arrived", "amount_arrived"])
    sets.insert(matches)


def _lines(matches: Iterable[InvoiceMatch]) -> list[SupplierInvoiceLine]:
    return list({m.invoice_line_id: m.invoice_line for m in matches}.values())


def give_back(command: Command, document_ids: Iterable[int]) -> list[InvoiceMatch]:
    """Undo the matches of receipts or credit notes: what they took is ahead again. Returns them."""
    rows = InvoiceMatch.objects.filter(
        group_id=command.actor.group_id, document_id__in=set(document_ids), is_reversed=False
    )
    matches = list(rows.select_related("invoice_line__invoice").order_by("id"))
    if not matches:
        return []
    same = {line.pk: line for line in _lines(matches)}
    for match in matches:
        match.invoice_line = same[match.invoice_line_id]
        match.is_reversed = True
        match.invoice_line.quantity_arrived -= match.quantity
        match.invoice_line.amount_arrived -= match.amount
    sets.update(matches, ["is_reversed"])
    sets.update(list(same.values()), ["quantity_arrived", "amount_arrived"])
    return matches


# --- receipts ---------------------------------------------------------------------------------------------------------

Coming = list[tuple[GoodsReceipt, GoodsReceiptLine, PurchaseOrderLine, Decimal]]


def coming(pairs: Iterable[tuple[GoodsReceipt, GoodsReceiptLine, PurchaseOrderLine]]) -> Coming:
    """How much of what comes is invoiced already; lowers what is ahead of the order lines by it."""
    found = []
    for receipt, line, ordered in pairs:
        part = min(line.quantity, ordered.quantity_ahead)
        if part > 0:
            ordered.quantity_ahead -= part
            found.append((receipt, line, ordered, part))
    return found


def arrive(command: Command, came: Coming) -> None:
    """The cost that waited goes to the goods that came, in place of what was accrued for them: the difference is a late
    price of the receipt. Dated with the receipt, or with the invoice where that is later."""
    if not came:
        return
    lines = {(receipt.pk, line.line): Came(line, ordered) for receipt, line, ordered, _q in came}
    receipts = {receipt.pk: receipt for receipt, _l, _o, _q in came}
    books = ledger.books_of(command, {r.company_id for r in receipts.values()})
    accounts = stock_accounts(command, receipts)
    matches: list[InvoiceMatch] = []
    for company_id, own_books in sorted(books.items()):
        wants = [Want(r.pk, line.line, o, q) for r, line, o, q in came if r.company_id == company_id]
        found, short = take(command, wants, own_books.decimals)
        assert not short, "what is ahead of an order line is the sum of what its invoices have ahead"
        matches += found
    for match in matches:
        came_line = lines[match.document_id, match.document_line]
        match.amount_accrued = came_line.share(match.quantity, books[receipts[match.document_id].company_id].decimals)
        came_line.line.quantity_invoiced += match.quantity
        came_line.line.amount_invoiced += match.amount_accrued
    keep(matches)
    goods = [m for m in matches if (m.document_id, m.document_line) in accounts]
    days = {r.pk: command.date_of(r.moved_at, r.company_id) for r in receipts.values()}
    for match in goods:
        days[match.document_id] = max(days[match.document_id], match.invoice_line.invoice.posted_on)
    _post(command, goods, lines, receipts, books, accounts, days)
    awaiting.ended(command, matches)


def _post(
    command: Command,
    matches: Sequence[InvoiceMatch],
    lines: dict[Key, Came],
    receipts: dict[int, GoodsReceipt],
    books: dict[int, Books],
    accounts: Accounts,
    days: dict[int, date],
) -> None:
    categories = command.load(ItemCategory, (came.ordered.item.category_id for came in lines.values()))
    facts: dict[int, tuple[list[GoodsLine], list[GoodsLine]]] = defaultdict(lambda: ([], []))
    for company_id in sorted(books):
        own = [m for m in matches if receipts[m.document_id].company_id == company_id]
        late = [_late_price(m, lines, accounts, days) for m in own]
        splits = revaluing.revalue(command, company_id, late, into_work=True)
        for match, split in zip(own, splits, strict=True):
            key = match.document_id, match.document_line
            kind = str(categories[lines[key].ordered.item.category_id].accounting_class)
            stock = {Role.STOCK: accounts[key][1]}
            accrued, arrived = facts[match.document_id]
            accrued.append(GoodsLine({"accrued": match.amount_accrued}, kind, accounts=stock))
            bears = {
                "cost": match.amount,
                "difference_sold": split.issued,
                "difference_in_production": split.in_work,
            }
            arrived.append(GoodsLine(bears, kind, accounts=stock))
    posted = {
        id: books[receipts[id].company_id].lines([Posting(ACCRUAL, accrued), Posting(ARRIVED, arrived)])
        for id, (accrued, arrived) in sorted(facts.items())
    }
    known = ledger.accounts_of(
        command, ((receipts[id].company_id, x.account) for id, own in posted.items() for x in own)
    )
    journal.post(
        command,
        [
            journal.EntryDraft(
                company_id=receipts[id].company_id,
                currency=books[receipts[id].company_id].currency,
                posted_on=days[id],
                document_id=id,
                purpose=PURPOSE,
                area=Area.STOCK_VALUE,
                summary=receipts[id].delivery_note or receipts[id].number,
                lines=ledger.drafted(found, known, receipts[id].company_id, receipts[id].supplier_id, {}),
            )
            for id, found in posted.items()
        ],
    )


def _late_price(
    match: InvoiceMatch, lines: dict[Key, Came], accounts: Accounts, days: dict[int, date]
) -> revaluing.Revaluation:
    key = match.document_id, match.document_line
    ordered = lines[key].ordered
    return revaluing.Revaluation(
        document_id=match.document_id,
        line=match.document_line,
        move_id=accounts[key][0],
        quantity=to_stock(ordered.item, match.quantity, ordered.unit),
        amount=match.amount - match.amount_accrued,
        posted_on=days[match.document_id],
    )


def leaving(command: Command, pairs: Sequence[tuple[GoodsReceiptLine, PurchaseOrderLine]]) -> list[InvoiceMatch]:
    """What receipts that are taken back had brought of what was invoiced: it is ahead of their order lines again."""
    matches = give_back(command, {line.receipt_id for line, _o in pairs})
    known = {(line.receipt_id, line.line): (line, ordered) for line, ordered in pairs}
    for match in matches:
        line, ordered = known[match.document_id, match.document_line]
        line.quantity_invoiced -= match.quantity
        line.amount_invoiced -= match.amount_accrued
        ordered.quantity_ahead += match.quantity
    return matches


def leave(
    command: Command, matches: Sequence[InvoiceMatch], receipts: Sequence[GoodsReceipt], moved_at: datetime
) -> None:
    """Post it back: the cost waits again, the receipt is accrued. Not before the invoice is dated."""
    for company_id in sorted({r.company_id for r in receipts}):
        ids = [r.pk for r in receipts if r.company_id == company_id]
        own = [m.invoice_line.invoice.posted_on for m in matches if m.document_id in ids]
        if own:
            day = max(command.date_of(moved_at, company_id), *own)
            revaluing.revalue_back(command, company_id, ids, day)
            journal.reverse(command, ids, day, area=Area.STOCK_VALUE, purposes={PURPOSE})
    awaiting.begun(command, matches)
