"""Purchase orders: defaults, amounts, and how far they are received."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata import pricing
from jingwei.masterdata.blocking import out_of_use
from jingwei.masterdata.models import Location, LocationKind
from jingwei.masterdata.rates import rate_of, rate_problems, take_rates
from jingwei.masterdata.units import load_units, to_stock
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import Problem, Refusal, Text, refuse
from jingwei.purchasing import successors
from jingwei.purchasing.models import PurchaseOrder, PurchaseOrderLine
from jingwei.stock import planned, prices
from jingwei.stock.models import PlannedKind, PlannedMove

DRAFT, CONFIRMED, CLOSED, CANCELLED = "draft", "confirmed", "closed", "cancelled"
ZERO = Decimal(0)


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """Currency and unit where none is given, amounts by line, totals."""
    load_units(command, (line.item for d in drafts for line in d.record.lines))
    for draft in drafts:
        order: PurchaseOrder = draft.record
        order.currency_id = order.currency_id or order.supplier.currency_id
        pricing.reckon(command, order, order.lines)


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """A supplier who is one, items that are bought, quantities in their unit, dates in order."""
    problems: list[Problem] = []
    message: Text
    for draft in drafts:
        order: PurchaseOrder = draft.record
        if not order.supplier.is_supplier:
            message = _("%(party)s is not a supplier.") % {"party": order.supplier}
            problems.append(Problem("party.not_supplier", message, field="supplier", row=draft.row))
        if order.requested_on is not None and order.requested_on < order.ordered_on:
            message = _("The goods are wanted before they are ordered.")
            problems.append(Problem("date.order", message, field="requested_on", row=draft.row))
        problems += (p.at(row=draft.row) for p in rate_problems(command, order))
        for position, line in enumerate(order.lines):
            for problem in _line_problems(command, order, line):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
    return problems


def _line_problems(command: Command, order: PurchaseOrder, line: PurchaseOrderLine) -> list[Problem]:
    message: Text
    problems = pricing.line_problems(command, order, line)
    if not line.item.is_purchased:
        message = _("%(item)s is not bought.") % {"item": line.item}
        problems.append(Problem("item.not_purchased", message, field="item"))
    if line.requested_on is not None and line.requested_on < order.ordered_on:
        message = _("The goods are wanted before they are ordered.")
        problems.append(Problem("date.order", message, field="requested_on"))
    return problems


def confirm(command: Command, orders: Sequence[PurchaseOrder], inputs: Input) -> None:
    """Take the exchange rate of the order's day and expect the goods. Raises `price.zero`, `price.deviates`,
    `rate.missing`, `location.missing`, `party.blocked`, `item.blocked`."""
    refuse(out_of_use("supplier", ((o.supplier, o.lines) for o in orders)))
    load_units(command, (line.item for o in orders for line in o.lines))
    take_rates(command, ((o, o.ordered_on) for o in orders))
    refuse(_unusual_prices(command, orders))
    homeless = [o for o in orders if o.location_id is None]
    places = {company: first_place(command, company) for company in sorted({o.company_id for o in homeless})}
    for order in homeless:
        order.location = places[order.company_id]
    planned.plan(command, [_expected(o, line) for o in orders for line in o.lines if line.item.is_stocked])


def warn(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """What confirming will ask a reason for."""
    return _unusual_prices(command, [d.record for d in drafts])


def _unusual_prices(command: Command, orders: Sequence[PurchaseOrder]) -> list[Problem]:
    """`price.zero` for goods that would come into the stock worth nothing, `price.deviates` for those far from the last
    price, unless the order says why. The units of the items are loaded."""
    goods = [(o, x) for o in orders if not o.price_reason for x in o.lines if x.item.is_stocked]
    items = {line.item_id: line.item for _o, line in goods}
    places = {(order.company_id, line.item_id) for order, line in goods}
    known = prices.last_ordered(command, PurchaseOrderLine, items, places)
    known = {**prices.averages(command, places - known.keys()), **known}
    problems = []
    for order, line in goods:
        if not line.amount_net:
            message = _("%(item)s on line %(line)s costs nothing.") % {"item": line.item, "line": line.line}
            hint = _("Correct the price, or say why under “%(reason)s”.") % {"reason": _("Reason for unusual prices")}
            where = f"lines.{line.line - 1}.price"
            answer = {"answer": "price_reason"}
            problems.append(Problem("price.zero", message, hint, field=where, line=line.line, extra=answer))
        elif (rate := rate_of(command, order, order.ordered_on)) is not None:
            price = prices.per_stock_unit(line.item, line.amount_net * rate, line.quantity, line.unit or line.item.unit)
            found = prices.deviation(line.item, line.line, price, known.get((order.company_id, line.item_id)))
            problems += [] if found is None else [found]
    return problems


def _expected(order: PurchaseOrder, line: PurchaseOrderLine) -> PlannedMove:
    unit = line.unit or line.item.unit
    assert order.location_id is not None, "confirming an order says where its goods are expected"
    return PlannedMove(
        group_id=order.group_id,
        company_id=order.company_id,
        document_id=order.pk,
        document_line=line.line,
        item_id=line.item_id,
        location_id=order.location_id,
        kind=PlannedKind.FIRM,
        due_on=line.requested_on or order.requested_on or order.ordered_on,
        quantity=to_stock(line.item, line.quantity, unit),
        supply_mode="purchase",
    )


def first_place(command: Command, company_id: int) -> Location:
    """The first place of the company's stock, by code. Raises `location.missing`."""
    places = Location.objects.filter(group_id=command.actor.group_id, company_id=company_id, state="active")
    found = places.filter(kind=LocationKind.STOCK).order_by("code_folded").first()
    if found is None:
        message = _("The company has no place of the stock yet.")
        raise Refusal(Problem("location.missing", message, _("Create it under Locations."), status=409))
    return found


def reopen(command: Command, orders: Sequence[PurchaseOrder], inputs: Input) -> None:
    """Back to draft, as long as nothing came."""
    refuse(successors.problems(orders, successors.of_orders(command, [o.pk for o in orders])))
    planned.drop(command, [o.pk for o in orders])


def close(command: Command, orders: Sequence[PurchaseOrder], inputs: Input) -> None:
    """Nothing more is expected; what came stays. Refused with the invoices of what did not come: it is expected."""
    owing = [o.pk for o in orders if any(line.quantity_ahead for line in o.lines)]
    found = successors.before_the_goods(command, owing, ("posted",)) if owing else {}
    refuse(successors.problems([o for o in orders if o.pk in owing], found))
    planned.drop(command, [o.pk for o in orders])


def cancel(command: Command, orders: Sequence[PurchaseOrder], inputs: Input) -> None:
    """Nothing will come; refused with what was made from the order."""
    refuse(successors.problems(orders, successors.of_orders(command, [o.pk for o in orders])))
    planned.drop(command, [o.pk for o in orders])
