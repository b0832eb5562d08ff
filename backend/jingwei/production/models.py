"""Production orders with their components and operations, what was issued to them and brought back, what was reported
of their operations, and what was completed."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.engineering.models import WorkCentre
from jingwei.masterdata.models import Employee, Item, Location, Unit
from jingwei.platform.fields import (
    AmountField,
    CodeField,
    NameField,
    NoteField,
    PriceField,
    QuantityField,
    RateField,
    TenantForeignKey,
)
from jingwei.platform.models import Line, NumberedDocument, document_constraints

NOT_NEGATIVE = MinValueValidator(Decimal(0))


def _not_negative(name: str, *fields: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=models.Q(**{f"{field}__gte": 0 for field in fields}),
        violation_error_code="number.range",
    )


class ProductionOrder(NumberedDocument):
    """生产订单: what is to be made, of what, how and by when; how far it is, and what is in work for it."""

    item = TenantForeignKey(Item, verbose_name=_("Item"), help_text=_("What is made."))
    quantity = QuantityField(_("Quantity"), help_text=_("How much is to be made, in the unit beside it."))
    unit = TenantForeignKey(
        Unit, verbose_name=_("Unit"), null=True, blank=True, help_text=_("The item's stock unit when empty.")
    )
    quantity_stock = QuantityField(
        _("In stock units"), default=0, help_text=_("The quantity in the item's stock unit, exactly.")
    )
    tolerance = RateField(
        _("Tolerance (%)"),
        default=0,
        validators=[NOT_NEGATIVE, MaxValueValidator(Decimal(100))],
        help_text=_("How much more than planned may be completed."),
    )
    start_on = models.DateField(_("Start"), help_text=_("Day on which work begins; components are needed then."))
    due_on = models.DateField(
        pgettext_lazy("production", "Due date"), help_text=_("Day by which it is to be finished.")
    )
    location = TenantForeignKey(
        Location,
        scope="company",
        verbose_name=_("Completed to"),
        null=True,
        blank=True,
        help_text=_("Place of the stock for what is completed; the first of the company when empty."),
    )
    components_location = TenantForeignKey(
        Location,
        scope="company",
        verbose_name=_("Components from"),
        null=True,
        blank=True,
        help_text=_("Place of the stock that components are taken from; the first of the company when empty."),
    )
    reason = models.CharField(
        _("Reason"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why it is made without components; asked for when it is released."),
    )
    quantity_completed = QuantityField(_("Completed"), default=0, help_text=_("What went into the stock."))
    quantity_scrapped = QuantityField(_("Scrapped"), default=0, help_text=_("What was finished and is no good."))
    progress = RateField(_("Progress (%)"), default=0, help_text=_("How much of the planned quantity is completed."))
    cost_planned = PriceField(
        _("Planned unit cost"),
        default=0,
        help_text=_("What a unit should cost, reckoned when the order is released; completed goods are valued at it."),
    )
    cost_labour = PriceField(_("of it labour"), default=0, help_text=_("Planned wages per unit."))
    cost_overhead = PriceField(_("of it overhead"), default=0, help_text=_("Planned overhead per unit."))
    amount_material = AmountField(
        _("Material"), null=True, blank=True, help_text=_("Cost of the components in the order, by now.")
    )
    amount_work = AmountField(
        _("Labour and overhead"), null=True, blank=True, help_text=_("Cost of the reported hours, at their rates.")
    )
    amount_completed = AmountField(
        _("Value completed"), null=True, blank=True, help_text=_("Value of what went into the stock.")
    )
    amount_settled = AmountField(
        _("Settled"),
        null=True,
        blank=True,
        help_text=_("What closing passed on to cost of sales or to variances instead of the stock."),
    )
    amount_wip = AmountField(
        _("Work in process"), null=True, blank=True, help_text=_("What is in the order and not yet completed.")
    )
    closed_on = models.DateField(_("Closed on"), null=True, blank=True, help_text=_("Day the order was closed for."))
    close_reason = models.CharField(
        _("Closed because"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why it was closed although something was still open."),
    )
    wip_cleared = AmountField(default=0, editable=False)
    """What the journal entry of the close took out of work in process beside the value entries."""

    components: list[ProductionComponent]
    operations: list[ProductionOperation]

    class Meta:
        db_table = "production_order"
        constraints = [
            *document_constraints("production_order", "order"),
            models.CheckConstraint(
                name="production_order_quantity",
                condition=models.Q(quantity__gt=0),
                violation_error_code="qty.not_positive",
            ),
            models.CheckConstraint(
                name="production_order_completed",
                condition=models.Q(quantity_completed__gte=0, quantity_scrapped__gte=0)
                & models.Q(
                    quantity_completed__lte=models.F("quantity_stock") * (models.F("tolerance") + 100) / 100,
                ),
                violation_error_code="production.over",
                violation_error_message=_("More would be completed than was planned."),
            ),
            models.CheckConstraint(
                name="production_order_dates",
                condition=models.Q(due_on__gte=models.F("start_on")),
                violation_error_code="date.order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "due_on"], name="production_order_open_ix", condition=models.Q(state="released")
            )
        ]


class ProductionComponent(Line):
    """What an order takes, in the component's stock unit. Available and short quantities are reckoned on reading."""

    unindexed = ("location",)

    order = TenantForeignKey(ProductionOrder)
    item = TenantForeignKey(Item, verbose_name=_("Component"), help_text=_("What goes into it."))
    quantity_required = QuantityField(
        pgettext_lazy("production", "Required"),
        validators=[NOT_NEGATIVE],
        help_text=_("How much the order takes, in the item's stock unit."),
    )
    location = TenantForeignKey(
        Location,
        verbose_name=_("Location"),
        null=True,
        blank=True,
        help_text=_("Place it is taken from; the order's when empty."),
    )
    operation = models.PositiveIntegerField(
        _("At operation"), null=True, blank=True, help_text=_("Sequence number of the operation that uses it.")
    )
    is_backflushed = models.BooleanField(
        _("Backflushed"),
        default=False,
        help_text=_("Taken from the stock by itself when the product is completed, instead of being issued."),
    )
    quantity_issued = QuantityField(
        _("Issued"), default=0, help_text=_("What was taken from the stock for the order, less what came back.")
    )
    quantity_available = QuantityField(
        _("Available quantity"),
        null=True,
        blank=True,
        help_text=_("On hand less what is reserved for others, in the item's stock unit."),
    )
    quantity_short = QuantityField(
        _("Short"), null=True, blank=True, help_text=_("How much of what is still needed is not available.")
    )

    class Meta:
        db_table = "production_component"
        constraints = [_not_negative("production_component_counters", "quantity_required", "quantity_issued")]


