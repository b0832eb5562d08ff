"""Deliveries: what goes out of an order's lines. Posting raises the line's counter first, uses up what was kept for it
and moves the goods to the customer: into 发出商品 (S05) until they are invoiced, or at once into the cost of sales
(S02, with the revenue by S07) where the company recognises revenue on delivery. Reversing takes all of it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books.models import Bookkeeping, RevenueOn
from jingwei.masterdata.models import Location, LocationKind
from jingwei.masterdata.units import ratio, to_stock
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.errors import Problem, Refusal, Text, refuse
from jingwei.platform.money import round_half_up
from jingwei.platform.text import fold
from jingwei.sales import counters, orders, revenue, successors
from jingwei.sales.models import Delivery, DeliveryLine, SalesOrder, SalesOrderLine
from jingwei.sales.orders import CONFIRMED
from jingwei.stock import posting, reserving
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


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Lines of confirmed orders of the customer, quantities in the order's unit, places of the stock, lots, not before
    the order; fills what follows from the order line: item, unit, stock quantity, place."""
    known = counters.order_lines(command, (line.order_id for d in drafts for line in d.record.lines))
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
    problems += quantity_problems(line, ordered, _("Use a return."))
    return problems + goods.place_problems(ordered.item, line.location)


def quantity_problems(line: Any, ordered: SalesOrderLine, hint: Text) -> list[Problem]:
    """`qty.not_positive`, `qty.scale` and what does not convert, by field; fills `quantity_stock`."""
    line.quantity_stock = ZERO
    if line.quantity <= 0:
        message: Text = _("The quantity must be greater than 0.")
        return [Problem("qty.not_positive", message, hint, field="quantity")]
    if line.quantity != round(line.quantity, ordered.unit.scale):
        words = {"quantity": counters.plain(line.quantity), "unit": ordered.unit, "scale": ordered.unit.scale}
        message = _("%(quantity)s: %(unit)s has %(scale)s decimals.") % words
        return [Problem("qty.scale", message, field="quantity")]
    if ordered.item.is_stocked:
        try:
            line.quantity_stock = to_stock(ordered.item, line.quantity, ordered.unit)
        except Refusal as refusal:
            return [p.at(field="quantity") for p in refusal.problems]
    return []


def _not_confirmed(ordered: SalesOrderLine, line: int | None) -> Problem | None:
    """`order.not_confirmed`, when the delivery is typed and again when it is posted: orders close in between."""
    if ordered.order.state == CONFIRMED:
        return None
    message = _("Order %(order)s is not confirmed.") % {"order": ordered.order}
    return Problem("order.not_confirmed", message, field="order", line=line, status=409)


def post(command: Command, deliveries: Sequence[Delivery], inputs: Input) -> None:
    """Raise the counters, use what was kept, move the goods. Raises `delivery.over`, and what the stock raises:
    `stock.short` names for whom the rest is kept."""
    pairs, before = _locked(command, deliveries)
    refuse([p for _d, line, ordered in pairs if (p := _not_confirmed(ordered, line.line)) is not None])
    refuse(counters.over_delivered((line, ordered) for _d, line, ordered in pairs))
    for _delivery, line, ordered in pairs:
        _worth(command, line, ordered)
    counters.save_orders(command, (ordered for _d, _l, ordered in pairs), before)
    counters.promise(command, ((line, ordered) for _d, line, ordered in pairs), 1)
    for company_id in sorted({d.company_id for d in deliveries}):
        _ship(command, company_id, [p for p in pairs if p[0].company_id == company_id])
    totals: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for delivery, line, ordered in pairs:
        totals[delivery.pk] += revenue.in_books(command, ordered, line.amount_net)
        if delivery.is_revenue_recognised:
            line.net_unbilled = revenue.in_books(command, ordered, line.amount_net)
            line.tax_unbilled = revenue.in_books(command, ordered, line.amount_tax)
    for delivery in deliveries:
        delivery.amount = totals[delivery.pk]
    revenue.recognise(command, _recognised(command, pairs, 1))


def _locked(command: Command, deliveries: Sequence[Delivery]) -> tuple[list[Pair], dict[int, tuple[Decimal, ...]]]:
    known = counters.order_lines(command, {line.order_id for d in deliveries for line in d.lines}, lock=True)
    pairs = [(d, line, known[line.order_id, line.order_line]) for d in deliveries for line in d.lines]
    return pairs, counters.snapshot(known.values(), counters.ORDER)


def _recognised(command: Command, pairs: Sequence[Pair], sign: int) -> list[revenue.Part]:
    return [
        revenue.Part(
            d, command.date_of(d.moved_at, d.company_id), o.item, sign * line.net_unbilled, sign * line.tax_unbilled
        )
        for d, line, o in pairs
        if d.is_revenue_recognised
    ]


