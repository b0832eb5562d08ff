"""Papers of purchasing: the order that goes to the supplier, and the note of what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from jingwei.masterdata.models import Location
from jingwei.masterdata.prints import Trade, column, widest
from jingwei.platform.documents.declare import FORM, Print
from jingwei.platform.documents.read import titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.prints.heading import SHEET
from jingwei.platform.prints.wording import day, figure, instant, title
from jingwei.purchasing.models import GoodsReceipt, PurchaseOrder, PurchaseOrderLine


def orders(actor: Actor, records: Sequence[PurchaseOrder]) -> list[dict[str, Any]]:
    """What we order: goods, prices, where and when they are wanted."""
    trade = Trade(actor, records, "supplier")
    trade.past.read(Location, (order.location_id for order in records))
    sheets = []
    for order in records:
        place = trade.past.of(order, order.location_id)
        facts = (
            (_("Order date"), day(order.ordered_on)),
            (_("Requested date"), day(order.requested_on)),
            (_("Deliver to"), title(place.name_zh, place.name_en) if place else ""),
            (_("Currency"), str(order.currency_id)),
        )
        signatures = (_("Buyer (seal)"), _("Supplier (seal)"))
        name, label = _("Purchase order"), _("Supplier")
        sheets.append(trade.sheet(order, name, label, facts, **trade.priced(order), signatures=signatures))
    return sheets


def receipts(actor: Actor, records: Sequence[GoodsReceipt]) -> list[dict[str, Any]]:
    """What came, where it was put, on which order; no prices."""
    lines = [line for record in records for line in record.lines]
    ordered = PurchaseOrderLine.objects.filter(group_id=actor.group_id, order__in={line.order_id for line in lines})
    units = {(order, line): unit for order, line, unit in ordered.values_list("order_id", "line", "unit_id")}
    for line in lines:  # a receipt is in the units of its orders
        setattr(line, "unit_id", units[line.order_id, line.order_line])  # noqa: B010 - no field of its own
    trade = Trade(actor, records, "supplier")
    trade.past.read(Location, (line.location_id for line in lines))
    named = titles(actor.group_id, (line.order_id for line in lines))
    columns = (
        column(pgettext("print", "Line"), 10, "center"),
        column(_("Item code"), 26),
        widest(_("Name and specification")),
        column(_("Quantity"), 18, "right"),
        column(pgettext("print", "Unit"), 14, "center"),
        column(_("Location"), 22),
        column(_("Lot or serial"), 22),
        column(_("Order"), 28),
    )
    return [
        trade.sheet(
            record,
            _("Goods receipt"),
            _("Supplier"),
            (
                (_("Received at"), instant(record.moved_at, trade.past.of(record, record.company_id).time_zone)),
                (_("Delivery note"), record.delivery_note),
                (_("External number"), record.reference),
            ),
            columns=columns,
            rows=[
                [
                    str(line.line),
                    *trade.item(record, line),
                    *trade.quantity(record, line),
                    place.code if (place := trade.past.of(record, line.location_id)) else "",
                    line.lot,
                    named[line.order_id]["number"],
                ]
                for line in record.lines
            ],
            sums=["", "", _("Total"), figure(trade.count(record)), *[""] * 4] if trade.is_one_unit(record) else None,
            signatures=(_("Delivered by"), _("Checked by"), _("Received by and date")),
        )
        for record in records
    ]


ORDER = Print(key="order", label=gettext_lazy("Purchase order"), make=orders, template=SHEET)
RECEIPT = Print(key="receipt", label=gettext_lazy("Goods receipt"), make=receipts, template=SHEET)
RECEIPT_FORM = Print(
    key="form", label=gettext_lazy("Goods receipt, 241 mm form"), make=receipts, template=SHEET, paper=FORM
)
