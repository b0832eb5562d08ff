"""What people add to a document beside its fields: files and remarks. And long work, with its progress."""

from __future__ import annotations

from django.db import models

from jingwei.platform.fields import TenantForeignKey
from jingwei.platform.models.base import TenantModel
from jingwei.platform.models.identity import User
from jingwei.platform.models.registry import RegistryRow


class Blob(TenantModel):
    """The bytes of an attachment, once per group and SHA-256: one database backup holds everything."""

    append_only = True
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        db_table = "blob"
        constraints = [models.UniqueConstraint(fields=["group", "sha256"], name="blob_once")]


class Attachment(TenantModel):
    """A file kept with a record or document."""

    document = TenantForeignKey(RegistryRow)
    blob = TenantForeignKey(Blob)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    created_by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "attachment"


class Comment(TenantModel):
    """A remark on a record or document; nobody changes it, and it goes only with a deleted draft."""

    document = TenantForeignKey(RegistryRow)
    body = models.TextField()
    created_by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "comment"


class JobState(models.TextChoices):
    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    SUCCEEDED = "succeeded", "succeeded"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class JobRun(TenantModel):
    """One run of a declared `Job`: who asked, how far it is, what came out or why it failed."""

    key = models.CharField(max_length=60)
    inputs = models.JSONField(default=dict)
    state = models.CharField(max_length=20, default=JobState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    message = models.CharField(max_length=300, default="")
    result = models.JSONField(null=True)
    error = models.TextField(default="")
    cancel_asked = models.BooleanField(default=False)
    requested_by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False)
    company_ref = models.BigIntegerField(null=True)
    language = models.CharField(max_length=10, default="en")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "job_run"
        indexes = [models.Index(fields=["group", "-id"], name="job_run_recent_ix")]


class JobFile(TenantModel):
    """The file that a run was asked for with; it goes with the run's end."""

    run = TenantForeignKey(JobRun)
    content = models.BinaryField()

    class Meta:
        db_table = "job_file"
