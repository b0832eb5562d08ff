"""The registry of all records and documents, and what is written beside them in the same transaction."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from jingwei.platform.fields import TenantForeignKey
from jingwei.platform.models.base import TenantModel
from jingwei.platform.models.identity import User
from jingwei.platform.models.organisation import Company


class RegistryRow(TenantModel):
    """One row per master record and document, under the same id: the real foreign key for sources, links,
    attachments, timelines and approvals, and the index behind every search and every reference's title."""

    unindexed = ("company",)

    company = TenantForeignKey(Company, null=True)
    type = models.CharField(max_length=60)
    number = models.CharField(max_length=60, default="")
    date = models.DateField(null=True)
    party = TenantForeignKey("self", null=True)
    state = models.CharField(max_length=20)
    title_zh = models.CharField(max_length=250, default="")
    title_en = models.CharField(max_length=250, default="")
    search_text = models.TextField(default="")

    class Meta:
        db_table = "document"
        indexes = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="document_search_ix"),
            models.Index(fields=["group", "type", "number"], name="document_number_ix"),
        ]


class Link(TenantModel):
    """The document `target` was made from, or refers to, `source`; it goes when a draft among the two is deleted."""

    source = TenantForeignKey(RegistryRow)
    target = TenantForeignKey(RegistryRow)
    relation = models.CharField(max_length=30, default="made_from")

    class Meta:
        db_table = "document_link"
        constraints = [
            models.UniqueConstraint(fields=["group", "source", "target", "relation"], name="document_link_once")
        ]


class AuditEvent(TenantModel):
    """Who changed what, when: one row for each version of a record. Append-only."""

    append_only = True
    unindexed = ("company",)

    company = TenantForeignKey(Company, null=True)
    document_id = models.BigIntegerField()  # not a foreign key: the event outlives a deleted draft
    type = models.CharField(max_length=60)
    number = models.CharField(max_length=60, default="")
    version = models.PositiveIntegerField()
    action = models.CharField(max_length=40)
    from_state = models.CharField(max_length=20, default="")
    to_state = models.CharField(max_length=20, default="")
    changes = models.JSONField(default=dict)
    actor = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False)
    via = models.CharField(max_length=20)
    request_id = models.CharField(max_length=40)
    source_ip = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "audit_event"
        constraints = [models.UniqueConstraint(fields=["group", "document_id", "version"], name="audit_event_version")]


class Printing(TenantModel):
    """A paper that was made of a record: which, in which language, by whom, when."""

    append_only = True
    unindexed = ("company",)

    company = TenantForeignKey(Company, null=True)
    document_id = models.BigIntegerField()  # as with events: it outlives a deleted draft
    print = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=20)
    actor = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "printing"
        indexes = [models.Index(fields=["group", "document_id"], name="printing_document_ix")]


class OutboxEvent(TenantModel):
    """A fact to be told to others after commit, at least once; consumers know it by its id."""

    type = models.CharField(max_length=80)
    document_id = models.BigIntegerField()
    payload = models.JSONField()
    at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    error = models.TextField(default="")

    class Meta:
        db_table = "outbox_event"
        indexes = [models.Index(fields=["id"], name="outbox_waiting_ix", condition=models.Q(delivered_at=None))]


class InboxEvent(TenantModel):
    """An event a consumer has dealt with: the second delivery of the same one does nothing."""

    append_only = True
    consumer = models.CharField(max_length=60)
    event_id = models.BigIntegerField()

    class Meta:
        db_table = "inbox_event"
        constraints = [models.UniqueConstraint(fields=["group", "consumer", "event_id"], name="inbox_event_once")]


class IdempotencyKey(TenantModel):
    """The claim of one request, made first in the transaction of its effect, with the answer it was given."""

    principal = models.CharField(max_length=60)
    route = models.CharField(max_length=120)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    document_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "idempotency_key"
        constraints = [
            models.UniqueConstraint(fields=["group", "principal", "route", "key"], name="idempotency_key_once")
        ]


class NumberCounter(TenantModel):
    """The last number given in a series and period; raised set-wise by UPDATE … RETURNING."""

    unindexed = ("company",)

    company = TenantForeignKey(Company, null=True)
    series = models.CharField(max_length=60)
    period = models.CharField(max_length=10, default="")
    last = models.BigIntegerField(default=0)

    class Meta:
        db_table = "number_counter"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "company", "series", "period"], nulls_distinct=False, name="number_counter_once"
            )
        ]


__all__ = [
    "AuditEvent",
    "IdempotencyKey",
    "InboxEvent",
    "Link",
    "NumberCounter",
    "OutboxEvent",
    "Printing",
    "RegistryRow",
]
