"""Faults planted with the owner's rights in what production leaves behind: a rule finds each of them."""

from __future__ import annotations

import pytest
from django.db import connection, connections, transaction

from jingwei.platform import invariants as platform_invariants
from jingwei.platform.invariants import violations
from jingwei.server.wiring import invariants
from tests.production.stories import (
    closed,
    coming_back,
    completion,
    issue,
    order,
    posted,
    released,
    reopened,
    report,
    stocked,
    supplied,
    taken_back,
    with_works,
)
from tests.purchasing import stories as buying
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants
from tests.support.world import new_world, with_basics

OPEN, SETTLED = "state = 'released'", "state = 'closed'"
#: Table, what is changed of its rows, and the rules that find it.
FAULTS = [
    ("production_order", f"wip_cleared = wip_cleared + 1 WHERE {SETTLED}", {"I-19"}),
    ("production_order", f"wip_cleared = 5 WHERE {OPEN}", {"I-19"}),
    ("production_order", f"state = 'closed' WHERE {OPEN}", {"I-10", "I-19"}),
    ("production_order", f"state = 'released' WHERE {SETTLED} AND quantity_completed < quantity_stock", {"I-10"}),
    ("production_order", f"quantity_completed = quantity_completed + 1 WHERE {OPEN}", {"I-10"}),
    ("production_order", "quantity_scrapped = quantity_scrapped + 1", {"I-10"}),
    ("production_order", "progress = progress + 1", {"I-10"}),
    ("production_order", "quantity_stock = quantity_stock + 1", {"I-10"}),
    ("production_component", "quantity_issued = quantity_issued + 1", {"I-10"}),
    ("production_component", "line = line + 10", {"I-10"}),
    ("production_component", "quantity_required = quantity_required + 100", {"I-10"}),
    ("production_operation", "quantity_good = 0", {"I-10"}),
    ("production_operation", "hours_reported = hours_reported + 1", {"I-10"}),
    ("operation_report", "amount_labour = amount_labour + 1 WHERE state = 'posted'", {"I-19"}),
    (  # what is in work in all stays as it is: its parts do not
        "operation_report",
        "amount_labour = amount_overhead + 1, amount_overhead = amount_labour - 1 WHERE state = 'posted'",
        {"I-19"},
    ),
    (
        "production_completion",
        "amount_labour = amount_labour - 1, amount_overhead = amount_overhead + 1 WHERE state = 'posted'",
        {"I-19"},
    ),
    (
        "journal_line l",
        "account_id = (SELECT id FROM account a WHERE a.company_id = l.company_id AND a.code = '40010101') "
        "WHERE account_id IN (SELECT id FROM account WHERE code = '40010102') AND debit > 0",
        {"I-19"},
    ),
    ("operation_report", "quantity_good = quantity_good + 1 WHERE state = 'posted'", {"I-10"}),
    ("operation_report", "state = 'reversed' WHERE state = 'posted'", {"I-10", "I-19"}),
    ("material_issue", "state = 'reversed' WHERE kind = 'issue'", {"I-10"}),
    ("material_issue", "kind = 'issue'", {"I-10"}),
    ("material_issue_line", "quantity = quantity + 1", {"I-10"}),
    ("material_issue_line", "quantity_returned = quantity_returned + 1 WHERE issue_id IS NULL", {"I-10"}),
    ("production_completion", "quantity = quantity + 1", {"I-10"}),
    ("production_completion", "amount = amount + 1", {"I-10"}),
    ("production_completion", "state = 'reversed' WHERE state = 'posted'", {"I-10"}),
    ("production_completion_component", "quantity = quantity + 1", {"I-10"}),
    ("planned_move p", "quantity = quantity + 1", {"I-10"}),
    ("planned_move p", "document_line = 9 WHERE document_line = 0", {"I-10"}),
    (
        "value_entry v",
        "subject_id = 0 WHERE subject_id IN (SELECT id FROM production_order) AND kind = 'move'",
        {"I-19"},
    ),
    (
        "value_entry v",
        "subject_id = (SELECT max(id) FROM production_order) WHERE subject_id = (SELECT min(id) FROM production_order)",
        {"I-19"},
    ),
    ("value_entry v", "amount = amount * 2 WHERE kind = 'shift'", {"I-19"}),
    (
        "value_entry v",
        "contra_id = account_id WHERE subject_id IN (SELECT id FROM production_order) AND kind = 'move'",
        {"I-19"},
    ),
    (
        "journal_line",
        "account_id = (SELECT min(id) FROM account a WHERE a.company_id = journal_line.company_id AND a.role = 'COGS') "
        "WHERE account_id IN (SELECT id FROM account WHERE role = 'WIP') AND credit > 0",
        {"I-19"},
    ),
    ("value_entry v", "amount = amount + 1 WHERE kind = 'in_work' AND amount > 0", {"I-17"}),
    ("value_entry v", "amount = amount * 2 WHERE kind = 'in_work'", {"I-19"}),
    ("value_entry v", "subject_id = 0 WHERE kind = 'in_work' AND amount < 0", {"I-19"}),
    ("value_entry v", "contra_id = account_id WHERE kind = 'in_work' AND amount > 0", {"I-17"}),
    ("value_entry v", "amount = amount + 1 WHERE kind = 'revaluation'", {"I-17", "I-19"}),
]


