"""A list summed up: one field down, one across, how many records or the sum of an amount in every cell.

`rows=customer&columns=ordered_on.month&measure=amount_gross` beside the filters and the search of the list, over all
rows that the actor may see, in one `GROUP BY`. Amounts of different currencies are never added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.declare import Document
from jingwei.platform.documents.query import Sql, column, parse_query, reach, select, summable, unknown
from jingwei.platform.documents.read import plain, tidy, titles
from jingwei.platform.documents.values import Meaning, meaning
from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company

MOST_CELLS = 20_000
"""Rows times columns; what is larger is no table to be read."""
GROUPINGS: Mapping[str, Text] = {"month": _("month"), "quarter": _("quarter"), "year": _("year")}
_KINDS = ("reference", "choice", "currency", "bool", "date", "instant")
_OTHERS = ("filter[", "search")


@dataclass(frozen=True, slots=True)
class Dimension:
    """A field to group by; dates by `grouping` (month, quarter, year)."""

    name: str
    label: Text
    kind: str
    grouping: str = ""
    meaning: Meaning | None = None

    @property
    def asked(self) -> str:
        return f"{self.name}.{self.grouping}" if self.grouping else self.name


@dataclass(frozen=True, slots=True)
class Key:
    """A place on an axis: its label, and the filters that find just its records; None where no filter can."""

    value: Any
    label: str
    filters: Mapping[str, str] | None


@dataclass(slots=True)
class Pivot:
    """A pivot as made. `cells` by position of row and column; without a second field there is one column of all."""

    rows: Dimension
    columns: Dimension | None
    measure: str
    currency: str | None
    row_keys: Sequence[Key]
    column_keys: Sequence[Key]
    cells: Mapping[tuple[int, int], Decimal]


def dimensions(document: Document) -> list[Dimension]:
    """Every field a list of this kind can be grouped by: state, company, references, choices, yes or no, dates."""
    found = [Dimension("state", _("State"), "state")] if document.states else []
    if document.per_company:
        found.append(Dimension("company", _("Company"), "reference"))
    for name in document.header_fields:
        m = meaning(document.field(name))
        if m.kind in ("date", "instant"):
            found += [Dimension(name, m.label, m.kind, grouping, m) for grouping in GROUPINGS]
        elif m.kind in _KINDS and name not in document.where and name != "company":
            found.append(Dimension(name, m.label, m.kind, "", m))
    return found


def described(document: Document) -> dict[str, Any]:
    """What a screen offers: fields to group by and what can be summed."""
    return {
        "dimensions": [
            {
                "key": d.asked,
                "label": f"{d.label} · {GROUPINGS[d.grouping]}" if d.grouping else str(d.label),
                "field": d.name,
                "type": d.kind,
            }
            for d in dimensions(document)
        ],
        "measures": [{"key": "count", "label": str(_("Number of records"))}]
        + [{"key": name, "label": str(meaning(document.field(name)).label)} for name in summable(document)],
    }


def make_pivot(document: Document, params: Mapping[str, str], actor: Actor) -> Pivot:
    """Sum a list up. Raises Refusal 400 `query.unknown`, 403, 422 `pivot.currencies` where amounts of several
    currencies would meet in one cell, 422 `pivot.too_large`, and what `parse_query` raises."""
    known = {d.asked: d for d in dimensions(document)}
    rows = _dimension(params.get("rows", ""), known)
    columns = _dimension(params["columns"], known) if params.get("columns") else None
    measures = ["count", *summable(document)]
    measure = params.get("measure") or "count"
    if measure not in measures:
        raise unknown(str(_("Measure")), measure, measures)
    rest = {name: value for name, value in params.items() if name not in ("rows", "columns", "measure", "format")}
    for name in rest:
        if not name.startswith(_OTHERS):
            allowed = {"rows", "columns", "measure", "format", "search", "filter[<field>][<op>]"}
            raise unknown(str(_("Parameter")), name, allowed)
    query = parse_query(document, rest, ())
    zone = _zone(actor)
    found = _grouped(document, reach(document, actor) & query.conditions, rows, columns, measure, zone)
    currency = _one_currency(found, rows, columns) if measure != "count" else None
    down = _keys(document, rows, {r["down"] for r in found}, actor, zone)
    across = _keys(document, columns, {r["across"] for r in found}, actor, zone) if columns else [Key(None, "", {})]
    if len(down) * len(across) > MOST_CELLS:
        raise _too_large(len(down), len(across))
    at_row = {key.value: at for at, key in enumerate(down)}
    at_column = {key.value: at for at, key in enumerate(across)}
    cells: dict[tuple[int, int], Decimal] = {}
    for row in found:
        place = at_row[row["down"]], at_column[row["across"] if columns else None]
        cells[place] = cells.get(place, Decimal(0)) + Decimal(row["figure"] or 0)
    return Pivot(rows, columns, measure, currency, down, across, cells)


def _dimension(asked: str, known: Mapping[str, Dimension]) -> Dimension:
    if asked not in known:
        raise unknown(str(_("Field to group by")), asked, known)
    return known[asked]


def _zone(actor: Actor) -> ZoneInfo:
    companies = Company.objects.filter(group_id=actor.group_id, id=actor.company_id or 0)
    return ZoneInfo(companies.values_list("time_zone", flat=True).first() or "UTC")


def _grouped(
    document: Document,
    rows: Sql,
    down: Dimension,
    across: Dimension | None,
    measure: str,
    zone: ZoneInfo,
) -> list[dict[str, Any]]:
    """{down, across, currency, figure} of every group there is, in one statement."""
    by = {"down": _expression(document, down, zone)}
    if across:
        by["across"] = _expression(document, across, zone)
    if measure != "count":
        by["money"] = Sql(_currency_of(document))
    figure = Sql("count(*)" if measure == "count" else f"sum({column(document, measure)})")
    places = ", ".join(str(place) for place in range(1, len(by) + 1))
    grouped = Sql(f"{rows.text} GROUP BY {places} LIMIT {MOST_CELLS + 1}", rows.params)
    names = [*by, "figure"]
    found = [dict(zip(names, row, strict=True)) for row in select(document, [*by.values(), figure], grouped)]
    if len(found) > MOST_CELLS:
        raise _too_large(len({r["down"] for r in found}), len({r.get("across") for r in found}))
    return found


def _expression(document: Document, d: Dimension, zone: ZoneInfo) -> Sql:
    own = column(document, d.name)
    if not d.grouping:
        return Sql(own)
    if d.kind == "instant":
        return Sql(f"date_trunc('{d.grouping}', {own} AT TIME ZONE %s)::date", (zone.key,))
    return Sql(f"date_trunc('{d.grouping}', {own})::date")


def _currency_of(document: Document) -> str:
    """Where the currency of its amounts stands: on the document, else with its company."""
    if "currency" in document.header_fields:
        return column(document, "currency")
    own = column(document, "company")
    return f'(SELECT currency_id FROM "{Company._meta.db_table}" company WHERE company.id = {own})'


def _one_currency(found: Sequence[Mapping[str, Any]], down: Dimension, across: Dimension | None) -> str | None:
    """The currency of all figures; None where a field to group by tells it."""
    if "currency" in (down.name, across.name if across else ""):
        return None
    met = sorted({row["money"] or "" for row in found})
    if len(met) > 1:
        raise Refusal(
            Problem(
                "pivot.currencies",
                _("The amounts are in several currencies (%(currencies)s) and cannot be added up.")
                % {"currencies": ", ".join(met)},
                _("Group by currency, or filter one of them."),
                field="measure",
            )
        )
    return met[0] if met else None


def _too_large(rows: int, columns: int) -> Refusal:
    return Refusal(
        Problem(
            "pivot.too_large",
            _("The table would have %(rows)s rows and %(columns)s columns; at most %(most)s cells are made.")
            % {"rows": rows, "columns": columns, "most": f"{MOST_CELLS:,}"},
            _("Filter the list, or group by something coarser."),
            field="rows",
        )
    )


def _keys(document: Document, d: Dimension, values: Iterable[Any], actor: Actor, zone: ZoneInfo) -> list[Key]:
    """The places of an axis in their order: dates by time, choices and states as declared, records by number."""
    given = {value for value in values if value is not None}
    if d.grouping:
        keys = [_period(d, day, zone) for day in sorted(given)]
    elif d.kind == "reference":
        names = titles(actor.group_id, given)
        called = [(id, names.get(id, {"number": f"#{id}", "title": ""})) for id in given]
        called.sort(key=lambda one: (one[1]["number"], one[0]))
        keys = [_key(d, id, f"{name['number']} {name['title']}".strip()) for id, name in called]
    else:
        labels = _labels(document, d)
        order = {value: at for at, value in enumerate(labels)}
        ordered = sorted(given, key=lambda value: (order.get(_text(value), len(order)), _text(value)))
        keys = [_key(d, _text(value), labels.get(_text(value), _text(value)), value) for value in ordered]
    if len(given) < len(set(values)):
        nothing = {f"filter[{d.name}][null]": "true"} if d.meaning and d.meaning.null else None
        keys.append(Key(None, str(_("(empty)")), nothing))
    return keys


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _key(d: Dimension, asked: Any, label: str, value: Any = None) -> Key:
    found = {f"filter[{d.name}][eq]": str(asked)} if asked != "" else None
    return Key(asked if value is None else value, label or str(_("(empty)")), found)


def _labels(document: Document, d: Dimension) -> dict[str, str]:
    if d.kind == "state":
        return {state.key: str(state.label) for state in document.states}
    if d.kind == "bool":
        return {"true": str(_("Yes")), "false": str(_("No"))}
    return {value: str(label) for value, label in d.meaning.choices} if d.meaning else {}


def _period(d: Dimension, day: date, zone: ZoneInfo) -> Key:
    """A month, quarter or year: `2026-11`, `2026-Q4`, `2026`; its days, or its instants in the company's time zone."""
    months = {"month": 1, "quarter": 3, "year": 12}[d.grouping]
    label = {"month": f"{day:%Y-%m}", "quarter": f"{day.year}-Q{(day.month + 2) // 3}", "year": f"{day:%Y}"}[d.grouping]
    follows = date(day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1, 1)
    if d.kind == "date":
        within = day.isoformat(), (follows - timedelta(days=1)).isoformat()
    else:
        first, last = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, follows))
        within = plain(first), plain(last - timedelta(microseconds=1))
    return Key(day, label, {f"filter[{d.name}][gte]": within[0], f"filter[{d.name}][lte]": within[1]})


