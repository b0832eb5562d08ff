"""What is needed to make something: its bill of a day, one level or all, downwards and upwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from django.db import connection

from jingwei.engineering import revisions
from jingwei.engineering.models import ACTIVE, BillLine, BillOfMaterials
from jingwei.masterdata.models import Item, ItemUnit, Unit
from jingwei.masterdata.units import ratio
from jingwei.platform import sets
from jingwei.platform.documents.command import Command

#: An item, how much of it in its stock unit, and the day whose bill counts.
Want = tuple[int, Decimal, date]

_EXACT = Context(prec=60)

# Items and everything they are made of by active bills. OFFSET 0 keeps the way through the indexes, whatever the
# statistics say of bills that were loaded a moment ago.
_BELOW = """
WITH RECURSIVE below(item_id) AS (
    SELECT unnest(%(items)s::bigint[])
    UNION
    SELECT next.component_id FROM below, LATERAL (
        SELECT l.component_id FROM bill_of_materials b JOIN bill_line l ON l.group_id = b.group_id AND l.bill_id = b.id
        WHERE b.group_id = %(group)s AND b.item_id = below.item_id AND b.company_id = %(company)s
            AND b.state = 'active' OFFSET 0
    ) next
) SELECT item_id FROM below
"""
# The item itself and everything that is made of it.
_ABOVE = """
WITH RECURSIVE above(item_id) AS (
    SELECT %(item)s::bigint
    UNION
    SELECT b.item_id FROM above
    JOIN bill_line l ON l.group_id = %(group)s AND l.component_id = above.item_id
    JOIN bill_of_materials b ON b.group_id = l.group_id AND b.id = l.bill_id AND b.company_id = %(company)s
        AND b.state = 'active'
) SELECT item_id FROM above
"""


@dataclass(frozen=True, slots=True)
class Need:
    """A component that something takes: how much in its stock unit, scrap included, rounded up to the decimals of that
    unit. `component` has its stock unit loaded; the line of the bill is in `unit_written`."""

    bill: BillOfMaterials
    line: BillLine
    component: Item
    quantity: Decimal
    unit_written: Unit

    @property
    def component_id(self) -> int:
        return int(self.component.pk)

    @property
    def bill_id(self) -> int:
        return int(self.bill.pk)

    @property
    def operation(self) -> int | None:
        return self.line.operation

    @property
    def is_backflushed(self) -> bool:
        return self.line.is_backflushed


@dataclass(frozen=True, slots=True)
class Node:
    """A need in a tree of several levels, from 1. `is_made` says that a bill of the day tells what it is made of."""

    level: int
    need: Need
    is_made: bool


@dataclass(frozen=True, slots=True)
class Use:
    """A bill that something goes into, directly (level 1) or through others: how much of the thing one stock unit of
    what the bill makes takes, scrap included, unrounded."""

    level: int
    bill: BillOfMaterials
    item: Item
    line: BillLine
    quantity: Fraction


def components(command: Command, company_id: int, wants: Sequence[Want]) -> list[list[Need]]:
    """What each want takes, one level down, in the order of the bill's lines; nothing where no bill is active on its
    day. Five statements, whatever the number of wants.

    Raises Refusal `unit.no_conversion` where an item no longer has the unit its bill is written in.
    """
    bills = Bills(command.actor.group_id, company_id, {item for item, _quantity, _on in wants})
    return [bills.needs(*want) for want in wants]


def tree(group_id: int, company_id: int, want: Want) -> Iterator[Node]:
    """Everything a want takes, level by level, each component followed by what it is made of in turn; each level is
    rounded up as an order for it would be. Six statements, whatever the depth."""
    bills = Bills(group_id, company_id, below(group_id, company_id, [want[0]]))
    yield from _nodes(bills, want, 1)


def _nodes(bills: Bills, want: Want, level: int) -> Iterator[Node]:
    for need in bills.needs(*want):
        below = (need.component_id, need.quantity, want[2])
        yield Node(level, need, bills.on(need.component_id, want[2]) is not None)
        yield from _nodes(bills, below, level + 1)


def where_used(group_id: int, company_id: int, item: int, on: date) -> Iterator[Use]:
    """Every bill of a day that an item goes into, directly or through others, the direct ones first in their branch.
    Six statements, whatever the depth."""
    bills = Bills(group_id, company_id, _reached(_ABOVE, {"group": group_id, "company": company_id, "item": item}))
    users: dict[int, list[tuple[BillOfMaterials, BillLine]]] = defaultdict(list)
    for bill in bills.holding(on):
        for line in bill.lines:
            if revisions.holds(line, on):
                users[line.component_id].append((bill, line))
    yield from _uses(bills, users, item, Fraction(1), 1)


def _uses(
    bills: Bills,
    users: dict[int, list[tuple[BillOfMaterials, BillLine]]],
    item: int,
    content: Fraction,
    level: int,
) -> Iterator[Use]:
    for bill, line in users[item]:
        quantity = content * bills.per_unit(bill, line)
        yield Use(level, bill, bills.items[bill.item_id], line, quantity)
        yield from _uses(bills, users, bill.item_id, quantity, level + 1)


def below(group_id: int, company_id: int, items: Iterable[int]) -> set[int]:
    """Items and everything they are made of."""
    return _reached(_BELOW, {"group": group_id, "company": company_id, "items": sorted(set(items))})


def _reached(sql: str, given: Mapping[str, Any]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return {id for (id,) in cursor.fetchall()}


class Bills:
    """The active bills of items of a company with their lines, components and units: five statements."""

    def __init__(self, group_id: int, company_id: int, items: Iterable[int]) -> None:
        self.by_item: dict[int, list[BillOfMaterials]] = defaultdict(list)
        by_id: dict[int, BillOfMaterials] = {}
        own = "group_id = %s AND company_id = %s AND item_id = ANY(%s) AND state = %s"
        given = [group_id, company_id, list(set(items)), ACTIVE]
        for bill in sets.read(BillOfMaterials, own, given, "ORDER BY number"):
            bill.lines = []
            by_id[bill.pk] = bill
            self.by_item[bill.item_id].append(bill)
        lines = sets.read(BillLine, "group_id = %s AND bill_id = ANY(%s)", [group_id, list(by_id)], "ORDER BY line, id")
        for line in lines:
            by_id[line.bill_id].lines.append(line)
        named = list({*self.by_item, *(line.component_id for line in lines)})
        self.items = {i.pk: i for i in sets.read(Item, "group_id = %s AND id = ANY(%s)", [group_id, named])}
        written = {i.unit_id for i in self.items.values()} | {w.unit_id for w in (*by_id.values(), *lines) if w.unit_id}
        self.units = {u.pk: u for u in sets.read(Unit, "group_id = %s AND id = ANY(%s)", [group_id, list(written)])}
        for item in self.items.values():
            item.unit, item.units = self.units[item.unit_id], []
        for other in sets.read(ItemUnit, "group_id = %s AND item_id = ANY(%s)", [group_id, named], "ORDER BY line"):
            self.items[other.item_id].units.append(other)

    def on(self, item: int, day: date) -> BillOfMaterials | None:
        """The one bill of an item that holds on a day."""
        return next((bill for bill in self.by_item.get(item, ()) if revisions.holds(bill, day)), None)

    def holding(self, day: date) -> Iterator[BillOfMaterials]:
        """All that hold on a day."""
        return (bill for bills in self.by_item.values() for bill in bills if revisions.holds(bill, day))

    def needs(self, item: int, quantity: Decimal, day: date) -> list[Need]:
        """What a quantity of an item takes by its bill of a day."""
        bill = self.on(item, day)
        if bill is None:
            return []
        held = (line for line in bill.lines if revisions.holds(line, day))
        return [self._need(bill, line, Fraction(quantity)) for line in held]

    def _need(self, bill: BillOfMaterials, line: BillLine, quantity: Fraction) -> Need:
        component = self.items[line.component_id]
        taken = round_up(quantity * self.per_unit(bill, line), component.unit.scale)
        return Need(bill, line, component, taken, self.units[line.unit_id] if line.unit_id else component.unit)

    def per_unit(self, bill: BillOfMaterials, line: BillLine) -> Fraction:
        """How much of the component one stock unit of the product takes, both in stock units, with what is lost."""
        basis = self._in_stock(self.items[bill.item_id], bill)
        taken = self._in_stock(self.items[line.component_id], line)
        return taken / basis / (1 - Fraction(line.scrap_rate) / 100)

    def _in_stock(self, item: Item, written: BillOfMaterials | BillLine) -> Fraction:
        if written.unit_id is None or written.unit_id == item.unit_id:
            return Fraction(written.quantity)
        return Fraction(written.quantity) * ratio(item, self.units[written.unit_id])


def round_up(exact: Fraction, scale: int) -> Decimal:
    """The smallest number with `scale` decimals that is not less than `exact`."""
    units = exact * 10**scale
    return _EXACT.scaleb(Decimal(-(-units.numerator // units.denominator)), -scale)
