"""Balances without a hot row: what is folded plus what came since, read in one statement and so always right.

Postings insert deltas and never update a balance, so that two of them never wait for each other; `fold` adds the deltas
up now and then and may run at any time, or never.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

_KEY = "group_id, company_id, period_id, account_id, currency_id, party_id, is_closing"

_FOLD = f"""
WITH gone AS (DELETE FROM balance_delta WHERE group_id = %(group)s RETURNING {_KEY}, debit, credit, amount_currency)
INSERT INTO account_balance ({_KEY}, debit, credit, amount_currency)
SELECT {_KEY}, sum(debit), sum(credit), sum(amount_currency) FROM gone GROUP BY {_KEY}
ON CONFLICT ({_KEY}) DO UPDATE SET debit = account_balance.debit + EXCLUDED.debit,
    credit = account_balance.credit + EXCLUDED.credit,
    amount_currency = account_balance.amount_currency + EXCLUDED.amount_currency
"""

_MOVEMENTS = """
SELECT moved.account_id, moved.party_id, moved.is_closing, period.starts_on, period.ends_on,
       sum(moved.debit), sum(moved.credit)
FROM (
    SELECT account_id, period_id, party_id, is_closing, debit, credit FROM account_balance
    WHERE group_id = %(group)s AND company_id = %(company)s
    UNION ALL
    SELECT account_id, period_id, party_id, is_closing, debit, credit FROM balance_delta
    WHERE group_id = %(group)s AND company_id = %(company)s
) AS moved
JOIN period ON period.id = moved.period_id AND period.ends_on <= %(until)s
GROUP BY moved.account_id, moved.party_id, moved.is_closing, period.starts_on, period.ends_on
"""

_LINES = """
SELECT line.account_id, coalesce(line.party_id, 0), line.is_closing, period.starts_on, period.ends_on,
       sum(line.debit), sum(line.credit)
FROM journal_line line
JOIN period ON period.group_id = line.group_id AND period.company_id = line.company_id
    AND line.posted_on BETWEEN period.starts_on AND period.ends_on
WHERE line.group_id = %(group)s AND line.company_id = %(company)s
  AND period.starts_on <= %(until)s AND period.ends_on > %(until)s
  AND line.posted_on BETWEEN period.starts_on AND %(until)s
GROUP BY line.account_id, coalesce(line.party_id, 0), line.is_closing, period.starts_on, period.ends_on
"""


@dataclass(frozen=True, slots=True)
class Movement:
    """What moved on an account in a period, in functional currency; `party_id` is 0 where no party is named."""

    account_id: int
    party_id: int
    is_closing: bool
    starts_on: date
    ends_on: date
    debit: Decimal
    credit: Decimal


def movements(group_id: int, company_id: int, until: date) -> Sequence[Movement]:
    """Movements of every period up to a date, the last one cut there: whole periods come from balances, only the days
    of an unfinished one from its lines. Two statements, independent of the number of lines of whole periods."""
    given: dict[str, int | date] = {"group": group_id, "company": company_id, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS, given)
        rows = cursor.fetchall()
        cursor.execute(_LINES, given)
        return [Movement(*row) for row in (*rows, *cursor.fetchall())]


def fold(group_id: int) -> int:
    """Add the deltas of a group up into its balances; returns how many balances were touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('fold balances'), %s::int)", [group_id % 2**31])
        cursor.execute(_FOLD, {"group": group_id})
        return int(cursor.rowcount)
