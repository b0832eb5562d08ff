"""Production orders: filled from bill and routing, released with what they need planned, cancelled while nothing was
done for them. What they need and do not have is told on reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.engineering import exploding, routings
from jingwei.engineering.models import Operation
from jingwei.masterdata.models import Location, LocationKind
from jingwei.masterdata.units import load_units, to_stock
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import Problem, Refusal, Text, refuse
from jingwei.platform.money import round_half_up
from jingwei.production import costing, counters, queries, successors
from jingwei.production.models import ProductionComponent, ProductionOperation, ProductionOrder
from jingwei.stock import planned
from jingwei.stock.models import PlannedKind, PlannedMove
from jingwei.warehouse import places

DRAFT, RELEASED, CLOSED, CANCELLED = "draft", "released", "closed", "cancelled"
ZERO = Decimal(0)
HOURS = 6
#: An order, and the day whose bill or routing counts.
_Want = tuple[ProductionOrder, date]


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """Stock quantity; components by the bill and operations by the routing of the first day, where the draft names none
    or is for another item, or begins on another day and they were not changed; components in proportion where the
    quantity alone is changed; planned hours."""
    load_units(command, [host.item for d in drafts for host in (d.record, *d.record.components)])
    for draft in drafts:
        order: ProductionOrder = draft.record
        order.unit = order.unit or order.item.unit
        try:
            order.quantity_stock = to_stock(order.item, order.quantity, order.unit) if order.quantity > 0 else ZERO
        except Refusal:
            order.quantity_stock = ZERO  # named by `check`
        _in_proportion(draft)
    _explode(command, [d for d in drafts if d.record.quantity_stock])
    for draft in drafts:
        _plan_hours(draft.record)


def _in_proportion(draft: Draft) -> None:
    before, order = draft.before, draft.record
    if before is None or not _same(before.components, order.components):
        return
    if before.item_id != order.item_id:
        order.components = []
        if _same(before.operations, order.operations):
            order.operations = []
    elif before.quantity_stock not in (ZERO, order.quantity_stock):
        for part in order.components:
            exact = Fraction(part.quantity_required) * Fraction(order.quantity_stock) / Fraction(before.quantity_stock)
            part.quantity_required = exploding.round_up(exact, part.item.unit.scale)


def _same(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Whether the lines were left as they are."""
    names = ("pk", "item_id", "quantity_required", "sequence", "work_centre_id", "hours_setup", "hours_run")
    return [[getattr(x, n, None) for n in names] for x in before] == [
        [getattr(x, n, None) for n in names] for x in after
    ]


def _is_empty(draft: Draft, name: str) -> bool:
    """Whether lines are to be filled: there are none, and they were not taken away on purpose."""
    if getattr(draft.record, name):
        return False
    return draft.before is None or draft.before.item_id != draft.record.item_id


