"""The reports of the books through HTTP: exact figures of a trader's month, and the way from each to its documents."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from jingwei.books.charts import Standard
from jingwei.books.models import EntryKind
from tests.books.ledgers import Books

NOVEMBER = "from_on=2026-11-01&to_on=2026-11-30"


@pytest.fixture
def books(world):
    made = Books(world, Standard.SBE, world.company_id)
    made.trading_month()
    return made


@pytest.fixture
def reader(world):
    return world.person("auditor")


def cells(row, *names):
    """Values of a row as short text; references by number."""
    found = [row["values"][name] for name in names]
    return [value["number"] if isinstance(value, dict) else value for value in found]


def rows(reply, *names):
    assert reply.status == 200, reply.body
    return [cells(row, *names) for row in reply.body["rows"]]


def amounts(row):
    """Opening, period, year and closing, debit and credit each."""
    pairs = ("opening", "period", "year", "closing")
    return [row["values"][f"{name}_{side}"] for name in pairs for side in ("debit", "credit")]


# Trial balance


def test_the_trial_balance_adds_up_accounts_and_headers(books, reader):
    reply = reader.get(f"reports/books.trial-balance?{NOVEMBER}")
    found = {row["values"]["account"]: amounts(row) for row in reply.body["rows"]}
    assert found["1002"] == ["0", "0", "13200", "900", "13200", "900", "12300", "0"]
    assert found["1405"] == ["50000", "0", "10400", "7600", "10400", "7600", "52800", "0"]
    assert found["1405"] == found["140502"], "a header is the sum of what is below it"
    assert found["1122"] == ["0", "0", "13560", "13200", "13560", "13200", "360", "0"]
    assert found["2202"] == ["0", "0", "0", "12760", "0", "12760", "0", "12760"]
    assert found["220202"] == ["0", "0", "0", "400", "0", "400", "0", "400"]
    assert found["3104"][0:2] == ["0", "50000"], "an opening voucher is a balance, not a movement"
    totals = reply.body["totals"]
    assert {name: totals[f"{name}_debit"] for name in ("opening", "period", "year", "closing")} == {
        "opening": "50000",
        "period": "48020",
        "year": "48020",
        "closing": "74960",
    }
    assert [totals[f"{n}_debit"] for n in ("opening", "period", "year", "closing")] == [
        totals[f"{n}_credit"] for n in ("opening", "period", "year", "closing")
    ]
    bank = next(row for row in reply.body["rows"] if row["values"]["account"] == "1002")
    opened = {"account": books.accounts["1002"].pk, "from_on": "2026-11-01", "to_on": "2026-11-30"}
    assert (bank["level"], bank["bold"], bank["drill"]) == (
        0,
        True,
        {"report": "books.general-ledger", "params": opened},
    )


def test_levels_and_accounts_without_figures_are_chosen(books, reader):
    first = reader.get(f"reports/books.trial-balance?{NOVEMBER}&level_to=1").body
    assert {row["level"] for row in first["rows"]} == {0}
    below = reader.get(f"reports/books.trial-balance?{NOVEMBER}&level_from=2&level_to=2").body
    assert {row["level"] for row in below["rows"]} == {1}
    assert first["totals"] == below["totals"]
    every = reader.get(f"reports/books.trial-balance?{NOVEMBER}&include_zero=1").body
    assert len(every["rows"]) == len(books.accounts)
    turned = reader.get(f"reports/books.trial-balance?{NOVEMBER}&level_from=3&level_to=2")
    assert (turned.status, turned.codes, turned.body["errors"][0]["field"]) == (422, ["report.levels"], "level_to")


def test_days_within_a_month_split_its_movement(books, reader):
    """The lines of a cut period and the balances of whole ones are the same figures."""
    parts = [("2026-10-15", "2026-11-07"), ("2026-11-08", "2026-11-21"), ("2026-11-22", "2026-12-10")]
    replies = [reader.get(f"reports/books.trial-balance?from_on={a}&to_on={b}").body for a, b in parts]
    banks = [next(r for r in body["rows"] if r["values"]["account"] == "1405") for body in replies]
    assert [amounts(row) for row in banks] == [
        ["50000", "0", "10400", "7000", "10400", "7000", "53400", "0"],
        ["53400", "0", "0", "600", "10400", "7600", "52800", "0"],
        ["52800", "0", "0", "0", "10400", "7600", "52800", "0"],
    ]
    assert [body["totals"]["period_debit"] for body in replies] == ["32260", "13800", "1960"]


def test_a_trial_balance_lies_in_one_year_that_has_periods(books, reader):
    two = reader.get("reports/books.trial-balance?from_on=2025-12-01&to_on=2026-01-31")
    assert (two.status, two.codes, two.body["errors"][0]["field"]) == (422, ["report.range"], "from_on")
    assert two.body["errors"][0]["hint"] == "Begin on 2026-01-01 or later."
    late = reader.get("reports/books.trial-balance?from_on=2027-01-01&to_on=2027-01-31")
    assert (late.status, late.codes, late.body["errors"][0]["field"]) == (409, ["period.missing"], "to_on")
    back = reader.get("reports/books.trial-balance?from_on=2026-02-01&to_on=2026-01-31")
    assert (back.status, back.codes) == (422, ["date.order"])


# Account ledger


def test_the_account_ledger_runs_from_opening_to_totals(books, reader):
    books.post("2026-12-03", "receipt.received", "C1", amount="40")
    account = books.accounts["112201"].pk
    reply = reader.get(f"reports/books.general-ledger?account={account}&from_on=2026-11-06&to_on=2026-12-31")
    shown = ("posted_on", "number", "summary", "party", "debit", "credit", "direction", "balance")
    assert rows(reply, *shown) == [
        ["2026-11-06", None, "Opening balance", None, None, None, "Dr", "13560"],
        ["2026-11-20", "记-2026-11-0006", "Period 2026-01 entry of 2026-11-20", "C1", "0", "13000", "Dr", "560"],
        ["2026-11-21", "记-2026-11-0007", "Period 2026-01 entry of 2026-11-21", "C2", "0", "200", "Dr", "360"],
        ["2026-11-30", None, "Total of the period", None, "0", "13200", "Dr", "360"],
        ["2026-11-30", None, "Total of the year", None, "13560", "13200", "Dr", "360"],
        ["2026-12-03", "记-2026-12-0001", "Period 2026-01 entry of 2026-12-03", "C1", "0", "40", "Dr", "320"],
        ["2026-12-31", None, "Total of the period", None, "0", "40", "Dr", "320"],
        ["2026-12-31", None, "Total of the year", None, "13560", "13240", "Dr", "320"],
    ]
    assert reply.body["heading"] == "112201 Trade receivables (invoiced)"
    assert [row["values"]["contra"] for row in reply.body["rows"]][:2] == [None, "1002 Bank deposits"]
    sold = reader.get(f"reports/books.general-ledger?account={account}&from_on=2026-11-01&to_on=2026-11-05")
    contra = [row["values"]["contra"] for row in sold.body["rows"] if row["values"]["contra"]]
    assert contra == ["500101 Sales of goods, 22210107 Output VAT"], "the largest first, not the lowest code"
    echoed = reply.body["params"]
    assert echoed["account"] == {
        "id": account,
        "key": "books.account",
        "number": "112201",
        "title": "Trade receivables (invoiced)",
    }
    assert (echoed["from_on"], echoed["to_on"], echoed["party"]) == ("2026-11-06", "2026-12-31", None)


def test_the_ledger_of_a_party_and_of_a_header(books, reader):
    header, party = books.accounts["2202"].pk, books.party("S1")
    whole = reader.get(f"reports/books.general-ledger?account={header}&{NOVEMBER}")
    assert rows(whole, "account", "party", "credit", "direction", "balance")[1:4] == [
        ["220201", "S1", "11300", "Cr", "11300"],
        ["220202", "S2", "400", "Cr", "11700"],
        ["220201", "S4", "1060", "Cr", "12760"],
    ]
    one = reader.get(f"reports/books.general-ledger?account={header}&party={party}&{NOVEMBER}")
    assert rows(one, "credit", "balance")[1:] == [["11300", "11300"], ["11300", "11300"], ["11300", "11300"]]


def test_opening_vouchers_stand_before_the_first_line(books, reader):
    account = books.accounts["140502"].pk
    reply = reader.get(f"reports/books.general-ledger?account={account}&from_on=2026-01-01&to_on=2026-11-30")
    found = rows(reply, "summary", "debit", "credit", "balance")
    assert found[0] == ["Opening balance", None, None, "50000"]
    assert found[-2:] == [
        ["Total of the period", "10400", "7600", "52800"],
        ["Total of the year", "10400", "7600", "52800"],
    ]


def test_a_ledger_that_nobody_could_read_is_asked_for_in_parts(books, reader, monkeypatch):
    monkeypatch.setattr("jingwei.books.reports.entries.MOST_LINES", 20)
    long = reader.get(f"reports/books.journal?{NOVEMBER}")
    assert (long.status, long.codes) == (422, ["report.too_long"])
    assert long.body["errors"][0]["message"] == "The report would have more than 20 lines."


# Journal, and the way to the documents


def voucher(on, *lines):
    return {
        "posted_on": on,
        "summary": "办公用品",
        "lines": [{"account": account, **({"debit": d} if d else {"credit": c})} for account, d, c in lines],
    }


def test_lines_open_the_voucher_they_come_from(world, books, reader):
    maker, checker = world.person("accountant"), world.person("controller")
    made = [
        maker.made("finance/vouchers", voucher("2026-12-22", ("560201", "300", None), ("1001", None, "300"))),
        maker.made("finance/openings", voucher("2026-01-01", ("1001", "500", None), ("310406", None, "500"))),
    ]
    for record, path in zip(made, ("finance/vouchers", "finance/openings"), strict=True):
        assert checker.post(f"{path}/{record['id']}/review", version=1).status == 200
        assert checker.post(f"{path}/{record['id']}/post", version=2).status == 200
    journal = reader.get("reports/books.journal?from_on=2026-12-01&to_on=2026-12-31")
    assert rows(journal, "posted_on", "number", "account", "debit", "credit") == [
        ["2026-12-22", "记-2026-12-0001", "560201", "300", "0"],
        ["2026-12-22", "记-2026-12-0001", "1001", "0", "300"],
    ]
    assert journal.body["totals"] == {"debit": "300", "credit": "300"}
    first = reader.get("reports/books.journal?from_on=2026-01-01&to_on=2026-01-01")
    found = [r["drill"]["document"] for r in first.body["rows"]]
    found = [d for d in found if d["id"] == made[1]["id"]]
    opened = [*(row["drill"]["document"] for row in journal.body["rows"]), *found]
    keys = ("finance.voucher", "finance.voucher", "finance.opening", "finance.opening")
    assert [d["key"] for d in opened] == list(keys)
    for found in opened:
        path = {"finance.voucher": "finance/vouchers", "finance.opening": "finance/openings"}[found["key"]]
        assert reader.get(f"{path}/{found['id']}").status == 200
    into = journal.body["rows"][1]["drills"]["account"]
    assert into["params"]["account"] == books.accounts["1001"].pk
    other = reader.get("reports/books.journal?from_on=2026-12-01&to_on=2026-12-31&voucher_type=收")
    assert (other.body["rows"], other.body["totals"]) == ([], {"debit": "0", "credit": "0"})


# Parties


def test_party_balances_add_up_to_their_accounts(books, reader):
    reply = reader.get(f"reports/books.party-balances?{NOVEMBER}")
    names = ("party", "account", "period_debit", "period_credit", "closing_debit", "closing_credit")
    assert rows(reply, *names) == [
        ["C1", "112201", "13560", "13000", "560", "0"],
        ["C2", "112201", "0", "200", "0", "200"],
        ["S1", "220201", "0", "11300", "0", "11300"],
        ["S2", "220202", "0", "400", "0", "400"],
        ["S3", "1123", "900", "0", "900", "0"],
        ["S4", "220201", "0", "1060", "0", "1060"],
    ]
    payable = reader.get(f"reports/books.party-balances?{NOVEMBER}&dealings=payable").body
    assert (payable["totals"]["closing_debit"], payable["totals"]["closing_credit"]) == ("0", "12760")
    one = reader.get(f"reports/books.party-balances?{NOVEMBER}&party={books.party('S1')}").body
    assert len(one["rows"]) == 1
    drill = one["rows"][0]["drill"]["params"]
    assert (drill["account"], drill["party"]) == (books.accounts["220201"].pk, books.party("S1"))
    books.post("2026-12-01", "receipt.received", "C1", amount="560")
    december = "from_on=2026-12-01&to_on=2026-12-31"
    with_c1 = rows(reader.get(f"reports/books.party-balances?{december}&dealings=receivable"), "party")
    without = reader.get(f"reports/books.party-balances?{december}&dealings=receivable&include_settled=0")
    assert (with_c1, rows(without, "party")) == ([["C1"], ["C2"]], [["C2"]])


# Statements


def figures(body, column):
    return {row["values"]["number"]: row["values"][column] for row in body["rows"] if row["values"]["number"]}


SHEETS = {
    # cash, receivable, prepaid, stock, total assets; payable, advances, undistributed profit, total
    Standard.SBE: (("1", "4", "5", "9", "30", "33", "34", "51", "53"), "year_start"),
    Standard.ASBE: (("2", "6", "8", "10", "36", "42", "43", "75", "77"), "prior_year_end"),
    Standard.IFRS: (("18", "13", "14", "9", "20", "35", "36", "26", "45"), "prior_year_end"),
}
RESULTS = {
    # revenue, cost, administration, profit; the column of the month and the one beside it
    Standard.SBE: (("1", "2", "14", "32"), "month", "year_to_date"),
    Standard.ASBE: (("1", "2", "5", "24"), "period", "prior_period"),
    Standard.IFRS: (("1", "3", "7", "15"), "period", "prior_period"),
}


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("standard", list(Standard))
def test_statements_of_every_standard(world, reader, standard, closed):
    books = Books(world, standard, world.company_id)
    books.trading_month()
    if closed:
        books.close_results("2026-11-30")
    sheet = reader.get("reports/books.balance-sheet?on=2026-11-30")
    assert sheet.status == 200, sheet.body
    numbers, before = SHEETS[standard]
    total = "68520" if standard == Standard.IFRS else "67160"
    now = figures(sheet.body, "closing")
    assert [now[n] for n in numbers] == ["12300", "560", "900", "53400", total, "12760", "200", "54000", total]
    start = figures(sheet.body, before)
    assert [start[n] for n in numbers] == ["0", "0", "0", "50000", "50000", "0", "0", "50000", "50000"]
    checks = {Standard.SBE: 11}.get(standard, 3)
    sound = [{"kind": "info", "text": f"All {checks} cross-checks of the form hold."}]
    assert sheet.body["notes"] == sound
    numbers, month, beside = RESULTS[standard]
    income = reader.get(f"reports/books.income-statement?{NOVEMBER}")
    assert income.status == 200, income.body
    found = figures(income.body, month)
    assert [found[n] for n in numbers] == ["12000", "7000", "1000", "4000"]
    other = ["12000", "7000", "1000", "4000"] if beside == "year_to_date" else ["0", "0", "0", "0"]
    assert [figures(income.body, beside)[n] for n in numbers] == other
    assert [note["kind"] for note in income.body["notes"]] == ["info"]


def test_columns_of_the_income_statement(books, reader):
    books.post("2026-10-09", "sales.invoiced", "C1", net="100", tax="13", gross="113")
    months = reader.get("reports/books.income-statement?from_on=2026-10-01&to_on=2026-11-30").body
    assert [c["name"] for c in months["columns"]] == ["number", "item", "year_to_date", "month"]
    assert (figures(months, "year_to_date")["1"], figures(months, "month")["1"]) == ("12100", "12000")
    filing = reader.get("reports/books.income-statement?from_on=2026-10-01&to_on=2026-10-31&columns=filing").body
    assert [c["label"] for c in filing["columns"]][2:] == ["This period", "Year to date"]
    assert (figures(filing, "period")["1"], figures(filing, "year_to_date")["1"]) == ("100", "100")
    half = reader.get("reports/books.income-statement?from_on=2026-11-04&to_on=2026-11-20&columns=filing").body
    assert (figures(half, "period")["1"], figures(half, "period")["14"]) == ("12000", "0")
    assert half["heading"] == "会小企02表 · Income statement · 2026-11-04 – 2026-11-20"


def test_a_standard_prints_only_its_own_columns(world, reader):
    Books(world, Standard.IFRS, world.company_id)
    reply = reader.get(f"reports/books.income-statement?{NOVEMBER}&columns=filing")
    assert (reply.status, reply.codes, reply.body["errors"][0]["field"]) == (422, ["report.columns"], "columns")
    assert reply.body["errors"][0]["hint"] == "Allowed: As the standard prints it."


def test_every_figure_of_a_statement_opens_what_made_it(books, reader):
    """To the account's lines where one account made it, else to the list of accounts and parties, which adds up."""
    seen = set()
    for path in ("books.balance-sheet?on=2026-11-30", f"books.income-statement?{NOVEMBER}"):
        body = reader.get(f"reports/{path}").body
        for row in body["rows"]:
            for column, drill in row["drills"].items():
                query = "&".join(f"{name}={value}" for name, value in drill["params"].items())
                opened = reader.get(f"reports/{drill['report']}?{query}")
                assert opened.status == 200, (row, opened.body)
                seen.add(drill["report"])
                if drill["report"] == "books.statement-figure":
                    parts = [Decimal(part["values"]["amount"]) for part in opened.body["rows"]]
                    assert sum(parts) == Decimal(row["values"][column])
                    assert opened.body["totals"]["amount"] == row["values"][column]
    assert seen == {"books.statement-figure", "books.general-ledger"}
    given = "statement=balance_sheet&line=L33&column=closing&from_on=2026-01-01&to_on=2026-11-30"
    payable = reader.get(f"reports/books.statement-figure?{given}")
    assert payable.body["heading"] == "33 Accounts payable"
    assert rows(payable, "account", "party", "amount") == [
        ["220201", "S1", "11300"],
        ["220201", "S4", "1060"],
        ["220202", "S2", "400"],
    ]
    for wrong in ("line=L33", "column=closing", "statement=balance_sheet"):
        name = wrong.partition("=")[0]
        reply = reader.get(f"reports/books.statement-figure?{given.replace(wrong, name + '=nope')}")
        assert (reply.status, reply.codes) == (400, ["query.unknown"])


