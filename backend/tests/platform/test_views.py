"""Saved views: kept for oneself, shared by those who may, opened first by whoever wants, never seen by others."""

from __future__ import annotations

import pytest

from jingwei.platform.models import DefaultView, Role, SavedView

PLACE = "masterdata.item"
CONTENT = {"query": "filter[state][eq]=active&sort=-code", "columns": ["code", "name", "state"]}


@pytest.fixture
def steward(world):
    return world.person("steward")


def kept(person, name="Active ones", **more):
    reply = person.post("views", {"place": PLACE, "name": name, "content": CONTENT, **more})
    assert reply.status == 201, reply.body
    return reply.body


def shown(person, place=PLACE):
    reply = person.get(f"views?place={place}")
    assert reply.status == 200, reply.body
    return [view["name"] for view in reply.body["rows"]], reply.body["default"]


def test_a_view_is_kept_changed_opened_first_and_deleted(world, steward):
    view = kept(steward)
    assert (view["content"], view["shared"], view["may_change"]) == (CONTENT, "", True)
    assert shown(steward) == (["Active ones"], None)
    assert steward.patch("views/default", {"place": PLACE, "view": view["id"]}).status == 204
    assert shown(steward) == (["Active ones"], view["id"])
    new = {"query": "view=pivot&rows=category", "columns": None}
    changed = steward.patch(f"views/{view['id']}", {"name": "By category", "content": new}).body
    assert (changed["name"], changed["content"]) == ("By category", new)
    assert shown(steward, "masterdata.unit") == ([], None)
    assert steward.delete(f"views/{view['id']}").status == 204
    assert shown(steward) == ([], None)
    assert not SavedView.objects.filter(group=world.group).exists()
    assert not DefaultView.objects.filter(group=world.group).exists()


def test_the_default_goes_back_to_what_is_declared(steward):
    view = kept(steward)
    steward.patch("views/default", {"place": PLACE, "view": view["id"]})
    assert steward.patch("views/default", {"place": PLACE, "view": None}).status == 204
    assert shown(steward) == (["Active ones"], None)


def test_nobody_else_sees_it_until_it_is_shared(world, steward):
    clerk, buyer = world.person("clerk"), world.person("buyer")
    view = kept(steward)
    assert shown(clerk) == ([], None)
    role = Role.objects.get(group=world.group, key="clerk").pk
    assert steward.patch(f"views/{view['id']}", {"shared": "role", "role": role}).body["shared_with"] == "Sales clerk"
    assert (shown(clerk)[0], shown(buyer)[0]) == (["Active ones"], [])
    assert steward.patch(f"views/{view['id']}", {"shared": "company"}).body["shared_with"] == "Test Ltd"
    assert (shown(clerk)[0], shown(buyer)[0]) == (["Active ones"], ["Active ones"])
    assert clerk.patch("views/default", {"place": PLACE, "view": view["id"]}).status == 204
    assert steward.patch(f"views/{view['id']}", {"shared": ""}).body["shared"] == ""
    assert shown(clerk) == ([], None), "a default that is shared no longer is none"


def test_who_may_not_share_or_change_does_not(world, steward):
    clerk, controller = world.person("clerk"), world.person("controller")
    mine = kept(clerk)
    before = SavedView.objects.get(pk=mine["id"]).changed_at
    refused = clerk.patch(f"views/{mine['id']}", {"shared": "company"})
    assert (refused.status, refused.codes) == (403, ["permission.denied"])
    assert clerk.get(f"views?place={PLACE}").body["roles"] == []
    assert steward.patch(f"views/{mine['id']}", {"name": "Theirs"}).status == 404
    assert SavedView.objects.get(pk=mine["id"]).changed_at == before
    ours = kept(steward)
    steward.patch(f"views/{ours['id']}", {"shared": "company"})
    assert [v["may_change"] for v in clerk.get(f"views?place={PLACE}").body["rows"]] == [True, False]
    for refused in (clerk.patch(f"views/{ours['id']}", {"name": "Mine"}), clerk.delete(f"views/{ours['id']}")):
        assert (refused.status, refused.codes) == (403, ["permission.denied"])
    assert controller.patch(f"views/{ours['id']}", {"name": "Ours"}).body["name"] == "Ours"


def test_names_places_and_numbers_are_checked(world, steward, monkeypatch):
    kept(steward)
    again = steward.post("views", {"place": PLACE, "name": " Active ones ", "content": CONTENT})
    assert (again.status, again.codes) == (422, ["view.name"])
    other = kept(steward, "Other")
    assert steward.patch(f"views/{other['id']}", {"name": "Active ones"}).codes == ["view.name"]
    empty = steward.post("views", {"place": PLACE, "name": " ", "content": CONTENT})
    assert empty.codes == ["field.required"]
    unknown = steward.post("views", {"place": "masterdata.nothing", "name": "x", "content": CONTENT})
    assert (unknown.status, unknown.body["code"]) == (404, "record.not_found")
    Role.objects.create(group=world.group, key="units", name_en="Units", permissions=["masterdata.unit.*"])
    assert world.person("units").get(f"views?place={PLACE}").status == 404
    monkeypatch.setattr("jingwei.platform.views.MOST", 2)
    full = steward.post("views", {"place": PLACE, "name": "Third", "content": CONTENT})
    assert full.codes == ["view.too_many"]
    assert shown(steward)[0] == ["Active ones", "Other"]


def test_the_same_request_keeps_one_view(steward):
    body = {"place": PLACE, "name": "Once", "content": CONTENT}
    first, second = (steward.post("views", body, key="k-1") for _time in range(2))
    assert (first.body["id"], shown(steward)[0]) == (second.body["id"], ["Once"])


def test_another_group_reaches_nothing(world, steward):
    from tests.support.world import new_world

    view = kept(steward)
    steward.patch(f"views/{view['id']}", {"shared": "company"})
    stranger = new_world("Other").person("owner")
    assert shown(stranger) == ([], None)
    assert stranger.patch(f"views/{view['id']}", {"name": "x"}).status == 404
    assert stranger.patch("views/default", {"place": PLACE, "view": view["id"]}).status == 404
