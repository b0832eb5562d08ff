"""Grants and guards, re-asserted from the models' declarations at every `migrate`.

Declared on the models: `append_only` (rows are never changed nor deleted) and being a tenant's row (`group` never
changes). The database enforces both, for the application role by what it is granted and for everybody by triggers.
Migrations never write these, so a model that changes its mind only changes its declaration.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

SEQUENCE = "jingwei_id_seq"
CELL_SPAN = 2**40  # ids of one cell; 2^13 cells stay below 2^53, which JavaScript holds exactly
CELL_COUNT = 2**13
TRIGGERS = ("jingwei_append_only", "jingwei_no_truncate", "jingwei_group_immutable")

FUNCTIONS = """
CREATE OR REPLACE FUNCTION jingwei_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'ledger.append_only'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only', TABLE = TG_TABLE_NAME,
              DETAIL = format('%s of table %s', TG_OP, TG_TABLE_NAME);
END $body$;
CREATE OR REPLACE FUNCTION jingwei_group_immutable() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'group.immutable'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'group_immutable', TABLE = TG_TABLE_NAME,
              DETAIL = format('table %s, id %s, group %s to %s', TG_TABLE_NAME, OLD.id, OLD.group_id, NEW.group_id);
END $body$;
"""


class GuardError(Exception):
    """The tables and the declarations do not fit together; the message names the table."""


@dataclass(frozen=True)
class Guarded:
    """What the declarations ask for, by table name."""

    append_only: frozenset[str]
    tenant: frozenset[str]

    def triggers(self) -> set[tuple[str, str]]:
        """(table, trigger) pairs that must exist; every other trigger of these names must not."""
        wanted = {(table, name) for table in self.append_only for name in TRIGGERS[:2]}
        return wanted | {(table, TRIGGERS[2]) for table in self.tenant}


def declared(models: Iterable[type[Model]] | None = None) -> Guarded:
    """Read the declarations of all (or the given) models that have a table of their own."""
    from jingwei.platform.models.base import TenantModel

    chosen = apps.get_models(include_auto_created=True) if models is None else models
    tables = [m for m in chosen if m._meta.managed and not m._meta.proxy]
    return Guarded(
        append_only=frozenset(m._meta.db_table for m in tables if getattr(m, "append_only", False) is True),
        tenant=frozenset(m._meta.db_table for m in tables if issubclass(m, TenantModel)),
    )


def install(connection: BaseDatabaseWrapper, *, app_role: str, models: Iterable[type[Model]] | None = None) -> None:
    """Assert grants, guards, replica identities and the id range; one transaction, may be repeated at any time.

    `connection` belongs to the owner role. Raises GuardError when a tenant table lacks its key `(group_id, id)`, or
    when ids beyond this cell's range are already in use.
    """
    guarded = declared(models)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '30s'")
        cursor.execute(FUNCTIONS)
        _grants(cursor, app_role=app_role, guarded=guarded)
        _triggers(cursor, guarded=guarded)
        _replica_identities(cursor, tables=guarded.tenant)
        set_id_range(cursor, cell=int(os.environ.get("JINGWEI_CELL", "0")))


def _grants(cursor: Any, *, app_role: str, guarded: Guarded) -> None:
    """The application role reads and writes rows; ledgers it only reads and adds to; it truncates nothing."""
    cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = %s", [app_role])
    found = cursor.fetchone()
    if found is None:
        raise GuardError(f"The role {app_role} of DATABASE_URL does not exist on the server of MIGRATION_DATABASE_URL.")
    if found[0] == app_role:  # one role for both (development only): it owns the tables, the triggers still hold
        return
    role = _quoted(app_role)
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
    ]
    # Only our own routines: those of extensions belong to others and are everybody's to call.
    cursor.execute(
        "SELECT oid::regprocedure::text FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole AND prokind IN ('f', 'p')"
    )
    statements += [f"GRANT EXECUTE ON ROUTINE {row[0]} TO {role}" for row in cursor.fetchall()]
    for table in sorted(guarded.append_only):
        statements.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {_quoted(table)} FROM {role}")
    cursor.execute(";\n".join(statements))


def _triggers(cursor: Any, *, guarded: Guarded) -> None:
    cursor.execute(
        "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE t.tgname = ANY(%s) AND NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled = 'O'"
        " AND c.relnamespace = 'public'::regnamespace",
        [list(TRIGGERS)],
    )
    present: set[tuple[str, str]] = set(cursor.fetchall())
    wanted = guarded.triggers()
    statements = [f"DROP TRIGGER {name} ON {_quoted(table)}" for table, name in sorted(present - wanted)]
    for table, name in sorted(wanted - present):
        target = _quoted(table)
        events = {
            "jingwei_append_only": f"BEFORE UPDATE OR DELETE ON {target} FOR EACH ROW",
            "jingwei_no_truncate": f"BEFORE TRUNCATE ON {target} FOR EACH STATEMENT",
            "jingwei_group_immutable": f"BEFORE UPDATE OF group_id ON {target} FOR EACH ROW"
            " WHEN (OLD.group_id IS DISTINCT FROM NEW.group_id)",
        }[name]
        function = "jingwei_group_immutable" if name == TRIGGERS[2] else "jingwei_append_only"
        statements.append(f"CREATE OR REPLACE TRIGGER {name} {events} EXECUTE FUNCTION {function}()")
        # One that somebody disabled exists, and replacing it does not wake it.
        statements.append(f"ALTER TABLE {target} ENABLE TRIGGER {name}")
    if statements:
        cursor.execute(";\n".join(statements))


def _replica_identities(cursor: Any, *, tables: frozenset[str]) -> None:
    """Rows are known to logical replication by (group, id), so that one group can move to another cluster."""
    cursor.execute(
        "SELECT c.relname, bool_or(i.indisreplident) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_class x ON x.oid = i.indexrelid"
        " WHERE x.relname = c.relname || '_tenant_key' AND c.relname = ANY(%s)"
        " AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname",
        [sorted(tables)],
    )
    known: dict[str, bool] = dict(cursor.fetchall())
    for table in sorted(tables):
        if table not in known:
            raise GuardError(f"The table {table} has no unique constraint {table}_tenant_key over (group_id, id).")
        if not known[table]:
            index = _quoted(f"{table}_tenant_key")
            cursor.execute(f"ALTER TABLE {_quoted(table)} REPLICA IDENTITY USING INDEX {index}")


def set_id_range(cursor: Any, *, cell: int) -> None:
    """Give the one id sequence the range of this cell: [cell·2^40 + 1, (cell + 1)·2^40 - 1].

    A sequence below the range is moved to its start; one above it means that ids of another cell were already given
    out, which raises GuardError.
    """
    if not 0 <= cell < CELL_COUNT:
        raise GuardError(f"JINGWEI_CELL is {cell}; a cell's number lies between 0 and {CELL_COUNT - 1}.")
    low, high = cell * CELL_SPAN + 1, (cell + 1) * CELL_SPAN - 1
    cursor.execute(
        "SELECT min_value, max_value, last_value FROM pg_sequences WHERE schemaname = 'public' AND sequencename = %s",
        [SEQUENCE],
    )
    found = cursor.fetchone()
    if found is None or (found[0], found[1]) == (low, high):
        return
    last = found[2]  # null until the first id was given out
    if last is not None and last > high:
        raise GuardError(f"The id {last} lies above the range {low}..{high} of cell {cell}; JINGWEI_CELL is wrong.")
    restart = f" START {low} RESTART {low}" if last is None or last < low else f" START {low}"
    cursor.execute(f"ALTER SEQUENCE {SEQUENCE} MINVALUE {low} MAXVALUE {high}{restart}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
