"""Reading CSV as people send it: encodings, delimiters, line ends, quotes, empty rows, totals."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.platform.tabular.reading import read_table
from jingwei.platform.tabular.table import Ignored, Table, TableProblem, UnreadableFile, cell_name, column_letters

CHINESE = "编码,名称,数量\nA-1,不锈钢管,3\nA-2,“螺栓”—镀锌,4\n"


def cells(table: Table) -> list[list[object]]:
    return [list(row.cells) for row in table.rows]


def unreadable(data: bytes, filename: str = "parts.csv", **options: object) -> TableProblem:
    with pytest.raises(UnreadableFile) as caught:
        read_table(data, filename, **options)  # type: ignore[arg-type]
    problem = caught.value.problem
    assert str(problem.message)
    assert caught.value.problems[0].code == problem.code
    return problem


# --- encodings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (CHINESE.encode(), "UTF-8"),
        (codecs.BOM_UTF8 + CHINESE.encode(), "UTF-8"),
        (CHINESE.encode("gbk"), "GB18030"),
        (CHINESE.encode("gb18030"), "GB18030"),
        (CHINESE.encode("utf-16"), "UTF-16"),
        (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), "UTF-16"),
    ],
)
def test_encoding_is_detected_and_named(data: bytes, encoding: str) -> None:
    table = read_table(data, "parts.csv")
    assert (table.format, table.encoding, table.delimiter, table.sheet) == ("csv", encoding, ",", "")
    assert [(header.name, header.position, header.row, header.cell) for header in table.header] == [
        ("编码", 0, 1, "A1"),
        ("名称", 1, 1, "B1"),
        ("数量", 2, 1, "C1"),
    ]
    assert cells(table) == [["A-1", "不锈钢管", "3"], ["A-2", "“螺栓”—镀锌", "4"]]
    assert table.problems == ()
    assert table.warnings == ()


def test_encoding_may_be_chosen() -> None:
    rare = "编码\n㐀㐁㐂\n".encode("gb18030")
    assert cells(read_table(rare, "x.csv", encoding="gb18030")) == [["㐀㐁㐂"]]
    assert cells(read_table(rare, "x.csv", encoding="GBK")) == [["㐀㐁㐂"]]
    assert unreadable(CHINESE.encode("gbk"), encoding="utf-8").code == "file.encoding"
    assert unreadable(b"a\n1\n", encoding="latin-1").code == "file.encoding_unknown"


def test_undecodable_bytes_are_named_by_row_and_byte() -> None:
    problem = unreadable("code,name\nM-1,caf\u00e9,\n".encode("latin-1"))
    assert (problem.code, problem.row) == ("file.encoding", 2)
    assert "18" in str(problem.message)
    assert "0xE9" in str(problem.message)
    broken = codecs.BOM_UTF8 + "编码\n管\n".encode() + b"\xff\n"
    problem = unreadable(broken)
    assert (problem.code, problem.row) == ("file.encoding", 3)


def test_latin_1_is_not_taken_for_chinese() -> None:
    problem = unreadable("code,name\nM-1,Müller\nM-2,Hänsel & Söhne\n".encode("latin-1"))
    assert (problem.code, problem.row) == ("file.encoding", 2)
    assert "GB18030" in str(problem.hint)


# --- delimiters and line ends -------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_detected(delimiter: str) -> None:
    text = "code|name|note\nA|x, y; z|1\n".replace("|", delimiter)
    quoted = text.replace("x, y; z", '"x, y; z"')
    table = read_table(quoted.encode(), "x.csv")
    assert table.delimiter == delimiter
    assert cells(table) == [["A", "x, y; z", "1"]]


def test_a_semicolon_file_may_hold_commas_in_its_header() -> None:
    table = read_table(b"code;name;price, EUR\nA;x;1,5\n", "x.csv")
    assert table.delimiter == ";"
    assert cells(table) == [["A", "x", "1,5"]]


def test_an_undecided_delimiter_is_asked_for() -> None:
    assert unreadable(b"a,b;c\n").code == "file.delimiter"
    assert read_table(b"a,b;c\n1;2\n", "x.csv").delimiter == ";"
    assert read_table(b"sep=;\na,b;c\n1;2\n", "x.csv").delimiter == ";"
    assert read_table(b"code\nA\n", "x.csv").delimiter == ","


def test_line_ends_may_be_mixed_and_stand_inside_quotes() -> None:
    table = read_table(b'a,b\r\n1,"x\r\ny"\n2,z\r3,"say ""hi"""\r\n', "x.csv")
    assert [(row.number, row.cells) for row in table.rows] == [
        (2, ["1", "x\r\ny"]),
        (3, ["2", "z"]),
        (4, ["3", 'say "hi"']),
    ]


