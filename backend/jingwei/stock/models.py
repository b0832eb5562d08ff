"""Goods: moves and value entries that are only ever inserted, and the balances they add up to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.books.models import Account, Period
from jingwei.masterdata.models import Item, Location, ValuationMethod
from jingwei.platform.fields import AmountField, NoteField, PriceField, QuantityField, TenantForeignKey
from jingwei.platform.models import (
    Company,
    CompanyRecord,
    Line,
    NumberedDocument,
    RegistryRow,
    TenantModel,
    document_constraints,
)


class Status(models.TextChoices):
    """What may be done with goods."""

    AVAILABLE = "available", _("Available")
    INSPECTION = "inspection", _("In inspection")
    BLOCKED = "blocked", _("Blocked")


class Lot(TenantModel):
    """A batch of an item; a serial number is a lot of quantity 1."""

    item = TenantForeignKey(Item)
    code = models.CharField(max_length=60)
    code_folded = models.CharField(max_length=60)
    is_serial = models.BooleanField(default=False)
    made_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)

    class Meta:
        db_table = "lot"
        constraints = [models.UniqueConstraint(fields=["group", "item", "code_folded"], name="lot_code_key")]


class Move(TenantModel):
    """A quantity of an item (lot, owner, status) from one place to another, in the item's stock unit. Moves sort by
    `effective_at`, ins before outs, rank of the document, document, line. `value` is what was posted for it, in
    functional currency; 0 inside the stock. `origin` is the move the goods come back from: what an issue brings back is
    worth what it cost, also when that changes later."""

    append_only = True
    unindexed = ("company", "from_location", "to_location", "period", "lot", "item", "origin")

    company = TenantForeignKey(Company)
    document = TenantForeignKey(RegistryRow)
    document_line = models.PositiveIntegerField()
    item = TenantForeignKey(Item)
    lot = TenantForeignKey(Lot, null=True)
    owner_id = models.BigIntegerField(default=0)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.AVAILABLE)
    from_location = TenantForeignKey(Location, scope="company")
    to_location = TenantForeignKey(Location, scope="company")
    quantity = QuantityField()
    effective_at = models.DateTimeField()
    effective_on = models.DateField()
    period = TenantForeignKey(Period, scope="company")
    direction = models.SmallIntegerField()
    rank = models.PositiveSmallIntegerField()
    value = AmountField(default=0)
    reverses = TenantForeignKey("self", null=True)
    origin = TenantForeignKey("self", null=True)
    posted_at = models.DateTimeField()

    class Meta:
        db_table = "move"
        constraints = [
            models.CheckConstraint(
                name="move_quantity", condition=models.Q(quantity__gt=0), violation_error_code="qty.not_positive"
            ),
            models.CheckConstraint(
                name="move_places",
                condition=~models.Q(from_location=models.F("to_location")),
                violation_error_code="move.same_location",
            ),
            models.UniqueConstraint(
                fields=["group", "reverses"], name="move_reversed_once", condition=models.Q(reverses__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["company", "item", "effective_at", "id"], name="move_item_ix"),
            models.Index(fields=["from_location", "item", "effective_at"], name="move_from_ix"),
            models.Index(fields=["to_location", "item", "effective_at"], name="move_to_ix"),
            models.Index(fields=["origin"], name="move_origin_ix", condition=models.Q(origin__isnull=False)),
        ]


class Balance(TenantModel):
    """What lies where, now: for places of the stock only. Reserved goods lie there too. The five keys are the order in
    which rows are locked everywhere; 0 stands for no lot and for the company itself as owner. `last_at` is its
    last move: what leaves before it must have been there then. `counted_at` is the last instant it was counted at: what
    is entered later but dated before it must not change what was found."""

    unindexed = ("company", "item", "location")

    company = TenantForeignKey(Company)
    item = TenantForeignKey(Item)
    location = TenantForeignKey(Location, scope="company")
    lot_id = models.BigIntegerField(default=0)
    status = models.CharField(max_length=12, default=Status.AVAILABLE)
    owner_id = models.BigIntegerField(default=0)
    on_hand = QuantityField(default=0)
    reserved = QuantityField(default=0)
    is_serial = models.BooleanField(default=False)
    allow_negative = models.BooleanField(default=False)
    last_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "balance"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "item", "location", "lot_id", "status", "owner_id"], name="balance_key"
            ),
            models.CheckConstraint(
                name="balance_on_hand",
                condition=models.Q(allow_negative=True) | models.Q(on_hand__gte=0),
                violation_error_code="stock.short",
                violation_error_message=_("There is not enough in stock."),
            ),
            models.CheckConstraint(
                name="balance_reserved",
                condition=models.Q(reserved__gte=0)
                & (models.Q(reserved=0) | models.Q(reserved__lte=models.F("on_hand"))),
                violation_error_code="stock.reserved",
                violation_error_message=_("More would be reserved than lies there."),
            ),
            models.CheckConstraint(
                name="balance_serial_single",
                condition=models.Q(is_serial=False) | models.Q(on_hand__lte=1),
                violation_error_code="serial.twice",
                violation_error_message=_("The serial number is in stock already."),
            ),
            models.UniqueConstraint(
                fields=["group", "item", "lot_id"],
                name="balance_serial_once",
                condition=models.Q(is_serial=True, on_hand__gt=0),
                violation_error_code="serial.twice",
                violation_error_message=_("The serial number is in stock already."),
            ),
        ]


class Counted(TenantModel):
    """A fact: what was found where at an instant, by a line of a document. It stands: entries made later and dated
    before it change the difference to the book, which goes to `difference_location`, and not the result."""

    unindexed = ("company", "item", "location", "difference_location")

    company = TenantForeignKey(Company)
    document = TenantForeignKey(RegistryRow)
    document_line = models.PositiveIntegerField()
    item = TenantForeignKey(Item)
    location = TenantForeignKey(Location, scope="company")
    lot_id = models.BigIntegerField(default=0)
    status = models.CharField(max_length=12, default=Status.AVAILABLE)
    owner_id = models.BigIntegerField(default=0)
    quantity = QuantityField()
    counted_at = models.DateTimeField()
    counted_on = models.DateField()
    difference_location = TenantForeignKey(Location, scope="company")
    is_void = models.BooleanField(default=False)

    class Meta:
        db_table = "counted"
        constraints = [
            models.CheckConstraint(
                name="counted_quantity", condition=models.Q(quantity__gte=0), violation_error_code="qty.negative"
            ),
            models.UniqueConstraint(
                fields=["group", "item", "location", "lot_id", "status", "owner_id", "counted_at"],
                name="counted_once",
                condition=models.Q(is_void=False),
                violation_error_code="count.twice",
                violation_error_message=_("This was counted at that instant already."),
            ),
        ]


class ReservationState(models.TextChoices):
    OPEN = "open", _("Open")
    USED = "used", _("Used")
    RELEASED = "released", _("Released")


class Reservation(TenantModel):
    """Goods kept for a line of a document: pending until they are used or released, resolved once."""

    unindexed = ("company", "item", "location")

    company = TenantForeignKey(Company)
    document = TenantForeignKey(RegistryRow)
    document_line = models.PositiveIntegerField()
    item = TenantForeignKey(Item)
    location = TenantForeignKey(Location, scope="company")
    lot_id = models.BigIntegerField(default=0)
    status = models.CharField(max_length=12, default=Status.AVAILABLE)
    owner_id = models.BigIntegerField(default=0)
    quantity = QuantityField()
    state = models.CharField(max_length=10, choices=ReservationState.choices, default=ReservationState.OPEN)

    class Meta:
        db_table = "reservation"
        constraints = [
            models.CheckConstraint(
                name="reservation_quantity", condition=models.Q(quantity__gt=0), violation_error_code="qty.not_positive"
            ),
            models.UniqueConstraint(
                fields=["group", "document", "document_line", "item", "location", "lot_id", "status", "owner_id"],
                name="reservation_open_once",
                condition=models.Q(state="open"),
            ),
        ]


class PlannedKind(models.TextChoices):
    FIRM = "firm", _("Firm")
    PLANNED = "planned", _("Planned")
    FORECAST = "forecast", _("Forecast")


class PlannedMove(TenantModel):
    """Open supply (+) or demand (−) of a document's line: what availability, shortage and planning read. Whoever wrote
    it reduces it in the command that fulfils it; at 0 it is done."""

    unindexed = ("company", "location", "document")

    company = TenantForeignKey(Company)
    document = TenantForeignKey(RegistryRow)
    document_line = models.PositiveIntegerField()
    schedule = models.PositiveSmallIntegerField(default=1)
    item = TenantForeignKey(Item)
    location = TenantForeignKey(Location, scope="company")
    kind = models.CharField(max_length=10, choices=PlannedKind.choices, default=PlannedKind.FIRM)
    due_on = models.DateField()
    quantity = QuantityField()
    supply_mode = models.CharField(max_length=12, default="stock")
    source_id = models.BigIntegerField(default=0)

    class Meta:
        db_table = "planned_move"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "document", "document_line", "schedule", "item"], name="planned_move_key"
            )
        ]
        indexes = [
            models.Index(fields=["company", "due_on"], name="planned_move_open_ix", condition=~models.Q(quantity=0))
        ]


class ItemValue(TenantModel):
    """What an item is worth in a valuation area (the company), now; where cost is kept by lot, a row per lot beside the
    row of the item (lot 0), which is their sum. `layers` are what the method needs to price what leaves. `last_at`,
    `last_direction` and `last_period_id` name the last move in order: one that sorts before it re-costs what came
    after; one of a later period begins that with a checkpoint."""

    unindexed = ("company", "item")

    company = TenantForeignKey(Company)
    item = TenantForeignKey(Item)
    lot_id = models.BigIntegerField(default=0)
    method = models.CharField(max_length=16, choices=ValuationMethod.choices, default=ValuationMethod.MOVING_AVERAGE)
    quantity = QuantityField(default=0)
    value = AmountField(default=0)
    layers = models.JSONField(default=list)
    last_at = models.DateTimeField(null=True)
    last_direction = models.SmallIntegerField(default=0)
    last_period_id = models.BigIntegerField(default=0)

    class Meta:
        db_table = "item_value"
        constraints = [
            models.UniqueConstraint(fields=["group", "company", "item", "lot_id"], name="item_value_lot_key"),
            models.CheckConstraint(
                name="item_value_nothing",
                condition=~models.Q(quantity=0) | models.Q(value=0) | models.Q(method=ValuationMethod.MONTH_WEIGHTED),
                violation_error_code="stock.value_without_quantity",
            ),
        ]


class Checkpoint(TenantModel):
    """Quantity, value and layers of an item, or a lot of it, before the first step of a period, and the method of the
    period: where re-costing begins, so that it never looks further back than the month. `is_recosted` says that issues
    of the period cost something else than was posted with them: the difference stands in corrections."""

    unindexed = ("company", "item", "period")

    company = TenantForeignKey(Company)
    item = TenantForeignKey(Item)
    lot_id = models.BigIntegerField(default=0)
    period = TenantForeignKey(Period, scope="company")
    starts_on = models.DateField()
    method = models.CharField(max_length=16, choices=ValuationMethod.choices, default=ValuationMethod.MOVING_AVERAGE)
    quantity = QuantityField()
    value = AmountField()
    layers = models.JSONField(default=list)
    is_recosted = models.BooleanField(default=False)

    class Meta:
        db_table = "checkpoint"
        constraints = [
            models.UniqueConstraint(fields=["group", "company", "item", "lot_id", "period"], name="checkpoint_lot_key")
        ]


class ItemValuation(CompanyRecord):
    """存货计价方法: how a company values an item. No record, the method of the item's category."""

    number = models.CharField(_("Code"), max_length=40, blank=True, default="", help_text=_("Code of the item."))
    item = TenantForeignKey(Item, verbose_name=_("Item"), help_text=_("Item whose stock is valued so."))
    method = models.CharField(
        _("Valuation method"),
        max_length=16,
        choices=ValuationMethod.choices,
        help_text=_("How what leaves the stock is priced; changed only between two months."),
    )
    note = NoteField(_("Note"), help_text=_("Why it is valued so, and since when."))

    class Meta:
        db_table = "item_valuation"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "item"],
                name="item_valuation_once",
                violation_error_code="valuation.duplicate",
            )
        ]

    def __str__(self) -> str:
        return self.number


