"""即时库存: what lies where, now or at a past instant, reserved, available, and what it is worth.

Read from balances, never from history: a past instant is what lies there now less what moved since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.read import title, titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company
from jingwei.platform.money import round_half_up, split_largest_remainder
from jingwei.platform.reports.declare import Column, Drill, Params, Report, Result, Row, Term, asked
from jingwei.stock.models import Status
from jingwei.stock.reports.facts import QUANTITY, RESERVED, VALUE

ZERO = Decimal(0)


class OnHandParams(Params):
    """All goods of the company, or those of one item or warehouse."""

    item: int | None = asked(_("Item"), _("Only this item; empty for all."), target="masterdata.item")
    warehouse: int | None = asked(
        _("Warehouse"), _("Only places of this warehouse; empty for all."), target="masterdata.warehouse"
    )
    at: datetime | None = asked(_("As of"), _("Instant in the past, such as 2026-01-31T18:00:00+08:00; empty for now."))


_PLACES = """
WITH later AS (
    SELECT item_id, location_id, lot_id, status, owner_id, sum(quantity) AS quantity FROM (
        SELECT item_id, to_location_id AS location_id, coalesce(lot_id, 0) AS lot_id, status, owner_id, quantity
        FROM move WHERE group_id = %(group)s AND company_id = %(company)s AND effective_at > %(at)s
            AND (%(item)s::bigint IS NULL OR item_id = %(item)s)
        UNION ALL
        SELECT item_id, from_location_id, coalesce(lot_id, 0), status, owner_id, -quantity
        FROM move WHERE group_id = %(group)s AND company_id = %(company)s AND effective_at > %(at)s
            AND (%(item)s::bigint IS NULL OR item_id = %(item)s)
    ) AS ends GROUP BY 1, 2, 3, 4, 5
)
SELECT balance.item_id, balance.location_id, location.warehouse_id, lot.code, balance.status,
       balance.on_hand - coalesce(later.quantity, 0), balance.reserved, ARRAY[unit.name_zh, unit.name_en],
       balance.lot_id
FROM balance
JOIN item ON item.group_id = balance.group_id AND item.id = balance.item_id
JOIN unit ON unit.group_id = item.group_id AND unit.id = item.unit_id
JOIN location ON location.group_id = balance.group_id AND location.id = balance.location_id
LEFT JOIN lot ON lot.group_id = balance.group_id AND lot.id = nullif(balance.lot_id, 0)
LEFT JOIN later ON later.item_id = balance.item_id AND later.location_id = balance.location_id
    AND later.lot_id = balance.lot_id AND later.status = balance.status AND later.owner_id = balance.owner_id
WHERE balance.group_id = %(group)s AND balance.company_id = %(company)s
    AND (%(item)s::bigint IS NULL OR balance.item_id = %(item)s)
    AND (balance.on_hand - coalesce(later.quantity, 0) <> 0 OR (balance.reserved <> 0 AND %(at)s::timestamptz IS NULL))
ORDER BY item.code_folded, location.code_folded, lot.code_folded NULLS FIRST, balance.status
"""

# What a correction changes belongs to the day it was posted for.
_VALUES = """
SELECT item_value.item_id, item_value.lot_id, item_value.value - coalesce(later.amount, 0)
FROM item_value
LEFT JOIN (
    SELECT entry.item_id, entry.lot_id, sum(entry.amount) AS amount FROM value_entry entry
    LEFT JOIN move ON move.group_id = entry.group_id AND move.id = entry.move_id
    WHERE entry.group_id = %(group)s AND entry.company_id = %(company)s AND entry.posted_on >= %(day)s
        AND CASE WHEN entry.kind = 'move' THEN move.effective_at > %(at)s ELSE entry.posted_on > %(day)s END
    GROUP BY 1, 2
) AS later ON later.item_id = item_value.item_id AND later.lot_id = item_value.lot_id
WHERE item_value.group_id = %(group)s AND item_value.company_id = %(company)s
    AND (item_value.method <> 'specific' OR item_value.lot_id <> 0)
    AND (%(item)s::bigint IS NULL OR item_value.item_id = %(item)s)
"""


@dataclass(slots=True)
class Place:
    """What lies at one place, in the item's stock unit; its worth in functional currency."""

    item: int
    location: int
    warehouse: int | None
    lot: str | None
    status: str
    on_hand: Decimal
    reserved: Decimal
    unit: list[str]  # its names
    lot_id: int
    value: Decimal = ZERO


