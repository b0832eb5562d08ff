"""The home page: exact figures of a trader's year, what waits for whom, and what is left out without the right."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from jingwei.books.balances import fold
from jingwei.books.charts import Standard
from jingwei.books.models import EntryKind
from jingwei.books.starting import open_year
from jingwei.insight.home import as_json, home
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from jingwei.platform.models import Role
from tests.books.ledgers import Books
from tests.books.stories import OFFICE, voucher
from tests.purchasing.test_orders import confirmed, order, receipt, received, with_suppliers
from tests.support.rules import check_invariants

NOVEMBER_END = datetime(2026, 11, 30, 8, tzinfo=UTC)
SALE = {"net": "3000", "tax": "390", "gross": "3390"}


@pytest.fixture
def books(world):
    """October sold for 3,000 what cost 2,000; November is the trader's month: 12,000 for 7,000."""
    made = Books(world, Standard.SBE, world.company_id)
    made.post("2026-10-09", "sales.invoiced", "C1", due="2026-10-31", **SALE)
    made.post("2026-10-09", "sales.cost_recognised", cost="2000")
    made.trading_month()
    return made


def shown(actor, at=NOVEMBER_END):
    return as_json(home(actor, at))


def figure(page, key):
    return next(f for f in page["figures"] if f["key"] == key)


def trend(page, key):
    return {p["period"]: p["value"] for p in figure(page, key)["trend"] if p["value"] != "0"}


def tasks(page):
    return {task["key"]: task for task in page["tasks"]}


# figures


def test_six_figures_of_the_last_month_beside_those_of_the_month_before(books):
    page = shown(books.actor)
    assert (page["on"], page["period"], page["before"], page["currency"]) == ("2026-11-30", "2026-11", "2026-10", "CNY")
    assert {f["key"]: (f["value"], f["before"], f["rate"], f["rate_before"]) for f in page["figures"]} == {
        "cash": ("12300", "0", None, None),
        "receivables": ("3750", "3390", None, None),
        "payables": ("12760", "0", None, None),
        "stock": ("50800", "48000", None, None),
        "revenue": ("12000", "3000", None, None),
        "margin": ("5000", "1000", "41.7", "33.3"),
    }


def test_a_round_percentage_keeps_its_decimal(books):
    books.post("2026-11-28", "sales.cost_recognised", cost="2000")
    assert figure(shown(books.actor), "margin")["rate"] == "25.0"


def test_trends_reach_back_to_the_first_month_and_openings_are_no_movement(books):
    books.post("2026-01-01", "sales.invoiced", "C3", due="2026-01-31", kind=EntryKind.OPENING, **SALE)
    page = shown(books.actor)
    assert [p["period"] for p in figure(page, "revenue")["trend"]] == [f"2026-{month:02}" for month in range(1, 12)]
    assert trend(page, "revenue") == {"2026-10": "3000", "2026-11": "12000"}, "brought forward, not sold in January"
    assert trend(page, "margin") == {"2026-10": "1000", "2026-11": "5000"}
    assert trend(page, "receivables")["2026-01"] == "3390"
    assert trend(page, "stock") == {
        **{f"2026-{month:02}": "50000" for month in range(1, 10)},
        "2026-10": "48000",
        "2026-11": "50800",
    }


def test_closing_entries_leave_revenue_and_margin_as_they_were_earned(books):
    before = shown(books.actor)["figures"]
    books.close_results("2026-11-30")
    assert shown(books.actor)["figures"] == before


def test_folding_balances_changes_no_figure(books):
    before = shown(books.actor)["figures"]
    assert fold(books.world.group.pk) > 0
    books.post("2026-11-29", "sales.invoiced", "C1", due="2026-12-31", **SALE)
    page = shown(books.actor)
    assert figure(page, "revenue")["value"] == "15000"
    assert [f for f in page["figures"] if f["key"] in ("cash", "payables", "stock")] == [
        f for f in before if f["key"] in ("cash", "payables", "stock")
    ]


def test_shares_name_their_accounts_and_open_parties_or_lines(books):
    page = shown(books.actor)
    parts = figure(page, "payables")["parts"]
    assert [(p["code"], p["value"]) for p in parts] == [("220201", "12360"), ("220202", "400")]
    assert parts[0]["drill"] == {"report": "books.ageing", "params": {"on": "2026-11-30", "control": "payable"}}
    grni = books.accounts["220202"].pk
    days = {"from_on": "2026-11-01", "to_on": "2026-11-30"}
    assert parts[1]["drill"] == {"report": "books.general-ledger", "params": {"account": grni, **days}}
    assert figure(page, "cash")["parts"] == [], "one account alone says nothing new"


