"""What every declaration promises, tried on each through HTTP: nobody writes these tests again for a new record."""

from __future__ import annotations

import pytest

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.perform import perform
from jingwei.platform.models import AuditEvent, OutboxEvent, RegistryRow
from tests.books.stories import posted, voucher
from tests.contracts.samples import CHANGES, INPUTS, KEYS, SAMPLES
from tests.stock.stories import at, body, done, with_stock
from tests.support.papers import pages
from tests.support.world import new_world, with_basics

every = pytest.mark.parametrize("key", KEYS)
editable = pytest.mark.parametrize(
    "key", [k for k in KEYS if catalogue.get(k).initial_state in catalogue.get(k).editable_in]
)


def test_every_declaration_has_a_sample():
    assert sorted(SAMPLES) == KEYS


def working_world():
    """A group in which each declaration has all that its sample refers to."""
    world = with_stock(with_basics(new_world()))
    world.create("masterdata.party", {"code": "SUP1", "name_en": "Supplier", "is_supplier": True})
    world.create("masterdata.location", {"code": "SUP", "name_en": "Suppliers", "kind": "supplier"})
    world.create("masterdata.location", {"code": "CUST", "name_en": "Customers", "kind": "customer"})
    world.create(
        "masterdata.party",
        *({"code": f"CUS{n}", "name_en": f"Customer {n}", "is_customer": True} for n in range(1, 31)),
    )
    world.create(
        "masterdata.item",
        {"code": "FRAME", "name_en": "Frame", "category": "RM", "unit": "PCS", "is_made": True},
        {"code": "NUT", "name_en": "Nut", "category": "RM", "unit": "PCS"},
    )
    world.create("engineering.work-centre", {"code": "WELD", "name_en": "Welding"})
    names = ["STD", *(f"VAL{n}" for n in range(1, 31))]
    world.create("masterdata.item", *({"code": n, "name_en": n, "category": "RM", "unit": "PCS"} for n in names))
    world.create("stock.item-valuation", {"item": "STD", "method": "standard"})
    owed = {"party": "SUP1"}
    opening = voucher(("1123", "900.00", None, owed), ("220201", None, "900.00", owed), on="2026-01-01")
    posted(world, opening, key="finance.opening")
    (bought,) = world.create("purchasing.order", {**SAMPLES["purchasing.order"](90), "reference": ""})
    perform("purchasing.order", [bought.pk], "confirm", actor=world.actor)
    (came,) = world.create("purchasing.receipt", {**SAMPLES["purchasing.receipt"](40), "reference": ""})
    perform("purchasing.receipt", [came.pk], "post", actor=world.actor)
    (sold,) = world.create("sales.order", {**SAMPLES["sales.order"](90), "reference": ""})
    perform("sales.order", [sold.pk], "confirm", actor=world.actor)
    done(world, "other-in", body(at("2026-01-05"), ("BOLT", 20, "2.00")))
    goes = {**SAMPLES["sales.delivery"](90), "reference": "", "moved_at": at("2026-01-08", 10)}
    goes["lines"] = [{**goes["lines"][0], "quantity": "20"}]
    (went,) = world.create("sales.delivery", goes)
    perform("sales.delivery", [went.pk], "post", actor=world.actor)
    world.create("masterdata.location", {"code": "WORK", "name_en": "Shop floor", "kind": "production"})
    (making,) = world.create("production.order", {**SAMPLES["production.order"](90), "reference": ""})
    perform("production.order", [making.pk], "release", actor=world.actor)
    done(world, "other-in", body(at("2026-01-07", 9), ("BOLT", 180, "2.00")))
    issued = {**SAMPLES["production.issue"](90), "reference": "", "moved_at": at("2026-01-08", 9)}
    (given,) = world.create("production.issue", {**issued, "lines": [{"order_line": 1, "quantity": "90"}]})
    perform("production.issue", [given.pk], "post", actor=world.actor)
    return world


@pytest.fixture
def world():
    return working_world()


@pytest.fixture(scope="module")
def standing():
    """One such group for all tests that only look; samples refer to what the last world made."""
    return working_world()


@pytest.fixture
def onlooker(standing):
    return standing.person("owner")


@pytest.fixture
def owner(world):
    return world.person("owner")


