"""Many cashiers at once: an invoice is paid once, an advance used once, and nothing settles more than is open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jingwei.books.models import JournalEntry, OpenItem
from jingwei.finance.payments import Settling
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from tests.books.stories import with_books
from tests.finance.stories import collect, invoice, with_parties
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


@pytest.fixture
def alone(own_database):
    return with_parties(with_books(with_basics(new_world())))


def post(world, made):
    return perform("finance.payment", [made.pk], "post", actor=world.actor)


def opened(world):
    rows = OpenItem.objects.filter(group=world.group).exclude(open=0).order_by("id")
    return {i.pk: (i.open, i.open_functional) for i in rows}


def test_twenty_payments_of_one_invoice_at_once_settle_it_once(alone):
    paper = invoice(alone, "C1", "100.00")
    made = [collect(alone, "C1", "100.00", (paper.number, "100.00")) for _number in range(20)]

    def cashier(number):
        try:
            post(alone, made[number])
        except Refusal as refusal:
            return refusal.problems[0].code
        return "posted"

    outcomes = in_threads(20, cashier)
    assert sorted(outcomes) == ["allocation.over"] * 19 + ["posted"]
    assert JournalEntry.objects.filter(group=alone.group, purpose="payment").count() == 1
    assert opened(alone) == {}
    check_invariants(alone)


def test_many_cashiers_and_the_oldest_first_never_settle_too_much(alone):
    for gross in ("30.00", "30.00", "40.00"):
        invoice(alone, "C1", gross)
    made = [collect(alone, "C1", "15.00", oldest_first=True) for _number in range(10)]

    def cashier(number):
        try:
            post(alone, made[number])
        except Refusal as refusal:
            return refusal.problems[0].code
        return "posted"

    outcomes = in_threads(10, cashier)
    assert sorted(outcomes) == ["payment.unallocated"] * 4 + ["posted"] * 6
    assert sum(amount for amount, _functional in opened(alone).values()) == 10
    check_invariants(alone)


def test_one_advance_is_used_once_however_many_use_it(alone):
    made = collect(alone, "C1", "50.00", rest_as_advance=True)
    post(alone, made)
    sheets = [invoice(alone, "C1", "50.00", on="2026-11-21") for _number in range(8)]

    def clerk(number):
        use = Settling(invoice=sheets[number].number, settled_on=date(2026, 11, 22), amount=Decimal(50))
        try:
            perform("finance.payment", [made.pk], "settle", use, actor=alone.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "used"

    assert sorted(in_threads(8, clerk)) == ["allocation.over"] * 7 + ["used"]
    check_invariants(alone)
