"""The rules of purchasing, as queries that return what breaks them."""

from __future__ import annotations

from jingwei.platform.invariants import Invariant

# What came on each order line, less what went back to be delivered again.
_RECEIVED = (
    "SELECT order_id, order_line, sum(quantity) quantity FROM (SELECT l.order_id, l.order_line, l.quantity "
    "FROM goods_receipt_line l JOIN goods_receipt r ON r.id = l.receipt_id AND r.state = 'posted' "
    "WHERE l.group_id = %(group)s UNION ALL SELECT g.order_id, g.order_line, -l.quantity FROM purchase_return_line l "
    "JOIN purchase_return r ON r.id = l.purchase_return_id AND r.state = 'posted' AND NOT r.is_final "
    "JOIN goods_receipt_line g ON g.receipt_id = l.receipt_id AND g.line = l.receipt_line "
    "WHERE l.group_id = %(group)s) parts GROUP BY 1, 2"
)
# What went back of each receipt line.
_RETURNED = (
    "SELECT l.receipt_id, l.receipt_line, sum(l.quantity) quantity, sum(l.amount) amount FROM purchase_return_line l "
    "JOIN purchase_return r ON r.id = l.purchase_return_id AND r.state = 'posted' "
    "WHERE l.group_id = %(group)s GROUP BY 1, 2"
)
# What is invoiced of each receipt line, credit notes against it.
_INVOICED = (
    "SELECT l.receipt_id, l.receipt_line, sum(l.quantity * CASE i.kind WHEN 'credit' THEN -1 ELSE 1 END) quantity, "
    "sum(l.amount_accrued) amount FROM supplier_invoice_line l JOIN supplier_invoice i ON i.id = l.invoice_id "
    "AND i.state = 'posted' WHERE l.group_id = %(group)s GROUP BY 1, 2"
)

