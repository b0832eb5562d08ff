"""负荷: hours that open operations still take at each work centre and week, beside the hours there are: where the
bottleneck is."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.engineering import work_centres
from jingwei.engineering.models import WorkCentre
from jingwei.platform.documents.read import titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.money import round_half_up
from jingwei.platform.reports.declare import Column, Drill, Params, Report, Result, Row, asked

ZERO = Decimal(0)

# What of an operation is left: its hours in proportion to the pieces that are neither good nor scrapped yet.
_LEFT = """
SELECT p.work_centre_id, o.id, greatest(o.start_on, %(on)s), greatest(o.due_on, %(on)s),
       p.hours_planned * greatest(o.quantity_stock - p.quantity_good - p.quantity_scrapped, 0) / o.quantity_stock
FROM production_operation p JOIN production_order o ON o.group_id = p.group_id AND o.id = p.order_id
WHERE p.group_id = %(group)s AND o.company_id = %(company)s AND o.state = 'released' AND p.work_centre_id IS NOT NULL
  AND o.quantity_stock > 0 AND p.quantity_good + p.quantity_scrapped < o.quantity_stock
"""


class LoadParams(Params):
    """From which day, and how far."""

    on: date = asked(_("From day"), _("First day; what is overdue counts for it."), ...)
    weeks: int = asked(_("Weeks"), _("How many weeks are shown."), 4, minimum=1, maximum=26)


def propose(actor: Actor, today: date) -> dict[str, Any]:
    """From today."""
    return {"on": today}


def run(actor: Actor, params: LoadParams) -> Result:
    """One row per work centre and week that has work; hours of an order are spread evenly over its days."""
    monday = params.on - timedelta(days=params.on.weekday())
    days = [params.on + timedelta(n) for n in range((monday + timedelta(weeks=params.weeks) - params.on).days)]
    rows = WorkCentre.objects.filter(group_id=actor.group_id, company_id=actor.company_id or 0, state="active")
    centres = {c.pk: c for c in rows.order_by("code_folded")}
    hours: dict[tuple[int, date], Decimal] = defaultdict(lambda: ZERO)
    orders: dict[tuple[int, date], set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, {"group": actor.group_id, "company": actor.company_id, "on": params.on})
        found = cursor.fetchall()
    for centre, order, first, last, left in found:
        for day, part in _spread(centres.get(centre), first, last, left):
            week = day - timedelta(days=day.weekday())
            hours[centre, week] += part
            orders[centre, week].add(order)
    names = titles(actor.group_id, centres)
    lines = []
    for centre in centres.values():
        for week in sorted({d - timedelta(days=d.weekday()) for d in days}):
            load = round_half_up(hours[centre.pk, week], 2)
            own = [d for d in days if d - timedelta(days=d.weekday()) == week]
            there = round_half_up(sum((work_centres.hours_on(centre, d) for d in own), ZERO), 2)
            if load:
                lines.append(_row(centre, names, week, load, there, len(orders[centre.pk, week])))
    return Result(
        columns=(
            Column("centre", _("Work centre"), "reference"),
            Column("week", _("Week of"), "date"),
            Column("orders", _("Orders"), "integer"),
            Column("load", _("Hours needed"), "quantity", scale=2),
            Column("capacity", _("Hours available"), "quantity", scale=2, is_sum=False),
            Column("rate", _("Load (%)"), "quantity", is_sum=False),
            Column("over", _("Hours over"), "quantity", scale=2, is_sum=False),
        ),
        rows=lines,
    )


def _spread(centre: WorkCentre | None, first: date, last: date, hours: Decimal) -> list[tuple[date, Decimal]]:
    """Hours evenly over the days that are worked from first to last; all on the last where none is."""
    span = [first + timedelta(n) for n in range((last - first).days + 1)]
    worked = [d for d in span if centre is not None and str(d.isoweekday()) in centre.working_days] or [last]
    return [(day, hours / len(worked)) for day in worked]


def _row(centre: WorkCentre, names: Any, week: date, load: Decimal, there: Decimal, orders: int) -> Row:
    return Row(
        values={
            "centre": names.get(centre.pk),
            "week": week,
            "orders": orders,
            "load": load,
            "capacity": there,
            "rate": round_half_up(load * 100 / there, 0) if there else None,
            "over": max(load - there, ZERO),
        },
        bold=load > there,
        drill=Drill(document=("engineering.work-centre", centre.pk)),
    )


LOAD = Report(
    key="production.load",
    label=_("Work centre load"),
    help=_("Hours that open operations still take, beside the hours each work centre has, by week."),
    params=LoadParams,
    run=run,
    defaults=propose,
)
