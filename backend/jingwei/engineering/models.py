"""What things are made of and how: work centres, bills of materials, routings."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.masterdata.models import Department, Item, Unit
from jingwei.platform.fields import (
    DateRange,
    NameField,
    NoteField,
    PriceField,
    QuantityField,
    RateField,
    TenantForeignKey,
    WeekdaysField,
)
from jingwei.platform.models import CompanyRecord, Line, Master, NumberedDocument, document_constraints

ACTIVE = "active"
NOT_NEGATIVE = MinValueValidator(Decimal(0))


class WorkCentre(Master, CompanyRecord):
    """工作中心: a group of machines or people who do the same work; what it can do in a day, and what an hour costs."""

    department = TenantForeignKey(
        Department,
        verbose_name=_("Department"),
        null=True,
        blank=True,
        help_text=_("Department the work centre belongs to."),
    )
    hours_per_day = QuantityField(
        _("Hours a day"),
        default=8,
        validators=[NOT_NEGATIVE, MaxValueValidator(Decimal(24))],
        help_text=_("Hours that one resource works on a working day."),
    )
    resources = models.PositiveSmallIntegerField(
        _("Resources"),
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(9999)],
        help_text=_("How many machines or people do the work side by side."),
    )
    working_days = WeekdaysField(
        _("Working days"),
        default="12345",
        help_text=_("Days of the week that are worked, as digits: 1 is Monday, 7 is Sunday."),
    )
    efficiency = RateField(
        _("Efficiency (%)"),
        default=100,
        validators=[NOT_NEGATIVE, MaxValueValidator(Decimal(1000))],
        help_text=_("Planned hours that are done in a hundred hours of work."),
    )
    rate_labour = PriceField(
        _("Labour rate"),
        default=0,
        validators=[NOT_NEGATIVE],
        help_text=_("What an hour of work costs in wages, in functional currency."),
    )
    rate_overhead = PriceField(
        _("Overhead rate"),
        default=0,
        validators=[NOT_NEGATIVE],
        help_text=_("What an hour of work costs beside wages, in functional currency."),
    )

    class Meta:
        db_table = "work_centre"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "code_folded"],
                name="work_centre_code_key",
                violation_error_code="work-centre.code.duplicate",
            ),
            models.UniqueConstraint(fields=["company", "id"], name="work_centre_company_key"),
            models.CheckConstraint(
                name="work_centre_name_given",
                condition=~models.Q(name_zh="", name_en=""),
                violation_error_code="name.missing",
            ),
            models.CheckConstraint(
                name="work_centre_capacity",
                condition=models.Q(
                    hours_per_day__gte=0,
                    hours_per_day__lte=24,
                    resources__gte=0,
                    efficiency__gte=0,
                    rate_labour__gte=0,
                    rate_overhead__gte=0,
                ),
                violation_error_code="number.range",
            ),
        ]


class Revision(NumberedDocument):
    """What bills and routings share: the item that is made, and from when to when one way of making it holds."""

    unindexed: ClassVar[tuple[str, ...]] = ("company",)

    item = TenantForeignKey(
        Item, verbose_name=_("Item"), help_text=_("What is made; an item of the company's own make.")
    )
    revision = models.CharField(
        _("Revision"),
        max_length=20,
        blank=True,
        default="",
        help_text=_("What engineers call this state of it, such as A or 2026-03; once per item."),
    )
    valid_from = models.DateField(
        _("Valid from"), null=True, blank=True, help_text=_("First day it holds; from ever when empty.")
    )
    valid_to = models.DateField(
        _("Valid to"), null=True, blank=True, help_text=_("Last day it holds; for ever when empty.")
    )
    note = NoteField(_("Note"), help_text=_("Remarks for colleagues; never printed on outward documents."))
    name_zh = models.CharField(max_length=250, editable=False, default="")
    name_en = models.CharField(max_length=250, editable=False, default="")

    class Meta:
        abstract = True


def revision_constraints(table: str, name: str) -> list[models.BaseConstraint]:
    """The constraints of bills and routings: a revision once per item, one active at any day."""
    return [
        *document_constraints(table, name),
        models.UniqueConstraint(
            fields=["group", "company", "item", "revision"],
            name=f"{table}_revision_key",
            condition=~models.Q(revision=""),
            violation_error_code=f"{name}.revision.duplicate",
        ),
        models.CheckConstraint(
            name=f"{table}_dates",
            condition=models.Q(valid_to__gte=models.F("valid_from"))
            | models.Q(valid_from=None)
            | models.Q(valid_to=None),
            violation_error_code="date.order",
            violation_error_message=_("It ends before it begins."),
        ),
        ExclusionConstraint(
            name=f"{table}_overlap",
            expressions=[
                ("group", RangeOperators.EQUAL),
                ("company", RangeOperators.EQUAL),
                ("item", RangeOperators.EQUAL),
                (DateRange("valid_from", "valid_to", RangeBoundary(inclusive_upper=True)), RangeOperators.OVERLAPS),
            ],
            condition=models.Q(state=ACTIVE),
            violation_error_code=f"{name}.overlap",
            violation_error_message=_("Another one is active for some of these days."),
        ),
    ]


class BillOfMaterials(Revision):
    """物料清单: what a quantity of an item is made of."""

    quantity = QuantityField(
        _("Basis"), default=1, help_text=_("How many units the quantities of the lines make; usually 1.")
    )
    unit = TenantForeignKey(
        Unit, verbose_name=_("Unit"), null=True, blank=True, help_text=_("The item's stock unit when empty.")
    )

    unindexed: ClassVar[tuple[str, ...]] = ("company", "unit")

    lines: list[BillLine]

    class Meta:
        db_table = "bill_of_materials"
        constraints = [
            *revision_constraints("bill_of_materials", "bom"),
            models.CheckConstraint(
                name="bill_of_materials_quantity",
                condition=models.Q(quantity__gt=0),
                violation_error_code="qty.not_positive",
            ),
        ]


class BillLine(Line):
    """A component of a bill: how much of it the basis takes, and from when to when."""

    unindexed = ("unit",)

    bill = TenantForeignKey(BillOfMaterials)
    component = TenantForeignKey(Item, verbose_name=_("Component"), help_text=_("What goes into it."))
    quantity = QuantityField(_("Quantity"), help_text=_("How much the basis of the bill contains, without scrap."))
    unit = TenantForeignKey(
        Unit, verbose_name=_("Unit"), null=True, blank=True, help_text=_("The component's stock unit when empty.")
    )
    scrap_rate = RateField(
        _("Scrap (%)"),
        default=0,
        validators=[NOT_NEGATIVE],
        help_text=_("Part of what is taken that is lost on the way: with 10, 100 are taken to have 90."),
    )
    operation = models.PositiveIntegerField(
        _("At operation"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Sequence number of the operation in the routing that uses it; the first when empty."),
    )
    is_backflushed = models.BooleanField(
        _("Backflushed"),
        default=False,
        help_text=_("Taken from the stock by itself when the product is finished, instead of being issued."),
    )
    valid_from = models.DateField(
        _("Valid from"), null=True, blank=True, help_text=_("First day the line holds; from ever when empty.")
    )
    valid_to = models.DateField(
        _("Valid to"), null=True, blank=True, help_text=_("Last day the line holds; for ever when empty.")
    )

    class Meta:
        db_table = "bill_line"
        constraints = [
            models.CheckConstraint(
                name="bill_line_quantity",
                condition=models.Q(quantity__gt=0),
                violation_error_code="qty.not_positive",
            ),
            models.CheckConstraint(
                name="bill_line_scrap",
                condition=models.Q(scrap_rate__gte=0, scrap_rate__lt=100),
                violation_error_code="bom.scrap",
                violation_error_message=_("Scrap is at least 0 and less than 100 per cent."),
            ),
            models.CheckConstraint(
                name="bill_line_dates",
                condition=models.Q(valid_to__gte=models.F("valid_from"))
                | models.Q(valid_from=None)
                | models.Q(valid_to=None),
                violation_error_code="date.order",
                violation_error_message=_("It ends before it begins."),
            ),
        ]


class Routing(Revision):
    """工艺路线: the operations that make an item, in order."""

    operations: list[Operation]

    class Meta:
        db_table = "routing"
        constraints = revision_constraints("routing", "routing")


class Operation(Line):
    """工序: one step of a routing, where it is done and how long it takes."""

    routing = TenantForeignKey(Routing)
    sequence = models.PositiveIntegerField(
        _("Sequence"),
        validators=[MinValueValidator(1), MaxValueValidator(99999)],
        help_text=_("Number that orders the operations, such as 10, 20, 30."),
    )
    name_zh = NameField(_("Chinese name"), help_text=_("Name in Chinese; at least one of the two names is needed."))
    name_en = NameField(_("English name"), help_text=_("Name in English; at least one of the two names is needed."))
    work_centre = TenantForeignKey(
        WorkCentre,
        verbose_name=_("Work centre"),
        null=True,
        blank=True,
        help_text=_("Where it is done; a draft may leave it open."),
    )
    hours_setup = QuantityField(
        _("Setup hours"),
        default=0,
        validators=[NOT_NEGATIVE],
        help_text=_("Hours to prepare the work, once per order."),
    )
    hours_run = QuantityField(
        _("Hours per unit"),
        default=0,
        validators=[NOT_NEGATIVE],
        help_text=_("Hours that one stock unit of the item takes."),
    )
    note = models.CharField(
        pgettext_lazy("operation", "Instruction"),
        max_length=500,
        blank=True,
        default="",
        help_text=_("What the people at the work centre should know."),
    )

    class Meta:
        db_table = "routing_operation"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "routing", "sequence"],
                name="routing_operation_sequence",
                deferrable=models.Deferrable.IMMEDIATE,  # two operations may change places in one statement
                violation_error_code="routing.sequence.duplicate",
            ),
            models.CheckConstraint(
                name="routing_operation_hours",
                condition=models.Q(hours_setup__gte=0, hours_run__gte=0),
                violation_error_code="number.range",
            ),
        ]
