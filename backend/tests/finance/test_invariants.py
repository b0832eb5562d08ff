"""Each rule of finance finds the fault planted for it: corruption made beside the documents does not stay unseen."""

from __future__ import annotations

import pytest
from django.db import models

from jingwei.books.models import OpenItem
from jingwei.finance.models import Payment, PaymentLine, RegisteredInvoice, TaxInvoice
from jingwei.platform.documents.perform import perform
from jingwei.platform.invariants import violations
from jingwei.server.wiring import invariants
from tests.books.stories import with_books
from tests.finance.stories import collect, invoice, with_parties
from tests.support.rules import check_invariants
from tests.support.world import new_world, with_basics


@pytest.fixture
def firm(own_database):
    """C1 owes 113.00 with a tax invoice over it, and has paid 50.00 of that and 30.00 in advance."""
    world = with_parties(with_books(with_basics(new_world())))
    paper = invoice(world, "C1", "113.00")
    made = collect(world, "C1", "80.00", (paper.number, "50.00"), rest_as_advance=True)
    perform("finance.payment", [made.pk], "post", actor=world.actor)
    body = {
        "number": "26310000000000000001",
        "direction": "issued",
        "kind": "special",
        "party": "C1",
        "issued_on": "2026-11-02",
        "amount_net": "100",
        "amount_tax": "13",
        "amount_gross": "113",
        "lines": [{"covers": paper.number}],
    }
    (taxed,) = world.create("finance.tax-invoice", body)
    perform("finance.tax-invoice", [taxed.pk], "record", actor=world.actor)
    check_invariants(world)
    return world


def found(world):
    return sorted({(v.key, v.table) for v in violations(invariants(), world.group.pk)})


FAULTS = {
    "the rest of an advance": (
        lambda w: Payment.objects.filter(group=w.group).update(amount_rest=29),
        {("I-11", "payment")},
    ),
    "the amount of a payment": (
        lambda w: Payment.objects.filter(group=w.group).update(amount=81, amount_allocated=51),
        {("I-11", "payment")},
    ),
    "a line of a payment": (
        lambda w: PaymentLine.objects.filter(group=w.group).update(amount=49),
        {("I-11", "payment")},
    ),
    "what is open of an item": (
        lambda w: OpenItem.objects.filter(group=w.group, open=63).update(open=62),
        {("I-11", "open_item"), ("I-15", "account")},
    ),
    "what an open item is worth": (
        lambda w: OpenItem.objects.filter(group=w.group, open=63).update(open_functional=62),
        {("I-15", "account"), ("I-15", "open_item")},
    ),
    "what a settled item is worth": (
        lambda w: OpenItem.objects.filter(group=w.group, open=0).update(open_functional=1),
        {("I-15", "account"), ("I-15", "open_item"), ("I-16", "open_item")},
    ),
    "the amount of an invoice": (
        lambda w: RegisteredInvoice.objects.filter(group=w.group).update(amount_gross=114),
        {("I-15", "registered_invoice")},
    ),
    "an invoice said to be reversed": (
        lambda w: RegisteredInvoice.objects.filter(group=w.group).update(is_reversed=True),
        {("I-15", "registered_invoice")},
    ),
    "an invoice gone from the register": (
        lambda w: RegisteredInvoice.objects.filter(group=w.group).delete(),
        {("I-15", "document")},
    ),
    "what has its tax invoice": (
        lambda w: RegisteredInvoice.objects.filter(group=w.group).update(
            amount_tax_invoiced=models.F("amount_tax_invoiced") - 1
        ),
        {("I-10", "registered_invoice")},
    ),
    "a tax invoice undone beside its documents": (
        lambda w: TaxInvoice.objects.filter(group=w.group).update(state="draft"),
        {("I-10", "registered_invoice"), ("I-27", "tax_invoice")},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(firm, fault):
    plant, expected = FAULTS[fault]
    plant(firm)
    assert set(found(firm)) == expected
