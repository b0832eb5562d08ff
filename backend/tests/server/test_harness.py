"""The harness itself: roles, clones, the statement counter."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection, connections, transaction

from jingwei.server.runtime import APP, OWNER, Urls


def role(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def test_default_is_the_application_role_and_owner_the_owner() -> None:
    assert role("default") == APP
    assert role("owner") == OWNER


def test_statements_are_counted_without_transaction_control(
    statements: Callable[..., AbstractContextManager[list[str]]],
) -> None:
    with statements() as sent, transaction.atomic(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.executemany("SELECT %s::int", [(1,), (2,), (3,)])
    assert sent == ["SELECT 1", *["SELECT %s::int"] * 3]


def test_a_broken_statement_budget_shows_the_statements(
    statements: Callable[..., AbstractContextManager[list[str]]],
) -> None:
    with (
        pytest.raises(AssertionError, match=r"2 statements, 1 allowed:\n  1 SELECT 1\n  2 SELECT 2"),
        statements(at_most=1),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1")
        cursor.execute("SELECT 2")


def test_own_database_serves_every_thread_of_the_test(own_database: Urls) -> None:
    names: list[str] = []

    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            names.append(cursor.fetchone()[0])
        connection.close()

    ask()
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert len(names) == 2
    assert names[0] == names[1]
    assert names[0].startswith("jingwei_own_")
    assert f"/{names[0]}?" in own_database.app
