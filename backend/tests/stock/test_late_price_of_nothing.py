"""A late price of goods that have all gone, and then other goods that are entered before them: what the item is worth
stays the sum of its entries."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from jingwei.platform.documents.perform import perform
from jingwei.stock.models import ItemValue, ValueEntry
from jingwei.warehouse.adjustments import Reversal
from tests.purchasing.stories import (
    bill,
    confirmed,
    going,
    invoiced,
    order,
    receipt,
    received,
    returned,
    with_suppliers,
)
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants


@pytest.mark.parametrize("method", ["", "fifo", "month_weighted"])
def test_goods_entered_earlier_find_all_of_it_in_the_entries(world, method):
    firm = with_suppliers(world)
    if method:
        firm.create("stock.item-valuation", {"item": "NUT", "method": method})
    (first,) = done(firm, "opening", body(at("2026-01-01"), ("NUT", 70, "0.33")))
    perform("warehouse.opening", [first.pk], "reverse", Reversal(moved_at=at("2026-01-07", 16)), actor=firm.actor)
    (ordered,) = confirmed(firm, order(("NUT", 31, "0.07")))
    (came,) = received(firm, receipt((ordered, 1, 31), on="2026-01-08"))
    returned(firm, going((came, 1, 31), on="2026-01-09"))
    invoiced(firm, bill((came, 1, 31, "0.07", {"discount_rate": "39"}), on="2026-01-21"))
    check_invariants(firm)
    done(firm, "opening", body(at("2026-01-01"), ("NUT", 3, "0.33")))
    check_invariants(firm)
    held = ItemValue.objects.get(group=firm.group, item__code="NUT", lot_id=0)
    entries = ValueEntry.objects.filter(group=firm.group, item__code="NUT").aggregate(worth=Sum("amount"))
    assert (held.quantity, held.value) == (3, entries["worth"])
