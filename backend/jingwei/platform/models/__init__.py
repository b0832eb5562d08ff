"""The kernel's tables; see each file for what it keeps."""

from jingwei.platform.models.base import Identified, Line, Record, TenantModel
from jingwei.platform.models.content import Attachment, Blob, Comment, JobFile, JobRun, JobState
from jingwei.platform.models.identity import ApiKey, Role, RoleAssignment, User
from jingwei.platform.models.organisation import (
    Company,
    CompanyRecord,
    Currency,
    Group,
    GroupState,
    Master,
    NumberedDocument,
    document_constraints,
    master_constraints,
)
from jingwei.platform.models.registry import (
    AuditEvent,
    IdempotencyKey,
    InboxEvent,
    Link,
    NumberCounter,
    OutboxEvent,
    Printing,
    RegistryRow,
)
from jingwei.platform.models.views import DefaultView, SavedView

#: Tables without a group. They never point at tenant tables; the list is fixed (ADR 1, contract test).
GLOBAL_TABLES = frozenset({"tenant_group", "currency", "app_user"})

__all__ = [
    "GLOBAL_TABLES",
    "ApiKey",
    "Attachment",
    "AuditEvent",
    "Blob",
    "Comment",
    "Company",
    "CompanyRecord",
    "Currency",
    "DefaultView",
    "Group",
    "GroupState",
    "IdempotencyKey",
    "Identified",
    "InboxEvent",
    "JobFile",
    "JobRun",
    "JobState",
    "Line",
    "Link",
    "Master",
    "NumberCounter",
    "NumberedDocument",
    "OutboxEvent",
    "Printing",
    "Record",
    "RegistryRow",
    "Role",
    "RoleAssignment",
    "SavedView",
    "TenantModel",
    "User",
    "document_constraints",
    "master_constraints",
]
