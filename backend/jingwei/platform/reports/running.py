"""Making a report: permission, parameters, one moment of the database, and the answer as JSON or XLSX."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext as _

from jingwei.platform.documents.read import plain, tidy
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company
from jingwei.platform.reports.asking import References, read_params, shown
from jingwei.platform.reports.declare import Chart, Column, Drill, Params, Report, Result, Row
from jingwei.platform.tabular.columns import Column as SheetColumn
from jingwei.platform.tabular.columns import Kind, Value
from jingwei.platform.tabular.writing import write_xlsx

_SHEET_KINDS: Mapping[str, Kind] = {"amount": "number", "quantity": "number", "integer": "number", "date": "date"}


@dataclass(frozen=True, slots=True)
class Made:
    """A report with the parameters it was made with and the instant its figures are of."""

    report: Report
    params: Params
    references: References
    result: Result
    as_of: datetime


@contextlib.contextmanager
def one_moment() -> Iterator[None]:
    """All statements of the block see the database as it is at the first of them; nothing can be written."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def today(actor: Actor, at: datetime) -> date:
    """The business date of the actor's company."""
    companies = Company.objects.filter(group_id=actor.group_id, id=actor.company_id or 0)
    zone = companies.values_list("time_zone", flat=True).first() or "UTC"
    return at.astimezone(ZoneInfo(zone)).date()


def make(report: Report, actor: Actor, given: Mapping[str, str], at: datetime | None = None) -> Made:
    """Make a report for the actor's company. Raises Refusal 403, what `read_params` raises and what the report does."""
    actor.need(report.permission, actor.company_id)
    at = at or datetime.now(UTC)
    with one_moment():
        params, references = read_params(report, actor, given, report.defaults(actor, today(actor, at)))
        return Made(report, params, references, report.run(actor, params), at)


def as_json(made: Made) -> dict[str, Any]:
    """The answer of a report: what it is, of when, with which parameters; columns, rows, totals and notes."""
    result = made.result
    return {
        "key": made.report.key,
        "label": str(made.report.label),
        "heading": result.heading,
        "currency": result.currency,
        "as_of": plain(made.as_of.replace(microsecond=0)),
        "params": shown(made.params, made.references),
        "columns": [_column(column) for column in result.columns],
        "rows": [_row(row, result.columns) for row in result.rows],
        "totals": None if result.totals is None else {name: tidy(value) for name, value in result.totals.items()},
        "chart": chart_json(result.chart or made.report.chart, result),
        "notes": [{"kind": note.kind, "text": str(note.text)} for note in result.notes],
    }


def chart_json(chart: Chart | None, result: Result) -> dict[str, Any] | None:
    """The picture of a result: of its columns only those that this result has."""
    if chart is None:
        return None
    names = {column.name for column in result.columns}
    series = [name for name in chart.series if name in names]
    return {"kind": chart.kind, "x": chart.x, "series": series, "level": chart.level, "turned": chart.turned}


def _column(column: Column) -> dict[str, Any]:
    found = {"name": column.name, "label": str(column.label), "kind": column.kind, "group": str(column.group)}
    return found if column.scale is None else {**found, "scale": column.scale}


def _row(row: Row, columns: Any) -> dict[str, Any]:
    return {
        "values": {column.name: plain(row.values.get(column.name)) for column in columns},
        "level": row.level,
        "bold": row.bold,
        "drill": drill_json(row.drill),
        "drills": {name: opened for name, drill in row.drills.items() if (opened := drill_json(drill))},
    }


def drill_json(drill: Drill | None) -> dict[str, Any] | None:
    """What a figure opens, as JSON."""
    if drill is None:
        return None
    if drill.document is not None:
        key, id = drill.document
        return {"document": {"key": key, "id": id}}
    if not drill.report:
        return None
    params = {name: plain(value) for name, value in drill.params.items() if value is not None}
    return {"report": drill.report, "params": params}


def as_xlsx(made: Made) -> bytes:
    """The table as a workbook of one sheet: indented as on the screen, the totals in its last row."""
    result = made.result
    columns = [_sheet_column(column) for column in result.columns]
    indented = next((column.name for column in result.columns if column.kind == "text"), "")
    rows = [
        [_cell(row.values.get(c.name), "  " * row.level if c.name == indented else "") for c in columns]
        for row in result.rows
    ]
    if result.totals is not None:
        label = next((column.name for column in result.columns if column.kind in ("text", "reference")), "")
        totals: dict[str, Any] = {**result.totals, label: _("Total")}
        rows.append([_cell(totals.get(c.name), "") for c in columns])
    return write_xlsx(columns, rows, sheet=str(made.report.label))


def _sheet_column(column: Column) -> SheetColumn:
    label = f"{column.group} {column.label}" if column.group else column.label
    return SheetColumn(column.name, label, _SHEET_KINDS.get(column.kind, "text"), column.scale)


def _cell(value: Any, indent: str) -> Value:
    if isinstance(value, dict):
        return f"{value['number']} {value['title']}".strip()
    if isinstance(value, Decimal):
        return tidy(value)
    return indent + str(value) if isinstance(value, str) or (indent and value is not None) else value
