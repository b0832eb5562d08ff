"""The counters of order lines, changed relatively in one statement, and how far the order is because of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db import connection

from jingwei.platform.documents.command import Command
from jingwei.sales.models import SalesOrderLine

ZERO = Decimal(0)

_CHANGE = """
UPDATE sales_order_line SET quantity_delivered = sales_order_line.quantity_delivered + given.delivered,
    quantity_returned = sales_order_line.quantity_returned + given.returned,
    quantity_invoiced = sales_order_line.quantity_invoiced + given.invoiced
FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[]) AS given(id, delivered, returned, invoiced)
WHERE sales_order_line.group_id = %s AND sales_order_line.id = given.id
"""

# By net amount; by number of lines where nothing has a price. Cut, not rounded: 100 % is all of it.
_PROGRESS = """
UPDATE sales_order SET progress_delivered = trunc(found.delivered, 2), progress_invoiced = trunc(found.invoiced, 2)
FROM (SELECT order_id,
    100 * sum(weight * quantity_delivered / quantity) / sum(weight) AS delivered,
    100 * sum(weight * least(quantity_invoiced, quantity) / quantity) / sum(weight) AS invoiced
    FROM (SELECT order_id, quantity, quantity_delivered, quantity_invoiced,
        CASE WHEN sum(amount_net) OVER (PARTITION BY order_id) = 0 THEN 1 ELSE amount_net END AS weight
        FROM sales_order_line WHERE group_id = %(group)s AND order_id = ANY(%(orders)s)) AS lines
    GROUP BY order_id) AS found
WHERE sales_order.group_id = %(group)s AND sales_order.id = found.order_id
"""


def change(command: Command, changes: Iterable[tuple[SalesOrderLine, Decimal, Decimal, Decimal]]) -> None:
    """Add (delivered, returned, invoiced) to locked lines, and show the progress on their orders."""
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    orders = set()
    for line, *parts in changes:
        orders.add(line.order_id)
        sums[line.pk] = [known + part for known, part in zip(sums[line.pk], parts, strict=True)]
    if not sums:
        return
    delivered, returned, invoiced = (list(column) for column in zip(*sums.values(), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE, [list(sums), delivered, returned, invoiced, command.actor.group_id])
        cursor.execute(_PROGRESS, {"group": command.actor.group_id, "orders": list(orders)})


def deliver(command: Command, changes: Iterable[tuple[SalesOrderLine, Decimal]]) -> None:
    """Add to what is delivered."""
    change(command, ((line, quantity, ZERO, ZERO) for line, quantity in changes))
