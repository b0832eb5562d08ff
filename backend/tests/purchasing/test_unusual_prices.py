"""Prices far from the last one: a box typed as a piece is seen while it is typed, and taken only with a reason."""

from __future__ import annotations

import pytest

from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.purchasing.models import PurchaseOrder
from jingwei.stock.models import Move, PlannedMove
from tests.purchasing.figures import in_dollars, worth
from tests.purchasing.stories import confirmed, order, receipt, received, with_services
from tests.sales import stories as sales
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants


@pytest.fixture
def boxes(firm):
    """Rivets, in boxes of twelve; the last box was 24.00."""
    unit = {"unit": "BOX", "numerator": 12}
    firm.create(
        "masterdata.item", {"code": "RIVET", "name_en": "Rivet", "category": "RM", "unit": "PCS", "units": [unit]}
    )
    confirmed(firm, order(("RIVET", 10, "24", {"unit": "BOX"})))
    return firm


def refusal(firm, key, document, action="confirm"):
    with pytest.raises(Refusal) as refused:
        perform(key, [document.pk], action, actor=firm.actor)
    return refused.value.problems


def test_a_box_received_as_a_piece_is_asked_about_while_typing_and_on_confirming(boxes):
    buyer = boxes.person("buyer")
    last = PurchaseOrder.objects.get(group=boxes.group)
    typed = order(("BOLT", 1, "5"), ("RIVET", 100, "24"))
    shown = buyer.post("purchasing/orders/preview", typed).body
    (warning,) = shown["warnings"]
    assert shown["errors"] == []
    figures = ("code", "line", "field", "price", "last_price", "factor", "tolerance")
    found = ("price.deviates", 2, "lines.1.price", "24", "2", "12", "3")
    assert tuple(warning[n] for n in figures) == found
    assert warning["message"] == f"RIVET on line 2: 24 per Piece, last 2 ({last.number}): 12 times as much."
    assert "Up to 3 times" in warning["hint"] and "Reason for unusual prices" in warning["hint"]
    made = buyer.made("purchasing/orders", typed)
    path = f"purchasing/orders/{made['id']}"
    expected = PlannedMove.objects.filter(group=boxes.group).count()
    refused = buyer.post(f"{path}/confirm", version=1)
    assert (refused.status, refused.codes) == (422, ["price.deviates"])
    problem = refused.body["errors"][0]
    assert tuple(problem[n] for n in figures) == found
    assert [d["number"] for d in problem["documents"]] == [last.number]
    stored = buyer.get(path).body
    assert (stored["state"], stored["version"]) == ("draft", 1)
    assert PlannedMove.objects.filter(group=boxes.group).count() == expected
    chinese = boxes.person("buyer", language="zh-Hans").post(f"{path}/confirm", version=1)
    assert f"上次 2（{last.number}），为上次的 12 倍" in chinese.body["errors"][0]["message"]
    with_reason = {"price_reason": "plated by hand"}
    assert buyer.post("purchasing/orders/preview", {**typed, **with_reason}).body["warnings"] == []
    buyer.patch(path, with_reason, version=1)
    assert buyer.post(f"{path}/confirm", version=2).body["state"] == "confirmed"
    check_invariants(boxes)


@pytest.mark.parametrize(
    ("quantity", "price", "more", "factor"),
    [
        (100, "6", {}, None),  # three times is taken as it is
        (100, "6.01", {}, "3"),
        (3, "8", {"unit": "BOX"}, None),
        (3, "7.99", {"unit": "BOX"}, "3"),
        (10, "2", {"unit": "BOX"}, "12"),  # pieces priced, boxes ordered
        (100, "24", {"discount_rate": "75"}, None),
        (100, "24", {"amount_given": "200"}, None),
        (100, "2", {"amount_given": "2400"}, "12"),
    ],
)
def test_the_tolerance_is_of_what_a_stock_unit_costs_without_tax(boxes, quantity, price, more, factor):
    (made,) = boxes.create("purchasing.order", order(("RIVET", quantity, price, more)))
    if factor is None:
        perform("purchasing.order", [made.pk], "confirm", actor=boxes.actor)
    else:
        (found,) = refusal(boxes, "purchasing.order", made)
        assert (found.code, found.extra["factor"]) == ("price.deviates", factor)


def test_tax_and_currency_do_not_make_a_price_unusual(boxes):
    in_dollars(boxes, ("2026-01-01", "7"))
    taxed = order(("RIVET", 100, "6.78", {"tax_rate": "13"}), is_tax_inclusive=True)  # 6.00 without tax
    dollars = order(("RIVET", 100, "0.80"), currency="USD")  # 5.60
    confirmed(boxes, taxed, dollars)
    dear = order(("RIVET", 100, "2.41"), currency="USD")  # 16.87 against 5.60
    (warning,) = boxes.person("buyer").post("purchasing/orders/preview", dear).body["warnings"]
    assert (warning["price"], warning["last_price"], warning["factor"]) == ("16.87", "5.6", "3")
    (made,) = boxes.create("purchasing.order", dear)
    (found,) = refusal(boxes, "purchasing.order", made)
    assert found.extra["price"] == "16.87"
    check_invariants(boxes)


