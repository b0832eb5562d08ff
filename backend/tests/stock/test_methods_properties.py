"""Random days by every valuation method, typed in any order, against a plain reckoning of the method."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.stock.goods import Goods, moment, with_trade
from tests.stock.plainly import OtherDays, PlainFifo, PlainMonths, PlainStandard, begins
from tests.stock.stories import with_stock
from tests.stock.test_late_costs import ACTIONS, check
from tests.stock.test_methods import close, standard, valued, worth
from tests.support.world import new_world, with_basics

NAMES = (f"M{n}" for n in itertools.count(1))
WORLDS: dict[str, object] = {}
LISTS = st.lists(ACTIONS, min_size=4, max_size=14)
OFTEN = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def the_world():
    """One world for all examples; each has an item of its own."""
    if "world" not in WORLDS:
        WORLDS["world"] = with_trade(with_stock(with_basics(new_world())))
    return WORLDS["world"]


def item_of(world, method):
    name = next(NAMES)
    world.create("masterdata.item", {"code": name, "name_en": name, "category": "RM", "unit": "PCS"})
    valued(world, method, name)
    return name


@OFTEN
@given(LISTS)
def test_first_in_first_out(actions):
    world = the_world()
    days = OtherDays(Goods(world, item_of(world, "fifo")), PlainFifo())
    for action in actions:
        days.take(*action)
    days.agree()
    check(world)


@OFTEN
@given(LISTS, st.lists(st.tuples(st.integers(0, 58), st.integers(0, 2000)), max_size=3))
def test_standard_cost(actions, changes):
    world = the_world()
    name = item_of(world, "standard")
    plain = PlainStandard(standards=[(begins(1), 0, Decimal(10))])
    days = OtherDays(Goods(world, name), plain)
    for n, action in enumerate(actions):
        days.take(*action)
        if n % 4 == 0 and changes:
            day, cents = changes.pop()
            on = begins(1) + timedelta(days=day)
            standard(world, f"{on + timedelta(hours=8):%Y-%m-%d}", (name, f"{Decimal(cents) / 100:.2f}"))
            plain.standards.append((on, n + 1, Decimal(cents) / 100))
            days.agree()
    days.agree()
    check(world)


@settings(OFTEN, max_examples=10)
@given(LISTS, LISTS)
def test_weighted_average_of_the_month(before, after):
    world = with_trade(with_stock(with_basics(new_world())))
    plain = PlainMonths()
    days = OtherDays(Goods(world, item_of(world, "month_weighted")), plain)
    for action in before:
        days.take(*action)
    days.agree()
    check(world)
    close(world, "2026-01")
    plain.closed.add(1)
    days.agree()
    check(world)
    for kind, day, *rest in after:
        days.take(kind, 31 + day % 14, *rest)
    days.agree()
    close(world, "2026-02")
    plain.closed.add(2)
    days.agree()
    check(world)


def test_nothing_is_left_of_a_stock_that_is_gone(world):
    """Cents of issues in any division: the month ends at zero."""
    goods = Goods(with_trade(with_stock(world, "BOLT")))
    valued(world, "month_weighted")
    goods.receive(3, "10.00", moment(5))
    for day in (6, 7, 8):
        goods.dispatch(1, moment(day))
    close(world, "2026-01")
    assert worth(world) == (0, 0)
    assert goods.books("1406") == [Decimal("10.00")]
    check(world)
