"""Posting rules: figures of the most used events, red entries, several lines, and everything that is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.books.charts import ChartFault, Standard, Taxpayer, load_chart
from jingwei.books.posting import GoodsLine, PostingLine, UnbalancedPosting, merge, post
from jingwei.books.roles import NOT_STOCKED, AccountingClass, Role, fits
from jingwei.books.rules import Determination, DeterminationRow, RuleFault, determination, rulebook
from jingwei.platform.errors import Refusal

CASES = [(standard, taxpayer) for standard in Standard for taxpayer in Taxpayer]


def facts(**amounts: str) -> dict[str, Decimal]:
    return {name: Decimal(amount) for name, amount in amounts.items()}


def told(entry: Iterable[PostingLine]) -> str:
    """An entry as one reads it: Dr and Cr lines in order, red amounts with their minus."""
    return " | ".join(f"{'Dr' if line.debit else 'Cr'} {line.account} {line.amount:.2f}" for line in entry)


def net(*entries: Iterable[PostingLine]) -> dict[str, Decimal]:
    """Debit − credit per account, without zeros."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in (line for entry in entries for line in entry):
        sums[line.account] += line.debit - line.credit
    return {account: amount for account, amount in sums.items() if amount}


BOUGHT = facts(net="10000", tax="1300", gross="11300")
RETURNED = facts(net="1000", tax="130", gross="1130")
ADJUSTED = facts(accrued="9800", difference_on_hand="150", difference_sold="50", tax="1300", gross="11300")


@pytest.mark.parametrize(
    ("event", "given_facts", "accounting_class", "standard", "entry"),
    [
        ("purchase.received_and_invoiced", BOUGHT, "raw_material", "sbe",
         "Dr 140301 10000.00 | Dr 22210101 1300.00 | Cr 220201 11300.00"),
        ("purchase.received", facts(accrued="9800"), "raw_material", "sbe", "Dr 140301 9800.00 | Cr 220202 9800.00"),
        ("purchase.accrual_reversed", facts(accrued="9800"), "raw_material", "asbe",
         "Dr 140301 -9800.00 | Cr 220202 -9800.00"),
        ("purchase.invoiced_after_receipt", ADJUSTED, "raw_material", "sbe",
         "Dr 220202 9800.00 | Dr 140301 150.00 | Dr 540201 50.00 | Dr 22210101 1300.00 | Cr 220201 11300.00"),
        ("purchase.invoiced_after_receipt", ADJUSTED, "merchandise", "asbe",
         "Dr 220202 9800.00 | Dr 140502 150.00 | Dr 640101 50.00 | Dr 22210101 1300.00 | Cr 220201 11300.00"),
        ("sales.invoiced", BOUGHT, "finished_good", "sbe",
         "Dr 112201 11300.00 | Cr 500101 10000.00 | Cr 22210107 1300.00"),
        ("sales.invoiced", BOUGHT, "finished_good", "asbe",
         "Dr 112201 11300.00 | Cr 600101 10000.00 | Cr 22210107 1300.00"),
        ("sales.dispatched", facts(cost="7000"), "finished_good", "sbe", "Dr 1406 7000.00 | Cr 140501 7000.00"),
        ("sales.dispatched_cost_recognised", facts(cost="7000"), "finished_good", "asbe",
         "Dr 640101 7000.00 | Cr 1406 7000.00"),
        ("sales.returned_and_credited", RETURNED, "finished_good", "sbe",
         "Dr 112201 -1130.00 | Cr 500101 -1000.00 | Cr 22210107 -130.00"),
        ("stock.other_in", facts(cost="30"), "merchandise", "sbe", "Dr 140502 30.00 | Cr 530199 30.00"),
        ("stock.other_out", facts(cost="30"), "merchandise", "asbe", "Dr 660299 30.00 | Cr 140502 30.00"),
        ("stock.count_loss", facts(cost="1000", tax="130"), "raw_material", "sbe",
         "Dr 190101 1130.00 | Cr 140301 1000.00 | Cr 22210109 130.00"),
        ("stock.count_gain", facts(cost="300"), "raw_material", "asbe", "Dr 140301 300.00 | Cr 190101 300.00"),
        ("production.operation_reported", facts(labour="20", overhead="10"), "*", "sbe",
         "Dr 40010102 20.00 | Dr 40010103 10.00 | Cr 410101 20.00 | Cr 410199 10.00"),
        # Completed at 30.00 as material, of which 15.00 is what work cost: together the entry of M08.
        ("production.completed", facts(material="-15", labour="10", overhead="5"), "finished_good", "asbe",
         "Cr 50010101 -15.00 | Cr 50010102 10.00 | Cr 50010103 5.00"),
        ("production.closed",
         facts(on_hand="15", sold="10", variance="-5", material="12", labour="5", overhead="3"), "finished_good", "sbe",
         "Dr 140501 15.00 | Dr 540101 10.00 | Dr 140403 -5.00 | Cr 40010101 12.00 | Cr 40010102 5.00 | "
         "Cr 40010103 3.00"),
        ("production.cost_corrected", facts(cost="30"), "raw_material", "sbe", "Dr 540101 30.00 | Cr 140301 30.00"),
        ("production.variance_corrected", facts(cost="30"), "raw_material", "asbe",
         "Dr 140403 30.00 | Cr 140301 30.00"),
    ],
)  # fmt: skip
def test_entry(event: str, given_facts: dict[str, Decimal], accounting_class: str, standard: str, entry: str) -> None:
    assert told(post(event, given_facts, standard=standard, accounting_class=accounting_class)) == entry


