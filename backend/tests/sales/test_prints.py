"""Papers for customers, as their text reads in either language; what they keep when masters change; who gets them."""

from __future__ import annotations

import pytest

from jingwei.platform.documents.perform import perform
from jingwei.platform.models import AuditEvent, Printing, Role
from tests.sales.stories import (
    confirmed,
    credit,
    delivered,
    delivery,
    invoice,
    invoiced,
    order,
    taken_back,
    with_customers,
)
from tests.support.papers import foots, pages, paper, sizes
from tests.support.rules import check_invariants
from tests.support.world import new_world, with_basics

LETTERHEAD = {
    "address_zh": "上海市浦东新区张江路 88 号",
    "address_en": "88 Zhangjiang Road, Shanghai",
    "phone": "021-55550100",
    "bank_account": "中国银行张江支行 450012345678",
}
BUYER = {
    "code": "KA",
    "name_zh": "华光自行车厂",
    "name_en": "Huaguang Bicycles",
    "is_customer": True,
    "addresses": [
        {"use": "invoice", "region": "江苏省", "city": "苏州市", "street": "星湖街 218 号", "postcode": "215000"},
        {"use": "delivery", "city": "昆山市", "street": "前进路 1 号"},
    ],
    "contacts": [{"name": "陈敏", "phone": "0512-66660188"}],
}


@pytest.fixture
def firm(world):
    with_customers(world)
    world.create("masterdata.party", BUYER)
    world.create(
        "masterdata.item",
        {
            "code": "AXLE",
            "name_zh": "车轴",
            "name_en": "Axle",
            "specification": "M10×1",
            "category": "RM",
            "unit": "PCS",
        },
    )
    owner = world.person("owner")
    path = f"platform/companies/{world.company_id}"
    assert owner.patch(path, LETTERHEAD, version=owner.get(path).body["version"]).status == 200
    return world


@pytest.fixture
def owner(firm):
    return firm.person("owner")


def ordered(firm, **more):
    lines = (("BOLT", 60, "5", {"tax_rate": "13"}), ("CARR", 1, "30", {"tax_rate": "9"}))
    return confirmed(firm, order(*lines, customer="KA", customer_reference="PO-77", requested_on="2026-02-01", **more))[
        0
    ]


def changed(person, path, **fields):
    version = person.get(path).body["version"]
    reply = person.patch(path, fields, version=version)
    assert reply.status == 200, reply.body


def test_an_order_confirmation_in_both_languages(firm, owner):
    path = f"sales/orders/{ordered(firm).pk}/print/confirmation"
    assert paper(owner, path, "zh-hans") == [
        [
            "测试公司",
            "上海市浦东新区张江路 88 号",
            "联系电话：021-55550100",
            "开户行及账号：中国银行张江支行 450012345678",
            "销售订单确认书",
            "SO-2026-000001",
            "客户",
            "华光自行车厂",
            "江苏省苏州市星湖街 218 号 215000",
            "联系人：陈敏 0512-66660188",
            "订单日期 2026年01月05日",
            "要求到货日期 2026年02月01日",
            "客户单号 PO-77",
            "币种 CNY",
            "序号 物料编码 名称及规格 数量 单位 不含税单价 税率 % 不含税金额 税额 价税合计",
            "1 BOLT Bolt 60 个 5.00 13 300.00 39.00 339.00",
            "2 CARR Carriage 1 个 30.00 9 30.00 2.70 32.70",
            "合计 330.00 41.70 371.70",
            "价税合计 ¥371.70",
            "金额大写 人民币叁佰柒拾壹元柒角整",
            "供方（盖章） 需方（盖章）",
        ]
    ]
    (english,) = paper(owner, path, "en")
    assert english[:15] == [
        "Test Ltd",
        "88 Zhangjiang Road, Shanghai",
        "Phone: 021-55550100",
        "Bank and account: 中国银行张江支行 450012345678",
        "Order confirmation",
        "SO-2026-000001",
        "Customer",
        "Huaguang Bicycles",
        "星湖街 218 号, 苏州市 215000, 江苏省, China",
        "Contact: 陈敏 0512-66660188",
        "Order date 5 January 2026",
        "Requested date 1 February 2026",
        "Customer's order number PO-77",
        "Currency CNY",
        "Line Item code Name and specification Quantity Unit",
    ]
    assert english[-6:] == [
        "1 BOLT Bolt 60 Piece 5.00 13 300.00 39.00 339.00",
        "2 CARR Carriage 1 Piece 30.00 9 30.00 2.70 32.70",
        "Total 330.00 41.70 371.70",
        "Total with tax CNY 371.70",
        "Amount in words Three hundred seventy-one and 70/100 Chinese yuan",
        "Supplier (seal) Customer (seal)",
    ]