@pytest.mark.parametrize("key", ["cash", "receivables", "payables", "stock", "revenue", "margin"])
def test_a_figure_opens_the_report_that_has_it_as_its_total(books, world, key):
    found = figure(shown(books.actor), key)
    drill = found["drill"]
    assert drill == {"report": "insight.key-figures", "params": {"figure": key, "on": "2026-11-30"}}
    reply = world.person("auditor").get(f"reports/{drill['report']}?figure={key}&on=2026-11-30")
    assert reply.status == 200, reply.body
    assert reply.body["totals"] == {p["period"]: p["value"] for p in found["trend"]}
    assert sum(float(row["values"]["2026-11"]) for row in reply.body["rows"]) == float(found["value"])


def test_the_margin_is_made_of_revenue_and_costs_and_told_in_percent(books, world):
    reply = world.person("auditor").get("reports/insight.key-figures?figure=margin&on=2026-11-30")
    rows = {row["values"]["account"]["number"]: row["values"]["2026-11"] for row in reply.body["rows"]}
    assert [c["name"] for c in reply.body["columns"]][1:3] == ["2026-11", "2026-10"], "the latest first"
    assert sorted(rows.values()) == ["-7000", "12000"]
    assert [n["text"] for n in reply.body["notes"]] == ["Share of revenue: 2026-11 41.7 % · 2026-10 33.3 %"]
    account = next(row for row in reply.body["rows"] if row["values"]["2026-11"] == "12000")
    opened = account["drills"]["2026-10"]
    assert opened["params"] | {"account": 0} == {"account": 0, "from_on": "2026-10-01", "to_on": "2026-10-31"}


def test_a_trend_has_thirteen_months_at_most(books):
    run(books.actor, lambda c: open_year(c, 2027))
    books.post("2027-03-05", "sales.invoiced", "C1", due="2027-03-31", **SALE)
    page = shown(books.actor, datetime(2027, 3, 9, 8, tzinfo=UTC))
    points = [p["period"] for p in figure(page, "cash")["trend"]]
    assert (len(points), points[0], points[-1]) == (13, "2026-03", "2027-03")
    assert figure(page, "cash")["value"] == "12300", "balances reach further back than the trend"


def test_the_month_of_today_is_shown_and_what_is_booked_for_a_later_one_is_not(books):
    books.post("2026-12-05", "sales.invoiced", "C1", due="2026-12-31", **SALE)
    assert (shown(books.actor)["period"], figure(shown(books.actor), "receivables")["value"]) == ("2026-11", "3750")
    later = shown(books.actor, datetime(2026, 12, 20, 8, tzinfo=UTC))
    assert (later["period"], figure(later, "revenue")["value"], figure(later, "revenue")["before"]) == (
        "2026-12",
        "3000",
        "12000",
    )
    earlier = shown(books.actor, datetime(2026, 10, 20, 8, tzinfo=UTC))
    assert (earlier["period"], figure(earlier, "receivables")["value"]) == ("2026-10", "3390")


def test_books_that_rest_are_shown_as_they_were_left(books):
    for year in (2027, 2028):
        run(books.actor, lambda c, year=year: open_year(c, year))
    quiet = shown(books.actor, datetime(2027, 11, 20, 8, tzinfo=UTC))
    assert (quiet["period"], figure(quiet, "cash")["value"], figure(quiet, "revenue")["value"]) == (
        "2027-11",
        "12300",
        "0",
    )
    left = shown(books.actor, datetime(2027, 12, 20, 8, tzinfo=UTC))
    assert (left["period"], figure(left, "revenue")["value"]) == ("2026-11", "12000")


def test_figures_cost_the_same_whatever_was_booked(books, statements):
    with statements() as few:
        shown(books.actor)
    for day in range(1, 21):
        books.post(f"2026-11-{day:02}", "sales.invoiced", f"P{day}", due="2026-12-31", **SALE)
    with statements() as many:
        shown(books.actor)
    assert len(many) == len(few) <= 13


# rights


