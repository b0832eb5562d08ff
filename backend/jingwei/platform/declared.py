"""The declarations of the platform itself: the group's companies."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from jingwei.platform import masters
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Section
from jingwei.platform.errors import Problem
from jingwei.platform.models import Company


def check_company(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Names, and a time zone that exists."""
    problems = masters.check_names(drafts, code_needed=True)
    for draft in drafts:
        if draft.record.time_zone not in available_timezones():
            message = _("%(zone)s is not a time zone of the IANA database.") % {"zone": draft.record.time_zone}
            problems.append(Problem("time_zone.unknown", message, field="time_zone", row=draft.row))
    return problems


COMPANY = masters.master(
    key="platform.company",
    path="platform/companies",
    model=Company,
    label=_("Company"),
    plural=_("Companies"),
    help=_("Legal entities of the group; each keeps its own books."),
    steward=_("Administrator"),
    sections=(
        Section(
            key="main",
            label=_("Company"),
            fields=("code", "name_zh", "name_en", "currency", "time_zone", "tax_number"),
        ),
        Section(
            key="letterhead",
            label=_("Letterhead"),
            fields=("address_zh", "address_en", "phone", "bank_account"),
        ),
    ),
    columns=("code", "name_zh", "name_en", "currency", "time_zone", "state"),
    filters=("state",),
    deletable_in=frozenset(),
    check=check_company,
)

DOCUMENTS = (COMPANY,)
