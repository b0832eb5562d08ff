"""Statements and trial balance of a small company: exact figures, drill-down, checks, columns and versions."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from jingwei.books.charts import Standard, load_chart
from jingwei.books.formulas import FormulaFault, LedgerFigures, Part, Party
from jingwei.books.posting import GoodsLine, PostingLine, post
from jingwei.books.roles import Role
from jingwei.books.statements import (
    Kind,
    Statement,
    StatementLine,
    Turnover,
    build,
    check,
    column_sets,
    layout,
    trial_balance,
)

STANDARDS = list(Standard)


def d(text: str) -> Decimal:
    return Decimal(text)


class Company:
    """A month of a trader: entries posted by the rules, kept as the balances a ledger would give."""

    def __init__(self, standard: Standard) -> None:
        self.standard = standard
        self.specs = {account.code: account for account in load_chart(standard)}
        self.closing: dict[str, Decimal] = defaultdict(Decimal)
        self.parties: dict[tuple[str, Party | None], Decimal] = defaultdict(Decimal)
        self.movement: dict[str, Decimal] = defaultdict(Decimal)
        self.debits: dict[str, Decimal] = defaultdict(Decimal)
        self.credits: dict[str, Decimal] = defaultdict(Decimal)

    def post(self, event: str, party: str | None = None, *, lines: list[GoodsLine] | None = None, **facts: str) -> None:
        amounts = {name: Decimal(amount) for name, amount in facts.items()}
        entry = post(event, amounts, standard=self.standard, accounting_class="merchandise", lines=lines or ())
        self.take(entry, party, is_closing=event.startswith("close."))

    def take(self, entry: list[PostingLine], party: str | None, *, is_closing: bool) -> None:
        for line in entry:
            amount = line.debit - line.credit
            self.closing[line.account] += amount
            self.debits[line.account] += line.debit
            self.credits[line.account] += line.credit
            if self.specs[line.account].asks_party:
                self.parties[line.account, party] += amount
            if not is_closing:
                self.movement[line.account] += amount

    def close(self) -> None:
        results = {c: -a for c, a in self.closing.items() if self.specs[c].type.is_result and a}
        for event, is_income in (("close.income", True), ("close.expense", False)):
            chosen = {c: a for c, a in results.items() if (self.specs[c].type == "revenue") == is_income}
            self.post(
                event,
                lines=[
                    GoodsLine({"balance": a if is_income else -a}, accounts={Role.CLOSED_ACCOUNT: c})
                    for c, a in chosen.items()
                ],
            )

    @property
    def figures(self) -> LedgerFigures:
        return LedgerFigures(dict(self.closing), dict(self.parties), dict(self.movement))


def trading_month(standard: Standard) -> Company:
    """Opened with 50,000 of goods; bought for 10,000 + 1,300; sold for 12,000 + 1,560 what cost 7,000."""
    company = Company(standard)
    company.post("stock.opened", cost="50000")
    company.post("purchase.received_and_invoiced", "S1", net="10000", tax="1300", gross="11300")
    company.post("purchase.received", "S2", accrued="400")
    company.post("sales.invoiced", "C1", net="12000", tax="1560", gross="13560")
    company.post("sales.cost_recognised", cost="7000")
    company.post("sales.dispatched", cost="600")
    company.post("receipt.received", "C1", amount="13000")
    company.post("receipt.received", "C2", amount="200")  # more than C2 owes: it stands as an advance
    company.post("payment.prepaid", "S3", amount="900")
    company.post("purchase.expense_invoiced", "S4", net="1000", tax="60", gross="1060")
    return company


def by_number(lines: list[StatementLine]) -> dict[str, tuple[Decimal, ...]]:
    return {line.number: line.amounts for line in lines if line.number and line.kind != Kind.HEADING}


def some(standard: Standard, statement: Statement, company: Company, *numbers: str) -> list[Decimal]:
    found = by_number(build(statement, standard, [company.figures]))
    return [found[number][0] for number in numbers]


@pytest.mark.parametrize("closed", [False, True])
def test_small_enterprise(closed: bool) -> None:
    company = trading_month(Standard.SBE)
    if closed:
        company.close()
    # cash, receivable, prepaid, stock (incl. 1406), of which merchandise, current assets, total assets
    assert some(Standard.SBE, Statement.BALANCE_SHEET, company, "1", "4", "5", "9", "12", "15", "30") == [
        12300,
        560,
        900,
        53400,
        52800,
        67160,
        67160,
    ]
    # payable, advances, taxes, liabilities, undistributed profit, equity, total
    assert some(Standard.SBE, Statement.BALANCE_SHEET, company, "33", "34", "36", "47", "51", "52", "53") == [
        12760,
        200,
        200,
        13160,
        54000,
        54000,
        67160,
    ]
    assert some(Standard.SBE, Statement.INCOME_STATEMENT, company, "1", "2", "14", "21", "30", "32") == [
        12000,
        7000,
        1000,
        4000,
        4000,
        4000,
    ]


@pytest.mark.parametrize("closed", [False, True])
def test_large_enterprise(closed: bool) -> None:
    company = trading_month(Standard.ASBE)
    if closed:
        company.close()
    assert some(Standard.ASBE, Statement.BALANCE_SHEET, company, "2", "6", "8", "10", "15", "36") == [
        12300,
        560,
        900,
        53400,
        67160,
        67160,
    ]
    assert some(Standard.ASBE, Statement.BALANCE_SHEET, company, "42", "43", "46", "64", "75", "76", "77") == [
        12760,
        200,
        200,
        13160,
        54000,
        54000,
        67160,
    ]
    assert some(Standard.ASBE, Statement.INCOME_STATEMENT, company, "1", "2", "5", "6", "19", "22", "24", "40") == [
        12000, 7000, 1000, 0, 4000, 4000, 4000, 4000,
    ]  # fmt: skip


@pytest.mark.parametrize("closed", [False, True])
def test_international(closed: bool) -> None:
    company = trading_month(Standard.IFRS)
    if closed:
        company.close()
    # stock, receivable, prepaid, input tax (shown for itself), cash, total assets
    assert some(Standard.IFRS, Statement.BALANCE_SHEET, company, "9", "13", "14", "15", "18", "20") == [
        53400,
        560,
        900,
        1360,
        12300,
        68520,
    ]
    assert some(Standard.IFRS, Statement.BALANCE_SHEET, company, "35", "36", "37", "44", "26", "45") == [
        12760,
        200,
        1560,
        14520,
        54000,
        68520,
    ]
    assert some(Standard.IFRS, Statement.INCOME_STATEMENT, company, "1", "3", "4", "7", "10", "15") == [
        12000,
        7000,
        5000,
        1000,
        4000,
        4000,
    ]


def test_debit_vat_is_an_asset_for_large_enterprises_and_negative_for_small_ones() -> None:
    for standard, number, taxes in ((Standard.SBE, "36", -1300), (Standard.ASBE, "46", 0)):
        company = Company(standard)
        company.post("purchase.received_and_invoiced", "S1", net="10000", tax="1300", gross="11300")
        assert some(standard, Statement.BALANCE_SHEET, company, number) == [taxes]
    assert some(Standard.ASBE, Statement.BALANCE_SHEET, company, "14", "36", "77") == [1300, 11300, 11300]


def test_every_figure_drills_down_to_accounts_and_parties() -> None:
    company = trading_month(Standard.SBE)
    lines = {line.number: line for line in build("balance_sheet", "sbe", [company.figures])}
    assert lines["4"].figures[0].parts == {Part("112201", "C1"): 560}
    assert lines["33"].figures[0].parts == {
        Part("220201", "S1"): 11300, Part("220202", "S2"): 400, Part("220201", "S4"): 1060,
    }  # fmt: skip
    assert lines["34"].figures[0].parts == {Part("112201", "C2"): 200}
    assert lines["51"].figures[0].parts == {
        Part("310406"): 50000, Part("500101"): 12000, Part("540101"): -7000, Part("560299"): -1000,
    }  # fmt: skip
    assert lines["15"].figures[0].parts.keys() >= {Part("1002"), Part("140502"), Part("1406"), Part("1123", "S3")}
    for line in lines.values():
        for figure in line.figures:
            assert sum(figure.parts.values()) == figure.amount


def test_columns_stand_side_by_side_and_headings_have_no_figures() -> None:
    opened = Company(Standard.SBE)
    opened.post("stock.opened", cost="50000")
    lines = build("balance_sheet", "sbe", [trading_month(Standard.SBE).figures, opened.figures])
    assert list(by_number(lines)["30"]) == [67160, 50000]
    assert lines[0].label_zh == "流动资产："
    assert lines[0].amounts == ()
    assert [line.label_zh_filing for line in lines if line.label_zh != line.label_zh_filing] == ["资产合计"]


def test_column_sets_are_those_of_the_forms() -> None:
    labels = {key: [c.label_zh for c in columns] for key, columns in column_sets("income_statement", "sbe").items()}
    assert labels == {
        "standard": ["本年累计金额", "本月金额"],
        "annual": ["本年累计金额", "上年金额"],
        "filing": ["本期金额", "本年累计金额"],
        "filing_annual": ["本年累计金额", "上年金额"],
    }
    assert [c.label_zh for c in column_sets("balance_sheet", "asbe")["standard"]] == ["期末余额", "上年年末余额"]
    assert [c.key for c in column_sets("balance_sheet", "sbe")["standard"]] == ["closing", "year_start"]


def test_layouts_are_versioned() -> None:
    assert (layout("balance_sheet", "sbe").version, layout("balance_sheet", "sbe").form) == ("2011", "会小企01表")
    assert layout("income_statement", "asbe", date(2026, 11, 22)).version == "2019"
    assert layout("income_statement", "asbe", date(2013, 7, 1)).version == "2019"  # the earliest that exists
    with pytest.raises(ValueError, match="cash"):
        layout("cash_flow", "sbe")


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("statement", list(Statement))
def test_cross_checks_hold_on_sound_books(statement: Statement, standard: Standard) -> None:
    results = check(statement, standard, trading_month(standard).figures)
    assert [result.key for result in results if not result.holds] == []
    assert "sheet_balances" in {r.key for r in results} or "movement_of_results" in {r.key for r in results}


def test_cross_checks_name_what_does_not_hold() -> None:
    company = trading_month(Standard.SBE)
    company.closing["1001"] += 5
    (failed,) = [each for each in check("balance_sheet", "sbe", company.figures) if not each.holds]
    assert [failed.key, failed.severity, failed.relation] == ["sheet_balances", "error", "="]
    assert [failed.left, failed.right] == [67165, 67160]
    company.closing.update({"140401": d("-60000"), "1001": d("60000")})  # a saving larger than the goods
    failed_keys = {
        (each.key, each.severity) for each in check("balance_sheet", "sbe", company.figures) if not each.holds
    }
    assert failed_keys == {("inventory_details", "warning")}


def test_a_company_may_have_accounts_of_its_own() -> None:
    own = [a for a in load_chart("sbe") if a.code != "5801"]
    company = trading_month(Standard.SBE)
    lines = build("income_statement", "sbe", [company.figures], accounts=own)
    assert list(by_number(lines)["31"]) == [0]
    with pytest.raises(FormulaFault, match="accounts that the chart lacks: 140502"):
        build("income_statement", "sbe", [company.figures], accounts=[a for a in own if a.code != "140502"])


# --- trial balance --------------------------------------------------------------------------------------------------


def test_trial_balance_rolls_up_and_its_totals_agree() -> None:
    turnovers = {
        "1002": Turnover(d("100"), d("50"), d("30"), d("500"), d("480")),
        "112201": Turnover(d("20"), d("-5"), d("10"), d("95"), d("90")),  # a red debit stays on its side
        "112202": Turnover(d("-8"), d("0"), d("0"), d("0"), d("8")),
        "3001": Turnover(d("-112"), d("0"), d("0"), d("0"), d("0")),
        "500101": Turnover(d("0"), d("0"), d("5"), d("0"), d("15")),
        "1001": Turnover(),
    }
    balance = trial_balance(load_chart("sbe"), turnovers)
    rows = {row.code: row for row in balance.lines}
    assert list(rows) == ["1002", "1122", "112201", "112202", "3001", "5001", "500101"]
    header = rows["1122"]
    assert [header.level, header.is_postable, header.opening_debit, header.opening_credit] == [1, False, 12, 0]
    assert [header.period_debit, header.period_credit, header.year_debit, header.year_credit] == [-5, 10, 95, 98]
    assert [header.closing_debit, header.closing_credit] == [0, 3]
    assert [rows["112202"].opening_debit, rows["112202"].opening_credit] == [0, 8]
    assert balance.totals == {
        "opening_debit": 112, "opening_credit": 112, "period_debit": 45, "period_credit": 45,
        "year_debit": 595, "year_credit": 593, "closing_debit": 120, "closing_credit": 120,
    }  # fmt: skip
    assert not balance.is_balanced  # the year's movements were made not to agree
    turnovers["500101"] = Turnover(d("0"), d("0"), d("5"), d("0"), d("17"))
    assert trial_balance(load_chart("sbe"), turnovers).is_balanced
    assert [row.code for row in trial_balance(load_chart("sbe"), turnovers, deepest=1).lines] == [
        "1002", "1122", "3001", "5001",
    ]  # fmt: skip


def test_trial_balance_refuses_accounts_outside_the_chart() -> None:
    with pytest.raises(FormulaFault, match="accounts that the chart lacks: 9999"):
        trial_balance(load_chart("sbe"), {"9999": Turnover(d("1"))})
