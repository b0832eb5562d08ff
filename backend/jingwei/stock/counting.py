"""Counts are facts: what was found at an instant stands, whatever is entered later.

A posted count leaves a row (`Counted`) for every place it looked at. When moves dated before that instant are posted
afterwards, the same transaction moves the opposite quantity to or from the place of count differences, at the instant
of the count: the difference of the count changes, its result does not. The moves belong to the count's document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import VALUED, Item, Location, ValuationMethod
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, Refusal, refuse
from jingwei.platform.money import round_half_up
from jingwei.stock.balances import Key
from jingwei.stock.models import Balance, Counted, ItemValue, Move
from jingwei.stock.streams import Held

ZERO = Decimal(0)
GAIN, LOSS = "stock.count_gain", "stock.count_loss"
#: Differences come after everything else of their instant.
RANK = 90


class Asked(NamedTuple):
    """A place to be compared with the book at an instant. Moves of the document itself do not count as book; `since`
    is when counting began, or None."""

    key: Key
    at: datetime
    since: datetime | None
    document: int


class Book(NamedTuple):
    """What lay there by the book, and whether anything moved there while it was being counted."""

    quantity: Decimal
    is_moved: bool


# What lies there now less what came after the instant: the cost does not grow with the history before it.
_BOOKS = """
WITH given AS (
    SELECT * FROM unnest(%(item)s::bigint[], %(location)s::bigint[], %(lot)s::bigint[], %(status)s::text[],
        %(owner)s::bigint[], %(at)s::timestamptz[], %(since)s::timestamptz[], %(document)s::bigint[])
        WITH ORDINALITY AS asked(item, location, lot, status, owner, counted, began, document, n)
), later AS (
    SELECT given.n, sum(CASE WHEN move.to_location_id = given.location THEN move.quantity ELSE -move.quantity END)
        FILTER (WHERE move.effective_at > given.counted OR move.document_id = given.document) AS quantity,
        bool_or(move.effective_at BETWEEN given.began AND given.counted AND move.document_id <> given.document) AS moved
    FROM given JOIN move ON move.group_id = %(group)s AND move.item_id = given.item
        AND (move.to_location_id = given.location OR move.from_location_id = given.location)
        AND coalesce(move.lot_id, 0) = given.lot AND move.status = given.status AND move.owner_id = given.owner
        AND move.effective_at >= least(given.counted, given.began)
    GROUP BY given.n
)
SELECT coalesce(balance.on_hand, 0) - coalesce(later.quantity, 0), coalesce(later.moved, false)
FROM given LEFT JOIN later USING (n)
LEFT JOIN balance ON balance.group_id = %(group)s AND balance.item_id = given.item
    AND balance.location_id = given.location AND balance.lot_id = given.lot AND balance.status = given.status
    AND balance.owner_id = given.owner
