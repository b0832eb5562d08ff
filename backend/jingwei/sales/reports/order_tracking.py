"""销售订单执行: line by line, what is ordered, kept, gone out, come back and invoiced, when it is wanted and when all
that is open can go out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.read import title, titles
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company
from jingwei.platform.reports.declare import Column, Drill, Params, Report, Result, Row, asked
from jingwei.sales import queries

ZERO = Decimal(0)
#: Lines a page can still show; a longer list is narrowed by its parameters.
MOST = 5000

_LINES = """
SELECT o.id, o.number, o.customer_id, o.state, o.location_id, l.line, l.item_id, ARRAY[u.name_zh, u.name_en],
       l.quantity, l.quantity_stock,
       l.quantity_delivered, l.quantity_returned, l.quantity_invoiced, coalesce(r.quantity, 0),
       coalesce(l.requested_on, o.requested_on, o.ordered_on),
       round(l.amount_net * coalesce(o.rate, 1) * (l.quantity - l.quantity_delivered) / l.quantity, %(decimals)s)
FROM sales_order o JOIN sales_order_line l ON l.group_id = o.group_id AND l.order_id = o.id
JOIN unit u ON u.group_id = l.group_id AND u.id = l.unit_id
LEFT JOIN (SELECT document_id, document_line, sum(quantity) AS quantity FROM reservation
    WHERE group_id = %(group)s AND company_id = %(company)s AND state = 'open' GROUP BY 1, 2) r
    ON r.document_id = o.id AND r.document_line = l.line
WHERE o.group_id = %(group)s AND o.company_id = %(company)s AND o.state IN ('confirmed', 'closed')
  AND (NOT %(open)s OR o.state = 'confirmed'
       AND (l.quantity_delivered < l.quantity OR l.quantity_invoiced < l.quantity_delivered))
  AND (%(customer)s::bigint IS NULL OR o.customer_id = %(customer)s)
  AND (%(item)s::bigint IS NULL OR l.item_id = %(item)s)
ORDER BY 15, o.number, l.line LIMIT %(most)s
"""


class TrackingParams(Params):
    """Which lines of orders."""

    on: date = asked(_("Day"), _("Lateness is counted up to this day."), ...)
    open_only: bool = asked(
        _("Open only"), _("Only lines of which something is still to be delivered or invoiced."), True
    )
    customer: int | None = asked(_("Customer"), _("Only orders of this customer."), target="masterdata.customer")
    item: int | None = asked(_("Item"), _("Only this item; empty for all."), target="masterdata.item")


class _Line(NamedTuple):
    order_id: int
    number: str
    customer_id: int
    state: str
    location_id: int | None
    line: int
    item_id: int
    unit: list[str]  # its names
    quantity: Decimal
    quantity_stock: Decimal
    delivered: Decimal
    returned: Decimal
    invoiced: Decimal
    reserved: Decimal
    wanted_on: date
    amount_open: Decimal

    @property
    def open_stock(self) -> Decimal:
        """What is still to be delivered, in the item's stock unit; nothing of an order that is closed."""
        if self.state != "confirmed":
            return ZERO
        share = Fraction(self.quantity_stock) * Fraction(self.quantity - self.delivered) / Fraction(self.quantity)
        return Decimal(share.numerator) / Decimal(share.denominator)


def propose(actor: Actor, today: date) -> dict[str, Any]:
    """Up to today."""
    return {"on": today}


def run(actor: Actor, params: TrackingParams) -> Result:
    """One row per line, the earliest wanted first; a row opens its order. Raises Refusal 422 `report.too_long`."""
    company = Company.objects.select_related("currency").get(group_id=actor.group_id, pk=actor.company_id or 0)
    lines = _lines(actor, params, company.pk, company.currency.decimals)
    names = titles(actor.group_id, {x.customer_id for x in lines} | {x.item_id for x in lines})
    promised = _promises(actor.group_id, company.pk, params.on, lines)
    rows = [
        Row(
            values={
                "number": x.number,
                "customer": names.get(x.customer_id),
                "line": x.line,
                "item": names.get(x.item_id),
                "unit": title(*x.unit),
                "ordered": x.quantity,
                "reserved": _in_unit(x, x.reserved),
                "delivered": x.delivered,
                "returned": x.returned,
                "invoiced": x.invoiced,
                "wanted_on": x.wanted_on,
                "available_on": promised.get((x.order_id, x.line)),
                "days_late": _late(x, params.on),
                "amount_open": x.amount_open if x.state == "confirmed" else ZERO,
            },
            drill=Drill(document=("sales.order", x.order_id)),
        )
        for x in lines
    ]
    return Result(
        columns=(
            Column("number", _("Order"), "code"),
            Column("customer", _("Customer"), "reference"),
            Column("line", _("Line"), "integer"),
            Column("item", _("Item"), "reference"),
            Column("unit", _("Unit"), "code"),
            Column("ordered", _("Ordered"), "quantity"),
            Column("reserved", _("Reserved"), "quantity"),
            Column("delivered", _("Delivered"), "quantity"),
            Column("returned", _("Returned"), "quantity"),
            Column("invoiced", _("Invoiced"), "quantity"),
            Column("wanted_on", _("Requested date"), "date"),
            Column("available_on", _("Available on"), "date"),
            Column("days_late", _("Days late"), "integer"),
            Column("amount_open", _("Still to deliver, net"), "amount", scale=company.currency.decimals),
        ),
        rows=rows,
        totals={"amount_open": sum((row.values["amount_open"] for row in rows), ZERO)},
        currency=company.currency.code,
    )


def _lines(actor: Actor, params: TrackingParams, company_id: int, decimals: int) -> list[_Line]:
    given: dict[str, Any] = {
        "group": actor.group_id,
        "company": company_id,
        "decimals": decimals,
        "open": params.open_only,
        "customer": params.customer,
        "item": params.item,
        "most": MOST + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES, given)
        found = [_Line(*row) for row in cursor.fetchall()]
    if len(found) > MOST:
        message = _("The report would have more than %(limit)s lines.") % {"limit": f"{MOST:,}"}
        hint = _("Choose a customer or an item, or only what is open.")
        raise Refusal(Problem("report.too_long", message, hint, field="customer"))
    return found


def _promises(group_id: int, company_id: int, today: date, lines: list[_Line]) -> dict[tuple[int, int], date | None]:
    wanted = [x for x in lines if x.open_stock > 0]
    asked_for = [queries.Asked(x.order_id, x.line, x.item_id, x.location_id, x.open_stock) for x in wanted]
    found = queries.promises(group_id, company_id, today, asked_for)
    return {(x.order_id, x.line): promise.available_on for x, promise in zip(wanted, found, strict=True)}


def _in_unit(line: _Line, stock: Decimal) -> Decimal:
    """A quantity of the stock unit in the order's unit, to the six decimals a quantity has."""
    if not line.quantity_stock:
        return ZERO
    return round(stock * line.quantity / line.quantity_stock, 6)


def _late(line: _Line, on: date) -> int:
    """Days since the line was wanted, while something of it is still to go out."""
    is_open = line.state == "confirmed" and line.delivered < line.quantity
    return max((on - line.wanted_on).days, 0) if is_open else 0


ORDER_TRACKING = Report(
    key="sales.order-tracking",
    label=_("Sales order progress"),
    help=_("Line by line: ordered, reserved, delivered, returned, invoiced, when it is wanted and when it can go out."),
    params=TrackingParams,
    run=run,
    defaults=propose,
)
