"""Random parts of random receipts: whatever is returned, invoiced, credited and taken back, in whatever order, nothing
is left accrued of what is settled, and what the rules call broken is found."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from jingwei.platform.documents.write import delete
from jingwei.platform.errors import Refusal
from jingwei.platform.invariants import violations
from jingwei.platform.money import round_half_up
from jingwei.purchasing import matching
from jingwei.purchasing.counters import Came, cents_left
from jingwei.purchasing.invariants import RULES
from jingwei.purchasing.models import (
    GoodsReceipt,
    GoodsReceiptLine,
    PurchaseOrderLine,
    SupplierInvoiceLine,
)
from tests.purchasing.stories import (
    balances,
    bill,
    confirmed,
    going,
    invoiced,
    order,
    receipt,
    received,
    returned,
    taken_back,
    uninvoiced,
)
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants

cents = st.decimals(min_value=0, max_value=10**7, places=2)
rates = st.decimals(min_value="0.01", max_value=2000, places=4)


@settings(max_examples=300, deadline=None)
@given(amounts=st.lists(st.tuples(cents, st.integers(0, 100)), min_size=1, max_size=40), rate=rates)
def test_a_converted_invoice_is_split_without_losing_a_cent(amounts, rate):
    lines = []
    for net, percent in amounts:
        tax = round_half_up(net * percent / 100, 2)
        lines.append(SupplierInvoiceLine(amount_net=net, amount_tax=tax, amount_gross=net + tax))
    found = matching.in_functional(lines, rate, 2)
    assert sum(f.gross for f in found) == round_half_up(sum(x.amount_gross for x in lines) * rate, 2)
    assert sum(f.tax for f in found) == round_half_up(sum(x.amount_tax for x in lines) * rate, 2)
    for line, f in zip(lines, found, strict=True):
        assert f.net + f.tax == f.gross
        assert abs(f.gross - line.amount_gross * rate) < Decimal("0.015")  # a cent, and what the whole was rounded by
        assert abs(f.tax - line.amount_tax * rate) < Decimal("0.015")


@settings(max_examples=300, deadline=None)
@given(
    amount=st.decimals(min_value=0, max_value=1000, places=2),
    quantity=st.integers(1, 9),
    choices=st.lists(st.tuples(st.sampled_from("rick"), st.integers(1, 4), st.integers(0, 99)), max_size=40),
)
def test_parts_of_a_line_always_add_up(amount, quantity, choices):
    """r returns, i invoices, c credits, k takes one of them back; a step beyond a limit or refused is left out."""
    line = GoodsReceiptLine(pk=1, line=1, quantity=Decimal(quantity), amount=amount, receipt=GoodsReceipt(pk=2))
    came = Came(line, PurchaseOrderLine())
    standing: list[tuple[str, int, Decimal]] = []

    def count(kind, part, share, sign):
        name = "returned" if kind == "r" else "invoiced"
        setattr(line, f"quantity_{name}", getattr(line, f"quantity_{name}") + sign * part)
        setattr(line, f"amount_{name}", getattr(line, f"amount_{name}") + sign * share)

    for kind, part, which in choices:
        if kind == "k":
            if standing:
                gone = standing.pop(which % len(standing))
                count(*gone, -1)
                if line.quantity_invoiced < 0 or line.quantity_invoiced > quantity or cents_left([came]):
                    count(*gone, 1)
                    standing.append(gone)
            continue
        change = -part if kind == "c" else part
        now = line.quantity_returned if kind == "r" else line.quantity_invoiced
        if not 0 <= now + change <= quantity:
            continue
        made = (kind, change, came.share(Decimal(change), 2))
        count(*made, 1)
        standing.append(made)
        assert came.cents == 0
        target = round_half_up(amount * came.quantity_cleared / quantity, 2)
        assert came.amount_cleared == target
    assert came.amount_cleared == sum(share for _k, _c, share in standing)
    if came.quantity_cleared in (0, quantity):
        assert came.amount_cleared == (amount if came.quantity_cleared else 0)


class Story:
    """A season of purchases. Every step is one that people may try; what is refused leaves nothing behind."""

    ITEMS = ("BOLT", "NUT")

    def __init__(self, firm, seed):
        self.firm, self.dice, self.day, self.refused = firm, random.Random(seed), 5, 0
        prices = [self.dice.choice(["3.33", "0.07", "10"]) for _ in range(4)]
        lines = [[(i, 30, prices.pop()) for i in self.ITEMS] for _ in range(2)]
        self.bought = confirmed(firm, *(order(*two) for two in lines))
        self.came, self.standing = [], []

    def step(self):
        self.day += 1
        self.on = f"2026-{1 + self.day // 28:02}-{1 + self.day % 28:02}"
        weights = {"receipt": 3, "return": 2, "use": 1, "invoice": 3, "back": 1}
        (kind,) = self.dice.choices(list(weights), list(weights.values())) if self.came else ["receipt"]
        getattr(self, f"do_{kind}")()

    def post(self, key, body):
        (draft,) = self.firm.create(f"purchasing.{key}", body)
        try:
            perform(f"purchasing.{key}", [draft.pk], "post", actor=self.firm.actor)
        except Refusal:
            self.refused += 1
            run(self.firm.actor, lambda command: delete(command, f"purchasing.{key}", [draft.pk]))
            return
        self.standing.append((key, draft))
        if key == "receipt":
            self.came.append(draft)

    def some(self, *more):
        return (self.dice.choice(self.came), self.dice.randint(1, 2), self.dice.randint(1, 7), *more)

    def do_receipt(self):
        order = self.dice.choice(self.bought)
        self.post("receipt", receipt(*((order, n, self.dice.randint(1, 9)) for n in (1, 2)), on=self.on))

    def do_return(self):
        self.post("return", going(self.some(), on=self.on, is_final=self.dice.random() < 0.5))

    def do_invoice(self):
        kind = "credit" if self.dice.random() < 0.25 else "invoice"
        price = self.dice.choice(["3.33", "0.08", "9.99", "12"])
        self.post("invoice", bill(self.some(price), on=self.on, kind=kind))

    def do_use(self):
        try:
            done(self.firm, "other-out", body(at(self.on), (self.dice.choice(self.ITEMS), self.dice.randint(1, 5))))
        except Refusal:
            self.refused += 1

    def do_back(self):
        self.take_back(*self.dice.choice(self.standing), self.on)

    def take_back(self, key, document, on):
        try:
            uninvoiced(self.firm, document, on) if key == "invoice" else taken_back(self.firm, key, document, on)
        except Refusal as refusal:
            self.refused += 1
            return refusal.problems[0].code
        self.standing.remove((key, document))
        self.came = [c for c in self.came if c is not document]
        return None


@pytest.mark.parametrize("seed", range(1, 5))
def test_random_purchases_keep_every_rule_and_can_all_be_taken_back(firm, seed):
    story = Story(firm, seed)
    for _ in range(45):
        story.step()
    assert story.refused < 30
    check_invariants(firm)
    done(
        firm, "other-in", body(at("2026-03-01"), *((i, 300, "1") for i in Story.ITEMS), price_reason="found")
    )  # what was used is there again
    for key, document in story.standing[::-1]:
        assert story.take_back(key, document, "2026-03-02") is None, (key, document.number)
    sums = balances(firm)
    assert (sums["220202"], sums["220201"]) == (0, 0)
    check_invariants(firm)


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("UPDATE purchase_order_line SET quantity_received = quantity_received - 1", "I-10"),
        ("UPDATE purchase_order_line SET quantity_invoiced = quantity_invoiced + 1", "I-10"),
        ("UPDATE goods_receipt_line SET quantity_returned = quantity_returned - 1", "I-10"),
        ("UPDATE goods_receipt_line SET amount_returned = amount_returned + 1", "I-33"),
        ("UPDATE goods_receipt_line SET quantity_invoiced = quantity_invoiced - 1", "I-10"),
        ("UPDATE goods_receipt_line SET amount_invoiced = amount_invoiced + 0.01", "I-19"),
        ("UPDATE goods_receipt_line SET amount = amount + 0.01", "I-33"),
        ("UPDATE supplier_invoice SET is_blocked = NOT is_blocked", "I-15"),
        ("UPDATE supplier_invoice_line SET amount_accrued = amount_accrued - 1", "I-10"),
        ("UPDATE purchase_return SET is_final = NOT is_final", "I-10"),
    ],
)
def test_a_planted_fault_is_found_by_its_rule(firm, fault, key):
    (bought,) = confirmed(firm, order(("BOLT", 10, "3")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    returned(firm, going((came, 1, 2)))
    invoiced(firm, bill((came, 1, 8, "3")))
    assert list(violations(RULES, firm.group.pk)) == []
    with connection.cursor() as cursor:
        cursor.execute(f"{fault} WHERE group_id = %s", [firm.group.pk])
    assert key in {v.key for v in violations(RULES, firm.group.pk)}
