"""The rules of sales, as queries that return what breaks them."""

from __future__ import annotations

from jingwei.platform.invariants import Invariant

_DELIVERED = (
    "SELECT l.order_id, l.order_line, sum(l.quantity) quantity FROM sales_delivery_line l "
    "JOIN sales_delivery d ON d.id = l.delivery_id AND d.state = 'posted' WHERE l.group_id = %(group)s GROUP BY 1, 2"
)

RULES = (
    Invariant(
        "I-8",
        "No more is delivered than was ordered.",
        "SELECT 'sales_order_line', id, quantity_delivered || ' of ' || quantity FROM sales_order_line "
        "WHERE group_id = %(group)s AND (quantity_delivered < 0 OR quantity_delivered > quantity)",
    ),
    Invariant(
        "I-10",
        "What an order line says is delivered is the sum of its posted deliveries.",
        "SELECT 'sales_order_line', o.id, 'delivered ' || o.quantity_delivered || ', deliveries ' || "
        f"coalesce(s.quantity, 0) FROM sales_order_line o LEFT JOIN ({_DELIVERED}) s ON s.order_id = o.order_id "
        "AND s.order_line = o.line WHERE o.group_id = %(group)s AND o.quantity_delivered <> coalesce(s.quantity, 0)",
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
        "I-10",
        "The progress of an order is that of its lines, by net amount.",
        "SELECT 'sales_order', o.id, o.progress_delivered || ', lines ' || trunc(s.delivered, 2) FROM sales_order o "
        "JOIN (SELECT order_id, 100 * sum(weight * quantity_delivered / quantity) / sum(weight) delivered FROM "
        "(SELECT order_id, quantity, quantity_delivered, CASE WHEN sum(amount_net) OVER (PARTITION BY order_id) = 0 "
        "THEN 1 ELSE amount_net END weight FROM sales_order_line WHERE group_id = %(group)s) x GROUP BY 1) s "
        "ON s.order_id = o.id WHERE o.group_id = %(group)s AND o.progress_delivered <> trunc(s.delivered, 2)",
    ),
)
