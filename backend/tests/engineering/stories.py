"""A workshop to tell stories in: a bicycle of frame and wheels, wheels of rim and spokes."""

from __future__ import annotations

from typing import Any

from jingwei.engineering.models import BillOfMaterials
from jingwei.platform.documents.perform import perform
from tests.support.world import World


def with_workshop(world: World) -> World:
    """Items that are made (BIKE, FRAME, WHEEL, RIM, A … F) and bought (TUBE, PAINT by the kilogram, SPOKE, BOLT by the
    piece or the box of 9), a service, and two work centres."""
    world.create("masterdata.unit", {"code": "G", "name_en": "Gram", "dimension": "mass", "denominator": 1000})
    world.create("masterdata.item-category", {"code": "SV", "name_en": "Services", "accounting_class": "service"})
    made = ("BIKE", "FRAME", "WHEEL", "RIM", *"ABCDEF")
    world.create(
        "masterdata.item",
        *({"code": c, "name_en": c.title(), "category": "RM", "unit": "PCS", "is_made": True} for c in made),
        *({"code": c, "name_en": c.title(), "category": "RM", "unit": "PCS"} for c in ("TUBE", "SPOKE")),
        {"code": "PAINT", "name_en": "Paint", "category": "RM", "unit": "KG"},
        {
            "code": "BOLT",
            "name_en": "Bolt",
            "category": "RM",
            "unit": "PCS",
            "units": [{"unit": "BOX", "numerator": 9}],
        },
        {"code": "HELP", "name_en": "Help", "category": "SV", "unit": "PCS", "is_stocked": False},
    )
    world.create(
        "engineering.work-centre",
        {
            "code": "WELD",
            "name_en": "Welding",
            "hours_per_day": "8",
            "resources": 2,
            "efficiency": "90",
            "rate_labour": "30",
            "rate_overhead": "12.50",
        },
        {"code": "IDLE", "name_en": "Idle machine", "resources": 0},
    )
    return world


def bill(item: str, *lines: tuple[Any, ...], **more: Any) -> dict[str, Any]:
    """A bill from (component, quantity) or (component, quantity, further fields)."""
    rows = [{"component": c, "quantity": str(q), **dict(*rest)} for c, q, *rest in lines]
    return {"item": item, "lines": rows, **more}


def active(world: World, *bodies: dict[str, Any]) -> list[BillOfMaterials]:
    """Bills made and activated by the system."""
    made = world.create("engineering.bom", *bodies)
    return perform("engineering.bom", [b.pk for b in made], "activate", actor=world.actor)


def routing(item: str, *operations: tuple[Any, ...], **more: Any) -> dict[str, Any]:
    """A routing from (sequence, work centre or None, further fields)."""
    rows = [{"sequence": n, "name_en": f"Step {n}", "work_centre": c, **dict(*rest)} for n, c, *rest in operations]
    return {"item": item, "operations": rows, **more}


def a_bicycle(world: World) -> list[BillOfMaterials]:
    """BIKE of FRAME, 2 WHEEL, 20 g PAINT (10 % lost), a tenth of a box of BOLT backflushed at operation 20; FRAME of 7
    TUBE (2 % lost); ten WHEEL of 10 RIM and 361 SPOKE, from March on 325."""
    return active(
        world,
        bill(
            "BIKE",
            ("FRAME", 1),
            ("WHEEL", 2),
            ("PAINT", 20, {"unit": "G", "scrap_rate": "10"}),
            ("BOLT", "0.1", {"unit": "BOX", "is_backflushed": True, "operation": 20}),
        ),
        bill("FRAME", ("TUBE", 7, {"scrap_rate": "2"})),
        bill(
            "WHEEL",
            ("RIM", 10),
            ("SPOKE", 361, {"valid_to": "2026-02-28"}),
            ("SPOKE", 325, {"valid_from": "2026-03-01"}),
            quantity="10",
        ),
    )
