"""What is not a proper request is refused with 4xx at once, in both languages, and never with 5xx."""

from __future__ import annotations

import time

import pytest

from jingwei.masterdata.models import Item

GOOD = {"code": "B-1", "name_en": "Bolt", "category": "RM", "unit": "PCS"}


@pytest.fixture
def owner(world):
    return world.person("owner")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"code": "a"} x',
        b'{"code": "a", "code": "b"}',
        b'{"code": NaN}',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000,
        b"\xff\xfe",
        b'{"code": "' + b"\\",
        b'{"code": "a\\ud800b"}',
    ],
)
def test_what_is_not_json_gets_400_quickly(owner, body):
    took = []
    for key in ("k", "l", "m"):  # the quickest of three: a busy machine may hold up one of them
        begun = time.perf_counter()
        reply = owner._send("POST", "masterdata/items", body, idempotency_key=key)
        took.append(time.perf_counter() - begun)
        assert (reply.status, reply.body["code"]) == (400, "json.invalid")
    assert min(took) < 0.1


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"shelf_life_days": True}, 422, "number.invalid", "shelf_life_days"),
        ({"shelf_life_days": "1,5"}, 422, "number.invalid", "shelf_life_days"),
        ({"shelf_life_days": "१२"}, 422, "number.invalid", "shelf_life_days"),
        ({"shelf_life_days": "NaN"}, 422, "number.invalid", "shelf_life_days"),
        ({"shelf_life_days": 0}, 422, "number.range", "shelf_life_days"),
        ({"shelf_life_days": "2.5"}, 422, "number.invalid", "shelf_life_days"),
        ({"unit": 2**63}, 422, "reference.invalid", "unit"),
        ({"unit": 12345}, 422, "reference.unknown", "unit"),
        ({"unit": "nope"}, 422, "reference.unknown", "unit"),
        ({"is_sold": "perhaps"}, 422, "bool.invalid", "is_sold"),
        ({"tracking": "nope"}, 400, "choice.unknown", "tracking"),
        ({"name_en": "x" * 5000}, 422, "text.length", "name_en"),
        ({"name_en": "a\u202eb"}, 422, "text.control", "name_en"),
        ({"name_en": "a\u0000b"}, 422, "text.control", "name_en"),
        ({"name_en": "   "}, 422, "name.missing", "name_zh"),
        ({"name_en": 5}, 422, "text.invalid", "name_en"),
        ({"gtin": "4006381333930"}, 422, "gtin.check", "gtin"),
        ({"units": [{"unit": "BOX", "numerator": 0}]}, 422, "number.range", "units.0.numerator"),
        (
            {"units": [{"unit": "BOX", "numerator": 5}, {"unit": "BOX", "numerator": 6}]},
            422,
            "item.unit.duplicate",
            "units.1.unit",
        ),
        ({"units": [{"unit": "DOZ", "numerator": 10}]}, 422, "unit.no_conversion", "units.0.numerator"),
        ({"units": {"unit": "BOX"}}, 400, "body.invalid", "units"),
        ({"nope": 1}, 400, "field.unknown", "nope"),
    ],
)
def test_bad_values_are_named_by_field_and_nothing_is_saved(owner, world, change, status, code, field):
    for language in ("en", "zh-Hans"):
        owner.language = language
        reply = owner.post("masterdata/items", {**GOOD, **change})
        found = reply.body["errors"][0]
        assert (reply.status, found["code"], found["field"]) == (status, code, field)
        assert found["message"]
    assert Item.objects.filter(group=world.group).count() == 0


def test_what_looks_dangerous_but_is_text_stays_text(owner):
    for name in ("null", "N/A", "<b>bold</b>", "O'Neil; DROP TABLE item", "😀 emoji", "é"):
        made = owner.made("masterdata/items", {**GOOD, "code": f"T{hash(name)}"[:30], "name_en": name})
        assert made["name_en"] == name
    combining = owner.made("masterdata/items", {**GOOD, "name_en": "cafe\u0301 "})
    assert combining["name_en"] == "café"


def test_an_address_with_a_nul_is_refused_in_the_readers_language(owner):
    for language, words in (("en", "invisible control character"), ("zh-Hans", "看不见的控制字符")):
        owner.language = language
        for path in ("masterdata/items?search=a%00b", "masterdata/items?filter[name_en][eq]=%00", "reports/a%00"):
            reply = owner.get(path)
            assert (reply.status, reply.codes) == (400, ["text.control"])
            assert words in reply.body["errors"][0]["message"]


