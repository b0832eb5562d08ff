"""How goods are valued: what comes in is worth what it cost, what leaves is worth what the method says. Pure.

A method is a `Holding`: quantity, value and, where it needs more to price what leaves, `layers`. All methods are told
of the same steps in the same order; only `take` differs.
Source: 企业会计准则第1号——存货 (先进先出法, 加权平均法, 个别计价法); IAS 2.21–27; 计划成本法 of the 应用指南.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from jingwei.masterdata.models import ValuationMethod
from jingwei.platform.money import round_half_up

ZERO = Decimal(0)
#: Key of the layer that prices the issues of a month: what was there when it began.
OPENING = 1
#: Smallest amounts by decimals: `round_half_up` at half its price, for what is done a hundred thousand times.
_UNITS = [Decimal(1).scaleb(-decimals) for decimals in range(5)]


@dataclass(slots=True)
class Layer:
    """A quantity with its value: of a receipt (`key` is its move), or what gives the price of what leaves."""

    key: int
    quantity: Decimal
    value: Decimal


@dataclass(slots=True)
class Holding:
    """What is there: quantity in the stock unit, value in functional currency."""

    quantity: Decimal = ZERO
    value: Decimal = ZERO
    layers: list[Layer] = field(default_factory=list)

    method: ClassVar[str]

    def take(self, quantity: Decimal, value: Decimal | None, decimals: int, source: int = 0) -> tuple[Decimal, Decimal]:
        """Carry out a step of `quantity` in (+) or out (−), stock unit; returns its worth and what is spilled, + into
        the stock and − out of it.

        `value` (signed) is what the step is worth of itself: a receipt, the return of one, a late price (quantity 0).
        What the stock does not hold of it is spilled: it belongs to the goods that have left, or is a variance. None
        asks the method. `source` is the receipt a step belongs to.
        """
        raise NotImplementedError

    def begin(self, pool: Layer | None) -> None:
        """A period begins. `pool` is all that there is to issue in it, once its costs are final."""

    def price(self, price: Decimal, decimals: int) -> Decimal:
        """A new standard cost of one unit: what it changes the value by."""
        return ZERO


class Average(Holding):
    """Moving average: every receipt makes a new average, every issue leaves at it; the one that empties the stock takes
    the whole remaining value. 100 @ 10.00, then 200 @ 11.00 in, then 150 out: −1,600.00, and 150 worth 1,600.00 remain.
    """

    __slots__ = ()
    method = ValuationMethod.MOVING_AVERAGE

    def take(self, quantity: Decimal, value: Decimal | None, decimals: int, source: int = 0) -> tuple[Decimal, Decimal]:
        left = self.quantity + quantity
        spilled = ZERO
        if value is not None:
            worth = value
            if left == 0 or (quantity <= 0 and self.value + worth < 0):
                spilled = -(self.value + worth)
        elif self.quantity > 0:
            worth = (self.value * quantity / self.quantity).quantize(_UNITS[decimals], ROUND_HALF_UP) or ZERO
            if left == 0 or self.value + worth < 0:
                worth = -self.value
        else:
            worth = ZERO  # issued below zero: worth nothing until the receipt re-costs it
        self.quantity, self.value = left, self.value + worth + spilled
        return worth, spilled


class Specific(Average):
    """Identified cost: each lot or serial number is a holding of its own, and within it there is one average."""

    __slots__ = ()
    method = ValuationMethod.SPECIFIC


class Fifo(Holding):
    """First in, first out: a layer per receipt in their order; issues take the oldest, what goes back takes its own."""

    __slots__ = ()
    method = ValuationMethod.FIFO

    def take(self, quantity: Decimal, value: Decimal | None, decimals: int, source: int = 0) -> tuple[Decimal, Decimal]:
        left, before = self.quantity + quantity, self.value
        if left == 0:
            self.layers = []
        elif self.quantity < 0 or left < 0:  # below zero there is nothing to tell apart
            worth = value or ZERO
            self.layers = [Layer(source, left, before + worth)]
        elif quantity < 0:
            self._give(-quantity, None if value is None else -value, decimals, source)
        else:
            self._add(quantity, value or ZERO, source)
        self.quantity, self.value = left, sum((x.value for x in self.layers), ZERO)
        change = self.value - before
        worth = change if value is None else value
        return worth, change - worth

    def _add(self, quantity: Decimal, value: Decimal, source: int) -> None:
        own = next((x for x in self.layers if x.key == source), None)
        if own is not None:
            own.quantity, own.value = own.quantity + quantity, max(own.value + value, ZERO)
        elif quantity:
            self.layers.append(Layer(source, quantity, value))

    def _give(self, quantity: Decimal, value: Decimal | None, decimals: int, source: int) -> None:
        """What has a value of its own leaves its receipt's layer at it, as far as that goes; the rest the oldest."""
        if value is not None and (own := next((x for x in self.layers if x.key == source), None)) is not None:
            if own.quantity > quantity:
                own.quantity, own.value = own.quantity - quantity, max(own.value - value, ZERO)
                return
            self.layers.remove(own)
            quantity -= own.quantity
        gone = 0
        for layer in self.layers:
            if layer.quantity > quantity:
                if quantity:
                    layer.value -= round_half_up(layer.value * quantity / layer.quantity, decimals)
                    layer.quantity -= quantity
                break
            quantity -= layer.quantity
            gone += 1
        del self.layers[:gone]


