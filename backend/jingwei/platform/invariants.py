"""What must always hold, as named queries that return the rows that break it — none, as long as all is well.

`jingwei invariants` runs them on live data, and every scenario test ends with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.models.base import TenantModel


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule by its number in the list of invariants. `sql` selects (table, id, detail) of offending rows, with the
    parameter %(group)s."""

    key: str
    says: str
    sql: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One row that breaks a rule."""

    key: str
    says: str
    table: str
    id: int
    detail: str


def violations(rules: Iterable[Invariant], group_id: int) -> list[Violation]:
    """Run the rules on one group; the first 20 offending rows of each. Rules read whole tables: after a large load, of
    which the planner knows nothing yet, loops within loops would take minutes where joins by hash take a second."""
    found = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        for rule in rules:
            cursor.execute(f"SELECT * FROM ({rule.sql}) AS broken LIMIT 20", {"group": group_id})
            rows = cursor.fetchall()
            found += [Violation(rule.key, rule.says, str(table), int(id), str(detail)) for table, id, detail in rows]
    return found


def platform_rules() -> list[Invariant]:
    """The rules of the platform, made from the installed declarations."""
    return [
        Invariant("I-3", "No number is NaN or infinite.", _union(_not_a_number())),
        Invariant("I-27", "A record has one audit row per version.", _union(_audited())),
        Invariant("I-27", "The registry shows a record as it is.", _union(_registered())),
        Invariant("I-28", "No record is approved by the one who made it.", _union(_own_approvals())),
        Invariant(
            "I-29",
            "A committed idempotency key has its answer.",
            "SELECT 'idempotency_key', id, route FROM idempotency_key WHERE group_id = %(group)s AND status IS NULL",
        ),
        Invariant(
            "I-29",
            "Two keys did not make the same document.",
            "SELECT 'idempotency_key', max(id), 'document ' || document_id FROM idempotency_key "
            "WHERE group_id = %(group)s AND status = 201 AND document_id IS NOT NULL "
            "GROUP BY document_id HAVING count(*) > 1",
        ),
        Invariant(
            "I-30",
            "Each change is told, and nothing that did not happen.",
            "SELECT 'outbox_event', coalesce(a.document_id, o.document_id), "
            "'audited ' || coalesce(a.n, 0) || ', told ' || coalesce(o.n, 0) FROM "
            "(SELECT document_id, count(*) n FROM audit_event WHERE group_id = %(group)s GROUP BY 1) a FULL JOIN "
            "(SELECT document_id, count(*) n FROM outbox_event WHERE group_id = %(group)s GROUP BY 1) o "
            "ON o.document_id = a.document_id WHERE a.n IS DISTINCT FROM o.n",
        ),
    ]


def _union(parts: Iterable[str]) -> str:
    return " UNION ALL ".join(parts) or "SELECT ''::text, 0::bigint, ''::text WHERE false"


def _owned_models() -> Sequence[type[Any]]:
    return list(catalogue.by_model)


def _not_a_number() -> Iterator[str]:
    for model in apps.get_models():
        names = [str(f.column) for f in model._meta.local_concrete_fields if isinstance(f, models.DecimalField)]
        if not names or not issubclass(model, TenantModel):
            continue
        table = model._meta.db_table
        wrong = " OR ".join(f"\"{n}\" IN ('NaN', 'Infinity', '-Infinity')" for n in names)
        yield f"SELECT '{table}', id, '{', '.join(names)}' FROM \"{table}\" WHERE group_id = %(group)s AND ({wrong})"


def _audited() -> Iterator[str]:
    for model in _owned_models():
        table = model._meta.db_table
        yield (
            f"SELECT '{table}', r.id, 'version ' || r.version || ', audit rows ' || coalesce(a.n, 0) "
            f'FROM "{table}" r LEFT JOIN (SELECT document_id, count(*) n FROM audit_event '
            "WHERE group_id = %(group)s GROUP BY 1) a ON a.document_id = r.id "
            "WHERE r.group_id = %(group)s AND a.n IS DISTINCT FROM r.version"
        )


def _registered() -> Iterator[str]:
    for model, document in catalogue.by_model.items():
        table, number = model._meta.db_table, document.field(document.number).column
        yield (
            f"SELECT '{table}', r.id, r.state || ' / ' || coalesce(d.state, 'missing') FROM \"{table}\" r "
            "LEFT JOIN document d ON d.group_id = r.group_id AND d.id = r.id WHERE r.group_id = %(group)s "
            f"AND (d.id IS NULL OR d.state <> r.state OR d.type <> '{document.key}' OR d.number <> r.\"{number}\")"
        )


def _own_approvals() -> Iterator[str]:
    """Where a record names who prepared and who reviewed it, they are two people."""
    for model in _owned_models():
        names = {f.name for f in model._meta.local_concrete_fields}
        if {"prepared_by", "reviewed_by"} <= names:
            table = model._meta.db_table
            yield (
                f"SELECT '{table}', id, 'user ' || reviewed_by_id FROM \"{table}\" "
                "WHERE group_id = %(group)s AND prepared_by_id = reviewed_by_id"
            )
