"""Database constraints in the user's words: the last line of defence speaks the same language as the first."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import DatabaseError, models
from django.utils.translation import gettext_lazy as _

from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models.base import TenantReference

#: What triggers say: constraint name → (code, message, status). Modules add theirs in `server.wiring`.
named: dict[str, tuple[str, Text, int]] = {
    "append_only": ("doc.posted", _("What is posted is never changed or deleted."), 409),
    "group_immutable": ("group.immutable", _("A record cannot move to another group."), 409),
}

#: SQLSTATE class 23 conditions that no declared constraint explains.
UNNAMED = {
    "23502": ("field.required", _("A value that is needed is missing.")),
    "23503": ("record.in_use", _("Other records refer to this one.")),
    "23505": ("record.duplicate", _("Such a record exists already.")),
    "23514": ("value.invalid", _("A value is outside what is allowed.")),
    "23P01": ("record.overlap", _("Another record holds for some of these days.")),
}
#: SQLSTATE of an amount that no column can hold: two numbers that are fine by themselves were multiplied.
TOO_LARGE = "22003"
#: SQLSTATE of a text that its column cannot hold: folding makes some texts longer than they were typed.
TOO_LONG = "22001"


@cache
def declared() -> dict[str, tuple[type[models.Model], Any]]:
    """Constraint name → (model, constraint) of all models."""
    return {c.name: (model, c) for model in apps.get_models() for c in model._meta.constraints}


def is_too_large(error: DatabaseError) -> bool:
    """Whether a number was larger, or a text longer, than its column."""
    return getattr(error.__cause__, "sqlstate", None) in (TOO_LARGE, TOO_LONG)


def refusal_of(error: DatabaseError, actor: Actor) -> Refusal:
    """Translate an integrity error, a number that is too large or a text that is too long; unknown constraints keep
    their SQLSTATE's general words, never a stack trace."""
    diag = getattr(error.__cause__, "diag", None)
    name = getattr(diag, "constraint_name", None) or ""
    state = getattr(error.__cause__, "sqlstate", None) or "23000"
    if state == TOO_LARGE:
        message = _("A quantity times its price, or an amount times its rate, is larger than can be kept.")
        return Refusal(Problem("number.range", message, _("Correct the quantity, the price or the rate.")))
    if state == TOO_LONG:
        return Refusal(Problem("text.length", _("A text is longer than can be kept."), _("Make it shorter.")))
    if name in named:
        return Refusal(_problem(*named[name]))
    model, constraint = declared().get(name, (None, None))
    if model is not None and isinstance(constraint, models.UniqueConstraint):
        return Refusal(_duplicate(model, constraint, getattr(diag, "message_detail", "") or "", actor))
    if isinstance(constraint, TenantReference):
        if "still referenced" in (getattr(diag, "message_detail", "") or ""):
            return Refusal(_problem("record.in_use", _("Other records refer to this one."), 409))
        message = _("The record referred to does not exist.")
        return Refusal(Problem("reference.unknown", message, field=constraint.field))
    if isinstance(constraint, models.CheckConstraint | ExclusionConstraint):
        general, words = UNNAMED[state]
        given = constraint.violation_error_message
        own = given if given != constraint.default_violation_error_message else words
        status = 422 if isinstance(constraint, models.CheckConstraint) else 409
        return Refusal(_problem(constraint.violation_error_code or general, own, status))
    general, words = UNNAMED.get(state, ("data.refused", _("The database refused the data.")))
    return Refusal(_problem(general, words, 409))


def _problem(code: str, message: Any, status: int) -> Problem:
    return Problem(code, message, status=status)


def _duplicate(model: type[models.Model], constraint: models.UniqueConstraint, detail: str, actor: Actor) -> Problem:
    from jingwei.platform.documents.catalogue import catalogue

    fields = [f for f in constraint.fields if f not in ("group", "company")]
    document = catalogue.by_model.get(model)
    label = document.label if document else model._meta.verbose_name
    found: tuple[DocumentRef, ...] = ()
    value = ""
    match = re.search(r"\((?P<names>[^=]*)\)=\((?P<values>.*)\)", detail)
    if match:
        names, values = match["names"].split(", "), match["values"].split(", ")
        if len(names) == len(values):
            value = values[-1]
            known = {n.strip('"'): v for n, v in zip(names, values, strict=True)}
            if document and str(known.get("group_id")) == str(actor.group_id):
                first = model._default_manager.filter(**known).first()
                found = (DocumentRef(document.key, first.pk, str(first)),) if first else ()
    return Problem(
        constraint.violation_error_code or "record.duplicate",
        _("%(label)s %(value)s exists already.") % {"label": label, "value": value},
        _("Open the existing record, or give another value."),
        field=fields[-1].removesuffix("_folded") if fields else None,
        status=409,
        documents=found,
    )
