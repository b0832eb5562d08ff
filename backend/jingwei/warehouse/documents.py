"""The declarations of the warehouse. Other receipts, other issues and opening stock are views on one document."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.declare import Lines, Section, Series
from jingwei.platform.posted import posted, posting, reversing
from jingwei.warehouse import adjustments, counts, transfers
from jingwei.warehouse.models import (
    Adjustment,
    AdjustmentKind,
    AdjustmentLine,
    StockCount,
    StockCountLine,
    Transfer,
    TransferLine,
)

KEEPER = _("Warehouse keeper")
GOODS = Section(key="main", label=_("Goods"), fields=("number", "moved_at", "reason", "reference", "amount"))

OTHER_IN = posted(
    key="warehouse.other-in",
    path="warehouse/other-ins",
    model=Adjustment,
    label=_("Other receipt"),
    plural=_("Other receipts"),
    help=_("Goods that come in without purchase or production, at their cost."),
    steward=KEEPER,
    where={"kind": AdjustmentKind.IN},
    number="number",
    title=("reason", "reason"),
    sort="-id",
    import_key="reference",
    series=Series(pattern="OI-{yyyy}-{seq:06}"),
    sections=(
        GOODS,
        Section(key="more", label=_("More"), fields=("price_reason",), folded=True),
    ),
    read_only=frozenset({"number", "amount"}),
    lines=(
        Lines(
            name="lines",
            model=AdjustmentLine,
            parent="adjustment",
            label=_("Lines"),
            help=_("What came or went."),
            fields=("item", "location", "quantity", "unit", "price", "lot", "quantity_stock", "amount"),
            read_only=frozenset({"quantity_stock", "amount"}),
            rare=frozenset({"lot"}),
            details=frozenset({"quantity_stock"}),
            carried=frozenset({"location"}),
            minimum=1,
        ),
    ),
    columns=("number", "moved_at", "reason", "amount", "state"),
    filters=("state", "moved_at"),
    sortable=("id", "number", "moved_at"),
    actions=(
        posting(adjustments.post, help=_("Move the goods and post their value.")),
        reversing(
            adjustments.reverse,
            adjustments.Reversal,
            help=_("Move the goods back, with their value, in an open period."),
            ask=_("The goods go back at the value they were posted with; both stay in the books."),
        ),
    ),
    prepare=adjustments.prepare,
    check=adjustments.check,
    warn=adjustments.warn,
)

OTHER_OUT = replace(
    OTHER_IN,
    key="warehouse.other-out",
    path="warehouse/other-outs",
    label=_("Other issue"),
    plural=_("Other issues"),
    help=_("Goods that go out without sale or production, at the average."),
    where={"kind": AdjustmentKind.OUT},
    sections=(GOODS,),
    series=Series(pattern="OO-{yyyy}-{seq:06}"),
)

OPENING = replace(
    OTHER_IN,
    key="warehouse.opening",
    path="warehouse/openings",
    label=_("Opening stock"),
    plural=_("Opening stock"),
    help=_("The stock with which the books begin, with its value."),
    where={"kind": AdjustmentKind.OPENING},
    sections=(GOODS,),
    series=Series(pattern="OS-{yyyy}-{seq:06}"),
)

TRANSFER = replace(
    OTHER_IN,
    key="warehouse.transfer",
    path="warehouse/transfers",
    model=Transfer,
    label=_("Transfer"),
    plural=_("Transfers"),
    help=_("Goods from one place of the stock to another; their value stays."),
    where={},
    series=Series(pattern="TR-{yyyy}-{seq:06}"),
    sections=(
        Section(
            key="main",
            label=_("Goods"),
            fields=("number", "moved_at", "from_location", "to_location", "reason", "reference"),
        ),
    ),
    read_only=frozenset({"number"}),
    lines=(
        Lines(
            name="lines",
            model=TransferLine,
            parent="transfer",
            label=_("Lines"),
            help=_("What was moved."),
            fields=("item", "quantity", "unit", "lot", "quantity_stock"),
            read_only=frozenset({"quantity_stock"}),
            rare=frozenset({"lot"}),
            details=frozenset({"quantity_stock"}),
            minimum=1,
        ),
    ),
    columns=("number", "moved_at", "from_location", "to_location", "reason", "state"),
    filters=("state", "moved_at", "from_location", "to_location"),
    actions=(
        replace(OTHER_IN.actions[0], rule=transfers.post, help=_("Move the goods.")),
        replace(OTHER_IN.actions[1], rule=transfers.reverse, ask=_("The goods go back to where they came from.")),
    ),
    prepare=None,
    check=transfers.check,
    warn=None,
)

COUNT = replace(
    OTHER_IN,
    key="warehouse.count",
    path="warehouse/counts",
    model=StockCount,
    label=_("Stock count"),
    plural=_("Stock counts"),
    help=_("What was found at an instant, compared with the book at that instant; the difference is posted."),
    where={},
    series=Series(pattern="SC-{yyyy}-{seq:06}"),
    sections=(
        Section(
            key="main",
            label=_("Stock count"),
            fields=("number", "warehouse", "started_at", "counted_at", "reason", "reference", "amount"),
        ),
    ),
    read_only=frozenset({"number", "amount"}),
    lines=(
        Lines(
            name="lines",
            model=StockCountLine,
            parent="stock_count",
            label=_("Lines"),
            help=_("What was found."),
            fields=(
                "item",
                "location",
                "lot",
                "status",
                "quantity_counted",
                "quantity_book",
                "difference",
                "price",
                "amount",
                "is_recount",
            ),
            read_only=frozenset({"quantity_book", "difference", "amount", "is_recount"}),
            rare=frozenset({"lot", "is_recount"}),
            carried=frozenset({"location"}),
            minimum=1,
        ),
    ),
    columns=("number", "counted_at", "warehouse", "reason", "amount", "state"),
    filters=("state", "counted_at", "warehouse"),
    sortable=("id", "number", "counted_at"),
    actions=(
        replace(OTHER_IN.actions[0], rule=counts.post, help=_("Post the differences; what was found stands.")),
        replace(
            OTHER_IN.actions[1],
            rule=counts.reverse,
            ask=_("The differences go back; what was found no longer stands."),
        ),
    ),
    prepare=counts.prepare,
    check=counts.check,
    warn=None,
    refresh=counts.refresh,
)

DOCUMENTS = (OTHER_IN, OTHER_OUT, TRANSFER, COUNT, OPENING)
