"""The declarations of engineering."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jingwei.engineering import boms, revisions, routings, work_centres
from jingwei.engineering.models import ACTIVE, BillLine, BillOfMaterials, Operation, Routing, WorkCentre
from jingwei.platform import masters
from jingwei.platform.documents.declare import Conversion, Lines, Section, Series

STEWARD = _("Process engineer")
REVISED = frozenset({ACTIVE, revisions.INACTIVE})

WORK_CENTRE = masters.master(
    key="engineering.work-centre",
    path="engineering/work-centres",
    model=WorkCentre,
    label=_("Work centre"),
    plural=_("Work centres"),
    help=_("Machines and people that do the same work: how much they can do in a day, and what an hour costs."),
    steward=STEWARD,
    sections=(
        Section(key="main", label=_("Work centre"), fields=("code", "name_zh", "name_en", "department")),
        Section(
            key="capacity", label=_("Capacity"), fields=("hours_per_day", "resources", "working_days", "efficiency")
        ),
        Section(key="rates", label=_("Rates per hour"), fields=("rate_labour", "rate_overhead")),
    ),
    columns=(
        "code",
        "name_zh",
        "name_en",
        "department",
        "hours_per_day",
        "resources",
        "working_days",
        "rate_labour",
        "rate_overhead",
        "state",
    ),
    filters=("state", "department"),
    check=work_centres.check,
)

BOM = revisions.declared(
    boms.activate,
    key="engineering.bom",
    path="engineering/boms",
    model=BillOfMaterials,
    label=_("Bill of materials"),
    plural=_("Bills of materials"),
    help=_("What an item is made of: components with their quantities, scrap and days."),
    steward=STEWARD,
    series=Series(pattern="BOM-{seq:06}"),
    sections=(
        Section(
            key="main",
            label=_("Bill of materials"),
            fields=("number", "item", "revision", "quantity", "unit", "valid_from", "valid_to", "reference"),
        ),
        masters.NOTE,
    ),
    lines=(
        Lines(
            name="lines",
            model=BillLine,
            parent="bill",
            label=_("Components"),
            help=_("What goes into the basis quantity of the item."),
            fields=(
                "component",
                "quantity",
                "unit",
                "scrap_rate",
                "operation",
                "is_backflushed",
                "valid_from",
                "valid_to",
            ),
            rare=frozenset({"valid_from", "valid_to"}),
            minimum=1,
        ),
    ),
    columns=("number", "item", "revision", "quantity", "unit", "valid_from", "valid_to", "state"),
    conversions=(
        Conversion(
            key="revise",
            label=_("New revision"),
            target="engineering.bom",
            source=REVISED,
            build=boms.revised,
            help=_("A draft with the same components, to be changed and activated in place of this one."),
        ),
    ),
    prepare=boms.prepare,
    check=boms.check,
)

ROUTING = revisions.declared(
    routings.activate,
    key="engineering.routing",
    path="engineering/routings",
    model=Routing,
    label=_("Routing"),
    plural=_("Routings"),
    help=_("The operations that make an item, in order, with work centres and hours."),
    steward=STEWARD,
    series=Series(pattern="RT-{seq:06}"),
    sections=(
        Section(
            key="main",
            label=_("Routing"),
            fields=("number", "item", "revision", "valid_from", "valid_to", "reference"),
        ),
        masters.NOTE,
    ),
    lines=(
        Lines(
            name="operations",
            model=Operation,
            parent="routing",
            label=_("Operations"),
            help=_("The steps of the work, in the order of their numbers."),
            fields=("sequence", "name_zh", "name_en", "work_centre", "hours_setup", "hours_run", "note"),
            rare=frozenset({"note"}),
            minimum=1,
        ),
    ),
    columns=("number", "item", "revision", "valid_from", "valid_to", "state"),
    conversions=(
        Conversion(
            key="revise",
            label=_("New revision"),
            target="engineering.routing",
            source=REVISED,
            build=routings.revised,
            help=_("A draft with the same operations, to be changed and activated in place of this one."),
        ),
    ),
    prepare=routings.prepare,
    check=routings.check,
)

DOCUMENTS = (BOM, ROUTING, WORK_CENTRE)
