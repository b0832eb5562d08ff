"""Stock counts: what was found stands, whatever is entered later; the difference explains itself to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jingwei.books.models import JournalLine
from jingwei.masterdata.models import Location
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.stock.models import Balance, Counted, ItemValue, Move, ValueEntry
from jingwei.warehouse.adjustments import Reversal
from tests.stock.stories import at, body, done, found, with_stock
from tests.support.rules import check_invariants

STOCK, SUSPENSE, EXPENSE = "140301", "190101", "560299"


@pytest.fixture
def stock(world):
    return with_stock(world)


def worth(world, item="BOLT"):
    row = ItemValue.objects.get(group=world.group, item__code=item)
    return row.quantity, row.value


def on_hand(world, place="A-01", item="BOLT"):
    row = Balance.objects.filter(group=world.group, item__code=item, location__code=place).first()
    return row.on_hand if row else 0


def entries(world, purpose):
    """Journal lines as (account, debit, credit), by purpose of the entry."""
    rows = JournalLine.objects.filter(group=world.group, entry__purpose__startswith=purpose).order_by("entry", "line")
    return list(rows.values_list("account__code", "debit", "credit"))


def read(person, document):
    """The count's first line as its reader sees it now: counted, book, difference."""
    line = person.get(f"warehouse/counts/{document.pk}").body["lines"][0]
    return line["quantity_counted"], line["quantity_book"], line["difference"]


def test_a_shortage_leaves_at_the_average(stock):
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "2.00")), body(at("2026-01-06"), ("BOLT", 10, "3.00")))
    (count,) = done(stock, "count", found(at("2026-01-10"), ("BOLT", 18)))
    assert (on_hand(stock), worth(stock)) == (18, (18, Decimal(45)))
    assert (count.amount, count.lines[0].amount) == (Decimal(-5), Decimal(-5))
    move = Move.objects.get(group=stock.group, document=count.pk)
    assert (move.to_location.code, move.quantity, move.effective_on) == ("COUNT", 2, date(2026, 1, 10))
    (debit, credit) = [x for x in entries(stock, "stock") if Decimal(5) in x]
    assert (debit[1:], credit) == ((Decimal(5), Decimal(0)), (STOCK, Decimal(0), Decimal(5)))
    assert debit[0].startswith("1901")
    check_invariants(stock)


def test_a_surplus_comes_in_at_the_average_of_now(stock):
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 3, "3.34")))
    (count,) = done(stock, "count", found(at("2026-01-10"), ("BOLT", 5)))
    assert (on_hand(stock), worth(stock), count.amount) == (5, (5, Decimal("16.70")), Decimal("6.68"))
    check_invariants(stock)


def test_a_surplus_of_what_ran_out_takes_the_last_cost(stock):
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 4, "2.50")))
    done(stock, "other-out", body(at("2026-01-06"), ("BOLT", 4)))
    (count,) = done(stock, "count", found(at("2026-01-10"), ("BOLT", 2)))
    assert (worth(stock), count.amount) == ((2, Decimal(5)), Decimal(5))
    check_invariants(stock)


def test_a_surplus_of_what_was_never_valued_asks_for_a_cost(stock):
    keeper = stock.person("keeper")
    for language in ("en", "zh-Hans"):
        keeper.language = language
        made = keeper.made("warehouse/counts", found(at("2026-01-10"), ("BOLT", 2)))
        reply = keeper.post(f"warehouse/counts/{made['id']}/post", version=1)
        assert (reply.status, reply.codes, reply.body["errors"][0]["field"]) == (
            422,
            ["price.missing"],
            "lines.0.price",
        )
    assert not Move.objects.filter(group=stock.group).exists()
    (count,) = done(stock, "count", found(at("2026-01-10"), ("BOLT", 2, {"price": "1.25"})))
    assert (worth(stock), count.amount) == ((2, Decimal("2.50")), Decimal("2.50"))
    check_invariants(stock)


