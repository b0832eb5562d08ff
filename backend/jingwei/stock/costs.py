"""What issues cost, with everything that was found out since: the value posted with a move and its share of later
corrections. Derived when it is asked for, never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from jingwei.masterdata.models import ValuationMethod
from jingwei.masterdata.pricing import share_of
from jingwei.platform.documents.command import Command
from jingwei.stock import history
from jingwei.stock.history import History, Stream
from jingwei.stock.methods import ZERO, holding_of
from jingwei.stock.models import Checkpoint, Move
from jingwei.stock.replaying import replay


def effective(command: Command, books: Any, issues: Iterable[Move]) -> dict[int, Decimal]:
    """What posted issues cost, in functional currency: as posted, unless their period was reckoned again since."""
    issues = list(issues)
    costs = {m.pk: -m.value for m in issues}
    if not issues:
        return costs
    streams = {(m.item_id, lot) for m in issues for lot in (m.lot_id or 0, 0)}
    known = history.checkpoints(command.actor.group_id, books.company_id, streams)
    again = {(s, c.period_id): c for s, found in known.items() for c in found if c.is_recosted}
    wanted: dict[tuple[Stream, int], list[Move]] = defaultdict(list)
    for move in issues:
        own = (move.item_id, move.lot_id or 0)
        stream = own if known[own] else (move.item_id, 0)
        if (stream, move.period_id) in again:
            wanted[stream, move.period_id].append(move)
    if not wanted:
        return costs
    points = {key: again[key] for key in wanted}
    since = min(c.starts_on for c in points.values())
    priced = any(c.method == ValuationMethod.STANDARD for c in points.values())
    found = histories(command, books, {s for s, _p in wanted}, since, priced=priced)
    for (stream, period), moves in wanted.items():
        done = _replayed(books, points[stream, period], found[stream])
        for move in moves:
            costs[move.pk] = -done[move.pk]
    return costs


def _replayed(books: Any, point: Checkpoint, found: History) -> dict[int, Decimal]:
    """The worth of each step of the period that begins with `point`."""
    rows = [r for r in found.rows if r.period == point.period_id]
    finals = books.finals if point.method == ValuationMethod.MONTH_WEIGHTED else ()
    given = {"decimals": books.decimals, "spill": 0}
    return replay(holding_of(point), rows, found.parts, earlier=found.earlier, finals=finals, **given).worths


def histories(
    command: Command, books: Any, streams: Collection[Stream], since: date, *, priced: bool
) -> dict[Stream, History]:
    """The histories of streams since the first day of a period, with what earlier issues cost by now of which goods or
    cost came back or passed on since."""
    group_id = command.actor.group_id
    found = history.load(group_id, books.company_id, streams, since, books.instants, priced=priced)
    unknown = {origin for own in found.values() for origin in own.unknown()}
    issues = {m.pk: m for m in command.load(Move, unknown).values() if m.direction < 0 and not m.origin_id}
    if not issues:
        return found
    costs, parts = effective(command, books, issues.values()), history.parts_of(group_id, issues)
    for own in found.values():
        for origin in own.parts.keys() & issues.keys():
            own.earlier[origin] = issues[origin].quantity, costs[origin]
            own.parts[origin] = parts[origin]
    return found


_PARTS = """
SELECT origin_id, sum(direction * quantity) FROM move WHERE group_id = %s AND origin_id = ANY(%s) GROUP BY 1
UNION ALL
SELECT move_id, sum(quantity) FROM value_entry
WHERE group_id = %s AND move_id = ANY(%s) AND kind = 'shift' GROUP BY 1
"""


def gone_on(command: Command, issues: Iterable[int]) -> dict[int, Decimal]:
    """How much of each issue's quantity has come back or had its cost passed on."""
    ids = sorted(set(issues))
    gone: dict[int, Decimal] = defaultdict(lambda: ZERO)
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_PARTS, [command.actor.group_id, ids] * 2)
            for id, quantity in cursor.fetchall():
                gone[id] += quantity
    return gone


def of_returns(command: Command, books: Any, moves: Sequence[Move]) -> dict[int, Decimal]:
    """What goods are worth that come back from an issue (`origin`), and, negative, what leaves again when their return
    is taken back: the share of the issue's cost, so that all parts of it add up exactly."""
    if not moves:
        return {}
    issues = command.load(Move, (m.origin_id for m in moves))
    costs = effective(command, books, list(issues.values()))
    gone = gone_on(command, issues)
    worths = {}
    for move in sorted(moves, key=lambda m: m.pk):
        assert move.origin_id is not None
        issue, quantity = issues[move.origin_id], move.direction * move.quantity
        worths[move.pk] = share_of(costs[issue.pk], quantity, gone[issue.pk], issue.quantity, books.decimals)
        gone[issue.pk] += quantity
    return worths
