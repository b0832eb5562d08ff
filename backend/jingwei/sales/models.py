"""Orders of customers, the goods that went out on them, and how much each customer may owe."""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item, Location, Party, PricedDocument, PricedLine, Unit
from jingwei.platform.fields import AmountField, CodeField, NoteField, QuantityField, RateField, TenantForeignKey
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
        _("Still free"), null=True, blank=True, help_text=_("Limit less what is used of it; negative when exceeded.")
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
        _("Customer's number"),
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
    `quantity_invoiced` what is invoiced less what is credited; their amounts are in the order's currency."""

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
    net_invoiced = AmountField(
        _("Net invoiced"), default=0, help_text=_("Net amount invoiced of it, less what is credited.")
    )
    tax_invoiced = AmountField(_("Tax invoiced"), default=0, help_text=_("Tax invoiced of it, less what is credited."))

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
