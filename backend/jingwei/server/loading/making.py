"""Work orders of the source, from release to close: pieces are reported by operation, components taken off the shelf
with what is finished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from jingwei.server.loading.masters import STOCK
from jingwei.server.loading.stages import Body, Context, Stage, quantity
from jingwei.server.loading.working import WorkOrder, WorkStep

ORDER, REPORT, COMPLETION = "production.order", "production.operation-report", "production.completion"
#: Hours of the day: after what comes in the morning and before what leaves at noon, level by level.
REPORTED_AT, MADE_FROM = 6, 7


class Report(NamedTuple):
    """What is told of an operation of an order when it is done."""

    order: WorkOrder
    step: WorkStep

    @property
    def number(self) -> str:
        """The number of the order, and that of the operation."""
        return f"{self.order.number}-{self.step.sequence}"


def ordered(context: Context, order: WorkOrder) -> Body:
    """The order with its operations, at the hours that they took; its components come from the bill."""
    centres = context.codes.work_centres
    body: Body = {
        "item": context.codes.items[order.product],
        "quantity": quantity(order.ordered),
        "start_on": order.started_on.isoformat(),
        "due_on": order.due_on.isoformat(),
        "location": STOCK,
        "components_location": STOCK,
        "reference": order.number,
    }
    steps = [
        {
            "sequence": step.sequence,
            "name_en": f"Operation {step.sequence}",
            "work_centre": centres[step.location],
            "hours_setup": quantity(step.hours),
            "hours_run": "0",
        }
        for step in order.steps
    ]
    return {**body, "operations": steps} if steps else body


def reports(orders: Iterable[WorkOrder]) -> Iterator[Report]:
    """The reports of all operations of orders."""
    return (Report(order, step) for order in orders for step in order.steps)


def reported(context: Context, report: Report) -> Body:
    """An operation: its hours, and all the pieces."""
    order, step = report
    id = context.id_of(ORDER, order.number)
    return {
        "order": id,
        "operation": step.sequence,
        "reported_at": context.firm.at(order.ended_on, REPORTED_AT).isoformat(),
        "quantity_good": quantity(order.stocked),
        "quantity_scrapped": quantity(order.scrapped),
        "hours": quantity(step.hours),
        "reference": report.number,
        "sources": [id],
    }


def completed(context: Context, order: WorkOrder) -> Body:
    """All of it at once, components with it; what was spoilt with its reason."""
    id = context.id_of(ORDER, order.number)
    return {
        "order": id,
        "moved_at": context.firm.at(order.ended_on, MADE_FROM + order.level).isoformat(),
        "quantity": quantity(order.stocked),
        "quantity_scrapped": quantity(order.scrapped),
        "reason": order.scrap_reason,
        "location": STOCK,
        "reference": order.number,
        "sources": [id],
    }


def _closing(order: WorkOrder) -> dict[str, Any]:
    return {"posted_on": order.ended_on, "reason": "AdventureWorks"}


RELEASED = Stage(ORDER, WorkOrder, lambda o: o.started_on, ordered, lambda _o: ("release",))
REPORTED = Stage(REPORT, Report, lambda r: r.order.ended_on, reported, lambda _r: ("post",))
COMPLETED = Stage(COMPLETION, WorkOrder, lambda o: o.ended_on, completed, lambda _o: ("post",))
CLOSED = Stage(ORDER, WorkOrder, lambda o: o.ended_on, ordered, lambda _o: ("close",), inputs=_closing)
