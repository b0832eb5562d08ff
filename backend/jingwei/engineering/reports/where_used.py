"""物料反查: everything that an item goes into, directly or through others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.engineering import exploding
from jingwei.engineering.exploding import Use
from jingwei.engineering.reports.bill_tree import MOST
from jingwei.platform.documents.read import titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Column, Drill, Note, Params, Report, Result, Row, asked


class WhereUsedParams(Params):
    """The component, and the day whose bills count."""

    item: int = asked(_("Item"), _("What goes into other things."), ..., target="masterdata.item")
    on: date = asked(_("Date"), _("Day whose bills count."), ...)


def defaults(actor: Actor, today: date) -> Mapping[str, Any]:
    """The bills of today."""
    return {"on": today}


def run(actor: Actor, params: WhereUsedParams) -> Result:
    """One row per bill, those that use it directly on the first level, each followed by what uses its item in turn."""
    found = list(islice(exploding.where_used(actor.group_id, actor.company_id or 0, params.item, params.on), MOST + 1))
    uses, notes = found[:MOST], []
    if len(found) > MOST:
        notes.append(Note(_("There are more than %(count)s rows; the rest is left out.") % {"count": MOST}, "warning"))
    if not uses:
        notes.append(Note(_("No active bill of materials of this day uses the item.")))
    names = titles(actor.group_id, {id for use in uses for id in (use.item.pk, use.bill.pk)})
    return Result(
        columns=(
            Column("item", _("Item"), "reference"),
            Column("level", _("Level"), "integer"),
            Column("quantity", _("Per unit"), "quantity", is_sum=False),
            Column("revision", _("Revision"), "code"),
            Column("valid_from", _("Valid from"), "date"),
            Column("valid_to", _("Valid to"), "date"),
            Column("bill", _("Bill of materials"), "reference"),
        ),
        rows=[_row(use, names) for use in uses],
        notes=notes,
    )


def _row(use: Use, names: Mapping[int, Any]) -> Row:
    return Row(
        values={
            "item": names[use.item.pk],
            "level": use.level,
            "quantity": exploding.round_up(use.quantity, 6),
            "revision": use.bill.revision,
            "valid_from": use.bill.valid_from,
            "valid_to": use.bill.valid_to,
            "bill": names[use.bill.pk],
        },
        level=use.level - 1,
        drill=Drill(document=("engineering.bom", use.bill.pk)),
    )


WHERE_USED = Report(
    key="engineering.where-used",
    label=_("Where used"),
    help=_("Everything that an item goes into on a day, directly or through others, with its quantity per unit."),
    params=WhereUsedParams,
    run=run,
    defaults=defaults,
)
