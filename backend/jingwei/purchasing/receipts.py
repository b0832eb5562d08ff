"""Goods receipts: what came of an order's lines. Posting raises the line's counter first, then moves the goods at the
order's net price and accrues the debt (暂估 P08); reversing takes all of it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item, Location, LocationKind, Unit
from jingwei.masterdata.pricing import share_of
from jingwei.masterdata.units import to_stock
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text, refuse
from jingwei.platform.money import round_half_up
from jingwei.platform.text import fold
from jingwei.purchasing.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from jingwei.purchasing.orders import CONFIRMED
from jingwei.stock import planned, posting
from jingwei.stock.models import Move
from jingwei.warehouse import goods

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"
EVENT = "purchase.received"
ZERO = Decimal(0)

_COUNT = """
UPDATE purchase_order_line SET quantity_received = purchase_order_line.quantity_received + given.change
FROM unnest(%s::bigint[], %s::numeric[]) AS given(id, change)
WHERE purchase_order_line.group_id = %s AND purchase_order_line.id = given.id
"""

Key = tuple[int, int]


class Reversal(Input):
    """When the goods went back."""

    moved_at: datetime = asked(_("Moved at"), _("When the goods went back; in an open period."))


def order_lines(
    command: Command, receipts: Iterable[GoodsReceipt], *, lock: bool = False
) -> dict[Key, PurchaseOrderLine]:
    """The order lines that receipts name, by (order, line number), with items and units; locked when asked."""
    ids = {line.order_id for r in receipts for line in r.lines}
    rows = PurchaseOrderLine.objects.filter(group_id=command.actor.group_id, order_id__in=ids).order_by("id")
    if lock:  # orders before their lines: whoever closes an order waits for the receipt, or the receipt sees it closed
        orders = PurchaseOrder.objects.select_for_update(no_key=True).filter(
            group_id=command.actor.group_id, id__in=ids
        )
        list(orders.order_by("id").values_list("id"))
        rows = rows.select_for_update(no_key=True, of=("self",))
    found = list(rows.select_related("order"))
    items = command.load(Item, (x.item_id for x in found))
    units = command.load(Unit, (x.unit_id for x in found))
    goods.load_units(command, items.values())
    for row in found:
        row.item, row.unit = items[row.item_id], units[row.unit_id] if row.unit_id else items[row.item_id].unit
    return {(row.order_id, row.line): row for row in found}


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Lines of confirmed orders of the supplier, quantities in the order's unit, places of the stock, lots; fills what
    follows from the order line: item and stock quantity."""
    known = order_lines(command, [d.record for d in drafts])
    problems: list[Problem] = []
    for draft in drafts:
        receipt: GoodsReceipt = draft.record
        for position, line in enumerate(receipt.lines):
            ordered = known.get((line.order_id, line.order_line))
            line.item = ordered.item if ordered else None
            for problem in _line_problems(receipt, line, ordered):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
        if all(line.item_id for line in receipt.lines):
            problems += goods.lot_problems(draft.row, receipt)
    return problems


def _line_problems(receipt: GoodsReceipt, line: GoodsReceiptLine, ordered: PurchaseOrderLine | None) -> list[Problem]:
    message: Text
    if ordered is None:
        message = _("The order has no line %(line)s.") % {"line": line.order_line}
        return [Problem("order_line.unknown", message, field="order_line")]
    problems = []
    if ordered.order.supplier_id != receipt.supplier_id:
        message = _("Order %(order)s is of another supplier.") % {"order": ordered.order}
        problems.append(Problem("order.supplier", message, field="order"))
    if (closed := _not_confirmed(ordered, None)) is not None:
        problems.append(closed)
    if line.quantity <= 0:
        hint = _("Use a return.")
        problems.append(Problem("qty.not_positive", _("The quantity must be greater than 0."), hint, field="quantity"))
    else:
        try:
            line.quantity_stock = to_stock(ordered.item, line.quantity, ordered.unit)
        except Refusal as refusal:
            problems += [p.at(field="quantity") for p in refusal.problems]
    if line.location.kind != LocationKind.STOCK:
        message = _("%(place)s is not a place of the stock.") % {"place": line.location}
        problems.append(Problem("location.not_stock", message, field="location"))
    return problems


