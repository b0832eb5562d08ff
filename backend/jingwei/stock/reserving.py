"""Reservations: goods kept for a line of a document, until they are used or released. A reservation resolves once.

What is reserved stands twice, in the balance and as rows of `reservation`, and only this file writes the rows. Open
reservations are locked before balances, both in key order, so that those who reserve, use and release wait for each
other and do not deadlock. The number of statements does not grow with the lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import VALUED, Item, Location, Unit
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, refuse
from jingwei.stock import balances
from jingwei.stock.balances import Key
from jingwei.stock.models import Reservation, ReservationState

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Want:
    """A quantity at a place for a line of a document, in the item's stock unit."""

    document_id: int
    line: int
    key: Key
    quantity: Decimal


_INSERT = """
INSERT INTO reservation (group_id, company_id, document_id, document_line, item_id, location_id, lot_id, status,
                         owner_id, quantity, state)
SELECT %s, %s, document, line, item, location, lot, status, owner, quantity, 'open'
FROM unnest(%s::bigint[], %s::integer[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[],
            %s::numeric[]) AS given(document, line, item, location, lot, status, owner, quantity)
ON CONFLICT (group_id, document_id, document_line, item_id, location_id, lot_id, status, owner_id)
    WHERE state = 'open'
DO UPDATE SET quantity = reservation.quantity + excluded.quantity
"""


def reserve(command: Command, company_id: int, wants: Sequence[Want]) -> None:
    """Keep goods for lines of documents; what a line has open already at a place grows.

    Raises Refusal 409 `stock.short` naming what is available, what is reserved and for whom, `qty.not_positive`,
    `qty.scale`, `location.not_stock`, 404 `record.not_found`. All or nothing.
    """
    if not wants:
        return
    items = _checked(command, company_id, wants)
    _open_of(command, company_id, {w.document_id for w in wants})
    sums = _sums((w.key, w.quantity) for w in wants)
    held = balances.lock(command, company_id, sums, items)
    lacking = [(k, q) for k, q in sorted(sums.items()) if held[k].reserved + q > max(held[k].on_hand, ZERO)]
    refuse(balances.short(command, held, lacking))
    balances.apply(command, held, {}, sums)
    lines: dict[tuple[int, int, Key], Decimal] = defaultdict(lambda: ZERO)
    for want in wants:
        lines[want.document_id, want.line, want.key] += want.quantity
    rows = [(document, line, *key, quantity) for (document, line, key), quantity in sorted(lines.items())]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT, [command.actor.group_id, company_id, *(list(column) for column in zip(*rows, strict=True))]
        )


def release(command: Command, company_id: int, gone: Sequence[Want]) -> None:
    """Give back what was kept, wholly or in part. Raises Refusal 409 `reservation.resolved` where less is open."""
    freed = _resolve(command, company_id, gone, ReservationState.RELEASED)
    _unkeep(command, company_id, freed)


def release_all(command: Command, company_id: int, document_ids: Iterable[int]) -> None:
    """Give back everything that is still kept for documents; nothing happens where nothing is."""
    gone = [
        Want(row.document_id, row.document_line, _key(row), row.quantity)
        for row in _open_of(command, company_id, document_ids)
    ]
    release(command, company_id, gone)


def use(command: Command, company_id: int, taken: Sequence[Want]) -> dict[Key, Decimal]:
    """Resolve what moves are about to take; returns how much of what is reserved they use up, by place: hand it to
    `posting.post(…, released=…)`, which takes it off the balances together with the goods.

    Raises Refusal 409 `reservation.resolved` where less is open: what was used or released cannot be used again.
    """
    return _resolve(command, company_id, taken, ReservationState.USED)


def open_for(group_id: int, document_ids: Iterable[int]) -> list[Reservation]:
    """What is kept for documents now, by document, line and place."""
    condition = "group_id = %s AND document_id = ANY(%s) AND state = %s"
    in_order = "ORDER BY document_id, document_line, item_id, location_id, lot_id, status, owner_id"
    return sets.read(Reservation, condition, [group_id, list(document_ids), ReservationState.OPEN], in_order)


def _checked(command: Command, company_id: int, wants: Sequence[Want]) -> dict[int, Item]:
    items = command.load(Item, (w.key.item for w in wants))
    places = command.load(Location, (w.key.location for w in wants))
    units = command.load(Unit, (item.unit_id for item in items.values()))
    refuse(_wrong(company_id, wants, items, places, units))
    return items


