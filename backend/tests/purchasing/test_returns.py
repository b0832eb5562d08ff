"""Goods that go back: how much may, what they are worth, what the order expects then, and in which order all of it is
taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.books.models import JournalLine
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.purchasing.models import GoodsReceiptLine, PurchaseOrderLine, PurchaseReturn
from jingwei.stock.models import Balance, ItemValue, Move, PlannedMove
from tests.purchasing.stories import (
    balances,
    confirmed,
    going,
    order,
    receipt,
    received,
    returned,
    taken_back,
    with_services,
    with_suppliers,
)
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


def accrued(world):
    rows = JournalLine.objects.filter(group=world.group, account__code="220202")
    return sum((line.credit - line.debit for line in rows), Decimal(0))


def progress(bought):
    return list(
        PurchaseOrderLine.objects.filter(order=bought).order_by("line").values_list("quantity_received", flat=True)
    )


def expected(world):
    return list(
        PlannedMove.objects.filter(group=world.group)
        .order_by("document_id", "document_line")
        .values_list("quantity", flat=True)
    )


def test_rejected_goods_go_back_and_are_delivered_again(firm):
    buyer, keeper = firm.person("buyer"), firm.person("keeper")
    bought, _other = confirmed(firm, order(("BOLT", 100, "10", {"tax_rate": "13"})), order(("NUT", 5, "1")))
    (came,) = received(firm, receipt((bought, 1, 60)))
    drafts = keeper.post("purchasing/receipts/convert/return", {"ids": [came.pk]}).body["drafts"]
    line = {"receipt": came.pk, "receipt_line": 1, "quantity": "60", "location": came.lines[0].location_id, "lot": ""}
    assert [d["lines"] for d in drafts] == [[line]]
    part = {**drafts[0], "moved_at": at("2026-01-09"), "reason": "rust", "lines": [{**line, "quantity": "8"}]}
    assert buyer.post("purchasing/returns", part).status == 403
    made = keeper.made("purchasing/returns", part)
    assert (made["number"], made["lines"][0]["quantity_stock"], made["lines"][0]["amount"]) == (
        "PR-2026-000001",
        "8",
        "0",
    )
    posted = keeper.post(f"purchasing/returns/{made['id']}/post", version=1)
    assert (posted.status, posted.body["record"]["amount"]) == (200, "80")
    assert Balance.objects.get(group=firm.group, item__code="BOLT").on_hand == 52
    assert (accrued(firm), progress(bought), expected(firm)) == (520, [52], [48, 5])
    line = buyer.get(f"purchasing/receipts/{came.pk}").body["lines"][0]
    assert (line["quantity_returned"], line["amount_returned"]) == ("8", "80")
    received(firm, receipt((bought, 1, 48), on="2026-01-15"))
    assert (accrued(firm), progress(bought), expected(firm)) == (1000, [100], [0, 5])
    again = keeper.post("purchasing/receipts/convert/return", {"ids": [came.pk]}).body["drafts"][0]
    assert again["lines"][0]["quantity"] == "52"
    check_invariants(firm)


def test_of_a_final_return_nothing_is_expected(firm):
    (bought,) = confirmed(firm, order(("BOLT", 10, "3")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    (gone,) = returned(firm, going((came, 1, 4), is_final=True))
    assert (accrued(firm), progress(bought), expected(firm)) == (18, [10], [0])
    with pytest.raises(Refusal) as more:
        received(firm, receipt((bought, 1, 1)))
    assert more.value.problems[0].code == "receipt.over"
    check_invariants(firm)
    taken_back(firm, "return", gone)
    assert (accrued(firm), progress(bought), expected(firm)) == (30, [10], [0])
    check_invariants(firm)


def test_no_more_goes_back_than_came(firm):
    (bought,) = confirmed(firm, order(("BOLT", 10, "3")))
    (came,) = received(firm, receipt((bought, 1, 6)))
    returned(firm, going((came, 1, 2)))
    drafts = firm.create("purchasing.return", going((came, 1, 5)), going((came, 1, 3), (came, 1, 2)))
    for draft in drafts:
        with pytest.raises(Refusal) as over:
            perform("purchasing.return", [draft.pk], "post", actor=firm.actor)
        found = over.value.problems[0]
        assert (found.code, found.status) == ("return.over", 409)
        assert "5 would go back; 6 came and 2 went back" in str(found.message)
        assert [d.number for d in found.documents] == [came.number]
    row = GoodsReceiptLine.objects.get(receipt=came)
    assert (row.quantity_returned, row.amount_returned, accrued(firm)) == (2, 6, 12)
    check_invariants(firm)


def test_parts_that_go_back_take_the_whole_value_with_them(firm):
    (bought,) = confirmed(firm, order(("BOLT", 3, "33.33333333")))
    (came,) = received(firm, receipt((bought, 1, 3)))
    values = [returned(firm, going((came, 1, 1)))[0].amount for _ in range(3)]
    assert values == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]
    assert accrued(firm) == 0
    assert (
        ItemValue.objects.get(group=firm.group, item__code="BOLT").value,
        Move.objects.filter(group=firm.group).count(),
    ) == (0, 4)
    check_invariants(firm)


def test_parts_are_taken_back_in_an_order_that_leaves_no_cent(firm):
    (bought,) = confirmed(firm, order(("BOLT", 3, "33.33333333")))
    (came,) = received(firm, receipt((bought, 1, 3)))
    first, second, third = (returned(firm, going((came, 1, 1)))[0] for _ in range(3))
    taken_back(firm, "return", second)
    assert accrued(firm) == Decimal("33.34")
    (fourth,) = returned(firm, going((came, 1, 1), on="2026-01-21"))
    assert (fourth.amount, accrued(firm)) == (Decimal("33.34"), 0)
    for gone in (third, first, fourth):
        taken_back(firm, "return", gone, on="2026-01-22")
    assert (accrued(firm), progress(bought)) == (100, [3])
    check_invariants(firm)


def test_a_box_goes_back_piece_by_piece_only_where_that_is_exact(firm):
    firm.create(
        "masterdata.item",
        {"code": "N9", "name_en": "Nine", "category": "RM", "unit": "PCS", "units": [{"unit": "BOX", "numerator": 9}]},
    )
    (bought,) = confirmed(firm, order(("N9", 3, "9.00", {"unit": "BOX"})))
    (came,) = received(firm, receipt((bought, 1, 3)))
    with pytest.raises(Refusal) as half:
        firm.create("purchasing.return", going((came, 1, "0.5")))
    assert half.value.problems[0].field == "lines.0.quantity"
    returned(firm, going((came, 1, 1)))
    assert (Balance.objects.get(group=firm.group, item__code="N9").on_hand, expected(firm)) == (18, [9])
    check_invariants(firm)


def test_a_lot_goes_back_as_the_lot_it_came_as(firm):
    firm.create(
        "masterdata.item", {"code": "PAINT", "name_en": "Paint", "category": "RM", "unit": "PCS", "tracking": "lot"}
    )
    (bought,) = confirmed(firm, order(("PAINT", 10, "3")))
    (came,) = received(firm, receipt((bought, 1, 10, {"lot": "L-7"})))
    (gone,) = returned(firm, going((came, 1, 4)))
    assert (gone.lines[0].lot, Balance.objects.get(group=firm.group).on_hand) == ("L-7", 6)
    with pytest.raises(Refusal) as other:
        returned(firm, going((came, 1, 4, {"lot": "L-8"})))
    assert other.value.problems[0].code == "lot.unknown"
    check_invariants(firm)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "0"}, "qty.not_positive"),
        ({"quantity": "-1"}, "qty.not_positive"),
        ({"quantity": "0.5"}, "unit.inexact"),
        ({"receipt_line": 9}, "receipt_line.unknown"),
        ({"location": "OTHER"}, "location.not_stock"),
        ({"lot": "L1"}, "lot.unwanted"),
    ],
)
def test_bad_lines_of_a_return_are_named(firm, change, code):
    (bought,) = confirmed(firm, order(("BOLT", 5, "1")))
    (came,) = received(firm, receipt((bought, 1, 5)))
    bad = going((came, 1, 1))
    bad["lines"][0] |= change
    for language in ("en", "zh-Hans"):
        reply = firm.person("keeper", language=language).post("purchasing/returns", bad)
        assert (reply.status, reply.codes) == (422, [code])
    assert PurchaseReturn.objects.filter(group=firm.group).count() == 0


def test_only_what_is_posted_and_of_the_supplier_goes_back(firm):
    (bought,) = confirmed(firm, order(("BOLT", 10, "2")))
    (draft,) = firm.create("purchasing.receipt", receipt((bought, 1, 1)))
    with pytest.raises(Refusal) as early:
        firm.create("purchasing.return", going((draft, 1, 1)))
    assert (early.value.problems[0].code, early.value.status) == ("receipt.not_posted", 409)
    perform("purchasing.receipt", [draft.pk], "post", actor=firm.actor)
    with pytest.raises(Refusal) as other:
        firm.create("purchasing.return", going((draft, 1, 1), supplier="S2"))
    assert other.value.problems[0].code == "receipt.supplier"
    (before,) = firm.create("purchasing.return", going((draft, 1, 1), on="2026-01-07"))
    with pytest.raises(Refusal) as dated:
        perform("purchasing.return", [before.pk], "post", actor=firm.actor)
    assert dated.value.problems[0].code == "date.order"
    check_invariants(firm)


def test_a_return_is_red_in_the_books_and_its_reversal_black(firm):
    (bought,) = confirmed(firm, order(("BOLT", 10, "3")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    (gone,) = returned(firm, going((came, 1, 4)))
    taken_back(firm, "return", gone)
    lines = JournalLine.objects.filter(group=firm.group).order_by("entry__id", "line")
    assert list(lines.values_list("account__code", "debit", "credit")) == [
        ("140301", 30, 0),
        ("220202", 0, 30),
        ("140301", -12, 0),
        ("220202", 0, -12),
        ("140301", 12, 0),
        ("220202", 0, 12),
    ]
    assert {r.party.code for r in lines.filter(account__code="220202")} == {"S1"}


def test_goods_go_back_at_what_they_were_accrued_at_whatever_they_are_worth_now(firm):
    cheap, dear = confirmed(firm, order(("BOLT", 10, "1")), order(("BOLT", 10, "9")))
    received(firm, receipt((cheap, 1, 10)))
    (came,) = received(firm, receipt((dear, 1, 10), on="2026-01-09"))
    done(firm, "other-out", body(at("2026-01-10"), ("BOLT", 14)))  # at the average: 70.00
    (gone,) = returned(firm, going((came, 1, 5)))
    sums = balances(firm)
    # 45.00 are no longer owed; the stock held 30.00 for 6, keeps nothing for 1, and 15.00 come back from cost.
    assert (gone.amount, sums["220202"], sums["140301"], sums["560299"]) == (45, -55, 0, 70)
    assert sums["540201"] == -15
    assert Balance.objects.get(group=firm.group, item__code="BOLT").on_hand == 1
    check_invariants(firm)
    taken_back(firm, "return", gone)
    assert accrued(firm) == 100
    check_invariants(firm)


def test_goods_that_are_gone_do_not_go_back(firm):
    (bought,) = confirmed(firm, order(("BOLT", 10, "2")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    done(firm, "other-out", body(at("2026-01-09"), ("BOLT", 7)))
    with pytest.raises(Refusal) as short:
        returned(firm, going((came, 1, 4)))
    assert short.value.problems[0].code == "stock.short"
    assert (accrued(firm), progress(bought)) == (20, [10])
    check_invariants(firm)


def test_what_was_made_from_it_is_taken_back_first(firm):
    (bought,) = confirmed(firm, order(("BOLT", 10, "2")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    (gone,) = returned(firm, going((came, 1, 2)))
    keeper = firm.person("keeper")
    refused = keeper.post(
        f"purchasing/receipts/{came.pk}/reverse", {"moved_at": at("2026-01-20")}, version=came.version
    )
    assert (refused.status, refused.codes) == (409, ["doc.has_successors"])
    assert [d["number"] for d in refused.body["errors"][0]["documents"]] == [gone.number]
    with pytest.raises(Refusal) as ordered:
        perform("purchasing.order", [bought.pk], "cancel", actor=firm.actor)
    assert [d.number for d in ordered.value.problems[0].documents] == [gone.number, came.number]
    assert accrued(firm) == 16
    taken_back(firm, "return", gone)
    taken_back(firm, "receipt", came, on="2026-01-21")
    assert (accrued(firm), progress(bought), expected(firm)) == (0, [0], [10])
    perform("purchasing.order", [bought.pk], "cancel", actor=firm.actor)
    check_invariants(firm)


def test_a_return_is_not_taken_back_over_what_was_delivered_again(firm):
    (bought,) = confirmed(firm, order(("BOLT", 10, "2")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    (gone,) = returned(firm, going((came, 1, 2)))
    received(firm, receipt((bought, 1, 2), on="2026-01-15"))
    with pytest.raises(Refusal) as over:
        taken_back(firm, "return", gone)
    assert (over.value.problems[0].code, over.value.status) == ("receipt.over", 409)
    assert (accrued(firm), progress(bought)) == (20, [10])
    with pytest.raises(Refusal) as early:
        taken_back(firm, "return", gone, on="2026-01-11")
    assert early.value.problems[0].code == "date.order"
    check_invariants(firm)


def test_services_are_counted_and_nothing_is_accrued(firm):
    with_services(firm)
    keeper = firm.person("keeper")
    (bought,) = confirmed(firm, order(("FREIGHT", 3, "100", {"tax_rate": "6"}), ("BOLT", 10, "2")))
    assert expected(firm) == [10]
    drafts = keeper.post("purchasing/orders/convert/receive", {"ids": [bought.pk]}).body["drafts"]
    assert [line["location"] is None for line in drafts[0]["lines"]] == [True, False]
    services = {**drafts[0], "moved_at": at("2026-01-08"), "lines": [{**drafts[0]["lines"][0], "quantity": "2"}]}
    made = keeper.made("purchasing/receipts", services)
    posted = keeper.post(f"purchasing/receipts/{made['id']}/post", version=1).body["record"]
    line = posted["lines"][0]
    assert (posted["amount"], line["amount_ordered"], line["amount"], line["location"]) == ("0", "200", "0", None)
    (goods,) = received(firm, receipt((bought, 1, 1, {"location": None}), (bought, 2, 10)))
    assert (goods.amount, [x.amount_ordered for x in goods.lines]) == (20, [100, 20])
    assert (accrued(firm), progress(bought), Move.objects.filter(group=firm.group).count()) == (20, [3, 10], 1)
    check_invariants(firm)
    (gone,) = returned(firm, going((made["id"], 1, 1)))
    assert (gone.amount, progress(bought), accrued(firm)) == (0, [2, 10], 20)
    taken_back(firm, "return", gone)
    taken_back(firm, "receipt", goods)
    assert (progress(bought), accrued(firm)) == ([2, 0], 0)
    wrong = receipt((bought, 1, 1))
    assert keeper.post("purchasing/receipts", wrong).codes == ["location.unwanted"]
    check_invariants(firm)


def test_goods_without_a_place_of_their_own_go_where_the_order_expects_them(firm):
    (bought,) = confirmed(firm, order(("BOLT", 10, "2"), location="A-02"))
    (came,) = received(firm, receipt((bought, 1, 10, {"location": None})))
    assert came.lines[0].location.code == "A-02"


def test_returning_a_hundred_documents_costs_the_statements_of_one(firm, statements):
    (bought,) = confirmed(firm, order(*(("BOLT", 100, "2") for _ in range(3))))
    came = received(firm, *(receipt((bought, 1, 1), (bought, 2, 1), (bought, 3, 1)) for _ in range(61)))
    one, *many = firm.create("purchasing.return", *(going((r, 1, 1), (r, 2, 1), (r, 3, 1)) for r in came))

    def costs(action, documents, *inputs):
        with statements() as made:
            perform("purchasing.return", [d.pk for d in documents], action, *inputs, actor=firm.actor)
        return len(made)

    few = costs("post", [one])
    assert costs("post", many) <= few <= 46
    check_invariants(firm)


def test_thirty_returns_of_the_last_quantity_never_exceed_it(own_database):
    firm = with_suppliers(with_basics(new_world()))
    (bought,) = confirmed(firm, order(("BOLT", 20, "2")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    received(firm, receipt((bought, 1, 10)))
    ids = [r.pk for r in firm.create("purchasing.return", *(going((came, 1, 1)) for _ in range(30)))]

    def client(number):
        try:
            perform("purchasing.return", [ids[number]], "post", actor=firm.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "posted"

    outcomes = in_threads(30, client)
    assert (outcomes.count("posted"), outcomes.count("return.over")) == (10, 20)
    assert (progress(bought), accrued(firm)) == ([10], 20)
    check_invariants(firm)


def test_a_receipt_is_not_reversed_while_it_is_returned(own_database):
    firm = with_suppliers(with_basics(new_world()))
    (bought,) = confirmed(firm, order(("BOLT", 100, "2")))
    came = received(firm, *(receipt((bought, 1, 4)) for _ in range(8)))

    def client(number):
        document = came[number // 2]
        try:
            if number % 2:
                returned(firm, going((document, 1, 1)))
            else:
                taken_back(firm, "receipt", document)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "done"

    outcomes = in_threads(16, client)
    for pair in zip(outcomes[::2], outcomes[1::2], strict=True):
        assert sorted(pair) in (["doc.has_successors", "done"], ["done", "receipt.not_posted"])
    check_invariants(firm)
