"""Orders to suppliers, the goods that came on them, what of these went back, and what was invoiced."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.masterdata.models import Item, Location, Party, PricedDocument, PricedLine
from jingwei.platform.fields import AmountField, CodeField, NoteField, QuantityField, TenantForeignKey
from jingwei.platform.models import Line, NumberedDocument, RegistryRow, TenantModel, document_constraints


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
    price_reason = models.CharField(
        _("Reason for unusual prices"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why goods cost nothing, such as samples, or far more or less than before; asked when confirming."),
    )
    lines: list[PurchaseOrderLine]

    class Meta:
        db_table = "purchase_order"
        constraints = document_constraints("purchase_order", "order")


class PurchaseOrderLine(PricedLine):
    """An item of an order, in the unit it is bought in. The counters are in that unit too."""

    unindexed = ("item",)

    order = TenantForeignKey(PurchaseOrder)
    requested_on = models.DateField(
        _("Requested date"), null=True, blank=True, help_text=_("When this line is wanted; the order's when empty.")
    )
    quantity_received = QuantityField(
        _("Received"), default=0, help_text=_("What has come, less what went back to be delivered again.")
    )
    quantity_invoiced = QuantityField(
        _("Invoiced"), default=0, help_text=_("What the supplier has invoiced, less what was credited.")
    )
    quantity_ahead = QuantityField(
        _("Invoiced, not come"), default=0, help_text=_("How much of what is invoiced is still to come.")
    )

    class Meta:
        db_table = "purchase_order_line"
        indexes = [models.Index(fields=["group", "item", "id"], name="purchase_order_line_last_ix")]
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
            models.CheckConstraint(
                name="purchase_order_line_invoiced",
                condition=models.Q(quantity_invoiced__gte=0),
                violation_error_code="credit.over",
                violation_error_message=_("More would be credited than was invoiced."),
            ),
            models.CheckConstraint(
                name="purchase_order_line_ahead",
                condition=models.Q(
                    quantity_ahead__gte=0, quantity_ahead__lte=models.F("quantity") - models.F("quantity_received")
                ),
                violation_error_code="invoice.over",
                violation_error_message=_("More would be invoiced before it came than is still to come."),
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
    location = TenantForeignKey(
        Location,
        verbose_name=_("Location"),
        null=True,
        blank=True,
        help_text=_("Place the goods were put; the order's when empty. Services have none."),
    )
    lot = CodeField(
        _("Lot or serial"), max_length=60, blank=True, default="", help_text=_("Needed where the item is tracked.")
    )
    item = TenantForeignKey(Item, verbose_name=_("Item"), null=True, blank=True, help_text=_("The order line's item."))
    quantity_stock = QuantityField(
        _("In stock units"), default=0, help_text=_("The quantity in the item's stock unit, exactly.")
    )
    amount_ordered = AmountField(
        _("At order prices"), default=0, help_text=_("Share of the order line without tax, in functional currency.")
    )
    amount = AmountField(
        _("Value"),
        default=0,
        help_text=_("What the goods put into the stock and accrue, in functional currency; 0 for services."),
    )
    quantity_returned = QuantityField(_("Returned"), default=0, help_text=_("How much of it went back."))
    amount_returned = AmountField(
        _("Value returned"), default=0, help_text=_("How much of the accrued value went back with returns.")
    )
    quantity_invoiced = QuantityField(
        _("Invoiced"), default=0, help_text=_("How much of it is invoiced, less what was credited.")
    )
    amount_invoiced = AmountField(
        _("Value invoiced"), default=0, help_text=_("How much of the accrued value invoices have replaced.")
    )

    class Meta:
        db_table = "goods_receipt_line"
        constraints = [
            models.CheckConstraint(
                name="goods_receipt_line_returned",
                condition=models.Q(quantity_returned__gte=0, quantity_returned__lte=models.F("quantity")),
                violation_error_code="return.over",
                violation_error_message=_("More would go back than came."),
            ),
            models.CheckConstraint(
                name="goods_receipt_line_invoiced",
                condition=models.Q(quantity_invoiced__gte=0, quantity_invoiced__lte=models.F("quantity")),
                violation_error_code="invoice.over",
                violation_error_message=_("More would be invoiced than came, or credited than was invoiced."),
            ),
        ]


class PurchaseReturn(NumberedDocument):
    """采购退货单: goods that go back to the supplier they came from."""

    supplier = TenantForeignKey(Party, verbose_name=_("Supplier"), help_text=_("Party the goods go back to."))
    moved_at = models.DateTimeField(
        _("Returned at"), help_text=_("When the goods left; decides the business date and the order of moves.")
    )
    is_final = models.BooleanField(
        _("No replacement"),
        default=False,
        help_text=_("Nothing is delivered again: the order counts the goods as received although they went back."),
    )
    reason = models.CharField(
        _("Reason"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why the goods go back; the lines' when empty."),
    )
    amount = AmountField(_("Value"), default=0, help_text=_("Accrued value that goes back, in functional currency."))

    lines: list[PurchaseReturnLine]

    class Meta:
        db_table = "purchase_return"
        constraints = document_constraints("purchase_return", "return")


class PurchaseReturnLine(Line):
    """What goes back of a receipt's line, in the unit it was ordered in."""

    unindexed = ("location",)

    purchase_return = TenantForeignKey(PurchaseReturn)
    receipt = TenantForeignKey(
        GoodsReceipt, verbose_name=_("Goods receipt"), help_text=_("Receipt the goods came with.")
    )
    receipt_line = models.PositiveIntegerField(
        _("Receipt line"), validators=[MinValueValidator(1)], help_text=_("Number of the line in the receipt.")
    )
    quantity = QuantityField(_("Quantity"), help_text=_("What goes back, in the order line's unit."))
    location = TenantForeignKey(
        Location,
        verbose_name=_("Location"),
        null=True,
        blank=True,
        help_text=_("Place the goods are taken from; where they were put when empty."),
    )
    lot = CodeField(
        _("Lot or serial"),
        max_length=60,
        blank=True,
        default="",
        help_text=_("Lot or serial number that goes back; the receipt's when empty."),
    )
    reason = models.CharField(
        _("Reason"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why this goes back; the document's when empty."),
    )
    item = TenantForeignKey(
        Item, verbose_name=_("Item"), null=True, blank=True, help_text=_("The receipt line's item.")
    )
    quantity_stock = QuantityField(
        _("In stock units"), default=0, help_text=_("The quantity in the item's stock unit, exactly.")
    )
    amount = AmountField(_("Value"), default=0, help_text=_("Accrued value that goes back, in functional currency."))

    class Meta:
        db_table = "purchase_return_line"


class SupplierInvoiceKind(models.TextChoices):
    """Whether the supplier asks for money or gives some back."""

    INVOICE = "invoice", _("Supplier invoice")
    CREDIT = "credit", _("Supplier credit note")


class SupplierInvoice(PricedDocument, NumberedDocument):
    """采购应付单: what a supplier asks for goods and services that came, or (红字应付单) gives back of it. Amounts
    stand as on the paper; a credit note is posted in red."""

    unindexed = ("company",)

    kind = models.CharField(
        _("Kind"),
        max_length=10,
        choices=SupplierInvoiceKind.choices,
        default=SupplierInvoiceKind.INVOICE,
        help_text=_("Invoice, or credit note that lowers what was invoiced; amounts of both are entered as positive."),
    )
    supplier = TenantForeignKey(Party, verbose_name=_("Supplier"), help_text=_("Party the invoice is from."))
    number_given = models.CharField(
        _("Supplier's invoice number"),
        max_length=60,
        blank=True,
        default="",
        help_text=_("Number on the supplier's invoice; stands once per supplier, however it is written."),
    )
    invoiced_on = models.DateField(_("Invoice date"), help_text=_("Date on the supplier's invoice."))
    posted_on = models.DateField(_("Accounting date"), help_text=_("Day the invoice counts for; in an open period."))
    due_on = models.DateField(
        _("Due date"),
        null=True,
        blank=True,
        help_text=_("When it is to be paid; by the supplier's payment term when empty."),
    )
    is_blocked = models.BooleanField(
        _("Blocked for payment"), default=False, help_text=_("Whether it may not be paid until somebody releases it.")
    )
    variances = NoteField(
        _("Variances"),
        help_text=_("Where the invoice differs from what was ordered and kept by more than is tolerated."),
    )
    release_reason = models.CharField(
        _("Released because"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why it may be paid in spite of its variances."),
    )
    amount_open = AmountField(
        _("Open amount"), null=True, blank=True, help_text=_("What is still to be paid of it, in its currency.")
    )

    lines: list[SupplierInvoiceLine]

    class Meta:
        db_table = "supplier_invoice"
        constraints = document_constraints("supplier_invoice", "invoice")


class SupplierInvoiceLine(PricedLine):
    """What is invoiced of a receipt's line, or of an order's line before it came, in the unit it was ordered in and the
    currency of the invoice. What had not come when it was posted stands in `quantity_ahead` with its cost; how much of
    that has come or was credited since, in `quantity_arrived`."""

    unindexed = ("unit",)

    invoice = TenantForeignKey(SupplierInvoice)
    receipt = TenantForeignKey(
        GoodsReceipt,
        verbose_name=_("Goods receipt"),
        null=True,
        blank=True,
        help_text=_("Receipt of what is invoiced; empty where it has not come yet."),
    )
    receipt_line = models.PositiveIntegerField(
        _("Receipt line"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Number of the line in the receipt."),
    )
    order = TenantForeignKey(
        PurchaseOrder,
        verbose_name=_("Order"),
        null=True,
        blank=True,
        help_text=_("Order of what is invoiced before it came; the receipt's where one is named."),
    )
    order_line = models.PositiveIntegerField(
        _("Order line"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Number of the line in the order."),
    )
    item = TenantForeignKey(
        Item, verbose_name=_("Item"), null=True, blank=True, help_text=_("The receipt line's item.")
    )
    amount_accrued = AmountField(
        _("Accrued"),
        default=0,
        help_text=_("Accrued value that the line replaces, in functional currency; negative on a credit note."),
    )
    amount_difference = AmountField(
        pgettext_lazy("invoice", "Difference"),
        default=0,
        help_text=_("Cost of the goods by the invoice less what was accrued, in functional currency."),
    )
    quantity_ahead = QuantityField(
        _("Not come yet"), default=0, help_text=_("How much of it had not come when the invoice was posted.")
    )
    amount_ahead = AmountField(
        _("Cost on the way"),
        default=0,
        help_text=_("Cost of what had not come, in functional currency: goods invoiced and not received."),
    )
    quantity_arrived = QuantityField(
        _("Come since"), default=0, help_text=_("How much of that has come, or was credited, since.")
    )
    amount_arrived = AmountField(
        _("Cost come since"), default=0, help_text=_("How much of that cost has gone into the stock, or was credited.")
    )

    class Meta:
        db_table = "supplier_invoice_line"
        constraints = [
            models.CheckConstraint(
                name="supplier_invoice_line_arrived",
                condition=models.Q(quantity_arrived__gte=0, quantity_arrived__lte=models.F("quantity_ahead")),
                violation_error_code="invoice.over",
            ),
        ]


class InvoiceMatch(TenantModel):
    """What a receipt brought, or a credit note took back, of goods that were invoiced before they came: `amount` of the
    cost that was on the way, against `amount_accrued` by the order; the difference is a late price of the receipt."""

    invoice_line = TenantForeignKey(SupplierInvoiceLine)
    document = TenantForeignKey(RegistryRow)
    document_line = models.PositiveIntegerField()
    quantity = QuantityField()
    amount = AmountField(default=0)
    amount_accrued = AmountField(default=0)
    is_reversed = models.BooleanField(default=False)

    class Meta:
        db_table = "invoice_match"