def _wrong(
    company_id: int,
    wants: Sequence[Want],
    items: Mapping[int, Item],
    places: Mapping[int, Location],
    units: Mapping[int, Unit],
) -> Iterable[Problem]:
    for want in wants:
        item, place = items.get(want.key.item), places.get(want.key.location)
        if item is None or place is None or place.company_id != company_id:
            missing = _("The item or the place was not found.")
            yield Problem("record.not_found", missing, status=404, line=want.line)
            continue
        unit = units[item.unit_id]
        if place.kind not in VALUED:
            message = _("%(place)s is not a place of the stock.") % {"place": place}
            yield Problem("location.not_stock", message, line=want.line)
        if want.quantity <= 0:
            yield Problem("qty.not_positive", _("The quantity must be greater than 0."), line=want.line)
        elif want.quantity != round(want.quantity, unit.scale):
            words = {"unit": unit, "scale": unit.scale, "quantity": f"{want.quantity:f}"}
            yield Problem("qty.scale", _("%(quantity)s: %(unit)s has %(scale)s decimals.") % words, line=want.line)


def _open_of(command: Command, company_id: int, document_ids: Iterable[int]) -> list[Reservation]:
    """Open reservations of documents, locked in key order."""
    condition = "group_id = %s AND company_id = %s AND document_id = ANY(%s) AND state = %s"
    where = [command.actor.group_id, company_id, list(document_ids), ReservationState.OPEN]
    in_order = "ORDER BY item_id, location_id, lot_id, status, owner_id, document_id, document_line FOR NO KEY UPDATE"
    return sets.read(Reservation, condition, where, in_order)


def _key(row: Reservation) -> Key:
    return Key(row.item_id, row.location_id, row.lot_id, row.status, row.owner_id)


def _sums(pairs: Iterable[tuple[Key, Decimal]]) -> dict[Key, Decimal]:
    sums: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    for key, quantity in pairs:
        sums[key] += quantity
    return dict(sums)


def _resolve(command: Command, company_id: int, wants: Sequence[Want], state: ReservationState) -> dict[Key, Decimal]:
    """Resolve open reservations; of one that is resolved in part, the rest stays open. Returns what is freed."""
    wanted: dict[tuple[int, int, Key], Decimal] = defaultdict(lambda: ZERO)
    for want in wants:
        wanted[want.document_id, want.line, want.key] += want.quantity
    if not wanted:
        return {}
    rows = _open_of(command, company_id, {document for document, _l, _k in wanted})
    known = {(row.document_id, row.document_line, _key(row)): row for row in rows}
    refuse(_resolved(command, wanted, known))
    whole, kept, resolved = [], [], []
    for place, quantity in sorted(wanted.items()):
        row = known[place]
        if quantity == row.quantity:
            row.state = state
            whole.append(row)
        else:
            row.quantity -= quantity
            kept.append(row)
            resolved.append(_part(row, quantity, state))
    sets.update(whole, ["state"])
    sets.update(kept, ["quantity"])
    sets.insert(resolved)
    return _sums((key, quantity) for (_d, _l, key), quantity in wanted.items())


def _part(row: Reservation, quantity: Decimal, state: ReservationState) -> Reservation:
    return Reservation(
        group_id=row.group_id,
        company_id=row.company_id,
        document_id=row.document_id,
        document_line=row.document_line,
        item_id=row.item_id,
        location_id=row.location_id,
        lot_id=row.lot_id,
        status=row.status,
        owner_id=row.owner_id,
        quantity=quantity,
        state=state,
    )


def _resolved(
    command: Command,
    wanted: Mapping[tuple[int, int, Key], Decimal],
    known: Mapping[tuple[int, int, Key], Reservation],
) -> list[Problem]:
    less = [
        (line, key, quantity, known[document, line, key].quantity if (document, line, key) in known else ZERO)
        for (document, line, key), quantity in sorted(wanted.items())
        if (document, line, key) not in known or quantity > known[document, line, key].quantity or quantity <= 0
    ]
    items = command.load(Item, (key.item for _l, key, _q, _o in less)) if less else {}
    return [
        Problem(
            "reservation.resolved",
            _("%(item)s: %(open)s is still reserved for line %(line)s, not %(wanted)s.")
            % {
                "item": items.get(key.item, key.item),
                "open": f"{there.normalize():f}",
                "line": line,
                "wanted": f"{quantity.normalize():f}",
            },
            _("What was used or released cannot be used or released again."),
            status=409,
            line=line,
        )
        for line, key, quantity, there in less
    ]


def _unkeep(command: Command, company_id: int, freed: Mapping[Key, Decimal]) -> None:
    if freed:
        items = command.load(Item, (key.item for key in freed))
        held = balances.lock(command, company_id, freed, items)
        balances.apply(command, held, {}, {key: -quantity for key, quantity in freed.items()})


def forget(command: Command, document_ids: Iterable[int]) -> None:
    """Remove the reservations of documents that are deleted; open ones are released before."""
    rows = Reservation.objects.filter(group_id=command.actor.group_id, document_id__in=list(document_ids))
    rows.exclude(state=ReservationState.OPEN).delete()
