"""Work orders of the source: what was made of what, by which operations. Components are those of the bill on the day
the order begins; goods are finished on its last day, and what they are made of is finished before them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jingwei.server.loading.source import Days, Source

#: The component, how much of it a piece takes, first and last day of that.
Part = tuple[str, Decimal, date, date]


@dataclass(frozen=True, slots=True)
class WorkStep:
    """An operation as it was carried out."""

    sequence: int
    location: str
    hours: Decimal


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """A work order: pieces begun, finished and spoilt. `level` is how many levels of bills lie below the product."""

    number: str
    product: str
    ordered: Decimal
    stocked: Decimal
    scrapped: Decimal
    scrap_reason: str
    started_on: date
    ended_on: date
    due_on: date
    level: int
    steps: tuple[WorkStep, ...]
    components: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Bills:
    """What products are made of, by product."""

    parts: Mapping[str, Sequence[Part]]

    def needs(self, product: str, pieces: Decimal, on: date) -> Iterator[tuple[str, Decimal]]:
        """Components of some pieces on a day, in the unit they are kept in."""
        for component, quantity, begins, ends in self.parts.get(product, ()):
            if begins <= on <= ends:
                yield component, quantity * pieces

    def levels(self) -> dict[str, int]:
        """How many levels of bills lie below each product; 0 for what is not made."""
        found: dict[str, int] = {}

        def level(product: str) -> int:
            if product not in found:
                parts = self.parts.get(product, ())
                found[product] = 1 + max(level(component) for component, *_rest in parts) if parts else 0
            return found[product]

        for product in self.parts:
            level(product)
        return found


def bills(source: Source) -> Bills:
    """All bills of the source; quantities are whole numbers of the unit that the component is kept in."""
    parts: dict[str, list[Part]] = defaultdict(list)
    for row in source.rows("Production.BillOfMaterials"):
        if row["ProductAssemblyID"]:
            ends = _day(row["EndDate"]) if row["EndDate"] else date.max
            part = (row["ComponentID"], Decimal(row["PerAssemblyQty"]), _day(row["StartDate"]), ends)
            parts[row["ProductAssemblyID"]].append(part)
    return Bills(parts)


def work_orders(source: Source, days: Days) -> list[WorkOrder]:
    """The work orders that begin on the days: by last day, components before what they go into."""
    made_of = bills(source)
    levels = made_of.levels()
    heads = {r["WorkOrderID"]: r for r in source.rows("Production.WorkOrder") if _day(r["StartDate"]) in days}
    steps: dict[str, list[WorkStep]] = defaultdict(list)
    for row in source.rows("Production.WorkOrderRouting"):
        if row["WorkOrderID"] in heads:
            step = WorkStep(int(row["OperationSequence"]), row["LocationID"], Decimal(row["ActualResourceHrs"]))
            steps[row["WorkOrderID"]].append(step)
    reasons = {r["ScrapReasonID"]: r["Name"] for r in source.rows("Production.ScrapReason")}
    orders = []
    for id, row in heads.items():
        started, pieces = _day(row["StartDate"]), Decimal(row["OrderQty"])
        orders.append(
            WorkOrder(
                number=f"WO{id}",
                product=row["ProductID"],
                ordered=pieces,
                stocked=Decimal(row["StockedQty"]),
                scrapped=Decimal(row["ScrappedQty"]),
                scrap_reason=reasons.get(row["ScrapReasonID"], ""),
                started_on=started,
                ended_on=_day(row["EndDate"]),
                due_on=max(_day(row["DueDate"]), started),
                level=levels[row["ProductID"]],
                steps=tuple(sorted(steps[id], key=lambda s: s.sequence)),
                components=tuple(made_of.needs(row["ProductID"], pieces, started)),
            )
        )
    return sorted(orders, key=lambda o: (o.ended_on, o.level, int(o.number.removeprefix("WO"))))


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
