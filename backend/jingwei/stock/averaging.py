"""Moving average, as the textbook has it: every receipt makes a new average, every issue leaves at it.

Pure reckoning. The issue that empties the stock takes the whole remaining value, so that quantity 0 is worth 0.
Source: 企业会计准则第1号——存货 (moving weighted average); IAS 2.27.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from jingwei.platform.money import round_half_up

ZERO = Decimal(0)


@dataclass(slots=True)
class Holding:
    """What is there: quantity in the stock unit, value in functional currency."""

    quantity: Decimal = ZERO
    value: Decimal = ZERO

    def take(self, quantity: Decimal, value: Decimal | None, decimals: int) -> tuple[Decimal, Decimal]:
        """Carry out a step of `quantity` in (+) or out (−), stock unit; returns its worth and what is spilled, + into
        the stock and − out of it.

        `value` (signed) is what the step is worth of itself: a receipt, the return of one, a late price (quantity 0).
        What the stock cannot hold of it is spilled: it belongs to the goods that have left. None asks for the average.
        100 @ 10.00, then 200 @ 11.00 in, then 150 out: −1,600.00, and 150 worth 1,600.00 remain.
        """
        left = self.quantity + quantity
        spilled = ZERO
        if value is not None:
            worth = value
            if left == 0 or (quantity <= 0 and self.value + worth < 0):
                spilled = -(self.value + worth)
        elif self.quantity > 0:
            worth = round_half_up(self.value * quantity / self.quantity, decimals)
            if left == 0 or self.value + worth < 0:
                worth = -self.value
        else:
            worth = ZERO  # issued below zero: worth nothing until the receipt re-costs it
        self.quantity, self.value = left, self.value + worth + spilled
        return worth, spilled