@pytest.fixture
def made(owner, key):
    return owner.made(catalogue.get(key).path, SAMPLES[key](1))


@editable
def test_create_list_get_change_round(owner, made, key):
    path, (field, value) = catalogue.get(key).path, CHANGES[key]
    assert owner.get(f"{path}/{made['id']}").body == made
    listed = owner.get(f"{path}?filter[id][eq]={made['id']}&count=1").body
    assert ([r["id"] for r in listed["rows"]], listed["count"], listed["next"]) == ([made["id"]], 1, None)
    changed = owner.patch(f"{path}/{made['id']}", {field: value}, version=1)
    assert (changed.status, changed.body[field], changed.body["version"]) == (200, value, 2)
    same = owner.patch(f"{path}/{made['id']}", {field: value}, version=2)
    assert same.body["version"] == 2, "a change that changes nothing writes nothing"


@every
def test_a_list_answers_as_its_screen_asks_and_calls_every_record_something(owner, made, key):
    screen = owner.get(f"meta/documents/{key}").body
    asked = {*screen["title_fields"], *screen["columns"]} - {"state"}
    reply = owner.get(f"{screen['path']}?filter[id][eq]={made['id']}&sort={screen['sort']}&fields={','.join(asked)}")
    assert reply.status == 200, reply.body
    says = any(reply.body["rows"][0][name] for name in screen["title_fields"])
    assert says or screen["title_fields"] == ["number"], "only a draft that has no number yet is called by its id"


@editable
def test_every_version_has_its_audit_row_and_event(owner, made, key):
    document = catalogue.get(key)
    owner.patch(f"{document.path}/{made['id']}", dict([CHANGES[key]]), version=1)
    events = AuditEvent.objects.filter(document_id=made["id"]).order_by("version")
    assert [(e.version, e.action) for e in events] == [(1, "create"), (2, "edit")]
    assert {(e.actor_id, e.via, e.source_ip) for e in events} == {(owner.user.pk, "web", "127.0.0.1")}
    assert all(e.request_id for e in events)
    kind = catalogue.of(document.model).key
    told = OutboxEvent.objects.filter(document_id=made["id"]).order_by("id").values_list("type", flat=True)
    assert list(told) == [f"{kind}.created", f"{kind}.changed"]
    timeline = owner.get(f"{document.path}/{made['id']}/timeline").body["entries"]
    assert [e["action"] for e in timeline] == ["edit", "create"]
    assert timeline[0]["changes"][0]["new"] == CHANGES[key][1]


@every
def test_without_the_permission_nothing_happens(world, owner, made, key):
    path = catalogue.get(key).path
    reader = world.person("auditor")
    before = RegistryRow.objects.filter(group=world.group).count(), AuditEvent.objects.filter(group=world.group).count()
    refusals = [
        reader.post(path, SAMPLES[key](2)),
        reader.patch(f"{path}/{made['id']}", dict([CHANGES[key]]), version=1),
        reader.delete(f"{path}/{made['id']}", version=1),
        reader.upload(f"{path}/import", "x.csv", b"code\nX"),
        *(
            reader.post(f"{path}/{made['id']}/{a.key}", INPUTS.get((key, a.key)), version=1)
            for a in catalogue.get(key).actions
        ),
    ]
    assert [(r.status, r.codes) for r in refusals] == [(403, ["permission.denied"])] * len(refusals)
    after = RegistryRow.objects.filter(group=world.group).count(), AuditEvent.objects.filter(group=world.group).count()
    assert after == before
    assert reader.get(f"{path}/{made['id']}").status == 200


@every
def test_another_group_sees_and_reaches_nothing(made, key):
    path = catalogue.get(key).path
    stranger = with_basics(new_world("Other")).person("owner")
    assert made["id"] not in [r["id"] for r in stranger.get(path).body["rows"]]
    replies = [
        stranger.get(f"{path}/{made['id']}"),
        stranger.patch(f"{path}/{made['id']}", dict([CHANGES[key]]), version=1),
        stranger.delete(f"{path}/{made['id']}", version=1),
        stranger.get(f"{path}/{made['id']}/timeline"),
        stranger.get(f"{path}/{made['id']}/attachments"),
        stranger.post(f"{path}/{made['id']}/comments", {"body": "hello"}),
        *(
            stranger.post(f"{path}/{made['id']}/{a.key}", INPUTS.get((key, a.key)), version=1)
            for a in catalogue.get(key).actions
        ),
    ]
    assert {(r.status, r.body["code"]) for r in replies} == {(404, "record.not_found")}
    number = RegistryRow.objects.get(id=made["id"]).number or "no-number"
    assert made["id"] not in [r["id"] for r in stranger.get(f"search?q={number}").body["rows"]]
    assert AuditEvent.objects.filter(document_id=made["id"]).count() == 1


