"""From a query string to a report's parameters, and back to what the reader sees of them."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, cast

from annotated_types import Ge, Le
from django.db.models import Choices, Q
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.query import unknown
from jingwei.platform.documents.read import plain, title
from jingwei.platform.documents.values import Meaning, read_value
from jingwei.platform.errors import Problem, Refusal, Text, not_found, refuse
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import RegistryRow
from jingwei.platform.reports.declare import Params, Report

References = Mapping[int, dict[str, Any]]


@cache
def meanings(params: type[Params]) -> dict[str, Meaning]:
    """The parameters of a report as the fields of a form, in their order."""
    return {name: _meaning(params, name) for name in params.model_fields}


def _meaning(params: type[Params], name: str) -> Meaning:
    info = params.model_fields[name]
    kinds = [kind for kind in typing.get_args(info.annotation) or (info.annotation,) if kind is not NoneType]
    assert len(kinds) == 1, f"{params.__name__}.{name} is of more than one kind"
    kind = kinds[0]
    target = str(_extra(params, name).get("target", ""))
    limits = {type(limit): limit for limit in info.metadata}
    return Meaning(
        name=name,
        kind="reference" if target else _kind(kind),
        label=cast(Text, info.title or name),
        help=cast(Text, info.description or ""),
        required=info.is_required(),
        has_default=not info.is_required(),
        null=info.default is None,
        minimum=_bound(limits.get(Ge), "ge"),
        maximum=_bound(limits.get(Le), "le"),
        choices=tuple((str(value), label) for value, label in kind.choices) if _kind(kind) == "choice" else (),
        target=catalogue.get(target).model if target else None,
        default=None if info.is_required() else _value(info.default),
        max_length=100 if kind is str else None,
    )


def is_drilled(params: type[Params], name: str) -> bool:
    """Whether the parameter comes from the report drilled into and is not typed."""
    return bool(_extra(params, name).get("is_drilled"))


def _extra(params: type[Params], name: str) -> Mapping[str, Any]:
    extra = params.model_fields[name].json_schema_extra
    return extra if isinstance(extra, dict) else {}


def _kind(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, Choices):
        return "choice"
    return {bool: "bool", int: "integer", date: "date", datetime: "instant", str: "text"}[kind]


def _bound(limit: Any, name: str) -> Decimal | None:
    return None if limit is None else Decimal(getattr(limit, name))


def _value(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def read_params(
    report: Report, actor: Actor, given: Mapping[str, str], proposed: Mapping[str, Any]
) -> tuple[Any, References]:
    """Check and complete the parameters of a query string; empty ones count as not given.

    Returns the report's `Params` and the titles of what they refer to. Raises Refusal 400 `query.unknown`,
    `date.invalid`, `choice.unknown`, `reference.invalid` …, 422 `field.required`, and 404 for a reference that is not
    there, not of the kind asked for, or of another company.
    """
    fields = meanings(report.params)
    for name in given:
        if name not in fields:
            raise unknown(str(_("Parameter")), name, {*fields, "format"})
    values: dict[str, Any] = dict(proposed)
    problems = []
    for name, m in fields.items():
        raw = given.get(name, "").strip()
        try:
            if raw:
                values[name] = _read(m, raw)
            elif m.required and values.get(name) is None:
                message = _("%(label)s must be given.") % {"label": m.label}
                problems.append(Problem("field.required", message, field=name))
        except Refusal as refusal:
            problems += [p.at(field=name) for p in refusal.problems]
    refuse(problems)
    wanted = {name: (m, values[name]) for name, m in fields.items() if m.target is not None and values.get(name)}
    found = _references(actor, wanted)
    return report.params.model_validate(values), found


def _read(m: Meaning, raw: str) -> Any:
    if m.kind == "reference":
        if not raw.isascii() or not raw.isdigit() or not 0 < int(raw[:17]) < 2**53:
            raise unknown(str(_("Linked record")), raw, [str(_("the id of a record"))])
        return int(raw)
    return read_value(m, raw)


def _references(actor: Actor, wanted: Mapping[str, tuple[Meaning, int]]) -> References:
    """What the parameters point to, in one statement: of the group, and of the actor's company or of none."""
    if not wanted:
        return {}
    ids = [id for _m, id in wanted.values()]
    rows = RegistryRow.objects.filter(group_id=actor.group_id, id__in=ids)
    rows = rows.filter(Q(company=None) | Q(company=actor.company_id))
    found = {
        id: {"id": id, "key": key, "number": number, "title": title(zh, en)}
        for id, key, number, zh, en in rows.values_list("id", "type", "number", "title_zh", "title_en")
    }
    for m, id in wanted.values():
        assert m.target is not None
        if id not in found or found[id]["key"] != catalogue.of(m.target).key:
            raise not_found(m.label, id)
    return found


def shown(params: Params, references: References) -> dict[str, Any]:
    """The parameters a report was made with, as JSON; references by title."""
    result = {}
    for name, m in meanings(type(params)).items():
        value = _value(getattr(params, name))
        result[name] = references.get(value) if m.target is not None and value is not None else plain(value)
    return result
