"""How far orders, their components and their operations are: locked in one order — orders, components, operations, each
by id — and changed first in the command that issues, reports or completes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item, Location, Unit
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import DocumentRef, Problem, Text
from jingwei.production.models import (
    MaterialIssue,
    MaterialIssueLine,
    ProductionComponent,
    ProductionOperation,
    ProductionOrder,
)
from jingwei.stock import planned

ZERO = Decimal(0)
RELEASED = "released"
#: The line of the planned move of what an order makes; those of its components have the components' numbers.
OUTPUT = 0
ORDER = ("quantity_completed", "quantity_scrapped", "progress")
COMPONENT = ("quantity_issued",)
OPERATION = ("quantity_good", "quantity_scrapped", "hours_reported")


def orders(
    command: Command, ids: Iterable[int], *, lock: bool = False, operations: bool = False
) -> dict[int, ProductionOrder]:
    """Orders with their components, items and units loaded, and their operations when asked; all of them read again and
    locked when asked."""
    wanted = sorted(set(ids))
    known = (command.lock if lock else command.load)(ProductionOrder, wanted)
    tail = sets.LOCKED if lock else sets.IN_ORDER
    _hang(command, known, ProductionComponent, "components", tail)
    if operations:
        _hang(command, known, ProductionOperation, "operations", tail)
    load_items(command, known.values())
    return known


def _hang(command: Command, known: Mapping[int, ProductionOrder], model: type[Any], name: str, tail: str) -> None:
    """Read the lines of orders that have none of them yet."""
    bare = {id: order for id, order in known.items() if not hasattr(order, name)}
    for order in bare.values():
        setattr(order, name, [])
    if bare:
        for line in sets.among(model, command.actor.group_id, "order_id", sorted(bare), tail):
            getattr(bare[line.order_id], name).append(line)


def load_items(command: Command, of: Iterable[ProductionOrder]) -> None:
    """Hang items with their units on orders and their components."""
    hosts: list[Any] = [host for order in of for host in (order, *order.components)]
    items = command.load(Item, (host.item_id for host in hosts))
    units = command.load(Unit, (item.unit_id for item in items.values()))
    for item in items.values():
        item.unit = units[item.unit_id]
    for host in hosts:
        host.item = items[host.item_id]


def load_places(command: Command, of: Iterable[ProductionOrder]) -> None:
    """Read the places that orders and their components name, in one statement."""
    command.load(
        Location,
        (id for o in of for id in (o.location_id, o.components_location_id, *(c.location_id for c in o.components))),
    )


def component(order: ProductionOrder | None, line: int) -> ProductionComponent | None:
    """The component of an order by the number of its line."""
    return next((c for c in order.components if c.line == line), None) if order else None


def operation(order: ProductionOrder | None, sequence: int) -> ProductionOperation | None:
    """The operation of an order by its sequence number."""
    return next((o for o in order.operations if o.sequence == sequence), None) if order else None


def needed(of: ProductionComponent) -> Decimal:
    """What is still to be issued of a component."""
    left: Decimal = of.quantity_required - of.quantity_issued
    return max(left, ZERO)


def expected(order: ProductionOrder) -> Decimal:
    """What is still to be completed of an order."""
    left: Decimal = order.quantity_stock - order.quantity_completed - order.quantity_scrapped
    return max(left, ZERO)


def not_released(order: ProductionOrder, line: int | None = None) -> Problem | None:
    """`order.not_released` (409), when something is typed for an order and again when it is posted."""
    if order.state == RELEASED:
        return None
    message = _("Production order %(order)s is not released.") % {"order": order}
    documents = (DocumentRef("production.order", order.pk, order.number),)
    hint = _("Release it, or have it opened again.")
    return Problem("order.not_released", message, hint, field="order", line=line, status=409, documents=documents)


class Changes:
    """What a command changes on locked orders: write it with `save`, the planned moves with it."""

    def __init__(self, command: Command, known: Iterable[ProductionOrder]) -> None:
        self.command, self.known = command, list(known)
        self.before = {row.pk: _values(row, names) for rows, names in self._tables() for row in rows}
        self.open = self._open()

    def _tables(self) -> list[tuple[list[Any], Sequence[str]]]:
        return [
            (self.known, ORDER),
            ([c for o in self.known for c in o.components], COMPONENT),
            ([p for o in self.known for p in getattr(o, "operations", ())], OPERATION),
        ]

    def _open(self) -> dict[tuple[int, int], Decimal]:
        opened = {(o.pk, OUTPUT): expected(o) for o in self.known}
        return opened | {(o.pk, c.line): -needed(c) for o in self.known for c in o.components}

    def save(self) -> None:
        """Write counters that changed, a statement per table, and what is still planned by them."""
        for rows, names in self._tables():
            sets.update([row for row in rows if _values(row, names) != self.before[row.pk]], names)
        now = self._open()
        planned.change(self.command, {key: now[key] - q for key, q in self.open.items() if now[key] != q})


def _values(row: Any, names: Sequence[str]) -> tuple[Decimal, ...]:
    return tuple(getattr(row, name) for name in names)


def issue_lines(
    command: Command, ids: Iterable[int], *, lock: bool = False
) -> dict[tuple[int, int], MaterialIssueLine]:
    """The lines of issues, by (issue, line number), their issues loaded; locked, issues before lines, when asked."""
    wanted = sorted(set(ids))
    known = (command.lock if lock else command.load)(MaterialIssue, wanted)
    tail = sets.LOCKED if lock else sets.IN_ORDER
    lines = sets.among(MaterialIssueLine, command.actor.group_id, "material_issue_id", wanted, tail)
    for line in lines:
        line.material_issue = known[line.material_issue_id]
    return {(line.material_issue_id, line.line): line for line in lines}


def plain(quantity: Decimal) -> str:
    """A quantity as people write it, without zeros at the end."""
    return f"{quantity.normalize():f}"


def scale_problem(item: Item, quantity: Decimal, field: str, *, zero: bool = False) -> Problem | None:
    """`qty.not_positive`, or `qty.scale` where a quantity has more decimals than the item's stock unit."""
    message: Text
    if quantity < 0 or (quantity == 0 and not zero):
        return Problem("qty.not_positive", _("The quantity must be greater than 0."), field=field)
    if quantity != round(quantity, item.unit.scale):
        words = {"quantity": plain(quantity), "unit": item.unit, "scale": item.unit.scale}
        message = _("%(quantity)s: %(unit)s has %(scale)s decimals.") % words
        return Problem("qty.scale", message, field=field)
    return None
