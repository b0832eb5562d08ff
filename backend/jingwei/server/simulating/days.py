"""A company's life, day by day: what its people do in the order in which they do it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from jingwei.server.simulating import buying, making, money, selling
from jingwei.server.simulating.firm import Firm, Say, found
from jingwei.server.simulating.state import State

#: Seconds between two lines of progress.
PAUSE = 3.0


@dataclass(frozen=True, slots=True)
class Life:
    """What a run lived through."""

    firm: Firm
    first: date
    last: date
    days: int
    seconds: float

    def lines(self) -> Iterator[str]:
        """The summary, line by line."""
        made = self.firm.made
        for key in sorted(made):
            yield f"  {key}: {made[key]}"
        rate = made.total() / self.seconds if self.seconds else 0.0
        yield (
            f"Company {self.firm.company.code}, seed {self.firm.chance.seed}: {self.first} to {self.last}, "
            f"{self.days} working days, {made.total()} records in {self.seconds:.1f} s ({rate:.0f} a second)."
        )


def yesterday() -> date:
    """The last day that is over, by Greenwich's clock."""
    return (datetime.now(UTC) - timedelta(1)).date()


def first_day(until: date, months: int) -> date:
    """The first of the month in which a life of so many months, ending on a day, begins; of none, of its year."""
    if months == 0:
        return until.replace(month=1, day=1)
    whole = until.year * 12 + until.month - months
    return date(whole // 12, whole % 12 + 1, 1)


def live(months: int, seed: int, until: date, *, code: str = "DEMO", group_id: int | None = None, say: Say) -> Life:
    """Live up to and including a day, from the first of a month; begun again, it goes on after the last day lived.

    Raises Refusal where a document is refused: what was done before it stays.
    """
    begun = said = time.monotonic()
    first = first_day(until, months)
    firm, is_new = found(seed, first, until, code=code, group_id=group_id, say=say)
    state = State(firm.company)
    last = None if is_new else state.last_day()
    day = first if last is None else last + timedelta(1)
    lived = 0
    while day <= until:
        if day.weekday() < 5:
            live_day(firm, state, day)
            lived += 1
        if time.monotonic() - said > PAUSE:
            said = time.monotonic()
            say(f"{day}: {firm.made.total()} records")
        day += timedelta(1)
    return Life(firm, first, until, lived, time.monotonic() - begun)


def live_day(firm: Firm, state: State, day: date) -> None:
    """One working day, from the morning's lorries to the evening's count."""
    buying.receive(firm, state, day)
    selling.order(firm, day)
    making.plan(firm, state, day)
    buying.order(firm, state, day)
    making.work(firm, state, day)
    selling.take_back(firm, state, day)
    selling.bill(firm, state, day)
    buying.invoices(firm, state, day)
    selling.ship(firm, state, day)
    selling.collect(firm, state, day)
    buying.pay(firm, state, day)
    money.keep_books(firm, state, day)
    money.close(firm, day)
    money.count(firm, state, day)
