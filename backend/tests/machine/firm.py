"""The small company in which the machine acts, what may be drawn about it, and what it was told was done."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st

from jingwei.books.charts import Standard, Taxpayer
from jingwei.books.models import Account, Period, RevenueOn
from jingwei.platform.documents.perform import perform
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import User
from tests.books.stories import with_books
from tests.stock.stories import at, body, done
from tests.support.world import World, new_world, with_basics

T = TypeVar("T")
Body = dict[str, Any]

START = datetime(2026, 1, 1, tzinfo=UTC).date()
LAST_DAY = 150
_groups = itertools.count(1)


class Dice:
    """What is left to chance. The first of each choice is the plainest, so that what fails shrinks to plain steps."""

    def __init__(self, data: Any) -> None:
        self._draw = data.conjecture_data.draw  # `data.draw` would print each draw; the script of steps says it better

    def one(self, options: Sequence[T]) -> T:
        found: T = self._draw(st.sampled_from(options))
        return found

    def whole(self, low: int, high: int) -> int:
        return int(self._draw(st.integers(low, high)))

    def rarely(self, times: int = 6) -> bool:
        """Once in so many times."""
        return self.whole(1, times) == times

    def some(self, options: Sequence[T], at_most: int) -> list[T]:
        """One or several, the first one more often."""
        return [self.one(options) for _ in range(self.one([1, 1, 2, at_most]))]


@dataclass
class Known:
    """A document as the machine was told it is. `body` made it; what was refused often is seldom tried again."""

    key: str
    id: int
    state: str
    version: int
    body: Body
    refused: int = 0


@dataclass
class Firm:
    """A company with little of everything, at a `day` that moves on. `known` is the oracle: what was acknowledged."""

    world: World
    actors: tuple[Actor, Actor]
    known: dict[int, Known] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    day: int = 5
    turns: int = 0

    def next(self) -> int:
        """A number that no other document of the firm has."""
        self.turns += 1
        return self.turns

    def date(self, dice: Dice) -> str:
        """Mostly today, sometimes later or before, seldom outside of the year."""
        step = dice.one([0, 0, 0, 0, 1, 1, 1, 2, 2, 12, -1, -9, -40])
        if step > 0:
            self.day = min(self.day + step, LAST_DAY)
        on = START + timedelta(days=max(0, self.day + min(step, 0)))
        if dice.rarely(60):
            on = START - timedelta(days=1)
        return on.isoformat()

    def instant(self, dice: Dice) -> str:
        """Also the hours in which the company's day is not that of the clock."""
        on = datetime.fromisoformat(self.date(dice)).date()
        hour = time(dice.one([8, 9, 1, 15, 16, 23]), dice.one([0, 30, 59]))
        return datetime.combine(on, hour, UTC).isoformat()

    def standing(self, key: str, *states: str) -> list[Known]:
        """Documents of a kind, the newest first."""
        return [k for k in reversed(self.known.values()) if k.key == key and (not states or k.state in states)]


def new_firm(dice: Dice) -> Firm:
    """Books by one of the standards, two places, five items, partners at home and abroad, and opening stock."""
    world = with_basics(new_world(f"Machine {next(_groups)}"))
    standard = dice.one(list(Standard))
    revenue = dice.one([RevenueOn.INVOICE, RevenueOn.DELIVERY])
    with_books(world, standard, taxpayer=dice.one(list(Taxpayer)), revenue_on=revenue)
    _masters(world)
    _valued(world, dice)
    first = body(at("2026-01-01"), ("BOLT", 90, "2.00"), ("NUT", 70, "0.33"))
    (opening,) = done(world, "opening", first)
    other, _made = User.objects.get_or_create(
        login_folded="machine", defaults={"login": "machine", "name": "Second person", "password": "!"}
    )
    system = world.actor
    firm = Firm(world, (system, replace(system, user_id=other.pk, name=other.name, principal=f"user:{other.pk}")))
    firm.known[opening.pk] = Known("warehouse.opening", opening.pk, "posted", opening.version, first)
    for period in Period.objects.filter(group=world.group).order_by("starts_on")[:4]:
        firm.known[period.pk] = Known("books.period", period.pk, period.state, period.version, {})
    return firm


