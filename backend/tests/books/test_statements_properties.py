"""Whatever is posted, the statements agree: on every account of every chart, before and after closing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.books.charts import AccountSpec, Standard, Taxpayer, load_chart
from jingwei.books.formulas import LedgerFigures, Party
from jingwei.books.roles import Role
from jingwei.books.statements import Turnover, build, check, trial_balance

TOTALS = {Standard.SBE: ("30", "53", "32"), Standard.ASBE: ("36", "77", "24"), Standard.IFRS: ("20", "45", "15")}
BOOKS = [(standard, taxpayer) for standard in Standard for taxpayer in Taxpayer]

# One posting: debit account, credit account (positions among the leaves), amount, party.
postings = st.lists(
    st.tuples(
        st.integers(min_value=0),
        st.integers(min_value=0),
        st.decimals(min_value="-99999", max_value="99999", places=2, allow_nan=False, allow_infinity=False),
        st.sampled_from(["A", "B", "C", None]),
    ),
    max_size=30,
)


class Ledger:
    """Balances of a list of postings, as the books would keep them."""

    def __init__(self, accounts: Iterable[AccountSpec]) -> None:
        self.accounts = {account.code: account for account in accounts}
        self.leaves = [account for account in self.accounts.values() if account.is_postable]
        self.closing: dict[str, Decimal] = defaultdict(Decimal)
        self.parties: dict[tuple[str, Party | None], Decimal] = defaultdict(Decimal)
        self.movement: dict[str, Decimal] = defaultdict(Decimal)
        self.debits: dict[str, Decimal] = defaultdict(Decimal)
        self.credits: dict[str, Decimal] = defaultdict(Decimal)

    def post(
        self, debit: AccountSpec, credit: AccountSpec, amount: Decimal, party: str | None, is_closing: bool = False
    ) -> None:
        self.debits[debit.code] += amount
        self.credits[credit.code] += amount
        for account, signed in ((debit, amount), (credit, -amount)):
            self.closing[account.code] += signed
            if account.asks_party:
                self.parties[account.code, party] += signed
            if not is_closing:
                self.movement[account.code] += signed

    def close(self) -> None:
        """To the year's profit; corrections of earlier years to retained earnings."""
        year = next(account for account in self.leaves if account.role is Role.PL_YEAR)
        retained = next(account for account in self.leaves if account.role is Role.RE)
        for account in self.leaves:
            if account.type.is_result and self.closing[account.code]:
                target = retained if account.role is Role.PRIOR_YEAR else year
                self.post(target, account, self.closing[account.code], None, is_closing=True)

    @property
    def figures(self) -> LedgerFigures:
        return LedgerFigures(dict(self.closing), dict(self.parties), dict(self.movement))


def assert_statements_agree(standard: Standard, ledger: Ledger) -> None:
    assets, funding, profit = TOTALS[standard]
    accounts = ledger.accounts.values()
    sheet = {line.number: line for line in build("balance_sheet", standard, [ledger.figures], accounts=accounts)}
    result = {line.number: line for line in build("income_statement", standard, [ledger.figures], accounts=accounts)}
    assert sheet[assets].amounts == sheet[funding].amounts
    earned = -sum(
        (ledger.movement[a.code] for a in ledger.leaves if a.type.is_result and a.role is not Role.PRIOR_YEAR),
        Decimal(0),
    )
    assert result[profit].amounts == (earned,)
    for line in (*sheet.values(), *result.values()):
        for figure in line.figures:
            assert figure.amount == sum(figure.parts.values())
    for statement in ("balance_sheet", "income_statement"):
        for each in check(statement, standard, ledger.figures, accounts=accounts):
            assert each.holds or each.severity == "warning", each


@pytest.mark.parametrize(("standard", "taxpayer"), BOOKS)
@given(entries=postings, is_closed=st.booleans())
@settings(max_examples=60, deadline=None)
def test_random_books(
    standard: Standard, taxpayer: Taxpayer, entries: list[tuple[int, int, Decimal, str | None]], is_closed: bool
) -> None:
    ledger = Ledger(load_chart(standard, taxpayer))
    for debit, credit, amount, party in entries:
        size = len(ledger.leaves)
        ledger.post(ledger.leaves[debit % size], ledger.leaves[credit % size], amount, party)
    if is_closed:
        ledger.close()
    assert_statements_agree(standard, ledger)


@pytest.mark.parametrize(("standard", "taxpayer"), BOOKS)
@pytest.mark.parametrize("amount", ["1", "-1"])
def test_no_account_is_forgotten(standard: Standard, taxpayer: Taxpayer, amount: str) -> None:
    """Each account alone, on either side, against cash: a layout that lost it would not balance."""
    for number in range(len(Ledger(load_chart(standard, taxpayer)).leaves)):
        ledger = Ledger(load_chart(standard, taxpayer))
        cash = next(account for account in ledger.leaves if account.role is Role.CASH)
        ledger.post(ledger.leaves[number], cash, Decimal(amount), "A")
        assets, funding, profit = TOTALS[standard]
        accounts = ledger.accounts.values()
        sheet = {line.number: line for line in build("balance_sheet", standard, [ledger.figures], accounts=accounts)}
        income = {
            line.number: line for line in build("income_statement", standard, [ledger.figures], accounts=accounts)
        }
        leaf = ledger.leaves[number]
        assert sheet[assets].amounts == sheet[funding].amounts, leaf
        in_profit = leaf.type.is_result and leaf.role is not Role.PRIOR_YEAR
        assert income[profit].amounts == (-Decimal(amount) if in_profit else 0,), leaf


@given(entries=postings)
@settings(max_examples=60, deadline=None)
def test_trial_balance_of_random_books_agrees(entries: list[tuple[int, int, Decimal, str | None]]) -> None:
    ledger = Ledger(load_chart("asbe"))
    for debit, credit, amount, party in entries:
        size = len(ledger.leaves)
        ledger.post(ledger.leaves[debit % size], ledger.leaves[credit % size], amount, party)
    turnovers = {
        code: Turnover(Decimal(0), ledger.debits[code], ledger.credits[code], ledger.debits[code], ledger.credits[code])
        for code in ledger.closing
    }
    balance = trial_balance(ledger.accounts.values(), turnovers)
    assert balance.is_balanced
    assert sum(row.closing_debit - row.closing_credit for row in balance.lines if row.level == 1) == 0
