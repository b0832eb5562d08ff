"""The declarations of the stock: how items are valued, and standard costs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jingwei.platform import masters
from jingwei.platform.documents.declare import Document, Lines, Section, Series
from jingwei.platform.posted import DRAFT, POSTED, STATES, TYPED, posting
from jingwei.stock import choosing, repricing
from jingwei.stock.models import ItemValuation, StandardCost, StandardCostLine

CONTROLLER = _("Controller")

ITEM_VALUATION = Document(
    key="stock.item-valuation",
    path="stock/item-valuations",
    model=ItemValuation,
    label=_("Item valuation"),
    plural=_("Item valuations"),
    help=_("How the company values single items, where that is not the method of their category."),
    steward=CONTROLLER,
    number="number",
    title=("number", "number"),
    called=("item",),
    sort="-id",
    import_key="",
    sections=(Section(key="main", label=_("Valuation"), fields=("item", "method", "note")),),
    columns=("item", "method", "note", "state"),
    filters=("state", "item", "method"),
    sortable=("id",),
    states=masters.STATES[:1],
    editable_in=masters.ALWAYS,
    prepare=choosing.prepare,
    check=choosing.check,
    saved=choosing.saved,
)

STANDARD_COST = Document(
    key="stock.standard-cost",
    path="stock/standard-costs",
    model=StandardCost,
    label=_("Standard cost"),
    plural=_("Standard costs"),
    help=_("New standard costs from a day on. The stock there is then is revalued; the difference is a variance."),
    steward=CONTROLLER,
    number="number",
    title=("reason", "reason"),
    date="effective_on",
    sort="-id",
    import_key="reference",
    series=Series(pattern="SP-{yyyy}-{seq:06}"),
    sections=(
        Section(
            key="main",
            label=_("Standard cost"),
            fields=("number", "effective_on", "reason", "reference", "amount"),
        ),
    ),
    read_only=frozenset({"number", "amount"}),
    lines=(
        Lines(
            name="lines",
            model=StandardCostLine,
            parent="standard_cost",
            label=_("Lines"),
            help=_("Items and their costs."),
            fields=("item", "price", "amount"),
            read_only=frozenset({"amount"}),
            minimum=1,
        ),
    ),
    columns=("number", "effective_on", "reason", "amount", "state"),
    filters=("state", "effective_on"),
    sortable=("id", "number", "effective_on"),
    states=tuple(s for s in STATES if s.key in (DRAFT, POSTED)),
    editable_in=TYPED,
    deletable_in=TYPED,
    actions=(posting(repricing.post, help=_("Put the costs in force and revalue the stock.")),),
    check=repricing.check,
)

DOCUMENTS = (ITEM_VALUATION, STANDARD_COST)
