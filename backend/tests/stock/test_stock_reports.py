"""Stock on hand, the stock ledger and the summary of receipts, issues and balances: exact, and equal to the books."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from jingwei.books.models import Account, JournalLine
from jingwei.masterdata.models import Item, Warehouse
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from jingwei.stock import reserving
from jingwei.stock.models import Lot
from jingwei.warehouse.adjustments import Reversal
from tests.stock.stories import at, body, done, found, with_stock
from tests.stock.test_reserving import want
from tests.support.rules import check_invariants


@pytest.fixture
def stock(world):
    return with_stock(world, "BOLT", "NUT")


@pytest.fixture
def reader(world):
    return world.person("auditor")


def cells(row, *names):
    """Values of a row as short text; references by number."""
    values = [row["values"][name] for name in names]
    return [value["number"] if isinstance(value, dict) else value for value in values]


def rows(reply, *names):
    assert reply.status == 200, reply.body
    return [cells(row, *names) for row in reply.body["rows"]]


def item(world, code):
    return Item.objects.get(group=world.group, code=code).pk


def january(world):
    """Two items: bought, used, moved, one receipt typed late, one count, one reversal."""
    done(world, "opening", body(at("2026-01-01"), ("BOLT", 10, "10.00"), ("NUT", 3, "3.34")))
    done(world, "other-out", body(at("2026-01-10"), ("BOLT", 4)))
    done(world, "other-out", body(at("2026-02-10"), ("BOLT", 4)))
    late = done(world, "other-in", body(at("2026-01-06"), ("BOLT", 10, "20.00")))[0]
    move = {"moved_at": at("2026-01-20"), "from_location": "A-01", "to_location": "A-02"}
    done(world, "transfer", {**move, "lines": [{"item": "BOLT", "quantity": "2"}]})
    done(world, "count", found(at("2026-02-15"), ("NUT", 4)))
    back = done(world, "other-in", body(at("2026-02-20"), ("NUT", 6, "1.00"), price_reason="clearance"))[0]
    perform("warehouse.other-in", [back.pk], "reverse", Reversal(moved_at=at("2026-03-01")), actor=world.actor)
    return late


# Stock on hand


def test_on_hand_by_place_with_what_is_free_and_its_value(stock, reader):
    january(stock)
    (document,) = stock.create("warehouse.other-out", body(at("2026-02-20"), ("BOLT", 1)))
    kept = [want(stock, document, 3)]
    run(stock.actor, lambda command: reserving.reserve(command, stock.company_id, kept))
    reply = reader.get("reports/stock.on-hand")
    names = ("item", "warehouse", "location", "status", "on_hand", "reserved", "available", "unit", "value")
    assert rows(reply, *names) == [
        ["BOLT", "W1", "A-01", "Available", "10", "3", "7", "Piece", "150"],
        ["BOLT", "W1", "A-02", "Available", "2", "0", "2", "Piece", "30"],
        ["NUT", "W1", "A-01", "Available", "4", "0", "4", "Piece", "13.36"],
    ]
    assert (reply.body["totals"], reply.body["currency"]) == ({"value": "193.36"}, "CNY")
    assert reply.body["rows"][0]["drill"] == {"report": "stock.item-ledger", "params": {"item": item(stock, "BOLT")}}
    only = reader.get(f"reports/stock.on-hand?item={item(stock, 'NUT')}")
    assert (rows(only, "item", "on_hand"), only.body["totals"]) == ([["NUT", "4"]], {"value": "13.36"})
    check_invariants(stock)


def test_the_shares_of_places_add_up_to_the_value_of_the_item(stock, reader):
    stock.create("masterdata.warehouse", {"code": "W2", "name_en": "Second"})
    stock.create("masterdata.location", {"code": "B-01", "name_en": "Far", "kind": "stock", "warehouse": "W2"})
    for place in ("A-01", "A-02", "B-01"):
        done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 1, "3.33" if place != "B-01" else "3.34"), place=place))
    reply = reader.get("reports/stock.on-hand")
    assert sorted(v for (v,) in rows(reply, "value")) == ["3.33", "3.33", "3.34"]
    second = Warehouse.objects.get(group=stock.group, code="W2").pk
    reply = reader.get(f"reports/stock.on-hand?warehouse={second}")
    assert rows(reply, "location", "on_hand", "value") == [["B-01", "1", "3.33"]]


def test_on_hand_as_of_a_past_instant(stock, reader):
    january(stock)
    names = ("item", "location", "on_hand", "reserved", "value")
    for instant, wanted in (
        ("2025-12-31T00:00:00Z", []),
        ("2026-01-05T00:00:00Z", [["BOLT", "A-01", "10", None, "100"], ["NUT", "A-01", "3", None, "10.02"]]),
        ("2026-01-10T07:59:59Z", [["BOLT", "A-01", "20", None, "280"], ["NUT", "A-01", "3", None, "10.02"]]),
        (
            "2026-01-31T00:00:00%2B08:00",
            [
                ["BOLT", "A-01", "14", None, "210"],
                ["BOLT", "A-02", "2", None, "30"],
                ["NUT", "A-01", "3", None, "10.02"],
            ],
        ),
    ):
        reply = reader.get(f"reports/stock.on-hand?at={instant}")
        assert rows(reply, *names) == wanted, instant
    refused = reader.get("reports/stock.on-hand?at=2026-01-05T00:00:00")
    assert (refused.status, refused.codes, refused.body["errors"][0]["field"]) == (422, ["date.invalid"], "at")


def test_lots_and_conditions_stand_in_rows_of_their_own(stock, reader):
    stock.create(
        "masterdata.item", {"code": "LOT", "name_en": "Lot", "category": "RM", "unit": "PCS", "tracking": "lot"}
    )
    receipt = body(at("2026-01-05"), ("LOT", 5, "2.00"), ("LOT", 3, "2.00"))
    receipt["lines"][0]["lot"], receipt["lines"][1]["lot"] = "L-1", "L-2"
    done(stock, "other-in", receipt)
    done(stock, "count", found(at("2026-01-10"), ("LOT", 2, {"lot": "L-1", "status": "blocked"})))
    reply = reader.get("reports/stock.on-hand")
    assert rows(reply, "lot", "status", "on_hand", "available", "value") == [
        ["L-1", "Available", "5", "5", "10"],
        ["L-1", "Blocked", "2", "0", "4"],
        ["L-2", "Available", "3", "3", "6"],
    ]
    assert Lot.objects.filter(group=stock.group).count() == 2
    chinese = stock.person("auditor", language="zh-Hans").get("reports/stock.on-hand")
    assert (chinese.body["label"], rows(chinese, "status")[1]) == ("即时库存", ["冻结"])


# Stock ledger


def test_the_ledger_runs_with_the_books_and_shows_what_things_came_to_cost(stock, reader):
    late = january(stock)
    path = f"reports/stock.item-ledger?item={item(stock, 'BOLT')}&from_on=2026-01-01&to_on=2026-02-28"
    reply = reader.get(path)
    names = ("on", "in_quantity", "in_value", "out_quantity", "out_value", "quantity", "value")
    assert rows(reply, *names) == [
        ["2026-01-01", None, None, None, None, "0", "0"],
        ["2026-01-01", "10", "100", None, None, "10", "100"],
        ["2026-01-06", "10", "200", None, None, "20", "300"],
        ["2026-01-06", None, None, None, "20", "20", "280"],
        ["2026-01-10", None, None, "4", "40", "16", "240"],
        ["2026-01-20", "2", None, "2", None, "16", "240"],
        ["2026-02-01", None, None, None, "20", "16", "220"],
        ["2026-02-10", None, None, "4", "40", "12", "180"],
        ["2026-02-28", None, None, None, None, "12", "180"],
    ]
    assert rows(reply, "effective_value", "cost")[4] == ["60", "15"]
    assert rows(reply, "effective_value", "cost")[7] == ["60", "15"]
    assert reply.body["rows"][2]["drill"] == {"document": {"key": "warehouse.other-in", "id": late.pk}}
    assert reply.body["rows"][1]["drill"]["document"]["key"] == "warehouse.opening"
    assert reply.body["heading"] == "BOLT Bolt"
    february = reader.get(path.replace("2026-01-01", "2026-02-05"))
    assert rows(february, "on", "out_value", "quantity", "value", "effective_value") == [
        ["2026-02-05", None, "16", "220", None],
        ["2026-02-10", "40", "12", "180", "60"],
        ["2026-02-28", None, "12", "180", None],
    ]


def test_a_range_that_ends_before_it_begins_is_refused(stock, reader):
    for path in (f"stock.item-ledger?item={item(stock, 'BOLT')}&", "stock.summary?"):
        reply = reader.get(f"reports/{path}from_on=2026-02-01&to_on=2026-01-01")
        assert (reply.status, reply.codes, reply.body["errors"][0]["field"]) == (422, ["date.order"], "to_on")


# Summary


def test_the_summary_by_account_and_item(stock, reader):
    january(stock)
    reply = reader.get("reports/stock.summary?from_on=2026-02-01&to_on=2026-02-28")
    parts = ("opening", "in", "out", "closing")
    assert rows(reply, "item", *(f"{p}_quantity" for p in parts)) == [
        ["140301", None, None, None, None],
        ["BOLT", "16", "0", "4", "12"],
        ["NUT", "3", "7", "0", "10"],
    ]
    assert rows(reply, "item", *(f"{p}_amount" for p in parts)) == [
        ["140301", "250.02", "9.34", "60", "199.36"],
        ["BOLT", "240", "0", "60", "180"],
        ["NUT", "10.02", "9.34", "0", "19.36"],
    ]
    assert reply.body["notes"] == []
    first = reader.get("reports/stock.summary?from_on=2026-01-01&to_on=2026-01-31")
    assert rows(first, "item", *(f"{p}_quantity" for p in parts))[1:] == [
        ["BOLT", "10", "10", "4", "16"],
        ["NUT", "3", "0", "0", "3"],
    ]
    assert rows(first, "item", *(f"{p}_amount" for p in parts))[1:] == [
        ["BOLT", "100", "200", "60", "240"],
        ["NUT", "10.02", "0", "0", "10.02"],
    ], "opening stock is an opening, not a receipt"
    dates = {"from_on": "2026-02-01", "to_on": "2026-02-28"}
    account = Account.objects.get(group=stock.group, code="140301").pk
    assert [r["drill"] for r in reply.body["rows"][:2]] == [
        {"report": "books.general-ledger", "params": {"account": account, **dates}},
        {"report": "stock.item-ledger", "params": {"item": item(stock, "BOLT"), **dates}},
    ]


def test_the_summary_equals_the_general_ledger_on_every_date(stock, reader):
    """Also in the days between a back-dated receipt and its corrections."""
    january(stock)
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 62)]
    for day in days:
        reply = reader.get(f"reports/stock.summary?from_on={max(day.replace(day=1), days[0])}&to_on={day}")
        (total,) = [r for r in rows(reply, "item", "closing_amount") if r[0] == "140301"]
        lines = JournalLine.objects.filter(group=stock.group, account__code="140301", posted_on__lte=day)
        books = sum((d - c for d, c in lines.values_list("debit", "credit")), Decimal(0))
        assert (Decimal(total[1]), reply.body["notes"]) == (books, []), day
        assert Decimal(reply.body["totals"]["closing_amount"]) == books


def test_what_the_books_do_not_bear_out_is_said(stock, reader, own_summary_fault):
    reply = reader.get("reports/stock.summary?from_on=2026-01-01&to_on=2026-01-31")
    assert [n["kind"] for n in reply.body["notes"]] == ["error"]
    assert "140301" in reply.body["notes"][0]["text"]


@pytest.fixture
def own_summary_fault(stock, monkeypatch):
    """The journal is guarded against every writer: the fault is made in what the report reads of it."""
    from jingwei.books.reports.ledger import Ledger

    january(stock)
    monkeypatch.setattr(Ledger, "balances", lambda self, on: {})


# All of them


def test_statements_do_not_grow_with_goods_or_history(stock, reader, statements):
    january(stock)
    paths = [
        "stock.on-hand",
        f"stock.item-ledger?item={item(stock, 'BOLT')}&from_on=2026-01-01&to_on=2026-03-31",
        "stock.summary?from_on=2026-01-01&to_on=2026-03-31",
    ]
    before = []
    for path in paths:
        with statements() as sent:
            reader.get(f"reports/{path}")
        before.append(len(sent))
    names = [f"N{n}" for n in range(30)]
    stock.create("masterdata.item", *({"code": n, "name_en": n, "category": "RM", "unit": "PCS"} for n in names))
    done(
        stock, "other-in", body(at("2026-03-05"), *((n, 5, "2.00") for n in ("BOLT", *names)), price_reason="clearance")
    )
    for path, few in zip(paths, before, strict=True):
        with statements(at_most=few + 1) as sent:  # one more kind of document in the ledger
            reader.get(f"reports/{path}")
        assert len(sent) <= 20


def test_the_same_table_in_a_workbook(stock, reader):
    january(stock)
    content = reader.get("reports/stock.on-hand?format=xlsx").body
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert sheet[1][:3] == ["BOLT Bolt", "W1 First", "A-01 Bin 1"]
    assert sheet[-1][-1] == 193.36
