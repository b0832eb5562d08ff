"""The routes derived from reports: the parameter form, the table and its XLSX file."""
# Annotations are evaluated when a view is made (no `from __future__ import annotations`).

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from pydantic import BaseModel, Field

from jingwei.platform.documents.api import ProblemDetails, actor_of
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.meta import field_json
from jingwei.platform.documents.query import unknown
from jingwei.platform.documents.read import plain
from jingwei.platform.documents.schema import json_schema
from jingwei.platform.errors import not_found
from jingwei.platform.http.problems import answer
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports import addresses, explaining
from jingwei.platform.reports.asking import is_drilled, meanings
from jingwei.platform.reports.declare import Report
from jingwei.platform.reports.explaining import USUAL_LIMIT
from jingwei.platform.reports.running import as_json, as_xlsx, make, today

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("json", "xlsx")


class ReportColumn(BaseModel):
    """A column: columns in a row with one `group` stand under one heading."""

    name: str
    label: str
    kind: str
    group: str
    scale: int | None = None


class ReportDrill(BaseModel):
    """What a figure opens: another report with parameters, or a document."""

    report: str | None = None
    params: dict[str, Any] | None = None
    document: dict[str, Any] | None = None


class ReportRow(BaseModel):
    """A row: values by column name; amounts are decimals as text, references {id, key, number, title}."""

    values: dict[str, Any]
    level: int
    bold: bool
    drill: ReportDrill | None
    drills: dict[str, ReportDrill]


class ReportNote(BaseModel):
    """What the reader should know beside the figures."""

    kind: str
    text: str


class ReportChart(BaseModel):
    """The picture of a report: rows of one level by column `x`, `series` columns as bars, lines or shares; `turned`,
    the columns along the axis."""

    kind: str
    x: str
    series: list[str]
    level: int
    turned: bool


class ReportAnswer(BaseModel):
    """A report: what it is, of when, with which parameters; its table and its notes."""

    key: str
    label: str
    heading: str
    currency: str
    as_of: str
    params: dict[str, Any]
    columns: list[ReportColumn]
    rows: list[ReportRow]
    totals: dict[str, str] | None
    chart: ReportChart | None
    notes: list[ReportNote]


class FigureLevel(BaseModel):
    """A level of an explanation: its first rows, how many more there are, and what they and all come to."""

    rows: list[dict[str, Any]]
    more: int
    together: str
    total: str


class FigureAnswer(BaseModel):
    """A figure and what it is made of; `agrees` when every level adds up to it."""

    name: str
    amount: str
    currency: str
    agrees: bool
    formula: FigureLevel
    entries: FigureLevel
    documents: FigureLevel


class ReportMeta(BaseModel):
    """A report for the screen: its words and the fields of its parameter form, with what is proposed."""

    key: str
    path: str
    label: str
    help: str
    params: list[dict[str, Any]] = Field(description="Fields as of a form.")


def add_reports(api: NinjaAPI) -> None:
    """Add the routes of every report."""

    @api.get("/meta/reports/{key}", response=ReportMeta, tags=["meta"], operation_id="meta_report")
    def meta_report(request: HttpRequest, key: str) -> HttpResponse:
        actor = actor_of(request)
        report = catalogue.reports.get(key)
        if report is None or not actor.may(report.permission, actor.company_id):
            raise not_found(_("Report"), key)
        return answer(report_json(report, actor))

    @api.get("/explain", response=FigureAnswer, tags=["reports"], operation_id="explain")
    def explain(
        request: HttpRequest, figure: str, limit: Annotated[int, Field(ge=1, le=1000)] = USUAL_LIMIT
    ) -> HttpResponse:
        """A reported figure down to its formula, entries and documents; `REPORT?parameter=value#ROW/COLUMN`."""
        explained = addresses.explain(actor_of(request), figure, limit)
        return answer({"name": addresses.name_of(explained), **explaining.as_json(explained.found)})

    for report in catalogue.reports.values():
        _add(api, report)


def report_json(report: Report, actor: Actor) -> dict[str, Any]:
    """The report's words and parameters; `default` is what it is made with when nothing is given."""
    proposed = report.defaults(actor, today(actor, datetime.now(UTC)))
    fields = []
    for name, m in meanings(report.params).items():
        field = field_json(m, read_only=is_drilled(report.params, name))
        if proposed.get(name) is not None:
            field["default"] = plain(proposed[name])
        fields.append(field)
    return {
        "key": report.key,
        "path": report.path,
        "label": str(report.label),
        "help": str(report.help),
        "params": fields,
    }


def _add(api: NinjaAPI, report: Report) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        given = {name: request.GET[name] for name in request.GET}
        format = given.pop("format", "json")
        if format not in FORMATS:
            raise unknown("format", format, FORMATS)
        made = make(report, actor, given)
        if format == "json":
            return answer(as_json(made))
        response = HttpResponse(as_xlsx(made), content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="{report.key.rpartition(".")[2]}.xlsx"'
        return response

    statuses = (400, 403, 404, 409, 422)
    responses: dict[int, Any] = {200: ReportAnswer, **dict.fromkeys(statuses, ProblemDetails)}
    api.get(
        f"/{report.path}",
        response=responses,
        tags=["reports"],
        operation_id="report_" + report.key.replace(".", "_").replace("-", "_"),
        summary=str(report.label),
        description=str(report.help),
        openapi_extra={"parameters": list(_parameters(report))},
    )(view)


def _parameters(report: Report) -> Iterator[dict[str, Any]]:
    for m in meanings(report.params).values():
        schema = {"type": "integer"} if m.target is not None else json_schema(m, out=True)
        described = {"title": str(m.label), "description": str(m.help)}
        yield {"in": "query", "name": m.name, "required": m.required, "schema": {**schema, **described}}
    yield {"in": "query", "name": "format", "required": False, "schema": {"type": "string", "enum": list(FORMATS)}}
