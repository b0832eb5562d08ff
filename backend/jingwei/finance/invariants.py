"""The rules of finance, as queries that return what breaks them."""

from __future__ import annotations

from jingwei.platform.invariants import Invariant

_OWED = (
    "SELECT e.document_id, l.currency_id, a.role, sum(l.amount_currency) amount FROM journal_entry e "
    "JOIN journal_line l ON l.group_id = e.group_id AND l.entry_id = e.id "
    "JOIN account a ON a.id = l.account_id AND a.role IN ('AR', 'AP') "
    "WHERE e.group_id = %(group)s AND e.purpose IN ('invoice', 'invoice.reversed') GROUP BY 1, 2, 3"
)

_ADVANCES = (
    "SELECT i.document_id, sum(abs(i.open)) amount FROM open_item i JOIN account a ON a.id = i.account_id "
    "AND a.role IN ('ADVANCE', 'PREPAY') WHERE i.group_id = %(group)s GROUP BY 1"
)

RULES = (
    Invariant(
        "I-11",
        "A posted payment has settled its lines, and what is left of it is open as an advance.",
        "SELECT 'payment', p.id, 'allocated ' || p.amount_allocated || ', rest ' || p.amount_rest || ' of ' || "
        "p.amount FROM payment p LEFT JOIN (SELECT payment_id, sum(amount) amount FROM payment_line "
        "WHERE group_id = %(group)s GROUP BY 1) l ON l.payment_id = p.id "
        f"LEFT JOIN ({_ADVANCES}) o ON o.document_id = p.id WHERE p.group_id = %(group)s AND p.state = 'posted' "
        "AND (p.amount_allocated + p.amount_rest <> p.amount OR coalesce(l.amount, 0) + p.amount_advance <> p.amount "
        "OR (coalesce(o.amount, 0) = 0) <> (p.amount_rest = 0) OR coalesce(o.amount, 0) > p.amount_rest "
        "OR (p.tax_rate = 0 AND coalesce(o.amount, 0) <> p.amount_rest))",
    ),
    Invariant(
        "I-11",
        "The money of a posted payment is on its account, and of a reversed one none is.",
        "SELECT 'payment', p.id, p.amount || ', books ' || coalesce(j.amount, 0) FROM payment p LEFT JOIN "
        "(SELECT e.document_id, l.account_id, sum(l.amount_currency) amount FROM journal_entry e "
        "JOIN journal_line l ON l.group_id = e.group_id AND l.entry_id = e.id WHERE e.group_id = %(group)s "
        "AND e.area = 'bank' GROUP BY 1, 2) j ON j.document_id = p.id AND j.account_id = p.account_id "
        "WHERE p.group_id = %(group)s AND coalesce(j.amount, 0) <> "
        "CASE WHEN p.state <> 'posted' THEN 0 WHEN p.direction = 'in' THEN p.amount ELSE -p.amount END",
    ),
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
        "I-10",
        "What of an invoice has its tax invoice is the sum of the lines of recorded tax invoices.",
        "SELECT 'registered_invoice', r.id, r.amount_tax_invoiced || ', lines ' || coalesce(l.amount, 0) "
        "FROM registered_invoice r LEFT JOIN (SELECT l.document_id, sum(l.amount) amount FROM tax_invoice_line l "
        "JOIN tax_invoice t ON t.id = l.tax_invoice_id AND t.state = 'recorded' WHERE l.group_id = %(group)s "
        "GROUP BY 1) l ON l.document_id = r.document_id WHERE r.group_id = %(group)s "
        "AND r.amount_tax_invoiced <> coalesce(l.amount, 0)",
    ),
    Invariant(
        "I-31",
        "A tax invoice's number is kept once in a company.",
        "SELECT 'tax_invoice', max(id), number FROM tax_invoice WHERE group_id = %(group)s GROUP BY company_id, number "
        "HAVING count(*) > 1",
    ),
    Invariant(
        "I-31",
        "A supplier's invoice number stands once.",
        "SELECT 'registered_invoice', max(id), 'party ' || party_id || ': ' || number_folded FROM registered_invoice "
        "WHERE group_id = %(group)s AND kind = 'supplier' AND NOT is_reversed AND number_folded <> '' "
        "GROUP BY party_id, number_folded HAVING count(*) > 1",
    ),
)
