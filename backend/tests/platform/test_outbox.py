"""Events after commit: at least once, one effect, in order per document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jingwei.platform.documents.perform import perform
from jingwei.platform.models import OutboxEvent
from jingwei.platform.outbox import Consumer, deliver
from tests.support.world import new_world, with_basics

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def drain(consumers, at=NOW):
    while deliver(consumers, at):
        pass


def test_each_event_is_told_once_and_in_order(own_database):
    world = with_basics(new_world())
    item = world.create("masterdata.item", {"code": "A", "name_en": "A", "category": "RM", "unit": "PCS"})[0]
    perform("masterdata.item", [item.pk], "deactivate", actor=world.actor)
    told = []
    consumer = Consumer("test", lambda kind: kind.startswith("masterdata.item."), lambda e: told.append(e.type))
    drain([consumer])
    assert told == ["masterdata.item.created", "masterdata.item.deactivated"]
    OutboxEvent.objects.filter(document_id=item.pk).update(delivered_at=None, leased_until=None)
    drain([consumer], NOW + timedelta(minutes=5))
    assert len(told) == 2, "delivered again, done once"


def test_a_failing_consumer_is_asked_again_and_later_events_wait(own_database):
    world = with_basics(new_world())
    drain([])
    item = world.create("masterdata.item", {"code": "A", "name_en": "A", "category": "RM", "unit": "PCS"})[0]
    perform("masterdata.item", [item.pk], "deactivate", actor=world.actor)
    told, broken = [], [True]

    def handle(event):
        if broken[0]:
            raise ConnectionError("receiver is down")
        told.append(event.type)

    consumer = Consumer("test", lambda kind: True, handle)
    drain([consumer])
    waiting = OutboxEvent.objects.filter(document_id=item.pk).order_by("id")
    assert [(e.attempts, e.error) for e in waiting] == [(1, "test: ConnectionError: receiver is down"), (0, "")]
    broken[0] = False
    drain([consumer], NOW + timedelta(minutes=5))
    assert told == ["masterdata.item.created", "masterdata.item.deactivated"]


def test_a_rolled_back_fact_is_told_to_nobody(world):
    owner = world.person("owner")
    owner.post("masterdata/items", {"code": "A", "name_en": "A", "category": "NO", "unit": "PCS"})
    assert OutboxEvent.objects.filter(group=world.group, type__startswith="masterdata.item.").count() == 0
