"""Reckoning an item again: every step since a period in order, from what was there when the period began. Pure.

The result says what each account should have been debited or credited per period. What is posted already is the
caller's to compare; the difference is all that is ever posted again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from jingwei.masterdata.pricing import share_of
from jingwei.stock.averaging import Holding
from jingwei.stock.history import Key, Part, Row

ZERO = Decimal(0)


@dataclass(slots=True)
class Replayed:
    """What became of it: worth of each step (+ in, − out), and what belongs on each pair of accounts per period."""

    holding: Holding
    worths: dict[int, Decimal] = field(default_factory=dict)
    truth: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))


def replay(
    holding: Holding,
    rows: Sequence[Row],
    parts: Mapping[int, Sequence[Part]],
    *,
    decimals: int,
    spill: int,
    at_period: Callable[[int, Holding], None] | None = None,
) -> Replayed:
    """Carry out `rows` in their order. `spill` is the account that bears what the stock cannot hold of a value.
    `at_period` is told what is there before the first step of each period."""
    result = Replayed(holding)
    worths, truth = result.worths, result.truth
    issued: dict[int, Row] = {}
    seen: set[int] = set()
    for row in rows:
        if row.period not in seen:
            seen.add(row.period)
            if at_period is not None:
                at_period(row.period, holding)
        value = row.value
        if row.origin in issued:
            value = _share(-worths[row.origin], issued[row.origin], row.id, parts[row.origin], decimals)
        elif value is None:
            issued[row.id] = row
        worth, spilled = holding.take(row.quantity, value, decimals)
        worths[row.id] = worth
        truth[row.period, row.account, row.contra, row.subject] += worth
        if spilled:
            truth[row.period, row.account, spill, 0] += spilled
    for origin, row in issued.items():
        for part in parts.get(origin, ()):
            if part.beyond:
                cost = _share(-worths[origin], row, part.id, parts[origin], decimals)
                truth[part.period, part.account, part.contra, part.subject] += cost
                truth[part.period, part.account, part.beyond, part.beyond_subject] -= cost
    return result


def _share(cost: Decimal, issue: Row, id: int, parts: Sequence[Part], decimals: int) -> Decimal:
    """The share of an issue's cost that goes with one of its parts."""
    before = ZERO
    for part in parts:
        if part.id == id:
            return share_of(cost, part.quantity, before, -issue.quantity, decimals)
        before += part.quantity
    raise LookupError(id)
