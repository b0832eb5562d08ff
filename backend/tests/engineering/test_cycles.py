"""No item contains itself: directly, through others, by a change of an active bill, or by two people at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from jingwei.engineering.models import BillLine, BillOfMaterials
from jingwei.masterdata.models import Item
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from jingwei.platform.documents.schema import parse, schemas
from jingwei.platform.documents.write import update
from jingwei.platform.errors import Refusal
from tests.engineering.stories import active, bill, with_workshop
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


@pytest.fixture
def shop():
    return with_workshop(with_basics(new_world()))


def chain(shop, *codes):
    """A of B, B of C, … by active bills; the last is made of TUBE."""
    return active(shop, *(bill(one, (other, 1)) for one, other in zip(codes, [*codes[1:], "TUBE"], strict=True)))


def test_four_levels_lead_back(shop):
    bills = chain(shop, "A", "B", "C", "D")
    engineer = shop.person("engineer")
    path = f"engineering/boms/{bills[3].pk}"
    body = {"lines": [{"component": "TUBE", "quantity": "1"}, {"component": "A", "quantity": "1"}]}
    for refused in (engineer.patch(path, body, version=2), engineer.post("engineering/boms", bill("D", ("A", 1)))):
        assert (refused.status, refused.codes) == (409, ["bom.cycle"])
        assert refused.body["errors"][0]["message"] == "D would contain itself: D → A → B → C → D."
    assert engineer.patch(path, body, version=2).body["errors"][0]["field"] == "lines.1.component"
    bills[3].refresh_from_db()
    assert (bills[3].version, BillLine.objects.filter(bill=bills[3]).count()) == (2, 1)
    check_invariants(shop)


def test_drafts_bind_nobody_until_they_are_activated(shop):
    one, other = shop.create("engineering.bom", bill("A", ("B", 1)), bill("C", ("A", 1)))
    (back,) = shop.create("engineering.bom", bill("B", ("C", 1)))
    perform("engineering.bom", [one.pk, other.pk], "activate", actor=shop.actor)
    with pytest.raises(Refusal) as refused:
        perform("engineering.bom", [back.pk], "activate", actor=shop.actor)
    assert [p.code for p in refused.value.problems] == ["bom.cycle"]
    assert str(refused.value.problems[0].message) == "B would contain itself: B → C → A → B."
    assert BillOfMaterials.objects.get(pk=back.pk).state == "draft"
    perform("engineering.bom", [one.pk], "deactivate", actor=shop.actor)
    perform("engineering.bom", [back.pk], "activate", actor=shop.actor)
    with pytest.raises(Refusal):
        perform("engineering.bom", [one.pk], "reactivate", actor=shop.actor)
    check_invariants(shop)


def test_a_set_that_leads_back_within_itself_is_refused_whole(shop):
    made = [shop.create("engineering.bom", body)[0] for body in (bill("A", ("B", 1)), bill("B", ("A", 1)))]
    with pytest.raises(Refusal) as refused:
        perform("engineering.bom", [b.pk for b in made], "activate", actor=shop.actor)
    assert str(refused.value.problems[0].message) == "A would contain itself: A → B → A."
    assert set(BillOfMaterials.objects.filter(group=shop.group).values_list("state", flat=True)) == {"draft"}


def test_what_is_used_twice_is_no_circle(shop):
    active(shop, bill("A", ("B", 1), ("C", 1), ("TUBE", 1)), bill("B", ("C", 1), ("D", 1)), bill("C", ("D", 1)))
    check_invariants(shop)


def test_one_company_does_not_lead_back_through_another(shop):
    chain(shop, "A", "B")
    (second,) = shop.create("platform.company", {"code": "T2", "name_en": "Second"})
    active(replace(shop, company_id=second.pk), bill("B", ("A", 1)))
    check_invariants(shop)


def test_the_database_refuses_what_comes_past_the_rules(shop):
    bills = chain(shop, "A", "B", "C")
    a = Item.objects.get(group=shop.group, code="A")
    (draft,) = shop.create("engineering.bom", bill("D", ("TUBE", 1)))
    with pytest.raises(IntegrityError, match="would contain itself"), transaction.atomic():
        BillLine.objects.filter(bill=bills[2]).update(component=a)
    with pytest.raises(IntegrityError, match="would contain itself"), transaction.atomic():
        BillLine.objects.create(group=shop.group, bill=bills[2], line=2, component=a, quantity=1)
    BillLine.objects.filter(bill=draft).update(component=a)
    BillLine.objects.filter(bill=bills[2]).update(component=Item.objects.get(group=shop.group, code="D"))
    with pytest.raises(IntegrityError, match="would contain itself"), transaction.atomic():
        BillOfMaterials.objects.filter(pk=draft.pk).update(state="active")
    check_invariants(shop)


# two people at once


def outcome(work):
    try:
        work()
    except Refusal as refusal:
        return refusal.problems[0]
    return None


def test_of_two_activations_that_together_lead_back_one_is_refused_with_the_path(own_database):
    shop = with_workshop(with_basics(new_world()))
    chain(shop, "B", "C")
    made = [shop.create("engineering.bom", body)[0] for body in (bill("A", ("B", 1)), bill("D", ("A", 1)))]
    made += shop.create("engineering.bom", bill("C", ("D", 1), valid_from="2027-01-01"))
    BillOfMaterials.objects.filter(group=shop.group, item__code="C", state="active").update(valid_to="2026-12-31")
    perform("engineering.bom", [made[0].pk], "activate", actor=shop.actor)
    ids = [made[1].pk, made[2].pk]

    found = in_threads(2, lambda n: outcome(lambda: perform("engineering.bom", [ids[n]], "activate", actor=shop.actor)))
    assert sorted(p.code for p in found if p) == ["bom.cycle"]
    assert len(next(str(p.message) for p in found if p).split(" → ")) == 5
    states = list(BillOfMaterials.objects.filter(pk__in=ids).order_by("state").values_list("state", flat=True))
    assert states == ["active", "draft"]


def test_of_two_changes_of_active_bills_that_together_lead_back_one_is_refused(own_database):
    shop = with_workshop(with_basics(new_world()))
    one, other = active(shop, bill("A", ("TUBE", 1)), bill("B", ("TUBE", 1)))
    change = schemas(catalogue.get("engineering.bom")).change

    def work(n):
        id, component = ((one.pk, "B"), (other.pk, "A"))[n]
        body = parse(change, {"lines": [{"component": component, "quantity": "1"}]})
        return outcome(lambda: run(shop.actor, lambda c: update(c, "engineering.bom", [(id, 2, body)])))

    found = [problem for problem in in_threads(2, work) if problem]
    assert [p.code for p in found] == ["bom.cycle"]
    assert str(found[0].message) in ("A would contain itself: A → B → A.", "B would contain itself: B → A → B.")
    components = sorted(BillLine.objects.filter(group=shop.group).values_list("component__code", flat=True))
    assert components in (["A", "TUBE"], ["B", "TUBE"])
    check_invariants(shop)
