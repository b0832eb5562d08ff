"""What goods cost is found out late, goods come back, their cost goes on to sale: value follows them to the cent."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingwei.books.invariants import RULES as BOOKS_RULES
from jingwei.books.models import JournalEntry
from jingwei.platform.errors import Refusal
from jingwei.platform.invariants import violations
from jingwei.platform.money import round_half_up
from jingwei.stock.invariants import RULES as STOCK_RULES
from jingwei.stock.models import ItemValue, ValueEntry
from tests.stock.goods import Goods, moment, with_trade
from tests.stock.stories import with_stock
from tests.support.world import World, new_world, with_basics

ZERO = Decimal(0)
STOCK, DISPATCHED, SOLD, ACCRUED = "140301", "1406", "540201", "220202"


def check(world):
    """The rules of the kernels hold; there are no documents of purchasing here to compare with."""
    assert [f"{v.key} {v.detail}" for v in violations([*BOOKS_RULES, *STOCK_RULES], world.group.pk)] == []


@pytest.fixture
def goods(world):
    return Goods(with_trade(with_stock(world, "BOLT")))


def worth(goods):
    row = ItemValue.objects.get(group=goods.world.group, item=goods.item)
    return row.quantity, row.value


def test_a_late_price_in_the_month_of_the_receipt_makes_the_issues_since_dearer(goods):
    receipt = goods.receive(100, "1000.00", moment(5))
    goods.dispatch(40, moment(8))
    _document, split = goods.late_price(receipt, 100, "100.00", date(2026, 1, 20))
    assert (split.on_hand, split.issued) == (100, 0)
    assert goods.books(STOCK, DISPATCHED, SOLD, ACCRUED) == [Decimal(660), Decimal(440), ZERO, Decimal(-1100)]
    (correction,) = ValueEntry.objects.filter(group=goods.world.group, kind="correction")
    assert (correction.amount, correction.posted_on) == (Decimal(-40), date(2026, 1, 20))
    check(goods.world)


def test_a_late_price_of_a_later_month_goes_to_what_is_still_there_and_to_cost_of_sales(goods):
    receipt = goods.receive(100, "1000.00", moment(5))
    goods.dispatch(40, moment(8))
    goods.dispatch(10, moment(3, month=2))
    _document, split = goods.late_price(receipt, 100, "100.00", date(2026, 2, 10))
    # 60 of the 100 were there when February began; the ten issued in February bear theirs.
    assert (split.on_hand, split.issued) == (60, 40)
    assert goods.books(STOCK, DISPATCHED, SOLD, ACCRUED) == [Decimal(550), Decimal(510), Decimal(40), Decimal(-1100)]
    january = ValueEntry.objects.filter(group=goods.world.group, posted_on__lt=date(2026, 2, 1))
    assert sum(e.amount for e in january) == 600
    check(goods.world)


def test_a_lower_price_never_takes_more_than_is_there(goods):
    receipt = goods.receive(100, "1000.00", moment(5))
    goods.dispatch(90, moment(8))
    goods.receive(100, "10.00", moment(9))
    goods.dispatch(100, moment(10))
    _document, split = goods.late_price(receipt, 100, "-900.00", date(2026, 2, 10))
    held = Decimal("110.00") - round_half_up(Decimal(110) * 100 / 110, 2)
    assert (split.on_hand, split.issued) == (-held, -900 + held)
    assert worth(goods) == (10, 0)
    check(goods.world)


def test_a_late_price_taken_back_leaves_everything_as_it_was(goods):
    receipt = goods.receive(100, "1000.00", moment(5))
    goods.dispatch(40, moment(8))
    before = goods.books(STOCK, DISPATCHED, SOLD, ACCRUED)
    document, _split = goods.late_price(receipt, 100, "100.00", date(2026, 1, 20))
    goods.late_price_back(document, date(2026, 1, 25))
    assert goods.books(STOCK, DISPATCHED, SOLD, ACCRUED) == before
    again, _split = goods.late_price(receipt, 50, "25.00", date(2026, 1, 26))
    goods.late_price_back(again, date(2026, 2, 3))
    # Taken back in another month: what the January issues bore stays with them, by name in the stock that is left.
    assert sum(goods.books(STOCK, DISPATCHED, SOLD)) == 1000
    check(goods.world)


def test_returned_goods_are_worth_what_they_cost_also_when_that_is_found_out_later(goods):
    receipt = goods.receive(3, "10.00", moment(5))
    issue = goods.dispatch(3, moment(6))
    back = goods.bring_back(issue, 1, moment(7))
    assert back.value == Decimal("3.33")
    goods.late_price(receipt, 3, "2.00", date(2026, 1, 20))
    assert worth(goods) == (1, Decimal("4.00"))
    costs = [goods.invoice(issue, 1, date(2026, 1, 21)), goods.invoice(issue, 1, date(2026, 1, 22))]
    assert costs == [Decimal("4.00"), Decimal("4.00")]
    assert goods.books(STOCK, DISPATCHED, SOLD) == [Decimal(4), ZERO, Decimal(8)]
    check(goods.world)


def test_cost_found_out_after_the_invoice_goes_where_the_cost_is(goods):
    receipt = goods.receive(10, "100.00", moment(5))
    issue = goods.dispatch(4, moment(6))
    assert goods.invoice(issue, 3, date(2026, 1, 10)) == 30
    goods.late_price(receipt, 10, "20.00", date(2026, 1, 20))
    assert goods.books(STOCK, DISPATCHED, SOLD) == [Decimal(72), Decimal(12), Decimal(36)]
    assert goods.invoice(issue, -3, date(2026, 1, 21)) == -36
    assert goods.books(STOCK, DISPATCHED, SOLD) == [Decimal(72), Decimal(48), ZERO]
    check(goods.world)


def test_parts_of_an_issue_add_up_to_its_cost_in_any_division(goods):
    goods.receive(2, "0.05", moment(5))
    issue = goods.dispatch(2, moment(6))
    back, cost = goods.bring_back(issue, 1, moment(7)).value, goods.invoice(issue, 1, date(2026, 1, 8))
    assert (back, cost, goods.books(DISPATCHED)) == (Decimal("0.03"), Decimal("0.02"), [ZERO])
    check(goods.world)


def test_a_receipt_goes_back_whole_and_the_goods_issued_bear_the_difference(goods):
    first = goods.receive(100, "1000.00", moment(5))
    goods.receive(100, "1400.00", moment(6))
    goods.dispatch(100, moment(7))
    goods.take_back(first, "purchase.received", moment(8))
    # 100 left at the average of 12.00; what was bought at 14.00 is all that was bought.
    assert goods.books(STOCK, DISPATCHED, SOLD, ACCRUED) == [ZERO, Decimal(1200), Decimal(200), Decimal(-1400)]
    assert worth(goods) == (0, 0)
    check(goods.world)


def test_goods_sent_back_leave_at_their_accrual_in_red_and_their_return_is_black(goods):
    receipt = goods.receive(10, "100.00", moment(5))
    sent = goods.send_back(receipt, 3, "30.00", moment(6))
    assert goods.books(STOCK, ACCRUED) == [Decimal(70), Decimal(-70)]
    entry = JournalEntry.objects.get(group=goods.world.group, document_id=sent.document_id)
    lines = [(x.account.code, x.debit, x.credit) for x in entry_lines(entry)]
    assert lines == [(STOCK, Decimal(-30), ZERO), (ACCRUED, ZERO, Decimal(-30))]
    goods.take_back(sent, "purchase.received", moment(7))
    assert goods.books(STOCK, ACCRUED) == [Decimal(100), Decimal(-100)]
    last = JournalEntry.objects.filter(group=goods.world.group, document_id=sent.document_id).order_by("-id")[0]
    assert [(x.debit, x.credit) for x in entry_lines(last)] == [(Decimal(30), ZERO), (ZERO, Decimal(30))]
    check(goods.world)


def entry_lines(entry):
    from jingwei.books.models import JournalLine

    return JournalLine.objects.filter(entry=entry).select_related("account").order_by("line")


def test_an_issue_reversed_after_its_cost_changed_leaves_nothing_behind(goods):
    receipt = goods.receive(10, "100.00", moment(5))
    issue = goods.dispatch(10, moment(6))
    goods.late_price(receipt, 10, "7.00", date(2026, 1, 8))
    goods.take_back(issue, "sales.dispatched", moment(9))
    assert goods.books(STOCK, DISPATCHED, SOLD) == [Decimal(107), ZERO, ZERO]
    check(goods.world)


def test_a_return_taken_back_goes_out_at_what_it_came_in_with(goods):
    goods.receive(10, "100.00", moment(5))
    issue = goods.dispatch(5, moment(6))
    back = goods.bring_back(issue, 2, moment(7))
    goods.receive(7, "140.00", moment(8))
    goods.take_back(back, "sales.dispatched", moment(9))
    assert goods.books(DISPATCHED, SOLD) == [Decimal(50), ZERO]
    check(goods.world)


# --- random days: any order of typing gives the chronological result -------------------------------------------------


@dataclass
class Event:
    """A step as the plain reckoning keeps it. `cost` is filled by the fold: what the issue is worth."""

    kind: str
    time: datetime
    quantity: int
    value: Decimal = ZERO
    origin: Event | None = None
    number: int = 0
    cost: Decimal = ZERO


@dataclass
class Plain:
    """The item as a list of events folded from the beginning, every time."""

    events: list[Event] = field(default_factory=list)
    added: dict[int, Decimal] = field(default_factory=dict)  # late prices by receipt, of its month
    steps: list[tuple[datetime, int, Decimal]] = field(default_factory=list)  # late prices of later months

    def fold(self, until: datetime | None = None) -> tuple[int, Decimal, Decimal]:
        """Quantity, value, and what spilled to the cost of sales."""
        ranks = {"in": 0, "out": 1, "back": 2}
        moves = [(e.time, ranks[e.kind], e.number, e) for e in self.events if e.kind in ranks]
        steps = [(t, -1, n, amount) for t, n, amount in self.steps]
        quantity, value, spilled = 0, ZERO, ZERO
        for time, rank, _number, what in sorted([*moves, *steps], key=lambda x: x[:3]):
            if until is not None and time >= until:
                break
            if rank == -1:
                change, moved = 0, what
            elif what.kind == "in":
                change, moved = what.quantity, what.value + self.added.get(what.number, ZERO)
            elif what.kind == "out":
                change = -what.quantity
                moved = round_half_up(value * change / quantity, 2)
                moved = -value if quantity + change == 0 or value + moved < 0 else moved
                what.cost = -moved
            else:
                change, moved = what.quantity, self.part(what)
            extra = ZERO
            if rank != 1 and (quantity + change == 0 or (change <= 0 and value + moved < 0)):
                extra = -(value + moved)
            quantity, value, spilled = quantity + change, value + moved + extra, spilled - extra
        return quantity, value, spilled

    def part(self, event: Event) -> Decimal:
        """The share of an issue's cost that goes with one of its parts, in the order in which they were typed."""
        issue = event.origin
        before = sum(e.quantity for e in self.events if e.origin is issue and e.number < event.number)
        upto = round_half_up(issue.cost * (before + event.quantity) / issue.quantity, 2)
        return upto - round_half_up(issue.cost * before / issue.quantity, 2)

    def lowest(self, candidate: Event) -> int:
        moves = [*self.events, candidate]
        levels = []
        for time in {e.time for e in moves if e.kind in ("in", "out", "back")}:
            signs = {"in": 1, "back": 1, "out": -1}
            levels.append(sum(signs.get(e.kind, 0) * e.quantity for e in moves if e.time <= time))
        return min(levels, default=0)

    def dispatched(self) -> Decimal:
        self.fold()
        issued = sum((e.cost for e in self.events if e.kind == "out"), ZERO)
        return issued - sum((self.part(e) for e in self.events if e.kind in ("back", "shift")), ZERO)


