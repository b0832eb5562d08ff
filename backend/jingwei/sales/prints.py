"""Papers for customers: order confirmation, delivery note, invoice and credit note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from jingwei.masterdata.models import AddressUse
from jingwei.masterdata.prints import Trade, column, widest
from jingwei.platform.documents.declare import FORM, Print
from jingwei.platform.documents.read import titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.prints.heading import SHEET
from jingwei.platform.prints.wording import day, figure, instant
from jingwei.sales.models import Billing, BillingKind, Delivery, SalesOrder


def orders(actor: Actor, records: Sequence[SalesOrder]) -> list[dict[str, Any]]:
    """What we confirm to the customer: goods, prices, dates."""
    trade = Trade(actor, records, "customer")
    return [
        trade.sheet(
            order,
            _("Order confirmation"),
            _("Customer"),
            (
                (_("Order date"), day(order.ordered_on)),
                (_("Requested date"), day(order.requested_on)),
                (_("Customer's order number"), order.customer_reference),
                (_("Currency"), str(order.currency_id)),
            ),
            **trade.priced(order),
            signatures=(_("Supplier (seal)"), _("Customer (seal)")),
        )
        for order in records
    ]


def deliveries(actor: Actor, records: Sequence[Delivery]) -> list[dict[str, Any]]:
    """What goes with the goods: which, how many, on which order; no prices."""
    trade = Trade(actor, records, "customer")
    named = titles(actor.group_id, (line.order_id for record in records for line in record.lines))
    columns = (
        column(pgettext("print", "Line"), 10, "center"),
        column(_("Item code"), 30),
        widest(_("Name and specification")),
        column(_("Quantity"), 22, "right"),
        column(pgettext("print", "Unit"), 16, "center"),
        column(_("Lot or serial"), 28),
        column(_("Order"), 32),
    )
    return [
        trade.sheet(
            record,
            pgettext("print", "Delivery note"),
            _("Consignee"),
            (
                (_("Shipped at"), _instant(trade, record)),
                (_("Waybill"), record.waybill),
                (_("External number"), record.reference),
            ),
            use=AddressUse.DELIVERY,
            columns=columns,
            rows=[
                [
                    str(line.line),
                    *trade.item(record, line),
                    *trade.quantity(record, line),
                    line.lot,
                    named[line.order_id]["number"],
                ]
                for line in record.lines
            ],
            sums=["", "", _("Total"), figure(trade.count(record)), "", "", ""] if trade.is_one_unit(record) else None,
            signatures=(_("Issued by"), _("Delivered by"), _("Received by and date")),
        )
        for record in records
    ]


def _instant(trade: Trade, record: Delivery) -> str:
    return instant(record.moved_at, trade.past.of(record, record.company_id).time_zone)


def billings(actor: Actor, records: Sequence[Billing]) -> list[dict[str, Any]]:
    """What the customer is asked for, or given back."""
    trade = Trade(actor, records, "customer")
    named = titles(actor.group_id, (line.delivery_id for record in records for line in record.lines))
    sheets = []
    for record in records:
        is_credit = record.kind == BillingKind.CREDIT
        notes = dict.fromkeys(named[line.delivery_id]["number"] for line in record.lines)
        sheets.append(
            trade.sheet(
                record,
                pgettext("print", "Credit note") if is_credit else pgettext("print", "Invoice"),
                _("Customer"),
                (
                    (_("Invoice date"), day(record.invoiced_on)),
                    (_("Due date"), "" if is_credit else day(record.due_on)),
                    (_("Deliveries"), ", ".join(notes)),
                    (_("External number"), record.reference),
                    (_("Currency"), str(record.currency_id)),
                ),
                **trade.priced(record, is_ordered=False),
                notes=(_("A statement of account between the parties; it does not replace the tax invoice."),),
                signatures=(_("Issued by"), _("Confirmed by customer (seal)")),
            )
        )
    return sheets


CONFIRMATION = Print(key="confirmation", label=gettext_lazy("Order confirmation"), make=orders, template=SHEET)
DELIVERY_NOTE = Print(key="note", label=pgettext_lazy("print", "Delivery note"), make=deliveries, template=SHEET)
DELIVERY_FORM = Print(
    key="form", label=gettext_lazy("Delivery note, 241 mm form"), make=deliveries, template=SHEET, paper=FORM
)
INVOICE = Print(key="invoice", label=pgettext_lazy("print", "Invoice"), make=billings, template=SHEET)
