"""Charts of accounts: what is in them, and that a chart with a fault is named, not loaded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jingwei.books.charts import (
    AccountSpec,
    AccountType,
    ChartFault,
    Side,
    Standard,
    Taxpayer,
    Tree,
    chart_faults,
    load_chart,
    read_table,
    standards,
)
from jingwei.books.roles import CLOSED_TO_HAND_VOUCHERS, Role, fits

EVERY = [(standard, taxpayer) for standard in Standard for taxpayer in Taxpayer]


def chart(standard: str, taxpayer: str = "general") -> dict[str, AccountSpec]:
    return {account.code: account for account in load_chart(standard, taxpayer)}


@pytest.mark.parametrize(
    ("standard", "taxpayer", "size"),
    [
        ("sbe", "general", 296),
        ("sbe", "small_scale", 279),
        ("asbe", "general", 356),
        ("asbe", "small_scale", 339),
        ("ifrs", "general", 135),
        ("ifrs", "small_scale", 135),
    ],
)
def test_size(standard: str, taxpayer: str, size: int) -> None:
    assert len(chart(standard, taxpayer)) == size


@pytest.mark.parametrize(("standard", "taxpayer"), EVERY)
def test_shipped_charts_have_no_fault(standard: Standard, taxpayer: Taxpayer) -> None:
    assert chart_faults(load_chart(standard, taxpayer), standards()[standard].code_lengths, taxpayer) == []


def test_same_code_means_different_things() -> None:
    assert (chart("sbe")["4001"].name_zh, chart("asbe")["4001"].name_zh) == ("生产成本", "实收资本")
    assert (chart("sbe")["2232"].name_zh, chart("asbe")["2232"].name_zh) == ("应付利润", "应付股利")


@pytest.mark.parametrize("standard", ["sbe", "asbe"])
def test_first_digit_is_the_type(standard: str) -> None:
    digits = {
        "sbe": {"1": "asset", "2": "liability", "3": "equity", "4": "cost"},
        "asbe": {"1": "asset", "2": "liability", "3": "common", "4": "equity", "5": "cost"},
    }[standard]
    for account in load_chart(standard):
        expected = digits.get(account.code[0])
        if expected is None:
            assert account.type.is_result, account
        else:
            assert account.type == expected, account


@pytest.mark.parametrize("standard", ["sbe", "asbe"])
def test_vat_of_a_general_taxpayer_is_a_header_of_ten_columns(standard: str) -> None:
    accounts = chart(standard)
    assert not accounts["222101"].is_postable
    columns = [code for code in accounts if code.startswith("222101") and code != "222101"]
    assert columns == [f"222101{number:02}" for number in range(1, 11)]
    assert [accounts[code].normal_balance for code in columns] == [Side.DEBIT] * 6 + [Side.CREDIT] * 4
    assert [accounts[f"2221{number:02}"].name_zh for number in range(2, 11)] == [
        "未交增值税", "预交增值税", "待抵扣进项税额", "待认证进项税额", "待转销项税额",
        "增值税留抵税额", "简易计税", "转让金融商品应交增值税", "代扣代交增值税",
    ]  # fmt: skip


@pytest.mark.parametrize("standard", ["sbe", "asbe"])
def test_vat_of_a_small_scale_taxpayer_is_one_account_with_two_details_beside_it(standard: str) -> None:
    accounts = chart(standard, "small_scale")
    assert accounts["222101"].is_postable
    assert accounts["222101"].role is Role.VAT
    vat = [code for code in accounts if "222101" <= code[:6] <= "222110"]
    assert vat == ["222101", "222109", "222110"]


@pytest.mark.parametrize("standard", ["sbe", "asbe"])
def test_stock_role_only_where_value_entries_exist(standard: str) -> None:
    accounts = chart(standard)
    assert {code: accounts[code].role for code in ("1401", "1402", "1406", "141101", "141102", "141103", "1408")} == {
        "1401": Role.INVOICED_NOT_RECEIVED,
        "1402": Role.INVOICED_NOT_RECEIVED,
        "1406": Role.DISPATCHED,
        "141101": Role.STOCK,
        "141102": Role.IN_USE,
        "141103": Role.IN_USE,
        "1408": Role.STOCK,
    }


def test_small_enterprises_have_no_allowances() -> None:
    assert not {"1231", "1471", "1603", "6901"} & chart("sbe").keys()
    assert {"1231", "1471", "1603", "6901"} <= chart("asbe").keys()
    assert Role.ALLOW not in {account.role for account in load_chart("sbe")}


def test_accounts_of_banks_insurers_brokers_and_lessors_are_left_out() -> None:
    assert {account.applicability for account in load_chart("asbe")} == {
        "general", "agriculture", "construction", "hedging_entities",
    }  # fmt: skip
    assert not {"1003", "1201", "1303", "2011", "2311", "4102", "6031", "6411", "1461", "1631"} & chart("asbe").keys()


def test_control_accounts_are_closed_to_hand_vouchers() -> None:
    accounts = chart("sbe")
    assert {code for code, account in accounts.items() if account.role in CLOSED_TO_HAND_VOUCHERS} >= {
        "112101", "112201", "112202", "1123", "1402", "140301", "140501", "1406", "160102", "160202",
        "220101", "220201", "220202", "2203", "40010101",
    }  # fmt: skip
    assert not accounts["112201"].is_open_to_hand_vouchers
    assert not accounts["5001"].is_open_to_hand_vouchers  # a header
    assert accounts["1002"].is_open_to_hand_vouchers
    assert accounts["560208"].is_open_to_hand_vouchers


def test_a_control_role_and_its_accounts_belong_together() -> None:
    assert fits(Role.AR, Role.AR)
    assert fits(Role.OTHER_IN, Role.OTHER_INCOME)
    assert not fits(Role.AR, Role.AR_UNBILLED)
    assert not fits(Role.OTHER_OUT, Role.STOCK)
    assert not fits(Role.STOCK, None)


def test_tree_sums_descendants_in_chart_order() -> None:
    tree = Tree.of(load_chart("sbe"))
    assert tree.subtree("1122") == ("1122", "112201", "112202")
    assert tree.subtree("9999") == ()
    assert tree.subtree("5801") == ("5801",)


def account(code: str, parent: str | None = None, **change: object) -> AccountSpec:
    spec = AccountSpec(
        code=code, name_zh="科目", name_en="Account", type=AccountType.ASSET, subclass="", normal_balance=Side.DEBIT,
        role=None, parent=parent, level=2 if parent else 1, is_postable=True, dimensions=(), applicability="general",
        basis="own",
    )  # fmt: skip
    return replace(spec, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("accounts", "fault"),
    [
        ([account("1001"), account("1001")], "1001 is used 2 times"),
        ([account("100101", "1001")], "100101: its parent 1001 does not exist"),
        ([account("1001"), account("100101", "1001")], "1001: a header is postable"),
        ([account("1001", is_postable=False)], "1001: a leaf is not postable"),
        ([account("10011")], "10011: does not fit the scheme 4-2-2 at level 1"),
        (
            [account("1001", is_postable=False), account("100201", "1001")],
            "100201: does not begin with its parent 1001",
        ),
        ([account("1OO1")], "1OO1: is not made of digits"),
        ([account("1001", name_en=" ")], "1001: has no name in both languages"),
        ([account("1001", dimensions=("colour",))], "1001: asks for unknown dimensions ['colour']"),
        (
            [account("1001", is_postable=False), account("100101", "1001", type=AccountType.COST)],
            "100101: is cost, its parent 1001 is asset",
        ),
        ([account("1001")], "no postable account has the role AR"),
    ],
)
def test_faults_are_named(accounts: list[AccountSpec], fault: str) -> None:
    assert fault in chart_faults(accounts, (4, 2, 2))


def test_international_codes_have_four_digits_at_every_level() -> None:
    assert chart_faults([account("10101")], (4,))[0] == "10101: is not 4 digits long"


def test_unknown_standard_and_wrong_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="gaap"):
        load_chart("gaap")
    with pytest.raises(ChartFault, match=r"standards\.csv: columns are"):
        read_table("standards.csv", ("standard",))
