"""The stock to begin with: goods that the slice sells before it buys them, in one opening document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from jingwei.platform.documents.command import Command, run
from jingwei.platform.documents.drafting import own_rows
from jingwei.server.loading.masters import STOCK
from jingwei.server.loading.slices import Slice
from jingwei.server.loading.stages import Body, Context, Stage, quantity
from jingwei.server.runtime import RuntimeProblem
from jingwei.warehouse.models import Adjustment

KEY = "warehouse.opening"
NUMBER = "OPENING"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening of a slice: quantities at standard cost of its first day. A source of its one document."""

    taken: Slice
    quantities: Mapping[str, Decimal]
    costs: Mapping[str, Decimal]
    number: str = NUMBER

    @property
    def value(self) -> Decimal:
        """What the goods are worth: no purchase of the slice supplies it."""
        return sum((q * self.costs[item] for item, q in self.quantities.items()), ZERO)


def of(taken: Slice, costs: Mapping[str, Decimal]) -> Opening:
    """The opening that a slice needs."""
    return Opening(taken, taken.opening(), costs)


def typed(context: Context, opening: Opening) -> Body:
    """The document as a person would type it, at midnight of the first day."""
    return {
        "moved_at": context.firm.at(opening.taken.first_day(), 0).isoformat(),
        "reference": opening.number,
        "reason": opening.taken.says(),
        "lines": [
            {
                "item": context.codes.items[item],
                "location": STOCK,
                "quantity": quantity(missing),
                "price": str(opening.costs[item]),
            }
            for item, missing in opening.quantities.items()
        ],
    }


STAGE = Stage(
    KEY,
    Opening,
    lambda opening: opening.taken.first_day() if opening.quantities else None,
    typed,
    lambda _opening: ("post",),
)


def require_same(context: Context, taken: Slice) -> None:
    """The stock of a company that was begun is reckoned for one slice. Raises RuntimeProblem for another."""
    wanted = taken.says()
    found = run(context.firm.actor, partial(_reason))
    if found is not None and found != wanted:
        raise RuntimeProblem(
            f"Company {context.firm.company.code} was begun with {found}, and its opening stock covers that alone; "
            "load the same days, or take another company with --company."
        )


def _reason(command: Command) -> str | None:
    rows = own_rows(command, Adjustment).filter(reference=NUMBER)
    return rows.values_list("reason", flat=True).first()
