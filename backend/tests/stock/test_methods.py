"""Valuation methods beside the moving average: the textbook's figures, through the documents people type."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jingwei.books.models import JournalLine, Period
from jingwei.books.periods import Closing, Reopening
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.stock.models import ItemValue, ValueEntry
from tests.stock.goods import Goods, moment, with_trade
from tests.stock.stories import at, body, done, found, with_stock
from tests.stock.test_late_costs import check
from tests.support.rules import check_invariants

STOCK, DISPATCHED, SOLD, ACCRUED, VARIANCE, OUT = "140301", "1406", "540201", "220202", "140401", "560299"
METHODS = ("moving_average", "fifo", "month_weighted", "specific", "standard")


@pytest.fixture
def stock(world):
    return with_stock(world)


def valued(world, method, item="BOLT", **more):
    """The company values the item so."""
    world.create("stock.item-valuation", {"item": item, "method": method, **more})
    if method == "standard":
        standard(world, "2026-01-01", (item, "10.00"))
    return world


def standard(world, on, *prices):
    """New standard costs from a day."""
    lines = [{"item": item, "price": price} for item, price in prices]
    (made,) = world.create("stock.standard-cost", {"effective_on": on, "reason": "yearly", "lines": lines})
    return perform("stock.standard-cost", [made.pk], "post", actor=world.actor)[0]


def close(world, *codes, area=""):
    periods = Period.objects.filter(group=world.group, code__in=codes).order_by("code")
    perform("books.period", [p.pk for p in periods], "close", Closing(area=area), actor=world.actor)


def worth(world, item="BOLT"):
    row = ItemValue.objects.get(group=world.group, item__code=item, lot_id=0)
    return row.quantity, row.value


def account(world, code):
    rows = JournalLine.objects.filter(group=world.group, account__code=code).values_list("debit", "credit")
    return sum((d - c for d, c in rows), Decimal(0))


def textbook(world, order=(0, 1, 2, 3, 4), item="BOLT", lots=False):
    """100 @ 10.00 at hand, 200 @ 11.00 in, 150 out, 300 @ 12.50 in, 250 out, typed in any order; the issues."""
    days = [
        ("opening", "2026-01-01", [(100, "10.00", "L1")]),
        ("other-in", "2026-01-05", [(200, "11.00", "L2")]),
        ("other-out", "2026-01-10", [(150, None, "L2")]),
        ("other-in", "2026-01-15", [(300, "12.50", "L3")]),
        ("other-out", "2026-01-20", [(50, None, "L1"), (200, None, "L3")] if lots else [(250, None, "")]),
    ]
    made = {}
    for n in order:
        kind, day, lines = days[n]
        given = body(at(day), *((item, q, *([p] if p else [])) for q, p, _lot in lines))
        if lots:
            for line, (_q, _p, lot) in zip(given["lines"], lines, strict=True):
                line["lot"] = lot
        made[n] = done(world, kind, given)[0]
    return made[2], made[4]


@pytest.mark.parametrize(
    ("method", "issues", "ending"),
    [
        ("moving_average", ("1600.00", "2972.22"), "2377.78"),
        ("fifo", ("1550.00", "2900.00"), "2500.00"),
    ],
)
def test_the_textbook_at_once(stock, method, issues, ending):
    valued(stock, method)
    first, second = textbook(stock)
    assert (first.amount, second.amount) == tuple(map(Decimal, issues))
    assert worth(stock) == (200, Decimal(ending))
    check_invariants(stock)


def test_the_textbook_by_lots(stock):
    stock.create(
        "masterdata.item", {"code": "LOTS", "name_en": "Lots", "category": "RM", "unit": "PCS", "tracking": "lot"}
    )
    valued(stock, "specific", "LOTS")
    first, second = textbook(stock, item="LOTS", lots=True)
    assert (first.amount, second.amount) == (Decimal("1650.00"), Decimal("3000.00"))
    assert worth(stock, "LOTS") == (200, Decimal("2300.00"))
    rows = ItemValue.objects.filter(group=stock.group, lot_id__gt=0).order_by("lot_id")
    assert [(r.quantity, r.value) for r in rows] == [(50, 500), (50, 550), (100, 1250)]
    check_invariants(stock)


def test_the_textbook_by_the_month(stock):
    valued(stock, "month_weighted")
    first, second = textbook(stock)
    # Provisional: the opening stock is dated into the month, so that the first receipt gives the cost until the next.
    assert (first.amount, second.amount) == (Decimal("1650.00"), Decimal("3125.00"))
    check_invariants(stock)
    close(stock, "2026-01")
    assert worth(stock) == (200, Decimal("2316.67"))
    assert account(stock, OUT) == Decimal("1737.50") + Decimal("2895.83")
    (correction,) = ValueEntry.objects.filter(group=stock.group, kind="correction")
    january = Period.objects.get(group=stock.group, code="2026-01")
    assert (correction.amount, correction.posted_on) == (Decimal("141.67"), date(2026, 1, 31))
    assert correction.document_id == january.pk
    check_invariants(stock)


@pytest.mark.parametrize("method", ["moving_average", "fifo", "month_weighted", "standard"])
def test_the_order_of_typing_does_not_matter(stock, method):
    valued(stock, method)
    # What a late receipt makes cheaper or dearer is found in the corrections; nothing may be issued that was not there.
    textbook(stock, order=(3, 4, 1, 2, 0))
    if method == "month_weighted":
        close(stock, "2026-01")
    endings = {"moving_average": "2377.78", "fifo": "2500.00", "month_weighted": "2316.67", "standard": "2000.00"}
    assert worth(stock) == (200, Decimal(endings[method]))
    issued = Decimal("6950.00") - account(stock, VARIANCE) - Decimal(endings[method])
    assert account(stock, OUT) == issued
    check_invariants(stock)


def test_what_differs_from_the_standard_cost_is_a_variance_by_name(stock):
    valued(stock, "standard")
    first, second = textbook(stock)
    assert (first.amount, second.amount) == (Decimal("1500.00"), Decimal("2500.00"))
    assert worth(stock) == (200, Decimal("2000.00"))
    # 200 at 1.00 and 300 at 2.50 above the standard, each in the entry of its receipt.
    assert account(stock, VARIANCE) == Decimal("950.00")
    lines = JournalLine.objects.filter(group=stock.group, posted_on=date(2026, 1, 5)).order_by("entry", "line")
    assert sorted((x.account.code, x.debit, x.credit) for x in lines) == [
        (STOCK, Decimal(0), Decimal(200)),
        (STOCK, Decimal(2200), Decimal(0)),
        (VARIANCE, Decimal(200), Decimal(0)),
        ("530199", Decimal(0), Decimal(2200)),
    ]
    assert len({x.entry_id for x in lines}) == 1
    check_invariants(stock)


def test_a_new_standard_cost_revalues_what_is_there_also_when_it_is_dated_back(stock):
    valued(stock, "standard")
    textbook(stock)
    dearer = standard(stock, "2026-02-01", ("BOLT", "12.00"))
    assert (dearer.amount, worth(stock), account(stock, VARIANCE)) == (400, (200, Decimal(2400)), Decimal(550))
    earlier = standard(stock, "2026-01-12", ("BOLT", "11.00"))
    # 150 were there on the twelfth: + 150.00; 250 were issued at 1.00 more; the last change is worth 200.00 less.
    assert worth(stock) == (200, Decimal(2400))
    assert account(stock, OUT) == Decimal("4250.00")
    assert account(stock, VARIANCE) == Decimal("300.00")
    rows = ValueEntry.objects.filter(group=stock.group, document_id=earlier.pk).order_by("posted_on", "contra__code")
    assert [(r.kind, r.posted_on.isoformat(), r.contra.code, r.amount) for r in rows] == [
        ("variance", "2026-01-12", VARIANCE, Decimal(450)),
        ("correction", "2026-01-12", OUT, Decimal(-250)),
        ("variance", "2026-02-01", VARIANCE, Decimal(-200)),
    ]
    check_invariants(stock)


def test_a_method_that_needs_a_standard_cost_asks_for_it(stock):
    stock.create("stock.item-valuation", {"item": "BOLT", "method": "standard"})
    with pytest.raises(Refusal) as refused:
        done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 1, "1.00")))
    assert [p.code for p in refused.value.problems] == ["standard.missing"]
    stock.create("masterdata.item", {"code": "NUT", "name_en": "Nut", "category": "RM", "unit": "PCS"})
    with pytest.raises(Refusal) as refused:
        standard(stock, "2026-01-01", ("NUT", "1.00"))
    assert [p.code for p in refused.value.problems] == ["valuation.not_standard"]
    assert not ValueEntry.objects.filter(group=stock.group).exists()


def test_the_category_says_how_new_items_are_valued(stock):
    stock.create(
        "masterdata.item-category",
        {"code": "OLD", "name_en": "Old first", "accounting_class": "raw_material", "valuation_method": "fifo"},
    )
    stock.create("masterdata.item", {"code": "WINE", "name_en": "Wine", "category": "OLD", "unit": "PCS"})
    done(stock, "other-in", body(at("2026-01-05"), ("WINE", 1, "1.00")))
    done(stock, "other-in", body(at("2026-01-06"), ("WINE", 1, "3.00")))
    (out,) = done(stock, "other-out", body(at("2026-01-07"), ("WINE", 1)))
    assert (out.amount, worth(stock, "WINE")) == (1, (1, 3))
    check_invariants(stock)


def test_a_method_stays_while_its_month_is_open_and_changes_between_two_months(stock):
    (record,) = stock.create("stock.item-valuation", {"item": "BOLT", "method": "fifo"})
    textbook(stock)
    owner = stock.person("owner")
    path = f"stock/item-valuations/{record.pk}"
    reply = owner.patch(path, {"method": "standard"}, version=1)
    assert (reply.status, reply.codes) == (409, ["valuation.fixed"])
    reply = owner.patch(path, {"method": "specific"}, version=1)
    assert (reply.status, reply.codes) == (422, ["valuation.untracked"])
    assert worth(stock) == (200, Decimal(2500))
    close(stock, "2026-01")
    assert owner.patch(path, {"method": "standard"}, version=1).status == 200
    assert worth(stock) == (200, Decimal(2500)), "a change of method alone changes no value"
    change = standard(stock, "2026-02-01", ("BOLT", "13.00"))
    assert (change.amount, worth(stock)) == (100, (200, Decimal(2600)))
    (out,) = done(stock, "other-out", body(at("2026-02-03"), ("BOLT", 10)))
    assert out.amount == 130
    late = done(stock, "other-in", body(at("2026-02-02"), ("BOLT", 10, "20.00")))[0]
    assert (late.amount, worth(stock), account(stock, VARIANCE)) == (200, (200, Decimal(2600)), Decimal(-30))
    check_invariants(stock)


def test_lots_cannot_be_told_apart_afterwards(stock):
    stock.create(
        "masterdata.item", {"code": "LOTS", "name_en": "Lots", "category": "RM", "unit": "PCS", "tracking": "lot"}
    )
    (record,) = stock.create("stock.item-valuation", {"item": "LOTS", "method": "specific"})
    textbook(stock, item="LOTS", lots=True)
    owner = stock.person("owner")
    reply = owner.patch(f"stock/item-valuations/{record.pk}", {"method": "fifo"}, version=1)
    assert (reply.status, reply.codes) == (409, ["valuation.fixed"])
    close(stock, "2026-01")
    reply = owner.patch(f"stock/item-valuations/{record.pk}", {"method": "fifo"}, version=1)
    assert (reply.status, reply.codes) == (409, ["valuation.lots"])
    # Stock on hand shows what each lot cost.
    rows = owner.get("reports/stock.on-hand").body["rows"]
    assert [(r["values"]["lot"], r["values"]["value"]) for r in rows] == [
        ("L1", "500"),
        ("L2", "550"),
        ("L3", "1250"),
    ]
    check_invariants(stock)


def test_a_month_opened_again_is_weighted_at_once(stock):
    valued(stock, "month_weighted")
    textbook(stock)
    done(stock, "other-out", body(at("2026-02-05"), ("BOLT", 100)))
    close(stock, "2026-01")
    # 2,316.67 for 200: the average that February begins with.
    assert worth(stock) == (100, Decimal("2316.67") - Decimal("1158.34"))
    second = stock.acting(stock.person("owner"))
    january = Period.objects.get(group=stock.group, code="2026-01")
    perform("books.period", [january.pk], "reopen", Reopening(reason="a late receipt"), actor=second)
    done(stock, "other-in", body(at("2026-01-25"), ("BOLT", 100, "4.50")))
    # 7,400.00 for 700: issues of 400 cost 4,228.57; 300 worth 3,171.43 begin February.
    assert account(stock, OUT) == Decimal("4228.57") + Decimal("1057.14")
    assert worth(stock) == (200, Decimal("2114.29"))
    check_invariants(stock)
    close(stock, "2026-01")
    assert worth(stock) == (200, Decimal("2114.29"))
    check_invariants(stock)


@pytest.mark.parametrize("method", METHODS)
def test_goods_go_back_and_come_back_by_every_method(world, method):
    goods = Goods(with_trade(with_stock(world, "BOLT")))
    if method == "specific":
        world.create(
            "masterdata.item", {"code": "L", "name_en": "L", "category": "RM", "unit": "PCS", "tracking": "lot"}
        )
        goods = Goods(world, "L", lot="A")
    valued(world, method, goods.item.code)
    first = goods.receive(10, "90.00", moment(5))
    goods.receive(10, "140.00", moment(6))
    sent = goods.send_back(first, 4, "36.00", moment(7))
    issue = goods.dispatch(8, moment(8))
    back = goods.bring_back(issue, 3, moment(9))
    goods.invoice(issue, 4, date(2026, 1, 10))
    goods.late_price(first, 6, "12.00", date(2026, 1, 12))
    goods.take_back(sent, "purchase.received", moment(13))
    goods.take_back(back, "sales.dispatched", moment(14))
    goods.take_back(first, "purchase.received", moment(15))
    goods.late_price(first, 6, "-12.00", date(2026, 2, 3))
    close(world, "2026-01")
    # 10 came at 140.00 and stayed; 8 of 20 are out, 4 of them invoiced: the rest is 2, and the books add up.
    assert worth(world, goods.item.code)[0] == 2
    total = sum(goods.books(STOCK, DISPATCHED, SOLD, VARIANCE, ACCRUED))
    assert total == 0
    assert goods.books(ACCRUED) == [Decimal(-140)]
    check(world)


@pytest.mark.parametrize("method", METHODS[:3])
def test_a_count_stands_by_every_method(stock, method):
    valued(stock, method)
    textbook(stock)
    done(stock, "count", found(at("2026-01-25"), ("BOLT", 210)))
    done(stock, "other-out", body(at("2026-01-22"), ("BOLT", 20)))
    close(stock, "2026-01")
    assert worth(stock)[0] == 210
    check_invariants(stock)


def test_costs_invoiced_in_another_month_stay_when_that_is_reckoned_again(world):
    """A shift of February of goods issued in January is no business of February's average."""
    goods = Goods(with_trade(with_stock(world, "BOLT")))
    goods.receive(10, "100.00", moment(5))
    issue = goods.dispatch(4, moment(6))
    goods.invoice(issue, 4, date(2026, 2, 3))
    goods.receive(10, "160.00", moment(10, month=2))
    goods.dispatch(8, moment(12, month=2))
    goods.receive(4, "80.00", moment(9, month=2))
    assert goods.books(SOLD) == [Decimal(40)]
    assert sum(goods.books(STOCK, DISPATCHED, SOLD)) == 340
    # 60.00 and 80.00 and 160.00 for 20: eight of them are still dispatched.
    assert goods.books(DISPATCHED) == [Decimal(120)]
    check(world)