def test_it_is_compared_with_the_book_at_its_instant(stock):
    """Counted yesterday, typed today: what moved in between is no difference (E34)."""
    keeper = stock.person("keeper")
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "2.00")))
    done(stock, "other-out", body(at("2026-01-11"), ("BOLT", 4)))
    (count,) = done(stock, "count", found(at("2026-01-10"), ("BOLT", 9)))
    assert read(keeper, count) == ("9", "10", "-1")
    assert (on_hand(stock), worth(stock)) == (5, (5, 10))
    check_invariants(stock)


def test_an_issue_entered_late_changes_the_difference_not_the_result(stock):
    keeper = stock.person("keeper")
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "3.00")))
    (count,) = done(stock, "count", found(at("2026-01-10"), ("BOLT", 7)))
    assert read(keeper, count) == ("7", "10", "-3")
    (late,) = done(stock, "other-out", body(at("2026-01-09"), ("BOLT", 3)))
    assert read(keeper, count) == ("7", "7", "0")
    assert (on_hand(stock), worth(stock)) == (7, (7, 21))
    assert late.amount == 9
    assert entries(stock, f"recounted.{late.pk}") == [(STOCK, 9, 0), (SUSPENSE, 0, 9)]
    reader = stock.person("keeper")
    assert reader.get(f"warehouse/counts/{count.pk}").body["amount"] == "-9", "as posted with the count"
    check_invariants(stock)


def test_a_receipt_entered_late_makes_the_shortage_larger(stock):
    keeper = stock.person("keeper")
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "3.00")))
    (count,) = done(stock, "count", found(at("2026-01-10"), ("BOLT", 10)))
    assert not Move.objects.filter(document=count.pk).exists()
    (late,) = done(stock, "other-in", body(at("2026-01-08"), ("BOLT", 5, "6.00")))
    assert read(keeper, count) == ("10", "15", "-5")
    assert (on_hand(stock), worth(stock)) == (10, (10, 40))
    check_invariants(stock)
    perform("warehouse.other-in", [late.pk], "reverse", Reversal(moved_at=at("2026-01-09")), actor=stock.actor)
    assert read(keeper, count) == ("10", "10", "0")
    assert on_hand(stock) == 10
    check_invariants(stock)


def test_a_transfer_entered_late_touches_the_counts_of_both_places(stock):
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "3.00")))
    done(stock, "count", found(at("2026-01-10"), ("BOLT", 10)), found(at("2026-01-12"), ("BOLT", 0), place="A-02"))
    move = {"moved_at": at("2026-01-07"), "from_location": "A-01", "to_location": "A-02"}
    done(stock, "transfer", {**move, "lines": [{"item": "BOLT", "quantity": "4"}]})
    assert (on_hand(stock), on_hand(stock, "A-02"), worth(stock)) == (10, 0, (10, 30))
    check_invariants(stock)


def test_two_counts_of_a_place_stand_both_in_any_order(stock):
    keeper = stock.person("keeper")
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "3.00")))
    (second,) = done(stock, "count", found(at("2026-01-12"), ("BOLT", 8)))
    (first,) = done(stock, "count", found(at("2026-01-10"), ("BOLT", 9)))
    assert (read(keeper, first), read(keeper, second)) == (("9", "10", "-1"), ("8", "9", "-1"))
    assert on_hand(stock) == 8
    done(stock, "other-out", body(at("2026-01-11"), ("BOLT", 1)))
    assert (read(keeper, first), read(keeper, second), on_hand(stock)) == (("9", "10", "-1"), ("8", "8", "0"), 8)
    with pytest.raises(Refusal) as twice:
        done(stock, "count", found(at("2026-01-10"), ("BOLT", 5)))
    assert twice.value.problems[0].code == "count.twice"
    check_invariants(stock)


