"""What operations send to the database, and the floor that is made from it.

Operations are recorded on one database and replayed on a copy that was made before the first of them: ids, numbers and
references are the same there, so that the statements can be sent as they are, without any program around them. Of a
command only what writes and what locks is replayed, of a report or list all that is read. Afterwards both databases
must hold the same rows.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.pq import TransactionStatus

WRITES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?([a-z_]+)", re.IGNORECASE)
LOCKS = re.compile(r"\bFOR\s+(?:NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b|pg_advisory", re.IGNORECASE)
SEQUENCE = re.compile(r"^SELECT nextval\(", re.IGNORECASE)
CONTROL = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)


class TapeError(Exception):
    """The floor did not write what the operation wrote, so that the two cannot be compared."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as it was sent."""

    text: str
    params: Any

    @property
    def is_kept(self) -> bool:
        """Whether it belongs to the floor of a command: it writes or locks."""
        return bool(WRITES.search(self.text) or LOCKS.search(self.text))

    @property
    def tables(self) -> set[str]:
        """Tables it writes to."""
        return {name.lower() for name in WRITES.findall(self.text)} - {"set", "of", "skip"}


@dataclass(slots=True)
class Segment:
    """The transactions of one operation (`label` None: preparation, replayed but not timed)."""

    label: str | None
    transactions: list[list[Statement]] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians over the rounds of one operation: milliseconds, and statements sent, transaction control apart."""

    ms: float
    statements: int


class Tape:
    """A recording of everything sent on Django's connection while it runs."""

    def __init__(self) -> None:
        self.segments: list[Segment] = [Segment(None)]

    @contextlib.contextmanager
    def running(self) -> Iterator[Tape]:
        """Record inside the block."""
        with connection.execute_wrapper(self._note):
            yield self

    @contextlib.contextmanager
    def operation(self, label: str | None) -> Iterator[None]:
        """Time what happens inside, under a label; None for a warm-up."""
        segment = Segment(label)
        self.segments.append(segment)
        began = time.perf_counter()
        try:
            yield
        finally:
            segment.seconds = time.perf_counter() - began
            self.segments.append(Segment(None))

    def timings(self) -> dict[str, Timing]:
        """What each operation took and sent."""
        return {
            label: _medians([(s.seconds, sum(map(len, s.transactions))) for s in found])
            for label, found in self._by_label().items()
        }

    def statements(self, label: str) -> list[Statement]:
        """All that was sent under a label."""
        return [s for g in self._by_label()[label] for sent in g.transactions for s in sent]

    def _by_label(self) -> dict[str, list[Segment]]:
        found: dict[str, list[Segment]] = defaultdict(list)
        for segment in self.segments:
            if segment.label is not None:
                found[segment.label].append(segment)
        return found

    def _note(self, execute: Callable[..., Any], text: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not CONTROL.match(text):
            transactions = self.segments[-1].transactions
            raw = connection.connection
            if raw is None or raw.info.transaction_status == TransactionStatus.IDLE or not transactions:
                transactions.append([])
            transactions[-1].extend(Statement(text, p) for p in (params if many else [params]))
        return execute(text, params, many, context)


class Floor:
    """Follows a tape on the copy, operation by operation, so that both see the machine in the same mood.

    Ids are drawn as the operation drew them, but outside the time: a floor could have the table give them.
    """

    def __init__(self, tape: Tape, copy: psycopg.Connection) -> None:
        self.tape, self.copy = tape, copy
        self._next = 0
        self._taken: dict[str, list[tuple[float, int]]] = defaultdict(list)

    def follow(self) -> None:
        """Send to the copy what was recorded since the last time."""
        for segment in self.tape.segments[self._next :]:
            seconds, count = 0.0, 0
            for statements in segment.transactions:
                kept = [s for s in statements if s.is_kept]
                if kept or any(SEQUENCE.match(s.text) for s in statements):
                    seconds += _replay_one(self.copy, statements)
                    count += len(kept)
            if segment.label is not None:
                self._taken[segment.label].append((seconds, count))
        self._next = len(self.tape.segments)
        self.tape.segments.append(Segment(None))

    def timings(self) -> dict[str, Timing]:
        """What the floors took and sent, per label."""
        return {label: _medians(found) for label, found in self._taken.items()}


def _medians(found: list[tuple[float, int]]) -> Timing:
    return Timing(median(s for s, _ in found) * 1000, round(median(n for _, n in found)))


def _replay_one(copy: psycopg.Connection, statements: list[Statement]) -> float:
    seconds = 0.0
    for statement in statements:
        if SEQUENCE.match(statement.text):
            copy.execute(statement.text, statement.params)
        elif statement.is_kept:
            began = time.perf_counter()
            copy.execute(statement.text, statement.params)
            seconds += time.perf_counter() - began
    began = time.perf_counter()
    copy.commit()
    return seconds + time.perf_counter() - began


def read_again(tape: Tape, label: str, url: str) -> Timing:
    """The floor of a report or a list: its own queries, rows fetched, through psycopg."""
    taken = []
    with connect(url) as copy:
        for segment in (s for s in tape.segments if s.label == label):
            seconds, count = 0.0, 0
            for statements in segment.transactions:
                for statement in statements:
                    count += 1
                    began = time.perf_counter()
                    cursor = copy.execute(statement.text, statement.params)
                    if cursor.description:
                        cursor.fetchall()
                    seconds += time.perf_counter() - began
                copy.rollback()
            taken.append((seconds, count))
    return _medians(taken)


def check_equal(tape: Tape, original: str, copy: str) -> None:
    """Every table that was written must hold as many rows, with the same ids, in both databases.

    Raises TapeError naming the table that differs.
    """
    tables = {t for g in tape.segments for statements in g.transactions for s in statements for t in s.tables}
    with connect(original) as one, connect(copy) as other:
        for table in sorted(tables):
            query = sql.SQL("SELECT count(*), sum(id)::text FROM {}").format(sql.Identifier(table))
            found = [c.execute(query).fetchone() for c in (one, other)]
            if found[0] != found[1]:
                raise TapeError(f"the floor left {table} with {found[1]} rows and sum of ids, not {found[0]}")


def connect(url: str) -> psycopg.Connection:
    """Parameters are bound in the client and nothing is prepared, as the product does it."""
    return psycopg.connect(url, cursor_factory=psycopg.ClientCursor, prepare_threshold=None)
