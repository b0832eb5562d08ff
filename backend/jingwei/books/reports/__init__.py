"""The reports of the books, in menu order. All are of one company: the one the reader works in."""

from __future__ import annotations

from jingwei.books.reports.ageing import AGEING, OPEN_ITEMS
from jingwei.books.reports.forms import BALANCE_SHEET, INCOME_STATEMENT, STATEMENT_FIGURE
from jingwei.books.reports.general_ledger import GENERAL_LEDGER
from jingwei.books.reports.journal_book import JOURNAL
from jingwei.books.reports.party_balances import PARTY_BALANCES
from jingwei.books.reports.trial_balance import TRIAL_BALANCE

REPORTS = (
    TRIAL_BALANCE,
    GENERAL_LEDGER,
    JOURNAL,
    PARTY_BALANCES,
    AGEING,
    OPEN_ITEMS,
    BALANCE_SHEET,
    INCOME_STATEMENT,
    STATEMENT_FIGURE,
)

__all__ = ["REPORTS"]