def _explode(command: Command, drafts: Sequence[Draft]) -> None:
    by_company: dict[int, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_company[draft.record.company_id].append(draft)
    for company_id, own in by_company.items():
        moved = [d for d in own if _is_moved(d)]
        for name, lines_of in (("components", _components), ("operations", _operations)):
            bare = [(d.record, d.record.start_on) for d in own if _is_empty(d, name)]
            both = [(d.record, on) for d in moved for on in (d.before.start_on, d.record.start_on)]
            found = lines_of(command, company_id, [*bare, *both]) if bare or both else []
            for (order, _on), lines in zip(bare, found, strict=False):
                setattr(order, name, lines)
            old, new = found[len(bare) :: 2], found[len(bare) + 1 :: 2]
            for draft, before, after in zip(moved, old, new, strict=True):
                if _said(getattr(draft.record, name)) == _said(before) != _said(after):
                    setattr(draft.record, name, after)


def _is_moved(draft: Draft) -> bool:
    """Whether work on the same item begins on another day: what is still as bill or routing of the day before said
    becomes what those of the new day say."""
    before, order = draft.before, draft.record
    return before is not None and before.item_id == order.item_id and before.start_on != order.start_on


def _said(lines: Sequence[Any]) -> list[list[Any]]:
    """What lines have from bill or routing."""
    parts = ("item_id", "quantity_required", "operation", "is_backflushed")
    steps = ("sequence", "work_centre_id", "hours_setup", "hours_run")
    return [[getattr(line, name, None) for name in (*parts, *steps)] for line in lines]


def _components(command: Command, company_id: int, wants: Sequence[_Want]) -> list[list[Any]]:
    found = exploding.components(command, company_id, [(o.item_id, o.quantity_stock, on) for o, on in wants])
    return [
        [_component(order, n, need) for n, need in enumerate(_stocked(needs), start=1)]
        for (order, _on), needs in zip(wants, found, strict=True)
    ]


def _operations(command: Command, company_id: int, wants: Sequence[_Want]) -> list[list[Any]]:
    found = routings.operations(command, company_id, [(o.item_id, on) for o, on in wants])
    return [
        [_operation(order, n, step) for n, step in enumerate(steps, start=1)]
        for (order, _on), steps in zip(wants, found, strict=True)
    ]


def _stocked(needs: Iterable[exploding.Need]) -> list[exploding.Need]:
    return [need for need in needs if need.component.is_stocked]


def _component(order: ProductionOrder, line: int, need: exploding.Need) -> ProductionComponent:
    made = ProductionComponent(group_id=order.group_id, line=line, operation=need.operation)
    made.pk = None
    made.item, made.quantity_required, made.is_backflushed = need.component, need.quantity, need.is_backflushed
    return made


def _operation(order: ProductionOrder, line: int, step: Operation) -> ProductionOperation:
    made = ProductionOperation(group_id=order.group_id, line=line, sequence=step.sequence)
    made.pk = None
    made.name_zh, made.name_en, made.work_centre = step.name_zh, step.name_en, step.work_centre
    made.hours_setup, made.hours_run = step.hours_setup, step.hours_run
    return made


def _plan_hours(order: ProductionOrder) -> None:
    most = round_half_up(order.quantity_stock * (100 + order.tolerance) / 100, HOURS)
    for step in order.operations:
        step.hours_planned = round_half_up(step.hours_setup + step.hours_run * order.quantity_stock, HOURS)
        step.quantity_most = most


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """An item that is made and kept in stock, a quantity of it, days in order, places of the stock, sound lines."""
    problems: list[Problem] = []
    message: Text
    for draft in drafts:
        order: ProductionOrder = draft.record
        found = _quantity_problems(order)
        if not order.item.is_made:
            message = _("%(item)s is not made by the company.") % {"item": order.item}
            found.append(Problem("item.not_made", message, _("Mark the item as made."), field="item"))
        elif not order.item.is_stocked:
            message = _("%(item)s is not kept in stock.") % {"item": order.item}
            found.append(Problem("item.not_stocked", message, field="item"))
        if order.due_on < order.start_on:
            message = _("It would be due before work on it begins.")
            found.append(Problem("date.order", message, field="due_on"))
        for name in ("location", "components_location"):
            place: Location | None = getattr(order, name)
            if place is not None and place.kind != LocationKind.STOCK:
                message = _("%(place)s is not a place of the stock.") % {"place": place}
                found.append(Problem("location.not_stock", message, field=name))
        found += [*_component_problems(order), *_operation_problems(order)]
        problems += [p.at(row=draft.row) for p in found]
    return problems


def _quantity_problems(order: ProductionOrder) -> list[Problem]:
    if order.quantity <= 0:
        return [Problem("qty.not_positive", _("The quantity must be greater than 0."), field="quantity")]
    unit = order.unit or order.item.unit
    if order.quantity != round(order.quantity, unit.scale):
        words = {"quantity": counters.plain(order.quantity), "unit": unit, "scale": unit.scale}
        message = _("%(quantity)s: %(unit)s has %(scale)s decimals.") % words
        return [Problem("qty.scale", message, field="quantity")]
    try:
        to_stock(order.item, order.quantity, unit)
    except Refusal as refusal:
        return [p.at(field="quantity") for p in refusal.problems]
    return []


def _component_problems(order: ProductionOrder) -> Iterable[Problem]:
    message: Text
    for position, part in enumerate(order.components):
        where = f"components.{position}"
        if not part.item.is_stocked:
            message = _("%(item)s is not kept in stock.") % {"item": part.item}
            yield Problem("item.not_stocked", message, field=f"{where}.item", line=position + 1)
        problem = counters.scale_problem(part.item, part.quantity_required, f"{where}.quantity_required", zero=True)
        if problem is not None:
            yield problem.at(line=position + 1)
        if part.location is not None and part.location.kind != LocationKind.STOCK:
            message = _("%(place)s is not a place of the stock.") % {"place": part.location}
            yield Problem("location.not_stock", message, field=f"{where}.location", line=position + 1)


def _operation_problems(order: ProductionOrder) -> Iterable[Problem]:
    seen: set[int] = set()
    for position, step in enumerate(order.operations):
        if step.sequence in seen:
            message = _("Operation %(sequence)s is given twice.") % {"sequence": step.sequence}
            where = f"operations.{position}.sequence"
            yield Problem("routing.sequence.duplicate", message, field=where, line=position + 1)
        seen.add(step.sequence)


def refresh(orders: Sequence[ProductionOrder]) -> None:
    """What is in work, and what of the components is there and short; four statements."""
    if not orders:
        return
    stored = [o for o in orders if isinstance(o.pk, int)]
    works = costing.works(orders[0].group_id, [o.pk for o in stored])
    for order in stored:
        work = works[order.pk]
        order.amount_material, order.amount_work = work.material, work.labour + work.overhead
        order.amount_completed = work.completed
        order.amount_wip = work.in_process - order.wip_cleared
    wanted = [o for o in orders if o.state in (DRAFT, RELEASED) and o.components]
    short = queries.shortages(wanted)
    for order in wanted:
        for part in order.components:
            part.quantity_available, part.quantity_short = short[queries.id_of(part)]


def release(command: Command, orders: Sequence[ProductionOrder], inputs: Input) -> None:
    """Work may begin: components and output are planned, the planned cost is kept. What is short does not stop it.

    Raises `item.blocked`, `production.no_bill`, `routing.no_capacity`, `location.missing`."""
    refuse(_out_of_use(orders))
    refuse(p for o in orders if (p := _no_bill(o)) is not None)
    refuse(p for o in orders for p in routings.without_capacity(o.operations))
    for company_id in sorted({o.company_id for o in orders}):
        own = [o for o in orders if o.company_id == company_id]
        costing.plan(command, company_id, own)
        expect(command, company_id, own)


def _out_of_use(orders: Sequence[ProductionOrder]) -> Iterable[Problem]:
    """A draft may be older than the decision not to make or use something."""
    for order in orders:
        for line, item in [(None, order.item), *((part.line, part.item) for part in order.components)]:
            if item.state != "active":
                message = _("%(item)s is out of use.") % {"item": item}
                yield Problem("item.blocked", message, _("Have it activated."), line=line, status=409)


def _no_bill(order: ProductionOrder) -> Problem | None:
    if order.components or order.reason:
        return None
    message = _("%(order)s has no components: no bill of materials of %(item)s holds on %(date)s.")
    words = {"order": order, "item": order.item, "date": order.start_on.isoformat()}
    hint = _("Activate a bill and make the order again, enter components, or give the reason why there are none.")
    return Problem("production.no_bill", message % words, hint, field="components", status=409)


def expect(command: Command, company_id: int, orders: Sequence[ProductionOrder]) -> None:
    """Plan what is still to be issued and completed of orders."""
    first = places.first_of_stock(command, company_id).pk
    moves = []
    for order in orders:
        to = order.location_id or first
        moves.append(_planned(order, counters.OUTPUT, order.item_id, to, counters.expected(order), is_output=True))
        for part in order.components:
            taken = part.location_id or order.components_location_id or first
            moves.append(_planned(order, part.line, part.item_id, taken, -counters.needed(part), is_output=False))
    planned.plan(command, moves)


def _planned(
    order: ProductionOrder, line: int, item_id: int, location_id: int, quantity: Decimal, *, is_output: bool
) -> PlannedMove:
    return PlannedMove(
        group_id=order.group_id,
        company_id=order.company_id,
        document_id=order.pk,
        document_line=line,
        item_id=item_id,
        location_id=location_id,
        kind=PlannedKind.FIRM,
        due_on=order.due_on if is_output else order.start_on,
        quantity=quantity,
    )


def cancel(command: Command, orders: Sequence[ProductionOrder], inputs: Input) -> None:
    """Nothing will be made; refused with what was done for the order, and by `production.in_work` where late prices of
    components that came back are still in it."""
    refuse(successors.problems(orders, successors.of_orders(command, [o.pk for o in orders])))
    works = costing.works(command.actor.group_id, [o.pk for o in orders])
    refuse(
        Problem(
            "production.in_work",
            _("%(amount)s are in work for %(order)s.") % {"amount": f"{works[o.pk].in_process:,.2f}", "order": o},
            _("Close the order: what is in work is settled."),
            status=409,
        )
        for o in orders
        if works[o.pk].in_process
    )
    planned.drop(command, [o.pk for o in orders])
