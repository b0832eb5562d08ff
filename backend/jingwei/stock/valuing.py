"""What moves are worth: at once where they are the last of their stream, and by replaying the month where they are not.

A move that sorts before others re-costs from the checkpoint of its period; what the issues behind it change by is
posted as one correction per item, period and contra account, in the same transaction. Nothing is posted again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item, ValuationMethod
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, refuse
from jingwei.stock import costs, history
from jingwei.stock.history import PRICE, Checkpoints, History, Part, Row, Stream, instant, moment, order
from jingwei.stock.methods import Holding, holding_of, packed, turned
from jingwei.stock.models import Checkpoint, ItemValue, Move, ValueEntry, ValueKind
from jingwei.stock.replaying import replay
from jingwei.stock.streams import Held


@dataclass(slots=True)
class Valuation:
    """The value of a set of moves, and what it changed."""

    entries: list[ValueEntry] = field(default_factory=list)
    corrections: list[ValueEntry] = field(default_factory=list)
    values: list[ItemValue] = field(default_factory=list)
    new_checkpoints: list[Checkpoint] = field(default_factory=list)
    moved_checkpoints: list[Checkpoint] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cause:
    """The document whose entry made a stream be reckoned again, and the date of that."""

    document_id: int
    on: date


def row_of(move: Move, value: Decimal | None, accounts: tuple[int, int, int], stream: Stream) -> Row:
    """A move as a step; `value` is + in and − out, None asks the method."""
    return Row(
        instant(move.effective_at),
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
        history.source(move),
        *stream,
    )


def sort_key(move: Move) -> tuple[Any, ...]:
    """The order of moves: instant, ins before outs, rank of the document, document, line."""
    return (move.effective_at, order(move), move.rank, move.document_id, move.document_line, move.pk or 0)


def is_late(books: Any, row: Row, held: ItemValue) -> bool:
    """Whether the stream has a step that comes after this one, or the costs of the period are final already."""
    if held.last_at is None:
        return False
    if held.method == ValuationMethod.MONTH_WEIGHTED and row.period in books.finals:
        return True
    return (row.at, row.order) < (instant(held.last_at), -held.last_direction)


def value(
    command: Command,
    books: Any,
    moves: Sequence[Move],
    drafts: Sequence[Any],
    held: Held,
    items: Mapping[int, Item],
) -> Valuation:
    """Value the moves into and out of the stock; sets `move.value`. Moves inside it are worth nothing."""
    valued = [(m, d) for m, d in zip(moves, drafts, strict=True) if m.direction]
    returned = costs.of_returns(command, books, [m for m, d in valued if m.origin_id and d.value is None])
    by_stream: dict[Stream, list[Row]] = defaultdict(list)
    by_id = {m.pk: m for m, _d in valued}
    for move, draft in valued:
        given = returned.get(move.pk) if draft.value is None else move.direction * draft.value
        account, contra = books.accounts(draft.event, items[move.item_id])
        stream = held.stream(move.item_id, move.lot_id)
        accounts = (account, contra, books.subject(contra, draft.party_id, draft.order_id))
        by_stream[stream].append(row_of(move, given, accounts, stream))
    refuse(_priceless(held, items, by_stream))
    result = Valuation()
    carry_out(command, books, by_stream, held, items, by_id, result)
    for rows in by_stream.values():
        result.entries += [_entry(by_id[r.id], r) for r in rows]
    return result


def _priceless(held: Held, items: Mapping[int, Item], streams: Collection[Stream]) -> list[Problem]:
    """`standard.missing` for items that are valued at a standard cost and have none."""
    return [
        Problem(
            "standard.missing",
            _("%(item)s is valued at standard cost and has none.") % {"item": items[item]},
            _("Post its standard cost first."),
            status=409,
        )
        for item, lot in streams
        if held.rows[item, lot].method == ValuationMethod.STANDARD and not held.rows[item, lot].layers
    ]


def carry_out(
    command: Command,
    books: Any,
    by_stream: Mapping[Stream, list[Row]],
    held: Held,
    items: Mapping[int, Item],
    by_id: Mapping[int, Move],
    result: Valuation,
    cause: Cause | None = None,
) -> None:
    """Take steps of streams, in their order; those of moves (`by_id`) give the moves their value."""
    for own in by_stream.values():
        own.sort()
    values = {stream: held.rows[stream] for stream in by_stream}
    books.know_spills((items[item], values[item, lot].method) for item, lot in by_stream)
    late = {s for s, own in by_stream.items() if any(is_late(books, row, values[s]) for row in own)}
    known = history.checkpoints(command.actor.group_id, books.company_id, late) if late else {}
    histories = _histories(command, books, {s: by_stream[s] for s in late}, values, known)
    for stream, own in by_stream.items():
        spill = books.spill_account(items[stream[0]], values[stream].method)
        result.values.append(values[stream])
        if stream not in late:
            _append(books, values[stream], own, by_id, spill, result, cause)
            continue
        found = histories[stream]
        found.begin(books.starts, min(books.starts[r.period] for r in own))
        found.rows = sorted([*found.rows, *own])
        for row in own:
            if row.origin:
                found.parts[row.origin].append(Part(row.id, row.quantity))
        moves = {r.id: by_id[r.id] for r in own if r.id in by_id}
        recost(books, values[stream], found, known[stream], moves, spill, result, cause)


def _histories(
    command: Command,
    books: Any,
    late: Mapping[Stream, Sequence[Row]],
    values: Mapping[Stream, ItemValue],
    known: Checkpoints,
) -> dict[Stream, History]:
    if not late:
        return {}
    since = min(books.starts[r.period] for own in late.values() for r in own)
    return costs.histories(command, books, late, since, priced=any(is_priced(values[s], known[s]) for s in late))


def is_priced(held: ItemValue, known: Sequence[Checkpoint]) -> bool:
    """Whether a stream is or was valued at standard cost."""
    return ValuationMethod.STANDARD in {held.method, *(point.method for point in known)}


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
        lot_id=row.lot,
    )


def _append(
    books: Any,
    held: ItemValue,
    own: Sequence[Row],
    by_id: Mapping[int, Move],
    spill: int,
    result: Valuation,
    cause: Cause | None,
) -> None:
    """The usual case: the steps are the last of their stream."""
    holding = holding_of(held)
    for row in own:
        if row.period != held.last_period_id:
            held.last_period_id = row.period
            result.new_checkpoints.append(_checkpoint(books, held, row.period, holding, held.method))
            holding.begin(None)
        if row.order == PRICE and cause is not None and row.value is not None:
            spilled, contra, why = holding.price(row.value, books.decimals), row.contra, cause
        else:
            move, contra = by_id[row.id], spill
            move.value, spilled = holding.take(row.quantity, row.value, books.decimals, row.source)
            why = Cause(move.document_id, move.effective_on)
        if spilled:
            accounts = (row.account, contra, 0)
            result.corrections.append(_correction(held, why, row.period, why.on, spilled, accounts, spill))
    held.last_at, held.last_direction = moment(own[-1].at), -own[-1].order
    _keep(held, holding)


def _keep(held: ItemValue, holding: Holding) -> None:
    held.quantity, held.value, held.layers = holding.quantity, holding.value, packed(holding.layers)


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
    """Reckon the stream again over `found.rows`, from the checkpoint before the first, and post by how much issues
    changed. The new moves among the rows are those of `by_id`; they get their value. `dates` are the dates on which
    corrections of a period are posted: that of the new move, else the period's first day."""
    since = min(books.starts[r.period] for r in (found.rows[0], found.rows[-1]))
    # Without a checkpoint of its own the period had no move yet: what the next one began with was there already.
    begin = next((c for c in known if c.starts_on >= since), None)
    later = {c.period_id: c for c in known if c.starts_on >= since}

    def at_period(period: int, now: Holding) -> str:
        return _restate(books, held, period, now, later, result)

    finals = books.finals if ValuationMethod.MONTH_WEIGHTED in {held.method, *(c.method for c in known)} else ()
    done = replay(
        holding_of(begin or held),
        found.rows,
        found.parts,
        decimals=books.decimals,
        spill=spill,
        earlier=found.earlier,
        finals=finals,
        at_period=at_period,
    )
    own = [r for r in found.rows if r.id in by_id] if by_id else []
    for row in own:
        by_id[row.id].value = done.worths[row.id]
        key = (row.period, row.account, row.contra, row.subject)
        found.posted[key] = found.posted.get(key, Decimal(0)) + done.worths[row.id]
    last = found.rows[-1]
    held.last_at, held.last_direction, held.last_period_id = moment(last.at), -last.order, last.period
    _keep(held, turned(done.holding, held.method))
    cause = cause or Cause(own[0].document, by_id[own[0].id].effective_on)
    if dates is None:
        days = {r.period: by_id[r.id].effective_on for r in own}
        dates = days or {r.period: cause.on for r in found.rows if r.document == cause.document_id}
    for key in sorted(done.truth.keys() | found.posted.keys()):
        difference = done.truth.get(key, Decimal(0)) - found.posted.get(key, Decimal(0))
        if difference and books.starts[key[0]] >= since:
            on = dates.get(key[0], books.starts[key[0]])
            result.corrections.append(_correction(held, cause, key[0], on, difference, key[1:], spill))