def test_a_delivery_note_says_no_prices_and_fits_its_form(firm, owner):
    order_ = ordered(firm)
    (sent,) = delivered(firm, delivery((order_, 1, 60), (order_, 2, 1), customer="KA", waybill="SF-1"))
    (note,) = paper(owner, f"sales/deliveries/{sent.pk}/print/note", "zh-hans")
    assert note[4:] == [
        "送货单",
        "SD-2026-000001",
        "收货单位",
        "华光自行车厂",
        "昆山市前进路 1 号",
        "联系人：陈敏 0512-66660188",
        "发货时间 2026-01-08 16:00",
        "运单号 SF-1",
        "序号 物料编码 名称及规格 数量 单位 批号或序列号 订单",
        "1 BOLT Bolt 60 个 SO-2026-000001",
        "2 CARR Carriage 1 个 SO-2026-000001",
        "合计 61",
        "制单 送货 收货签字及日期",
    ]
    form = owner.get(f"sales/deliveries/{sent.pk}/print/form?language=en")
    assert sizes(form.body) == {(241.0, 139.7)}
    assert "1 BOLT Bolt 60 Piece SO-2026-000001" in pages(form.body)[0]
    assert not any("5.00" in line or "300" in line for line in pages(form.body)[0])


def test_an_invoice_and_its_credit_note(firm, owner):
    order_ = confirmed(firm, order(("BOLT", 3, "10", {"tax_rate": "13", "discount_rate": "10"}), customer="KA"))[0]
    (sent,) = delivered(firm, delivery((order_, 1, 3), customer="KA"))
    (asked,) = invoiced(firm, invoice((sent, 1, 3), customer="KA"))
    (given,) = invoiced(firm, credit((sent, 1, 1), customer="KA"))
    (bill,) = paper(owner, f"sales/billings/{asked.pk}/print/invoice", "zh-hans")
    assert bill[4:6] == ["销售应收单", "SI-2026-000001"]
    assert bill[10:] == [
        "发票日期 2026年01月10日",
        "到期日 2026年02月09日",
        "发货单 SD-2026-000001",
        "币种 CNY",
        "序号 物料编码 名称及规格 数量 单位 不含税单价 税率 % 不含税金额 税额 价税合计",
        "1 BOLT Bolt 3 个 9.00 13 27.00 3.51 30.51",
        "合计 27.00 3.51 30.51",
        "价税合计 ¥30.51",
        "金额大写 人民币叁拾元伍角壹分",
        "本单据为双方往来结算凭据，不能代替税务发票。",
        "制单 客户确认（盖章）",
    ]
    (note,) = paper(owner, f"sales/billings/{given.pk}/print/invoice", "en")
    assert note[4] == "Credit note"
    assert "Amount in words Ten and 17/100 Chinese yuan" in note
    check_invariants(firm)


def test_sixty_lines_take_the_pages_they_need(firm, owner, statements):
    lines = [("AXLE", n, "3.5", {"tax_rate": "13", "discount_rate": "5"}) for n in range(1, 61)]
    (long,) = firm.create("sales.order", order(*lines, customer="KA"))
    (short,) = firm.create("sales.order", order(*lines[:1], customer="KA"))
    reply = owner.get(f"sales/orders/{long.pk}/print/confirmation?language=en")
    assert foots(reply.body) == ["Page 1 of 2", "Page 2 of 2"]
    first, second = pages(reply.body)
    assert second[:2] == ["Draft", "Test Ltd Order confirmation SO-2026-000001 Draft"]
    numbers = [line.split()[0] for line in first + second if " AXLE Axle M10×1 " in line]
    assert numbers == [str(n) for n in range(1, 61)]
    both = owner.get(f"sales/orders/print/confirmation?ids={short.pk},{long.pk}&language=en")
    assert foots(both.body) == ["Page 1 of 1", "Page 1 of 2", "Page 2 of 2"]
    with statements() as one:
        owner.get(f"sales/orders/{short.pk}/print/confirmation")
    with statements() as two:
        owner.get(f"sales/orders/print/confirmation?ids={long.pk},{short.pk}")
    assert len(one) == len(two) <= 25


def test_what_is_not_posted_or_taken_back_says_so(firm, owner):
    order_ = ordered(firm)
    (draft,) = firm.create("sales.delivery", delivery((order_, 1, 60), customer="KA"))
    path = f"sales/deliveries/{draft.pk}/print/note"

    def marks(text, language):
        return sum(line.count(text) for line in paper(owner, path, language)[0])

    assert (marks("草稿", "zh-hans"), marks("Draft", "en")) == (2, 2)
    perform("sales.delivery", [draft.pk], "post", actor=firm.actor)
    assert (marks("草稿", "zh-hans"), marks("Draft", "en")) == (0, 0)
    taken_back(firm, "delivery", draft)
    assert (marks("已冲销", "zh-hans"), marks("Reversed", "en")) == (2, 2)


