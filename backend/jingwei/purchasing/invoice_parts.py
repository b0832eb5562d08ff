"""What an invoice is about, line by line: what came of it, and what is still to come; and the counters of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jingwei.finance.ledger import Books
from jingwei.platform.documents.command import Command
from jingwei.platform.money import LineAmounts
from jingwei.purchasing import counters
from jingwei.purchasing.counters import Came
from jingwei.purchasing.models import PurchaseOrderLine, SupplierInvoice, SupplierInvoiceKind, SupplierInvoiceLine

ZERO = Decimal(0)
NOTHING = LineAmounts(ZERO, ZERO, ZERO)


@dataclass(slots=True)
class Part:
    """What came of a line of an invoice, or, without `came`, what is still to come; `functional` are its amounts,
    negative on a credit note."""

    invoice: SupplierInvoice
    line: SupplierInvoiceLine
    ordered: PurchaseOrderLine
    quantity: Decimal
    came: Came | None
    functional: LineAmounts = NOTHING
    whole: LineAmounts = NOTHING

    @property
    def sign(self) -> int:
        return -1 if self.invoice.kind == SupplierInvoiceKind.CREDIT else 1

    @property
    def key(self) -> counters.Key:
        return self.line.receipt_id or 0, self.line.receipt_line or 0


def receipts_of(invoices: Iterable[SupplierInvoice]) -> set[int]:
    """Receipts that lines name."""
    return {line.receipt_id for i in invoices for line in i.lines if line.receipt_id}


def orders_of(invoices: Iterable[SupplierInvoice]) -> set[int]:
    """Orders of what is not named by a receipt."""
    return {line.order_id for i in invoices for line in i.lines if line.order_id and not line.receipt_id}


def parts_of(
    invoices: Sequence[SupplierInvoice],
    came: dict[counters.Key, Came],
    ordered: dict[counters.Key, PurchaseOrderLine],
) -> list[Part]:
    """Lines by what came of them and is not invoiced, and what is beyond it; several lines of one receipt line add
    up."""
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    parts = []
    for invoice in invoices:
        for line in invoice.lines:
            found = came[line.receipt_id, line.receipt_line or 0] if line.receipt_id else None
            own = found.ordered if found else ordered[line.order_id or 0, line.order_line or 0]
            now = ZERO
            if found is not None and invoice.kind == SupplierInvoiceKind.CREDIT:
                now = line.quantity
            elif found is not None:
                room = found.line.quantity - found.line.quantity_invoiced - taken[found.line.pk]
                now = min(line.quantity, max(ZERO, room))
                taken[found.line.pk] += now
            if now:
                parts.append(Part(invoice, line, own, now, found))
            if line.quantity > now:
                parts.append(Part(invoice, line, own, line.quantity - now, None))
    return parts


def posted_parts(
    invoices: Sequence[SupplierInvoice],
    came: dict[counters.Key, Came],
    ordered: dict[counters.Key, PurchaseOrderLine],
) -> list[Part]:
    """Lines by what had come of them when they were posted, and what had not."""
    parts = []
    for invoice in invoices:
        for line in invoice.lines:
            found = came[line.receipt_id, line.receipt_line or 0] if line.receipt_id else None
            own = found.ordered if found else ordered[line.order_id or 0, line.order_line or 0]
            now = line.quantity - line.quantity_ahead if found else ZERO
            if now:
                parts.append(Part(invoice, line, own, now, found))
            if line.quantity > now:
                parts.append(Part(invoice, line, own, line.quantity - now, None))
    return parts


def by_invoice(
    invoices: Sequence[SupplierInvoice], parts: Sequence[Part]
) -> Iterable[tuple[SupplierInvoice, list[Part]]]:
    """Invoices with their parts."""
    own: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        own[part.invoice.pk].append(part)
    return [(invoice, own[invoice.pk]) for invoice in invoices]


def came_of(parts: Iterable[Part]) -> list[Came]:
    """The receipt lines of what came."""
    return [part.came for part in parts if part.came is not None]


def cost_of(part: Part, books: Books) -> Decimal:
    """What goods cost; input tax that cannot be deducted is part of it. Services are no goods on the way."""
    if not part.ordered.item.is_stocked:
        return ZERO
    return part.functional.gross if books.taxpayer == "small_scale" else part.functional.net


def snapshots(parts: Sequence[Part]) -> tuple[dict[int, tuple[Decimal, ...]], dict[int, tuple[Decimal, ...]]]:
    """The counters of order and receipt lines before they are changed."""
    return (
        counters.snapshot((part.ordered for part in parts), counters.ORDER_COUNTERS),
        counters.snapshot((came.line for came in came_of(parts)), counters.RECEIPT_COUNTERS),
    )


def count(part: Part, sign: int) -> None:
    """Raise (sign 1) or lower the counters of order and receipt line by a part."""
    part.ordered.quantity_invoiced += sign * part.quantity
    if part.came is None:
        part.ordered.quantity_ahead += sign * part.quantity
        return
    part.came.line.quantity_invoiced += sign * part.quantity
    part.came.line.amount_invoiced += part.line.amount_accrued if sign == part.sign else -part.line.amount_accrued


def save(command: Command, parts: Sequence[Part], before: tuple[Any, Any]) -> None:
    """Write the counters, order lines first as everywhere."""
    counters.save(command, (part.ordered for part in parts), counters.ORDER_COUNTERS, before[0])
    counters.save(command, (came.line for came in came_of(parts)), counters.RECEIPT_COUNTERS, before[1])
