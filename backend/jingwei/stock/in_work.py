"""Late prices of goods that went into work: what is found out in a later month of components whose order is still open
is cost of that order, as it would have been in the month of the receipt, and not of sales.

What of a receipt is no longer there went with the issues since it came, by quantity, and first in first out with those
that reached its layer: the part of orders that are open is theirs. Written are pairs of value entries of the receipt,
from where its value came from to work in process. The stock is not touched, and nothing is reckoned again for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from jingwei.platform.documents.command import Command
from jingwei.platform.money import round_half_up, split_largest_remainder
from jingwei.stock.models import Move, ValueEntry, ValueKind

ZERO = Decimal(0)
#: The posting rule by which components go into work.
ISSUED = "production.issued"

# How much of each issue is there no longer: what came back (less what that took out again), and what passed on.
_GONE = """
LEFT JOIN LATERAL (
    SELECT coalesce(sum(b.direction * b.quantity), 0) quantity FROM move b
    WHERE b.group_id = issue.group_id AND b.origin_id = issue.id
) back ON true
LEFT JOIN LATERAL (
    SELECT coalesce(sum(s.quantity), 0) quantity FROM value_entry s
    WHERE s.group_id = issue.group_id AND s.move_id = issue.id AND s.kind = 'shift'
) passed ON true
"""
# The issues between a receipt and the beginning of a month, and what was there before the receipt.
_SINCE = f"""
SELECT wanted.n, CASE account.role WHEN 'WIP' THEN entry.subject_id ELSE 0 END, issue.quantity - back.quantity,
       issue.quantity - back.quantity - passed.quantity, before.quantity
FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::date[], %s::boolean[])
     AS wanted(n, item, lot, since, until, in_layers)
JOIN move issue ON issue.group_id = %s AND issue.company_id = %s AND issue.item_id = wanted.item
     AND issue.direction = -1 AND issue.origin_id IS NULL AND issue.reverses_id IS NULL
     AND issue.effective_at >= wanted.since AND issue.effective_on < wanted.until
JOIN value_entry entry ON entry.group_id = issue.group_id AND entry.move_id = issue.id AND entry.kind = 'move'
     AND entry.lot_id = wanted.lot
JOIN account ON account.id = entry.contra_id
LEFT JOIN LATERAL (
    SELECT coalesce(sum(m.direction * m.quantity), 0) quantity FROM move m
    WHERE wanted.in_layers AND m.group_id = issue.group_id AND m.company_id = issue.company_id
      AND m.item_id = wanted.item AND m.effective_at < wanted.since
) before ON true
{_GONE}
ORDER BY wanted.n, issue.effective_at, issue.id
"""
_OPEN = f"""
SELECT entry.subject_id FROM value_entry entry
JOIN move issue ON issue.group_id = entry.group_id AND issue.id = entry.move_id
     AND issue.direction = -1 AND issue.origin_id IS NULL AND issue.reverses_id IS NULL
{_GONE}
WHERE entry.group_id = %s AND entry.kind = 'move' AND entry.subject_id = ANY(%s)
GROUP BY 1 HAVING sum(issue.quantity - back.quantity - passed.quantity) > 0
"""


@dataclass(frozen=True, slots=True)
class Gone:
    """A late price of what of a receipt is no longer there when a month begins; `lot` is 0 where cost is not kept by
    lot. `in_layers` says that what was there before the receipt went first."""

    receipt: Move
    lot: int
    begins: date
    amount: Decimal
    in_layers: bool = False


@dataclass(slots=True)
class _Issued:
    """What went since a receipt, of its goods as far as they are told apart: all, and what open orders hold of it."""

    reached: Decimal = ZERO
    whole: Decimal = ZERO
    held: dict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    def add(self, one: Gone, order: int, quantity: Decimal, left: Decimal, before: Decimal) -> None:
        """The next issue: `quantity` that did not come back, of which `left` is still where it went."""
        first, last = self.reached, self.reached + quantity
        self.reached = last
        part = min(last, before + one.receipt.quantity) - max(first, before) if one.in_layers else quantity
        if part <= 0:
            return
        self.whole += part
        if order and left > 0:
            self.held[order] += part * left / quantity


def shares(command: Command, company_id: int, wanted: Sequence[Gone], decimals: int) -> list[dict[int, Decimal]]:
    """What open orders bear of each amount, by order; one statement. Of 8.00 gone with 80 pieces, 60 of them into an
    open order, 6.00 are that order's."""
    if not wanted:
        return []
    issued = [_Issued() for _one in wanted]
    given: list[Any] = [list(range(len(wanted)))]
    given += [[w.receipt.item_id for w in wanted], [w.lot for w in wanted]]
    given += [[w.receipt.effective_at for w in wanted], [w.begins for w in wanted], [w.in_layers for w in wanted]]
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, [*given, command.actor.group_id, company_id])
        for n, *issue in cursor.fetchall():
            issued[n].add(wanted[n], *issue)
    return [_shared(one.amount, found, decimals) for one, found in zip(wanted, issued, strict=True)]


def _shared(amount: Decimal, issued: _Issued, decimals: int) -> dict[int, Decimal]:
    if not issued.held:
        return {}
    within = sum(issued.held.values(), ZERO)
    whole = round_half_up(amount * within / issued.whole, decimals)
    parts = split_largest_remainder(whole, list(issued.held.values()), decimals)
    return {order: part for order, part in zip(issued.held, parts, strict=True) if part}


def open_orders(command: Command, order_ids: Iterable[int]) -> set[int]:
    """Those of the orders in which components still are; what a closed one had has passed on."""
    wanted = sorted(set(order_ids))
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [command.actor.group_id, wanted])
        return {order for (order,) in cursor.fetchall()}


def pair(
    receipt: Move,
    document_id: int,
    period: int,
    on: date,
    amount: Decimal,
    accounts: tuple[int, int],
    came_from: tuple[int, int],
    goes_to: tuple[int, int],
) -> list[ValueEntry]:
    """`amount` more from one contra account to another, each with its subject; `accounts` are the stock account and
    the lot."""
    return [
        ValueEntry(
            group_id=receipt.group_id,
            company_id=receipt.company_id,
            item_id=receipt.item_id,
            kind=ValueKind.IN_WORK,
            move_id=receipt.pk,
            document_id=document_id,
            period_id=period,
            posted_on=on,
            amount=sign * amount,
            account_id=accounts[0],
            contra_id=contra,
            subject_id=subject,
            lot_id=accounts[1],
        )
        for sign, (contra, subject) in ((1, came_from), (-1, goes_to))
    ]
