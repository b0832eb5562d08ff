"""What bills and routings share: they are drafted, hold from a day on, and end; one is active per item on any day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from jingwei.engineering.models import ACTIVE, Revision
from jingwei.masterdata.models import Item
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Action, Document, Draft, Rule, State
from jingwei.platform.errors import DocumentRef, Problem, Text

DRAFT, INACTIVE = "draft", "inactive"

STATES = (
    State(DRAFT, _("Draft"), "grey"),
    State(ACTIVE, _("Active"), "green"),
    State(INACTIVE, _("Inactive"), "red"),
)


def actions(activate: Rule) -> tuple[Action, ...]:
    """The life of a bill or routing; `activate` says whether it may begin to hold."""
    return (
        Action(
            key="activate",
            label=_("Activate"),
            source=frozenset({DRAFT}),
            target=ACTIVE,
            rule=activate,
            style="primary",
            help=_("From now on production and planning work by it, on the days it is valid."),
        ),
        Action(
            key="deactivate",
            label=_("Deactivate"),
            source=frozenset({ACTIVE}),
            target=INACTIVE,
            help=_("Nothing new is made by it; orders that have it already keep what they took over."),
            ask=_("Nothing new is made by it any more."),
        ),
        Action(
            key="reactivate",
            label=_("Activate again"),
            source=frozenset({INACTIVE}),
            target=ACTIVE,
            rule=activate,
            help=_("Let it hold again on the days it is valid."),
        ),
    )


def declared(activate: Rule, **declaration: Any) -> Document:
    """A declaration with what bills and routings share. Active ones may be corrected: orders keep what they copied."""
    shared = {
        "states": STATES,
        "editable_in": frozenset({DRAFT, ACTIVE}),
        "deletable_in": frozenset({DRAFT}),
        "actions": actions(activate),
        "number": "number",
        "title": ("name_zh", "name_en"),
        "sort": "-id",
        "import_key": "reference",
        "read_only": frozenset({"number"}),
        "filters": ("state", "item", "valid_from", "valid_to"),
        "search": ("reference", "revision"),
        "sortable": ("id", "number", "revision", "valid_from"),
    }
    return Document(**{**shared, **declaration})


def name(drafts: Iterable[Draft]) -> None:
    """Lists and searches know a bill or routing by the item it makes."""
    for draft in drafts:
        item: Item = draft.record.item
        draft.record.name_zh = f"{item.code} {item.name_zh or item.name_en}"
        draft.record.name_en = f"{item.code} {item.name_en or item.name_zh}"


def problems(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """An item that is made and kept in stock, days in order; an active one keeps its item and overlaps no other."""
    found: list[Problem] = []
    message: Text
    for draft in drafts:
        record: Revision = draft.record
        if not record.item.is_made or not record.item.is_stocked:
            message = _("%(item)s is not made by the company.") % {"item": record.item}
            hint = _("Mark it as made and stocked on the item first.")
            found.append(Problem("item.not_made", message, hint, field="item", row=draft.row))
        found += (p.at(row=draft.row) for p in days_problems(record.valid_from, record.valid_to))
        if record.state == ACTIVE and draft.before.item_id != record.item_id:
            message = _("What an active one makes stays what it is.")
            hint = _("Make a new one for the other item.")
            found.append(Problem("revision.item_fixed", message, hint, field="item", row=draft.row, status=409))
    return found + overlaps(command, [(d.row, d.record) for d in drafts if d.record.state == ACTIVE])


def days_problems(first: date | None, last: date | None) -> list[Problem]:
    """`date.order` where the last day comes before the first."""
    if first is None or last is None or first <= last:
        return []
    return [Problem("date.order", _("It ends before it begins."), field="valid_to")]


@dataclass(frozen=True, slots=True)
class _Other:
    id: int
    number: str
    first: date
    last: date


def overlaps(command: Command, records: Sequence[tuple[int | None, Revision]]) -> list[Problem]:
    """`<name>.overlap` (409) where another one of the item is, or would with these become, active for some of the days;
    two statements at most. Records are (row, record) and are taken as active."""
    if not records:
        return []
    model = type(records[0][1])
    document = catalogue.of(model)
    short = document.key.rpartition(".")[2]
    own = {record.pk for _row, record in records}
    rows = model._default_manager.filter(
        group_id=command.actor.group_id,
        company_id__in={r.company_id for _row, r in records},
        item_id__in={r.item_id for _row, r in records},
        state=ACTIVE,
    ).exclude(id__in=own)
    known: dict[tuple[int, int], list[_Other]] = defaultdict(list)
    for company, item, id, number, first, last in rows.values_list(
        "company_id", "item_id", "id", "number", "valid_from", "valid_to"
    ):
        known[company, item].append(_Other(id, number, first or date.min, last or date.max))
    found = []
    for row, record in records:
        own_days = _Other(record.pk, record.number, record.valid_from or date.min, record.valid_to or date.max)
        others = known[record.company_id, record.item_id]
        found += [
            Problem(
                f"{short}.overlap",
                _("%(label)s %(number)s of %(item)s is active for some of these days.")
                % {"label": document.label, "number": other.number, "item": record.item},
                _("Let it end the day before, or deactivate it."),
                field="valid_from",
                row=row,
                status=409,
                documents=(DocumentRef(document.key, other.id, other.number),),
            )
            for other in others
            if other.first <= own_days.last and own_days.first <= other.last
        ]
        others.append(own_days)
    return found


class Dated(Protocol):
    """A bill, one of its lines, or a routing."""

    @property
    def valid_from(self) -> date | None: ...

    @property
    def valid_to(self) -> date | None: ...


def holds(dated: Dated, day: date) -> bool:
    """Whether it holds on a day; both ends belong to it, an empty one is open."""
    return (dated.valid_from is None or dated.valid_from <= day) and (dated.valid_to is None or day <= dated.valid_to)
