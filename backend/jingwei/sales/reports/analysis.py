"""销售分析: what was invoiced less what was credited, what it cost and what is left, by month, customer or item.

Read from the invoices: an invoice counts on its date, its reversal on the day of that. Costs are as posted with them;
what was found out later about a cost stands in the books alone.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.books.reports.ledger import in_order, propose_month
from jingwei.platform.documents.read import titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company
from jingwei.platform.money import round_half_up
from jingwei.platform.reports.declare import (
    Chart,
    Column,
    Drill,
    Note,
    Params,
    Report,
    Result,
    Row,
    Source,
    Term,
    asked,
)

ZERO = Decimal(0)


class By(models.TextChoices):
    """What the figures are added up by."""

    MONTH = "month", _("By month")
    CUSTOMER = "customer", _("By customer")
    ITEM = "item", _("By item")


#: The expression that figures are added up by; the only text of the statement that changes.
GROUPS = {By.MONTH: "to_char(f.counted_on, 'YYYY-MM')", By.CUSTOMER: "f.customer_id", By.ITEM: "f.item_id"}

# Revenue recognised on delivery counts here when it is invoiced, with the cost its delivery was posted with.
_FIGURES = """
WITH facts AS (
    SELECT b.id, b.customer_id, x.item_id, b.invoiced_on AS counted_on, b.state,
           b.sign * round(x.quantity * d.quantity_stock / d.quantity, 6) AS quantity,
           CASE WHEN s.is_revenue_recognised THEN x.net_unbilled
                ELSE b.sign * round(x.amount_net * b.rate, %(decimals)s) END AS net,
           CASE WHEN s.is_revenue_recognised
                THEN b.sign * round(coalesce(-m.value, 0) * x.quantity / d.quantity, %(decimals)s)
                ELSE x.cost END AS cost
    FROM (SELECT *, CASE kind WHEN 'credit' THEN -1 ELSE 1 END AS sign FROM sales_billing) b
    JOIN sales_billing_line x ON x.group_id = b.group_id AND x.billing_id = b.id
    JOIN sales_delivery s ON s.group_id = x.group_id AND s.id = x.delivery_id
    JOIN sales_delivery_line d ON d.group_id = x.group_id AND d.delivery_id = s.id AND d.line = x.delivery_line
    LEFT JOIN move m ON m.group_id = d.group_id AND m.document_id = s.id AND m.document_line = d.line
        AND m.reverses_id IS NULL
    WHERE b.group_id = %(group)s AND b.company_id = %(company)s AND b.state IN ('posted', 'reversed'){only}
), counted AS (
    SELECT id, customer_id, item_id, counted_on, quantity, net, cost FROM facts
    UNION ALL
    SELECT f.id, f.customer_id, f.item_id, e.posted_on, -f.quantity, -f.net, -f.cost FROM facts f
    JOIN journal_entry e ON e.group_id = %(group)s AND e.document_id = f.id AND e.purpose = 'invoice.reversed'
    WHERE f.state = 'reversed'
)
"""

_ADDED_UP = """
SELECT {by}, count(DISTINCT f.id), sum(f.quantity), sum(f.net), sum(f.cost) FROM counted f
WHERE f.counted_on BETWEEN %(from)s AND %(to)s GROUP BY 1 ORDER BY {order}
"""

_WANTED = """
, wanted AS (
    SELECT * FROM jsonb_to_recordset(%(terms)s) AS w(
        term int, sign int, measure text, customer bigint, item bigint, from_on date, to_on date)
)
SELECT wanted.term, row_number() OVER (), f.counted_on, f.id, document.number,
       wanted.sign * CASE wanted.measure WHEN 'net' THEN f.net WHEN 'cost' THEN f.cost ELSE f.quantity END
FROM wanted JOIN counted f ON f.counted_on BETWEEN wanted.from_on AND wanted.to_on
    AND (wanted.customer IS NULL OR f.customer_id = wanted.customer)
    AND (wanted.item IS NULL OR f.item_id = wanted.item)
