"""Reading XML without entities: expat as a stream of start tags, with document types refused."""

from __future__ import annotations

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


def elements(document: bytes) -> list[tuple[str, dict[str, str]]]:
    """All start tags of a small document with their attributes, names without prefixes.

    Errors: ValueError when the document is no XML, UnreadableFile `file.unsafe` for a document type.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((local(name), {local(key): value for key, value in attributes.items()}))

    reader = parser()
    reader.StartElementHandler = start
    try:
        reader.Parse(document, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
    return found
