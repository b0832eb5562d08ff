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
# What is invoiced of each receipt line, before or after it came, credit notes against it.
_INVOICED = (
    "SELECT receipt_id, receipt_line, sum(quantity) quantity, sum(amount) amount FROM (SELECT l.receipt_id, "
    "l.receipt_line, (l.quantity - l.quantity_ahead) * CASE i.kind WHEN 'credit' THEN -1 ELSE 1 END quantity, "
    "l.amount_accrued amount FROM supplier_invoice_line l JOIN supplier_invoice i ON i.id = l.invoice_id "
    "AND i.state = 'posted' WHERE l.group_id = %(group)s AND l.receipt_id IS NOT NULL UNION ALL "
    "SELECT document_id, document_line, quantity, amount_accrued FROM invoice_match "
    "WHERE group_id = %(group)s AND NOT is_reversed) parts GROUP BY 1, 2"
)
# What posted invoices have of goods that had not come, and how much of it has come or was credited since.
_AHEAD = (
    "SELECT l.id, l.invoice_id, i.company_id, l.order_id, l.order_line, "
    "l.quantity_ahead - l.quantity_arrived quantity, l.amount_ahead - l.amount_arrived amount, "
    "i.is_blocked OR i.release_reason <> '' is_held "
    "FROM supplier_invoice_line l JOIN supplier_invoice i ON i.id = l.invoice_id AND i.state = 'posted' "
    "AND i.kind = 'invoice' WHERE l.group_id = %(group)s AND l.quantity_ahead <> 0"
)
# Late prices by document and receipt: of invoices, and of receipts of what was invoiced before.
_LATE = (
    "SELECT i.id document_id, l.receipt_id, l.receipt_line, i.state, 'invoice' purpose, l.amount_difference difference "
    "FROM supplier_invoice_line l JOIN supplier_invoice i ON i.id = l.invoice_id AND i.state IN ('posted', 'reversed') "
    "WHERE l.group_id = %(group)s UNION ALL SELECT document_id, document_id, document_line, "
    "CASE WHEN is_reversed THEN 'reversed' ELSE 'posted' END, 'matched', amount - amount_accrued FROM invoice_match "
    "WHERE group_id = %(group)s"
)
# What a line of a receipt or return moved, before anything was taken back.
_MOVED = (
    "SELECT document_id, document_line, sum(quantity) quantity, sum(value) value FROM move "
    "WHERE group_id = %(group)s AND reverses_id IS NULL GROUP BY 1, 2"
)


