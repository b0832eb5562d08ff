"""Grants and guards: what the database refuses, to the application role and to the owner."""

import psycopg
import pytest
from django.db import connections, models
from django.test.utils import isolate_apps

from jingwei.platform.database import guards
from jingwei.platform.models.base import TenantModel
from jingwei.server.runtime import APP, Urls

TABLES = """
    CREATE TABLE guarded_ledger (id bigint PRIMARY KEY, group_id bigint NOT NULL, amount numeric(19,4),
        CONSTRAINT guarded_ledger_tenant_key UNIQUE (group_id, id));
    CREATE TABLE guarded_record (id bigint PRIMARY KEY, group_id bigint NOT NULL, name text,
        CONSTRAINT guarded_record_tenant_key UNIQUE (group_id, id));
    CREATE TABLE keyless_record (id bigint PRIMARY KEY, group_id bigint NOT NULL);
    INSERT INTO guarded_ledger VALUES (1, 7, 10);
    INSERT INTO guarded_record VALUES (1, 7, 'a');
"""


def declare(table: str, *, is_append_only: bool = False) -> type[models.Model]:
    """A tenant's model as a module would declare it, outside Django's registry."""
    meta = type("Meta", (), {"app_label": "platform", "db_table": table})
    body = {"__module__": __name__, "Meta": meta, "append_only": is_append_only}
    with isolate_apps("jingwei.platform"):
        return type(table.title().replace("_", ""), (TenantModel,), body)


@pytest.fixture
def guarded(own_database: Urls) -> Urls:
    """A ledger and a record with their guards."""
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(TABLES)
    guards.install(
        owner, app_role=APP, models=[declare("guarded_ledger", is_append_only=True), declare("guarded_record")]
    )
    return own_database


def refusal(url: str | None, statement: str) -> tuple[str | None, str | None]:
    """SQLSTATE and constraint name with which the statement is refused, and nothing changes."""
    assert url is not None
    with psycopg.connect(url, autocommit=True) as connection:
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(statement)
        kept = connection.execute("SELECT group_id, amount::int FROM guarded_ledger").fetchall()
        assert kept == [(7, 10)]
    return refused.value.sqlstate, refused.value.diag.constraint_name


CHANGES = ["UPDATE guarded_ledger SET amount = 11", "DELETE FROM guarded_ledger", "TRUNCATE guarded_ledger"]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_application_may_not_change_a_ledger(guarded: Urls, statement: str) -> None:
    assert refusal(guarded.app, statement) == ("42501", None)


@pytest.mark.parametrize("statement", CHANGES)
def test_not_even_the_owner_changes_a_ledger(guarded: Urls, statement: str) -> None:
    assert refusal(guarded.owner, statement) == ("23000", "append_only")


def test_a_refused_change_names_the_rule(guarded: Urls) -> None:
    assert guarded.owner is not None
    with psycopg.connect(guarded.owner) as connection, pytest.raises(psycopg.IntegrityError) as refused:
        connection.execute("DELETE FROM guarded_ledger")
    assert refused.value.diag.message_primary == "ledger.append_only"
    assert refused.value.diag.message_detail == "DELETE of table guarded_ledger"
    assert refused.value.diag.table_name == "guarded_ledger"


def test_the_application_reads_and_adds_to_a_ledger_and_changes_records(guarded: Urls) -> None:
    with psycopg.connect(guarded.app, autocommit=True) as connection:
        connection.execute("INSERT INTO guarded_ledger VALUES (2, 7, 5)")
        connection.execute("UPDATE guarded_record SET name = 'b', group_id = 7")
        assert connection.execute("SELECT sum(amount)::int FROM guarded_ledger").fetchone() == (15,)
        assert connection.execute("SELECT name FROM guarded_record").fetchone() == ("b",)
        connection.execute("DELETE FROM guarded_record")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("TRUNCATE guarded_record")


@pytest.mark.parametrize("role", ["app", "owner"])
def test_a_row_never_changes_its_group(guarded: Urls, role: str) -> None:
    url = guarded.app if role == "app" else guarded.owner
    assert refusal(url, "UPDATE guarded_record SET group_id = 8") == ("23000", "group_immutable")


def test_the_application_may_not_write_the_list_of_migrations(guarded: Urls) -> None:
    with psycopg.connect(guarded.app, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM django_migrations").fetchone() == (True,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM django_migrations")


