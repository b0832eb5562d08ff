"""The declaration of a record or document: everything that is derived from it starts here.

A `Document` is data with references to ordinary functions. From it come the API and its OpenAPI schema, permissions,
screens, import, export, audit, events, search and the data dictionary; nothing is looked up by string and nothing is
overridden. Master records are the same declaration with fewer words.

Rules are plain functions over *sets*: N documents cost a constant number of statements, one document is a list of one.
They take the running `Command` (actor, clock, language, nested commands) and the locked documents with their lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from django.db import models
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.models import CompanyRecord, Line, Record
from jingwei.platform.text import clean, parse_date, parse_instant

if TYPE_CHECKING:
    from jingwei.platform.documents.command import Command
    from jingwei.platform.identity.actor import Actor

Colour = Literal["grey", "blue", "amber", "green", "red", "violet"]


class Input(BaseModel):
    """What an action asks for; the fields are also its API schema and the form shown before it runs. Text, dates and
    instants are read as those of documents are."""

    model_config = ConfigDict(extra="forbid", strict=False)

    @field_validator("*", mode="before")
    @classmethod
    def _read(cls, raw: Any, info: ValidationInfo) -> Any:
        kind = cls.model_fields[cast(str, info.field_name)].annotation
        kinds = set(get_args(kind) or (kind,)) - {NoneType}
        try:
            if kinds == {str} and isinstance(raw, str):
                return clean(raw, multiline=True)
            if kinds == {date} and raw not in (None, ""):
                return parse_date(raw)
            if kinds == {datetime} and raw not in (None, ""):
                return parse_instant(raw)
        except Refusal as refusal:
            raise wrong_value(refusal.problems[0]) from None
        return raw


def wrong_value(found: Problem) -> PydanticCustomError:
    """What is wrong with one value, for pydantic to say of which field."""
    words = {"message": str(found.message), "hint": str(found.hint), "code": found.code, "status": found.status}
    return PydanticCustomError("jingwei", "{message}", words)


def asked(label: Text, help: Text, default: Any = ..., **limits: Any) -> Any:
    """A field of an `Input` with its words; `...` as default makes it one that must be given. `limits` are those of
    pydantic's `Field`, such as `max_length`."""
    # The words stay lazy: the reader's language is known when they are shown.
    return Field(default, title=cast(str, label), description=cast(str, help), **limits)


@dataclass(frozen=True, slots=True)
class Choices:
    """Beside the type of an input: the values it may have, with their labels."""

    pairs: tuple[tuple[str, Text], ...]


class NoInput(Input):
    """The action asks for nothing."""


@dataclass(frozen=True, slots=True)
class State:
    """A state a record can be in. The same colour means the same everywhere: grey draft, blue open, amber waiting,
    green done, red blocked, violet reversed."""

    key: str
    label: Text
    colour: Colour


@dataclass(slots=True)
class Draft:
    """A record being written, with its lines: unsaved model instances whose references are loaded.

    `row` is its position in the request or file, from 1. `before` is the stored record of an update.
    """

    row: int
    record: Any
    lines: dict[str, list[Any]] = field(default_factory=dict)
    before: Any = None


