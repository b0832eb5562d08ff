"""What strikes a running command: an error in the middle, a lost connection, a deadlock, an answer that is lost."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

from tests.support.statements import NOT_COUNTED

#: What happens at a statement of a command, before or after it is sent. Statements run from the group's fence to
#: `SET CONSTRAINTS ALL IMMEDIATE`, so that every moment before COMMIT can be struck: before and after the rule, among
#: the finishers, and last of all between the guards and COMMIT.
ERROR, LOST, DEADLOCK = "error", "connection lost", "deadlock"
#: The command commits, and nobody hears of it.
UNHEARD = "answer lost"
KINDS = (ERROR, LOST, DEADLOCK, UNHEARD)

_DEADLOCK = "DO $$ BEGIN RAISE EXCEPTION 'planted' USING ERRCODE = '40P01'; END $$"


class StruckError(Exception):
    """The planted error: a defect of the program in the middle of a command."""


@dataclass
class Fault:
    """`kind` at the `statement`-th statement. `fired` says whether the command came so far."""

    kind: str
    statement: int
    after: bool = False
    fired: bool = False

    def __str__(self) -> str:
        if self.kind == UNHEARD:
            return self.kind
        return f"{self.kind} {'after' if self.after else 'before'} statement {self.statement}"


@contextlib.contextmanager
def struck(fault: Fault | None) -> Iterator[None]:
    """Inside the block the fault waits for its statement; it strikes once."""
    if fault is None or fault.kind == UNHEARD:
        yield
        return
    sent = 0

    def count(execute: Callable[..., Any], statement: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal sent
        if NOT_COUNTED.match(statement):  # PostgreSQL never fails at them, and Django reckons with it
            return execute(statement, params, many, context)
        sent += 1
        if fault.fired or sent != fault.statement:
            return execute(statement, params, many, context)
        fault.fired = True
        result = execute(statement, params, many, context) if fault.after else None
        if fault.kind == ERROR:
            raise StruckError
        if fault.kind == DEADLOCK:
            execute(_DEADLOCK, None, False, context)
        else:
            _end_connection()
        return result if fault.after else execute(statement, params, many, context)

    with connection.execute_wrapper(count):
        yield


def _end_connection() -> None:
    """The server ends the command's session, as a restart or a broken network would."""
    settings = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password")
    with psycopg.connect(**{n: settings[n] for n in names if settings.get(n)}, autocommit=True) as other:
        assert connection.connection is not None
        pid = connection.connection.info.backend_pid
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
