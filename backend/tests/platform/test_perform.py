"""`perform`: sets, batches, refusals and two people at once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from jingwei.books.models import JournalEntry, Period, VoucherNumber
from jingwei.masterdata.models import Item
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import event_name, perform, perform_each
from jingwei.platform.errors import Refusal
from jingwei.platform.models import AuditEvent, Group, IdempotencyKey, OutboxEvent
from tests.books.stories import with_books
from tests.stock.stories import at, body, with_stock
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


def items(world, count):
    return world.create(
        "masterdata.item",
        *({"code": f"I-{n}", "name_en": f"Item {n}", "category": "RM", "unit": "PCS"} for n in range(count)),
    )


def test_a_set_costs_the_same_statements_as_one(world, statements):
    ids = [item.pk for item in items(world, 40)]
    with statements() as one:
        perform("masterdata.item", ids[:1], "deactivate", actor=world.actor)
    with statements() as many:
        perform("masterdata.item", ids[1:], "deactivate", actor=world.actor)
    assert len(one) == len(many) <= 20
    assert set(Item.objects.filter(group=world.group).values_list("state", "version")) == {("inactive", 2)}
    check_invariants(world)


def test_creating_forty_costs_the_same_statements_as_one(world, statements):
    counts = []
    for number in (1, 40):
        with statements() as sent:
            world.create(
                "masterdata.item",
                *(
                    {
                        "name_en": f"Set {number} {n}",
                        "category": "RM",
                        "unit": "PCS",
                        "units": [{"unit": "BOX", "numerator": 9}],
                    }
                    for n in range(number)
                ),
            )
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert list(Item.objects.filter(group=world.group).order_by("id").values_list("code", flat=True))[:2] == [
        "M000001",
        "M000002",
    ]
    check_invariants(world)


def test_all_or_none_when_one_is_refused(world):
    made = items(world, 3)
    perform("masterdata.item", [made[1].pk], "deactivate", actor=world.actor)
    with pytest.raises(Refusal) as refused:
        perform("masterdata.item", [m.pk for m in made], "deactivate", actor=world.actor)
    assert [p.code for p in refused.value.problems] == ["masterdata.item.wrong_state"]
    assert [d.number for d in refused.value.problems[0].documents] == ["I-1"]
    assert list(Item.objects.filter(group=world.group).order_by("id").values_list("state", flat=True)) == [
        "active",
        "inactive",
        "active",
    ]


def test_a_batch_answers_per_document(world):
    owner, made = world.person("owner"), items(world, 3)
    perform("masterdata.item", [made[1].pk], "deactivate", actor=world.actor)
    reply = owner.post("masterdata/items/batch/deactivate", {"ids": [m.pk for m in made]})
    assert [(r["ok"], r.get("version")) for r in reply.body["results"]] == [(True, 2), (False, None), (True, 2)]
    assert reply.body["results"][1]["problem"]["code"] == "masterdata.item.wrong_state"
    atomic = owner.post("masterdata/items/batch/activate", {"ids": [m.pk for m in made] + [1], "atomic": True})
    assert (atomic.status, atomic.codes) == (404, ["record.not_found"])
    assert set(Item.objects.filter(group=world.group).values_list("state", flat=True)) == {"inactive"}
    check_invariants(world)


def test_twenty_double_submits_make_one_record(own_database):
    world = with_basics(new_world())
    people = [world.person("owner") for _ in range(1)]
    body = {"code": "X-1", "name_en": "Once", "category": "RM", "unit": "PCS"}
    replies = in_threads(20, lambda n: people[0].post("masterdata/items", body, key="the-same"))
    assert {r.status for r in replies} == {201}
    assert len({r.body["id"] for r in replies}) == 1
    assert Item.objects.filter(group=world.group, code="X-1").count() == 1
    assert IdempotencyKey.objects.filter(key="the-same").count() == 1
    check_invariants(world)


def test_two_people_saving_one_version_one_wins(own_database):
    world = with_basics(new_world())
    owner, item = world.person("owner"), None
    item = items(world, 1)[0]
    replies = in_threads(8, lambda n: owner.patch(f"masterdata/items/{item.pk}", {"note": f"by {n}"}, version=1))
    assert sorted(r.status for r in replies) == [200] + [409] * 7
    assert {r.body["code"] for r in replies if r.status == 409} == {"version.conflict"}
    assert AuditEvent.objects.filter(document_id=item.pk).count() == 2
    check_invariants(world)


def test_crossed_sets_wait_for_each_other_and_never_deadlock(own_database):
    world = with_basics(new_world())
    ids = [i.pk for i in items(world, 30)]
    outcomes = in_threads(8, lambda n: flip(world, ids if n % 2 else list(reversed(ids))))
    assert sorted(outcomes) == ["done"] + ["masterdata.item.wrong_state"] * 7
    check_invariants(world)


def flip(world, ids):
    try:
        perform("masterdata.item", ids, "deactivate", actor=world.actor)
    except Refusal as refusal:
        return refusal.problems[0].code
    return "done"


def test_a_refused_command_leaves_nothing_behind(world):
    owner = world.person("owner")
    before = AuditEvent.objects.filter(group=world.group).count()
    reply = owner.post("masterdata/items", {"code": "B", "name_en": "B", "category": "NO", "unit": "PCS"}, key="again")
    assert (reply.status, reply.codes) == (422, ["reference.unknown"])
    assert AuditEvent.objects.filter(group=world.group).count() == before
    assert OutboxEvent.objects.filter(group=world.group, type="masterdata.item.created").count() == 0
    good = owner.post("masterdata/items", {"code": "B", "name_en": "B", "category": "RM", "unit": "PCS"}, key="again")
    assert good.status == 201, "a refused request does not use its key up"


def test_behind_the_fence_nothing_is_written(world):
    owner = world.person("owner")
    Group.objects.filter(pk=world.group.pk).update(state="moving")
    reply = owner.post("masterdata/items", {"code": "B", "name_en": "B", "category": "RM", "unit": "PCS"})
    assert (reply.status, reply.codes) == (409, ["group.moving"])
    assert owner.get("masterdata/items").status == 200
    assert Item.objects.filter(group=world.group).count() == 0


def test_the_clock_is_an_argument(world):
    at = datetime(2013, 7, 1, 23, 30, tzinfo=UTC)
    seen = run(world.actor, lambda command: (command.at, command.today()), at=at)
    assert seen == (at, date(2013, 7, 2)), "half past eleven in London is the next day in Shanghai"


@pytest.mark.parametrize(
    ("action", "event"),
    [("confirm", "confirmed"), ("ship", "shipped"), ("close", "closed"), ("deny", "denied"), ("pay", "paid")],
)
def test_events_are_past_tense(action, event):
    assert event_name(action) == event


def test_what_a_batch_rolled_back_is_neither_numbered_nor_told(world):
    """The first company's goods are posted, the second's month is closed: the set is rolled back, then each is tried by
    itself. The voucher number of the first is the one it has, not that of what was rolled back."""
    with_stock(world)
    first = world.create("warehouse.other-in", body(at("2026-01-05"), ("BOLT", 1, "2.00")))[0]
    world.company_id = world.create("platform.company", {"code": "T2", "name_en": "Second"})[0].pk
    with_books(world)
    world.create("masterdata.warehouse", {"code": "W2", "name_en": "Second"})
    world.create(
        "masterdata.location",
        {"code": "B-01", "name_en": "Bin", "kind": "stock", "warehouse": "W2"},
        {"code": "OTHER2", "name_en": "Other", "kind": "other"},
    )
    second = world.create("warehouse.other-in", body(at("2026-01-05"), ("BOLT", 1, "2.00"), place="B-01"))[0]
    january = Period.objects.get(company_id=world.company_id, code="2026-01")
    perform("books.period", [january.pk], "close", actor=world.actor)
    ids = [first.pk, second.pk]
    found = run(world.actor, lambda command: perform_each(command, "warehouse.other-in", ids, "post"))
    assert [r.refusal and r.refusal.problems[0].code for r in found] == [None, "period.closed"]
    assert list(VoucherNumber.objects.filter(group=world.group).values_list("number", flat=True)) == [1]
    assert [e.document_id for e in JournalEntry.objects.filter(group=world.group)] == [first.pk]
    check_invariants(world)
