"""What a warehouse keeper types: other receipts and issues, opening stock, transfers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item, Location, Unit
from jingwei.platform.fields import AmountField, CodeField, PriceField, QuantityField, TenantForeignKey
from jingwei.platform.models import CompanyRecord, Line


class AdjustmentKind(models.TextChoices):
    IN = "in", _("Other receipt")
    OUT = "out", _("Other issue")
    OPENING = "opening", _("Opening stock")


class Adjustment(CompanyRecord):
    """其他入库 / 其他出库 / 存货期初: goods in or out without purchase, sale or production."""

    kind = models.CharField(
        _("Kind"),
        max_length=10,
        choices=AdjustmentKind.choices,
        help_text=_("Receipt, issue, or the stock with which the books begin."),
    )
    number = models.CharField(
        _("Number"), max_length=40, blank=True, default="", help_text=_("Given when the document is made.")
    )
    moved_at = models.DateTimeField(
        _("Moved at"), help_text=_("When the goods moved; decides the business date and the order of moves.")
    )
    reason = models.CharField(_("Reason"), max_length=200, help_text=_("Why the goods came or went."))
    amount = AmountField(_("Value"), default=0, help_text=_("Value of the goods, in functional currency."))

    reference = models.CharField(
        _("Reference"),
        max_length=60,
        blank=True,
        default="",
        help_text=_(
            "Number of the paper or system it comes from; rows of an import with one reference are one document."
        ),
    )

    lines: list[AdjustmentLine]

    class Meta:
        db_table = "adjustment"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "number"],
                name="adjustment_number_key",
                violation_error_code="adjustment.number.duplicate",
            ),
            models.UniqueConstraint(
                fields=["group", "company", "reference"],
                name="adjustment_reference_key",
                condition=~models.Q(reference=""),
                violation_error_code="adjustment.reference.duplicate",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class AdjustmentLine(Line):
    """An item of an adjustment."""

    adjustment = TenantForeignKey(Adjustment)
    item = TenantForeignKey(Item, verbose_name=_("Item"), help_text=_("What came or went."))
    location = TenantForeignKey(
        Location, verbose_name=_("Location"), help_text=_("Place of the stock it came to or left.")
    )
    quantity = QuantityField(_("Quantity"), help_text=_("Quantity in the unit beside it."))
    unit = TenantForeignKey(
        Unit, verbose_name=_("Unit"), null=True, blank=True, help_text=_("The item's stock unit when empty.")
    )
    price = PriceField(
        _("Unit cost"),
        null=True,
        blank=True,
        help_text=_("Cost of one unit, for what comes in; what goes out leaves at the average."),
    )
    lot = CodeField(
        _("Lot or serial"), max_length=60, blank=True, default="", help_text=_("Needed where the item is tracked.")
    )
    quantity_stock = QuantityField(
        _("In stock units"), default=0, help_text=_("The quantity in the item's stock unit, exactly.")
    )
    amount = AmountField(_("Value"), default=0, help_text=_("Value in functional currency, as posted."))

    class Meta:
        db_table = "adjustment_line"


class Transfer(CompanyRecord):
    """调拨: goods from one place of the stock to another; their value stays."""

    number = models.CharField(
        _("Number"), max_length=40, blank=True, default="", help_text=_("Given when the document is made.")
    )
    moved_at = models.DateTimeField(
        _("Moved at"), help_text=_("When the goods moved; decides the business date and the order of moves.")
    )
    from_location = TenantForeignKey(
        Location, scope="company", verbose_name=_("From"), help_text=_("Place the goods leave.")
    )
    to_location = TenantForeignKey(
        Location, scope="company", verbose_name=_("To"), help_text=_("Place the goods come to.")
    )
    reason = models.CharField(
        _("Reason"), max_length=200, blank=True, default="", help_text=_("Why the goods were moved.")
    )

    reference = models.CharField(
        _("Reference"),
        max_length=60,
        blank=True,
        default="",
        help_text=_(
            "Number of the paper or system it comes from; rows of an import with one reference are one document."
        ),
    )

    lines: list[TransferLine]

    class Meta:
        db_table = "transfer"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "number"],
                name="transfer_number_key",
                violation_error_code="transfer.number.duplicate",
            ),
            models.UniqueConstraint(
                fields=["group", "company", "reference"],
                name="transfer_reference_key",
                condition=~models.Q(reference=""),
                violation_error_code="transfer.reference.duplicate",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class TransferLine(Line):
    """An item of a transfer."""

    transfer = TenantForeignKey(Transfer)
    item = TenantForeignKey(Item, verbose_name=_("Item"), help_text=_("What was moved."))
    quantity = QuantityField(_("Quantity"), help_text=_("Quantity in the unit beside it."))
    unit = TenantForeignKey(
        Unit, verbose_name=_("Unit"), null=True, blank=True, help_text=_("The item's stock unit when empty.")
    )
    lot = CodeField(
        _("Lot or serial"), max_length=60, blank=True, default="", help_text=_("Needed where the item is tracked.")
    )
    quantity_stock = QuantityField(
        _("In stock units"), default=0, help_text=_("The quantity in the item's stock unit, exactly.")
    )

    class Meta:
        db_table = "transfer_line"
