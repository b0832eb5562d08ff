"""Where revenue comes with the delivery (S02, S07): the invoice only bills what was recognised, to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.books.models import Bookkeeping
from jingwei.platform.errors import Refusal
from jingwei.sales.models import DeliveryLine
from tests.sales.stories import (
    balances,
    coming_back,
    confirmed,
    credit,
    delivered,
    delivery,
    entries,
    invoice,
    invoiced,
    order,
    returned,
    taken_back,
    with_customers,
)
from tests.support.rules import check_invariants

D = Decimal


@pytest.fixture
def firm(world):
    return with_customers(world)


def cleared(delivery):
    rows = DeliveryLine.objects.filter(delivery=delivery).order_by("line")
    return [(x.quantity_returned, x.quantity_invoiced, x.net_cleared, x.tax_cleared) for x in rows]


@pytest.fixture
def at_delivery(firm):
    Bookkeeping.objects.filter(group=firm.group).update(revenue_on="delivery")
    return firm


def test_where_revenue_comes_with_the_delivery_the_invoice_only_bills_it(at_delivery):
    firm = at_delivery
    (sold,) = confirmed(firm, order(("BOLT", 10, "5", {"tax_rate": "13"})))
    (went,) = delivered(firm, delivery((sold, 1, 10)))
    before = len(entries(firm))
    (bill,) = invoiced(firm, invoice((went, 1, 10)))
    assert entries(firm, skip=before) == [
        ("112201", D("56.50"), 0),
        ("112202", 0, D("56.50")),
        ("222106", D("6.50"), 0),
        ("22210107", 0, D("6.50")),
    ]
    check_invariants(firm)
    (back,) = returned(firm, coming_back((went, 1, 4)))
    assert (balances(firm)["112202"], balances(firm)["505101"], balances(firm)["540201"]) == (D("-22.60"), -30, 12)
    check_invariants(firm)
    (note,) = invoiced(firm, credit((went, 1, 4)))
    assert ("112202" in balances(firm), balances(firm)["112201"]) == (False, D("33.90"))
    assert "222106" not in balances(firm)
    check_invariants(firm)
    for kind, document in (("billing", note), ("return", back), ("billing", bill), ("delivery", went)):
        taken_back(firm, kind, document)
        check_invariants(firm)
    left = balances(firm)
    assert {c for c in ("112201", "112202", "505101", "540201", "222106", "22210107") if c in left} == set()


def test_cents_of_revenue_do_not_stay_unbilled(at_delivery):
    """0.05 in two parts is 0.03 and 0.02, whichever of them is returned; a part is not taken out from under another."""
    firm = at_delivery
    (sold,) = confirmed(firm, order(("BOLT", 2, "0.025")))
    assert sold.amount_net == D("0.05")
    (went,) = delivered(firm, delivery((sold, 1, 2)))
    (one,) = invoiced(firm, invoice((went, 1, 1)))
    (back,) = returned(firm, coming_back((went, 1, 1)))
    assert (one.amount_net, back.lines[0].amount_net) == (D("0.03"), D("0.02"))
    check_invariants(firm)
    taken_back(firm, "billing", one)
    (again,) = invoiced(firm, invoice((went, 1, 1), on="2026-01-21"))
    assert again.amount_net == D("0.03")
    assert "112202" not in balances(firm)
    check_invariants(firm)


def test_a_part_under_later_parts_is_not_taken_out(at_delivery):
    firm = at_delivery
    (sold,) = confirmed(firm, order(("BOLT", 2, "0.025")))
    (went,) = delivered(firm, delivery((sold, 1, 2)))
    invoiced(firm, invoice((went, 1, 1)))
    (second,) = invoiced(firm, invoice((went, 1, 1)))
    returned(firm, coming_back((went, 1, 1)))
    with pytest.raises(Refusal) as order_of_parts:
        taken_back(firm, "billing", second)
    found = order_of_parts.value.problems[0]
    assert (found.code, found.status) == ("parts.order", 409)
    assert cleared(went) == [(1, 2, D("0.08"), 0)]
    check_invariants(firm)


def test_amounts_of_recognised_revenue_are_not_given_anew(at_delivery):
    firm = at_delivery
    (sold,) = confirmed(firm, order(("BOLT", 2, "5")))
    (went,) = delivered(firm, delivery((sold, 1, 2)))
    reply = firm.person("accountant").post("sales/billings", invoice((went, 1, 1, {"net_given": "4"})))
    assert (reply.status, reply.codes) == (422, ["amount.fixed"])


def test_recognised_revenue_in_dollars_is_billed_at_the_orders_rate(at_delivery):
    firm = at_delivery
    for on, rate in (("2026-01-01", "7.2134"), ("2026-01-10", "7.1")):
        firm.create(
            "masterdata.exchange-rate", {"from_currency": "USD", "to_currency": "CNY", "valid_from": on, "rate": rate}
        )
    (sold,) = confirmed(firm, order(("BOLT", 3, "0.33", {"tax_rate": "13"}), currency="USD"))
    (went,) = delivered(firm, delivery((sold, 1, 3)))
    assert balances(firm)["112202"] == D("8.08")  # 0.99 and 0.13 at 7.2134: 7.14 and 0.94
    bills = [invoiced(firm, invoice((went, 1, 1)))[0] for _ in range(3)]
    assert [b.amount_gross for b in bills] == [D("0.37"), D("0.38"), D("0.37")]
    assert ("112202" in balances(firm), balances(firm)["112201"]) == (False, D("8.08"))
    check_invariants(firm)


# --- sets and storms --------------------------------------------------------------------------------------------------
