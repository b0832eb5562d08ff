"""Posting goods: moves, balances, value and the journal, in one transaction and a constant number of statements.

A set of moves of one company is one call. Balances are locked in key order, then the items' values; then everything is
reckoned and written, one statement per table, and the journal is posted from the same figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books import journal, periods
from jingwei.books.models import Area
from jingwei.masterdata.models import VALUED, Item, ItemCategory, Location, Tracking, Unit
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, refuse
from jingwei.stock import balances, counting, ledger, streams, valuing
from jingwei.stock.balances import Key
from jingwei.stock.models import Move, Status
from jingwei.stock.streams import Held

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MoveDraft:
    """Goods to be moved; `quantity` in the item's stock unit. `value` is what comes in is worth (functional currency,
    at its decimals), or what leaves at a value of its own; None lets valuation decide. `event` is the posting rule.
    `origin_id` is the move these goods come back from: what an issue brings back is worth what it cost, in proportion.
    `order_id` is the production order that bears what goes into work in process or comes out of it.
    `cause_id` is the document whose late entry makes this one move, where that is another."""

    document_id: int
    line: int
    item_id: int
    from_location_id: int
    to_location_id: int
    quantity: Decimal
    effective_at: datetime
    effective_on: date
    event: str = ""
    value: Decimal | None = None
    lot_id: int | None = None
    status: str = Status.AVAILABLE
    owner_id: int = 0
    rank: int = 50
    reverses_id: int | None = None
    origin_id: int | None = None
    summary: str = ""
    party_id: int | None = None
    order_id: int = 0
    cause_id: int = 0


def post(
    command: Command,
    company_id: int,
    drafts: Sequence[MoveDraft],
    *,
    released: Mapping[Key, Decimal] | None = None,
    besides: Sequence[journal.EntryDraft] = (),
) -> list[Move]:
    """Post moves of one company. `released` is how much of what is reserved at each key the moves use up, `besides` are
    further entries of their documents.

    Raises Refusal `stock.short`, `stock.negative_past`, `period.closed`, `qty.scale`, `qty.not_positive`,
    `item.not_stocked`, `lot.missing`, `move.same_location`, `books.not_started`.
    """
    if not drafts:
        return []
    books = ledger.books_of(command, company_id)
    items = items_of(command, (d.item_id for d in drafts))
    places = command.load(Location, (p for d in drafts for p in (d.from_location_id, d.to_location_id)))
    refuse(_wrong(drafts, items, places, company_id))
    books.know((d.event, items[d.item_id]) for d in drafts if d.event)
    asked = len(drafts)
    moves = _moves(command, company_id, drafts, places)
    changes = balances.changes_of(moves, places)
    rows = balances.lock(command, company_id, {*changes, *(released or {})}, items)
    touched = counting.touched(command, moves, places, rows)
    valued = {(m.item_id, m.lot_id) for m in moves if m.direction}
    held = streams.lock(command, company_id, valued | {(t.fact.item_id, t.fact.lot_id) for t in touched})
    if touched:
        counts = _counts_standing(command, books, touched, held)
        drafts, moves = [*drafts, *counts], [*moves, *_moves(command, company_id, counts, places)]
        changes = balances.changes_of(moves, places)
    kept = {k: -q for k, q in (released or {}).items()}
    balances.apply(command, rows, changes, kept, balances.moments_of(moves, places))
    valuation = valuing.value(command, books, moves, drafts, held, items)
    sets.insert(moves)
    balances.refuse_past_shortage(command, balances.dated_back(moves, places, rows), places)
    valuing.save(command, valuation, held)
    ledger.post(command, books, valuation, drafts, besides)
    return moves[:asked]


def _moves(command: Command, company_id: int, drafts: Sequence[MoveDraft], places: dict[int, Location]) -> list[Move]:
    """Moves of the drafts, with ids; holds the periods they fall into. Adds to `places` what is not there yet."""
    held = periods.share(
        command,
        ((company_id, d.effective_on, area) for d in drafts for area in (Area.STOCK_QUANTITY, Area.STOCK_VALUE)),
    )
    ends = {p for d in drafts for p in (d.from_location_id, d.to_location_id)}
    if missing := ends - places.keys():
        places |= command.load(Location, missing)
    moves = [_move(command, company_id, d, held, places) for d in drafts]
    for move, id in zip(moves, sets.next_ids(len(moves)), strict=True):
        move.pk = id
    return moves


def _counts_standing(
    command: Command, books: ledger.Books, touched: Sequence[counting.Touched], held: Held
) -> list[MoveDraft]:
    """What keeps counts as they were found against moves dated before them: the opposite quantity, at their instant."""
    gains = [(t.fact.item_id, t.fact.lot_id, -t.change, None) for t in touched if t.change < 0]
    worth = iter(counting.surplus_values(command, books.company_id, gains, held, books.decimals))
    drafts = []
    for t in touched:
        place, outside = t.fact.location_id, t.fact.difference_location_id
        gain = t.change < 0
        drafts.append(
            MoveDraft(
                document_id=t.fact.document_id,
                line=t.fact.document_line,
                item_id=t.fact.item_id,
                from_location_id=outside if gain else place,
                to_location_id=place if gain else outside,
                quantity=abs(t.change),
                effective_at=t.fact.counted_at,
                effective_on=t.fact.counted_on,
                event=counting.GAIN if gain else counting.LOSS,
                value=(next(worth) or ZERO) if gain else None,
                lot_id=t.fact.lot_id or None,
                status=t.fact.status,
                owner_id=t.fact.owner_id,
                rank=counting.RANK,
                cause_id=t.cause,
            )
        )
    return drafts


def items_of(command: Command, ids: Iterable[int]) -> dict[int, Item]:
    """Items with their units and categories."""
    items = command.load(Item, ids)
    units = command.load(Unit, (i.unit_id for i in items.values()))
    categories = command.load(ItemCategory, (i.category_id for i in items.values()))
    for item in items.values():
        item.unit, item.category = units[item.unit_id], categories[item.category_id]
    return items


def _wrong(
    drafts: Sequence[MoveDraft], items: Mapping[int, Item], places: Mapping[int, Location], company_id: int
) -> Iterable[Problem]:
    for draft in drafts:
        where: dict[str, Any] = {"line": draft.line}
        item = items.get(draft.item_id)
        ends = [places.get(p) for p in (draft.from_location_id, draft.to_location_id)]
        if item is None or any(p is None or p.company_id != company_id for p in ends):
            yield Problem("record.not_found", _("The item or the place was not found."), status=404, **where)
            continue
        if draft.quantity <= 0:
            yield Problem("qty.not_positive", _("The quantity must be greater than 0."), **where)
        elif draft.quantity != round(draft.quantity, item.unit.scale):
            words = {"unit": item.unit, "scale": item.unit.scale, "quantity": f"{draft.quantity:f}"}
            yield Problem("qty.scale", _("%(quantity)s: %(unit)s has %(scale)s decimals.") % words, **where)
        if not item.is_stocked:
            yield Problem("item.not_stocked", _("%(item)s is not kept in stock.") % {"item": item}, **where)
        if draft.from_location_id == draft.to_location_id:
            message = _("Goods cannot be moved from a place to itself.")
            yield Problem("move.same_location", message, **where)
        if item.tracking != Tracking.NONE and draft.lot_id is None:
            yield Problem("lot.missing", _("%(item)s needs its lot or serial number.") % {"item": item}, **where)
        if item.tracking == Tracking.SERIAL and draft.quantity != 1:
            yield Problem("serial.quantity", _("A serial number is one piece."), **where)


def _move(
    command: Command,
    company_id: int,
    draft: MoveDraft,
    held: Mapping[Any, tuple[int, str]],
    places: Mapping[int, Location],
) -> Move:
    inside = [places[p].kind in VALUED for p in (draft.from_location_id, draft.to_location_id)]
    return Move(
        group_id=command.actor.group_id,
        company_id=company_id,
        document_id=draft.document_id,
        document_line=draft.line,
        item_id=draft.item_id,
        lot_id=draft.lot_id,
        owner_id=draft.owner_id,
        status=draft.status,
        from_location_id=draft.from_location_id,
        to_location_id=draft.to_location_id,
        quantity=draft.quantity,
        effective_at=draft.effective_at,
        effective_on=draft.effective_on,
        period_id=held[company_id, draft.effective_on, Area.STOCK_QUANTITY][0],
        direction=int(inside[1]) - int(inside[0]),
        rank=draft.rank,
        reverses_id=draft.reverses_id,
        origin_id=draft.origin_id,
        posted_at=command.at,
    )


def mirrored(
    moves: Sequence[Move],
    drafts_on: datetime,
    on: date,
    event: Mapping[int, str],
    *,
    party_id: int | None = None,
    orders: Mapping[int, int] | None = None,
) -> list[MoveDraft]:
    """The moves back: from where they went to where they came from. Receipts, and returns to suppliers, go back at the
    value they were posted with; issues, and what came back of them, at what they cost by now. `orders` are the
    production orders of the documents, where they have one."""
    result = []
    for move in moves:
        is_issue = move.direction < 0 and move.origin_id is None
        comes_from_issue = is_issue or (move.direction > 0 and move.origin_id is not None)
        result.append(
            MoveDraft(
                document_id=move.document_id,
                line=move.document_line,
                item_id=move.item_id,
                from_location_id=move.to_location_id,
                to_location_id=move.from_location_id,
                quantity=move.quantity,
                effective_at=drafts_on,
                effective_on=on,
                event=event[move.document_id],
                value=abs(move.value) if move.direction and not comes_from_issue else None,
                lot_id=move.lot_id,
                status=move.status,
                owner_id=move.owner_id,
                rank=move.rank,
                reverses_id=move.pk,
                origin_id=move.pk if is_issue else move.origin_id,
                party_id=party_id,
                order_id=(orders or {}).get(move.document_id, 0),
            )
        )
    return result
