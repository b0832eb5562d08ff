"""What makes a warehouse or a place sound."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Location, LocationKind
from jingwei.platform import masters
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft
from jingwei.platform.errors import Problem


def check_warehouse(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Names and code."""
    return masters.check_names(drafts, code_needed=True)


def check_location(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """A place of the stock belongs to a warehouse, one outside does not; the kind of a place stays what it is."""
    problems = masters.check_names(drafts, code_needed=True)
    for draft in drafts:
        location: Location = draft.record
        inside = location.kind == LocationKind.STOCK
        if inside and location.warehouse_id is None:
            message = _("A place of the stock belongs to a warehouse.")
            problems.append(Problem("location.warehouse", message, field="warehouse", row=draft.row))
        if location.parent_id is not None and location.parent_id == location.pk:
            message = _("A place cannot lie within itself.")
            problems.append(Problem("location.cycle", message, field="parent", row=draft.row, status=409))
        if draft.before is not None and draft.before.kind != location.kind:
            message = _("The kind of an existing place cannot be changed.")
            problems.append(Problem("location.kind_fixed", message, field="kind", row=draft.row, status=409))
    return problems
