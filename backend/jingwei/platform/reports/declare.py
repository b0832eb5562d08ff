"""The declaration of a report: parameters, permission and the function that makes its table.

From a `Report` come its routes and OpenAPI schema, the parameter form, the menu entry, the permission and the file.
A report only reads; it sees one moment of the database, whose instant is printed on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from jingwei.platform.errors import Text
from jingwei.platform.identity.actor import Actor

ColumnKind = Literal["text", "code", "amount", "quantity", "integer", "date", "reference"]


class Params(BaseModel):
    """What a report asks for. Fields are dates, instants, booleans, integers, text, choices (a `TextChoices`) or, with
    a `target`, references by id; what may stay empty has a default."""

    model_config = ConfigDict(extra="forbid")


def asked(
    label: Text,
    help: Text,
    default: Any = None,
    *,
    target: str = "",
    minimum: int | None = None,
    maximum: int | None = None,
    is_drilled: bool = False,
) -> Any:
    """A parameter with its words; `target` is the key of the declaration a reference points to. `...` as default makes
    it one that must be given; a drilled one comes from the report that was drilled into and is not typed."""
    return Field(
        default,
        title=cast(str, label),  # stays lazy: the reader's language is known when it is shown
        description=cast(str, help),
        json_schema_extra={"target": target, "is_drilled": is_drilled},
        ge=minimum,
        le=maximum,
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A column; columns that follow each other with one `group` stand under one heading. `scale` is the number of
    decimals an amount shows. How its figures explain themselves (`explaining.py`): `adds` is the measure of what the
    drill opens, with `-` before it where it counts against; `of` are the columns of the same row that make it, and
    `running` those of all rows so far, with their signs; `is_sum` is False for a rate or a price."""

    name: str
    label: Text
    kind: ColumnKind = "text"
    group: Text = ""
    scale: int | None = None
    adds: str = ""
    of: Mapping[str, int] = field(default_factory=dict)
    running: Mapping[str, int] = field(default_factory=dict)
    is_sum: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """What figures are sums of in the end. `sql` selects (term, id, day, document, words, amount) of the facts wanted
    by each row of %(terms)s, a JSON list of objects with `term` (their number), `sign` and what the source asks for;
    it also knows %(group)s and %(company)s. `permission` is needed to see them."""

    key: str
    label: Text
    permission: str
    sql: str


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a formula: facts of a source chosen by `given` and counted with `sign`; or, without a source, an amount
    that is known, such as what another row has of the same thing."""

    label: Text
    source: Source | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    sign: int = 1
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Drill:
    """Where a figure can be opened: another report with its parameters, or a document. `adds` stands above the
    column's; `terms` gives the formula of a column where what opens is not exactly what adds up."""

    report: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    document: tuple[str, int] | None = None
    adds: str = ""
    terms: Callable[[str], Sequence[Term]] | None = None


@dataclass(slots=True)
class Row:
    """A row: values by column name (a reference is {id, key, number, title}); `drill` opens the row, `drills` single
    figures of it. `level` indents, from 0. A row that does not count is a subtotal of others."""

    values: dict[str, Any]
    level: int = 0
    bold: bool = False
    drill: Drill | None = None
    drills: dict[str, Drill] = field(default_factory=dict)
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """What the reader should know beside the figures, such as a cross-check that does not hold."""

    text: Text
    kind: Literal["info", "warning", "error"] = "info"


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture of a report: the rows of one `level` along the axis, called as column `x` says, and the columns
    `series` as bars, lines or shares; `turned`, the columns along the axis and the rows as series."""

    kind: Literal["bar", "stacked", "line", "pie"]
    x: str
    series: Sequence[str]
    level: int = 0
    turned: bool = False


@dataclass(slots=True)
class Result:
    """A report as made. `totals` are by column name, the sums of the rows that count; `total_drill` opens them.
    `currency` is what its amounts are in. `chart` where the report's own does not fit what was asked for."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    totals: Mapping[str, Decimal] | None = None
    total_drill: Drill | None = None
    notes: Sequence[Note] = ()
    heading: str = ""
    currency: str = ""
    chart: Chart | None = None


def no_defaults(actor: Actor, today: date) -> dict[str, Any]:
    """For reports whose parameters are not proposed."""
    return {}


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """A report, declared once.

    key         "books.trial-balance": module and name; its permission is the key with `.view`
    run         makes the table for the actor's company; raises Refusal with the field that is wrong
    defaults    values proposed where a parameter is not given, from the actor and the business date
    chart       the picture of its result, where one earns its place
    in_menu     whether it opens from the menu; otherwise only by drilling into another report
    terms       the formula of a measure of the report made with such parameters, for what drills into it
    """

    key: str
    label: Text
    help: Text
    params: type[Params]
    run: Callable[[Actor, Any], Result]
    defaults: Callable[[Actor, date], Mapping[str, Any]] = no_defaults
    chart: Chart | None = None
    in_menu: bool = True
    terms: Callable[[Mapping[str, Any], str], Sequence[Term]] | None = None

    @property
    def module(self) -> str:
        return self.key.partition(".")[0]

    @property
    def path(self) -> str:
        """Its place in the API and in the web application."""
        return f"reports/{self.key}"

    @property
    def permission(self) -> str:
        return f"{self.key}.view"
