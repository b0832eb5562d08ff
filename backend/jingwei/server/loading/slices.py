"""Which part of the source is loaded, and what follows from it alone: movements of goods, the stock to begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jingwei.platform.money import round_half_up
from jingwei.server.loading import units
from jingwei.server.loading.shortfall import Movement, shortfalls
from jingwei.server.loading.source import (
    CENTS,
    Days,
    PurchaseOrder,
    SalesOrder,
    Source,
    purchase_orders,
    sales_orders,
)
from jingwei.server.loading.working import WorkOrder, work_orders


@dataclass(frozen=True, slots=True)
class Slice:
    """Orders of the source, selected by their order date, and how many stock units a purchase unit holds."""

    bought_in: Days
    sold_in: Days
    purchases: Sequence[PurchaseOrder]
    sales: Sequence[SalesOrder]
    contents: Mapping[str, int]
    made_in: Days | None = None
    work: Sequence[WorkOrder] = ()

    def says(self) -> str:
        """The days in words."""
        made = f", work of {self.made_in}" if self.made_in else ""
        return f"purchases of {self.bought_in}, sales of {self.sold_in}{made}"

    def first_day(self) -> date:
        """The day the books begin."""
        return min(days.first for days in (self.bought_in, self.sold_in, self.made_in) if days)

    def movements(self) -> Iterator[Movement]:
        """Goods that come and stay, on the day they are received; goods that are made and what they are made of, on the
        day they are finished; goods that are sold, on the day they ship."""
        for bought in self.purchases:
            if bought.is_complete:
                for part in bought.lines:
                    content = self.contents.get(part.product, 1)
                    yield Movement(bought.shipped_on, part.product, part.stocked * content)
        for work in self.work:
            yield Movement(work.ended_on, work.product, work.stocked)
            for component, needed in work.components:
                yield Movement(work.ended_on, component, -needed)
        for sold in self.sales:
            for line in sold.lines:
                yield Movement(sold.shipped_on, line.product, -line.quantity)

    def opening(self) -> dict[str, Decimal]:
        """Quantities the stock begins with: per product the largest shortfall of the movements, in date order."""
        return shortfalls(self.movements())

    def last_day(self) -> date:
        """The day after which nothing of the slice happens."""
        days = [o.due_on for o in self.purchases]
        days += [o.due_on for o in self.sales]
        days += [o.ended_on for o in self.work]
        return max(days, default=max(self.bought_in.last, self.sold_in.last))


def take(source: Source, *, purchases: Days, sales: Days, work: Days | None = None) -> Slice:
    """Read what is to be loaded; no work orders where no days are given for them."""
    bought, sold = purchase_orders(source, purchases), sales_orders(source, sales)
    made = work_orders(source, work) if work else ()
    return Slice(purchases, sales, bought, sold, units.contents(source), made_in=work, work=made)


def costs_on(source: Source, day: date) -> dict[str, Decimal]:
    """The standard cost of each product on a day, at cents: what its opening stock is entered at."""
    found = {row["ProductID"]: Decimal(row["StandardCost"]) for row in source.rows("Production.Product")}
    for row in source.rows("Production.ProductCostHistory"):
        begins = date.fromisoformat(row["StartDate"][:10])
        ends = date.fromisoformat(row["EndDate"][:10]) if row["EndDate"] else date.max
        if begins <= day <= ends:
            found[row["ProductID"]] = Decimal(row["StandardCost"])
    return {product: round_half_up(cost, CENTS) for product, cost in found.items()}
