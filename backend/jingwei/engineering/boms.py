"""Bills of materials: what makes one sound, and when it may begin to hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.engineering import cycles, revisions
from jingwei.engineering.models import ACTIVE, BillLine, BillOfMaterials
from jingwei.masterdata.units import load_units, ratio
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import Problem, Refusal, Text, refuse


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """Units where none are given, and the item's name."""
    revisions.name(drafts)
    load_units(command, (item for d in drafts for item in (d.record.item, *(x.component for x in d.record.lines))))
    for draft in drafts:
        bill: BillOfMaterials = draft.record
        bill.unit = bill.unit or bill.item.unit
        for line in bill.lines:
            line.unit = line.unit or line.component.unit


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """A basis and quantities above zero in units that convert, scrap below 100 %, and no item that contains itself."""
    found = revisions.problems(command, drafts)
    for draft in drafts:
        bill: BillOfMaterials = draft.record
        found += (p.at(row=draft.row) for p in _amount(bill.item, bill.quantity, bill.unit))
        for position, line in enumerate(bill.lines):
            for problem in _line_problems(line):
                place = f"lines.{position}.{problem.field}"
                found.append(problem.at(field=place, row=draft.row, line=position + 1))
    if found:
        return found
    cycles.lock(d.record for d in drafts if d.record.state == ACTIVE)
    return cycles.problems(command, [(d.row, d.record) for d in drafts])


def _line_problems(line: BillLine) -> list[Problem]:
    found = _amount(line.component, line.quantity, line.unit)
    message: Text
    if not line.component.is_stocked:
        message = _("%(item)s is not stocked: nobody could issue it.") % {"item": line.component}
        found.append(Problem("item.not_stocked", message, field="component"))
    if not 0 <= line.scrap_rate < 100:
        message = _("Scrap is at least 0 and less than 100 per cent.")
        found.append(Problem("bom.scrap", message, field="scrap_rate"))
    return found + revisions.days_problems(line.valid_from, line.valid_to)


def _amount(item: Any, quantity: Any, unit: Any) -> list[Problem]:
    found = []
    if quantity <= 0:
        found.append(Problem("qty.not_positive", _("The quantity must be greater than 0."), field="quantity"))
    try:
        ratio(item, unit)
    except Refusal as refusal:
        found += [p.at(field="unit") for p in refusal.problems]
    return found


def activate(command: Command, bills: Sequence[BillOfMaterials], inputs: Input) -> None:
    """Let bills hold. Raises `bom.overlap`, `bom.cycle`."""
    refuse(revisions.overlaps(command, [(None, bill) for bill in bills]))
    cycles.lock(bills)
    refuse(cycles.problems(command, [(None, bill) for bill in bills]))


def revised(command: Command, bills: Sequence[BillOfMaterials]) -> list[dict[str, Any]]:
    """下推: drafts with the same components, to be changed and activated in place of these."""
    return [
        {
            "item": bill.item_id,
            "quantity": str(bill.quantity),
            "unit": bill.unit_id,
            "note": bill.note,
            "lines": [_copied(line) for line in bill.lines],
        }
        for bill in bills
    ]


def _copied(line: BillLine) -> dict[str, Any]:
    return {
        "component": line.component_id,
        "quantity": str(line.quantity),
        "unit": line.unit_id,
        "scrap_rate": str(line.scrap_rate),
        "operation": line.operation,
        "is_backflushed": line.is_backflushed,
        "valid_from": line.valid_from and line.valid_from.isoformat(),
        "valid_to": line.valid_to and line.valid_to.isoformat(),
    }
