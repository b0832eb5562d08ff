"""What is known of items whose moves are reckoned again: their moves since a period, in order, what is posted for them,
late prices and new standard costs, and what happened to the cost of goods after they left.

Read set-wise, as plain rows: re-costing walks every later move of an item, and there may be a hundred thousand. What is
reckoned again by itself is a *stream*: an item, or a lot of it where cost is kept by lot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from jingwei.platform import sets
from jingwei.stock.models import Checkpoint, Move

ZERO = Decimal(0)
#: What sorts where at one instant: new standard costs of a day and late prices of a period first, receipts, issues, and
#: what comes back after it left.
PRICE, LATE_PRICE, IN, OUT, BACK = -3, -2, -1, 1, 2
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

#: Item, and lot where cost is kept by lot, else 0.
Stream = tuple[int, int]
Key = tuple[int, int, int, int]  # period, stock account, contra account, subject


class Row(NamedTuple):
    """A step of a stream. The first six fields are the order of moves; `at` is in microseconds since 1970. `quantity`
    and `value` are + in and − out; `value` None asks the method. `origin` is the move the goods come back from, 0 where
    there is none, `source` the receipt the step belongs to: itself, or one that is taken back or turned dearer."""

    at: int
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
    source: int
    item: int
    lot: int


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


@dataclass(slots=True)
class History:
    """One stream since the beginning of a period. `earlier` are the costs of issues before it of which goods or cost
    came back or passed on since, + the quantity issued."""

    rows: list[Row] = field(default_factory=list)
    posted: dict[Key, Decimal] = field(default_factory=dict)
    parts: dict[int, list[Part]] = field(default_factory=lambda: defaultdict(list))
    earlier: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)

    def begin(self, starts: Mapping[int, date], since: date) -> None:
        """Leave out what comes before the period that begins on a day."""
        if self.rows and starts[self.rows[0].period] < since:
            self.rows = [r for r in self.rows if starts[r.period] >= since]

    def unknown(self) -> set[int]:
        """Moves that goods of these steps come from and that came before them."""
        return self.parts.keys() - {row.id for row in self.rows} if self.parts else set()


def order_of(direction: int, has_origin: bool) -> int:
    """Where a move sorts at its instant."""
    return BACK if direction > 0 and has_origin else -direction


def order(move: Move) -> int:
    return order_of(move.direction, move.origin_id is not None)


def source(move: Move) -> int:
    """The receipt a move belongs to: what takes one back names it, what brings one back again too."""
    if move.direction < 0:
        return move.reverses_id or move.origin_id or 0
    if move.reverses_id and move.origin_id and move.reverses_id != move.origin_id:
        return move.origin_id
    return move.pk


def instant(at: datetime) -> int:
    """An instant as rows have it: reading a hundred thousand as numbers takes a quarter of the time."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The instant of a row."""
    return _EPOCH + at * _MICROSECOND


_ROWS = """
SELECT (extract(epoch FROM move.effective_at) * 1000000)::bigint,
       CASE WHEN move.direction > 0 AND move.origin_id IS NOT NULL THEN 2 ELSE -move.direction END,
       move.rank, move.document_id, move.document_line, move.id, move.period_id, entry.quantity,
       CASE WHEN move.direction > 0 OR move.reverses_id IS NOT NULL OR move.origin_id IS NOT NULL THEN move.value END,
       coalesce(move.origin_id, 0), entry.account_id, entry.contra_id, entry.subject_id,
       CASE WHEN move.direction < 0 THEN coalesce(move.reverses_id, move.origin_id, 0)
            WHEN move.reverses_id <> move.origin_id THEN move.origin_id ELSE move.id END,
       entry.item_id, entry.lot_id
FROM move JOIN value_entry entry ON entry.group_id = move.group_id AND entry.company_id = move.company_id
     AND entry.item_id = move.item_id AND entry.move_id = move.id AND entry.kind = 'move'
WHERE move.group_id = %(group)s AND move.company_id = %(company)s AND move.item_id = ANY(%(items)s)
  AND move.effective_on >= %(since)s AND move.direction <> 0 AND entry.lot_id = ANY(%(lots)s)
"""

_ENTRIES = """
SELECT entry.item_id, entry.lot_id, entry.kind, entry.id, entry.move_id, entry.document_id, entry.period_id,
       entry.quantity, entry.amount, entry.account_id, entry.contra_id, entry.subject_id, move.period_id
FROM value_entry entry JOIN move ON move.group_id = entry.group_id AND move.id = entry.move_id
WHERE entry.group_id = %(group)s AND entry.company_id = %(company)s AND entry.item_id = ANY(%(items)s)
  AND entry.posted_on >= %(since)s AND entry.kind IN ('revaluation', 'shift') AND entry.lot_id = ANY(%(lots)s)
ORDER BY entry.id
"""

_PARTS = """
SELECT origin_id, id, direction * quantity, 0, 0, 0, 0 FROM move
WHERE group_id = %(group)s AND origin_id = ANY(%(issues)s)
UNION ALL
SELECT move_id, id, quantity, period_id, account_id, contra_id, subject_id FROM value_entry
WHERE group_id = %(group)s AND move_id = ANY(%(issues)s) AND kind = 'shift' ORDER BY 2
"""

