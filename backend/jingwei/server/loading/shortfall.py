"""What must lie in stock before the first day, so that nothing the slice moves is ever missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Movement:
    """Goods in (+) or out (−) on a day, in the item's stock unit."""

    day: date
    item: str
    quantity: Decimal


def shortfalls(movements: Iterable[Movement]) -> dict[str, Decimal]:
    """Per item the largest shortfall of its movements in order of days, ins of a day before its outs; items that are
    never short are left out. 5 out, 8 in, 6 out on three days: 5 are missing on the first day and 3 on the last, so 5.

    It is the minimum: with one unit less, the item would be short on the day of its largest shortfall.
    """
    level: dict[str, Decimal] = defaultdict(lambda: ZERO)
    lowest: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for move in sorted(movements, key=lambda m: (m.day, m.quantity < 0)):
        level[move.item] += move.quantity
        lowest[move.item] = min(lowest[move.item], level[move.item])
    return {item: -low for item, low in sorted(lowest.items()) if low < 0}
