"""The declarations of what customers owe: invoices with their credit notes, and credit limits."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jingwei.books.prints import VOUCHER
from jingwei.platform import masters
from jingwei.platform.documents.declare import Conversion, Document, Lines, Section, Series
from jingwei.platform.posted import posted, posting, reversing
from jingwei.sales import billings, credit, drawing, prints
from jingwei.sales.models import Billing, BillingLine, CreditLimit

BILLING = posted(
    key="sales.billing",
    path="sales/billings",
    model=Billing,
    label=_("Customer invoice"),
    plural=_("Customer invoices"),
    help=_("What customers are asked for what was delivered, and credit notes. Posting enters the receivable."),
    steward=_("Accountant"),
    title=("reference", "reference"),
    number="number",
    date="invoiced_on",
    party="customer",
    sort="-id",
    import_key="reference",
    series=Series(pattern="SI-{yyyy}-{seq:06}"),
    sections=(
        Section(
            key="main",
            label=_("Customer invoice"),
            fields=("number", "kind", "customer", "invoiced_on", "due_on", "currency", "reference"),
        ),
        Section(key="totals", label=_("Totals"), fields=("amount_net", "amount_tax", "amount_gross", "amount_open")),
        Section(key="more", label=_("More"), fields=("rate",), folded=True),
    ),
    read_only=frozenset({"number", "currency", "amount_net", "amount_tax", "amount_gross", "amount_open"}),
    lines=(
        Lines(
            name="lines",
            model=BillingLine,
            parent="billing",
            label=_("Lines"),
            help=_("What is invoiced of which delivery line."),
            fields=(
                "delivery",
                "delivery_line",
                "item",
                "quantity",
                "unit",
                "price",
                "tax_rate",
                "net_given",
                "tax_given",
                "amount_net",
                "amount_tax",
                "amount_gross",
            ),
            read_only=frozenset({"item", "unit", "price", "tax_rate", "amount_net", "amount_tax", "amount_gross"}),
            rare=frozenset({"net_given", "tax_given"}),
            details=frozenset({"amount_tax"}),
            minimum=1,
        ),
    ),
    columns=("number", "kind", "customer", "invoiced_on", "due_on", "currency", "amount_gross", "state"),
    filters=("state", "kind", "customer", "invoiced_on", "due_on", "currency"),
    search=("reference",),
    sortable=("id", "number", "invoiced_on", "due_on"),
    actions=(
        posting(billings.post, help=_("Enter the receivable; the cost of the goods follows it.")),
        reversing(
            billings.reverse,
            billings.Reversal,
            help=_("Take the invoice back in red, in an open period, as long as nothing of it is settled."),
            ask=_("The goods can be invoiced again; both entries stay in the books."),
        ),
    ),
    conversions=(
        Conversion(
            key="collect",
            label=_("Receive payment"),
            target="finance.payment",
            source=frozenset({billings.POSTED}),
            build=drawing.from_billings,
            style="primary",
            help=_("A receipt of what is still open of the invoices."),
        ),
    ),
    prints=(prints.INVOICE, VOUCHER),
    check=billings.check,
    refresh=billings.refresh,
)

CREDIT_LIMIT = Document(
    key="sales.credit-limit",
    path="sales/credit-limits",
    model=CreditLimit,
    label=_("Credit limit"),
    plural=_("Credit limits"),
    help=_("How much each customer may owe and have on order. An order that exceeds it is not confirmed."),
    steward=_("Controller"),
    number="number",
    title=("number", "number"),
    called=("customer",),
    party="customer",
    sort="-id",
    import_key="",
    sections=(
        Section(
            key="main", label=_("Limit"), fields=("customer", "credit_limit", "amount_exposed", "amount_free", "note")
        ),
    ),
    read_only=frozenset({"amount_exposed", "amount_free"}),
    columns=("customer", "credit_limit", "note", "state"),
    filters=("state", "customer", "credit_limit"),
    sortable=("id", "credit_limit"),
    states=masters.STATES,
    editable_in=masters.ALWAYS,
    deletable_in=masters.ALWAYS,
    actions=masters.ACTIONS,
    prepare=credit.prepare,
    check=credit.check,
    refresh=credit.refresh,
)