_POSTED = """
SELECT item_id, lot_id, period_id, account_id, contra_id, subject_id, sum(amount) FROM value_entry
WHERE group_id = %(group)s AND company_id = %(company)s AND item_id = ANY(%(items)s) AND posted_on >= %(since)s
  AND lot_id = ANY(%(lots)s) AND kind <> 'in_work' GROUP BY 1, 2, 3, 4, 5, 6
"""

_PRICES = """
SELECT (extract(epoch FROM effective_at) * 1000000)::bigint, -3, 0, document_id, document_line, id, period_id,
       0::numeric, price, 0, account_id, contra_id, 0, 0, item_id, 0
FROM standard_price WHERE group_id = %(group)s AND company_id = %(company)s AND item_id = ANY(%(items)s)
  AND effective_on >= %(since)s
"""


def load(
    group_id: int,
    company_id: int,
    streams: Iterable[Stream],
    since: date,
    starts: Mapping[int, datetime],
    *,
    priced: bool = False,
) -> dict[Stream, History]:
    """The histories of streams since `since`, the first day of a period. `starts` are the instants periods begin at;
    `priced` asks for new standard costs too."""
    found = {stream: History() for stream in sorted(set(streams))}
    if not found:
        return found
    given: dict[str, Any] = {"group": group_id, "company": company_id, "since": since}
    given |= {"items": sorted({i for i, _l in found}), "lots": sorted({lot for _i, lot in found})}
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, given)
        for item, lot, *key, amount in cursor.fetchall():
            if (item, lot) in found:
                found[item, lot].posted[tuple(key)] = amount
        cursor.execute(_ENTRIES, given)
        late = _read_entries(found, cursor.fetchall(), starts)
        cursor.execute(_ROWS, given)
        rows = cursor.fetchall()
        if priced:
            cursor.execute(_PRICES, given)
            rows += cursor.fetchall()
    _read_rows(found, list(map(Row._make, rows)), late)
    for history in found.values():
        history.rows.sort()
        for parts in history.parts.values():
            parts.sort()
    return found


def parts_of(group_id: int, issues: Iterable[int]) -> dict[int, list[Part]]:
    """All that came back of issues or passed on, whenever that was."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, {"group": group_id, "issues": sorted(issues)})
        rows = cursor.fetchall()
    found: dict[int, list[Part]] = defaultdict(list)
    for issue, id, quantity, period, account, contra, subject in rows:
        if quantity:
            found[issue].append(Part(id, quantity, period, account, contra, subject))
        else:  # the second of a pair says where the cost went
            found[issue][-1] = found[issue][-1]._replace(beyond=contra, beyond_subject=subject)
    return found


def _read_rows(found: Mapping[Stream, History], rows: list[Row], late: Mapping[int, Decimal]) -> None:
    if late:
        rows = [r._replace(value=r.value + late[r.id]) if r.id in late and r.value is not None else r for r in rows]
    for row in rows:
        if row.origin and (own := found.get((row.item, row.lot))) is not None:
            own.parts[row.origin].append(Part(row.id, row.quantity))
    if len(found) == 1:
        (own,) = found.values()
        own.rows += rows
        return
    for row in rows:
        if (own := found.get((row.item, row.lot))) is not None:
            own.rows.append(row)


def _read_entries(
    found: Mapping[Stream, History], entries: Sequence[tuple[Any, ...]], starts: Mapping[int, datetime]
) -> dict[int, Decimal]:
    """Late prices and shifts. A late price of the receipt's own period belongs to the receipt (returned by move); one
    of a later period is a step without quantity at that period's beginning."""
    own: dict[int, Decimal] = defaultdict(lambda: ZERO)
    shifts: dict[tuple[int, int], tuple[Any, ...]] = {}
    for entry in entries:
        item, lot, kind, id, move, document, period, quantity, amount, account, contra, subject, period_of_move = entry
        history = found.get((item, lot))
        if history is None:
            continue
        if kind == "shift":
            if quantity:
                shifts[document, move] = entry
            else:  # the second of a pair: where the cost went
                first = shifts.pop((document, move))
                history.parts[move].append(
                    Part(first[3], first[7], period, account, first[10], first[11], contra, subject)
                )
        elif period == period_of_move:
            own[move] += amount
        else:
            accounts = (account, contra, subject)
            history.rows.append(late_price(starts[period], document, id, period, amount, accounts, move, item, lot))
    return own


def late_price(
    starts_at: datetime,
    document: int,
    id: int,
    period: int,
    amount: Decimal,
    accounts: tuple[int, int, int],
    receipt: int,
    item: int,
    lot: int,
) -> Row:
    """The step of a price found out in a later period than that of its receipt."""
    where = (instant(starts_at), LATE_PRICE, 0, document, 0, id, period)
    return Row(*where, ZERO, amount, 0, *accounts, receipt, item, lot)


Checkpoints = dict[Stream, list[Checkpoint]]


def checkpoints(group_id: int, company_id: int, streams: Collection[Stream]) -> Checkpoints:
    """The streams' checkpoints, oldest first."""
    found: Checkpoints = {s: [] for s in streams}
    condition = "group_id = %s AND company_id = %s AND item_id = ANY(%s) AND lot_id = ANY(%s)"
    where = [group_id, company_id, list({i for i, _l in streams}), list({lot for _i, lot in streams})]
    for row in sets.read(Checkpoint, condition, where, "ORDER BY item_id, lot_id, starts_on"):
        if (row.item_id, row.lot_id) in found:
            found[row.item_id, row.lot_id].append(row)
    return found
