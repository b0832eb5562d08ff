"""The rules of sales, as queries that return what breaks them."""

from __future__ import annotations

from jingwei.platform.invariants import Invariant

# What posted documents say of an order's line: delivered, returned, returned for replacement, invoiced.
_OF_ORDERS = (
    "SELECT order_id, order_line, sum(went) went, sum(back) back, sum(again) again, sum(billed) billed FROM ("
    "SELECT l.order_id, l.order_line, l.quantity went, 0 back, 0 again, 0 billed FROM sales_delivery_line l "
    "JOIN sales_delivery d ON d.id = l.delivery_id AND d.state = 'posted' WHERE l.group_id = %(group)s UNION ALL "
    "SELECT l.order_id, l.order_line, 0, x.quantity, CASE WHEN r.is_final THEN 0 ELSE x.quantity END, 0 "
    "FROM sales_return_line x JOIN sales_return r ON r.id = x.sales_return_id AND r.state = 'posted' "
    "JOIN sales_delivery_line l ON l.delivery_id = x.delivery_id AND l.line = x.delivery_line "
    "WHERE x.group_id = %(group)s UNION ALL "
    "SELECT l.order_id, l.order_line, 0, 0, 0, CASE b.kind WHEN 'credit' THEN -x.quantity ELSE x.quantity END "
    "FROM sales_billing_line x JOIN sales_billing b ON b.id = x.billing_id AND b.state = 'posted' "
    "JOIN sales_delivery_line l ON l.delivery_id = x.delivery_id AND l.line = x.delivery_line "
    "WHERE x.group_id = %(group)s) parts GROUP BY 1, 2"
)

# What posted returns and invoices say of a delivery's line.
_OF_DELIVERIES = (
    "SELECT delivery_id, delivery_line, sum(back) back, sum(billed) billed, sum(net) net, sum(tax) tax, "
    "sum(unbilled) unbilled FROM ("
    "SELECT x.delivery_id, x.delivery_line, x.quantity back, 0 billed, x.amount_net net, x.amount_tax tax, "
    "x.net_unbilled + x.tax_unbilled unbilled FROM sales_return_line x "
    "JOIN sales_return r ON r.id = x.sales_return_id AND r.state = 'posted' WHERE x.group_id = %(group)s UNION ALL "
    "SELECT x.delivery_id, x.delivery_line, 0, CASE b.kind WHEN 'credit' THEN -x.quantity ELSE x.quantity END, "
    "x.net_share, x.tax_share, x.net_unbilled + x.tax_unbilled FROM sales_billing_line x "
    "JOIN sales_billing b ON b.id = x.billing_id AND b.state = 'posted' WHERE x.group_id = %(group)s) parts "
    "GROUP BY 1, 2"
)

