"""Rounding, splitting, tax on a line, unit conversion and amounts in words: exact decimal arithmetic, no floats.

Amounts are `Decimal` in the currency of the document; `decimals` is the number of decimals of the result (2 for yuan).
One policy of rounding everywhere: half up, away from zero for negatives (四舍五入), once, per line.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jingwei.platform.text import ValueRefused

# Wide enough for a product of two 38-digit numbers and for a quotient that no rounding of it can change.
_EXACT = Context(prec=120, rounding=ROUND_HALF_UP)


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """Return `value` with exactly `decimals` decimals; a half goes away from zero: −0.125 → −0.13."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), context=_EXACT)
    return rounded if rounded else rounded.copy_abs()


def split_largest_remainder(total: Decimal, weights: Sequence[Decimal], decimals: int) -> list[Decimal]:
    """Split `total` over `weights`: every part has `decimals` decimals and the parts add up to `total` exactly.

    Each part is its exact share cut to `decimals`; the units left go one each to the largest cut-off remainders,
    the earlier part first among equals. A weight of zero gets zero; the split of −x is the opposite of that of x.
    Errors: `split.scale` when `total` has more decimals, `split.weight_negative`, `split.no_weight` when nothing
    has a weight but there is something to split.
    """
    units = _units(total, decimals)
    shares = _integers(weights)
    whole = sum(shares)
    if any(share < 0 for share in shares):
        raise ValueRefused("split.weight_negative", _("An amount cannot be split by negative weights."))
    if not whole:
        if units:
            raise ValueRefused(
                "split.no_weight",
                format_lazy(_("{total} cannot be split: no part has a weight."), total=str(total)),
            )
        return [Decimal(0).scaleb(-decimals) for _part in shares]
    divided = [divmod(abs(units) * share, whole) for share in shares]
    parts = [quotient for quotient, _remainder in divided]
    by_remainder = sorted(range(len(parts)), key=lambda index: (-divided[index][1], index))
    for index in by_remainder[: abs(units) - sum(parts)]:
        parts[index] += 1
    sign = -1 if units < 0 else 1
    return [_EXACT.scaleb(Decimal(sign * part if part else 0), -decimals) for part in parts]


def _units(total: Decimal, decimals: int) -> int:
    """The amount counted in its smallest unit."""
    scaled = _EXACT.scaleb(total, decimals)
    units = int(scaled)
    if units != scaled:
        raise ValueRefused(
            "split.scale",
            format_lazy(_("{total} has more than {decimals} decimals."), total=str(total), decimals=decimals),
        )
    return units


def _integers(values: Sequence[Decimal]) -> list[int]:
    """The same proportions in whole numbers."""
    exponents = [value.as_tuple().exponent for value in values]
    places = max((-exponent for exponent in exponents if isinstance(exponent, int) and exponent < 0), default=0)
    return [int(_EXACT.scaleb(value, places)) for value in values]


# --- tax on a line (china.md 3.2: the side that was entered is never changed) ---------------------------------------


class LineAmounts(NamedTuple):
    """Amounts of one line; `net + tax == gross` always."""

    net: Decimal
    tax: Decimal
    gross: Decimal


def tax_from_gross(gross: Decimal, rate: Decimal, decimals: int = 2) -> LineAmounts:
    """Split an amount with tax: net = gross / (1 + rate), tax is the rest. `rate` is a fraction, 0.13 for 13 %."""
    amount_gross = round_half_up(gross, decimals)
    net = round_half_up(_EXACT.divide(amount_gross, _EXACT.add(Decimal(1), _rate(rate))), decimals)
    return LineAmounts(net, _EXACT.subtract(amount_gross, net), amount_gross)


def tax_from_net(net: Decimal, rate: Decimal, decimals: int = 2) -> LineAmounts:
    """Add tax to an amount without it: tax = net × rate. `rate` is a fraction, 0.13 for 13 %."""
    amount_net = round_half_up(net, decimals)
    tax = round_half_up(_EXACT.multiply(amount_net, _rate(rate)), decimals)
    return LineAmounts(amount_net, tax, _EXACT.add(amount_net, tax))


def line_from_gross_price(quantity: Decimal, price: Decimal, rate: Decimal, decimals: int = 2) -> LineAmounts:
    """Amounts of a line entered with prices that include tax: 3 × 9.99 at 13 % → gross 29.97, net 26.52, tax 3.45."""
    return tax_from_gross(_EXACT.multiply(quantity, price), rate, decimals)


def line_from_net_price(quantity: Decimal, price: Decimal, rate: Decimal, decimals: int = 2) -> LineAmounts:
    """Amounts of a line entered with prices without tax: 3 × 8.84070796 at 13 % → net 26.52, tax 3.45, gross 29.97."""
    return tax_from_net(_EXACT.multiply(quantity, price), rate, decimals)


def _rate(rate: Decimal) -> Decimal:
    if not rate.is_finite() or rate < 0:
        raise ValueRefused("rate.negative", format_lazy(_("A tax rate of {rate} is below zero."), rate=str(rate)))
    return rate


