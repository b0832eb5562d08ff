"""核销: settling open items against each other, partly or wholly, many to many, and taking it back."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.books.models import Allocation, OpenItem
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import DocumentRef, Problem, refuse
from jingwei.platform.money import round_half_up

ZERO = Decimal(0)

_SETTLERS = """
SELECT mine.document_id, document.type, document.id, document.number
FROM open_item mine
CROSS JOIN LATERAL (
    SELECT credit_item_id AS item_id, document_id, amount FROM allocation
    WHERE group_id = mine.group_id AND debit_item_id = mine.id
    UNION ALL
    SELECT debit_item_id, document_id, amount FROM allocation
    WHERE group_id = mine.group_id AND credit_item_id = mine.id
) AS made
JOIN open_item other ON other.group_id = mine.group_id AND other.id = made.item_id
JOIN document ON document.group_id = other.group_id AND document.id = coalesce(made.document_id, other.document_id)
WHERE mine.group_id = %s AND mine.document_id = ANY(%s)
GROUP BY 1, 2, 3, 4 HAVING sum(made.amount) <> 0
ORDER BY 1, 3
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Settle `amount` (> 0, in the items' currency) of a debit item against a credit item; `document_id` is the
    document that does it, `on` its date where that is not the date of the whole call."""

    debit_item: int
    credit_item: int
    amount: Decimal
    document_id: int | None = None
    on: date | None = None


def allocate(
    command: Command, pairs: Sequence[Pair], on: date, *, held: Mapping[int, OpenItem] | None = None
) -> list[Allocation]:
    """Settle pairs of open items of one party and currency. The items are locked in id order, unless they are `held`:
    read under a lock, or posted, by this command.

    Raises Refusal 409 `allocation.over` (with what is open), 422 `allocation.party`, `allocation.currency`,
    `allocation.sign`, `qty.not_positive`, 404 where an item is not there.
    """
    if not pairs:
        return []
    items = _lock(command, pairs) if held is None else held
    problems, made = [], []
    for number, pair in enumerate(pairs, start=1):
        debit, credit = items.get(pair.debit_item), items.get(pair.credit_item)
        found = _wrong(debit, credit, pair.amount)
        problems += [p.at(row=number) for p in found]
        if debit is None or credit is None or found:
            continue
        functional = [_share(command, item, pair.amount) for item in (debit, credit)]
        _take(debit, pair.amount, functional[0])
        _take(credit, -pair.amount, -functional[1])
        made.append(
            Allocation(
                group_id=debit.group_id,
                company_id=debit.company_id,
                debit_item_id=debit.pk,
                credit_item_id=credit.pk,
                allocated_on=pair.on or on,
                amount=pair.amount,
                debit_functional=functional[0],
                credit_functional=functional[1],
                document_id=pair.document_id,
                made_by_id=command.actor.user_id,
                made_at=command.at,
            )
        )
    refuse(problems)
    touched = {id for pair in pairs for id in (pair.debit_item, pair.credit_item)}
    _save(made, {id: items[id] for id in touched})
    return made


def take_back(command: Command, allocations: Sequence[Allocation], on: date) -> list[Allocation]:
    """Open again what was settled; each settlement can be taken back once."""
    pairs = [Pair(a.debit_item_id, a.credit_item_id, a.amount) for a in allocations]
    items = _lock(command, pairs)
    made = []
    for former in allocations:
        _take(items[former.debit_item_id], -former.amount, -former.debit_functional)
        _take(items[former.credit_item_id], former.amount, former.credit_functional)
        made.append(
            Allocation(
                group_id=former.group_id,
                company_id=former.company_id,
                debit_item_id=former.debit_item_id,
                credit_item_id=former.credit_item_id,
                allocated_on=on,
                amount=-former.amount,
                debit_functional=-former.debit_functional,
                credit_functional=-former.credit_functional,
                takes_back_id=former.pk,
                document_id=former.document_id,
                made_by_id=command.actor.user_id,
                made_at=command.at,
            )
        )
    _save(made, items)
    return made


def shares(command: Command, items: Mapping[int, OpenItem], wanted: Iterable[tuple[int, Decimal]]) -> list[Decimal]:
    """The functional amounts (≥ 0) that go with amounts of locked items, settled in this order: what `allocate` will
    find when it settles them so. The items stay as they are."""
    left: dict[int, OpenItem] = {}
    found = []
    for id, amount in wanted:
        item = left.setdefault(id, copy.copy(items[id]))
        functional = _share(command, item, amount)
        sign = 1 if item.amount > 0 else -1
        _take(item, sign * amount, sign * functional)
        found.append(functional)
    return found


def standing(group_id: int, document_ids: Collection[int]) -> list[Allocation]:
    """What documents settled and is not taken back."""
    rows = Allocation.objects.filter(group_id=group_id, document_id__in=document_ids)
    back = rows.filter(takes_back__isnull=False).values("takes_back_id")
    return list(rows.filter(takes_back=None).exclude(id__in=back).order_by("id"))


def settlers(group_id: int, document_ids: Iterable[int]) -> dict[int, list[DocumentRef]]:
    """The documents that settle each document's items now, wholly or partly."""
    found: dict[int, list[DocumentRef]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SETTLERS, [group_id, sorted(document_ids)])
        for document, key, id, number in cursor.fetchall():
            found[document].append(DocumentRef(key, id, number))
    return found


def _lock(command: Command, pairs: Sequence[Pair]) -> dict[int, OpenItem]:
    ids = {id for p in pairs for id in (p.debit_item, p.credit_item)}
    rows = OpenItem.objects.select_for_update(no_key=True).filter(group_id=command.actor.group_id, id__in=ids)
    return {row.pk: row for row in rows.order_by("id")}


def _wrong(debit: OpenItem | None, credit: OpenItem | None, amount: Decimal) -> list[Problem]:
    if debit is None or credit is None:
        return [Problem("record.not_found", _("The open item was not found."), status=404)]
    if amount <= 0:
        return [Problem("qty.not_positive", _("The amount to settle must be greater than 0."))]
    if debit.amount < 0 or credit.amount > 0:
        return [Problem("allocation.sign", _("A debit is settled against a credit."))]
    if (debit.party_id, debit.company_id) != (credit.party_id, credit.company_id):
        return [Problem("allocation.party", _("Both items must be of one party in one company."))]
    if debit.currency_id != credit.currency_id:
        return [Problem("allocation.currency", _("Both items must be in one currency."))]
    open_now = min(debit.open, -credit.open)
    if amount > open_now:
        return [
            Problem(
                "allocation.over",
                _("%(amount)s is more than the %(open)s that is open.")
                % {"amount": f"{amount:f}", "open": f"{open_now:f}"},
                _("Settle at most what is open; the rest stays as an advance."),
                status=409,
            )
        ]
    return []


def _share(command: Command, item: OpenItem, amount: Decimal) -> Decimal:
    """The functional amount, at its decimals, that goes with `amount` of the item; the last part takes what is left."""
    if amount == abs(item.open):
        rest: Decimal = abs(item.open_functional)
        return rest
    decimals = command.company(item.company_id).currency.decimals
    whole: Decimal = item.amount_functional
    rounded: Decimal = round_half_up(whole * amount / item.amount, decimals)
    return abs(rounded)


def _take(item: OpenItem, amount: Decimal, functional: Decimal) -> None:
    item.open -= amount
    item.open_functional -= functional


def _save(made: Sequence[Allocation], items: dict[int, OpenItem]) -> None:
    for row, id in zip(made, sets.next_ids(len(made)) if made else (), strict=True):
        row.pk = id
    sets.update(list(items.values()) if made else [], ["open", "open_functional"])
    sets.insert(list(made))
