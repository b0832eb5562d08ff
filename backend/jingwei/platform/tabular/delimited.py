"""CSV: which encoding, which delimiter, and the records. Nothing is guessed where two answers are likely."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jingwei.platform.tabular.assembling import Source, assemble
from jingwei.platform.tabular.marks import without_mark
from jingwei.platform.tabular.table import Cell, Table, UnreadableFile, unreadable

DELIMITERS = (",", ";", "\t")

_CODECS = {
    "utf-8": "UTF-8",
    "utf8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "gb18030": "GB18030",
    "gbk": "GB18030",
    "gb2312": "GB18030",
    "utf-16": "UTF-16",
    "utf16": "UTF-16",
}
_ENCODING_HINT = _("Save the file as “CSV UTF-8” or as XLSX.")


def read_delimited(data: bytes, encoding: str, max_rows: int) -> Table:
    """Read CSV. `encoding`: "auto", "utf-8", "gb18030" ("gbk") or "utf-16".

    "auto" takes a byte-order mark, then strict UTF-8, then GB18030 if the text reads like Chinese.
    Errors: `file.encoding` (names row and byte), `file.encoding_unknown`, `file.delimiter`, `file.quotes`,
    `file.empty`, `file.too_many_rows`.
    """
    text, name = decode(data, encoding)
    body, delimiter = _declared_delimiter(text)
    delimiter = delimiter or _detect_delimiter(body)
    return assemble(Source("csv", encoding=name, delimiter=delimiter), _records(body, delimiter), max_rows)


# --- encoding -----------------------------------------------------------------------------------------------------


def decode(data: bytes, encoding: str) -> tuple[str, str]:
    """Return the text without byte-order mark and the name of its encoding."""
    if encoding.lower() == "auto":
        return _detect(data)
    name = _CODECS.get(encoding.lower())
    if name is None:
        raise unreadable(
            "file.encoding_unknown",
            format_lazy(_("The encoding “{encoding}” is not known."), encoding=encoding[:40]),
            _("Choose automatic, UTF-8, GB18030 or UTF-16."),
        )
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, name) from None
    return text.removeprefix("\ufeff"), name


def _detect(data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data, "utf-16")
    try:
        return data.decode("utf-8").removeprefix("\ufeff"), "UTF-8"
    except UnicodeDecodeError as error:
        if data.startswith(codecs.BOM_UTF8):
            raise _undecodable(data, error, "UTF-8") from None
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, "GB18030") from None
    _require_chinese(data, text)
    return text, "GB18030"


def _require_chinese(data: bytes, text: str) -> None:
    """Refuse bytes that GB18030 can decode but that are not Chinese.

    "Müller" in Latin-1 decodes to a rare character. In Chinese files most characters are among the 6,763 of
    GB 2312; Latin letters with accents almost never fall there, because their second byte is an ASCII letter.
    """
    foreign = Counter(char for char in text if char > "\x7f")
    common = sum(count for char, count in foreign.items() if _is_common(char))
    if common * 2 < foreign.total():
        position = next(index for index, byte in enumerate(data) if byte > 0x7F)
        raise unreadable(
            "file.encoding",
            format_lazy(
                _("The file is neither UTF-8 nor recognisably Chinese (row {row}, byte {byte})."),
                row=_row_of(data, position),
                byte=position + 1,
            ),
            _("Save the file as “CSV UTF-8” or as XLSX; if it is GB18030 after all, choose that encoding."),
            row=_row_of(data, position),
        )


def _is_common(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _undecodable(data: bytes, error: UnicodeDecodeError, name: str) -> UnreadableFile:
    row = _row_of(data, error.start)
    return unreadable(
        "file.encoding",
        format_lazy(
            _("Row {row} cannot be read as {encoding}: byte {byte} of the file (0x{value})."),
            row=row,
            encoding=name,
            byte=error.start + 1,
            value=data[error.start : error.start + 1].hex().upper(),
        ),
        _ENCODING_HINT,
        row=row,
    )


def _row_of(data: bytes, position: int) -> int:
    """The line of a byte; in a file with line ends inside quotes the spreadsheet's row is smaller."""
    before = data[:position].replace(b"\r\n", b"\n")
    return before.count(b"\n") + before.count(b"\r") + 1


# --- delimiter ----------------------------------------------------------------------------------------------------

_DECLARED = re.compile(r"sep=([,;\t])(?:\r\n|\n|\r)", re.IGNORECASE)


def _declared_delimiter(text: str) -> tuple[str, str]:
    """Excel's own first line "sep=;", which Excel does not count as a row."""
    match = _DECLARED.match(text)
    return (text[match.end() :], match.group(1)) if match else (text, "")


def _detect_delimiter(text: str) -> str:
    """The delimiter that divides the header into most names; the first data row decides between equals."""
    widths = {delimiter: _first_widths(text, delimiter) for delimiter in DELIMITERS}
    most = max(header for header, _row in widths.values())
    if most <= 1:
        return ","
    best = [delimiter for delimiter in DELIMITERS if widths[delimiter][0] == most]
    fitting = [delimiter for delimiter in best if widths[delimiter][1] == most]
    if len(best) > 1 and len(fitting) != 1:
        raise unreadable(
            "file.delimiter",
            _("It is not clear which character divides the columns."),
            _("Use commas, or save the file as XLSX."),
            row=1,
        )
    return best[0] if len(best) == 1 else fitting[0]


def _first_widths(text: str, delimiter: str) -> tuple[int, int]:
    """Columns of the first two records that hold anything."""
    widths: list[int] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if any(value.strip() for value in record):
                widths.append(len(record))
            if len(widths) == 2:
                break
    except csv.Error:
        widths = widths or [0]
    header, row = [*widths, 0, 0][:2]
    return header, row


# --- records ------------------------------------------------------------------------------------------------------


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    """Records with their row as a spreadsheet shows it: an empty line is a row, a line end in quotes is none."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            yield number, [without_mark(value) or None for value in record]
    except csv.Error as error:
        too_long = "field limit" in str(error)
        raise unreadable(
            "file.too_long" if too_long else "file.quotes",
            format_lazy(_("The double quotes in row {row} do not pair up."), row=number + 1)
            if not too_long
            else format_lazy(_("A text in row {row} is longer than {limit} characters."), row=number + 1, limit=131072),
            _('Put a text that contains quotes into double quotes and write each quote inside twice: "5"" pipe".'),
            row=number + 1,
        ) from None
