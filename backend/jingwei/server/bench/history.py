"""History that nobody posted: posted documents copied by SQL, with all that hangs on them, so that sums stay right.

A million lines through the product would take hours. A copy of a document has its own ids, number, moves, value
entries, journal entry, audit and events; balances, values and checkpoints are raised by as much. The triggers of the
tables run, and every invariant holds afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from django.db import connection

Overrides = Mapping[str, str]
#: Tables in the order of their references. `n.n` is the number of the copy, from 1, and {count} how many there are.
GOODS: Mapping[str, Overrides] = {
    "document": {"number": "t.number || '-' || n.n"},
    "adjustment": {"number": "t.number || '-' || n.n", "moved_at": "t.moved_at + n.n * interval '{step}'"},
    "adjustment_line": {},
    "move": {"effective_at": "t.effective_at + n.n * interval '{step}'"},
    "value_entry": {},
    "audit_event": {},
    "outbox_event": {},
}
LEDGER: Mapping[str, Overrides] = {
    "journal_entry": {},
    "journal_line": {},
    "voucher_number": {"number": "t.number + n.n * {entries}"},
}
VOUCHERS: Mapping[str, Overrides] = {
    "document": {"number": "t.number || '-' || n.n"},
    "voucher": {"number": "t.number || '-' || n.n"},
    "voucher_line": {},
    "audit_event": {},
    "outbox_event": {},
}
DRAFTS: Mapping[str, Overrides] = {
    "document": {},
    "voucher": {},
    "voucher_line": {},
    "audit_event": {},
    "outbox_event": {},
}

_COLUMNS = """
SELECT column_name, udt_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""
_MOVED = """
(SELECT item_id, location_id, sum(quantity) * %(count)s AS quantity FROM (
    SELECT item_id, to_location_id AS location_id, quantity FROM move WHERE id BETWEEN %(low)s AND %(high)s
    UNION ALL SELECT item_id, from_location_id, -quantity FROM move WHERE id BETWEEN %(low)s AND %(high)s
) AS ends GROUP BY 1, 2) AS moved
"""
_VALUED = """
(SELECT item_id, sum(direction * quantity) * %(count)s AS quantity, sum(value) * %(count)s AS value,
        min(effective_on) AS since
 FROM move WHERE id BETWEEN %(low)s AND %(high)s GROUP BY 1) AS moved
"""
RAISE = (
    f"UPDATE balance SET on_hand = on_hand + moved.quantity FROM {_MOVED} "
    "WHERE balance.item_id = moved.item_id AND balance.location_id = moved.location_id",
    "UPDATE item_value SET quantity = item_value.quantity + moved.quantity, value = item_value.value + moved.value, "
    "last_at = greatest(last_at, (SELECT max(effective_at) FROM move WHERE move.item_id = item_value.item_id)) "
    f"FROM {_VALUED} WHERE item_value.item_id = moved.item_id",
    "UPDATE checkpoint SET quantity = checkpoint.quantity + moved.quantity, value = checkpoint.value + moved.value "
    f"FROM {_VALUED} WHERE checkpoint.item_id = moved.item_id AND checkpoint.starts_on > moved.since",
)
_DELTAS = """
INSERT INTO balance_delta (group_id, company_id, account_id, period_id, currency_id, party_id, is_closing,
                           debit, credit, amount_currency)
SELECT line.group_id, line.company_id, line.account_id, entry.period_id, line.currency_id, coalesce(line.party_id, 0),
       line.is_closing, sum(line.debit) * %(count)s, sum(line.credit) * %(count)s,
       sum(line.amount_currency) * %(count)s
FROM journal_line line JOIN journal_entry entry ON entry.id = line.entry_id
WHERE entry.id BETWEEN %(low)s AND %(high)s GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_COUNTER = """
UPDATE number_counter SET last = last + given.numbers * %(count)s
FROM (SELECT period.company_id, 'voucher ' || type AS series, period.code, count(*) AS numbers
      FROM voucher_number JOIN period ON period.id = voucher_number.period_id
      WHERE voucher_number.id BETWEEN %(low)s AND %(high)s GROUP BY 1, 2, 3) AS given
WHERE number_counter.company_id = given.company_id AND number_counter.series = given.series
  AND number_counter.period = given.code
"""


@dataclass(slots=True)
class Sample:
    """What was made inside a `sample` block: all rows with ids between the two."""

    low: int = 0
    high: int = 0


@contextmanager
def sample() -> Iterator[Sample]:
    """Notes which ids the records made inside the block have got; copies are made of these."""
    found = Sample(low=_next_id())
    yield found
    found.high = _next_id()


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('jingwei_id_seq')")
        return int(cursor.fetchone()[0])


def copy_documents(
    owner: psycopg.Connection, made: Sample, count: int, tables: Mapping[str, Overrides], *, step: str = "0 s"
) -> None:
    """Copy the sample `count` times, the nth n × `step` later, with balances and ledger, in one transaction."""
    if count <= 0:
        return
    params = {"low": made.low, "high": made.high, "count": count}
    with owner.transaction():
        row = owner.execute("SELECT nextval('jingwei_id_seq')").fetchone()
        base, span = (row[0] if row else 0), made.high - made.low + 1
        row = owner.execute(
            "SELECT count(*) FROM journal_entry WHERE id BETWEEN %(low)s AND %(high)s", params
        ).fetchone()
        entries = row[0] if row else 0
        owner.execute("SELECT setval('jingwei_id_seq', %s)", [base + (count + 1) * span])
        words = {"step": step, "entries": str(entries)}
        for table, overrides in tables.items():
            _copy_table(owner, table, {n: v.format(**words) for n, v in overrides.items()}, params, base, span)
        for statement in (*(RAISE if "move" in tables else ()), *((_DELTAS, _COUNTER) if entries else ())):
            owner.execute(statement, params)


def _copy_table(
    owner: psycopg.Connection, table: str, overrides: Overrides, params: Mapping[str, int], base: int, span: int
) -> None:
    """Ids of the sample, in whatever column they stand, become those of the copy; other values stay."""
    names, values = [], []
    for name, kind in owner.execute(_COLUMNS, [table]):
        if kind == "xid8":
            continue  # the transaction that writes the row, by default
        value = f't."{name}"'
        if kind == "int8":
            copied = f"{value} - {params['low']} + {base} + n.n * {span}"
            value = f"CASE WHEN {value} BETWEEN {params['low']} AND {params['high']} THEN {copied} ELSE {value} END"
        names.append(f'"{name}"')
        values.append(overrides.get(name, value))
    owner.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} "
        f"FROM {table} AS t CROSS JOIN generate_series(1, {params['count']}) AS n(n) "
        f"WHERE t.id BETWEEN {params['low']} AND {params['high']}"
    )


def fold(group_id: int) -> None:
    """Fold balances, as the worker does now and then."""
    from jingwei.books import balances

    balances.fold(group_id)