def _worth(command: Command, line: DeliveryLine, ordered: SalesOrderLine) -> None:
    """Raise the order line's counters; the line's amounts are the share of all that is then delivered, less what was
    delivered already, in the order's currency: parts add up to the whole exactly."""
    decimals = revenue.decimals_of(command, ordered)
    part = (ordered.quantity_delivered + line.quantity) / ordered.quantity
    line.amount_net = round_half_up(ordered.amount_net * part, decimals) - ordered.net_delivered
    line.amount_tax = round_half_up(ordered.amount_tax * part, decimals) - ordered.tax_delivered
    _count(line, ordered, 1)


def _count(line: DeliveryLine, ordered: SalesOrderLine, sign: int) -> None:
    ordered.quantity_delivered += sign * line.quantity
    ordered.net_delivered += sign * line.amount_net
    ordered.tax_delivered += sign * line.amount_tax


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
    left = {
        (r.document_id, r.document_line, orders.place_of(r)): r.quantity for r in kept if r.company_id == company_id
    }
    used: dict[tuple[int, int, Key], Decimal] = defaultdict(lambda: ZERO)
    for (_delivery, _line, ordered), draft in zip(shipped, drafts, strict=True):
        key = Key(draft.item_id, draft.from_location_id, draft.lot_id or 0, Status.AVAILABLE, 0)
        place = (ordered.order_id, ordered.line, key)
        part = min(left.get(place, ZERO), draft.quantity)
        if part > 0:
            used[place] += part
            left[place] -= part
    released = reserving.use(command, company_id, [reserving.Want(*place, part) for place, part in used.items()])
    orders.release_beyond(command, [ordered for _d, _l, ordered in shipped])
    return released


def moves_of(command: Command, delivery_ids: Iterable[int]) -> dict[tuple[int, int], Move]:
    """The moves that deliveries made, by (delivery, line number)."""
    rows = Move.objects.filter(group_id=command.actor.group_id, document_id__in=set(delivery_ids), reverses=None)
    return {(m.document_id, m.document_line): m for m in rows.filter(origin=None)}


def move_back(command: Command, documents: Sequence[Any], at: datetime, recognised: Collection[int]) -> None:
    """The goods of deliveries or returns go back where they were, with their cost. `recognised` are the documents whose
    goods had gone straight into the cost of sales."""
    rows = Move.objects.filter(
        group_id=command.actor.group_id, document_id__in=[d.pk for d in documents], reverses=None
    )
    moves = list(rows.order_by("id"))
    by_company: dict[int, list[posting.MoveDraft]] = defaultdict(list)
    for document in documents:
        event = {document.pk: SOLD if document.pk in recognised else DISPATCHED}
        own = [m for m in moves if m.document_id == document.pk]
        on = command.date_of(at, document.company_id)
        by_company[document.company_id] += posting.mirrored(own, at, on, event, party_id=document.customer_id)
    for company_id in sorted(by_company):
        posting.post(command, company_id, by_company[company_id])


def too_early(documents: Sequence[Any], at: datetime) -> list[Problem]:
    """`date.order` for goods that would go back before they moved."""
    message = _("The goods cannot go back before they moved.")
    return [Problem("date.order", message, field="moved_at") for d in documents if at < d.moved_at]


def reverse(command: Command, deliveries: Sequence[Delivery], inputs: Reversal) -> None:
    """Take the goods back at what they cost; they are promised again where the order is still confirmed. Raises
    `doc.has_successors` while returns or invoices name the delivery."""
    refuse(too_early(deliveries, inputs.moved_at))
    refuse(successors.problems(deliveries, successors.of_deliveries(command, [d.pk for d in deliveries])))
    pairs, before = _locked(command, deliveries)
    for _delivery, line, ordered in pairs:
        _count(line, ordered, -1)
    counters.save_orders(command, (ordered for _d, _l, ordered in pairs), before)
    counters.promise(command, ((line, ordered) for _d, line, ordered in pairs), -1)
    move_back(command, deliveries, inputs.moved_at, {d.pk for d in deliveries if d.is_revenue_recognised})
    red = [
        replace(p, on=command.date_of(inputs.moved_at, p.document.company_id)) for p in _recognised(command, pairs, -1)
    ]
    revenue.recognise(command, red, purpose="revenue.reversed")
    for _delivery, line, _ordered in pairs:
        line.net_unbilled = line.tax_unbilled = ZERO


def from_orders(command: Command, documents: Sequence[SalesOrder]) -> list[dict[str, Any]]:
    """下推: what is still open of the orders, one delivery per customer; first from where it is kept, lot by lot."""
    known = counters.order_lines(command, [o.pk for o in documents])
    kept: dict[tuple[int, int], list[Reservation]] = defaultdict(list)
    for row in reserving.open_for(command.actor.group_id, [o.pk for o in documents]):
        kept[row.document_id, row.document_line].append(row)
    found_lots = command.load(Lot, (r.lot_id for own in kept.values() for r in own if r.lot_id))
    lots = {id: lot.code for id, lot in found_lots.items()}
    by_customer: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for order in documents:
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
