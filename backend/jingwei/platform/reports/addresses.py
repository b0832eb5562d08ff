"""The address of a figure: `REPORT?parameter=value&…#ROW/COLUMN`, such as
`books.trial-balance?from_on=2026-01-01&to_on=2026-01-31#1002/closing_debit`.

What a parameter refers to is named by its code. ROW is any text that stands in the row (a code, a name, a number, a
date), several joined by `+`; `@3` is the third row, `total` the totals. COLUMN is a column's name or heading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, unquote

from django.db.models import Q
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import RegistryRow
from jingwei.platform.reports.asking import meanings
from jingwei.platform.reports.declare import Column, Result, Row
from jingwei.platform.reports.explaining import USUAL_LIMIT, Explaining, Explanation
from jingwei.platform.reports.running import Made, make, one_moment
from jingwei.platform.text import fold

TOTAL = frozenset({"total", "合计"})
LISTED = 10


@dataclass(frozen=True, slots=True)
class Address:
    """A figure as somebody names it."""

    report: str
    given: Mapping[str, str]
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class Explained:
    """The figure with the report it stands in."""

    made: Made
    row: Row | None
    column: Column
    found: Explanation


def unknown(code: str, message: Text, hint: Text = "") -> Refusal:
    """A figure that there is not."""
    return Refusal(Problem(code, message, hint, field="figure", status=404))


def parse(text: str) -> Address:
    """Raises Refusal 404 `figure.unknown` where the text is no address, or names no report."""
    head, mark, place = text.strip().partition("#")
    row, slash, column = place.rpartition("/")
    report, _mark, query = head.partition("?")
    if not (mark and slash and row and column):
        message = _("%(figure)s is not the address of a figure.") % {"figure": text}
        raise unknown("figure.unknown", message, _("Write REPORT?parameter=value#ROW/COLUMN."))
    if report not in catalogue.reports:
        message = _("There is no report %(report)s.") % {"report": report}
        raise unknown("figure.unknown", message, ", ".join(sorted(catalogue.reports)))
    return Address(report, dict(parse_qsl(query, keep_blank_values=True)), unquote(row), unquote(column))


def explain(actor: Actor, text: str, limit: int = USUAL_LIMIT) -> Explained:
    """Make the report and explain the figure, in one moment of the database.

    Raises Refusal 404 `figure.unknown`, `figure.no_row`, `figure.no_column`, 409 `figure.several_rows`, 422
    `explain.no_sum`, and what making the report raises.
    """
    address = parse(text)
    report = catalogue.reports[address.report]
    with one_moment():
        made = make(report, actor, _by_id(actor, address))
        column = _column(made.result, address.column)
        row = _row(made.result, address.row, column)
        found = Explaining(actor).explain(made.result, row, column.name, limit)
    return Explained(made, row, column, found)


def _by_id(actor: Actor, address: Address) -> dict[str, str]:
    """The parameters with ids in place of codes, in one statement."""
    fields = meanings(catalogue.reports[address.report].params)
    targets = {n: catalogue.of(m.target).key for n, m in fields.items() if m.target is not None and n in address.given}
    if not targets:
        return dict(address.given)
    condition = Q()
    for name, key in targets.items():
        condition |= Q(type=key, number__iexact=address.given[name])
    rows = RegistryRow.objects.filter(condition, Q(company=None) | Q(company=actor.company_id), group_id=actor.group_id)
    ids = {(key, fold(number)): str(id) for key, number, id in rows.values_list("type", "number", "id")}
    found = {name: ids.get((key, fold(address.given[name])), address.given[name]) for name, key in targets.items()}
    return {**address.given, **found}


def _column(result: Result, wanted: str) -> Column:
    for column in result.columns:
        names = (column.name, str(column.label), f"{column.group} {column.label}".strip())
        if fold(wanted) in map(fold, names):
            return column
    message = _("The report has no column %(column)s.") % {"column": wanted}
    raise unknown("figure.no_column", message, ", ".join(c.name for c in result.columns))


def _row(result: Result, wanted: str, column: Column) -> Row | None:
    if fold(wanted) in TOTAL:
        if column.name not in (result.totals or {}):
            raise unknown("figure.no_row", _("The report has no total of that column."))
        return None
    if wanted.startswith("@") and wanted[1:].isdecimal() and 0 < int(wanted[1:]) <= len(result.rows):
        return result.rows[int(wanted[1:]) - 1]
    parts = {fold(part) for part in wanted.split("+")}
    having = [(n, row) for n, row in enumerate(result.rows, 1) if row.values.get(column.name) is not None]
    found = [(n, row) for n, row in having if parts <= set(_texts(row))]
    if len(found) == 1:
        return found[0][1]
    if found:
        message = _("%(row)s stands in %(count)s rows.") % {"row": wanted, "count": len(found)}
        names = ", ".join(f"@{n}" for n, _found in found[:LISTED])
        raise Refusal(
            Problem(
                "figure.several_rows", message, _("Say which: %(rows)s.") % {"rows": names}, field="figure", status=409
            )
        )
    message = _("No row of the report has %(row)s.") % {"row": wanted}
    raise unknown("figure.no_row", message, _("The report has %(count)s rows.") % {"count": len(result.rows)})


def _texts(row: Row) -> Iterator[str]:
    for value in row.values.values():
        if isinstance(value, dict):
            yield from (fold(str(value.get(name, ""))) for name in ("number", "title"))
        elif isinstance(value, date):
            yield value.isoformat()
        elif isinstance(value, str | int):
            yield fold(str(value))


def name_of(explained: Explained) -> str:
    """The figure in the reader's words: report, what the row is called, and the column."""
    result, row, column = explained.made.result, explained.row, explained.column
    words = [str(explained.made.report.label), result.heading]
    words.append(say("Total") if row is None else " ".join(_first(row)))
    words.append(f"{column.group} {column.label}".strip())
    return " · ".join(word for word in words if word)


def _first(row: Row) -> list[Any]:
    """The first two texts of a row."""
    shown = []
    for value in row.values.values():
        if isinstance(value, dict):
            shown.append(f"{value['number']} {value['title']}".strip())
        elif isinstance(value, str) and value:
            shown.append(value)
    return shown[:2]
