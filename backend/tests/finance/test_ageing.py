"""I-15 on every day: what parties owe, by age, is the balance of the control account, whatever was settled, taken back
or revalued since. The docstring of the story is its ledger."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import models

from jingwei.books.models import JournalLine
from jingwei.books.reports.ageing import (
    CONTROLS,
    AgeingParams,
    Control,
    OpenItemParams,
    Since,
    run_ageing,
    run_open_items,
)
from jingwei.finance import invoices
from jingwei.finance.payments import Reversal, Settling
from jingwei.finance.settlements import Reversal as Undo
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from tests.books.stories import with_books
from tests.finance.stories import collect, invoice, party, pay, supplied, with_parties
from tests.support.rules import check_invariants

FIRST, LAST = date(2026, 10, 31), date(2026, 12, 5)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
ZERO = Decimal(0)


@pytest.fixture
def firm(world):
    return with_parties(with_books(world))


def post(world, made):
    perform("finance.payment", [made.pk], "post", actor=world.actor)
    return made


def settled(world, code, on, *lines):
    body = {"party": code, "settled_on": on, "lines": [{"settles": n, "amount": a} for n, a in lines]}
    (made,) = world.create("finance.settlement", body)
    perform("finance.settlement", [made.pk], "post", actor=world.actor)
    return made


def in_the_books(world, control, on):
    """Balance of the control account at the end of a day, by party, straight from the journal."""
    role, sign = CONTROLS[control]
    rows = JournalLine.objects.filter(group=world.group, account__role=role, posted_on__lte=on)
    sums = rows.values_list("party_id").annotate(total=models.Sum(models.F("debit") - models.F("credit")))
    return {party_id: sign * total for party_id, total in sums if total}


def aged(world, control, on, since=Since.DUE):
    result = run_ageing(world.actor, AgeingParams(on=on, control=control, since=since))
    found = {}
    for row in result.rows:
        buckets = {k: v for k, v in row.values.items() if k not in ("party", "total") and v}
        assert sum(buckets.values(), ZERO) == row.values["total"]
        found[row.values["party"]["id"]] = (row.values["total"], buckets)
    return found


def proven(world, days=DAYS):
    """Σ buckets = control account, per party, on every day; and the open items add up to the same."""
    for control, on in itertools.product(
        (Control.RECEIVABLE, Control.PAYABLE, Control.ADVANCE, Control.PREPAYMENT), days
    ):
        books = in_the_books(world, control, on)
        found = {id: total for id, (total, _buckets) in aged(world, control, on).items() if total}
        assert found == books, (control, on)
        items = run_open_items(world.actor, OpenItemParams(on=on, control=control))
        assert sum((row.values["open"] for row in items.rows), ZERO) == sum(books.values(), ZERO), (control, on)
    check_invariants(world)


@pytest.fixture
def november(firm):
    """
    11-01 C1 owes 1,130.00 (due 12-01)          11-03 CU owes 1,000.00 USD at 7.10 (due 11-20)
    11-05 C1 pays 500.00 of it                  11-06 CU pays 400.00 USD at 7.00: loss 40.00
    11-07 C1 pays 80.00 of an invoice of 11-09  11-08 C1 pays 300.00 in advance
    11-10 C1 owes 200.00 (due 11-15)            11-12 the advance settles 200.00 of it
    11-15 the payment of 11-05 is taken back    11-16 credit note of 130.00 to C1
    11-18 it is set off against the 1,130.00    11-20 CU pays 600.00 USD at 7.25: gain 90.00
    11-22 CU: invoice 50 USD at 7.30, credit note 50 USD at 7.20, set off on 11-23: gain or loss of 5.00
    11-25 the settlement of 11-18 is undone     11-26 the credit note is reversed
    11-02 S1: prepayment 90.00, invoice 113.00 of 11-04, set off 11-14
    """
    firm.big = invoice(firm, "C1", "1130.00", on="2026-11-01", due="2026-12-01")
    usd = {"currency": "USD", "due": "2026-11-20"}
    firm.abroad = invoice(firm, "CU", "1000.00", on="2026-11-03", rate="7.10", **usd)
    first = post(firm, collect(firm, "C1", "500.00", (firm.big.number, "500.00"), posted_on="2026-11-05"))
    post(firm, collect(firm, "CU", "400.00", (firm.abroad.number, "400.00"), rate="7.00", posted_on="2026-11-06"))
    later = invoice(firm, "C1", "80.00", on="2026-11-09", due="2026-11-30")
    post(firm, collect(firm, "C1", "80.00", (later.number, "80.00"), posted_on="2026-11-07"))
    advance = post(firm, collect(firm, "C1", "300.00", rest_as_advance=True, posted_on="2026-11-08"))
    small = invoice(firm, "C1", "200.00", on="2026-11-10", due="2026-11-15")
    use = Settling(invoice=small.number, settled_on=date(2026, 11, 12))
    perform("finance.payment", [advance.pk], "settle", use, actor=firm.actor)
    taken = Reversal(posted_on=date(2026, 11, 15))
    perform("finance.payment", [first.pk], "reverse", taken, actor=firm.actor)
    note = invoice(firm, "C1", "-130.00", on="2026-11-16", due="2026-11-16")
    off = settled(firm, "C1", "2026-11-18", (firm.big.number, "130.00"), (note.number, "-130.00"))
    post(firm, collect(firm, "CU", "600.00", (firm.abroad.number, "600.00"), rate="7.25", posted_on="2026-11-20"))
    dear = invoice(firm, "CU", "50.00", on="2026-11-22", rate="7.30", **usd)
    cheap = invoice(firm, "CU", "-50.00", on="2026-11-22", rate="7.20", **usd)
    settled(firm, "CU", "2026-11-23", (dear.number, "50.00"), (cheap.number, "-50.00"))
    perform("finance.settlement", [off.pk], "reverse", Undo(posted_on=date(2026, 11, 25)), actor=firm.actor)
    run(firm.actor, lambda c: invoices.reverse(c, [note.pk], date(2026, 11, 26)))
    before = post(firm, pay(firm, "S1", "90.00", rest_as_advance=True, posted_on="2026-11-02"))
    owed = supplied(firm, "S1", "113.00", on="2026-11-04", due="2026-11-10")
    settled(firm, "S1", "2026-11-14", (before.number, "90.00"), (owed.number, "-90.00"))
    return firm


def test_every_day_of_november_the_ages_add_up_to_the_account(november):
    proven(november)


@pytest.mark.parametrize(
    ("on", "buckets"),
    [
        ("2026-10-31", None),
        ("2026-11-01", {"not_due": 1130}),
        ("2026-11-05", {"not_due": 630}),
        ("2026-11-07", {"not_due": 630, "days_30": -80}),  # paid before it was invoiced
        ("2026-11-09", {"not_due": 630}),
        ("2026-11-10", {"not_due": 830}),
        ("2026-11-12", {"not_due": 630}),
        ("2026-11-15", {"not_due": 1130}),
        ("2026-11-16", {"not_due": 1130, "days_30": -130}),
        ("2026-11-18", {"not_due": 1000}),
        ("2026-11-25", {"not_due": 1130, "days_30": -130}),
        ("2026-11-26", {"not_due": 1130}),
        ("2026-12-05", {"days_30": 1130}),
    ],
)
def test_what_the_customer_owed_on_a_day_by_age(november, on, buckets):
    found = aged(november, Control.RECEIVABLE, date.fromisoformat(on)).get(party(november, "C1").pk)
    assert (found and found[1]) == buckets


@pytest.mark.parametrize(
    ("on", "owed", "buckets"),
    [
        ("2026-11-03", 7100, {"not_due": 7100}),
        ("2026-11-06", 4260, {"not_due": 4260}),
        ("2026-11-19", 4260, {"not_due": 4260}),
        ("2026-11-20", 0, None),
        ("2026-11-22", 5, {"days_30": 5}),
        ("2026-11-23", 0, None),
    ],
)
def test_what_was_owed_in_another_currency_stands_at_the_rate_of_its_invoice(november, on, owed, buckets):
    day = date.fromisoformat(on)
    found = aged(november, Control.RECEIVABLE, day).get(party(november, "CU").pk)
    assert (found and found[1]) == buckets
    assert in_the_books(november, Control.RECEIVABLE, day).get(party(november, "CU").pk, 0) == owed


@pytest.mark.parametrize(
    ("on", "advance", "prepaid", "payable"),
    [
        ("2026-11-02", 0, 90, 0),
        ("2026-11-04", 0, 90, 113),
        ("2026-11-08", 300, 90, 113),
        ("2026-11-12", 100, 90, 113),
        ("2026-11-14", 100, 0, 23),
    ],
)
def test_advances_and_debts_on_a_day(november, on, advance, prepaid, payable):
    day = date.fromisoformat(on)
    totals = [
        sum((total for total, _buckets in aged(november, control, day).values()), ZERO)
        for control in (Control.ADVANCE, Control.PREPAYMENT, Control.PAYABLE)
    ]
    assert totals == [advance, prepaid, payable]


def test_age_counts_from_the_business_date_when_asked(november):
    found = aged(november, Control.RECEIVABLE, date(2026, 12, 5), Since.POSTED)[party(november, "C1").pk]
    assert found[1] == {"days_60": 1130}


class Story:
    """Random days at the cashier's: each deed is one that somebody might try, and many are refused."""

    deeds = ("invoiced", "invoiced", "collected", "collected", "by_age", "used", "set_off", "taken_back", "undone")

    def __init__(self, world, seed):
        self.world, self.dice = world, random.Random(seed)
        self.papers, self.paid, self.sets = {"C1": [], "CU": []}, [], []

    def day(self):
        return date(2026, 11, self.dice.randint(1, 28))

    def amount(self, top=900):
        return f"{self.dice.randint(1, top * 100) / 100:.2f}"

    def paper(self):
        return self.dice.choice(self.own).number

    def one(self):
        """A deed with one of the customers."""
        self.code = self.dice.choice(("C1", "C1", "CU"))
        self.rate = f"{self.dice.uniform(6.8, 7.4):.4f}" if self.code == "CU" else "1"
        self.own = self.papers[self.code]
        getattr(self, self.dice.choice(self.deeds) if self.own else "invoiced")()

    def invoiced(self):
        sign = "-" if self.dice.random() < 0.2 else ""
        currency = "USD" if self.code == "CU" else "CNY"
        more = {"on": self.day().isoformat(), "rate": self.rate, "currency": currency}
        self.own.append(invoice(self.world, self.code, sign + self.amount(), **more))

    def collected(self, *lines, **more):
        lines = lines or ((self.paper(), self.amount(300)),)
        more |= {"rate": self.rate, "rest_as_advance": True, "posted_on": self.day().isoformat()}
        lines = () if more.get("oldest_first") else lines
        self.paid.append(post(self.world, collect(self.world, self.code, self.amount(600), *lines, **more)))

    def by_age(self):
        self.collected(oldest_first=True)

    def used(self):
        use = Settling(invoice=self.paper(), settled_on=self.day())
        perform("finance.payment", [self.dice.choice(self.paid).pk], "settle", use, actor=self.world.actor)

    def set_off(self):
        amount = self.amount(200)
        lines = (self.paper(), amount), (self.paper(), f"-{amount}")
        self.sets.append(settled(self.world, self.code, self.day().isoformat(), *lines))

    def taken_back(self):
        back = Reversal(posted_on=self.day())
        perform("finance.payment", [self.dice.choice(self.paid).pk], "reverse", back, actor=self.world.actor)

    def undone(self):
        undo = Undo(posted_on=self.day())
        perform("finance.settlement", [self.dice.choice(self.sets).pk], "reverse", undo, actor=self.world.actor)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_days_of_paying_and_taking_back_add_up(firm, seed):
    """Whatever is paid, used, set off and taken back, in whatever order of typing and of dates."""
    story, done = Story(firm, seed), 0
    for _attempt in range(140):
        try:
            story.one()
            done += 1
        except (Refusal, IndexError):  # refused, or nothing there yet to choose from
            continue
    assert done >= 50
    proven(firm, [date(2026, 11, n) for n in (1, 5, 9, 13, 17, 21, 25, 28)])