def refused_by_rule(reply, document, action):
    """Some actions ask for more than a state: a second person, an earlier period, inputs."""
    codes = {e["code"] for e in reply.body.get("errors", ())}
    return bool(codes & {"voucher.same_person", "period.order", "field.required", "stock.short"})


@every
def test_every_action_from_every_state(owner, key):
    """From its source states an action leads to its target; from any other it is refused and nothing changes."""
    document = catalogue.get(key)
    for number, action in enumerate(document.actions, start=3):
        record = owner.made(document.path, SAMPLES[key](number))
        path = f"{document.path}/{record['id']}"
        offered = {a["key"]: a for a in record["allowed"]}[action.key]
        reply = owner.post(f"{path}/{action.key}", INPUTS.get((key, action.key)), version=1)
        if refused_by_rule(reply, document, action):
            continue
        if document.initial_state in action.source:
            assert (reply.status, reply.body["state"]) == (200, action.target or document.initial_state)
            assert offered == {"key": action.key, "enabled": True, "reason": None}
        else:
            assert (reply.status, reply.codes) == (409, [f"{key}.wrong_state"])
            assert owner.get(path).body["version"] == 1
            assert offered["enabled"] is False
            assert offered["reason"]


@editable
def test_versions_and_keys_are_asked_for(owner, made, key):
    path, change = catalogue.get(key).path, dict([CHANGES[key]])
    assert owner.patch(f"{path}/{made['id']}", change).codes == ["version.missing"]
    assert owner._send("POST", path, SAMPLES[key](2)).codes == ["idempotency.missing"]
    ((field, theirs),) = change.items()
    owner.patch(f"{path}/{made['id']}", change, version=1)
    mine = 3 if field == "number" else "mine"
    late = owner.patch(f"{path}/{made['id']}", {field: mine}, version=1)
    assert (late.status, late.codes) == (409, ["version.conflict"])
    assert (late.body["errors"][0]["ours"], late.body["errors"][0]["theirs"]) == ({field: mine}, {field: theirs})


@every
def test_the_same_key_acts_once(owner, key):
    path = catalogue.get(key).path
    first = owner.post(path, SAMPLES[key](7), key="k-1")
    again = owner.post(path, SAMPLES[key](7), key="k-1")
    assert (first.status, again.status, again.body["id"]) == (201, 201, first.body["id"])
    other = owner.post(path, SAMPLES[key](8), key="k-1")
    assert (other.status, other.codes) == (422, ["idempotency.reused"])


@every
def test_what_is_not_known_is_refused_with_what_is(onlooker, key):
    path = catalogue.get(key).path
    for query in ("filter[nope][eq]=1", "sort=nope", "fields=nope", "filter[state][like]=a", "nope=1", "limit=9999"):
        reply = onlooker.get(f"{path}?{query}")
        assert (reply.status, reply.codes) == (400, ["query.unknown"]), query
        assert reply.body["errors"][0]["hint"]
    assert onlooker.post(path, {**SAMPLES[key](9), "nope": 1}).codes == ["field.unknown"]


@every
def test_what_a_new_record_continues_can_be_typed(key):
    assert set(catalogue.get(key).continued) <= set(catalogue.get(key).writable)


@every
def test_every_way_to_sum_a_list_up_counts_what_the_list_counts(owner, made, key):
    document = catalogue.get(key)
    offered = owner.get(f"meta/documents/{key}").body["pivot"]
    assert offered["dimensions"], "every kind of record has a state at least"
    count = owner.get(f"{document.path}?count=1").body["count"]
    for dimension in offered["dimensions"]:
        reply = owner.get(f"{document.path}/pivot?rows={dimension['key']}")
        assert (reply.status, reply.body["total"]) == (200, str(count)), (dimension, reply.body)
        place, cells = reply.body["rows"]["keys"][0], reply.body["cells"][0]
        words = "&".join(f"{name}={value}" for name, value in (place["filters"] or {}).items())
        if words:
            assert str(owner.get(f"{document.path}?count=1&{words}").body["count"]) == cells[0], dimension
    for measure in offered["measures"]:
        reply = owner.get(f"{document.path}/pivot?rows=state&measure={measure['key']}")
        if reply.status != 200:
            assert reply.codes == ["pivot.currencies"]


