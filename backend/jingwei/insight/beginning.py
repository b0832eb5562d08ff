"""What a company that has booked nothing yet does first, in order, with what of it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.errors import Text
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Group


@dataclass(frozen=True, slots=True)
class Step:
    """A kind of record to begin with, and why."""

    key: str
    why: Text


STEPS = (
    Step("masterdata.item", _("What you buy, keep and sell: type it in or import a list.")),
    Step("masterdata.supplier", _("Whom you buy from, with terms of payment.")),
    Step("masterdata.customer", _("Whom you sell to, with terms of payment.")),
    Step("masterdata.location", _("Where goods lie: warehouses and their places.")),
    Step("finance.opening", _("What stood in the books on the first day, customers and suppliers included.")),
    Step("warehouse.opening", _("What lay in the warehouse on the first day, with its cost.")),
)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A step that the actor may take."""

    step: Step
    label: str
    path: str
    is_done: bool


def beginnings(actor: Actor) -> list[Beginning]:
    """The steps that the actor may take, in one statement."""
    open_to = [
        (step, catalogue.by_key[step.key])
        for step in STEPS
        if step.key in catalogue.by_key and actor.may(f"{step.key}.create", actor.company_id)
    ]
    if not open_to:
        return []
    found = {}
    for number, (_step, document) in enumerate(open_to):
        model: Any = document.model
        rows = model.objects.filter(group_id=OuterRef("pk"), **document.where)
        if document.per_company:
            rows = rows.filter(company_id=actor.company_id or 0)
        found[f"step_{number}"] = Exists(rows)
    done = Group.objects.filter(pk=actor.group_id).annotate(**found).values_list(*found).get()
    return [
        Beginning(step, str(document.plural), document.path, bool(is_done))
        for (step, document), is_done in zip(open_to, done, strict=True)
    ]
