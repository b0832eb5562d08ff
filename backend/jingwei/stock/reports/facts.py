"""What figures of the stock are sums of: moves by quantity, value entries, and reservations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jingwei.platform.reports.declare import Source

#: Opening stock dated on the first day of the books is what was there before, as its voucher is in the ledgers.
_BEGUN = """
opened AS (
    SELECT DISTINCT entry.document_id FROM journal_entry entry
    JOIN bookkeeping kept ON kept.group_id = entry.group_id AND kept.company_id = entry.company_id
    WHERE entry.group_id = %(group)s AND entry.company_id = %(company)s AND entry.kind = 'opening'
      AND entry.posted_on = kept.starts_on
), first_day AS (
    SELECT starts_on FROM bookkeeping WHERE group_id = %(group)s AND company_id = %(company)s
)
"""

# At a place (`location`, `lot`, `status`) every move counts, until the instant `until`; of the stock as a whole only
# what comes in or goes out, of the `part` of a range of days that is asked for.
QUANTITY = Source(
    key="quantity",
    label=_("Moves"),
    permission="stock.item-ledger.view",
    sql=f"""
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%(terms)s) AS w(term int, sign int, item bigint, location bigint, lot text,
        status text, until timestamptz, part text, from_on date, to_on date, begun boolean)
), {_BEGUN}
SELECT wanted.term, move.id, move.effective_on, move.document_id,
       concat_ws(' · ', document.number, source.code || ' → ' || target.code, lot.code),
       wanted.sign * side.way * move.quantity
FROM wanted
JOIN move ON move.group_id = %(group)s AND move.company_id = %(company)s AND move.item_id = wanted.item
JOIN document ON document.group_id = move.group_id AND document.id = move.document_id
JOIN location source ON source.group_id = move.group_id AND source.id = move.from_location_id
JOIN location target ON target.group_id = move.group_id AND target.id = move.to_location_id
LEFT JOIN lot ON lot.group_id = move.group_id AND lot.id = move.lot_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN wanted.location IS NULL THEN move.direction
                WHEN move.to_location_id = wanted.location THEN 1
                WHEN move.from_location_id = wanted.location THEN -1 ELSE 0 END AS way,
           coalesce(wanted.begun, false) AND move.effective_on = (SELECT starts_on FROM first_day)
               AND move.document_id IN (SELECT document_id FROM opened) AS is_begin
) AS side
WHERE side.way <> 0
  AND (wanted.location IS NULL OR (lot.code IS NOT DISTINCT FROM wanted.lot AND move.status = wanted.status))
  AND (wanted.until IS NULL OR move.effective_at <= wanted.until)
  AND CASE wanted.part WHEN 'opening' THEN move.effective_on < wanted.from_on OR side.is_begin
                       WHEN 'closing' THEN move.effective_on <= wanted.to_on OR side.is_begin
                       WHEN 'in' THEN move.effective_on BETWEEN wanted.from_on AND wanted.to_on
                           AND NOT side.is_begin AND side.way > 0
                       WHEN 'out' THEN move.effective_on BETWEEN wanted.from_on AND wanted.to_on
                           AND NOT side.is_begin AND side.way < 0
                       ELSE true END
""",
)

# What a correction changes belongs to the day it was posted for; an issue's cost that passes on touches no stock.
VALUE = Source(
    key="value",
    label=_("Value entries"),
    permission="stock.item-ledger.view",
    sql=f"""
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%(terms)s) AS w(term int, sign int, item bigint, account bigint,
        until timestamptz, day date, part text, from_on date, to_on date, begun boolean)
), {_BEGUN}
SELECT wanted.term, entry.id, entry.posted_on, entry.document_id,
       concat_ws(' · ', document.number, item.code, account.code), wanted.sign * entry.amount
FROM wanted
JOIN value_entry entry ON entry.group_id = %(group)s AND entry.company_id = %(company)s
    AND entry.kind NOT IN ('shift', 'in_work')
    AND (wanted.item IS NULL OR entry.item_id = wanted.item)
    AND (wanted.account IS NULL OR entry.account_id = wanted.account)
JOIN document ON document.group_id = entry.group_id AND document.id = entry.document_id
JOIN item ON item.group_id = entry.group_id AND item.id = entry.item_id
JOIN account ON account.group_id = entry.group_id AND account.id = entry.account_id
LEFT JOIN move ON move.group_id = entry.group_id AND move.id = entry.move_id
CROSS JOIN LATERAL (
    SELECT entry.quantity > 0 OR entry.kind IN ('revaluation', 'variance') AS is_in,
           coalesce(wanted.begun, false) AND entry.posted_on = (SELECT starts_on FROM first_day)
               AND entry.document_id IN (SELECT document_id FROM opened) AS is_begin
) AS side
WHERE (wanted.until IS NULL
       OR CASE WHEN entry.kind = 'move' THEN move.effective_at <= wanted.until ELSE entry.posted_on <= wanted.day END)
  AND CASE wanted.part WHEN 'opening' THEN entry.posted_on < wanted.from_on OR side.is_begin
                       WHEN 'closing' THEN entry.posted_on <= wanted.to_on
                       WHEN 'in' THEN entry.posted_on BETWEEN wanted.from_on AND wanted.to_on
                           AND NOT side.is_begin AND side.is_in
                       WHEN 'out' THEN entry.posted_on BETWEEN wanted.from_on AND wanted.to_on
                           AND NOT side.is_begin AND NOT side.is_in
                       ELSE true END
""",
)

RESERVED = Source(
    key="reserved",
    label=_("Reservations"),
    permission="stock.on-hand.view",
    sql="""
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%(terms)s) AS w(
        term int, sign int, item bigint, location bigint, lot text, status text)
)
SELECT wanted.term, kept.id, document.date, kept.document_id, document.number, wanted.sign * kept.quantity
FROM wanted
JOIN reservation kept ON kept.group_id = %(group)s AND kept.company_id = %(company)s AND kept.state = 'open'
    AND kept.item_id = wanted.item AND kept.location_id = wanted.location AND kept.status = wanted.status
LEFT JOIN lot ON lot.group_id = kept.group_id AND lot.id = nullif(kept.lot_id, 0)
JOIN document ON document.group_id = kept.group_id AND document.id = kept.document_id
WHERE lot.code IS NOT DISTINCT FROM wanted.lot
""",
)