def _season():
    """An order closed after goods were sold, opened again and closed again; one in work with everything in parts; one
    whose components turned out dearer in the next month."""
    works = with_works(with_basics(new_world()))
    first = supplied(works, 10)
    posted(works, "operation-report", report(first, 10, 9, "8", quantity_scrapped="1"))
    posted(works, "completion", completion(first, 8, quantity_scrapped="1"))
    done(works, "other-out", body(at("2026-01-16"), ("BIKE", 3)))
    closed(works, first, reason="one lost")
    reopened(works, first, on="2026-01-28")
    closed(works, first, reason="one lost")
    stocked(works, ("FRAME", 20, "110"))
    (second,) = released(works, order(5))
    (given,) = posted(works, "issue", issue(second, (1, 4), (2, 8)))
    posted(works, "return", coming_back(given, (1, 1)))
    posted(works, "operation-report", report(second, 10, 2, 1))
    taken_back(works, "operation-report", posted(works, "operation-report", report(second, 10, 1, 1))[0])
    taken_back(works, "completion", posted(works, "completion", completion(second, 1))[0])
    posted(works, "completion", completion(second, 2))
    works.create("masterdata.item", {"code": "BELL", "name_en": "Bell", "category": "RM", "unit": "PCS"})
    (ordered,) = buying.confirmed(works, buying.order(("BELL", 4, "10")))
    (came,) = buying.received(works, buying.receipt((ordered, 1, 4)))
    (third,) = released(works, order(1, components=[{"item": "BELL", "quantity_required": "4"}]))
    posted(works, "issue", issue(third, (1, 4)))
    buying.invoiced(works, buying.bill((came, 1, 4, "12"), on="2026-02-02"))  # all in work when that is known
    check_invariants(works)
    return works


@pytest.fixture
def planted(own_database, monkeypatch):
    """Plant a fault, and say which rules find it; it is taken out again."""
    works = _season()
    connection.close()
    owner = connections["owner"]
    monkeypatch.setattr(platform_invariants, "connection", owner)

    def plant(table, change):
        with transaction.atomic(using="owner"), owner.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table.split()[0]} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE {table} SET {change}")
            assert cursor.rowcount, "nothing was planted"
            found = {v.key for v in violations(invariants(), works.group.pk)}
            transaction.set_rollback(True, using="owner")
        return found

    return plant


def test_every_planted_fault_is_found_by_its_rule(planted):
    missed = [(table, change, keys) for table, change, keys in FAULTS if not keys <= planted(table, change)]
    assert missed == []
