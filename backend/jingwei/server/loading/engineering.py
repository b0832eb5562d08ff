"""How the sample company makes things: work centres and bills of materials. The source has no routings: operations
stand on each work order, and on less than two thirds of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial

from jingwei.engineering.models import BillOfMaterials
from jingwei.engineering.revisions import DRAFT
from jingwei.platform.documents.command import Command, run
from jingwei.platform.documents.drafting import own_rows
from jingwei.platform.documents.perform import perform
from jingwei.platform.identity.actor import Actor
from jingwei.platform.text import fold
from jingwei.server.loading import units
from jingwei.server.loading.masters import Body, work_centres
from jingwei.server.loading.source import Source

BOM, WORK_CENTRE = "engineering.bom", "engineering.work-centre"
#: Days of a week that are worked; the source says the hours of a week.
WORKING_DAYS = "12345"


def work_centre_bodies(source: Source) -> Iterator[Body]:
    """The work centres. What an hour costs is not parted in the source: all of it counts as labour."""
    codes = work_centres(source)
    for row in source.rows("Production.Location"):
        if row["LocationID"] in codes:
            yield {
                "code": codes[row["LocationID"]],
                "name_en": row["Name"],
                "hours_per_day": str(Decimal(row["Availability"]) / len(WORKING_DAYS)),
                "working_days": WORKING_DAYS,
                "rate_labour": row["CostRate"],
            }


def bill_bodies(source: Source) -> Iterator[Body]:
    """A bill per product that is made, under its product number, with the components of all times and their days. Rows
    without an assembly only say that a product is sold: they are no bills."""
    numbers = {row["ProductID"]: row["ProductNumber"] for row in source.rows("Production.Product")}
    lines: dict[str, list[Body]] = defaultdict(list)
    for row in source.rows("Production.BillOfMaterials"):
        if row["ProductAssemblyID"]:
            lines[row["ProductAssemblyID"]].append(
                {
                    "component": numbers[row["ComponentID"]],
                    "quantity": row["PerAssemblyQty"],
                    "unit": units.table()[row["UnitMeasureCode"]].code,
                    "is_backflushed": "TRUE",
                    "valid_from": _day(row["StartDate"]),
                    "valid_to": _day(row["EndDate"]),
                }
            )
    for product, components in lines.items():
        components.sort(key=lambda line: (line["component"], line["valid_from"]))
        yield {"reference": numbers[product], "item": numbers[product], "lines": components}


def _day(text: str) -> str:
    return date.fromisoformat(text[:10]).isoformat() if text else ""


def activate_bills(actor: Actor, source: Source) -> int:
    """Let the bills that came from the source hold, all at once; returns how many did."""
    references = {fold(str(body["reference"])) for body in bill_bodies(source)}
    ids = run(actor, partial(_drafts, references=references))
    if ids:
        perform(BOM, ids, "activate", actor=actor)
    return len(ids)


def _drafts(command: Command, references: set[str]) -> list[int]:
    rows = own_rows(command, BillOfMaterials).filter(state=DRAFT).values_list("id", "reference")
    return [id for id, reference in rows if fold(reference) in references]