RULES = (
    Invariant(
        "I-8",
        "No more is received than was ordered.",
        "SELECT 'purchase_order_line', id, quantity_received || ' of ' || quantity FROM purchase_order_line "
        "WHERE group_id = %(group)s AND (quantity_received < 0 OR quantity_received > quantity)",
    ),
    Invariant(
        "I-10",
        "What an order line says is received is the sum of its posted receipts, less what went back of them.",
        "SELECT 'purchase_order_line', o.id, 'received ' || o.quantity_received || ', receipts ' || "
        f"coalesce(s.quantity, 0) FROM purchase_order_line o LEFT JOIN ({_RECEIVED}) s ON s.order_id = o.order_id "
        "AND s.order_line = o.line WHERE o.group_id = %(group)s AND o.quantity_received <> coalesce(s.quantity, 0)",
    ),
    Invariant(
        "I-10",
        "What is planned to come is what is open of confirmed orders, line by line.",
        "SELECT 'purchase_order_line', l.id, 'open ' || (l.quantity - l.quantity_received) || ', planned ' || "
        "coalesce(p.quantity, 0) FROM purchase_order_line l JOIN purchase_order o ON o.id = l.order_id "
        "JOIN item i ON i.id = l.item_id AND i.is_stocked LEFT JOIN planned_move p ON p.group_id = l.group_id "
        "AND p.document_id = o.id AND p.document_line = l.line WHERE l.group_id = %(group)s "
        "AND (o.state = 'confirmed') <> (p.id IS NOT NULL) OR l.group_id = %(group)s AND p.id IS NOT NULL "
        "AND (p.quantity = 0) <> (l.quantity = l.quantity_received)",
    ),
    Invariant(
        "I-9",
        "No more goes back than came, and no more is invoiced.",
        "SELECT 'goods_receipt_line', id, 'returned ' || quantity_returned || ', invoiced ' || quantity_invoiced || "
        "' of ' || quantity FROM goods_receipt_line WHERE group_id = %(group)s AND (quantity_returned < 0 "
        "OR quantity_returned > quantity OR quantity_invoiced < 0 OR quantity_invoiced > quantity)",
    ),
    Invariant(
        "I-10",
        "What a receipt line says went back is the sum of its posted returns, in quantity and value.",
        "SELECT 'goods_receipt_line', l.id, 'returned ' || l.quantity_returned || ' worth ' || l.amount_returned || "
        "', returns ' || coalesce(s.quantity, 0) || ' worth ' || coalesce(s.amount, 0) FROM goods_receipt_line l "
        f"LEFT JOIN ({_RETURNED}) s ON s.receipt_id = l.receipt_id AND s.receipt_line = l.line "
        "WHERE l.group_id = %(group)s AND (l.quantity_returned <> coalesce(s.quantity, 0) "
        "OR l.amount_returned <> coalesce(s.amount, 0))",
    ),
    Invariant(
        "I-10",
        "What a receipt line says is invoiced is the sum of its posted invoices less credit notes.",
        "SELECT 'goods_receipt_line', l.id, 'invoiced ' || l.quantity_invoiced || ' worth ' || l.amount_invoiced || "
        "', invoices ' || coalesce(s.quantity, 0) || ' worth ' || coalesce(s.amount, 0) FROM goods_receipt_line l "
        f"LEFT JOIN ({_INVOICED}) s ON s.receipt_id = l.receipt_id AND s.receipt_line = l.line "
        "WHERE l.group_id = %(group)s AND (l.quantity_invoiced <> coalesce(s.quantity, 0) "
        "OR l.amount_invoiced <> coalesce(s.amount, 0))",
    ),
    Invariant(
        "I-10",
        "What an order line says is invoiced is what its receipt lines say.",
        "SELECT 'purchase_order_line', o.id, 'invoiced ' || o.quantity_invoiced || ', receipts ' || "
        "coalesce(s.quantity, 0) FROM purchase_order_line o LEFT JOIN (SELECT order_id, order_line, "
        "sum(quantity_invoiced) quantity FROM goods_receipt_line WHERE group_id = %(group)s GROUP BY 1, 2) s "
        "ON s.order_id = o.order_id AND s.order_line = o.line WHERE o.group_id = %(group)s "
        "AND o.quantity_invoiced <> coalesce(s.quantity, 0)",
    ),
    Invariant(
        "I-19",
        "Of a receipt line that is invoiced or went back in full nothing is accrued; else, untouched, all of it.",
        "SELECT 'goods_receipt_line', id, 'accrued ' || amount || ', cleared ' || (amount_returned + amount_invoiced) "
        "FROM goods_receipt_line WHERE group_id = %(group)s AND (quantity_returned + quantity_invoiced = quantity "
        "AND amount_returned + amount_invoiced <> amount OR quantity_returned + quantity_invoiced = 0 "
        "AND amount_returned + amount_invoiced <> 0)",
    ),
    Invariant(
        "I-15",
        "An invoice is blocked for payment where it is posted and where payments ask.",
        "SELECT 'supplier_invoice', i.id, i.state || ', blocked ' || i.is_blocked FROM supplier_invoice i "
        "LEFT JOIN registered_invoice r ON r.group_id = i.group_id AND r.document_id = i.id "
        "WHERE i.group_id = %(group)s AND ((i.state = 'draft') <> (r.id IS NULL) OR r.is_blocked <> i.is_blocked "
        "OR r.is_reversed <> (i.state = 'reversed'))",
    ),
    Invariant(
        "I-33",
        "Goods received, not invoiced: the account equals the posted receipts less returns and invoices, per party.",
        "SELECT 'account', coalesce(j.account_id, 0), 'party ' || party || ': books ' || coalesce(j.amount, 0) || "
        "', receipts ' || coalesce(r.amount, 0) FROM (SELECT l.party_id party, max(l.account_id) account_id, "
        "sum(l.credit - l.debit) amount FROM journal_line l JOIN account a ON a.id = l.account_id AND a.role = 'GRNI' "
        "WHERE l.group_id = %(group)s GROUP BY 1) j FULL JOIN (SELECT r.supplier_id party, "
        "sum(l.amount - l.amount_returned - l.amount_invoiced) amount FROM goods_receipt r JOIN goods_receipt_line l "
        "ON l.receipt_id = r.id WHERE r.group_id = %(group)s AND r.state = 'posted' GROUP BY 1) r USING (party) "
        "WHERE coalesce(j.amount, 0) <> coalesce(r.amount, 0)",
    ),
)