def test_what_somebody_may_not_see_is_left_out(books, world):
    Role.objects.create(
        group=world.group, key="goods", name_en="Goods", permissions=["stock.on-hand.view", "warehouse.*"]
    )
    person = world.person("goods")
    reply = person.get("home")
    assert reply.status == 200, reply.body
    assert [f["key"] for f in reply.body["figures"]] == ["stock"]
    assert reply.body["tasks"] == []
    refused = person.get("reports/insight.key-figures?figure=revenue&on=2026-11-30")
    assert (refused.status, refused.codes) == (403, ["permission.denied"])


def test_the_report_of_figures_asks_for_the_right_to_what_is_behind(books, world):
    permissions = ["insight.key-figures.view", "stock.on-hand.view"]
    Role.objects.create(group=world.group, key="goods", name_en="Goods", permissions=permissions)
    person = world.person("goods")
    assert person.get("reports/insight.key-figures?figure=stock&on=2026-11-30").status == 200
    refused = person.get("reports/insight.key-figures?figure=cash&on=2026-11-30")
    assert (refused.status, refused.body["errors"][0]["permission"]) == (403, "books.trial-balance.view")


def test_another_company_has_figures_of_its_own(books, world):
    other = world.create("platform.company", {"code": "T2", "name_en": "Second", "name_zh": "第二"})[0].pk
    reader = world.person("auditor")
    reader.company = other
    empty = reader.get("home").body
    assert (empty["figures"], empty["tasks"], empty["period"]) == ([], [], "")
    theirs = Books(world, Standard.SBE, other)
    theirs.post("2026-11-05", "sales.invoiced", "X1", due="2026-12-31", net="100", tax="13", gross="113")
    assert figure(reader.get("home").body, "revenue")["value"] == "100"
    assert figure(shown(books.actor), "revenue")["value"] == "12000"
    here = world.person("auditor", company=world.company_id)
    here.company = other
    assert here.get("home").codes == ["company.denied"]


def test_nobody_sees_it_without_signing_in():
    assert Client().get("/api/v1/home").status_code == 401


# work that waits


def test_debts_past_their_day_are_named_with_the_report_that_lists_them(books, world):
    late = tasks(shown(books.actor))
    assert (late["overdue.receivable"]["count"], late["overdue.receivable"]["amount"]) == (2, "16950")
    drill = late["overdue.receivable"]["drill"]
    assert drill["params"] == {"on": "2026-11-30", "control": "receivable", "due_before": "2026-11-30"}
    reply = world.person("auditor").get(
        "reports/books.open-items?on=2026-11-30&control=receivable&due_before=2026-11-30"
    )
    assert (len(reply.body["rows"]), reply.body["totals"]["open"]) == (2, "16950"), "receipts on account left out"
    books.settle("2026-11-30", "13000")
    assert tasks(shown(books.actor))["overdue.receivable"]["amount"] == "3950"
    assert (late["overdue.payable"]["count"], late["overdue.payable"]["amount"]) == (1, "1060"), "not 2 December's"
    in_december = tasks(shown(books.actor, datetime(2026, 12, 3, 8, tzinfo=UTC)))
    assert in_december["overdue.payable"]["amount"] == "12360"


def test_who_may_review_sees_drafts_and_who_may_not_does_not(books, world):
    accountant, controller = world.person("accountant"), world.person("controller")
    for _ in range(2):
        accountant.made("finance/vouchers", voucher(*OFFICE, on="2026-11-20"))
    page = tasks(as_json(home(world.acting(controller), NOVEMBER_END)))
    waiting = page["finance.voucher.review"]
    assert (waiting["count"], waiting["label"], waiting["action"], waiting["state"]["label"]) == (
        2,
        "Vouchers",
        "Review",
        "Draft",
    )
    listed = controller.get(f"{waiting['path']}?{'&'.join(f'{k}={v}' for k, v in waiting['filters'].items())}&count=1")
    assert listed.body["count"] == 2
    assert "finance.opening.review" not in page, "none of them is an opening balance"
    assert "finance.voucher.review" not in tasks(as_json(home(world.acting(accountant), NOVEMBER_END)))
    ids = [row["id"] for row in listed.body["rows"]]
    perform("finance.voucher", ids[:1], "review", actor=world.acting(controller))
    page = tasks(as_json(home(world.acting(controller), NOVEMBER_END)))
    assert (page["finance.voucher.review"]["count"], page["finance.voucher.post"]["count"]) == (1, 1)


