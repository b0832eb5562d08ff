"""Sales orders of the source, from ordering to being paid."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from jingwei.server.loading.amounts import line_nets, line_taxes
from jingwei.server.loading.firm import BANK
from jingwei.server.loading.masters import FREIGHT, STOCK
from jingwei.server.loading.source import SalesOrder
from jingwei.server.loading.stages import AS_AGREED, Body, Context, Stage, quantity

ORDER, DELIVERY = "sales.order", "sales.delivery"
INVOICE, PAYMENT = "sales.billing", "finance.payment"
#: Goods leave at noon, after what comes on the day.
SHIPPED_AT = 12
ONE = Decimal(1)


def ordered(context: Context, order: SalesOrder) -> Body:
    """The order with its lines, their agreed amounts and taxes, and a line for freight."""
    lines: list[Body] = [
        {
            "item": context.codes.items[line.product],
            "quantity": quantity(line.quantity),
            "price": str(line.price),
            "discount_rate": quantity(line.discount_percent),
            "amount_given": str(net),
            "tax_given": str(tax),
        }
        for line, net, tax in zip(order.lines, line_nets(order), line_taxes(order), strict=True)
    ]
    if order.freight:
        lines.append({"item": FREIGHT, "quantity": "1", "price": str(order.freight)})
    return {
        "customer": context.codes.customers[order.customer],
        "customer_reference": order.customer_reference,
        "ordered_on": order.ordered_on.isoformat(),
        "requested_on": order.shipped_on.isoformat(),
        "location": STOCK,
        "reference": order.number,
        "price_reason": AS_AGREED,
        "lines": lines,
    }


def delivered(context: Context, order: SalesOrder) -> Body:
    """The whole order goes out at once, its freight with it."""
    id = context.id_of(ORDER, order.number)
    return {
        "customer": context.codes.customers[order.customer],
        "moved_at": context.firm.at(order.shipped_on, SHIPPED_AT).isoformat(),
        "waybill": order.waybill,
        "reference": order.number,
        "lines": [{"order": id, "order_line": n, "quantity": part} for n, part in _parts(order)],
        "sources": [id],
    }


def billed(context: Context, order: SalesOrder) -> Body:
    """The invoice of the day of shipping, over all of the delivery."""
    id = context.id_of(DELIVERY, order.number)
    return {
        "customer": context.codes.customers[order.customer],
        "invoiced_on": order.shipped_on.isoformat(),
        "due_on": order.due_on.isoformat(),
        "reference": order.number,
        "lines": [{"delivery": id, "delivery_line": n, "quantity": part} for n, part in _parts(order)],
        "sources": [id],
    }


def collected(context: Context, order: SalesOrder) -> Body:
    """The customer's money on the due date."""
    amount = str(order.net + order.tax + order.freight)
    return {
        "direction": "in",
        "party": context.codes.customers[order.customer],
        "posted_on": order.due_on.isoformat(),
        "account": BANK,
        "amount": amount,
        "reference": order.number,
        "lines": [{"invoice": context.number_of(INVOICE, order.number), "amount": amount}],
    }


def _parts(order: SalesOrder) -> list[tuple[int, str]]:
    """What goes out, by order line; the freight with the goods."""
    parts = [line.quantity for line in order.lines] + [ONE] * bool(order.freight)
    return [(n, quantity(part)) for n, part in enumerate(parts, start=1)]


def _confirmed(_order: SalesOrder) -> Sequence[str]:
    """The source keeps nothing for anybody: whatever is there goes to what comes first by date."""
    return ("confirm", "unreserve")


def _posted(_order: SalesOrder) -> Sequence[str]:
    return ("post",)


ORDERED = Stage(ORDER, SalesOrder, lambda o: o.ordered_on, ordered, _confirmed)
DELIVERED = Stage(DELIVERY, SalesOrder, lambda o: o.shipped_on, delivered, _posted)
BILLED = Stage(INVOICE, SalesOrder, lambda o: o.shipped_on, billed, _posted)
COLLECTED = Stage(PAYMENT, SalesOrder, lambda o: o.due_on, collected, _posted)
