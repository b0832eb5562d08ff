"""Other valuation methods as the simplest program would keep them: the list of events, folded from the beginning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from jingwei.platform.money import round_half_up
from tests.stock.test_late_costs import Days, Event, Plain

ZERO = Decimal(0)
RANKS = {"in": 0, "out": 1, "back": 2}


def begins(month: int) -> datetime:
    """The first instant of a month of 2026 in Shanghai."""
    return datetime(2026, month, 1, tzinfo=UTC) - timedelta(hours=8)


def month_of(time: datetime) -> int:
    return (time + timedelta(hours=8)).month


@dataclass
class Folding(Plain):
    """Steps of all kinds in their order; `late` says which receipt a late price of a later month is of."""

    late: dict[int, int] = field(default_factory=dict)

    def ordered(self, until: datetime | None) -> list[tuple[datetime, int, int, object]]:
        moves = [(e.time, RANKS[e.kind], e.number, e) for e in self.events if e.kind in RANKS]
        steps = [(t, -1, n, amount) for t, n, amount in self.steps]
        found = sorted([*moves, *steps, *self.prices()], key=lambda x: x[:3])
        return [x for x in found if until is None or x[0] < until]

    def prices(self):
        return []

    def received(self, event: Event) -> Decimal:
        return event.value + self.added.get(event.number, ZERO)

    def share(self, receipt: Event, amount: Decimal, at: datetime) -> Decimal:
        """What of a late price goes into the stock, as a month begins."""
        raise NotImplementedError


class PlainFifo(Folding):
    def layers(self, until=None):
        layers, spilled = [], ZERO
        for _time, rank, number, what in self.ordered(until):
            if rank == -1:
                own = [x for x in layers if x[0] == self.late[number]]
                for x in own:
                    kept = max(x[2] + what, ZERO)
                    spilled, x[2] = spilled + x[2] + what - kept, kept
                spilled += ZERO if own else what
            elif rank == 0:
                layers.append([number, what.quantity, self.received(what)])
            elif rank == 2:
                layers.append([number, what.quantity, self.part(what)])
            else:
                left, what.cost = what.quantity, ZERO
                while left:
                    take = min(left, layers[0][1])
                    part = round_half_up(layers[0][2] * take / layers[0][1], 2)
                    layers[0][1], layers[0][2] = layers[0][1] - take, layers[0][2] - part
                    what.cost, left = what.cost + part, left - take
                    if not layers[0][1]:
                        del layers[0]
        return layers, spilled

    def fold(self, until=None):
        layers, spilled = self.layers(until)
        return sum(x[1] for x in layers), sum((x[2] for x in layers), ZERO), spilled

    def share(self, receipt, amount, at):
        later = sum((a for t, n, a in self.steps if t == at and self.late[n] == receipt.number), ZERO)
        own = [x for x in self.layers(at)[0] if x[0] == receipt.number]
        if not own:
            return ZERO
        found = round_half_up(amount * min(receipt.quantity, own[0][1]) / receipt.quantity, 2)
        return max(found, min(-(own[0][2] + later), ZERO))


@dataclass
class PlainStandard(Folding):
    standards: list[tuple[datetime, int, Decimal]] = field(default_factory=list)

    def prices(self):
        return [(t, -2, n, p) for t, n, p in self.standards]

    def fold(self, until=None):
        quantity, value, price = 0, ZERO, self.standards[0][2]
        for _time, rank, _number, what in self.ordered(until):
            change = 0
            if rank == -2:
                price = what
            elif rank >= 0:
                change = -what.quantity if rank == 1 else what.quantity
            now = round_half_up((quantity + change) * price, 2)
            if rank == 1:
                what.cost = value - now
            quantity, value = quantity + change, now
        return quantity, value, ZERO

    def share(self, receipt, amount, at):
        return amount


@dataclass
class PlainMonths(Folding):
    closed: set[int] = field(default_factory=set)

    def fold(self, until=None):
        quantity, value, spilled, price = 0, ZERO, ZERO, None
        everything = self.ordered(until)
        for month in sorted({month_of(time) for time, *_rest in everything}):
            own = [x for x in everything if month_of(x[0]) == month]
            opening = quantity > 0 and value >= 0
            if opening:
                price = (quantity, value)
            if month in self.closed:
                quantity, value = self.weighted(own, quantity, value)
                if not quantity:
                    spilled, value = spilled + value, ZERO
                came = [(x[3].quantity, self.worth(x)) for x in own if x[1] in (0, 2)]
                price = price if opening or not came else came[-1]
                continue
            for step in own:
                _time, rank, _number, what = step
                if rank == 1:
                    what.cost = round_half_up(price[1] * what.quantity / price[0], 2)
                    quantity, value = quantity - what.quantity, value - what.cost
                    continue
                moved = self.worth(step)
                value += moved
                if rank >= 0:
                    quantity += what.quantity
                    price = price if opening else (what.quantity, moved)
        return quantity, value, spilled

    def worth(self, step):
        _time, rank, _number, what = step
        return what if rank == -1 else self.received(what) if rank == 0 else self.part(what)

    def weighted(self, own, quantity, value):
        issues = [x[3] for x in own if x[1] == 1]
        pool_quantity, pool_value = quantity, value
        for step in own:
            if step[1] in (-1, 0) or (step[1] == 2 and step[3].origin not in issues):
                pool_quantity += step[3].quantity if step[1] >= 0 else 0
                pool_value += self.worth(step)
        gone = 0
        for issue in issues:
            upto = round_half_up(pool_value * (gone + issue.quantity) / pool_quantity, 2)
            issue.cost = upto - round_half_up(pool_value * gone / pool_quantity, 2)
            gone += issue.quantity
        for step in own:
            if step[1] == 1:
                quantity, value = quantity - step[3].quantity, value - step[3].cost
            else:
                quantity, value = quantity + (step[3].quantity if step[1] >= 0 else 0), value + self.worth(step)
        return quantity, value

    def share(self, receipt, amount, at):
        there, value, _spilled = self.fold(at)
        value += sum((a for t, _n, a in self.steps if t == at), ZERO)
        if there <= 0:
            return ZERO
        found = round_half_up(amount * min(receipt.quantity, there) / receipt.quantity, 2)
        return max(found, min(-value, ZERO))


class OtherDays(Days):
    """The same days under another method."""

    def __init__(self, goods, plain: Folding) -> None:
        super().__init__(goods)
        self.plain = plain

    def price(self, receipt: Event, time: datetime, amount: Decimal, n: int) -> None:
        on, had = local(time), self.plain.received(receipt)
        if on < local(receipt.time) or had + amount < 0 or not amount:
            return
        split = self.goods.late_price(self.moves[receipt.number], receipt.quantity, f"{amount:.2f}", on)[1]
        if on.month == local(receipt.time).month:
            assert split.on_hand == amount
            self.plain.added[receipt.number] = self.plain.added.get(receipt.number, ZERO) + amount
            return
        share = self.plain.share(receipt, amount, begins(on.month))
        assert (split.on_hand, split.issued) == (share, amount - share)
        self.plain.late[n] = receipt.number
        self.plain.steps.append((begins(on.month), n, share))


def local(time: datetime) -> date:
    return (time + timedelta(hours=8)).date()
