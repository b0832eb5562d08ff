"""Faults planted with the owner's rights in what a purchase and its payment leave behind: a rule finds each of them."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, connections, transaction

from jingwei.finance.payments import Reversal
from jingwei.platform import invariants as platform_invariants
from jingwei.platform.documents.perform import perform
from jingwei.platform.invariants import violations
from jingwei.server.wiring import invariants
from tests.finance.stories import pay
from tests.purchasing.figures import TAX
from tests.purchasing.stories import (
    bill,
    confirmed,
    going,
    invoiced,
    order,
    receipt,
    received,
    returned,
    uninvoiced,
    with_suppliers,
)
from tests.sales import stories as sales
from tests.support.rules import check_invariants
from tests.support.world import new_world, with_basics

LATE, SHIFT, NORMAL = "kind = 'revaluation'", "kind = 'shift'", "kind = 'move'"
#: Table, what is changed of its rows, and the rules that find it.
FAULTS = [
    ("value_entry", f"amount = amount + 1 WHERE {LATE}", {"I-17", "I-18"}),
    (
        "value_entry v",
        "move_id = (SELECT max(id) FROM move m WHERE m.item_id = v.item_id AND m.direction = 1 AND m.id <> v.move_id) "
        f"WHERE {LATE}",
        {"I-17"},
    ),
    ("value_entry", f"document_id = (SELECT max(document_id) FROM move) WHERE {LATE}", {"I-17"}),
    ("value_entry", f"subject_id = 0 WHERE {LATE}", {"I-17"}),
    ("value_entry", f"contra_id = account_id WHERE {LATE}", {"I-17"}),
    ("value_entry", f"quantity = 1 WHERE {LATE}", {"I-17"}),
    ("value_entry", f"amount = amount * 2 WHERE {SHIFT}", {"I-33"}),
    ("value_entry", f"amount = amount + 1 WHERE {SHIFT} AND quantity = 0", {"I-17", "I-18", "I-33"}),
    ("value_entry", f"quantity = quantity * 2 WHERE {SHIFT}", {"I-33"}),
    ("value_entry", f"contra_id = account_id WHERE {SHIFT} AND quantity = 0", {"I-33"}),
    ("value_entry", f"contra_id = account_id WHERE {SHIFT} AND quantity <> 0", {"I-33"}),
    ("value_entry", f"move_id = (SELECT min(id) FROM move) WHERE {SHIFT}", {"I-33"}),
    ("value_entry", f"posted_on = posted_on + 1 WHERE {SHIFT}", {"I-33"}),
    ("value_entry", f"move_id = (SELECT min(id) FROM move) WHERE {NORMAL}", {"I-17"}),
    ("value_entry", f"quantity = quantity + 1 WHERE {NORMAL}", {"I-17"}),
    (
        "value_entry v",
        "period_id = (SELECT max(id) FROM period p WHERE p.company_id = v.company_id)",
        {"I-17"},
    ),
    ("registered_invoice", "amount_gross = amount_gross + 1", {"I-15"}),
    ("registered_invoice", "currency_id = 'USD'", {"I-15"}),
    ("registered_invoice r", "party_id = (SELECT max(id) FROM party WHERE group_id = r.group_id)", {"I-15"}),
    ("registered_invoice", "number_given = 'another'", {"I-15"}),
    ("registered_invoice", "due_on = due_on + 1", {"I-15"}),
    ("registered_invoice", "invoiced_on = invoiced_on + 1", {"I-15"}),
    ("registered_invoice", "is_reversed = NOT is_reversed", {"I-15"}),
    ("registered_invoice", "is_blocked = NOT is_blocked", {"I-15"}),
    ("registered_invoice", "blocked = '[]' WHERE is_blocked", {"I-15"}),
    ("allocation", "amount = amount + 1", {"I-11"}),
    ("allocation", "debit_functional = debit_functional + 1", {"I-15"}),
    ("allocation", "credit_functional = credit_functional - 1", {"I-15"}),
    ("allocation", "takes_back_id = NULL", {"I-11"}),
    ("allocation", "credit_item_id = debit_item_id, debit_item_id = credit_item_id", {"I-11"}),
    ("open_item", "open = open / 2", {"I-11", "I-15"}),
    ("open_item", "open_functional = open_functional / 2", {"I-15"}),
    ("open_item", "amount = amount * 2, amount_functional = amount_functional * 2", {"I-11", "I-15"}),
    ("open_item", "due_on = due_on + 1", {"I-15"}),
    ("open_item", "posted_on = posted_on + 1", {"I-15"}),
    ("open_item", "document_id = (SELECT max(document_id) FROM open_item)", {"I-15"}),
    ("supplier_invoice", "amount_gross = amount_gross + 1", {"I-10"}),
    ("supplier_invoice", "amount_net = amount_net + 1", {"I-10"}),
    ("supplier_invoice", "posted_on = posted_on + 1", {"I-15"}),
    ("supplier_invoice", "kind = CASE kind WHEN 'credit' THEN 'invoice' ELSE 'credit' END", {"I-10", "I-15"}),
    ("supplier_invoice_line", "amount_difference = amount_difference + 1", {"I-17"}),
    ("supplier_invoice_line", "amount_accrued = amount_accrued + 1", {"I-10"}),
    ("supplier_invoice_line", "amount_net = amount_net + 1", {"I-10"}),
    ("supplier_invoice_line", "receipt_line = receipt_line + 1", {"I-10"}),
    ("supplier_invoice_line", "quantity_ahead = quantity_ahead + 1 WHERE quantity_ahead > 0", {"I-10"}),
    ("supplier_invoice_line", "amount_ahead = amount_ahead + 1 WHERE quantity_ahead > 0", {"I-33"}),
    ("supplier_invoice_line", "quantity_arrived = quantity_arrived - 1 WHERE quantity_arrived > 0", {"I-10"}),
    ("supplier_invoice_line", "amount_arrived = amount_arrived - 1 WHERE quantity_arrived > 0", {"I-10", "I-33"}),
    ("supplier_invoice_line", "order_line = order_line + 1 WHERE quantity_ahead > 0", {"I-10"}),
    ("supplier_invoice", "is_blocked = FALSE WHERE variances LIKE '%not come%'", {"I-9", "I-15"}),
    ("registered_invoice", "awaited = '[]' WHERE awaited <> '[]'", {"I-15"}),
    ("registered_invoice", """awaited = '["goods"]' WHERE awaited = '[]'""", {"I-9"}),
    ("purchase_order_line", "quantity_ahead = quantity_ahead - 1 WHERE quantity_ahead > 0", {"I-10"}),
    ("invoice_match", "quantity = quantity + 1", {"I-10"}),
    ("invoice_match", "amount = amount + 1", {"I-10", "I-17"}),
    ("invoice_match", "amount_accrued = amount_accrued + 1", {"I-10", "I-17"}),
    ("invoice_match", "is_reversed = NOT is_reversed", {"I-10"}),
    ("goods_receipt", "amount = amount + 1", {"I-10"}),
    ("goods_receipt_line", "amount_ordered = amount_ordered + 1", {"I-10"}),
    ("goods_receipt_line", "quantity_stock = quantity_stock + 1", {"I-10"}),
    ("purchase_return_line", "quantity_stock = quantity_stock + 1", {"I-10"}),
    ("purchase_order", "amount_tax = amount_tax + 1", {"I-10"}),
    ("planned_move", "quantity = quantity + 1 WHERE quantity > 0", {"I-10"}),
    ("payment_line", "amount = amount - 1", {"I-11"}),
]


def _season():
    """A purchase with a late price, a credit note and a reversal, paid in part and back; one invoiced before it came;
    a sale half invoiced."""
    firm = with_suppliers(with_basics(new_world()))
    firm.create("masterdata.location", {"code": "CUST", "name_en": "Customers", "kind": "customer"})
    (bought,) = confirmed(firm, order(("BOLT", 20, "10", TAX), ("NUT", 6, "5", TAX)))
    (came,) = received(firm, receipt((bought, 1, 10), (bought, 2, 5)))
    (later,) = received(firm, receipt((bought, 1, 4), on="2026-01-09"))
    invoiced(firm, bill((came, 1, 10, "12", TAX), (came, 2, 3, "6", TAX)))
    (owed,) = invoiced(firm, bill((later, 1, 2, "10", TAX)))
    uninvoiced(firm, invoiced(firm, bill((later, 1, 1, "11", TAX)))[0])
    returned(firm, going((came, 1, 1), on="2026-01-16"))
    invoiced(firm, bill((came, 1, 1, "12", TAX), kind="credit", on="2026-01-17"))
    for amount in ("10.00", "5.00"):
        paid = pay(firm, "S1", amount, (owed.number, amount), posted_on="2026-01-20")
        perform("finance.payment", [paid.pk], "post", actor=firm.actor)
    perform("finance.payment", [paid.pk], "reverse", Reversal(posted_on=date(2026, 1, 21)), actor=firm.actor)
    (ordered,) = confirmed(firm, order(("NUT", 6, "5", TAX)))
    early = bill((None, 1, 5, "6", TAX))
    early["lines"] = [{"order": ordered.pk, "order_line": 1, "quantity": "5", "price": "6"}]
    invoiced(firm, early)
    received(firm, receipt((ordered, 1, 2), on="2026-01-16"))
    (sold,) = sales.confirmed(firm, sales.order(("BOLT", 6, "30", TAX)))
    (went, _other) = (sales.delivered(firm, sales.delivery((sold, 1, 3), on="2026-01-18"))[0] for _ in range(2))
    sales.invoiced(firm, sales.invoice((went, 1, 2), on="2026-01-19"))
    check_invariants(firm)
    return firm


@pytest.fixture
def planted(own_database, monkeypatch):
    """Plant a fault, and say which rules find it; it is taken out again."""
    firm = _season()
    connection.close()
    owner = connections["owner"]
    monkeypatch.setattr(platform_invariants, "connection", owner)

    def plant(table, change):
        with transaction.atomic(using="owner"), owner.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table.split()[0]} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE {table} SET {change}")
            assert cursor.rowcount, "nothing was planted"
            found = {v.key for v in violations(invariants(), firm.group.pk)}
            transaction.set_rollback(True, using="owner")
        return found

    return plant


def test_every_planted_fault_is_found_by_its_rule(planted):
    missed = [(table, change, keys) for table, change, keys in FAULTS if not keys <= planted(table, change)]
    assert missed == []
