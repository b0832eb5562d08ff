"""Sales orders: defaults, amounts, credit, what is kept for them, and how far they are delivered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata import pricing
from jingwei.masterdata.blocking import out_of_use
from jingwei.masterdata.models import Item, Location, LocationKind
from jingwei.masterdata.rates import rate_of, rate_problems, take_rates
from jingwei.masterdata.units import load_units, to_stock
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import Problem, Refusal, Text, refuse
from jingwei.platform.models import Company
from jingwei.sales import credit, queries, successors
from jingwei.sales.models import SalesOrder, SalesOrderLine
from jingwei.stock import balances, planned, prices, reserving
from jingwei.stock.balances import Key
from jingwei.stock.models import Balance, Lot, PlannedKind, PlannedMove, Reservation, Status
from jingwei.warehouse import places

DRAFT, CONFIRMED, CLOSED, CANCELLED = "draft", "confirmed", "closed", "cancelled"
ZERO = Decimal(0)


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """Currency and unit where none is given, amounts by line, totals."""
    load_units(command, (line.item for d in drafts for line in d.record.lines))
    for draft in drafts:
        order: SalesOrder = draft.record
        order.currency_id = order.currency_id or order.customer.currency_id
        pricing.reckon(command, order, order.lines)


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """A customer who is one, items that are sold, quantities in their unit, dates in order, a place of the stock."""
    problems: list[Problem] = []
    message: Text
    for draft in drafts:
        order: SalesOrder = draft.record
        if not order.customer.is_customer:
            message = _("%(party)s is not a customer.") % {"party": order.customer}
            problems.append(Problem("party.not_customer", message, field="customer", row=draft.row))
        if order.requested_on is not None and order.requested_on < order.ordered_on:
            message = _("The goods are wanted before they are ordered.")
            problems.append(Problem("date.order", message, field="requested_on", row=draft.row))
        if order.location is not None and order.location.kind != LocationKind.STOCK:
            message = _("%(place)s is not a place of the stock.") % {"place": order.location}
            problems.append(Problem("location.not_stock", message, field="location", row=draft.row))
        problems += (p.at(row=draft.row) for p in rate_problems(command, order))
        for position, line in enumerate(order.lines):
            for problem in _line_problems(command, order, line):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
    return problems


def _line_problems(command: Command, order: SalesOrder, line: SalesOrderLine) -> list[Problem]:
    message: Text
    problems = pricing.line_problems(command, order, line)
    if not line.item.is_sold:
        message = _("%(item)s is not sold.") % {"item": line.item}
        problems.append(Problem("item.not_sold", message, field="item"))
    if line.requested_on is not None and line.requested_on < order.ordered_on:
        message = _("The goods are wanted before they are ordered.")
        problems.append(Problem("date.order", message, field="requested_on"))
    line.quantity_stock = ZERO
    if not problems and line.item.is_stocked:
        try:
            line.quantity_stock = to_stock(line.item, line.quantity, line.unit or line.item.unit)
        except Refusal as refusal:
            problems += [p.at(field="quantity") for p in refusal.problems]
    return problems


def refresh(orders: Sequence[SalesOrder]) -> None:
    """What is kept and free for each line, and when all that is open of it can go out; three statements a company."""
    by_company: dict[int, list[tuple[SalesOrder, SalesOrderLine]]] = defaultdict(list)
    for order in orders:
        for line in order.lines:
            if line.quantity_stock and order.state in (DRAFT, CONFIRMED) and open_stock(line):
                by_company[order.company_id].append((order, line))
    for company_id, pairs in by_company.items():
        group_id = pairs[0][0].group_id
        asked = [
            queries.Asked(_stored_id(o), line.line, line.item_id, o.location_id, open_stock(line)) for o, line in pairs
        ]
        found = queries.promises(group_id, company_id, _today(group_id, company_id), asked)
        for (_order, line), promise in zip(pairs, found, strict=True):
            line.quantity_reserved = promise.reserved
            line.quantity_available = promise.available
            line.available_on = promise.available_on


def _stored_id(order: SalesOrder) -> int:
    return order.pk if isinstance(order.pk, int) else 0  # not saved: its id is still to be drawn


def _today(group_id: int, company_id: int) -> date:
    zone = Company.objects.filter(group_id=group_id, id=company_id).values_list("time_zone", flat=True).get()
    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def open_stock(line: SalesOrderLine) -> Decimal:
    """What is still to be delivered of a line, in the item's stock unit."""
    share = Fraction(line.quantity_stock) * Fraction(line.quantity - line.quantity_delivered) / Fraction(line.quantity)
    return Decimal(share.numerator) / Decimal(share.denominator)


