"""Bills of materials: what is refused, when they hold, what they need, level by level."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import IntegrityError, transaction

from jingwei.engineering import exploding
from jingwei.engineering.models import BillLine, BillOfMaterials
from jingwei.masterdata.models import Item
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from tests.engineering.stories import a_bicycle, active, bill, with_workshop
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics

JANUARY, MARCH = date(2026, 1, 15), date(2026, 3, 1)


@pytest.fixture
def shop():
    return with_workshop(with_basics(new_world()))


@pytest.fixture
def engineer(shop):
    return shop.person("engineer")


def item(shop, code):
    return Item.objects.get(group=shop.group, code=code).pk


def explode(shop, *wants):
    """What wants, given as (item, quantity, day), take: (component, quantity, operation, backflushed)."""
    asked = [(item(shop, code), Decimal(quantity), on) for code, quantity, on in wants]
    found = run(shop.actor, lambda command: exploding.components(command, shop.company_id, asked))
    return [[(n.component.code, str(n.quantity), n.operation, n.is_backflushed) for n in needs] for needs in found]


# what is refused


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (bill("BIKE", ("FRAME", 1), quantity="0"), 422, "qty.not_positive", "quantity"),
        (bill("BIKE", ("FRAME", 0)), 422, "qty.not_positive", "lines.0.quantity"),
        (bill("BIKE", ("FRAME", 1), ("WHEEL", -1)), 422, "qty.not_positive", "lines.1.quantity"),
        (bill("BIKE", ("FRAME", 1, {"scrap_rate": "100"})), 422, "bom.scrap", "lines.0.scrap_rate"),
        (bill("BIKE", ("FRAME", 1, {"scrap_rate": "-1"})), 422, "number.range", "lines.0.scrap_rate"),
        (bill("BIKE"), 422, "doc.no_lines", "lines"),
        (bill("BIKE", ("FRAME", 1, {"unit": "KG"})), 422, "unit.no_conversion", "lines.0.unit"),
        (bill("BIKE", ("FRAME", 1), unit="BOX"), 422, "unit.no_conversion", "unit"),
        (bill("BIKE", ("HELP", 1)), 422, "item.not_stocked", "lines.0.component"),
        (bill("TUBE", ("BOLT", 1)), 422, "item.not_made", "item"),
        (bill("BIKE", ("NONE", 1)), 422, "reference.unknown", "lines.0.component"),
        (bill("BIKE", ("FRAME", 1), valid_from="2026-02-01", valid_to="2026-01-31"), 422, "date.order", "valid_to"),
        (
            bill("BIKE", ("FRAME", 1, {"valid_from": "2026-02-01", "valid_to": "2026-01-31"})),
            422,
            "date.order",
            "lines.0.valid_to",
        ),
        (bill("BIKE", ("BIKE", 1)), 409, "bom.cycle", "lines.0.component"),
    ],
)
def test_a_bill_that_is_not_sound_is_refused_by_name(shop, engineer, body, status, code, field):
    refused = engineer.post("engineering/boms", body)
    assert (refused.status, refused.codes, refused.body["errors"][0]["field"]) == (status, [code], field)
    assert engineer.post("engineering/boms/preview", body).codes == [code]
    assert not BillOfMaterials.objects.filter(group=shop.group).exists()


def test_the_database_refuses_the_same(shop):
    (made,) = shop.create("engineering.bom", bill("BIKE", ("FRAME", 1)))
    for model, fields in (
        (BillOfMaterials, {"quantity": 0}),
        (BillOfMaterials, {"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}),
        (BillLine, {"quantity": 0}),
        (BillLine, {"scrap_rate": 100}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(group=shop.group).update(**fields)
    made.refresh_from_db()
    assert (made.quantity, made.valid_to) == (1, None)


def test_only_engineers_write_bills(shop):
    (made,) = active(shop, bill("BIKE", ("FRAME", 1)))
    planner = shop.person("planner")
    refused = [
        planner.post("engineering/boms", bill("FRAME", ("TUBE", 1))),
        planner.patch(f"engineering/boms/{made.pk}", {"note": "mine"}, version=2),
        planner.post(f"engineering/boms/{made.pk}/deactivate", version=2),
    ]
    assert [r.status for r in refused] == [403, 403, 403]
    made.refresh_from_db()
    assert (made.state, made.version, made.note) == ("active", 2, "")
    assert planner.get(f"engineering/boms/{made.pk}").status == 200
    assert planner.made("engineering/work-centres", {"code": "MILL", "name_en": "Mill"})["state"] == "active"


# when they hold


def test_one_bill_is_active_on_any_day_and_the_next_follows_it(shop, engineer):
    (first,) = active(shop, bill("BIKE", ("FRAME", 1), ("BOLT", 2, {"unit": "BOX", "scrap_rate": "1"}), revision="A"))
    (draft,) = engineer.post("engineering/boms/convert/revise", {"ids": [first.pk]}).body["drafts"]
    second = engineer.made("engineering/boms", {**draft, "revision": "B", "valid_from": "2026-03-01"})
    found = [(x["component"]["number"], x["quantity"], x["unit"]["number"], x["scrap_rate"]) for x in second["lines"]]
    assert found == [("FRAME", "1", "PCS", "0"), ("BOLT", "2", "BOX", "1")]
    path = f"engineering/boms/{second['id']}"
    refused = engineer.post(f"{path}/activate", version=1)
    assert (refused.status, refused.codes) == (409, ["bom.overlap"])
    error = refused.body["errors"][0]
    assert error["message"] == f"Bill of materials {first.number} of BIKE is active for some of these days."
    assert [d["id"] for d in error["documents"]] == [first.pk]

    ended = engineer.patch(f"engineering/boms/{first.pk}", {"valid_to": "2026-02-28"}, version=2)
    assert ended.status == 200
    assert engineer.post(f"{path}/activate", version=1).body["state"] == "active"
    late = engineer.patch(f"engineering/boms/{first.pk}", {"valid_to": "2026-03-01"}, version=3)
    assert (late.status, late.codes) == (409, ["bom.overlap"])
    check_invariants(shop)


def test_two_who_activate_at_once_are_told_by_the_database(own_database):
    shop = with_workshop(with_basics(new_world()))
    made = [shop.create("engineering.bom", bill("BIKE", (component, 1)))[0] for component in ("FRAME", "WHEEL")]

    def work(n):
        try:
            perform("engineering.bom", [made[n].pk], "activate", actor=shop.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return None

    assert sorted(in_threads(2, work), key=str) == [None, "bom.overlap"]
    check_invariants(shop)


def test_another_revision_needs_a_name_of_its_own(shop, engineer):
    active(shop, bill("BIKE", ("FRAME", 1), revision="A"))
    refused = engineer.post("engineering/boms", bill("BIKE", ("FRAME", 2), revision="A"))
    assert (refused.status, refused.codes) == (409, ["bom.revision.duplicate"])


def test_an_active_bill_is_corrected_but_keeps_its_item(shop, engineer):
    (made,) = active(shop, bill("BIKE", ("FRAME", 1)))
    path = f"engineering/boms/{made.pk}"
    refused = engineer.patch(path, {"item": "WHEEL"}, version=2)
    assert (refused.status, refused.codes) == (409, ["revision.item_fixed"])
    corrected = engineer.patch(path, {"lines": [{"component": "FRAME", "quantity": "3"}]}, version=2)
    assert (corrected.status, corrected.body["version"]) == (200, 3)
    assert explode(shop, ("BIKE", 2, JANUARY)) == [[("FRAME", "6", None, False)]]
    engineer.post(f"{path}/deactivate", version=3)
    assert explode(shop, ("BIKE", 2, JANUARY)) == [[]]
    assert engineer.patch(path, {"note": "x"}, version=4).codes == ["doc.posted"]
    assert engineer.post(f"{path}/reactivate", version=4).body["state"] == "active"
    check_invariants(shop)


# what they need


def test_one_level_is_exact_until_it_is_rounded_up_once(shop):
    a_bicycle(shop)
    wants = [("BIKE", 10, JANUARY), ("WHEEL", 3, JANUARY), ("WHEEL", 3, MARCH), ("FRAME", 3, MARCH), ("TUBE", 9, MARCH)]
    assert explode(shop, *wants) == [
        [
            ("FRAME", "10", None, False),
            ("WHEEL", "20", None, False),
            ("PAINT", "0.223", None, False),  # 10 × 0.020 / 0.9 = 0.2222…
            ("BOLT", "9", 20, True),  # 10 × 0.1 box of 9: exactly 9, not 10
        ],
        [("RIM", "3", None, False), ("SPOKE", "109", None, False)],  # 3 × 36.1 = 108.3
        [("RIM", "3", None, False), ("SPOKE", "98", None, False)],  # 3 × 32.5 = 97.5
        [("TUBE", "22", None, False)],  # 3 × 7 / 0.98 = 21.43
        [],
    ]


def test_lines_and_bills_hold_on_their_first_and_their_last_day(shop):
    active(shop, bill("BIKE", ("FRAME", 1), valid_from="2026-02-01", valid_to="2026-02-28"))
    active(shop, bill("BIKE", ("WHEEL", 1), valid_from="2026-03-01"))
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1), date(2036, 1, 1)]
    found = explode(shop, *(("BIKE", 1, day) for day in days))
    assert [[need[0] for need in needs] for needs in found] == [[], ["FRAME"], ["FRAME"], ["WHEEL"], ["WHEEL"]]


def test_another_company_has_bills_of_its_own(shop):
    a_bicycle(shop)
    (other,) = shop.create("platform.company", {"code": "T2", "name_en": "Second"})
    asked = [(item(shop, "BIKE"), Decimal(1), JANUARY)]
    assert run(shop.actor, lambda command: exploding.components(command, other.pk, asked)) == [[]]
    elsewhere = shop.actor.in_company(other.pk)
    assert elsewhere.company_id == other.pk
    assert list(exploding.where_used(shop.group.pk, other.pk, item(shop, "RIM"), JANUARY)) == []


def test_statements_do_not_grow_with_wants_or_levels(shop, statements):
    a_bicycle(shop)
    with statements() as one:
        explode(shop, ("BIKE", 1, JANUARY))
    with statements() as many:
        explode(shop, *(("BIKE", n, JANUARY) for n in range(1, 30)), ("WHEEL", 1, MARCH))
    assert len(many) - len(one) == 29, "only the story's own look-ups of items by code"
    bike, spoke = item(shop, "BIKE"), item(shop, "SPOKE")
    with statements(at_most=6):
        assert len(list(exploding.tree(shop.group.pk, shop.company_id, (bike, Decimal(1), JANUARY)))) == 7
    with statements(at_most=6):
        assert len(list(exploding.where_used(shop.group.pk, shop.company_id, spoke, JANUARY))) == 2


def test_all_levels_down(shop):
    a_bicycle(shop)
    planner = shop.person("planner")
    reply = planner.get(f"reports/engineering.bill-tree?item={item(shop, 'BIKE')}&quantity=4&on=2026-01-15").body
    assert [
        (r["values"]["level"], r["values"]["component"]["number"], r["values"]["quantity"], r["values"]["unit"])
        for r in reply["rows"]
    ] == [
        (1, "FRAME", "4", "Piece"),
        (2, "TUBE", "29", "Piece"),  # 4 × 7 / 0.98 = 28.57
        (1, "WHEEL", "8", "Piece"),
        (2, "RIM", "8", "Piece"),
        (2, "SPOKE", "289", "Piece"),  # 8 × 36.1 = 288.8
        (1, "PAINT", "0.089", "Kilogram"),  # 4 × 0.02 / 0.9 = 0.0889
        (1, "BOLT", "4", "Piece"),  # 4 × 0.9 = 3.6
    ]
    assert [r["level"] for r in reply["rows"]] == [0, 1, 0, 1, 1, 0, 0]
    empty = planner.get(f"reports/engineering.bill-tree?item={item(shop, 'TUBE')}&on=2026-01-15").body
    assert (empty["rows"], len(empty["notes"])) == ([], 1)


def test_all_levels_up(shop):
    a_bicycle(shop)
    active(shop, bill("A", ("WHEEL", 1), ("SPOKE", 5)))
    shop.create("engineering.bom", bill("B", ("SPOKE", 1)))  # a draft binds nobody
    uses = exploding.where_used(shop.group.pk, shop.company_id, item(shop, "SPOKE"), JANUARY)
    assert [(u.level, u.item.code, u.quantity) for u in uses] == [
        (1, "WHEEL", Fraction(361, 10)),
        (2, "BIKE", Fraction(722, 10)),
        (2, "A", Fraction(361, 10)),
        (1, "A", Fraction(5)),
    ]
    reply = shop.person("planner").get(f"reports/engineering.where-used?item={item(shop, 'SPOKE')}&on=2026-03-01")
    found = [(r["values"]["item"]["number"], r["values"]["quantity"]) for r in reply.body["rows"]]
    assert found == [("WHEEL", "32.5"), ("BIKE", "65"), ("A", "32.5"), ("A", "5")]


# in and out of files


def test_a_bill_comes_by_file_with_its_components_by_code(shop, engineer):
    file = (
        "reference,item,quantity,valid_from,lines.component,lines.quantity,lines.unit,lines.scrap_rate,lines.valid_to\n"
        "OLD-1,WHEEL,10,2026-01-01,RIM,10,,,\n"
        "OLD-1,,,,SPOKE,361,,2.5,2026-02-28\n"
        "OLD-1,,,,PAINT,20,G,,\n"
        "OLD-2,FRAME,1,,TUBE,7,,,\n"
    )
    tried = engineer.upload("engineering/boms/import", "bills.csv", file.encode(), dry_run="1", mode="create")
    assert (tried.body["errors"], tried.body["created"]) == ([], 2)
    assert not BillOfMaterials.objects.filter(group=shop.group).exists()
    taken = engineer.upload("engineering/boms/import", "bills.csv", file.encode(), dry_run="0", mode="create")
    assert (taken.body["errors"], taken.body["created"]) == ([], 2)
    wheel = BillOfMaterials.objects.get(group=shop.group, reference="OLD-1")
    lines = BillLine.objects.filter(bill=wheel).order_by("line")
    found = lines.values_list("component__code", "quantity", "unit__code", "scrap_rate", "valid_to")
    assert [tuple(map(str, row)) for row in found] == [
        ("RIM", "10.000000", "PCS", "0E-8", "None"),
        ("SPOKE", "361.000000", "PCS", "2.50000000", "2026-02-28"),
        ("PAINT", "20.000000", "G", "0E-8", "None"),
    ]
    out = engineer.get("engineering/boms/export?format=csv")
    back = engineer.upload("engineering/boms/import", "bills.csv", out.body, dry_run="0", mode="upsert")
    assert (back.body["errors"], back.body["unchanged"]) == ([], 2)


def test_a_file_with_a_circle_is_refused_at_its_cell(shop, engineer):
    file = "reference,item,lines.component,lines.quantity\n1,A,B,1\n2,B,TUBE,1\n2,,C,1\n3,C,A,1\n"
    refused = engineer.upload("engineering/boms/import", "bills.csv", file.encode(), dry_run="0", mode="create")
    (error,) = refused.body["errors"]
    assert (error["code"], error["message"]) == ("bom.cycle", "A would contain itself: A → B → C → A.")
    assert not BillOfMaterials.objects.filter(group=shop.group).exists()
