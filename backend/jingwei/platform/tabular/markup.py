"""Reading XML without entities: expat as a stream of start tags, with document types refused."""

from __future__ import annotations

from collections.abc import Callable, Collection
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _

from jingwei.platform.tabular.table import unreadable


def parser() -> expat.XMLParserType:
    """A parser that takes no document type, hence no entities. Errors: `file.unsafe`."""
    made = expat.ParserCreate("UTF-8")
    made.StartDoctypeDeclHandler = _refuse
    made.buffer_text = True
    return made


def _refuse(*_declaration: object) -> None:
    raise unreadable("file.unsafe", _("The file declares XML entities, which XLSX does not use."))


def local(name: str) -> str:
    """A name without its namespace prefix."""
    return name.rpartition(":")[2]


_MOST = 200_000  # elements of one description; Excel itself writes at most 65,490 cell formats
_CHUNK = 64 * 1024


def elements(document: bytes, wanted: Collection[str]) -> list[tuple[str, dict[str, str]]]:
    """The start tags of the `wanted` names with their attributes, in order, all names without prefixes.

    Errors: ValueError when the document is no XML or has too many such tags, UnreadableFile `file.unsafe` for a
    document type.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) in wanted:
            if len(found) == _MOST:
                raise ValueError(f"more than {_MOST} elements {name}")
            found.append((local(name), {local(key): value for key, value in attributes.items()}))

    reader = parser()
    reader.StartElementHandler = start
    parse(reader, document)
    return found


def string_tables(document: bytes) -> list[dict[str, str]]:
    """Attributes of the table of shared texts; as a rule its root, and then only the beginning is read."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if not found or local(name) == "sst":
            found.append((local(name), attributes))

    reader = parser()
    reader.StartElementHandler = start
    parse(
        reader, document, lambda: bool(found) and document.count(b"uniqueCount") == 1 and "uniqueCount" in found[0][1]
    )
    return [attributes for _name, attributes in found]


def parse(reader: expat.XMLParserType, document: bytes, enough: Callable[[], bool] = lambda: False) -> None:
    """Feed a document to a parser until `enough`. Errors: ValueError when it is no XML."""
    try:
        for position in range(0, len(document), _CHUNK):
            reader.Parse(document[position : position + _CHUNK], False)
            if enough():
                return
        reader.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