def test_a_posted_paper_keeps_the_names_it_was_posted_with(firm, owner):
    """E52: whatever is renamed, moved or taken away afterwards, the print of what is posted stays as it was."""
    order_ = ordered(firm)
    lines = ((order_, 1, 10),)
    (before,) = delivered(firm, delivery(*lines, customer="KA"))
    path = f"sales/deliveries/{before.pk}/print/note"
    original = [paper(owner, path, language) for language in ("zh-hans", "en")]
    party = owner.get("masterdata/parties?search=KA").body["rows"][0]["id"]
    item = owner.get("masterdata/items?search=BOLT").body["rows"][0]["id"]
    kept = owner.get(f"masterdata/parties/{party}").body
    moved = [{"id": kept["addresses"][1]["id"], "street": "新厂路 9 号"}]
    changed(owner, f"masterdata/parties/{party}", name_zh="华光集团", name_en="Huaguang Group", addresses=moved)
    changed(owner, f"masterdata/parties/{party}", contacts=[{"name": "王芳", "phone": "1"}], name_zh="华光控股")
    changed(owner, f"masterdata/items/{item}", name_zh="螺栓", name_en="Hexagon bolt")
    changed(owner, f"platform/companies/{firm.company_id}", name_zh="新公司", phone="021-1")
    assert [paper(owner, path, language) for language in ("zh-hans", "en")] == original
    (after,) = delivered(firm, delivery(*lines, customer="KA"))
    (shown,) = paper(owner, f"sales/deliveries/{after.pk}/print/note", "zh-hans")
    assert shown[0] == "新公司"
    assert shown[2] == "联系电话：021-1"
    assert shown[6:10] == ["收货单位", "华光控股", "昆山市新厂路 9 号", "联系人：王芳 1"]
    assert "1 BOLT 螺栓 10 个 SO-2026-000001" in shown
    both = owner.get(f"sales/deliveries/print/note?ids={before.pk},{after.pk}&language=zh-hans")
    assert pages(both.body) == [original[0][0], shown], "each by its own time"


def test_every_printing_is_noted_and_nothing_else_changes(firm, owner):
    order_ = ordered(firm)
    events = AuditEvent.objects.filter(group=firm.group).count()
    path = f"sales/orders/{order_.pk}"
    paper(owner, f"{path}/print/confirmation", "zh-hans")
    paper(owner, f"{path}/print/confirmation", "en")
    noted = Printing.objects.filter(document_id=order_.pk).order_by("id")
    assert list(noted.values_list("print", "language", "state", "actor_id")) == [
        ("confirmation", "zh-hans", "confirmed", owner.user.pk),
        ("confirmation", "en", "confirmed", owner.user.pk),
    ]
    told = owner.get(f"{path}/timeline").body["entries"]
    assert [(e["label"], e["actor"]["id"]) for e in told[:2]] == [("Printed: Order confirmation", owner.user.pk)] * 2
    assert AuditEvent.objects.filter(group=firm.group).count() == events
    assert owner.get(path).body["version"] == order_.version


def test_who_may_not_print_gets_nothing(firm, owner):
    order_ = ordered(firm)
    path = f"sales/orders/{order_.pk}/print/confirmation"
    Role.objects.create(group=firm.group, key="reader", permissions=["*.view", "*.export"])
    nobody, auditor = firm.person("reader"), firm.person("auditor")
    stranger = with_basics(new_world("Other")).person("owner")
    assert [(p.get(path).status, p.get(path).codes) for p in (nobody, stranger)] == [
        (403, ["permission.denied"]),
        (404, ["record.not_found"]),
    ]
    other = firm.create("platform.company", {"code": "T2", "name_en": "Second Ltd", "name_zh": "二公司"})[0]
    elsewhere = firm.person("owner", company=other.pk)
    assert (elsewhere.get(path).status, elsewhere.get(path).codes) == (404, ["record.not_found"])
    assert Printing.objects.filter(group=firm.group).count() == 0
    assert auditor.get(path).status == 200
    assert auditor.get("meta/documents/sales.order").body["may"]["print"] is True
    offered = auditor.get("meta/documents/sales.delivery").body["prints"]
    assert offered == [
        {"key": "note", "label": "Delivery note"},
        {"key": "form", "label": "Delivery note, 241 mm form"},
    ]
    wrong = [owner.get(f"sales/orders/print/confirmation?ids={ids}") for ids in ("", "1,x", ",".join(["7"] * 101))]
    assert [(r.status, r.codes) for r in wrong] == [(400, ["query.value"])] * 3
    assert owner.get(f"{path}?language=fr").codes == ["body.invalid"]
    assert owner.get(f"sales/orders/{order_.pk}/print/nothing").status == 404
