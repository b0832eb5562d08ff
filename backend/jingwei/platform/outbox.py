"""Telling others after commit: at least once, in order per document, one effect per consumer.

The row was written in the transaction of its fact (finisher `tell_others`), so an event exists if and only if its fact
does. A worker leases waiting events, hands each to every consumer, and marks it delivered; a consumer that fails is
asked again later, later events of the same document wait behind it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from jingwei.platform.models import InboxEvent, OutboxEvent

log = logging.getLogger("jingwei.outbox")

LEASE = timedelta(minutes=1)

_LEASE_SQL = """
UPDATE outbox_event SET leased_until = %(until)s, attempts = attempts + 1
WHERE id IN (
    SELECT waiting.id FROM outbox_event waiting
    WHERE waiting.delivered_at IS NULL AND (waiting.leased_until IS NULL OR waiting.leased_until < %(at)s)
      AND NOT EXISTS (
          SELECT FROM outbox_event earlier
          WHERE earlier.delivered_at IS NULL AND earlier.group_id = waiting.group_id
            AND earlier.document_id = waiting.document_id AND earlier.id < waiting.id)
    ORDER BY waiting.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who wants to know: `handle` runs in a transaction with the mark that it did, so twice delivered acts once."""

    key: str
    wants: Callable[[str], bool]
    handle: Callable[[OutboxEvent], Any]


def deliver(consumers: Sequence[Consumer], at: datetime, limit: int = 100) -> int:
    """Deliver waiting events once; returns how many are now delivered."""
    with connection.cursor() as cursor:
        cursor.execute(_LEASE_SQL, {"at": at, "until": at + LEASE, "limit": limit})
        ids = [row[0] for row in cursor.fetchall()]
    delivered = 0
    for event in OutboxEvent.objects.filter(id__in=ids).order_by("id"):
        failure = _hand_over(event, consumers)
        if failure:
            later = at + min(timedelta(seconds=2**event.attempts), timedelta(hours=1))
            OutboxEvent.objects.filter(pk=event.pk).update(error=failure[:2000], leased_until=later)
        else:
            OutboxEvent.objects.filter(pk=event.pk).update(delivered_at=at, error="")
            delivered += 1
    return delivered


def _hand_over(event: OutboxEvent, consumers: Sequence[Consumer]) -> str:
    """Hand an event to each consumer that wants it; returns why it failed, or ''."""
    for consumer in consumers:
        if not consumer.wants(event.type):
            continue
        try:
            with transaction.atomic():
                done = InboxEvent.objects.filter(group_id=event.group_id, consumer=consumer.key, event_id=event.pk)
                if not done.exists():
                    InboxEvent.objects.create(group_id=event.group_id, consumer=consumer.key, event_id=event.pk)
                    consumer.handle(event)
        except Exception as error:
            log.warning("delivery failed", extra={"consumer": consumer.key, "event": event.pk}, exc_info=True)
            return f"{consumer.key}: {type(error).__name__}: {error}"
    return ""