class ProductionOperation(Line):
    """A step of an order: where it is done, how long it should take, and what was reported of it."""

    order = TenantForeignKey(ProductionOrder)
    sequence = models.PositiveIntegerField(
        _("Sequence"),
        validators=[MinValueValidator(1), MaxValueValidator(99999)],
        help_text=_("Number that orders the operations, such as 10, 20, 30."),
    )
    name_zh = NameField(_("Chinese name"), help_text=_("Name in Chinese; at least one of the two names is needed."))
    name_en = NameField(_("English name"), help_text=_("Name in English; at least one of the two names is needed."))
    work_centre = TenantForeignKey(
        WorkCentre, verbose_name=_("Work centre"), null=True, blank=True, help_text=_("Where it is done.")
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
    hours_planned = QuantityField(
        _("Planned hours"), default=0, help_text=_("Setup, and the hours of all units together.")
    )
    quantity_most = QuantityField(default=0, editable=False)
    quantity_good = QuantityField(_("Good"), default=0, help_text=_("Reported as good, in the item's stock unit."))
    quantity_scrapped = QuantityField(
        _("Scrapped"), default=0, help_text=_("Reported as no good, in the item's stock unit.")
    )
    hours_reported = QuantityField(_("Reported hours"), default=0, help_text=_("Hours reported of it."))

    class Meta:
        db_table = "production_operation"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "order", "sequence"],
                name="production_operation_sequence",
                violation_error_code="routing.sequence.duplicate",
            ),
            _not_negative(
                "production_operation_counters",
                *("hours_setup", "hours_run", "hours_reported", "quantity_good", "quantity_scrapped"),
            ),
            models.CheckConstraint(
                name="production_operation_most",
                condition=models.Q(quantity_good__lte=models.F("quantity_most") - models.F("quantity_scrapped")),
                violation_error_code="operation.over",
                violation_error_message=_("More would be reported than was planned."),
            ),
        ]