@every
def test_statements_do_not_grow_with_the_rows(owner, key, statements):
    document = catalogue.get(key)
    for number in range(20, 24):
        owner.made(document.path, SAMPLES[key](number))
    with statements() as few:
        owner.get(f"{document.path}?limit=20")
    with statements() as many:
        owner.get(f"{document.path}?limit=50")
    assert len(many) == len(few) <= 6
    body = SAMPLES[key](30)
    with statements(at_most=25):  # 20 for a command, 3 for who the user is and may do, 2 for what the answer shows
        owner.made(document.path, body)


@every
def test_what_is_exported_comes_back_unchanged(owner, made, key):
    path = catalogue.get(key).path
    for format in ("csv", "xlsx"):
        out = owner.get(f"{path}/export?format={format}&filter[id][eq]={made['id']}")
        back = owner.upload(f"{path}/import", f"x.{format}", out.body, dry_run="0", mode="upsert")
        if catalogue.get(key).import_key:
            assert (back.body["errors"], back.body["saved"], back.body["unchanged"]) == ([], True, 1), format
        else:  # without a key of its own, what is there already is refused
            assert (back.status, back.codes) in (
                (409, ["rate.duplicate"]),
                (409, ["credit.duplicate"]),
                (409, ["valuation.duplicate"]),
            )


@every
def test_the_template_explains_itself_and_takes_what_it_asks_for(onlooker, key):
    path = catalogue.get(key).path
    template = onlooker.get(f"{path}/import-template?format=xlsx")
    assert (template.status, template.body[:4]) == (200, b"PK\x03\x04")
    assert onlooker.get(f"{path}/import-template?format=csv").body.startswith("﻿".encode())


@every
def test_a_preview_computes_and_saves_nothing(owner, world, key):
    path = catalogue.get(key).path
    before = RegistryRow.objects.filter(group=world.group).count()
    reply = owner.post(f"{path}/preview", SAMPLES[key](5))
    assert (reply.status, reply.body["errors"]) == (200, [])
    assert reply.body["record"]["id"] is None
    empty = owner.post(f"{path}/preview", {})
    assert (empty.status, bool(empty.body["errors"])) == (200, True)
    assert RegistryRow.objects.filter(group=world.group).count() == before


@every
def test_screens_get_everything_in_both_languages(onlooker, key):
    onlooker.language = "en"
    english = onlooker.get(f"meta/documents/{key}").body
    onlooker.language = "zh-Hans"
    chinese = onlooker.get(f"meta/documents/{key}").body
    assert english["label"] != chinese["label"]
    placed = [f for s in english["sections"] for f in s["fields"]]
    assert sorted(placed) == sorted(english["fields"])
    assert set(english["columns"]) <= {*english["fields"], "state", "number"}


@pytest.mark.parametrize("key", [key for key in KEYS if catalogue.get(key).prints])
def test_papers_mark_drafts_in_both_languages_and_strangers_get_none(owner, key):
    document = catalogue.get(key)
    ids = [owner.made(document.path, SAMPLES[key](number))["id"] for number in (50, 51)]
    stranger = with_basics(new_world("Other")).person("owner")
    for one in document.prints:
        path = f"{document.path}/{ids[0]}/print/{one.key}"
        refused = stranger.get(path)
        assert (refused.status, refused.codes) == (404, ["record.not_found"])
        for language, mark in (("zh-hans", "草稿"), ("en", "Draft")):
            reply = owner.get(f"{path}?language={language}")
            if reply.status == 409:
                assert reply.codes == ["print.no_entry"]
                continue
            assert all(any(mark in line for line in page) for page in pages(reply.body)), (one.key, language)
            both = owner.get(f"{document.path}/print/{one.key}?ids={ids[0]},{ids[1]}&language={language}")
            assert len(pages(both.body)) == 2 * len(pages(reply.body))
