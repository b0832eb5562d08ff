"""One request of the machine: sent as the API sends it, struck or not, and what must be true of whatever comes back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, connection

from jingwei.platform.documents.command import Answer, Claim, Command, run, run_claimed
from jingwei.platform.errors import Refusal
from jingwei.platform.identity.actor import Actor
from tests.machine.faults import DEADLOCK, LOST, UNHEARD, Fault, StruckError, struck
from tests.machine.firm import Firm

Work = Callable[[Command], Answer]
#: What only a constraint noticed, in general words: a rule that should have said it first is missing.
UNEXPLAINED = {"field.required", "record.in_use", "record.duplicate", "value.invalid", "data.refused", "system.busy"}


@dataclass
class Request:
    """A request as a client repeats it: the same body under the same key. Changes and deletions have no key; whoever
    repeats one is told by its version that it was done."""

    actor: Actor
    route: str
    key: str | None
    body: Any
    work: Work

    def send(self) -> Answer:
        if self.key is None:
            return run(self.actor, self.work)
        return run_claimed(self.actor, Claim.of(self.actor.principal, self.route, self.key, self.body), self.work)


def contents(firm: Firm) -> tuple[Any, ...]:
    """Every row of the group, in one statement: (table, rows, their sum). What was refused may not change it."""
    with connection.cursor() as cursor:
        cursor.execute(_everything(), {"group": firm.world.group.pk})
        return tuple(cursor.fetchall())


_statement: list[str] = []


def _everything() -> str:
    if not _statement:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t "
                "USING (table_schema, table_name) WHERE c.column_name = 'group_id' AND c.table_schema = 'public' "
                "AND t.table_type = 'BASE TABLE' ORDER BY 1"
            )
            tables = [name for (name,) in cursor.fetchall()]
        parts = (
            f"SELECT '{t}', count(*), coalesce(sum(hashtextextended(x::text, 0)::numeric), 0) "
            f'FROM "{t}" x WHERE group_id = %(group)s'
            for t in tables
        )
        _statement.append(" UNION ALL ".join(parts))
    return _statement[0]


def carried_out(firm: Firm, request: Request, fault: Fault | None, *, again: bool) -> Answer | Refusal:
    """Send a request; after a fault send it again, as every client does. What comes back in the end is what the client
    believes: a document that was acknowledged is there, and what was refused left nothing."""
    before = contents(firm)
    try:
        with struck(fault):
            answer = _sent(request)
        # A rule may refuse without another look at the connection that it has lost.
        harmless = (DEADLOCK, LOST) if isinstance(answer, Refusal) else (DEADLOCK, UNHEARD)
        assert fault is None or not fault.fired or fault.kind in harmless, f"{fault} was swallowed: {answer}"
    except (StruckError, OperationalError, InterfaceError) as error:
        _expected(error, fault)
        connection.close()
        assert _comes_back_to(firm, before), f"{fault} left something behind"
        answer = _sent(request)
    if isinstance(answer, Refusal):
        assert contents(firm) == before, f"refused ({answer}), and something was written"
        return answer
    if again or (fault is not None and fault.kind == UNHEARD):
        _repeated(firm, request, answer)
    return answer


def _comes_back_to(firm: Firm, before: Any, *, within: float = 30.0) -> bool:
    """Whether all is as it was; a server that is busy takes a while to roll back for a client that is gone."""
    until = time.monotonic() + within
    while contents(firm) != before:
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def _sent(request: Request) -> Answer | Refusal:
    try:
        return request.send()
    except Refusal as refusal:
        check_named(refusal)
        return refusal


def _expected(error: Exception, fault: Fault | None) -> None:
    """Only what was planted may come through."""
    if fault is None or not fault.fired:
        raise error
    lost = isinstance(error, OperationalError | InterfaceError)
    assert lost == (fault.kind == LOST), f"{fault} became {error!r}"
    assert fault.kind != DEADLOCK, "a deadlock is tried again"


def _repeated(firm: Firm, request: Request, answer: Answer) -> None:
    """The same request once more: the first one's answer, and nothing is done."""
    before = contents(firm)
    if request.key is None:
        try:
            request.send()
        except Refusal as refusal:
            assert {p.code for p in refusal.problems} <= {"version.conflict", "record.not_found"}, refusal
    else:
        second = request.send()
        assert second.replayed
        assert (second.status, second.document_id) == (answer.status, answer.document_id)
    assert contents(firm) == before, "a repeated request did something"


def check_named(refusal: Refusal) -> None:
    """A refusal says which rule, in words without gaps."""
    for problem in refusal.problems:
        assert re.fullmatch(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+", problem.code), problem
        words = f"{problem.message} {problem.hint}"
        assert str(problem.message).strip(), problem
        assert "%(" not in words, problem
        assert 400 <= problem.status < 500, problem
        if isinstance(refusal.__cause__, IntegrityError) or problem.code == "system.busy":
            assert problem.code not in UNEXPLAINED, f"only the database noticed: {problem} ({refusal.__cause__})"