def _totals(table: str, parent: str) -> str:
    names = ("amount_net", "amount_tax", "amount_gross")
    return (
        f"SELECT '{table}', d.id, d.amount_gross || ', lines ' || sum(l.amount_gross) FROM {table} d "
        f"JOIN {table}_line l ON l.{parent} = d.id WHERE d.group_id = %(group)s GROUP BY d.id HAVING "
        + " OR ".join(f"d.{n} <> sum(l.{n})" for n in names)
        + " OR bool_or(l.amount_net + l.amount_tax <> l.amount_gross)"
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
        "What an order line says is invoiced is what its receipt lines say, and what is still to come.",
        "SELECT 'purchase_order_line', o.id, 'invoiced ' || o.quantity_invoiced || ', receipts ' || "
        "coalesce(s.quantity, 0) || ', to come ' || o.quantity_ahead FROM purchase_order_line o "
        "LEFT JOIN (SELECT order_id, order_line, "
        "sum(quantity_invoiced) quantity FROM goods_receipt_line WHERE group_id = %(group)s GROUP BY 1, 2) s "
        "ON s.order_id = o.order_id AND s.order_line = o.line WHERE o.group_id = %(group)s "
        "AND o.quantity_invoiced <> coalesce(s.quantity, 0) + o.quantity_ahead",
    ),
    Invariant(
        "I-9",
        "No more is invoiced before it came than is still to come, and until it has, such an invoice is paid only when "
        "released.",
        "SELECT 'purchase_order_line', id, 'ahead ' || quantity_ahead || ', received ' || quantity_received || ' of ' "
        "|| quantity FROM purchase_order_line WHERE group_id = %(group)s AND (quantity_ahead < 0 "
        "OR quantity_received + quantity_ahead > quantity) UNION ALL SELECT 'supplier_invoice_line', id, "
        f"quantity || ' to come, not blocked' FROM ({_AHEAD}) a WHERE quantity < 0 OR quantity > 0 AND NOT is_held",
    ),
    Invariant(
        "I-9",
        "An invoice waits for goods as long as some of what it asks for is to come, and for nothing else.",
        "SELECT 'supplier_invoice', r.document_id, r.awaited::text FROM registered_invoice r LEFT JOIN (SELECT "
        f"invoice_id id, sum(quantity) quantity FROM ({_AHEAD}) a GROUP BY 1) s ON s.id = r.document_id "
        "WHERE r.group_id = %(group)s AND r.awaited <> '[]' AND NOT r.is_reversed AND coalesce(s.quantity, 0) = 0",
    ),
    Invariant(
        "I-10",
        "What an order line says is invoiced and still to come is what its invoices say.",
        "SELECT 'purchase_order_line', o.id, 'ahead ' || o.quantity_ahead || ', invoices ' || coalesce(s.quantity, 0) "
        f"FROM purchase_order_line o LEFT JOIN (SELECT order_id, order_line, sum(quantity) quantity FROM ({_AHEAD}) a "
        "GROUP BY 1, 2) s ON s.order_id = o.order_id AND s.order_line = o.line WHERE o.group_id = %(group)s "
        "AND o.quantity_ahead <> coalesce(s.quantity, 0)",
    ),
    Invariant(
        "I-10",
        "What an invoice line says has come since is the sum of what receipts and credit notes took of it.",
        "SELECT 'supplier_invoice_line', l.id, 'come ' || l.quantity_arrived || ' at ' || l.amount_arrived || "
        "', matched ' || coalesce(s.quantity, 0) || ' at ' || coalesce(s.amount, 0) FROM supplier_invoice_line l "
        "LEFT JOIN (SELECT invoice_line_id, sum(quantity) quantity, sum(amount) amount FROM invoice_match "
        "WHERE group_id = %(group)s AND NOT is_reversed GROUP BY 1) s ON s.invoice_line_id = l.id "
        "WHERE l.group_id = %(group)s AND (l.quantity_arrived <> coalesce(s.quantity, 0) "
        "OR l.amount_arrived <> coalesce(s.amount, 0) OR (l.quantity_arrived = l.quantity_ahead) "
        "AND l.amount_arrived <> l.amount_ahead)",
    ),
    Invariant(
        "I-33",
        "Goods invoiced, not received: the account equals what posted invoices have that has not come.",
        "SELECT 'account', coalesce(j.account_id, 0), 'books ' || coalesce(j.amount, 0) || ', invoices ' || "
        "coalesce(a.amount, 0) FROM (SELECT l.company_id, max(l.account_id) account_id, sum(l.debit - l.credit) amount "
        "FROM journal_line l JOIN account c ON c.id = l.account_id AND c.role = 'INVOICED_NOT_RECEIVED' "
        "WHERE l.group_id = %(group)s GROUP BY 1) j FULL JOIN (SELECT company_id, sum(amount) amount "
        f"FROM ({_AHEAD}) x GROUP BY 1) a USING (company_id) WHERE coalesce(j.amount, 0) <> coalesce(a.amount, 0)",
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
        "An invoice is blocked for payment where it is posted and where payments ask, for the same reasons.",
        "SELECT 'supplier_invoice', i.id, i.state || ', blocked ' || i.is_blocked FROM supplier_invoice i "
        "LEFT JOIN registered_invoice r ON r.group_id = i.group_id AND r.document_id = i.id "
        "WHERE i.group_id = %(group)s AND ((i.state = 'draft') <> (r.id IS NULL) OR r.is_blocked <> i.is_blocked "
        "OR r.is_reversed <> (i.state = 'reversed') OR i.variances <> array_to_string(ARRAY("
        "SELECT jsonb_array_elements_text(r.blocked || r.awaited)), E'\\n'))",
    ),
    Invariant(
        "I-33",
        "Goods received, not invoiced: the account equals the posted receipts less returns and invoices, by supplier.",
        "SELECT 'account', coalesce(j.account_id, 0), 'party ' || party || ': books ' || coalesce(j.amount, 0) || "
        "', receipts ' || coalesce(r.amount, 0) FROM (SELECT l.company_id company, l.party_id party, max(l.account_id) "
        "account_id, sum(l.credit - l.debit) amount FROM journal_line l JOIN account a ON a.id = l.account_id "
        "AND a.role = 'GRNI' WHERE l.group_id = %(group)s GROUP BY 1, 2) j FULL JOIN (SELECT r.company_id company, "
        "r.supplier_id party, sum(l.amount - l.amount_returned - l.amount_invoiced) amount FROM goods_receipt r "
        "JOIN goods_receipt_line l ON l.receipt_id = r.id WHERE r.group_id = %(group)s AND r.state = 'posted' "
        "GROUP BY 1, 2) r USING (company, party) "
        "WHERE coalesce(j.amount, 0) <> coalesce(r.amount, 0)",
    ),
    Invariant(
        "I-10",
        "A receipt or return is worth its lines, and each line moved what it says.",
        "SELECT 'goods_receipt', r.id, 'worth ' || r.amount || ', line ' || l.line || ' ' || l.amount "
        "FROM goods_receipt r JOIN goods_receipt_line l ON l.receipt_id = r.id JOIN item i ON i.id = l.item_id "
        f"LEFT JOIN ({_MOVED}) m ON m.document_id = r.id AND m.document_line = l.line WHERE r.group_id = %(group)s "
        "AND r.state <> 'draft' AND (i.is_stocked <> (m.quantity IS NOT NULL) OR l.quantity_stock <> m.quantity "
        "OR l.amount <> m.value OR (i.is_stocked AND l.amount_ordered <> l.amount) "
        "OR r.amount <> (SELECT sum(x.amount) FROM goods_receipt_line x WHERE x.receipt_id = r.id)) UNION ALL "
        "SELECT 'purchase_return', r.id, 'worth ' || r.amount || ', line ' || l.line || ' ' || l.amount "
        "FROM purchase_return r JOIN purchase_return_line l ON l.purchase_return_id = r.id "
        f"JOIN item i ON i.id = l.item_id LEFT JOIN ({_MOVED}) m ON m.document_id = r.id AND m.document_line = l.line "
        "WHERE r.group_id = %(group)s AND r.state <> 'draft' AND (i.is_stocked <> (m.quantity IS NOT NULL) "
        "OR l.quantity_stock <> m.quantity OR l.amount <> -m.value "
        "OR r.amount <> (SELECT sum(x.amount) FROM purchase_return_line x WHERE x.purchase_return_id = r.id))",
    ),
    Invariant(
        "I-10",
        "The totals of an order or invoice are the sums of its lines.",
        f"{_totals('purchase_order', 'order_id')} UNION ALL {_totals('supplier_invoice', 'invoice_id')}",
    ),
    Invariant(
        "I-10",
        "What is planned to come in the stock unit is as much as is open.",
        "SELECT 'planned_move', p.id, 'planned ' || p.quantity || ', open ' || (l.quantity - l.quantity_received) "
        "FROM planned_move p JOIN purchase_order_line l ON l.group_id = p.group_id AND l.order_id = p.document_id "
        "AND l.line = p.document_line JOIN item i ON i.id = l.item_id AND i.unit_id = l.unit_id "
        "WHERE p.group_id = %(group)s AND p.quantity <> l.quantity - l.quantity_received",
    ),
    Invariant(
        "I-15",
        "The register and the books have an invoice as it was posted.",
        "SELECT 'registered_invoice', r.id, r.number_given || ' of ' || r.invoiced_on || ', document ' || "
        "i.number_given || ' of ' || i.invoiced_on FROM registered_invoice r JOIN supplier_invoice i ON i.id = "
        "r.document_id LEFT JOIN journal_entry e ON e.group_id = r.group_id AND e.document_id = r.document_id "
        "AND e.purpose = 'invoice' WHERE r.group_id = %(group)s AND ((r.company_id, r.kind, r.party_id, "
        "r.number_given, r.invoiced_on, r.due_on, r.currency_id, r.amount_gross) <> (i.company_id, 'supplier', "
        "i.supplier_id, i.number_given, i.invoiced_on, i.due_on, i.currency_id, "
        "CASE i.kind WHEN 'credit' THEN -i.amount_gross "
        "ELSE i.amount_gross END) OR e.posted_on <> i.posted_on "
        "OR (r.is_blocked AND r.blocked = '[]' AND r.awaited = '[]'))",
    ),
    Invariant(
        "I-17",
        "A late price of what came from a supplier is an invoice's: all of it in the month of the receipt, later no "
        "more than that, and none where the invoice is taken back.",
        "SELECT 'move', coalesce(move_id, 0), 'document ' || document_id || ': ' || coalesce(v.amount, 0) || "
        "', invoice ' || coalesce(s.difference, 0) FROM (SELECT v.document_id, v.move_id, sum(v.amount) amount "
        "FROM value_entry v JOIN account a ON a.id = v.contra_id AND a.role = 'GRNI' "
        "WHERE v.group_id = %(group)s AND v.kind = 'revaluation' GROUP BY 1, 2) v FULL JOIN "
        "(SELECT l.document_id, m.id move_id, l.state, m.period_id, sum(l.difference) difference, "
        f"sum(abs(l.difference)) most, min(e.period_id) posted_in FROM ({_LATE}) l JOIN move m "
        "ON m.group_id = %(group)s AND m.document_id = l.receipt_id AND m.document_line = l.receipt_line "
        "AND m.reverses_id IS NULL LEFT JOIN journal_entry e ON e.group_id = m.group_id "
        "AND e.document_id = l.document_id AND e.purpose = l.purpose AND e.reverses_id IS NULL "
        "GROUP BY 1, 2, 3, 4) s USING (document_id, move_id) "
        "WHERE s.state IS NULL OR (s.state = 'reversed' AND v.amount <> 0) OR (s.state = 'posted' "
        "AND (abs(coalesce(v.amount, 0)) > s.most OR (s.period_id = s.posted_in "
        "AND coalesce(v.amount, 0) <> s.difference)))",
    ),
)
