"""A table as read from a file: cells with the place where the user sees them, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from jingwei.platform.errors import Problem, Refusal, Text

Cell: TypeAlias = str | bool | date | None
"""Numbers arrive as text that writes every digit; a cell is None when it is empty."""


@dataclass(frozen=True, slots=True)
class TableProblem:
    """One thing wrong in a file. `row` counts as the spreadsheet shows it, `column` is the name in the header
    (or the column's letters where it has none), `cell` is "Sheet1!B7" (without a sheet name in CSV)."""

    code: str
    message: Text
    hint: Text = ""
    row: int | None = None
    column: str | None = None
    cell: str | None = None


class UnreadableFile(Refusal):
    """The file gives no table at all; `problem` says why and, where there is one, at which place."""

    def __init__(self, problem: TableProblem) -> None:
        place = {"column": problem.column, "cell": problem.cell}
        super().__init__(
            Problem(problem.code, problem.message, problem.hint, field="file", row=problem.row, extra=place)
        )
        self.problem = problem


def unreadable(code: str, message: Text, hint: Text = "", *, row: int | None = None, cell: str = "") -> UnreadableFile:
    """Short form for raising."""
    return UnreadableFile(TableProblem(code, message, hint, row=row, cell=cell or None))


@dataclass(frozen=True, slots=True)
class Header:
    """A named column. `position` counts the file's columns from 0 and indexes `Row.cells`."""

    name: str
    position: int
    row: int
    cell: str


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the row as a spreadsheet shows it, from 1; `cells` has one entry per column of the file."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Ignored:
    """What was left out of `rows`: how many empty rows, and the number of the total row at the end."""

    empty_rows: int = 0
    total_rows: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        return self.empty_rows + len(self.total_rows)


@dataclass(frozen=True, slots=True)
class Table:
    """The content of a file. `problems` are reasons to refuse it, `warnings` things the user should look at."""

    format: Literal["csv", "xlsx"]
    encoding: str  # "UTF-8", "GB18030", "UTF-16"; "" in XLSX
    delimiter: str  # "," ";" or tab; "" in XLSX
    sheet: str  # "" in CSV
    header: tuple[Header, ...]
    header_row: int
    rows: list[Row]
    ignored: Ignored = Ignored()
    warnings: tuple[TableProblem, ...] = ()
    problems: tuple[TableProblem, ...] = ()
    _names: dict[int, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._names.update({header.position: header.name for header in self.header})

    def problem(self, code: str, message: Text, hint: Text = "", *, row: int, position: int) -> TableProblem:
        """A problem of one cell, with the names of its place."""
        column = self._names.get(position, column_letters(position))
        return TableProblem(code, message, hint, row, column, cell_name(self.sheet, row, position))


_PLAIN_SHEET = re.compile(r"[^\W\d]\w*")


def column_letters(position: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(sheet: str, row: int, position: int) -> str:
    """The cell as a formula would name it: "Sheet1!B7", "'My sheet'!B7", without a sheet "B7"."""
    place = f"{column_letters(position)}{row}"
    if not sheet:
        return place
    quoted = sheet if _PLAIN_SHEET.fullmatch(sheet) else "'" + sheet.replace("'", "''") + "'"
    return f"{quoted}!{place}"


def shown(values: Sequence[object], most: int = 5) -> str:
    """The first of many values, for a sentence: "3, 5, 8 …"."""
    text = ", ".join(str(value) for value in values[:most])
    return text + " …" if len(values) > most else text
