"""The cost of goods that left moves on: from dispatched to sold when they are invoiced, and back with a credit note.

The stock is not touched. What is written are pairs of value entries that name the issue, so that a later correction of
its cost goes where the cost is by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jingwei.books import periods
from jingwei.books.models import Area
from jingwei.masterdata.pricing import share_of
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.stock import costs, ledger, posting, streams
from jingwei.stock.models import Move, ValueEntry, ValueKind


@dataclass(frozen=True, slots=True)
class Shift:
    """The cost of `quantity` (stock unit) of an issue passes on (+) or comes back (−), for a line of a document."""

    document_id: int
    line: int
    move_id: int
    quantity: Decimal
    posted_on: date


def shift(command: Command, company_id: int, drafts: Sequence[Shift], *, event: str = ledger.COST) -> list[Decimal]:
    """The cost of each draft, in functional currency, + passed on and − taken back; parts of an issue add up to its
    cost exactly. `event` is the posting rule whose contra account it passes on to, the cost of sales if nothing else is
    said. Writes the value entries; the caller posts the journal. Raises `period.closed`."""
    if not drafts:
        return []
    books = ledger.books_of(command, company_id)
    held = periods.share(command, ((company_id, d.posted_on, Area.STOCK_VALUE) for d in drafts))
    issues = command.load(Move, (d.move_id for d in drafts))
    items = posting.items_of(command, (m.item_id for m in issues.values()))
    streams.lock(command, company_id, ((item, None) for item in items))
    books.know((event, item) for item in items.values())
    worth = costs.effective(command, books, list(issues.values()))
    gone = costs.gone_on(command, issues)
    accounts = accounts_of(command, issues)
    amounts, entries = [], []
    for draft in drafts:
        issue = issues[draft.move_id]
        cost = share_of(worth[issue.pk], draft.quantity, gone[issue.pk], issue.quantity, books.decimals)
        gone[issue.pk] += draft.quantity
        period = held[company_id, draft.posted_on, Area.STOCK_VALUE][0]
        account, _contra, subject, lot = accounts[issue.pk]
        beyond = books.accounts(event, items[issue.item_id])[1]
        going = (account, beyond, books.subject(beyond, subject), lot)
        entries.append(_entry(draft, issue, period, draft.quantity, cost, accounts[issue.pk]))
        entries.append(_entry(draft, issue, period, Decimal(0), -cost, going))
        amounts.append(cost)
    sets.insert(entries)
    return amounts


def accounts_of(command: Command, moves: Iterable[int]) -> dict[int, tuple[int, int, int, int]]:
    """Stock account, contra account, subject and lot (where cost is kept by lot) that moves were posted with."""
    rows = ValueEntry.objects.filter(
        group_id=command.actor.group_id, move_id__in=list(moves), kind=ValueKind.MOVE
    ).values_list("move_id", "account_id", "contra_id", "subject_id", "lot_id")
    return {move: tuple(where) for move, *where in rows if move}  # type: ignore[misc]


def _entry(
    draft: Shift, issue: Move, period: int, quantity: Decimal, amount: Decimal, accounts: tuple[int, int, int, int]
) -> ValueEntry:
    return ValueEntry(
        group_id=issue.group_id,
        company_id=issue.company_id,
        item_id=issue.item_id,
        kind=ValueKind.SHIFT,
        move_id=issue.pk,
        document_id=draft.document_id,
        period_id=period,
        posted_on=draft.posted_on,
        quantity=quantity,
        amount=amount,
        account_id=accounts[0],
        contra_id=accounts[1],
        subject_id=accounts[2],
        lot_id=accounts[3],
    )
