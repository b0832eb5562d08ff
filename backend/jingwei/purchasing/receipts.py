"""Goods receipts: what came of an order's lines. Posting raises the line's counter first, then moves the goods at the
order's net price and accrues the debt (暂估 P08); reversing takes all of it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item, Location, LocationKind
from jingwei.masterdata.pricing import share_of
from jingwei.masterdata.units import to_stock
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.errors import Problem, Refusal, Text, refuse
from jingwei.platform.money import round_half_up
from jingwei.platform.text import fold
from jingwei.purchasing import ahead, counters, successors
from jingwei.purchasing.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from jingwei.purchasing.orders import CONFIRMED
from jingwei.stock import planned, posting
from jingwei.stock.models import Move
from jingwei.warehouse import goods, places

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"
EVENT = "purchase.received"
ZERO = Decimal(0)


class Reversal(Input):
    """When the goods went back."""

    moved_at: datetime = asked(_("Moved at"), _("When the goods went back; in an open period."))


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Lines of confirmed orders of the supplier, quantities in the order's unit, places of the stock, lots; fills what
    follows from the order line: item and stock quantity."""
    known = counters.order_lines(command, _orders(d.record for d in drafts))
    problems: list[Problem] = []
    for draft in drafts:
        receipt: GoodsReceipt = draft.record
        for position, line in enumerate(receipt.lines):
            ordered = known.get((line.order_id, line.order_line))
            line.item = ordered.item if ordered else None
            if ordered is not None and line.location_id is None and ordered.item.is_stocked:
                line.location = ordered.order.location
            for problem in _line_problems(command, receipt, line, ordered):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
        if all(line.item_id for line in receipt.lines):
            problems += goods.lot_problems(draft.row, receipt)
    return problems


def _line_problems(
    command: Command, receipt: GoodsReceipt, line: GoodsReceiptLine, ordered: PurchaseOrderLine | None
) -> list[Problem]:
    problems = order_problems(receipt.supplier_id, ordered, line.order_line)
    if ordered is None:
        return problems
    if command.date_of(receipt.moved_at, receipt.company_id) < ordered.order.ordered_on:
        message = _("Order %(order)s is dated %(date)s, after the receipt.")
        words = {"order": ordered.order, "date": ordered.order.ordered_on.isoformat()}
        problems.append(Problem("date.order", message % words, field="order"))
    if line.quantity <= 0:
        hint = _("Use a return.")
        problems.append(Problem("qty.not_positive", _("The quantity must be greater than 0."), hint, field="quantity"))
    else:
        try:
            line.quantity_stock = to_stock(ordered.item, line.quantity, ordered.unit)
        except Refusal as refusal:
            problems += [p.at(field="quantity") for p in refusal.problems]
    return problems + goods.place_problems(ordered.item, line.location)


def order_problems(supplier_id: int, ordered: PurchaseOrderLine | None, number: int) -> list[Problem]:
    """What is still to come stands on a confirmed order of the supplier: `order_line.unknown`, `order.supplier`,
    `order.not_confirmed`."""
    if ordered is None:
        message: Text = _("The order has no line %(line)s.") % {"line": number}
        return [Problem("order_line.unknown", message, field="order_line")]
    problems = []
    if ordered.order.supplier_id != supplier_id:
        message = _("Order %(order)s is of another supplier.") % {"order": ordered.order}
        problems.append(Problem("order.supplier", message, field="order"))
    if (closed := not_confirmed(ordered, None)) is not None:
        problems.append(closed)
    return problems


def not_confirmed(ordered: PurchaseOrderLine, line: int | None) -> Problem | None:
    """`order.not_confirmed`, when the receipt is typed and again when it is posted: the order may be closed between."""
    if ordered.order.state == CONFIRMED:
        return None
    message = _("Order %(order)s is not confirmed.") % {"order": ordered.order}
    return Problem("order.not_confirmed", message, field="order", line=line, status=409)


def post(command: Command, receipts: Sequence[GoodsReceipt], inputs: Input) -> None:
    """Raise the counters, move the goods, accrue the debt of what is not invoiced yet. Raises `receipt.over`, and
    what the stock raises."""
    known = counters.order_lines(command, _orders(receipts), lock=True)
    pairs = [(r, line, known[line.order_id, line.order_line]) for r in receipts for line in r.lines]
    refuse([p for _r, line, ordered in pairs if (p := not_confirmed(ordered, line.line)) is not None])
    refuse(counters.over_received((line, ordered) for _r, line, ordered in pairs))
    before = counters.snapshot(known.values(), counters.ORDER_COUNTERS)
    for _receipt, line, ordered in pairs:
        line.amount_ordered = _value(command, line, ordered)
        line.amount = line.amount_ordered if ordered.item.is_stocked else ZERO
        ordered.quantity_received += line.quantity
    invoiced = ahead.coming(pairs)
    counters.save(command, known.values(), counters.ORDER_COUNTERS, before)
    expect(command, ((line, ordered) for _r, line, ordered in pairs), -1)
    for company_id in sorted({r.company_id for r in receipts}):
        own = [(r, line, ordered) for r, line, ordered in pairs if r.company_id == company_id]
        place = places.outside(command, company_id, LocationKind.SUPPLIER)
        lots = goods.lots(command, [line for _r, line, _o in own], make=True)
        drafts = [_draft(command, r, line, place, lots) for r, line, ordered in own if ordered.item.is_stocked]
        posting.post(command, company_id, drafts)
    ahead.arrive(command, invoiced)
    for receipt in receipts:
        receipt.amount = sum((line.amount for line in receipt.lines), ZERO)


