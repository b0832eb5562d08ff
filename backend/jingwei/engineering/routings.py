"""Routings: what makes one sound, when it may begin to hold, and the operations of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from jingwei.engineering import revisions
from jingwei.engineering.models import ACTIVE, Operation, Routing, WorkCentre
from jingwei.engineering.work_centres import has_capacity
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import Problem, Text, refuse

#: An item and the day whose routing counts.
Want = tuple[int, date]


class Step(Protocol):
    """An operation of a routing or of an order, its work centre loaded."""

    line: int
    sequence: int
    work_centre: WorkCentre | None


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """The item's name, and the operations in their order."""
    revisions.name(drafts)
    for draft in drafts:
        draft.record.operations.sort(key=lambda operation: operation.sequence)
        for position, operation in enumerate(draft.record.operations, start=1):
            operation.line = position


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Operations with a name, each number once; an active routing keeps its work centres."""
    found = revisions.problems(command, drafts)
    message: Text
    for draft in drafts:
        routing: Routing = draft.record
        seen: set[int] = set()
        for position, operation in enumerate(routing.operations):
            place: dict[str, Any] = {"row": draft.row, "line": position + 1}
            if operation.sequence in seen:
                message = _("Operation %(sequence)s is given twice.") % {"sequence": operation.sequence}
                where = f"operations.{position}.sequence"
                found.append(Problem("routing.sequence.duplicate", message, field=where, **place))
            seen.add(operation.sequence)
            if not operation.name_zh and not operation.name_en:
                message = _("Give at least one of the two names.")
                found.append(Problem("name.missing", message, field=f"operations.{position}.name_zh", **place))
        if routing.state == ACTIVE:
            found += (p.at(row=draft.row) for p in without_capacity(routing.operations))
    return found


def without_capacity(operations: Iterable[Step]) -> list[Problem]:
    """`routing.no_capacity` (409) for operations at no work centre, or at one that can do nothing: out of use, without
    hours, resources or working days."""
    found = []
    for operation in operations:
        if has_capacity(operation.work_centre):
            continue
        centre, where = operation.work_centre, {"sequence": operation.sequence, "centre": operation.work_centre}
        message = (
            _("Operation %(sequence)s has no work centre.") % where
            if centre is None
            else _("Operation %(sequence)s: work centre %(centre)s has no capacity.") % where
        )
        found.append(
            Problem(
                "routing.no_capacity",
                message,
                _("Give it a work centre that is in use and has hours, resources and working days."),
                field=f"operations.{operation.line - 1}.work_centre",
                line=operation.line,
                status=409,
            )
        )
    return found


def activate(command: Command, routings: Sequence[Routing], inputs: Input) -> None:
    """Let routings hold. Raises `routing.overlap`, `routing.no_capacity`."""
    refuse(revisions.overlaps(command, [(None, routing) for routing in routings]))
    refuse(problem for routing in routings for problem in without_capacity(routing.operations))


def operations(command: Command, company_id: int, wants: Sequence[Want]) -> list[list[Operation]]:
    """The operations that make each item on its day, in order, their work centres loaded; nothing where no routing is
    active. Three statements, whatever the number of wants."""
    by_item: dict[int, list[Routing]] = defaultdict(list)
    by_id: dict[int, Routing] = {}
    found = Routing.objects.filter(
        group_id=command.actor.group_id, company_id=company_id, item_id__in={i for i, _on in wants}, state=ACTIVE
    )
    for routing in found.order_by("number"):
        routing.operations = []
        by_id[routing.pk] = routing
        by_item[routing.item_id].append(routing)
    rows = Operation.objects.filter(group_id=command.actor.group_id, routing_id__in=by_id)
    for step in rows.order_by("line", "id"):
        by_id[step.routing_id].operations.append(step)
    steps = [step for routing in by_id.values() for step in routing.operations]
    centres = command.load(WorkCentre, (step.work_centre_id for step in steps))
    for step in steps:
        step.work_centre = centres.get(step.work_centre_id or 0)
    return [next((r.operations for r in by_item[item] if revisions.holds(r, on)), []) for item, on in wants]


def revised(command: Command, routings: Sequence[Routing]) -> list[dict[str, Any]]:
    """下推: drafts with the same operations, to be changed and activated in place of these."""
    names = ("sequence", "name_zh", "name_en", "note")
    return [
        {
            "item": routing.item_id,
            "note": routing.note,
            "operations": [
                {
                    **{name: getattr(operation, name) for name in names},
                    "work_centre": operation.work_centre_id,
                    "hours_setup": str(operation.hours_setup),
                    "hours_run": str(operation.hours_run),
                }
                for operation in routing.operations
            ],
        }
        for routing in routings
    ]
