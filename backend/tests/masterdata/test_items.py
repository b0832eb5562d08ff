"""Items through HTTP, as a data steward keeps them."""

from __future__ import annotations

from jingwei.platform.models import AuditEvent, OutboxEvent, RegistryRow


def bolt(**more):
    return {"code": "B-1", "name_zh": "螺栓", "name_en": "Bolt", "category": "RM", "unit": "PCS", **more}


def test_a_steward_creates_changes_and_deactivates_an_item(world):
    steward = world.person("steward")
    made = steward.made("masterdata/items", bolt(units=[{"unit": "BOX", "numerator": 500}]))
    assert made["unit"]["number"] == "PCS"
    assert made["units"][0]["unit"]["title"] == "Box"
    assert (made["state"], made["version"], made["name"]) == ("active", 1, "Bolt")

    changed = steward.patch(f"masterdata/items/{made['id']}", {"specification": "M5×16"}, version=1)
    assert (changed.status, changed.body["version"], changed.body["specification"]) == (200, 2, "M5×16")
    assert changed.body["units"] == made["units"]

    done = steward.post(f"masterdata/items/{made['id']}/deactivate", version=2)
    assert (done.status, done.body["state"], done.body["version"]) == (200, "inactive", 3)

    events = AuditEvent.objects.filter(document_id=made["id"]).order_by("version")
    assert [(e.version, e.action, e.from_state, e.to_state) for e in events] == [
        (1, "create", "", "active"),
        (2, "edit", "active", "active"),
        (3, "deactivate", "active", "inactive"),
    ]
    assert events[1].changes == {"specification": ["", "M5×16"]}
    told = OutboxEvent.objects.filter(document_id=made["id"]).order_by("id").values_list("type", flat=True)
    assert list(told) == ["masterdata.item.created", "masterdata.item.changed", "masterdata.item.deactivated"]
    assert RegistryRow.objects.get(id=made["id"]).state == "inactive"


def test_lists_find_by_number_name_and_pinyin_initials(world):
    steward = world.person("steward")
    made = steward.made("masterdata/items", bolt())
    steward.made("masterdata/items", bolt(code="N-1", name_zh="螺母", name_en="Nut"))
    for words in ("b-1", "螺栓", "ls", "bolt", "BOLT b"):
        rows = steward.get(f"masterdata/items?search={words}").body["rows"]
        assert [r["id"] for r in rows] == [made["id"]], words


def test_customers_and_suppliers_share_the_numbers_of_parties(world):
    steward = world.person("steward")
    codes = [
        steward.made(f"masterdata/{path}", {"name_en": "Somebody", **more})["code"]
        for path, more in (("customers", {}), ("suppliers", {}), ("parties", {"is_customer": True}))
    ]
    assert codes == ["P000001", "P000002", "P000003"]
