"""How far lines of orders and deliveries are delivered, returned and invoiced: locked in one order, and raised first in
the command that uses them, in one statement per table.

Locks are taken deliveries before orders, orders before their lines, those before the deliveries' lines, each by id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.units import load_items
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import DocumentRef, Problem
from jingwei.platform.money import round_half_up
from jingwei.sales.models import Delivery, DeliveryLine, SalesOrder, SalesOrderLine
from jingwei.stock import planned

ZERO = Decimal(0)
Key = tuple[int, int]

ORDER = ("quantity_delivered", "quantity_returned", "quantity_invoiced", "net_delivered", "tax_delivered")
DELIVERY = (
    "quantity_returned",
    "quantity_invoiced",
    "net_cleared",
    "tax_cleared",
    "net_difference",
    "tax_difference",
    "net_unbilled",
    "tax_unbilled",
)

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


@dataclass(slots=True)
class Went:
    """A line of a delivery, with the line of the order it went out on."""

    line: DeliveryLine
    ordered: SalesOrderLine

    @property
    def quantity_cleared(self) -> Decimal:
        """What is returned and what is invoiced, in the order line's unit; above the quantity where goods came back
        that are invoiced and not credited yet."""
        cleared: Decimal = self.line.quantity_returned + self.line.quantity_invoiced
        return cleared

    @property
    def to_invoice(self) -> Decimal:
        """What may be invoiced: what went out, less what came back and what is invoiced."""
        rest: Decimal = self.line.quantity - self.quantity_cleared
        return max(rest, ZERO)

    @property
    def to_credit(self) -> Decimal:
        """What is invoiced although it came back."""
        beyond: Decimal = self.quantity_cleared - self.line.quantity
        return max(beyond, ZERO)

    def share(self, change: Decimal, decimals: int) -> tuple[Decimal, Decimal]:
        """What clearing `change` more (negative: less) takes of the line's net amount and tax, in the order's currency:
        the share of all that is then cleared, less what is cleared already. Parts add up, whatever they were.

        100.00 for 3: 33.33, then 33.34, then 33.33.
        """
        part = (self.quantity_cleared + change) / self.line.quantity
        return (
            round_half_up(self.line.amount_net * part, decimals) - self.line.net_cleared,
            round_half_up(self.line.amount_tax * part, decimals) - self.line.tax_cleared,
        )

    def unbilled(
        self, change: Decimal, share: tuple[Decimal, Decimal], rate: Decimal, decimals: int
    ) -> tuple[Decimal, Decimal]:
        """The same of the revenue recognised on delivery, in functional currency; nothing stays when all is cleared."""
        if self.quantity_cleared + change == self.line.quantity:
            return self.line.net_unbilled, self.line.tax_unbilled
        return round_half_up(share[0] * rate, decimals), round_half_up(share[1] * rate, decimals)


_ORDERS = """group_id = %s AND id IN (
    SELECT unnest(%s::bigint[])
    UNION SELECT order_id FROM sales_delivery_line WHERE group_id = %s AND delivery_id = ANY(%s)
)"""


def order_lines(command: Command, order_ids: Iterable[int], *, lock: bool = False) -> dict[Key, SalesOrderLine]:
    """The lines of orders, by (order, line number), with items and units; locked when asked."""
    # Orders before their lines: whoever closes an order waits for the delivery, or the delivery sees it closed.
    return _lines(
        command, _lock_orders(command, order_ids) if lock else set(order_ids), sets.LOCKED if lock else sets.IN_ORDER
    )


def _lock_orders(command: Command, order_ids: Iterable[int], delivery_ids: Iterable[int] = ()) -> set[int]:
    """Lock orders and those of deliveries, in the order of their ids, and say which there are."""
    group_id = command.actor.group_id
    rows = sets.read(SalesOrder, _ORDERS, [group_id, list(order_ids), group_id, list(delivery_ids)], sets.LOCKED)
    command.loaded[SalesOrder] |= {row.pk: row for row in rows}
    return {row.pk for row in rows}


def _lines(command: Command, order_ids: set[int], tail: str) -> dict[Key, SalesOrderLine]:
    orders = command.load(SalesOrder, order_ids)
    found: list[SalesOrderLine] = sets.among(SalesOrderLine, command.actor.group_id, "order_id", order_ids, tail)
    load_items(command, found)
    for row in found:
        row.order = orders[row.order_id]
    return {(row.order_id, row.line): row for row in found}


def delivery_lines(command: Command, delivery_ids: Iterable[int], *, lock: bool = False) -> dict[Key, Went]:
    """The lines of deliveries with those of their orders, by (delivery, line number); all of them locked when asked."""
    group_id, ids = command.actor.group_id, set(delivery_ids)
    deliveries = (command.lock if lock else command.load)(Delivery, ids)
    if lock:
        ordered = _lines(command, _lock_orders(command, (), ids), sets.LOCKED)
    found = sets.among(DeliveryLine, group_id, "delivery_id", ids, sets.LOCKED if lock else sets.IN_ORDER)
    for row in found:
        row.delivery = deliveries[row.delivery_id]
    if not lock:
        ordered = order_lines(command, (x.order_id for x in found))
    return {
        (x.delivery_id, x.line): Went(x, ordered[x.order_id, x.order_line])
        for x in found
        if (x.order_id, x.order_line) in ordered
    }


def snapshot(rows: Iterable[Any], names: Sequence[str]) -> dict[int, tuple[Decimal, ...]]:
    """The counters of locked rows before they are changed, for `save`."""
    return {row.pk: tuple(getattr(row, n) for n in names) for row in rows}


def save(
    command: Command, rows: Iterable[Any], names: Sequence[str], before: Mapping[int, tuple[Decimal, ...]]
) -> None:
    """Write by how much the counters of locked rows differ from their snapshot, in one statement."""
    changed = [
        row for row in {r.pk: r for r in rows}.values() if tuple(getattr(row, n) for n in names) != before[row.pk]
    ]
    if not changed:
        return
    table = changed[0]._meta.db_table
    sums = ", ".join(f"{n} = {table}.{n} + given.{n}" for n in names)
    columns = [[getattr(r, n) - before[r.pk][i] for r in changed] for i, n in enumerate(names)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {sums} FROM unnest(%s::bigint[], {', '.join('%s::numeric[]' for _n in names)}) "
            f"AS given(id, {', '.join(names)}) WHERE {table}.group_id = %s AND {table}.id = given.id",
            [[r.pk for r in changed], *columns, command.actor.group_id],
        )


def save_orders(command: Command, rows: Iterable[SalesOrderLine], before: Mapping[int, tuple[Decimal, ...]]) -> None:
    """Write the counters of order lines, and how far their orders are because of them."""
    found = list(rows)
    save(command, found, ORDER, before)
    if found:
        with connection.cursor() as cursor:
            given: dict[str, Any] = {"group": command.actor.group_id, "orders": list({x.order_id for x in found})}
            cursor.execute(_PROGRESS, given)


def promise(command: Command, pairs: Iterable[tuple[Any, SalesOrderLine]], sign: int) -> None:
    """Less is promised (+1) of order lines when goods have gone out, more again (−1) when they are to go once more;
    `pairs` are lines with their stock quantity, and their order lines."""
    changes: dict[Key, Decimal] = {}
    for line, ordered in pairs:
        if line.quantity_stock:
            key = ordered.order_id, ordered.line
            changes[key] = changes.get(key, ZERO) + sign * line.quantity_stock
    planned.change(command, changes)


def over_delivered(pairs: Iterable[tuple[Any, SalesOrderLine]]) -> list[Problem]:
    """`delivery.over` per order line, with what is still open; several lines of one order line are added up. `pairs`
    are lines with the quantity that would go out, and their order lines."""
    going: dict[int, Decimal] = {}
    problems = []
    for line, ordered in pairs:
        going[ordered.pk] = going.get(ordered.pk, ZERO) + line.quantity
        open_now = ordered.quantity - ordered.quantity_delivered
        if going[ordered.pk] > open_now:
            problems.append(
                Problem(
                    "delivery.over",
                    _("Line %(line)s of %(order)s: %(more)s more than the %(open)s still open of %(ordered)s.")
                    % {
                        "line": ordered.line,
                        "order": ordered.order,
                        "more": plain(going[ordered.pk] - open_now),
                        "open": plain(open_now),
                        "ordered": plain(ordered.quantity),
                    },
                    _("Deliver at most what is open, or have the order changed."),
                    field="lines",
                    line=line.line,
                    status=409,
                    documents=(DocumentRef("sales.order", ordered.order_id, ordered.order.number),),
                )
            )
    return problems


def plain(quantity: Decimal) -> str:
    """A quantity as people write it, without zeros at the end."""
    return f"{quantity.normalize():f}"


def cents_left(found: Iterable[Went]) -> list[Problem]:
    """`parts.order` (409) where taking a part back would leave revenue without an invoice on a line that is settled:
    the parts after it were rounded on top of it."""
    return [
        Problem(
            "parts.order",
            _("Line %(line)s of %(delivery)s would keep %(cents)s unbilled: later parts were rounded on top of it.")
            % {
                "line": went.line.line,
                "delivery": went.line.delivery,
                "cents": f"{went.line.net_unbilled + went.line.tax_unbilled:,.2f}",
            },
            _("Take the later returns and invoices of the line back first."),
            line=went.line.line,
            status=409,
            documents=(DocumentRef("sales.delivery", went.line.delivery_id, went.line.delivery.number),),
        )
        for went in {w.line.pk: w for w in found}.values()
        if went.quantity_cleared == went.line.quantity and (went.line.net_unbilled or went.line.tax_unbilled)
    ]
