"""Purchase orders of the source, from ordering to paying."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from jingwei.masterdata.pricing import share_of
from jingwei.server.loading.amounts import line_nets, line_taxes, received_value, stocked_value
from jingwei.server.loading.firm import BANK
from jingwei.server.loading.masters import FREIGHT, STOCK
from jingwei.server.loading.source import (
    APPROVED,
    CENTS,
    COMPLETE,
    PENDING,
    REJECTED,
    PurchaseLine,
    PurchaseOrder,
)
from jingwei.server.loading.stages import AS_AGREED, Body, Context, Stage, quantity

ORDER, RECEIPT, RETURN = "purchasing.order", "purchasing.receipt", "purchasing.return"
INVOICE, PAYMENT = "purchasing.invoice", "finance.payment"
#: Hours of the day: goods come in the morning, and what is rejected leaves before anything is made of it.
RECEIVED_AT, RETURNED_AT = 5, 6
ZERO, ONE = Decimal(0), Decimal(1)
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
        "price_reason": AS_AGREED,
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


def invoiced(context: Context, order: PurchaseOrder) -> Body:
    """The supplier's invoice of the day of receipt: price times what came, rounded half up line by line; of the order's
    tax the share of what came, and its freight. The source has no numbers of suppliers' invoices: ours stands for it,
    with the company's, because a supplier's number stands once in the whole group."""
    id = context.id_of(RECEIPT, order.number)
    lines: list[Body] = [
        {
            "receipt": id,
            "receipt_line": n,
            "quantity": quantity(line.received),
            "price": str(line.price),
            "amount_given": str(received_value(line)),
            "tax_given": str(_tax(tax, line.received, line)),
        }
        for n, line, tax in _came(order)
    ]
    if order.freight:
        lines.append({"receipt": id, "receipt_line": len(lines) + 1, "quantity": "1", "price": str(order.freight)})
    return {
        **_paper(context, order),
        "number_given": f"{context.firm.company.code}-{order.number}",
        "due_on": order.due_on.isoformat(),
        "reference": order.number,
        "lines": lines,
        "sources": [id],
    }


def credited(context: Context, order: PurchaseOrder) -> Body:
    """The supplier's credit note for what was rejected: what was invoiced less price times what stayed."""
    id = context.id_of(RECEIPT, order.number)
    return {
        **_paper(context, order),
        "kind": "credit",
        "due_on": order.due_on.isoformat(),
        "reference": credit_number(order),
        "lines": [
            {
                "receipt": id,
                "receipt_line": n,
                "quantity": quantity(line.rejected),
                "price": str(line.price),
                "amount_given": str(received_value(line) - stocked_value(line)),
                "tax_given": str(_tax(tax, line.received, line) - _tax(tax, line.stocked, line)),
            }
            for n, line, tax in _came(order)
            if line.rejected
        ],
        "sources": [context.id_of(RETURN, order.number)],
    }


def paid(context: Context, order: PurchaseOrder) -> Body:
    """Money to the supplier on the due date: the invoice, less the credit note."""
    invoice, credit = owed(order)
    lines = [{"invoice": context.number_of(INVOICE, order.number), "amount": str(invoice)}]
    if credit:
        lines.append({"invoice": context.number_of(INVOICE, credit_number(order)), "amount": str(-credit)})
    return {
        "direction": "out",
        "party": context.codes.suppliers[order.supplier],
        "posted_on": order.due_on.isoformat(),
        "account": BANK,
        "amount": str(invoice - credit),
        "reference": order.number,
        "lines": lines,
    }


def owed(order: PurchaseOrder) -> tuple[Decimal, Decimal]:
    """What the invoice of an order comes to, and what its credit note takes back, both with tax."""
    invoice = order.freight
    credit = ZERO
    for _n, line, tax in _came(order):
        came, stayed = _tax(tax, line.received, line), _tax(tax, line.stocked, line)
        invoice += received_value(line) + came
        credit += received_value(line) - stocked_value(line) + came - stayed
    return invoice, credit


def credit_number(order: PurchaseOrder) -> str:
    """What the credit note of an order is called by: an invoice has the order's own number."""
    return f"{order.number}-C"


def _paper(context: Context, order: PurchaseOrder) -> Body:
    day = order.shipped_on.isoformat()
    return {"supplier": context.codes.suppliers[order.supplier], "invoiced_on": day, "posted_on": day}


def _came(order: PurchaseOrder) -> list[tuple[int, PurchaseLine, Decimal]]:
    """Lines of the order's receipt by their number there, with the tax of the whole order line."""
    taxed = zip(order.lines, line_taxes(order), strict=True)
    return [(n, line, tax) for n, (line, tax) in enumerate((p for p in taxed if p[0].received), start=1)]


def _tax(tax: Decimal, part: Decimal, line: PurchaseLine) -> Decimal:
    return share_of(tax, part, ZERO, line.ordered, CENTS)


def _received_on(order: PurchaseOrder) -> date | None:
    return order.shipped_on if order.is_complete and any(line.received for line in order.lines) else None


def _returned_on(order: PurchaseOrder) -> date | None:
    return order.shipped_on if order.is_complete and any(line.rejected for line in order.lines) else None


def _paid_on(order: PurchaseOrder) -> date | None:
    invoice, credit = owed(order)
    return order.due_on if _received_on(order) and invoice > credit else None


def _posted(_order: PurchaseOrder) -> Sequence[str]:
    return ("post",)


ORDERED = Stage(ORDER, PurchaseOrder, lambda o: o.ordered_on, ordered, lambda o: ACTIONS[o.status])
RECEIVED = Stage(RECEIPT, PurchaseOrder, _received_on, received, _posted)
INVOICED = Stage(INVOICE, PurchaseOrder, _received_on, invoiced, _posted)
RETURNED = Stage(RETURN, PurchaseOrder, _returned_on, returned, _posted)
CREDITED = Stage(INVOICE, PurchaseOrder, _returned_on, credited, _posted, credit_number)
PAID = Stage(PAYMENT, PurchaseOrder, _paid_on, paid, _posted)
