"""XLSX: the first visible sheet of a checked container, every value as Excel shows it."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import python_calamine
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jingwei.platform.tabular import archive, sheetscan
from jingwei.platform.tabular.assembling import MAX_AREA, MAX_COLUMNS, CellProblem, Source, assemble, too_many_columns
from jingwei.platform.tabular.sheetscan import SheetFacts
from jingwei.platform.tabular.table import Cell, Table, TableProblem, cell_name, column_letters, shown, unreadable

HELP_SHEET = "说明 Help"
"""The sheet of our own templates that explains the columns; one name in all languages, so that reading knows it."""

_EXACT_INTEGERS = 10**15  # Excel keeps 15 digits

_Raw = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(data: bytes, max_rows: int) -> Table:
    """Read the first visible sheet. Hidden rows are read; formulas give the value the file holds for them.

    Errors: those of `archive.open_workbook`, and `file.merged_cells`, `file.too_many_columns`,
    `file.too_many_cells`, `file.empty`, `file.too_many_rows`.
    """
    workbook = archive.open_workbook(data)
    sheet = workbook.sheet.name
    try:
        facts = sheetscan.scan(workbook.sheet_xml, sheetscan.padded_styles(workbook.styles_xml))
    except ValueError as error:
        raise archive.damaged() from error
    _refuse_extent(sheet, facts)
    source = Source("xlsx", sheet=sheet)
    source.warnings.extend(_notices(sheet, facts, workbook.further_sheets))
    source.cell_problems.extend(_cell_problems(facts))
    container = workbook.container
    del workbook  # its copy of the sheet may take 100 MB
    return assemble(source, _records(container, source, facts), max_rows)


def _refuse_extent(sheet: str, facts: SheetFacts) -> None:
    if facts.merged:
        first = facts.merged[0][:20]
        raise unreadable(
            "file.merged_cells",
            format_lazy(
                _("The sheet has merged cells: {cells}."), cells=shown([ref[:20] for ref in facts.merged], most=3)
            ),
            _("Undo the merging, so that every row holds its own values."),
            cell=f"{cell_name(sheet, 1, 0).rpartition('A1')[0]}{first}",
        )
    if facts.width > MAX_COLUMNS:
        raise too_many_columns(facts.width)
    if max(facts.width * facts.last_row, facts.values) > MAX_AREA:
        raise unreadable(
            "file.too_many_cells",
            format_lazy(
                _("The sheet reaches to row {row} and column {column}: too many cells."),
                row=facts.last_row,
                column=column_letters(facts.width - 1),
            ),
            _("Delete what stands outside the table, or divide the file."),
        )


def _notices(sheet: str, facts: SheetFacts, further_sheets: tuple[str, ...]) -> Iterator[TableProblem]:
    """What the user should know although nothing is wrong."""
    if facts.hidden_rows:
        yield TableProblem(
            "sheet.hidden_rows",
            format_lazy(
                _("Hidden rows were read as well: {rows}."),
                rows=shown(facts.hidden_rows),
            ),
            _("Delete them from the file if they are not meant."),
            row=facts.hidden_rows[0],
        )
    if facts.formulas > len(facts.formulas_without_value):
        yield TableProblem(
            "sheet.formulas",
            format_lazy(
                _("Cells with formulas: {count}. The values saved with the file were read."), count=facts.formulas
            ),
        )
    others = [name for name in further_sheets if name != HELP_SHEET]
    if others:
        yield TableProblem(
            "sheet.others",
            format_lazy(
                _("Only the sheet “{sheet}” was read, not {others}."), sheet=sheet, others=shown(others, most=3)
            ),
        )


def _cell_problems(facts: SheetFacts) -> Iterator[CellProblem]:
    for row, position, text in facts.errors:
        yield CellProblem(
            "cell.error",
            format_lazy(_("The cell shows the error {error}."), error=text[:20] or "#?"),
            _("Correct the formula, or replace it by its value."),
            row,
            position,
        )
    for row, position in facts.formulas_without_value:
        yield CellProblem(
            "cell.formula_without_value",
            _("The cell holds a formula whose result is not saved in the file."),
            _("Open the file in a spreadsheet and save it, or replace the formula by its value."),
            row,
            position,
        )


# --- values -------------------------------------------------------------------------------------------------------


def _records(container: bytes, source: Source, facts: SheetFacts) -> Iterator[tuple[int, list[Cell]]]:
    for number, raw in enumerate(_raw_rows(container, source.sheet), start=1):
        yield number, _cells(raw, number, source, facts)


def _raw_rows(container: bytes, sheet_name: str) -> Iterator[list[_Raw]]:
    """Rows from the first of the sheet on, cells from column A on."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(container))
        sheet = book.get_sheet_by_name(sheet_name)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise archive.damaged() from error
    except BaseException as error:
        # A panic of the library's compiled code is no Exception; it concerns this file only.
        if type(error).__name__ != "PanicException":
            raise
        raise archive.damaged() from None
    # The library gives empty rows above the first value, but no empty cells left of it.
    indent: list[_Raw] = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield indent + row if indent else row


def _cells(raw: list[_Raw], number: int, source: Source, facts: SheetFacts) -> list[Cell]:
    """One row's values as a table delivers them."""
    cells: list[Cell] = []
    for position, value in enumerate(raw):
        if isinstance(value, str):
            cells.append(value or None)
        elif isinstance(value, bool):
            cells.append(value)
        elif isinstance(value, int | float):
            cells.append(_number(value, number, position, source, facts))
        else:
            cells.append(_moment(value))
    return cells


def _number(value: int | float, row: int, position: int, source: Source, facts: SheetFacts) -> str:
    digits = facts.padded.get((row, position)) if facts.padded else None
    if digits and value >= 0 and float(value).is_integer():
        return str(int(value)).zfill(digits)
    if not math.isfinite(value):
        raise archive.damaged()  # no spreadsheet writes such a number
    source.numeric.add(position)
    if abs(value) >= _EXACT_INTEGERS:
        source.lost_digits.setdefault(position, row)
    return number_text(value)


def number_text(value: int | float) -> str:
    """A number as Excel shows it in full: 1.0 → "1", 9.95 → "9.95", 1e-07 → "0.0000001".

    The shortest text that is the same number; where that has more than Excel's 15 digits (0.1 + 0.2), the 15 that
    Excel shows. From 10^15 on, every digit the file holds. Beyond 40 places the exponent stays, for no column takes it.
    """
    if value == int(value) and abs(value) < _EXACT_INTEGERS:
        return str(int(value))
    text = repr(value)
    if "e" not in text and len(text) <= 16:
        return text
    number = Decimal(text)
    if len(number.as_tuple().digits) > 15 and abs(value) < _EXACT_INTEGERS:
        number = Decimal(format(value, ".15g"))
    if abs(number.adjusted()) > 40:
        return str(number)
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _moment(value: time | date | datetime | timedelta) -> Cell:
    """A day as a date; a time of day, or a day with a time, as ISO text, which a date column refuses."""
    if isinstance(value, datetime):
        return value.date() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value
    return value.isoformat() if isinstance(value, time) else str(value)
