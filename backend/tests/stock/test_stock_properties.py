"""Random documents typed in any order against a plain reckoning: quantities of every place, worth of every item.

The model keeps nothing but a list of steps and folds it from the beginning, in order of time, after every document. It
also says what must be refused: a place that would have been below zero at some moment.
"""

from __future__ import annotations

import copy
import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.platform.money import round_half_up
from jingwei.stock.models import Balance, ItemValue
from jingwei.warehouse.adjustments import Reversal
from tests.stock.stories import body, found, with_stock
from tests.support.rules import check_invariants
from tests.support.world import new_world, with_basics

ZERO = Decimal(0)
START = datetime(2026, 1, 1, 8, tzinfo=UTC)
PLACES = ("A-01", "A-02")
SHORT = {"stock.short", "stock.negative_past"}


@dataclass
class Step:
    """A quantity into (+) or out of (−) a place. `value` is fixed for what comes in; None asks for the average; "" is a
    move inside the stock. `posted` is what it was worth when it was posted."""

    time: datetime
    place: str
    quantity: int
    value: Decimal | str | None
    document: int
    number: int = 0
    posted: Decimal = ZERO


@dataclass
class Fact:
    time: datetime
    place: str
    document: int


@dataclass
class Model:
    """One item, as the simplest program would keep it."""

    steps: list[Step] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def level(self, place: str, until: datetime | None = None) -> int:
        return sum(s.quantity for s in self.steps if s.place == place and (until is None or s.time <= until))

    def worth(self) -> tuple[int, Decimal]:
        return self._fold()[:2]

    def _fold(self) -> tuple[int, Decimal, dict[int, Decimal]]:
        quantity, value, worths = 0, ZERO, {}
        valued = (s for s in self.steps if s.value != "")
        for s in sorted(valued, key=lambda s: (s.time, s.quantity < 0, s.number)):
            if s.value is not None:
                moved = s.value if s.quantity > 0 else -s.value
            else:
                moved = round_half_up(value * s.quantity / quantity, 2) if quantity > 0 else ZERO
            if quantity + s.quantity == 0 or (s.quantity < 0 and value + moved < 0):
                moved = -value
            quantity, value, worths[s.number] = quantity + s.quantity, value + moved, moved
        return quantity, value, worths

    def surplus(self, quantity: int, price: Decimal | None = None) -> Decimal | None:
        """What a surplus is worth now: at the price given, the average, or the last cost."""
        held, value = self.worth()
        if price is not None:
            return round_half_up(quantity * price, 2)
        if held > 0:
            return round_half_up(value * quantity / held, 2)
        valued = [s for s in self.steps if s.posted]
        if not valued:
            return None
        last = max(valued, key=lambda s: (s.time, s.number))
        return round_half_up(quantity * abs(last.posted / last.quantity), 2)

    def post(self, steps: list[Step]) -> None:
        """Take steps of one document, and what keeps counts as they were found."""
        changes: dict[int, int] = defaultdict(int)
        for step in steps:
            later = [
                (f.time, n)
                for n, f in enumerate(self.facts)
                if f.place == step.place and f.time >= step.time and f.document != step.document
            ]
            if later:
                changes[min(later)[1]] += step.quantity
        standing = []
        for n, change in sorted(changes.items()):
            fact = self.facts[n]
            if change:
                worth = (self.surplus(-change) or ZERO) if change < 0 else None
                standing.append(Step(fact.time, fact.place, -change, worth, fact.document))
        for step in (*steps, *standing):
            step.number = len(self.steps) + 1
            self.steps.append(step)
        worths = self._fold()[2]
        for step in (*steps, *standing):
            step.posted = worths.get(step.number, ZERO)

    def is_short(self) -> bool:
        """Whether some place was below zero at some moment."""
        for place in PLACES:
            for _time, level in self._levels(place):
                if level < 0:
                    return True
        return False

    def _levels(self, place: str) -> list[tuple[datetime, int]]:
        own = sorted((s for s in self.steps if s.place == place), key=lambda s: s.time)
        moments, level = [], 0
        for time, steps in itertools.groupby(own, key=lambda s: s.time):
            level += sum(s.quantity for s in steps)
            moments.append((time, level))
        return moments


