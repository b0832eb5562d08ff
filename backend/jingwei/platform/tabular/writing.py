"""Write tables as XLSX and CSV, row by row, such that no text in them can act as a formula.

What is written here reads back equal with `reading.read_table`: text as it was, numbers with their digits, dates.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

import xlsxwriter

from jingwei.platform.tabular.columns import (
    Column,
    UnwritableValue,
    Value,
    bool_of,
    date_of,
    number_of,
    number_text_of,
    text_of,
)
from jingwei.platform.tabular.marks import with_mark

MAX_SHEET_ROWS = 1_048_575  # besides the header
MAX_CELL_TEXT = 32_767
_EXACT_DIGITS = 15  # what Excel keeps of a number
_FIRST_DAY = date(1900, 3, 1)  # before it, Excel's calendar has a 29 February 1900 that never was

WORKBOOK_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """CSV in UTF-8 with byte-order mark (so that Excel reads Chinese), commas, CRLF; dates ISO, truth TRUE/FALSE.

    Errors: UnwritableValue when a value is not of its column's kind, ValueError when a row has another width.
    """
    buffer = io.StringIO(newline="")
    # The header is quoted throughout, so that its commas alone tell a reader what divides the columns.
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerow([with_mark(str(column.label)) for column in columns])
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([_csv_text(value, column) for value, column in zip(row, columns, strict=True)])
    return buffer.getvalue().encode("utf-8-sig")


def _csv_text(value: Value, column: Column) -> str:
    if value is None or value == "":
        return ""
    match column.kind:
        case "text":
            return with_mark(text_of(value, column))
        case "number":
            return number_text_of(value, column)
        case "date":
            return date_of(value, column).isoformat()
        case "bool":
            return "TRUE" if bool_of(value, column) else "FALSE"
        case _:
            assert_never(column.kind)


def write_xlsx(columns: Sequence[Column], rows: Iterable[Sequence[Value]], *, sheet: str) -> bytes:
    """XLSX with one sheet, written in constant memory; cells of text are text, whatever they begin with.

    Numbers of more than 15 digits are written as text, for Excel would drop the rest. Errors: UnwritableValue for a
    value that is not of its column's kind, for text over 32,767 characters and more rows than a sheet holds.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {**WORKBOOK_OPTIONS, "constant_memory": True}) as book:
        worksheet = book.add_worksheet(sheet_name(sheet))
        formats = prepare_sheet(book, worksheet, columns, [str(column.label) for column in columns])
        for number, row in enumerate(rows, start=1):
            if number > MAX_SHEET_ROWS:
                raise UnwritableValue(f"a sheet holds {MAX_SHEET_ROWS} rows; write CSV")
            for position, (value, column) in enumerate(zip(row, columns, strict=True)):
                _write_cell(worksheet, number, position, value, column, formats[position])
    return buffer.getvalue()


def sheet_name(wanted: str) -> str:
    """A name Excel accepts: at most 31 characters, without []:*?/\\ and without an apostrophe at its ends."""
    return re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", wanted)[:31].strip(" '") or "Sheet1"


def prepare_sheet(book: Any, worksheet: Any, columns: Sequence[Column], labels: Sequence[str]) -> list[Any]:
    """Write the header, keep it in view, and return the format of each column's cells."""
    bold = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    formats = [book.add_format({"num_format": _number_format(column)}) for column in columns]
    for position, column in enumerate(columns):
        worksheet.set_column(position, position, _width(column, labels[position]), formats[position])
    worksheet.freeze_panes(1, 0)
    for position, label in enumerate(labels):
        worksheet.write_string(0, position, label, bold)
    return formats


def _number_format(column: Column) -> str:
    match column.kind:
        case "text":
            return "@"  # keeps 00123 and 2-3 as typed when the user goes on in Excel
        case "number":
            return "General" if column.scale is None else "0" + ("." + "0" * column.scale if column.scale else "")
        case "date":
            return "yyyy-mm-dd"
        case "bool":
            return "General"
        case _:
            assert_never(column.kind)


def _width(column: Column, label: str) -> int:
    """Room for the label, a Chinese character taking two; never wider than a screen bears."""
    room = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in label) + 2
    return min(max(room, 20 if column.kind == "text" else 12), 40)


def _write_cell(worksheet: Any, row: int, position: int, value: Value, column: Column, style: Any) -> None:
    if value is None or value == "":
        return
    match column.kind:
        case "text":
            _write_text(worksheet, row, position, text_of(value, column), column, style)
        case "number":
            number = number_of(value, column)
            if _fits_excel(number):
                worksheet.write_number(row, position, float(number), style)
            else:
                _write_text(worksheet, row, position, number_text_of(value, column), column, style)
        case "date":
            day = date_of(value, column)
            if day >= _FIRST_DAY:
                worksheet.write_datetime(row, position, day, style)
            else:
                _write_text(worksheet, row, position, day.isoformat(), column, style)
        case "bool":
            worksheet.write_boolean(row, position, bool_of(value, column), style)
        case _:
            assert_never(column.kind)


def _write_text(worksheet: Any, row: int, position: int, text: str, column: Column, style: Any) -> None:
    if len(text) > MAX_CELL_TEXT:
        raise UnwritableValue(f"column {column.name}: a cell of XLSX holds {MAX_CELL_TEXT} characters; write CSV")
    worksheet.write_string(row, position, text, style)


def _fits_excel(number: Decimal) -> bool:
    """Whether Excel keeps every digit."""
    digits = number.normalize().as_tuple().digits if len(number.as_tuple().digits) > _EXACT_DIGITS else ()
    return len(digits) <= _EXACT_DIGITS and -30 <= number.adjusted() < _EXACT_DIGITS
