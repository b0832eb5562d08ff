"""信用额度: how much a customer may owe and have on order. The limit's row is locked before the exposure is read, so
that of two orders confirmed at the same moment the second sees the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft
from jingwei.platform.errors import Problem, refuse
from jingwei.platform.money import round_half_up
from jingwei.sales.models import CreditLimit, SalesOrder

ZERO = Decimal(0)

# Owed by open items, less advances; on order and not gone out; gone out and not invoiced. With tax, in functional
# currency, by customer.
_EXPOSURE = """
SELECT customer, sum(amount) FROM (
    SELECT i.party_id AS customer, i.open_functional AS amount FROM open_item i
    JOIN account a ON a.id = i.account_id AND a.role IN ('AR', 'ADVANCE')
    WHERE i.group_id = %(group)s AND i.company_id = %(company)s AND i.party_id = ANY(%(customers)s)
    UNION ALL
    SELECT o.customer_id, round(l.amount_gross * o.rate * (l.quantity - l.quantity_delivered) / l.quantity, 2)
    FROM sales_order o JOIN sales_order_line l ON l.order_id = o.id WHERE o.group_id = %(group)s
    AND o.company_id = %(company)s AND o.customer_id = ANY(%(customers)s) AND o.state = 'confirmed'
    UNION ALL
    SELECT d.customer_id, round((l.amount_net + l.amount_tax) * o.rate
        * greatest(l.quantity - l.quantity_returned - l.quantity_invoiced, 0) / l.quantity, 2)
    FROM sales_delivery d JOIN sales_delivery_line l ON l.delivery_id = d.id JOIN sales_order o ON o.id = l.order_id
    WHERE d.group_id = %(group)s AND d.company_id = %(company)s AND d.customer_id = ANY(%(customers)s)
    AND d.state = 'posted'
) AS parts GROUP BY customer
"""


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """A limit is called by its customer's code."""
    for draft in drafts:
        draft.record.number = draft.record.customer.code


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """The party is a customer."""
    return [
        Problem(
            "party.not_customer",
            _("%(party)s is not a customer.") % {"party": draft.record.customer},
            field="customer",
            row=draft.row,
        )
        for draft in drafts
        if not draft.record.customer.is_customer
    ]


def refresh(limits: Sequence[CreditLimit]) -> None:
    """How much of each limit is used now; a statement a company."""
    complete = [x for x in limits if x.customer_id is not None and x.credit_limit is not None]
    for company_id in sorted({x.company_id for x in complete}):
        own = [x for x in complete if x.company_id == company_id]
        used = exposures(own[0].group_id, company_id, (x.customer_id for x in own))
        for limit in own:
            limit.amount_exposed = used.get(limit.customer_id, ZERO)
            limit.amount_free = limit.credit_limit - limit.amount_exposed


def exposures(group_id: int, company_id: int, customers: Iterable[int]) -> Mapping[int, Decimal]:
    """What customers owe and have on order with a company, with tax, in functional currency."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPOSURE, {"group": group_id, "company": company_id, "customers": list(customers)})
        return dict(cursor.fetchall())


def hold(command: Command, orders: Sequence[SalesOrder]) -> None:
    """Take the orders into what their customers owe. Raises Refusal 409 `credit.exceeded` with limit, exposure and
    excess. Customers without a limit are not waited for."""
    for company_id in sorted({o.company_id for o in orders}):
        coming: dict[int, Decimal] = defaultdict(lambda: ZERO)
        names = {}
        for order in orders:
            if order.company_id == company_id:
                coming[order.customer_id] += round_half_up(order.amount_gross * (order.rate or 1), 2)
                names[order.customer_id] = str(order.customer)
        rows = CreditLimit.objects.select_for_update(no_key=True).filter(
            group_id=command.actor.group_id, company_id=company_id, customer_id__in=coming, state="active"
        )
        limits = list(rows.order_by("id"))
        if limits:
            used = exposures(command.actor.group_id, company_id, (x.customer_id for x in limits))
            refuse(_exceeded(limits, used, coming, names))


def _exceeded(
    limits: Sequence[CreditLimit],
    used: Mapping[int, Decimal],
    coming: Mapping[int, Decimal],
    names: Mapping[int, str],
) -> Iterable[Problem]:
    for limit in limits:
        before = used.get(limit.customer_id, ZERO)
        exposure = before + coming[limit.customer_id]
        excess = exposure - limit.credit_limit
        if excess > 0:
            words = {
                "customer": names[limit.customer_id],
                "limit": f"{limit.credit_limit:,.2f}",
                "before": f"{before:,.2f}",
                "coming": f"{coming[limit.customer_id]:,.2f}",
                "excess": f"{excess:,.2f}",
            }
            yield Problem(
                "credit.exceeded",
                _(
                    "%(customer)s may owe %(limit)s; with %(before)s owed and on order and %(coming)s more it would be "
                    "%(excess)s too much."
                )
                % words,
                _("Have the customer pay, order less, or have the limit raised."),
                status=409,
                extra={"limit": f"{limit.credit_limit:f}", "exposure": f"{exposure:f}", "excess": f"{excess:f}"},
            )
