"""What every row of a tenant has in common.

A *group* is the tenant. Every tenant table carries `group_id`, `UNIQUE (group_id, id)` and composite foreign keys,
so that one group can live on a database of its own (ADR 1). `TenantBase` adds these to each model; nobody can forget.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps as project_apps
from django.db import models
from django.db.models.base import ModelBase
from django.utils.translation import gettext_lazy as _

from jingwei.platform.fields import TenantForeignKey


class TenantReference(models.BaseConstraint):
    """The composite foreign key `(group_id, field_id) → (group_id, id)` of a `TenantForeignKey`, or with the scope
    `company` the same over `company_id`."""

    def __init__(self, *, field: str, name: str, scope: str = "group") -> None:
        super().__init__(name=name)
        self.field, self.scope = field, scope

    def deconstruct(self) -> tuple[str, Any, Any]:
        path, args, kwargs = super().deconstruct()
        kwargs["field"] = self.field
        if self.scope != "group":
            kwargs["scope"] = self.scope
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TenantReference) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database checks it: a check before writing would be a query per row."""

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        self.create_sql(model, schema_editor)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        # Deferred to the end of the migration, as Django's own foreign keys are: the table or the key referred to
        # may be made later in it.
        field = model._meta.get_field(self.field)
        quote = schema_editor.quote_name
        target = field.remote_field.model._meta.db_table
        schema_editor.deferred_sql.append(
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({self.scope}_id, {quote(field.column)}) REFERENCES {quote(target)} ({self.scope}_id, id)"
        )
        return "SELECT"  # Django carries out what is returned, at once or among the deferred: it is to do nothing

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"


class TenantBase(ModelBase):
    """Adds the tenant's key, composite foreign keys and their indexes to each concrete model."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **kwargs: Any) -> Any:
        model: Any = super().__new__(mcs, name, bases, attrs, **kwargs)
        meta = model._meta
        if meta.abstract or meta.apps is not project_apps:  # historical models of migrations bring their own
            return model
        table = meta.db_table
        meta.constraints = [
            *meta.constraints,
            models.UniqueConstraint(fields=["group", "id"], name=f"{table}_tenant_key"),
        ]
        meta.indexes = [*meta.indexes]
        for field in meta.local_fields:
            if not isinstance(field, TenantForeignKey):
                continue
            name = f"{table}_{field.name}_fk"[:63]
            meta.constraints.append(TenantReference(field=field.name, name=name, scope=field.scope))
            if not field.unique and field.name not in getattr(model, "unindexed", ()):
                index = models.Index(fields=["group", field.name], name=short(f"{table}_{field.name}_ix"))
                meta.indexes.append(index)
        waiting = getattr(model, "waiting", ())
        if waiting:
            condition = models.Q(state__in=waiting)
            index = models.Index(fields=["company", "state"], name=short(f"{table}_waiting_ix"), condition=condition)
            meta.indexes.append(index)
        meta.original_attrs["constraints"] = meta.constraints
        meta.original_attrs["indexes"] = meta.indexes
        return model


def short(name: str) -> str:
    """Fit an index name into Django's 30 characters, keeping both ends readable."""
    return name if len(name) <= 30 else f"{name[:15]}_{sum(map(ord, name)) % 997:03}_{name[-10:]}"


def next_id() -> models.Func:
    """`nextval` of the one sequence behind all ids of a cell (below 2^53, so that JavaScript can hold them)."""
    return models.Func(models.Value("jingwei_id_seq"), function="nextval", output_field=models.BigIntegerField())


class Identified(models.Model):
    """A row with an id from the one sequence."""

    id = models.BigIntegerField(primary_key=True, db_default=next_id(), editable=False)

    class Meta:
        abstract = True


class TenantModel(Identified, metaclass=TenantBase):
    """A row that belongs to a group, for ever: the group of a row cannot be changed (database trigger)."""

    append_only: ClassVar[bool] = False
    unindexed: ClassVar[tuple[str, ...]] = ()
    waiting: ClassVar[tuple[str, ...]] = ()
    """States in which a document waits for somebody: few rows among many, found by an index of their own."""

    group = models.ForeignKey("platform.Group", models.DO_NOTHING, db_index=False, related_name="+", editable=False)

    group_id: int

    class Meta:
        abstract = True


class Record(TenantModel):
    """A master record or a document: listed in the registry under the same id, versioned, audited.

    The rows of a `Record` are written by `platform.documents` alone.
    """

    version = models.PositiveIntegerField(default=1, editable=False)
    state = models.CharField(
        _("State"), max_length=20, default="active", editable=False, help_text=_("Where the record stands in its life.")
    )
    custom = models.JSONField(
        _("Own fields"), default=dict, blank=True, editable=False, help_text=_("Fields the company declared itself.")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(getattr(self, "number", None) or getattr(self, "code", None) or self.pk)


class Line(TenantModel):
    """A line of a record or document; `parent` is declared by each line model, `line` orders and names it."""

    line = models.PositiveIntegerField(
        _("Line"), default=0, editable=False, help_text=_("Position in the document, from 1.")
    )

    class Meta:
        abstract = True