def test_codes_keep_their_zeros_and_are_unique_when_folded(owner):
    made = owner.made("masterdata/items", {**GOOD, "code": "00123"})
    assert made["code"] == "00123"
    owner.made("masterdata/items", {**GOOD, "code": "abc-1"})
    twin = owner.post("masterdata/items", {**GOOD, "code": "ＡＢＣ-1"})
    assert (twin.status, twin.codes) == (409, ["item.code.duplicate"])
    assert [d["number"] for d in twin.body["errors"][0]["documents"]] == ["abc-1"]


def test_what_is_used_is_not_deleted_and_what_is_blocked_not_used(owner):
    unit = owner.get("masterdata/units?filter[code][eq]=KG").body["rows"][0]
    item = owner.made("masterdata/items", {**GOOD, "unit": "KG"})
    reply = owner.delete(f"masterdata/units/{unit['id']}", version=unit["version"])
    assert (reply.status, reply.codes) == (409, ["record.in_use"])
    assert [d["number"] for d in reply.body["errors"][0]["documents"]] == ["B-1"]
    owner.post(f"masterdata/units/{unit['id']}/deactivate", version=unit["version"])
    blocked = owner.post("masterdata/items", {**GOOD, "code": "B-2", "unit": "KG"})
    assert (blocked.status, blocked.codes) == (409, ["unit.blocked"])
    kept = owner.patch(f"masterdata/items/{item['id']}", {"note": "still editable", "unit": "KG"}, version=1)
    assert kept.status == 200, "history stays readable and what stood before may stay"
    assert owner.delete(f"masterdata/items/{item['id']}", version=2).status == 204
    assert owner.get(f"masterdata/items/{item['id']}").status == 404


def test_what_is_not_there_is_told_in_the_readers_language(owner):
    assert owner.get("meta/reports/no.report").body["detail"] == "Report no.report was not found."
    owner.language = "zh-hans"
    assert owner.get("meta/reports/no.report").body["detail"] == "找不到报表 no.report。"
    assert owner.get("meta/documents/no.kind").body["detail"] == "找不到单据 no.kind。"


def test_a_category_cannot_stand_below_itself(owner):
    a = owner.made("masterdata/item-categories", {"code": "A", "name_en": "A"})
    b = owner.made("masterdata/item-categories", {"code": "B", "name_en": "B", "parent": "A"})
    c = owner.made("masterdata/item-categories", {"code": "C", "name_en": "C", "parent": "B"})
    reply = owner.patch(f"masterdata/item-categories/{a['id']}", {"parent": c["id"]}, version=1)
    assert (reply.status, reply.codes) == (409, ["category.cycle"])
    assert "A → C → B → A" in reply.body["detail"]
    assert b["parent"]["number"] == "A"


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("91310115MA1TEQ7X7A", True),
        ("91440300087654321K", True),
        ("92330106MA2ABCDEX4", True),
        ("91310115MA1TEQ7X7B", False),
        ("91404300087654321K", False),
        ("92330106MAOABCDEX4", False),
    ],
)
def test_credit_codes_are_checked_by_gb_32100(owner, number, valid):
    reply = owner.post("masterdata/parties", {"name_zh": "甲", "is_customer": True, "tax_number": number})
    assert (reply.status, reply.body.get("code")) == ((201, "P000001") if valid else (422, "tax_number.check"))


def test_what_is_no_email_address_is_refused(owner):
    party = {"name_zh": "甲", "is_customer": True}
    for address in ("nobody", "a@b", "a b@example.com", "a@@example.com"):
        reply = owner.post("masterdata/parties", {**party, "email": address})
        assert (reply.status, reply.codes, reply.body["errors"][0]["field"]) == (422, ["email.invalid"], "email")
    contact = owner.post("masterdata/parties", {**party, "contacts": [{"name": "乙", "email": "nobody"}]})
    assert (contact.codes, contact.body["errors"][0]["field"]) == (["email.invalid"], "contacts.0.email")
    assert owner.get("masterdata/parties").body["rows"] == []
    for address in ("name@example.com", "josé@example.com", "张三@example.com"):
        assert owner.made("masterdata/parties", {**party, "email": address})["email"] == address


def test_routes_that_do_not_exist_answer_in_the_same_form(owner):
    for reply in (owner.get("nope"), owner.post("masterdata/items/1/explode"), owner.get("masterdata/items/abc")):
        assert reply.status in (404, 405)
        assert reply.headers["Content-Type"] == "application/problem+json"