def test_a_batch_of_counts_of_one_place_is_posted_in_their_order(stock):
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "3.00")))
    done(stock, "count", found(at("2026-01-12"), ("BOLT", 8)), found(at("2026-01-10"), ("BOLT", 9)))
    moves = Move.objects.filter(group=stock.group, to_location__code="COUNT").order_by("effective_at")
    assert list(moves.values_list("quantity", flat=True)) == [1, 1]
    assert on_hand(stock) == 8
    check_invariants(stock)


def test_reversing_takes_back_all_differences_and_the_fact(stock):
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "3.00")))
    (count,) = done(stock, "count", found(at("2026-01-10"), ("BOLT", 7)))
    done(stock, "other-out", body(at("2026-01-09"), ("BOLT", 1)))
    with pytest.raises(Refusal) as early:
        perform("warehouse.count", [count.pk], "reverse", Reversal(moved_at=at("2026-01-09")), actor=stock.actor)
    assert early.value.problems[0].code == "date.order"
    perform("warehouse.count", [count.pk], "reverse", Reversal(moved_at=at("2026-01-11")), actor=stock.actor)
    assert (on_hand(stock), worth(stock)) == (9, (9, 27))
    assert Counted.objects.get(group=stock.group).is_void
    rows = JournalLine.objects.filter(group=stock.group, account__code=SUSPENSE).values_list("debit", "credit")
    assert sum(d - c for d, c in rows) == 0
    done(stock, "other-out", body(at("2026-01-08"), ("BOLT", 2)))
    assert on_hand(stock) == 7, "nothing stands against later entries any more"
    check_invariants(stock)


def test_only_what_moved_while_it_was_counted_is_marked(stock):
    keeper = stock.person("keeper")
    bins = body(at("2026-01-05"), ("BOLT", 10, "2.00"))
    done(stock, "other-in", bins, body(at("2026-01-05"), ("BOLT", 10, "2.00"), place="A-02"))
    done(stock, "other-out", body(at("2026-01-10", 9), ("BOLT", 1)))
    done(stock, "other-out", body(at("2026-01-10", 12), ("BOLT", 1), place="A-02"))
    count = found(at("2026-01-10", 10), ("BOLT", 9), started_at=at("2026-01-10", 8))
    count["lines"].append({**count["lines"][0], "location": "A-02", "quantity_counted": "10"})
    made = keeper.made("warehouse/counts", count)
    assert [(x["difference"], x["is_recount"]) for x in made["lines"]] == [("0", True), ("0", False)]
    assert keeper.post(f"warehouse/counts/{made['id']}/post", version=1).status == 200
    check_invariants(stock)


def test_lots_serials_and_conditions_are_counted_apart(stock):
    stock.create(
        "masterdata.item",
        {"code": "LOT", "name_en": "Lot", "category": "RM", "unit": "PCS", "tracking": "lot"},
        {"code": "SER", "name_en": "Serial", "category": "RM", "unit": "PCS", "tracking": "serial"},
    )
    receipt = body(at("2026-01-05"), ("LOT", 5, "2.00"), ("SER", 1, "9.00"))
    receipt["lines"][0]["lot"], receipt["lines"][1]["lot"] = "L-1", "S-1"
    done(stock, "other-in", receipt)
    lines = [("LOT", 4, {"lot": "l-1"}), ("LOT", 2, {"lot": "L-2"}), ("SER", 0, {"lot": "S-1"})]
    (count,) = done(stock, "count", found(at("2026-01-10"), *lines))
    assert [(x.quantity_book, x.difference, x.amount) for x in count.lines] == [(5, -1, -2), (0, 2, 4), (1, -1, -9)]
    (blocked,) = done(stock, "count", found(at("2026-01-11"), ("LOT", 1, {"lot": "L-1", "status": "blocked"})))
    assert blocked.lines[0].difference == 1
    rows = Balance.objects.filter(group=stock.group, item__code="LOT").order_by("lot_id", "status")
    assert [(r.status, r.on_hand) for r in rows] == [("available", 4), ("blocked", 1), ("available", 2)]
    check_invariants(stock)