INTERNATIONAL = {
    "purchase.received_and_invoiced": (BOUGHT, "Dr 1270 10000.00 | Dr 1180 1300.00 | Cr 2010 11300.00"),
    "purchase.freight_invoiced": (BOUGHT, "Dr 1270 10000.00 | Dr 1180 1300.00 | Cr 2010 11300.00"),
    "purchase.invoiced_before_receipt": (BOUGHT, "Dr 1285 10000.00 | Dr 1180 1300.00 | Cr 2010 11300.00"),
    "purchase.received_after_invoice": (facts(cost="10000"), "Dr 1270 10000.00 | Cr 1285 10000.00"),
    "purchase.received_and_invoiced_unconfirmed": (BOUGHT, "Dr 1270 10000.00 | Dr 1185 1300.00 | Cr 2010 11300.00"),
    "tax.input_confirmed": (facts(tax="1300"), "Dr 1180 1300.00 | Cr 1185 1300.00"),
    "purchase.received": (facts(accrued="9800"), "Dr 1270 9800.00 | Cr 2020 9800.00"),
    "purchase.accrual_reversed": (facts(accrued="9800"), "Dr 1270 -9800.00 | Cr 2020 -9800.00"),
    "purchase.invoiced_after_reversal": (BOUGHT, "Dr 1270 10000.00 | Dr 1180 1300.00 | Cr 2010 11300.00"),
    "purchase.invoiced_after_receipt": (
        ADJUSTED, "Dr 2020 9800.00 | Dr 1270 150.00 | Dr 5010 50.00 | Dr 1180 1300.00 | Cr 2010 11300.00",
    ),
    "purchase.returned_and_credited": (RETURNED, "Dr 1270 -1000.00 | Dr 1180 -130.00 | Cr 2010 -1130.00"),
    "purchase.expense_invoiced": (BOUGHT, "Dr 6190 10000.00 | Dr 1180 1300.00 | Cr 2010 11300.00"),
    "purchase.received_at_standard": (
        facts(standard="100", difference="-2", accrued="98"), "Dr 1270 100.00 | Dr 5030 -2.00 | Cr 2020 98.00",
    ),
    "payment.made": (facts(amount="11300"), "Dr 2010 11300.00 | Cr 1020 11300.00"),
    "payment.prepaid": (facts(amount="5000"), "Dr 1150 5000.00 | Cr 1020 5000.00"),
    "payment.prepayment_applied": (facts(amount="5000"), "Dr 2010 5000.00 | Cr 1150 5000.00"),
    "sales.invoiced": (BOUGHT, "Dr 1110 11300.00 | Cr 4010 10000.00 | Cr 2110 1300.00"),
    "sales.cost_recognised": (facts(cost="7000"), "Dr 5010 7000.00 | Cr 1270 7000.00"),
    "sales.dispatched": (facts(cost="7000"), "Dr 1280 7000.00 | Cr 1270 7000.00"),
    "sales.dispatched_cost_recognised": (facts(cost="7000"), "Dr 5010 7000.00 | Cr 1280 7000.00"),
    "sales.delivered_unbilled": (BOUGHT, "Dr 1120 11300.00 | Cr 4010 10000.00 | Cr 2120 1300.00"),
    "sales.unbilled_invoiced": (
        facts(tax="1300", gross="11300"), "Dr 1110 11300.00 | Cr 1120 11300.00 | Dr 2120 1300.00 | Cr 2110 1300.00",
    ),
    "tax.output_due": (facts(tax="1300"), "Dr 2120 1300.00 | Cr 2110 1300.00"),
    "receipt.advance_received": (BOUGHT, "Dr 1020 11300.00 | Cr 2040 11300.00"),
    "receipt.advance_applied": (BOUGHT, "Dr 2040 11300.00 | Cr 1110 11300.00"),
    "sales.returned_and_credited": (RETURNED, "Dr 1110 -1130.00 | Cr 4090 -1000.00 | Cr 2110 -130.00"),
    "sales.return_cost_restored": (facts(cost="700"), "Dr 5010 -700.00 | Cr 1270 -700.00"),
    "sales.allowance_granted": (RETURNED, "Dr 1110 -1130.00 | Cr 4095 -1000.00 | Cr 2110 -130.00"),
    "sales.freight_borne": (BOUGHT, "Dr 6030 10000.00 | Dr 1180 1300.00 | Cr 2010 11300.00"),
    "receipt.received": (facts(amount="11300"), "Dr 1020 11300.00 | Cr 1110 11300.00"),
    "receipt.discount_taken": (
        facts(received="11100", discount="200", gross="11300"), "Dr 1020 11100.00 | Dr 4097 200.00 | Cr 1110 11300.00",
    ),
    "stock.other_in": (facts(cost="30"), "Dr 1270 30.00 | Cr 4590 30.00"),
    "stock.other_out": (facts(cost="30"), "Dr 6190 30.00 | Cr 1270 30.00"),
    "stock.opened": (facts(cost="30"), "Dr 1270 30.00 | Cr 3900 30.00"),
    "stock.count_gain": (facts(cost="30"), "Dr 1270 30.00 | Cr 1295 30.00"),
    "stock.count_gain_approved": (facts(cost="30"), "Dr 1295 30.00 | Cr 4530 30.00"),
    "stock.count_loss": (facts(cost="30"), "Dr 1295 30.00 | Cr 1270 30.00"),
    "stock.count_loss_approved": (facts(charged="20", compensation="10", loss="30"),
                                  "Dr 5060 20.00 | Dr 1170 10.00 | Cr 1295 30.00"),
    "stock.issue_cost_corrected": (facts(sold="20", dispatched="10", cost="30"),
                                   "Dr 1280 10.00 | Dr 5010 20.00 | Cr 1270 30.00"),
    "production.issued": (facts(material="30", cost="30"), "Dr 1240 30.00 | Cr 1270 30.00"),
    "production.operation_reported": (facts(labour="20", overhead="10"), "Dr 1240 30.00 | Cr 5190 30.00"),
    "production.completed": (facts(cost="30", material="15", labour="10", overhead="5"),
                             "Dr 1270 30.00 | Cr 1240 30.00"),
    "production.closed": (facts(on_hand="15", sold="10", variance="-5", material="12", labour="5", overhead="3"),
                          "Dr 1270 15.00 | Dr 5010 10.00 | Dr 5040 -5.00 | Cr 1240 20.00"),
    "production.cost_corrected": (facts(cost="30"), "Dr 5010 30.00 | Cr 1270 30.00"),
    "production.variance_corrected": (facts(cost="30"), "Dr 5040 30.00 | Cr 1270 30.00"),
    "close.year_profit": (facts(amount="30"), "Dr 3200 30.00 | Cr 3100 30.00"),
    "close.year_loss": (facts(amount="30"), "Dr 3100 30.00 | Cr 3200 30.00"),
}  # fmt: skip
NAMED_BY_THE_CALLER = {"close.income", "close.expense", "close.prior_year", "stock.reclassified"}


