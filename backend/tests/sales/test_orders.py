"""From order to delivery: what is promised, kept and free, what may go out, and what it does to the books."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from jingwei.books.models import Bookkeeping
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.sales.deliveries import Reversal
from jingwei.sales.models import Delivery, DeliveryLine, SalesOrder, SalesOrderLine
from jingwei.sales.queries import _Change, first_day
from jingwei.stock.models import Balance, Move, PlannedMove, Reservation
from tests.sales.stories import confirmed, delivered, delivery, entries, order, with_customers
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


@pytest.fixture
def firm(world):
    return with_customers(world)


def kept(world):
    """(order line, item, place, quantity) of what is reserved now."""
    rows = Reservation.objects.filter(group=world.group, state="open").order_by("document_id", "document_line", "id")
    return [(r.document_line, r.item.code, r.location.code, r.quantity) for r in rows]


def planned(world):
    rows = PlannedMove.objects.filter(group=world.group).order_by("document_id", "document_line")
    return [(p.item.code, p.quantity, str(p.due_on), p.location.code) for p in rows]


def counters(order):
    rows = SalesOrderLine.objects.filter(order=order).order_by("line")
    return [(x.quantity_delivered, x.quantity_returned, x.quantity_invoiced) for x in rows]


def test_a_clerk_takes_an_order_and_a_keeper_delivers_it(firm):
    clerk, keeper = firm.person("clerk"), firm.person("keeper")
    opening = len(entries(firm))
    made = clerk.made(
        "sales/orders", order(("BOLT", 60, "5", {"tax_rate": "13"}), ("NUT", 50, "1.20"), ("CARR", 1, "30"))
    )
    assert [made[n] for n in ("number", "amount_net", "amount_tax", "amount_gross")] == [
        "SO-2026-000001",
        "390",
        "39",
        "429",
    ]
    today = made["lines"][0]["available_on"]
    assert [(x["quantity_available"], x["available_on"]) for x in made["lines"]] == [
        ("100", today),
        ("40", None),
        (None, None),
    ]
    path = f"sales/orders/{made['id']}"
    assert keeper.post(f"{path}/confirm", version=1).status == 403
    taken = clerk.post(f"{path}/confirm", version=1).body["record"]
    assert [(x["quantity_reserved"], x["quantity_available"]) for x in taken["lines"]] == [
        ("60", "100"),
        ("40", "40"),
        (None, None),
    ]
    assert (clerk.post("sales/orders/convert/deliver", {"ids": [made["id"]]}).status) == 403
    drafts = keeper.post("sales/orders/convert/deliver", {"ids": [made["id"]]}).body["drafts"]
    assert [(x["order_line"], x["quantity"]) for x in drafts[0]["lines"]] == [(1, "60"), (2, "40"), (2, "10"), (3, "1")]
    part = {**drafts[0], "moved_at": at("2026-01-08"), "waybill": "SF-1"}
    part["lines"] = [{**drafts[0]["lines"][0], "quantity": "45"}, drafts[0]["lines"][1], drafts[0]["lines"][3]]
    goes = keeper.made("sales/deliveries", part)
    posted = keeper.post(f"sales/deliveries/{goes['id']}/post", version=1)
    assert (posted.status, posted.body["record"]["amount"]) == (200, "303")
    lines = posted.body["record"]["lines"]
    assert [(x["amount_net"], x["amount_tax"]) for x in lines] == [("225", "29.25"), ("48", "0"), ("30", "0")]
    assert entries(firm, skip=opening) == [("1406", 110, 0), ("140301", 0, 110)]
    now = clerk.get(path).body
    assert [(x["quantity_delivered"], x["quantity_reserved"]) for x in now["lines"]] == [
        ("45", "15"),
        ("40", "0"),
        ("1", None),
    ]
    assert (now["progress_delivered"], now["progress_invoiced"]) == ("77.69", "0")
    links = clerk.get(f"{path}/links").body["rows"]
    assert [(x["number"], x["relation"]) for x in links] == [("SD-2026-000001", "target")]
    assert planned(firm) == [("BOLT", -15, "2026-01-05", "A-01"), ("NUT", -10, "2026-01-05", "A-01")]
    check_invariants(firm)


def test_what_is_promised_and_kept_ends_with_the_order(firm):
    first, second = confirmed(
        firm,
        order(("BOLT", 70, "5", {"requested_on": "2026-02-01"}), ("HELP", 2, "50")),
        order(("BOLT", 70, "5"), customer="C2"),
    )
    assert kept(firm) == [(1, "BOLT", "A-01", 70), (1, "BOLT", "A-01", 30)]
    assert planned(firm) == [("BOLT", -70, "2026-02-01", "A-01"), ("BOLT", -70, "2026-01-05", "A-01")]
    perform("sales.order", [first.pk], "unreserve", actor=firm.actor)
    assert kept(firm) == [(1, "BOLT", "A-01", 30)]
    perform("sales.order", [second.pk], "reserve", actor=firm.actor)
    assert kept(firm) == [(1, "BOLT", "A-01", 70)]
    perform("sales.order", [first.pk], "reserve", actor=firm.actor)
    assert kept(firm) == [(1, "BOLT", "A-01", 30), (1, "BOLT", "A-01", 70)]
    check_invariants(firm)
    perform("sales.order", [first.pk], "reopen", actor=firm.actor)
    assert (kept(firm), len(planned(firm))) == ([(1, "BOLT", "A-01", 70)], 1)
    perform("sales.order", [second.pk], "cancel", actor=firm.actor)
    assert (kept(firm), planned(firm)) == ([], [])
    assert sum(b.reserved for b in Balance.objects.filter(group=firm.group)) == 0
    check_invariants(firm)


def test_an_order_that_was_kept_for_once_and_is_a_draft_again_is_deleted(firm):
    (sold,) = confirmed(firm, order(("BOLT", 10, "3")))
    perform("sales.order", [sold.pk], "reopen", actor=firm.actor)
    owner = firm.person("owner")
    assert owner.delete(f"sales/orders/{sold.pk}", version=3).status == 204
    assert not Reservation.objects.filter(group=firm.group).exists()
    assert not PlannedMove.objects.filter(group=firm.group).exists()
    check_invariants(firm)


def test_closing_short_lets_go_of_what_is_kept_and_keeps_what_went_out(firm):
    (sold,) = confirmed(firm, order(("BOLT", 60, "5")))
    delivered(firm, delivery((sold, 1, 20)))
    perform("sales.order", [sold.pk], "close", actor=firm.actor)
    assert (kept(firm), planned(firm), counters(sold)) == ([], [], [(20, 0, 0)])
    check_invariants(firm)


def test_goods_are_kept_where_they_lie_and_the_lot_that_comes_first(firm):
    firm.create(
        "masterdata.item", {"code": "GLUE", "name_en": "Glue", "category": "RM", "unit": "PCS", "tracking": "lot"}
    )
    for place, lot, quantity in (("A-02", "L1", 5), ("A-01", "L2", 4)):
        lines = [{"item": "GLUE", "location": place, "quantity": str(quantity), "price": "1", "lot": lot}]
        done(firm, "other-in", {"moved_at": at("2026-01-02"), "reason": "test", "lines": lines})
    (anywhere,) = confirmed(firm, order(("GLUE", 7, "3")))
    assert kept(firm) == [(1, "GLUE", "A-01", 4), (1, "GLUE", "A-02", 3)]
    confirmed(firm, order(("GLUE", 7, "3"), location="A-01"))
    assert kept(firm)[2:] == []
    keeper = firm.person("keeper")
    (draft,) = keeper.post("sales/orders/convert/deliver", {"ids": [anywhere.pk]}).body["drafts"]
    assert [(x["quantity"], x["lot"]) for x in draft["lines"]] == [("4", "L2"), ("3", "L1")]
    goes = keeper.made("sales/deliveries", {**draft, "moved_at": at("2026-01-09")})
    assert keeper.post(f"sales/deliveries/{goes['id']}/post", version=1).status == 200
    assert kept(firm) == []
    assert Balance.objects.get(group=firm.group, item__code="GLUE", on_hand__gt=0).on_hand == 2
    check_invariants(firm)


def test_goods_taken_from_another_place_free_what_was_kept_too_much(firm):
    done(firm, "other-in", body(at("2026-01-02"), ("BOLT", 50, "2.00"), place="A-02"))
    (sold,) = confirmed(firm, order(("BOLT", 60, "5")))
    assert kept(firm) == [(1, "BOLT", "A-01", 60)]
    delivered(firm, delivery((sold, 1, 40, {"location": "A-02"})))
    assert kept(firm) == [(1, "BOLT", "A-01", 20)]
    delivered(firm, delivery((sold, 1, 10)))
    assert kept(firm) == [(1, "BOLT", "A-01", 10)]
    check_invariants(firm)


def test_boxes_are_kept_and_promised_in_pieces(firm):
    firm.create(
        "masterdata.item",
        {"code": "N9", "name_en": "Nine", "category": "RM", "unit": "PCS", "units": [{"unit": "BOX", "numerator": 9}]},
    )
    done(firm, "other-in", body(at("2026-01-02"), ("N9", 13, "1.00")))
    (sold,) = confirmed(firm, order(("N9", 3, "18", {"unit": "BOX"})))
    assert (kept(firm), planned(firm)) == (
        [(1, "N9", "A-01", 13)],
        [("N9", -27, "2026-01-05", "A-01")],
    )
    (draft,) = firm.person("keeper").post("sales/orders/convert/deliver", {"ids": [sold.pk]}).body["drafts"]
    assert [x["quantity"] for x in draft["lines"]] == ["1", "2"]
    delivered(firm, delivery((sold, 1, 1)))
    assert (kept(firm), planned(firm)[0][1]) == ([(1, "N9", "A-01", 4)], -18)
    check_invariants(firm)


def test_deliveries_in_parts_add_up_to_the_order_to_the_cent(firm):
    (sold,) = confirmed(firm, order(("BOLT", 3, "33.33333333", {"tax_rate": "13"})))
    assert (sold.amount_net, sold.amount_tax) == (Decimal("100.00"), Decimal("13.00"))
    for _ in range(3):
        delivered(firm, delivery((sold, 1, 1)))
    parts = DeliveryLine.objects.filter(order=sold).order_by("id").values_list("amount_net", "amount_tax")
    assert list(parts) == [
        (Decimal("33.33"), Decimal("4.33")),
        (Decimal("33.34"), Decimal("4.34")),
        (Decimal("33.33"), Decimal("4.33")),
    ]
    assert SalesOrder.objects.get(pk=sold.pk).progress_delivered == 100
    check_invariants(firm)


def test_more_than_ordered_is_refused_exactly(firm):
    firm.create("masterdata.item", {"code": "OIL", "name_en": "Oil", "category": "RM", "unit": "KG"})
    (sold,) = confirmed(firm, order(("OIL", 100, "1")))
    with pytest.raises(Refusal) as over:
        delivered(firm, delivery((sold, 1, "100.002")))
    found = over.value.problems[0]
    assert (found.code, found.status) == ("delivery.over", 409)
    assert "0.002 more than the 100 still open of 100" in str(found.message)
    with pytest.raises(Refusal) as twice:
        delivered(firm, delivery((sold, 1, 60), (sold, 1, 60)))
    assert twice.value.problems[0].code == "delivery.over"
    assert counters(sold) == [(0, 0, 0)]
    check_invariants(firm)


def test_what_is_kept_for_another_is_not_shipped(firm):
    firm.create("masterdata.item", {"code": "PIN", "name_en": "Pin", "category": "RM", "unit": "PCS"})
    done(firm, "other-in", body(at("2026-01-02"), ("PIN", 10, "1.00")))
    first, second = confirmed(firm, order(("PIN", 3, "5")), order(("PIN", 10, "5"), customer="C2"))
    perform("sales.order", [second.pk], "unreserve", actor=firm.actor)
    keeper = firm.person("keeper")
    goes = keeper.made("sales/deliveries", {**delivery((second, 1, 10), customer="C2")})
    reply = keeper.post(f"sales/deliveries/{goes['id']}/post", version=1)
    assert (reply.status, reply.codes) == (409, ["stock.short"])
    assert f"7 available of 10 at A-01 (3 reserved for {first.number})" in reply.body["errors"][0]["message"]
    assert [d["number"] for d in reply.body["errors"][0]["documents"]] == [first.number]
    assert (counters(second), planned(firm)[1][1]) == ([(0, 0, 0)], -10)
    check_invariants(firm)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "0"}, "qty.not_positive"),
        ({"quantity": "-5"}, "qty.not_positive"),
        ({"quantity": "2.5"}, "qty.scale"),
        ({"unit": "KG"}, "unit.no_conversion"),
        ({"price": "-1"}, "number.range"),
        ({"discount_rate": "101"}, "number.range"),
        ({"tax_rate": "1900"}, "number.range"),
        ({"item": "NOPE"}, "reference.unknown"),
        ({"item": "WASTE"}, "item.not_sold"),
        ({"requested_on": "2026-01-01"}, "date.order"),
    ],
)
def test_bad_order_lines_are_named(firm, change, code):
    body = order(("BOLT", 5, "1"))
    body["lines"][0] |= change
    for language in ("en", "zh-Hans"):
        clerk = firm.person("clerk", language=language)
        reply = clerk.post("sales/orders", body)
        assert (reply.status, reply.codes) == (422, [code])
    assert SalesOrder.objects.filter(group=firm.group).count() == 0


def test_orders_are_refused_to_the_wrong_party_and_with_dates_out_of_order(firm):
    clerk = firm.person("clerk")
    assert clerk.post("sales/orders", order(("BOLT", 1, "1"), customer="S1")).codes == ["party.not_customer"]
    early = clerk.post("sales/orders", order(("BOLT", 1, "1"), requested_on="2026-01-01"))
    assert early.codes == ["date.order"]
    assert clerk.post("sales/orders", order(("BOLT", 1, "1"), location="CUST")).codes == ["location.not_stock"]
    assert clerk.post("sales/orders", order()).codes == ["doc.no_lines"]
    assert clerk.post("sales/orders", order(("BOLT", 1, "1"), rate="7")).codes == ["rate.own_currency"]
    assert clerk.post("sales/orders", order(("BOLT", 1, "1"), currency="USD", rate="0")).codes == ["rate.not_positive"]


@pytest.mark.parametrize(
    ("line", "header", "code", "status"),
    [
        ({"quantity": "0"}, {}, "qty.not_positive", 422),
        ({"quantity": "-5"}, {}, "qty.not_positive", 422),
        ({"quantity": "2.5"}, {}, "qty.scale", 422),
        ({"order_line": 9}, {}, "order_line.unknown", 422),
        ({"location": "OTHER"}, {}, "location.not_stock", 422),
        ({"order_line": 2, "location": "A-01"}, {}, "location.unwanted", 422),
        ({"lot": "L1"}, {}, "lot.unwanted", 422),
        ({}, {"customer": "C2"}, "order.customer", 422),
        ({}, {"moved_at": at("2026-01-03")}, "date.order", 422),
    ],
)
def test_bad_deliveries_are_named(firm, line, header, code, status):
    (sold,) = confirmed(firm, order(("BOLT", 10, "1"), ("HELP", 1, "1")))
    body = {**delivery((sold, 1, 1)), **header}
    body["lines"][0] |= line
    reply = firm.person("keeper").post("sales/deliveries", body)
    assert (reply.status, reply.codes) == (status, [code])
    assert Delivery.objects.filter(group=firm.group).count() == 0


def test_a_customer_or_item_out_of_use_is_not_sold_to(firm):
    (typed,) = firm.create("sales.order", order(("BOLT", 1, "1")))
    customer, item = typed.customer_id, SalesOrderLine.objects.get(order=typed).item_id
    perform("masterdata.party", [customer], "deactivate", actor=firm.actor)
    perform("masterdata.item", [item], "deactivate", actor=firm.actor)
    with pytest.raises(Refusal) as refused:
        perform("sales.order", [typed.pk], "confirm", actor=firm.actor)
    assert [(p.code, p.status) for p in refused.value.problems] == [("party.blocked", 409), ("item.blocked", 409)]
    assert firm.person("clerk").post("sales/orders", order(("NUT", 1, "1"))).codes == ["party.blocked"]
    assert (kept(firm), planned(firm)) == ([], [])


def test_without_a_place_for_customers_nothing_goes_out(firm):
    (sold,) = confirmed(firm, order(("BOLT", 1, "1")))
    from jingwei.masterdata.models import Location

    place = Location.objects.get(group=firm.group, code="CUST")
    perform("masterdata.location", [place.pk], "deactivate", actor=firm.actor)
    with pytest.raises(Refusal) as missing:
        delivered(firm, delivery((sold, 1, 1)))
    assert (missing.value.problems[0].code, missing.value.status) == ("location.missing", 409)
    assert counters(sold) == [(0, 0, 0)]


def test_reversal_gives_back_goods_value_counters_and_the_promise(firm):
    (sold,) = confirmed(firm, order(("BOLT", 10, "5"), ("HELP", 1, "80")))
    opening = len(entries(firm))
    (goes,) = delivered(firm, delivery((sold, 1, 10), (sold, 2, 1)))
    with pytest.raises(Refusal) as blocked:
        perform("sales.order", [sold.pk], "cancel", actor=firm.actor)
    found = blocked.value.problems[0]
    assert (found.code, [d.number for d in found.documents]) == ("doc.has_successors", [goes.number])
    with pytest.raises(Refusal) as early:
        perform("sales.delivery", [goes.pk], "reverse", Reversal(moved_at=at("2026-01-07")), actor=firm.actor)
    assert early.value.problems[0].code == "date.order"
    perform("sales.delivery", [goes.pk], "reverse", Reversal(moved_at=at("2026-01-09")), actor=firm.actor)
    assert entries(firm, skip=opening) == [
        ("1406", 20, 0),
        ("140301", 0, 20),
        ("1406", -20, 0),
        ("140301", 0, -20),
    ]
    assert (counters(sold), planned(firm)[0][:2]) == ([(0, 0, 0), (0, 0, 0)], ("BOLT", -10))
    assert SalesOrder.objects.get(pk=sold.pk).progress_delivered == 0
    assert Balance.objects.get(group=firm.group, item__code="BOLT", location__code="A-01").on_hand == 100
    check_invariants(firm)
    perform("sales.order", [sold.pk], "cancel", actor=firm.actor)
    with pytest.raises(Refusal) as closed:
        firm.create("sales.delivery", delivery((sold, 1, 1)))
    assert closed.value.problems[0].code == "order.not_confirmed"


def test_a_delivery_typed_before_the_order_was_closed_is_not_posted_after(firm):
    (sold,) = confirmed(firm, order(("BOLT", 10, "1")))
    (typed,) = firm.create("sales.delivery", delivery((sold, 1, 10)))
    perform("sales.order", [sold.pk], "close", actor=firm.actor)
    with pytest.raises(Refusal) as refused:
        perform("sales.delivery", [typed.pk], "post", actor=firm.actor)
    assert refused.value.problems[0].code == "order.not_confirmed"
    assert Move.objects.filter(group=firm.group, document=typed.pk).count() == 0
    check_invariants(firm)


def test_an_order_in_dollars_takes_the_rate_of_its_day_or_is_refused(firm):
    (sold,) = firm.create("sales.order", order(("BOLT", 10, "1.00"), currency="USD"))
    with pytest.raises(Refusal) as missing:
        perform("sales.order", [sold.pk], "confirm", actor=firm.actor)
    assert "CNY/USD for 2026-01-05" in str(missing.value.problems[0].message)
    rate = {"from_currency": "USD", "to_currency": "CNY", "valid_from": "2026-01-01", "rate": "7.2134"}
    firm.create("masterdata.exchange-rate", rate)
    perform("sales.order", [sold.pk], "confirm", actor=firm.actor)
    assert delivered(firm, delivery((sold, 1, 10)))[0].amount == Decimal("72.13")
    check_invariants(firm)


def test_where_revenue_is_recognised_on_delivery_it_is_posted_with_the_goods(firm):
    Bookkeeping.objects.filter(group=firm.group).update(revenue_on="delivery")
    (sold,) = confirmed(firm, order(("BOLT", 10, "5", {"tax_rate": "13"}), ("CARR", 1, "30", {"tax_rate": "9"})))
    opening = len(entries(firm))
    (goes,) = delivered(firm, delivery((sold, 1, 10), (sold, 2, 1)))
    assert goes.is_revenue_recognised
    assert entries(firm, skip=opening) == [
        ("540201", 20, 0),
        ("140301", 0, 20),
        ("112202", Decimal("89.20"), 0),
        ("505101", 0, 50),
        ("500101", 0, 30),
        ("222106", 0, Decimal("9.20")),
    ]
    perform("sales.delivery", [goes.pk], "reverse", Reversal(moved_at=at("2026-01-09")), actor=firm.actor)
    red = [(account, -debit, -credit) for account, debit, credit in entries(firm, skip=opening)[6:]]
    assert sorted(red) == sorted(entries(firm, skip=opening)[:6])
    check_invariants(firm)


TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("level", "changes", "quantity", "expected"),
    [
        (5, [], 5, 0),
        (5, [], 6, None),
        (5, [(4, -3), (6, 10)], 5, 6),
        (5, [(4, -3), (6, 10)], 2, 0),
        (5, [(4, -3), (6, 10)], 12, 6),
        (5, [(4, -3), (6, 10)], 13, None),
        (0, [(-4, 7)], 7, 0),  # overdue: expected today
        (9, [(3, -9), (5, 9)], 1, 5),  # what is promised meanwhile is not sold twice
    ],
)
def test_the_first_day_on_which_nothing_is_missing(level, changes, quantity, expected):
    moves = [_Change(1, 0, 0, TODAY + timedelta(days=n), Decimal(q)) for n, q in changes]
    found = first_day(Decimal(level), moves, Decimal(quantity), TODAY)
    assert found == (None if expected is None else TODAY + timedelta(days=expected))


def test_a_clerk_promises_a_date_from_what_is_expected(firm):
    soon, later = (datetime.now(UTC).date() + timedelta(days=n) for n in (20, 40))
    firm.create("masterdata.party", {"code": "S9", "name_en": "Supplier nine", "is_supplier": True})
    bought = firm.create(
        "purchasing.order",
        *(
            {
                "supplier": "S9",
                "ordered_on": "2026-01-02",
                "lines": [{"item": "BOLT", "quantity": str(q), "price": "1", "requested_on": str(on)}],
            }
            for q, on in ((50, soon), (100, later))
        ),
    )
    perform("purchasing.order", [o.pk for o in bought], "confirm", actor=firm.actor)
    clerk = firm.person("clerk")
    asked = order(("BOLT", 100, "5"), ("BOLT", 30, "5"), ("BOLT", 120, "5"), ("BOLT", 1, "5"))
    shown = clerk.post("sales/orders/preview", asked).body["record"]["lines"]
    today = shown[0]["available_on"]
    assert [x["available_on"] for x in shown] == [today, str(soon), str(later), None]
    (other,) = confirmed(firm, order(("BOLT", 80, "5"), customer="C2"))
    shown = clerk.post("sales/orders/preview", order(("BOLT", 20, "5"), ("BOLT", 30, "5"))).body["record"]["lines"]
    assert [(x["quantity_available"], x["available_on"]) for x in shown] == [("20", today), ("20", str(soon))]
    own = clerk.get(f"sales/orders/{other.pk}").body["lines"][0]
    assert (own["quantity_reserved"], own["quantity_available"], own["available_on"]) == ("80", "100", today)
    check_invariants(firm)


def test_forty_lines_are_promised_in_the_statements_of_one(firm, statements):
    clerk = firm.person("clerk")
    clerk.post("sales/orders/preview", order(("BOLT", 1, "1")))
    with statements() as few:
        clerk.post("sales/orders/preview", order(("BOLT", 1, "1")))
    lines = [(("BOLT", "NUT")[n % 2], 1, "1") for n in range(40)]
    with statements() as many:
        assert clerk.post("sales/orders/preview", order(*lines)).status == 200
    assert len(many) == len(few)


def test_delivering_a_thousand_lines_costs_the_statements_of_one(firm, statements):
    done(firm, "other-in", body(at("2026-01-02"), ("BOLT", 2000, "2.00")))
    one, many = firm.create(
        "sales.order", order(("BOLT", 1, "2")), order(*(("BOLT", 1, "2") for _ in range(1000)), reference="many")
    )
    counts = []
    for sold in (one, many):
        with statements() as sent:
            perform("sales.order", [sold.pk], "confirm", actor=firm.actor)
        counts.append(len(sent))
    assert counts[1] <= counts[0]
    first, second = firm.create(
        "sales.delivery", delivery((one, 1, 1)), delivery(*((many, n, 1) for n in range(1, 1001)))
    )
    with statements() as few:
        perform("sales.delivery", [first.pk], "post", actor=firm.actor)
    with statements() as all_of_them:
        perform("sales.delivery", [second.pk], "post", actor=firm.actor)
    assert len(all_of_them) <= len(few)
    check_invariants(firm)


def test_fifty_clients_deliver_the_last_twenty_five(own_database):
    firm = with_customers(with_basics(new_world()), stock=False)
    done(firm, "opening", body(at("2026-01-01"), ("BOLT", 25, "2.00")))
    (sold,) = confirmed(firm, order(("BOLT", 50, "5")))
    ids = [d.pk for d in firm.create("sales.delivery", *(delivery((sold, 1, 1)) for _ in range(50)))]

    def client(number):
        try:
            perform("sales.delivery", [ids[number]], "post", actor=firm.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "posted"

    outcomes = in_threads(50, client)
    assert (outcomes.count("posted"), outcomes.count("stock.short")) == (25, 25)
    assert counters(sold) == [(25, 0, 0)]
    assert Balance.objects.get(group=firm.group, item__code="BOLT", location__code="A-01").on_hand == 0
    check_invariants(firm)
