"""From the figures of production to journal entries, by posting rule, an entry per document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from jingwei.books import journal
from jingwei.books.models import Area
from jingwei.books.posting import GoodsLine
from jingwei.books.roles import Role
from jingwei.finance import ledger
from jingwei.platform.documents.command import Command


@dataclass(frozen=True, slots=True)
class Entry:
    """What a document posts on a date by the rule `event`: figures in functional currency, the accounting class of what
    is made, accounts that the document itself names."""

    company_id: int
    document_id: int
    number: str
    purpose: str
    on: date
    event: str
    facts: Mapping[str, Decimal]
    accounting_class: str = "*"
    accounts: Mapping[Role, str] = field(default_factory=dict)


def post(command: Command, entries: Sequence[Entry]) -> None:
    """Post the entries; those worth nothing write nothing. Raises `period.closed`, `books.account.undetermined`."""
    journal.post(command, drafts(command, entries))


def drafts(command: Command, entries: Sequence[Entry]) -> list[journal.EntryDraft]:
    """The entries that are worth something, as the journal takes them. Raises `books.account.undetermined`."""
    worth = [e for e in entries if any(e.facts.values())]
    if not worth:
        return []
    books = ledger.books_of(command, {e.company_id for e in worth})
    lines = [
        books[e.company_id].lines(
            [ledger.Posting(e.event, [GoodsLine(e.facts, e.accounting_class, accounts=e.accounts)])]
        )
        for e in worth
    ]
    wanted = ((e.company_id, x.account) for e, found in zip(worth, lines, strict=True) for x in found)
    accounts = ledger.accounts_of(command, wanted)
    return [
        journal.EntryDraft(
            company_id=e.company_id,
            currency=books[e.company_id].currency,
            posted_on=e.on,
            document_id=e.document_id,
            purpose=e.purpose,
            area=Area.STOCK_VALUE,
            summary=e.number,
            lines=ledger.drafted(found, accounts, e.company_id, 0, {}),
        )
        for e, found in zip(worth, lines, strict=True)
    ]