@pytest.mark.parametrize(
    ("change", "line", "code", "field"),
    [
        ({}, {"quantity_counted": "-1"}, "qty.negative", "lines.0.quantity_counted"),
        ({}, {"quantity_counted": "1.5"}, "qty.scale", "lines.0.quantity_counted"),
        ({}, {"quantity_counted": "NaN"}, "number.invalid", "lines.0.quantity_counted"),
        ({}, {"location": "OTHER"}, "location.not_stock", "lines.0.location"),
        ({}, {"lot": "L-1"}, "lot.unwanted", "lines.0.lot"),
        ({}, {"price": "-1"}, "price.negative", "lines.0.price"),
        ({"warehouse": "W2"}, {}, "location.other_warehouse", "lines.0.location"),
        ({"counted_at": "2099-01-01T00:00:00Z"}, {}, "count.future", "counted_at"),
        ({"started_at": at("2026-01-12")}, {}, "date.order", "started_at"),
        ({"lines": []}, {}, "doc.no_lines", "lines"),
    ],
)
def test_bad_input_is_named_and_nothing_is_saved(stock, change, line, code, field):
    stock.create("masterdata.warehouse", {"code": "W2", "name_en": "Second"})
    keeper = stock.person("keeper")
    given = {**found(at("2026-01-10"), ("BOLT", 2, line)), **change}
    for language in ("en", "zh-Hans"):
        keeper.language = language
        reply = keeper.post("warehouse/counts", given)
        assert (reply.status, reply.codes, reply.body["errors"][0]["field"]) == (422, [code], field)
    assert keeper.get("warehouse/counts?count=1").body["count"] == 0


def test_what_stands_twice_is_refused(stock):
    reply = stock.person("keeper").post("warehouse/counts", found(at("2026-01-10"), ("BOLT", 2), ("BOLT", 3)))
    assert (reply.status, reply.codes) == (422, ["count.line.twice"])


def test_without_a_place_for_differences_it_cannot_be_posted(stock):
    Location.objects.filter(group=stock.group, kind="count").delete()
    with pytest.raises(Refusal) as refused:
        done(stock, "count", found(at("2026-01-10"), ("BOLT", 0)))
    assert (refused.value.problems[0].code, refused.value.problems[0].status) == ("location.missing", 409)


def test_the_statements_do_not_grow_with_the_lines(stock, statements):
    names = [f"N{n}" for n in range(60)]
    stock.create("masterdata.item", *({"code": n, "name_en": n, "category": "RM", "unit": "PCS"} for n in names))
    done(stock, "other-in", body(at("2026-01-05"), *((n, 5, "2.00") for n in ("BOLT", *names))))
    one, many = stock.create(
        "warehouse.count",
        found(at("2026-01-10"), ("BOLT", 4)),
        found(at("2026-01-11"), *((n, 4 + i % 3) for i, n in enumerate(names))),
    )
    with statements() as few:
        perform("warehouse.count", [one.pk], "post", actor=stock.actor)
    with statements() as all_of_them:
        perform("warehouse.count", [many.pk], "post", actor=stock.actor)
    assert len(all_of_them) <= len(few) + 1, "two rules of posting, gain and loss"
    late, later = stock.create(
        "warehouse.other-in",
        body(at("2026-01-08"), ("BOLT", 1, "3.00")),
        body(at("2026-01-08"), *((n, 1, "3.00") for n in names)),
    )
    with statements() as few:
        perform("warehouse.other-in", [late.pk], "post", actor=stock.actor)
    with statements() as all_of_them:
        perform("warehouse.other-in", [later.pk], "post", actor=stock.actor)
    assert len(all_of_them) <= len(few)
    assert {on_hand(stock, item=n) for n in names} == {4, 5, 6}
    assert ValueEntry.objects.filter(group=stock.group, kind="correction").exists()
    check_invariants(stock)
