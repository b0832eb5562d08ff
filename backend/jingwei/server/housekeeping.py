"""What a worker does beside jobs: tell others, seal entries, fold balances, end jobs that lost their worker. None of it
makes a figure right; each figure is right without it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import DatabaseError, connection

from jingwei.books.balances import fold
from jingwei.books.models import Bookkeeping, JournalEntry, Seal
from jingwei.books.sealing import seal
from jingwei.platform.jobs.running import end_abandoned
from jingwei.platform.models import Group
from jingwei.platform.outbox import deliver
from jingwei.server.wiring import CONSUMERS

log = logging.getLogger("jingwei.housekeeping")

#: Work and how many seconds it rests when there was nothing to do.
Task = tuple[str, Callable[[], int], float]


def deliver_events() -> int:
    """Deliver what waits in the outbox."""
    return deliver(CONSUMERS, datetime.now(UTC))


def seal_entries() -> int:
    """Seal what was posted in every company."""
    rows = Bookkeeping.objects.values_list("group_id", "company_id")
    return sum(seal(group, company) for group, company in rows)


def fold_balances() -> int:
    """Fold what has gathered in every group."""
    return sum(fold(group) for group in Group.objects.values_list("id", flat=True))


TASKS: tuple[Task, ...] = (
    ("deliver", deliver_events, 1.0),
    ("seal", seal_entries, 0.5),
    ("fold", fold_balances, 60.0),
    ("jobs", end_abandoned, 30.0),
)


def lag() -> int:
    """How many entries wait for their seal: a figure to watch."""
    return JournalEntry.objects.count() - Seal.objects.count()


def keep_house(stop: threading.Event) -> None:
    """Do each task again and again until `stop`; a lost database is waited for."""
    threads = [threading.Thread(target=_repeat, args=(task, stop), name=task[0], daemon=True) for task in TASKS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _repeat(task: Task, stop: threading.Event) -> None:
    name, work, rest = task
    while not stop.is_set():
        try:
            done = work()
        except DatabaseError:
            log.warning("housekeeping waits for the database", extra={"task": name}, exc_info=True)
            connection.close()
            done = 0
        if not done or rest > 10:
            stop.wait(rest)
    connection.close()
