"""What figures of the books are sums of: journal lines, and settlements of open items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.platform.reports.declare import Source, Term

# An account is wanted with all below it. A balance is everything until a day, and opening vouchers of the first day of
# the books at every day before it; a movement is what was posted in a range, these apart (`ledger.py`).
JOURNAL = Source(
    key="journal",
    label=_("Journal lines"),
    permission="books.journal.view",
    sql="""
WITH RECURSIVE wanted AS (
    SELECT * FROM jsonb_to_recordset(%(terms)s) AS w(
        term int, sign int, account bigint, party bigint, from_on date, to_on date, side text, unclosed boolean)
), below AS (
    SELECT term, account AS id FROM wanted
    UNION ALL
    SELECT below.term, child.id FROM below
    JOIN account child ON child.group_id = %(group)s AND child.parent_id = below.id
)
SELECT wanted.term, line.id, line.posted_on, entry.document_id,
       concat_ws(' · ', number.type || '-' || period.code || '-' || lpad(number.number::text, 4, '0'),
                 account.code, nullif(line.summary, '')),
       wanted.sign * CASE wanted.side WHEN 'debit' THEN line.debit WHEN 'credit' THEN line.credit
                                      ELSE line.debit - line.credit END
FROM wanted
JOIN below ON below.term = wanted.term
JOIN account ON account.group_id = %(group)s AND account.id = below.id
JOIN journal_line line ON line.group_id = %(group)s AND line.company_id = %(company)s AND line.account_id = below.id
    AND (wanted.party IS NULL OR line.party_id = nullif(wanted.party, 0)
         OR (wanted.party = 0 AND line.party_id IS NULL))
    AND NOT (coalesce(wanted.unclosed, false) AND line.is_closing)
JOIN journal_entry entry ON entry.group_id = line.group_id AND entry.id = line.entry_id
JOIN bookkeeping kept ON kept.group_id = line.group_id AND kept.company_id = line.company_id
JOIN period ON period.group_id = entry.group_id AND period.id = entry.period_id
LEFT JOIN voucher_number number ON number.group_id = entry.group_id AND number.entry_id = entry.id
CROSS JOIN LATERAL (SELECT entry.kind = 'opening' AND line.posted_on = kept.starts_on AS is_begin) begun
WHERE CASE WHEN wanted.from_on IS NULL THEN line.posted_on <= wanted.to_on OR is_begin
           ELSE line.posted_on BETWEEN wanted.from_on AND wanted.to_on AND NOT is_begin END
  AND CASE wanted.side WHEN 'debit' THEN line.debit <> 0 WHEN 'credit' THEN line.credit <> 0 ELSE true END
""",
)

# A settlement counts from the day on which both of its items existed, as in ageing.
SETTLED = Source(
    key="settled",
    label=_("Settlements"),
    permission="books.open-items.view",
    sql="""
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%(terms)s) AS w(term int, sign int, item bigint, on_day date)
)
SELECT wanted.term, made.id, made.allocated_on, coalesce(made.document_id, other.document_id), document.number,
       wanted.sign * CASE WHEN made.debit_item_id = wanted.item THEN made.debit_functional
                          ELSE -made.credit_functional END
FROM wanted
JOIN allocation made ON made.group_id = %(group)s AND made.company_id = %(company)s
    AND wanted.item IN (made.debit_item_id, made.credit_item_id)
JOIN open_item debit ON debit.group_id = made.group_id AND debit.id = made.debit_item_id
JOIN open_item credit ON credit.group_id = made.group_id AND credit.id = made.credit_item_id
JOIN open_item other ON other.group_id = made.group_id
    AND other.id = CASE WHEN made.debit_item_id = wanted.item THEN made.credit_item_id ELSE made.debit_item_id END
JOIN document ON document.group_id = made.group_id AND document.id = coalesce(made.document_id, other.document_id)
WHERE greatest(made.allocated_on, debit.posted_on, credit.posted_on) <= wanted.on_day
""",
)

#: What the two columns of a pair measure in the ledger of their account.
MEASURES: Mapping[str, tuple[str, str]] = {
    "opening": ("opening", "-opening"),
    "period": ("debit", "credit"),
    "year": ("debit", "credit"),
    "closing": ("closing", "-closing"),
}


def of_account(given: Mapping[str, Any], measure: str) -> Sequence[Term]:
    """The formula of a measure of an account's ledger: `opening`, `closing`, `debit`, `credit`, and `earned`, which is
    debit − credit without the entries that close income and expense."""
    chosen = {"account": given["account"], "party": given.get("party")}
    from_on, to_on = given.get("from_on"), given["to_on"]
    if measure == "opening":
        return [Term(_("Balance brought forward"), JOURNAL, {**chosen, "to_on": _before(from_on)})]
    if measure == "closing":
        if from_on is None:
            return [Term(_("Balance"), JOURNAL, {**chosen, "to_on": to_on})]
        opening = Term(_("Balance brought forward"), JOURNAL, {**chosen, "to_on": _before(from_on)})
        moved = {**chosen, "from_on": from_on, "to_on": to_on}
        debits = Term(_("Debits of the range"), JOURNAL, {**moved, "side": "debit"})
        return [opening, debits, Term(_("Credits of the range"), JOURNAL, {**moved, "side": "credit"}, -1)]
    moved = {**chosen, "from_on": from_on, "to_on": to_on}
    if measure == "earned":
        return [Term(_("Movement"), JOURNAL, {**moved, "unclosed": True})]
    label = _("Debits of the range") if measure == "debit" else _("Credits of the range")
    return [Term(label, JOURNAL, {**moved, "side": measure})]


def _before(on: Any) -> date:
    day: date = date.fromisoformat(on) if isinstance(on, str) else on
    return day - timedelta(days=1)
