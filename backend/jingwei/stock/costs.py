"""What issues cost, with everything that was found out since: the value posted with a move and its share of later
corrections. Derived when it is asked for, never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from jingwei.masterdata.pricing import share_of
from jingwei.platform.documents.command import Command
from jingwei.stock import history
from jingwei.stock.averaging import ZERO, Holding
from jingwei.stock.models import Move
from jingwei.stock.replaying import replay


def effective(command: Command, books: Any, issues: Iterable[Move]) -> dict[int, Decimal]:
    """What posted issues cost, in functional currency: as posted, unless their period was reckoned again since."""
    costs = {m.pk: -m.value for m in issues}
    by_period: dict[tuple[int, int], list[Move]] = defaultdict(list)
    for move in issues:
        by_period[move.item_id, move.period_id].append(move)
    known = history.checkpoints(command.actor.group_id, books.company_id, {item for item, _p in by_period})
    again = {(c.item_id, c.period_id): c for found in known.values() for c in found if c.is_recosted}
    wanted = {key: again[key] for key in by_period if key in again}
    if not wanted:
        return costs
    since = min(c.starts_on for c in wanted.values())
    histories = history.load(command.actor.group_id, books.company_id, {i for i, _p in wanted}, since, books.instants)
    for (item, period), checkpoint in wanted.items():
        rows = [r for r in histories[item].rows if r.period == period]
        holding = Holding(checkpoint.quantity, checkpoint.value)
        done = replay(holding, rows, histories[item].parts, decimals=books.decimals, spill=0)
        for move in by_period[item, period]:
            costs[move.pk] = -done.worths[move.pk]
    return costs


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
    issues = history.moves_of(command.actor.group_id, (m.origin_id for m in moves if m.origin_id))
    costs = effective(command, books, list(issues.values()))
    gone = gone_on(command, issues)
    worths = {}
    for move in sorted(moves, key=lambda m: m.pk):
        assert move.origin_id is not None
        issue, quantity = issues[move.origin_id], move.direction * move.quantity
        worths[move.pk] = share_of(costs[issue.pk], quantity, gone[issue.pk], issue.quantity, books.decimals)
        gone[issue.pk] += quantity
    return worths
