"""What makes a department or an employee sound."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Department
from jingwei.platform import masters
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft
from jingwei.platform.errors import Problem


def check_department(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Names, a code, and no department below itself."""
    below = _("The department would stand below itself: %(path)s.")
    loops = masters.loops(command, Department, drafts, code="department.cycle", message=below)
    return masters.check_names(drafts, code_needed=True) + loops


def check_employee(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """A name; the code comes from the series where none is given."""
    return masters.check_names(drafts, code_needed=False)
