"""Moving average, as the textbook has it: every receipt makes a new average, every issue leaves at it.

Pure reckoning. The issue that empties the stock takes the whole remaining value, so that quantity 0 is worth 0.
Source: 企业会计准则第1号——存货 (moving weighted average); IAS 2.27.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from jingwei.platform.money import round_half_up

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """One move as valuation sees it: `quantity` in (+) or out (−), in the stock unit. `value` is given for what comes
    in and for what leaves at a value of its own (the reversal of a receipt); None asks for the average."""

    quantity: Decimal
    value: Decimal | None


@dataclass(slots=True)
class Holding:
    """What is there: quantity in the stock unit, value in functional currency."""

    quantity: Decimal = ZERO
    value: Decimal = ZERO

    def take(self, step: Step, decimals: int) -> Decimal:
        """Carry out a step; returns its value, + in and − out.

        100 @ 10.00, then 200 @ 11.00 in, then 150 out: −1,600.00, and 150 worth 1,600.00 remain.
        """
        if step.value is not None:
            moved = step.value if step.quantity > 0 else -step.value
        elif self.quantity > 0:
            moved = round_half_up(self.value * step.quantity / self.quantity, decimals)
        else:
            moved = ZERO  # issued below zero: worth nothing until the receipt re-costs it
        left = self.quantity + step.quantity
        if left == 0 or (step.quantity < 0 and self.value + moved < 0):
            moved = -self.value
        self.quantity, self.value = left, self.value + moved
        return moved


def run(holding: Holding, steps: Iterable[Step], decimals: int) -> list[Decimal]:
    """Carry out steps in their order; the value of each, + in and − out. `holding` ends as what is left."""
    return [holding.take(step, decimals) for step in steps]