# --- units of measure -----------------------------------------------------------------------------------------------


def convert(quantity: Decimal, numerator: int | Decimal, denominator: int | Decimal, scale: int) -> Decimal:
    """Return `quantity × numerator / denominator` with `scale` decimals when that is exact.

    A box of 9: `convert(boxes, 9, 1, 0)` gives pieces, `convert(pieces, 1, 9, 0)` gives boxes.
    Errors: `unit.inexact` when the result does not fit the scale (5 pieces are no whole number of boxes),
    `unit.no_conversion` when a side of the ratio is not above zero.
    """
    if not (numerator > 0 and denominator > 0):
        raise ValueRefused("unit.no_conversion", _("A unit converts by a ratio of two numbers above zero."))
    units = Fraction(quantity) * Fraction(numerator) / Fraction(denominator) * 10**scale
    if units.denominator != 1:
        raise ValueRefused(
            "unit.inexact",
            format_lazy(
                _("{quantity} × {numerator} / {denominator} does not come out exactly with {scale} decimals."),
                quantity=str(quantity),
                numerator=str(numerator),
                denominator=str(denominator),
                scale=scale,
            ),
            _("Change the quantity, or give the unit more decimals."),
        )
    return _EXACT.scaleb(Decimal(units.numerator), -scale)


# --- amounts in words -----------------------------------------------------------------------------------------------

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_WORDS_LIMIT = Decimal(10) ** 16


def rmb_capitals(amount: Decimal) -> str:
    """Return the amount as Chinese documents write it: 16409.02 → 壹万陆仟肆佰零玖元零贰分, 10.50 → 壹拾元伍角整.

    Rules as in 支付结算办法 annex 1; no prefix 人民币; negatives begin with 负.
    Errors: `amount.scale` with more than 2 decimals, `amount.too_large` from 10^16.
    """
    cents = _cents(amount, 2)
    yuan, rest = divmod(abs(cents), 100)
    jiao, fen = divmod(rest, 10)
    text = "负" if cents < 0 else ""
    if yuan or not rest:
        text += _capitals_of(yuan) + "元"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif fen and yuan:
        text += "零"
    return text + (_DIGITS[fen] + "分" if fen else "整")


def _cents(amount: Decimal, decimals: int) -> int:
    if not amount.is_finite() or abs(amount) >= _WORDS_LIMIT:
        raise ValueRefused(
            "amount.too_large", format_lazy(_("{amount} is too large to be written in words."), amount=str(amount))
        )
    scaled = _EXACT.scaleb(amount, decimals)
    if int(scaled) != scaled:
        raise ValueRefused(
            "amount.scale",
            format_lazy(_("{amount} has more than {decimals} decimals."), amount=str(amount), decimals=decimals),
        )
    return int(scaled)


def _capitals_of(number: int) -> str:
    """A whole number in capitals, by sections: 亿, then 万, then the last four digits."""
    for size, unit in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            text = _capitals_of(high) + unit
            if not low:
                return text
            # One 零 where the eye would miss a digit: before a short section, and after a section that ends in 0.
            gap = "零" if low * 10 < size or high % 10 == 0 else ""
            return text + gap + _capitals_of(low)
    return _section(number)


def _section(number: int) -> str:
    """A number below 10,000; zeros inside become one 零, zeros at the end nothing."""
    if not number:
        return _DIGITS[0]
    text = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += _DIGITS[digit] + _PLACES[place]
        elif text and number % 10**place and not text.endswith("零"):
            text += "零"
    return text


_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_THOUSANDS = ("", " thousand", " million", " billion", " trillion", " quadrillion")


def amount_in_words_en(amount: Decimal, currency: str) -> str:
    """Return the amount as English cheques write it: "One thousand two hundred thirty-four and 50/100 US dollars".

    `currency` is an ISO 4217 code; its name and number of decimals come from CLDR.
    Errors: `amount.scale` with more decimals than the currency has, `amount.too_large` from 10^16.
    """
    from babel.numbers import get_currency_name, get_currency_precision

    decimals = get_currency_precision(currency)
    units = _cents(amount, decimals)
    whole, part = divmod(abs(units), 10**decimals)
    words = "minus " if units < 0 else ""
    words += _english(whole)
    if decimals:
        words += f" and {part:0{decimals}}/{10**decimals}"
    singular = whole == 1 and not part
    name = get_currency_name(currency, count=1 if singular else 2, locale="en")
    return f"{words[0].upper()}{words[1:]} {name}"


def _english(number: int) -> str:
    if not number:
        return _ONES[0]
    groups: list[str] = []
    for thousand in _THOUSANDS:
        number, group = divmod(number, 1000)
        if group:
            groups.append(_below_thousand(group) + thousand)
        if not number:
            break
    return " ".join(reversed(groups))


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words.append(_TENS[tens] + (f"-{_ONES[ones]}" if ones else ""))
    elif rest:
        words.append(_ONES[rest])
    return " ".join(words)
