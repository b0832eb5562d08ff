"""Figures of account roles by period, from balances: what key figures and their trends are made of.

Read from what is folded plus what came since and never from journal lines, so that a figure costs the same in the
tenth year as in the first. Only the opening vouchers of the first day are looked up: they are no movement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from jingwei.books.models import Bookkeeping, JournalEntry, Period
from jingwei.books.roles import Role

_BY_ROLE = """
WITH borne AS (
    SELECT id, role, code, name_zh, name_en FROM account
    WHERE group_id = %(group)s AND company_id = %(company)s AND is_postable AND role = ANY(%(roles)s)
), opened AS (
    SELECT line.account_id, sum(line.debit - line.credit) AS net
    FROM journal_entry entry
    JOIN journal_line line ON line.group_id = entry.group_id AND line.entry_id = entry.id
    WHERE entry.group_id = %(group)s AND entry.company_id = %(company)s AND entry.posted_on = %(starts)s
      AND entry.kind = 'opening' AND line.account_id IN (SELECT id FROM borne)
    GROUP BY 1
), parts AS (
    SELECT account_id, period_id, is_closing, sum(debit) - sum(credit) AS net FROM account_balance
    WHERE group_id = %(group)s AND company_id = %(company)s AND account_id = ANY(ARRAY(SELECT id FROM borne))
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT account_id, period_id, is_closing, sum(debit) - sum(credit) FROM balance_delta
    WHERE group_id = %(group)s AND company_id = %(company)s AND account_id = ANY(ARRAY(SELECT id FROM borne))
    GROUP BY 1, 2, 3
), moved AS (
    SELECT account_id, period_id, sum(net) AS net, coalesce(sum(net) FILTER (WHERE NOT is_closing), 0) AS unclosed
    FROM parts GROUP BY 1, 2
)
SELECT borne.role, borne.id, borne.code, borne.name_zh, borne.name_en, period.starts_on, moved.net,
       moved.unclosed
         - CASE WHEN %(starts)s BETWEEN period.starts_on AND period.ends_on THEN coalesce(opened.net, 0) ELSE 0 END
FROM moved
JOIN borne ON borne.id = moved.account_id
JOIN period ON period.id = moved.period_id AND period.starts_on <= %(until)s
LEFT JOIN opened ON opened.account_id = borne.id
ORDER BY borne.code, period.starts_on
"""


@dataclass(frozen=True, slots=True)
class Span:
    """A period as figures see it."""

    id: int
    code: str
    starts_on: date
    ends_on: date
    state: str


@dataclass(frozen=True, slots=True)
class Books:
    """How a company keeps its books, and its periods in order."""

    starts_on: date
    currency: str
    decimals: int
    spans: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Moved:
    """What an account moved in a period, debit − credit in functional currency: `net` everything, `earned` without
    opening vouchers and without the entries that close income and expense."""

    role: Role
    account_id: int
    code: str
    name_zh: str
    name_en: str
    starts_on: date
    net: Decimal
    earned: Decimal


def books_of(group_id: int, company_id: int) -> Books | None:
    """How the company keeps books, in two statements; None when it keeps none."""
    kept = (
        Bookkeeping.objects.filter(group_id=group_id, company_id=company_id)
        .values_list("starts_on", "company__currency_id", "company__currency__decimals")
        .first()
    )
    if kept is None:
        return None
    rows = Period.objects.filter(group_id=group_id, company_id=company_id).order_by("starts_on")
    return Books(*kept, [Span(*row) for row in rows.values_list("id", "code", "starts_on", "ends_on", "state")])


def last_posting(group_id: int, company_id: int, until: date) -> date | None:
    """The day of the last entry up to a day."""
    entries = JournalEntry.objects.filter(group_id=group_id, company_id=company_id, posted_on__lte=until)
    found: date | None = entries.order_by("-posted_on").values_list("posted_on", flat=True).first()
    return found


def by_role(group_id: int, company_id: int, books: Books, roles: Iterable[Role], until: date) -> list[Moved]:
    """Movements of the accounts that bear one of the roles, by account and period, up to the period of a day; one
    statement, whatever the number of entries."""
    given: dict[str, Any] = {
        "group": group_id,
        "company": company_id,
        "starts": books.starts_on,
        "until": until,
        "roles": [role.value for role in roles],
    }
    with connection.cursor() as cursor:
        cursor.execute(_BY_ROLE, given)
        return [
            Moved(Role(role), id, code, zh, en, starts_on, net, earned)
            for role, id, code, zh, en, starts_on, net, earned in cursor.fetchall()
        ]