def as_json(document: Document, pivot: Pivot) -> dict[str, Any]:
    """Axes, cells and totals; figures are decimals as text, a cell without records is null."""
    height, width = len(pivot.row_keys), len(pivot.column_keys)
    by_row, by_column = _sums(pivot)
    adds = pivot.currency is not None or pivot.measure == "count" or not pivot.cells
    down_adds, across_adds = (adds or d == "currency" for d in (pivot.rows.name, getattr(pivot.columns, "name", "")))
    return {
        "rows": {"key": pivot.rows.asked, "label": str(pivot.rows.label), "keys": _axis(pivot.row_keys)},
        "columns": pivot.columns
        and {"key": pivot.columns.asked, "label": str(pivot.columns.label), "keys": _axis(pivot.column_keys)},
        "measure": {"key": pivot.measure, "label": measure_label(document, pivot.measure), "currency": pivot.currency},
        "cells": [[_shown(pivot.cells.get((row, column))) for column in range(width)] for row in range(height)],
        # What is of one currency along a line has a sum there; across currencies there is none.
        "row_totals": [tidy(sum_) for sum_ in by_row] if down_adds else None,
        "column_totals": [tidy(sum_) for sum_ in by_column] if across_adds else None,
        "total": tidy(sum(by_row, Decimal(0))) if adds else None,
    }


def _sums(pivot: Pivot) -> tuple[list[Decimal], list[Decimal]]:
    by_row = [Decimal(0)] * len(pivot.row_keys)
    by_column = [Decimal(0)] * len(pivot.column_keys)
    for (down, across), figure in pivot.cells.items():
        by_row[down] += figure
        by_column[across] += figure
    return by_row, by_column


def measure_label(document: Document, measure: str) -> str:
    """What the figures are: the number of records, or the amount that is summed."""
    return str(_("Number of records")) if measure == "count" else str(meaning(document.field(measure)).label)


def _axis(keys: Sequence[Key]) -> list[dict[str, Any]]:
    return [{"label": key.label, "filters": None if key.filters is None else dict(key.filters)} for key in keys]


def _shown(figure: Decimal | None) -> str | None:
    return None if figure is None else tidy(figure)
