"""What the XLSX library does not tell: formulas without a value, error cells, hidden rows, the true extent.

One pass of expat over the sheet, before the library builds the rectangle of cells: a single value in the last cell of
a sheet would make that rectangle 17,000 million cells large.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from jingwei.platform.tabular.markup import elements, local, parse, parser

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_MOST = 1000  # errors, hidden rows and merged ranges that are remembered; more of them say nothing new
MAX_ELEMENTS = 16_000_000  # four for each of four million cells


@dataclass(slots=True)
class SheetFacts:
    """Positions count from 0, rows from 1. `last_row` and `width` measure cells that hold a value."""

    last_row: int = 0
    values: int = 0  # cells with a value, repeated ones counted again
    width: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    formulas: int = 0
    formulas_without_value: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    padded: dict[tuple[int, int], int] = field(default_factory=dict)  # numbers shown with leading zeros → digits


def scan(sheet_xml: bytes, padded_styles: dict[str, int]) -> SheetFacts:
    """Read the facts. `padded_styles`: cell style → digits it pads a number to.

    Errors: ValueError when the XML is broken or a cell's name contradicts its row.
    """
    reader = parser()
    scanner = _Scanner(reader, padded_styles)
    reader.StartElementHandler = scanner.start
    parse(reader, sheet_xml)
    scanner.end_of_cell()
    return scanner.facts


class _Scanner:
    """State of the pass: the row, the open cell, and whether it holds a formula and a value."""

    def __init__(self, reader: expat.XMLParserType, padded_styles: dict[str, int]) -> None:
        self.facts = SheetFacts()
        self._reader = reader
        self._padded_styles = padded_styles
        self._elements = 0
        self._row = 0
        self._position = -1
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []  # the value of a cell with a formula or an error
        self._has_formula = False
        self._is_error = False
        self._columns: dict[str, int] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """One start tag; the three names that fill a sheet come first."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise ValueError(f"more than {MAX_ELEMENTS} elements")
        if name == "v":
            self._value()
        elif name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._start_row(attributes)
        else:
            self._rare(local(name), attributes)

    def _rare(self, name: str, attributes: dict[str, str]) -> None:
        """Everything less frequent, and the names of files that write a namespace prefix."""
        if name == "f":
            self._has_formula = True
        elif name == "is" or name == "v":
            self._value()
        elif name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._start_row(attributes)
        elif name == "mergeCell" and len(self.facts.merged) < _MOST:
            self.facts.merged.append(attributes.get("ref", ""))

    def _start_row(self, attributes: dict[str, str]) -> None:
        self.end_of_cell()
        given = attributes.get("r")
        self._row = int(given) if given else self._row + 1
        self._position = -1
        if attributes.get("hidden") in ("1", "true") and len(self.facts.hidden_rows) < _MOST:
            self.facts.hidden_rows.append(self._row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if self._cell is not None:
            self.end_of_cell()
        self._cell = attributes
        given = attributes.get("r")
        self._position = self._position_of(given) if given else self._position + 1
        self._is_error = attributes.get("t") == "e"

    def _position_of(self, reference: str) -> int:
        letters = reference[: -len(str(self._row))]
        if letters + str(self._row) == reference and letters in self._columns:
            return self._columns[letters]
        match = _REFERENCE.fullmatch(reference)
        if match is None or int(match.group(2)) != self._row:
            raise ValueError(f"cell {reference[:20]} stands in row {self._row}")
        position = 0
        for letter in match.group(1):
            position = position * 26 + ord(letter) - ord("A") + 1
        self._columns[match.group(1)] = position - 1
        return position - 1

    def _value(self) -> None:
        if self._has_formula or self._is_error:  # only then its text is looked at
            self._text.clear()
            self._reader.CharacterDataHandler = self._text.append
        facts = self.facts
        facts.values += 1
        if self._row > facts.last_row:
            facts.last_row = self._row
        if self._position >= facts.width:
            facts.width = self._position + 1
        if self._padded_styles and self._cell is not None:
            digits = self._padded_styles.get(self._cell.get("s", ""))
            if digits and self._cell.get("t", "n") == "n":
                facts.padded[self._row, self._position] = digits

    def end_of_cell(self) -> None:
        """Judge the cell that is complete."""
        cell = self._cell
        self._cell = None
        if cell is None or not (self._has_formula or self._is_error):
            return
        self._reader.CharacterDataHandler = None
        value = "".join(self._text).strip()
        self._text.clear()
        place = (self._row, self._position)
        if self._is_error and len(self.facts.errors) < _MOST:
            self.facts.errors.append((*place, value))
        if self._has_formula:
            self.facts.formulas += 1
            # A formula may truly give the empty text (t="str"); a number without digits was never computed.
            missing = not value and cell.get("t") != "str"
            if missing and len(self.facts.formulas_without_value) < _MOST:
                self.facts.formulas_without_value.append(place)
        self._has_formula = self._is_error = False


_ZEROS = re.compile(r"0{2,}")


def padded_styles(styles_xml: bytes) -> dict[str, int]:
    """Cell styles whose number format is nothing but zeros ("00000"): numbers shown with leading zeros → digits."""
    if not styles_xml:
        return {}
    formats: dict[str, int] = {}
    styles: dict[str, int] = {}
    index = 0
    within = False
    for name, attributes in elements(styles_xml, {"numFmt", "cellXfs", "cellStyles", "dxfs", "xf"}):
        if name == "numFmt" and _ZEROS.fullmatch(attributes.get("formatCode", "")):
            formats[attributes.get("numFmtId", "")] = len(attributes["formatCode"])
        elif name in ("cellXfs", "cellStyles", "dxfs"):
            within = name == "cellXfs"
        elif name == "xf" and within:
            digits = formats.get(attributes.get("numFmtId", ""))
            if digits:
                styles[str(index)] = digits
            index += 1
    return styles
