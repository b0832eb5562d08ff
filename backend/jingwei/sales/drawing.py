"""下推 into invoices and payments: what of deliveries is still to be invoiced, of returns to be credited, and of
invoices to be collected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.finance import payments
from jingwei.finance.models import Direction
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, Refusal
from jingwei.sales import counters
from jingwei.sales.counters import Went, plain
from jingwei.sales.models import Billing, BillingKind, Delivery, SalesReturn

ZERO = Decimal(0)


def from_deliveries(command: Command, documents: Sequence[Delivery]) -> list[dict[str, Any]]:
    """What went out, did not come back and is not invoiced: one invoice per customer and currency."""
    known = counters.delivery_lines(command, [d.pk for d in documents])
    wanted = [(known[d.pk, x.line], known[d.pk, x.line].to_invoice) for d in documents for x in d.lines]
    found = _bodies(command, wanted, BillingKind.INVOICE)
    if not found:
        raise Refusal(Problem("delivery.nothing_open", _("Everything delivered is invoiced or came back."), status=409))
    return found


def from_returns(command: Command, documents: Sequence[SalesReturn]) -> list[dict[str, Any]]:
    """What came back although it is invoiced: one credit note per customer and currency."""
    known = counters.delivery_lines(command, {x.delivery_id for r in documents for x in r.lines})
    left = {key: went.to_credit for key, went in known.items()}
    wanted = []
    for document in documents:
        for line in document.lines:
            key = line.delivery_id, line.delivery_line
            part = min(left[key], line.quantity)
            left[key] -= part
            wanted.append((known[key], part))
    found = _bodies(command, wanted, BillingKind.CREDIT)
    if not found:
        message = _("Nothing that came back is invoiced, or it is credited already.")
        raise Refusal(Problem("return.nothing_open", message, status=409))
    return found


def from_billings(command: Command, documents: Sequence[Billing]) -> list[dict[str, Any]]:
    """What is still open of the invoices: one payment per customer and currency."""
    return payments.bodies(command, Direction.IN, [d.pk for d in documents])


def _bodies(command: Command, wanted: Sequence[tuple[Went, Decimal]], kind: BillingKind) -> list[dict[str, Any]]:
    bodies: dict[tuple[int, str], dict[str, Any]] = {}
    for went, quantity in wanted:
        if quantity <= 0:
            continue
        delivery, order = went.line.delivery, went.ordered.order
        body = bodies.setdefault(
            (delivery.customer_id, str(order.currency_id)),
            {"kind": kind, "customer": delivery.customer_id, "invoiced_on": "", "lines": []},
        )
        earliest = max(command.today(delivery.company_id), command.date_of(delivery.moved_at, delivery.company_id))
        body["invoiced_on"] = max(body["invoiced_on"], _text(earliest))
        body["lines"].append({"delivery": delivery.pk, "delivery_line": went.line.line, "quantity": plain(quantity)})
    return list(bodies.values())


def _text(on: date) -> str:
    return on.isoformat()
