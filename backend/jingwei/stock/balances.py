"""Balances: locked in key order, changed relatively, checked by the database; and what lay where at a past second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import VALUED, Item, Location, Tracking
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import DocumentRef, Problem, refuse
from jingwei.stock.models import Balance, Move, Reservation, ReservationState

ZERO = Decimal(0)


class Key(NamedTuple):
    """Where a quantity lies; the order of the fields is the order of locking."""

    item: int
    location: int
    lot: int
    status: str
    owner: int


_MAKE = """
INSERT INTO balance (group_id, company_id, item_id, location_id, lot_id, status, owner_id, on_hand, reserved,
                     is_serial, allow_negative)
SELECT %s, %s, item, location, lot, status, owner, 0, 0, serial, false
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::boolean[])
    AS given(item, location, lot, status, owner, serial)
ON CONFLICT DO NOTHING
"""

_CHANGE = """
UPDATE balance SET on_hand = balance.on_hand + given.change, reserved = balance.reserved + given.kept,
    last_at = given.last_at
FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::timestamptz[]) AS given(id, change, kept, last_at)
WHERE balance.group_id = %s AND balance.id = given.id
"""


def lock(command: Command, company_id: int, keys: Iterable[Key], items: Mapping[int, Item]) -> dict[Key, Balance]:
    """Make the rows that are not there and lock all, in key order: crossed documents wait, they do not deadlock."""
    ordered = sorted(set(keys))
    if not ordered:
        return {}
    serial = [items[k.item].tracking == Tracking.SERIAL for k in ordered]
    columns = [list(column) for column in zip(*ordered, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, [command.actor.group_id, company_id, *columns, serial])
    condition = "group_id = %s AND company_id = %s AND item_id = ANY(%s) AND location_id = ANY(%s)"
    wheres = [sorted({k.item for k in ordered}), sorted({k.location for k in ordered})]
    in_order = "ORDER BY item_id, location_id, lot_id, status, owner_id FOR NO KEY UPDATE"
    rows = sets.read(Balance, condition, [command.actor.group_id, company_id, *wheres], in_order)
    wanted = set(ordered)
    return {key: row for row in rows if (key := key_of(row)) in wanted}


def key_of(row: Balance) -> Key:
    """The key of a balance."""
    return Key(row.item_id, row.location_id, row.lot_id, row.status, row.owner_id)


def apply(
    command: Command,
    held: Mapping[Key, Balance],
    changes: Mapping[Key, Decimal],
    kept: Mapping[Key, Decimal] | None = None,
    moments: Mapping[Key, datetime] | None = None,
) -> None:
    """Change locked balances: `changes` of what lies there, `kept` of what is reserved of it; `moments` are when the
    last of the moves was that change it.

    Raises Refusal 409 `stock.short` naming place, quantity there, and for whom the rest is reserved.
    """
    kept = kept or {}
    lacking = [
        (key, -change)
        for key, change in sorted(changes.items())
        if change < 0
        and held[key].on_hand + change < max(held[key].reserved + kept.get(key, ZERO), ZERO)
        and not held[key].allow_negative
    ]
    refuse(short(command, held, lacking))
    keys = sorted({*changes, *kept})
    for key in keys:
        held[key].on_hand += changes.get(key, ZERO)
        held[key].reserved += kept.get(key, ZERO)
        if moments and key in moments:
            held[key].last_at = max(moments[key], held[key].last_at or moments[key])
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANGE,
            [
                [held[key].pk for key in keys],
                [changes.get(key, ZERO) for key in keys],
                [kept.get(key, ZERO) for key in keys],
                [held[key].last_at for key in keys],
                command.actor.group_id,
            ],
        )


def short(command: Command, held: Mapping[Key, Balance], lacking: Sequence[tuple[Key, Decimal]]) -> list[Problem]:
    """`stock.short` for each place and the quantity wanted of it: what is available, and for whom the rest is kept."""
    if not lacking:
        return []
    items = command.load(Item, (key.item for key, _q in lacking))
    places = command.load(Location, (key.location for key, _q in lacking))
    problems = []
    for key, wanted in lacking:
        row = held[key]
        reserved = Reservation.objects.filter(
            group_id=command.actor.group_id,
            item_id=key.item,
            location_id=key.location,
            lot_id=key.lot,
            status=key.status,
            owner_id=key.owner,
            state=ReservationState.OPEN,
        )
        rows = reserved.select_related("document").order_by("id")[:5]
        found = tuple(DocumentRef(r.document.type, r.document_id, r.document.number) for r in rows)
        whom = ", ".join(dict.fromkeys(ref.number for ref in found))
        said = _("%(item)s: %(free)s available of %(wanted)s at %(place)s (%(reserved)s reserved).")
        if whom:
            said = _("%(item)s: %(free)s available of %(wanted)s at %(place)s (%(reserved)s reserved for %(whom)s).")
        problems.append(
            Problem(
                "stock.short",
                said
                % {
                    "item": items[key.item],
                    "free": f"{(row.on_hand - row.reserved).normalize():f}",
                    "wanted": f"{wanted.normalize():f}",
                    "place": places[key.location],
                    "reserved": f"{row.reserved.normalize():f}",
                    "whom": whom,
                },
                _("Take less, take it from another place, or receive more first."),
                status=409,
                documents=tuple(dict.fromkeys(found)),
            )
        )
    return problems


def changes_of(moves: Iterable[Move], places: Mapping[int, Location]) -> dict[Key, Decimal]:
    """What moves change at places of the stock."""
    changes: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    for move, key, sign in _ends(moves, places):
        changes[key] += sign * move.quantity
    return dict(changes)


def moments_of(moves: Iterable[Move], places: Mapping[int, Location]) -> dict[Key, datetime]:
    """When each place of the stock is last changed by moves."""
    moments: dict[Key, datetime] = {}
    for move, key, _sign in _ends(moves, places):
        moments[key] = max(move.effective_at, moments.get(key, move.effective_at))
    return moments


def dated_back(moves: Iterable[Move], places: Mapping[int, Location], held: Mapping[Key, Balance]) -> list[Move]:
    """Moves out of a place before the last move of that place."""
    return [
        move
        for move, key, sign in _ends(moves, places)
        if sign < 0 and (last := held[key].last_at) is not None and move.effective_at < last
    ]


def _ends(moves: Iterable[Move], places: Mapping[int, Location]) -> Iterator[tuple[Move, Key, int]]:
    """Each move with the places of the stock it leaves (−1) and comes to (+1)."""
    for move in moves:
        for place, sign in ((move.from_location_id, -1), (move.to_location_id, 1)):
            if places[place].kind in VALUED:
                yield move, Key(move.item_id, place, move.lot_id or 0, move.status, move.owner_id), sign


_LOWEST = """
WITH given AS (
    SELECT * FROM unnest(%(item)s::bigint[], %(location)s::bigint[], %(since)s::timestamptz[])
        AS asked(item, location, since)
), steps AS (
    SELECT given.item, given.location, given.since, move.effective_at,
           CASE WHEN move.to_location_id = given.location THEN move.quantity ELSE -move.quantity END AS change
    FROM given JOIN move ON move.item_id = given.item
        AND (move.to_location_id = given.location OR move.from_location_id = given.location)
    WHERE move.group_id = %(group)s
), moments AS (
    SELECT item, location, since, effective_at,
           sum(sum(change)) OVER (PARTITION BY item, location ORDER BY effective_at) AS level
    FROM steps GROUP BY item, location, since, effective_at
)
SELECT DISTINCT ON (item, location) item, location, effective_at, level FROM moments
WHERE effective_at >= since AND level < 0 ORDER BY item, location, effective_at
"""


def refuse_past_shortage(command: Command, outs: Sequence[Move], places: Mapping[int, Location]) -> None:
    """What is issued in the past must have been there, then and at every moment since (ins of an instant come first).

    Raises Refusal 409 `stock.negative_past` naming the first moment below 0.
    """
    asked: dict[tuple[int, int], datetime] = {}
    for move in outs:
        if places[move.from_location_id].kind in VALUED:
            key = (move.item_id, move.from_location_id)
            asked[key] = min(move.effective_at, asked.get(key, move.effective_at))
    if not asked:
        return
    given = {
        "item": [item for item, _l in asked],
        "location": [location for _i, location in asked],
        "since": list(asked.values()),
        "group": command.actor.group_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOWEST, given)  # type: ignore[arg-type]
        rows = cursor.fetchall()
    items = command.load(Item, (row[0] for row in rows))
    refuse(
        Problem(
            "stock.negative_past",
            _("%(item)s would have been %(level)s at %(place)s on %(moment)s.")
            % {
                "item": items[item],
                "level": f"{level.normalize():f}",
                "place": places[location],
                "moment": f"{moment:%Y-%m-%d %H:%M} UTC",
            },
            _("Date the issue later, or enter the missing receipt first."),
            status=409,
        )
        for item, location, moment, level in rows
    )


def balance_at(group_id: int, item_id: int, location_id: int, at: datetime) -> Decimal:
    """What lay at a place at a past second, from the moves alone: all lots, statuses and owners."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(CASE WHEN to_location_id = %s THEN quantity ELSE -quantity END), 0) FROM move "
            "WHERE group_id = %s AND item_id = %s AND effective_at <= %s AND %s IN (to_location_id, from_location_id)",
            [location_id, group_id, item_id, at, location_id],
        )
        found: Decimal = cursor.fetchone()[0]
        return found
