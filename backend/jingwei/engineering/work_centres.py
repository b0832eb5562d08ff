"""Work centres: what makes one sound, and what it can do in a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jingwei.engineering.models import WorkCentre
from jingwei.platform import masters
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft
from jingwei.platform.errors import Problem

WEEK = "1234567"


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Names and code, and working days that are days of the week in their order. A centre without any capacity may be
    kept: only orders that need it are refused."""
    problems = masters.check_names(drafts, code_needed=True)
    for draft in drafts:
        days = draft.record.working_days
        if days != "".join(day for day in WEEK if day in days):
            message = _("%(days)s: give the digits of the days that are worked, from 1 for Monday to 7 for Sunday.")
            problem = Problem("work-centre.days", message % {"days": days}, field="working_days", row=draft.row)
            problems.append(problem)
    return problems


def hours_a_day(centre: WorkCentre) -> Decimal:
    """Planned hours that all resources do on a working day."""
    hours: Decimal = centre.hours_per_day * centre.resources * centre.efficiency / 100
    return hours


def hours_on(centre: WorkCentre, day: date) -> Decimal:
    """Planned hours that are done on a day; 0 where it is not worked."""
    return hours_a_day(centre) if str(day.isoweekday()) in centre.working_days else Decimal(0)


def has_capacity(centre: WorkCentre | None) -> bool:
    """Whether anything can be done there: it is in use, has working days, hours and resources."""
    if centre is None or centre.state != masters.ACTIVE:
        return False
    return bool(centre.working_days) and hours_a_day(centre) > 0
