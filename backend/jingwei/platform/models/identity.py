"""Who may do what: users (global), roles and assignments (per group), API keys."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.platform.fields import NameField, TenantForeignKey
from jingwei.platform.models.base import Identified, TenantModel
from jingwei.platform.models.organisation import Company, Group


class User(AbstractBaseUser, Identified):
    """A person, or a system actor, who signs in. Global table: one person may serve several groups.

    `epoch` rises whenever rights or password change; writes re-read it, reads may trust a copy for 5 seconds.
    """

    login = models.CharField(max_length=80)
    login_folded = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    epoch = models.PositiveIntegerField(default=1)
    failed_signins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BaseUserManager["User"]()

    USERNAME_FIELD = "login_folded"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "app_user"

    def __str__(self) -> str:
        return self.login


class Role(TenantModel):
    """A named set of permissions; presets come from `server.roles` and follow it on every migrate."""

    key = models.CharField(max_length=40)
    name_zh = NameField(_("Chinese name"), help_text=_("Name of the role in Chinese."))
    name_en = NameField(_("English name"), help_text=_("Name of the role in English."))
    is_preset = models.BooleanField(default=False)
    permissions = ArrayField(models.CharField(max_length=80))

    class Meta:
        db_table = "role"
        constraints = [models.UniqueConstraint(fields=["group", "key"], name="role_key_key")]


class RoleAssignment(TenantModel):
    """A user has a role in a group, in one company or (company empty) in all of them."""

    user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=True)
    role = TenantForeignKey(Role)
    company = TenantForeignKey(Company, null=True)

    class Meta:
        db_table = "role_assignment"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user", "role", "company"], nulls_distinct=False, name="role_assignment_once"
            )
        ]


class ApiKey(TenantModel):
    """A key with which another system acts as its user; only the SHA-256 of the secret is kept."""

    user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    secret_sha256 = models.CharField(max_length=64, db_index=True)
    scopes = ArrayField(models.CharField(max_length=80), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_key"
        constraints = [models.UniqueConstraint(fields=["group", "secret_sha256"], name="api_key_once")]


__all__ = ["ApiKey", "Group", "Role", "RoleAssignment", "User"]
