"""What accountants type: vouchers by hand, opening balances among them."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.books.models import Account
from jingwei.books.numbers import VoucherType
from jingwei.masterdata.models import Item, Party
from jingwei.platform.fields import AmountField, QuantityField, RateField, TenantForeignKey
from jingwei.platform.models import Currency, Line, NumberedDocument, User, document_constraints


class VoucherKind(models.TextChoices):
    ORDINARY = "ordinary", _("Ordinary")
    OPENING = "opening", _("Opening balances")


class Voucher(NumberedDocument):
    """记账凭证: a voucher by hand. Prepared by one person, reviewed by another, posted; what is posted is only ever
    reversed. The number is given at posting and lies with the entry."""

    kind = models.CharField(
        _("Kind"),
        max_length=10,
        choices=VoucherKind.choices,
        default=VoucherKind.ORDINARY,
        help_text=_("Ordinary, or the balances with which the books begin."),
    )
    number = models.CharField(
        _("Number"),
        max_length=40,
        blank=True,
        default="",
        help_text=_("Voucher type, period and number; given without gap at posting."),
    )
    voucher_type = models.CharField(
        _("Voucher type"),
        max_length=2,
        choices=VoucherType.choices,
        default=VoucherType.GENERAL,
        help_text=_("General for all; or receipts of money, payments and transfers apart."),
    )
    posted_on = models.DateField(_("Date"), help_text=_("Accounting date; decides the period."))
    summary = models.CharField(
        _("Summary"), max_length=200, help_text=_("What the voucher is for, in a few words; proposed for every line.")
    )
    attachment_count = models.PositiveSmallIntegerField(
        _("Attached papers"),
        default=0,
        validators=[MaxValueValidator(999)],
        help_text=_("How many source documents on paper belong to the voucher."),
    )
    amount_debit = AmountField(
        _("Total debit"), default=0, help_text=_("Sum of the debit side, in functional currency.")
    )
    amount_credit = AmountField(
        _("Total credit"), default=0, help_text=_("Sum of the credit side, in functional currency.")
    )
    prepared_by = models.ForeignKey(
        User, models.DO_NOTHING, null=True, editable=False, related_name="+", db_index=False
    )
    reviewed_by = models.ForeignKey(
        User, models.DO_NOTHING, null=True, editable=False, related_name="+", db_index=False
    )

    lines: list[VoucherLine]

    class Meta:
        db_table = "voucher"
        constraints = [
            *document_constraints("voucher", "voucher"),
            models.CheckConstraint(
                name="voucher_two_people",
                condition=models.Q(reviewed_by=None) | ~models.Q(reviewed_by=models.F("prepared_by")),
                violation_error_code="voucher.same_person",
                violation_error_message=_("A voucher is reviewed by another person than the one who prepared it."),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.voucher_type} #{self.pk}"


class VoucherLine(Line):
    """A debit or a credit of a voucher; a negative amount (红字) stays on its side."""

    voucher = TenantForeignKey(Voucher)
    summary = models.CharField(
        _("Line summary"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Text of the line; the voucher's when empty."),
    )
    account = TenantForeignKey(Account, verbose_name=_("Account"), help_text=_("Account without others below it."))
    party = TenantForeignKey(
        Party, verbose_name=_("Party"), null=True, blank=True, help_text=_("Needed where the account asks for a party.")
    )
    item = TenantForeignKey(
        Item, verbose_name=_("Item"), null=True, blank=True, help_text=_("Needed where the account asks for an item.")
    )
    debit = AmountField(_("Debit"), default=0, help_text=_("Amount in functional currency on the debit side."))
    credit = AmountField(_("Credit"), default=0, help_text=_("Amount in functional currency on the credit side."))
    currency = models.ForeignKey(
        Currency,
        models.DO_NOTHING,
        null=True,
        blank=True,
        verbose_name=_("Currency"),
        related_name="+",
        db_index=False,
        help_text=_("Currency of the original amount; empty for the company's own."),
    )
    amount_currency = AmountField(
        _("Original amount"), null=True, blank=True, help_text=_("Amount in the line's currency, without sign of side.")
    )
    rate = RateField(
        _("Rate"), null=True, blank=True, help_text=_("Units of functional currency for one of the line's currency.")
    )
    quantity = QuantityField(
        _("Quantity"), null=True, blank=True, help_text=_("Quantity in the item's stock unit, for quantity accounts.")
    )
    due_on = models.DateField(
        _("Due date"),
        null=True,
        blank=True,
        help_text=_("When the amount is to be paid, for receivables and payables."),
    )

    class Meta:
        db_table = "voucher_line"
