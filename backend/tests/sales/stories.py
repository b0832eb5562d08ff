"""A company that sells: customers, goods in stock, and orders made in one line."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from jingwei.books.models import JournalLine
from jingwei.platform.documents.perform import perform
from jingwei.sales import billings, deliveries
from tests.stock.stories import at, body, done, with_stock
from tests.support.world import World


def with_customers(world: World, *, stock: bool = True) -> World:
    """BOLT and NUT in stock (100 at 2.00, 40 at 0.50), freight and a service to sell, three customers."""
    with_stock(world, "BOLT", "NUT")
    world.create(
        "masterdata.location",
        {"code": "CUST", "name_en": "Customers", "kind": "customer"},
        {"code": "SUP", "name_en": "Suppliers", "kind": "supplier"},
    )
    world.create(
        "masterdata.item-category",
        {"code": "SV", "name_en": "Services", "accounting_class": "service"},
        {"code": "FR", "name_en": "Freight", "accounting_class": "freight"},
    )
    world.create(
        "masterdata.item",
        {"code": "HELP", "name_en": "Assembly", "category": "SV", "unit": "PCS", "is_stocked": False},
        {"code": "CARR", "name_en": "Carriage", "category": "FR", "unit": "PCS", "is_stocked": False},
        {"code": "WASTE", "name_en": "Not for sale", "category": "RM", "unit": "PCS", "is_sold": False},
    )
    world.create(
        "masterdata.party",
        {"code": "C1", "name_en": "Customer one", "is_customer": True, "payment_days": 30},
        {"code": "C2", "name_en": "Customer two", "is_customer": True},
        {"code": "S1", "name_en": "Supplier", "is_supplier": True},
    )
    if stock:
        done(world, "opening", body(at("2026-01-01"), ("BOLT", 100, "2.00"), ("NUT", 40, "0.50")))
    return world


def order(*lines: tuple[Any, ...], customer: str = "C1", **more: Any) -> dict[str, Any]:
    """(item, quantity, price) or (item, quantity, price, further fields)."""
    rows = [{"item": i, "quantity": str(q), "price": str(p), **dict(*rest)} for i, q, p, *rest in lines]
    return {"customer": customer, "ordered_on": "2026-01-05", "lines": rows, **more}


def confirmed(world: World, *bodies: dict[str, Any]) -> list[Any]:
    made = world.create("sales.order", *bodies)
    return perform("sales.order", [o.pk for o in made], "confirm", actor=world.actor)


def delivery(*lines: tuple[Any, ...], customer: str = "C1", on: str = "2026-01-08", **more: Any) -> dict[str, Any]:
    """(order, line number, quantity) or (order, line number, quantity, further fields)."""
    rows = [{"order": o.pk, "order_line": n, "quantity": str(q), **dict(*rest)} for o, n, q, *rest in lines]
    return {"customer": customer, "moved_at": at(on), "lines": rows, **more}


def delivered(world: World, *bodies: dict[str, Any]) -> list[Any]:
    made = world.create("sales.delivery", *bodies)
    return perform("sales.delivery", [d.pk for d in made], "post", actor=world.actor)


def coming_back(*lines: tuple[Any, ...], customer: str = "C1", on: str = "2026-01-12", **more: Any) -> dict[str, Any]:
    """A return of (delivery, line number, quantity) or (delivery, line number, quantity, further fields)."""
    rows = [{"delivery": d.pk, "delivery_line": n, "quantity": str(q), **dict(*rest)} for d, n, q, *rest in lines]
    return {"customer": customer, "moved_at": at(on), "lines": rows, **more}


def returned(world: World, *bodies: dict[str, Any]) -> list[Any]:
    made = world.create("sales.return", *bodies)
    return perform("sales.return", [r.pk for r in made], "post", actor=world.actor)


def invoice(*lines: tuple[Any, ...], customer: str = "C1", on: str = "2026-01-10", **more: Any) -> dict[str, Any]:
    """An invoice of (delivery, line number, quantity) or (delivery, line number, quantity, further fields)."""
    rows = [{"delivery": d.pk, "delivery_line": n, "quantity": str(q), **dict(*rest)} for d, n, q, *rest in lines]
    return {"customer": customer, "invoiced_on": on, "lines": rows, **more}


def credit(*lines: tuple[Any, ...], on: str = "2026-01-15", **more: Any) -> dict[str, Any]:
    """The same as a credit note."""
    return invoice(*lines, on=on, kind="credit", **more)


def invoiced(world: World, *bodies: dict[str, Any]) -> list[Any]:
    made = world.create("sales.billing", *bodies)
    return perform("sales.billing", [b.pk for b in made], "post", actor=world.actor)


def taken_back(world: World, kind: str, document: Any, on: str = "2026-01-20") -> Any:
    """A document of sales reversed."""
    inputs: Any = (
        billings.Reversal.model_validate({"posted_on": on})
        if kind == "billing"
        else deliveries.Reversal.model_validate({"moved_at": at(on)})
    )
    return perform(f"sales.{kind}", [document.pk], "reverse", inputs, actor=world.actor)[0]


def balances(world: World) -> dict[str, Decimal]:
    """Debit − credit per account of the group's journal; accounts that are worth nothing left out."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for code, debit, credit_ in JournalLine.objects.filter(group=world.group).values_list(
        "account__code", "debit", "credit"
    ):
        sums[code] += debit - credit_
    return {code: amount for code, amount in sums.items() if amount}


def entries(world: World, *, skip: int = 0) -> list[tuple[str, Decimal, Decimal]]:
    """(account, debit, credit) of everything posted after the first `skip` lines."""
    rows = JournalLine.objects.filter(group=world.group).order_by("id")
    return list(rows.values_list("account__code", "debit", "credit"))[skip:]
