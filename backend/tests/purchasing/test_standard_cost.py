"""Buying what is valued at standard cost: order and invoice differ from it, and every difference is a variance."""

from __future__ import annotations

from decimal import Decimal

from jingwei.stock.models import ItemValue
from tests.purchasing.stories import bill, confirmed, invoiced, order, receipt, received, with_suppliers
from tests.stock.test_methods import account, standard, valued
from tests.support.rules import check_invariants


def test_order_and_invoice_differ_from_the_standard_cost(world):
    with_suppliers(world)
    valued(world, "standard")
    (bought,) = confirmed(world, order(("BOLT", 100, "11.00")))
    (arrived,) = received(world, receipt((bought, 1, 100)))
    assert (arrived.amount, account(world, "140301"), account(world, "140401")) == (1100, 1000, 100)
    assert account(world, "220202") == -1100
    invoiced(world, bill((arrived, 1, 100, "11.50")))
    row = ItemValue.objects.get(group=world.group, item__code="BOLT", lot_id=0)
    assert (row.quantity, row.value) == (100, 1000)
    codes = ("140301", "140401", "220202", "540201")
    assert [account(world, code) for code in codes] == [Decimal(1000), Decimal(150), 0, 0]
    standard(world, "2026-01-20", ("BOLT", "12.00"))
    assert [account(world, code) for code in codes] == [Decimal(1200), Decimal(-50), 0, 0]
    check_invariants(world)
