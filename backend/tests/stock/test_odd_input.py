"""Transfers beyond the company, documents of ten thousand lines, and an hour that is lived twice."""

from __future__ import annotations

import pytest

from jingwei.platform.models import Company
from jingwei.stock.models import Move
from jingwei.warehouse.models import Adjustment, Transfer
from tests.stock.stories import at, body, done, with_stock
from tests.support.rules import check_invariants


@pytest.fixture
def stock(world):
    return with_stock(world)


def test_goods_are_not_transferred_to_a_place_of_another_company(stock):
    owner = stock.person("owner")
    sister = stock.create("platform.company", {"code": "T2", "name_en": "Sister Ltd", "name_zh": "姐妹公司"})[0].pk
    owner.company = sister
    owner.made("masterdata/warehouses", {"code": "W2", "name_en": "Second"})
    far = owner.made("masterdata/locations", {"code": "Z-01", "name_en": "Far", "kind": "stock", "warehouse": "W2"})
    owner.company = stock.company_id
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "2.00")))
    move = {"moved_at": at("2026-01-06"), "from_location": "A-01", "lines": [{"item": "BOLT", "quantity": "4"}]}
    for place in (far["id"], "Z-01"):
        refused = owner.post("warehouse/transfers", {**move, "to_location": place})
        assert (refused.status, refused.codes) == (422, ["reference.unknown"])
        assert refused.body["errors"][0]["field"] == "to_location"
    assert Transfer.objects.filter(group=stock.group).count() == 0
    check_invariants(stock)


def test_a_receipt_of_ten_thousand_lines_is_posted_and_one_of_none_refused(stock):
    keeper = stock.person("keeper")
    nothing = keeper.post("warehouse/other-ins", body(at("2026-01-05")))
    assert (nothing.status, nothing.codes) == (422, ["doc.no_lines"])
    made = keeper.made("warehouse/other-ins", body(at("2026-01-05"), *[("BOLT", 1, "2.00")] * 10_000))
    reply = keeper.post(f"warehouse/other-ins/{made['id']}/post", version=made["version"])
    assert (reply.status, reply.body["state"]) == (200, "posted")
    assert Adjustment.objects.filter(group=stock.group).count() == 1
    assert Move.objects.filter(group=stock.group).count() == 10_000
    check_invariants(stock)


def test_a_lot_that_grows_too_long_when_it_is_folded_is_refused_by_name(stock):
    stock.create(
        "masterdata.item", {"code": "GLUE", "name_en": "Glue", "category": "RM", "unit": "PCS", "tracking": "lot"}
    )
    keeper = stock.person("keeper")
    given = body(at("2026-01-05"), ("GLUE", 1, "2.00"))
    given["lines"][0]["lot"] = "ß" * 31  # folded, each is two
    made = keeper.made("warehouse/other-ins", given)
    reply = keeper.post(f"warehouse/other-ins/{made['id']}/post", version=made["version"])
    assert (reply.status, reply.codes) == (422, ["text.length"])
    assert not Move.objects.filter(group=stock.group).exists()


def test_an_hour_lived_twice_is_told_apart_and_days_are_those_of_the_company(stock):
    Company.objects.filter(pk=stock.company_id).update(time_zone="America/New_York")
    # At 2 in the morning of 1 November 2026 New York's clocks go back to 1.
    second, first = "2026-11-01T01:30:00-05:00", "2026-11-01T01:30:00-04:00"
    done(stock, "other-in", body(second, ("BOLT", 5, "3.00")))
    done(stock, "other-in", body(first, ("BOLT", 10, "2.00")))
    done(stock, "other-in", body("2026-11-01T03:59:00+00:00", ("BOLT", 1, "1.00")))
    keeper = stock.person("keeper")
    early = keeper.post("warehouse/other-outs", body("2026-11-01T01:45:00-04:00", ("BOLT", 12)))
    posted = keeper.post(f"warehouse/other-outs/{early.body['id']}/post", version=early.body["version"])
    assert (posted.status, posted.codes) == (
        409,
        ["stock.negative_past"],
    )  # 11 are there before the second half past one
    moves = Move.objects.filter(group=stock.group).order_by("effective_at").values_list("quantity", "effective_on")
    assert [(int(quantity), f"{day}") for quantity, day in moves] == [
        (1, "2026-10-31"),
        (10, "2026-11-01"),
        (5, "2026-11-01"),
    ]
    without_offset = keeper.post("warehouse/other-ins", body("2026-11-01T01:30:00", ("BOLT", 1, "1.00")))
    assert (without_offset.status, without_offset.codes) == (422, ["date.invalid"])
    check_invariants(stock)
