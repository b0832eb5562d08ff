"""Production orders: filled, changed, released, cancelled; what components are short; what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.engineering.models import BillOfMaterials, WorkCentre
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.stock.models import PlannedMove
from tests.production.stories import (
    activated,
    completion,
    issue,
    order,
    posted,
    released,
    stocked,
    stored,
    supplied,
    with_works,
)
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants


def refused(work):
    with pytest.raises(Refusal) as caught:
        work()
    return [(p.code, p.status) for p in caught.value.problems]


def planned(world):
    rows = PlannedMove.objects.filter(group=world.group).exclude(quantity=0).order_by("document_id", "document_line")
    return [(p.item.code, p.quantity, str(p.due_on), p.location.code) for p in rows]


def needs(record):
    return [(c["item"]["number"], c["quantity_required"]) for c in record["components"]]


def test_a_draft_is_filled_and_follows_its_quantity(works):
    planner = works.person("planner")
    shown = planner.post("production/orders/preview", order(5)).body
    assert needs(shown["record"]) == [("FRAME", "5"), ("WHEEL", "10"), ("BOLT", "41")]
    made = planner.made("production/orders", order(5))
    path = f"production/orders/{made['id']}"
    more = planner.patch(path, {"quantity": "10"}, version=1).body
    # In proportion to what stands there: 41 bolts for 5 are 82 for 10.
    assert needs(more) == [("FRAME", "10"), ("WHEEL", "20"), ("BOLT", "82")]
    assert [o["hours_planned"] for o in more["operations"]] == ["6", "1"]
    own = [{"item": "FRAME", "quantity_required": "3"}]
    changed = planner.patch(path, {"components": own, "quantity": "4"}, version=2).body
    assert needs(changed) == [("FRAME", "3")]
    none = planner.patch(path, {"components": []}, version=3).body
    assert needs(none) == []
    other = planner.patch(path, {"item": "EBIKE"}, version=4).body
    assert (needs(other), other["operations"]) == ([("FRAME", "4")], [])
    own = planner.made("production/orders", order(5, components=[{"item": "WHEEL", "quantity_required": "7"}]))
    assert needs(own) == [("WHEEL", "7")]


def test_release_plans_what_is_needed_and_cancel_takes_it_back(works):
    (made,) = released(works)
    assert planned(works) == [
        ("BIKE", 10, "2026-01-20", "A-01"),
        ("FRAME", -10, "2026-01-12", "A-01"),
        ("WHEEL", -20, "2026-01-12", "A-01"),
        ("BOLT", -82, "2026-01-12", "A-01"),
    ]
    check_invariants(works)
    perform("production.order", [made.pk], "cancel", actor=works.actor)
    assert planned(works) == []
    check_invariants(works)


def test_what_was_done_stands_in_the_way_of_cancelling(works):
    (made,) = released(works)
    (given,) = posted(works, "issue", issue(made, (1, 2)))
    with pytest.raises(Refusal) as caught:
        perform("production.order", [made.pk], "cancel", actor=works.actor)
    (problem,) = caught.value.problems
    assert (problem.code, [d.number for d in problem.documents]) == ("doc.has_successors", [given.number])
    assert stored(works, made).state == "released"
    assert len(planned(works)) == 4


def test_orders_that_begin_earlier_take_first(works):
    planner = works.person("planner")
    stocked(works, ("FRAME", 8, "100"), ("WHEEL", 30, "40"))
    later, _sooner = released(works, order(10, start_on="2026-01-15"), order(5, start_on="2026-01-10"))
    shown = planner.get(f"production/orders/{later.pk}").body["components"]
    assert [(c["quantity_available"], c["quantity_short"]) for c in shown] == [("7", "3"), ("22", "0"), ("59", "23")]
    rows = planner.get("reports/production.shortages").body["rows"]
    found = [[x["values"][n] for n in ("order", "required", "available", "short")] for x in rows]
    assert found == [[later.number, "10", "7", "3"], [later.number, "82", "59", "23"]]
    every = planner.get("reports/production.shortages?short_only=false").body["rows"]
    assert len(every) == 6


def test_an_order_without_bill_or_capacity_is_not_released(world):
    works = with_works(world, routing=False)
    bare = {"components": [], "operations": []}
    (made,) = works.create("production.order", order(3, item="BIKE", start_on="2025-01-01", **bare))
    perform("production.order", [made.pk], "release", actor=works.actor)  # a routing is not needed
    works.create("masterdata.item", {"code": "TOY", "name_en": "Toy", "category": "FG", "unit": "PCS", "is_made": True})
    (toy,) = works.create("production.order", order(3, item="TOY"))
    assert refused(lambda: perform("production.order", [toy.pk], "release", actor=works.actor)) == [
        ("production.no_bill", 409)
    ]
    (toy,) = works.create("production.order", order(3, item="TOY", reason="from scrap"))
    perform("production.order", [toy.pk], "release", actor=works.actor)
    works.create("engineering.work-centre", {"code": "IDLE", "name_en": "Idle", "resources": 0})
    works.create("engineering.work-centre", {"code": "NODAYS", "name_en": "Without calendar", "working_days": ""})
    for step in ({}, *({"work_centre": code} for code in ("IDLE", "NODAYS"))):
        (made,) = works.create("production.order", order(2, operations=[{"sequence": 10, "name_en": "Weld", **step}]))
        assert refused(lambda of=made: perform("production.order", [of.pk], "release", actor=works.actor)) == [
            ("routing.no_capacity", 409)
        ]
        assert stored(works, made).state == "draft"
    check_invariants(works)


def test_the_planned_cost_is_that_of_the_day_of_release(works):
    (made,) = released(works)
    now = stored(works, made)
    assert (now.cost_planned, now.cost_labour, now.cost_overhead) == (
        Decimal("213.5"),
        Decimal(21),
        Decimal("8.4"),
    )
    WorkCentre.objects.filter(group=works.group).update(rate_labour=60)
    done(works, "other-out", body(at("2026-01-06"), ("WHEEL", 2)))  # none is left: the last receipt counts
    (again,) = released(works)
    assert stored(works, again).cost_planned == Decimal("234.5")


def test_what_never_came_is_planned_at_what_it_should_cost(works, statements):
    """Forks are bent of bolts and tubes in 2 hours and a quarter each; neither they nor the tubes were ever there."""
    made = {"category": "FG", "unit": "PCS", "is_made": True}
    works.create("masterdata.item", *({"code": c, "name_en": c.title(), **made} for c in ("FORK", "TUBE", "TRIKE")))
    activated(
        works,
        "bom",
        {"item": "TUBE", "lines": [{"component": "BOLT", "quantity": "3"}]},
        {"item": "FORK", "lines": [{"component": "BOLT", "quantity": "4"}, {"component": "TUBE", "quantity": "1"}]},
        {"item": "TRIKE", "lines": [{"component": "FORK", "quantity": "2"}, {"component": "FRAME", "quantity": "1"}]},
    )
    bend = {"sequence": 10, "name_en": "Bend", "work_centre": "ASM", "hours_setup": "2", "hours_run": "0.25"}
    activated(works, "routing", {"item": "FORK", "operations": [bend]})
    (trikes,) = released(works, order(2, item="TRIKE"))
    # Four forks: 28 bolts at 0.50 and 3 hours at 42.00 are 35.00 a fork; a frame is 100.00.
    assert stored(works, trikes).cost_planned == 170
    stocked(works, ("FORK", 1, "30"))
    (trikes,) = released(works, order(2, item="TRIKE"))
    assert stored(works, trikes).cost_planned == 160
    sent = []
    for many in (1, 3):
        drafts = works.create("production.order", *(order(n, item="FORK") for n in range(1, many + 1)))
        with statements() as found:
            perform("production.order", [d.pk for d in drafts], "release", actor=works.actor)
        sent.append(len(found))
    assert sent[0] == sent[1]


def test_a_draft_moved_to_another_day_follows_the_bill_and_routing_of_that_day(works):
    current = BillOfMaterials.objects.get(group=works.group, item__code="EBIKE")
    planner = works.person("planner")
    made = [planner.made("production/orders", order(2, item="EBIKE")) for _ in range(2)]
    perform("engineering.bom", [current.pk], "deactivate", actor=works.actor)
    rows = [{"component": "FRAME", "quantity": "1", "valid_to": "2026-01-31"}]
    rows.append({"component": "WHEEL", "quantity": "3", "valid_from": "2026-02-01"})
    activated(works, "bom", {"item": "EBIKE", "lines": rows})
    steps = [{"sequence": 10, "name_en": "Charge", "work_centre": "ASM", "hours_run": "1"}]
    activated(works, "routing", {"item": "EBIKE", "valid_from": "2026-02-01", "operations": steps})
    later = {"start_on": "2026-02-02", "due_on": "2026-02-09"}
    own = [{"item": "FRAME", "quantity_required": "5"}]
    path, other = (f"production/orders/{one['id']}" for one in made)
    planner.patch(other, {"components": own}, version=1)
    moved, kept = planner.patch(path, later, version=1).body, planner.patch(other, later, version=2).body
    assert (needs(moved), [o["hours_planned"] for o in moved["operations"]]) == ([("WHEEL", "6")], ["2"])
    assert (needs(kept), len(kept["operations"])) == ([("FRAME", "5")], 1)  # what was typed stays
    back = planner.patch(path, {"start_on": "2026-01-12", "quantity": "3"}, version=2).body
    assert (needs(back), back["operations"]) == ([("FRAME", "3")], [])
    same = planner.patch(path, {"start_on": "2026-01-14", "due_on": "2026-01-20"}, version=3).body
    assert [c["id"] for c in same["components"]] == [c["id"] for c in back["components"]]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"quantity": "0"}, "qty.not_positive", "quantity"),
        ({"quantity": "-5"}, "qty.not_positive", "quantity"),
        ({"quantity": "2.5"}, "qty.scale", "quantity"),
        ({"quantity": "2", "unit": "KG"}, "unit.no_conversion", "quantity"),
        ({"item": "FRAME"}, "item.not_made", "item"),
        ({"due_on": "2026-01-11"}, "date.order", "due_on"),
        ({"location": "WORK"}, "location.not_stock", "location"),
        ({"components_location": "CUST"}, "location.not_stock", "components_location"),
        ({"tolerance": "101"}, "number.range", "tolerance"),
        ({"components": [{"item": "BOLT", "quantity_required": "0.5"}]}, "qty.scale", "components.0.quantity_required"),
        (
            {"components": [{"item": "BOLT", "quantity_required": "-1"}]},
            "number.range",
            "components.0.quantity_required",
        ),
        (
            {"operations": [{"sequence": 10, "name_en": "A"}, {"sequence": 10, "name_en": "B"}]},
            "routing.sequence.duplicate",
            "operations.1.sequence",
        ),
    ],
)
def test_bad_orders_are_refused_by_field(works, change, code, field):
    planner = works.person("planner")
    reply = planner.post("production/orders", {**order(), **change})
    assert reply.status == 422, reply.body
    assert [(e["code"], e["field"]) for e in reply.body["errors"]] == [(code, field)]
    assert planner.get("production/orders").body["rows"] == []


def test_only_planners_make_orders_and_only_the_floor_completes(works):
    planner, lead, keeper = works.person("planner"), works.person("lead"), works.person("keeper")
    assert lead.post("production/orders", order()).codes == ["permission.denied"]
    made = supplied(works)
    assert planner.post("production/completions", completion(made, 1)).codes == ["permission.denied"]
    assert keeper.post("production/completions", completion(made, 1)).codes == ["permission.denied"]
    assert lead.post("production/issues", issue(made, (1, 1))).codes == ["permission.denied"]
    assert lead.post(f"production/orders/{made.pk}/close", {"posted_on": "2026-01-28"}, version=2).codes == [
        "permission.denied"
    ]


def test_one_bill_of_the_day_is_taken(works):
    dated = {"item": "EBIKE", "lines": [{"component": "WHEEL", "quantity": "3"}], "valid_from": "2026-02-01"}
    current = BillOfMaterials.objects.get(group=works.group, item__code="EBIKE")
    perform("engineering.bom", [current.pk], "deactivate", actor=works.actor)
    activated(works, "bom", dated)
    before, after = works.create(
        "production.order", order(2, item="EBIKE"), order(2, item="EBIKE", start_on="2026-02-01", due_on="2026-02-02")
    )
    assert [[(c.item.code, c.quantity_required) for c in o.components] for o in (before, after)] == [
        [],
        [("WHEEL", 6)],
    ]


def test_the_timeline_writes_numbers_as_people_do(works):
    (made,) = released(works)
    entry = works.person("planner").get(f"production/orders/{made.pk}/timeline").body["entries"][0]
    shown = {c["field"]: (c["old"], c["new"]) for c in entry["changes"]}
    assert shown == {"cost_planned": ("0", "213.5"), "cost_labour": ("0", "21"), "cost_overhead": ("0", "8.4")}