class StandardCost(NumberedDocument):
    """标准成本单: new standard costs of items, in force from a day; the stock there is then is revalued."""

    effective_on = models.DateField(
        _("In force from"), help_text=_("Day from which the costs are in force; in an open period.")
    )
    reason = models.CharField(_("Reason"), max_length=200, help_text=_("What the new costs rest on."))
    amount = AmountField(
        pgettext_lazy("stock", "Revaluation"),
        default=0,
        help_text=_("What the stock is worth more, in functional currency, as posted."),
    )

    lines: list[StandardCostLine]

    class Meta:
        db_table = "standard_cost"
        constraints = document_constraints("standard_cost", "standard-cost")


class StandardCostLine(Line):
    """The standard cost of an item."""

    standard_cost = TenantForeignKey(StandardCost)
    item = TenantForeignKey(Item, verbose_name=_("Item"), help_text=_("Item valued at standard cost."))
    price = PriceField(_("Unit cost"), help_text=_("Standard cost of one stock unit, in functional currency."))
    amount = AmountField(
        pgettext_lazy("stock", "Revaluation"),
        default=0,
        help_text=_("What its stock is worth more, in functional currency, as posted."),
    )

    class Meta:
        db_table = "standard_cost_line"


class FinalPeriod(TenantModel):
    """The costs of a period are final: from its first closing on, issues of items valued at the weighted average of the
    month cost that average and no longer a provisional one."""

    append_only = True
    unindexed = ("company",)

    company = TenantForeignKey(Company)
    period = TenantForeignKey(Period, scope="company")

    class Meta:
        db_table = "final_period"
        constraints = [models.UniqueConstraint(fields=["group", "company", "period"], name="final_period_key")]


