"""The rules of the stock, as queries that return what breaks them."""

from __future__ import annotations

from jingwei.platform.invariants import Invariant

# Every move as what it adds at one place of the stock.
_ENDS = (
    "SELECT m.item_id, l.id location_id, coalesce(m.lot_id, 0) lot_id, m.status, m.owner_id, "
    "CASE WHEN l.id = m.to_location_id THEN m.quantity ELSE -m.quantity END quantity FROM move m "
    "JOIN location l ON l.id IN (m.from_location_id, m.to_location_id) AND l.kind IN ('stock', 'transit') "
    "WHERE m.group_id = %(group)s"
)

RULES = (
    Invariant(
        "I-5",
        "A balance is the sum of its moves, and every sum has its balance.",
        "SELECT 'balance', coalesce(b.id, 0), 'item ' || item_id || ' at ' || location_id || ': balance ' || "
        "coalesce(b.on_hand, 0) || ', moves ' || coalesce(s.quantity, 0) FROM "
        f"(SELECT item_id, location_id, lot_id, status, owner_id, sum(quantity) quantity FROM ({_ENDS}) e "
        "GROUP BY 1, 2, 3, 4, 5) s FULL JOIN (SELECT * FROM balance WHERE group_id = %(group)s) b "
        "USING (item_id, location_id, lot_id, status, owner_id) "
        "WHERE coalesce(b.on_hand, 0) <> coalesce(s.quantity, 0)",
    ),
    Invariant(
        "I-6",
        "Nothing lies below zero where that is not allowed.",
        "SELECT 'balance', id, 'on hand ' || on_hand FROM balance WHERE group_id = %(group)s "
        "AND on_hand < 0 AND NOT allow_negative",
    ),
    Invariant(
        "I-7",
        "A serial number is in one place at most.",
        "SELECT 'balance', max(id), 'lot ' || lot_id || ': ' || sum(on_hand) FROM balance WHERE group_id = %(group)s "
        "AND is_serial AND on_hand > 0 GROUP BY item_id, lot_id HAVING count(*) > 1 OR sum(on_hand) > 1",
    ),
    Invariant(
        "I-12",
        "No more is reserved than lies there, and balances exist for places of the stock only.",
        "SELECT 'balance', b.id, 'reserved ' || b.reserved || ' of ' || b.on_hand FROM balance b "
        "JOIN location l ON l.id = b.location_id WHERE b.group_id = %(group)s "
        "AND (b.reserved < 0 OR b.reserved > greatest(b.on_hand, 0) OR l.kind NOT IN ('stock', 'transit'))",
    ),
    Invariant(
        "I-13",
        "What is reserved is the sum of the open reservations.",
        "SELECT 'balance', b.id, 'reserved ' || b.reserved || ', reservations ' || coalesce(sum(r.quantity), 0) "
        "FROM balance b LEFT JOIN reservation r ON r.group_id = b.group_id AND r.item_id = b.item_id "
        "AND r.location_id = b.location_id AND r.lot_id = b.lot_id AND r.status = b.status "
        "AND r.owner_id = b.owner_id AND r.state = 'open' WHERE b.group_id = %(group)s GROUP BY b.id "
        "HAVING b.reserved <> coalesce(sum(r.quantity), 0)",
    ),
    Invariant(
        "I-14",
        "Quantities have no more decimals than the item's unit.",
        "SELECT 'move', m.id, m.quantity || ' ' || u.code FROM move m JOIN item i ON i.id = m.item_id "
        "JOIN unit u ON u.id = i.unit_id WHERE m.group_id = %(group)s AND m.quantity <> round(m.quantity, u.scale)",
    ),
    Invariant(
        "I-17",
        "Value entries equal their account on every date.",
        "SELECT 'account', coalesce(v.account_id, j.account_id), coalesce(v.posted_on, j.posted_on) || ': stock ' || "
        "coalesce(v.amount, 0) || ', books ' || coalesce(j.amount, 0) FROM (SELECT account_id, posted_on, "
        "sum(amount) amount FROM value_entry WHERE group_id = %(group)s GROUP BY 1, 2) v FULL JOIN "
        "(SELECT l.account_id, l.posted_on, sum(l.debit - l.credit) amount FROM journal_line l "
        "JOIN account a ON a.id = l.account_id AND a.role = 'STOCK' WHERE l.group_id = %(group)s GROUP BY 1, 2) j "
        "USING (account_id, posted_on) WHERE coalesce(v.amount, 0) <> coalesce(j.amount, 0)",
    ),
    Invariant(
        "I-18",
        "An item's value is the sum of its value entries, and nothing is worth nothing.",
        "SELECT 'item_value', w.id, w.quantity || ' worth ' || w.value || ', entries ' || coalesce(v.amount, 0) || "
        "', moves ' || coalesce(m.quantity, 0) FROM item_value w LEFT JOIN (SELECT item_id, company_id, "
        "CASE WHEN GROUPING(lot_id) = 1 THEN 0 ELSE lot_id END lot_id, sum(amount) amount FROM value_entry "
        "WHERE group_id = %(group)s GROUP BY GROUPING SETS ((1, 2), (1, 2, value_entry.lot_id)) "
        "HAVING GROUPING(lot_id) = 1 OR lot_id <> 0) v USING (item_id, company_id, lot_id) "
        "LEFT JOIN (SELECT item_id, company_id, CASE WHEN GROUPING(lot_id) = 1 THEN 0 ELSE lot_id END lot_id, "
        "sum(direction * quantity) quantity FROM move WHERE group_id = %(group)s "
        "GROUP BY GROUPING SETS ((1, 2), (1, 2, move.lot_id)) HAVING GROUPING(lot_id) = 1 OR lot_id IS NOT NULL) m "
        "USING (item_id, company_id, lot_id) WHERE w.group_id = %(group)s "
        "AND (w.value <> coalesce(v.amount, 0) OR w.quantity <> coalesce(m.quantity, 0) "
        "OR (w.quantity = 0 AND w.value <> 0 AND w.method <> 'month_weighted'))",
    ),
    Invariant(
        "I-18",
        "Nothing is worth nothing when the costs of a month are final, by whatever method.",
        "SELECT 'item_value', w.id, p.code || ': 0 worth ' || v.amount FROM item_value w JOIN final_period f ON "
        "f.group_id = w.group_id AND f.company_id = w.company_id JOIN period p ON p.id = f.period_id "
        "CROSS JOIN LATERAL (SELECT sum(amount) amount FROM value_entry e WHERE e.group_id = w.group_id "
        "AND e.company_id = w.company_id AND e.item_id = w.item_id AND e.posted_on <= p.ends_on) v "
        "CROSS JOIN LATERAL (SELECT sum(direction * quantity) quantity FROM move m WHERE m.group_id = w.group_id "
        "AND m.company_id = w.company_id AND m.item_id = w.item_id AND m.effective_on <= p.ends_on) q "
        "WHERE w.group_id = %(group)s AND w.method = 'month_weighted' AND q.quantity = 0 AND v.amount <> 0",
    ),
    Invariant(
        "I-18",
        "What is in layers, first in first out, is what there is.",
        "SELECT 'item_value', w.id, w.quantity || ' worth ' || w.value || ', layers ' || w.layers FROM item_value w "
        "CROSS JOIN LATERAL (SELECT coalesce(sum((x ->> 1)::numeric), 0) quantity, "
        "coalesce(sum((x ->> 2)::numeric), 0) value FROM jsonb_array_elements(w.layers) x) s "
        "WHERE w.group_id = %(group)s AND w.method = 'fifo' AND (s.quantity, s.value) <> (w.quantity, w.value)",
    ),
    Invariant(
        "I-18",
        "What is valued at standard cost is worth its quantity at the price in force.",
        "SELECT 'item_value', w.id, w.quantity || ' worth ' || w.value || ' at ' || w.layers FROM item_value w "
        "JOIN company c ON c.id = w.company_id JOIN currency y ON y.code = c.currency_id "
        "WHERE w.group_id = %(group)s AND w.method = 'standard' AND w.quantity <> 0 AND w.value <> round("
        "w.quantity * (w.layers -> 0 ->> 2)::numeric / (w.layers -> 0 ->> 1)::numeric, y.decimals)",
    ),
    Invariant(
        "I-33",
        "Goods dispatched: the account equals the cost of what was delivered, not returned and not invoiced, each day.",
        "SELECT 'account', account_id, coalesce(v.posted_on, j.posted_on) || ': stock ' || coalesce(v.amount, 0) || "
        "', books ' || coalesce(j.amount, 0) FROM (SELECT contra_id account_id, posted_on, -sum(amount) amount "
        "FROM value_entry WHERE group_id = %(group)s GROUP BY 1, 2) v JOIN account a ON a.id = v.account_id "
        "AND a.role = 'DISPATCHED' FULL JOIN (SELECT l.account_id, l.posted_on, sum(l.debit - l.credit) amount "
        "FROM journal_line l JOIN account a ON a.id = l.account_id AND a.role = 'DISPATCHED' "
        "WHERE l.group_id = %(group)s GROUP BY 1, 2) j USING (account_id, posted_on) "
        "WHERE coalesce(v.amount, 0) <> coalesce(j.amount, 0)",
    ),
    Invariant(
        "I-33",
        "Goods of an item that are all returned or invoiced leave nothing on the account of goods dispatched.",
        "SELECT 'item', v.item_id, sum(v.amount) FROM value_entry v JOIN account a ON a.id = v.contra_id "
        "AND a.role = 'DISPATCHED' WHERE v.group_id = %(group)s GROUP BY v.company_id, v.item_id, v.contra_id "
        "HAVING sum(v.quantity) = 0 AND sum(v.amount) <> 0",
    ),
    Invariant(
        "I-34",
        "What a count found stands: by all moves until its instant, that is what lay there.",
        "SELECT 'counted', c.id, 'found ' || c.quantity || ', moves ' || coalesce(sum(CASE WHEN m.to_location_id = "
        "c.location_id THEN m.quantity ELSE -m.quantity END), 0) FROM counted c LEFT JOIN move m ON m.group_id = "
        "c.group_id AND m.item_id = c.item_id AND c.location_id IN (m.from_location_id, m.to_location_id) "
        "AND coalesce(m.lot_id, 0) = c.lot_id AND m.status = c.status AND m.owner_id = c.owner_id "
        "AND m.effective_at <= c.counted_at WHERE c.group_id = %(group)s AND NOT c.is_void GROUP BY c.id "
        "HAVING c.quantity <> coalesce(sum(CASE WHEN m.to_location_id = c.location_id THEN m.quantity "
        "ELSE -m.quantity END), 0)",
    ),
    Invariant(
        "I-17",
        "A move into or out of the stock has one value entry, which says what the move says.",
        "SELECT 'move', m.id, m.value || ' for ' || m.quantity || ', entries ' || count(v.id) FROM move m "
        "LEFT JOIN value_entry v ON v.group_id = m.group_id AND v.move_id = m.id AND v.kind = 'move' "
        "WHERE m.group_id = %(group)s AND m.direction <> 0 GROUP BY m.id HAVING count(v.id) <> 1 "
        "OR bool_or((v.company_id, v.item_id, v.document_id, v.period_id, v.posted_on, v.quantity, v.amount) <> "
        "(m.company_id, m.item_id, m.document_id, m.period_id, m.effective_on, m.direction * m.quantity, m.value))",
    ),
    Invariant(
        "I-17",
        "A value entry is in the period of its date.",
        "SELECT 'value_entry', v.id, v.posted_on || ' in ' || p.code FROM value_entry v JOIN period p "
        "ON p.id = v.period_id WHERE v.group_id = %(group)s AND (p.company_id <> v.company_id "
        "OR v.posted_on NOT BETWEEN p.starts_on AND p.ends_on)",
    ),
    Invariant(
        "I-17",
        "A late price is of a receipt and on its accounts.",
        "SELECT 'value_entry', v.id, 'move ' || m.id FROM value_entry v LEFT JOIN move m ON m.id = v.move_id "
        "LEFT JOIN value_entry o ON o.group_id = v.group_id AND o.move_id = m.id AND o.kind = 'move' "
        "WHERE v.group_id = %(group)s AND v.kind = 'revaluation' AND (v.quantity <> 0 "
        "OR m.direction IS DISTINCT FROM 1 OR (v.company_id, v.item_id, v.account_id, v.contra_id, v.subject_id) "
        "IS DISTINCT FROM (o.company_id, o.item_id, o.account_id, o.contra_id, o.subject_id))",
    ),
    Invariant(
        "I-17",
        "A late price of goods in work is a pair that does not touch the stock.",
        "SELECT 'move', v.move_id, 'document ' || v.document_id || ': ' || sum(v.amount) FROM value_entry v "
        "LEFT JOIN move m ON m.id = v.move_id WHERE v.group_id = %(group)s AND v.kind = 'in_work' "
        "GROUP BY v.document_id, v.move_id HAVING sum(v.amount) <> 0 OR bool_or(v.quantity <> 0 "
        "OR m.direction IS DISTINCT FROM 1 OR v.contra_id = v.account_id OR v.item_id <> m.item_id)",
    ),
    Invariant(
        "I-33",
        "Cost that passes on is a pair: it comes back from the account of its issue and goes to another.",
        "SELECT 'move', v.move_id, 'document ' || v.document_id || ': ' || sum(v.amount) FROM value_entry v "
        "LEFT JOIN move m ON m.id = v.move_id LEFT JOIN value_entry o ON o.group_id = v.group_id AND o.move_id = m.id "
        "AND o.kind = 'move' WHERE v.group_id = %(group)s AND v.kind = 'shift' GROUP BY v.document_id, v.move_id "
        "HAVING sum(v.amount) <> 0 OR count(*) <> 2 * count(*) FILTER (WHERE v.contra_id = o.contra_id) "
        "OR bool_or(m.direction IS DISTINCT FROM -1 OR v.contra_id = v.account_id "
        "OR (v.company_id, v.item_id, v.account_id) IS DISTINCT FROM (o.company_id, o.item_id, o.account_id))",
    ),
)
