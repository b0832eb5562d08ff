"""The sample company's files: a folder of CSV, plain or gzipped, read row by row; and its orders as they stand there.

Amounts of the source have four or six decimals. An order's net, tax and freight are each rounded half up to cents, once
per order; nothing else of the source is rounded here.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from jingwei.platform.money import round_half_up
from jingwei.server.runtime import RuntimeProblem

CENTS = 2
#: States of a purchase order in the source.
PENDING, APPROVED, REJECTED, COMPLETE = "1", "2", "3", "4"


@dataclass(frozen=True, slots=True)
class Days:
    """A span of days, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first.isoformat()} to {self.last.isoformat()}"


@dataclass(frozen=True, slots=True)
class SalesLine:
    """A line of a sales order: `quantity` pieces of a product, worth `total` without tax."""

    product: str
    quantity: Decimal
    price: Decimal
    discount_percent: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class SalesOrder:
    """A sales order; `net`, `tax` and `freight` at the currency's decimals. `waybill` is the carrier's number."""

    number: str
    customer: str
    customer_reference: str
    waybill: str
    ordered_on: date
    shipped_on: date
    due_on: date
    net: Decimal
    tax: Decimal
    freight: Decimal
    lines: tuple[SalesLine, ...]


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """A line of a purchase order, in the unit the supplier sells in: what of it came, and what of that was rejected.
    `due_moved`: the source's due date lay before the day the goods came, so that the debt falls due on that day."""

    product: str
    ordered: Decimal
    received: Decimal
    rejected: Decimal
    price: Decimal
    total: Decimal
    due_on: date
    due_moved: bool

    @property
    def stocked(self) -> Decimal:
        """What came and stayed."""
        return self.received - self.rejected


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """A purchase order; the goods come on `shipped_on`, the money goes when its last line falls due."""

    number: str
    supplier: str
    status: str
    ordered_on: date
    shipped_on: date
    net: Decimal
    tax: Decimal
    freight: Decimal
    lines: tuple[PurchaseLine, ...]

    @property
    def due_on(self) -> date:
        """When its last line falls due."""
        return max(line.due_on for line in self.lines)

    @property
    def is_complete(self) -> bool:
        """Whether its goods came: receipts of other orders are ignored."""
        return self.status == COMPLETE


class Row(dict[str, str]):
    """A row by column; a column that the file has not is named with its file."""

    def __init__(self, cells: Mapping[str, str], table: str) -> None:
        super().__init__(cells)
        self.table = table

    def __missing__(self, column: str) -> str:
        raise RuntimeProblem(f"{self.table}.csv has no column {column}.")


@dataclass(frozen=True)
class Source:
    """A folder with the files, named `<Schema>.<Table>.csv` or `.csv.gz`."""

    folder: Path

    def rows(self, table: str) -> Iterator[dict[str, str]]:
        """The rows of a table, one after the other. Raises RuntimeProblem where the file is missing, or a column of it
        that somebody asks for."""
        with self._open(table) as content:
            for row in csv.DictReader(content):
                yield Row(row, table)

    def _open(self, table: str) -> TextIO:
        plain = self.folder / f"{table}.csv"
        packed = self.folder / f"{table}.csv.gz"
        if plain.is_file():
            return plain.open(encoding="utf-8", newline="")
        if packed.is_file():
            return gzip.open(packed, "rt", encoding="utf-8", newline="")
        raise RuntimeProblem(f"{plain.name} (or {packed.name}) is not in {self.folder}.")


def sales_orders(source: Source, days: Days) -> list[SalesOrder]:
    """The sales orders of the days, by order date and number."""
    heads = {r["SalesOrderID"]: r for r in source.rows("Sales.SalesOrderHeader") if _day(r["OrderDate"]) in days}
    lines: dict[str, list[SalesLine]] = defaultdict(list)
    waybills: dict[str, str] = {}
    for row in source.rows("Sales.SalesOrderDetail"):
        if row["SalesOrderID"] in heads:
            lines[row["SalesOrderID"]].append(_sales_line(row))
            waybills[row["SalesOrderID"]] = row["CarrierTrackingNumber"] or waybills.get(row["SalesOrderID"], "")
    orders = [_sales_order(head, lines[id], waybills.get(id, "")) for id, head in heads.items()]
    return sorted(orders, key=lambda o: (o.ordered_on, o.number))


def _sales_line(row: Mapping[str, str]) -> SalesLine:
    return SalesLine(
        product=row["ProductID"],
        quantity=Decimal(row["OrderQty"]),
        price=Decimal(row["UnitPrice"]),
        discount_percent=100 * Decimal(row["UnitPriceDiscount"]),
        total=Decimal(row["LineTotal"]),
    )


def _sales_order(row: Mapping[str, str], lines: list[SalesLine], waybill: str) -> SalesOrder:
    return SalesOrder(
        number=row["SalesOrderNumber"],
        customer=row["CustomerID"],
        customer_reference=row["PurchaseOrderNumber"],
        waybill=waybill,
        ordered_on=_day(row["OrderDate"]),
        shipped_on=_day(row["ShipDate"]),
        due_on=_day(row["DueDate"]),
        net=_money(row["SubTotal"]),
        tax=_money(row["TaxAmt"]),
        freight=_money(row["Freight"]),
        lines=tuple(lines),
    )


def purchase_orders(source: Source, days: Days) -> list[PurchaseOrder]:
    """The purchase orders of the days, by order date and number."""
    heads = {r["PurchaseOrderID"]: r for r in source.rows("Purchasing.PurchaseOrderHeader")}
    heads = {id: row for id, row in heads.items() if _day(row["OrderDate"]) in days}
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in source.rows("Purchasing.PurchaseOrderDetail"):
        if row["PurchaseOrderID"] in heads:
            lines[row["PurchaseOrderID"]].append(row)
    orders = [_purchase_order(head, lines[id]) for id, head in heads.items()]
    return sorted(orders, key=lambda o: (o.ordered_on, int(o.number.removeprefix("PO"))))


def _purchase_order(row: Mapping[str, str], lines: list[dict[str, str]]) -> PurchaseOrder:
    shipped = _day(row["ShipDate"])
    return PurchaseOrder(
        number=f"PO{row['PurchaseOrderID']}",
        supplier=row["VendorID"],
        status=row["Status"],
        ordered_on=_day(row["OrderDate"]),
        shipped_on=shipped,
        net=_money(row["SubTotal"]),
        tax=_money(row["TaxAmt"]),
        freight=_money(row["Freight"]),
        lines=tuple(_purchase_line(line, shipped) for line in lines),
    )


def _purchase_line(row: Mapping[str, str], shipped: date) -> PurchaseLine:
    due = _day(row["DueDate"])
    return PurchaseLine(
        product=row["ProductID"],
        ordered=Decimal(row["OrderQty"]),
        received=Decimal(row["ReceivedQty"]),
        rejected=Decimal(row["RejectedQty"]),
        price=Decimal(row["UnitPrice"]),
        total=Decimal(row["LineTotal"]),
        due_on=max(due, shipped),
        due_moved=due < shipped,
    )


def ignored_receipts(orders: Sequence[PurchaseOrder]) -> int:
    """Lines of which the source says that goods came although their order is not complete: they are not received."""
    return sum(1 for order in orders if not order.is_complete for line in order.lines if line.received)


def moved_due_dates(orders: Sequence[PurchaseOrder]) -> int:
    """Lines that the source has due before their goods came: they fall due on that day."""
    return sum(1 for order in orders for line in order.lines if line.due_moved)


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _money(text: str) -> Decimal:
    return round_half_up(Decimal(text), CENTS)