def _not_confirmed(ordered: PurchaseOrderLine, line: int | None) -> Problem | None:
    """`order.not_confirmed`, when the receipt is typed and again when it is posted: the order may be closed between."""
    if ordered.order.state == CONFIRMED:
        return None
    message = _("Order %(order)s is not confirmed.") % {"order": ordered.order}
    return Problem("order.not_confirmed", message, field="order", line=line, status=409)


def _outside(command: Command, company_id: int) -> Location:
    found = Location.objects.filter(
        group_id=command.actor.group_id, company_id=company_id, kind=LocationKind.SUPPLIER, state="active"
    ).first()
    if found is None:
        message = _("The company has no location of the kind “Suppliers”.")
        raise Refusal(Problem("location.missing", message, _("Create it under Locations."), status=409))
    return found


def post(command: Command, receipts: Sequence[GoodsReceipt], inputs: Input) -> None:
    """Raise the counters, move the goods, accrue the debt. Raises `receipt.over`, and what the stock raises."""
    known = order_lines(command, receipts, lock=True)
    pairs = [(r, line, known[line.order_id, line.order_line]) for r in receipts for line in r.lines]
    refuse([p for _r, line, ordered in pairs if (p := _not_confirmed(ordered, line.line)) is not None])
    refuse(_over(pairs))
    before = {ordered.pk: ordered.quantity_received for _r, _l, ordered in pairs}
    for _receipt, line, ordered in pairs:
        line.amount = _value(command, line, ordered)
        ordered.quantity_received += line.quantity
    _count(command, known.values(), before)
    _expect(command, pairs, -1)
    for company_id in sorted({r.company_id for r in receipts}):
        own = [(r, line, ordered) for r, line, ordered in pairs if r.company_id == company_id]
        outside = _outside(command, company_id)
        lots = goods.lots(command, [line for _r, line, _o in own], make=True)
        drafts = [_draft(command, r, line, outside, lots) for r, line, ordered in own if ordered.item.is_stocked]
        posting.post(command, company_id, drafts)
    for receipt in receipts:
        receipt.amount = sum((line.amount for line in receipt.lines), ZERO)


def _over(pairs: Sequence[tuple[GoodsReceipt, GoodsReceiptLine, PurchaseOrderLine]]) -> list[Problem]:
    """`receipt.over` per order line, with what is still open; several lines of one order line are added up."""
    coming: dict[int, Decimal] = defaultdict(lambda: ZERO)
    problems = []
    for _receipt, line, ordered in pairs:
        coming[ordered.pk] += line.quantity
        open_now = ordered.quantity - ordered.quantity_received
        if coming[ordered.pk] > open_now:
            more = coming[ordered.pk] - open_now
            problems.append(
                Problem(
                    "receipt.over",
                    _("Line %(line)s of %(order)s: %(more)s more than the %(open)s still open of %(ordered)s.")
                    % {
                        "line": ordered.line,
                        "order": ordered.order,
                        "more": f"{more.normalize():f}",
                        "open": f"{open_now.normalize():f}",
                        "ordered": f"{ordered.quantity.normalize():f}",
                    },
                    _("Receive at most what is open, or have the order changed."),
                    field="lines",
                    line=line.line,
                    status=409,
                    documents=(DocumentRef("purchasing.order", ordered.order_id, ordered.order.number),),
                )
            )
    return problems


def _value(command: Command, line: GoodsReceiptLine, ordered: PurchaseOrderLine) -> Decimal:
    """The share of the order line's net amount, in functional currency: parts add up to the whole exactly."""
    decimals = command.company(ordered.order.company_id).currency.decimals
    whole = round_half_up(ordered.amount_net * (ordered.order.rate or 1), decimals)
    return share_of(whole, line.quantity, ordered.quantity_received, ordered.quantity, decimals)


def _count(command: Command, lines: Iterable[PurchaseOrderLine], before: dict[int, Decimal]) -> None:
    changed = [x for x in lines if x.quantity_received != before.get(x.pk, x.quantity_received)]
    with connection.cursor() as cursor:
        ids, changes = [x.pk for x in changed], [x.quantity_received - before[x.pk] for x in changed]
        cursor.execute(_COUNT, [ids, changes, command.actor.group_id])


