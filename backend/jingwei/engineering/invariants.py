"""The rules of engineering, as queries that return what breaks them."""

from __future__ import annotations

from jingwei.platform.invariants import Invariant

# Walked from all active bills, level by level: what is a hundred levels deep hangs below a cycle.
_TOO_DEEP = """
WITH RECURSIVE walk(company_id, item_id, level) AS (
    SELECT company_id, item_id, 0 FROM bill_of_materials WHERE group_id = %(group)s AND state = 'active'
    UNION
    SELECT w.company_id, l.component_id, w.level + 1 FROM walk w
    JOIN bill_of_materials b ON b.group_id = %(group)s AND b.company_id = w.company_id AND b.item_id = w.item_id
        AND b.state = 'active'
    JOIN bill_line l ON l.group_id = b.group_id AND l.bill_id = b.id
    WHERE w.level < 100
)
SELECT 'bill_of_materials', b.id, 'item ' || i.code || ' contains itself' FROM walk w
JOIN bill_of_materials b ON b.group_id = %(group)s AND b.company_id = w.company_id AND b.item_id = w.item_id
    AND b.state = 'active'
JOIN item i ON i.group_id = b.group_id AND i.id = b.item_id WHERE w.level = 100
"""

RULES = (
    Invariant("I-24", "No item contains itself.", _TOO_DEEP),
    Invariant(
        "I-24",
        "A bill makes something of something.",
        "SELECT 'bill_of_materials', b.id, b.quantity || ' of ' || count(l.id) || ' components' "
        "FROM bill_of_materials b LEFT JOIN bill_line l ON l.group_id = b.group_id AND l.bill_id = b.id "
        "WHERE b.group_id = %(group)s GROUP BY b.id "
        "HAVING b.quantity <= 0 OR count(l.id) = 0 OR min(l.quantity) <= 0",
    ),
    Invariant(
        "I-24",
        "Each operation of an active routing has its place, in the company of the routing.",
        "SELECT 'routing_operation', o.id, 'operation ' || o.sequence || ' of ' || r.number FROM routing_operation o "
        "JOIN routing r ON r.group_id = o.group_id AND r.id = o.routing_id AND r.state = 'active' "
        "LEFT JOIN work_centre c ON c.group_id = o.group_id AND c.id = o.work_centre_id "
        "WHERE o.group_id = %(group)s AND c.company_id IS DISTINCT FROM r.company_id",
    ),
)
