"""Vouchers on paper: pages that carry over, red figures, who prepared, reviewed and posted; receipts of money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jingwei.books.prints import SlipLine, pages
from jingwei.finance.vouchers import Reversal
from jingwei.platform.documents.perform import perform
from tests.books.stories import posted, voucher, with_books
from tests.finance.stories import with_parties
from tests.support.papers import paper, sizes
from tests.support.rules import check_invariants

D = Decimal


@pytest.fixture
def firm(world):
    return with_parties(with_books(world))


def line(amount):
    return SlipLine("x", 1, D(amount), D(0))


@pytest.mark.parametrize(
    ("count", "sizes_"),
    [(0, [0]), (2, [2]), (7, [7]), (8, [7, 1]), (13, [7, 6]), (14, [7, 6, 1]), (19, [7, 6, 6]), (20, [7, 6, 6, 1])],
)
def test_pages_take_seven_rows_and_one_less_where_sums_are_brought(count, sizes_):
    found = pages([line(n) for n in range(1, count + 1)])
    assert [len(page.lines) for page in found] == sizes_
    assert [one for page in found for one in page.lines] == [line(n) for n in range(1, count + 1)]
    assert found[0].brought is None
    assert [page.brought for page in found[1:]] == [page.sums for page in found[:-1]]
    assert found[-1].sums == (D(sum(range(1, count + 1))), D(0))


def test_a_posted_voucher_as_accountants_know_it(firm):
    owner = firm.person("owner")
    body = voucher(("560201", "300.00", None), ("112201", None, "300.00", {"party": "C1"}), on="2026-11-22")
    body["lines"][1] = {"account": "1001", "credit": "300.00", "summary": "付现金"}
    (one,) = posted(firm, {**body, "attachment_count": 3})
    path = f"finance/vouchers/{one.pk}/print/voucher"
    assert sizes(owner.get(path).body) == {(240.0, 140.0)}
    people = {p.user.pk: p.user.name for p in firm.people}
    reviewer = people[one.reviewed_by_id]
    assert paper(owner, path, "zh-hans") == [
        [
            "记 账 凭 证 记字第 0001 号 1/1",
            "核算单位：测试公司 2026年11月22日 附单据 3 张",
            "摘要 总账科目 明细科目 借方金额 贷方金额",
            "测试 管理费用 560201 职工薪酬 300.00",
            "付现金 1001 库存现金 300.00",
            "合计：人民币叁佰元整 300.00 300.00",
            f"会计主管： 记账：{reviewer} 出纳： 审核：{reviewer} 制单：Jingwei",
        ]
    ]
    (english,) = paper(owner, path, "en")
    assert english[:2] == [
        "Accounting voucher General No. 0001 1/1",
        "Company: Test Ltd 22 November 2026 Attached papers: 3",
    ]
    assert "Total: Three hundred and 00/100 Chinese yuan 300.00 300.00" in english


def test_a_long_voucher_carries_its_sums_over(firm):
    owner = firm.person("owner")
    lines = [("560201", f"{n}.00", None, {"summary": f"第 {n} 行"}) for n in range(1, 9)]
    (one,) = firm.create("finance.voucher", voucher(*lines, ("1001", None, "36.00")))
    first, second = paper(owner, f"finance/vouchers/{one.pk}/print/voucher", "zh-hans")
    assert [text.split()[-1] for text in (first[-2], second[-2])] == ["28.00", "36.00"]
    assert [text for text in (*first, *second) if text.startswith(("转次页", "承前页", "合计"))] == [
        "转次页 28.00",
        "承前页 28.00",
        "合计：人民币叁拾陆元整 36.00 36.00",
    ]
    assert [sum(text.count("草稿") for text in page) for page in (first, second)] == [2, 2]


def test_a_voucher_taken_back_prints_with_its_red_one(firm):
    owner = firm.person("owner")
    (one,) = posted(firm, voucher(("560201", "300.00", None), ("1001", None, "300.00")))
    perform("finance.voucher", [one.pk], "reverse", Reversal(posted_on=date(2026, 12, 1)), actor=firm.actor)
    first, red = paper(owner, f"finance/vouchers/{one.pk}/print/voucher", "zh-hans")
    assert any("记字第 0001 号 1/1" in text for text in first)
    assert "合计：人民币负叁佰元整 -300.00 -300.00" in red
    assert "核算单位：测试公司 2026年12月01日 附单据 0 张" in red
    assert not any("已冲销" in text for text in (*first, *red)), "both stay in the books"
    check_invariants(firm)


def test_vouchers_of_other_documents_need_the_ledger_and_a_posting(firm):
    cashier = firm.person("cashier")
    body = {"direction": "in", "party": "C1", "posted_on": "2026-11-22", "account": "1001", "amount": "1234.56"}
    made = cashier.made("finance/payments", {**body, "rest_as_advance": True})
    path = f"finance/payments/{made['id']}"
    early = cashier.get(f"{path}/print/voucher")
    assert (early.status, early.codes) == (409, ["print.no_entry"])
    (receipt,) = paper(cashier, f"{path}/print/payment", "zh-hans")
    assert sum(text.count("草稿") for text in receipt) == 2
    assert cashier.post(f"{path}/post", version=1).status == 200
    (receipt,) = paper(cashier, f"{path}/print/payment", "zh-hans")
    assert {"测试公司 收款单", "付款单位", "Customer", "金额 ¥1,234.56"} <= {*receipt}
    assert "金额大写 人民币壹仟贰佰叁拾肆元伍角陆分" in receipt
    (slip,) = paper(cashier, f"{path}/print/voucher", "en")
    assert "Total: One thousand two hundred thirty-four and 56/100 Chinese yuan 1,234.56 1,234.56" in slip
    assert [text for text in slip if "Customer" in text]
