"""How far lines of orders and receipts are received, returned and invoiced: locked in one order, and raised first in
the command that uses them, in one statement per table.

Locks are taken receipts before orders, orders before their lines, those before the receipts' lines, each by id.
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
from jingwei.purchasing.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine

ZERO = Decimal(0)
Key = tuple[int, int]

_ORDERS = """group_id = %s AND id IN (
    SELECT unnest(%s::bigint[])
    UNION SELECT order_id FROM goods_receipt_line WHERE group_id = %s AND receipt_id = ANY(%s)
)"""
ORDER_COUNTERS = ("quantity_received", "quantity_invoiced", "quantity_ahead")
RECEIPT_COUNTERS = ("quantity_returned", "amount_returned", "quantity_invoiced", "amount_invoiced")


@dataclass(slots=True)
class Came:
    """A line of a receipt, with the line of the order it came on."""

    line: GoodsReceiptLine
    ordered: PurchaseOrderLine

    @property
    def quantity_cleared(self) -> Decimal:
        """How much of the line is returned or invoiced, in the order line's unit. It may be more than came: what was
        invoiced and then went back waits for a credit note."""
        return Decimal(self.line.quantity_returned + self.line.quantity_invoiced)

    @property
    def amount_cleared(self) -> Decimal:
        """How much of the accrued value is cleared."""
        return Decimal(self.line.amount_returned + self.line.amount_invoiced)

    def share(self, change: Decimal, decimals: int) -> Decimal:
        """What clearing `change` more (negative: less) of the line takes of its accrued value: the share of all that is
        then cleared, less what is cleared already. So nothing is left when all is cleared, whatever the parts were.

        100.00 for 3: 33.33, then 33.34, then 33.33.
        """
        target = self.line.amount * (self.quantity_cleared + change) / self.line.quantity
        return round_half_up(target, decimals) - self.amount_cleared

    @property
    def cents(self) -> Decimal:
        """What is wrongly accrued where all or nothing of the line is cleared, because parts were taken back out of
        their order; 0 where other parts will still absorb it."""
        if self.quantity_cleared == 0:
            return -self.amount_cleared
        return self.line.amount - self.amount_cleared if self.quantity_cleared == self.line.quantity else ZERO


def order_lines(command: Command, order_ids: Iterable[int], *, lock: bool = False) -> dict[Key, PurchaseOrderLine]:
    """The lines of orders, by (order, line number), with items and units; locked when asked."""
    # Orders before their lines: whoever closes an order waits for the receipt, or the receipt sees it closed.
    return _lines(
        command, _lock_orders(command, order_ids) if lock else set(order_ids), sets.LOCKED if lock else sets.IN_ORDER
    )


def _lock_orders(command: Command, order_ids: Iterable[int], receipt_ids: Iterable[int] = ()) -> set[int]:
    """Lock orders and those of receipts, in the order of their ids, and say which there are."""
    group_id = command.actor.group_id
    rows = sets.read(PurchaseOrder, _ORDERS, [group_id, list(order_ids), group_id, list(receipt_ids)], sets.LOCKED)
    command.loaded[PurchaseOrder] |= {row.pk: row for row in rows}
    return {row.pk for row in rows}


def _lines(command: Command, order_ids: set[int], tail: str) -> dict[Key, PurchaseOrderLine]:
    orders = command.load(PurchaseOrder, order_ids)
    rows = sets.among(PurchaseOrderLine, command.actor.group_id, "order_id", order_ids, tail)
    load_items(command, rows)
    for row in rows:
        row.order = orders[row.order_id]
    return {(row.order_id, row.line): row for row in rows}


def receipt_lines(command: Command, receipt_ids: Iterable[int], *, lock: bool = False) -> dict[Key, Came]:
    """The lines of receipts with those of their orders, by (receipt, line number); all of them locked when asked."""
    return lines_of(command, receipt_ids, (), lock=lock)[0]


def lines_of(
    command: Command, receipt_ids: Iterable[int], order_ids: Iterable[int], *, lock: bool = False
) -> tuple[dict[Key, Came], dict[Key, PurchaseOrderLine]]:
    """The lines of receipts as in `receipt_lines`, and those of their orders and of further orders."""
    group_id, ids, orders = command.actor.group_id, set(receipt_ids), set(order_ids)
    receipts = (command.lock if lock else command.load)(GoodsReceipt, ids)
    if lock:
        ordered = _lines(command, _lock_orders(command, orders, ids), sets.LOCKED)
    found = sets.among(GoodsReceiptLine, group_id, "receipt_id", ids, sets.LOCKED if lock else sets.IN_ORDER)
    for row in found:
        row.receipt = receipts[row.receipt_id]
    if not lock:
        ordered = order_lines(command, {*orders, *(x.order_id for x in found)})
    came = {
        (x.receipt_id, x.line): Came(x, ordered[x.order_id, x.order_line])
        for x in found
        if (x.order_id, x.order_line) in ordered
    }
    return came, ordered


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


def over_received(pairs: Iterable[tuple[Any, PurchaseOrderLine]]) -> list[Problem]:
    """`receipt.over` per order line, with what is still open; several lines of one order line are added up. `pairs` are
    lines with the quantity that would come, and their order lines."""
    coming: dict[int, Decimal] = {}
    problems = []
    for line, ordered in pairs:
        coming[ordered.pk] = coming.get(ordered.pk, ZERO) + line.quantity
        open_now = ordered.quantity - ordered.quantity_received
        if coming[ordered.pk] > open_now:
            problems.append(
                Problem(
                    "receipt.over",
                    _("Line %(line)s of %(order)s: %(more)s more than the %(open)s still open of %(ordered)s.")
                    % {
                        "line": ordered.line,
                        "order": ordered.order,
                        "more": plain(coming[ordered.pk] - open_now),
                        "open": plain(open_now),
                        "ordered": plain(ordered.quantity),
                    },
                    _("Receive at most what is open, or have the order changed."),
                    field="lines",
                    line=line.line,
                    status=409,
                    documents=(DocumentRef("purchasing.order", ordered.order_id, ordered.order.number),),
                )
            )
    return problems


def plain(quantity: Decimal) -> str:
    """A quantity as people write it, without zeros at the end."""
    return f"{quantity.normalize():f}"


def cents_left(lines: Iterable[Came]) -> list[Problem]:
    """`parts.order` (409) where taking a part back would leave cents accrued on a line that is settled, or that nothing
    was taken of: the parts after it were rounded on top of it."""
    return [
        Problem(
            "parts.order",
            _("Line %(line)s of %(receipt)s would keep %(cents)s accrued: later parts were rounded on top of this one.")
            % {
                "line": came.line.line,
                "receipt": came.line.receipt,
                "cents": f"{came.cents:,.2f}",
            },
            _("Take the later returns and invoices of the line back first."),
            line=came.line.line,
            status=409,
            documents=(DocumentRef("purchasing.receipt", came.line.receipt_id, came.line.receipt.number),),
        )
        for came in {c.line.pk: c for c in lines}.values()
        if came.cents
    ]