RULES = (
    Invariant(
        "I-8",
        "No more is delivered than was ordered.",
        "SELECT 'sales_order_line', id, quantity_delivered || ' of ' || quantity FROM sales_order_line "
        "WHERE group_id = %(group)s AND (quantity_delivered < 0 OR quantity_delivered > quantity)",
    ),
    Invariant(
        "I-9",
        "No more comes back or is invoiced than went out.",
        "SELECT 'sales_delivery_line', id, 'returned ' || quantity_returned || ', invoiced ' || quantity_invoiced || "
        "' of ' || quantity FROM sales_delivery_line WHERE group_id = %(group)s AND (quantity_returned < 0 "
        "OR quantity_returned > quantity OR quantity_invoiced < 0 OR quantity_invoiced > quantity)",
    ),
    Invariant(
        "I-10",
        "What an order line says is delivered, returned and invoiced is the sum of its posted documents.",
        "SELECT 'sales_order_line', o.id, 'delivered ' || o.quantity_delivered || ', returned ' || o.quantity_returned "
        "|| ', invoiced ' || o.quantity_invoiced FROM sales_order_line o "
        f"LEFT JOIN ({_OF_ORDERS}) s ON s.order_id = o.order_id AND s.order_line = o.line WHERE o.group_id = %(group)s "
        "AND (o.quantity_delivered, o.quantity_returned, o.quantity_invoiced) <> "
        "(coalesce(s.went - s.again, 0), coalesce(s.back, 0), coalesce(s.billed, 0))",
    ),
    Invariant(
        "I-10",
        "What a delivery line says is returned, invoiced and cleared is the sum of its posted returns and invoices.",
        "SELECT 'sales_delivery_line', l.id, 'returned ' || l.quantity_returned || ', invoiced ' || "
        "l.quantity_invoiced || ', cleared ' || l.net_cleared || ' + ' || l.tax_cleared FROM sales_delivery_line l "
        f"LEFT JOIN ({_OF_DELIVERIES}) s ON s.delivery_id = l.delivery_id AND s.delivery_line = l.line "
        "WHERE l.group_id = %(group)s AND (l.quantity_returned, l.quantity_invoiced, l.net_cleared, l.tax_cleared) <> "
        "(coalesce(s.back, 0), coalesce(s.billed, 0), coalesce(s.net, 0), coalesce(s.tax, 0))",
    ),
    Invariant(
        "I-10",
        "What is promised is what is open of confirmed orders, line by line.",
        "SELECT 'sales_order_line', l.id, 'open ' || (l.quantity - l.quantity_delivered) || ', promised ' || "
        "coalesce(p.quantity, 0) FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id "
        "LEFT JOIN planned_move p ON p.group_id = l.group_id AND p.document_id = o.id AND p.document_line = l.line "
        "WHERE l.group_id = %(group)s AND l.quantity_stock > 0 AND ((o.state = 'confirmed') <> (p.id IS NOT NULL) "
        "OR p.id IS NOT NULL AND -p.quantity * l.quantity <> l.quantity_stock * (l.quantity - l.quantity_delivered))",
    ),
    Invariant(
        "I-10",
        "The progress of an order is that of its lines, by net amount.",
        "SELECT 'sales_order', o.id, o.progress_delivered || ', lines ' || trunc(s.delivered, 2) FROM sales_order o "
        "JOIN (SELECT order_id, 100 * sum(weight * quantity_delivered / quantity) / sum(weight) delivered, "
        "100 * sum(weight * least(quantity_invoiced, quantity) / quantity) / sum(weight) invoiced FROM "
        "(SELECT order_id, quantity, quantity_delivered, quantity_invoiced, "
        "CASE WHEN sum(amount_net) OVER (PARTITION BY order_id) = 0 "
        "THEN 1 ELSE amount_net END weight FROM sales_order_line WHERE group_id = %(group)s) x GROUP BY 1) s "
        "ON s.order_id = o.id WHERE o.group_id = %(group)s AND (o.progress_delivered <> trunc(s.delivered, 2) "
        "OR o.progress_invoiced <> trunc(s.invoiced, 2))",
    ),
    Invariant(
        "I-13",
        "Nothing is kept for a line beyond what is open of it, and nothing for an order that is not confirmed.",
        "SELECT 'sales_order_line', l.id, 'kept ' || r.quantity || ', open ' || (l.quantity - l.quantity_delivered) "
        "FROM (SELECT document_id, document_line, sum(quantity) quantity FROM reservation WHERE group_id = %(group)s "
        "AND state = 'open' GROUP BY 1, 2) r JOIN sales_order o ON o.id = r.document_id "
        "JOIN sales_order_line l ON l.order_id = o.id AND l.line = r.document_line "
        "WHERE o.state <> 'confirmed' "
        "OR r.quantity * l.quantity > l.quantity_stock * (l.quantity - l.quantity_delivered)",
    ),
    Invariant(
        "I-33",
        "Goods dispatched are what was delivered, not returned and not invoiced: the same quantity in stock and sales.",
        "SELECT 'item', item, 'sales ' || coalesce(s.quantity, 0) || ', stock ' || coalesce(v.quantity, 0) FROM "
        "(SELECT l.item_id item, round(sum(l.quantity_stock * (l.quantity - l.quantity_returned - l.quantity_invoiced) "
        "/ l.quantity), 6) quantity FROM sales_delivery_line l JOIN sales_delivery d ON d.id = l.delivery_id "
        "AND d.state = 'posted' AND NOT d.is_revenue_recognised WHERE l.group_id = %(group)s "
        "AND l.quantity_stock > 0 GROUP BY 1) s FULL JOIN (SELECT v.item_id item, -sum(v.quantity) quantity "
        "FROM value_entry v JOIN account a ON a.id = v.contra_id AND a.role = 'DISPATCHED' "
        "WHERE v.group_id = %(group)s GROUP BY 1) v USING (item) "
        "WHERE coalesce(s.quantity, 0) <> coalesce(v.quantity, 0)",
    ),
    Invariant(
        "I-33",
        "Revenue without an invoice: the account equals what deliveries recognised and nothing cleared, per customer.",
        "SELECT 'account', coalesce(j.account_id, 0), 'party ' || party || ': books ' || coalesce(j.amount, 0) || "
        "', deliveries ' || coalesce(s.amount, 0) FROM (SELECT l.party_id party, max(l.account_id) account_id, "
        "sum(l.debit - l.credit) amount FROM journal_line l JOIN account a ON a.id = l.account_id "
        "AND a.role = 'AR_UNBILLED' WHERE l.group_id = %(group)s GROUP BY 1) j FULL JOIN "
        "(SELECT d.customer_id party, sum(l.net_unbilled + l.tax_unbilled) amount FROM sales_delivery d "
        "JOIN sales_delivery_line l ON l.delivery_id = d.id WHERE d.group_id = %(group)s AND d.state = 'posted' "
        "GROUP BY 1) s USING (party) WHERE coalesce(j.amount, 0) <> coalesce(s.amount, 0)",
    ),
    Invariant(
        "I-33",
        "Of a delivery line that is all returned or invoiced no revenue is left without an invoice.",
        "SELECT 'sales_delivery_line', id, net_unbilled || ' + ' || tax_unbilled FROM sales_delivery_line "
        "WHERE group_id = %(group)s AND quantity_returned + quantity_invoiced = quantity "
        "AND (net_unbilled <> 0 OR tax_unbilled <> 0)",
    ),
)
