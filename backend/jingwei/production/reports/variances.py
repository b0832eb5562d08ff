"""生产差异: what orders closed in a period cost, beside what they were planned at, and where the difference lies:
quantities and prices of components, hours and rates, pieces lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.read import titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company
from jingwei.platform.money import round_half_up
from jingwei.platform.reports.declare import Column, Drill, Params, Report, Result, Row, asked
from jingwei.production import costing

ZERO = Decimal(0)

_ORDERS = """
SELECT o.id, o.number, o.item_id, o.closed_on, o.quantity_completed, o.cost_planned, o.cost_labour, o.cost_overhead,
       o.amount_settled
FROM production_order o
WHERE o.group_id = %(group)s AND o.company_id = %(company)s AND o.state = 'closed'
  AND o.closed_on BETWEEN %(from_on)s AND %(to_on)s AND (%(item)s::bigint IS NULL OR o.item_id = %(item)s)
ORDER BY o.closed_on, o.number
"""


class VarianceParams(Params):
    """Orders that were closed in a period."""

    from_on: date = asked(_("From day"), _("First day of the period."), ...)
    to_on: date = asked(_("To day"), _("Last day of the period."), ...)
    item: int | None = asked(_("Item"), _("Only this item; empty for all."), target="masterdata.item")


def propose(actor: Actor, today: date) -> dict[str, Any]:
    """The month until today."""
    return {"from_on": today.replace(day=1), "to_on": today}


def run(actor: Actor, params: VarianceParams) -> Result:
    """One row per order: planned cost of what was completed, actual cost, the difference by element. Material and work
    differ where more or other was used than planned for the good pieces."""
    company = Company.objects.select_related("currency").get(group_id=actor.group_id, pk=actor.company_id or 0)
    scale = company.currency.decimals
    given = {"from_on": params.from_on, "to_on": params.to_on, "item": params.item}
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, {"group": actor.group_id, "company": company.pk, **given})
        orders = cursor.fetchall()
    works = costing.works(actor.group_id, (row[0] for row in orders))
    names = titles(actor.group_id, {id for row in orders for id in (row[0], row[2])})
    rows = []
    for id, _number, item, closed_on, quantity, cost, labour, overhead, settled in orders:
        work = works[id]
        planned = round_half_up(cost * quantity, scale)
        by_labour = work.labour - round_half_up(labour * quantity, scale)
        by_overhead = work.overhead - round_half_up(overhead * quantity, scale)
        actual = work.material + work.labour + work.overhead
        rows.append(
            Row(
                values={
                    "order": names.get(id),
                    "item": names.get(item),
                    "closed_on": closed_on,
                    "completed": quantity,
                    "planned": planned,
                    "actual": actual,
                    "variance": actual - planned,
                    "material": actual - planned - by_labour - by_overhead,
                    "labour": by_labour,
                    "overhead": by_overhead,
                    "settled": settled,
                },
                drill=Drill(document=("production.order", id)),
            )
        )
    amounts = ("planned", "actual", "variance", "material", "labour", "overhead", "settled")
    return Result(
        columns=(
            Column("order", _("Production order"), "reference"),
            Column("item", _("Item"), "reference"),
            Column("closed_on", _("Closed on"), "date"),
            Column("completed", _("Completed"), "quantity"),
            Column("planned", _("Planned cost"), "amount", scale=scale),
            Column("actual", _("Actual cost"), "amount", scale=scale),
            Column("variance", _("Variance"), "amount", scale=scale),
            Column("material", _("Material"), "amount", group=_("of it"), scale=scale),
            Column("labour", _("Labour"), "amount", group=_("of it"), scale=scale),
            Column("overhead", _("Overhead"), "amount", group=_("of it"), scale=scale),
            Column("settled", _("Settled"), "amount", scale=scale),
        ),
        rows=rows,
        totals={name: sum((row.values[name] or ZERO for row in rows), ZERO) for name in amounts},
        currency=company.currency.code,
    )


VARIANCES = Report(
    key="production.variances",
    label=_("Production variances"),
    help=_("What closed orders were planned at and cost, and in which element the difference lies."),
    params=VarianceParams,
    run=run,
    defaults=propose,
)