def test_quotes_that_do_not_pair_are_refused_with_their_row() -> None:
    problem = unreadable(b'a,b\n1,2\n3,"open\n4,5\n')
    assert (problem.code, problem.row) == ("file.quotes", 3)
    problem = unreadable(b'a,b\n"5" pipe",2\n')
    assert (problem.code, problem.row) == ("file.quotes", 2)
    assert read_table(b'a,b\n5" pipe,2\n', "x.csv").rows[0].cells == ['5" pipe', "2"]
    assert unreadable(b"a,b\n1," + b"x" * 200_000 + b"\n").code == "file.too_long"


# --- rows ---------------------------------------------------------------------------------------------------------


def test_empty_rows_and_the_total_row_are_left_out_and_counted() -> None:
    table = read_table(b"\n\ncode,qty\n\nA,1\n ,\nB,2\n\nTotal:,3\n\n", "x.csv")
    assert table.header_row == 3
    assert [(row.number, row.cells) for row in table.rows] == [(5, ["A", "1"]), (7, ["B", "2"])]
    assert table.ignored == Ignored(empty_rows=4, total_rows=(9,))
    assert table.ignored.count == 5


@pytest.mark.parametrize("word", ["合计", "总计：", "TOTAL", "Grand total", "合 计"])
def test_words_of_a_total_row(word: str) -> None:
    table = read_table(f'code,name,qty\nA,x,1\n{word},,"1,234.50"\n'.encode(), "x.csv")
    assert table.ignored.total_rows == (3,)
    assert len(table.rows) == 1


@pytest.mark.parametrize(
    "rows",
    ["A,x,1\nTotal,Total SE,5\n", "A,x,1\nTotal,,\n", "Total,,5\n", "Total,,5\nA,x,1\n", "A,x,1\nTotals GmbH,,5\n"],
)
def test_a_row_that_may_be_data_stays(rows: str) -> None:
    table = read_table(f"code,name,qty\n{rows}".encode(), "x.csv")
    assert len(table.rows) == rows.count("\n")
    assert table.ignored == Ignored()


def test_rows_of_other_widths() -> None:
    table = read_table(b"a,b\n1\n1,2,,\n1,2,3\n", "x.csv")
    assert cells(table) == [["1", None], ["1", "2"], ["1", "2"]]
    assert [(p.code, p.row, p.cell) for p in table.problems] == [("row.too_wide", 4, "C4")]


def test_columns_without_a_name_and_with_the_same_name() -> None:
    table = read_table(b"code,,Code ,\nA,1,B,\n", "x.csv")
    assert [(p.code, p.row, p.column, p.cell) for p in table.problems] == [
        ("header.missing", 1, "B", "B1"),
        ("header.duplicate", 1, "Code", "C1"),
    ]


def test_codes_stay_text_and_suspicions_are_named() -> None:
    table = read_table(
        "code,alt,when,no\n00123,1E5,2026-11-22,2-Mar\n1E5,1.2E+10,x,A\nnull,,,3月2日\n".encode(), "x.csv"
    )
    assert cells(table) == [
        ["00123", "1E5", "2026-11-22", "2-Mar"],
        ["1E5", "1.2E+10", "x", "A"],
        ["null", None, None, "3月2日"],
    ]
    assert [(w.code, w.column, w.cell) for w in table.warnings] == [
        ("column.looks_shortened", "code", "A3"),
        ("column.looks_shortened", "alt", "B2"),
        ("column.looks_like_dates", "when", "C2"),
        ("column.looks_like_dates", "no", "D2"),
    ]
    assert read_table(b"on\n2026-11-22\n2026/11/23\n", "x.csv").warnings == ()


