"""What a line of an order or invoice has when it is worth money: the item, how much of it, and at which price."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models.items import Item
from jingwei.masterdata.models.units import Unit
from jingwei.platform.fields import AmountField, PriceField, QuantityField, RateField, TenantForeignKey
from jingwei.platform.models import Currency, Line


class PricedLine(Line):
    """Quantity, price, discount and tax of a line, in the document's currency. Amounts are reckoned by
    `masterdata.pricing`, or taken as the paper says them (`amount_given`, `tax_given`)."""

    item = TenantForeignKey(Item, verbose_name=_("Item"), help_text=_("What is bought or sold."))
    quantity = QuantityField(_("Quantity"), help_text=_("Quantity in the unit beside it."))
    unit = TenantForeignKey(
        Unit,
        verbose_name=_("Unit"),
        null=True,
        blank=True,
        help_text=_("Unit of quantity and price; the item's when empty."),
    )
    price = PriceField(
        _("Unit price"), validators=[MinValueValidator(0)], help_text=_("Price of one unit, up to 8 decimals.")
    )
    discount_rate = RateField(
        _("Discount %"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("What is taken off the price, in percent."),
    )
    tax_rate = RateField(
        _("Tax rate %"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Tax in percent, such as 13."),
    )
    amount_given = AmountField(
        _("Amount as given"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Amount on the side of the prices, when it is agreed; quantity times price when empty."),
    )
    tax_given = AmountField(
        _("Tax as given"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Tax as the paper says it; reckoned from the rate when empty."),
    )
    amount_net = AmountField(_("Net amount"), default=0, help_text=_("Amount of the line without tax."))
    amount_tax = AmountField(_("Tax"), default=0, help_text=_("Tax of the line."))
    amount_gross = AmountField(_("Amount with tax"), default=0, help_text=_("Net amount and tax of the line."))

    class Meta:
        abstract = True


class PricedDocument(models.Model):
    """The header of a document with priced lines: currency, side of the prices, totals. Mixed into a document."""

    currency = models.ForeignKey(
        Currency,
        models.DO_NOTHING,
        verbose_name=_("Currency"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("Currency of the prices; the party's when empty."),
    )
    rate = RateField(
        _("Exchange rate"),
        null=True,
        blank=True,
        help_text=_("Functional currency for one unit of the document's; the rate of the day when empty."),
    )
    is_tax_inclusive = models.BooleanField(
        _("Prices include tax"),
        default=False,
        help_text=_("On which side prices are entered; that side is never changed."),
    )
    amount_net = AmountField(_("Net amount"), default=0, help_text=_("Sum of the lines without tax."))
    amount_tax = AmountField(_("Tax"), default=0, help_text=_("Sum of the lines' tax, rounded line by line."))
    amount_gross = AmountField(_("Total with tax"), default=0, help_text=_("Net amount and tax."))

    class Meta:
        abstract = True
