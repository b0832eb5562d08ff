"""From raw records to a `Table`: the header row, empty rows, the total row at the end, and rows that do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jingwei.platform.errors import Text
from jingwei.platform.tabular.suspicion import suspicions
from jingwei.platform.tabular.table import (
    Cell,
    Header,
    Ignored,
    Row,
    Table,
    TableProblem,
    UnreadableFile,
    cell_name,
    column_letters,
    shown,
    unreadable,
)
from jingwei.platform.text import ValueRefused, fold, parse_decimal

MOST_PROBLEMS = 1000
"""A file that is wrong throughout is wrong for one reason: beyond this many, problems are only counted."""

MAX_COLUMNS = 512
MAX_AREA = 4_000_000
"""Rows × columns; the XLSX library needs some 70 bytes for each."""

_TOTALS = frozenset("合计 总计 合计数 总合计 共计 total totals sum".split()) | {"grand total"}  # noqa: SIM905


class CellProblem(NamedTuple):
    """A problem found before the header is known; `position` counts columns from 0."""

    code: str
    message: Text
    hint: Text
    row: int
    position: int


@dataclass(slots=True)
class Source:
    """What a format knows of its file before its records are read."""

    format: Literal["csv", "xlsx"]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    warnings: list[TableProblem] = field(default_factory=list)
    problems: list[TableProblem] = field(default_factory=list)
    cell_problems: list[CellProblem] = field(default_factory=list)
    numeric: set[int] = field(default_factory=set)  # positions in which a spreadsheet holds numbers, not text
    lost_digits: dict[int, int] = field(default_factory=dict)  # position → first row with a number over 15 digits


def too_many_columns(width: int) -> UnreadableFile:
    """The refusal for a table wider than `MAX_COLUMNS`."""
    return unreadable(
        "file.too_many_columns",
        format_lazy(
            _("There are values as far as column {column}; at most {limit} columns are read."),
            column=column_letters(width - 1),
            limit=MAX_COLUMNS,
        ),
        _("Delete what stands beside the table."),
    )


def is_empty(cells: Sequence[Cell]) -> bool:
    """Nothing but empty cells and white space."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def assemble(source: Source, records: Iterable[tuple[int, list[Cell]]], max_rows: int) -> Table:
    """Read `records` (row number, cells) into a table. Errors: `file.empty`, `file.too_many_rows`."""
    stream = iter(records)
    header_record = next((record for record in stream if not is_empty(record[1])), None)
    if header_record is None:
        raise unreadable(
            "file.empty",
            _("The file has no header row."),
            _("Put the names of the columns into the first row; the template shows them."),
        )
    rows: list[Row] = []
    empty_rows = trailing = 0
    for number, cells in stream:
        if is_empty(cells):
            trailing += 1
            continue
        if len(rows) == max_rows:
            raise unreadable(
                "file.too_many_rows",
                format_lazy(_("The file has more than {limit} rows."), limit=max_rows),
                _("Divide it into several files."),
                row=number,
            )
        empty_rows += trailing
        trailing = 0
        rows.append(Row(number, cells))
    header_row, names = header_record
    if len(names) > MAX_COLUMNS:
        raise too_many_columns(len(names))
    if len(names) * len(rows) > MAX_AREA:
        raise unreadable(
            "file.too_many_cells",
            format_lazy(_("{rows} rows of {columns} columns are too many cells."), rows=len(rows), columns=len(names)),
            _("Divide it into several files."),
        )
    headers, width = _headers(source, header_row, names, rows)
    total_rows = _drop_total(rows)
    rows = _fit(source, rows, width)
    source.problems.extend(_placed(source, headers))
    source.warnings.extend(suspicions(source.sheet, headers, rows, source.numeric, source.lost_digits))
    return Table(
        format=source.format,
        encoding=source.encoding,
        delimiter=source.delimiter,
        sheet=source.sheet,
        header=headers,
        header_row=header_row,
        rows=rows,
        ignored=Ignored(empty_rows + trailing, total_rows),
        warnings=tuple(source.warnings),
        problems=_bounded(source.problems),
    )


def _headers(source: Source, header_row: int, names: list[Cell], rows: Sequence[Row]) -> tuple[tuple[Header, ...], int]:
    """The named columns and the width of the table; columns with values but no name become problems."""
    headers: list[Header] = []
    for position, name in enumerate(names):
        text = _header_text(name)
        if text:
            headers.append(Header(text, position, header_row, cell_name(source.sheet, header_row, position)))
    named = {header.position for header in headers}
    width = max(named) + 1
    filled = _filled_positions(rows)
    # In CSV a row that is too long usually holds a delimiter in a text: that is a problem of the row (see _fit).
    widest = width if source.format == "csv" else max([width, *(position + 1 for position in filled)])
    for position in range(widest):
        if position in filled and position not in named:
            source.problems.append(_nameless(source.sheet, header_row, position, filled[position]))
    _report_duplicates(source, header_row, headers)
    return tuple(headers), widest


