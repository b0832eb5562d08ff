"""What is valued by itself: an item, or each lot of it where cost is kept by lot. Rows are made and locked in order of
the items: whoever posts an item waits for the one before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import ValuationMethod
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, Refusal
from jingwei.stock.history import Stream
from jingwei.stock.models import ItemValue

ZERO = Decimal(0)

# The method of a new row: what the company chose for the item, else that of its category.
_MAKE = """
INSERT INTO item_value (group_id, company_id, item_id, lot_id, method, quantity, value, layers, last_direction,
                        last_period_id)
SELECT item.group_id, %(company)s, item.id, 0, coalesce(chosen.method, category.valuation_method), 0, 0, '[]', 0, 0
FROM unnest(%(items)s::bigint[]) AS given(id)
JOIN item ON item.group_id = %(group)s AND item.id = given.id
JOIN item_category category ON category.group_id = item.group_id AND category.id = item.category_id
LEFT JOIN item_valuation chosen ON chosen.group_id = item.group_id AND chosen.company_id = %(company)s
    AND chosen.item_id = item.id
ON CONFLICT DO NOTHING
"""

_MAKE_LOTS = """
INSERT INTO item_value (group_id, company_id, item_id, lot_id, method, quantity, value, layers, last_direction,
                        last_period_id)
SELECT %s, %s, item, lot, 'specific', 0, 0, '[]', 0, 0 FROM unnest(%s::bigint[], %s::bigint[]) AS given(item, lot)
ON CONFLICT DO NOTHING
"""


@dataclass(slots=True)
class Held:
    """Locked rows by stream. The rows of items valued by lot (lot 0) are sums, kept by `totals`."""

    rows: dict[Stream, ItemValue] = field(default_factory=dict)
    before: dict[Stream, tuple[Decimal, Decimal]] = field(default_factory=dict)

    def stream(self, item_id: int, lot_id: int | None) -> Stream:
        """What goods of a lot are valued with. Raises Refusal 422 `lot.missing`."""
        if self.rows[item_id, 0].method != ValuationMethod.SPECIFIC:
            return item_id, 0
        if not lot_id:
            message = _("Goods of identified cost need their lot or serial number.")
            raise Refusal(Problem("lot.missing", message))
        return item_id, lot_id

    def of(self, item_id: int, lot_id: int | None) -> ItemValue:
        """The row goods of a lot are valued with."""
        return self.rows[self.stream(item_id, lot_id)]

    def totals(self) -> list[ItemValue]:
        """The sums of items of which lots changed, raised by as much."""
        changed = {}
        for stream, (quantity, value) in self.before.items():
            row, total = self.rows[stream], self.rows[stream[0], 0]
            if (row.quantity, row.value, row.last_at) != (quantity, value, None):
                total.quantity += row.quantity - quantity
                total.value += row.value - value
                changed[total.pk] = total
            self.before[stream] = row.quantity, row.value
        return list(changed.values())


def lock(command: Command, company_id: int, wanted: Iterable[tuple[int, int | None]]) -> Held:
    """Make the rows of (item, lot) that are not there and lock the items, in their order. A command that locks items
    several times locks all of them first: nobody waits for it with one that it needs later."""
    lots = {(item, lot or 0) for item, lot in wanted}
    items = sorted({item for item, _lot in lots})
    held = Held()
    if not items:
        return held
    group_id = command.actor.group_id
    made = command.held["streams"]
    if missing := [item for item in items if (company_id, item) not in made]:
        with connection.cursor() as cursor:
            cursor.execute(_MAKE, {"group": group_id, "company": company_id, "items": missing})
        made |= dict.fromkeys(((company_id, item) for item in missing), True)
    condition = "group_id = %s AND company_id = %s AND item_id = ANY(%s) AND lot_id = 0"
    rows = sets.read(ItemValue, condition, [group_id, company_id, items], "ORDER BY item_id FOR NO KEY UPDATE")
    held.rows = {(row.item_id, 0): row for row in rows}
    by_lot = sorted((item, lot) for item, lot in lots if lot and held.rows[item, 0].method == ValuationMethod.SPECIFIC)
    if by_lot:
        of_lots = [list(column) for column in zip(*by_lot, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(_MAKE_LOTS, [group_id, company_id, *of_lots])
        condition = "group_id = %s AND company_id = %s AND item_id = ANY(%s) AND lot_id = ANY(%s)"
        for row in sets.read(ItemValue, condition, [group_id, company_id, *of_lots]):
            held.rows[row.item_id, row.lot_id] = row
            held.before[row.item_id, row.lot_id] = row.quantity, row.value
    return held