def confirm(command: Command, orders: Sequence[SalesOrder], inputs: Input) -> None:
    """Take the exchange rate of the order's day, promise the goods, keep what is there, and see that the customer may
    owe so much. Raises `rate.missing`, `price.deviates`, `location.missing`, `party.blocked`, `item.blocked`,
    `credit.exceeded`."""
    refuse(out_of_use("customer", ((o.customer, o.lines) for o in orders)))
    take_rates(command, ((o, o.ordered_on) for o in orders))
    load_units(command, (line.item for o in orders for line in o.lines))
    refuse(_unusual_prices(command, orders))
    place = {c: places.first_of_stock(command, c).pk for c in sorted({o.company_id for o in orders}) if _goods(orders)}
    planned.plan(command, [_promised(o, line, place[o.company_id]) for o, line in _goods(orders)])
    keep(command, orders)
    credit.hold(command, orders)


def warn(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """What confirming will ask a reason for."""
    return _unusual_prices(command, [d.record for d in drafts])


def _unusual_prices(command: Command, orders: Sequence[SalesOrder]) -> list[Problem]:
    """`price.deviates` for goods sold far from the last price, unless the order says why. The units of the items are
    loaded."""
    sold = [(o, line) for o, line in _goods(orders) if not o.price_reason]
    items = {line.item_id: line.item for _o, line in sold}
    known = prices.last_ordered(command, SalesOrderLine, items, {(o.company_id, x.item_id) for o, x in sold})
    problems = []
    for order, line in sold:
        if (rate := rate_of(command, order, order.ordered_on)) is not None:
            price = line.amount_net * rate / line.quantity_stock
            found = prices.deviation(line.item, line.line, price, known.get((order.company_id, line.item_id)))
            problems += [] if found is None else [found]
    return problems


def _goods(orders: Iterable[SalesOrder]) -> list[tuple[SalesOrder, SalesOrderLine]]:
    """Lines of items that are kept in stock."""
    return [(order, line) for order in orders for line in order.lines if line.quantity_stock]


def _promised(order: SalesOrder, line: SalesOrderLine, first: int) -> PlannedMove:
    return PlannedMove(
        group_id=order.group_id,
        company_id=order.company_id,
        document_id=order.pk,
        document_line=line.line,
        item_id=line.item_id,
        location_id=order.location_id or first,
        kind=PlannedKind.FIRM,
        due_on=line.requested_on or order.requested_on or order.ordered_on,
        quantity=-line.quantity_stock,
    )


def reserve(command: Command, orders: Sequence[SalesOrder], inputs: Input) -> None:
    """Try again: keep what has become free of what is still open."""
    keep(command, orders)


def unreserve(command: Command, orders: Sequence[SalesOrder], inputs: Input) -> None:
    """Let others have what is kept; the goods stay promised."""
    _let_go(command, orders)


def keep(command: Command, orders: Sequence[SalesOrder]) -> None:
    """Keep what is free of what is open, line by line in order of the orders; what is not there stays a promise. The
    lot that expires first goes first, then by place."""
    for company_id in sorted({o.company_id for o in orders}):
        own = [o for o in orders if o.company_id == company_id]
        wanted = _unkept(own)
        if not wanted:
            continue
        held = _free(command, company_id, wanted)
        wants = []
        for order, line, quantity in wanted:
            for key, free in held.items():
                if key.item != line.item_id or order.location_id not in (None, key.location):
                    continue
                if (part := min(free, quantity)) > 0:
                    wants.append(reserving.Want(order.pk, line.line, key, part))
                    held[key] -= part
                    quantity -= part
        reserving.reserve(command, company_id, wants)


def _unkept(orders: Sequence[SalesOrder]) -> list[tuple[SalesOrder, SalesOrderLine, Decimal]]:
    """Lines with what is open of them and not kept yet."""
    kept: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for row in reserving.open_for(orders[0].group_id, [o.pk for o in orders]):
        kept[row.document_id, row.document_line] += row.quantity
    pairs = ((o, line, open_stock(line) - kept[o.pk, line.line]) for o, line in _goods(orders))
    return [(o, line, quantity) for o, line, quantity in pairs if quantity > 0]


def _free(
    command: Command, company_id: int, wanted: Sequence[tuple[SalesOrder, SalesOrderLine, Decimal]]
) -> dict[Key, Decimal]:
    """What is free at places of the company's stock, locked, in the order in which it is taken."""
    items = command.load(Item, (line.item_id for _o, line, _q in wanted))
    rows = Balance.objects.filter(
        group_id=command.actor.group_id,
        company_id=company_id,
        item_id__in=items,
        location__kind=LocationKind.STOCK,
        status=Status.AVAILABLE,
        owner_id=0,
        on_hand__gt=0,
    )
    found = [balances.key_of(row) for row in rows]
    held = balances.lock(command, company_id, found, items)
    sites = command.load(Location, (key.location for key in held))
    lots = command.load(Lot, (key.lot for key in held if key.lot))

    def turn(key: Key) -> tuple[date, str, int]:
        lot = lots.get(key.lot)
        return (lot.expires_on if lot and lot.expires_on else date.max, sites[key.location].code_folded, key.lot)

    free = {key: row.on_hand - row.reserved for key, row in held.items()}
    return {key: free[key] for key in sorted(free, key=turn) if free[key] > 0}


def release_beyond(command: Command, lines: Sequence[SalesOrderLine]) -> None:
    """Let go of what is kept beyond what is open of locked lines, with their orders: goods went out from elsewhere, or
    what was to go out once more is not to any longer."""
    still_open = {(x.order_id, x.line): open_stock(x) for x in lines}
    by_company: dict[int, list[reserving.Want]] = defaultdict(list)
    for row in reserving.open_for(command.actor.group_id, {x.order_id for x in lines}):
        place = row.document_id, row.document_line
        if place not in still_open:
            continue
        if row.quantity > still_open[place]:
            want = reserving.Want(*place, place_of(row), row.quantity - still_open[place])
            by_company[row.company_id].append(want)
        still_open[place] = max(still_open[place] - row.quantity, ZERO)
    for company_id in sorted(by_company):
        reserving.release(command, company_id, by_company[company_id])


def place_of(row: Reservation) -> Key:
    """Where the goods of a reservation lie."""
    return Key(row.item_id, row.location_id, row.lot_id, row.status, row.owner_id)


def _let_go(command: Command, orders: Sequence[SalesOrder]) -> None:
    for company_id in sorted({o.company_id for o in orders}):
        reserving.release_all(command, company_id, [o.pk for o in orders if o.company_id == company_id])


def _call_off(command: Command, orders: Sequence[SalesOrder]) -> None:
    """Nothing more is promised, nothing more is kept."""
    _let_go(command, orders)
    planned.drop(command, [o.pk for o in orders])


def reopen(command: Command, orders: Sequence[SalesOrder], inputs: Input) -> None:
    """Back to draft, as long as nothing went out."""
    refuse(successors.problems(orders, successors.of_orders(command, [o.pk for o in orders])))
    _call_off(command, orders)


def close(command: Command, orders: Sequence[SalesOrder], inputs: Input) -> None:
    """Nothing more goes out; what went stays, and can be invoiced."""
    _call_off(command, orders)


def cancel(command: Command, orders: Sequence[SalesOrder], inputs: Input) -> None:
    """Nothing will go out; refused with the deliveries where something has."""
    refuse(successors.problems(orders, successors.of_orders(command, [o.pk for o in orders])))
    _call_off(command, orders)


def forget(command: Command, orders: Sequence[SalesOrder]) -> None:
    """A deleted draft may have been confirmed once: what was kept for it and let go again is not told any more."""
    reserving.forget(command, [o.pk for o in orders])
