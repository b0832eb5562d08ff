"""The declarations of purchasing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.declare import Action, Conversion, Document, Lines, Section, Series, State
from jingwei.purchasing import orders, receipts
from jingwei.purchasing.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from jingwei.purchasing.orders import CANCELLED, CLOSED, CONFIRMED, DRAFT

ORDER = Document(
    key="purchasing.order",
    path="purchasing/orders",
    model=PurchaseOrder,
    label=_("Purchase order"),
    plural=_("Purchase orders"),
    help=_("What is bought from a supplier, at which price, by when, and how much of it came."),
    steward=_("Buyer"),
    title=("reference", "reference"),
    number="number",
    date="ordered_on",
    party="supplier",
    sort="-id",
    import_key="reference",
    series=Series(pattern="PO-{yyyy}-{seq:06}"),
    sections=(
        Section(
            key="main",
            label=_("Order"),
            fields=(
                "number",
                "supplier",
                "ordered_on",
                "requested_on",
                "location",
                "is_tax_inclusive",
                "currency",
                "reference",
            ),
        ),
        Section(key="totals", label=_("Totals"), fields=("amount_net", "amount_tax", "amount_gross")),
        Section(key="more", label=_("Further"), fields=("rate",), folded=True),
    ),
    read_only=frozenset({"number", "amount_net", "amount_tax", "amount_gross"}),
    lines=(
        Lines(
            name="lines",
            model=PurchaseOrderLine,
            parent="order",
            label=_("Lines"),
            help=_("What is bought."),
            fields=(
                "item",
                "quantity",
                "unit",
                "price",
                "tax_rate",
                "requested_on",
                "amount_net",
                "amount_tax",
                "amount_gross",
                "quantity_received",
            ),
            read_only=frozenset({"amount_net", "amount_tax", "amount_gross", "quantity_received"}),
            minimum=1,
        ),
    ),
    columns=("number", "supplier", "ordered_on", "requested_on", "currency", "amount_net", "amount_gross", "state"),
    filters=("state", "supplier", "ordered_on", "currency"),
    search=("reference",),
    sortable=("id", "number", "ordered_on"),
    states=(
        State(DRAFT, _("Draft"), "grey"),
        State(CONFIRMED, _("Confirmed"), "blue"),
        State(CLOSED, _("Closed"), "green"),
        State(CANCELLED, _("Cancelled"), "red"),
    ),
    editable_in=frozenset({DRAFT}),
    deletable_in=frozenset({DRAFT}),
    actions=(
        Action(
            key="confirm",
            label=_("Confirm"),
            source=frozenset({DRAFT}),
            target=CONFIRMED,
            rule=orders.confirm,
            style="primary",
            help=_("The order is given; goods can be received on it."),
        ),
        Action(
            key="reopen",
            label=_("Change again"),
            source=frozenset({CONFIRMED}),
            target=DRAFT,
            rule=orders.reopen,
            help=_("Back to draft, as long as nothing came."),
        ),
        Action(
            key="close",
            label=_("Short-close"),
            source=frozenset({CONFIRMED}),
            target=CLOSED,
            rule=orders.close,
            ask=_("Nothing more is expected on the order; what came stays."),
            help=_("End an order of which no more will come."),
        ),
        Action(
            key="cancel",
            label=_("Cancel"),
            source=frozenset({DRAFT, CONFIRMED}),
            target=CANCELLED,
            rule=orders.cancel,
            style="danger",
            help=_("Take the order back before anything came."),
            ask=_("The order ends without goods."),
        ),
    ),
    conversions=(
        Conversion(
            key="receive",
            label=_("Receive"),
            target="purchasing.receipt",
            source=frozenset({CONFIRMED}),
            build=receipts.from_orders,
            help=_("A receipt of what is still open, several orders of one supplier in one."),
        ),
    ),
    prepare=orders.prepare,
    check=orders.check,
)

RECEIPT = Document(
    key="purchasing.receipt",
    path="purchasing/receipts",
    model=GoodsReceipt,
    label=_("Goods receipt"),
    plural=_("Goods receipts"),
    help=_("Goods that came on orders. Posting puts them into the stock and accrues the debt."),
    steward=_("Warehouse keeper"),
    title=("delivery_note", "delivery_note"),
    number="number",
    party="supplier",
    sort="-id",
    import_key="reference",
    series=Series(pattern="GR-{yyyy}-{seq:06}"),
    sections=(
        Section(
            key="main",
            label=_("Goods"),
            fields=("number", "supplier", "moved_at", "delivery_note", "reference", "amount"),
        ),
    ),
    read_only=frozenset({"number", "amount"}),
    lines=(
        Lines(
            name="lines",
            model=GoodsReceiptLine,
            parent="receipt",
            label=_("Lines"),
            help=_("What came of which order line."),
            fields=("order", "order_line", "item", "quantity", "location", "lot", "quantity_stock", "amount"),
            read_only=frozenset({"item", "quantity_stock", "amount"}),
            minimum=1,
        ),
    ),
    columns=("number", "supplier", "moved_at", "delivery_note", "amount", "state"),
    filters=("state", "supplier", "moved_at"),
    search=("reference", "delivery_note"),
    sortable=("id", "number", "moved_at"),
    states=(
        State(receipts.DRAFT, _("Draft"), "grey"),
        State(receipts.POSTED, _("Posted"), "green"),
        State(receipts.REVERSED, _("Reversed"), "violet"),
    ),
    editable_in=frozenset({receipts.DRAFT}),
    deletable_in=frozenset({receipts.DRAFT}),
    actions=(
        Action(
            key="post",
            label=_("Post"),
            source=frozenset({receipts.DRAFT}),
            target=receipts.POSTED,
            rule=receipts.post,
            style="primary",
            help=_("Put the goods into the stock and accrue the debt."),
        ),
        Action(
            key="reverse",
            label=_("Reverse"),
            source=frozenset({receipts.POSTED}),
            target=receipts.REVERSED,
            rule=receipts.reverse,
            inputs=receipts.Reversal,
            style="danger",
            help=_("Move the goods back, with their value, in an open period."),
            ask=_("The goods go back at the value they came in with; both stay in the books."),
        ),
    ),
    check=receipts.check,
)

DOCUMENTS = (ORDER, RECEIPT)
