"""Sets of rows in one statement: what is written comes back as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from jingwei.masterdata.models import Item
from jingwei.platform import sets
from jingwei.platform.models import OutboxEvent

#: What arrays of texts and JSON itself mean something by, and what only looks like it.
PAYLOADS = [
    {"says": 'a "word", {braces} and a comma'},
    {"back\\slash": '\\" \\\\ \\n', "lines": "one\ntwo\ttab\r"},
    {"中文": "五金件 “引号”", "emoji": "🚲", "quote": "it's"},
    ["NULL", None, "null", "", " ", "{}", True, 1.5, {"deep": [[], {}]}],
    "NULL",
    "",
    {},
    [],
    17,
]


def event(world, payload):
    return OutboxEvent(
        group_id=world.group.pk,
        type="test.written",
        document_id=1,
        payload=payload,
        at=datetime(2026, 11, 22, tzinfo=UTC),
    )


def test_json_comes_back_as_it_was_written(world):
    sets.insert([event(world, payload) for payload in PAYLOADS])
    rows = OutboxEvent.objects.filter(group=world.group, type="test.written").order_by("id")
    assert list(rows.values_list("payload", flat=True)) == PAYLOADS
    kept = list(rows)
    for row in kept:
        row.payload = {"before": row.payload}
    sets.update(kept, ["payload"])
    assert list(rows.values_list("payload", flat=True)) == [{"before": payload} for payload in PAYLOADS]


def test_json_is_written_with_its_numbers_and_days_as_people_write_them(world):
    sets.insert([event(world, {"price": Decimal("1.50"), "at": datetime(2026, 1, 2, 3, tzinfo=UTC)})])
    row = OutboxEvent.objects.get(group=world.group, type="test.written")
    assert row.payload == {"price": "1.50", "at": "2026-01-02T03:00:00Z"}


def test_what_json_cannot_hold_is_refused_and_nothing_is_written(world):
    with pytest.raises(DatabaseError), transaction.atomic():
        sets.insert([event(world, {"fine": 1}), event(world, {"nul": "\0"})])
    assert not OutboxEvent.objects.filter(group=world.group, type="test.written").exists()


def test_fields_of_a_record_of_its_own_come_back(world):
    item = world.create("masterdata.item", {"code": "A", "name_en": "A", "category": "RM", "unit": "PCS"})[0]
    item.custom = {"note": 'a "b" \\ {c}, d', "none": None}
    sets.update([item], ["custom"])
    assert Item.objects.get(pk=item.pk).custom == item.custom
