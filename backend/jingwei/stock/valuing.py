"""What moves are worth: at once where they are the last of their item, and by replaying the month where they are not.

A move that sorts before others re-costs from the checkpoint of its period; what the issues behind it change by is
posted as one correction per item, period and contra account, in the same transaction. Nothing is posted again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from jingwei.masterdata.models import Item
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.stock import costs, history
from jingwei.stock.averaging import ZERO, Holding
from jingwei.stock.history import History, Part, Row, order
from jingwei.stock.models import Checkpoint, ItemValue, Move, ValueEntry, ValueKind
from jingwei.stock.replaying import replay

_MAKE = """
INSERT INTO item_value (group_id, company_id, item_id, method, quantity, value, last_direction, last_period_id)
SELECT %s, %s, item, 'moving_average', 0, 0, 0, 0 FROM unnest(%s::bigint[]) AS given(item) ON CONFLICT DO NOTHING
"""


@dataclass(slots=True)
class Valuation:
    """The value of a set of moves, and what it changed."""

    entries: list[ValueEntry] = field(default_factory=list)
    corrections: list[ValueEntry] = field(default_factory=list)
    values: list[ItemValue] = field(default_factory=list)
    new_checkpoints: list[Checkpoint] = field(default_factory=list)
    moved_checkpoints: list[Checkpoint] = field(default_factory=list)


def lock(command: Command, company_id: int, item_ids: Iterable[int]) -> dict[int, ItemValue]:
    """Make the rows that are not there and lock all, in order of the items."""
    ordered = sorted(set(item_ids))
    if not ordered:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, [command.actor.group_id, company_id, ordered])
    rows = ItemValue.objects.select_for_update(no_key=True).filter(
        group_id=command.actor.group_id, company_id=company_id, item_id__in=ordered
    )
    return {row.item_id: row for row in rows.order_by("item_id")}


def row_of(move: Move, value: Decimal | None, accounts: tuple[int, int, int]) -> Row:
    """A move as a step; `value` is + in and − out, None asks for the average."""
    return Row(
        move.effective_at,
        order(move),
        move.rank,
        move.document_id,
        move.document_line,
        move.pk,
        move.period_id,
        move.direction * move.quantity,
        value,
        move.origin_id or 0,
        *accounts,
    )


def sort_key(move: Move) -> tuple[Any, ...]:
    """The order of moves: instant, ins before outs, rank of the document, document, line."""
    return (move.effective_at, order(move), move.rank, move.document_id, move.document_line, move.pk or 0)


def is_late(move: Move, value: ItemValue) -> bool:
    """Whether the item has a move that comes after this one."""
    if value.last_at is None:
        return False
    return (move.effective_at, order(move)) < (value.last_at, -value.last_direction)


def value(
    command: Command,
    books: Any,
    moves: Sequence[Move],
    drafts: Sequence[Any],
    values: Mapping[int, ItemValue],
    items: Mapping[int, Item],
) -> Valuation:
    """Value the moves into and out of the stock; sets `move.value`. Moves inside it are worth nothing."""
    valued = [(m, d) for m, d in zip(moves, drafts, strict=True) if m.direction]
    returned = costs.of_returns(command, books, [m for m, d in valued if m.origin_id and d.value is None])
    by_item: dict[int, list[Row]] = defaultdict(list)
    by_id = {m.pk: m for m, _d in valued}
    for move, draft in valued:
        given = returned.get(move.pk) if draft.value is None else move.direction * draft.value
        account, contra = books.accounts(draft.event, items[move.item_id])
        subject = books.subject(contra, draft.party_id, draft.order_id)
        by_item[move.item_id].append(row_of(move, given, (account, contra, subject)))
    result = Valuation(values=[values[i] for i in by_item])
    late = {m.item_id for m, _d in valued if is_late(m, values[m.item_id])}
    known = history.checkpoints(command.actor.group_id, books.company_id, late) if late else {}
    begins = min((books.starts[by_id[r.id].period_id] for i in late for r in by_item[i]), default=None)
    histories = history.load(command.actor.group_id, books.company_id, late, begins, books.instants) if begins else {}
    for item_id, own in by_item.items():
        spill = books.cost_account(items[item_id])
        if item_id in late:
            found = histories[item_id]
            since = min(books.starts[r.period] for r in own)
            before = [r for r in found.rows if books.starts[r.period] >= since]
            found.rows = sorted([*before, *own])
            for row in own:
                if row.origin:
                    found.parts[row.origin].append(Part(row.id, row.quantity))
            recost(books, values[item_id], found, known[item_id], by_id, spill, result)
        else:
            _append(books, values[item_id], sorted(own), by_id, spill, result)
        result.entries += [_entry(by_id[r.id], r) for r in sorted(own)]
    return result


def _entry(move: Move, row: Row) -> ValueEntry:
    return ValueEntry(
        group_id=move.group_id,
        company_id=move.company_id,
        item_id=move.item_id,
        kind=ValueKind.MOVE,
        move_id=move.pk,
        document_id=move.document_id,
        period_id=move.period_id,
        posted_on=move.effective_on,
        quantity=move.direction * move.quantity,
        amount=move.value,
        account_id=row.account,
        contra_id=row.contra,
        subject_id=row.subject,
    )


def _append(
    books: Any,
    held: ItemValue,
    own: Sequence[Row],
    by_id: Mapping[int, Move],
    spill: int,
    result: Valuation,
) -> None:
    """The usual case: the moves are the last of their item."""
    holding = Holding(held.quantity, held.value)
    for row in own:
        move = by_id[row.id]
        if row.period != held.last_period_id:
            held.last_period_id = row.period
            result.new_checkpoints.append(_checkpoint(books, held, row.period, holding))
        move.value, spilled = holding.take(row.quantity, row.value, books.decimals)
        if spilled:
            cause = Cause(move.document_id, move.effective_on)
            result.corrections.append(
                _correction(held, cause, row.period, move.effective_on, spilled, (row.account, spill, 0))
            )
        held.last_at, held.last_direction = row.effective_at, -row.order
    held.quantity, held.value = holding.quantity, holding.value


@dataclass(frozen=True, slots=True)
class Cause:
    """The document whose entry made an item be reckoned again, and the date of that."""

    document_id: int
    on: date


def recost(
    books: Any,
    held: ItemValue,
    found: History,
    known: Sequence[Checkpoint],
    by_id: Mapping[int, Move],
    spill: int,
    result: Valuation,
    cause: Cause | None = None,
    dates: Mapping[int, date] | None = None,
) -> None:
    """Reckon the item again over `found.rows`, from the checkpoint before the first, and post by how much issues
    changed. The new moves among the rows are those of `by_id`; they get their value. `dates` are the dates on which
    corrections of a period are posted: that of the new move, else the period's first day."""
    since = min(books.starts[r.period] for r in found.rows)
    # Without a checkpoint of its own the period had no move yet: what the next one began with was there already.
    begin = next((c for c in known if c.starts_on >= since), None)
    holding = Holding(begin.quantity, begin.value) if begin else Holding(held.quantity, held.value)
    later = {c.period_id: c for c in known if c.starts_on >= since}

    def at_period(period: int, now: Holding) -> None:
        _restate(books, held, period, now, later, result)

    done = replay(holding, found.rows, found.parts, decimals=books.decimals, spill=spill, at_period=at_period)
    own = [r for r in found.rows if r.id in by_id]
    for row in own:
        by_id[row.id].value = done.worths[row.id]
        key = (row.period, row.account, row.contra, row.subject)
        found.posted[key] = found.posted.get(key, ZERO) + done.worths[row.id]
    held.quantity, held.value = holding.quantity, holding.value
    last = found.rows[-1]
    held.last_at, held.last_direction, held.last_period_id = last.effective_at, -last.order, last.period
    dates = dates if dates is not None else {r.period: by_id[r.id].effective_on for r in own}
    cause = cause or Cause(own[0].document, by_id[own[0].id].effective_on)
    for key, worth in sorted(done.truth.items()):
        period, *accounts = key
        difference = worth - found.posted.get(key, ZERO)
        if difference:
            on = dates.get(period, books.starts[period])
            result.corrections.append(_correction(held, cause, period, on, difference, accounts))


