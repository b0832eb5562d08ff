"""Reading XLSX: values as Excel shows them, what is refused, and files made to harm."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.platform.tabular import archive, markup, sheetscan
from jingwei.platform.tabular import workbook as module
from jingwei.platform.tabular.reading import read_table
from jingwei.platform.tabular.table import Ignored, Table, TableProblem, UnreadableFile
from jingwei.platform.tabular.workbook import number_text

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(fill: Callable[[Any, Any], None], name: str = "Sheet1") -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        fill(book, book.add_worksheet(name))
    return buffer.getvalue()


def replaced(data: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The same archive with parts changed, added, or left out (None)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


def with_sheet(rows: str) -> bytes:
    xml = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return replaced(SMALL, {"xl/worksheets/sheet1.xml": xml.encode()})


def _small(_book: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, ["code", "qty"])
    sheet.write_row(1, 0, ["A", 1])


SMALL = workbook(_small)


def cells(table: Table) -> list[list[object]]:
    return [list(row.cells) for row in table.rows]


def unreadable(data: bytes) -> TableProblem:
    with pytest.raises(UnreadableFile) as caught:
        read_table(data, "parts.xlsx")
    assert str(caught.value.problem.message)
    return caught.value.problem


# --- values -------------------------------------------------------------------------------------------------------


def test_values_come_as_excel_shows_them() -> None:
    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        clock = book.add_format({"num_format": "hh:mm"})
        zeros = book.add_format({"num_format": "00000"})
        sheet.write_row(0, 0, ["a", "b", "c", "d", "e", "f"])
        sheet.write_row(1, 0, [3, 9.95, 0.1 + 0.2, 1e-7, -0.5, 1234567.5])
        sheet.write_number(2, 0, 46348, day)
        sheet.write_number(2, 1, 46348.5, stamp)
        sheet.write_number(2, 2, 0.25, clock)
        sheet.write_number(2, 3, 46348)
        sheet.write_number(2, 4, 123, zeros)
        sheet.write_number(2, 5, 0.13, book.add_format({"num_format": "0%"}))
        sheet.write_boolean(3, 0, True)
        sheet.write_string(3, 1, "00123")
        sheet.write_string(3, 2, "1 234,50")
        sheet.write_string(3, 3, " 2-3 ")
        sheet.write_rich_string(3, 4, "不锈", book.add_format({"bold": True}), "钢", "管")
        sheet.write_blank(3, 5, None, day)

    table = read_table(workbook(fill), "x.xlsx")
    assert (table.format, table.encoding, table.delimiter, table.sheet) == ("xlsx", "", "", "Sheet1")
    assert cells(table) == [
        ["3", "9.95", "0.3", "0.0000001", "-0.5", "1234567.5"],
        [date(2026, 11, 22), "2026-11-22 12:00:00", "06:00:00", "46348", "00123", "0.13"],
        [True, "00123", "1 234,50", " 2-3 ", "不锈钢管", None],
    ]
    assert table.problems == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (-17.0, "-17"), (2.5, "2.5"), (1 / 3, "0.333333333333333"),
        (1e15, "1000000000000000"), (12345678901234567.0, "12345678901234568"), (999999999999999.0, "999999999999999"),
        (1e22, "10000000000000000000000"), (1e-10, "0.0000000001"), (1e300, "1E+300"), (1e-300, "1E-300"),
        (1.1, "1.1"), (100.10, "100.1"), (0.1 + 0.7, "0.8"),
    ],
)  # fmt: skip
def test_numbers_as_text(value: float, text: str) -> None:
    assert number_text(value) == text


def test_places_are_those_the_user_sees() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row("B3", ["code", "qty"])
        sheet.write_row("B6", ["A", 1])
        sheet.write_row("B9", ["合计", 1])
        sheet.write_row("B4", ["Z", 2])

    table = read_table(workbook(fill, "物料"), "x.xlsx")
    assert [(h.name, h.position, h.cell) for h in table.header] == [("code", 1, "物料!B3"), ("qty", 2, "物料!C3")]
    assert [(row.number, row.cells) for row in table.rows] == [(4, [None, "Z", "2"]), (6, [None, "A", "1"])]
    assert table.ignored == Ignored(empty_rows=3, total_rows=(9,))


def test_errors_and_formulas_without_a_value_are_named_by_cell() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["code", "qty"])
        sheet.write_string("A2", "A")
        sheet.write_formula("B2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("A3", '="B"', None, "B")
        sheet.write_formula("B3", "=1+1", None, 2)
        sheet.write_formula("B4", "=1+1", None, "")
        sheet.write_string("A4", "C")
        sheet.write_formula("B5", "=NA()", None, "#N/A")

    data = workbook(fill)
    table = read_table(data, "x.xlsx")
    assert [(p.code, p.row, p.column, p.cell) for p in table.problems] == [
        ("cell.error", 2, "qty", "Sheet1!B2"),
        ("cell.formula_without_value", 4, "qty", "Sheet1!B4"),
        ("cell.error", 5, "qty", "Sheet1!B5"),
    ]
    assert "#DIV/0!" in str(table.problems[0].message)
    assert table.rows[1].cells == ["B", "2"]
    assert [w.code for w in table.warnings] == ["sheet.formulas"]
    assert "5" in str(table.warnings[0].message)


def test_a_formula_may_give_empty_text() -> None:
    table = read_table(
        with_sheet(
            '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c><c r="B1" t="str"><v>n</v></c></row>'
            '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>'
            '<row r="3"><c r="A3"><v>1</v></c><c r="B3"><f>C3</f></c></row>'
        ),
        "x.xlsx",
    )
    assert cells(table) == [["1", None], ["1", None]]
    assert [(p.code, p.cell) for p in table.problems] == [("cell.formula_without_value", "Sheet1!B3")]


def test_cells_without_references_count_on() -> None:
    rows = "<row><c><v>7</v></c><c><v>8</v></c></row><row><c><v>1</v></c><c t='e'><v>#REF!</v></c></row>"
    table = read_table(with_sheet(rows), "x.xlsx")
    assert [h.name for h in table.header] == ["7", "8"]
    assert [(p.code, p.cell) for p in table.problems] == [("cell.error", "Sheet1!B2")]


def test_hidden_rows_are_read_and_mentioned() -> None:
    def fill(book: Any, sheet: Any) -> None:
        _small(book, sheet)
        sheet.write_row(2, 0, ["B", 2])
        sheet.set_row(1, None, None, {"hidden": True})
        book.add_worksheet("Other").write_string(0, 0, "x")

    table = read_table(workbook(fill), "x.xlsx")
    assert cells(table) == [["A", "1"], ["B", "2"]]
    assert [(w.code, w.row) for w in table.warnings] == [("sheet.hidden_rows", 2), ("sheet.others", None)]


def test_the_first_visible_sheet_is_read() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        secret = book.add_worksheet("lists")
        secret.write_string(0, 0, "secret")
        shown = book.add_worksheet("Data & more")
        shown.activate()
        shown.set_first_sheet()
        secret.hide()
        _small(book, shown)
    table = read_table(buffer.getvalue(), "x.xlsx")
    assert table.sheet == "Data & more"
    assert table.header[0].cell == "'Data & more'!A1"
    assert table.warnings == ()


def test_columns_that_look_converted() -> None:
    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "m-d"})
        sheet.write_row(0, 0, ["code", "bar", "size", "on"])
        sheet.write_row(1, 0, ["00123", 123456789012345678, "2-4", 1])
        sheet.write_row(2, 0, [124, 1, "x", 2])
        sheet.write_number(2, 2, 46084, day)

    table = read_table(workbook(fill), "x.xlsx")
    assert [(w.code, w.column, w.cell) for w in table.warnings] == [
        ("column.mixed", "code", "Sheet1!A2"),
        ("column.digits_lost", "bar", "Sheet1!B2"),
        ("column.looks_like_dates", "size", "Sheet1!C3"),
    ]


def test_values_beside_the_named_columns_are_a_problem() -> None:
    def fill(book: Any, sheet: Any) -> None:
        _small(book, sheet)
        sheet.write_string(4, 3, "a note")

    assert [(p.code, p.cell) for p in read_table(workbook(fill), "x.xlsx").problems] == [
        ("header.missing", "Sheet1!D1")
    ]


# --- refused files ------------------------------------------------------------------------------------------------


def test_merged_cells_are_refused() -> None:
    def fill(book: Any, sheet: Any) -> None:
        _small(book, sheet)
        sheet.merge_range("A5:B6", "both")

    problem = unreadable(workbook(fill))
    assert (problem.code, problem.cell) == ("file.merged_cells", "Sheet1!A5:B6")
    assert str(problem.hint)


def test_other_archives_are_refused_by_name() -> None:
    def archive_of(*names: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as made:
            for name in names:
                made.writestr(name, "<x/>")
        return buffer.getvalue()

    for names, word in (
        (("xl/workbook.bin",), "XLSB"),
        (("mimetype", "content.xml"), "ODS"),
        (("word/document.xml",), "Office"),
        (("a.txt",), "ZIP"),
    ):
        problem = unreadable(archive_of(*names))
        assert problem.code == "file.format"
        assert word in str(problem.message)
    assert unreadable(archive_of("xl/workbook.xml")).code == "file.damaged"


def test_a_document_type_is_refused_in_any_part() -> None:
    entities = b'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE w [<!ENTITY a "b">]><worksheet/>'
    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "customXml/item1.xml", "docProps/app.xml"):
        assert unreadable(replaced(SMALL, {part: entities})).code == "file.unsafe"
    utf16 = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE w><w/>'.encode("utf-16")
    assert unreadable(replaced(SMALL, {"customXml/item1.xml": utf16})).code == "file.unsafe"
    hidden = b"<!-- " + b"x" * 70_000 + b" --><!DOCTYPE w><w/>"
    assert unreadable(replaced(SMALL, {"customXml/item1.xml": hidden})).code == "file.unsafe"


def test_text_that_only_looks_like_a_document_type_is_text() -> None:
    data = workbook(lambda _book, sheet: sheet.write_column(0, 0, ["code", '<!DOCTYPE w [<!ENTITY a "b">]>&a;']))
    assert cells(read_table(data, "x.xlsx")) == [['<!DOCTYPE w [<!ENTITY a "b">]>&a;']]


def test_a_file_that_unpacks_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_EXPANDED", 2 * 1024 * 1024)
    bomb = replaced(SMALL, {"xl/sharedStrings.xml": b"<sst>" + b" " * 3_000_000 + b"</sst>"})
    assert len(bomb) < 20_000
    assert unreadable(bomb).code == "file.too_large"
    unread = replaced(SMALL, {"xl/media/image1.png": b"0" * 3_000_000})
    assert cells(read_table(unread, "x.xlsx")) == [["A", "1"]]  # parts that a table does not need are never unpacked


def test_a_size_that_lies_is_refused() -> None:
    """The directory says 100 bytes, the data unpack to more."""
    data = bytearray(replaced(SMALL, {"xl/sharedStrings.xml": b"<sst>" + b" " * 100_000 + b"</sst>"}))
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/sharedStrings.xml"))
    struct.pack_into("<I", data, entry + 24, 100)
    assert unreadable(bytes(data)).code == "file.damaged"


def test_two_parts_of_one_name_and_missing_parts_are_refused() -> None:
    buffer = io.BytesIO(SMALL)
    with zipfile.ZipFile(buffer, "a") as made, pytest.warns(UserWarning, match="Duplicate name"):
        made.writestr("xl/workbook.xml", "<workbook/>")
    assert unreadable(buffer.getvalue()).code == "file.damaged"
    assert unreadable(replaced(SMALL, {"xl/worksheets/sheet1.xml": None})).code == "file.damaged"
    assert unreadable(replaced(SMALL, {"xl/_rels/workbook.xml.rels": None})).code == "file.damaged"


def test_a_protected_archive_says_so() -> None:
    data = bytearray(SMALL)
    entry = data.index(b"PK\x01\x02")
    data[entry + 8] |= 1
    assert unreadable(bytes(data)).code == "file.encrypted"


@pytest.mark.parametrize(
    "strings",
    [
        '<sst xmlns="{main}" uniqueCount="4294967295"><si><t>q</t></si></sst>',
        '<x xmlns="{main}"><sst uniqueCount="4294967295"><si><t>q</t></si></sst></x>',
        '<sst xmlns="{main}" uniqueCount="1"><si><t>q</t></si><sst uniqueCount="4294967295"/></sst>',
        '<sst xmlns="{main}" uniqueCount="' + "9" * 5000 + '"><si><t>q</t></si></sst>',
    ],
)
def test_a_boast_of_many_texts_does_not_reserve_memory(strings: str) -> None:
    """The library would reserve 100 GB for four thousand million texts, and abort the process."""
    data = replaced(SMALL, {"xl/sharedStrings.xml": strings.format(main=MAIN).encode()})
    assert unreadable(data).code == "file.damaged"


def test_a_careless_number_of_texts_is_harmless() -> None:
    texts = "".join(f"<si><t>{text}</t></si>" for text in ("code", "uniqueCount", "A"))
    for announced in ("", ' uniqueCount="0"', ' count="99999" uniqueCount="99999"'):
        strings = f'<sst xmlns="{MAIN}"{announced}>{texts}</sst>'
        table = read_table(replaced(SMALL, {"xl/sharedStrings.xml": strings.encode()}), "x.xlsx")
        assert [header.name for header in table.header] == ["code", "uniqueCount"]


def test_floods_of_small_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheetscan, "MAX_ELEMENTS", 1000)
    assert unreadable(with_sheet('<row r="1">' + '<c r="A1"/>' * 1000 + "</row>")).code == "file.damaged"
    monkeypatch.undo()
    monkeypatch.setattr(module, "MAX_AREA", 1000)
    repeated = '<row r="1">' + '<c r="A1"><v>1</v></c>' * 1001 + "</row>"
    assert unreadable(with_sheet(repeated)).code == "file.too_many_cells"
    monkeypatch.setattr(archive, "MAX_STRINGS", 1000)
    flood = f'<sst xmlns="{MAIN}">' + "<si/>" * 1001 + "</sst>"
    assert unreadable(replaced(SMALL, {"xl/sharedStrings.xml": flood.encode()})).code == "file.too_large"
    monkeypatch.setattr(archive, "MAX_DESCRIPTION", 1000)
    assert unreadable(SMALL).code == "file.too_large"
    monkeypatch.undo()
    monkeypatch.setattr(markup, "_MOST", 1)
    assert unreadable(SMALL).code == "file.damaged"


@pytest.mark.parametrize("number", ["1e999", "nan", "inf"])
def test_numbers_no_spreadsheet_writes_are_refused(number: str) -> None:
    rows = f'<row r="1"><c r="A1" t="str"><v>n</v></c></row><row r="2"><c r="A2"><v>{number}</v></c></row>'
    assert unreadable(with_sheet(rows)).code == "file.damaged"


def test_one_far_cell_does_not_fill_the_memory() -> None:
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c></row>'
    far = first + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert unreadable(with_sheet(far)).code == "file.too_many_columns"
    wide = first + '<row r="1048576"><c r="SR1048576"><v>1</v></c></row>'
    assert unreadable(with_sheet(wide)).code == "file.too_many_cells"
    # Formatted cells without a value, as Excel leaves them when a whole column is formatted, do no harm.
    empty = first + '<row r="2"><c r="A2"><v>5</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert cells(read_table(with_sheet(empty), "x.xlsx")) == [["5"]]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A0"><v>1</v></c></row>',
        '<row r="1"><c r="AAAA1"><v>1</v></c></row>',
        '<row r="x"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</c></row>',
        '<row r="1"><c r="A1"><v>&undefined;</v></c></row>',
        '<row r="-5"><c r="A-5"><v>1</v></c></row>',
    ],
)
def test_sheets_that_contradict_themselves_are_damaged(rows: str) -> None:
    assert unreadable(with_sheet(rows)).code == "file.damaged"


def test_an_empty_sheet_is_empty() -> None:
    assert unreadable(workbook(lambda _book, _sheet: None)).code == "file.empty"


def read_or_refuse(data: bytes) -> None:
    try:
        read_table(data, "x.xlsx")
    except UnreadableFile as refusal:
        assert str(refusal.problem.message)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_archives_are_refused_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(SMALL)
    for _change in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read_or_refuse(bytes(content))


PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/_rels/workbook.xml.rels",
)


DAMAGE = st.binary(max_size=3) | st.sampled_from([b"9999", b"-1", b'"', b"<"])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_parts_are_refused_and_nothing_else(data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(PARTS))
    with zipfile.ZipFile(io.BytesIO(SMALL)) as source:
        content = bytearray(source.read(part))
    for _change in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(DAMAGE)
    read_or_refuse(replaced(SMALL, {part: bytes(content)}))
