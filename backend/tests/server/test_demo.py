"""The demo company lives by the rules like any other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from jingwei.engineering import exploding
from jingwei.masterdata.models import Item
from jingwei.platform.invariants import violations
from jingwei.platform.models import Company, Group
from jingwei.sales.models import Billing, SalesOrder
from jingwei.server import firstrun
from jingwei.server.wiring import invariants


def test_a_first_start_makes_a_company_whose_figures_hold(own_database):
    told: list[str] = []
    firstrun.ensure(told.append)
    group = Group.objects.get()
    assert list(violations(invariants(), group.pk)) == []
    assert list(Billing.objects.values_list("number", "state")) == [(f"SI-{_year()}-000001", "posted")]
    progress = SalesOrder.objects.order_by("id").values_list("progress_delivered", "progress_invoiced")
    assert [(f"{a:.2f}", f"{b:.2f}") for a, b in progress] == [("63.82", "63.82"), ("0.00", "0.00")]
    bike, company = Item.objects.get(code="FG-0001"), Company.objects.get()
    levels = [
        (node.level, node.need.component.code, str(node.need.quantity))
        for node in exploding.tree(group.pk, company.pk, (bike.pk, Decimal(10), date(int(_year()), 6, 1)))
    ]
    assert levels == [
        (1, "SF-0001", "10"),
        (2, "SF-0003", "10"),
        (3, "RM-0001", "43.299"),  # 42 / 0.97 = 43.2989…
        (3, "RM-0002", "40"),
        (2, "RM-0003", "2.000"),  # 10 × 0.18 / 0.9
        (1, "SF-0002", "10"),
        (2, "RM-0004", "20"),
        (1, "RM-0002", "120"),
        (1, "PK-0001", "10"),
    ]
    assert firstrun.ensure(told.append) == [], "what is there already is left alone"


def _year() -> str:
    return SalesOrder.objects.values_list("number", flat=True)[0].split("-")[1]
