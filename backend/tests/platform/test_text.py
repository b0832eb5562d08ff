"""Cleaning, comparison keys, pinyin and typed values, with the inputs a back office gets every day."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jingwei.platform.text import (
    ValueRefused,
    clean,
    compact,
    fold,
    parse_bool,
    parse_date,
    parse_decimal,
    pinyin_initials,
    pinyin_sort_key,
)


def refusal(call: Any, *args: Any, **options: Any) -> ValueRefused:
    with pytest.raises(ValueRefused) as caught:
        call(*args, **options)
    assert str(caught.value.message)
    return caught.value


# --- clean --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  bolt ", "bolt"),
        ("\u3000螺栓\u00a0\n", "螺栓"),
        ("cafe\u0301", "caf\u00e9"),
        ("null", "null"),
        ("N/A", "N/A"),
        ("<b>", "<b>"),
        ("   ", ""),
        ("", ""),
        ("a  b", "a  b"),
        ("名\u200b称", "名\u200b称"),
        ("👩\u200d🔧 Ünïcode", "👩\u200d🔧 Ünïcode"),
        ("ＡＢＣ", "ＡＢＣ"),
        ("\u200eabc", "\u200eabc"),
    ],
)
def test_clean_trims_and_composes_and_keeps_the_rest(typed: str, stored: str) -> None:
    assert clean(typed) == stored


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1f", "\x7f", "\x85", "\u202e", "\u2066", "\u2069", "\ud800"])
def test_clean_refuses_control_and_direction_overrides(char: str) -> None:
    for text in (f"a{char}b", f"{char}a", f"a{char}"):
        assert refusal(clean, text).code == "text.control"
        assert refusal(clean, text, multiline=True).code == "text.control"


def test_line_ends_belong_to_multi_line_text_only() -> None:
    assert clean(" one\r\ntwo\rthree\tfour\n", multiline=True) == "one\ntwo\nthree\tfour"
    assert refusal(clean, "one\ntwo").code == "text.control"
    assert refusal(clean, "one\ttwo").code == "text.control"
    problem = refusal(clean, "ab\x00")
    assert "U+0000" in str(problem.message)
    assert "3" in str(problem.message)


@given(st.text())
def test_clean_is_stable(text: str) -> None:
    try:
        once = clean(text)
    except ValueRefused:
        return
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)


# --- keys ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("ＡＢＣ１２", "abc12"),
        ("cafe\u0301", "CAFÉ"),
        ("不锈钢\u3000管", " 不锈钢  管 "),
        ("A\u200bB", "ab"),
        ("㎏", "KG"),
        ("ﬁx", "FIX"),
    ],
)
def test_names_that_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_names_that_stay_two() -> None:
    assert fold("a b") != fold("ab")
    assert fold("А") != fold("A")  # Cyrillic and Latin: similar, but not one letter
    assert fold("a-b") != fold("ab")


@settings(max_examples=2_000)
@given(st.text())
@example("a-\u0301")
@example("\u0345\u03b1\u0301")
@example("\u1e9e\u00ad\ufdfa")
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert compact(compact(text)) == compact(text)


def test_invoice_numbers_compare_without_separators() -> None:
    assert compact("INV-001") == compact("inv 001") == compact("ＩＮＶ００１") == compact("Inv/0.01") == "inv001"
    assert compact("A+1") != compact("A1")
    assert compact("发票（2026）—12号") == "发票202612号"
    assert compact("- -") == "--"


# --- pinyin -------------------------------------------------------------------------------------------------------


def test_initials_keep_latin_words_whole() -> None:
    assert pinyin_initials("不锈钢管A12") == "bxgga12"
    assert pinyin_initials("Bolt M8 螺栓（镀锌）") == "boltm8lsdx"
    assert pinyin_initials("重庆银行") == "cqyh"  # read by phrase: chóngqìng yínháng
    assert pinyin_initials("绿色ＡＢ") == "lsab"
    assert pinyin_initials("") == ""


def test_names_sort_by_pinyin() -> None:
    assert pinyin_sort_key("长沙 A1") == "chang2 sha1 a1"
    assert pinyin_sort_key("Émile 绿色") == "emile lv4 se4"
    names = ["张三", "李四", "重庆", "Bolt", "阿里", "长沙", "李", "不锈钢"]
    assert sorted(names, key=pinyin_sort_key) == ["阿里", "Bolt", "不锈钢", "长沙", "重庆", "李", "李四", "张三"]


@given(st.text())
def test_pinyin_takes_any_text(text: str) -> None:
    assert " " not in pinyin_initials(text)
    assert bool(pinyin_sort_key(text)) == bool(pinyin_initials(text))


# --- numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12", "12"),
        (" -0.50 ", "-0.50"),
        ("+3", "3"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0", "0"),
        ("0.00", "0.00"),
        ("1e3", "1000"),
        ("1.5E-3", "0.0015"),
        ("00123", "123"),
        (7, "7"),
        (-(10**37), "-1" + "0" * 37),
        (Decimal("1E+3"), "1000"),
        (Decimal("2.50"), "2.50"),
        ("9" * 38, "9" * 38),
        ("0." + "1" * 37, "0." + "1" * 37),
    ],
)
def test_numbers_are_exact(value: str | int | Decimal, expected: str) -> None:
    assert str(parse_decimal(value)) == expected


@pytest.mark.parametrize(
    "value",
    [
        "1e400", "1e-400", "0.1" + "2" * 60, "9" * 39, "NaN", "nan", "Infinity", "-inf", "sNaN", "1,5", "1,234.50",
        "1 234,50", "１２", "१२", "٣", "1_000", "0x10", "", "  ", "-", ".", "--1", "1.2.3", "12%", "¥5", "五",
        "1'000", "1\u00a0000", "5 kg", True, False, 1.5, float("nan"), None, [1], 10**38,
        Decimal("NaN"), Decimal("Infinity"), Decimal("1E+38"), Decimal("1E-39"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(value: Any) -> None:
    problem = refusal(parse_decimal, value)
    assert problem.code == "number.invalid"
    assert str(problem.hint)


def test_a_number_too_long_to_print_is_refused_all_the_same() -> None:
    assert refusal(parse_decimal, -(10**5000)).code == "number.invalid"
    assert refusal(parse_bool, 10**5000).code == "bool.invalid"


def test_files_may_group_thousands_but_not_shorten() -> None:
    assert parse_decimal("1,234.50", from_file=True) == Decimal("1234.50")
    assert parse_decimal("-12,345,678", from_file=True) == Decimal(-12345678)
    for text in ("1,5", "1,23.5", "12,34,567", "1234,567", ",123", "1,234,", "1.234,50", "1 234,50", "1E5", "1.2E+10"):
        assert refusal(parse_decimal, text, from_file=True).code == "number.invalid"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6))
def test_numbers_survive_their_text(number: Decimal) -> None:
    assert parse_decimal(str(number)) == number


# --- dates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["2026-11-02", "2026-11-2", "2026/11/2", "2026/11/02", "2026年11月2日", " 2026-11-02 ", date(2026, 11, 2),
     datetime(2026, 11, 2)],  # noqa: DTZ001
)  # fmt: skip
def test_dates_written_year_first(value: str | date) -> None:
    found = parse_date(value)
    assert found == date(2026, 11, 2)
    assert type(found) is date


@pytest.mark.parametrize(
    "value",
    ["0001-01-01", "1899-12-31", "2200-01-01", "2999-01-01", "2026-02-31", "2027-02-29", "2026-13-01", "2026-00-10",
     "03/04/2026", "31/12/2026", "03-04-26", "3.4.2026", "45000", "20261122", "26-11-22", "2026-11/22", "2026-11",
     "２０２６-11-22", "", "today", "2026-11-22T00:00:00", 45000, True, None,
     datetime(2026, 11, 22, 8, 30), date(1, 1, 1)],  # noqa: DTZ001
)  # fmt: skip
def test_other_dates_are_refused(value: Any) -> None:
    problem = refusal(parse_date, value)
    assert problem.code == "date.invalid"
    assert str(problem.hint)


def test_ambiguous_dates_are_shown_both_ways() -> None:
    hint = str(refusal(parse_date, "03/04/2026").hint)
    assert "2026-04-03" in hint
    assert "2026-03-04" in hint


def test_the_range_of_dates_is_closed() -> None:
    assert parse_date("1900-01-01") == date(1900, 1, 1)
    assert parse_date("2199-12-31") == date(2199, 12, 31)


# --- truth --------------------------------------------------------------------------------------------------------


def test_truth_values() -> None:
    value: Any
    for value in ("true", "TRUE", "Yes", "1", "是", " 是 ", True, 1):
        assert parse_bool(value) is True
    for value in ("false", "No", "0", "否", False, 0):
        assert parse_bool(value) is False
    for value in ("", "y", "对", "2", 2, None, 1.0, [1], "truth"):
        assert refusal(parse_bool, value).code == "bool.invalid"
