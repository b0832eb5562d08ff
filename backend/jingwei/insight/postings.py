"""联查: what a document did to the books and to the stock: its journal entries and its moves of goods, by line."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from jingwei.insight.flow import find
from jingwei.platform.documents.read import plain, title, titles
from jingwei.platform.identity.actor import Actor

#: Lines shown of each; a longer document is read in the reports.
MOST = 400

_LINES = """
SELECT entry.id, entry.posted_on, coalesce(given.type, ''), coalesce(period.code, ''), coalesce(given.number, 0),
       entry.reverses_id IS NOT NULL, line.account_id, account.code, account.name_zh, account.name_en, line.summary,
       line.debit, line.credit, line.party_id, line.currency_id, line.amount_currency
FROM journal_entry entry
JOIN journal_line line ON line.group_id = entry.group_id AND line.entry_id = entry.id
JOIN account ON account.group_id = line.group_id AND account.id = line.account_id
LEFT JOIN voucher_number given ON given.group_id = entry.group_id AND given.entry_id = entry.id
LEFT JOIN period ON period.id = given.period_id
WHERE entry.group_id = %(group)s AND entry.document_id = %(document)s
ORDER BY entry.posted_on, entry.id, line.line
LIMIT %(most)s
"""

_MOVES = """
SELECT move.effective_at, move.item_id, move.from_location_id, move.to_location_id, move.quantity,
       ARRAY[unit.name_zh, unit.name_en], coalesce(lot.code, ''), move.value, move.reverses_id IS NOT NULL
FROM move
JOIN item ON item.group_id = move.group_id AND item.id = move.item_id
JOIN unit ON unit.group_id = item.group_id AND unit.id = item.unit_id
LEFT JOIN lot ON lot.group_id = move.group_id AND lot.id = move.lot_id
WHERE move.group_id = %(group)s AND move.document_id = %(document)s
ORDER BY move.effective_at, move.id
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line of a journal entry, with its entry."""

    entry_id: int
    posted_on: date
    type: str
    period: str
    number: int
    is_reversal: bool
    account_id: int
    code: str
    name_zh: str
    name_en: str
    summary: str
    debit: Decimal
    credit: Decimal
    party_id: int | None
    currency: str
    amount_currency: Decimal


@dataclass(frozen=True, slots=True)
class Moved:
    """A move of goods, in the item's stock unit and functional currency."""

    at: datetime
    item_id: int
    from_id: int
    to_id: int
    quantity: Decimal
    unit: list[str]  # its names
    lot: str
    value: Decimal
    is_reversal: bool


def postings(actor: Actor, id: int) -> dict[str, Any]:
    """Entries and moves of a document, in four statements; each only for who may read the ledger it stands in.

    Raises Refusal 404 where the document is not there, or of a kind or company that the actor may not view.
    """
    row = find(actor, id)
    given: dict[str, Any] = {"group": actor.group_id, "document": id, "most": MOST + 1}
    lines: list[EntryLine] = []
    moves: list[Moved] = []
    with connection.cursor() as cursor:
        if actor.may("books.general-ledger.view", row.company_id):
            cursor.execute(_LINES, given)
            lines = [EntryLine(*line) for line in cursor.fetchall()]
        if actor.may("stock.item-ledger.view", row.company_id):
            cursor.execute(_MOVES, given)
            moves = [Moved(*move) for move in cursor.fetchall()]
    ids = {line.party_id for line in lines} | {id for m in moves for id in (m.item_id, m.from_id, m.to_id)}
    names = titles(actor.group_id, ids)
    return {
        "entries": _entries(lines[:MOST], names),
        "moves": [_move(move, names) for move in moves[:MOST]],
        "is_cut": len(lines) > MOST or len(moves) > MOST,
    }


def _entries(lines: list[EntryLine], names: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[int, list[EntryLine]] = defaultdict(list)
    for line in lines:
        found[line.entry_id].append(line)
    return [
        {
            "id": id,
            "posted_on": plain(own[0].posted_on),
            "number": f"{own[0].type}-{own[0].period}-{own[0].number:04}" if own[0].number else "",
            "is_reversal": own[0].is_reversal,
            "lines": [_line(line, names) for line in own],
        }
        for id, own in found.items()
    ]


def _line(line: EntryLine, names: dict[int, dict[str, Any]]) -> dict[str, Any]:
    name = title(line.name_zh, line.name_en)
    return {
        "account": {"id": line.account_id, "key": "books.account", "number": line.code, "title": name},
        "summary": line.summary,
        "debit": plain(line.debit),
        "credit": plain(line.credit),
        "party": names.get(line.party_id or 0),
        "currency": line.currency,
        "amount_currency": plain(line.amount_currency),
    }


def _move(move: Moved, names: dict[int, dict[str, Any]]) -> dict[str, Any]:
    return {
        "at": plain(move.at),
        "item": names.get(move.item_id),
        "from": names.get(move.from_id),
        "to": names.get(move.to_id),
        "quantity": plain(move.quantity),
        "unit": title(*move.unit),
        "lot": move.lot,
        "value": plain(move.value),
        "is_reversal": move.is_reversal,
    }