def _checkpoint(books: Any, held: ItemValue, period: int, holding: Holding, method: str) -> Checkpoint:
    return Checkpoint(
        group_id=held.group_id,
        company_id=held.company_id,
        item_id=held.item_id,
        lot_id=held.lot_id,
        period_id=period,
        starts_on=books.starts[period],
        method=method,
        quantity=holding.quantity,
        value=holding.value,
        layers=packed(holding.layers),
    )


def _restate(
    books: Any,
    held: ItemValue,
    period: int,
    holding: Holding,
    later: Mapping[int, Checkpoint],
    result: Valuation,
) -> str:
    """The checkpoint of a period is what was there before its first step; re-costing may change it. Returns the method
    of the period."""
    known = later.get(period)
    if known is None:
        made = _checkpoint(books, held, period, holding, held.method)
        made.is_recosted = True
        result.new_checkpoints.append(made)
        return held.method
    now = turned(holding, known.method)
    facts = (now.quantity, now.value, packed(now.layers), True)
    if (known.quantity, known.value, known.layers, known.is_recosted) != facts:
        known.quantity, known.value, known.layers, known.is_recosted = facts
        result.moved_checkpoints.append(known)
    return known.method


def _correction(
    held: ItemValue, cause: Cause, period: int, on: date, amount: Decimal, accounts: Sequence[int], spill: int
) -> ValueEntry:
    is_variance = held.method == ValuationMethod.STANDARD and accounts[1] == spill
    return ValueEntry(
        group_id=held.group_id,
        company_id=held.company_id,
        item_id=held.item_id,
        kind=ValueKind.VARIANCE if is_variance else ValueKind.CORRECTION,
        document_id=cause.document_id,
        period_id=period,
        posted_on=on,
        amount=amount,
        account_id=accounts[0],
        contra_id=accounts[1],
        subject_id=accounts[2],
        lot_id=held.lot_id,
    )


def save(command: Command, valuation: Valuation, held: Held) -> None:
    """Write what valuation found, one statement per table."""
    sets.insert([*valuation.entries, *valuation.corrections])
    changed = [*valuation.values, *held.totals()]
    sets.update(changed, ["quantity", "value", "layers", "last_at", "last_direction", "last_period_id"])
    sets.insert(valuation.new_checkpoints)
    sets.update(valuation.moved_checkpoints, ["quantity", "value", "layers", "is_recosted"])
