"""One command: a transaction with an actor, a clock, and what must be written last.

The outermost command opens the transaction, fences the group, claims the idempotency key, lets the rules work and then
runs the finishers in the order of `server.wiring` (audit, outbox, later voucher numbers), so that what everybody waits
for is locked last. Nested commands are calls on the same `Command`.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, IntegrityError, OperationalError, connection, models, transaction
from django.utils.translation import gettext_lazy as _

from jingwei.platform import sets
from jingwei.platform.documents.constraints import is_too_large, refusal_of
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company, Currency, IdempotencyKey

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)

#: Serialization failure, deadlock, lock time-out: the whole command may be tried again.
RETRIED = frozenset({"40001", "40P01", "55P03"})
ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one record in this command: a version of it, an audit row, an event."""

    key: str
    record: Any
    action: str
    event: str
    from_state: str
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """An idempotency key as claimed by one principal on one route, for one body."""

    principal: str
    route: str
    key: str
    fingerprint: str

    @classmethod
    def of(cls, principal: str, route: str, key: str, body: Any) -> Claim:
        canonical = json.dumps(body, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))
        return cls(principal, route, key, hashlib.sha256(canonical.encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answers: kept under its idempotency key and given again to a repeated request."""

    status: int
    body: Any
    document_id: int | None = None
    replayed: bool = False


Finisher = Callable[["Command"], None]
finishers: list[Finisher] = []
_currencies: dict[str | None, Currency] = {}


@dataclass
class Command:
    """The running command. Rules receive it; they never look at the clock or the user elsewhere. `pending` is what
    finishers of higher rungs still have to do, under the name of the finisher; `held` are locks that need not be taken
    twice, forgotten with the savepoint they were taken behind."""

    actor: Actor
    at: datetime
    changes: list[Change] = field(default_factory=list)
    created: list[Any] = field(default_factory=list)
    pending: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    loaded: dict[type[Any], dict[int, Any]] = field(default_factory=lambda: defaultdict(dict))
    held: dict[str, dict[Any, Any]] = field(default_factory=lambda: defaultdict(dict))

    def today(self, company_id: int | None = None) -> date:
        """The business date: decided by the company's time zone, not by the server's or the user's."""
        return self.date_of(self.at, company_id or self.actor.company_id)

    def date_of(self, at: datetime, company_id: int | None) -> date:
        """The business date of an instant in a company; in UTC where no company is concerned."""
        zone = self.company(company_id).time_zone if company_id else "UTC"
        return at.astimezone(ZoneInfo(zone)).date()

    def company(self, id: int) -> Company:
        """A company of the actor's group with its currency, read once per command."""
        found = self.load(Company, [id])[id]
        if "currency" not in found._state.fields_cache:
            found.currency = self.load_currencies([found.currency_id])[found.currency_id]
        return found

    def load_currencies(self, codes: Iterable[str | None]) -> dict[str | None, Currency]:
        """Currencies by code, those that exist, in one statement; they are the same for everybody and never change."""
        wanted = set(codes) - {None}
        if missing := wanted - _currencies.keys():
            _currencies.update(Currency.objects.in_bulk(missing))
        return {code: _currencies[code] for code in wanted & _currencies.keys()}

    def load(self, model: type[M], ids: Iterable[int | None]) -> dict[int, M]:
        """Rows of the actor's group by id, in one statement; what this command loaded before is not read again."""
        wanted = {i for i in ids if i is not None}
        known = self.loaded[model]
        missing = wanted - known.keys()
        if missing:
            rows = sets.read(model, "group_id = %s AND id = ANY(%s)", [self.actor.group_id, list(missing)])
            known |= {row.pk: row for row in rows}
        return {id: known[id] for id in wanted if id in known}

    def lock(self, model: type[M], ids: Iterable[int]) -> dict[int, M]:
        """Rows of the actor's group, locked in the order of their ids and read again: `load` knows them so, too."""
        rows = sets.among(model, self.actor.group_id, "id", ids, sets.LOCKED)
        found: dict[int, M] = {row.pk: row for row in rows}
        self.loaded[model] |= found
        return found


def open_transaction(actor: Actor) -> list[Company]:
    """Time-outs by SET LOCAL (safe behind pgbouncer), the group's fence and the company worked in: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT given.state, set_config('lock_timeout', '5s', true), "
            f"set_config('idle_in_transaction_session_timeout', '30s', true), {sets.columns(Company)} "
            "FROM tenant_group AS given LEFT JOIN company ON company.group_id = given.id AND company.id = %s "
            "WHERE given.id = %s FOR SHARE OF given",
            [actor.company_id, actor.group_id],
        )
        row = cursor.fetchone()
    if row is None or row[0] != "active":
        raise Refusal(
            Problem(
                "group.moving",
                _("This group is being moved to another database; nothing can be written for a moment."),
                _("Try again in a minute; what you typed is kept."),
                status=409,
            )
        )
    return sets.instances(Company, [row[3:]] if row[3] is not None else [])


def claim(actor: Actor, wanted: Claim) -> Answer | None:
    """Take the key for this transaction; None when it is ours, else the answer the first request was given.

    A running twin holds the row: the insert waits for it until `lock_timeout` and is refused after it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO idempotency_key (group_id, principal, route, key, fingerprint) "
            "VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
            [actor.group_id, wanted.principal, wanted.route, wanted.key, wanted.fingerprint],
        )
        if cursor.fetchone():
            return None
    first = IdempotencyKey.objects.get(
        group_id=actor.group_id,
        principal=wanted.principal,
        route=wanted.route,
        key=wanted.key,
    )
    if first.fingerprint != wanted.fingerprint:
        raise Refusal(
            Problem(
                "idempotency.reused",
                _("This Idempotency-Key was used for another request."),
                _("Send a new key with a new request."),
                status=422,
            )
        )
    return Answer(first.status or 200, first.response, first.document_id, replayed=True)


def keep_answer(actor: Actor, wanted: Claim, answer: Answer) -> None:
    """Store the answer under the key; over 64 kB only the document's id."""
    text = json.dumps(answer.body, cls=DjangoJSONEncoder)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE idempotency_key SET status = %s, response = %s::jsonb, document_id = %s WHERE group_id = %s "
            "AND principal = %s AND route = %s AND key = %s",
            [
                answer.status,
                text if len(text) <= 65536 else None,
                answer.document_id,
                actor.group_id,
                wanted.principal,
                wanted.route,
                wanted.key,
            ],
        )