# Ageing


def balance_of(reader, account, on):
    body = reader.get(f"reports/books.trial-balance?from_on=2026-01-01&to_on={on}").body
    found = [row["values"] for row in body["rows"] if row["values"]["account"] == account]
    return sum((Decimal(v["closing_debit"]) - Decimal(v["closing_credit"]) for v in found), Decimal(0))


BUCKETS = ("party", "total", "not_due", "days_30", "days_60")


def test_ageing_at_any_day_is_the_control_account(books, reader):
    allocation = books.settle("2026-11-24", "13000")
    books.unsettle(allocation, "2026-12-20")
    books.settle("2026-12-28", "13000")
    open_then = {
        "2026-11-04": [],
        "2026-11-10": [["C1", "13560", "13560", "0", "0"]],
        "2026-11-20": [["C1", "560", "0", "560", "0"]],
        "2026-11-23": [["C1", "560", "0", "560", "0"], ["C2", "-200", "0", "-200", "0"]],
        "2026-11-30": [["C1", "560", "0", "560", "0"], ["C2", "-200", "0", "-200", "0"]],
        "2026-12-19": [["C1", "560", "0", "0", "560"], ["C2", "-200", "0", "-200", "0"]],
        "2026-12-22": [["C1", "560", "0", "0", "560"], ["C2", "-200", "0", "0", "-200"]],
    }
    for on, expected in open_then.items():
        reply = reader.get(f"reports/books.ageing?on={on}")
        assert rows(reply, *BUCKETS) == expected, on
        assert Decimal(reply.body["totals"]["total"]) == balance_of(reader, "112201", on), on
    items = [rows(reader.get(f"reports/books.open-items?on={on}"), "amount", "settled", "open", "age") for on in (
        "2026-11-23", "2026-11-24", "2026-12-19", "2026-12-20", "2026-12-31",
    )]  # fmt: skip
    assert items == [
        [["13560", "0", "13560", 8], ["-13000", "0", "-13000", 3], ["-200", "0", "-200", 2]],
        [["13560", "13000", "560", 9], ["-200", "0", "-200", 3]],
        [["13560", "13000", "560", 34], ["-200", "0", "-200", 28]],
        [["13560", "0", "13560", 35], ["-13000", "0", "-13000", 30], ["-200", "0", "-200", 29]],
        [["13560", "13000", "560", 46], ["-200", "0", "-200", 40]],
    ]


