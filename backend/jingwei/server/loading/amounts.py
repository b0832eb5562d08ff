"""Amounts of the source as our orders carry them: at cents, line by line, adding up to what the order says."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from jingwei.platform.money import round_half_up, split_largest_remainder
from jingwei.server.loading.source import CENTS, PurchaseLine

ZERO = Decimal(0)


class Priced(Protocol):
    """A line with its exact total."""

    @property
    def total(self) -> Decimal: ...


class Totalled(Protocol):
    """An order with its rounded net and tax."""

    @property
    def net(self) -> Decimal: ...

    @property
    def tax(self) -> Decimal: ...

    @property
    def lines(self) -> Sequence[Priced]: ...


def line_nets(order: Totalled) -> list[Decimal]:
    """The order's net over its lines: each at its exact total, the residual of rounding by largest remainder."""
    return split_largest_remainder(order.net, [line.total for line in order.lines], CENTS)


def line_taxes(order: Totalled) -> list[Decimal]:
    """The order's tax over its lines in proportion to their totals; no rate is applied."""
    return split_largest_remainder(order.tax, [line.total for line in order.lines], CENTS)


def received_value(line: PurchaseLine) -> Decimal:
    """What a supplier invoices for what came."""
    return round_half_up(line.price * line.received, CENTS)


def stocked_value(line: PurchaseLine) -> Decimal:
    """What of it is owed in the end: the rejected part goes back."""
    return round_half_up(line.price * line.stocked, CENTS)
