"""What must always hold in production; relies on no guard."""

from __future__ import annotations

from jingwei.books.roles import Role
from jingwei.books.rules import element_accounts
from jingwei.platform.invariants import Invariant

# What is in each order: its value entries, its reported hours, less what closing took out beside the value entries.
_WIP = (
    "SELECT o.id, o.company_id, o.number, o.state, coalesce(v.amount, 0) + coalesce(r.amount, 0) - o.wip_cleared "
    "AS amount FROM production_order o "
    "LEFT JOIN (SELECT subject_id, -sum(amount) amount FROM value_entry WHERE group_id = %(group)s GROUP BY 1) v "
    "ON v.subject_id = o.id "
    "LEFT JOIN (SELECT order_id, sum(amount_labour + amount_overhead) amount FROM operation_report "
    "WHERE group_id = %(group)s AND state = 'posted' GROUP BY 1) r ON r.order_id = o.id WHERE o.group_id = %(group)s"
)

# Accounts that keep labour or overhead in work apart from material, by standard; an IFRS chart has one for all.
_ELEMENTS = ", ".join(
    f"('{standard}', '{code}', '{element}')" for standard, code, element in element_accounts(Role.WIP)
)
# Labour and overhead in each order: reported, less what completions took; a close takes the rest.
_WORK = (
    "SELECT order_id, company_id, element, sum(amount) amount FROM ("
    + " UNION ALL ".join(
        f"SELECT d.order_id, d.company_id, '{element}' element, {sign}d.amount_{element} amount FROM {table} d "
        "JOIN production_order o ON o.id = d.order_id AND o.state <> 'closed' "
        "WHERE d.group_id = %(group)s AND d.state = 'posted'"
        for element in ("labour", "overhead")
        for table, sign in (("operation_report", ""), ("production_completion", "-"))
    )
    + ") parts GROUP BY 1, 2, 3"
)
# The same by the books, whose entries are of a report, a completion or the order itself.
_BOOKED = (
    "SELECT coalesce(r.order_id, c.order_id, e.document_id) order_id, x.element, sum(l.debit - l.credit) amount "
    "FROM journal_line l JOIN account a ON a.id = l.account_id AND a.role = 'WIP' "
    "JOIN bookkeeping k ON k.group_id = l.group_id AND k.company_id = l.company_id "
    f"JOIN (VALUES {_ELEMENTS}) x(standard, code, element) ON x.standard = k.standard AND x.code = a.code "
    "JOIN journal_entry e ON e.group_id = l.group_id AND e.id = l.entry_id "
    "LEFT JOIN operation_report r ON r.group_id = e.group_id AND r.id = e.document_id "
    "LEFT JOIN production_completion c ON c.group_id = e.group_id AND c.id = e.document_id "
    "WHERE l.group_id = %(group)s GROUP BY 1, 2"
)

# What moved for an order's lines and still stands: out of the stock (+) or back (−); line 0 is what was made.
_ISSUED = (
    "SELECT d.order_id, l.order_line, sum(l.quantity * CASE d.kind WHEN 'return' THEN -1 ELSE 1 END) quantity "
    "FROM material_issue d JOIN material_issue_line l ON l.group_id = d.group_id AND l.material_issue_id = d.id "
    "WHERE d.group_id = %(group)s AND d.state = 'posted' GROUP BY 1, 2 UNION ALL "
    "SELECT d.order_id, l.order_line, sum(l.quantity) FROM production_completion d "
    "JOIN production_completion_component l ON l.group_id = d.group_id AND l.completion_id = d.id "
    "WHERE d.group_id = %(group)s AND d.state = 'posted' GROUP BY 1, 2"
)