class IssueKind(models.TextChoices):
    """Whether components go to an order or come back from it."""

    ISSUE = "issue", _("Material issue")
    RETURN = "return", _("Material return")


class MaterialIssue(NumberedDocument):
    """领料单 / 退料单: components that go from the stock into an order, or come back from it."""

    kind = models.CharField(
        _("Kind"),
        max_length=10,
        choices=IssueKind.choices,
        default=IssueKind.ISSUE,
        help_text=_("Whether components go to the order or come back from it."),
    )
    order = TenantForeignKey(ProductionOrder, verbose_name=_("Production order"), help_text=_("Order they are for."))
    moved_at = models.DateTimeField(
        _("Moved at"), help_text=_("When the goods moved; decides the business date and the order of moves.")
    )
    reason = models.CharField(
        _("Reason"), max_length=200, blank=True, default="", help_text=_("Why the goods came or went.")
    )
    amount = AmountField(_("Value"), default=0, help_text=_("Value of the goods, in functional currency."))

    lines: list[MaterialIssueLine]

    class Meta:
        db_table = "material_issue"
        constraints = document_constraints("material_issue", "issue")


class MaterialIssueLine(Line):
    """A component issued, or what comes back of the line of an issue; in the component's stock unit."""

    unindexed = ("location",)

    material_issue = TenantForeignKey(MaterialIssue)
    order_line = models.PositiveIntegerField(
        _("Component line"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("Number of the component's line in the order."),
    )
    issue = TenantForeignKey(
        MaterialIssue, verbose_name=_("Material issue"), null=True, blank=True, help_text=_("Issue they come back of.")
    )
    issue_line = models.PositiveIntegerField(
        _("Issue line"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Number of the line in the issue."),
    )
    item = TenantForeignKey(
        Item, verbose_name=_("Component"), null=True, blank=True, help_text=_("The component of the order's line.")
    )
    quantity = QuantityField(_("Quantity"), help_text=_("What moves, in the item's stock unit."))
    location = TenantForeignKey(
        Location,
        verbose_name=_("Location"),
        null=True,
        blank=True,
        help_text=_("Place of the stock it leaves or comes back to; that of the order when empty."),
    )
    lot = CodeField(
        _("Lot or serial"), max_length=60, blank=True, default="", help_text=_("Needed where the item is tracked.")
    )
    amount = AmountField(_("Value"), default=0, help_text=_("Value in functional currency, as posted."))
    quantity_returned = QuantityField(_("Returned"), default=0, help_text=_("How much of it came back."))

    class Meta:
        db_table = "material_issue_line"
        constraints = [
            models.CheckConstraint(
                name="material_issue_line_returned",
                condition=models.Q(quantity_returned__gte=0, quantity_returned__lte=models.F("quantity")),
                violation_error_code="return.over",
                violation_error_message=_("More would come back than was issued."),
            )
        ]

    @property
    def quantity_stock(self) -> Decimal:
        """Components are counted in their stock units."""
        return Decimal(self.quantity)


class OperationReport(NumberedDocument):
    """工序汇报: what was done of an operation, by whom and how long it took; the order bears the hours."""

    order = TenantForeignKey(
        ProductionOrder, verbose_name=_("Production order"), help_text=_("Order that was worked on.")
    )
    operation = models.PositiveIntegerField(
        _("Operation"), validators=[MinValueValidator(1)], help_text=_("Sequence number of the operation.")
    )
    reported_at = models.DateTimeField(
        _("Reported at"), help_text=_("When the work was done; decides the business date.")
    )
    work_centre = TenantForeignKey(
        WorkCentre,
        verbose_name=_("Work centre"),
        null=True,
        blank=True,
        help_text=_("Where it was done; where it was planned when empty."),
    )
    employee = TenantForeignKey(
        Employee, verbose_name=_("Employee"), null=True, blank=True, help_text=_("Who did the work.")
    )
    quantity_good = QuantityField(
        _("Good"), default=0, validators=[NOT_NEGATIVE], help_text=_("Good pieces, in the item's stock unit.")
    )
    quantity_scrapped = QuantityField(
        _("Scrapped"), default=0, validators=[NOT_NEGATIVE], help_text=_("Pieces that are no good.")
    )
    hours = QuantityField(
        _("Hours"),
        default=0,
        validators=[NOT_NEGATIVE, MaxValueValidator(Decimal(10000))],
        help_text=_("Hours worked, those of several people added up."),
    )
    reason = models.CharField(
        _("Reason"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why pieces were scrapped, or what went wrong."),
    )
    amount_labour = AmountField(_("Labour"), default=0, help_text=_("Hours at the labour rate, as posted."))
    amount_overhead = AmountField(_("Overhead"), default=0, help_text=_("Hours at the overhead rate, as posted."))

    class Meta:
        db_table = "operation_report"
        constraints = [
            *document_constraints("operation_report", "report"),
            _not_negative("operation_report_quantities", "quantity_good", "quantity_scrapped", "hours"),
        ]


class Completion(NumberedDocument):
    """完工入库单: what an order has made goes into the stock; what is backflushed leaves it for the order."""

    order = TenantForeignKey(ProductionOrder, verbose_name=_("Production order"), help_text=_("Order it was made on."))
    item = TenantForeignKey(Item, verbose_name=_("Item"), null=True, blank=True, help_text=_("What the order makes."))
    moved_at = models.DateTimeField(
        _("Completed at"), help_text=_("When it was finished; decides the business date and the order of moves.")
    )
    quantity = QuantityField(
        _("Good"), validators=[NOT_NEGATIVE], help_text=_("What goes into the stock, in the item's stock unit.")
    )
    quantity_scrapped = QuantityField(
        _("Scrapped"), default=0, validators=[NOT_NEGATIVE], help_text=_("What was finished and is no good.")
    )
    location = TenantForeignKey(
        Location,
        scope="company",
        verbose_name=_("Location"),
        null=True,
        blank=True,
        help_text=_("Place of the stock it goes to; that of the order when empty."),
    )
    lots = NoteField(
        _("Lot or serials"),
        help_text=_("The lot, or the serial numbers of all pieces, one a line or with commas between."),
    )
    reason = models.CharField(
        _("Reason"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Why it is completed although nothing was issued."),
    )
    amount = AmountField(_("Value"), default=0, help_text=_("Value of the goods at the planned cost of the order."))
    amount_labour = AmountField(default=0, editable=False)
    amount_overhead = AmountField(default=0, editable=False)

    lines: list[CompletionComponent]

    class Meta:
        db_table = "production_completion"
        constraints = [
            *document_constraints("production_completion", "completion"),
            _not_negative("production_completion_quantities", "quantity", "quantity_scrapped"),
        ]


class CompletionComponent(Line):
    """A component that a completion takes from the stock."""

    unindexed = ("location",)

    completion = TenantForeignKey(Completion)
    order_line = models.PositiveIntegerField(
        _("Component line"),
        validators=[MinValueValidator(1)],
        help_text=_("Number of the component's line in the order."),
    )
    item = TenantForeignKey(
        Item, verbose_name=_("Component"), null=True, blank=True, help_text=_("The component of the order's line.")
    )
    quantity = QuantityField(_("Quantity"), help_text=_("What is taken, in the item's stock unit."))
    location = TenantForeignKey(
        Location,
        verbose_name=_("Location"),
        null=True,
        blank=True,
        help_text=_("Place it is taken from; that of the order when empty."),
    )
    lot = CodeField(
        _("Lot or serial"), max_length=60, blank=True, default="", help_text=_("Needed where the item is tracked.")
    )
    amount = AmountField(_("Value"), default=0, help_text=_("Value in functional currency, as posted."))

    class Meta:
        db_table = "production_completion_component"

    @property
    def quantity_stock(self) -> Decimal:
        """Components are counted in their stock units."""
        return Decimal(self.quantity)
