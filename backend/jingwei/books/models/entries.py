"""The journal: entries and lines that are only ever inserted, and what is kept beside them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jingwei.books.models.charts import Account, Area, Period
from jingwei.platform.fields import AmountField, QuantityField, RateField, TenantForeignKey
from jingwei.platform.models import Company, Currency, RegistryRow, TenantModel, User


class TransactionId(models.BigIntegerField):  # type: ignore[type-arg]
    """The transaction that wrote the row (`xid8`); lines may join an entry only in the transaction that made it."""

    def db_type(self, connection: object) -> str:
        return "xid8"


class EntryKind(models.TextChoices):
    ORDINARY = "ordinary", _("Ordinary")
    OPENING = "opening", _("Opening")
    CLOSING = "closing", _("Closing")
    EXCHANGE = "exchange", _("Exchange")
    REVALUATION = "revaluation", _("Revaluation")


class JournalEntry(TenantModel):
    """One entry: balanced in functional currency to the last decimal, and per currency unless it is an exchange or a
    revaluation. Each (document, purpose) has at most one; a reversal names the entry it reverses, which has one."""

    append_only = True
    unindexed = ("company",)

    company = TenantForeignKey(Company)
    period = TenantForeignKey(Period, scope="company")
    posted_on = models.DateField()
    area = models.CharField(max_length=15, choices=Area.choices)
    kind = models.CharField(max_length=12, choices=EntryKind.choices, default=EntryKind.ORDINARY)
    document = TenantForeignKey(RegistryRow)
    purpose = models.CharField(max_length=40)
    reverses = TenantForeignKey("self", null=True)
    summary = models.CharField(max_length=300, default="")
    posted_by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False)
    posted_at = models.DateTimeField()
    created_xid = TransactionId(db_default=models.Func(function="pg_current_xact_id"))

    class Meta:
        db_table = "journal_entry"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "document", "purpose"],
                name="journal_entry_once",
                violation_error_code="doc.posted_twice",
            ),
            models.UniqueConstraint(
                fields=["group", "reverses"],
                name="journal_entry_reversed_once",
                condition=models.Q(reverses__isnull=False),
                violation_error_code="doc.reversed",
            ),
        ]
        indexes = [models.Index(fields=["company", "posted_on", "id"], name="journal_entry_date_ix")]


class JournalLine(TenantModel):
    """A debit or a credit, never both; negative amounts (红字) stay on their side. `amount_currency` is debit − credit
    in `currency`. No foreign key points here, so that the table can be partitioned."""

    append_only = True
    unindexed = ("company", "entry", "account", "item", "party")

    company = TenantForeignKey(Company)
    entry = TenantForeignKey(JournalEntry)
    line = models.PositiveIntegerField()
    account = TenantForeignKey(Account, scope="company")
    posted_on = models.DateField()
    debit = AmountField(default=0)
    credit = AmountField(default=0)
    currency = models.ForeignKey(Currency, models.DO_NOTHING, related_name="+", db_index=False)
    amount_currency = AmountField()
    rate = RateField(default=1)
    summary = models.CharField(max_length=300, default="")
    party = TenantForeignKey("masterdata.Party", null=True)
    item = TenantForeignKey("masterdata.Item", null=True)
    quantity = QuantityField(null=True)
    due_on = models.DateField(null=True)
    is_closing = models.BooleanField(default=False)
    rule = models.CharField(max_length=20, default="")
    rules_version = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "journal_line"
        constraints = [
            models.CheckConstraint(
                name="journal_line_one_side",
                condition=(models.Q(debit=0) & ~models.Q(credit=0)) | (~models.Q(debit=0) & models.Q(credit=0)),
                violation_error_code="voucher.line_side",
            )
        ]
        indexes = [
            models.Index(fields=["entry", "line"], name="journal_line_entry_ix"),
            models.Index(fields=["company", "account", "posted_on", "id"], name="journal_line_account_ix"),
        ]


class BalanceDelta(TenantModel):
    """What one command adds to balances; folded into `AccountBalance` now and then. A balance is always the folded row
    plus the deltas, so that no posting waits for another and no figure waits for a job."""

    unindexed = ("company", "account", "period", "party")

    company = TenantForeignKey(Company)
    account = TenantForeignKey(Account, scope="company")
    period = TenantForeignKey(Period, scope="company")
    currency = models.ForeignKey(Currency, models.DO_NOTHING, related_name="+", db_index=False)
    party_id = models.BigIntegerField(default=0)
    is_closing = models.BooleanField(default=False)
    debit = AmountField()
    credit = AmountField()
    amount_currency = AmountField()

    class Meta:
        db_table = "balance_delta"
        indexes = [models.Index(fields=["company", "period"], name="balance_delta_ix")]


class AccountBalance(TenantModel):
    """Folded movements per account, period, currency, party and whether they close income and expense."""

    unindexed = ("company", "account", "period", "party")

    company = TenantForeignKey(Company)
    account = TenantForeignKey(Account, scope="company")
    period = TenantForeignKey(Period, scope="company")
    currency = models.ForeignKey(Currency, models.DO_NOTHING, related_name="+", db_index=False)
    party_id = models.BigIntegerField(default=0)
    is_closing = models.BooleanField(default=False)
    debit = AmountField()
    credit = AmountField()
    amount_currency = AmountField()

    class Meta:
        db_table = "account_balance"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "period", "account", "currency", "party_id", "is_closing"],
                name="account_balance_key",
            )
        ]


class VoucherNumber(TenantModel):
    """The number of an entry in its company, type and period: 1, 2, 3 … without gap. A row of its own, inserted by the
    last step of the outermost command, because the counter behind it is what everybody waits for."""

    append_only = True
    unindexed = ("company", "period", "entry")

    company = TenantForeignKey(Company)
    period = TenantForeignKey(Period, scope="company")
    type = models.CharField(max_length=2)
    number = models.PositiveIntegerField()
    entry = TenantForeignKey(JournalEntry)

    class Meta:
        db_table = "voucher_number"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "period", "type", "number"], name="voucher_number_series_key"
            ),
            models.UniqueConstraint(fields=["group", "entry"], name="voucher_number_once"),
        ]


class OpenItem(TenantModel):
    """What is still to be settled of a line on a receivable, payable or advance account. `amount` and `open` are
    debit − credit in the item's currency, `amount_functional` the same in functional currency."""

    unindexed = ("company", "account")

    company = TenantForeignKey(Company)
    account = TenantForeignKey(Account, scope="company")
    party = TenantForeignKey("masterdata.Party")
    document = TenantForeignKey(RegistryRow)
    entry_id = models.BigIntegerField()
    entry_line = models.PositiveIntegerField()
    posted_on = models.DateField()
    due_on = models.DateField()
    currency = models.ForeignKey(Currency, models.DO_NOTHING, related_name="+", db_index=False)
    amount = AmountField()
    open = AmountField()
    amount_functional = AmountField()
    open_functional = AmountField()

    class Meta:
        db_table = "open_item"
        constraints = [
            models.UniqueConstraint(fields=["group", "entry_id", "entry_line"], name="open_item_once"),
            models.CheckConstraint(
                name="open_item_within",
                condition=(
                    models.Q(amount__gt=0, open__gte=0, open__lte=models.F("amount"))
                    | models.Q(amount__lt=0, open__lte=0, open__gte=models.F("amount"))
                ),
                violation_error_code="allocation.over",
                violation_error_message=_("More would be settled than is open."),
            ),
        ]
        indexes = [
            models.Index(fields=["group", "party", "account"], name="open_item_open_ix", condition=~models.Q(open=0))
        ]