@pytest.mark.parametrize("event", sorted(INTERNATIONAL))
def test_international_entry(event: str) -> None:
    given_facts, entry = INTERNATIONAL[event]
    assert told(post(event, given_facts, standard="ifrs", accounting_class="merchandise")) == entry


def test_no_event_is_without_an_international_test() -> None:
    assert rulebook().rules.keys() == INTERNATIONAL.keys() | NAMED_BY_THE_CALLER


@pytest.mark.parametrize("event", sorted(INTERNATIONAL))
@pytest.mark.parametrize(("standard", "taxpayer"), CASES)
def test_every_event_balances_for_every_standard_and_taxpayer(
    event: str, standard: Standard, taxpayer: Taxpayer
) -> None:
    given_facts, _entry = INTERNATIONAL[event]
    if event == "purchase.invoiced_after_receipt" and taxpayer == Taxpayer.SMALL_SCALE:
        given_facts = {**given_facts, "difference_on_hand": Decimal(1450)}  # tax is part of what the goods cost
    if not any(taxpayer in rule.taxpayers for rule in rulebook().rules[event]):
        assert event in {"tax.input_confirmed", "tax.output_due", "purchase.received_and_invoiced_unconfirmed"}
        return
    entry = post(event, given_facts, standard=standard, taxpayer=taxpayer, accounting_class="merchandise")
    accounts = {account.code: account for account in load_chart(standard, taxpayer)}
    assert sum(line.debit - line.credit for line in entry) == 0
    assert len(entry) >= 2
    for line in entry:
        assert accounts[line.account].is_postable
        assert fits(line.role, accounts[line.account].role)
        assert (line.debit == 0) != (line.credit == 0)
        assert line.memo_en
        assert line.memo_zh


