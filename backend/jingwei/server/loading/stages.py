"""What becomes of the source's orders, kind by kind: which documents they make, when, and what is done to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from jingwei.server.loading.firm import Firm
from jingwei.server.loading.masters import Codes

#: A sales order, a purchase order, or the opening stock.
Order = Any
Body = dict[str, Any]
#: Why prices of orders are as they are, where they are far from those before.
AS_AGREED = "按来源 / As in the source"


@dataclass(frozen=True)
class Made:
    """A document that is there."""

    id: int
    state: str
    number: str


@dataclass
class Context:
    """What bodies are made from: the company, what things are called by, and the documents made so far by kind and
    external number. Only what later stages of the same order ask for is kept."""

    firm: Firm
    codes: Codes
    made: dict[str, dict[str, Made]] = field(default_factory=dict)

    def id_of(self, key: str, reference: str) -> int:
        """The id of a document that an earlier stage made."""
        return self.made[key][reference].id

    def number_of(self, key: str, reference: str) -> str:
        """The number the system gave a document that an earlier stage made."""
        return self.made[key][reference].number


@dataclass(frozen=True)
class Stage:
    """One kind of document made of orders of the type `of`. `day` is when, None where the order has none of it;
    `body` is what a person would type; `actions` are done to it in this order, with what `inputs` says of an order of
    the day."""

    key: str
    of: type[Any]
    day: Callable[[Any], date | None]
    body: Callable[[Context, Any], Body]
    actions: Callable[[Any], Sequence[str]]
    reference: Callable[[Any], str] = lambda order: str(order.number)
    inputs: Callable[[Any], dict[str, Any]] | None = None


def quantity(value: Decimal) -> str:
    """A quantity as typed."""
    return f"{value.normalize():f}"
