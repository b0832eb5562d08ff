"""订单跟踪: every line of every order in force, how far it is, what is still to come or to go, and how late it is.

Read from the one table of supply and demand, so that orders of all kinds stand in one list; how much was ordered, came
or went and was invoiced comes from the order's own line.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.read import title, titles
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company
from jingwei.platform.reports.declare import Column, Params, Report, Result, Row, asked
from jingwei.platform.reports.drill import to_documents

#: Lines a page can still show; a longer list is narrowed by its parameters.
MOST = 5000

_LINES = """
SELECT planned.document_id, document.type, document.number, document.party_id, planned.document_line, planned.item_id,
       ARRAY[unit.name_zh, unit.name_en], planned.due_on, planned.quantity
FROM planned_move planned
JOIN document ON document.group_id = planned.group_id AND document.id = planned.document_id
JOIN item ON item.group_id = planned.group_id AND item.id = planned.item_id
JOIN unit ON unit.group_id = item.group_id AND unit.id = item.unit_id
WHERE planned.group_id = %(group)s AND planned.company_id = %(company)s
  AND planned.kind = 'firm' AND (%(done)s OR planned.quantity <> 0)
  AND (%(sign)s = 0 OR sign(planned.quantity) = %(sign)s)
  AND (NOT %(late)s OR (planned.due_on < %(on)s AND planned.quantity <> 0))
  AND (%(party)s::bigint IS NULL OR document.party_id = %(party)s)
  AND (%(item)s::bigint IS NULL OR planned.item_id = %(item)s)
ORDER BY planned.due_on, document.number, planned.document_line, planned.schedule
LIMIT %(most)s
"""


class Direction(models.TextChoices):
    """Goods that are to come, or to go."""

    ALL = "all", _("All")
    IN = "in", _("To come")
    OUT = "out", _("To go")


SIGNS = {Direction.ALL: 0, Direction.IN: 1, Direction.OUT: -1}


class TrackingParams(Params):
    """Which open lines."""

    direction: Direction = asked(_("Direction"), _("Goods that are to come, to go, or both."), Direction.ALL)
    late_only: bool = asked(_("Late only"), _("Only lines whose day has passed."), False)
    include_done: bool = asked(
        _("Fulfilled too"), _("Also lines of orders in force of which nothing is left to come or to go."), False
    )
    on: date = asked(_("Day"), _("Lateness is counted up to this day."), ...)
    party: int | None = asked(_("Party"), _("Only orders of this party."), target="masterdata.party")
    item: int | None = asked(_("Item"), _("Only this item; empty for all."), target="masterdata.item")


@dataclass(frozen=True, slots=True)
class Open:
    """A line of an order in force: what of it is still to come (+) or to go (−), in the item's stock unit."""

    document_id: int
    document_type: str
    number: str
    party_id: int | None
    line: int
    item_id: int
    unit: list[str]  # its names
    due_on: date
    quantity: Decimal


def open_lines(actor: Actor, params: TrackingParams) -> list[Open]:
    """The lines, the oldest due first, in one statement. Raises Refusal 422 `report.too_long`."""
    given: dict[str, Any] = {
        "group": actor.group_id,
        "company": actor.company_id or 0,
        "sign": SIGNS[params.direction],
        "late": params.late_only,
        "done": params.include_done,
        "on": params.on,
        "party": params.party,
        "item": params.item,
        "most": MOST + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES, given)
        found = [Open(*row) for row in cursor.fetchall()]
    if len(found) > MOST:
        message = _("The report would have more than %(limit)s lines.") % {"limit": f"{MOST:,}"}
        hint = _("Choose a party or an item, or only what is late.")
        raise Refusal(Problem("report.too_long", message, hint, field="party"))
    return found


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an order's line is, in the order's own unit."""

    ordered: Decimal
    done: Decimal
    invoiced: Decimal
    unit: str


#: Counters that a line of an order may keep of what came or went.
DONE = ("quantity_received", "quantity_delivered")


def progress_of(group_id: int, lines: list[Open]) -> dict[tuple[int, int], Progress]:
    """Progress by (document, line), in one statement for each kind of order."""
    ids: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        ids[line.document_type].add(line.document_id)
    found = {}
    for type, documents in ids.items():
        declared = catalogue.by_key.get(type)
        collection = declared.lines[0] if declared and declared.lines else None
        done = next((name for name in DONE if collection and name in collection.fields), None)
        if collection is None or done is None:
            continue
        model: Any = collection.model
        rows = model.objects.filter(**{"group_id": group_id, f"{collection.parent}_id__in": documents})
        names = (f"{collection.parent}_id", "line", "quantity", done, "quantity_invoiced")
        units = [f"{unit}__{name}" for unit in ("unit", "item__unit") for name in ("name_zh", "name_en")]
        for document, line, ordered, came, invoiced, *called in rows.values_list(*names, *units):
            unit = title(*called[:2]) or title(*called[2:])
            found[document, line] = Progress(ordered, came, invoiced, unit)
    return found


def propose(actor: Actor, today: date) -> dict[str, Any]:
    """Up to today."""
    return {"on": today}


def run(actor: Actor, params: TrackingParams) -> Result:
    """One row per line, the oldest due first; a row opens its order."""
    lines = open_lines(actor, params)
    progress = progress_of(actor.group_id, lines)
    names = titles(actor.group_id, {line.party_id for line in lines} | {line.item_id for line in lines})
    documents = to_documents(actor.group_id, {line.document_id: line.document_type for line in lines})
    return Result(
        columns=(
            Column("number", _("Document"), "code"),
            Column("party", _("Party"), "reference"),
            Column("line", _("Line"), "integer"),
            Column("item", _("Item"), "reference"),
            Column("due_on", _("Due date"), "date"),
            Column("days_late", _("Days late"), "integer"),
            Column("ordered", _("Ordered"), "quantity", _("As ordered")),
            Column("done", _("Fulfilled"), "quantity", _("As ordered")),
            Column("invoiced", _("Invoiced"), "quantity", _("As ordered")),
            Column("order_unit", _("Unit"), "code", _("As ordered")),
            Column("to_come", _("To come"), "quantity", _("Still open")),
            Column("to_go", _("To go"), "quantity", _("Still open")),
            Column("unit", _("Unit"), "code", _("Still open")),
        ),
        rows=[
            Row(
                values={
                    "number": line.number,
                    "party": names.get(line.party_id or 0),
                    "item": names.get(line.item_id),
                    **_values(line, progress.get((line.document_id, line.line)), params.on),
                },
                drill=documents.get(line.document_id),
            )
            for line in lines
        ],
        currency=str(Company.objects.values_list("currency_id", flat=True).get(pk=actor.company_id or 0)),
    )


def _values(line: Open, progress: Progress | None, on: date) -> dict[str, Any]:
    return {
        "line": line.line,
        "due_on": line.due_on,
        "days_late": max((on - line.due_on).days, 0) if line.quantity else 0,
        "ordered": progress.ordered if progress else None,
        "done": progress.done if progress else None,
        "invoiced": progress.invoiced if progress else None,
        "order_unit": progress.unit if progress else "",
        "to_come": line.quantity if line.quantity > 0 else None,
        "to_go": -line.quantity if line.quantity < 0 else None,
        "unit": title(*line.unit),
    }


ORDER_TRACKING = Report(
    key="insight.order-tracking",
    label=_("Order tracking"),
    help=_("Orders line by line: how much came or went and was invoiced, what is still open, and how late it is."),
    params=TrackingParams,
    run=run,
    defaults=propose,
)