RULES = (
    Invariant(
        "I-19",
        "Nothing is in work for an order that is closed, cancelled or not released.",
        f"SELECT 'production_order', w.id, w.number || ': ' || w.amount FROM ({_WIP}) w "
        "WHERE w.state <> 'released' AND w.amount <> 0",
    ),
    Invariant(
        "I-19",
        "Work in process: the accounts equal what is in the orders.",
        "SELECT 'company', coalesce(j.company_id, o.company_id), 'books ' || coalesce(j.amount, 0) || ', orders ' || "
        "coalesce(o.amount, 0) FROM (SELECT l.company_id, sum(l.debit - l.credit) amount FROM journal_line l "
        "JOIN account a ON a.id = l.account_id AND a.role = 'WIP' WHERE l.group_id = %(group)s GROUP BY 1) j FULL JOIN "
        f"(SELECT company_id, sum(amount) amount FROM ({_WIP}) w GROUP BY 1) o ON o.company_id = j.company_id "
        "WHERE coalesce(j.amount, 0) <> coalesce(o.amount, 0)",
    ),
    Invariant(
        "I-19",
        "Work in process: the accounts of labour and of overhead equal what of them is in each order.",
        "SELECT 'production_order', coalesce(w.order_id, b.order_id), coalesce(w.element, b.element) || ': books ' || "
        f"coalesce(b.amount, 0) || ', reported ' || coalesce(w.amount, 0) FROM (SELECT w.* FROM ({_WORK}) w "
        "JOIN bookkeeping k ON k.company_id = w.company_id WHERE k.standard IN (SELECT x.standard FROM "
        f"(VALUES {_ELEMENTS}) x(standard, code, element))) w FULL JOIN ({_BOOKED}) b ON b.order_id = w.order_id "
        "AND b.element = w.element WHERE coalesce(b.amount, 0) <> coalesce(w.amount, 0)",
    ),
    Invariant(
        "I-19",
        "What is in work belongs to an order, on the account of its value entries.",
        "SELECT 'value_entry', v.id, 'subject ' || v.subject_id FROM value_entry v "
        "JOIN account a ON a.id = v.contra_id "
        "LEFT JOIN production_order o ON o.group_id = v.group_id AND o.id = v.subject_id WHERE "
        "v.group_id = %(group)s AND (a.role = 'WIP') <> (o.id IS NOT NULL AND o.company_id = v.company_id)",
    ),
    Invariant(
        "I-9",
        "No more is completed than planned with its tolerance, and nothing less than nothing is issued.",
        "SELECT 'production_order', o.id, o.number || ': completed ' || o.quantity_completed || ' of ' || "
        "o.quantity_stock FROM production_order o WHERE o.group_id = %(group)s AND (o.quantity_completed < 0 "
        "OR o.quantity_scrapped < 0 OR o.quantity_completed > o.quantity_stock * (100 + o.tolerance) / 100 "
        "OR EXISTS (SELECT 1 FROM production_component c WHERE c.group_id = o.group_id AND c.order_id = o.id "
        "AND c.quantity_issued < 0))",
    ),
    Invariant(
        "I-10",
        "What an order has completed and scrapped is what its completions say.",
        "SELECT 'production_order', o.id, o.number || ': counted ' || o.quantity_completed || ' and ' || "
        "o.quantity_scrapped || ', completions ' || coalesce(c.good, 0) || ' and ' || coalesce(c.scrapped, 0) "
        "FROM production_order o LEFT JOIN (SELECT order_id, sum(quantity) good, sum(quantity_scrapped) scrapped "
        "FROM production_completion WHERE group_id = %(group)s AND state = 'posted' GROUP BY 1) c ON c.order_id = o.id "
        "WHERE o.group_id = %(group)s AND ((o.quantity_completed, o.quantity_scrapped) <> "
        "(coalesce(c.good, 0), coalesce(c.scrapped, 0)) OR (o.quantity_stock > 0 "
        "AND o.progress <> round(o.quantity_completed * 100 / o.quantity_stock, 2)))",
    ),
    Invariant(
        "I-10",
        "What is issued of a component is what issues, returns and completions say.",
        "SELECT 'production_component', c.id, 'counted ' || c.quantity_issued || ', documents ' || "
        "coalesce(i.quantity, 0) FROM production_component c LEFT JOIN (SELECT order_id, order_line, "
        f"sum(quantity) quantity FROM ({_ISSUED}) x GROUP BY 1, 2) i ON i.order_id = c.order_id "
        "AND i.order_line = c.line WHERE c.group_id = %(group)s AND c.quantity_issued <> coalesce(i.quantity, 0)",
    ),
    Invariant(
        "I-10",
        "What came back of an issue is what its returns say.",
        "SELECT 'material_issue_line', l.id, 'counted ' || l.quantity_returned || ', returns ' || "
        "coalesce(r.quantity, 0) FROM material_issue_line l LEFT JOIN (SELECT x.issue_id, x.issue_line, "
        "sum(x.quantity) quantity FROM material_issue_line x JOIN material_issue d ON d.id = x.material_issue_id "
        "AND d.state = 'posted' WHERE x.group_id = %(group)s GROUP BY 1, 2) r ON r.issue_id = l.material_issue_id "
        "AND r.issue_line = l.line WHERE l.group_id = %(group)s AND l.quantity_returned <> coalesce(r.quantity, 0)",
    ),
    Invariant(
        "I-10",
        "What is reported of an operation is what its reports say.",
        "SELECT 'production_operation', p.id, 'counted ' || p.quantity_good || ', ' || p.quantity_scrapped || ', ' || "
        "p.hours_reported || ' h' FROM production_operation p LEFT JOIN (SELECT order_id, operation, "
        "sum(quantity_good) good, sum(quantity_scrapped) scrapped, sum(hours) hours FROM operation_report "
        "WHERE group_id = %(group)s AND state = 'posted' GROUP BY 1, 2) r ON r.order_id = p.order_id "
        "AND r.operation = p.sequence WHERE p.group_id = %(group)s AND (p.quantity_good, p.quantity_scrapped, "
        "p.hours_reported) <> (coalesce(r.good, 0), coalesce(r.scrapped, 0), coalesce(r.hours, 0))",
    ),
    Invariant(
        "I-10",
        "What is planned of a released order is what is still to be issued and completed; of others nothing is.",
        "SELECT 'production_order', o.id, o.number || ' line ' || p.line || ': planned ' || p.planned || ', open ' || "
        "p.expected FROM production_order o JOIN (SELECT o.id, 0 AS line, coalesce(m.quantity, 0) AS planned, "
        "greatest(o.quantity_stock - o.quantity_completed - o.quantity_scrapped, 0) AS expected "
        "FROM production_order o LEFT JOIN planned_move m ON m.group_id = o.group_id AND m.document_id = o.id "
        "AND m.document_line = 0 WHERE o.group_id = %(group)s UNION ALL SELECT c.order_id, c.line, "
        "coalesce(m.quantity, 0), -greatest(c.quantity_required - c.quantity_issued, 0) FROM production_component c "
        "LEFT JOIN planned_move m ON m.group_id = c.group_id AND m.document_id = c.order_id "
        "AND m.document_line = c.line WHERE c.group_id = %(group)s) p ON p.id = o.id WHERE o.group_id = %(group)s "
        "AND p.planned <> CASE o.state WHEN 'released' THEN p.expected ELSE 0 END",
    ),
    Invariant(
        "I-10",
        "A completion put into the stock what it says, at the value it says.",
        "SELECT 'production_completion', c.id, c.number || ': ' || c.quantity || ' worth ' || c.amount || ', moved ' "
        "|| coalesce(m.quantity, 0) || ' worth ' || coalesce(m.value, 0) FROM production_completion c LEFT JOIN "
        "(SELECT document_id, sum(quantity) quantity, sum(value) value FROM move WHERE group_id = %(group)s "
        "AND document_line = 0 AND reverses_id IS NULL GROUP BY 1) m ON m.document_id = c.id "
        "WHERE c.group_id = %(group)s AND c.state <> 'draft' AND (c.quantity, c.amount) <> "
        "(coalesce(m.quantity, 0), coalesce(m.value, 0))",
    ),
)
