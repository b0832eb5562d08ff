"""Deliveries: what goes out of an order's lines. Posting raises the line's counter first, uses up what was kept for it
and moves the goods to the customer: into 发出商品 (S05) until they are invoiced, or at once into the cost of sales
(S02, with the revenue by S07) where the company recognises revenue on delivery. Reversing takes all of it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books.models import Bookkeeping, RevenueOn
from jingwei.masterdata.models import Item, Location, LocationKind, Unit
from jingwei.masterdata.pricing import share_of
from jingwei.masterdata.units import ratio, to_stock
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text, refuse
from jingwei.platform.text import fold
from jingwei.sales import counters, revenue
from jingwei.sales.models import Delivery, DeliveryLine, SalesOrder, SalesOrderLine
from jingwei.sales.orders import CONFIRMED, open_stock
from jingwei.stock import planned, posting, reserving
from jingwei.stock.balances import Key
from jingwei.stock.models import Lot, Move, Reservation, Status
from jingwei.warehouse import goods, places

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"
DISPATCHED, SOLD = "sales.dispatched", "sales.cost_recognised"
RANK = 60
ZERO = Decimal(0)

Pair = tuple[Delivery, DeliveryLine, SalesOrderLine]


class Reversal(Input):
    """When the goods came back."""

    moved_at: datetime = asked(_("Moved at"), _("When the goods went back; in an open period."))


def order_lines(command: Command, ids: Iterable[int], *, lock: bool = False) -> dict[tuple[int, int], SalesOrderLine]:
    """The lines of orders by (order, line number), with items and units; locked when asked."""
    ids = set(ids)
    rows = SalesOrderLine.objects.filter(group_id=command.actor.group_id, order_id__in=ids).order_by("id")
    if lock:  # orders before their lines: whoever closes an order waits for the delivery, or it sees the order closed
        orders = SalesOrder.objects.select_for_update(no_key=True).filter(group_id=command.actor.group_id, id__in=ids)
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
    """Lines of confirmed orders of the customer, quantities in the order's unit, places of the stock, lots, not before
    the order; fills what follows from the order line: item, unit, stock quantity, place."""
    known = order_lines(command, (line.order_id for d in drafts for line in d.record.lines))
    bare = [x for d in drafts for x in d.record.lines if x.location_id is None]
    first = places.first_of_stock(command, drafts[0].record.company_id) if bare else None
    wanted = {o.order.location_id for o in known.values()}
    sites = command.load(Location, wanted) if bare else {}
    problems: list[Problem] = []
    for draft in drafts:
        delivery: Delivery = draft.record
        for position, line in enumerate(delivery.lines):
            ordered = known.get((line.order_id, line.order_line))
            line.item = ordered.item if ordered else None
            line.unit = ordered.unit if ordered else None
            if ordered is not None and line.location_id is None and ordered.item.is_stocked:
                line.location = sites.get(ordered.order.location_id or 0, first)
            for problem in _line_problems(command, delivery, line, ordered):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
        if all(line.item_id for line in delivery.lines):
            problems += goods.lot_problems(draft.row, delivery)
    return problems


def _line_problems(
    command: Command, delivery: Delivery, line: DeliveryLine, ordered: SalesOrderLine | None
) -> list[Problem]:
    message: Text
    if ordered is None:
        message = _("The order has no line %(line)s.") % {"line": line.order_line}
        return [Problem("order_line.unknown", message, field="order_line")]
    problems = []
    if ordered.order.customer_id != delivery.customer_id:
        message = _("Order %(order)s is of another customer.") % {"order": ordered.order}
        problems.append(Problem("order.customer", message, field="order"))
    if (closed := _not_confirmed(ordered, None)) is not None:
        problems.append(closed)
    if command.date_of(delivery.moved_at, delivery.company_id) < ordered.order.ordered_on:
        message = _("Order %(order)s is dated %(date)s, after the delivery.")
        words = {"order": ordered.order, "date": ordered.order.ordered_on.isoformat()}
        problems.append(Problem("date.order", message % words, field="order"))
    line.quantity_stock = ZERO
    if line.quantity <= 0:
        hint = _("Use a return.")
        problems.append(Problem("qty.not_positive", _("The quantity must be greater than 0."), hint, field="quantity"))
    elif ordered.item.is_stocked:
        try:
            line.quantity_stock = to_stock(ordered.item, line.quantity, ordered.unit)
        except Refusal as refusal:
            problems += [p.at(field="quantity") for p in refusal.problems]
    return problems + goods.place_problems(ordered.item, line.location)


def _not_confirmed(ordered: SalesOrderLine, line: int | None) -> Problem | None:
    """`order.not_confirmed`, when the delivery is typed and again when it is posted: orders close in between."""
    if ordered.order.state == CONFIRMED:
        return None
    message = _("Order %(order)s is not confirmed.") % {"order": ordered.order}
    return Problem("order.not_confirmed", message, field="order", line=line, status=409)


def post(command: Command, deliveries: Sequence[Delivery], inputs: Input) -> None:
    """Raise the counters, use what was kept, move the goods. Raises `delivery.over`, and what the stock raises:
    `stock.short` names for whom the rest is kept."""
    ids = {line.order_id for d in deliveries for line in d.lines}
    known = order_lines(command, ids, lock=True)
    pairs = [(d, line, known[line.order_id, line.order_line]) for d in deliveries for line in d.lines]
    refuse([p for _d, line, ordered in pairs if (p := _not_confirmed(ordered, line.line)) is not None])
    refuse(_over(pairs))
    for _delivery, line, ordered in pairs:
        _worth(command, line, ordered)
        ordered.quantity_delivered += line.quantity
    counters.deliver(command, [(ordered, line.quantity) for _d, line, ordered in pairs])
    _promise(command, pairs, 1)
    for company_id in sorted({d.company_id for d in deliveries}):
        own = [(d, line, ordered) for d, line, ordered in pairs if d.company_id == company_id]
        _ship(command, company_id, own)
    for delivery in deliveries:
        delivery.amount = sum((revenue.in_books(command, o, x.amount_net) for d, x, o in pairs if d is delivery), ZERO)
    revenue.recognise(command, pairs)


def _over(pairs: Sequence[Pair]) -> list[Problem]:
    """`delivery.over` per order line, with what is still open; several lines of one order line are added up."""
    going: dict[int, Decimal] = defaultdict(lambda: ZERO)
    problems = []
    for _delivery, line, ordered in pairs:
        going[ordered.pk] += line.quantity
        open_now = ordered.quantity - ordered.quantity_delivered
        if going[ordered.pk] > open_now:
            more = going[ordered.pk] - open_now
            problems.append(
                Problem(
                    "delivery.over",
                    _("Line %(line)s of %(order)s: %(more)s more than the %(open)s still open of %(ordered)s.")
                    % {
                        "line": ordered.line,
                        "order": ordered.order,
                        "more": f"{more.normalize():f}",
                        "open": f"{open_now.normalize():f}",
                        "ordered": f"{ordered.quantity.normalize():f}",
                    },
                    _("Deliver at most what is open, or have the order changed."),
                    field="lines",
                    line=line.line,
                    status=409,
                    documents=(DocumentRef("sales.order", ordered.order_id, ordered.order.number),),
                )
            )
    return problems


def _worth(command: Command, line: DeliveryLine, ordered: SalesOrderLine) -> None:
    """The share of the order line's amounts, in the order's currency: parts add up to the whole exactly."""
    own = command.company(ordered.order.company_id).currency
    decimals = own.decimals if ordered.order.currency_id == own.code else 2
    part = (line.quantity, ordered.quantity_delivered, ordered.quantity, decimals)
    line.amount_net = share_of(ordered.amount_net, *part)
    line.amount_tax = share_of(ordered.amount_tax, *part)


def _promise(command: Command, pairs: Sequence[Pair], sign: int) -> None:
    """Less is promised when goods have gone out, more again when they came back."""
    changes: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for _delivery, line, ordered in pairs:
        if line.quantity_stock:
            changes[ordered.order_id, ordered.line] += sign * line.quantity_stock
    planned.change(command, changes)


def _ship(command: Command, company_id: int, pairs: Sequence[Pair]) -> None:
    """Move the goods of one company to its customers."""
    shipped = [(d, line, ordered) for d, line, ordered in pairs if line.quantity_stock]
    keeping = Bookkeeping.objects.filter(group_id=command.actor.group_id, company_id=company_id).first()
    at_once = keeping is not None and keeping.revenue_on == RevenueOn.DELIVERY
    for delivery, _line, _ordered in pairs:
        delivery.is_revenue_recognised = at_once
    if not shipped:
        return
    outside = places.outside(command, company_id, LocationKind.CUSTOMER)
    lots = goods.lots(command, [line for _d, line, _o in shipped], make=False)
    drafts = [_draft(command, d, line, outside, lots) for d, line, _o in shipped]
    released = _use(command, company_id, shipped, drafts)
    posting.post(command, company_id, drafts, released=released)


def _draft(
    command: Command, delivery: Delivery, line: DeliveryLine, outside: Location, lots: dict[tuple[int, str], int]
) -> posting.MoveDraft:
    assert line.item_id is not None
    assert line.location_id is not None, "the check fills the place of what is stocked"
    return posting.MoveDraft(
        document_id=delivery.pk,
        line=line.line,
        item_id=line.item_id,
        from_location_id=line.location_id,
        to_location_id=outside.pk,
        quantity=line.quantity_stock,
        effective_at=delivery.moved_at,
        effective_on=command.date_of(delivery.moved_at, delivery.company_id),
        event=SOLD if delivery.is_revenue_recognised else DISPATCHED,
        lot_id=lots.get((line.item_id, fold(line.lot))) if line.lot else None,
        rank=RANK,
        summary=delivery.waybill or delivery.number,
        party_id=delivery.customer_id,
    )


def _use(
    command: Command, company_id: int, shipped: Sequence[Pair], drafts: Sequence[posting.MoveDraft]
) -> dict[Key, Decimal]:
    """Resolve what was kept for the lines: used where the goods are taken from there, let go where more is kept than
    the line still has open. Returns what the moves use up, by place."""
    kept = reserving.open_for(command.actor.group_id, {o.order_id for _d, _l, o in shipped})
    left = {(r.document_id, r.document_line, _key(r)): r.quantity for r in kept if r.company_id == company_id}
    used: dict[tuple[int, int, Key], Decimal] = defaultdict(lambda: ZERO)
    for (_delivery, _line, ordered), draft in zip(shipped, drafts, strict=True):
        key = Key(draft.item_id, draft.from_location_id, draft.lot_id or 0, Status.AVAILABLE, 0)
        place = (ordered.order_id, ordered.line, key)
        part = min(left.get(place, ZERO), draft.quantity)
        if part > 0:
            used[place] += part
            left[place] -= part
    released = reserving.use(command, company_id, [reserving.Want(*place, part) for place, part in used.items()])
    still_open = {(o.order_id, o.line): open_stock(o) for _d, _l, o in shipped}
    gone = []
    for (order, line, key), quantity in left.items():
        allowed = still_open.get((order, line), quantity)
        if quantity > allowed:
            gone.append(reserving.Want(order, line, key, quantity - allowed))
        if (order, line) in still_open:
            still_open[order, line] = max(allowed - quantity, ZERO)
    reserving.release(command, company_id, gone)
    return released


def _key(row: Reservation) -> Key:
    return Key(row.item_id, row.location_id, row.lot_id, row.status, row.owner_id)


def reverse(command: Command, deliveries: Sequence[Delivery], inputs: Reversal) -> None:
    """Take the goods back at the value they left with; they are promised again where the order is still confirmed."""
    ids = {line.order_id for d in deliveries for line in d.lines}
    known = order_lines(command, ids, lock=True)
    pairs = [(d, line, known[line.order_id, line.order_line]) for d in deliveries for line in d.lines]
    for delivery in deliveries:
        if inputs.moved_at < delivery.moved_at:
            raise Refusal(Problem("date.order", _("The goods cannot go back before they moved."), field="moved_at"))
    for _delivery, line, ordered in pairs:
        ordered.quantity_delivered -= line.quantity
    counters.deliver(command, [(ordered, -line.quantity) for _d, line, ordered in pairs])
    _promise(command, pairs, -1)
    for delivery in deliveries:
        on = command.date_of(inputs.moved_at, delivery.company_id)
        rows = Move.objects.filter(group_id=delivery.group_id, document_id=delivery.pk, reverses=None)
        event = SOLD if delivery.is_revenue_recognised else DISPATCHED
        back = posting.mirrored(
            list(rows.order_by("id")), inputs.moved_at, on, {delivery.pk: event}, party_id=delivery.customer_id
        )
        posting.post(command, delivery.company_id, back)
        revenue.take_back(command, [p for p in pairs if p[0] is delivery], on)


def from_orders(command: Command, orders: Sequence[SalesOrder]) -> list[dict[str, Any]]:
    """下推: what is still open of the orders, one delivery per customer; first from where it is kept, lot by lot."""
    known = order_lines(command, [o.pk for o in orders])
    kept: dict[tuple[int, int], list[Reservation]] = defaultdict(list)
    for row in reserving.open_for(command.actor.group_id, [o.pk for o in orders]):
        kept[row.document_id, row.document_line].append(row)
    found_lots = command.load(Lot, (r.lot_id for own in kept.values() for r in own if r.lot_id))
    lots = {id: lot.code for id, lot in found_lots.items()}
    by_customer: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for order in orders:
        for line in order.lines:
            ordered = known[order.pk, line.line]
            by_customer[order.customer_id] += _open_parts(ordered, kept[order.pk, line.line], lots)
    found = {customer: lines for customer, lines in by_customer.items() if lines}
    if not found:
        raise Refusal(Problem("order.nothing_open", _("Everything ordered has gone out."), status=409))
    return [
        {"customer": customer, "moved_at": command.at.isoformat(), "lines": lines} for customer, lines in found.items()
    ]


def _open_parts(ordered: SalesOrderLine, kept: Sequence[Reservation], lots: dict[int, str]) -> list[dict[str, Any]]:
    """What is open of an order line as lines of a delivery: one for each place and lot where it is kept, in whole
    numbers of the order's unit, and one for the rest."""
    remains = ordered.quantity - ordered.quantity_delivered
    parts: list[tuple[Decimal, int | None, str]] = []
    one = ratio(ordered.item, ordered.unit) if ordered.item.is_stocked else None
    for row in kept:
        assert one is not None
        exact = row.quantity * one.denominator / one.numerator
        scale = Decimal(1).scaleb(-ordered.unit.scale)
        quantity = min((exact // scale) * scale, remains)
        if quantity > 0:
            parts.append((quantity, row.location_id, lots.get(row.lot_id, "")))
            remains -= quantity
    if remains > 0:
        parts.append((remains, ordered.order.location_id if one else None, ""))
    return [
        {
            "order": ordered.order_id,
            "order_line": ordered.line,
            "quantity": f"{quantity.normalize():f}",
            **({"location": place} if place else {}),
            **({"lot": lot} if lot else {}),
        }
        for quantity, place, lot in parts
    ]