ORDER BY given.n
"""


def books(group_id: int, asked: Sequence[Asked]) -> list[Book]:
    """What lay at each place at its instant, by all moves known now; one statement, whatever their number."""
    if not asked:
        return []
    given = {
        "item": [a.key.item for a in asked],
        "location": [a.key.location for a in asked],
        "lot": [a.key.lot for a in asked],
        "status": [a.key.status for a in asked],
        "owner": [a.key.owner for a in asked],
        "at": [a.at for a in asked],
        "since": [a.since for a in asked],
        "document": [a.document for a in asked],
        "group": group_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BOOKS, given)  # type: ignore[arg-type]
        return [Book(quantity, moved) for quantity, moved in cursor.fetchall()]


def record(command: Command, facts: Sequence[Counted]) -> None:
    """Keep what was found; the balances must be locked. Raises Refusal 409 `count.twice` for a place that another
    count names with the same instant."""
    if not facts:
        return
    keys = {(_key(f), f.counted_at): f for f in facts}
    refuse(
        Problem(
            "count.twice",
            _("%(item)s at %(place)s was counted at that instant already.")
            % {"item": command.loaded[Item][other.item_id], "place": command.loaded[Location][other.location_id]},
            _("Count again, or reverse the other count first."),
            status=409,
            line=keys[_key(other), other.counted_at].document_line,
        )
        for other in _facts(command, {f.item_id for f in facts}, {f.location_id for f in facts})
        if (_key(other), other.counted_at) in keys
    )
    sets.insert(facts)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE balance SET counted_at = given.counted FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], "
            "%s::text[], %s::bigint[], %s::timestamptz[]) AS given(item, location, lot, status, owner, counted) "
            "WHERE balance.group_id = %s AND balance.item_id = given.item AND balance.location_id = given.location "
            "AND balance.lot_id = given.lot AND balance.status = given.status AND balance.owner_id = given.owner "
            "AND (balance.counted_at IS NULL OR balance.counted_at < given.counted)",
            [*map(list, zip(*(_key(f) for f in facts), strict=True)), [f.counted_at for f in facts], facts[0].group_id],
        )


def void(command: Command, document_ids: Iterable[int]) -> None:
    """What these documents found no longer stands: they were reversed."""
    Counted.objects.filter(group_id=command.actor.group_id, document_id__in=list(document_ids)).update(is_void=True)


def _key(fact: Counted) -> Key:
    return Key(fact.item_id, fact.location_id, fact.lot_id, fact.status, fact.owner_id)


def _facts(command: Command, items: Iterable[int], places: Iterable[int]) -> list[Counted]:
    rows = Counted.objects.filter(group_id=command.actor.group_id, item_id__in=list(items), is_void=False)
    return list(rows.filter(location_id__in=list(places)).order_by("counted_at", "id"))


@dataclass(frozen=True, slots=True)
class Touched:
    """A count that moves entered later touch: its fact, by how much, and the document that does."""

    fact: Counted
    change: Decimal
    cause: int


def touched(
    command: Command, moves: Sequence[Move], places: Mapping[int, Location], held: Mapping[Key, Balance]
) -> list[Touched]:
    """Counts that must stand against these moves: of each place, the first at or after the move. No statement is
    needed unless a move is dated before the last count of its place."""
    ends = [
        (move, key, sign)
        for move in moves
        for place, sign in ((move.from_location_id, -1), (move.to_location_id, 1))
        if places[place].kind in VALUED
        and (last := held[key := _end(move, place)].counted_at) is not None
        and move.effective_at <= last
    ]
    if not ends:
        return []
    by_key: dict[Key, list[Counted]] = defaultdict(list)
    for fact in _facts(command, {k.item for _m, k, _s in ends}, {k.location for _m, k, _s in ends}):
        by_key[_key(fact)].append(fact)
    changes: dict[int, Decimal] = defaultdict(lambda: ZERO)
    found: dict[int, tuple[Counted, int]] = {}
    for move, key, sign in ends:
        for fact in by_key[key]:
            if fact.counted_at >= move.effective_at and fact.document_id != move.document_id:
                changes[fact.pk] += sign * move.quantity
                found.setdefault(fact.pk, (fact, move.document_id))
                break
    return [Touched(fact, changes[id], cause) for id, (fact, cause) in sorted(found.items()) if changes[id]]


def _end(move: Move, place: int) -> Key:
    return Key(move.item_id, place, move.lot_id or 0, move.status, move.owner_id)


_LAST_COST = """
SELECT DISTINCT ON (item_id) item_id, value / quantity FROM move
WHERE group_id = %s AND company_id = %s AND item_id = ANY(%s) AND direction <> 0 AND value <> 0
ORDER BY item_id, effective_at DESC, id DESC
"""


def surplus_values(
    command: Command,
    company_id: int,
    wanted: Sequence[tuple[int, int | None, Decimal, Decimal | None]],
    held: Held,
    decimals: int,
) -> list[Decimal | None]:
    """The worth of surpluses given as (item, lot, quantity, unit cost or None): at the cost given, else at that of what
    is there, else at the cost of the last move. None where there is none of them. `held` are the locked rows."""
    values = {(item, lot): held.of(item, lot) for item, lot, _q, _price in wanted}
    unknown = {i for i, lot, _q, price in wanted if price is None and unit_cost(values[i, lot]) is None}
    last: dict[int, Decimal] = {}
    if unknown:
        with connection.cursor() as cursor:
            cursor.execute(_LAST_COST, [command.actor.group_id, company_id, sorted(unknown)])
            last = {item: abs(cost) for item, cost in cursor.fetchall()}
    result: list[Decimal | None] = []
    for item, lot, quantity, price in wanted:
        if price is not None:
            result.append(round_half_up(quantity * price, decimals))
        elif (cost := unit_cost(values[item, lot])) is not None:
            result.append(round_half_up(quantity * cost[1] / cost[0], decimals))
        else:
            known = last.get(item)
            result.append(None if known is None else round_half_up(quantity * known, decimals))
    return result


def unit_cost(held: ItemValue) -> tuple[Decimal, Decimal] | None:
    """A quantity of what is there and its value: the standard or provisional cost where there is one, else the
    average; None where nothing is there."""
    if held.method in (ValuationMethod.STANDARD, ValuationMethod.MONTH_WEIGHTED) and held.layers:
        _key, quantity, value = held.layers[0]
        return Decimal(quantity), Decimal(value)
    return (held.quantity, held.value) if held.quantity > 0 else None


def no_cost(item: Item, line: int | None = None) -> Refusal:
    """`price.missing`: a surplus that neither an average nor a last cost can value."""
    message = _("%(item)s was never valued: its surplus needs a unit cost.") % {"item": item}
    return Refusal(Problem("price.missing", message, _("Give the unit cost on the line."), line=line))
