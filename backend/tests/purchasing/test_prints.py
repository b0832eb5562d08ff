"""Papers of purchasing: the order to the supplier and what came, in the units of the order."""

from __future__ import annotations

import pytest

from tests.purchasing.stories import bill, confirmed, invoiced, order, receipt, received, with_suppliers
from tests.support.papers import letters, paper, sizes
from tests.support.rules import check_invariants


@pytest.fixture
def firm(world):
    return with_suppliers(world)


def test_an_order_its_receipt_and_the_voucher_of_its_invoice(firm):
    owner = firm.person("owner")
    goods = ("BOLT", 5, "24.00", {"unit": "DOZ", "tax_rate": "13"}), ("NUT", "10", "0.0125", {"tax_rate": "13"})
    (ordered,) = confirmed(firm, order(*goods, requested_on="2026-01-20"))
    (sheet,) = paper(owner, f"purchasing/orders/{ordered.pk}/print/order", "zh-hans")
    assert sheet == [
        "测试公司 采购订单",
        "PO-2026-000001",
        "供应商",
        "Supplier one",
        "订单日期 2026年01月05日",
        "要求到货日期 2026年01月20日",
        "收货库位 Bin 1",
        "币种 CNY",
        "序号 物料编码 名称及规格 数量 单位 不含税单价 税率 % 不含税金额 税额 价税合计",
        "1 BOLT Bolt 5 打 24.00 13 120.00 15.60 135.60",
        "2 NUT Nut 10 个 0.0125 13 0.13 0.02 0.15",
        "合计 120.13 15.62 135.75",
        "价税合计 ¥135.75",
        "金额大写 人民币壹佰叁拾伍元柒角伍分",
        "需方（盖章） 供方（盖章）",
    ]
    (came,) = received(firm, receipt((ordered, 1, 4), delivery_note="DN-9"))
    (note,) = paper(owner, f"purchasing/receipts/{came.pk}/print/receipt", "en")
    assert note == [
        "Test Ltd Goods receipt",
        "GR-2026-000001",
        "Supplier",
        "Supplier one",
        "Received at 2026-01-08 16:00",
        "Delivery note DN-9",
        "Line Item code Name and specification Quantity Unit Location Lot or serial Order",
        "1 BOLT Bolt 4 Dozen A-01 PO-2026-000001",
        "Total 4",
        "Delivered by Checked by Received by and date",
    ]
    # A sheet whose columns leave the names little room whatever the letters is not set in smaller ones.
    assert letters(owner.get(f"purchasing/receipts/{came.pk}/print/receipt?language=en").body, "BOLT") == {8.0}
    form = owner.get(f"purchasing/receipts/{came.pk}/print/form")
    assert sizes(form.body) == {(241.0, 139.7)}
    (asked,) = invoiced(firm, bill((came, 1, 4, "24", {"tax_rate": "13"})))
    (slip,) = paper(owner, f"purchasing/invoice-matches/{asked.pk}/print/voucher", "zh-hans")
    assert "合计：人民币壹佰零捌元肆角捌分 108.48 108.48" in slip
    check_invariants(firm)
