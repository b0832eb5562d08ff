"""Columns of a file against fields: names in either language, and every way in which a header can be wrong."""

from __future__ import annotations

from jingwei.platform.tabular.matching import Candidate, ColumnMatch, header_key, match_choice, match_columns
from jingwei.platform.tabular.reading import read_table

CANDIDATES = (
    Candidate("code", ("编码", "Code"), required=True),
    Candidate("name_zh", ("中文名称", "Chinese name"), required=True),
    Candidate("unit", ("单位", "Unit")),
    Candidate("purchase_unit", ("采购单位", "Purchase unit")),
    Candidate("weight", ("重量", "Weight")),
    Candidate("weight_gross", ("毛重", "Weight")),
)


def matched(text: str) -> ColumnMatch:
    table = read_table(text.encode(), "x.csv")
    return match_columns(table.header, CANDIDATES, rows=table.rows)


def codes(match: ColumnMatch) -> list[tuple[str, str | None, str | None]]:
    assert all(str(problem.message) for problem in match.problems)
    return [(problem.code, problem.column, problem.cell) for problem in match.problems]


def test_field_names_and_labels_of_both_languages_match() -> None:
    for header in ("code,name_zh,unit", "编码,中文名称,单位", "Code,Chinese name,Unit", " CODE* ,中文名称＊,ＵＮＩＴ"):
        match = matched(header + "\n")
        assert match == ColumnMatch({"code": 0, "name_zh": 1, "unit": 2}, ())


def test_order_is_free_and_optional_columns_may_be_missing() -> None:
    assert matched("name_zh,code\n").positions == {"name_zh": 0, "code": 1}


def test_missing_columns_are_named_with_what_they_may_be_called() -> None:
    match = matched("unit\n")
    assert codes(match) == [("header.required", "code", None), ("header.required", "name_zh", None)]
    assert "编码 / Code / code" in str(match.problems[0].hint)
    assert match.problems[0].row == 1


def test_unknown_columns_are_named_with_the_nearest_known() -> None:
    match = matched("code,name_zh,purchase unti,zzz\n")
    assert codes(match) == [("header.unknown", "purchase unti", "C1"), ("header.unknown", "zzz", "D1")]
    assert "purchase unit" in str(match.problems[0].hint)
    assert "template" in str(match.problems[1].hint) or "模板" in str(match.problems[1].hint)


def test_two_columns_for_one_field_are_named() -> None:
    match = matched("code,编码,name_zh\n")
    assert codes(match) == [("header.duplicate", "编码", "B1")]
    assert "A1" in str(match.problems[0].message)
    assert match.positions == {"code": 0, "name_zh": 2}


def test_a_label_of_two_fields_is_ambiguous_but_its_name_is_not() -> None:
    match = matched("code,name_zh,Weight\n")
    assert match.positions["weight"] == 2  # the field's own name goes before the other's label
    crossed = match_columns(
        read_table(b"Price\n", "x.csv").header,
        (Candidate("price_net", ("Price",)), Candidate("price_gross", ("Price",))),
    )
    assert codes(crossed) == [("header.ambiguous", "Price", "A1")]
    assert "price_gross, price_net" in str(crossed.problems[0].message)


def test_a_second_row_of_names_is_noticed_above_and_below() -> None:
    below = matched("code,name_zh,unit\n编码,中文名称,单位\nA,螺栓,pc\n")
    assert [(p.code, p.row) for p in below.problems] == [("header.two_rows", 2)]
    above = matched("基本信息,基本信息2\n编码,中文名称\nA,螺栓\n")
    assert [(p.code, p.row) for p in above.problems] == [("header.two_rows", 2)]
    assert matched("code,name_zh\ncode,A\n").problems == ()


def test_choices_match_by_value_and_label() -> None:
    states = {"active": ("启用", "Active"), "inactive": ("停用", "Inactive"), "old": ("停用",)}
    assert match_choice(" ACTIVE ", states) == "active"
    assert match_choice("启用", states) == "active"
    assert match_choice("停用", states) is None
    assert match_choice("gone", states) is None


def test_header_keys() -> None:
    assert header_key("  Unit  Price ** ") == "unit price"
    assert header_key("*") == ""
