"""Production names each fault it refuses to start with; asked from real roles on a real server."""

import secrets
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from jingwei.server.production import database_faults, environment_faults, require
from jingwei.server.runtime import APP, OWNER, RuntimeProblem, Urls

GOOD = {"JINGWEI_SECRET_KEY": secrets.token_urlsafe(64), "JINGWEI_HOSTS": "erp.example.com"}
MakeRole = Callable[..., str]


def codes(urls: Urls) -> list[str]:
    return [fault.code for fault in database_faults(urls)]


def as_role(url: str, role: str, password: str) -> str:
    return f"postgresql://{role}:{password}@{url.rpartition('@')[2]}"


@pytest.fixture
def make_role(admin: psycopg.Connection, own_database: Urls) -> Iterator[MakeRole]:
    """Makes a role with the given powers; returns its URL on the test's own database."""
    made: list[str] = []

    def build(*powers: str) -> str:
        name, password = f"odd_{secrets.token_hex(6)}", secrets.token_urlsafe(12)
        statement = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
        words = sql.SQL(" ").join(sql.SQL(power) for power in powers)
        admin.execute(statement.format(sql.Identifier(name), words, sql.Literal(password)))
        made.append(name)
        return as_role(own_database.app, name, password)

    yield build
    database = own_database.app.rpartition("@")[2]
    for name in made:
        with psycopg.connect(f"{_base(admin)}@{database}", autocommit=True) as inside:
            inside.execute(sql.SQL("REASSIGN OWNED BY {} TO {}").format(sql.Identifier(name), sql.Identifier(OWNER)))
            inside.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def _base(admin: psycopg.Connection) -> str:
    return f"postgresql://{admin.info.user}:{admin.info.password}"


def role_of(url: str) -> str:
    return url.partition("://")[2].partition(":")[0]


def test_the_two_roles_of_the_harness_have_no_fault(own_database: Urls) -> None:
    assert codes(own_database) == []
    require(own_database, GOOD)


def test_one_role_for_both_is_refused(own_database: Urls) -> None:
    assert codes(Urls(app=own_database.app, owner=own_database.app)) == ["roles.same"]


def test_the_owner_as_application_is_refused(own_database: Urls) -> None:
    assert own_database.owner is not None
    faults = database_faults(Urls(app=own_database.owner, owner=own_database.owner))
    assert [fault.code for fault in faults] == ["role.powers", "role.owner", "roles.same"]
    assert f"owns the database {own_database.app.rpartition('/')[2].partition('?')[0]}" in faults[1].problem


def test_a_superuser_is_refused(make_role: MakeRole, own_database: Urls) -> None:
    url = make_role("SUPERUSER")
    faults = database_faults(Urls(app=url, owner=own_database.owner))
    assert "role.superuser" in [fault.code for fault in faults]
    assert faults[0].way_out == f"ALTER ROLE {role_of(url)} NOSUPERUSER; or use another role."


@pytest.mark.parametrize("power", ["CREATEROLE", "CREATEDB", "BYPASSRLS", "REPLICATION"])
def test_a_role_with_powers_is_refused(make_role: MakeRole, own_database: Urls, power: str) -> None:
    url = make_role(power)
    faults = database_faults(Urls(app=url, owner=own_database.owner))
    assert [fault.code for fault in faults] == ["role.powers"]
    assert faults[0].way_out == f"ALTER ROLE {role_of(url)} NO{power};"


def test_a_role_that_owns_one_table_is_refused(
    make_role: MakeRole, own_database: Urls, admin: psycopg.Connection
) -> None:
    url = make_role()
    with psycopg.connect(f"{_base(admin)}@{own_database.app.rpartition('@')[2]}", autocommit=True) as inside:
        inside.execute("CREATE TABLE strange (id int)")
        inside.execute(sql.SQL("ALTER TABLE strange OWNER TO {}").format(sql.Identifier(role_of(url))))
    faults = database_faults(Urls(app=url, owner=own_database.owner))
    assert [fault.code for fault in faults] == ["role.owner"]
    assert "owns the table strange" in faults[0].problem


def test_a_member_of_the_owner_role_is_refused(
    make_role: MakeRole, own_database: Urls, admin: psycopg.Connection
) -> None:
    url = make_role()
    admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(OWNER), sql.Identifier(role_of(url))))
    assert codes(Urls(app=url, owner=own_database.owner)) == ["role.member"]


def test_asynchronous_commit_is_refused_where_ever_it_is_set(
    make_role: MakeRole, own_database: Urls, admin: psycopg.Connection
) -> None:
    url = make_role()
    admin.execute(sql.SQL("ALTER ROLE {} SET synchronous_commit = off").format(sql.Identifier(role_of(url))))
    assert codes(Urls(app=url, owner=own_database.owner)) == ["commit.asynchronous"]


def test_a_role_that_does_not_connect_names_the_variable(own_database: Urls) -> None:
    wrong = as_role(own_database.app, APP, "wrong")
    with pytest.raises(RuntimeProblem, match=r"^DATABASE_URL does not connect: .*password authentication failed"):
        database_faults(Urls(app=wrong, owner=None))


@pytest.mark.parametrize("secret", ["", "short", "x" * 80, "password" * 10])
def test_a_weak_secret_is_refused(secret: str) -> None:
    faults = environment_faults({**GOOD, "JINGWEI_SECRET_KEY": secret})
    assert [fault.code for fault in faults] == ["secret.weak"]
    assert not secret or secret not in faults[0].problem


@pytest.mark.parametrize("hosts", ["", " , ", "*", "erp.example.com,*"])
def test_missing_or_open_host_names_are_refused(hosts: str) -> None:
    assert [fault.code for fault in environment_faults({**GOOD, "JINGWEI_HOSTS": hosts})] == ["hosts.missing"]


def test_every_fault_is_named_at_once(own_database: Urls) -> None:
    with pytest.raises(RuntimeProblem) as refused:
        require(Urls(app=own_database.app, owner=own_database.app), {})
    text = str(refused.value)
    assert text.startswith("production mode refuses to start (3 faults):\n")
    assert "JINGWEI_SECRET_KEY is not set" in text
    assert "JINGWEI_HOSTS is not set" in text
    assert f"use the same role {APP}" in text
