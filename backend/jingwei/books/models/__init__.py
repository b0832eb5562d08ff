"""The tables of the books; see each file for what it keeps."""

from jingwei.books.models.charts import Account, Area, Bookkeeping, Period, PeriodLock, RevenueOn, VoucherScheme
from jingwei.books.models.entries import (
    AccountBalance,
    Allocation,
    BalanceDelta,
    EntryKind,
    JournalEntry,
    JournalLine,
    OpenItem,
    Seal,
    VoucherNumber,
)

__all__ = [
    "Account",
    "AccountBalance",
    "Allocation",
    "Area",
    "BalanceDelta",
    "Bookkeeping",
    "EntryKind",
    "JournalEntry",
    "JournalLine",
    "OpenItem",
    "Period",
    "PeriodLock",
    "RevenueOn",
    "Seal",
    "VoucherNumber",
    "VoucherScheme",
]
