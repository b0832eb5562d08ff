"""缺料: which released orders need which components that are not there; orders that begin earlier take first."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.platform.documents.read import title, titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Column, Drill, Params, Report, Result, Row, asked
from jingwei.production import queries

ZERO = Decimal(0)

_NEEDED = """
SELECT o.id, o.number, o.item_id, o.start_on, c.line, c.item_id, ARRAY[u.name_zh, u.name_en],
       c.quantity_required, c.quantity_issued
FROM production_component c JOIN production_order o ON o.group_id = c.group_id AND o.id = c.order_id
JOIN item i ON i.group_id = c.group_id AND i.id = c.item_id
JOIN unit u ON u.group_id = i.group_id AND u.id = i.unit_id
WHERE c.group_id = %(group)s AND o.company_id = %(company)s AND o.state = 'released'
  AND c.quantity_issued < c.quantity_required AND (%(item)s::bigint IS NULL OR c.item_id = %(item)s)
ORDER BY o.start_on, o.id, c.line
"""
_COMING = """
SELECT item_id, min(due_on), sum(quantity) FROM planned_move
WHERE group_id = %(group)s AND company_id = %(company)s AND item_id = ANY(%(items)s) AND quantity > 0
  AND kind <> 'forecast' GROUP BY 1
"""


class ShortageParams(Params):
    """Which components."""

    item: int | None = asked(_("Component"), _("Only this component; empty for all."), target="masterdata.item")
    short_only: bool = asked(_("Short only"), _("Only what is not there; else all that is still needed."), True)


def run(actor: Actor, params: ShortageParams) -> Result:
    """One row per component that an order still needs, in the order in which work begins; a row opens its order."""
    given: dict[str, Any] = {"group": actor.group_id, "company": actor.company_id, "item": params.item}
    with connection.cursor() as cursor:
        cursor.execute(_NEEDED, given)
        needed = cursor.fetchall()
        items = sorted({row[5] for row in needed})
        cursor.execute(_COMING, {**given, "items": items})
        coming = {item: (first, quantity) for item, first, quantity in cursor.fetchall()}
    free = queries.free(actor.group_id, actor.company_id or 0, items)
    left: dict[int, Decimal] = defaultdict(lambda: ZERO, free)
    names = titles(actor.group_id, {row[2] for row in needed} | set(items))
    rows = []
    for id, number, product, start_on, _line, item, unit, required, issued in needed:
        open_now = required - issued
        there = max(left[item], ZERO)
        left[item] -= open_now
        short = max(open_now - there, ZERO)
        if short or not params.short_only:
            expected = coming.get(item, (None, ZERO))
            rows.append(
                Row(
                    values={
                        "component": names.get(item),
                        "unit": title(*unit),
                        "order": number,
                        "product": names.get(product),
                        "start_on": start_on,
                        "required": required,
                        "issued": issued,
                        "available": there,
                        "short": short,
                        "coming": expected[1],
                        "coming_on": expected[0],
                    },
                    drill=Drill(document=("production.order", id)),
                )
            )
    return Result(
        columns=(
            Column("component", _("Component"), "reference"),
            Column("unit", _("Unit"), "code"),
            Column("order", _("Production order"), "code"),
            Column("product", _("Item"), "reference"),
            Column("start_on", _("Start"), "date"),
            Column("required", pgettext_lazy("production", "Required"), "quantity"),
            Column("issued", _("Issued"), "quantity"),
            Column("available", _("Available quantity"), "quantity"),
            Column("short", _("Short"), "quantity"),
            Column("coming", _("Expected"), "quantity"),
            Column("coming_on", _("Expected from"), "date"),
        ),
        rows=rows,
    )


SHORTAGES = Report(
    key="production.shortages",
    label=_("Shortages"),
    help=_("What released orders still need and is not there, and when more is expected."),
    params=ShortageParams,
    run=run,
)
