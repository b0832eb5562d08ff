"""Money received and paid, and settlements without money."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.books.models import Account
from jingwei.masterdata.models import Party
from jingwei.platform.fields import AmountField, RateField, TenantForeignKey
from jingwei.platform.models import Currency, Line, NumberedDocument, RegistryRow, document_constraints


class Direction(models.TextChoices):
    """Which way the money went."""

    IN = "in", pgettext_lazy("direction", "Receipt")
    OUT = "out", pgettext_lazy("direction", "Payment")


class SettledLine(Line):
    """A document with open items, and how much of them is settled. The number is resolved to `document`."""

    amount = AmountField(
        pgettext_lazy("settled", "Amount"),
        null=True,
        blank=True,
        help_text=_("How much of it is settled; all that is open when empty."),
    )
    due_on = models.DateField(_("Due date"), null=True, blank=True, help_text=_("When the document falls due."))
    amount_open = AmountField(
        _("Open amount"), null=True, blank=True, help_text=_("What was open of the document before.")
    )
    document = TenantForeignKey(RegistryRow, null=True, editable=False)

    class Meta:
        abstract = True


class Payment(NumberedDocument):
    """收付款单: money received from or paid to a party, and what it settles. `amount_allocated` is what of it has
    settled documents, `amount_rest` what is still kept as an advance; both in the payment's currency."""

    direction = models.CharField(
        _("Direction"), max_length=3, choices=Direction.choices, help_text=_("Money that comes in, or goes out.")
    )
    party = TenantForeignKey(Party, verbose_name=_("Party"), help_text=_("Who paid, or is paid."))
    posted_on = models.DateField(_("Date"), help_text=_("When the money moved; decides the period."))
    account = TenantForeignKey(
        Account,
        scope="company",
        verbose_name=_("Bank or cash account"),
        help_text=_("Account of the books on which the money moved."),
    )
    currency = models.ForeignKey(
        Currency,
        models.DO_NOTHING,
        verbose_name=_("Currency"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("Currency of the money and of what it settles; the party's when empty."),
    )
    rate = RateField(
        _("Exchange rate"),
        null=True,
        blank=True,
        help_text=_("Functional currency for one unit of the payment's; the rate of the day when empty."),
    )
    amount = AmountField(_("Amount"), help_text=_("The money that moved, in the payment's currency."))
    oldest_first = models.BooleanField(
        _("Settle the oldest first"),
        default=False,
        help_text=_("At posting, what no line names settles the party's open invoices, the oldest due first."),
    )
    rest_as_advance = models.BooleanField(
        _("Keep the rest as an advance"),
        default=False,
        help_text=_("What settles nothing stays as an advance of the customer, or a prepayment to the supplier."),
    )
    tax_rate = RateField(
        _("Tax rate of the advance %"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Tax contained in an advance, where the accounting standard keeps it apart."),
    )
    amount_allocated = AmountField(
        _("Settled amount"), default=0, help_text=_("What of the money has settled documents.")
    )
    amount_advance = AmountField(
        _("Advance"), default=0, help_text=_("What was kept as an advance when the money moved.")
    )
    amount_rest = AmountField(_("Unapplied"), default=0, help_text=_("What is left of the advance."))

    lines: list[PaymentLine]

    class Meta:
        db_table = "payment"
        constraints = [
            *document_constraints("payment", "payment"),
            models.CheckConstraint(
                name="payment_amount",
                condition=models.Q(amount__gt=0),
                violation_error_code="amount.not_positive",
                violation_error_message=_("The amount must be greater than 0."),
            ),
            models.CheckConstraint(
                name="payment_within",
                condition=models.Q(
                    amount_rest__gte=0,
                    amount_rest__lte=models.F("amount_advance"),
                    amount_allocated__gte=0,
                    amount_allocated__lte=models.F("amount"),
                ),
                violation_error_code="allocation.over",
                violation_error_message=_("More would be settled than is open."),
            ),
        ]


class PaymentLine(SettledLine):
    """An invoice the money pays, or a credit note set off against it: that with a negative amount."""

    payment = TenantForeignKey(Payment)
    invoice = models.CharField(
        pgettext_lazy("open item", "Invoice"),
        max_length=60,
        help_text=_("Number of the invoice or credit note; the supplier's own number will do too."),
    )

    class Meta:
        db_table = "payment_line"


class Settlement(NumberedDocument):
    """核销单: open items of one party set off against each other: a credit note against an invoice, an advance against
    an invoice, what is owed to a party against what it owes."""

    party = TenantForeignKey(Party, verbose_name=_("Party"), help_text=_("Party whose items are set off."))
    settled_on = models.DateField(_("Date"), help_text=_("Accounting date; decides the period."))
    currency = models.ForeignKey(
        Currency,
        models.DO_NOTHING,
        verbose_name=_("Currency"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("Currency of the items; the party's when empty."),
    )
    amount = AmountField(pgettext_lazy("settlement", "Amount"), default=0, help_text=_("What is set off, per side."))

    lines: list[SettlementLine]

    class Meta:
        db_table = "settlement"
        constraints = document_constraints("settlement", "settlement")


class SettlementLine(SettledLine):
    """One side of a settlement: what we are to get stands positive, what we owe negative; together they are 0."""

    settlement = TenantForeignKey(Settlement)
    settles = models.CharField(
        _("Document"),
        max_length=60,
        help_text=_("Number of the invoice, credit note or payment whose open item is set off."),
    )

    class Meta:
        db_table = "settlement_line"
