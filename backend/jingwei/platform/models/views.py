"""Saved views: how a list or report is looked at, kept under a name for one person or for those they share it with."""

from __future__ import annotations

from django.db import models

from jingwei.platform.fields import TenantForeignKey
from jingwei.platform.models.base import TenantModel
from jingwei.platform.models.identity import Role, User
from jingwei.platform.models.organisation import Company


class SavedView(TenantModel):
    """`place` is the key of a declaration or report; `content` what its screen shows again: address and columns.
    Seen by its owner and, when shared, by everybody in `company` or by all who hold `role`."""

    place = models.CharField(max_length=100)
    name = models.CharField(max_length=80)
    content = models.JSONField()
    owner = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False)
    company = TenantForeignKey(Company, null=True)
    role = TenantForeignKey(Role, null=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "saved_view"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "place", "owner", "name"],
                name="saved_view_name",
                violation_error_code="view.name",
            ),
            models.CheckConstraint(
                condition=models.Q(company=None) | models.Q(role=None), name="saved_view_shared_once"
            ),
        ]


class DefaultView(TenantModel):
    """The view with which a person's list or report opens."""

    user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False)
    place = models.CharField(max_length=100)
    view = TenantForeignKey(SavedView)

    class Meta:
        db_table = "default_view"
        constraints = [models.UniqueConstraint(fields=["group", "user", "place"], name="default_view_once")]