def test_the_last_price_is_of_a_confirmed_order_that_cost_something_else_the_average_of_the_stock(boxes):
    with_services(boxes)
    done(boxes, "opening", body(at("2026-01-01"), ("BOLT", 10, "1.00")))
    confirmed(boxes, order(("RIVET", 1, "0"), price_reason="sample"))
    _draft, off = boxes.create("purchasing.order", *(order(("RIVET", 1, "70")) for _ in range(2)))
    perform("purchasing.order", [off.pk], "cancel", actor=boxes.actor)
    (made,) = boxes.create("purchasing.order", order(("RIVET", 1, "70"), ("BOLT", 1, "3.01"), ("NUT", 1, "99")))
    rivet, bolt = refusal(boxes, "purchasing.order", made)
    assert (rivet.extra["last_price"], bolt.extra["last_price"], bolt.documents) == ("2", "1", ())
    assert "average of the stock" in str(bolt.message)
    # Services cost what they cost, and another company's prices are its own.
    confirmed(boxes, order(("FREIGHT", 1, "10")))
    confirmed(boxes, order(("FREIGHT", 1, "900")))
    check_invariants(boxes)


def test_prices_of_a_hundred_lines_cost_the_statements_of_one(boxes, statements):
    few, many = boxes.create(
        "purchasing.order",
        order(("RIVET", 1, "2.00"), ("BOLT", 1, "5")),
        order(*((item, 1, "2.00") for item in ("RIVET", "BOLT") * 50)),
    )
    with statements() as of_one:
        perform("purchasing.order", [few.pk], "confirm", actor=boxes.actor)
    with statements() as of_many:
        perform("purchasing.order", [many.pk], "confirm", actor=boxes.actor)
    assert len(of_many) <= len(of_one)
    one, hundred = boxes.create(
        "purchasing.order", order(("RIVET", 1, "70")), order(*(("RIVET", 1, "70") for _ in range(100)))
    )
    with statements() as one_refused:
        assert len(refusal(boxes, "purchasing.order", one)) == 1
    with statements() as all_refused:
        assert len(refusal(boxes, "purchasing.order", hundred)) == 100
    assert len(all_refused) <= len(one_refused)


def test_goods_that_come_in_by_themselves_at_a_cost_far_from_the_stock_s_are_asked_about(boxes):
    keeper = boxes.person("keeper")
    (bought,) = PurchaseOrder.objects.filter(group=boxes.group)
    received(boxes, receipt((bought, 1, 10)))  # 120 at 2.00
    found = body(at("2026-01-09"), ("BOLT", 4, "9"), ("RIVET", 100, "24"))
    (warning,) = keeper.post("warehouse/other-ins/preview", found).body["warnings"]
    assert (warning["code"], warning["line"], warning["last_price"], warning["factor"]) == (
        "price.deviates",
        2,
        "2",
        "12",
    )
    made = keeper.made("warehouse/other-ins", found)
    path = f"warehouse/other-ins/{made['id']}"
    refused = keeper.post(f"{path}/post", version=1)
    assert (refused.status, refused.codes) == (422, ["price.deviates"])
    assert refused.body["errors"][0]["message"] == (
        "RIVET on line 2: 24 per Piece, last 2 (average of the stock): 12 times as much."
    )
    assert (keeper.get(path).body["state"], Move.objects.filter(document_id=made["id"]).count()) == ("draft", 0)
    assert worth(boxes, "RIVET") == 240
    keeper.patch(path, {"price_reason": "gilded"}, version=1)
    assert keeper.post(f"{path}/post", version=2).body["state"] == "posted"
    assert worth(boxes, "RIVET") == 2640
    # What goes out leaves at the average, whatever is typed.
    out = keeper.post("warehouse/other-outs/preview", body(at("2026-01-10"), ("RIVET", 1, "900"))).body
    assert (out["errors"], out["warnings"]) == ([], [])
    check_invariants(boxes)


def test_a_customer_is_not_sold_a_box_at_the_price_of_a_piece_unasked(boxes):
    boxes.create("masterdata.party", {"code": "C9", "name_en": "Shop", "is_customer": True})
    clerk = boxes.person("clerk")
    (first,) = sales.confirmed(boxes, sales.order(("RIVET", 100, "5"), customer="C9"))
    wrong = sales.order(("RIVET", 2, "5", {"unit": "BOX"}), customer="C9")
    (warning,) = clerk.post("sales/orders/preview", wrong).body["warnings"]
    assert (warning["code"], warning["last_price"], warning["factor"]) == ("price.deviates", "5", "12")
    made = clerk.made("sales/orders", wrong)
    path = f"sales/orders/{made['id']}"
    refused = clerk.post(f"{path}/confirm", version=1)
    assert (refused.status, refused.codes) == (422, ["price.deviates"])
    assert refused.body["errors"][0]["message"] == (
        f"RIVET on line 1: 0.41666667 per Piece, last 5 ({first.number}): 1/12 as much."
    )
    assert clerk.get(path).body["state"] == "draft"
    clerk.patch(path, {"price_reason": "clearance"}, version=1)
    assert clerk.post(f"{path}/confirm", version=2).body["state"] == "confirmed"
    # A price of zero is a gift, and says nothing about the next one.
    sales.confirmed(boxes, sales.order(("RIVET", 1, "0"), customer="C9"))
    check_invariants(boxes)
