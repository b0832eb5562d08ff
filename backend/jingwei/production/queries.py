"""What production orders need and do not have: free stock of the company, in the order in which work begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import connection

from jingwei.production.counters import ZERO, needed
from jingwei.production.models import ProductionOrder

_FREE = """
SELECT b.item_id, sum(b.on_hand - b.reserved) FROM balance b
JOIN location l ON l.id = b.location_id AND l.kind = 'stock'
WHERE b.group_id = %(group)s AND b.company_id = %(company)s AND b.item_id = ANY(%(items)s)
  AND b.status = 'available' AND b.owner_id = 0 GROUP BY 1
"""
# What released orders still need: orders that begin earlier take first.
_NEEDED = """
SELECT c.item_id, o.id, o.start_on, sum(greatest(c.quantity_required - c.quantity_issued, 0))
FROM production_component c JOIN production_order o ON o.group_id = c.group_id AND o.id = c.order_id
WHERE c.group_id = %(group)s AND o.company_id = %(company)s AND o.state = 'released' AND c.item_id = ANY(%(items)s)
GROUP BY 1, 2, 3
"""


def free(group_id: int, company_id: int, items: Iterable[int]) -> dict[int, Decimal]:
    """What lies at places of the company's stock and is kept for nobody, by item, in its stock unit."""
    with connection.cursor() as cursor:
        cursor.execute(_FREE, {"group": group_id, "company": company_id, "items": sorted(set(items))})
        return defaultdict(lambda: ZERO, cursor.fetchall())


def shortages(orders: Sequence[ProductionOrder]) -> dict[int, tuple[Decimal, Decimal]]:
    """(available, short) of each component line of the orders, by the identity of the line. Available is what is free
    and not needed by released orders that begin earlier. Two statements a company."""
    found: dict[int, tuple[Decimal, Decimal]] = {}
    for company_id in {o.company_id for o in orders}:
        own = [o for o in orders if o.company_id == company_id]
        group_id, items = own[0].group_id, {c.item_id for o in own for c in o.components}
        there = free(group_id, company_id, items)
        others = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(_NEEDED, {"group": group_id, "company": company_id, "items": sorted(items)})
            for item, order, start_on, quantity in cursor.fetchall():
                others[item].append((start_on, order, quantity))
        for order in own:
            turn = (order.start_on, order.pk if isinstance(order.pk, int) else 2**53)
            taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
            for part in order.components:
                before = sum((q for start, id, q in others[part.item_id] if (start, id) < turn), ZERO)
                left = max(there[part.item_id] - before - taken[part.item_id], ZERO)
                need = needed(part)
                taken[part.item_id] += need
                found[id_of(part)] = (left, max(need - left, ZERO))
    return found


def id_of(line: object) -> int:
    """What tells lines apart that may not be stored yet."""
    return id(line)