def _checkpoint(books: Any, held: ItemValue, period: int, holding: Holding, *, is_recosted: bool = False) -> Checkpoint:
    return Checkpoint(
        group_id=held.group_id,
        company_id=held.company_id,
        item_id=held.item_id,
        period_id=period,
        starts_on=books.starts[period],
        quantity=holding.quantity,
        value=holding.value,
        is_recosted=is_recosted,
    )


def _restate(
    books: Any,
    held: ItemValue,
    period: int,
    holding: Holding,
    later: Mapping[int, Checkpoint],
    result: Valuation,
) -> None:
    """The checkpoint of a period is what was there before its first move; re-costing may change it."""
    known = later.get(period)
    if known is None:
        result.new_checkpoints.append(_checkpoint(books, held, period, holding, is_recosted=True))
    elif (known.quantity, known.value, known.is_recosted) != (holding.quantity, holding.value, True):
        known.quantity, known.value, known.is_recosted = holding.quantity, holding.value, True
        result.moved_checkpoints.append(known)


def _correction(
    held: ItemValue, cause: Cause, period: int, on: date, amount: Decimal, accounts: Sequence[int]
) -> ValueEntry:
    return ValueEntry(
        group_id=held.group_id,
        company_id=held.company_id,
        item_id=held.item_id,
        kind=ValueKind.CORRECTION,
        document_id=cause.document_id,
        period_id=period,
        posted_on=on,
        amount=amount,
        account_id=accounts[0],
        contra_id=accounts[1],
        subject_id=accounts[2],
    )


def save(command: Command, valuation: Valuation) -> None:
    """Write what valuation found, one statement per table."""
    sets.insert([*valuation.entries, *valuation.corrections])
    sets.update(valuation.values, ["quantity", "value", "last_at", "last_direction", "last_period_id"])
    sets.insert(valuation.new_checkpoints)
    sets.update(valuation.moved_checkpoints, ["quantity", "value", "is_recosted"])
