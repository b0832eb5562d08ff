"""The demo company's life: the same from the same seed, whole also when it was interrupted, with what goes wrong in it,
and by the rules like any other company."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Count, Sum

from jingwei.books.models import JournalLine, Period
from jingwei.platform.invariants import violations
from jingwei.platform.organising import create_group
from jingwei.production.models import Completion, ProductionOrder
from jingwei.purchasing.models import GoodsReceipt, GoodsReceiptLine, PurchaseReturn, SupplierInvoice
from jingwei.sales.models import Billing, DeliveryLine, SalesReturn
from jingwei.server.roles import PRESETS
from jingwei.server.simulating import days, goods, masters, money
from jingwei.server.simulating.chance import Chance
from jingwei.server.simulating.state import State
from jingwei.server.wiring import invariants
from jingwei.stock.models import Balance

JUNE = date(2026, 6, 1)


def live(until: date, *, seed: int = 1, months: int = 1, group_id: int | None = None) -> days.Life:
    group = group_id or create_group("Demo", PRESETS).pk
    return days.live(months, seed, until, group_id=group, say=lambda _text: None)


def figures(life: days.Life) -> tuple[dict, dict]:
    """What the books and the shelves say."""
    own = {"group_id": life.firm.company.group_id}
    lines = JournalLine.objects.filter(**own).values_list("account__code")
    stock = Balance.objects.filter(**own).values_list("item__code").annotate(Sum("on_hand"))
    return {code: (d, c) for code, d, c in lines.annotate(Sum("debit"), Sum("credit"))}, dict(stock)


def test_a_draw_depends_on_the_seed_and_on_what_it_is_about():
    chance = Chance(7)
    first = [chance.about("orders", JUNE).random() for _ in range(2)]
    assert first[0] == first[1], "asked again it says the same"
    assert chance.about("orders", date(2026, 6, 2)).random() != first[0]
    assert Chance(8).about("orders", JUNE).random() != first[0]
    assert Chance(1).about("orders", JUNE).randint(0, 10**6) == 750375, "the same on every machine"


def test_the_company_is_of_the_promised_size():
    assert len(goods.BOUGHT) + len(goods.MADE) == 64
    assert len(masters.suppliers()) == 20
    assert len(masters.customers()) == 40
    assert len(masters.employees("2026-06-01")) == 15
    bodies = masters.items()
    assert all(body["name_zh"] and body["name_en"] for body in bodies)
    depth = {item.code: 0 for item in goods.BOUGHT}
    for made in goods.MADE:
        depth[made.code] = 1 + max(depth[component] for component in made.bill)
    assert max(depth.values()) == 3, "tube, welded frame, painted frame, bicycle"


def test_what_is_used_a_day_follows_the_bills_down():
    use = goods.daily_use()
    assert use["FG-0001"] == 5
    assert use["SF-0032"] == 14, "one handlebar for each bicycle"
    assert use["PP-0009"] == 952, "36 spokes in each large wheel, 28 in each small one"
    assert use["RM-0001"] == Decimal("34.10")
    assert goods.rolled_cost()["FG-0004"] == Decimal("814.2760")


def test_months_begin_where_they_should():
    assert days.first_day(date(2026, 11, 21), 6) == date(2026, 6, 1)
    assert days.first_day(date(2026, 2, 28), 6) == date(2025, 9, 1)
    assert days.first_day(date(2026, 12, 31), 1) == date(2026, 12, 1)
    assert money.business_day(date(2026, 8, 3), 1)
    assert money.business_day(date(2026, 8, 31), -1)
    assert not money.business_day(date(2026, 8, 30), -1), "a Sunday"


@pytest.fixture(scope="module")
def summer() -> days.Life:
    """June, and July until June is closed."""
    return live(date(2026, 7, 17), months=2)


def test_the_same_seed_is_the_same_life_also_when_it_was_interrupted():
    whole = live(date(2026, 6, 12))
    parts = live(date(2026, 6, 5))
    again = live(date(2026, 6, 12), group_id=parts.firm.company.group_id)
    assert figures(again) == figures(whole)
    assert again.days == 5
    other = live(date(2026, 6, 12), seed=2)
    assert figures(other) != figures(whole)


def test_what_goes_wrong_in_a_company_goes_wrong_in_this_one(summer):
    own = {"group_id": summer.firm.company.group_id}
    arrived = {r.pk: r.moved_at.date() for r in GoodsReceipt.objects.filter(**own, state="posted")}
    rows = GoodsReceiptLine.objects.filter(receipt_id__in=arrived).values_list("receipt_id", "order__requested_on")
    late = {receipt for receipt, wanted in rows if arrived[receipt] > wanted}
    assert late, "suppliers are late"
    assert late != set(arrived), "not all of them"
    parts = Counter(GoodsReceiptLine.objects.filter(receipt_id__in=arrived).values_list("order_id", "order_line"))
    assert max(parts.values()) > 1, "and bring an order in parts"
    assert PurchaseReturn.objects.filter(**own, state="posted").exists()
    assert SupplierInvoice.objects.filter(**own).exclude(release_reason="").exists(), "a price rise, released"
    assert SalesReturn.objects.filter(**own, state="posted").exists()
    assert Billing.objects.filter(**own, kind="credit", state="posted").exists()
    gone = DeliveryLine.objects.filter(delivery__group_id=own["group_id"], delivery__state="posted")
    often = gone.values("order_id").annotate(times=Count("delivery_id", distinct=True)).filter(times__gt=1)
    assert often.exists(), "an order that goes out in parts"
    made = ProductionOrder.objects.filter(**own)
    assert made.filter(state="closed", quantity_scrapped=1).exists(), "a piece spoilt in work"
    ended = {c.order_id: c.moved_at.date() for c in Completion.objects.filter(**own, state="posted").order_by("id")}
    due = dict(made.values_list("id", "due_on"))
    assert any(ended[order] > due[order] for order in ended), "a machine that stopped"
    twice = Completion.objects.filter(**own).values("order_id").annotate(times=Count("id")).filter(times=2)
    assert twice.exists(), "an order in two parts"
    owed = State(summer.firm.company).due("customer")
    assert any((summer.last - due.due_on).days > 15 for due in owed), "a customer who lets us wait"


def test_the_month_before_is_closed_and_the_books_hold(summer):
    own = {"group_id": summer.firm.company.group_id}
    assert list(Period.objects.filter(**own, state="closed").values_list("code", flat=True)) == [
        *(f"2026-{n:02}" for n in range(1, 7))
    ]
    overhead = JournalLine.objects.filter(**own, account__code__startswith="4101", posted_on__month=6)
    assert overhead.filter(account__code="410199").aggregate(Sum("credit"))["credit__sum"] > 0, "what orders bore"
    left = overhead.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    assert left["debit"] == left["credit"], "at the end of a month nothing waits to be allocated"
    broken = violations(invariants(), own["group_id"])
    assert [f"{v.key} {v.table} {v.id}: {v.detail}" for v in broken] == []
