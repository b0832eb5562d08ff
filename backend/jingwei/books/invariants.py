"""The rules of the books, as queries that return what breaks them. Nothing here relies on the guards of the tables:
corruption made with the owner's rights is found too."""

from __future__ import annotations

from jingwei.platform.invariants import Invariant

_LINES = "journal_line l WHERE l.group_id = %(group)s"

RULES = (
    Invariant(
        "I-1",
        "Every entry balances, in functional currency and per currency.",
        "SELECT 'journal_entry', e.id, 'debit - credit = ' || sum(l.debit - l.credit) FROM journal_entry e "
        "JOIN journal_line l ON l.entry_id = e.id WHERE e.group_id = %(group)s GROUP BY e.id "
        "HAVING sum(l.debit - l.credit) <> 0 UNION ALL "
        "SELECT 'journal_entry', e.id, l.currency_id || ' ' || sum(l.amount_currency) FROM journal_entry e "
        "JOIN journal_line l ON l.entry_id = e.id WHERE e.group_id = %(group)s "
        "AND e.kind NOT IN ('exchange', 'revaluation') GROUP BY e.id, l.currency_id HAVING sum(l.amount_currency) <> 0",
    ),
    Invariant(
        "I-2",
        "An entry has at least two lines, each with one side.",
        "SELECT 'journal_entry', e.id, count(l.id) || ' lines' FROM journal_entry e "
        "LEFT JOIN journal_line l ON l.entry_id = e.id WHERE e.group_id = %(group)s GROUP BY e.id "
        "HAVING count(l.id) < 2 OR count(l.id) <> max(l.line) UNION ALL "
        f"SELECT 'journal_line', l.id, l.debit || ' / ' || l.credit FROM {_LINES} "
        "AND (l.debit = 0) = (l.credit = 0)",
    ),
    Invariant(
        "I-4",
        "A line's account is postable and of the company of its entry, and so is its period.",
        "SELECT 'journal_line', l.id, 'account ' || a.id || ' of company ' || a.company_id FROM journal_line l "
        "JOIN journal_entry e ON e.id = l.entry_id JOIN account a ON a.id = l.account_id "
        "WHERE l.group_id = %(group)s AND (a.company_id <> e.company_id OR l.company_id <> e.company_id "
        "OR NOT a.is_postable) UNION ALL "
        "SELECT 'journal_entry', e.id, 'period ' || p.code FROM journal_entry e JOIN period p ON p.id = e.period_id "
        "WHERE e.group_id = %(group)s AND (p.company_id <> e.company_id "
        "OR e.posted_on NOT BETWEEN p.starts_on AND p.ends_on)",
    ),
    Invariant(
        "I-11",
        "What is open of an item is its amount less what was settled.",
        "SELECT 'open_item', i.id, 'open ' || i.open || ', settled ' || coalesce(sum(a.amount), 0) FROM open_item i "
        "LEFT JOIN allocation a ON i.id IN (a.debit_item_id, a.credit_item_id) AND a.group_id = i.group_id "
        "WHERE i.group_id = %(group)s GROUP BY i.id "
        "HAVING abs(i.amount) - coalesce(sum(a.amount), 0) <> abs(i.open)",
    ),
    Invariant(
        "I-15",
        "Open items equal the accounts they are kept for, per party and currency.",
        "SELECT 'account', coalesce(b.account_id, i.account_id), "
        "'party ' || coalesce(b.party, i.party) || ': books ' || coalesce(b.total, 0) || ', items ' || "
        "coalesce(i.total, 0) "
        "FROM (SELECT l.account_id, coalesce(l.party_id, 0) party, l.currency_id currency, "
        "sum(l.amount_currency) total "
        "FROM journal_line l JOIN account a ON a.id = l.account_id AND a.role IN "
        "('AR', 'AP', 'ADVANCE', 'PREPAY', 'NOTES_R', 'NOTES_P') WHERE l.group_id = %(group)s GROUP BY 1, 2, 3) b "
        "FULL JOIN (SELECT account_id, party_id party, currency_id currency, sum(open) total FROM open_item "
        "WHERE group_id = %(group)s GROUP BY 1, 2, 3) i USING (account_id, party, currency) "
        "WHERE coalesce(b.total, 0) <> coalesce(i.total, 0)",
    ),
    Invariant(
        "I-15",
        "Open items are worth what the accounts they are kept for say, in functional currency, per party.",
        "SELECT 'account', coalesce(b.account_id, i.account_id), "
        "'party ' || coalesce(b.party, i.party) || ': books ' || coalesce(b.total, 0) || ', items worth ' || "
        "coalesce(i.total, 0) "
        "FROM (SELECT l.account_id, coalesce(l.party_id, 0) party, sum(l.debit - l.credit) total "
        "FROM journal_line l JOIN account a ON a.id = l.account_id AND a.role IN "
        "('AR', 'AP', 'ADVANCE', 'PREPAY', 'NOTES_R', 'NOTES_P') WHERE l.group_id = %(group)s GROUP BY 1, 2) b "
        "FULL JOIN (SELECT account_id, party_id party, sum(open_functional) total FROM open_item "
        "WHERE group_id = %(group)s GROUP BY 1, 2) i USING (account_id, party) "
        "WHERE coalesce(b.total, 0) <> coalesce(i.total, 0)",
    ),
    Invariant(
        "I-16",
        "What is settled in full is worth nothing any more.",
        "SELECT 'open_item', id, 'worth ' || open_functional FROM open_item WHERE group_id = %(group)s "
        "AND open = 0 AND open_functional <> 0",
    ),
    Invariant(
        "I-20",
        "A document has one entry per purpose, and every entry a document.",
        "SELECT 'journal_entry', max(id), document_id || ' ' || purpose FROM journal_entry "
        "WHERE group_id = %(group)s GROUP BY document_id, purpose HAVING count(*) > 1 UNION ALL "
        "SELECT 'journal_entry', e.id, 'no document ' || e.document_id FROM journal_entry e "
        "LEFT JOIN document d ON d.id = e.document_id AND d.group_id = e.group_id "
        "WHERE e.group_id = %(group)s AND d.id IS NULL",
    ),
    Invariant(
        "I-21",
        "Voucher numbers run 1 to n in each company, type and period; every entry has one.",
        "SELECT 'voucher_number', max(id), type || ' ' || min(number) || '..' || max(number) || ': ' || count(*) "
        "FROM voucher_number WHERE group_id = %(group)s GROUP BY company_id, period_id, type "
        "HAVING min(number) <> 1 OR max(number) <> count(*) UNION ALL "
        "SELECT 'journal_entry', e.id, 'without a number' FROM journal_entry e LEFT JOIN voucher_number n "
        "ON n.group_id = e.group_id AND n.entry_id = e.id WHERE e.group_id = %(group)s AND n.id IS NULL",
    ),
    Invariant(
        "I-22",
        "No entry came into a closed area of a period: there are as many as when it was closed.",
        "SELECT 'period', p.id, p.code || ' ' || k.area || ': ' || k.entry_count || ' when closed, now ' || "
        "count(e.id) FROM period_lock k JOIN period p ON p.id = k.period_id LEFT JOIN journal_entry e "
        "ON e.group_id = k.group_id AND e.period_id = k.period_id AND e.area = k.area "
        "WHERE k.group_id = %(group)s AND k.is_closed GROUP BY p.id, k.id HAVING count(e.id) <> k.entry_count",
    ),
    Invariant(
        "I-23",
        "The periods of a company do not overlap.",
        "SELECT 'period', a.id, a.code || ' and ' || b.code FROM period a JOIN period b ON b.company_id = a.company_id "
        "AND b.id > a.id AND b.starts_on <= a.ends_on AND b.ends_on >= a.starts_on WHERE a.group_id = %(group)s",
    ),
    Invariant(
        "I-25",
        "Balances are the sum of the lines.",
        "SELECT 'account', coalesce(b.account_id, l.account_id), "
        "'balance ' || coalesce(b.total, '0') || ', lines ' || coalesce(l.total, '0') FROM "
        "(SELECT account_id, period_id, currency_id, party_id, sum(debit) || ' / ' || sum(credit) total FROM "
        "(SELECT account_id, period_id, currency_id, party_id, debit, credit FROM account_balance "
        "WHERE group_id = %(group)s UNION ALL SELECT account_id, period_id, currency_id, party_id, debit, credit "
        "FROM balance_delta WHERE group_id = %(group)s) kept GROUP BY 1, 2, 3, 4) b FULL JOIN "
        "(SELECT j.account_id, e.period_id, j.currency_id, coalesce(j.party_id, 0) party_id, "
        "sum(j.debit) || ' / ' || sum(j.credit) total FROM journal_line j JOIN journal_entry e ON e.id = j.entry_id "
        "WHERE j.group_id = %(group)s GROUP BY 1, 2, 3, 4) l USING (account_id, period_id, currency_id, party_id) "
        "WHERE b.total IS DISTINCT FROM l.total",
    ),
    Invariant(
        "I-32",
        "A reversal is equal and opposite to what it reverses, account by account.",
        "SELECT 'journal_entry', r.id, 'reverses ' || r.reverses_id FROM journal_entry r "
        "JOIN journal_line l ON l.entry_id IN (r.id, r.reverses_id) WHERE r.group_id = %(group)s "
        "AND r.reverses_id IS NOT NULL GROUP BY r.id, r.reverses_id, l.account_id, l.currency_id "
        "HAVING sum(l.debit) <> 0 OR sum(l.credit) <> 0",
    ),
    Invariant(
        "I-11",
        "A debit is settled against a credit of the same party and currency; what takes it back is its opposite.",
        "SELECT 'allocation', a.id, d.amount || ' against ' || c.amount || ': ' || a.amount FROM allocation a "
        "JOIN open_item d ON d.id = a.debit_item_id JOIN open_item c ON c.id = a.credit_item_id "
        "LEFT JOIN allocation b ON b.id = a.takes_back_id WHERE a.group_id = %(group)s AND (d.amount < 0 "
        "OR c.amount > 0 "
        "OR (d.party_id, d.company_id, d.currency_id) <> (c.party_id, c.company_id, c.currency_id) "
        "OR a.company_id <> d.company_id OR (a.takes_back_id IS NULL) <> (a.amount > 0) "
        "OR (a.debit_item_id, a.credit_item_id, -a.amount, -a.debit_functional, -a.credit_functional) "
        "<> (b.debit_item_id, b.credit_item_id, b.amount, b.debit_functional, b.credit_functional))",
    ),
    Invariant(
        "I-15",
        "What an item is still worth is its functional amount less what was settled of it.",
        "SELECT 'open_item', i.id, 'worth ' || i.open_functional || ', settled ' || coalesce(sum(CASE i.id WHEN "
        "a.debit_item_id THEN a.debit_functional ELSE a.credit_functional END), 0) FROM open_item i "
        "LEFT JOIN allocation a ON i.id IN (a.debit_item_id, a.credit_item_id) AND a.group_id = i.group_id "
        "WHERE i.group_id = %(group)s GROUP BY i.id "
        "HAVING abs(i.amount_functional) - coalesce(sum(CASE i.id WHEN a.debit_item_id "
        "THEN a.debit_functional ELSE a.credit_functional END), 0) <> abs(i.open_functional)",
    ),
    Invariant(
        "I-15",
        "An open item says what the line of the journal it is of says.",
        "SELECT 'open_item', i.id, 'line ' || i.entry_line || ' of entry ' || i.entry_id FROM open_item i "
        "LEFT JOIN journal_line l ON l.group_id = i.group_id AND l.entry_id = i.entry_id AND l.line = i.entry_line "
        "LEFT JOIN journal_entry e ON e.group_id = i.group_id AND e.id = i.entry_id WHERE i.group_id = %(group)s "
        "AND (i.company_id, i.account_id, i.party_id, i.document_id, i.posted_on, i.due_on, i.currency_id, i.amount, "
        "i.amount_functional) IS DISTINCT FROM (l.company_id, l.account_id, l.party_id, e.document_id, l.posted_on, "
        "coalesce(l.due_on, l.posted_on), l.currency_id, l.amount_currency, l.debit - l.credit)",
    ),
)
