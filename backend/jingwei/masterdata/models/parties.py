"""Parties: customers and suppliers, one record each, with addresses and contacts."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.platform.fields import NameField, TenantForeignKey
from jingwei.platform.models import Currency, Line, Master, master_constraints


class PartyKind(models.TextChoices):
    ORGANISATION = "organisation", _("Organisation")
    PERSON = "person", _("Person")


class Party(Master):
    """A business partner in the legal sense: one record whether it buys from us, sells to us, or both."""

    kind = models.CharField(
        _("Kind"),
        max_length=12,
        choices=PartyKind.choices,
        default=PartyKind.ORGANISATION,
        help_text=_("Organisation or natural person; decides how the tax number is checked."),
    )
    is_customer = models.BooleanField(_("Customer"), default=False, help_text=_("May stand on sales documents."))
    is_supplier = models.BooleanField(_("Supplier"), default=False, help_text=_("May stand on purchase documents."))
    tax_number = models.CharField(
        _("Tax number"),
        max_length=30,
        blank=True,
        default="",
        help_text=_("Unified social credit code or foreign tax number; checked where the form is known."),
    )
    tax_number_folded = models.CharField(max_length=30, editable=False, default="")
    country = models.CharField(
        _("Country"),
        max_length=2,
        default="CN",
        help_text=_("Country of registration, two letters of ISO 3166."),
    )
    currency = models.ForeignKey(
        Currency,
        models.DO_NOTHING,
        verbose_name=_("Currency"),
        related_name="+",
        db_index=False,
        default="CNY",
        help_text=_("Currency proposed on new documents."),
    )
    payment_days = models.PositiveSmallIntegerField(
        _("Payment term (days)"),
        default=30,
        validators=[MinValueValidator(0), MaxValueValidator(720)],
        help_text=_("Days from invoice to due date proposed on new documents."),
    )
    phone = models.CharField(
        _("Phone"), max_length=40, blank=True, default="", help_text=_("Main telephone number with area code.")
    )
    email = models.EmailField(_("Email"), blank=True, default="", help_text=_("Main address for documents by mail."))

    addresses: list[PartyAddress]
    contacts: list[PartyContact]

    class Meta:
        db_table = "party"
        constraints = [
            *master_constraints("party", "party"),
            models.UniqueConstraint(
                fields=["group", "tax_number_folded"],
                name="party_tax_number_key",
                condition=~models.Q(tax_number_folded=""),
                violation_error_code="party.tax_number.duplicate",
            ),
        ]


class AddressUse(models.TextChoices):
    BOTH = "both", _("Invoices and deliveries")
    INVOICE = "invoice", _("Invoices")
    DELIVERY = "delivery", _("Deliveries")


class PartyAddress(Line):
    """A postal address of a party."""

    party = TenantForeignKey(Party)
    use = models.CharField(
        _("Used for"),
        max_length=10,
        choices=AddressUse.choices,
        default=AddressUse.BOTH,
        help_text=_("Which documents propose this address."),
    )
    country = models.CharField(
        _("Country"), max_length=2, default="CN", help_text=_("Country of the address, two letters of ISO 3166.")
    )
    region = NameField(_("Province"), max_length=100, help_text=_("Province, state or region."))
    city = NameField(_("City"), max_length=100, help_text=_("City or town."))
    street = NameField(_("Street"), max_length=300, help_text=_("Street, number, building and floor."))
    postcode = NameField(_("Postcode"), max_length=20, help_text=_("Postal code as the country writes it."))

    class Meta:
        db_table = "party_address"


class PartyContact(Line):
    """A person to talk to at a party."""

    party = TenantForeignKey(Party)
    name = models.CharField(_("Name"), max_length=100, help_text=_("Name of the person, as addressed in letters."))
    position = NameField(_("Position"), max_length=100, help_text=_("What the person does there."))
    phone = NameField(_("Phone"), max_length=40, help_text=_("Direct or mobile number."))
    email = models.EmailField(_("Email"), blank=True, default="", help_text=_("The person's own address."))

    class Meta:
        db_table = "party_contact"
