"""Duties kept apart: the preset roles do not mix them, and who collects roles that do is named."""

from __future__ import annotations

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.identity.actor import resolve
from jingwei.server.duties import CONFLICTS, clashes, held
from jingwei.server.roles import PRESETS


def test_no_preset_role_but_the_owners_mixes_duties():
    mixed = {p.key for p in PRESETS if clashes(resolve(list(p.permissions), catalogue.permissions))}
    assert mixed == {"owner"}


def test_every_conflict_is_about_permissions_that_exist():
    named = {code for c in CONFLICTS for code in (*c.one, *c.other)}
    assert named - catalogue.permissions == set()


def test_a_person_with_two_roles_that_clash_is_named(world):
    world.person("accountant")
    both = world.person("buyer", "keeper")
    found = [(h.login, h.conflict.key, h.roles) for h in held(world.group.pk)]
    assert found == [(both.user.login, "order-receipt", ("buyer", "keeper"))]


def test_roles_in_different_companies_do_not_clash_but_one_for_all_does(world):
    second = world.create("platform.company", {"code": "T2", "name_en": "Second"})[0]
    from jingwei.platform.organising import assign

    apart = world.person("buyer", company=world.company_id)
    assign(world.group, apart.user, "keeper", second.pk)
    assert list(held(world.group.pk)) == []
    assign(world.group, apart.user, "keeper")
    assert {(h.company_id, h.conflict.key) for h in held(world.group.pk)} == {(world.company_id, "order-receipt")}
