"""Journal lines with what a book prints beside them: voucher number, document, contra accounts, party."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.books.occasions import occasion
from jingwei.books.reports.ledger import Ledger
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.reports.declare import Drill

#: A book with more lines than this is asked for in parts: nobody reads it, and a browser would not bear it.
MOST_LINES = 20_000

_LINES = """
SELECT line.posted_on, line.entry_id, line.account_id, coalesce(line.party_id, 0), line.summary, line.debit,
       line.credit, period.code, number.type, number.number, document.id, document.type, document.number,
       coalesce(party.title_zh, ''), coalesce(party.title_en, ''), entry.reverses_id IS NOT NULL
FROM journal_line line
JOIN journal_entry entry ON entry.group_id = line.group_id AND entry.id = line.entry_id
JOIN period ON period.group_id = entry.group_id AND period.id = entry.period_id
JOIN document ON document.group_id = entry.group_id AND document.id = entry.document_id
LEFT JOIN document party ON party.group_id = document.group_id AND party.id = document.party_id
LEFT JOIN voucher_number number ON number.group_id = entry.group_id AND number.entry_id = entry.id
WHERE line.group_id = %(group)s AND line.company_id = %(company)s
  AND line.posted_on BETWEEN %(from)s AND %(to)s
  AND (%(openings)s OR NOT (entry.kind = 'opening' AND entry.posted_on = %(begun)s))
  AND (%(accounts)s::bigint[] IS NULL OR line.account_id = ANY(%(accounts)s))
  AND (%(party)s::bigint IS NULL OR line.party_id = %(party)s)
  AND (%(type)s::text IS NULL OR number.type = %(type)s)
ORDER BY line.posted_on, period.starts_on, number.type, number.number, line.entry_id, line.line
LIMIT %(limit)s
"""

_SIDES = """
SELECT line.entry_id, line.account_id, line.debit <> 0, sum(abs(line.debit + line.credit))
FROM journal_line line WHERE line.group_id = %s AND line.entry_id = ANY(%s) GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class BookLine:
    """One journal line with its voucher's period, type and serial number."""

    posted_on: date
    entry_id: int
    account_id: int
    party_id: int
    summary: str
    debit: Decimal
    credit: Decimal
    period: str
    voucher_type: str | None
    serial: int | None
    document_id: int
    document_type: str
    document_number: str
    named_zh: str
    named_en: str
    is_reversal: bool

    def occasion(self, drill: Drill | None, *, has_party: bool = False) -> str:
        """What the line is about; `drill` leads to its document. `has_party` says that the party stands beside."""
        key = drill.document[0] if drill and drill.document else None
        named = (self.named_zh, self.named_en)
        return occasion(
            key,
            self.document_number,
            named,
            self.summary,
            is_reversal=self.is_reversal,
            names_party=not has_party,
        )

    @property
    def number(self) -> str:
        """Type, period and number of the voucher."""
        return f"{self.voucher_type}-{self.period}-{self.serial:04}" if self.voucher_type else ""


def lines_between(
    ledger: Ledger,
    from_on: date,
    to_on: date,
    *,
    accounts: Sequence[int] | None = None,
    party: int | None = None,
    voucher_type: str | None = None,
    openings: bool = False,
) -> list[BookLine]:
    """Lines of a range of days in the order of the journal, in one statement. In an account's ledger opening vouchers
    are balances, not lines; the journal shows them too (`openings`), for their numbers belong to the series.

    Raises Refusal 422 `report.too_long` with the limit.
    """
    given: dict[str, Any] = {
        "group": ledger.group_id,
        "company": ledger.company_id,
        "from": from_on,
        "to": to_on,
        "begun": ledger.starts_on,
        "accounts": accounts,
        "party": party,
        "type": voucher_type,
        "openings": openings,
        "limit": MOST_LINES + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES, given)
        rows = cursor.fetchall()
    if len(rows) > MOST_LINES:
        message = _("The report would have more than %(limit)s lines.") % {"limit": f"{MOST_LINES:,}"}
        hint = _("Choose fewer days, one account or one party.")
        raise Refusal(Problem("report.too_long", message, hint, field="to_on"))
    return [BookLine(*row) for row in rows]


def contras(ledger: Ledger, lines: Iterable[BookLine]) -> dict[tuple[int, bool], list[str]]:
    """对方科目: for (entry, whether debit) the accounts on the other side of the entry, the largest amount first: where
    an entry says several things, the line's own counterpart is mostly the largest."""
    entries = sorted({line.entry_id for line in lines})
    found: dict[tuple[int, bool], list[tuple[Decimal, str]]] = defaultdict(list)
    if entries:
        with connection.cursor() as cursor:
            cursor.execute(_SIDES, [ledger.group_id, entries])
            for entry, account, is_debit, amount in cursor.fetchall():
                found[entry, not is_debit].append((-amount, ledger.codes[account]))
    return {key: [code for _amount, code in sorted(sides)] for key, sides in found.items()}
