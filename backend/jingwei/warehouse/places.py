"""The places documents mean when they name none."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Location, LocationKind
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, Refusal


def first_of_stock(command: Command, company_id: int) -> Location:
    """The first place of the company's stock, by code. Raises `location.missing`."""
    found = _of_kind(command, company_id, LocationKind.STOCK)
    if found is None:
        message = _("The company has no place of the stock yet.")
        raise Refusal(Problem("location.missing", message, _("Create it under Locations."), status=409))
    return found


def outside(command: Command, company_id: int, kind: LocationKind) -> Location:
    """Where goods of the company go to or come from outside its stock. Raises `location.missing`."""
    found = _of_kind(command, company_id, kind)
    if found is None:
        message = _("The company has no location of the kind “%(kind)s”.") % {"kind": kind.label}
        raise Refusal(Problem("location.missing", message, _("Create it under Locations."), status=409))
    return found


def _of_kind(command: Command, company_id: int, kind: LocationKind) -> Location | None:
    known = command.held["places by kind"]
    if (company_id, kind) not in known:
        condition = "group_id = %s AND company_id = %s AND kind = %s AND state = 'active'"
        where = [command.actor.group_id, company_id, kind]
        rows = sets.read(Location, condition, where, "ORDER BY code_folded LIMIT 1")
        command.loaded[Location] |= {row.pk: row for row in rows}
        if rows:
            known[company_id, kind] = rows[0]
    return known.get((company_id, kind))