class StandardPrice(TenantModel):
    """A standard cost of one stock unit, in force from the first instant of a day; with the accounts its change of the
    value of the stock is posted to."""

    append_only = True
    unindexed = ("company", "item", "period", "document", "account", "contra")

    company = TenantForeignKey(Company)
    item = TenantForeignKey(Item)
    document = TenantForeignKey(RegistryRow)
    document_line = models.PositiveIntegerField()
    effective_at = models.DateTimeField()
    effective_on = models.DateField()
    period = TenantForeignKey(Period, scope="company")
    price = PriceField()
    account = TenantForeignKey(Account, scope="company")
    contra = TenantForeignKey(Account, scope="company")

    class Meta:
        db_table = "standard_price"
        constraints = [
            models.CheckConstraint(
                name="standard_price_not_negative",
                condition=models.Q(price__gte=0),
                violation_error_code="price.negative",
            )
        ]
        indexes = [models.Index(fields=["company", "item", "effective_on"], name="standard_price_item_ix")]


class ValueKind(models.TextChoices):
    MOVE = "move", _("Move")
    CORRECTION = "correction", _("Correction of earlier issues")
    REVALUATION = "revaluation", _("Late price of a receipt")
    SHIFT = "shift", _("Cost passed on")
    VARIANCE = "variance", _("Difference to the standard cost")
    IN_WORK = "in_work", _("Late price of goods in work")


