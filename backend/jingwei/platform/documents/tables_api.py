"""Import, its template, and export of every declaration."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, NinjaAPI, UploadedFile

from jingwei.platform.documents import read, tables
from jingwei.platform.documents.api import actor_of
from jingwei.platform.documents.command import Answer, Command, run_claimed
from jingwei.platform.documents.declare import Document
from jingwei.platform.documents.query import fetch, fetch_records, parse_query
from jingwei.platform.documents.values import Meaning, meaning
from jingwei.platform.documents.write import load_lines
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.http.bodies import claim_of
from jingwei.platform.http.problems import answer
from jingwei.platform.identity.actor import Actor
from jingwei.platform.tabular.columns import TemplateColumn
from jingwei.platform.tabular.reading import read_table
from jingwei.platform.tabular.table import Table, TableProblem
from jingwei.platform.tabular.templates import write_template
from jingwei.platform.tabular.writing import write_csv, write_xlsx

MOST_ROWS = 100_000
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
Format = Literal["xlsx", "csv"]


class _Refused(Exception):
    """Rolls an import back whose rows are not all right."""

    def __init__(self, report: tables.Report) -> None:
        super().__init__("import refused")
        self.report = report


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
        actor.need(f"{document.key}.import")
        data = file.read()
        table = read_table(data, file.name or "file", encoding=encoding, max_rows=MOST_ROWS)
        digest = hashlib.sha256(data).hexdigest()
        return answer(_import(request, document, actor, table, digest, mode=mode, dry_run=dry_run))

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


def _import(
    request: HttpRequest, document: Document, actor: Actor, table: Table, digest: str, *, mode: str, dry_run: bool
) -> dict[str, Any]:
    entries, problems = tables.entries_of(document, table)
    problems = [*table.problems, *problems]
    if not table.rows and not problems:
        raise tables.no_rows()
    report = tables.Report(problems=problems)
    if not problems:

        def work(command: Command) -> Answer:
            found = tables.import_entries(command, document, entries, table, mode)
            if found.problems:
                raise _Refused(found)
            if dry_run:
                raise tables.DryRun(found)
            return Answer(200, _json(table, found, saved=True))

        try:
            claim = None if dry_run else claim_of(request, actor, {"sha256": digest, "mode": mode})
            body: dict[str, Any] = run_claimed(actor, claim, work).body
            return body
        except (tables.DryRun, _Refused) as ended:
            report = ended.report
    return _json(table, report, saved=False)


def _json(table: Table, report: tables.Report, *, saved: bool) -> dict[str, Any]:
    return {
        "encoding": table.encoding or "XLSX",
        "delimiter": table.delimiter,
        "rows": len(table.rows),
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "ignored": table.ignored.count,
        "errors": [_problem(p) for p in report.problems[:1000]],
        "error_count": len(report.problems),
        "warnings": [_problem(p) for p in table.warnings[:100]],
        "preview": report.preview,
        "saved": saved,
    }


def _problem(problem: TableProblem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "cell": problem.cell,
        "code": problem.code,
        "message": str(problem.message),
        "hint": str(problem.hint),
    }
