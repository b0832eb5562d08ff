"""A company that makes bicycles, and the documents of production in few words."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from jingwei.books.models import JournalLine
from jingwei.platform.documents.perform import perform
from jingwei.production import closing, issues, reporting
from jingwei.production.counters import orders as read_orders
from jingwei.production.models import ProductionOrder
from tests.stock.stories import at, body, done, with_stock
from tests.support.world import World

LABOUR, OVERHEAD, MATERIAL = "40010102", "40010103", "40010101"
BIKES, PARTS, COST, OTHER_COST, DISPATCHED = "140501", "140301", "540101", "540201", "1406"


def with_works(world: World, *, stock: bool = True, routing: bool = True) -> World:
    """Frames, wheels and bolts (backflushed) make a bicycle, assembled in 1 + 0.5 a piece and tested in 0.1 hours; 4
    frames at 100.00, 2 wheels at 40.00 and 100 bolts at 0.50 are there."""
    with_stock(world, "FRAME", "WHEEL", "BOLT")
    world.create(
        "masterdata.location",
        {"code": "WORK", "name_en": "Shop floor", "kind": "production"},
        {"code": "CUST", "name_en": "Customers", "kind": "customer"},
        {"code": "SUP", "name_en": "Suppliers", "kind": "supplier"},
    )
    world.create("masterdata.item-category", {"code": "FG", "name_en": "Products", "accounting_class": "finished_good"})
    made = {"category": "FG", "unit": "PCS", "is_made": True}
    world.create(
        "masterdata.item",
        {"code": "BIKE", "name_en": "Bicycle", **made},
        {"code": "EBIKE", "name_en": "Electric bicycle", "tracking": "serial", **made},
    )
    world.create(
        "masterdata.party",
        {"code": "C1", "name_en": "Customer", "is_customer": True},
        {"code": "S1", "name_en": "Supplier", "is_supplier": True},
    )
    lines = [
        {"component": "FRAME", "quantity": "1"},
        {"component": "WHEEL", "quantity": "2"},
        {"component": "BOLT", "quantity": "8", "scrap_rate": "2", "is_backflushed": True},
    ]
    activated(world, "bom", {"item": "BIKE", "lines": lines}, {"item": "EBIKE", "lines": lines[:1]})
    if routing:
        world.create(
            "engineering.work-centre",
            {"code": "ASM", "name_en": "Assembly", "rate_labour": "30", "rate_overhead": "12"},
        )
        operations = [
            {"sequence": 10, "name_en": "Assemble", "work_centre": "ASM", "hours_setup": "1", "hours_run": "0.5"},
            {"sequence": 20, "name_en": "Test", "work_centre": "ASM", "hours_run": "0.1"},
        ]
        activated(world, "routing", {"item": "BIKE", "operations": operations})
    if stock:
        done(
            world,
            "opening",
            body(at("2026-01-01"), ("FRAME", 4, "100"), ("WHEEL", 2, "40"), ("BOLT", 100, "0.5")),
        )
    return world


def activated(world: World, kind: str, *bodies: dict[str, Any]) -> list[Any]:
    key = f"engineering.{kind}"
    made = world.create(key, *bodies)
    return perform(key, [d.pk for d in made], "activate", actor=world.actor)


def stocked(world: World, *lines: tuple[str, int, str], on: str = "2026-01-05") -> None:
    """More of something, at a unit cost."""
    done(world, "other-in", body(at(on), *lines))


def order(quantity: int | str = 10, item: str = "BIKE", **more: Any) -> dict[str, Any]:
    return {"item": item, "quantity": str(quantity), "start_on": "2026-01-12", "due_on": "2026-01-20", **more}


def released(world: World, *bodies: dict[str, Any]) -> list[Any]:
    made = world.create("production.order", *(bodies or (order(),)))
    return perform("production.order", [o.pk for o in made], "release", actor=world.actor)


def issue(of: Any, *lines: tuple[Any, ...], on: str = "2026-01-12", **more: Any) -> dict[str, Any]:
    """(component line, quantity) or (component line, quantity, further fields)."""
    rows = [{"order_line": n, "quantity": str(q), **dict(*rest)} for n, q, *rest in lines]
    return {"order": of.pk, "moved_at": at(on), "lines": rows, **more}


def coming_back(of: Any, *lines: tuple[Any, ...], on: str = "2026-01-13", **more: Any) -> dict[str, Any]:
    """A return of lines of one issue: (issue line, quantity) or (issue line, quantity, further fields)."""
    rows = [{"issue": of.pk, "issue_line": n, "quantity": str(q), **dict(*rest)} for n, q, *rest in lines]
    return {"order": of.order_id, "moved_at": at(on), "lines": rows, **more}


def report(of: Any, operation: int, good: Any = 0, hours: Any = 0, *, on: str = "2026-01-13", **more: Any) -> Any:
    given = {"quantity_good": str(good), "hours": str(hours), "reported_at": at(on)}
    return {"order": of.pk, "operation": operation, **given, **more}


def completion(of: Any, quantity: Any, *, on: str = "2026-01-14", **more: Any) -> dict[str, Any]:
    return {"order": of.pk, "quantity": str(quantity), "moved_at": at(on), **more}


def posted(world: World, kind: str, *bodies: dict[str, Any]) -> list[Any]:
    """Issues, returns, operation reports or completions made and posted."""
    key = f"production.{kind}"
    made = world.create(key, *bodies)
    return perform(key, [d.pk for d in made], "post", actor=world.actor)


def taken_back(world: World, kind: str, document: Any, on: str = "2026-01-25") -> Any:
    inputs: Any = (
        reporting.Reversal.model_validate({"posted_on": on})
        if kind == "operation-report"
        else issues.Reversal.model_validate({"moved_at": at(on)})
    )
    return perform(f"production.{kind}", [document.pk], "reverse", inputs, actor=world.actor)[0]


def closed(world: World, *of: Any, on: str = "2026-01-28", reason: str = "") -> list[Any]:
    inputs = closing.Closing.model_validate({"posted_on": on, "reason": reason})
    return perform("production.order", [o.pk for o in of], "close", inputs, actor=world.actor)


def reopened(world: World, of: Any, on: str = "2026-01-29") -> Any:
    inputs = closing.Reopening.model_validate({"posted_on": on})
    return perform("production.order", [of.pk], "reopen", inputs, actor=world.actor)[0]


def supplied(world: World, quantity: int | str = 10, **more: Any) -> Any:
    """An order released with everything there, its frames (at 100.00) and wheels (at 40.00) issued."""
    stocked(world, ("FRAME", 96, "100"), ("WHEEL", 198, "40"), ("BOLT", 900, "0.5"))
    (made,) = released(world, order(quantity, **more))
    parts = stored(world, made).components
    posted(world, "issue", issue(made, (1, parts[0].quantity_required), (2, parts[1].quantity_required)))
    return made


def stored(world: World, of: Any) -> ProductionOrder:
    """The order as it is now, with its lines."""
    from jingwei.platform.documents.command import run

    return run(world.actor, lambda command: read_orders(command, [of.pk], operations=True)[of.pk])


def counted(world: World, of: Any) -> dict[str, list[Decimal]]:
    """Completed and scrapped; issued by component; good, scrapped and hours by operation."""
    now = stored(world, of)
    return {
        "order": [now.quantity_completed, now.quantity_scrapped],
        "issued": [c.quantity_issued for c in now.components],
        "work": [q for o in now.operations for q in (o.quantity_good, o.quantity_scrapped, o.hours_reported)],
    }


def balances(world: World) -> dict[str, Decimal]:
    """Debit − credit per account of the group's journal; accounts that are worth nothing left out."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    rows = JournalLine.objects.filter(group=world.group).values_list("account__code", "debit", "credit")
    for code, debit, credit in rows:
        sums[code] += debit - credit
    return {code: amount for code, amount in sums.items() if amount}


def wip(world: World) -> Decimal:
    """All of work in process in the books."""
    sums = balances(world)
    return sum((sums.get(code, Decimal(0)) for code in (MATERIAL, LABOUR, OVERHEAD)), Decimal(0))
