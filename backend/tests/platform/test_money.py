"""Rounding, splitting, tax, conversion, words: pinned by published examples and by properties."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.platform.money import (
    LineAmounts,
    amount_in_words_en,
    convert,
    line_from_gross_price,
    line_from_net_price,
    rmb_capitals,
    round_half_up,
    split_largest_remainder,
    tax_from_gross,
    tax_from_net,
)
from jingwei.platform.text import ValueRefused

D = Decimal


def refused(code: str, call: Callable[[], object]) -> ValueRefused:
    with pytest.raises(ValueRefused) as caught:
        call()
    assert caught.value.code == code
    assert str(caught.value.message)
    return caught.value


# --- rounding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("2.675", 2, "2.68"),
        ("0.125", 2, "0.13"),
        ("-0.125", 2, "-0.13"),
        ("-0.124999", 2, "-0.12"),
        ("0.005", 2, "0.01"),
        ("-0.004", 2, "0.00"),
        ("1", 2, "1.00"),
        ("1234.5", 0, "1235"),
        ("99999999999999999999999999999999999.995", 2, "100000000000000000000000000000000000.00"),
    ],
)
def test_half_goes_away_from_zero(value: str, decimals: int, expected: str) -> None:
    assert str(round_half_up(D(value), decimals)) == expected


# --- splitting ----------------------------------------------------------------------------------------------------


def test_splits_by_largest_remainder_earlier_part_first() -> None:
    ones = [D(1)]
    assert split_largest_remainder(D("100.00"), ones * 3, 2) == [D("33.34"), D("33.33"), D("33.33")]
    assert split_largest_remainder(D("15.00"), ones * 13, 2) == [D("1.16")] * 5 + [D("1.15")] * 8
    assert split_largest_remainder(D("0.01"), ones * 7, 2) == [D("0.01")] + [D("0.00")] * 6
    assert split_largest_remainder(D("-0.01"), ones * 7, 2) == [D("-0.01")] + [D("0.00")] * 6
    assert split_largest_remainder(D("12345.67"), [D(120), D(80), D(133)], 2) == [
        D("4448.89"),
        D("2965.93"),
        D("4930.85"),
    ]


def test_zero_weights_get_nothing_and_results_carry_the_scale() -> None:
    parts = split_largest_remainder(D("10"), [D(0), D("0.3"), D(0), D("0.6")], 2)
    assert [str(part) for part in parts] == ["0.00", "3.33", "0.00", "6.67"]
    assert [str(part) for part in split_largest_remainder(D(0), [D(0), D(0)], 2)] == ["0.00", "0.00"]
    assert split_largest_remainder(D(0), [], 2) == []


def test_refuses_what_cannot_be_split_exactly() -> None:
    refused("split.no_weight", lambda: split_largest_remainder(D("1.00"), [D(0), D(0)], 2))
    refused("split.no_weight", lambda: split_largest_remainder(D("1.00"), [], 2))
    refused("split.weight_negative", lambda: split_largest_remainder(D("1.00"), [D(2), D(-1)], 2))
    refused("split.scale", lambda: split_largest_remainder(D("1.005"), [D(1)], 2))


def assert_fair(total: Decimal, weights: list[Decimal]) -> None:
    """The parts add up, none is a cent off its share, and the opposite total gives the opposite parts."""
    parts = split_largest_remainder(total, weights, 2)
    assert sum(parts) == total
    assert split_largest_remainder(-total, weights, 2) == [-part for part in parts]
    whole = sum(map(Fraction, weights))
    for part, weight in zip(parts, weights, strict=True):
        assert part.as_tuple().exponent == -2
        assert abs(Fraction(part) - Fraction(total) * Fraction(weight) / whole) < Fraction(1, 100)
        assert weight or not part


@settings(max_examples=1_000, deadline=None)
@given(
    cents=st.integers(-(10**15), 10**15),
    weights=st.lists(st.integers(0, 10**9).map(lambda n: D(n).scaleb(-3)), min_size=1, max_size=20).filter(any),
)
def test_every_split_is_fair(cents: int, weights: list[Decimal]) -> None:
    assert_fair(D(cents).scaleb(-2), weights)


def test_ten_thousand_random_splits_are_fair() -> None:
    random = Random(20261122)
    for _split in range(10_000):
        weights = [
            D(random.choice((0, 1, random.randrange(10**6)))).scaleb(-2) for _part in range(random.randint(1, 12))
        ]
        if any(weights):
            assert_fair(D(random.randint(-(10**9), 10**9)).scaleb(-2), weights)


# --- tax ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gross", "rate", "net", "tax"),
    [
        ("29.97", "0.13", "26.52", "3.45"),
        ("110.60", "0.13", "97.88", "12.72"),
        ("0.05", "0.13", "0.04", "0.01"),
        ("1.00", "0.13", "0.88", "0.12"),
        ("10.00", "0.13", "8.85", "1.15"),
        ("10100.00", "0.01", "10000.00", "100.00"),
        ("-29.97", "0.13", "-26.52", "-3.45"),
        ("5.00", "0", "5.00", "0.00"),
    ],
)
def test_tax_inside_an_amount(gross: str, rate: str, net: str, tax: str) -> None:
    amounts = tax_from_gross(D(gross), D(rate))
    assert [str(value) for value in amounts] == [net, tax, gross]


def test_lines_keep_the_side_that_was_entered() -> None:
    expected = LineAmounts(net=D("26.52"), tax=D("3.45"), gross=D("29.97"))
    assert line_from_gross_price(D(3), D("9.99"), D("0.13")) == expected
    assert line_from_net_price(D(3), D("8.84070796"), D("0.13")) == expected
    assert tax_from_net(D("26.52"), D("0.13")) == expected


def test_ten_lines_of_one_yuan_are_rounded_line_by_line() -> None:
    lines = [tax_from_gross(D("1.00"), D("0.13")) for _line in range(10)]
    assert (sum(line.net for line in lines), sum(line.tax for line in lines)) == (D("8.80"), D("1.20"))


def test_negative_rate_is_refused() -> None:
    refused("rate.negative", lambda: tax_from_gross(D(1), D("-0.13")))
    refused("rate.negative", lambda: tax_from_net(D(1), D("NaN")))


@settings(max_examples=2_000, deadline=None)
@given(
    amount=st.decimals(D("-1e13"), D("1e13"), places=2),
    rate=st.sampled_from([D(0), D("0.01"), D("0.03"), D("0.06"), D("0.09"), D("0.13"), D("0.2")]),
)
def test_net_and_tax_make_the_gross_and_signs_mirror(amount: Decimal, rate: Decimal) -> None:
    for compute in (tax_from_gross, tax_from_net):
        line = compute(amount, rate)
        assert line.net + line.tax == line.gross
        mirrored = compute(-amount, rate)
        assert mirrored == LineAmounts(-line.net, -line.tax, -line.gross)


# --- units --------------------------------------------------------------------------------------------------------


def test_converts_by_an_exact_ratio() -> None:
    assert str(convert(D(1), 9, 1, 0)) == "9"
    assert str(convert(D(9), 1, 9, 0)) == "1"
    assert str(convert(D("2.5"), D("0.4"), D("0.1"), 2)) == "10.00"
    assert str(convert(D("-18"), 1, 9, 3)) == "-2.000"
    assert str(convert(D(1), 1, 8, 3)) == "0.125"


def test_never_rounds_a_quantity() -> None:
    problem = refused("unit.inexact", lambda: convert(D(5), 1, 9, 6))
    assert str(problem.hint)
    refused("unit.inexact", lambda: convert(D(1), 1, 8, 2))
    refused("unit.no_conversion", lambda: convert(D(1), 0, 1, 2))
    refused("unit.no_conversion", lambda: convert(D(1), 1, D(-2), 2))


@settings(max_examples=500, deadline=None)
@given(pieces=st.integers(-(10**9), 10**9), per_box=st.integers(1, 1000))
def test_boxes_to_pieces_and_back_lose_nothing(pieces: int, per_box: int) -> None:
    assert convert(convert(D(pieces), per_box, 1, 0), 1, per_box, 0) == pieces


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        ("0.00", "零元整"),
        ("0.01", "壹分"),
        ("0.05", "伍分"),
        ("0.30", "叁角整"),
        ("0.35", "叁角伍分"),
        ("1.00", "壹元整"),
        ("10.05", "壹拾元零伍分"),
        ("10.50", "壹拾元伍角整"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万零柒仟元伍角叁分"),
        ("100000.00", "壹拾万元整"),
        ("10010.00", "壹万零壹拾元整"),
        ("1001000.50", "壹佰万零壹仟元伍角整"),
        ("20003000.00", "贰仟万零叁仟元整"),
        ("100000000.00", "壹亿元整"),
        ("100000001.00", "壹亿零壹元整"),
        ("100010001.01", "壹亿零壹万零壹元零壹分"),
        ("1234567890.12", "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元壹角贰分"),
        ("9999999999.99", "玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("-123.45", "负壹佰贰拾叁元肆角伍分"),
        ("100005000", "壹亿零伍仟元整"),
        ("123456789012345.67", "壹佰贰拾叁万肆仟伍佰陆拾柒亿捌仟玖佰零壹万贰仟叁佰肆拾伍元陆角柒分"),
        ("1000000000000", "壹万亿元整"),
    ],
)
def test_amounts_in_chinese_capitals(amount: str, capitals: str) -> None:
    assert rmb_capitals(D(amount)) == capitals


def test_capitals_refuse_what_cannot_be_paid() -> None:
    refused("amount.scale", lambda: rmb_capitals(D("0.001")))
    refused("amount.too_large", lambda: rmb_capitals(D("1e16")))
    refused("amount.too_large", lambda: rmb_capitals(D("NaN")))


def value_of_capitals(text: str) -> int:
    """The amount in cents that capitals say: an independent reading for the property below."""
    digits = {char: index for index, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
    sign = -1 if text.startswith("负") else 1
    yuan = section = digit = cents = 0
    for char in text.removeprefix("负").removesuffix("整"):
        if char in digits:
            digit = digits[char]
        elif char in "拾佰仟":
            section += digit * 10 ** (1 + "拾佰仟".index(char))
            digit = 0
        elif char == "万":
            yuan += (section + digit) * 10**4
            section = digit = 0
        elif char == "亿":
            yuan = (yuan + section + digit) * 10**8
            section = digit = 0
        elif char == "元":
            yuan += section + digit
            section = digit = 0
        else:
            cents += digit * (10 if char == "角" else 1)
            digit = 0
    return sign * (yuan * 100 + cents)


@settings(max_examples=2_000, deadline=None)
@given(cents=st.integers(-(10**17), 10**17))
def test_capitals_say_the_amount_and_never_repeat_a_zero(cents: int) -> None:
    capitals = rmb_capitals(D(cents).scaleb(-2))
    assert value_of_capitals(capitals) == cents
    assert "零零" not in capitals


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1234.50", "USD", "One thousand two hundred thirty-four and 50/100 US dollars"),
        ("1", "USD", "One and 00/100 US dollar"),
        ("0", "EUR", "Zero and 00/100 euros"),
        ("-0.05", "EUR", "Minus zero and 05/100 euros"),
        ("1000001", "JPY", "One million one Japanese yen"),
        ("12.345", "KWD", "Twelve and 345/1000 Kuwaiti dinars"),
        ("115", "GBP", "One hundred fifteen and 00/100 British pounds"),
    ],
)
def test_amounts_in_english_words(amount: str, currency: str, words: str) -> None:
    assert amount_in_words_en(D(amount), currency) == words


def test_english_words_know_the_decimals_of_the_currency() -> None:
    refused("amount.scale", lambda: amount_in_words_en(D("0.5"), "JPY"))