def test_install_may_be_repeated_and_wakes_a_disabled_guard(guarded: Urls) -> None:
    owner = connections["owner"]
    declared = [declare("guarded_ledger", is_append_only=True), declare("guarded_record")]
    with owner.cursor() as cursor:
        cursor.execute("ALTER TABLE guarded_ledger DISABLE TRIGGER jingwei_append_only")
        cursor.execute(f"GRANT UPDATE ON guarded_ledger TO {APP}")
    for _ in range(2):
        guards.install(owner, app_role=APP, models=declared)
    assert refusal(guarded.owner, CHANGES[0]) == ("23000", "append_only")
    assert refusal(guarded.app, CHANGES[0]) == ("42501", None)


def test_a_model_that_is_no_ledger_any_more_loses_its_guards(guarded: Urls) -> None:
    guards.install(connections["owner"], app_role=APP, models=[declare("guarded_ledger"), declare("guarded_record")])
    with psycopg.connect(guarded.app, autocommit=True) as connection:
        connection.execute("UPDATE guarded_ledger SET amount = 11")
        assert connection.execute("SELECT amount::int FROM guarded_ledger").fetchone() == (11,)


def test_tenant_rows_replicate_by_group_and_id(guarded: Urls) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
            " WHERE i.indisreplident AND x.relname LIKE 'guarded%' ORDER BY 1"
        )
        assert cursor.fetchall() == [("guarded_ledger_tenant_key",), ("guarded_record_tenant_key",)]


def test_a_tenant_table_without_its_key_is_named(guarded: Urls) -> None:
    with pytest.raises(guards.GuardError, match="keyless_record has no unique constraint keyless_record_tenant_key"):
        guards.install(connections["owner"], app_role=APP, models=[declare("keyless_record")])


def test_an_unknown_application_role_is_named(guarded: Urls) -> None:
    with pytest.raises(guards.GuardError, match="The role nobody_here of DATABASE_URL does not exist"):
        guards.install(connections["owner"], app_role="nobody_here", models=[])


def test_every_declared_model_is_guarded() -> None:
    """The real models: what they declare is what the migrated database enforces."""
    declared = guards.declared()
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, has_table_privilege(c.oid, 'INSERT'), has_table_privilege(c.oid, 'UPDATE'),"
            " has_table_privilege(c.oid, 'DELETE'), has_table_privilege(c.oid, 'TRUNCATE'), c.relreplident::text,"
            " array(SELECT tgname::text FROM pg_trigger t WHERE t.tgrelid = c.oid AND tgname = ANY(%s)"
            " AND tgenabled = 'O' ORDER BY 1) FROM pg_class c"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')",
            [list(guards.TRIGGERS)],
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    assert declared.append_only | declared.tenant <= set(found)
    for table, (inserts, updates, deletes, truncates, identity, triggers) in found.items():
        is_ledger, is_tenant = table in declared.append_only, table in declared.tenant
        wanted = sorted(name for owner, name in declared.triggers() if owner == table)
        is_written = table != "django_migrations"
        assert (table, inserts, updates, deletes, truncates) == (
            table,
            is_written,
            is_written and not is_ledger,
            is_written and not is_ledger,
            False,
        )
        assert (table, triggers) == (table, wanted)
        assert (table, identity) == (table, "i" if is_tenant else "d")


def sequence(own: Urls) -> tuple[int, int, int]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT nextval('{guards.SEQUENCE}')")
        value = cursor.fetchone()[0]
        cursor.execute("SELECT min_value, max_value FROM pg_sequences WHERE sequencename = %s", [guards.SEQUENCE])
        low, high = cursor.fetchone()
        return low, high, value


def set_range(cell: int) -> None:
    with connections["owner"].cursor() as cursor:
        guards.set_id_range(cursor, cell=cell)


def test_each_cell_gives_ids_of_its_own_range(own_database: Urls) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"CREATE SEQUENCE IF NOT EXISTS {guards.SEQUENCE}")
    set_range(0)
    low, high, first = sequence(own_database)
    assert (low, high) == (1, 2**40 - 1)
    set_range(0)
    assert sequence(own_database)[2] == first + 1
    set_range(3)
    assert sequence(own_database) == (3 * 2**40 + 1, 4 * 2**40 - 1, 3 * 2**40 + 1)
    with pytest.raises(guards.GuardError, match="lies above the range"):
        set_range(1)
    with pytest.raises(guards.GuardError, match="between 0 and 8191"):
        set_range(8192)
    assert 8192 * 2**40 == 2**53