def _masters(world: World) -> None:
    world.create("masterdata.warehouse", {"code": "W1", "name_en": "First"})
    world.create(
        "masterdata.location",
        {"code": "A-01", "name_en": "Bin 1", "kind": "stock", "warehouse": "W1"},
        {"code": "A-02", "name_en": "Bin 2", "kind": "stock", "warehouse": "W1"},
        {"code": "OTHER", "name_en": "Other", "kind": "other"},
        {"code": "WORK", "name_en": "Shop floor", "kind": "production"},
        {"code": "COUNT", "name_en": "Count differences", "kind": "count"},
        {"code": "CUST", "name_en": "Customers", "kind": "customer"},
        {"code": "SUP", "name_en": "Suppliers", "kind": "supplier"},
    )
    world.create(
        "masterdata.item-category",
        {"code": "SV", "name_en": "Services", "accounting_class": "service"},
        {"code": "FG", "name_en": "Finished goods", "accounting_class": "finished_good"},
    )
    world.create(
        "masterdata.item",
        {"code": "BOLT", "name_en": "Bolt", "category": "RM", "unit": "PCS"},
        {
            "code": "NUT",
            "name_en": "Nut",
            "category": "FG",
            "unit": "PCS",
            "units": [{"unit": "BOX", "numerator": 10}],
        },
        {"code": "OIL", "name_en": "Oil", "category": "RM", "unit": "KG", "tracking": "lot"},
        {"code": "FRAME", "name_en": "Frame", "category": "FG", "unit": "PCS", "is_made": True},
        {"code": "WHEEL", "name_en": "Wheel", "category": "FG", "unit": "PCS", "is_made": True},
        {"code": "HELP", "name_en": "Assembly", "category": "SV", "unit": "PCS", "is_stocked": False},
    )
    world.create(
        "masterdata.party",
        {"code": "C1", "name_en": "Customer", "is_customer": True, "payment_days": 30},
        {"code": "B1", "name_en": "Both", "is_customer": True, "is_supplier": True},
        {"code": "S1", "name_en": "Supplier", "is_supplier": True},
        {"code": "X1", "name_en": "Abroad", "is_customer": True, "is_supplier": True, "currency": "USD"},
    )
    _works(world)
    rates = (("2025-12-01", "7.1"), ("2026-02-01", "6.9"))
    world.create(
        "masterdata.exchange-rate",
        *(
            {"from_currency": "USD", "to_currency": "CNY", "valid_from": on, "rate": r, "source": "T"}
            for on, r in rates
        ),
    )


def _works(world: World) -> None:
    """A frame is made of 2 bolts, a nut that is taken when it is completed, and 0.1 kg of oil, in half an hour."""
    centre = {"code": "WELD", "name_en": "Welding", "rate_labour": "30", "rate_overhead": "12"}
    world.create("engineering.work-centre", centre)
    lines = [
        {"component": "BOLT", "quantity": "2"},
        {"component": "NUT", "quantity": "1", "is_backflushed": True},
        {"component": "OIL", "quantity": "0.1"},
    ]
    (bill,) = world.create("engineering.bom", {"item": "FRAME", "lines": lines})
    perform("engineering.bom", [bill.pk], "activate", actor=world.actor)
    steps = [{"sequence": 10, "name_en": "Weld", "work_centre": "WELD", "hours_setup": "1", "hours_run": "0.5"}]
    (routing,) = world.create("engineering.routing", {"item": "FRAME", "operations": steps})
    perform("engineering.routing", [routing.pk], "activate", actor=world.actor)


def _valued(world: World, dice: Dice) -> None:
    """BOLT by one of the methods, OIL perhaps by its lots; the other items at the moving average."""
    method = dice.one(["", "fifo", "month_weighted", "standard"])
    if method:
        world.create("stock.item-valuation", {"item": "BOLT", "method": method})
    if method == "standard":
        costs = {"effective_on": "2026-01-01", "reason": "machine", "lines": [{"item": "BOLT", "price": "2.50"}]}
        (made,) = world.create("stock.standard-cost", costs)
        perform("stock.standard-cost", [made.pk], "post", actor=world.actor)
    if dice.rarely(2):
        world.create("stock.item-valuation", {"item": "OIL", "method": "specific"})


def accounts(firm: Firm, *roles: str, open_to_hand: bool = False) -> list[str]:
    """Codes of accounts that can be posted to, of roles or of none that asks for more."""
    rows = Account.objects.filter(group=firm.world.group, is_postable=True, state="active")
    if open_to_hand:
        rows = rows.filter(role="", asks_party=False, asks_item=False)
    else:
        rows = rows.filter(role__in=roles)
    return list(rows.order_by("code").values_list("code", flat=True))


def cents(dice: Dice, at_most: int = 50_000) -> str:
    """An amount of money; 1.00 is the plainest."""
    return f"{Decimal(dice.one([100, 1, 999, dice.whole(1, at_most)])) / 100:f}"
