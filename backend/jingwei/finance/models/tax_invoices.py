"""数电发票: the fully digital invoices of the tax authority, kept beside the documents they belong to."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.masterdata.models import Party
from jingwei.platform.fields import AmountField, CodeField, RateField, TenantForeignKey
from jingwei.platform.models import CompanyRecord, Line, RegistryRow


class TaxInvoiceKind(models.TextChoices):
    """Whether the buyer may deduct the tax."""

    SPECIAL = "special", _("Special")
    ORDINARY = "ordinary", _("Ordinary")


class TaxInvoiceColour(models.TextChoices):
    """Blue states a sale, red takes one back, wholly or in part."""

    BLUE = "blue", _("Blue")
    RED = "red", _("Red")


class TaxInvoiceDirection(models.TextChoices):
    """Who issued it."""

    ISSUED = "issued", _("Issued to a customer")
    RECEIVED = "received", _("Received from a supplier")


class TaxInvoice(CompanyRecord):
    """A tax invoice as the authority's platform issued it, in yuan. It is a paper of its own: one may belong to several
    documents, and several to one. Amounts of a red one are negative."""

    number = CodeField(
        _("Number"),
        help_text=_("The 20 digits of the tax invoice; each number is kept once."),
    )
    direction = models.CharField(
        pgettext_lazy("tax invoice", "Direction"),
        max_length=10,
        choices=TaxInvoiceDirection.choices,
        help_text=_("Issued by the company, or received."),
    )
    kind = models.CharField(
        _("Kind"), max_length=10, choices=TaxInvoiceKind.choices, help_text=_("Tax of a special one can be deducted.")
    )
    colour = models.CharField(
        _("Colour"),
        max_length=5,
        choices=TaxInvoiceColour.choices,
        default=TaxInvoiceColour.BLUE,
        help_text=_("A red one takes back a blue one, wholly or in part."),
    )
    blue_number = CodeField(
        _("Number of the blue one"),
        blank=True,
        default="",
        help_text=_("Which tax invoice a red one takes back."),
    )
    confirmation_number = CodeField(
        _("Red-letter confirmation"),
        blank=True,
        default="",
        help_text=_("Number of the confirmation form a red one is based on."),
    )
    party = TenantForeignKey(Party, verbose_name=_("Party"), help_text=_("Buyer, or seller, on the tax invoice."))
    issued_on = models.DateField(_("Issued on"), help_text=_("Date on the tax invoice."))
    tax_rate = RateField(
        _("Tax rate %"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Where it has one rate alone; the tax is then compared with it."),
    )
    amount_net = AmountField(_("Net amount"), help_text=_("Total without tax, as printed."))
    amount_tax = AmountField(_("Tax"), help_text=_("Total of the tax, as printed."))
    amount_gross = AmountField(_("Total with tax"), help_text=_("Net amount and tax, as printed."))
    void_reason = models.CharField(
        _("Why it is void"), max_length=200, blank=True, default="", help_text=_("Said when it was declared void.")
    )

    lines: list[TaxInvoiceLine]

    class Meta:
        db_table = "tax_invoice"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "number"],
                name="tax_invoice_number_key",
                violation_error_code="tax_invoice.duplicate",
            ),
            models.CheckConstraint(
                name="tax_invoice_sum",
                condition=models.Q(amount_gross=models.F("amount_net") + models.F("amount_tax")),
                violation_error_code="tax_invoice.sum",
                violation_error_message=_("Net amount and tax are not the total."),
            ),
        ]


class TaxInvoiceLine(Line):
    """A document the tax invoice belongs to, and how much of both belongs together."""

    tax_invoice = TenantForeignKey(TaxInvoice)
    covers = models.CharField(
        pgettext_lazy("open item", "Invoice"),
        max_length=60,
        help_text=_("Number of the invoice or credit note that the tax invoice is for."),
    )
    amount = AmountField(
        _("Amount with tax"),
        null=True,
        blank=True,
        help_text=_("How much of the document it is for; as much as possible when empty."),
    )
    document = TenantForeignKey(RegistryRow, null=True, editable=False)

    class Meta:
        db_table = "tax_invoice_line"