def _expect(
    command: Command, pairs: Sequence[tuple[GoodsReceipt, GoodsReceiptLine, PurchaseOrderLine]], sign: int
) -> None:
    """Less is to come of the order lines when goods came, more again when they went back."""
    changes: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    for _receipt, line, ordered in pairs:
        if ordered.item.is_stocked:
            changes[ordered.order_id, ordered.line] += sign * line.quantity_stock
    planned.change(command, changes)


def _draft(
    command: Command, receipt: GoodsReceipt, line: GoodsReceiptLine, outside: Location, lots: dict[tuple[int, str], int]
) -> posting.MoveDraft:
    assert line.item_id is not None
    return posting.MoveDraft(
        document_id=receipt.pk,
        line=line.line,
        item_id=line.item_id,
        from_location_id=outside.pk,
        to_location_id=line.location_id,
        quantity=line.quantity_stock,
        effective_at=receipt.moved_at,
        effective_on=command.date_of(receipt.moved_at, receipt.company_id),
        event=EVENT,
        value=line.amount,
        lot_id=lots.get((line.item_id, fold(line.lot))) if line.lot else None,
        rank=20,
        summary=receipt.delivery_note or receipt.number,
        party_id=receipt.supplier_id,
    )


def reverse(command: Command, receipts: Sequence[GoodsReceipt], inputs: Reversal) -> None:
    """Lower the counters and move the goods back at the value they came in with. Raises `receipt.value_gone`."""
    known = order_lines(command, receipts, lock=True)
    before = {ordered.pk: ordered.quantity_received for ordered in known.values()}
    for receipt in receipts:
        if inputs.moved_at < receipt.moved_at:
            raise Refusal(Problem("date.order", _("The goods cannot go back before they moved."), field="moved_at"))
        for line in receipt.lines:
            known[line.order_id, line.order_line].quantity_received -= line.quantity
    _count(command, known.values(), before)
    _expect(command, [(r, line, known[line.order_id, line.order_line]) for r in receipts for line in r.lines], 1)
    for receipt in receipts:
        rows = Move.objects.filter(group_id=receipt.group_id, document_id=receipt.pk, reverses=None)
        on = command.date_of(inputs.moved_at, receipt.company_id)
        drafts = posting.mirrored(
            list(rows.order_by("id")), inputs.moved_at, on, {receipt.pk: EVENT}, party_id=receipt.supplier_id
        )
        refuse(_value_gone(drafts, posting.post(command, receipt.company_id, drafts)))


def _value_gone(drafts: Sequence[posting.MoveDraft], moves: Sequence[Move]) -> list[Problem]:
    """The accrual goes back as it came. Where issues at the average have carried part of the value away, the stock
    cannot give it back in full: refused, or the account of goods not invoiced would keep the rest for ever."""
    return [
        Problem(
            "receipt.value_gone",
            _("Line %(line)s came in at %(value)s, but only %(left)s of it is still in the stock's value.")
            % {"line": draft.line, "value": f"{draft.value:,.2f}", "left": f"{abs(move.value):,.2f}"},
            _("Reverse the issues made since first, then the receipt."),
            line=draft.line,
            status=409,
        )
        for draft, move in zip(drafts, moves, strict=True)
        if draft.value is not None and abs(move.value) != draft.value
    ]


def from_orders(command: Command, orders: Sequence[PurchaseOrder]) -> list[dict[str, Any]]:
    """下推: what is still open of the orders, one receipt per supplier; received now, where they are expected."""
    by_supplier: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for order in orders:
        for line in order.lines:
            remains = line.quantity - line.quantity_received
            if remains > 0:
                by_supplier[order.supplier_id].append(
                    {
                        "order": order.pk,
                        "order_line": line.line,
                        "quantity": f"{remains.normalize():f}",
                        "location": order.location_id,
                    }
                )
    if not by_supplier:
        raise Refusal(Problem("order.nothing_open", _("Everything ordered has come."), status=409))
    return [
        {"supplier": supplier, "moved_at": command.at.isoformat(), "lines": lines}
        for supplier, lines in by_supplier.items()
    ]
