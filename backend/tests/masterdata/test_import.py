"""Import and export of master data: what goes out comes back, and one bad row stops everything."""

from __future__ import annotations

from jingwei.masterdata.models import Item, ItemUnit

HEADER = "编码,中文名称,英文名称,规格型号,分类,库存单位,其他单位 · 单位,其他单位 · 库存单位数"
ENGLISH = "code,name_zh,name_en,specification,category,unit,units.unit,units.numerator"


def csv(*rows: str) -> bytes:
    return "\n".join([ENGLISH, *rows]).encode()


def test_a_file_is_tried_then_saved(world):
    steward = world.person("steward")
    data = csv("B-1,螺栓,Bolt,M5,RM,PCS,BOX,500", "B-1,,,,,,DOZ,12", "00123,螺母,,M5,RM,PCS,,")
    tried = steward.upload("masterdata/items/import", "items.csv", data)
    assert (tried.body["created"], tried.body["saved"], tried.body["errors"]) == (2, False, [])
    assert Item.objects.filter(group=world.group).count() == 0

    saved = steward.upload("masterdata/items/import", "items.csv", data, dry_run="0")
    assert (saved.body["created"], saved.body["saved"], saved.body["rows"]) == (2, True, 3)
    assert list(Item.objects.filter(group=world.group).order_by("code").values_list("code", flat=True)) == [
        "00123",
        "B-1",
    ]
    units = ItemUnit.objects.filter(group=world.group).order_by("line").values_list("unit__code", "numerator")
    assert list(units) == [("BOX", 500), ("DOZ", 12)]

    again = steward.upload("masterdata/items/import", "items.csv", data, dry_run="0", mode="upsert")
    assert [again.body[k] for k in ("created", "updated", "unchanged")] == [0, 0, 2]
    twice = steward.upload("masterdata/items/import", "items.csv", data, dry_run="0")
    assert twice.body["saved"] is False
    assert {e["code"] for e in twice.body["errors"]} == {"item.code.duplicate"}


def test_one_bad_row_of_many_saves_nothing_and_is_named_by_cell(world):
    steward = world.person("steward")
    rows = [f"X-{n},物料{n},,,RM,PCS,," for n in range(1, 200)]
    rows[49] = "X-50,物料50,,,RM,NOPE,,"
    reply = steward.upload("masterdata/items/import", "items.csv", csv(*rows), dry_run="0")
    assert reply.body["saved"] is False
    assert [(e["code"], e["row"], e["cell"], e["column"]) for e in reply.body["errors"]] == [
        ("reference.unknown", 51, "F51", "unit")
    ]
    assert Item.objects.filter(group=world.group).count() == 0


def test_what_is_exported_comes_back_unchanged_in_both_formats_and_languages(world):
    steward = world.person("steward")
    steward.made(
        "masterdata/items",
        {
            "code": "F-1",
            "name_zh": "=危险",
            "name_en": "@formula",
            "category": "RM",
            "unit": "KG",
            "tracking": "lot",
            "shelf_life_days": 30,
            "units": [{"unit": "BOX", "numerator": 25}, {"unit": "DOZ", "numerator": 7, "denominator": 2}],
        },
    )
    for language in ("en", "zh-Hans"):
        steward.language = language
        for format in ("csv", "xlsx"):
            out = steward.get(f"masterdata/items/export?format={format}")
            assert out.status == 200
            back = steward.upload("masterdata/items/import", f"x.{format}", out.body, dry_run="0", mode="upsert")
            assert back.body["errors"] == [], (language, format)
            assert [back.body[k] for k in ("created", "updated", "unchanged", "saved")] == [0, 0, 1, True]


def test_import_needs_its_permission(world):
    buyer = world.person("buyer")
    reply = buyer.upload("masterdata/items/import", "items.csv", csv("B-1,螺栓,,,RM,PCS,,"), dry_run="0")
    assert (reply.status, reply.codes) == (403, ["permission.denied"])
    assert Item.objects.filter(group=world.group).count() == 0


def test_a_list_as_exported_comes_back_whatever_the_system_fills_is_passed_over(world):
    steward = world.person("steward")
    steward.made("masterdata/items", {"code": "B-1", "name_en": "Bolt", "category": "RM", "unit": "PCS"})
    out = steward.get("masterdata/items/export?format=csv&fields=code,name_zh,name_en,category,unit,tracking,state")
    back = steward.upload("masterdata/items/import", "items.csv", out.body, dry_run="0", mode="upsert")
    assert (back.body["errors"], back.body["unchanged"], back.body["saved"]) == ([], 1, True)
