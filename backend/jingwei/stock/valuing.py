"""What moves are worth: at once where they are the last of their item, and by replaying the month where they are not.

A move that sorts before others re-costs from the checkpoint of its period; what the issues behind it change by is
posted as one correction per item, period and contra account, in the same transaction. Nothing is posted again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from jingwei.books.models import Period
from jingwei.masterdata.models import Item
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.stock.averaging import ZERO, Holding, Step
from jingwei.stock.models import Checkpoint, ItemValue, Move, ValueEntry, ValueKind

_MAKE = """
INSERT INTO item_value (group_id, company_id, item_id, method, quantity, value, last_direction)
SELECT %s, %s, item, 'moving_average', 0, 0, 0 FROM unnest(%s::bigint[]) AS given(item) ON CONFLICT DO NOTHING
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


def sort_key(move: Move) -> tuple[Any, ...]:
    """The order of moves: instant, ins before outs, rank of the document, document, line."""
    return (move.effective_at, -move.direction, move.rank, move.document_id, move.document_line, move.pk or 0)


def is_late(move: Move, value: ItemValue) -> bool:
    """Whether the item has a move that comes after this one."""
    if value.last_at is None:
        return False
    return (move.effective_at, -move.direction) < (value.last_at, -value.last_direction)


def value(
    command: Command,
    books: Any,
    moves: Sequence[Move],
    drafts: Sequence[Any],
    values: Mapping[int, ItemValue],
    items: Mapping[int, Item],
) -> Valuation:
    """Value the moves into and out of the stock; sets `move.value`. Moves inside it are worth nothing."""
    given = {move.pk: draft for move, draft in zip(moves, drafts, strict=True)}
    by_item: dict[int, list[Move]] = defaultdict(list)
    for move in moves:
        if move.direction:
            by_item[move.item_id].append(move)
    result = Valuation(values=[values[i] for i in by_item])
    late = {i for i, own in by_item.items() if any(is_late(m, values[i]) for m in own)}
    known = _checkpoints(command, books.company_id, by_item)
    history = _history(command, books.company_id, {i: by_item[i] for i in late}, known)
    for item_id, own in by_item.items():
        accounts = {m.pk: books.accounts(given[m.pk].event, items[item_id]) for m in own}
        if item_id in late:
            _replay(command, books, values[item_id], own, given, accounts, known[item_id], history[item_id], result)
        else:
            _append(books, values[item_id], own, given, known[item_id], result)
        result.entries += [_entry(m, *accounts[m.pk]) for m in sorted(own, key=sort_key) if m.value]
    return result


def step(move: Move, draft: Any = None) -> Step:
    """A move as the average takes it. One posted before keeps its value when it came in or took back what came in;
    what it issued is reckoned again."""
    if draft is not None:
        return Step(move.direction * move.quantity, draft.value)
    is_fixed = move.direction > 0 or move.reverses_id is not None
    return Step(move.direction * move.quantity, abs(move.value) if is_fixed else None)


def _entry(move: Move, account: int, contra: int) -> ValueEntry:
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
        account_id=account,
        contra_id=contra,
    )


def _append(
    books: Any,
    held: ItemValue,
    own: Sequence[Move],
    given: Mapping[int, Any],
    known: list[Checkpoint],
    result: Valuation,
) -> None:
    """The usual case: the moves are the last of their item."""
    holding = Holding(held.quantity, held.value)
    periods = {c.period_id for c in known}
    for move in sorted(own, key=sort_key):
        if move.period_id not in periods:
            periods.add(move.period_id)
            result.new_checkpoints.append(_checkpoint(books, move, holding))
        move.value = holding.take(step(move, given.get(move.pk)), books.decimals)
        held.last_at, held.last_direction = move.effective_at, move.direction
    held.quantity, held.value = holding.quantity, holding.value


def _checkpoint(books: Any, move: Move, holding: Holding) -> Checkpoint:
    return Checkpoint(
        group_id=move.group_id,
        company_id=move.company_id,
        item_id=move.item_id,
        period_id=move.period_id,
        starts_on=books.starts[move.period_id],
        quantity=holding.quantity,
        value=holding.value,
    )


