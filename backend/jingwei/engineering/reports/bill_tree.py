"""多级物料清单: all that a quantity of an item takes on a day, level by level."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.engineering import exploding
from jingwei.engineering.exploding import Node
from jingwei.platform.documents.read import title, titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Column, Drill, Note, Params, Report, Result, Row, asked

#: Rows shown at most; a larger tree is cut, and says so.
MOST = 5000


class BillTreeParams(Params):
    """What is made, how much of it, by the bills of which day."""

    item: int = asked(_("Item"), _("What is made."), ..., target="masterdata.item")
    quantity: int = asked(_("Quantity"), _("How many stock units are made."), 1, minimum=1, maximum=1_000_000_000)
    on: date = asked(_("Date"), _("Day whose bills count."), ...)


def defaults(actor: Actor, today: date) -> Mapping[str, Any]:
    """The bills of today."""
    return {"on": today}


def run(actor: Actor, params: BillTreeParams) -> Result:
    """One row per component, each followed by what it is made of in turn."""
    want = (params.item, Decimal(params.quantity), params.on)
    found = list(islice(exploding.tree(actor.group_id, actor.company_id or 0, want), MOST + 1))
    nodes, notes = found[:MOST], []
    if len(found) > MOST:
        notes.append(Note(_("There are more than %(count)s rows; the rest is left out.") % {"count": MOST}, "warning"))
    if not nodes:
        notes.append(Note(_("No bill of materials of the item is active on this day.")))
    names = titles(actor.group_id, {id for n in nodes for id in (n.need.component_id, n.need.bill_id)})
    return Result(
        columns=(
            Column("component", _("Component"), "reference"),
            Column("level", _("Level"), "integer"),
            Column("quantity", _("Needed"), "quantity", is_sum=False),
            Column("unit", _("Stock unit"), "code"),
            Column("quantity_bill", _("In the bill"), "quantity", group=_("By the bill"), is_sum=False),
            Column("unit_bill", _("Unit"), "code", group=_("By the bill")),
            Column("basis", _("Per basis"), "quantity", group=_("By the bill"), is_sum=False),
            Column("scrap", _("Scrap (%)"), "quantity", group=_("By the bill"), is_sum=False),
            Column("operation", _("At operation"), "integer"),
            Column("bill", _("Bill of materials"), "reference"),
        ),
        rows=[_row(node, names) for node in nodes],
        notes=notes,
    )


def _row(node: Node, names: Mapping[int, Any]) -> Row:
    need, line = node.need, node.need.line
    return Row(
        values={
            "component": names[need.component_id],
            "level": node.level,
            "quantity": need.quantity,
            "unit": title(need.component.unit.name_zh, need.component.unit.name_en),
            "quantity_bill": line.quantity,
            "unit_bill": title(need.unit_written.name_zh, need.unit_written.name_en),
            "basis": need.bill.quantity,
            "scrap": line.scrap_rate,
            "operation": line.operation,
            "bill": names[need.bill_id],
        },
        level=node.level - 1,
        bold=node.is_made,
        drill=Drill(document=("engineering.bom", need.bill_id)),
    )


BILL_TREE = Report(
    key="engineering.bill-tree",
    label=_("Multi-level bill"),
    help=_("All that a quantity of an item takes on a day, level by level, with what is lost on the way."),
    params=BillTreeParams,
    run=run,
    defaults=defaults,
)
