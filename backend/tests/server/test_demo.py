"""The demo company lives by the rules like any other."""

from __future__ import annotations

from jingwei.platform.invariants import violations
from jingwei.platform.models import Group
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
    assert firstrun.ensure(told.append) == [], "what is there already is left alone"


def _year() -> str:
    return SalesOrder.objects.values_list("number", flat=True)[0].split("-")[1]