@pytest.mark.parametrize("method", METHODS)
def test_the_statements_do_not_grow_with_the_lines(stock, statements, method):
    names = [f"N{n}" for n in range(1, 41)]
    tracked = {"tracking": "lot"} if method == "specific" else {}
    stock.create(
        "masterdata.item", *({"code": n, "name_en": n, "category": "RM", "unit": "PCS", **tracked} for n in names)
    )
    stock.create("stock.item-valuation", *({"item": n, "method": method} for n in names))
    if method == "standard":
        standard(stock, "2026-01-01", *((n, "2.00") for n in names))

    def lines(count, *price):
        given = body(at("2026-01-05", 9), *((n, 2, *price) for n in names[:count]))
        for line in given["lines"] if tracked else ():
            line["lot"] = "A"
        return given

    def post(kind, day, count, *price):
        given = lines(count, *price)
        (made,) = stock.create(f"warehouse.{kind}", {**given, "moved_at": at(day)})
        with statements() as sent:
            perform(f"warehouse.{kind}", [made.pk], "post", actor=stock.actor)
        return len(sent)

    for _ in range(3):
        done(stock, "other-in", {**lines(40, "2.00"), "moved_at": at("2026-01-02")})
    assert post("other-out", "2026-01-09", 1) == post("other-out", "2026-01-10", 40)
    assert post("other-in", "2026-01-05", 1, "3.00") == post("other-in", "2026-01-05", 40, "3.00")
    check_invariants(stock)