class Allocation(TenantModel):
    """核销: an amount of one open item settled against another of the opposite sign, on a date; taken back by a row
    with the opposite amount that names it. `document` is what settled it, where a document did."""

    append_only = True
    unindexed = ("company",)

    company = TenantForeignKey(Company)
    debit_item = TenantForeignKey(OpenItem)
    credit_item = TenantForeignKey(OpenItem)
    allocated_on = models.DateField()
    amount = AmountField()
    debit_functional = AmountField()
    credit_functional = AmountField()
    takes_back = TenantForeignKey("self", null=True)
    document = TenantForeignKey(RegistryRow, null=True)
    made_by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "allocation"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "takes_back"],
                name="allocation_taken_back_once",
                condition=models.Q(takes_back__isnull=False),
                violation_error_code="allocation.taken_back",
            )
        ]


class Seal(TenantModel):
    """One link of the hash chain over a company's entries: sha256(previous hash ‖ canonical form of the entry)."""

    append_only = True
    unindexed = ("company", "entry")

    company = TenantForeignKey(Company)
    position = models.PositiveBigIntegerField()
    entry = TenantForeignKey(JournalEntry)
    form = models.PositiveSmallIntegerField(default=1)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "seal"
        constraints = [
            models.UniqueConstraint(fields=["group", "company", "position"], name="seal_position_key"),
            models.UniqueConstraint(fields=["group", "entry"], name="seal_once"),
        ]
