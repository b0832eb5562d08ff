"""The zip container of an XLSX file, taken apart with limits before any library reads it.

Only the parts a table needs are unpacked, each checked in size; what the XLSX library then gets is a container made
here of exactly these bytes. So a small file that unpacks to gigabytes, a size that lies, macros, links and pictures
never reach it.
"""

from __future__ import annotations

import codecs
import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jingwei.platform.tabular.markup import elements, string_tables
from jingwei.platform.tabular.table import UnreadableFile, unreadable

MAX_EXPANDED = 192 * 1024 * 1024
MAX_DESCRIPTION = 8 * 1024 * 1024  # of parts that describe the workbook: names of sheets, styles
MAX_STRINGS = 4_000_000
_HARMLESS = 100_000  # texts that may be announced in vain: careless programs write a wrong number
MAX_PARTS = 10_000
_PROLOG = 64 * 1024  # bytes in which a part's root element must begin
_RESAVE = _("Open the file in a spreadsheet and save it again as XLSX.")

_CONTENT_TYPES = "[Content_Types].xml"
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet that users can see: its name and the part that holds it."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """The checked parts of a workbook: `container` for the library, the first visible sheet's XML for our scan."""

    container: bytes
    sheet: Sheet
    sheet_xml: bytes
    styles_xml: bytes
    further_sheets: tuple[str, ...]


def open_workbook(data: bytes) -> Workbook:
    """Check and unpack. Errors: `file.damaged`, `file.format`, `file.too_large`, `file.unsafe`, `file.encrypted`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unpack(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError) as error:
        raise damaged() from error


def damaged() -> UnreadableFile:
    """The refusal for a file that breaks the rules of its own format."""
    return unreadable("file.damaged", _("The file is damaged."), _RESAVE)


def _unpack(archive: zipfile.ZipFile) -> Workbook:
    infos = archive.infolist()
    by_name = {info.filename: info for info in infos}
    if len(infos) > MAX_PARTS or len(by_name) != len(infos):
        raise damaged()
    if any(info.flag_bits & 1 for info in infos):
        raise unreadable("file.encrypted", _("The file is protected by a password."), _("Save it without a password."))
    if _WORKBOOK not in by_name:
        raise _other_zip(by_name)
    for info in infos:
        if info.filename.endswith((".xml", ".rels")):
            _refuse_doctype(archive, info)
    parts = _Parts(archive, by_name)
    sheets = _visible_sheets(parts)
    if not sheets:
        raise unreadable("file.empty", _("The workbook has no visible sheet."))
    first = sheets[0]
    if first.part not in by_name:
        raise damaged()
    contents = {name: parts.description(name) for name in (_CONTENT_TYPES, "_rels/.rels", _STYLES) if name in by_name}
    contents |= {name: parts.description(name) for name in (_WORKBOOK, _RELATIONS)}
    contents |= {name: parts.content(name) for name in (first.part, _STRINGS) if name in by_name}
    _check_strings(contents.get(_STRINGS, b""))
    return Workbook(
        container=_container(contents),
        sheet=first,
        sheet_xml=contents[first.part],
        styles_xml=contents.get(_STYLES, b""),
        further_sheets=tuple(sheet.name for sheet in sheets[1:]),
    )


def _other_zip(names: dict[str, zipfile.ZipInfo]) -> UnreadableFile:
    if "xl/workbook.bin" in names:
        found = "XLSB"
    elif "content.xml" in names and "mimetype" in names:
        found = "ODS"
    elif any(name.startswith(("word/", "ppt/")) for name in names):
        found = "Office"
    else:
        found = "ZIP"
    return unreadable(
        "file.format",
        format_lazy(_("The file holds {format}, not XLSX or CSV."), format=found),
        _("Open the table in a spreadsheet and save it as XLSX."),
    )


# --- parts --------------------------------------------------------------------------------------------------------


class _Parts:
    """Reads parts of the archive and counts what they unpack to."""

    def __init__(self, archive: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo]) -> None:
        self._archive = archive
        self._infos = infos
        self._left = MAX_EXPANDED
        self._known: dict[str, bytes] = {}

    def content(self, name: str) -> bytes:
        """The part that holds the sheet or its texts."""
        return self._read(name, self._left)

    def description(self, name: str) -> bytes:
        """A part that describes the workbook."""
        return self._read(name, min(MAX_DESCRIPTION, self._left))

    def _read(self, name: str, limit: int) -> bytes:
        if name in self._known:
            return self._known[name]
        info = self._infos.get(name)
        if info is None:
            raise damaged()
        if info.file_size > limit:
            raise _too_large()
        # zipfile stops at the declared size and compares the checksum: more than that is never unpacked.
        self._known[name] = self._archive.read(info)
        self._left -= info.file_size
        return self._known[name]


def _too_large() -> UnreadableFile:
    return unreadable(
        "file.too_large",
        format_lazy(_("Unpacked, the file is larger than {limit} MB."), limit=MAX_EXPANDED // (1024 * 1024)),
        _("Divide it into several files; delete sheets, pictures and formats that are not needed."),
    )


def _check_strings(part: bytes) -> None:
    """Refuse a table of texts that announces more than it holds: the library reserves memory for the announced number,
    and ends the whole process when it gets none."""
    texts = part.count(b"<si") + part.count(b":si")
    if texts > MAX_STRINGS:
        raise _too_large()
    if b"uniqueCount" not in part:
        return
    for attributes in string_tables(part):
        announced = attributes.get("uniqueCount", "0")
        if len(announced) > 10 or not announced.isdecimal() or int(announced) > texts + _HARMLESS:
            raise damaged()


_XML_NOISE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)


def _refuse_doctype(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """A part must begin with its root element: a document type, where entities are declared, has no place in XLSX."""
    with archive.open(info) as part:
        start = part.read(_PROLOG)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start.decode("utf-16", errors="replace").encode()
    match = _XML_NOISE.match(start)
    root = start[match.end() :] if match else start
    if root.startswith((b"<!", b"<?")) or (len(start) == _PROLOG and not root):
        raise unreadable(
            "file.unsafe",
            format_lazy(_("The part {part} of the file declares a document type."), part=info.filename[:80]),
            _RESAVE,
        )


def _visible_sheets(parts: _Parts) -> list[Sheet]:
    targets: dict[str, str] = {}
    for _name, attributes in elements(parts.description(_RELATIONS), {"Relationship"}):
        if attributes.get("Type", "").endswith("/worksheet"):
            targets[attributes.get("Id", "")] = _part_of(attributes.get("Target", ""))
    return [
        Sheet(attributes.get("name", ""), targets[attributes.get("id", "")])
        for _name, attributes in elements(parts.description(_WORKBOOK), {"sheet"})
        if attributes.get("state", "visible") == "visible" and attributes.get("id") in targets
    ]


def _part_of(target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    return posixpath.normpath(posixpath.join("xl", target))


def _container(contents: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()
