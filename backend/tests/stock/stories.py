"""A warehouse to tell stories in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from jingwei.platform.documents.perform import perform
from tests.books.stories import with_books
from tests.support.world import World


def with_stock(world: World, *items: str) -> World:
    """Books, a warehouse with two places, the place for other receipts and issues, and items sold by the piece."""
    with_books(world)
    world.create("masterdata.warehouse", {"code": "W1", "name_zh": "一号仓", "name_en": "First"})
    world.create(
        "masterdata.location",
        {"code": "A-01", "name_en": "Bin 1", "kind": "stock", "warehouse": "W1"},
        {"code": "A-02", "name_en": "Bin 2", "kind": "stock", "warehouse": "W1"},
        {"code": "OTHER", "name_en": "Other", "kind": "other"},
        {"code": "COUNT", "name_en": "Count differences", "kind": "count"},
    )
    wanted = items or ("BOLT",)
    world.create(
        "masterdata.item", *({"code": c, "name_en": c.title(), "category": "RM", "unit": "PCS"} for c in wanted)
    )
    return world


def at(day: str, hour: int = 8) -> str:
    """An instant of a day, in UTC; 8 o'clock is the afternoon in Shanghai."""
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00").replace(tzinfo=UTC).isoformat()


def body(moved_at: str, *lines: tuple[Any, ...], place: str = "A-01", **more: Any) -> dict[str, Any]:
    """An adjustment from (item, quantity) or (item, quantity, unit cost)."""
    return {
        "moved_at": moved_at,
        "reason": "test",
        "lines": [
            {"item": i, "location": place, "quantity": str(q), **({"price": str(rest[0])} if rest else {})}
            for i, q, *rest in lines
        ],
        **more,
    }


def done(world: World, kind: str, *bodies: dict[str, Any]) -> list[Any]:
    """Made and posted by the system."""
    key = f"warehouse.{kind}"
    made = world.create(key, *bodies)
    return perform(key, [d.pk for d in made], "post", actor=world.actor)


def found(counted_at: str, *lines: tuple[Any, ...], place: str = "A-01", **more: Any) -> dict[str, Any]:
    """A count from (item, quantity) or (item, quantity, further fields)."""
    return {
        "counted_at": counted_at,
        "reason": "test",
        "lines": [{"item": i, "location": place, "quantity_counted": str(q), **dict(*rest)} for i, q, *rest in lines],
        **more,
    }
