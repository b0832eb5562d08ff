"""The declarations of sales: what is ordered, goes out and comes back; invoices stand in `invoicing.py`."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.declare import Action, Conversion, Document, Lines, Section, Series, State
from jingwei.platform.posted import posted, posting, reversing
from jingwei.sales import deliveries, drawing, orders, prints, returns
from jingwei.sales.invoicing import BILLING, CREDIT_LIMIT
from jingwei.sales.models import (
    Delivery,
    DeliveryLine,
    SalesOrder,
    SalesOrderLine,
    SalesReturn,
    SalesReturnLine,
)
from jingwei.sales.orders import CANCELLED, CLOSED, CONFIRMED, DRAFT

ORDER = Document(
    key="sales.order",
    path="sales/orders",
    model=SalesOrder,
    label=_("Sales order"),
    plural=_("Sales orders"),
    help=_("What a customer has ordered, at which price, for when, and how far it is delivered and invoiced."),
    steward=_("Sales clerk"),
    title=("customer_reference", "customer_reference"),
    number="number",
    date="ordered_on",
    party="customer",
    sort="-id",
    import_key="reference",
    series=Series(pattern="SO-{yyyy}-{seq:06}"),
    sections=(
        Section(
            key="main",
            label=_("Sales order"),
            fields=(
                "number",
                "customer",
                "customer_reference",
                "ordered_on",
                "requested_on",
                "location",
                "is_tax_inclusive",
                "currency",
                "reference",
            ),
        ),
        Section(
            key="totals",
            label=_("Totals"),
            fields=("amount_net", "amount_tax", "amount_gross", "progress_delivered", "progress_invoiced"),
        ),
        Section(key="more", label=_("Further"), fields=("rate", "price_reason"), folded=True),
    ),
    read_only=frozenset(
        {"number", "amount_net", "amount_tax", "amount_gross", "progress_delivered", "progress_invoiced"}
    ),
    lines=(
        Lines(
            name="lines",
            model=SalesOrderLine,
            parent="order",
            label=_("Lines"),
            help=_("What is sold."),
            fields=(
                "item",
                "quantity",
                "unit",
                "price",
                "discount_rate",
                "tax_rate",
                "amount_given",
                "tax_given",
                "requested_on",
                "amount_net",
                "amount_tax",
                "amount_gross",
                "quantity_available",
                "available_on",
                "quantity_reserved",
                "quantity_delivered",
                "quantity_returned",
                "quantity_invoiced",
            ),
            read_only=frozenset(
                {
                    "amount_net",
                    "amount_tax",
                    "amount_gross",
                    "quantity_available",
                    "available_on",
                    "quantity_reserved",
                    "quantity_delivered",
                    "quantity_returned",
                    "quantity_invoiced",
                }
            ),
            details=frozenset({"amount_tax"}),
            carried=frozenset({"tax_rate"}),
            rare=frozenset(
                {
                    "discount_rate",
                    "amount_given",
                    "tax_given",
                    "requested_on",
                    "quantity_reserved",
                    "quantity_delivered",
                    "quantity_returned",
                    "quantity_invoiced",
                }
            ),
            minimum=1,
        ),
    ),
    columns=(
        "number",
        "customer",
        "customer_reference",
        "ordered_on",
        "requested_on",
        "amount_gross",
        "progress_delivered",
        "progress_invoiced",
        "state",
    ),
    filters=("state", "customer", "ordered_on", "requested_on", "currency", "progress_delivered", "progress_invoiced"),
    search=("reference", "customer_reference"),
    sortable=("id", "number", "ordered_on", "requested_on"),
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
            help=_("The order is taken: the goods are promised, and what is there is kept for it."),
        ),
        Action(
            key="reserve",
            label=_("Reserve"),
            source=frozenset({CONFIRMED}),
            rule=orders.reserve,
            help=_("Keep what has become available of what is still open."),
        ),
        Action(
            key="unreserve",
            label=_("Release"),
            source=frozenset({CONFIRMED}),
            rule=orders.unreserve,
            help=_("Let others have what is kept for the order; it stays promised."),
        ),
        Action(
            key="reopen",
            label=_("Change again"),
            source=frozenset({CONFIRMED}),
            target=DRAFT,
            rule=orders.reopen,
            help=_("Back to draft, as long as nothing went out."),
        ),
        Action(
            key="close",
            label=_("Short-close"),
            source=frozenset({CONFIRMED}),
            target=CLOSED,
            rule=orders.close,
            ask=_("Nothing more goes out on the order; what went out stays."),
            help=_("End an order of which no more will go out."),
        ),
        Action(
            key="cancel",
            label=_("Cancel"),
            source=frozenset({DRAFT, CONFIRMED}),
            target=CANCELLED,
            rule=orders.cancel,
            style="danger",
            help=_("Take the order back before anything went out."),
            ask=_("The order ends without goods."),
        ),
    ),
    conversions=(
        Conversion(
            key="deliver",
            label=_("Deliver"),
            target="sales.delivery",
            source=frozenset({CONFIRMED}),
            build=deliveries.from_orders,
            style="primary",
            help=_("A delivery of what is still open, several orders of one customer in one."),
        ),
    ),
    prints=(prints.CONFIRMATION,),
    prepare=orders.prepare,
    check=orders.check,
    warn=orders.warn,
    refresh=orders.refresh,
)

DELIVERY = posted(
    key="sales.delivery",
    path="sales/deliveries",
    model=Delivery,
    label=_("Delivery"),
    plural=_("Deliveries"),
    help=_("Goods that go out on orders. Posting takes them out of the stock; they are invoiced afterwards."),
    steward=_("Warehouse keeper"),
    title=("waybill", "waybill"),
    number="number",
    party="customer",
    sort="-id",
    import_key="reference",
    series=Series(pattern="SD-{yyyy}-{seq:06}"),
    sections=(
        Section(
            key="main",
            label=_("Goods"),
            fields=("number", "customer", "moved_at", "waybill", "reference", "amount", "is_revenue_recognised"),
        ),
    ),
    read_only=frozenset({"number", "amount", "is_revenue_recognised"}),
    lines=(
        Lines(
            name="lines",
            model=DeliveryLine,
            parent="delivery",
            label=_("Lines"),
            help=_("What goes out of which order line."),
            fields=(
                "order",
                "order_line",
                "item",
                "quantity",
                "unit",
                "location",
                "lot",
                "quantity_stock",
                "amount_net",
                "amount_tax",
                "quantity_returned",
                "quantity_invoiced",
            ),
            read_only=frozenset(
                {
                    "item",
                    "unit",
                    "quantity_stock",
                    "amount_net",
                    "amount_tax",
                    "quantity_returned",
                    "quantity_invoiced",
                }
            ),
            rare=frozenset({"lot", "amount_net", "amount_tax", "quantity_returned", "quantity_invoiced"}),
            details=frozenset({"quantity_stock"}),
            minimum=1,
        ),
    ),
    columns=("number", "customer", "moved_at", "waybill", "amount", "state"),
    filters=("state", "customer", "moved_at"),
    search=("reference", "waybill"),
    sortable=("id", "number", "moved_at"),
    actions=(
        posting(deliveries.post, help=_("Take the goods out of the stock.")),
        reversing(
            deliveries.reverse,
            deliveries.Reversal,
            help=_("Move the goods back, with their value, in an open period."),
            ask=_("The goods come back at the value they left with; both stay in the books."),
        ),
    ),
    conversions=(
        Conversion(
            key="invoice",
            label=_("Issue invoice"),
            target="sales.billing",
            source=frozenset({deliveries.POSTED}),
            build=drawing.from_deliveries,
            style="primary",
            help=_("An invoice of what is not invoiced yet, several deliveries to one customer in one."),
        ),
        Conversion(
            key="return",
            label=_("Return"),
            target="sales.return",
            source=frozenset({deliveries.POSTED}),
            build=returns.from_deliveries,
            help=_("A return of what went out; take out what stays."),
        ),
    ),
    prints=(prints.DELIVERY_NOTE, prints.DELIVERY_FORM),
    check=deliveries.check,
)

RETURN = posted(
    key="sales.return",
    path="sales/returns",
    model=SalesReturn,
    label=_("Sales return"),
    plural=_("Sales returns"),
    help=_("Goods that come back from customers. Posting takes them into the stock at what they cost."),
    steward=_("Warehouse keeper"),
    title=("reason", "reason"),
    number="number",
    party="customer",
    sort="-id",
    import_key="reference",
    series=Series(pattern="SR-{yyyy}-{seq:06}"),
    sections=(
        Section(
            key="main",
            label=_("Goods"),
            fields=("number", "customer", "moved_at", "is_final", "reason", "reference", "amount"),
        ),
    ),
    read_only=frozenset({"number", "amount"}),
    lines=(
        Lines(
            name="lines",
            model=SalesReturnLine,
            parent="sales_return",
            label=_("Lines"),
            help=_("What comes back of which delivery line."),
            fields=(
                "delivery",
                "delivery_line",
                "item",
                "quantity",
                "location",
                "lot",
                "reason",
                "quantity_stock",
                "amount_net",
                "amount_tax",
            ),
            read_only=frozenset({"item", "quantity_stock", "amount_net", "amount_tax"}),
            rare=frozenset({"lot", "reason", "amount_tax"}),
            details=frozenset({"quantity_stock"}),
            minimum=1,
        ),
    ),
    columns=("number", "customer", "moved_at", "reason", "amount", "state"),
    filters=("state", "customer", "moved_at"),
    search=("reference",),
    sortable=("id", "number", "moved_at"),
    actions=(
        replace(
            DELIVERY.actions[0], rule=returns.post, help=_("Take the goods into the stock again, at what they cost.")
        ),
        replace(
            DELIVERY.actions[1],
            rule=returns.reverse,
            help=_("The goods are with the customer again, in an open period."),
            ask=_("The goods leave again at the cost they came back with; both stay in the books."),
        ),
    ),
    conversions=(
        Conversion(
            key="credit",
            label=_("Issue credit note"),
            target="sales.billing",
            source=frozenset({returns.POSTED}),
            build=drawing.from_returns,
            style="primary",
            help=_("A credit note for what came back although it is invoiced."),
        ),
    ),
    check=returns.check,
)

DOCUMENTS = (ORDER, DELIVERY, RETURN, BILLING, CREDIT_LIMIT)
