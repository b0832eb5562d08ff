"""The slice of AdventureWorks that is loaded, and what the ledgers of its company say, the only one of its group."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from jingwei.books.models import JournalLine
from jingwei.server.loading import adventureworks
from jingwei.server.loading.adventureworks import Loaded
from jingwei.server.loading.source import Days
from tests.support.realdata import adventureworks as files

JULY = Days(date(2013, 7, 1), date(2013, 7, 31))
HALF_YEAR = Days(date(2013, 7, 1), date(2013, 12, 31))

_LOWEST = """
WITH steps AS (
    SELECT item_id, effective_on, direction, direction * sum(quantity) AS change FROM move
    WHERE group_id = %s AND direction <> 0 GROUP BY item_id, effective_on, direction
), levels AS (
    SELECT item_id, sum(change) OVER (PARTITION BY item_id ORDER BY effective_on, direction DESC) AS level FROM steps
)
SELECT item.code, min(level) FROM levels JOIN item ON item.id = item_id GROUP BY item.code
"""


def load(group_id: int) -> Loaded:
    """The half-year's purchases, July's work and July's sales, into the company AW of a group."""
    return adventureworks.load(
        files().folder,
        purchases=HALF_YEAR,
        sales=JULY,
        work=JULY,
        code="AW",
        say=lambda _text: None,
        group_id=group_id,
    )


def amount(text: str) -> Decimal:
    """A figure as people write it."""
    return Decimal(text.replace(",", ""))


def own(model: Any, loaded: Loaded) -> QuerySet[Any]:
    """Rows of the company's group."""
    found: QuerySet[Any] = model.objects.filter(group_id=loaded.company.group_id)
    return found


def posted(loaded: Loaded, *codes: str, month: int | None = None) -> Decimal:
    """Credit less debit of accounts, in a month of 2013 or altogether."""
    rows = own(JournalLine, loaded).filter(account__code__in=codes)
    if month is not None:
        rows = rows.filter(posted_on__year=2013, posted_on__month=month)
    return rows.aggregate(sum=Sum("credit") - Sum("debit"))["sum"] or Decimal(0)


def lowest_levels(loaded: Loaded) -> dict[str, Decimal]:
    """The least that ever lay there of each item that moved, by code; ins of a day come before its outs."""
    with connection.cursor() as cursor:
        cursor.execute(_LOWEST, [loaded.company.group_id])
        return dict(cursor.fetchall())