def _replay(
    command: Command,
    books: Any,
    held: ItemValue,
    own: Sequence[Move],
    given: Mapping[int, Any],
    accounts: Mapping[int, tuple[int, int]],
    known: list[Checkpoint],
    history: tuple[list[Move], dict[int, tuple[int, int]], dict[tuple[int, int, int], Decimal]],
    result: Valuation,
) -> None:
    """Reckon the item again from the checkpoint before its earliest new move, and post by how much issues changed."""
    earlier, former_accounts, posted = history
    since = min(books.starts[m.period_id] for m in own)
    earlier = [m for m in earlier if books.starts[m.period_id] >= since]
    # Without a checkpoint of its own the period had no move yet: what the next one began with was there already.
    begin = next((c for c in known if c.starts_on >= since), None)
    holding = Holding(begin.quantity, begin.value) if begin else Holding(held.quantity, held.value)
    later = {c.period_id: c for c in known if c.starts_on >= since}
    truth: dict[tuple[int, int, int], Decimal] = defaultdict(lambda: ZERO)
    place = {**former_accounts, **accounts}
    seen: set[int] = set()
    moves = sorted([*earlier, *own], key=sort_key)
    for move in moves:
        if move.period_id not in seen:
            seen.add(move.period_id)
            _restate(books, move, holding, later, result)
        worth = holding.take(step(move, given.get(move.pk)), books.decimals)
        truth[move.period_id, *place[move.pk]] += worth
        if move.pk in given:
            move.value = worth
            posted[move.period_id, *place[move.pk]] = posted.get((move.period_id, *place[move.pk]), ZERO) + worth
    last = moves[-1]
    held.quantity, held.value = holding.quantity, holding.value
    held.last_at, held.last_direction = last.effective_at, last.direction
    dates = {m.period_id: m.effective_on for m in own}
    for (period, account, contra), worth in sorted(truth.items()):
        difference = worth - posted.get((period, account, contra), ZERO)
        if difference:
            on = dates.get(period, books.starts[period])
            result.corrections.append(_correction(own[0], period, on, difference, account, contra))


def _restate(books: Any, move: Move, holding: Holding, later: Mapping[int, Checkpoint], result: Valuation) -> None:
    """The checkpoint of a period is what was there before its first move; re-costing may change it."""
    known = later.get(move.period_id)
    if known is None:
        result.new_checkpoints.append(_checkpoint(books, move, holding))
    elif (known.quantity, known.value) != (holding.quantity, holding.value):
        known.quantity, known.value = holding.quantity, holding.value
        result.moved_checkpoints.append(known)


def _correction(move: Move, period: int, on: Any, amount: Decimal, account: int, contra: int) -> ValueEntry:
    return ValueEntry(
        group_id=move.group_id,
        company_id=move.company_id,
        item_id=move.item_id,
        kind=ValueKind.CORRECTION,
        document_id=move.document_id,
        period_id=period,
        posted_on=on,
        amount=amount,
        account_id=account,
        contra_id=contra,
    )


def _checkpoints(command: Command, company_id: int, by_item: Iterable[int]) -> dict[int, list[Checkpoint]]:
    found: dict[int, list[Checkpoint]] = {i: [] for i in by_item}
    rows = Checkpoint.objects.filter(group_id=command.actor.group_id, company_id=company_id, item_id__in=list(found))
    for row in rows.order_by("item_id", "starts_on"):
        found[row.item_id].append(row)
    return found


History = tuple[list[Move], dict[int, tuple[int, int]], dict[tuple[int, int, int], Decimal]]


def _history(
    command: Command, company_id: int, late: Mapping[int, Sequence[Move]], known: Mapping[int, list[Checkpoint]]
) -> dict[int, History]:
    """For each item dated back: its moves since the period of the earliest new one, their accounts, and what is posted
    per period and accounts, corrections included."""
    if not late:
        return {}
    scope = {"group_id": command.actor.group_id, "company_id": company_id, "item_id__in": list(late)}
    since = min(m.effective_on for own in late.values() for m in own).replace(day=1)
    result: dict[int, History] = {i: ([], {}, {}) for i in late}
    first = Period.objects.filter(
        company_id=company_id, starts_on__lte=min(m.effective_on for o in late.values() for m in o)
    )
    begin = first.order_by("-starts_on").values_list("starts_on", flat=True).first() or since
    for move in Move.objects.filter(**scope, effective_on__gte=begin).exclude(direction=0):
        result[move.item_id][0].append(move)
    entries = ValueEntry.objects.filter(**scope, period__starts_on__gte=begin)
    for move_id, item, account, contra in entries.filter(kind=ValueKind.MOVE).values_list(
        "move_id", "item_id", "account_id", "contra_id"
    ):
        result[item][1][move_id] = (account, contra)
    sums = entries.values_list("item_id", "period_id", "account_id", "contra_id").annotate(total=Sum("amount"))
    for item, period, account, contra, total in sums:
        result[item][2][period, account, contra] = total
    return result


def save(command: Command, valuation: Valuation) -> None:
    """Write what valuation found, one statement per table."""
    sets.insert([*valuation.entries, *valuation.corrections])
    sets.update(valuation.values, ["quantity", "value", "last_at", "last_direction"])
    sets.insert(valuation.new_checkpoints)
    sets.update(valuation.moved_checkpoints, ["quantity", "value"])