def _header_text(name: Cell) -> str:
    if name is None:
        return ""
    if isinstance(name, bool):
        return "TRUE" if name else "FALSE"
    return name.isoformat() if isinstance(name, date) else name.strip()


def _filled_positions(rows: Sequence[Row]) -> dict[int, int]:
    """Columns that hold any value → the first row that does."""
    filled: dict[int, int] = {}
    for row in rows:
        if len(filled) < len(row.cells):
            for position, cell in enumerate(row.cells):
                if position not in filled and not is_empty((cell,)):
                    filled[position] = row.number
    return filled


def _nameless(sheet: str, header_row: int, position: int, first: int) -> TableProblem:
    letters = column_letters(position)
    return TableProblem(
        "header.missing",
        format_lazy(_("Column {column} has values (from row {row} on) but no name."), column=letters, row=first),
        _("One row of names must stand above the data, with a name in every column that is used."),
        row=header_row,
        column=letters,
        cell=cell_name(sheet, header_row, position),
    )


def _report_duplicates(source: Source, header_row: int, headers: Sequence[Header]) -> None:
    first: dict[str, Header] = {}
    for header in headers:
        earlier = first.setdefault(fold(header.name), header)
        if earlier is not header:
            source.problems.append(
                TableProblem(
                    "header.duplicate",
                    format_lazy(
                        _("The column name “{name}” stands twice, in {one} and {other}."),
                        name=header.name,
                        one=earlier.cell,
                        other=header.cell,
                    ),
                    _("Delete or rename one of the two columns."),
                    row=header_row,
                    column=header.name,
                    cell=header.cell,
                )
            )


def _drop_total(rows: list[Row]) -> tuple[int, ...]:
    """Remove a total row at the end: a word such as 合计 or Total, and besides it only numbers (at least one)."""
    if len(rows) < 2:
        return ()
    values = [cell for cell in rows[-1].cells if not is_empty((cell,))]
    first = values[0]
    if not isinstance(first, str) or fold(first).rstrip(":").replace("合 计", "合计").rstrip() not in _TOTALS:
        return ()
    if len(values) < 2 or not all(_is_number(cell) for cell in values[1:]):
        return ()
    return (rows.pop().number,)


def _placed(source: Source, headers: Sequence[Header]) -> list[TableProblem]:
    """The problems of cells, with the names of their columns."""
    names = {header.position: header.name for header in headers}
    return [
        TableProblem(
            found.code,
            found.message,
            found.hint,
            row=found.row,
            column=names.get(found.position, column_letters(found.position)),
            cell=cell_name(source.sheet, found.row, found.position),
        )
        for found in source.cell_problems
    ]


def _is_number(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return False
    try:
        parse_decimal(cell, from_file=True)
    except ValueRefused:
        return False
    return True


def _fit(source: Source, rows: Sequence[Row], width: int) -> list[Row]:
    """Give every row the table's width; values beyond it are a problem of their row, never dropped silently."""
    fitted: list[Row] = []
    for row in rows:
        cells = row.cells
        if len(cells) == width:
            fitted.append(row)
            continue
        if len(cells) > width and not is_empty(cells[width:]):
            source.problems.append(
                TableProblem(
                    "row.too_wide",
                    format_lazy(
                        _("Row {row} has {cells} values, but the header names {width} columns."),
                        row=row.number,
                        cells=len(cells),
                        width=width,
                    ),
                    _("A text that contains the delimiter must stand in double quotes."),
                    row=row.number,
                    cell=cell_name(source.sheet, row.number, width),
                )
            )
        fitted.append(Row(row.number, cells[:width] + [None] * (width - len(cells))))
    return fitted


def _bounded(problems: Sequence[TableProblem]) -> tuple[TableProblem, ...]:
    ordered = sorted(problems, key=lambda problem: problem.row or 0)
    if len(ordered) <= MOST_PROBLEMS:
        return tuple(ordered)
    rest = TableProblem(
        "file.more_problems",
        format_lazy(
            _("Further problems: {count}, the next in rows {rows}."),
            count=len(ordered) - MOST_PROBLEMS,
            rows=shown([problem.row for problem in ordered[MOST_PROBLEMS:]]),
        ),
    )
    return (*ordered[:MOST_PROBLEMS], rest)
