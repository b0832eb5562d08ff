"""The rules of loading by themselves, on figures one can check in one's head."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jingwei.server.loading import units
from jingwei.server.loading.shortfall import Movement, shortfalls
from jingwei.server.loading.source import Days, Source, purchase_orders
from jingwei.server.loading.working import Bills
from jingwei.server.runtime import RuntimeProblem


def move(day: int, quantity: int, item: str = "A") -> Movement:
    return Movement(date(2013, 7, day), item, Decimal(quantity))


@pytest.mark.parametrize(
    ("moves", "missing"),
    [
        ([], {}),
        ([move(1, 5), move(2, -5)], {}),
        ([move(1, -5), move(2, 8), move(3, -6)], {"A": 5}),
        ([move(1, -3), move(2, 1), move(3, -6)], {"A": 8}),
        ([move(2, -4), move(2, 4)], {}),  # ins of a day come before its outs
        ([move(3, 9), move(2, -4)], {"A": 4}),  # in date order, however they are given
        ([move(1, -1), move(1, -2, "B"), move(2, 5, "B"), move(3, -1)], {"A": 2, "B": 2}),
    ],
)
def test_the_largest_shortfall_in_date_order(moves, missing):
    assert shortfalls(moves) == missing


@pytest.mark.parametrize(
    ("bought", "used", "content"),
    [("10", "0", 1), ("10", "10", 1), ("10", "11", 10), ("10", "1440", 144), ("10", "1441", 500), ("1", "99999", 5000)],
)
def test_the_smallest_content_that_covers_the_use(bought, used, content):
    assert units.content_of("CTN", Decimal(bought), Decimal(used)) == content


def test_a_dozen_and_a_gallon_hold_what_they_always_hold():
    assert units.content_of("DZ", Decimal(1), Decimal(1000)) == 12
    assert units.content_of("GAL", Decimal(1), Decimal(0)) == 128
    gallon, ounce = units.table()["GAL"], units.table()["OZ"]
    exact = Decimal(gallon.numerator) * int(ounce.denominator) / (int(gallon.denominator) * Decimal(ounce.numerator))
    assert exact == 128


def test_a_bill_says_what_is_needed_on_a_day_and_how_many_levels_lie_below():
    old, new = date(2013, 1, 1), date(2013, 7, 1)
    made_of = Bills(
        {
            "bike": [("wheel", Decimal(2), old, date.max), ("bell", Decimal(1), new, date.max)],
            "wheel": [("spoke", Decimal(36), old, date(2013, 6, 30)), ("spoke", Decimal(32), new, date.max)],
        }
    )
    assert list(made_of.needs("wheel", Decimal(3), date(2013, 6, 30))) == [("spoke", 108)]
    assert list(made_of.needs("wheel", Decimal(3), new)) == [("spoke", 96)]
    assert list(made_of.needs("bike", Decimal(5), date(2013, 6, 30))) == [("wheel", 10)]
    assert list(made_of.needs("bike", Decimal(5), date(2012, 12, 31))) == []
    assert list(made_of.needs("bell", Decimal(5), new)) == []
    assert made_of.levels() == {"bike": 2, "wheel": 1, "spoke": 0, "bell": 0}


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RuntimeProblem, match=r"Purchasing\.PurchaseOrderHeader\.csv .* is not in"):
        purchase_orders(Source(tmp_path), Days(date.min, date.max))
