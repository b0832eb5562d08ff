"""What is known of items whose moves are reckoned again: their moves since a period, in order, what is posted for them,
late prices, and what happened to the cost of goods after they left.

Read set-wise, as plain rows: re-costing walks every later move of an item, and there may be many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from jingwei.stock.models import Checkpoint, Move

ZERO = Decimal(0)
#: What sorts where at one instant: late prices of a period first, receipts, issues, and what comes back after it left.
LATE_PRICE, IN, OUT, BACK = -2, -1, 1, 2


class Row(NamedTuple):
    """A step of an item. The first six fields are the order of moves. `quantity` and `value` are + in and − out;
    `value` None asks for the average. `origin` is the move the goods come back from, 0 where there is none."""

    effective_at: datetime
    order: int
    rank: int
    document: int
    line: int
    id: int
    period: int
    quantity: Decimal
    value: Decimal | None
    origin: int
    account: int
    contra: int
    subject: int


class Part(NamedTuple):
    """A share of an issue's cost that went on: back into the stock (`quantity` +), or to another account by a shift."""

    id: int
    quantity: Decimal
    period: int = 0
    account: int = 0
    contra: int = 0
    subject: int = 0
    beyond: int = 0  # account the cost was shifted to, with its subject; 0 for goods that came back
    beyond_subject: int = 0


Key = tuple[int, int, int, int]  # period, stock account, contra account, subject


@dataclass(slots=True)
class History:
    """One item since the beginning of a period."""

    rows: list[Row] = field(default_factory=list)
    posted: dict[Key, Decimal] = field(default_factory=dict)
    parts: dict[int, list[Part]] = field(default_factory=lambda: defaultdict(list))


def order_of(direction: int, has_origin: bool) -> int:
    """Where a move sorts at its instant."""
    return BACK if direction > 0 and has_origin else -direction


def order(move: Move) -> int:
    return order_of(move.direction, move.origin_id is not None)


_ROWS = """
SELECT move.item_id, move.effective_at,
       CASE WHEN move.direction > 0 AND move.origin_id IS NOT NULL THEN 2 ELSE -move.direction END AS place,
       move.rank, move.document_id, move.document_line, move.id, move.period_id, move.direction * move.quantity,
       CASE WHEN move.direction > 0 OR move.reverses_id IS NOT NULL OR move.origin_id IS NOT NULL THEN move.value END,
       coalesce(move.origin_id, 0), entry.account_id, entry.contra_id, entry.subject_id
FROM move JOIN value_entry entry ON entry.group_id = move.group_id AND entry.company_id = move.company_id
     AND entry.item_id = move.item_id AND entry.move_id = move.id AND entry.kind = 'move'
WHERE move.group_id = %(group)s AND move.company_id = %(company)s AND move.item_id = ANY(%(items)s)
  AND move.effective_on >= %(since)s AND move.direction <> 0
"""

_ENTRIES = """
SELECT entry.item_id, entry.kind, entry.id, entry.move_id, entry.document_id, entry.period_id, entry.quantity,
       entry.amount, entry.account_id, entry.contra_id, entry.subject_id, move.period_id
FROM value_entry entry JOIN move ON move.group_id = entry.group_id AND move.id = entry.move_id
WHERE entry.group_id = %(group)s AND entry.company_id = %(company)s AND entry.item_id = ANY(%(items)s)
  AND entry.posted_on >= %(since)s AND entry.kind IN ('revaluation', 'shift') ORDER BY entry.id
"""

_POSTED = """
SELECT item_id, period_id, account_id, contra_id, subject_id, sum(amount) FROM value_entry
WHERE group_id = %(group)s AND company_id = %(company)s AND item_id = ANY(%(items)s) AND posted_on >= %(since)s
GROUP BY 1, 2, 3, 4, 5
"""


def load(
    group_id: int, company_id: int, item_ids: Iterable[int], since: date, starts: Mapping[int, datetime]
) -> dict[int, History]:
    """The items' histories since `since`, the first day of a period. `starts` are the instants periods begin at."""
    ids = sorted(set(item_ids))
    found = {item: History() for item in ids}
    if not ids:
        return found
    given = {"group": group_id, "company": company_id, "items": ids, "since": since}
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, given)  # type: ignore[arg-type]
        for item, period, account, contra, subject, amount in cursor.fetchall():
            found[item].posted[period, account, contra, subject] = amount
        cursor.execute(_ENTRIES, given)  # type: ignore[arg-type]
        late = _read_entries(found, cursor.fetchall(), starts)
        cursor.execute(_ROWS, given)  # type: ignore[arg-type]
        for item, *values in cursor.fetchall():
            row = Row(*values)
            history = found[item]
            if row.id in late:
                row = row._replace(value=row.value + late[row.id])  # type: ignore[operator]
            if row.origin:
                history.parts[row.origin].append(Part(row.id, row.quantity))
            history.rows.append(row)
    for history in found.values():
        history.rows.sort()
        for parts in history.parts.values():
            parts.sort()
    return found


def _read_entries(
    found: Mapping[int, History], entries: Sequence[tuple[Any, ...]], starts: Mapping[int, datetime]
) -> dict[int, Decimal]:
    """Late prices and shifts. A late price of the receipt's own period belongs to the receipt (returned by move); one
    of a later period is a step without quantity at that period's beginning."""
    own: dict[int, Decimal] = defaultdict(lambda: ZERO)
    shifts: dict[tuple[int, int], tuple[Any, ...]] = {}
    for entry in entries:
        item, kind, id, move, document, period, quantity, amount, account, contra, subject, period_of_move = entry
        if kind == "shift":
            if quantity:
                shifts[document, move] = entry
            else:  # the second of a pair: where the cost went
                first = shifts.pop((document, move))
                found[item].parts[move].append(
                    Part(first[2], first[6], period, account, first[9], first[10], contra, subject)
                )
        elif period == period_of_move:
            own[move] += amount
        else:
            step = Row(
                starts[period], LATE_PRICE, 0, document, 0, id, period, ZERO, amount, 0, account, contra, subject
            )
            found[item].rows.append(step)
    return own


def checkpoints(group_id: int, company_id: int, item_ids: Iterable[int]) -> dict[int, list[Checkpoint]]:
    """The items' checkpoints, oldest first."""
    found: dict[int, list[Checkpoint]] = {i: [] for i in item_ids}
    rows = Checkpoint.objects.filter(group_id=group_id, company_id=company_id, item_id__in=list(found))
    for row in rows.order_by("item_id", "starts_on"):
        found[row.item_id].append(row)
    return found


def moves_of(group_id: int, ids: Iterable[int]) -> dict[int, Move]:
    """Posted moves by id, in one statement."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = Move.objects.filter(group_id=group_id, id__in=wanted)
    return {row.pk: row for row in rows}
