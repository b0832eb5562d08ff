"""Read an uploaded table, CSV or XLSX; the content decides which, never the name of the file."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jingwei.platform.errors import Text
from jingwei.platform.tabular.delimited import read_delimited
from jingwei.platform.tabular.table import Table, UnreadableFile, unreadable
from jingwei.platform.tabular.workbook import read_workbook

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# First bytes of what people upload by mistake. Programs also export web pages and XML under the name .xls.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%pdf", "PDF"),
    (b"\x89png", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"gif8", "GIF"),
    (b"rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "RTF"),
    (b"<!doctype", "HTML"),
    (b"<html", "HTML"),
    (b"<table", "HTML"),
    (b"<?xml", "XML"),
)


def read_table(
    data: bytes, filename: str, *, encoding: str = "auto", max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES
) -> Table:
    """Return the table of a CSV or XLSX file (its first visible sheet).

    `encoding` concerns CSV: "auto", "utf-8", "gb18030" or "utf-16". Values arrive as they are: text untrimmed,
    numbers as text with every digit Excel shows, dates and truth values of XLSX as such, empty cells as None.
    Raises `UnreadableFile` when there is no table to speak of: `file.too_large`, `file.empty`, `file.format`,
    `file.encrypted`, `file.damaged`, `file.unsafe`, `file.merged_cells`, `file.encoding`, … What is wrong with
    single cells, rows and column names stands in `Table.problems`.
    """
    if len(data) > max_bytes:
        raise unreadable(
            "file.too_large",
            format_lazy(_("The file is larger than {limit} MB."), limit=max(1, max_bytes // (1024 * 1024))),
            _("Divide it into several files."),
        )
    if not data.strip(b" \t\r\n\x00"):
        raise unreadable("file.empty", _("The file is empty."), _("The template shows what it should hold."))
    if data.startswith(b"PK"):
        return read_workbook(data, max_rows)
    _refuse_foreign(data, filename)
    return read_delimited(data, encoding, max_rows)


def _refuse_foreign(data: bytes, filename: str) -> None:
    """Refuse what is neither CSV nor XLSX, by name where the first bytes tell."""
    if data.startswith(_OLD_OFFICE):
        if _ENCRYPTED in data:
            raise unreadable(
                "file.encrypted", _("The file is protected by a password."), _("Save it without a password.")
            )
        raise _wrong_format(filename, "XLS", _("Open it in a spreadsheet and save it as XLSX."))
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for signature, name in _FOREIGN:
        if start.startswith(signature):
            raise _wrong_format(filename, name, _("Save the table as XLSX or CSV."))
    is_utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in data and not is_utf16:
        raise _wrong_format(filename, "?", _("Save the table as XLSX, or as CSV in UTF-8."))


def _wrong_format(filename: str, found: str, hint: Text) -> UnreadableFile:
    name = PurePosixPath(filename.replace("\\", "/")).name[:80]
    if found == "?":
        return unreadable("file.format", format_lazy(_("“{name}” is neither XLSX nor CSV."), name=name), hint)
    return unreadable(
        "file.format", format_lazy(_("“{name}” holds {format}, not XLSX or CSV."), name=name, format=found), hint
    )