def places_of(group_id: int, company_id: int, item: int | None, at: datetime | None, decimals: int) -> list[Place]:
    """Everything that lies somewhere, by item, place, lot and condition, with its share of the value of the item,
    or of the lot where cost is kept by lot; two statements, whatever the history. Shares are by quantity."""
    zone = Company.objects.filter(pk=company_id).values_list("time_zone", flat=True).first() or "UTC"
    day = day_of(zone, at) if at else None
    given = {"group": group_id, "company": company_id, "item": item, "at": at, "day": day}
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, given)
        places = [Place(*row) for row in cursor.fetchall()]
        cursor.execute(_VALUES, given)
        values = {(item_id, lot): value for item_id, lot, value in cursor.fetchall()}
    by_stream: dict[tuple[int, int], list[Place]] = defaultdict(list)
    for place in places:
        own_lot = (place.item, place.lot_id)
        by_stream[own_lot if own_lot in values else (place.item, 0)].append(place)
    for stream, own in by_stream.items():
        shares = _shares(values.get(stream, ZERO), [p.on_hand for p in own], decimals)
        for place, share in zip(own, shares, strict=True):
            place.value = share
    return places


def day_of(zone: str, at: datetime) -> date:
    """The business day of an instant."""
    return at.astimezone(ZoneInfo(zone)).date()


def _shares(value: Decimal, quantities: Sequence[Decimal], decimals: int) -> list[Decimal]:
    if len(quantities) == 1:
        return [value]
    total = sum(quantities, ZERO)
    if all(q >= 0 for q in quantities) and total:
        return split_largest_remainder(value, quantities, decimals)
    # Some place is below zero: each gets its quantity at the average, the last one the rest.
    shares = [round_half_up(value * q / total, decimals) if total else ZERO for q in quantities[:-1]]
    return [*shares, value - sum(shares, ZERO)]


def run(actor: Actor, params: OnHandParams) -> Result:
    """One row per item, place, lot and condition."""
    company = Company.objects.select_related("currency").get(group_id=actor.group_id, pk=actor.company_id or 0)
    decimals = company.currency.decimals
    places = places_of(actor.group_id, company.pk, params.item, params.at, decimals)
    shown = [p for p in places if params.warehouse in (None, p.warehouse)]
    moment = {"until": params.at, "day": day_of(company.time_zone, params.at)} if params.at else {}
    names = titles(actor.group_id, _ids(shown))
    conditions = {status.value: str(status.label) for status in Status}
    return Result(
        columns=(
            Column("item", _("Item"), "reference"),
            Column("warehouse", _("Warehouse"), "reference"),
            Column("location", _("Location"), "reference"),
            Column("lot", _("Lot or serial"), "code"),
            Column("status", _("Condition")),
            Column("on_hand", _("On hand"), "quantity"),
            Column("reserved", _("Reserved"), "quantity"),
            Column("available", _("Available"), "quantity", of={"on_hand": 1, "reserved": -1}),
            Column("unit", _("Unit"), "code"),
            Column("value", _("Value"), "amount", scale=decimals),
        ),
        rows=[_row(place, names, conditions, params.at, partial(_formula, places, place, moment)) for place in shown],
        totals={"value": sum((p.value for p in shown), ZERO)},
        currency=company.currency.code,
    )


def _ids(places: Iterable[Place]) -> set[int | None]:
    return {id for p in places for id in (p.item, p.warehouse, p.location)}


def _formula(places: Sequence[Place], place: Place, moment: Mapping[str, Any], name: str) -> list[Term]:
    """Moves at the place; the value of the item, less the shares of its other places; what is kept for orders."""
    at = {"item": place.item, "location": place.location, "lot": place.lot, "status": place.status}
    if name == "reserved":
        return [Term(_("Reserved"), RESERVED, at)]
    if name == "on_hand":
        return [Term(_("Moves into and out of the place"), QUANTITY, {**at, **moment})]
    others = [p for p in places if p.item == place.item and p is not place]
    share = -sum((p.value for p in others), ZERO)
    whole = Term(_("Value of the item"), VALUE, {"item": place.item, **moment})
    return [whole, Term(_("Shares of its other places"), amount=share)] if share else [whole]


def _row(
    place: Place,
    names: Mapping[int, Any],
    conditions: Mapping[str, str],
    at: datetime | None,
    terms: Callable[[str], Sequence[Term]],
) -> Row:
    # What was reserved is not kept for the past.
    is_free = place.status == Status.AVAILABLE
    return Row(
        values={
            "item": names[place.item],
            "warehouse": names.get(place.warehouse or 0),
            "location": names[place.location],
            "lot": place.lot,
            "status": conditions[place.status],
            "on_hand": place.on_hand,
            "reserved": None if at else place.reserved,
            "available": None if at else place.on_hand - place.reserved if is_free else ZERO,
            "unit": title(*place.unit),
            "value": place.value,
        },
        drill=Drill("stock.item-ledger", {"item": place.item}, terms=terms),
    )


ON_HAND = Report(
    key="stock.on-hand",
    label=_("Stock on hand"),
    help=_("What lies where, how much of it is reserved and available, and its value; now or at a past instant."),
    params=OnHandParams,
    run=run,
)
