"""Departments, and the people who work in them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.platform.fields import NameField, TenantForeignKey
from jingwei.platform.models import Master, master_constraints


class Department(Master):
    """部门: a part of the group that people work in and costs belong to; a tree."""

    parent = TenantForeignKey(
        "self",
        verbose_name=_("Parent department"),
        null=True,
        blank=True,
        help_text=_("Department or division this one belongs to; empty at the top of the tree."),
    )

    class Meta:
        db_table = "department"
        constraints = master_constraints("department", "department")


class Employee(Master):
    """员工: a person who works for the companies of the group. Numbers of identity papers are not kept here."""

    department = TenantForeignKey(
        Department,
        verbose_name=_("Department"),
        null=True,
        blank=True,
        help_text=_("Department the person works in today."),
    )
    position = NameField(_("Position"), max_length=100, help_text=_("What the person does there."))
    hired_on = models.DateField(_("Hired on"), null=True, blank=True, help_text=_("First day of work."))
    phone = models.CharField(
        _("Phone"), max_length=40, blank=True, default="", help_text=_("Main telephone number with area code.")
    )
    email = models.EmailField(_("Email"), blank=True, default="", help_text=_("The person's address at work."))

    class Meta:
        db_table = "employee"
        constraints = master_constraints("employee", "employee")
