"""Groups (tenants), their companies, and the currencies of the world."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.platform.fields import CodeField, NameField, NoteField, TenantForeignKey
from jingwei.platform.models.base import Identified, Record


class GroupState(models.TextChoices):
    ACTIVE = "active", _("Active")
    MOVING = "moving", _("Moving")


class Group(Identified):
    """The tenant: companies that share master data. Global table.

    Every writing transaction reads its row FOR SHARE: setting `state` to MOVING is the fence behind which a group
    can be moved to another database.
    """

    name = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=GroupState.choices, default=GroupState.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "tenant_group"


class Currency(models.Model):
    """A currency of ISO 4217. Global table, filled by migration."""

    code = models.CharField(primary_key=True, max_length=3)
    name_en = models.CharField(max_length=60)
    name_zh = models.CharField(max_length=60)
    decimals = models.PositiveSmallIntegerField(default=2)

    class Meta:
        db_table = "currency"

    def __str__(self) -> str:
        return self.code


class Master(Record):
    """What every master record has: a code people type, names in both languages, and what sorting and finding need.

    `code_folded` (NFKC, case-folded) carries uniqueness: "A-1" and "ａ-1" are one code.
    """

    code = CodeField(
        _("Code"),
        blank=True,
        default="",
        help_text=_("Short unique identifier that people type and documents carry; given from the series when empty."),
    )
    name_zh = NameField(_("Chinese name"), help_text=_("Name in Chinese; at least one of the two names is needed."))
    name_en = NameField(_("English name"), help_text=_("Name in English; at least one of the two names is needed."))
    note = NoteField(_("Note"), help_text=_("Remarks for colleagues; never printed on outward documents."))
    code_folded = models.CharField(max_length=40, editable=False)
    name_sort = models.CharField(max_length=250, editable=False, default="")
    name_initials = models.CharField(max_length=200, editable=False, default="")

    class Meta:
        abstract = True


def master_constraints(table: str, name: str) -> list[models.BaseConstraint]:
    """The constraints of a master's table: one code per group, at least one name."""
    return [
        models.UniqueConstraint(
            fields=["group", "code_folded"], name=f"{table}_code_key", violation_error_code=f"{name}.code.duplicate"
        ),
        models.CheckConstraint(
            name=f"{table}_name_given",
            condition=~models.Q(name_zh="", name_en=""),
            violation_error_code="name.missing",
            violation_error_message=_("Give at least one of the two names."),
        ),
        models.CheckConstraint(
            name=f"{table}_code_given", condition=~models.Q(code_folded=""), violation_error_code="code.missing"
        ),
    ]


class Company(Master):
    """A legal entity that keeps books."""

    currency = models.ForeignKey(
        Currency,
        models.DO_NOTHING,
        verbose_name=_("Functional currency"),
        related_name="+",
        db_index=False,
        default="CNY",
        help_text=_("Currency in which the company keeps its books; fixed once anything is posted."),
    )
    time_zone = models.CharField(
        _("Time zone"),
        max_length=40,
        default="Asia/Shanghai",
        help_text=_("Time zone that decides the business date, as a name of the IANA database."),
    )
    tax_number = models.CharField(
        _("Tax number"),
        max_length=30,
        blank=True,
        default="",
        help_text=_("Unified social credit code or other tax number, as printed on invoices."),
    )
    address_zh = NameField(_("Chinese address"), max_length=300, help_text=_("Postal address, as papers print it."))
    address_en = NameField(_("English address"), max_length=300, help_text=_("Address on papers in English."))
    phone = NameField(_("Phone"), max_length=40, help_text=_("Main telephone number with area code."))
    bank_account = NameField(
        _("Bank and account"), max_length=200, help_text=_("Bank and number of the account that customers pay into.")
    )

    class Meta:
        db_table = "company"
        constraints = master_constraints("company", "company")


class CompanyRecord(Record):
    """A record or document that belongs to one company of its group."""

    company = TenantForeignKey(
        Company, verbose_name=_("Company"), help_text=_("Company whose books the document concerns."), editable=False
    )

    class Meta:
        abstract = True


class NumberedDocument(CompanyRecord):
    """What every document people type has: the system's number, and the number of where it comes from."""

    waiting = ("draft", "reviewed")

    number = models.CharField(
        _("Number"), max_length=40, blank=True, default="", help_text=_("Number of the document, given by the system.")
    )
    reference = models.CharField(
        _("External number"),
        max_length=60,
        blank=True,
        default="",
        help_text=_("Number of the paper or system it comes from; rows of an import with one number are one document."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"


def document_constraints(table: str, name: str) -> list[models.BaseConstraint]:
    """The constraints of a document's table: one number and one external number per company, where there is one."""
    return [
        models.UniqueConstraint(
            fields=["group", "company", field],
            name=f"{table}_{field}_key",
            condition=~models.Q(**{field: ""}),
            violation_error_code=f"{name}.{field}.duplicate",
        )
        for field in ("number", "reference")
    ]
