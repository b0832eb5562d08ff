"""Every event against the catalogue of Chinese entries: same accounts, same sides, same amounts, in the same order.

The catalogue (`journal_templates.csv`) lies beside the repository, not in it; where it is absent these tests say so and
`test_rules.py` still holds the figures of the most used events.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from jingwei.books.posting import GoodsLine, post
from jingwei.books.roles import Role
from jingwei.books.rules import RuleFault

CATALOGUE = Path(__file__).resolve().parents[4] / "shared" / "localisation" / "journal_templates.csv"
needs_catalogue = pytest.mark.skipif(
    not CATALOGUE.is_file(),
    reason="the catalogue of Chinese entries (journal_templates.csv) is not beside the repository",
)

Entry = list[tuple[str, str, Decimal]]
TAXPAYER = {"general": "general", "small": "small_scale", "both": "general"}


def facts(**amounts: str) -> dict[str, Decimal]:
    return {name: Decimal(amount) for name, amount in amounts.items()}


@dataclass(frozen=True)
class Case:
    """How our event is asked for what the catalogue shows."""

    event: str
    facts: dict[str, Decimal]
    accounting_class: str = "*"
    tax: str = "*"
    lines: dict[str, list[GoodsLine]] = field(default_factory=dict)


PURCHASE = facts(net="10000", tax="1300", gross="11300")
RAW, MADE = "raw_material", "finished_good"  # the catalogue buys 140301 and sells 140501


def closing(amounts: dict[str, dict[str, str]]) -> dict[str, list[GoodsLine]]:
    return {
        standard: [
            GoodsLine(facts(balance=amount), accounts={Role.CLOSED_ACCOUNT: code}) for code, amount in of.items()
        ]
        for standard, of in amounts.items()
    }


def spread(role: str, amounts: dict[str, dict[str, tuple[str, str]]]) -> dict[str, list[GoodsLine]]:
    """Lines by standard: the account that the document itself names (none where the rule does), fact and amount."""
    return {
        standard: [
            GoodsLine(facts(**{fact: amount}), accounts={Role(role): code} if code else {})
            for code, (fact, amount) in of.items()
        ]
        for standard, of in amounts.items()
    }


CASES = {
    "P01": Case("purchase.received_and_invoiced", PURCHASE, RAW),
    "P02": Case("purchase.received_and_invoiced", PURCHASE, RAW),
    "P03": Case("purchase.freight_invoiced", facts(net="1000", tax="90", gross="1090"), RAW),
    "P04": Case("purchase.invoiced_before_receipt", PURCHASE, RAW),
    "P05": Case("purchase.received_after_invoice", facts(cost="10000"), RAW),
    "P06": Case("purchase.received_and_invoiced_unconfirmed", PURCHASE, RAW),
    "P07": Case("tax.input_confirmed", facts(tax="1300")),
    "P08": Case("purchase.received", facts(accrued="9800"), RAW),
    "P09": Case("purchase.accrual_reversed", facts(accrued="9800"), RAW),
    "P10": Case("purchase.invoiced_after_reversal", PURCHASE, RAW),
    "P11": Case(
        "purchase.invoiced_after_receipt",
        facts(accrued="9800", difference_on_hand="200", difference_sold="0", tax="1300", gross="11300"),
        RAW,
    ),
    "P12": Case("purchase.returned_and_credited", facts(net="1000", tax="130", gross="1130"), RAW),
    "P13": Case("payment.made", facts(amount="11300")),
    "P14": Case("payment.prepaid", facts(amount="5000")),
    "P15": Case("payment.prepayment_applied", facts(amount="5000")),
    "P16": Case("stock.count_loss", facts(cost="1000", tax="130"), RAW),
    "P17": Case("stock.count_loss_approved", facts(charged="630", compensation="500", loss="1130"), RAW),
    "P18": Case("stock.count_gain", facts(cost="300"), RAW),
    "P19": Case("stock.count_gain_approved", facts(cost="300"), RAW),
    "S01": Case("sales.invoiced", PURCHASE, MADE),
    "S02": Case("sales.cost_recognised", facts(cost="7000"), MADE),
    "S03": Case("sales.invoiced", facts(net="10000", tax="100", gross="10100"), MADE),
    "S05": Case("sales.dispatched", facts(cost="7000"), MADE),
    "S06": Case("sales.dispatched_cost_recognised", facts(cost="7000"), MADE),
    "S07": Case("sales.delivered_unbilled", PURCHASE, MADE),
    "S08": Case("tax.output_due", facts(tax="1300")),
    "S10": Case("receipt.advance_received", PURCHASE),
    "S11": Case("receipt.advance_received", PURCHASE),
    "S12": Case("sales.returned_and_credited", facts(net="1000", tax="130", gross="1130"), MADE),
    "S13": Case("sales.return_cost_restored", facts(cost="700"), MADE),
    "S14": Case("sales.allowance_granted", facts(net="500", tax="65", gross="565"), MADE),
    "S15": Case("receipt.discount_taken", facts(received="11100", discount="200", gross="11300")),
    "S16": Case("receipt.discount_taken", facts(received="11100", discount="200", gross="11300")),
    "S18": Case("sales.freight_borne", facts(net="1000", tax="90", gross="1090")),
    "S19": Case("sales.freight_borne", facts(net="1000", tax="90", gross="1090")),
    "S20": Case("receipt.received", facts(amount="11300")),
    "T09": Case("sales.invoiced", facts(net="10000", tax="300", gross="10300"), "service", "simplified"),
    "M01": Case("production.issued", facts(material="8000", cost="8600"), RAW, lines=spread("EXP", {
        "sbe": {"": ("consumables", "500"), "560208": ("used", "100")},
        "asbe": {"": ("consumables", "500"), "660208": ("used", "100")}})),
    "M07": Case("production.operation_reported", {}, lines=spread("MOH", {
        chart: {f"{moh}{detail}": ("overhead", amount)
                for detail, amount in (("01", "1950"), ("02", "500"), ("03", "1900"), ("04", "700"))}
        for chart, moh in (("sbe", "4101"), ("asbe", "5101"))})),
    "M08": Case("production.completed", facts(cost="18000", material="7000", labour="6800", overhead="4200"), MADE),
    "C01": Case("close.income", {}, lines=closing({"sbe": {"500101": "10000"}, "asbe": {"600101": "10000"}})),
    "C02": Case(
        "close.expense",
        {},
        lines=closing(
            {"sbe": {"540101": "7000", "560201": "1500"}, "asbe": {"640101": "7000", "660201": "1500"}}
        ),
    ),
    "C03": Case("close.year_profit", facts(amount="100000")),
    "C04": Case("close.year_loss", facts(amount="20000")),
}  # fmt: skip


def catalogue() -> dict[tuple[str, str], tuple[str, Entry]]:
    """(id, standard) → taxpayer and lines; an entry that a standard does not have is absent."""
    found: dict[tuple[str, str], tuple[str, Entry]] = defaultdict(lambda: ("", []))
    with CATALOGUE.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            side = {"借 Dr": "debit", "贷 Cr": "credit"}[row["side"]]
            for standard in ("sbe", "asbe"):
                code = row[f"account_{standard}"]
                if code:
                    _taxpayer, entry = found[row["event_id"], standard]
                    line = (code, side, Decimal(row["example_amount"]))
                    found[row["event_id"], standard] = (row["taxpayer"], [*entry, line])
    return dict(found)


def posted(case: Case, standard: str, taxpayer: str) -> Entry:
    entry = post(
        case.event,
        case.facts,
        standard=standard,
        taxpayer=taxpayer,
        accounting_class=case.accounting_class,
        tax=case.tax,
        lines=case.lines.get(standard, ()),
    )
    return [(line.account, line.side.value, line.amount) for line in entry]


@needs_catalogue
@pytest.mark.parametrize("standard", ["sbe", "asbe"])
@pytest.mark.parametrize("id", sorted(CASES))
def test_event_is_the_catalogue_entry(id: str, standard: str) -> None:
    entries = catalogue()
    if (id, standard) not in entries:
        assert (id, standard) in {  # the standards differ here
            ("S10", "asbe"),
            ("S11", "sbe"),
            ("S15", "asbe"),
            ("S16", "sbe"),
            ("S18", "asbe"),
            ("S19", "sbe"),
        }
        return
    taxpayer, expected = entries[id, standard]
    assert posted(CASES[id], standard, TAXPAYER[taxpayer]) == expected


@needs_catalogue
@pytest.mark.parametrize("standard", ["sbe", "asbe"])
def test_entries_of_both_taxpayers_are_the_same_for_a_small_one(standard: str) -> None:
    """What the catalogue marks for both, a small-scale taxpayer posts alike (but S10, which ASBE does not have)."""
    for (id, of), (taxpayer, expected) in catalogue().items():
        if id in CASES and of == standard and taxpayer == "both":
            assert posted(CASES[id], standard, "small_scale") == expected, id


def test_events_of_the_other_standard_are_refused() -> None:
    with pytest.raises(RuleFault, match=r"tax\.input_confirmed has no rule for sbe, taxpayer small_scale"):
        post("tax.input_confirmed", facts(tax="1"), standard="sbe", taxpayer="small_scale")
