"""Purchase orders of the source, from ordering to paying."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from jingwei.server.loading.amounts import line_nets, line_taxes
from jingwei.server.loading.masters import FREIGHT, STOCK
from jingwei.server.loading.source import APPROVED, COMPLETE, PENDING, REJECTED, PurchaseOrder
from jingwei.server.loading.stages import Body, Context, Stage, quantity

ORDER, RECEIPT, RETURN = "purchasing.order", "purchasing.receipt", "purchasing.return"
#: Hours of the day: goods come in the morning, and what is rejected leaves soon after.
RECEIVED_AT, RETURNED_AT = 9, 10
ONE = Decimal(1)
#: What is done to an order of each state of the source.
ACTIONS = {PENDING: (), APPROVED: ("confirm",), REJECTED: ("cancel",), COMPLETE: ("confirm",)}


def ordered(context: Context, order: PurchaseOrder) -> Body:
    """The order with its lines, their agreed amounts and taxes, and a line for freight."""
    lines: list[Body] = [
        {
            "item": context.codes.items[line.product],
            "quantity": quantity(line.ordered),
            "unit": context.codes.bought_in[line.product],
            "price": str(line.price),
            "amount_given": str(net),
            "tax_given": str(tax),
            "requested_on": line.due_on.isoformat(),
        }
        for line, net, tax in zip(order.lines, line_nets(order), line_taxes(order), strict=True)
    ]
    if order.freight:
        lines.append({"item": FREIGHT, "quantity": "1", "price": str(order.freight)})
    return {
        "supplier": context.codes.suppliers[order.supplier],
        "ordered_on": order.ordered_on.isoformat(),
        "location": STOCK,
        "reference": order.number,
        "lines": lines,
    }


def received(context: Context, order: PurchaseOrder) -> Body:
    """What came of the order, rejected goods among it."""
    id = context.id_of(ORDER, order.number)
    return {
        "supplier": context.codes.suppliers[order.supplier],
        "moved_at": context.firm.at(order.shipped_on, RECEIVED_AT).isoformat(),
        "reference": order.number,
        "delivery_note": order.number,
        "lines": [{"order": id, "order_line": n, "quantity": quantity(part)} for n, part in _coming(order)],
        "sources": [id],
    }


def _coming(order: PurchaseOrder) -> list[tuple[int, Decimal]]:
    """What is received, by order line; the freight with the goods."""
    parts = [(n, line.received) for n, line in enumerate(order.lines, start=1) if line.received]
    return parts + [(len(order.lines) + 1, ONE)] * bool(order.freight)


def returned(context: Context, order: PurchaseOrder) -> Body:
    """What was rejected of it: it goes back and is not delivered again."""
    id = context.id_of(RECEIPT, order.number)
    came = [line for line in order.lines if line.received]
    return {
        "supplier": context.codes.suppliers[order.supplier],
        "moved_at": context.firm.at(order.shipped_on, RETURNED_AT).isoformat(),
        "is_final": True,
        "reason": "拒收退回 / Rejected",
        "reference": order.number,
        "lines": [
            {"receipt": id, "receipt_line": n, "quantity": quantity(line.rejected)}
            for n, line in enumerate(came, start=1)
            if line.rejected
        ],
        "sources": [id],
    }


def _received_on(order: PurchaseOrder) -> date | None:
    return order.shipped_on if order.is_complete and any(line.received for line in order.lines) else None


def _returned_on(order: PurchaseOrder) -> date | None:
    return order.shipped_on if order.is_complete and any(line.rejected for line in order.lines) else None


def _posted(_order: PurchaseOrder) -> Sequence[str]:
    return ("post",)


ORDERED = Stage(ORDER, PurchaseOrder, lambda o: o.ordered_on, ordered, lambda o: ACTIONS[o.status])
RECEIVED = Stage(RECEIPT, PurchaseOrder, _received_on, received, _posted)
RETURNED = Stage(RETURN, PurchaseOrder, _returned_on, returned, _posted)