JOIN document ON document.group_id = %(group)s AND document.id = f.id
"""


_ONLY = """
      AND (%(customer)s::bigint IS NULL OR b.customer_id = %(customer)s)
      AND (%(item)s::bigint IS NULL OR x.item_id = %(item)s)"""
_DECIMALS = "(SELECT decimals FROM currency JOIN company ON currency_id = currency.code WHERE company.id = %(company)s)"

#: Lines of invoices and credit notes, each on its day, and of their reversals.
INVOICED = Source(
    key="invoiced",
    label=_("Lines of invoices"),
    permission="sales.analysis.view",
    sql=_FIGURES.format(only="").replace("%(decimals)s", _DECIMALS) + _WANTED,
)


class AnalysisParams(Params):
    """A range of days, and what to add up by."""

    from_on: date = asked(_("From day"), _("First day of the invoices."), ...)
    to_on: date = asked(_("To day"), _("Last day of the invoices."), ...)
    by: By = asked(_("Added up"), _("By month, customer or item."), By.CUSTOMER)
    customer: int | None = asked(_("Customer"), _("Only invoices of this customer."), target="masterdata.customer")
    item: int | None = asked(_("Item"), _("Only this item; empty for all."), target="masterdata.item")


def run(actor: Actor, params: AnalysisParams) -> Result:
    """One row per month, customer or item, the most sold first. Raises Refusal 422 `date.order`."""
    in_order(params.from_on, params.to_on)
    company = Company.objects.select_related("currency").get(group_id=actor.group_id, pk=actor.company_id or 0)
    decimals = company.currency.decimals
    given: dict[str, Any] = {
        "group": actor.group_id,
        "company": company.pk,
        "decimals": decimals,
        "customer": params.customer,
        "item": params.item,
        "from": params.from_on,
        "to": params.to_on,
    }
    statement = _FIGURES.format(only=_ONLY) + _ADDED_UP.format(
        by=GROUPS[params.by], order="1" if params.by == By.MONTH else "4 DESC, 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found = cursor.fetchall()
    names = titles(actor.group_id, {row[0] for row in found}) if params.by != By.MONTH else {}
    rows = [_row(params, names.get(what, what), what, *figures) for what, *figures in found]
    totals = {name: sum((row.values[name] for row in rows), ZERO) for name in ("net", "cost", "margin")}
    heads = {By.MONTH: _("Month"), By.CUSTOMER: _("Customer"), By.ITEM: _("Item")}
    # Different goods have no common unit.
    quantity = (Column("quantity", _("In stock units"), "quantity"),) if params.by == By.ITEM else ()
    return Result(
        columns=(
            Column("what", heads[params.by], "code" if params.by == By.MONTH else "reference"),
            Column("invoices", pgettext_lazy("count", "Invoices"), "integer"),
            *quantity,
            Column("net", _("Net amount"), "amount", scale=decimals),
            Column("cost", _("Cost"), "amount", scale=decimals),
            Column("margin", _("Margin"), "amount", scale=decimals, of={"net": 1, "cost": -1}),
            Column("margin_rate", _("Margin %"), "quantity", scale=2, is_sum=False),
        ),
        rows=rows,
        totals=totals,
        notes=(Note(_("Costs are as posted with the invoices; later corrections of cost stand in the books alone.")),),
        currency=company.currency.code,
    )


def _row(
    params: AnalysisParams, shown: Any, what: Any, invoices: int, quantity: Decimal, net: Decimal, cost: Decimal
) -> Row:
    margin = net - cost
    values = {
        "what": shown,
        "invoices": invoices,
        "quantity": quantity if params.by == By.ITEM else None,  # different goods have no common unit
        "net": net,
        "cost": cost,
        "margin": margin,
        "margin_rate": round_half_up(100 * margin / net, 2) if net else None,
    }
    return Row(values=values, drill=_drill(params, what))


def _formula(given: Mapping[str, Any], name: str) -> list[Term]:
    return [Term(_("Lines of invoices"), INVOICED, {**given, "measure": name})]


def _drill(params: AnalysisParams, what: Any) -> Drill:
    """A month opens by customer, a customer by item, an item by customer."""
    given: dict[str, Any] = {"from_on": params.from_on, "to_on": params.to_on, "by": By.CUSTOMER}
    given |= {name: value for name in ("customer", "item") if (value := getattr(params, name)) is not None}
    if params.by == By.MONTH:
        year, month = (int(part) for part in str(what).split("-"))
        first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        given |= {"from_on": max(first, params.from_on), "to_on": min(last, params.to_on)}
    elif params.by == By.CUSTOMER:
        given |= {"customer": what, "by": By.ITEM}
    else:
        given |= {"item": what}
    return Drill(report="sales.analysis", params=given, terms=partial(_formula, given))


ANALYSIS = Report(
    key="sales.analysis",
    label=_("Sales analysis"),
    help=_("Invoiced less credited, what it cost and the margin, by month, customer or item."),
    params=AnalysisParams,
    run=run,
    defaults=propose_month,
    chart=Chart("bar", "what", ("net", "cost", "margin")),
)
