"""The demo company of a first start lives by the rules like any other."""

from __future__ import annotations

from jingwei.platform.invariants import violations
from jingwei.platform.models import Company, Group, User
from jingwei.server import firstrun
from jingwei.server.roles import PRESETS
from jingwei.server.wiring import invariants
from jingwei.stock.models import ItemValue


def test_a_first_start_makes_a_company_whose_figures_hold(own_database):
    told: list[str] = []
    passwords = firstrun.ensure(told.append, months=6)
    assert [login for login, _password, _role in passwords] == [preset.key for preset in PRESETS]
    people = set(User.objects.filter(is_active=True).values_list("login", flat=True))
    assert people >= {preset.key for preset in PRESETS}
    assert not any("demo" in login for login in people), "the demo's people are its users, and nobody else"
    assert Company.objects.get().code == "DEMO"
    assert ItemValue.objects.filter(quantity__gt=0).count() == 64
    assert violations(invariants(), Group.objects.get().pk) == []
    assert firstrun.ensure(told.append, months=6) == [], "what is there already is left alone"
