"""Reckoning an item again: every step since a period in order, from what was there when the period began. Pure.

The result says what each account should have been debited or credited per period. What is posted already is the
caller's to compare; the difference is all that is ever posted again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from jingwei.masterdata.pricing import share_of
from jingwei.stock.history import PRICE, Key, Part, Row
from jingwei.stock.methods import Holding, Layer, Standard, Weighted, turned

ZERO = Decimal(0)
_period = itemgetter(Row._fields.index("period"))


@dataclass(slots=True)
class Replayed:
    """What became of it: worth of each step (+ in, − out), and what belongs on each pair of accounts per period."""

    holding: Holding
    worths: dict[int, Decimal] = field(default_factory=dict)
    truth: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    issued: dict[int, Decimal] = field(default_factory=dict)  # quantities of issues, +


def replay(
    holding: Holding,
    rows: Sequence[Row],
    parts: Mapping[int, Sequence[Part]],
    *,
    decimals: int,
    spill: int,
    earlier: Mapping[int, tuple[Decimal, Decimal]] | None = None,
    finals: Collection[int] = (),
    at_period: Callable[[int, Holding], str] | None = None,
) -> Replayed:
    """Carry out `rows` in their order. `spill` is the account that bears what the stock does not hold of a value.
    `earlier` are quantities and costs of issues before the rows, `finals` the periods whose costs are final.
    `at_period` is told what is there before the first step of each period and says by which method that is valued."""
    result = Replayed(holding)
    for id, (quantity, cost) in (earlier or {}).items():
        result.issued[id], result.worths[id] = quantity, -cost
    for period, steps in groupby(rows, _period):
        own = list(steps)
        if at_period is not None:
            result.holding = turned(result.holding, at_period(period, result.holding))
        now = result.holding
        if isinstance(now, Standard) and not now.layers:  # what came before the first standard cost is valued at it
            now.layers = [Layer(0, Decimal(1), r.value) for r in rows if r.order == PRICE and r.value is not None][:1]
        _begin(result, own, parts, decimals, is_final=period in finals)
        _carry_out(result, own, parts, decimals, spill)
        if isinstance(now, Weighted) and now.pool is not None and now.quantity == 0 and now.value:
            result.truth[period, own[-1].account, spill, 0] -= now.value  # cents of a stock that is gone
            now.value = ZERO
    _pass_on(result, parts, decimals)
    return result


def _begin(
    result: Replayed, own: Sequence[Row], parts: Mapping[int, Sequence[Part]], decimals: int, *, is_final: bool
) -> None:
    """Give the holding what it needs before the steps of a period."""
    now = result.holding
    if not (is_final and isinstance(now, Weighted)):
        now.begin(None)
        return
    pool = Layer(0, now.quantity, now.value)
    issues = {r.id for r in own if r.value is None}
    for row in own:
        if row.value is not None and row.origin not in issues:
            pool.quantity += row.quantity
            pool.value += _value(result, row, parts, decimals) or ZERO
    now.begin(pool)


def _carry_out(
    result: Replayed, own: Sequence[Row], parts: Mapping[int, Sequence[Part]], decimals: int, spill: int
) -> None:
    holding, worths, truth, issued = result.holding, result.worths, result.truth, result.issued
    take = holding.take
    for row in own:
        _, order, _, _, _, id, period, quantity, value, origin, account, contra, subject, source, _, _ = row
        if value is None:
            issued[id] = -quantity
        elif origin in issued:
            value = _value(result, row, parts, decimals)
        elif order == PRICE:
            worths[id] = holding.price(value, decimals)
            truth[period, account, contra, subject] += worths[id]
            continue
        worth, spilled = take(quantity, value, decimals, source)
        worths[id] = worth
        truth[period, account, contra, subject] += worth
        if spilled:
            truth[period, account, spill, 0] += spilled


def _value(result: Replayed, row: Row, parts: Mapping[int, Sequence[Part]], decimals: int) -> Decimal | None:
    """What a step is worth of itself; goods that come back of an issue are worth their share of what it cost."""
    if row.origin not in result.issued:
        return row.value
    return _share(-result.worths[row.origin], result.issued[row.origin], row.id, parts[row.origin], decimals)


def _pass_on(result: Replayed, parts: Mapping[int, Sequence[Part]], decimals: int) -> None:
    """Cost that passed on to another account is there now."""
    for origin, of_issue in parts.items():
        for part in of_issue if origin in result.issued else ():
            if part.beyond:
                cost = _share(-result.worths[origin], result.issued[origin], part.id, of_issue, decimals)
                result.truth[part.period, part.account, part.contra, part.subject] += cost
                result.truth[part.period, part.account, part.beyond, part.beyond_subject] -= cost


def _share(cost: Decimal, whole: Decimal, id: int, parts: Sequence[Part], decimals: int) -> Decimal:
    """The share of an issue's cost that goes with one of its parts."""
    before = ZERO
    for part in parts:
        if part.id == id:
            return share_of(cost, part.quantity, before, whole, decimals)
        before += part.quantity
    raise LookupError(id)
