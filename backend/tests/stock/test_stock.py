"""Goods in, out and moved: quantities, value and the journal, down to the cent."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingwei.books.models import JournalLine
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.platform.money import round_half_up
from jingwei.stock.balances import balance_at
from jingwei.stock.models import Balance, Checkpoint, ItemValue, Lot, Move, ValueEntry
from jingwei.warehouse.adjustments import Reversal
from tests.stock.stories import at, body, done, with_stock
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


@pytest.fixture
def stock(world):
    return with_stock(world)


def worth(world, item="BOLT"):
    row = ItemValue.objects.get(group=world.group, item__code=item)
    return row.quantity, row.value


def on_hand(world, place="A-01", item="BOLT"):
    row = Balance.objects.filter(group=world.group, item__code=item, location__code=place).first()
    return row.on_hand if row else 0


def account(world, code):
    rows = JournalLine.objects.filter(group=world.group, account__code=code).values_list("debit", "credit")
    return sum(d - c for d, c in rows)


def test_moving_average_as_in_the_textbook(stock):
    """100 @ 10.00 at hand, 200 @ 11.00 in, 150 out, 300 @ 12.50 in, 250 out."""
    done(stock, "opening", body(at("2026-01-01"), ("BOLT", 100, "10.00")))
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 200, "11.00")))
    first = done(stock, "other-out", body(at("2026-01-10"), ("BOLT", 150)))[0]
    done(stock, "other-in", body(at("2026-01-15"), ("BOLT", 300, "12.50")))
    second = done(stock, "other-out", body(at("2026-01-20"), ("BOLT", 250)))[0]
    assert (first.amount, second.amount) == (Decimal("1600.00"), Decimal("2972.22"))
    assert worth(stock) == (200, Decimal("2377.78"))
    assert [account(stock, c) for c in ("140301", "310406", "530199", "560299")] == [
        Decimal("2377.78"),
        Decimal("-1000.00"),
        Decimal("-5950.00"),
        Decimal("4572.22"),
    ]
    check_invariants(stock)


def test_a_receipt_dated_back_costs_what_came_after_again(stock):
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "10.00")))
    done(stock, "other-out", body(at("2026-01-10"), ("BOLT", 4)))
    done(stock, "other-out", body(at("2026-02-10"), ("BOLT", 4)))
    late = done(stock, "other-in", body(at("2026-01-06"), ("BOLT", 10, "20.00")))[0]
    corrections = ValueEntry.objects.filter(group=stock.group, kind="correction").order_by("posted_on")
    assert [(c.posted_on, c.amount, c.document_id) for c in corrections] == [
        (date(2026, 1, 6), Decimal(-20), late.pk),
        (date(2026, 2, 1), Decimal(-20), late.pk),
    ]
    assert worth(stock) == (12, Decimal(180))
    points = Checkpoint.objects.filter(group=stock.group).order_by("starts_on").values_list("quantity", "value")
    assert list(points) == [(0, 0), (16, Decimal(240))]
    assert account(stock, "560299") == Decimal(120)
    check_invariants(stock)


def test_any_order_of_typing_gives_the_chronological_result(stock):
    """Every permutation of four documents in which nothing is refused."""
    documents = [
        ("other-in", at("2026-01-05"), ("X", 10, "10.00")),
        ("other-out", at("2026-01-08"), ("X", 3)),
        ("other-in", at("2026-01-10"), ("X", 7, "13.33")),
        ("other-out", at("2026-02-03"), ("X", 11)),
    ]
    names = [f"I{n}" for n in range(24)]
    stock.create("masterdata.item", *({"code": n, "name_en": n, "category": "RM", "unit": "PCS"} for n in names))
    results = set()
    for name, order in zip(names, itertools.permutations(documents), strict=True):
        try:
            for kind, moved_at, (_x, *rest) in order:
                done(stock, kind, body(moved_at, (name, *rest)))
        except Refusal as refusal:
            assert refusal.problems[0].code in ("stock.short", "stock.negative_past")
            continue
        rows = Move.objects.filter(group=stock.group, item__code=name).order_by("effective_at")
        sums = [
            sum(
                ValueEntry.objects.filter(item__code=name, group=stock.group, period__code=p).values_list(
                    "amount", flat=True
                )
            )
            for p in ("2026-01", "2026-02")
        ]
        results.add((worth(stock, name), *sums, len(rows)))
    assert results == {((3, Decimal("34.99")), Decimal("163.31"), Decimal("-128.32"), 4)}
    check_invariants(stock)


def test_what_is_not_there_cannot_go(stock):
    keeper = stock.person("keeper")
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 7, "1.00")))
    made = keeper.made("warehouse/other-outs", body(at("2026-01-06"), ("BOLT", 10)))
    reply = keeper.post(f"warehouse/other-outs/{made['id']}/post", version=1)
    assert (reply.status, reply.codes) == (409, ["stock.short"])
    assert "7 available of 10" in reply.body["detail"]
    assert (on_hand(stock), Move.objects.filter(group=stock.group).count()) == (7, 1)
    check_invariants(stock)


def test_an_issue_dated_before_its_receipt_is_refused_with_the_moment(stock):
    done(stock, "other-in", body(at("2026-01-20"), ("BOLT", 5, "1.00")))
    with pytest.raises(Refusal) as refused:
        done(stock, "other-out", body(at("2026-01-10"), ("BOLT", 5)))
    found = refused.value.problems[0]
    assert found.code == "stock.negative_past"
    assert "-5 at A-01 on 2026-01-10 08:00 UTC" in str(found.message)
    check_invariants(stock)


def test_an_issue_before_the_transfer_that_brought_the_goods_is_refused(stock):
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "1.00")))
    move = {"moved_at": at("2026-01-20"), "from_location": "A-01", "to_location": "A-02"}
    done(stock, "transfer", {**move, "lines": [{"item": "BOLT", "quantity": "8"}]})
    with pytest.raises(Refusal) as refused:
        done(stock, "other-out", body(at("2026-01-10"), ("BOLT", 3), place="A-02"))
    assert refused.value.problems[0].code == "stock.negative_past"
    assert (on_hand(stock), on_hand(stock, "A-02")) == (2, 8)
    done(stock, "other-out", body(at("2026-01-21"), ("BOLT", 3), place="A-02"))
    check_invariants(stock)


def test_a_receipt_dated_into_a_month_without_moves_begins_with_what_was_there(stock):
    """Typed March, January, February: February begins with what January left."""
    done(stock, "other-in", body(at("2026-03-05"), ("BOLT", 5, "9.00")))
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 2, "4.00")))
    done(stock, "other-in", body(at("2026-02-05"), ("BOLT", 4, "7.00")))
    assert worth(stock) == (11, Decimal(81))
    points = Checkpoint.objects.filter(group=stock.group).order_by("starts_on").values_list("quantity", "value")
    assert list(points) == [(0, 0), (2, Decimal(8)), (6, Decimal(36))]
    check_invariants(stock)


def test_what_took_back_a_receipt_keeps_its_value_when_it_is_costed_again(stock):
    received = done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "2.00")))[0]
    done(stock, "other-in", body(at("2026-01-06"), ("BOLT", 10, "4.00")))
    perform("warehouse.other-in", [received.pk], "reverse", Reversal(moved_at=at("2026-01-08")), actor=stock.actor)
    assert worth(stock) == (10, 40)
    done(stock, "other-in", body(at("2026-01-07"), ("BOLT", 5, "5.00")))
    assert worth(stock) == (15, 65)
    assert not ValueEntry.objects.filter(group=stock.group, kind="correction").exists()
    check_invariants(stock)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "0"}, "qty.not_positive"),
        ({"quantity": "-5"}, "qty.not_positive"),
        ({"quantity": "2.5"}, "qty.scale"),
        ({"quantity": "NaN"}, "number.invalid"),
        ({"quantity": "1e400"}, "number.invalid"),
        ({"unit": "KG"}, "unit.no_conversion"),
        ({"location": "OTHER"}, "location.not_stock"),
        ({"location": "NOPE"}, "reference.unknown"),
        ({"price": None}, "price.missing"),
        ({"price": "-1"}, "price.negative"),
        ({"lot": "L1"}, "lot.unwanted"),
    ],
)
def test_bad_lines_are_named_and_nothing_is_saved(stock, change, code):
    keeper = stock.person("keeper")
    line = {"item": "BOLT", "location": "A-01", "quantity": "5", "price": "1.00", **change}
    for language in ("en", "zh-Hans"):
        keeper.language = language
        reply = keeper.post("warehouse/other-ins", {"moved_at": at("2026-01-05"), "reason": "x", "lines": [line]})
        assert (reply.status, reply.codes) == (422, [code])
    none = keeper.post("warehouse/other-ins", {"moved_at": at("2026-01-05"), "reason": "x", "lines": []})
    assert none.codes == ["doc.no_lines"]


def test_the_stock_unit_stands_beside_a_quantity_where_none_was_typed(stock):
    keeper = stock.person("keeper")
    bodies = {
        "warehouse/other-ins": body(at("2026-01-05"), ("BOLT", 10, "2.00")),
        "warehouse/transfers": {
            "moved_at": at("2026-01-06"),
            "from_location": "A-01",
            "to_location": "A-02",
            "lines": [{"item": "BOLT", "quantity": "4"}],
        },
    }
    for path, sent in bodies.items():
        (line,) = keeper.made(path, sent)["lines"]
        assert (line["unit"]["number"], line["unit"]["title"]) == ("PCS", "Piece")


def test_units_convert_exactly_box_of_nine_and_back(stock):
    stock.create(
        "masterdata.item",
        {"code": "N9", "name_en": "Nine", "category": "RM", "unit": "PCS", "units": [{"unit": "BOX", "numerator": 9}]},
    )
    box = body(at("2026-01-05"), ("N9", 1, "10.00"))
    box["lines"][0]["unit"] = "BOX"
    done(stock, "other-in", box)
    assert on_hand(stock, item="N9") == 9
    done(stock, "other-out", body(at("2026-01-06"), ("N9", 9)))
    assert worth(stock, "N9") == (0, 0)
    check_invariants(stock)


def test_a_transfer_moves_quantity_and_no_value(stock):
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "2.00")))
    move = {
        "moved_at": at("2026-01-06"),
        "from_location": "A-01",
        "to_location": "A-02",
        "lines": [{"item": "BOLT", "quantity": "4"}],
    }
    (made,) = done(stock, "transfer", move)
    assert (on_hand(stock), on_hand(stock, "A-02"), worth(stock)) == (6, 4, (10, 20))
    assert JournalLine.objects.filter(group=stock.group).count() == 2
    same = stock.person("keeper").post("warehouse/transfers", {**move, "to_location": "A-01"})
    assert same.codes == ["move.same_location"]
    perform("warehouse.transfer", [made.pk], "reverse", Reversal(moved_at=at("2026-01-07")), actor=stock.actor)
    assert (on_hand(stock), on_hand(stock, "A-02")) == (10, 0)
    check_invariants(stock)


def test_reversals_take_back_quantity_value_and_entries(stock):
    received = done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "2.00")))[0]
    issued = done(stock, "other-out", body(at("2026-01-06"), ("BOLT", 4)))[0]
    with pytest.raises(Refusal) as short:
        perform("warehouse.other-in", [received.pk], "reverse", Reversal(moved_at=at("2026-01-07")), actor=stock.actor)
    assert short.value.problems[0].code == "stock.short"
    perform("warehouse.other-out", [issued.pk], "reverse", Reversal(moved_at=at("2026-01-07")), actor=stock.actor)
    assert worth(stock) == (10, 20)
    perform("warehouse.other-in", [received.pk], "reverse", Reversal(moved_at=at("2026-01-08")), actor=stock.actor)
    assert (worth(stock), on_hand(stock), account(stock, "140301"), account(stock, "530199")) == ((0, 0), 0, 0, 0)
    reds = JournalLine.objects.filter(group=stock.group, entry__purpose="stock.reversed").order_by("entry", "line")
    assert [(x.debit, x.credit) for x in reds] == [(-8, 0), (0, -8), (-20, 0), (0, -20)]
    check_invariants(stock)


def test_lots_and_serials(stock):
    stock.create(
        "masterdata.item",
        {"code": "LOT", "name_en": "Lot", "category": "RM", "unit": "PCS", "tracking": "lot"},
        {"code": "SER", "name_en": "Serial", "category": "RM", "unit": "PCS", "tracking": "serial"},
    )
    keeper = stock.person("keeper")

    def lines(*rows):
        made = [{"item": i, "location": "A-01", "quantity": q, "price": "5.00", "lot": lot} for i, q, lot in rows]
        return {"moved_at": at("2026-01-05"), "reason": "x", "lines": made}

    assert keeper.post("warehouse/other-ins", lines(("LOT", "5", ""))).codes == ["lot.missing"]
    assert keeper.post("warehouse/other-ins", lines(("SER", "2", "S1"))).codes == ["serial.quantity"]
    assert keeper.post("warehouse/other-ins", lines(("SER", "1", "S1"), ("SER", "1", "s1"))).codes == ["serial.twice"]
    done(stock, "other-in", lines(("LOT", "5", "L-1"), ("LOT", "3", "L-2"), ("SER", "1", "S-1")))
    assert Lot.objects.filter(group=stock.group).count() == 3
    with pytest.raises(Refusal) as twice:
        done(stock, "other-in", lines(("SER", "1", "S-1")))
    assert twice.value.problems[0].code == "serial.twice"
    out = lines(("LOT", "4", "L-2"))
    del out["lines"][0]["price"]
    with pytest.raises(Refusal) as short:
        done(stock, "other-out", out)
    assert short.value.problems[0].code == "stock.short"
    out["lines"][0]["lot"] = "L-9"
    with pytest.raises(Refusal) as unknown:
        done(stock, "other-out", out)
    assert unknown.value.problems[0].code == "lot.unknown"
    check_invariants(stock)


def test_what_lay_where_at_a_past_second(stock):
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 10, "2.00")))
    done(stock, "other-out", body(at("2026-01-06"), ("BOLT", 4)))
    row = Balance.objects.get(group=stock.group)
    moments = [datetime(2026, 1, d, 8, 0, tzinfo=UTC) for d in (4, 5, 6)]
    assert [balance_at(stock.group.pk, row.item_id, row.location_id, m) for m in moments] == [0, 10, 6]


def test_posting_a_thousand_lines_costs_the_statements_of_one(stock, statements):
    one, many = stock.create(
        "warehouse.other-in",
        body(at("2026-01-05"), ("BOLT", 1, "2.00")),
        body(at("2026-01-05", 9), *(("BOLT", 1, "2.00") for _ in range(1000))),
    )
    with statements() as few:
        perform("warehouse.other-in", [one.pk], "post", actor=stock.actor)
    with statements() as all_of_them:
        perform("warehouse.other-in", [many.pk], "post", actor=stock.actor)
    assert len(all_of_them) <= len(few)
    assert worth(stock) == (1001, 2002)
    check_invariants(stock)


def test_fifty_clients_on_the_last_twenty_five(own_database):
    stock = with_stock(with_basics(new_world()))
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 25, "2.00")))
    ids = [d.pk for d in stock.create("warehouse.other-out", *(body(at("2026-01-06"), ("BOLT", 1)) for _ in range(50)))]

    def client(number):
        try:
            perform("warehouse.other-out", [ids[number]], "post", actor=stock.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "posted"

    outcomes = in_threads(50, client)
    assert (outcomes.count("posted"), outcomes.count("stock.short")) == (25, 25)
    assert (on_hand(stock), worth(stock)) == (0, (0, 0))
    check_invariants(stock)


def test_crossed_orders_never_deadlock(own_database):
    stock = with_stock(with_basics(new_world()), *(f"X{n}" for n in range(12)))
    names = [f"X{n}" for n in range(12)]
    done(stock, "other-in", body(at("2026-01-05"), *((n, 100, "1.00") for n in names)))
    rows = [names if n % 2 else list(reversed(names)) for n in range(16)]
    ids = [
        d.pk for d in stock.create("warehouse.other-out", *(body(at("2026-01-06"), *((i, 1) for i in r)) for r in rows))
    ]
    outcomes = in_threads(
        8, lambda n: [perform("warehouse.other-out", [i], "post", actor=stock.actor) for i in ids[n::8]]
    )
    assert len(outcomes) == 8
    assert {on_hand(stock, item=n) for n in names} == {84}
    check_invariants(stock)


STEPS = st.lists(
    st.tuples(
        st.integers(1, 58),
        st.booleans(),
        st.integers(1, 9),
        st.decimals("0.01", "99.99", places=2, allow_nan=False, allow_infinity=False),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_random_days_equal_a_plain_reckoning(world, steps):
    """Documents typed in any order against the average reckoned from scratch in chronological order."""
    stock = world if Balance.objects.filter(group=world.group).exists() else _once(world)
    name = f"R{Move.objects.count()}-{abs(hash(tuple(steps))) % 10**9}"
    stock.create("masterdata.item", {"code": name, "name_en": name, "category": "RM", "unit": "PCS"})
    accepted = []
    for day, inward, quantity, price in steps:
        moved_at = at(date.fromordinal(date(2026, 1, 1).toordinal() + day).isoformat())
        try:
            if inward:
                done(stock, "other-in", body(moved_at, (name, quantity, price)))
            else:
                done(stock, "other-out", body(moved_at, (name, quantity)))
        except Refusal:
            continue
        accepted.append((day, not inward, len(accepted), quantity, price))
    held, value = Decimal(0), Decimal(0)
    for _day, outward, _n, quantity, price in sorted(accepted):
        if outward:
            left = held - quantity
            value = Decimal(0) if left == 0 else value - round_half_up(value * quantity / held, 2)
            held = left
        else:
            held, value = held + quantity, value + round_half_up(quantity * price, 2)
    if accepted:
        assert worth(stock, name) == (held, value)
    check_invariants(stock)


def _once(world):
    try:
        return with_stock(world)
    except Refusal:
        return world
