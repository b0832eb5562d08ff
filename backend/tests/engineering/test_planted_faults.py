"""Faults planted with the owner's rights in bills and routings: a rule finds each of them."""

from __future__ import annotations

from django.db import connection, connections, transaction

from jingwei.platform import invariants as platform_invariants
from jingwei.platform.documents.perform import perform
from jingwei.platform.invariants import violations
from jingwei.server.wiring import invariants
from tests.engineering.stories import a_bicycle, routing, with_workshop
from tests.support.rules import check_invariants
from tests.support.world import new_world, with_basics

#: What is done, and what the rule says of the first row it finds.
FAULTS = [
    (
        "UPDATE bill_line SET component_id = (SELECT id FROM item WHERE code = 'BIKE') "
        "WHERE component_id = (SELECT id FROM item WHERE code = 'RIM')",
        "contains itself",
    ),
    (
        "UPDATE bill_line SET component_id = (SELECT id FROM item WHERE code = 'FRAME') "
        "WHERE component_id = (SELECT id FROM item WHERE code = 'TUBE')",
        "item FRAME contains itself",
    ),
    ("DELETE FROM bill_line WHERE component_id = (SELECT id FROM item WHERE code = 'TUBE')", "of 0 components"),
    ("UPDATE routing_operation SET work_centre_id = NULL", "operation 10 of RT-000001"),
    (
        "UPDATE work_centre SET company_id = (SELECT max(id) FROM company) WHERE code = 'WELD'",
        "operation 10 of RT-000001",
    ),
]


def test_every_planted_fault_is_found_by_its_rule(own_database, monkeypatch):
    shop = with_workshop(with_basics(new_world()))
    a_bicycle(shop)
    (made,) = shop.create("engineering.routing", routing("FRAME", (10, "WELD")))
    perform("engineering.routing", [made.pk], "activate", actor=shop.actor)
    shop.create("platform.company", {"code": "T2", "name_en": "Second"})
    check_invariants(shop)
    connection.close()
    owner = connections["owner"]
    monkeypatch.setattr(platform_invariants, "connection", owner)
    for change, said in FAULTS:
        with transaction.atomic(using="owner"), owner.cursor() as cursor:
            for table in ("bill_line", "routing_operation", "work_centre"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(change)
            assert cursor.rowcount, change
            found = [v.detail for v in violations(invariants(), shop.group.pk) if v.key == "I-24"]
            transaction.set_rollback(True, using="owner")
        assert any(said in detail for detail in found), (change, found)