# --- P01 is P08 + P11 of one day ------------------------------------------------------------------------------------

amounts = st.decimals(min_value="-100000", max_value="100000", places=2, allow_nan=False, allow_infinity=False)


@given(accrued=amounts, price=amounts, tax=amounts)
@pytest.mark.parametrize(("standard", "taxpayer"), CASES)
def test_receipt_and_invoice_of_one_day_are_the_purchase(
    standard: Standard, taxpayer: Taxpayer, accrued: Decimal, price: Decimal, tax: Decimal
) -> None:
    figures = {"net": price, "tax": tax, "gross": price + tax}
    books = partial(post, standard=standard, taxpayer=taxpayer, accounting_class="raw_material")
    cost = price + (tax if taxpayer == Taxpayer.SMALL_SCALE else 0)
    received = books("purchase.received", {"accrued": accrued})
    invoiced = books(
        "purchase.invoiced_after_receipt",
        {"accrued": accrued, "difference_on_hand": cost - accrued, "tax": tax, "gross": price + tax},
    )
    at_once = books("purchase.received_and_invoiced", figures)
    assert net(received, invoiced) == net(at_once)
    reversed_first = books("purchase.accrual_reversed", {"accrued": accrued})
    afresh = books("purchase.invoiced_after_reversal", figures)
    assert net(received, reversed_first, afresh) == net(at_once)


def test_difference_follows_the_goods() -> None:
    entry = post(
        "purchase.invoiced_after_receipt",
        facts(
            accrued="900", difference_on_hand="40", difference_in_production="30", difference_dispatched="20",
            difference_sold="9", difference_issued="1", tax="130", gross="1130",
        ),
        standard="asbe",
        accounting_class="finished_good",
    )  # fmt: skip
    assert told(entry) == (
        "Dr 220202 900.00 | Dr 140501 40.00 | Dr 50010101 30.00 | Dr 1406 20.00 | Dr 640101 9.00 | Dr 660299 1.00 | "
        "Dr 22210101 130.00 | Cr 220201 1130.00"
    )


# --- lines, signs, zeros --------------------------------------------------------------------------------------------


def test_lines_of_several_classes_are_merged_by_account() -> None:
    entry = post(
        "purchase.received_and_invoiced",
        facts(gross="339"),
        standard="sbe",
        lines=[
            GoodsLine(facts(net="100", tax="13"), "raw_material"),
            GoodsLine(facts(net="50", tax="6.50"), "merchandise"),
            GoodsLine(facts(net="150", tax="19.50"), "raw_material", tax="pending"),
        ],
    )
    assert told(entry) == (
        "Dr 140301 250.00 | Dr 140502 50.00 | Dr 22210101 19.50 | Dr 222105 19.50 | Cr 220201 339.00"
    )
    assert [line.sources for line in entry] == [(0, 2), (1,), (0, 1), (2,), ()]
    assert [line.rule for line in entry] == ["P01.1", "P01.1", "P01.2", "P01.2", "P01.3"]


