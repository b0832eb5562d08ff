"""Warehouses and the places goods move between."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.platform.fields import TenantForeignKey
from jingwei.platform.models import CompanyRecord, Master


class LocationKind(models.TextChoices):
    STOCK = "stock", _("Stock")
    TRANSIT = "transit", _("In transit")
    SUPPLIER = "supplier", _("Suppliers")
    CUSTOMER = "customer", _("Customers")
    PRODUCTION = "production", _("Production")
    SCRAP = "scrap", _("Scrap")
    COUNT = "count", _("Count difference")
    OTHER = "other", _("Other receipts and issues")


#: Places whose goods are the company's stock: they have balances and value.
VALUED = frozenset({LocationKind.STOCK, LocationKind.TRANSIT})


class Warehouse(Master, CompanyRecord):
    """A place of storage with an address of its own."""

    class Meta:
        db_table = "warehouse"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "code_folded"],
                name="warehouse_code_key",
                violation_error_code="warehouse.code.duplicate",
            ),
            models.UniqueConstraint(fields=["company", "id"], name="warehouse_company_key"),
            models.CheckConstraint(
                name="warehouse_name_given",
                condition=~models.Q(name_zh="", name_en=""),
                violation_error_code="name.missing",
            ),
        ]


class Location(Master, CompanyRecord):
    """A place goods move from or to: a bin or zone of a warehouse, or what lies outside the stock (suppliers,
    customers, production, scrap, count differences)."""

    kind = models.CharField(
        _("Kind of place"),
        max_length=12,
        choices=LocationKind.choices,
        default=LocationKind.STOCK,
        help_text=_("Stock and transit hold the company's goods; the others are where goods come from or go to."),
    )
    warehouse = TenantForeignKey(
        Warehouse,
        scope="company",
        verbose_name=_("Warehouse"),
        null=True,
        blank=True,
        help_text=_("Warehouse the place belongs to; empty for places outside the stock."),
    )
    parent = TenantForeignKey(
        "self",
        scope="company",
        verbose_name=_("Within"),
        null=True,
        blank=True,
        help_text=_("Larger place this one is part of: zone, aisle, rack."),
    )

    class Meta:
        db_table = "location"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "code_folded"],
                name="location_code_key",
                violation_error_code="location.code.duplicate",
            ),
            models.UniqueConstraint(fields=["company", "id"], name="location_company_key"),
            models.CheckConstraint(
                name="location_name_given",
                condition=~models.Q(name_zh="", name_en=""),
                violation_error_code="name.missing",
            ),
        ]