def test_ageing_of_payables_by_due_and_by_business_date(books, reader):
    due = reader.get("reports/books.ageing?on=2026-11-30&control=payable")
    assert rows(due, *BUCKETS) == [["S1", "11300", "11300", "0", "0"], ["S4", "1060", "0", "1060", "0"]]
    assert Decimal(due.body["totals"]["total"]) == -balance_of(reader, "220201", "2026-11-30")
    business = reader.get("reports/books.ageing?on=2026-11-30&control=payable&since=posted")
    assert rows(business, "party", "total", "days_30") == [["S1", "11300", "11300"], ["S4", "1060", "1060"]]
    assert "not_due" not in [c["name"] for c in business.body["columns"]]
    assert {c["group"] for c in business.body["columns"][2:]} == {"By business date"}
    prepaid = reader.get("reports/books.ageing?on=2026-11-30&control=prepayment").body
    assert prepaid["totals"]["total"] == "900"
    drill = due.body["rows"][0]["drill"]
    query = "&".join(f"{name}={value}" for name, value in drill["params"].items())
    opened = reader.get(f"reports/{drill['report']}?{query}")
    assert rows(opened, "party", "account", "due_on", "open") == [["S1", "220201", "2026-12-02", "11300"]]


@pytest.mark.parametrize(
    ("age", "name"),
    [
        (-1, "not_due"),
        (0, "days_30"),
        (30, "days_30"),
        (31, "days_60"),
        (60, "days_60"),
        (61, "days_90"),
        (90, "days_90"),
        (91, "days_180"),
        (180, "days_180"),
        (181, "days_365"),
        (365, "days_365"),
        (366, "days_over"),
    ],
)
def test_every_age_has_one_bucket(age, name):
    from jingwei.books.reports.ageing import bucket

    assert bucket(age) == name


