"""What a unit of something may be expected to cost: at its standard, as it lies there, else as it came last."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db import connection

from jingwei.platform.documents.command import Command
from jingwei.platform.money import round_half_up

PRICE_DECIMALS = 8
ZERO = Decimal(0)

_ON_HAND = """
SELECT item_id, value, quantity FROM item_value
WHERE group_id = %(group)s AND company_id = %(company)s AND item_id = ANY(%(items)s) AND lot_id = 0 AND quantity > 0
"""
_LAST = """
SELECT DISTINCT ON (item_id) item_id, value, quantity FROM move
WHERE group_id = %(group)s AND company_id = %(company)s AND item_id = ANY(%(items)s)
  AND direction = 1 AND reverses_id IS NULL AND origin_id IS NULL
ORDER BY item_id, effective_at DESC, id DESC
"""
_STANDARD = """
SELECT DISTINCT ON (p.item_id) p.item_id, p.price FROM standard_price p JOIN item_value v ON v.group_id = p.group_id
  AND v.company_id = p.company_id AND v.item_id = p.item_id AND v.lot_id = 0 AND v.method = 'standard'
WHERE p.group_id = %(group)s AND p.company_id = %(company)s AND p.item_id = ANY(%(items)s) AND p.effective_at <= %(at)s
ORDER BY p.item_id, p.effective_at DESC, p.id DESC
"""


def standards(command: Command, company_id: int, item_ids: Iterable[int]) -> dict[int, Decimal]:
    """The standard cost of one stock unit, in force now, of those items that are valued at it."""
    given = {"group": command.actor.group_id, "company": company_id, "items": sorted(set(item_ids)), "at": command.at}
    with connection.cursor() as cursor:
        cursor.execute(_STANDARD, given)  # type: ignore[arg-type]
        return dict(cursor.fetchall())


def unit_costs(command: Command, company_id: int, item_ids: Iterable[int]) -> dict[int, Decimal]:
    """Cost of one stock unit of each item, functional currency, 8 decimals: its standard cost where it is valued at it,
    else the average of what is on hand; where there is none, that of the last receipt; 0 for what never came. At most
    three statements."""
    wanted = set(item_ids)
    found = standards(command, company_id, wanted)
    with connection.cursor() as cursor:
        for sql in (_ON_HAND, _LAST):
            if missing := wanted - found.keys():
                given = {"group": command.actor.group_id, "company": company_id, "items": sorted(missing)}
                cursor.execute(sql, given)  # type: ignore[arg-type]
                for item, value, quantity in cursor.fetchall():
                    found[item] = round_half_up(value / quantity, PRICE_DECIMALS)
    return {item: found.get(item, ZERO) for item in wanted}
