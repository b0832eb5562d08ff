"""From order to receipt: what is open, what may come, what it is worth, and what it does to the books."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.books.models import JournalLine
from jingwei.masterdata.models import Item, Party
from jingwei.masterdata.pricing import price_line, share_of
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.purchasing.models import GoodsReceipt, PurchaseOrder, PurchaseOrderLine
from jingwei.purchasing.receipts import Reversal
from jingwei.stock.models import ItemValue, PlannedMove
from tests.purchasing.stories import balances, confirmed, order, receipt, received, taken_back, with_suppliers
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


def test_a_buyer_orders_and_a_keeper_receives(firm):
    buyer, keeper = firm.person("buyer"), firm.person("keeper")
    made = buyer.made("purchasing/orders", order(("BOLT", 100, "10", {"tax_rate": "13"}), ("NUT", 40, "2.5")))
    assert [made[n] for n in ("number", "amount_net", "amount_tax", "amount_gross")] == [
        "PO-2026-000001",
        "1100",
        "130",
        "1230",
    ]
    path = f"purchasing/orders/{made['id']}"
    assert buyer.post(f"{path}/confirm", version=1).body["state"] == "confirmed"
    assert keeper.post(f"{path}/confirm", version=2).status == 403
    drafts = keeper.post("purchasing/orders/convert/receive", {"ids": [made["id"]]}).body["drafts"]
    assert [(x["order_line"], x["quantity"]) for x in drafts[0]["lines"]] == [(1, "100"), (2, "40")]
    part = {**drafts[0], "moved_at": at("2026-01-08"), "lines": [{**drafts[0]["lines"][0], "quantity": "60"}]}
    came = keeper.made("purchasing/receipts", part)
    posted = keeper.post(f"purchasing/receipts/{came['id']}/post", version=1)
    assert (posted.status, posted.body["record"]["amount"]) == (200, "600")
    lines = buyer.get(path).body["lines"]
    assert [x["quantity_received"] for x in lines] == ["60", "0"]
    rest = keeper.post("purchasing/orders/convert/receive", {"ids": [made["id"]]}).body["drafts"][0]
    assert [(x["order_line"], x["quantity"]) for x in rest["lines"]] == [(1, "40"), (2, "40")]
    links = buyer.get(f"{path}/links").body["rows"]
    assert [(x["number"], x["relation"]) for x in links] == [("GR-2026-000001", "target")]
    entry = (
        JournalLine.objects.filter(group=firm.group).order_by("line").values_list("account__code", "debit", "credit")
    )
    assert list(entry) == [("140301", 600, 0), ("220202", 0, 600)]
    check_invariants(firm)


@pytest.mark.parametrize(
    ("change", "amounts"),
    [
        ({"discount_rate": "10"}, ("90.00", "11.70", "101.70")),
        ({"discount_rate": "100", "price": "10"}, ("0.00", "0.00", "0.00")),
        ({"amount_given": "99.99"}, ("99.99", "13.00", "112.99")),
        ({"tax_given": "13.06"}, ("100.00", "13.06", "113.06")),
        ({"amount_given": "99.99", "tax_given": "12.95"}, ("99.99", "12.95", "112.94")),
    ],
)
def test_discounts_agreed_amounts_and_taxes_of_the_paper(firm, change, amounts):
    buyer = firm.person("buyer")
    body = order(("BOLT", 10, "10", {"tax_rate": "13", **change}))
    made = buyer.made("purchasing/orders", body)
    line = made["lines"][0]
    names = ("amount_net", "amount_tax", "amount_gross")
    assert tuple(Decimal(line[n]) for n in names) == tuple(Decimal(made[n]) for n in names)
    assert tuple(Decimal(made[n]) for n in names) == tuple(Decimal(a) for a in amounts)


def test_an_amount_with_tax_is_taken_as_it_was_agreed(firm):
    line = {"tax_rate": "13", "amount_given": "112.00", "tax_given": "12.88"}
    (made,) = firm.create("purchasing.order", order(("BOLT", 10, "11.30", line), is_tax_inclusive=True))
    assert (made.amount_net, made.amount_tax, made.amount_gross) == (Decimal("99.12"), Decimal("12.88"), 112)


def test_goods_that_cost_nothing_are_ordered_with_a_reason(firm):
    firm.create(
        "masterdata.item",
        {"code": "SVC", "name_en": "Advice", "category": "RM", "unit": "PCS", "is_stocked": False},
    )
    buyer = firm.person("buyer")
    made = buyer.made("purchasing/orders", order(("NUT", 1, "5"), ("BOLT", 10, "0"), ("SVC", 1, "0")))
    path = f"purchasing/orders/{made['id']}"
    refused = buyer.post(f"{path}/confirm", version=1)
    assert (refused.status, refused.codes) == (422, ["price.zero"])
    problem = refused.body["errors"][0]
    assert (problem["line"], problem["field"]) == (2, "lines.1.price")
    assert buyer.get(path).body["state"] == "draft"
    assert PlannedMove.objects.filter(group=firm.group).count() == 0
    buyer.patch(path, {"price_reason": "samples"}, version=1)
    assert buyer.post(f"{path}/confirm", version=2).body["state"] == "confirmed"
    (came,) = received(firm, receipt((made["id"], 2, 10)))
    assert came.amount == 0
    assert ItemValue.objects.get(group=firm.group, item__code="BOLT").value == 0
    check_invariants(firm)


def test_what_is_ordered_is_expected_until_it_comes_or_is_called_off(firm):
    firm.create(
        "masterdata.item",
        {"code": "N9", "name_en": "Nine", "category": "RM", "unit": "PCS", "units": [{"unit": "BOX", "numerator": 9}]},
    )
    first, second = confirmed(
        firm,
        order(("N9", 2, "9.00", {"unit": "BOX", "requested_on": "2026-02-01"}), ("BOLT", 5, "1")),
        order(("BOLT", 7, "1")),
    )

    def expected():
        rows = PlannedMove.objects.filter(group=firm.group).order_by("document_id", "document_line")
        return [(p.item.code, p.quantity, str(p.due_on), p.location.code) for p in rows]

    assert expected() == [
        ("N9", 18, "2026-02-01", "A-01"),
        ("BOLT", 5, "2026-01-05", "A-01"),
        ("BOLT", 7, "2026-01-05", "A-01"),
    ]
    (came,) = received(firm, receipt((first, 1, 1), (first, 2, 5)))
    assert [p[1] for p in expected()] == [9, 0, 7]
    perform("purchasing.receipt", [came.pk], "reverse", Reversal(moved_at=at("2026-01-09")), actor=firm.actor)
    assert [p[1] for p in expected()] == [18, 5, 7]
    perform("purchasing.order", [second.pk], "cancel", actor=firm.actor)
    perform("purchasing.order", [first.pk], "close", actor=firm.actor)
    assert expected() == []
    check_invariants(firm)


def test_receipts_in_parts_add_up_to_the_order_to_the_cent(firm):
    (bought,) = confirmed(firm, order(("BOLT", 3, "33.33333333")))
    assert bought.amount_net == Decimal("100.00")
    values = [received(firm, receipt((bought, 1, 1)))[0].amount for _ in range(3)]
    assert values == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]
    assert ItemValue.objects.get(group=firm.group, item__code="BOLT").value == 100
    check_invariants(firm)


@pytest.mark.parametrize(
    ("quantity", "price", "tax", "inclusive", "amounts"),
    [
        (3, "9.99", "13", True, ("26.52", "3.45", "29.97")),
        (1, "1.00", "13", True, ("0.88", "0.12", "1.00")),
        (1, "10100", "1", True, ("10000.00", "100.00", "10100.00")),
        (10, "100", "13", False, ("1000.00", "130.00", "1130.00")),
    ],
)
def test_the_entered_side_is_never_changed(quantity, price, tax, inclusive, amounts):
    found = price_line(Decimal(quantity), Decimal(price), Decimal(tax), inclusive=inclusive, decimals=2)
    assert (found.net, found.tax, found.gross) == tuple(Decimal(a) for a in amounts)


def test_shares_of_parts_add_up():
    parts = [share_of(Decimal("100.00"), Decimal(1), Decimal(n), Decimal(3), 2) for n in range(3)]
    assert parts == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]


def test_more_than_ordered_is_refused_exactly(firm):
    firm.create("masterdata.item", {"code": "OIL", "name_en": "Oil", "category": "RM", "unit": "KG"})
    (bought,) = confirmed(firm, order(("OIL", 100, "1")))
    with pytest.raises(Refusal) as over:
        received(firm, receipt((bought, 1, "100.002")))
    found = over.value.problems[0]
    assert (found.code, found.status) == ("receipt.over", 409)
    assert "0.002 more than the 100 still open of 100" in str(found.message)
    with pytest.raises(Refusal) as twice:
        received(firm, receipt((bought, 1, 60), (bought, 1, 60)))
    assert twice.value.problems[0].code == "receipt.over"
    assert PurchaseOrderLine.objects.get(order=bought).quantity_received == 0
    check_invariants(firm)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "0"}, "qty.not_positive"),
        ({"quantity": "-5"}, "qty.not_positive"),
        ({"quantity": "2.5"}, "qty.scale"),
        ({"unit": "KG"}, "unit.no_conversion"),
        ({"price": "-1"}, "number.range"),
        ({"tax_rate": "1900"}, "number.range"),
        ({"discount_rate": "101"}, "number.range"),
        ({"discount_rate": "-1"}, "number.range"),
        ({"tax_rate": "13", "tax_given": "0.72"}, "tax.difference"),
        ({"tax_rate": "13", "tax_given": "0.58"}, "tax.difference"),
        ({"amount_given": "-1"}, "number.range"),
        ({"amount_given": "1.001"}, "amount.scale"),
        ({"item": "NOPE"}, "reference.unknown"),
    ],
)
def test_bad_order_lines_are_named(firm, change, code):
    body = order(("BOLT", 5, "1"))
    body["lines"][0] |= change
    for language in ("en", "zh-Hans"):
        buyer = firm.person("buyer", language=language)
        reply = buyer.post("purchasing/orders", body)
        assert (reply.status, reply.codes) == (422, [code])


def test_orders_are_refused_to_the_wrong_party_and_with_dates_out_of_order(firm):
    buyer = firm.person("buyer")
    assert buyer.post("purchasing/orders", order(("BOLT", 1, "1"), supplier="C1")).codes == ["party.not_supplier"]
    early = buyer.post("purchasing/orders", order(("BOLT", 1, "1"), requested_on="2026-01-01"))
    assert early.codes == ["date.order"]
    assert buyer.post("purchasing/orders", order()).codes == ["doc.no_lines"]
    for rate in ("0", "-7.1"):
        wrong = buyer.post("purchasing/orders", order(("BOLT", 1, "1"), currency="USD", rate=rate))
        assert (wrong.status, wrong.codes) == (422, ["rate.not_positive"])
    own = buyer.post("purchasing/orders", order(("BOLT", 1, "1"), rate="7.1"))
    assert (own.status, own.codes) == (422, ["rate.own_currency"])


def test_an_order_in_dollars_takes_the_rate_of_its_day_or_is_refused(firm):
    (bought,) = firm.create("purchasing.order", order(("BOLT", 10, "1.00"), currency="USD"))
    with pytest.raises(Refusal) as missing:
        perform("purchasing.order", [bought.pk], "confirm", actor=firm.actor)
    assert missing.value.problems[0].code == "rate.missing"
    assert "CNY/USD for 2026-01-05" in str(missing.value.problems[0].message)
    rate = {"from_currency": "USD", "to_currency": "CNY", "valid_from": "2026-01-01", "rate": "7.2134"}
    firm.create("masterdata.exchange-rate", rate)
    perform("purchasing.order", [bought.pk], "confirm", actor=firm.actor)
    assert received(firm, receipt((bought, 1, 10)))[0].amount == Decimal("72.13")
    check_invariants(firm)


def test_reversal_gives_back_quantities_values_counters_and_frees_the_order(firm):
    (bought,) = confirmed(firm, order(("BOLT", 10, "2")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    with pytest.raises(Refusal) as blocked:
        perform("purchasing.order", [bought.pk], "cancel", actor=firm.actor)
    found = blocked.value.problems[0]
    assert (found.code, [d.number for d in found.documents]) == ("doc.has_successors", [came.number])
    perform("purchasing.receipt", [came.pk], "reverse", Reversal(moved_at=at("2026-01-09")), actor=firm.actor)
    assert PurchaseOrderLine.objects.get(order=bought).quantity_received == 0
    assert sum(x.debit - x.credit for x in JournalLine.objects.filter(group=firm.group, account__code="220202")) == 0
    check_invariants(firm)
    perform("purchasing.order", [bought.pk], "cancel", actor=firm.actor)
    with pytest.raises(Refusal) as closed:
        firm.create("purchasing.receipt", receipt((bought, 1, 1)))
    assert closed.value.problems[0].code == "order.not_confirmed"


def test_a_receipt_typed_before_the_order_was_closed_is_not_posted_after(firm):
    (bought,) = confirmed(firm, order(("BOLT", 10, "1")))
    (typed,) = firm.create("purchasing.receipt", receipt((bought, 1, 10)))
    perform("purchasing.order", [bought.pk], "close", actor=firm.actor)
    with pytest.raises(Refusal) as refused:
        perform("purchasing.receipt", [typed.pk], "post", actor=firm.actor)
    assert refused.value.problems[0].code == "order.not_confirmed"
    assert PurchaseOrderLine.objects.get(order=bought).quantity_received == 0
    check_invariants(firm)


def test_a_receipt_whose_value_left_with_issues_takes_it_back_from_their_cost(firm):
    cheap, dear = confirmed(firm, order(("BOLT", 10, "1")), order(("BOLT", 10, "9")))
    received(firm, receipt((cheap, 1, 10)))
    (came,) = received(firm, receipt((dear, 1, 10), on="2026-01-09"))
    done(firm, "other-out", body(at("2026-01-10"), ("BOLT", 10)))  # at the average: 50.00
    taken_back(firm, "receipt", came)
    sums = balances(firm)
    # 90.00 are no longer owed; of the 50.00 left in stock nothing remains, and 40.00 come back from cost.
    assert (sums["220202"], sums["140301"], sums["560299"], sums["540201"]) == (-10, 0, 50, -40)
    assert ItemValue.objects.get(group=firm.group, item__code="BOLT").value == 0
    assert PurchaseOrderLine.objects.get(order=dear).quantity_received == 0
    check_invariants(firm)


def test_a_supplier_or_item_out_of_use_is_not_bought_from(firm):
    (typed,) = firm.create("purchasing.order", order(("BOLT", 1, "2"), ("NUT", 1, "1")))
    supplier, nut = Party.objects.get(group=firm.group, code="S1"), Item.objects.get(group=firm.group, code="NUT")
    perform("masterdata.party", [supplier.pk], "deactivate", actor=firm.actor)
    perform("masterdata.item", [nut.pk], "deactivate", actor=firm.actor)
    reply = firm.person("buyer").post(f"purchasing/orders/{typed.pk}/confirm", version=1)
    assert (reply.status, sorted(reply.codes)) == (409, ["item.blocked", "party.blocked"])
    assert PurchaseOrder.objects.get(pk=typed.pk).state == "draft"
    assert PlannedMove.objects.filter(group=firm.group).count() == 0
    check_invariants(firm)


def test_goods_are_wanted_and_come_after_they_are_ordered(firm):
    early = order(("BOLT", 1, "2"), ("NUT", 1, "1", {"requested_on": "2026-01-04"}))
    reply = firm.person("buyer").post("purchasing/orders", early)
    assert (reply.status, reply.codes, reply.body["errors"][0]["field"]) == (
        422,
        ["date.order"],
        "lines.1.requested_on",
    )
    (bought,) = confirmed(firm, order(("BOLT", 1, "2")))
    before = firm.person("keeper").post("purchasing/receipts", receipt((bought, 1, 1), on="2026-01-04"))
    assert (before.status, before.codes) == (422, ["date.order"])
    assert before.body["detail"] == f"Order {bought.number} is dated 2026-01-05, after the receipt."
    received(firm, receipt((bought, 1, 1), on="2026-01-05"))
    check_invariants(firm)


@pytest.mark.parametrize("quantity", ["0", "-5"])
def test_less_than_nothing_is_not_received_but_returned(firm, quantity):
    (bought,) = confirmed(firm, order(("BOLT", 10, "2")))
    reply = firm.person("keeper").post("purchasing/receipts", receipt((bought, 1, quantity)))
    assert (reply.status, reply.codes) == (422, ["qty.not_positive"])
    problem = reply.body["errors"][0]
    assert (problem["hint"], problem["field"], problem["line"]) == ("Use a return.", "lines.0.quantity", 1)
    assert GoodsReceipt.objects.filter(group=firm.group).count() == 0


def test_an_order_of_another_supplier_is_not_received(firm):
    (bought,) = confirmed(firm, order(("BOLT", 10, "2")))
    with pytest.raises(Refusal) as other:
        firm.create("purchasing.receipt", receipt((bought, 1, 1), supplier="S2"))
    assert other.value.problems[0].code == "order.supplier"
    with pytest.raises(Refusal) as unknown:
        firm.create("purchasing.receipt", receipt((bought, 9, 1)))
    assert unknown.value.problems[0].code == "order_line.unknown"


def test_receiving_a_thousand_lines_costs_the_statements_of_one(firm, statements):
    one, many = confirmed(
        firm, order(("BOLT", 1, "2")), order(*(("BOLT", 1, "2") for _ in range(1000)), reference="many")
    )
    first, second = firm.create(
        "purchasing.receipt", receipt((one, 1, 1)), receipt(*((many, n, 1) for n in range(1, 1001)))
    )
    with statements() as few:
        perform("purchasing.receipt", [first.pk], "post", actor=firm.actor)
    with statements() as all_of_them:
        perform("purchasing.receipt", [second.pk], "post", actor=firm.actor)
    assert len(all_of_them) <= len(few) <= 44
    check_invariants(firm)


def test_confirming_a_hundred_orders_costs_the_statements_of_one(firm, statements):
    """None says where its goods go, and all are in another currency: place and rate are asked for once."""
    rate = {"from_currency": "USD", "to_currency": "CNY", "valid_from": "2026-01-01", "rate": "7.1"}
    firm.create("masterdata.exchange-rate", rate)
    first, *others = firm.create("purchasing.order", *(order(("BOLT", 1, "2"), currency="USD") for _ in range(101)))
    with statements() as few:
        perform("purchasing.order", [first.pk], "confirm", actor=firm.actor)
    with statements() as many:
        perform("purchasing.order", [o.pk for o in others], "confirm", actor=firm.actor)
    assert len(many) <= len(few)
    stored = PurchaseOrder.objects.filter(group=firm.group).values_list("rate", "location__code").distinct()
    assert list(stored) == [(Decimal("7.1"), "A-01")]
    check_invariants(firm)


def test_fifty_receipts_of_the_last_quantity_never_exceed_it(own_database):
    firm = with_suppliers(with_basics(new_world()))
    (bought,) = confirmed(firm, order(("BOLT", 20, "2")))
    ids = [r.pk for r in firm.create("purchasing.receipt", *(receipt((bought, 1, 1)) for _ in range(50)))]

    def client(number):
        try:
            perform("purchasing.receipt", [ids[number]], "post", actor=firm.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "posted"

    outcomes = in_threads(50, client)
    assert (outcomes.count("posted"), outcomes.count("receipt.over")) == (20, 30)
    assert GoodsReceipt.objects.filter(group=firm.group, state="posted").count() == 20
    check_invariants(firm)
