"""Amounts of order lines: pure reckoning, line by line, on the side on which prices are entered.

Source: 增值税 is price-exclusive and rounded per line, half up; the entered side is never changed by the computation.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from jingwei.platform.money import LineAmounts, line_from_gross_price, line_from_net_price, round_half_up


@dataclass(frozen=True, slots=True)
class Priced:
    """One line: net, tax and gross in the order's currency."""

    net: Decimal
    tax: Decimal
    gross: Decimal


def price_line(quantity: Decimal, price: Decimal, tax_percent: Decimal, *, inclusive: bool, decimals: int) -> Priced:
    """3 × 9.99 with 13 % included: 26.52 + 3.45 = 29.97. 10 × 100 with 13 % on top: 1,000.00 + 130.00 = 1,130.00."""
    rate = tax_percent / 100
    reckon = line_from_gross_price if inclusive else line_from_net_price
    found: LineAmounts = reckon(quantity, price, rate, decimals)
    return Priced(found.net, found.tax, found.gross)


def share_of(amount: Decimal, part: Decimal, before: Decimal, whole: Decimal, decimals: int) -> Decimal:
    """The share of `amount` that goes with `part` of `whole`, after `before` of it: shares of parts that come one after
    the other add up exactly. 100.00 in thirds is 33.33, 33.34, 33.33."""
    upto = round_half_up(amount * (before + part) / whole, decimals)
    return upto - round_half_up(amount * before / whole, decimals)
