"""Suppliers to buy from, and the documents of a purchase in few words."""

from __future__ import annotations

import itertools
from collections import defaultdict
from decimal import Decimal
from typing import Any

from jingwei.books.models import JournalLine
from jingwei.platform.documents.perform import perform
from jingwei.purchasing import invoices
from jingwei.purchasing.receipts import Reversal
from tests.stock.stories import at, with_stock
from tests.support.world import World

_numbers = itertools.count(1)


def with_suppliers(world: World) -> World:
    """A warehouse with two items, two suppliers and a customer."""
    with_stock(world, "BOLT", "NUT")
    world.create("masterdata.location", {"code": "SUP", "name_en": "Suppliers", "kind": "supplier"})
    world.create(
        "masterdata.party",
        {"code": "S1", "name_en": "Supplier one", "is_supplier": True},
        {"code": "S2", "name_en": "Supplier two", "is_supplier": True},
        {"code": "C1", "name_en": "Customer", "is_customer": True},
    )
    return world


def with_services(world: World) -> World:
    """An item that is bought and not kept in stock."""
    world.create("masterdata.item-category", {"code": "SV", "name_en": "Services", "accounting_class": "service"})
    world.create(
        "masterdata.item",
        {"code": "FREIGHT", "name_en": "Freight", "category": "SV", "unit": "PCS", "is_stocked": False},
    )
    return world


def order(*lines: tuple[Any, ...], supplier: str = "S1", **more: Any) -> dict[str, Any]:
    """(item, quantity, price) or (item, quantity, price, further fields)."""
    rows = [{"item": i, "quantity": str(q), "price": str(p), **dict(*rest)} for i, q, p, *rest in lines]
    return {"supplier": supplier, "ordered_on": "2026-01-05", "lines": rows, **more}


def confirmed(world: World, *bodies: dict[str, Any]) -> list[Any]:
    made = world.create("purchasing.order", *bodies)
    return perform("purchasing.order", [o.pk for o in made], "confirm", actor=world.actor)


def receipt(*lines: tuple[Any, ...], supplier: str = "S1", on: str = "2026-01-08", **more: Any) -> dict[str, Any]:
    """(order, line number, quantity) or (order, line number, quantity, further fields)."""
    rows = [
        {"order": getattr(o, "pk", o), "order_line": n, "quantity": str(q), "location": "A-01", **dict(*rest)}
        for o, n, q, *rest in lines
    ]
    return {"supplier": supplier, "moved_at": at(on), "lines": rows, **more}


def received(world: World, *bodies: dict[str, Any]) -> list[Any]:
    made = world.create("purchasing.receipt", *bodies)
    return perform("purchasing.receipt", [r.pk for r in made], "post", actor=world.actor)


def going(*lines: tuple[Any, ...], supplier: str = "S1", on: str = "2026-01-12", **more: Any) -> dict[str, Any]:
    """A return of (receipt, line number, quantity) or (receipt, line number, quantity, further fields)."""
    rows = [
        {"receipt": getattr(r, "pk", r), "receipt_line": n, "quantity": str(q), **dict(*rest)}
        for r, n, q, *rest in lines
    ]
    return {"supplier": supplier, "moved_at": at(on), "lines": rows, **more}


def returned(world: World, *bodies: dict[str, Any]) -> list[Any]:
    made = world.create("purchasing.return", *bodies)
    return perform("purchasing.return", [r.pk for r in made], "post", actor=world.actor)


def bill(*lines: tuple[Any, ...], supplier: str = "S1", on: str = "2026-01-15", **more: Any) -> dict[str, Any]:
    """An invoice of (receipt, line number, quantity, price) or (receipt, line number, quantity, price, further)."""
    rows = [
        {"receipt": getattr(r, "pk", r), "receipt_line": n, "quantity": str(q), "price": str(p), **dict(*rest)}
        for r, n, q, p, *rest in lines
    ]
    given = {"number_given": f"N-{next(_numbers)}"} if more.get("kind") != "credit" else {}
    return {"supplier": supplier, "invoiced_on": on, "posted_on": on, "lines": rows, **given, **more}


def invoiced(world: World, *bodies: dict[str, Any]) -> list[Any]:
    made = world.create("purchasing.invoice", *bodies)
    return perform("purchasing.invoice", [i.pk for i in made], "post", actor=world.actor)


def uninvoiced(world: World, document: Any, on: str = "2026-01-25") -> Any:
    """An invoice reversed."""
    inputs = invoices.Reversal.model_validate({"posted_on": on})
    return perform("purchasing.invoice", [document.pk], "reverse", inputs, actor=world.actor)[0]


def taken_back(world: World, kind: str, document: Any, on: str = "2026-01-20") -> Any:
    """A receipt or return reversed."""
    return perform(
        f"purchasing.{kind}", [document.pk], "reverse", Reversal.model_validate({"moved_at": at(on)}), actor=world.actor
    )[0]


def balances(world: World) -> dict[str, Decimal]:
    """Debit − credit per account of the group's journal."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for code, debit, credit in JournalLine.objects.filter(group=world.group).values_list(
        "account__code", "debit", "credit"
    ):
        sums[code] += debit - credit
    return sums
