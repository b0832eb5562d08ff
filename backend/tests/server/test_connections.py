"""Connections that stay open from one request to the next."""

from __future__ import annotations

import pytest
from django.db import close_old_connections, connection


@pytest.fixture
def session():
    """The default connection, as a request leaves it and the next one finds it; its process in the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    close_old_connections()
    return pid


def _ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_a_living_session_is_used_again_without_asking_the_server_first(session, admin):
    def last():
        return admin.execute("SELECT query_start, query FROM pg_stat_activity WHERE pid = %s", [session]).fetchone()

    before = last()
    assert connection.is_usable()
    assert last() == before
    assert _ask() == session


def test_after_a_session_was_ended_the_next_request_gets_another(session, admin):
    admin.execute("SELECT pg_terminate_backend(%s, 5000)", [session])
    other = _ask()
    assert other != session
    close_old_connections()
    assert _ask() == other