# Everything at once


def test_books_that_begin_in_the_middle_of_a_year(world, reader):
    from jingwei.books.models import Bookkeeping

    books = Books(world, Standard.ASBE, world.company_id)
    Bookkeeping.objects.filter(company=world.company_id).update(starts_on=date(2026, 7, 1))
    books.post("2026-07-01", "stock.opened", kind=EntryKind.OPENING, cost="50000")
    books.post("2026-07-01", "sales.cost_recognised", cost="7000")
    body = reader.get("reports/books.trial-balance?from_on=2026-07-01&to_on=2026-07-31").body
    found = {row["values"]["account"]: amounts(row) for row in body["rows"]}
    assert found["1405"] == ["50000", "0", "0", "7000", "0", "7000", "43000", "0"]
    early = reader.get("reports/books.balance-sheet?on=2026-06-30")
    assert (early.status, early.codes) == (409, ["period.missing"])
    assert early.body["errors"][0]["message"] == "The books begin on 2026-07-01."
    sheet = reader.get("reports/books.balance-sheet?on=2026-07-31").body
    assert [figures(sheet, name)["10"] for name in ("closing", "prior_year_end")] == ["43000", "50000"]


#: Two statements read the date and the proposals, four the books, two the balances of whole periods and cut ones.
REPORTS = {
    f"books.trial-balance?{NOVEMBER}": 9,
    "books.trial-balance?from_on=2026-11-03&to_on=2026-11-20": 11,
    f"books.journal?{NOVEMBER}": 9,
    f"books.party-balances?{NOVEMBER}": 10,
    "books.ageing?on=2026-11-30": 9,
    "books.open-items?on=2026-11-30": 9,
    "books.balance-sheet?on=2026-11-30": 9,
    f"books.income-statement?{NOVEMBER}": 9,
}