class ValueEntry(TenantModel):
    """Value into (+) or out of (−) a stock account on a date, with the account it came from or went to. A correction
    belongs to all earlier issues of an item in a period that went to one contra account. A late price belongs to the
    receipt `move`. A shift is a pair: the cost of the issue `move` (with its quantity) comes back from one contra
    account and goes to another, so that the stock account is not touched. So is what a late price of the receipt `move`
    adds to goods in work. A variance takes what differs from the standard cost out of the stock. `subject_id` is what
    the contra account keeps its amounts by: the party where it asks for one, the order that bears them where it is work
    in process; else 0. `lot_id` is the lot where cost is kept by lot, else 0."""

    append_only = True
    unindexed = ("company", "item", "period", "account", "contra", "move", "document")

    company = TenantForeignKey(Company)
    item = TenantForeignKey(Item)
    kind = models.CharField(max_length=12, choices=ValueKind.choices, default=ValueKind.MOVE)
    move = TenantForeignKey(Move, null=True)
    document = TenantForeignKey(RegistryRow)
    period = TenantForeignKey(Period, scope="company")
    posted_on = models.DateField()
    quantity = QuantityField(default=0)
    amount = AmountField()
    account = TenantForeignKey(Account, scope="company")
    contra = TenantForeignKey(Account, scope="company")
    subject_id = models.BigIntegerField(default=0)
    lot_id = models.BigIntegerField(default=0)

    class Meta:
        db_table = "value_entry"
        indexes = [
            models.Index(fields=["company", "item", "period"], name="value_entry_item_ix"),
            models.Index(fields=["company", "account", "posted_on"], name="value_entry_account_ix"),
            models.Index(fields=["move"], name="value_entry_move_ix"),
            models.Index(fields=["subject_id"], name="value_entry_subject_ix", condition=~models.Q(subject_id=0)),
        ]