class Standard(Holding):
    """Standard cost: the stock is worth its quantity at the price in force, and every difference is a variance. Its one
    layer gives the price."""

    __slots__ = ()
    method = ValuationMethod.STANDARD

    def take(self, quantity: Decimal, value: Decimal | None, decimals: int, source: int = 0) -> tuple[Decimal, Decimal]:
        change = self._move(quantity, decimals)
        worth = change if value is None else value
        return worth, change - worth

    def price(self, price: Decimal, decimals: int) -> Decimal:
        self.layers = [Layer(0, Decimal(1), price)]
        return self._move(ZERO, decimals)

    def _move(self, quantity: Decimal, decimals: int) -> Decimal:
        (at,) = self.layers
        before, self.quantity = self.value, self.quantity + quantity
        self.value = round_half_up(self.quantity * at.value / at.quantity, decimals)
        return self.value - before


@dataclass(slots=True)
class Weighted(Holding):
    """Weighted average of the month. While the month is open issues leave at a provisional cost: the average it began
    with, else that of the last receipt. When its costs are final each takes its share of the pool, all that there was
    to issue."""

    pool: Layer | None = None
    gone: Decimal = ZERO

    method = ValuationMethod.MONTH_WEIGHTED

    def take(self, quantity: Decimal, value: Decimal | None, decimals: int, source: int = 0) -> tuple[Decimal, Decimal]:
        if value is not None:
            worth = value
            if quantity > 0 and not (self.layers and self.layers[0].key == OPENING):
                self.layers = [Layer(0, quantity, value)]
        elif self.pool is not None and self.pool.quantity > 0:
            upto = round_half_up(self.pool.value * self.gone / self.pool.quantity, decimals)
            self.gone -= quantity
            worth = upto - round_half_up(self.pool.value * self.gone / self.pool.quantity, decimals)
        elif self.layers:
            worth = round_half_up(self.layers[0].value * quantity / self.layers[0].quantity, decimals)
        else:
            worth = ZERO
        self.quantity, self.value = self.quantity + quantity, self.value + worth
        return worth, ZERO

    def begin(self, pool: Layer | None) -> None:
        self.pool, self.gone = pool, ZERO
        if self.quantity > 0 and self.value >= 0:
            self.layers = [Layer(OPENING, self.quantity, self.value)]
        else:
            self.layers = [Layer(0, x.quantity, x.value) for x in self.layers]


METHODS: dict[str, type[Holding]] = {m.method: m for m in (Average, Specific, Fifo, Standard, Weighted)}


def holding_of(point: Any) -> Holding:
    """What a row of `item_value` or `checkpoint` says is there."""
    layers = [Layer(key, Decimal(quantity), Decimal(value)) for key, quantity, value in point.layers]
    return METHODS[point.method](point.quantity, point.value, layers)


def packed(layers: Sequence[Layer]) -> list[list[Any]]:
    """Layers as they are stored: numbers as text, so that they stay exact."""
    return [[x.key, f"{x.quantity.normalize():f}", f"{x.value.normalize():f}"] for x in layers]


def turned(held: Holding, method: str) -> Holding:
    """The same goods under another method: their value stays, in one layer."""
    if held.method == method:
        return held
    layers = [Layer(0, held.quantity, held.value)] if held.quantity > 0 else []
    kind = METHODS[method]
    return kind(held.quantity, held.value, [] if issubclass(kind, Average) else layers)
