"""How much a customer may owe: what counts, what is refused, and two orders at one moment."""

from __future__ import annotations

import pytest

from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.sales.models import CreditLimit, SalesOrder
from jingwei.stock.models import PlannedMove, Reservation
from tests.books.stories import posted, voucher
from tests.sales.stories import confirmed, delivered, delivery, order, with_customers
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


@pytest.fixture
def firm(world):
    return with_customers(world)


def limit(world, amount, customer="C1"):
    return world.create("sales.credit-limit", {"customer": customer, "credit_limit": amount})[0]


def test_an_order_beyond_the_limit_is_refused_with_the_figures(firm):
    limit(firm, "1000.00")
    first, second, other = firm.create(
        "sales.order",
        order(("BOLT", 10, "50", {"tax_rate": "13"})),
        order(("BOLT", 10, "50")),
        order(("BOLT", 10, "500"), customer="C2", price_reason="special make"),
    )
    clerk = firm.person("clerk")
    assert clerk.post(f"sales/orders/{first.pk}/confirm", version=1).status == 200
    reply = clerk.post(f"sales/orders/{second.pk}/confirm", version=1)
    assert (reply.status, reply.codes) == (409, ["credit.exceeded"])
    error = reply.body["errors"][0]
    assert (error["limit"], error["exposure"], error["excess"]) == ("1000.0000", "1065.00", "65.0000")
    assert (
        "C1 may owe 1,000.00; with 565.00 owed and on order and 500.00 more it would be 65.00 too much"
        in (error["message"])
    )
    assert SalesOrder.objects.get(pk=second.pk).state == "draft"
    assert Reservation.objects.filter(document=second.pk).count() == 0
    assert PlannedMove.objects.filter(document=second.pk).count() == 0
    assert clerk.post(f"sales/orders/{other.pk}/confirm", version=1).status == 200
    check_invariants(firm)


def test_what_is_owed_ordered_and_delivered_counts_once(firm):
    one = limit(firm, "1000.00")
    controller = firm.person("controller")

    def used():
        shown = controller.get(f"sales/credit-limits/{one.pk}").body
        return shown["amount_exposed"], shown["amount_free"]

    (sold,) = confirmed(firm, order(("BOLT", 10, "40"), ("HELP", 1, "50")))
    assert used() == ("450", "550")
    delivered(firm, delivery((sold, 1, 5)))
    assert used() == ("450", "550")
    perform("sales.order", [sold.pk], "close", actor=firm.actor)
    assert used() == ("200", "800")  # what went out and is not invoiced; the rest is called off
    owed = ("112201", "300.00", None, {"party": "C1"}), ("3103", None, "300.00")
    posted(firm, voucher(*owed, on="2026-01-01"), key="finance.opening")
    assert used() == ("500", "500")
    perform("sales.credit-limit", [one.pk], "deactivate", actor=firm.actor)
    confirmed(firm, order(("BOLT", 100, "40")))
    assert used() == ("4500", "-3500")
    check_invariants(firm)


def test_limits_are_for_customers_once_and_not_for_clerks(firm):
    body = {"customer": "C1", "credit_limit": "10"}
    assert firm.person("clerk").post("sales/credit-limits", body).status == 403
    controller = firm.person("controller")
    assert controller.post("sales/credit-limits", {**body, "customer": "S1"}).codes == ["party.not_customer"]
    assert controller.post("sales/credit-limits", {**body, "credit_limit": "-1"}).codes == ["number.range"]
    controller.made("sales/credit-limits", body)
    twice = controller.post("sales/credit-limits", body)
    assert (twice.status, twice.codes) == (409, ["credit.duplicate"])
    assert CreditLimit.objects.filter(group=firm.group).count() == 1


def test_of_two_orders_that_together_exceed_exactly_one_passes(own_database):
    firm = with_customers(with_basics(new_world()))
    limit(firm, "1000.00")
    ids = [o.pk for o in firm.create("sales.order", *(order(("BOLT", 6, "100")) for _ in range(8)))]

    def client(number):
        try:
            perform("sales.order", [ids[number]], "confirm", actor=firm.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "confirmed"

    outcomes = in_threads(8, client)
    assert (outcomes.count("confirmed"), outcomes.count("credit.exceeded")) == (1, 7)
    assert SalesOrder.objects.filter(group=firm.group, state="confirmed").count() == 1
    check_invariants(firm)
