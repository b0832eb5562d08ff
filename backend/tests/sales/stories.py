"""A company that sells: customers, goods in stock, and orders made in one line."""

from __future__ import annotations

from typing import Any

from jingwei.platform.documents.perform import perform
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
