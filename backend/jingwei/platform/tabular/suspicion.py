"""Signs that a spreadsheet has changed what was typed: codes turned into numbers or dates, digits lost.

Nothing is changed back, for nobody can know what was typed; each column gets at most one warning of a kind.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jingwei.platform.tabular.table import Header, Row, TableProblem, cell_name

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_SIGNS = re.compile(
    r"(?P<scientific>[+-]?\d(?:\.\d+)?e\+?\d{1,3})"
    rf"|(?P<short_date>\d{{1,2}}-(?:{_MONTH})|(?:{_MONTH})-\d{{1,2}}|\d{{1,2}}月\d{{1,2}}日)"
    r"|(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2})"
    r"|(?P<zeros>0\d+)",
    re.IGNORECASE | re.ASCII,
)


def suspicions(
    sheet: str,
    headers: Sequence[Header],
    rows: Sequence[Row],
    numeric: Collection[int],
    lost_digits: Mapping[int, int],
) -> list[TableProblem]:
    """Warnings of columns that look converted. `numeric`: positions where the spreadsheet holds numbers."""
    found: list[TableProblem] = []
    for header in headers:
        position = header.position
        signs, filled = _signs_of(rows, position)
        if position in lost_digits:
            found.append(_warning("column.digits_lost", _LOST, sheet, header, lost_digits[position]))
        if "scientific" in signs:
            found.append(_warning("column.looks_shortened", _SHORTENED, sheet, header, signs["scientific"][0]))
        if "short_date" in signs:
            found.append(_warning("column.looks_like_dates", _DATES, sheet, header, signs["short_date"][0]))
        elif "date" in signs and signs["date"][1] < filled:
            found.append(_warning("column.looks_like_dates", _DATES, sheet, header, signs["date"][0]))
        if "zeros" in signs and position in numeric:
            found.append(_warning("column.mixed", _MIXED, sheet, header, signs["zeros"][0]))
    return found


def _signs_of(rows: Sequence[Row], position: int) -> tuple[dict[str, tuple[int, int]], int]:
    """Sign → (first row, how often), and how many cells of the column are filled."""
    signs: dict[str, tuple[int, int]] = {}
    filled = 0
    for row in rows:
        cell = row.cells[position]
        if cell is None or cell == "":
            continue
        filled += 1
        if isinstance(cell, str):
            match = _SIGNS.fullmatch(cell) if len(cell) <= 30 else None
            if match is None:
                continue
            sign = match.lastgroup or ""
        elif isinstance(cell, date):
            sign = "date"
        else:
            continue
        first, count = signs.get(sign, (row.number, 0))
        signs[sign] = (first, count + 1)
    return signs, filled


_HINT = _("Format the column as text in the spreadsheet, type the values again, and compare them after the import.")
_LOST = _("Column “{name}” holds numbers of more than 15 digits, of which a spreadsheet loses the last ones.")
_SHORTENED = _("Column “{name}” holds values such as 1E5: a spreadsheet may have shortened codes or numbers.")
_DATES = _("Column “{name}” holds dates among other values: a spreadsheet may have made them of codes such as 2-3.")
_MIXED = _("Column “{name}” mixes text and numbers: numbers may have lost their leading zeros.")


def _warning(code: str, message: _StrPromise, sheet: str, header: Header, row: int) -> TableProblem:
    return TableProblem(
        code,
        format_lazy(message, name=header.name),
        _HINT,
        row=row,
        column=header.name,
        cell=cell_name(sheet, row, header.position),
    )
