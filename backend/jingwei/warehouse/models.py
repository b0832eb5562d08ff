"""What a warehouse keeper types: other receipts and issues, opening stock, transfers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item, Location, Unit, Warehouse
from jingwei.platform.fields import AmountField, CodeField, PriceField, QuantityField, TenantForeignKey
from jingwei.platform.models import Line, NumberedDocument, document_constraints
from jingwei.stock.models import Status


class AdjustmentKind(models.TextChoices):
    IN = "in", _("Other receipt")
    OUT = "out", _("Other issue")
    OPENING = "opening", _("Opening stock")


class Adjustment(NumberedDocument):
    """其他入库 / 其他出库 / 存货期初: goods in or out without purchase, sale or production."""

    kind = models.CharField(
        _("Kind"),
        max_length=10,
        choices=AdjustmentKind.choices,
        help_text=_("Receipt, issue, or the stock with which the books begin."),
    )
    moved_at = models.DateTimeField(
        _("Moved at"), help_text=_("When the goods moved; decides the business date and the order of moves.")
    )
    reason = models.CharField(_("Reason"), max_length=200, help_text=_("Why the goods came or went."))
    price_reason = models.CharField(
        _("Reason for unusual prices"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why what comes in costs far more or less than the stock has so far; asked when posting."),
    )
    amount = AmountField(_("Value"), default=0, help_text=_("Value of the goods, in functional currency."))

    lines: list[AdjustmentLine]

    class Meta:
        db_table = "adjustment"
        constraints = document_constraints("adjustment", "adjustment")


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


class Transfer(NumberedDocument):
    """调拨: goods from one place of the stock to another; their value stays."""

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

    lines: list[TransferLine]

    class Meta:
        db_table = "transfer"
        constraints = document_constraints("transfer", "transfer")


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


class StockCount(NumberedDocument):
    """盘点单: what was found at an instant, compared with the book at that instant."""

    warehouse = TenantForeignKey(
        Warehouse,
        scope="company",
        verbose_name=_("Warehouse"),
        null=True,
        blank=True,
        help_text=_("Warehouse that was counted; empty when the lines name places of several."),
    )
    started_at = models.DateTimeField(
        _("Counting began at"),
        null=True,
        blank=True,
        help_text=_("When counting began: what moved from then until the count is marked to be counted again."),
    )
    counted_at = models.DateTimeField(
        _("Counted at"), help_text=_("Instant the quantities are of: they are compared with the book at this instant.")
    )
    reason = models.CharField(_("Reason"), max_length=200, help_text=_("Why or on what occasion was counted."))
    amount = AmountField(
        _("Value of differences"), default=0, help_text=_("Surplus less shortage, in functional currency, as posted.")
    )

    lines: list[StockCountLine]

    class Meta:
        db_table = "stock_count"
        constraints = document_constraints("stock_count", "count")


class StockCountLine(Line):
    """What was found of an item at a place."""

    stock_count = TenantForeignKey(StockCount)
    item = TenantForeignKey(Item, verbose_name=_("Item"), help_text=_("What was counted."))
    location = TenantForeignKey(Location, verbose_name=_("Location"), help_text=_("Place of the stock it lay at."))
    lot = CodeField(
        _("Lot or serial"), max_length=60, blank=True, default="", help_text=_("Needed where the item is tracked.")
    )
    status = models.CharField(
        _("Condition"),
        max_length=12,
        choices=Status.choices,
        default=Status.AVAILABLE,
        help_text=_("Whether the goods are available, in inspection or blocked."),
    )
    quantity_counted = QuantityField(_("Counted"), help_text=_("Quantity found, in the item's stock unit; 0 for none."))
    quantity_book = QuantityField(
        _("Book"),
        default=0,
        help_text=_("What should have lain there at that instant, by all moves known."),
    )
    difference = QuantityField(_("Difference"), default=0, help_text=_("Counted less book: + surplus, − shortage."))
    price = PriceField(
        _("Unit cost"),
        null=True,
        blank=True,
        help_text=_("Cost of one unit of a surplus; the average, or the last cost, when empty."),
    )
    amount = AmountField(_("Value"), default=0, help_text=_("Value of the difference as posted with the count."))
    is_recount = models.BooleanField(
        _("Count again"), default=False, help_text=_("Goods moved here while this was being counted.")
    )

    class Meta:
        db_table = "stock_count_line"