def test_red_facts_give_the_red_entry_on_the_same_sides() -> None:
    entry = post("sales.invoiced", facts(net="-10", tax="-1.30", gross="-11.30"), standard="sbe")
    assert told(entry) == "Dr 112201 -11.30 | Cr 500101 -10.00 | Cr 22210107 -1.30"


def test_zero_lines_are_dropped_and_an_entry_worth_nothing_is_none() -> None:
    untaxed = post("sales.invoiced", facts(net="10", tax="0.00", gross="10"), standard="sbe")
    assert told(untaxed) == "Dr 112201 10.00 | Cr 500101 10.00"
    assert post("sales.invoiced", facts(net="0", tax="0", gross="0.00"), standard="sbe") == []
    swapped = [GoodsLine(facts(cost="5"), "merchandise"), GoodsLine(facts(cost="-5"), "merchandise")]
    assert post("sales.dispatched", standard="sbe", lines=swapped) == []


def test_document_names_accounts_where_it_knows_them() -> None:
    paid = post("payment.made", facts(amount="7"), standard="sbe", accounts={Role.BANK: "101207"})
    assert told(paid) == "Dr 220201 7.00 | Cr 101207 7.00"
    services = post(
        "purchase.expense_invoiced",
        facts(gross="226"),
        standard="asbe",
        lines=[
            GoodsLine(facts(net="100", tax="13"), "service", accounts={Role.EXP: "660208"}),
            GoodsLine(facts(net="100", tax="13"), "freight"),
        ],
    )
    assert told(services) == "Dr 660208 100.00 | Dr 660104 100.00 | Dr 22210101 26.00 | Cr 220201 226.00"


def test_goods_and_services_of_one_invoice_are_one_entry() -> None:
    goods = post("purchase.received_and_invoiced", BOUGHT, standard="sbe", accounting_class="fuel")
    services = post("purchase.expense_invoiced", RETURNED, standard="sbe")
    assert told(merge(goods, services)) == (
        "Dr 140306 10000.00 | Dr 22210101 1430.00 | Cr 220201 12430.00 | Dr 560299 1000.00"
    )


def test_stock_changes_its_account() -> None:
    lines = [GoodsLine(facts(cost_in="9"), "finished_good"), GoodsLine(facts(cost_out="9"), "semi_finished")]
    assert told(post("stock.reclassified", standard="sbe", lines=lines)) == "Dr 140501 9.00 | Cr 140503 9.00"


def test_closing_names_every_account_and_keeps_contrary_balances_on_their_side() -> None:
    lines = [
        GoodsLine(facts(balance="100"), accounts={Role.CLOSED_ACCOUNT: "500101"}),
        GoodsLine(facts(balance="-3"), accounts={Role.CLOSED_ACCOUNT: "505101"}),
    ]
    entry = post("close.income", standard="sbe", lines=lines)
    assert told(entry) == "Dr 500101 100.00 | Dr 505101 -3.00 | Cr 3103 97.00"
    corrected = post("close.prior_year", facts(amount="8"), standard="asbe", accounts={Role.CLOSED_ACCOUNT: "6901"})
    assert told(corrected) == "Dr 410406 8.00 | Cr 6901 8.00"


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "given_facts", "text"),
    [
        ("sales.invoicd", {}, "there is no posting event sales.invoicd"),
        ("sales.invoiced", facts(net="1", tax="0", gros="1"),
         "sales.invoiced knows no fact gros; it knows gross, net, tax"),
        ("sales.invoiced", facts(net="1", gross="1"), "sales.invoiced needs the fact tax"),
        ("sales.invoiced", facts(net="NaN", tax="0", gross="0"),
         "sales.invoiced: net is NaN, no amount a ledger can hold"),
        ("sales.invoiced", facts(net="1E+15", tax="0", gross="1E+15"),
         "sales.invoiced: net is 1E+15, no amount a ledger can hold"),
        ("sales.invoiced", facts(net="1.005", tax="0", gross="1.005"),
         "sales.invoiced: net is 1.005, finer than 2 decimals"),
        ("sales.invoiced", facts(net="10", tax="1.30", gross="11.31"),
         "sales.invoiced does not balance: debit − credit = 0.01"),
        ("close.income", facts(balance="1"), "close.income: the caller names the account of CLOSED_ACCOUNT"),
    ],
)  # fmt: skip
def test_faults_are_named(event: str, given_facts: dict[str, Decimal], text: str) -> None:
    with pytest.raises(RuleFault) as caught:
        post(event, given_facts, standard="sbe")
    assert str(caught.value) == text


