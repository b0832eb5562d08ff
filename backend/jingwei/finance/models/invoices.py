"""The register of invoices: what all of them share, whichever department's document each is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Party
from jingwei.platform.fields import AmountField, TenantForeignKey
from jingwei.platform.models import Company, Currency, RegistryRow, TenantModel


class InvoiceKind(models.TextChoices):
    """Who the invoice is from or to; decides the control account."""

    SUPPLIER = "supplier", _("From a supplier")
    CUSTOMER = "customer", _("To a customer")


class RegisteredInvoice(TenantModel):
    """A posted invoice or credit note: one row per document of purchasing or sales. `amount_gross` is in `currency`,
    negative for a credit note; `amount_tax_invoiced` is what of it has its tax invoice (数电发票), with the same sign.
    `blocked` are the reasons for which it may not be paid until somebody releases it, `awaited` those that end by
    themselves."""

    unindexed = ("company", "document")

    document = TenantForeignKey(RegistryRow)
    company = TenantForeignKey(Company)
    kind = models.CharField(max_length=10, choices=InvoiceKind.choices)
    party = TenantForeignKey(Party)
    number_given = models.CharField(max_length=60, default="")
    number_folded = models.CharField(max_length=250, default="")
    invoiced_on = models.DateField()
    due_on = models.DateField()
    currency = models.ForeignKey(Currency, models.DO_NOTHING, related_name="+", db_index=False)
    amount_gross = AmountField()
    is_blocked = models.BooleanField(default=False)
    blocked = models.JSONField(default=list)
    awaited = models.JSONField(default=list)
    is_reversed = models.BooleanField(default=False)
    amount_tax_invoiced = AmountField(default=0)

    @property
    def reasons(self) -> list[str]:
        """Why it may not be paid, or might not."""
        return [*self.blocked, *self.awaited]

    class Meta:
        db_table = "registered_invoice"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "document"],
                name="registered_invoice_once",
                violation_error_code="doc.posted_twice",
            ),
            models.UniqueConstraint(
                fields=["group", "party", "number_folded"],
                name="registered_invoice_number_key",
                condition=models.Q(kind=InvoiceKind.SUPPLIER, is_reversed=False) & ~models.Q(number_folded=""),
                violation_error_code="invoice.duplicate",
            ),
            models.CheckConstraint(
                name="registered_invoice_tax",
                condition=models.Q(amount_tax_invoiced=0)
                | models.Q(amount_tax_invoiced__gt=0, amount_tax_invoiced__lte=models.F("amount_gross"))
                | models.Q(amount_tax_invoiced__lt=0, amount_tax_invoiced__gte=models.F("amount_gross")),
                violation_error_code="tax_invoice.over",
                violation_error_message=_("The document would have tax invoices for more than it is worth."),
            ),
        ]
