"""Pydantic types derived from declarations: what the API takes and gives, and its OpenAPI schema.

Field values are read by `values.read_value`, so that an import and a request refuse the same things alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema, create_model
from pydantic_core import ErrorDetails

from jingwei.platform.documents.declare import Document, Lines, wrong_value
from jingwei.platform.documents.values import Meaning, meaning, read_value
from jingwei.platform.errors import Problem, Refusal, Text

_TYPES: dict[str, dict[str, Any]] = {
    "bool": {"type": "boolean"},
    "integer": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
    "email": {"type": "string", "format": "email"},
    "json": {"type": "object"},
}
_NUMBERS = frozenset({"quantity", "price", "amount", "rate"})


class Reference(BaseModel):
    """A record or document as others name it."""

    id: int
    key: str
    number: str
    title: str


class Allowed(BaseModel):
    """Whether an action can be taken now, and if not, why."""

    key: str
    enabled: bool
    reason: str | None


class Person(BaseModel):
    """A user as others see them."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Schemas:
    """The types of one declaration."""

    create: type[BaseModel]
    change: type[BaseModel]
    out: type[BaseModel]
    row: type[BaseModel]


def reader(m: Meaning) -> Callable[[Any], Any]:
    """`read_value` for one field, with its refusal as a pydantic error."""

    def read(raw: Any) -> Any:
        try:
            return read_value(m, raw)
        except Refusal as refusal:
            raise wrong_value(refusal.problems[0]) from None

    return read


def json_schema(m: Meaning, *, out: bool = False) -> dict[str, Any]:
    """JSON Schema of a field: decimals are strings, references ids or codes (answers: objects)."""
    if m.kind == "reference":
        schema: dict[str, Any] = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    elif m.kind in _NUMBERS:
        schema = {"type": "string", "format": "decimal"} if out else {"anyOf": [{"type": "string"}, {"type": "number"}]}
    else:
        schema = dict(_TYPES.get(m.kind, {"type": "string"}))
    if m.choices:
        schema["enum"] = [value for value, _label in m.choices]
    if m.max_length and not out:
        schema["maxLength"] = m.max_length
    if m.null and not out:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "title": str(m.label), "description": str(m.help)}


def _takes(m: Meaning, *, all_optional: bool) -> tuple[Any, Any]:
    kind = Annotated[Any, BeforeValidator(reader(m)), WithJsonSchema(json_schema(m))]
    return kind, ... if m.required and not all_optional else None


def _gives(meanings: Iterable[Meaning]) -> dict[str, Any]:
    kinds: dict[str, Any] = {
        m.name: Reference | None if m.kind == "reference" else Annotated[Any, WithJsonSchema(json_schema(m, out=True))]
        for m in meanings
    }
    return {name: (kind, None) for name, kind in kinds.items()}


_STRICT = ConfigDict(extra="forbid")
#: Ids of the documents a new one is made from.
_SOURCES: Any = (list[int], Field(default_factory=list, max_length=500, title="Made from"))


def _name(document: Document) -> str:
    return "".join(part.title().replace("_", "") for part in document.key.replace("-", "_").split("."))


def line_meanings(lines: Lines) -> list[Meaning]:
    """The fields of a collection of lines, in grid order."""
    return [meaning(lines.model._meta.get_field(name)) for name in lines.fields]


@cache
def schemas(document: Document) -> Schemas:
    """The pydantic types of a declaration; made once."""
    name = _name(document)
    writable = [meaning(document.field(n)) for n in document.writable]
    shown = [meaning(document.field(n)) for n in document.header_fields]
    takes_create: dict[str, Any] = {m.name: _takes(m, all_optional=False) for m in writable}
    takes_change: dict[str, Any] = {m.name: _takes(m, all_optional=True) for m in writable}
    gives = _gives(shown)
    for lines in document.lines:
        part = lines.name.title().replace("_", "")
        fields = line_meanings(lines)
        line_in: Any = create_model(  # type: ignore[call-overload]
            f"{name}{part}In",
            __config__=_STRICT,
            id=(int | None, None),
            **{m.name: _takes(m, all_optional=False) for m in fields if m.name not in lines.read_only},
        )
        line_out: Any = create_model(f"{name}{part}Out", id=(int, ...), line=(int, ...), **_gives(fields))
        takes_create[lines.name] = (list[line_in], Field(default_factory=list, title=str(lines.label)))
        takes_change[lines.name] = (list[line_in] | None, None)
        gives[lines.name] = (list[line_out], ...)
    base: dict[str, Any] = {"id": (int, ...), "version": (int, ...), "state": (str, ...)}
    return Schemas(
        create=create_model(f"{name}Create", __config__=_STRICT, **takes_create, sources=_SOURCES),
        change=create_model(f"{name}Change", __config__=_STRICT, **takes_change),
        row=create_model(f"{name}Row", **base, **_gives(shown)),
        out=create_model(
            name,
            **base,
            **gives,
            allowed=(list[Allowed], ...),
            created_at=(str | None, None),
            created_by=(Person | None, None),
            updated_at=(str | None, None),
            updated_by=(Person | None, None),
        ),
    )


@cache
def field_labels() -> dict[str, Text]:
    """What fields are called, by name: for refusals of whole bodies, where only the path is known."""
    from jingwei.platform.documents.catalogue import catalogue

    found: dict[str, Text] = {}
    for document in catalogue:
        for m in [meaning(document.field(n)) for n in document.header_fields]:
            found.setdefault(m.name, m.label)
        for lines in document.lines:
            found.setdefault(lines.name, lines.label)
            for m in line_meanings(lines):
                found.setdefault(m.name, m.label)
    return found


def label_of(path: str) -> str:
    """The label of the last field of a path, or its name."""
    name = path.rpartition(".")[2]
    return str(field_labels().get(name, name))


def parse(schema: type[BaseModel], body: Any, *, row: int | None = None) -> BaseModel:
    """Validate a body; raises Refusal naming every field that is wrong."""
    try:
        return schema.model_validate(body)
    except ValidationError as error:
        raise Refusal(*problems_of(error, row=row)) from None


def problems_of(error: ValidationError, *, row: int | None = None) -> list[Problem]:
    """Pydantic's errors as problems, with paths such as `lines.2.quantity` and lines counted from 1."""
    return [_problem(detail, row) for detail in error.errors(include_url=False)]


def problems_of_details(details: Iterable[Any]) -> list[Problem]:
    """The same from ninja, whose paths begin with where the value came from (`body`, its parameter)."""
    found = []
    for detail in details:
        loc = detail["loc"]
        inner = loc[2:] if loc and loc[0] == "body" else loc[1:]
        found.append(_problem({**detail, "loc": inner}, None))  # type: ignore[typeddict-item]
    return found


def _problem(detail: ErrorDetails, row: int | None) -> Problem:
    place = ".".join(str(part) for part in detail["loc"])
    line = next((part + 1 for part in detail["loc"] if isinstance(part, int)), None)
    ctx = detail.get("ctx", {})
    where: dict[str, Any] = {"field": place or None, "row": row, "line": line}
    if detail["type"] == "jingwei":
        return Problem(ctx["code"], ctx["message"], ctx["hint"], status=ctx["status"], **where)
    if detail["type"] == "missing":
        return Problem("field.required", _("%(label)s must be given.") % {"label": label_of(place)}, **where)
    if detail["type"] == "extra_forbidden":
        return Problem("field.unknown", _("There is no field %(field)s.") % {"field": place}, status=400, **where)
    return Problem(
        "body.invalid", _("%(field)s: %(why)s") % {"field": place, "why": detail["msg"]}, status=400, **where
    )
