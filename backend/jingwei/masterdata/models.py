"""Units, items and parties: what every document names."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.platform.fields import CodeField, NameField, RateField, TenantForeignKey
from jingwei.platform.models import Currency, Line, Master, Record, master_constraints


class Dimension(models.TextChoices):
    COUNT = "count", _("Count")
    MASS = "mass", _("Mass")
    LENGTH = "length", _("Length")
    AREA = "area", _("Area")
    VOLUME = "volume", _("Volume")
    TIME = "time", _("Time")
    PACKAGE = "package", _("Package")


class Unit(Master):
    """A unit of measure. Units of one dimension convert by the exact ratio of their factors; packages convert only by
    what an item says of them."""

    dimension = models.CharField(
        _("Dimension"),
        max_length=10,
        choices=Dimension.choices,
        help_text=_("What the unit measures; only units of one dimension convert into each other."),
    )
    scale = models.PositiveSmallIntegerField(
        _("Decimals"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(6)],
        help_text=_("Most decimals a quantity in this unit may have: 0 for pieces, up to 6."),
    )
    numerator = models.BigIntegerField(
        _("Factor numerator"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("One unit is numerator/denominator of the dimension's base unit (kg, m, m², L, s, piece)."),
    )
    denominator = models.BigIntegerField(
        _("Factor denominator"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("Lower part of the exact factor: a pound is 45359237/100000000 kg."),
    )

    class Meta:
        db_table = "unit"
        constraints = [
            *master_constraints("unit", "unit"),
            models.CheckConstraint(
                name="unit_factor_positive",
                condition=models.Q(numerator__gt=0, denominator__gt=0),
                violation_error_code="unit.no_conversion",
            ),
            models.CheckConstraint(
                name="unit_scale_range", condition=models.Q(scale__lte=6), violation_error_code="number.range"
            ),
        ]


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


class PartyKind(models.TextChoices):
    ORGANISATION = "organisation", _("Organisation")
    PERSON = "person", _("Person")


class Party(Master):
    """A business partner in the legal sense: one record whether it buys from us, sells to us, or both."""

    kind = models.CharField(
        _("Kind"),
        max_length=12,
        choices=PartyKind.choices,
        default=PartyKind.ORGANISATION,
        help_text=_("Organisation or natural person; decides how the tax number is checked."),
    )
    is_customer = models.BooleanField(_("Customer"), default=False, help_text=_("May stand on sales documents."))
    is_supplier = models.BooleanField(_("Supplier"), default=False, help_text=_("May stand on purchase documents."))
    tax_number = models.CharField(
        _("Tax number"),
        max_length=30,
        blank=True,
        default="",
        help_text=_("Unified social credit code or foreign tax number; checked where the form is known."),
    )
    tax_number_folded = models.CharField(max_length=30, editable=False, default="")
    country = models.CharField(
        _("Country"),
        max_length=2,
        default="CN",
        help_text=_("Country of registration, two letters of ISO 3166."),
    )
    currency = models.ForeignKey(
        Currency,
        models.DO_NOTHING,
        verbose_name=_("Currency"),
        related_name="+",
        db_index=False,
        default="CNY",
        help_text=_("Currency proposed on new documents."),
    )
    payment_days = models.PositiveSmallIntegerField(
        _("Payment term (days)"),
        default=30,
        validators=[MinValueValidator(0), MaxValueValidator(720)],
        help_text=_("Days from invoice to due date proposed on new documents."),
    )
    phone = models.CharField(
        _("Phone"), max_length=40, blank=True, default="", help_text=_("Main telephone number with area code.")
    )
    email = models.EmailField(_("Email"), blank=True, default="", help_text=_("Main address for documents by mail."))

    addresses: list[PartyAddress]
    contacts: list[PartyContact]

    class Meta:
        db_table = "party"
        constraints = [
            *master_constraints("party", "party"),
            models.UniqueConstraint(
                fields=["group", "tax_number_folded"],
                name="party_tax_number_key",
                condition=~models.Q(tax_number_folded=""),
                violation_error_code="party.tax_number.duplicate",
            ),
        ]


class AddressUse(models.TextChoices):
    BOTH = "both", _("Invoices and deliveries")
    INVOICE = "invoice", _("Invoices")
    DELIVERY = "delivery", _("Deliveries")


class PartyAddress(Line):
    """A postal address of a party."""

    party = TenantForeignKey(Party)
    use = models.CharField(
        _("Used for"),
        max_length=10,
        choices=AddressUse.choices,
        default=AddressUse.BOTH,
        help_text=_("Which documents propose this address."),
    )
    country = models.CharField(
        _("Country"), max_length=2, default="CN", help_text=_("Country of the address, two letters of ISO 3166.")
    )
    region = NameField(_("Province"), max_length=100, help_text=_("Province, state or region."))
    city = NameField(_("City"), max_length=100, help_text=_("City or town."))
    street = NameField(_("Street"), max_length=300, help_text=_("Street, number, building and floor."))
    postcode = NameField(_("Postcode"), max_length=20, help_text=_("Postal code as the country writes it."))

    class Meta:
        db_table = "party_address"


class PartyContact(Line):
    """A person to talk to at a party."""

    party = TenantForeignKey(Party)
    name = models.CharField(_("Name"), max_length=100, help_text=_("Name of the person, as addressed in letters."))
    position = NameField(_("Position"), max_length=100, help_text=_("What the person does there."))
    phone = NameField(_("Phone"), max_length=40, help_text=_("Direct or mobile number."))
    email = models.EmailField(_("Email"), blank=True, default="", help_text=_("The person's own address."))

    class Meta:
        db_table = "party_contact"


class ExchangeRate(Record):
    """How many units of one currency another costs from a day on, until the next rate of the pair."""

    from_currency = models.ForeignKey(
        Currency,
        models.DO_NOTHING,
        verbose_name=_("From currency"),
        related_name="+",
        db_index=False,
        help_text=_("Currency that is exchanged, such as USD."),
    )
    to_currency = models.ForeignKey(
        Currency,
        models.DO_NOTHING,
        verbose_name=_("To currency"),
        related_name="+",
        db_index=False,
        help_text=_("Currency it is exchanged into, usually the company's own."),
    )
    valid_from = models.DateField(_("Valid from"), help_text=_("First day of the rate; it holds until the next one."))
    rate = RateField(
        _("Rate"),
        validators=[MinValueValidator(Decimal("0.00000001"))],
        help_text=_("Units of the second currency for one unit of the first."),
    )
    source = models.CharField(
        _("Source"), max_length=60, blank=True, default="", help_text=_("Where the rate was published.")
    )

    class Meta:
        db_table = "exchange_rate"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "from_currency", "to_currency", "valid_from"],
                name="exchange_rate_key",
                violation_error_code="rate.duplicate",
            ),
            models.CheckConstraint(
                name="exchange_rate_positive", condition=models.Q(rate__gt=0), violation_error_code="rate.not_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_currency_id}/{self.to_currency_id} {self.valid_from}"