def test_limits() -> None:
    data = b"a\n" + b"1\n" * 11
    assert len(read_table(data, "x.csv", max_rows=11).rows) == 11
    problem = unreadable(data, max_rows=10)
    assert (problem.code, problem.row) == ("file.too_many_rows", 12)
    assert unreadable(data, max_bytes=20).code == "file.too_large"


def test_wide_tables_are_bounded() -> None:
    assert len(read_table(b",".join([b"c%d" % n for n in range(512)]) + b"\n", "x.csv").header) == 512
    problem = unreadable(b",".join([b"c%d" % n for n in range(513)]) + b"\n")
    assert problem.code == "file.too_many_columns"
    assert "SS" in str(problem.message)
    wide = b",".join([b"c%d" % n for n in range(500)]) + b"\n" + b"1\n" * 8001
    assert unreadable(wide).code == "file.too_many_cells"


def test_many_problems_are_bounded() -> None:
    table = read_table(b"a\n" + b"1,2\n" * 1500, "x.csv")
    assert len(table.problems) == 1001
    assert table.problems[-1].code == "file.more_problems"
    assert "500" in str(table.problems[-1].message)


# --- content decides ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"%PDF-1.7\n...", "file.format", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "file.format", "PNG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "file.format", "XLS"),
        (b"  <html><table><tr><td>1", "file.format", "HTML"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "file.format", "XML"),
        (b"a,b\n\x00\x01\x02", "file.format", "report.xlsx"),
        (b"PK\x03\x04 not a zip", "file.damaged", ""),
        (b"", "file.empty", ""),
        (b"\r\n \n", "file.empty", ""),
        (b",,\n,,\n", "file.empty", ""),
    ],
)
def test_other_content_is_refused_whatever_its_name(data: bytes, code: str, word: str) -> None:
    problem = unreadable(data, r"C:\Users\me\report.xlsx")
    assert problem.code == code
    assert word in str(problem.message)
    assert "Users" not in str(problem.message)


def test_a_protected_workbook_says_so() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + "EncryptedPackage".encode("utf-16-le")
    assert unreadable(ole, "x.xlsx").code == "file.encrypted"


def test_csv_named_xlsx_is_read_as_csv() -> None:
    assert read_table(b"a,b\n1,2\n", "table.xlsx").format == "csv"


# --- names of cells -----------------------------------------------------------------------------------------------


def test_cells_are_named_as_in_formulas() -> None:
    assert [column_letters(n) for n in (0, 25, 26, 51, 52, 701, 702, 16383)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip
    assert cell_name("Sheet1", 7, 1) == "Sheet1!B7"
    assert cell_name("物料", 7, 1) == "物料!B7"
    assert cell_name("it's mine", 7, 1) == "'it''s mine'!B7"
    assert cell_name("2026", 7, 1) == "'2026'!B7"
    assert cell_name("", 7, 1) == "B7"


def test_a_table_names_the_place_of_an_importers_problem() -> None:
    table = read_table(b"code,unit\nA,pc\n", "x.csv")
    problem = table.problem("unit.unknown", "No such unit.", row=2, position=1)
    assert problem == TableProblem("unit.unknown", "No such unit.", "", 2, "unit", "B2")


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_a_refusal(data: bytes) -> None:
    try:
        table = read_table(data, "x.csv")
    except UnreadableFile as refusal:
        assert str(refusal.problem.message)
    else:
        assert table.header


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="abc,;\t\"\r\n'=1 管", max_size=80))
def test_any_text_gives_a_table_or_a_refusal(text: str) -> None:
    try:
        table = read_table(text.encode(), "x.csv")
    except UnreadableFile:
        return
    assert table.header
    assert all(len(row.cells) >= table.header[-1].position + 1 for row in table.rows)
