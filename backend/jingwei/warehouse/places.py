"""The places documents mean when they name none."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Location, LocationKind
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
    rows = Location.objects.filter(group_id=command.actor.group_id, company_id=company_id, kind=kind, state="active")
    found = rows.order_by("code_folded").first()
    if found is not None:
        command.loaded[Location][found.pk] = found
    return found