class Story:
    """The warehouse and its model, taking the same documents."""

    def __init__(self, world, name: str) -> None:
        self.world, self.models, self.done = world, {f"{name}{n}": Model() for n in (1, 2)}, []
        self.names = list(self.models)
        self.turns = itertools.count(1)
        rows = ({"code": n, "name_en": n, "category": "RM", "unit": "PCS"} for n in self.names)
        world.create("masterdata.item", *rows)

    def when(self, day: int) -> datetime:
        """An instant that no other document has."""
        return START + timedelta(days=day, minutes=next(self.turns))

    def take(self, kind: str, item: str, place: str, day: int, quantity: int, price: Decimal) -> None:
        time = self.when(day)
        if kind == "in":
            given = body(time.isoformat(), (item, quantity, price), place=place, price_reason="chance")
            worth = round_half_up(quantity * price, 2)
            self.post("other-in", given, item, lambda m, id: [Step(time, place, quantity, worth, id)])
        elif kind == "out":
            given = body(time.isoformat(), (item, quantity), place=place)
            self.post("other-out", given, item, lambda m, id: [Step(time, place, -quantity, None, id)])
        elif kind == "transfer":
            other = PLACES[1 - PLACES.index(place)]
            line = {"item": item, "quantity": str(quantity)}
            given = {"moved_at": time.isoformat(), "from_location": place, "to_location": other, "lines": [line]}
            ends = ((place, -quantity), (other, quantity))
            self.post("transfer", given, item, lambda m, id: [Step(time, p, q, "", id) for p, q in ends])
        elif kind == "count":
            given = found(time.isoformat(), (item, quantity, {"price": str(price)}), place=place)
            self.post("count", given, item, lambda m, id: count(m, time, place, quantity, price, id))
        elif self.done:
            self.reverse(time, *self.done[quantity % len(self.done)])

    def post(self, kind, given, item, steps) -> None:
        key = f"warehouse.{kind}"
        (document,) = self.world.create(key, given)
        model = copy.deepcopy(self.models[item])
        model.post(steps(model, document.pk))
        self.compare(item, model, lambda: perform(key, [document.pk], "post", actor=self.world.actor))
        if self.models[item] is model:
            self.done.append((key, document.pk, item))

    def reverse(self, time: datetime, key: str, id: int, item: str) -> None:
        model = copy.deepcopy(self.models[item])
        own = [s for s in model.steps if s.document == id]
        time = max([time, *(s.time + timedelta(seconds=1) for s in own)])
        model.facts = [f for f in model.facts if f.document != id]
        values = ["" if s.value == "" else abs(s.posted) for s in own]
        model.post([Step(time, s.place, -s.quantity, v, id) for s, v in zip(own, values, strict=True)])
        inputs = Reversal(moved_at=time)
        self.compare(item, model, lambda: perform(key, [id], "reverse", inputs, actor=self.world.actor))
        if self.models[item] is model:
            self.done.remove((key, id, item))

    def compare(self, item: str, model: Model, act) -> None:
        """The warehouse takes the document where the model says that it can, and refuses it where it cannot."""
        try:
            act()
        except Refusal as refusal:
            assert {p.code for p in refusal.problems} <= SHORT, refusal.problems
            assert model.is_short(), f"refused without need: {refusal.problems}"
        else:
            assert not model.is_short(), "taken, though some place was below zero"
            self.models[item] = model
        self.check(item)

    def check(self, item: str) -> None:
        model = self.models[item]
        rows = Balance.objects.filter(group=self.world.group, item__code=item)
        held = dict(rows.values_list("location__code", "on_hand"))
        assert {p: held.get(p, 0) for p in PLACES} == {p: model.level(p) for p in PLACES}
        value = ItemValue.objects.filter(group=self.world.group, item__code=item).values_list("quantity", "value")
        assert (value.first() or (0, 0)) == model.worth()


def count(model: Model, time: datetime, place: str, quantity: int, price: Decimal, id: int) -> list[Step]:
    """The difference to the book at the instant; the fact stands from now on."""
    difference = quantity - model.level(place, time)
    model.facts.append(Fact(time, place, id))
    if not difference:
        return []
    worth = model.surplus(difference, price) if difference > 0 else None
    return [Step(time, place, difference, worth, id)]


DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(["in", "in", "out", "out", "transfer", "count", "reverse"]),
        st.integers(0, 1),
        st.sampled_from(PLACES),
        st.integers(0, 88),
        st.integers(1, 9),
        st.decimals("0.01", "99.99", places=2, allow_nan=False, allow_infinity=False),
    ),
    min_size=6,
    max_size=16,
)
NAMES = (f"R{n}-" for n in itertools.count(1))
WORLDS: dict[str, object] = {}


def the_world():
    """One group for all examples; each has items of its own."""
    if "world" not in WORLDS:
        WORLDS["world"] = with_stock(with_basics(new_world()))
    return WORLDS["world"]


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(documents=DOCUMENTS)
def test_random_documents_equal_a_plain_reckoning(documents):
    story = Story(the_world(), next(NAMES))
    for kind, item, place, day, quantity, price in documents:
        story.take(kind, story.names[item], place, day, quantity, price)
    check_invariants(story.world)
