"""Units of the source, and what is in the packages it buys in.

The source says in which unit a supplier sells, never how much is in it. `data/units.csv` gives every unit its measure,
and the content of what is bought in other units than it is kept in: a dozen is 12, a gallon 128 ounces, and a package
the smallest of the usual contents that covers the use. Temperature, density and percentages measure no goods.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from jingwei.server.loading.source import COMPLETE, Source

TABLE = Path(__file__).parent / "data" / "units.csv"
#: What packages usually hold, smallest first.
CONTENTS = (1, 10, 20, 50, 100, 144, 500, 1000, 5000)
SMALLEST = "smallest"
PIECE = "EA"


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """A unit of the source as ours; `content` is how many stock units it holds where the item's stock unit is another:
    a number, `smallest`, or nothing where it converts by its own measure."""

    source: str
    code: str
    name_zh: str
    name_en: str
    dimension: str
    scale: str
    numerator: str
    denominator: str
    content: str


@cache
def table() -> Mapping[str, UnitSpec]:
    """The units by their code in the source; without those that measure no goods."""
    with TABLE.open(encoding="utf-8", newline="") as content:
        return {row["source"]: UnitSpec(**row) for row in csv.DictReader(content) if row["code"]}


def smallest_content(bought: Decimal, used: Decimal) -> int:
    """The smallest usual content with which what was bought covers what was used; the largest when none does."""
    return next((content for content in CONTENTS if bought * content >= used), CONTENTS[-1])


def content_of(unit: str, bought: Decimal, used: Decimal) -> int:
    """How many stock units one `unit` holds of an item of which so many units were bought, and pieces used."""
    content = table()[unit].content
    return smallest_content(bought, used) if content == SMALLEST else int(content)


def stock_units(source: Source) -> dict[str, str]:
    """The unit each product is kept in: that of the bills of materials, pieces where none names it."""
    return {row["ComponentID"]: row["UnitMeasureCode"] for row in source.rows("Production.BillOfMaterials")}


def purchase_units(source: Source) -> dict[str, str]:
    """The unit each product is bought in: all suppliers of a product sell it in the same."""
    return {row["ProductID"]: row["UnitMeasureCode"] for row in source.rows("Purchasing.ProductVendor")}


def contents(source: Source) -> dict[str, int]:
    """For each product bought in another unit than it is kept in: how many stock units one of those holds."""
    kept, bought_in = stock_units(source), purchase_units(source)
    packed = {p: unit for p, unit in bought_in.items() if unit != kept.get(p, PIECE)}
    bought, used = _bought(source), _used(source)
    return {p: content_of(unit, bought[p], used[p]) for p, unit in packed.items()}


def _bought(source: Source) -> Mapping[str, Decimal]:
    """What came and stayed of each product, in the unit it is bought in, over the whole source."""
    complete = {
        row["PurchaseOrderID"] for row in source.rows("Purchasing.PurchaseOrderHeader") if row["Status"] == COMPLETE
    }
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in source.rows("Purchasing.PurchaseOrderDetail"):
        if row["PurchaseOrderID"] in complete:
            found[row["ProductID"]] += Decimal(row["StockedQty"])
    return found


def _used(source: Source) -> Mapping[str, Decimal]:
    """What was used of each product over the whole source: by work orders, as the bill of their first day says, and by
    sales."""
    bills: dict[str, list[tuple[str, Decimal, date, date]]] = defaultdict(list)
    for row in source.rows("Production.BillOfMaterials"):
        ends = date.fromisoformat(row["EndDate"][:10]) if row["EndDate"] else date.max
        part = (row["ComponentID"], Decimal(row["PerAssemblyQty"]), date.fromisoformat(row["StartDate"][:10]), ends)
        bills[row["ProductAssemblyID"]].append(part)
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in source.rows("Production.WorkOrder"):
        begun, made = date.fromisoformat(row["StartDate"][:10]), int(row["OrderQty"])
        for component, quantity, _first, _last in _valid(bills[row["ProductID"]], begun):
            found[component] += quantity * made
    for row in source.rows("Sales.SalesOrderDetail"):
        found[row["ProductID"]] += int(row["OrderQty"])
    return found


def _valid(parts: Iterable[tuple[str, Decimal, date, date]], on: date) -> Iterable[tuple[str, Decimal, date, date]]:
    return (part for part in parts if part[2] <= on <= part[3])