def test_periods_that_are_over_wait_to_be_closed(books, world):
    controller = world.person("controller")
    waiting = tasks(as_json(home(world.acting(controller), NOVEMBER_END)))["books.period.close"]
    assert (waiting["count"], waiting["state"]["label"]) == (10, "Open")
    listed = controller.get(f"{waiting['path']}?{'&'.join(f'{k}={v}' for k, v in waiting['filters'].items())}&count=1")
    assert (listed.status, listed.body["count"]) == (200, 10)
    reader = world.person("auditor")
    assert "books.period.close" not in tasks(as_json(home(world.acting(reader), NOVEMBER_END)))


def test_orders_whose_goods_are_late_are_counted_and_tracked_line_by_line(world):
    with_suppliers(world)
    lines = (("BOLT", 100, "10", {"requested_on": "2026-01-20"}), ("NUT", 40, "2.5", {"requested_on": "2026-02-20"}))
    late, on_time = confirmed(world, order(*lines), order(("NUT", 10, "2.5", {"requested_on": "2026-03-01"})))
    received(world, receipt((late, 1, 60)))
    at = datetime(2026, 2, 1, 8, tzinfo=UTC)
    task = tasks(as_json(home(world.actor, at)))["late.in"]
    assert (task["count"], task["label"], task["drill"]) == (
        1,
        "Arrivals overdue",
        {"report": "insight.order-tracking", "params": {"direction": "in", "late_only": True, "on": "2026-02-01"}},
    )
    reader = world.person("auditor")
    names = ("number", "line", "due_on", "days_late", "to_come", "to_go", "unit")

    def tracked(query):
        reply = reader.get(f"reports/insight.order-tracking?{query}")
        assert reply.status == 200, reply.body
        return [[row["values"][n] for n in names] for row in reply.body["rows"]]

    assert tracked("direction=in&late_only=true&on=2026-02-01") == [
        [late.number, 1, "2026-01-20", 12, "40", None, "Piece"]
    ]
    assert tracked("on=2026-02-01") == [
        [late.number, 1, "2026-01-20", 12, "40", None, "Piece"],
        [late.number, 2, "2026-02-20", 0, "40", None, "Piece"],
        [on_time.number, 1, "2026-03-01", 0, "10", None, "Piece"],
    ]
    assert tracked("direction=out&on=2026-02-01") == []
    progress = ("ordered", "done", "invoiced", "order_unit", "to_come")
    report = reader.get("reports/insight.order-tracking?on=2026-02-01&direction=in").body
    assert [[row["values"][n] for n in progress] for row in report["rows"]] == [
        ["100", "60", "0", "Piece", "40"],
        ["40", "0", "0", "Piece", "40"],
        ["10", "0", "0", "Piece", "10"],
    ]
    row = report["rows"][0]
    assert row["drill"] == {"document": {"key": "purchasing.order", "id": late.pk}}
    assert row["values"]["party"]["number"] == "S1"
    received(world, receipt((late, 1, 40), on="2026-01-25"))
    assert "late.in" not in tasks(as_json(home(world.actor, at)))
    assert [x[1] for x in tracked("on=2026-02-01")] == [2, 1], "what is fulfilled is left out"
    assert tracked("include_done=true&on=2026-02-01")[0] == [late.number, 1, "2026-01-20", 0, None, None, "Piece"]
    check_invariants(world)


# a new company


def test_a_new_company_is_told_how_to_begin_and_a_running_one_is_not(world):
    owner = world.acting(world.person("owner"))
    at = datetime.combine(date(2026, 1, 2), datetime.min.time(), tzinfo=UTC)
    page = as_json(home(owner, at))
    assert (page["figures"], page["period"]) == ([], "")
    assert [(b["key"], b["is_done"]) for b in page["beginnings"]] == [
        ("masterdata.item", False),
        ("masterdata.supplier", False),
        ("masterdata.customer", False),
        ("masterdata.location", False),
        ("finance.opening", False),
        ("warehouse.opening", False),
    ]
    with_suppliers(world)
    done = {b["key"] for b in as_json(home(owner, at))["beginnings"] if b["is_done"]}
    assert done == {"masterdata.item", "masterdata.supplier", "masterdata.customer", "masterdata.location"}
    buyer = world.acting(world.person("buyer"))
    assert [b["key"] for b in as_json(home(buyer, at))["beginnings"]] == ["masterdata.supplier"]
    received(world, receipt((confirmed(world, order(("BOLT", 5, "10")))[0], 1, 5)))
    assert as_json(home(owner, NOVEMBER_END))["beginnings"] == []
