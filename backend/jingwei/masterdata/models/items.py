"""Items, their categories and their other units."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models.units import Unit
from jingwei.platform.fields import CodeField, TenantForeignKey
from jingwei.platform.models import Line, Master, master_constraints


class AccountingClass(models.TextChoices):
    """How the books see what is bought, kept or sold; the same values as `books.roles.AccountingClass`."""

    RAW_MATERIAL = "raw_material", _("Raw material")
    AUXILIARY_MATERIAL = "auxiliary_material", _("Auxiliary material")
    PURCHASED_PART = "purchased_part", _("Purchased part")
    SPARE_PART = "spare_part", _("Spare part")
    PACKING_MATERIAL = "packing_material", _("Packing material")
    FUEL = "fuel", _("Fuel")
    FINISHED_GOOD = "finished_good", _("Finished good")
    MERCHANDISE = "merchandise", _("Merchandise")
    SEMI_FINISHED = "semi_finished", _("Semi-finished product")
    LOW_VALUE_TOOL = "low_value_tool", _("Low-value tool")
    BIOLOGICAL = "biological", _("Biological asset")
    SUBCONTRACTED = "subcontracted", _("Subcontracted material")
    SERVICE = "service", _("Service")
    FREIGHT = "freight", _("Freight")
    RENTAL = "rental", _("Rental")


#: Classes of things that are never in stock.
NOT_STOCKED = frozenset({AccountingClass.SERVICE, AccountingClass.FREIGHT, AccountingClass.RENTAL})


class ValuationMethod(models.TextChoices):
    """How what leaves the stock is priced."""

    MOVING_AVERAGE = "moving_average", _("Moving average")
    FIFO = "fifo", _("First in, first out")
    MONTH_WEIGHTED = "month_weighted", _("Weighted average of the month")
    SPECIFIC = "specific", _("Identified cost")
    STANDARD = "standard", _("Standard cost")


class ItemCategory(Master):
    """A branch of the category tree; its accounting class decides which accounts its items post to."""

    parent = TenantForeignKey(
        "self",
        verbose_name=_("Parent category"),
        null=True,
        blank=True,
        help_text=_("Category this one belongs to; empty at the top of the tree."),
    )
    accounting_class = models.CharField(
        _("Accounting class"),
        max_length=20,
        choices=AccountingClass.choices,
        default=AccountingClass.MERCHANDISE,
        help_text=_("Decides which stock, cost and revenue accounts the items of the category post to."),
    )
    valuation_method = models.CharField(
        _("Valuation method"),
        max_length=16,
        choices=ValuationMethod.choices,
        default=ValuationMethod.MOVING_AVERAGE,
        help_text=_("How stock of new items of the category is valued, where a company has chosen nothing else."),
    )

    class Meta:
        db_table = "item_category"
        constraints = master_constraints("item_category", "item-category")


class Tracking(models.TextChoices):
    NONE = "none", _("Not tracked")
    LOT = "lot", _("By lot")
    SERIAL = "serial", _("By serial number")


class Item(Master):
    """A material, product or service: whatever is bought, made, kept or sold."""

    specification = models.CharField(
        _("Specification"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Model, size or grade, printed beside the name."),
    )
    category = TenantForeignKey(
        ItemCategory,
        verbose_name=_("Category"),
        help_text=_("Branch of the category tree; gives the accounting class."),
    )
    unit = TenantForeignKey(
        Unit,
        verbose_name=_("Stock unit"),
        help_text=_("Unit in which stock is kept; every other unit converts into it exactly."),
    )
    is_stocked = models.BooleanField(
        _("Stocked"), default=True, help_text=_("Whether stock is kept and valued; services are not stocked.")
    )
    is_purchased = models.BooleanField(_("Purchased"), default=True, help_text=_("May stand on purchase orders."))
    is_sold = models.BooleanField(_("Sold"), default=True, help_text=_("May stand on sales orders."))
    is_made = models.BooleanField(_("Made"), default=False, help_text=_("Is produced by the company itself."))
    tracking = models.CharField(
        _("Tracking"),
        max_length=10,
        choices=Tracking.choices,
        default=Tracking.NONE,
        help_text=_("Whether each movement must name a lot or a serial number."),
    )
    shelf_life_days = models.PositiveIntegerField(
        _("Shelf life (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36500)],
        help_text=_("Days from production to expiry; empty when the item does not expire."),
    )
    gtin = CodeField(
        _("Barcode (GTIN)"),
        max_length=14,
        blank=True,
        default="",
        help_text=_("Barcode of one stock unit, 8, 12, 13 or 14 digits with a valid check digit."),
    )

    units: list[ItemUnit]

    class Meta:
        db_table = "item"
        constraints = [
            *master_constraints("item", "item"),
            models.UniqueConstraint(
                fields=["group", "gtin"],
                name="item_gtin_key",
                condition=~models.Q(gtin=""),
                violation_error_code="gtin.duplicate",
            ),
        ]


class ItemUnit(Line):
    """Another unit in which the item is bought, sold or made."""

    item = TenantForeignKey(Item)
    unit = TenantForeignKey(
        Unit, verbose_name=_("Unit"), help_text=_("Unit used on orders in place of the stock unit.")
    )
    numerator = models.BigIntegerField(
        _("Stock units"),
        validators=[MinValueValidator(1)],
        help_text=_("How many stock units make the number of these units given beside it."),
    )
    denominator = models.BigIntegerField(
        _("Per units"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("Number of these units, usually 1: 3 boxes for 100 pieces is 100 per 3."),
    )
    is_purchase_default = models.BooleanField(
        _("Buy in it"), default=False, help_text=_("Proposed on purchase orders in place of the stock unit.")
    )
    is_sales_default = models.BooleanField(
        _("Sell in it"), default=False, help_text=_("Proposed on sales orders in place of the stock unit.")
    )

    class Meta:
        db_table = "item_unit"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "item", "unit"], name="item_unit_once", violation_error_code="item.unit.duplicate"
            ),
            models.CheckConstraint(
                name="item_unit_factor_positive",
                condition=models.Q(numerator__gt=0, denominator__gt=0),
                violation_error_code="unit.no_conversion",
            ),
        ]
