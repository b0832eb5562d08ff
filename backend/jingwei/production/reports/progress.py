"""生产进度: released orders with what is planned and done of them, hours, and what is in work, live."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.platform.documents.read import title, titles
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company
from jingwei.platform.reports.declare import Column, Drill, Params, Report, Result, Row, asked
from jingwei.production import costing

ZERO = Decimal(0)
#: Orders a page can still show; a longer list is narrowed by its parameters.
MOST = 5000

_ORDERS = """
SELECT o.id, o.number, o.item_id, ARRAY[u.name_zh, u.name_en], o.state, o.due_on, o.quantity_stock,
       o.quantity_completed, o.quantity_scrapped, o.wip_cleared, coalesce(w.planned, 0), coalesce(w.reported, 0)
FROM production_order o JOIN item i ON i.group_id = o.group_id AND i.id = o.item_id
JOIN unit u ON u.group_id = i.group_id AND u.id = i.unit_id
LEFT JOIN (SELECT order_id, sum(hours_planned) AS planned, sum(hours_reported) AS reported FROM production_operation
    WHERE group_id = %(group)s GROUP BY 1) w ON w.order_id = o.id
WHERE o.group_id = %(group)s AND o.company_id = %(company)s
  AND (o.state = 'released' OR o.state = 'closed' AND NOT %(open)s)
  AND (%(item)s::bigint IS NULL OR o.item_id = %(item)s)
ORDER BY o.due_on, o.number LIMIT %(most)s
"""


class ProgressParams(Params):
    """Which orders."""

    on: date = asked(_("Day"), _("Lateness is counted up to this day."), ...)
    open_only: bool = asked(_("Open only"), _("Only orders that are released and not closed."), True)
    item: int | None = asked(_("Item"), _("Only this item; empty for all."), target="masterdata.item")


def propose(actor: Actor, today: date) -> dict[str, Any]:
    """Up to today."""
    return {"on": today}


def run(actor: Actor, params: ProgressParams) -> Result:
    """One row per order, the earliest due first; a row opens its order. Raises Refusal 422 `report.too_long`."""
    company = Company.objects.select_related("currency").get(group_id=actor.group_id, pk=actor.company_id or 0)
    given = {"group": actor.group_id, "company": company.pk, "open": params.open_only, "item": params.item}
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, {**given, "most": MOST + 1})
        orders = cursor.fetchall()
    if len(orders) > MOST:
        message = _("The report would have more than %(limit)s lines.") % {"limit": f"{MOST:,}"}
        raise Refusal(Problem("report.too_long", message, _("Choose an item, or only what is open."), field="item"))
    works = costing.works(actor.group_id, (row[0] for row in orders))
    names = titles(actor.group_id, {row[2] for row in orders})
    rows = []
    for id, number, item, unit, state, due_on, planned, completed, scrapped, cleared, hours, reported in orders:
        is_open = state == "released" and completed + scrapped < planned
        rows.append(
            Row(
                values={
                    "number": number,
                    "item": names.get(item),
                    "unit": title(*unit),
                    "due_on": due_on,
                    "days_late": max((params.on - due_on).days, 0) if is_open else 0,
                    "planned": planned,
                    "completed": completed,
                    "scrapped": scrapped,
                    "open": max(planned - completed - scrapped, ZERO) if is_open else ZERO,
                    "hours_planned": hours,
                    "hours_reported": reported,
                    "material": works[id].material,
                    "work": works[id].labour + works[id].overhead,
                    "value_completed": works[id].completed,
                    "wip": works[id].in_process - cleared,
                },
                drill=Drill(document=("production.order", id)),
            )
        )
    amounts, scale = ("material", "work", "value_completed", "wip"), company.currency.decimals
    return Result(
        columns=(
            Column("number", _("Production order"), "code"),
            Column("item", _("Item"), "reference"),
            Column("unit", _("Unit"), "code"),
            Column("due_on", pgettext_lazy("production", "Due date"), "date"),
            Column("days_late", _("Days late"), "integer"),
            Column("planned", _("Planned"), "quantity", group=_("Quantity")),
            Column("completed", _("Completed"), "quantity", group=_("Quantity")),
            Column("scrapped", _("Scrapped"), "quantity", group=_("Quantity")),
            Column("open", _("Open"), "quantity", group=_("Quantity")),
            Column("hours_planned", _("Planned"), "quantity", group=_("Hours"), scale=2),
            Column("hours_reported", _("Reported"), "quantity", group=_("Hours"), scale=2),
            Column("material", _("Material"), "amount", scale=scale),
            Column("work", _("Labour and overhead"), "amount", scale=scale),
            Column("value_completed", _("Value completed"), "amount", scale=scale),
            Column("wip", _("Work in process"), "amount", scale=scale),
        ),
        rows=rows,
        totals={name: sum((row.values[name] for row in rows), ZERO) for name in amounts},
        currency=company.currency.code,
    )


PROGRESS = Report(
    key="production.progress",
    label=_("Production progress"),
    help=_("Order by order: planned and completed, hours, and what is in work in process now."),
    params=ProgressParams,
    run=run,
    defaults=propose,
)
