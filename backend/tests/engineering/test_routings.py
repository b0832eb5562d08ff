"""Routings and work centres: what an active one needs, and the hours of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jingwei.engineering import routings
from jingwei.engineering.models import Operation, Routing, WorkCentre
from jingwei.engineering.work_centres import hours_a_day, hours_on
from jingwei.masterdata.models import Item
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from tests.engineering.stories import routing, with_workshop
from tests.support.rules import check_invariants
from tests.support.world import new_world, with_basics


@pytest.fixture
def shop():
    return with_workshop(with_basics(new_world()))


@pytest.fixture
def engineer(shop):
    return shop.person("engineer")


def test_a_draft_may_be_without_work_centres_an_active_routing_not(shop, engineer):
    made = engineer.made("engineering/routings", routing("FRAME", (10, "WELD"), (20, None), (30, "IDLE")))
    path = f"engineering/routings/{made['id']}"
    refused = engineer.post(f"{path}/activate", version=1)
    assert (refused.status, refused.codes) == (409, ["routing.no_capacity", "routing.no_capacity"])
    assert [(e["field"], e["message"]) for e in refused.body["errors"]] == [
        ("operations.1.work_centre", "Operation 20 has no work centre."),
        ("operations.2.work_centre", "Operation 30: work centre IDLE has no capacity."),
    ]
    assert engineer.get(path).body["state"] == "draft"
    steps = [{"id": line["id"], "sequence": line["sequence"], "work_centre": "WELD"} for line in made["operations"]]
    assert engineer.patch(path, {"operations": steps}, version=1).status == 200
    assert engineer.post(f"{path}/activate", version=2).body["state"] == "active"
    emptied = [{**step, "work_centre": None} for step in steps]
    refused = engineer.patch(path, {"operations": emptied}, version=3)
    assert (refused.status, set(refused.codes)) == (409, {"routing.no_capacity"})
    check_invariants(shop)


@pytest.mark.parametrize(
    "change", [{"resources": 0}, {"hours_per_day": "0"}, {"efficiency": "0"}, {"working_days": ""}]
)
def test_a_work_centre_may_lose_its_capacity_and_then_nothing_is_activated_there(shop, engineer, change):
    made = engineer.made("engineering/routings", routing("FRAME", (10, "WELD")))
    centre = WorkCentre.objects.get(group=shop.group, code="WELD")
    assert engineer.patch(f"engineering/work-centres/{centre.pk}", change, version=1).status == 200
    refused = engineer.post(f"engineering/routings/{made['id']}/activate", version=1)
    assert (refused.status, refused.codes) == (409, ["routing.no_capacity"])
    assert Routing.objects.get(pk=made["id"]).state == "draft"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (routing("FRAME"), "doc.no_lines"),
        (routing("FRAME", (10, None), (10, None)), "routing.sequence.duplicate"),
        (routing("FRAME", (10, None, {"name_en": ""})), "name.missing"),
        (routing("FRAME", (0, None)), "number.range"),
        (routing("FRAME", (10, None, {"hours_run": "-1"})), "number.range"),
        (routing("TUBE", (10, None)), "item.not_made"),
    ],
)
def test_a_routing_that_is_not_sound_is_refused(shop, engineer, body, code):
    refused = engineer.post("engineering/routings", body)
    assert (refused.status, refused.codes) == (422, [code])
    assert not Routing.objects.filter(group=shop.group).exists()


def test_operations_stand_in_the_order_of_their_numbers(shop, engineer):
    made = engineer.made("engineering/routings", routing("FRAME", (30, "WELD"), (10, "WELD"), (20, "WELD")))
    assert [(o["line"], o["sequence"]) for o in made["operations"]] == [(1, 10), (2, 20), (3, 30)]
    first, second, third = (o["id"] for o in made["operations"])
    swapped = [{"id": first, "sequence": 20}, {"id": second, "sequence": 10}, {"id": third, "sequence": 30}]
    changed = engineer.patch(f"engineering/routings/{made['id']}", {"operations": swapped}, version=1)
    assert (changed.status, [o["id"] for o in changed.body["operations"]]) == (200, [second, first, third])
    stored = Operation.objects.filter(routing=made["id"]).order_by("line").values_list("id", "sequence")
    assert list(stored) == [(second, 10), (first, 20), (third, 30)]


def test_the_operations_of_a_day(shop, statements):
    made = shop.create(
        "engineering.routing",
        routing("FRAME", (10, "WELD"), (20, "WELD"), valid_to="2026-01-31"),
        routing("FRAME", (10, "WELD"), valid_from="2026-02-01"),
        routing("BIKE", (10, None)),
    )
    perform("engineering.routing", [r.pk for r in made[:2]], "activate", actor=shop.actor)
    items = {code: Item.objects.get(group=shop.group, code=code).pk for code in ("FRAME", "BIKE")}
    days = (date(2026, 1, 31), date(2026, 2, 1))
    wants = [(items["FRAME"], days[0]), (items["FRAME"], days[1]), (items["BIKE"], days[0])]

    def ask(command):
        with statements(at_most=3):
            return routings.operations(command, shop.company_id, wants)

    found = run(shop.actor, ask)
    assert [[o.sequence for o in operations] for operations in found] == [[10, 20], [10], []]
    assert {o.work_centre.code for operations in found for o in operations} == {"WELD"}


def test_hours_of_a_day(shop):
    centre = WorkCentre.objects.get(group=shop.group, code="WELD")
    assert hours_a_day(centre) == Decimal("14.4")
    assert [hours_on(centre, date(2026, 3, day)) for day in (6, 7, 8, 9)] == [Decimal("14.4"), 0, 0, Decimal("14.4")]
    assert hours_a_day(WorkCentre.objects.get(group=shop.group, code="IDLE")) == 0


@pytest.mark.parametrize("days", ["8", "0", "21", "11", "1,2", "Mon"])
def test_working_days_are_digits_in_their_order(shop, engineer, days):
    refused = engineer.post("engineering/work-centres", {"code": "X", "name_en": "X", "working_days": days})
    assert (refused.status, refused.codes) == (422, ["work-centre.days"])