ACTIONS = st.tuples(
    st.sampled_from(["in", "out", "out", "back", "shift", "price"]),
    st.integers(0, 45),
    st.integers(1, 9),
    st.integers(-300, 900),
    st.integers(0, 20),
)


class Days:
    """The kernel and the plain reckoning, taking the same steps."""

    def __init__(self, goods: Goods) -> None:
        self.goods, self.plain, self.moves, self.turns = goods, Plain(), {}, itertools.count(1)

    def take(self, kind: str, day: int, quantity: int, cents: int, pick: int) -> None:
        n = next(self.turns)
        time = datetime(2026, 1, 2, 2, tzinfo=UTC) + timedelta(days=day, minutes=n)
        amount = Decimal(abs(cents)) / 100
        if kind in ("in", "out"):
            self.move(Event(kind, time, quantity, amount, number=n))
        elif kind == "price" and (found := self.some("in", pick)):
            self.price(found, time, Decimal(cents) / 100, n)
        elif kind in ("back", "shift") and (issue := self.some("out", pick)):
            gone = sum(e.quantity for e in self.plain.events if e.origin is issue)
            if gone + quantity <= issue.quantity and time > issue.time:
                self.part(Event(kind, time, quantity, origin=issue, number=n))

    def some(self, kind: str, pick: int) -> Event | None:
        found = [e for e in self.plain.events if e.kind == kind]
        return found[pick % len(found)] if found else None

    def move(self, event: Event) -> None:
        if event.kind == "out" and self.plain.lowest(event) < 0:
            with pytest.raises(Refusal):
                self.goods.dispatch(event.quantity, event.time)
            return
        if event.kind == "in":
            self.moves[event.number] = self.goods.receive(event.quantity, f"{event.value:.2f}", event.time)
        else:
            self.moves[event.number] = self.goods.dispatch(event.quantity, event.time)
        self.plain.events.append(event)

    def part(self, event: Event) -> None:
        issue = self.moves[event.origin.number]
        if event.kind == "back":
            self.moves[event.number] = self.goods.bring_back(issue, event.quantity, event.time)
        else:
            self.goods.invoice(issue, event.quantity, local(event.time))
        self.plain.events.append(event)

    def price(self, receipt: Event, time: datetime, amount: Decimal, n: int) -> None:
        on, had = local(time), receipt.value + self.plain.added.get(receipt.number, ZERO)
        if on < local(receipt.time) or had + amount < 0 or not amount:
            return
        split = self.goods.late_price(self.moves[receipt.number], receipt.quantity, f"{amount:.2f}", on)[1]
        if on.month == local(receipt.time).month:
            assert split.on_hand == amount
            self.plain.added[receipt.number] = self.plain.added.get(receipt.number, ZERO) + amount
            return
        begins = datetime(2026, on.month, 1, tzinfo=UTC) - timedelta(hours=8)
        there, value, _spilled = self.plain.fold(begins)
        value += sum((a for t, _n, a in self.plain.steps if t == begins), ZERO)
        share = ZERO
        if there > 0:
            share = round_half_up(amount * min(receipt.quantity, there) / receipt.quantity, 2)
            share = max(share, -value)
        assert (split.on_hand, split.issued) == (share, amount - share)
        self.plain.steps.append((begins, n, share))

    def agree(self) -> None:
        quantity, value, _spilled = self.plain.fold()
        row = ItemValue.objects.filter(group=self.goods.world.group, item=self.goods.item).first()
        assert (row.quantity, row.value) == (quantity, value) if row else (quantity, value) == (0, 0)
        entries = ValueEntry.objects.filter(item=self.goods.item, contra__code=DISPATCHED)
        assert -sum((e.amount for e in entries), ZERO) == self.plain.dispatched()


def local(time: datetime) -> date:
    return (time + timedelta(hours=8)).date()


NAMES = (f"L{n}" for n in itertools.count(1))
WORLDS: dict[str, World] = {}


def the_world() -> World:
    """One world for all examples: each has an item of its own."""
    if "world" not in WORLDS:
        WORLDS["world"] = with_trade(with_stock(with_basics(new_world())))
    return WORLDS["world"]


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTIONS, min_size=4, max_size=14))
def test_random_days_of_late_costs_equal_a_plain_reckoning(actions):
    world, name = the_world(), next(NAMES)
    world.create("masterdata.item", {"code": name, "name_en": name, "category": "RM", "unit": "PCS"})
    days = Days(Goods(world, name))
    for action in actions:
        days.take(*action)
    days.agree()
    check(days.goods.world)