def test_imbalance_is_its_own_fault() -> None:
    with pytest.raises(UnbalancedPosting):
        post("sales.invoiced", facts(net="1", tax="1", gross="1"), standard="ifrs")


def test_a_fact_stands_in_one_place_and_for_every_line() -> None:
    lines = [GoodsLine(facts(cost="1"), "merchandise"), GoodsLine({}, "merchandise")]
    with pytest.raises(RuleFault, match=r"^sales\.dispatched needs the fact cost of line 1$"):
        post("sales.dispatched", standard="sbe", lines=lines)
    with pytest.raises(RuleFault, match="cost is given both for the whole and for a line"):
        post("sales.dispatched", facts(cost="1"), standard="sbe", lines=lines[:1])


def test_amounts_follow_the_decimals_of_the_currency() -> None:
    assert told(post("stock.opened", facts(cost="5.0"), standard="ifrs", accounting_class="fuel", decimals=0))
    with pytest.raises(RuleFault, match=r"cost is 5\.5, finer than 0 decimals"):
        post("stock.opened", facts(cost="5.5"), standard="ifrs", accounting_class="fuel", decimals=0)


@pytest.mark.parametrize("accounting_class", ["service", "*", "no_such_class"])
def test_stock_without_an_account_is_refused_with_the_way_out(accounting_class: str) -> None:
    with pytest.raises(Refusal) as caught:
        post("stock.opened", facts(cost="1"), standard="sbe", accounting_class=accounting_class)
    (problem,) = caught.value.problems
    assert problem.code == "books.account.undetermined"
    assert str(problem.message) == (
        f"No account is set for the role STOCK (accounting class {accounting_class}, party group *, tax *)."
    )
    assert str(problem.hint).startswith("Give the item's category another accounting class")


# --- determination --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("standard", list(Standard))
def test_every_stock_account_is_reached_by_a_class_and_every_class_has_accounts(standard: Standard) -> None:
    table = determination(standard)
    stocked = [each for each in AccountingClass if each not in NOT_STOCKED]
    reached = {table.account(Role.STOCK, taxpayer="general", accounting_class=each) for each in stocked}
    assert reached == {a.code for a in load_chart(standard) if a.role is Role.STOCK and a.is_postable}
    for each, role in ((each, role) for each in AccountingClass for role in (Role.REVENUE, Role.COGS, Role.EXP)):
        assert table.account(role, taxpayer="general", accounting_class=each)


@pytest.mark.parametrize("standard", list(Standard))
@pytest.mark.parametrize("role", ["EXCHANGE_GAIN", "EXCHANGE_LOSS", "ROUNDING", "INCOME_TAX", "OTHER_EXPENSE", "CASH"])
def test_roles_that_documents_ask_for_directly(standard: Standard, role: str) -> None:
    assert determination(standard).account(Role(role), taxpayer="general")


def test_the_most_specific_row_wins_and_own_rows_lie_above_the_shipped_ones() -> None:
    shipped = determination("sbe")
    own = Determination(
        [
            DeterminationRow(Role.REVENUE, "505199", party_group="staff"),
            DeterminationRow(Role.REVENUE, "500102", party_group="staff", accounting_class="service"),
        ],
        shipped,
    )
    assert own.account(Role.REVENUE, taxpayer="general", party_group="staff", accounting_class="fuel") == "505199"
    assert own.account(Role.REVENUE, taxpayer="general", party_group="staff", accounting_class="service") == "500102"
    assert own.account(Role.REVENUE, taxpayer="general", party_group="export", accounting_class="fuel") == "505101"
    sold = post("sales.invoiced", BOUGHT, standard="sbe", accounts_by=own, party_group="staff")
    assert [line.account for line in sold] == ["112201", "505199", "22210107"]


def test_rows_that_could_win_together_are_refused() -> None:
    rows = [
        DeterminationRow(Role.REVENUE, "500101", accounting_class="fuel"),
        DeterminationRow(Role.REVENUE, "505101", party_group="staff"),
    ]
    with pytest.raises(ChartFault, match=r"determination of REVENUE: .* could both win"):
        Determination(rows)
    assert Determination([rows[0], DeterminationRow(Role.COGS, "540101", party_group="staff")]).rows()