def run(actor: Actor, work: Callable[[Command], T], *, at: datetime | None = None) -> T:
    """Carry out `work` as one transaction; retried as a whole after deadlock, serialization failure or lock time-out.

    Raises Refusal: of a rule, of a database constraint (named), `number.range`, or `system.busy` (409) in the end.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                companies = open_transaction(actor)
                command = Command(actor, at or datetime.now(UTC))
                command.loaded[Company] = {company.pk: company for company in companies}
                result = work(command)
                for finish in finishers:
                    finish(command)
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                return result
        except IntegrityError as error:
            raise refusal_of(error, actor) from error
        except (OperationalError, DatabaseError) as error:
            if is_too_large(error):
                raise refusal_of(error, actor) from error
            if getattr(error.__cause__, "sqlstate", None) not in RETRIED:
                raise
            if attempt == ATTEMPTS:
                raise busy() from error
            time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, not a secret
    raise busy()


def run_claimed(actor: Actor, wanted: Claim | None, work: Callable[[Command], Answer]) -> Answer:
    """`run`, at most once for the idempotency key: a repeated request gets the first one's answer."""

    def once(command: Command) -> Answer:
        if wanted is not None and (earlier := claim(actor, wanted)) is not None:
            return earlier
        answer = work(command)
        if wanted is not None:
            keep_answer(actor, wanted, answer)
        return answer

    return run(actor, once)


def busy() -> Refusal:
    return Refusal(
        Problem(
            "system.busy",
            _("Others are working on the same records; the command was tried %(times)s times.") % {"times": ATTEMPTS},
            _("Try again in a moment."),
            status=409,
        )
    )


def record_changes(command: Command) -> None:
    """Finisher: the audit row of every version written by the command."""
    from jingwei.platform.models import AuditEvent

    actor = command.actor
    sets.insert(
        [
            AuditEvent(
                group_id=actor.group_id,
                company_id=getattr(c.record, "company_id", None),
                document_id=c.record.pk,
                type=c.key,
                number=str(c.record)[:60],
                version=c.record.version,
                action=c.action,
                from_state=c.from_state,
                to_state=c.record.state,
                changes=c.changes,
                actor_id=actor.user_id,
                via=actor.via,
                request_id=actor.request_id,
                source_ip=actor.source_ip,
                at=command.at,
            )
            for c in command.changes
        ]
    )


def tell_others(command: Command) -> None:
    """Finisher: one outbox row per change; the worker delivers it after commit, at least once."""
    from jingwei.platform.models import OutboxEvent

    sets.insert(
        [
            OutboxEvent(
                group_id=command.actor.group_id,
                type=f"{c.key}.{c.event}",
                document_id=c.record.pk,
                payload={"version": c.record.version, "state": c.record.state, "number": str(c.record)},
                at=command.at,
            )
            for c in command.changes
        ]
    )
