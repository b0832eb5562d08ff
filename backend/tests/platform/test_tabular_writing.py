"""Writing XLSX and CSV: no text acts as a formula, and what was written reads back equal."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jingwei.platform.tabular import writing
from jingwei.platform.tabular.columns import Choice, Column, TemplateColumn, UnwritableValue, Value
from jingwei.platform.tabular.marks import with_mark, without_mark
from jingwei.platform.tabular.reading import read_table
from jingwei.platform.tabular.table import Cell, Table
from jingwei.platform.tabular.templates import write_template
from jingwei.platform.tabular.workbook import HELP_SHEET
from jingwei.platform.tabular.writing import sheet_name, write_csv, write_xlsx
from jingwei.platform.text import parse_bool, parse_date, parse_decimal

D = Decimal
COLUMNS = (
    Column("code", "编码"),
    Column("quantity", "数量", "number", 2),
    Column("on", "日期", "date"),
    Column("is_active", "启用", "bool"),
    Column("note", "a;b, c"),
)
ROWS: tuple[tuple[Value, ...], ...] = (
    ("00123", D("1.5"), date(2026, 11, 22), True, "=1+1"),
    ("2-3", D("1E+5"), date(1900, 1, 1), False, "'=x"),
    (" 不锈钢 ", D("-0.12345678901234567890"), None, None, 'a"b,c;d\te'),
    ("@x", "9.95", date(2199, 12, 31), True, "_x000D_ two\r\nlines"),
    ("1E5", 0, date(1900, 3, 1), False, ""),
)


def as_xlsx(columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> bytes:
    return write_xlsx(columns, iter(rows), sheet="物料")


WRITERS = pytest.mark.parametrize("write", [write_csv, as_xlsx])
Writer = Callable[[Sequence[Column], Sequence[Sequence[Value]]], bytes]


def typed(cell: Cell, column: Column) -> Value:
    """A read cell as a value of its column."""
    if cell is None or column.kind == "text":
        return cell
    if column.kind == "number":
        assert isinstance(cell, str)
        return parse_decimal(cell)
    if column.kind == "date":
        assert isinstance(cell, str | date)
        return parse_date(cell)
    assert isinstance(cell, str | bool)
    return parse_bool(cell)


def values(table: Table) -> list[list[Value]]:
    return [[typed(cell, column) for cell, column in zip(row.cells, COLUMNS, strict=True)] for row in table.rows]


@WRITERS
def test_what_is_written_reads_back_equal(write: Writer) -> None:
    table = read_table(write(COLUMNS, ROWS), "x")
    assert [header.name for header in table.header] == ["编码", "数量", "日期", "启用", "a;b, c"]
    assert table.problems == ()
    expected = [[None if value == "" and not isinstance(value, D) else value for value in row] for row in ROWS]
    expected[3][1] = D("9.95")
    assert values(table) == expected


def test_csv_is_written_as_excel_expects_it() -> None:
    data = write_csv(COLUMNS, ROWS)
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines[0] == '"编码","数量","日期","启用","a;b, c"'
    assert lines[1] == "00123,1.50,2026-11-22,TRUE,'=1+1"
    assert lines[2] == "2-3,100000.00,1900-01-01,FALSE,''=x"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "'=1"]
)
def test_csv_text_cannot_act_as_a_formula(text: str) -> None:
    columns = [Column("note", text)]
    rows = list(csv.reader(io.StringIO(write_csv(columns, [[text]]).decode("utf-8-sig"), newline="")))
    assert rows == [["'" + text], ["'" + text]]
    assert read_table(write_csv(columns, [[text]]), "x.csv").rows[0].cells == [text]


def test_negative_numbers_stay_numbers() -> None:
    columns = [Column("amount", "Amount", "number", 2)]
    assert write_csv(columns, [[D("-5")]]).endswith(b"\r\n-5.00\r\n")


@settings(max_examples=1_000)
@given(st.text(alphabet="'=+-@\t\r\n＝a ", max_size=8) | st.text())
@example("'''=")
@example("'")
def test_the_mark_is_taken_away_exactly(text: str) -> None:
    marked = with_mark(text)
    assert without_mark(marked) == text
    assert marked in (text, "'" + text)
    assert marked[:1] not in tuple("=+-@\t\r\n＝＋－＠")


def test_xlsx_text_cannot_act_as_a_formula_or_link() -> None:
    texts = ["=1+1", "+1", "-1", "@x", "{=1}", "http://example.com", "123", "'=1"]
    data = write_xlsx([Column("note", "=A1")], ([text] for text in texts), sheet="S")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet
        assert not any(name.startswith("xl/worksheets/_rels") for name in archive.namelist())
    assert [row.cells for row in read_table(data, "x").rows] == [[text] for text in texts]


def test_xlsx_numbers_keep_every_digit() -> None:
    numbers = ["0.1", "123456789012345", "1234567890123456", "0.1234567890123456789", "-99999999999999.9", "1E-25"]
    data = write_xlsx([Column("n", "n", "number")], ([D(number)] for number in numbers), sheet="S")
    read = [row.cells[0] for row in read_table(data, "x").rows]
    assert [D(str(cell)) for cell in read] == [D(number) for number in numbers]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
            st.none() | st.decimals(-(10**15), 10**15, allow_nan=False, places=6) | st.integers(-(10**30), 10**30),
            st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31)),
            st.none() | st.booleans(),
            st.just("x"),
        ),
        max_size=5,
    )
)
@pytest.mark.parametrize("write", [write_csv, as_xlsx])
def test_any_values_read_back_equal(write: Writer, rows: list[tuple[Value, ...]]) -> None:
    assert values(read_table(write(COLUMNS, rows), "x")) == [list(row) for row in rows]


@WRITERS
def test_rows_are_taken_one_by_one(write: Writer) -> None:
    """An iterator of many rows is written as it comes; the next row is asked for only when the last is written."""
    taken: list[int] = []

    def rows() -> Iterator[tuple[str]]:
        for number in range(300):
            taken.append(number)
            yield (str(number),)

    data = write([Column("n", "n")], rows())  # type: ignore[arg-type]
    assert taken == list(range(300))
    assert [row.cells for row in read_table(data, "x").rows] == [[str(n)] for n in range(300)]


@WRITERS
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "abc"), ("number", True), ("number", D("NaN")), ("number", date(2026, 1, 1)),
        ("date", "22.11.2026"), ("date", 5), ("bool", "yes"), ("bool", 1), ("text", 5), ("text", True),
    ],
)  # fmt: skip
def test_values_of_another_kind_are_refused(write: Writer, kind: str, value: Value) -> None:
    with pytest.raises(UnwritableValue, match="column x"):
        write([Column("x", "x", kind)], [[value]])  # type: ignore[arg-type]


@WRITERS
def test_rows_of_another_width_are_refused(write: Writer) -> None:
    with pytest.raises(ValueError, match="zip"):
        write([Column("a", "a"), Column("b", "b")], [["1"]])


def test_limits_of_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    column = [Column("x", "x")]
    assert read_table(write_xlsx(column, [["y" * 32_767]], sheet="S"), "x").rows[0].cells == ["y" * 32_767]
    with pytest.raises(UnwritableValue, match="32767"):
        write_xlsx(column, [["y" * 32_768]], sheet="S")
    monkeypatch.setattr(writing, "MAX_SHEET_ROWS", 2)
    write_xlsx(column, [["1"], ["2"]], sheet="S")
    with pytest.raises(UnwritableValue, match="2 rows"):
        write_xlsx(column, [["1"], ["2"], ["3"]], sheet="S")


def test_sheet_names_are_made_acceptable() -> None:
    assert sheet_name("销售/订单 [2026]") == "销售 订单  2026"
    assert sheet_name("x" * 40) == "x" * 31
    assert sheet_name("'a'") == "a"
    assert sheet_name("[]") == "Sheet1"


# --- templates ----------------------------------------------------------------------------------------------------

TEMPLATE = (
    TemplateColumn("code", "编码", required=True, help="A code of its own."),
    TemplateColumn("state", "状态", choices=(Choice("active", "启用"), Choice("old", "停用, 旧"))),
    TemplateColumn("is_bought", "采购", "bool"),
    TemplateColumn("weight", "重量", "number", 3),
    TemplateColumn("since", "启用日期", "date"),
)


def test_a_template_is_empty_and_its_header_is_known() -> None:
    data = write_template(TEMPLATE, sheet="物料", examples=[["A-1", "active", True, D("1.5"), date(2026, 11, 22)]])
    table = read_table(data, "x.xlsx")
    assert (table.sheet, table.rows, table.problems, table.warnings) == ("物料", [], (), ())
    assert [header.name for header in table.header] == ["编码*", "状态", "采购", "重量", "启用日期"]


def test_a_template_explains_itself_and_offers_the_choices() -> None:
    data = write_template(TEMPLATE, sheet="物料", examples=[["A-1", "active", True, D("1.5"), date(2026, 11, 22)]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    book, first, strings = parts["xl/workbook.xml"], parts["xl/worksheets/sheet1.xml"], parts["xl/sharedStrings.xml"]
    assert f'name="{HELP_SHEET}"' in book
    assert 'name="_choices" sheetId="3" state="hidden"' in book
    assert '<dataValidations count="2">' in first
    assert 'sqref="B2:B100001"><formula1>_choices!$A$1:$A$2</formula1>' in first
    assert 'sqref="C2:C100001"><formula1>_choices!$B$1:$B$2</formula1>' in first
    for text in ("A code of its own.", "启用 (active)\n停用, 旧 (old)", "停用, 旧", "is_bought", "A-1", "2026-11-22"):
        assert text in strings


def test_a_template_without_choices_needs_no_list() -> None:
    data = write_template(TEMPLATE[:1], sheet="物料")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "_choices" not in archive.read("xl/workbook.xml").decode()