Rule = Callable[["Command", Sequence[Any], Any], None]
Prepare = Callable[["Command", Sequence[Draft]], None]
Check = Callable[["Command", Sequence[Draft]], Sequence[Problem]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """A transition, or a deed that leaves the state alone (`target=None`). `rule` does the work, set-wise, before the
    state changes; `source` names the states it is allowed from."""

    key: str
    label: Text
    source: frozenset[str]
    target: str | None = None
    rule: Rule | None = None
    inputs: type[Input] = NoInput
    help: Text = ""
    ask: Text = ""
    style: Literal["primary", "default", "danger"] = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversion:
    """下推: documents of another kind made from these. `build` returns bodies of the drafts to be, with what remains
    to be done on each line; nothing is saved until the user saves the draft, whose `sources` then become links.
    Several sources may become one draft, and one source several. `style` primary makes it the next sensible step
    where no action leads on."""

    key: str
    label: Text
    target: str
    source: frozenset[str]
    build: Callable[[Command, Sequence[Any]], Sequence[dict[str, Any]]]
    help: Text = ""
    style: Literal["primary", "default"] = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """A collection of lines below a record; `parent` is the line model's reference to it. `read_only` fields are
    computed by the rules and shown, not taken. In the grid `rare` ones stay folded until a line uses them, `details`
    until somebody asks; of the line above a new one takes over what is `carried`."""

    name: str
    model: type[Line]
    parent: str
    label: Text
    help: Text
    fields: Sequence[str]
    read_only: frozenset[str] = frozenset()
    rare: frozenset[str] = frozenset()
    details: frozenset[str] = frozenset()
    carried: frozenset[str] = frozenset()
    minimum: int = 0

    @property
    def writable(self) -> list[str]:
        return [n for n in self.fields if n not in self.read_only]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A group of header fields on the form; rare ones are `folded`."""

    key: str
    label: Text
    fields: Sequence[str]
    folded: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """How numbers are given: `pattern` with {yyyy}, {mm} and {seq:06}; the counter restarts with the period that the
    pattern names. On master records the number is a proposal where the user gave no code."""

    pattern: str
    field: str = "number"
    at: Literal["create", "action"] = "create"


@dataclass(frozen=True, slots=True)
class Paper:
    """Size of a paper and its margins, in millimetres."""

    width: float
    height: float
    across: float
    down: float


A4 = Paper(210, 297, 14, 14)
#: Half a sheet of continuous forms with their perforated strips (241-1/2), and the voucher of invoice size.
FORM = Paper(241, 139.7, 16, 8)
SLIP = Paper(240, 140, 14, 8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Print:
    """A paper made of records. `make` returns what the template shows of them, in their order and in the reader's
    language: a sheet for each, or several; pure of writes."""

    key: str
    label: Text
    make: Callable[[Actor, Sequence[Any]], Sequence[Mapping[str, Any]]]
    template: Path
    paper: Paper = A4


@dataclass(frozen=True, kw_only=True, eq=False)
class Document:
    """A record or document, declared once.

    key           "masterdata.item": module and name; permissions, events and audit rows carry it
    path          "masterdata/items": its place in the API
    sections      the form; its fields are the header's writable fields
    columns       shown in a list by default; every other plain field can be chosen
    called        fields that screens call a record by, where it has no number of its own
    continued     header fields that a new record proposes as the last one of its kind has them
    party         whom the record is with; a list finds its records by what their party is found by, too
    consequences  what deeds on other documents do to it, as its timeline calls them (`following.py`)
    where         fixed values of a view on a shared model ({"is_customer": True}): filtered on reading, set on writing
    prepare       fills what is derived (defaults, prices, totals), pure of writes; runs in preview, create and update
    check         names what is wrong with the drafts; pure of writes
    warn          names what an action will ask about, while a draft is typed; refuses nothing, pure of writes
    saved         writes what belongs to a saved draft elsewhere; runs once per set
    deleted       removes what is left of a deleted draft elsewhere, where it had been more than a draft before
    refresh       fills what later facts change, on records read one by one; pure of writes
    """

    key: str
    path: str
    model: type[Record]
    label: Text
    plural: Text
    help: Text
    steward: Text
    sections: Sequence[Section]
    columns: Sequence[str]
    lines: Sequence[Lines] = ()
    states: Sequence[State] = ()
    editable_in: frozenset[str] = frozenset()
    deletable_in: frozenset[str] = frozenset()
    actions: Sequence[Action] = ()
    conversions: Sequence[Conversion] = ()
    consequences: Mapping[str, Text] = field(default_factory=dict)
    prints: Sequence[Print] = ()
    filters: Sequence[str] = ()
    search: Sequence[str] = ()
    sort: str = "code"
    sortable: Sequence[str] = ()
    number: str = "code"
    title: tuple[str, str] = ("name_zh", "name_en")
    called: Sequence[str] = ()
    date: str | None = None
    party: str | None = None
    import_key: str = "code"
    series: Series | None = None
    read_only: frozenset[str] = frozenset()
    continued: Sequence[str] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    prepare: Prepare | None = None
    check: Check | None = None
    warn: Check | None = None
    saved: Prepare | None = None
    deleted: Callable[[Command, Sequence[Any]], None] | None = None
    refresh: Callable[[Sequence[Any]], None] | None = None

    @property
    def module(self) -> str:
        return self.key.partition(".")[0]

    @property
    def initial_state(self) -> str:
        return self.states[0].key

    @property
    def per_company(self) -> bool:
        """Whether its rows belong to one company rather than to the whole group."""
        return issubclass(self.model, CompanyRecord)

    @property
    def header_fields(self) -> list[str]:
        """Names of the header fields, in the order of the form."""
        return [name for section in self.sections for name in section.fields]

    @property
    def writable(self) -> list[str]:
        return [n for n in self.header_fields if n not in self.read_only and n not in self.where]

    def field(self, name: str) -> models.Field[Any, Any]:
        found: models.Field[Any, Any] = self.model._meta.get_field(name)  # type: ignore[assignment]
        return found

    def action(self, key: str) -> Action | None:
        return next((a for a in self.actions if a.key == key), None)

    def state(self, key: str) -> State | None:
        return next((s for s in self.states if s.key == key), None)

    def verbs(self) -> list[str]:
        """What can be permitted: reading and writing, printing where there are papers, then each action."""
        printing = ["print"] if self.prints else []
        return ["view", "create", "edit", "delete", "import", "export", *printing, *(a.key for a in self.actions)]

    def conversion(self, key: str) -> Conversion | None:
        return next((c for c in self.conversions if c.key == key), None)
