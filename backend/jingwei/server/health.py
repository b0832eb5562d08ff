"""Is it alive, and can it work: for whatever watches the processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from jingwei.platform.http.problems import answer


def live(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return answer({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and is migrated; 503 says what is missing. A worker that was not heard of for a
    minute is reported, but does not make the web server unready."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
            heard = cursor.fetchone()[0]
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return answer({"status": "unready", "database": "unreachable", "migrations": None, "worker": None}, 503)
    alive = heard is not None and datetime.now(UTC) - heard < timedelta(minutes=1)
    body = {
        "status": "unready" if pending else "ok",
        "database": "ok",
        "migrations": "pending" if pending else "ok",
        "worker": "ok" if alive else "not heard of",
    }
    return answer(body, 503 if pending else 200)
