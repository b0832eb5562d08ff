"""Orders of customers, the goods that went out on them and came back, what is invoiced of them, and how much each
customer may owe."""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item, Location, Party, PricedDocument, PricedLine, Unit
from jingwei.platform.fields import (
    AmountField,
    CodeField,
    NoteField,
    PriceField,
    QuantityField,
    RateField,
    TenantForeignKey,
)
from jingwei.platform.models import CompanyRecord, Line, NumberedDocument, document_constraints


def _within(name: str, code: str, message: Any, counter: str) -> models.CheckConstraint:
    """A counter of a line that is never below 0 and never above the line's quantity."""
    return models.CheckConstraint(
        name=name,
        condition=models.Q(**{f"{counter}__gte": 0, f"{counter}__lte": models.F("quantity")}),
        violation_error_code=code,
        violation_error_message=message,
    )


class CreditLimit(CompanyRecord):
    """信用额度: how much a customer may owe a company and have on order with it. No record, no limit."""

    number = models.CharField(_("Code"), max_length=40, blank=True, default="", help_text=_("Code of the customer."))
    customer = TenantForeignKey(Party, verbose_name=_("Customer"), help_text=_("Party the limit is for."))
    credit_limit = AmountField(
        _("Credit limit"),
        validators=[MinValueValidator(0)],
        help_text=_("Most the customer may owe and have on order, with tax, in functional currency."),
    )
    note = NoteField(_("Note"), help_text=_("What the limit rests on: securities, insurance, who decided."))
    amount_exposed = AmountField(
        _("Used"),
        null=True,
        blank=True,
        help_text=_("What is owed now, and confirmed orders not invoiced yet, in functional currency."),
    )
    amount_free = AmountField(
        _("Available credit"),
        null=True,
        blank=True,
        help_text=_("Limit less what is used of it; negative when exceeded."),
    )

    class Meta:
        db_table = "credit_limit"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "customer"],
                name="credit_limit_once",
                violation_error_code="credit.duplicate",
            ),
            models.CheckConstraint(
                name="credit_limit_amount",
                condition=models.Q(credit_limit__gte=0),
                violation_error_code="number.range",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SalesOrder(PricedDocument, NumberedDocument):
    """销售订单: what a customer has ordered, at which price, for when."""

    customer = TenantForeignKey(Party, verbose_name=_("Customer"), help_text=_("Party that ordered."))
    customer_reference = models.CharField(
        _("Customer's order number"),
        max_length=60,
        blank=True,
        default="",
        help_text=_("Number of the customer's own order."),
    )
    ordered_on = models.DateField(_("Order date"), help_text=_("Business date of the order."))
    requested_on = models.DateField(
        _("Requested date"),
        null=True,
        blank=True,
        help_text=_("When the customer wants the goods; the lines' when empty."),
    )
    location = TenantForeignKey(
        Location,
        scope="company",
        verbose_name=_("Ship from"),
        null=True,
        blank=True,
        help_text=_("Place of the stock the goods are taken from; any place of the company when empty."),
    )
    price_reason = models.CharField(
        _("Reason for unusual prices"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why goods are sold for far more or less than before; asked when confirming."),
    )
    progress_delivered = RateField(
        _("Delivered %"), default=0, help_text=_("How much of the order has gone out, by net amount, in percent.")
    )
    progress_invoiced = RateField(
        _("Invoiced %"), default=0, help_text=_("How much of the order is invoiced, by net amount, in percent.")
    )
    lines: list[SalesOrderLine]

    class Meta:
        db_table = "sales_order"
        constraints = document_constraints("sales_order", "order")


class SalesOrderLine(PricedLine):
    """An item of an order, in the unit it is sold in. The counters are in that unit too.

    `quantity_delivered` is what went out, less what came back to be replaced; `quantity_returned` all that came back;
    `quantity_invoiced` what is invoiced, less what is credited. Available quantities are reckoned on reading.
    """

    unindexed = ("item",)

    order = TenantForeignKey(SalesOrder)
    requested_on = models.DateField(
        _("Requested date"), null=True, blank=True, help_text=_("When this line is wanted; the order's when empty.")
    )
    quantity_stock = QuantityField(
        _("In stock units"), default=0, help_text=_("The quantity in the item's stock unit, exactly.")
    )
    quantity_delivered = QuantityField(
        _("Delivered"), default=0, help_text=_("What has gone out, less what came back to be replaced.")
    )
    quantity_returned = QuantityField(_("Returned"), default=0, help_text=_("All that came back."))
    quantity_invoiced = QuantityField(_("Invoiced"), default=0, help_text=_("What is invoiced, less what is credited."))
    net_delivered = AmountField(default=0, editable=False)
    tax_delivered = AmountField(default=0, editable=False)
    quantity_reserved = QuantityField(
        _("Reserved"), null=True, blank=True, help_text=_("What is kept for this line, in the item's stock unit.")
    )
    quantity_available = QuantityField(
        _("Available quantity"),
        null=True,
        blank=True,
        help_text=_("On hand less what is reserved for others, in the item's stock unit."),
    )
    available_on = models.DateField(
        _("Available on"),
        null=True,
        blank=True,
        help_text=_("First day on which all that is open can go out, by stock, expected goods and earlier promises."),
    )

    class Meta:
        db_table = "sales_order_line"
        indexes = [models.Index(fields=["group", "item", "id"], name="sales_order_line_last_ix")]
        constraints = [
            _within(
                "sales_order_line_delivered",
                "delivery.over",
                _("More would be delivered than was ordered."),
                "quantity_delivered",
            ),
            models.CheckConstraint(
                name="sales_order_line_counters",
                condition=models.Q(quantity_returned__gte=0, quantity_invoiced__gte=0),
                violation_error_code="billing.over",
            ),
            models.CheckConstraint(
                name="sales_order_line_quantity",
                condition=models.Q(quantity__gt=0),
                violation_error_code="qty.not_positive",
            ),
        ]


class Delivery(NumberedDocument):
    """发货单: goods that go out on orders of one customer."""

    customer = TenantForeignKey(Party, verbose_name=_("Customer"), help_text=_("Party the goods go to."))
    moved_at = models.DateTimeField(
        _("Shipped at"), help_text=_("When the goods left; decides the business date and the order of moves.")
    )
    waybill = models.CharField(
        _("Waybill"),
        max_length=60,
        blank=True,
        default="",
        help_text=_("Number under which the carrier has the goods."),
    )
    amount = AmountField(
        _("Value"), default=0, help_text=_("Selling value of the goods without tax, in functional currency.")
    )
    is_revenue_recognised = models.BooleanField(
        _("Revenue recognised"),
        default=False,
        editable=False,
        help_text=_("Whether posting it recognised revenue, by the policy of the company at that time."),
    )

    lines: list[DeliveryLine]

    class Meta:
        db_table = "sales_delivery"
        constraints = document_constraints("sales_delivery", "delivery")


class DeliveryLine(Line):
    """What goes out of an order's line, in the unit it was ordered in. `quantity_returned` is what came back of it,
    `quantity_invoiced` what is invoiced less what is credited.

    `net_cleared`, `tax_cleared` are the shares of the line's amounts that returns and invoices took, in the order's
    currency; `…_difference` by how much invoices differ from their shares; `…_unbilled` what is left of the revenue
    that was recognised on delivery, in functional currency.
    """

    unindexed = ("unit",)

    delivery = TenantForeignKey(Delivery)
    order = TenantForeignKey(SalesOrder, verbose_name=_("Order"), help_text=_("Order the goods go out on."))
    order_line = models.PositiveIntegerField(
        _("Order line"), validators=[MinValueValidator(1)], help_text=_("Number of the line in the order.")
    )
    quantity = QuantityField(_("Quantity"), help_text=_("What goes out, in the order line's unit."))
    location = TenantForeignKey(
        Location,
        verbose_name=_("Location"),
        null=True,
        blank=True,
        help_text=_("Place the goods are taken from; the order's when empty."),
    )
    lot = CodeField(
        _("Lot or serial"), max_length=60, blank=True, default="", help_text=_("Needed where the item is tracked.")
    )
    item = TenantForeignKey(Item, verbose_name=_("Item"), null=True, blank=True, help_text=_("The order line's item."))
    unit = TenantForeignKey(Unit, verbose_name=_("Unit"), null=True, blank=True, help_text=_("The order line's unit."))
    quantity_stock = QuantityField(
        _("In stock units"), default=0, help_text=_("The quantity in the item's stock unit, exactly.")
    )
    amount_net = AmountField(_("Net amount"), default=0, help_text=_("Share of the order line's net amount."))
    amount_tax = AmountField(_("Tax"), default=0, help_text=_("Share of the order line's tax."))
    quantity_returned = QuantityField(_("Returned"), default=0, help_text=_("What came back of it."))
    quantity_invoiced = QuantityField(_("Invoiced"), default=0, help_text=_("What is invoiced, less what is credited."))
    net_cleared = AmountField(default=0, editable=False)
    tax_cleared = AmountField(default=0, editable=False)
    net_difference = AmountField(default=0, editable=False)
    tax_difference = AmountField(default=0, editable=False)
    net_unbilled = AmountField(default=0, editable=False)
    tax_unbilled = AmountField(default=0, editable=False)

    class Meta:
        db_table = "sales_delivery_line"
        constraints = [
            _within(
                "sales_delivery_line_returned",
                "return.over",
                _("More would come back than was delivered."),
                "quantity_returned",
            ),
            _within(
                "sales_delivery_line_invoiced",
                "billing.over",
                _("More would be invoiced than was delivered."),
                "quantity_invoiced",
            ),
        ]


class SalesReturn(NumberedDocument):
    """销售退货单: goods that come back from a customer."""

    unindexed = ("company",)

    customer = TenantForeignKey(Party, verbose_name=_("Customer"), help_text=_("Party the goods come back from."))
    moved_at = models.DateTimeField(
        _("Returned at"), help_text=_("When the goods came back; decides the business date and the order of moves.")
    )
    is_final = models.BooleanField(
        _("No replacement"),
        default=False,
        help_text=_("Nothing is delivered again: the order counts the goods as delivered although they came back."),
    )
    reason = models.CharField(
        _("Reason"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why the goods come back; the lines' when empty."),
    )
    amount = AmountField(
        _("Value"), default=0, help_text=_("Selling value of the goods without tax, in functional currency.")
    )

    lines: list[SalesReturnLine]

    class Meta:
        db_table = "sales_return"
        constraints = document_constraints("sales_return", "return")


class SalesReturnLine(Line):
    """What comes back of a delivery's line, in the unit it was ordered in. `…_unbilled` is what it takes of revenue
    recognised on delivery, in functional currency."""

    unindexed = ("location", "item")

    sales_return = TenantForeignKey(SalesReturn)
    delivery = TenantForeignKey(Delivery, verbose_name=_("Delivery"), help_text=_("Delivery the goods went out with."))
    delivery_line = models.PositiveIntegerField(
        _("Delivery line"), validators=[MinValueValidator(1)], help_text=_("Number of the line in the delivery.")
    )
    quantity = QuantityField(_("Quantity"), help_text=_("What comes back, in the order line's unit."))
    location = TenantForeignKey(
        Location,
        verbose_name=_("Location"),
        null=True,
        blank=True,
        help_text=_("Place the goods are put; where they were taken from when empty."),
    )
    lot = CodeField(
        _("Lot or serial"),
        max_length=60,
        blank=True,
        default="",
        help_text=_("Lot or serial number that comes back; the delivery's when empty."),
    )
    reason = models.CharField(
        _("Reason"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why this comes back; the document's when empty."),
    )
    item = TenantForeignKey(
        Item, verbose_name=_("Item"), null=True, blank=True, help_text=_("The delivery line's item.")
    )
    quantity_stock = QuantityField(
        _("In stock units"), default=0, help_text=_("The quantity in the item's stock unit, exactly.")
    )
    amount_net = AmountField(_("Net amount"), default=0, help_text=_("Share of the delivery line's net amount."))
    amount_tax = AmountField(_("Tax"), default=0, help_text=_("Share of the delivery line's tax."))
    net_unbilled = AmountField(default=0, editable=False)
    tax_unbilled = AmountField(default=0, editable=False)

    class Meta:
        db_table = "sales_return_line"


class BillingKind(models.TextChoices):
    """Whether the customer is asked for money or given some back."""

    INVOICE = "invoice", _("Customer invoice")
    CREDIT = "credit", _("Customer credit note")


class Billing(PricedDocument, NumberedDocument):
    """销售应收单: what a customer is asked for what was delivered, or (红字应收单) given back of it."""

    unindexed = ("company",)

    kind = models.CharField(
        _("Kind"),
        max_length=10,
        choices=BillingKind.choices,
        default=BillingKind.INVOICE,
        help_text=_("Invoice, or credit note that gives back what was invoiced; both are entered as positive."),
    )
    customer = TenantForeignKey(Party, verbose_name=_("Customer"), help_text=_("Party that is invoiced."))
    invoiced_on = models.DateField(_("Invoice date"), help_text=_("Date of the invoice, and day it counts for."))
    due_on = models.DateField(
        _("Due date"),
        null=True,
        blank=True,
        help_text=_("When it is to be paid; by the customer's payment term when empty."),
    )
    amount_open = AmountField(
        _("Open amount"), null=True, blank=True, help_text=_("What is still to be paid of it, in its currency.")
    )

    lines: list[BillingLine]

    class Meta:
        db_table = "sales_billing"
        constraints = document_constraints("sales_billing", "billing")


class BillingLine(Line):
    """What is invoiced or credited of a delivery's line, in the unit it was ordered in; amounts are its share of the
    delivery line's, or as given.

    Of the posted line, with the sign of the invoice: `…_share` is what it takes of the delivery line's amounts,
    `…_unbilled` of revenue recognised on delivery and `cost` of the goods, both in functional currency.
    """

    unindexed = ("item", "unit")

    billing = TenantForeignKey(Billing)
    delivery = TenantForeignKey(Delivery, verbose_name=_("Delivery"), help_text=_("Delivery that is invoiced."))
    delivery_line = models.PositiveIntegerField(
        _("Delivery line"), validators=[MinValueValidator(1)], help_text=_("Number of the line in the delivery.")
    )
    quantity = QuantityField(_("Quantity"), help_text=_("What is invoiced, in the order line's unit."))
    net_given = AmountField(
        _("Net as given"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Net amount when it is agreed; the share of what was ordered when empty."),
    )
    tax_given = AmountField(
        _("Tax as given"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Tax as the paper says it; the share of what was ordered when empty."),
    )
    item = TenantForeignKey(
        Item, verbose_name=_("Item"), null=True, blank=True, help_text=_("The delivery line's item.")
    )
    unit = TenantForeignKey(Unit, verbose_name=_("Unit"), null=True, blank=True, help_text=_("The order line's unit."))
    price = PriceField(_("Unit price"), default=0, help_text=_("Price of one unit on the order."))
    tax_rate = RateField(_("Tax rate %"), default=0, help_text=_("Tax of the order line, in percent."))
    amount_net = AmountField(_("Net amount"), default=0, help_text=_("Amount of the line without tax."))
    amount_tax = AmountField(_("Tax"), default=0, help_text=_("Tax of the line."))
    amount_gross = AmountField(_("Amount with tax"), default=0, help_text=_("Net amount and tax of the line."))
    net_share = AmountField(default=0, editable=False)
    tax_share = AmountField(default=0, editable=False)
    net_unbilled = AmountField(default=0, editable=False)
    tax_unbilled = AmountField(default=0, editable=False)
    cost = AmountField(default=0, editable=False)

    class Meta:
        db_table = "sales_billing_line"
        constraints = [
            models.CheckConstraint(
                name="sales_billing_line_quantity",
                condition=models.Q(quantity__gt=0),
                violation_error_code="qty.not_positive",
            ),
        ]
