"""The file a user fills in: an empty sheet with the right columns, and a sheet that explains each of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jingwei.platform.errors import Text
from jingwei.platform.tabular.columns import TemplateColumn, Value
from jingwei.platform.tabular.workbook import HELP_SHEET
from jingwei.platform.tabular.writing import WORKBOOK_OPTIONS, prepare_sheet, sheet_name

_CHOICES_SHEET = "_choices"
_VALIDATED_ROWS = 100_000


def write_template(columns: Sequence[TemplateColumn], *, sheet: str, examples: Sequence[Sequence[Value]] = ()) -> bytes:
    """XLSX: first an empty sheet to fill in, required columns with a star, lists to choose from; then an explanation.

    `examples` are rows of values; they stand in the explanation, where nobody imports them by mistake.
    Labels and help appear in the language that is active.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, WORKBOOK_OPTIONS) as book:
        worksheet = book.add_worksheet(sheet_name(sheet))
        labels = [str(column.label) + ("*" if column.required else "") for column in columns]
        prepare_sheet(book, worksheet, columns, labels)
        _explain(book, columns, examples)
        _offer_choices(book, worksheet, columns)
    return buffer.getvalue()


def _explain(book: Any, columns: Sequence[TemplateColumn], examples: Sequence[Sequence[Value]]) -> None:
    """One row per column: label, field name, required, type, allowed values, meaning, examples."""
    worksheet = book.add_worksheet(HELP_SHEET)
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    titles: list[Text] = [_("Column"), _("Field"), _("Required"), _("Type"), _("Allowed values"), _("Meaning")]
    titles += [format_lazy(_("Example {number}"), number=number) for number in range(1, len(examples) + 1)]
    for position, (title, width) in enumerate(
        zip(titles, [20, 20, 10, 16, 40, 60, *[20] * len(examples)], strict=True)
    ):
        worksheet.set_column(position, position, width)
        worksheet.write_string(0, position, str(title), bold)
    worksheet.freeze_panes(1, 0)
    for row, column in enumerate(columns, start=1):
        texts = [
            str(column.label),
            column.name,
            str(_("Yes") if column.required else _("No")),
            str(_type_name(column)),
            _allowed(column),
            str(column.help),
            *(_example(values[row - 1]) for values in examples),
        ]
        for position, text in enumerate(texts):
            worksheet.write_string(row, position, text, wrapped)


def _type_name(column: TemplateColumn) -> Text:
    if column.kind == "text":
        return _("text")
    if column.kind == "date":
        return _("date, such as 2026-11-22")
    if column.kind == "bool":
        return _("yes or no")
    if column.scale is None:
        return _("number")
    return format_lazy(_("number with at most {scale} decimals"), scale=column.scale)


def _allowed(column: TemplateColumn) -> str:
    return "\n".join(
        choice.value if str(choice.label) == choice.value else f"{choice.label} ({choice.value})"
        for choice in column.choices
    )


def _example(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return str(value)


def _offer_choices(book: Any, worksheet: Any, columns: Sequence[TemplateColumn]) -> None:
    """Lists to choose from; they stand on a hidden sheet, because a list inside a rule ends at 255 characters."""
    lists = {position: _list_of(column) for position, column in enumerate(columns)}
    lists = {position: entries for position, entries in lists.items() if entries}
    if not lists:
        return
    hidden = book.add_worksheet(_CHOICES_SHEET)
    hidden.hide()
    for index, (position, entries) in enumerate(lists.items()):
        for row, entry in enumerate(entries):
            hidden.write_string(row, index, entry)
        first = xlsxwriter.utility.xl_rowcol_to_cell(0, index, row_abs=True, col_abs=True)
        last = xlsxwriter.utility.xl_rowcol_to_cell(len(entries) - 1, index, row_abs=True, col_abs=True)
        worksheet.data_validation(
            1,
            position,
            _VALIDATED_ROWS,
            position,
            {
                "validate": "list",
                "source": f"={_CHOICES_SHEET}!{first}:{last}",
                "error_title": str(_("Not allowed"))[:32],
                "error_message": str(_("Choose one of the values in the list."))[:255],
            },
        )


def _list_of(column: TemplateColumn) -> list[str]:
    if column.kind == "bool":
        return [str(_("Yes")), str(_("No"))]
    return [str(choice.label) for choice in column.choices]
