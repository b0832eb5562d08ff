"""Routes of import, its template, and export of every declaration."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, NinjaAPI, UploadedFile

from jingwei.platform.documents import read, tables
from jingwei.platform.documents.api import actor_of
from jingwei.platform.documents.declare import Document
from jingwei.platform.documents.query import fetch, fetch_records, parse_query
from jingwei.platform.documents.values import Meaning, meaning
from jingwei.platform.documents.write import load_lines
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.http.bodies import claim_of
from jingwei.platform.http.problems import answer
from jingwei.platform.identity.actor import Actor
from jingwei.platform.jobs import importing
from jingwei.platform.jobs.importing import MOST_ROWS
from jingwei.platform.tabular.columns import TemplateColumn
from jingwei.platform.tabular.templates import write_template
from jingwei.platform.tabular.writing import write_csv, write_xlsx

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
Format = Literal["xlsx", "csv"]


def _file(content: bytes, format: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=KINDS[format])
    response["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    return response


def _sheet(columns: list[TemplateColumn], rows: Any, format: str, title: str) -> bytes:
    return write_csv(columns, rows) if format == "csv" else write_xlsx(columns, rows, sheet=title)


def add_tables(api: NinjaAPI, document: Document) -> None:
    """Add the import and export routes of a declaration."""
    base, name = f"/{document.path}", document.key.replace(".", "_").replace("-", "_")
    file_name = document.path.rpartition("/")[2]

    def template(request: HttpRequest, format: Format = "xlsx") -> HttpResponse:
        actor_of(request).need(f"{document.key}.import")
        columns = tables.template_columns(document)
        title = str(document.plural)
        content = write_template(columns, sheet=title) if format == "xlsx" else write_csv(columns, [])
        return _file(content, format, f"{file_name}-template")

    def export(request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        actor.need(f"{document.key}.export")
        format = request.GET.get("format", "xlsx")
        if format not in KINDS:
            raise Refusal(Problem("query.unknown", _("The format is xlsx or csv."), field="format", status=400))
        return _file(_export(document, request, actor, format), format, file_name)

    def import_file(
        request: HttpRequest,
        file: File[UploadedFile],
        dry_run: Form[bool] = True,
        mode: Form[Literal["create", "upsert"]] = "create",
        encoding: Form[str] = "auto",
    ) -> HttpResponse:
        actor = actor_of(request)
        given = importing.Upload(document, file.name or "file", file.read(), encoding, mode, dry_run)
        claim = None if dry_run else claim_of(request, actor, {"sha256": given.digest, "mode": mode})
        done = importing.take(actor, given, claim)
        return answer(done.body, done.status)

    options: dict[str, Any] = {"tags": [document.module]}
    api.get(f"{base}/import-template", operation_id=f"{name}_template", **options)(template)
    api.get(f"{base}/export", operation_id=f"{name}_export", **options)(export)
    api.post(f"{base}/import", operation_id=f"{name}_import", **options)(import_file)


def _export(document: Document, request: HttpRequest, actor: Actor, format: str) -> bytes:
    params = {n: request.GET[n] for n in request.GET if n not in ("cursor", "limit", "count")}
    query = parse_query(document, params, {*read.listable(document), "name", "state"})
    title = str(document.plural)
    if query.fields:
        shown = read.listable(document)
        chosen = [f for f in query.fields if f in shown or f == "state"]
        columns = [_column(shown.get(f)) for f in chosen]
        found = fetch(document, query, actor, read.fields_of(document, query.fields), MOST_ROWS)
        rows = read.as_rows(document, found, query.fields, actor.group_id)
        cells = ([_cell(document, f, getattr(row, f)) for f in chosen] for row in rows)
        return _sheet(columns, cells, format, title)
    records = fetch_records(document, query, actor, MOST_ROWS)
    load_lines(document, records)
    return _sheet(tables.template_columns(document), tables.rows_of(document, records, actor.group_id), format, title)


def _column(m: Meaning | None) -> TemplateColumn:
    return TemplateColumn("state", _("State")) if m is None else TemplateColumn(m.name, m.label, tables.kind_of(m))


def _cell(document: Document, field: str, value: Any) -> Any:
    """A value as people read it: references by their code, states and choices by label."""
    if field == "state":
        state = document.state(value)
        return str(state.label) if state else value
    if isinstance(value, dict):
        return value["number"]  # the code, so that the file can be imported again
    choices = meaning(document.field(field)).choices
    return str(dict(choices).get(value, value)) if choices else read.plain(value)
