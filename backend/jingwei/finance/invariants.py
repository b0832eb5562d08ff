"""The rules of finance, as queries that return what breaks them."""

from __future__ import annotations

from jingwei.platform.invariants import Invariant

_OWED = (
    "SELECT e.document_id, l.currency_id, a.role, sum(l.amount_currency) amount FROM journal_entry e "
    "JOIN journal_line l ON l.group_id = e.group_id AND l.entry_id = e.id "
    "JOIN account a ON a.id = l.account_id AND a.role IN ('AR', 'AP') "
    "WHERE e.group_id = %(group)s AND e.purpose IN ('invoice', 'invoice.reversed') GROUP BY 1, 2, 3"
)

RULES = (
    Invariant(
        "I-15",
        "An invoice that stands is owed in the books as it is registered; of a reversed one nothing is left.",
        "SELECT 'registered_invoice', r.id, 'registered ' || r.amount_gross || ' ' || r.currency_id || ', books ' || "
        f"coalesce(o.amount, 0) || coalesce(' ' || o.currency_id, '') FROM registered_invoice r LEFT JOIN ({_OWED}) o "
        "ON o.document_id = r.document_id WHERE r.group_id = %(group)s AND (coalesce(o.amount, 0) <> "
        "CASE WHEN r.is_reversed THEN 0 WHEN r.kind = 'customer' THEN r.amount_gross ELSE -r.amount_gross END "
        "OR o.currency_id <> r.currency_id OR o.role <> CASE r.kind WHEN 'customer' THEN 'AR' ELSE 'AP' END)",
    ),
    Invariant(
        "I-15",
        "What is owed by an invoice's entry is in the register.",
        f"SELECT 'document', o.document_id, o.role || ' ' || o.amount FROM ({_OWED}) o LEFT JOIN registered_invoice r "
        "ON r.group_id = %(group)s AND r.document_id = o.document_id WHERE r.id IS NULL",
    ),
    Invariant(
        "I-31",
        "A supplier's invoice number stands once.",
        "SELECT 'registered_invoice', max(id), 'party ' || party_id || ': ' || number_folded FROM registered_invoice "
        "WHERE group_id = %(group)s AND kind = 'supplier' AND NOT is_reversed AND number_folded <> '' "
        "GROUP BY party_id, number_folded HAVING count(*) > 1",
    ),
)
