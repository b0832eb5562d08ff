"""Orders to suppliers, and the goods that came on them."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item, Location, Party, PricedDocument, PricedLine
from jingwei.platform.fields import AmountField, CodeField, QuantityField, TenantForeignKey
from jingwei.platform.models import Line, NumberedDocument, document_constraints


class PurchaseOrder(PricedDocument, NumberedDocument):
    """采购订单: what is bought from a supplier, at which price, by when."""

    supplier = TenantForeignKey(Party, verbose_name=_("Supplier"), help_text=_("Party the goods are ordered from."))
    ordered_on = models.DateField(_("Order date"), help_text=_("Business date of the order."))
    requested_on = models.DateField(
        _("Requested date"), null=True, blank=True, help_text=_("When the goods are wanted; the lines' when empty.")
    )
    location = TenantForeignKey(
        Location,
        scope="company",
        verbose_name=_("Deliver to"),
        null=True,
        blank=True,
        help_text=_("Place of the stock the goods are expected at; the first of the company when empty."),
    )
    lines: list[PurchaseOrderLine]

    class Meta:
        db_table = "purchase_order"
        constraints = document_constraints("purchase_order", "order")


class PurchaseOrderLine(PricedLine):
    """An item of an order, in the unit it is bought in. The counters are in that unit too."""

    order = TenantForeignKey(PurchaseOrder)
    requested_on = models.DateField(
        _("Requested date"), null=True, blank=True, help_text=_("When this line is wanted; the order's when empty.")
    )
    quantity_received = QuantityField(_("Received"), default=0, help_text=_("What has come, less what went back."))

    class Meta:
        db_table = "purchase_order_line"
        constraints = [
            models.CheckConstraint(
                name="purchase_order_line_received",
                condition=models.Q(quantity_received__gte=0, quantity_received__lte=models.F("quantity")),
                violation_error_code="receipt.over",
                violation_error_message=_("More would be received than was ordered."),
            ),
            models.CheckConstraint(
                name="purchase_order_line_quantity",
                condition=models.Q(quantity__gt=0),
                violation_error_code="qty.not_positive",
            ),
        ]


class GoodsReceipt(NumberedDocument):
    """收货单: goods that came on orders of one supplier."""

    supplier = TenantForeignKey(Party, verbose_name=_("Supplier"), help_text=_("Party the goods came from."))
    moved_at = models.DateTimeField(
        _("Received at"), help_text=_("When the goods came; decides the business date and the order of moves.")
    )
    delivery_note = models.CharField(
        _("Delivery note"),
        max_length=60,
        blank=True,
        default="",
        help_text=_("Number of the supplier's delivery note."),
    )
    amount = AmountField(_("Value"), default=0, help_text=_("Value of the goods without tax, in functional currency."))

    lines: list[GoodsReceiptLine]

    class Meta:
        db_table = "goods_receipt"
        constraints = document_constraints("goods_receipt", "receipt")


class GoodsReceiptLine(Line):
    """What came of an order's line, in the unit it was ordered in."""

    receipt = TenantForeignKey(GoodsReceipt)
    order = TenantForeignKey(PurchaseOrder, verbose_name=_("Order"), help_text=_("Order the goods came on."))
    order_line = models.PositiveIntegerField(
        _("Order line"), validators=[MinValueValidator(1)], help_text=_("Number of the line in the order.")
    )
    quantity = QuantityField(_("Quantity"), help_text=_("What came, in the order line's unit."))
    location = TenantForeignKey(Location, verbose_name=_("Location"), help_text=_("Place the goods were put."))
    lot = CodeField(
        _("Lot or serial"), max_length=60, blank=True, default="", help_text=_("Needed where the item is tracked.")
    )
    item = TenantForeignKey(Item, verbose_name=_("Item"), null=True, blank=True, help_text=_("The order line's item."))
    quantity_stock = QuantityField(
        _("In stock units"), default=0, help_text=_("The quantity in the item's stock unit, exactly.")
    )
    amount = AmountField(_("Value"), default=0, help_text=_("Value without tax, in functional currency."))

    class Meta:
        db_table = "goods_receipt_line"
