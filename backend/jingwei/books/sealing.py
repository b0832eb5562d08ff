"""The seal: a hash chain over each company's entries, so that a change made with the owner's rights is seen too.

A job seals what is committed, in order, a moment after posting: a chain written by the postings themselves would make
every one wait for the disk of the one before. Only entries below the oldest running transaction are sealed, so that
none can appear behind the head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

FORM = 1

# The canonical form, version 1: everything that was posted, lines in their order, and the number.
_CANONICAL = """
SELECT e.id, concat_ws('|', e.id, e.group_id, e.company_id, e.period_id, e.posted_on, e.area, e.kind, e.document_id,
        e.purpose,        coalesce(e.reverses_id, 0), e.summary, e.posted_by_id, n.type, n.number,
        (SELECT string_agg(concat_ws(',', l.line, l.account_id, l.debit, l.credit, l.currency_id, l.amount_currency,
                                     l.rate, coalesce(l.party_id, 0), coalesce(l.item_id, 0), l.summary), ';'
                           ORDER BY l.line, l.id)
         FROM journal_line l WHERE l.entry_id = e.id))
FROM journal_entry e LEFT JOIN voucher_number n ON n.group_id = e.group_id AND n.entry_id = e.id
"""

_WAITING = (
    _CANONICAL
    + """
WHERE e.group_id = %(group)s AND e.company_id = %(company)s
  AND e.created_xid < pg_snapshot_xmin(pg_current_snapshot())
  AND NOT EXISTS (SELECT FROM seal s WHERE s.group_id = e.group_id AND s.entry_id = e.id)
ORDER BY e.id LIMIT %(limit)s
"""
)

_SEALED = (
    _CANONICAL
    + """
WHERE e.group_id = %(group)s AND e.id = ANY(%(ids)s)
"""
)


@dataclass(frozen=True, slots=True)
class Broken:
    """A link that does not fit what is in the books."""

    entry_id: int
    position: int
    why: str


def seal(group_id: int, company_id: int, limit: int = 1000) -> int:
    """Seal the entries that wait, in order; returns how many. One sealer per company at a time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('seal'), %s::int)", [company_id % 2**31])
        cursor.execute(
            "SELECT position, hash FROM seal WHERE group_id = %s AND company_id = %s ORDER BY position DESC LIMIT 1",
            [group_id, company_id],
        )
        position, head = cursor.fetchone() or (0, "")
        cursor.execute(_WAITING, {"group": group_id, "company": company_id, "limit": limit})
        links = list(_chain(head, cursor.fetchall()))
        if links:
            cursor.execute(
                "INSERT INTO seal (group_id, company_id, position, entry_id, form, hash) "
                "SELECT %s, %s, %s + n, entry, %s, hash FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY "
                "AS given(entry, hash, n)",
                [group_id, company_id, position, FORM, [id for id, _h in links], [h for _id, h in links]],
            )
    return len(links)


def _chain(head: str, rows: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for id, canonical in rows:
        head = hashlib.sha256(f"{head}\n{canonical}".encode()).hexdigest()
        yield id, head


def verify(group_id: int, company_id: int) -> Broken | None:
    """Recompute the chain; the first link that does not fit, or None. A missing entry or position is such a link."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, entry_id, hash FROM seal WHERE group_id = %s AND company_id = %s ORDER BY position",
            [group_id, company_id],
        )
        links = cursor.fetchall()
        cursor.execute(_SEALED, {"group": group_id, "ids": [entry for _p, entry, _h in links]})
        canonical = dict(cursor.fetchall())
    head = ""
    for expected, (position, entry, hash) in enumerate(links, start=1):
        if position != expected:
            return Broken(entry, position, f"position {expected} is missing")
        if entry not in canonical:
            return Broken(entry, position, "the entry is gone")
        head = hashlib.sha256(f"{head}\n{canonical[entry]}".encode()).hexdigest()
        if head != hash:
            return Broken(entry, position, "the entry is not what was sealed")
    return None