@pytest.mark.parametrize("path", REPORTS)
def test_statements_do_not_grow_with_lines(books, reader, statements, path):
    reader.get(f"reports/{path}")
    with statements() as few:
        assert reader.get(f"reports/{path}").status == 200
    for number in range(5):
        books.post(f"2026-11-{10 + number}", "sales.invoiced", f"C{number}", net="100", tax="13", gross="113")
    with statements() as many:
        reader.get(f"reports/{path}")
    assert len(many) == len(few) == REPORTS[path], "\n".join(s[:150] for s in many)


def test_the_workbook_says_what_the_screen_says(books, reader):
    file = reader.get(f"reports/books.trial-balance?{NOVEMBER}&level_to=1&format=xlsx")
    assert file.headers["Content-Disposition"] == 'attachment; filename="trial-balance.xlsx"'
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(file.body)).get_sheet_by_index(0).to_python()
    assert sheet[0][:4] == ["Account code", "Account name", "Opening balance Debit", "Opening balance Credit"]
    assert sheet[1] == ["1002", "Bank deposits", 0, 0, 13200, 900, 13200, 900, 12300, 0]
    assert sheet[-1] == ["", "Total", 50000, 50000, 48020, 48020, 48020, 48020, 74960, 74960]
    income = reader.get(f"reports/books.income-statement?{NOVEMBER}&format=xlsx").body
    lines = CalamineWorkbook.from_filelike(io.BytesIO(income)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert lines[1][:2] == ["1", "Operating revenue"]
    assert lines[2][:2] == ["2", "  Less: operating cost"]
