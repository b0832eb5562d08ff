"""The route of a pivot, the same for every declaration: as JSON for the screen, or as an XLSX file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from pydantic import BaseModel

from jingwei.platform.documents.api import ProblemDetails, actor_of
from jingwei.platform.documents.declare import Document
from jingwei.platform.documents.pivot import as_json, dimensions, make_pivot, measure_label
from jingwei.platform.documents.query import summable, unknown
from jingwei.platform.documents.tables_api import KINDS
from jingwei.platform.http.problems import answer
from jingwei.platform.tabular.columns import Column
from jingwei.platform.tabular.writing import write_xlsx

FORMATS = ("json", "xlsx")


class PivotKey(BaseModel):
    """A place on an axis, with the filters of the list that find its records; null where no filter can."""

    label: str
    filters: dict[str, str] | None


class PivotAxis(BaseModel):
    """What the places are of."""

    key: str
    label: str
    keys: list[PivotKey]


class PivotMeasure(BaseModel):
    """What is counted or summed; the currency where all figures are of one."""

    key: str
    label: str
    currency: str | None


class PivotAnswer(BaseModel):
    """A list summed up. Figures are decimals as text; `row_totals`, `column_totals` and `total` are null where they
    would add up different currencies."""

    rows: PivotAxis
    columns: PivotAxis | None
    measure: PivotMeasure
    cells: list[list[str | None]]
    row_totals: list[str] | None
    column_totals: list[str] | None
    total: str | None


def add_pivot(api: NinjaAPI, document: Document) -> None:
    """Add the pivot of a declaration. Reading needs `view`, the file `export`."""
    name = document.key.replace(".", "_").replace("-", "_")

    def pivot(request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        params = {given: request.GET[given] for given in request.GET}
        format = params.get("format", "json")
        if format not in FORMATS:
            raise unknown("format", format, FORMATS)
        if format == "xlsx":
            actor.need(f"{document.key}.export")
        made = as_json(document, make_pivot(document, params, actor))
        if format == "json":
            return answer(made)
        response = HttpResponse(_sheet(document, made), content_type=KINDS["xlsx"])
        response["Content-Disposition"] = f'attachment; filename="{document.path.rpartition("/")[2]}-pivot.xlsx"'
        return response

    api.get(
        f"/{document.path}/pivot",
        response={200: PivotAnswer, **dict.fromkeys((400, 403, 422), ProblemDetails)},
        tags=[document.module],
        operation_id=f"{name}_pivot",
        summary=f"Pivot of {document.plural}",
        openapi_extra={"parameters": _parameters(document)},
    )(pivot)


def _parameters(document: Document) -> list[dict[str, Any]]:
    groups = {"type": "string", "enum": [d.asked for d in dimensions(document)]}
    measures = {"type": "string", "enum": ["count", *summable(document)], "default": "count"}
    return [
        {"in": "query", "name": "rows", "required": True, "schema": groups},
        {"in": "query", "name": "columns", "required": False, "schema": groups},
        {"in": "query", "name": "measure", "required": False, "schema": measures},
        {"in": "query", "name": "search", "required": False, "schema": {"type": "string"}},
        {"in": "query", "name": "format", "required": False, "schema": {"type": "string", "enum": list(FORMATS)}},
    ]


def _sheet(document: Document, made: dict[str, Any]) -> bytes:
    """Rows, columns and totals as on the screen."""
    measure = measure_label(document, made["measure"]["key"])
    heads = [key["label"] for key in made["columns"]["keys"]] if made["columns"] else [measure]
    columns = [Column("row", made["rows"]["label"])]
    columns += [Column(f"c{at}", label, "number") for at, label in enumerate(heads)]
    has_sums = made["columns"] is not None and made["row_totals"] is not None
    rows = [
        [key["label"], *cells, *([made["row_totals"][at]] if has_sums else [])]
        for at, (key, cells) in enumerate(zip(made["rows"]["keys"], made["cells"], strict=True))
    ]
    if has_sums:
        columns.append(Column("total", _("Total"), "number"))
    if made["column_totals"] is not None:
        rows.append([_("Total"), *made["column_totals"], *([made["total"]] if has_sums else [])])
    return write_xlsx(columns, rows, sheet=str(document.plural))
