"""What can be promised: by when an order's lines can go out, from what lies there, what is expected and what is
promised already. Three statements, whatever the number of lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """`quantity` (stock unit) of an item that a line still has to deliver, from one place or (None) from any of the
    company's stock. `document_id` is 0 and `line` free where nothing is stored yet."""

    document_id: int
    line: int
    item_id: int
    location_id: int | None
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Promise:
    """In the item's stock unit: kept for the line, free for it (on hand less what is kept for others), and the first
    day on which all of it can go out without breaking an earlier promise; None when nothing planned brings enough."""

    reserved: Decimal
    available: Decimal
    available_on: date | None


_ON_HAND = """
SELECT b.item_id, b.location_id, sum(b.on_hand - b.reserved) FROM balance b
JOIN location l ON l.id = b.location_id AND l.kind = 'stock'
WHERE b.group_id = %(group)s AND b.company_id = %(company)s AND b.item_id = ANY(%(items)s)
  AND b.status = 'available' AND b.owner_id = 0 GROUP BY 1, 2
"""

# What is kept for a demand is off the balance already: the rest of it is still to be covered.
_PLANNED = """
SELECT p.item_id, p.location_id, CASE WHEN p.document_id = ANY(%(own)s) THEN p.document_id ELSE 0 END AS document,
       CASE WHEN p.document_id = ANY(%(own)s) THEN p.document_line ELSE 0 END AS line, p.due_on,
       sum(CASE WHEN p.quantity < 0 THEN least(p.quantity + coalesce(r.quantity, 0), 0) ELSE p.quantity END)
FROM planned_move p LEFT JOIN (SELECT document_id, document_line, sum(quantity) AS quantity FROM reservation
    WHERE group_id = %(group)s AND state = 'open' AND item_id = ANY(%(items)s) GROUP BY 1, 2) r
    ON r.document_id = p.document_id AND r.document_line = p.document_line
WHERE p.group_id = %(group)s AND p.company_id = %(company)s AND p.item_id = ANY(%(items)s) AND p.kind <> 'forecast'
GROUP BY 1, 2, 3, 4, 5
"""

_RESERVED = """
SELECT document_id, document_line, sum(quantity) FROM reservation
WHERE group_id = %(group)s AND state = 'open' AND document_id = ANY(%(own)s) GROUP BY 1, 2
"""


class _Change(NamedTuple):
    """Supply (+) or demand (−) still to come at a place on a day."""

    location: int
    document: int
    line: int
    due_on: date
    quantity: Decimal


def promises(group_id: int, company_id: int, today: date, asked: Sequence[Asked]) -> list[Promise]:
    """A promise per line, in their order. Lines that are not stored yet take after the lines above them."""
    if not asked:
        return []
    given: dict[str, Any] = {
        "group": group_id,
        "company": company_id,
        "items": list({a.item_id for a in asked}),
        "own": list({a.document_id for a in asked} - {0}),
    }
    free: dict[int, dict[int, Decimal]] = defaultdict(dict)
    changes: dict[int, list[_Change]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_ON_HAND, given)
        for item, location, quantity in cursor.fetchall():
            free[item][location] = quantity
        cursor.execute(_PLANNED, given)
        for item, *change in cursor.fetchall():
            changes[item].append(_Change(*change))
        cursor.execute(_RESERVED, given)
        reserved = {(document, line): quantity for document, line, quantity in cursor.fetchall()}
    found = []
    above: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for one in asked:
        own = reserved.get((one.document_id, one.line), ZERO)
        there = sum((q for place, q in free[one.item_id].items() if one.location_id in (None, place)), ZERO)
        others = [
            c
            for c in changes[one.item_id]
            if one.location_id in (None, c.location) and (c.document, c.line) != (one.document_id, one.line)
        ]
        stored = any((c.document, c.line) == (one.document_id, one.line) for c in changes[one.item_id])
        level = there + own - above[one.item_id]
        found.append(Promise(own, there + own, first_day(level, others, one.quantity, today)))
        if not stored:
            above[one.item_id] += one.quantity
    return found


def first_day(level: Decimal, changes: Sequence[_Change], quantity: Decimal, today: date) -> date | None:
    """The first day from which on `quantity` is never missing: on it and on every later day the level, with what is
    planned until then, is at least `quantity`. What is overdue counts for today.

    5 there, 3 promised for the 6th, 10 expected on the 8th: today 2 can go out, 5 to 12 on the 8th, 13 never.
    """
    days: dict[date, Decimal] = defaultdict(lambda: ZERO)
    days[today] += level
    for change in changes:
        days[max(change.due_on, today)] += change.quantity
    running, levels = ZERO, []
    for day in sorted(days):
        running += days[day]
        levels.append((day, running))
    first = None
    for day, reached in reversed(levels):
        if reached < quantity:
            break
        first = day
    return first
