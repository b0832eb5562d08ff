"""Operation reports: what was done of an operation. The order bears the hours at the rates of the work centre (M07)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books import journal
from jingwei.books.models import Area
from jingwei.engineering.models import WorkCentre
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text, refuse
from jingwei.platform.money import round_half_up
from jingwei.production import counters, journaling
from jingwei.production.models import OperationReport, ProductionOperation, ProductionOrder

EVENT, PURPOSE = "production.operation_reported", "work"


class Reversal(Input):
    """When the report is taken back."""

    posted_on: date = asked(_("Accounting date"), _("Day the reversal counts for; in an open period."))


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """An operation of a released order, something that was done of it; fills the work centre."""
    known = counters.orders(command, (d.record.order_id for d in drafts), operations=True)
    command.load(WorkCentre, (step.work_centre_id for o in known.values() for step in o.operations))
    problems: list[Problem] = []
    message: Text
    for draft in drafts:
        report: OperationReport = draft.record
        order = known.get(report.order_id)
        step = counters.operation(order, report.operation)
        found: list[Problem] = []
        if order is None or step is None:
            message = _("The order has no operation %(sequence)s.") % {"sequence": report.operation}
            found.append(Problem("operation.unknown", message, field="operation"))
        else:
            if report.work_centre_id is None and step.work_centre_id is not None:
                report.work_centre = command.load(WorkCentre, [step.work_centre_id])[step.work_centre_id]
            closed = counters.not_released(order)
            quantities = [
                counters.scale_problem(order.item, getattr(report, name), name, zero=True)
                for name in ("quantity_good", "quantity_scrapped")
            ]
            found += [p for p in (closed, *quantities) if p is not None]
        if not (report.quantity_good or report.quantity_scrapped or report.hours):
            message = _("Report pieces, hours or both.")
            found.append(Problem("report.empty", message, field="quantity_good"))
        problems += [p.at(row=draft.row) for p in found]
    return problems


def post(command: Command, reports: Sequence[OperationReport], inputs: Input) -> None:
    """Raise the operation's counters and let the order bear the hours. Raises `operation.over`, `order.not_released`,
    `period.closed`."""
    known = counters.orders(command, (r.order_id for r in reports), lock=True, operations=True)
    refuse(p for o in known.values() if (p := counters.not_released(o)) is not None)
    changes = counters.Changes(command, known.values())
    centres = command.load(WorkCentre, (r.work_centre_id for r in reports))
    for report in reports:
        order = known[report.order_id]
        step = counters.operation(order, report.operation)
        assert step is not None, "checked when the report was saved"
        _count(step, report, 1)
        if step.quantity_good + step.quantity_scrapped > step.quantity_most:
            refuse([_over(order, step)])
        decimals = command.company(report.company_id).currency.decimals
        if report.work_centre_id is not None:
            centre = centres[report.work_centre_id]
            report.amount_labour = round_half_up(report.hours * centre.rate_labour, decimals)
            report.amount_overhead = round_half_up(report.hours * centre.rate_overhead, decimals)
    changes.save()
    journaling.post(command, [_entry(command, report) for report in reports])


def _count(step: ProductionOperation, report: OperationReport, sign: int) -> None:
    step.quantity_good += sign * report.quantity_good
    step.quantity_scrapped += sign * report.quantity_scrapped
    step.hours_reported += sign * report.hours


def _over(order: ProductionOrder, step: ProductionOperation) -> Problem:
    over = step.quantity_good + step.quantity_scrapped - step.quantity_most
    message = _("Operation %(sequence)s of %(order)s: %(more)s more than the %(most)s planned would be reported.") % {
        "sequence": step.sequence,
        "order": order,
        "more": counters.plain(over),
        "most": counters.plain(step.quantity_most),
    }
    hint = _("Report at most what is left, or have the order made for more.")
    documents = (DocumentRef("production.order", order.pk, order.number),)
    return Problem("operation.over", message, hint, field="quantity_good", status=409, documents=documents)


def _entry(command: Command, report: OperationReport) -> journaling.Entry:
    return journaling.Entry(
        company_id=report.company_id,
        document_id=report.pk,
        number=report.number,
        purpose=PURPOSE,
        on=command.date_of(report.reported_at, report.company_id),
        event=EVENT,
        facts={"labour": report.amount_labour, "overhead": report.amount_overhead},
    )


def reverse(command: Command, reports: Sequence[OperationReport], inputs: Reversal) -> None:
    """Lower the counters and take the hours out of the order, in red. Raises `order.not_released`, `date.order`."""
    known = counters.orders(command, (r.order_id for r in reports), lock=True, operations=True)
    refuse(p for o in known.values() if (p := counters.not_released(o)) is not None)
    changes = counters.Changes(command, known.values())
    for report in reports:
        step = counters.operation(known[report.order_id], report.operation)
        assert step is not None, "operations of released orders stay"
        _count(step, report, -1)
    changes.save()
    journal.reverse(command, [r.pk for r in reports], inputs.posted_on, area=Area.STOCK_VALUE)


def from_orders(command: Command, orders: Sequence[ProductionOrder]) -> list[dict[str, Any]]:
    """下推: a report of the first operation of each order that is not done yet."""
    bodies = []
    for order in orders:
        for step in sorted(order.operations, key=lambda s: s.sequence):
            left = order.quantity_stock - step.quantity_good - step.quantity_scrapped
            if left > 0:
                bodies.append(
                    {
                        "order": order.pk,
                        "operation": step.sequence,
                        "reported_at": command.at.isoformat(),
                        "quantity_good": counters.plain(left),
                    }
                )
                break
    if not bodies:
        raise Refusal(Problem("order.nothing_to_report", _("No operation is open."), status=409))
    return bodies
