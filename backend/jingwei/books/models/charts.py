"""A company's books: the standard they follow, the accounts, the periods and what of them is locked."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.books.charts import AccountType, Side, Standard, Taxpayer
from jingwei.books.role_names import ROLE_NAMES
from jingwei.books.roles import Role
from jingwei.platform.fields import DateRange, TenantForeignKey
from jingwei.platform.models import Company, CompanyRecord, Line, Master, TenantModel, User


class VoucherScheme(models.TextChoices):
    SINGLE = "single", _("One type")
    THREE = "three", _("Three types")


class RevenueOn(models.TextChoices):
    """The event that turns goods into revenue: China's default is the invoice, others the delivery."""

    INVOICE = "invoice", _("When invoiced")
    DELIVERY = "delivery", _("When delivered")


class Bookkeeping(TenantModel):
    """How one company keeps its books: chosen once, when the chart is made; the standard cannot be mixed."""

    unindexed = ("company",)

    company = TenantForeignKey(Company)
    standard = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Standard])
    taxpayer = models.CharField(max_length=15, choices=[(t.value, t.value) for t in Taxpayer])
    voucher_scheme = models.CharField(max_length=10, choices=VoucherScheme.choices, default=VoucherScheme.SINGLE)
    revenue_on = models.CharField(max_length=10, choices=RevenueOn.choices, default=RevenueOn.INVOICE)
    starts_on = models.DateField()

    class Meta:
        db_table = "bookkeeping"
        constraints = [models.UniqueConstraint(fields=["group", "company"], name="bookkeeping_once")]


class Account(Master, CompanyRecord):
    """An account of a company's chart. Only accounts without others below them are posted to."""

    parent = TenantForeignKey(
        "self",
        verbose_name=_("Header account"),
        scope="company",
        null=True,
        blank=True,
        help_text=_("Account this one is part of; headers only add up what is below them."),
    )
    type = models.CharField(
        _("Account type"),
        max_length=10,
        choices=[
            (AccountType.ASSET.value, _("Asset")),
            (AccountType.LIABILITY.value, _("Liability")),
            (AccountType.COMMON.value, _("Common")),
            (AccountType.EQUITY.value, _("Equity")),
            (AccountType.COST.value, _("Cost")),
            (AccountType.REVENUE.value, _("Revenue")),
            (AccountType.EXPENSE.value, _("Expense")),
        ],
        help_text=_("Where the account stands in the statements."),
    )
    normal_balance = models.CharField(
        _("Normal balance"),
        max_length=6,
        choices=[(Side.DEBIT.value, _("Debit")), (Side.CREDIT.value, _("Credit"))],
        help_text=_("Side on which the account usually stands."),
    )
    role = models.CharField(
        pgettext_lazy("account", "Role"),
        max_length=24,
        blank=True,
        default="",
        choices=[(r.value, ROLE_NAMES[r]) for r in Role],
        help_text=_("What the system uses the account for; control accounts are closed to vouchers by hand."),
    )
    is_postable = models.BooleanField(
        _("Postable"),
        default=True,
        editable=False,
        help_text=_("Whether entries may be made; headers are not postable."),
    )
    asks_party = models.BooleanField(
        _("Asks for party"), default=False, help_text=_("Every line on the account must name a party.")
    )
    asks_item = models.BooleanField(
        _("Asks for item"), default=False, help_text=_("Every line on the account must name an item.")
    )

    class Meta:
        db_table = "account"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "code_folded"],
                name="account_code_key",
                violation_error_code="account.code.duplicate",
            ),
            models.UniqueConstraint(fields=["company", "id"], name="account_company_key"),
            models.CheckConstraint(
                name="account_name_given",
                condition=~models.Q(name_zh="", name_en=""),
                violation_error_code="name.missing",
            ),
        ]


class Area(models.TextChoices):
    """What of a period can be locked, in the order in which it is closed."""

    PURCHASING = "purchasing", _("Purchasing")
    SALES = "sales", _("Sales")
    STOCK_QUANTITY = "stock_quantity", _("Stock quantity")
    STOCK_VALUE = "stock_value", _("Stock value")
    ASSETS = "assets", _("Fixed assets")
    BANK = "bank", _("Bank and cash")
    LEDGER = "ledger", _("General ledger")


class Period(CompanyRecord):
    """A fiscal period, a calendar month in China; `code` is such as 2026-11."""

    code = models.CharField(_("Period"), max_length=10, help_text=_("Year and number of the period, such as 2026-11."))
    year = models.PositiveSmallIntegerField(_("Fiscal year"), help_text=_("Fiscal year the period belongs to."))
    number = models.PositiveSmallIntegerField(_("Number"), help_text=_("Position in the fiscal year, from 1."))
    starts_on = models.DateField(pgettext_lazy("period", "From"), help_text=_("First day of the period."))
    ends_on = models.DateField(pgettext_lazy("period", "To"), help_text=_("Last day of the period."))

    locks: list[PeriodLock]

    class Meta:
        db_table = "period"
        constraints = [
            models.UniqueConstraint(fields=["group", "company", "code"], name="period_code_key"),
            models.UniqueConstraint(fields=["company", "id"], name="period_company_key"),
            models.CheckConstraint(
                name="period_dates",
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                violation_error_code="date.order",
            ),
            ExclusionConstraint(
                name="period_overlap",
                expressions=[
                    ("group", RangeOperators.EQUAL),
                    ("company", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", RangeBoundary(inclusive_upper=True)), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PeriodLock(Line):
    """Whether one area of a period is closed. Who posts reads the row FOR SHARE, who closes updates it: a posting that
    began before the closing is waited for, one that begins after it is refused."""

    period = TenantForeignKey(Period)
    area = models.CharField(
        _("Lock area"), max_length=15, choices=Area.choices, help_text=_("Part of the work that is locked by itself.")
    )
    is_closed = models.BooleanField(
        pgettext_lazy("period", "Closed"), default=False, help_text=_("Whether postings of the area are refused.")
    )
    entry_count = models.PositiveIntegerField(
        pgettext_lazy("closed", "Entries"),
        default=0,
        help_text=_("Entries of the area when it was closed: later ones would be too late."),
    )
    changed_by = models.ForeignKey(User, models.DO_NOTHING, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "period_lock"
        constraints = [models.UniqueConstraint(fields=["group", "period", "area"], name="period_lock_once")]