def _orders(receipts: Iterable[GoodsReceipt]) -> set[int]:
    return {line.order_id for r in receipts for line in r.lines}


def _value(command: Command, line: GoodsReceiptLine, ordered: PurchaseOrderLine) -> Decimal:
    """The share of the order line's net amount, in functional currency: parts add up to the whole exactly."""
    decimals = command.company(ordered.order.company_id).currency.decimals
    whole = round_half_up(ordered.amount_net * (ordered.order.rate or 1), decimals)
    return share_of(whole, line.quantity, ordered.quantity_received, ordered.quantity, decimals)


def expect(command: Command, pairs: Iterable[tuple[Any, PurchaseOrderLine]], sign: int) -> None:
    """Less is to come of the order lines when goods came, more again when they went back."""
    changes: dict[counters.Key, Decimal] = defaultdict(lambda: ZERO)
    for line, ordered in pairs:
        if ordered.item.is_stocked:
            changes[ordered.order_id, ordered.line] += sign * line.quantity_stock
    planned.change(command, changes)


def _draft(
    command: Command, receipt: GoodsReceipt, line: GoodsReceiptLine, place: Location, lots: dict[tuple[int, str], int]
) -> posting.MoveDraft:
    assert line.item_id is not None and line.location_id is not None, "checked when the receipt was saved"
    return posting.MoveDraft(
        document_id=receipt.pk,
        line=line.line,
        item_id=line.item_id,
        from_location_id=place.pk,
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
    """Lower the counters and move the goods back at the value they came in with; what issues at the average
    have carried away of it is theirs. Raises `doc.has_successors` with what was made from the receipt."""
    refuse(successors.problems(receipts, successors.of_receipts(command, [r.pk for r in receipts])))
    refuse(too_early(receipts, inputs.moved_at))
    known = counters.order_lines(command, _orders(receipts), lock=True)
    before = counters.snapshot(known.values(), counters.ORDER_COUNTERS)
    pairs = [(line, known[line.order_id, line.order_line]) for r in receipts for line in r.lines]
    for line, ordered in pairs:
        ordered.quantity_received -= line.quantity
    matches = ahead.leaving(command, pairs)
    counters.save(command, known.values(), counters.ORDER_COUNTERS, before)
    expect(command, pairs, 1)
    ahead.leave(command, matches, receipts, inputs.moved_at)
    move_back(command, receipts, inputs.moved_at)


def too_early(documents: Iterable[Any], moved_at: datetime) -> Iterable[Problem]:
    """`date.order`, where goods would go back before they moved."""
    message = _("The goods cannot go back before they moved.")
    return (Problem("date.order", message, field="moved_at") for d in documents if moved_at < d.moved_at)


def moves_of(command: Command, document_ids: Iterable[int]) -> dict[counters.Key, Move]:
    """The moves of receipts or returns, by (document, line); services have none."""
    rows = Move.objects.filter(group_id=command.actor.group_id, document_id__in=list(document_ids), reverses=None)
    return {(m.document_id, m.document_line): m for m in rows.order_by("id")}


def move_back(command: Command, documents: Sequence[Any], moved_at: datetime) -> None:
    """The goods of receipts or returns back to where they came from, at the value they moved with."""
    moves = moves_of(command, [d.pk for d in documents])
    suppliers = {d.pk: d.supplier_id for d in documents}
    for company_id in sorted({d.company_id for d in documents}):
        own = [m for m in moves.values() if m.company_id == company_id]
        on = command.date_of(moved_at, company_id)
        drafts = posting.mirrored(own, moved_at, on, dict.fromkeys(suppliers, EVENT))
        posting.post(
            command,
            company_id,
            [
                # What takes a return back comes from the same receipt as the return: black in the journal again.
                replace(draft, party_id=suppliers[draft.document_id], origin_id=move.origin_id)
                for draft, move in zip(drafts, own, strict=True)
            ],
        )


def from_orders(command: Command, orders: Sequence[PurchaseOrder]) -> list[dict[str, Any]]:
    """下推: what is still open of the orders, one receipt per supplier; received now, where they are expected."""
    by_supplier: dict[int, list[dict[str, Any]]] = defaultdict(list)
    items = command.load(Item, (line.item_id for order in orders for line in order.lines))
    for order in orders:
        for line in order.lines:
            remains = line.quantity - line.quantity_received
            if remains > 0:
                by_supplier[order.supplier_id].append(
                    {
                        "order": order.pk,
                        "order_line": line.line,
                        "quantity": counters.plain(remains),
                        "location": order.location_id if items[line.item_id].is_stocked else None,
                    }
                )
    if not by_supplier:
        raise Refusal(Problem("order.nothing_open", _("Everything ordered has come."), status=409))
    return [
        {"supplier": supplier, "moved_at": command.at.isoformat(), "lines": lines}
        for supplier, lines in by_supplier.items()
    ]
