"""From delivery to invoice and back: what may be invoiced, returned and credited, to the cent, and what stands in the
books after each step."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.books.models import JournalLine
from jingwei.finance.models import RegisteredInvoice
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.sales.models import Billing, BillingLine, DeliveryLine, SalesOrder, SalesOrderLine, SalesReturn
from jingwei.stock.models import ItemValue, PlannedMove, Reservation
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
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics

D = Decimal


@pytest.fixture
def firm(world):
    return with_customers(world)


def counters(order):
    rows = SalesOrderLine.objects.filter(order=order).order_by("line")
    return [(x.quantity_delivered, x.quantity_returned, x.quantity_invoiced) for x in rows]


def cleared(delivery):
    rows = DeliveryLine.objects.filter(delivery=delivery).order_by("line")
    return [(x.quantity_returned, x.quantity_invoiced, x.net_cleared, x.tax_cleared) for x in rows]


def test_a_day_from_order_to_credit_note(firm):
    """The clerk takes the order, the keeper ships in two parts, the accountant invoices, the customer pays a part and
    sends something back, which is credited."""
    clerk, keeper, accountant, cashier = (firm.person(r) for r in ("clerk", "keeper", "accountant", "cashier"))
    taken = clerk.made(
        "sales/orders",
        order(("BOLT", 60, "5", {"tax_rate": "13"}), ("CARR", 1, "30", {"tax_rate": "9"}), customer_reference="PO-77"),
    )
    assert clerk.post(f"sales/orders/{taken['id']}/confirm", version=1).status == 200

    (draft,) = keeper.post("sales/orders/convert/deliver", {"ids": [taken["id"]]}).body["drafts"]
    first = {**draft, "moved_at": at("2026-01-08"), "lines": [{**draft["lines"][0], "quantity": "40"}]}
    one = keeper.made("sales/deliveries", first)
    assert keeper.post(f"sales/deliveries/{one['id']}/post", version=1).status == 200
    (draft,) = keeper.post("sales/orders/convert/deliver", {"ids": [taken["id"]]}).body["drafts"]
    two = keeper.made("sales/deliveries", {**draft, "moved_at": at("2026-01-09")})
    assert keeper.post(f"sales/deliveries/{two['id']}/post", version=1).status == 200
    before = len(entries(firm))

    (draft,) = accountant.post("sales/deliveries/convert/invoice", {"ids": [one["id"], two["id"]]}).body["drafts"]
    assert [(x["delivery"], x["quantity"]) for x in draft["lines"]] == [
        (one["id"], "40"),
        (two["id"], "20"),
        (two["id"], "1"),
    ]
    assert keeper.post("sales/deliveries/convert/invoice", {"ids": [one["id"]]}).status == 403
    bill = accountant.made("sales/billings", {**draft, "invoiced_on": "2026-01-10"})
    assert [bill[n] for n in ("number", "due_on", "amount_net", "amount_tax", "amount_gross")] == [
        "SI-2026-000001",
        "2026-02-09",
        "330",
        "41.7",
        "371.7",
    ]
    posted_now = accountant.post(f"sales/billings/{bill['id']}/post", version=1)
    assert (posted_now.status, posted_now.body["record"]["amount_open"]) == (200, "371.7")
    assert entries(firm, skip=before) == [
        ("112201", D("371.70"), 0),
        ("505101", 0, 300),
        ("500101", 0, 30),
        ("22210107", 0, D("41.70")),
        ("540201", 120, 0),
        ("1406", 0, 120),
    ]
    seen = clerk.get(f"sales/orders/{taken['id']}").body
    assert (seen["progress_delivered"], seen["progress_invoiced"]) == ("100", "100")
    check_invariants(firm)

    (draft,) = cashier.post("sales/billings/convert/collect", {"ids": [bill["id"]]}).body["drafts"]
    assert (draft["amount"], draft["lines"]) == ("371.7000", [{"invoice": "SI-2026-000001", "amount": "371.7000"}])
    part = {**draft, "posted_on": "2026-01-11", "account": "1002", "amount": "200"}
    money = cashier.made("finance/payments", {**part, "lines": [{**draft["lines"][0], "amount": "200"}]})
    assert cashier.post(f"finance/payments/{money['id']}/post", version=1).status == 200
    assert accountant.get(f"sales/billings/{bill['id']}").body["amount_open"] == "171.7"
    settled = accountant.post(f"sales/billings/{bill['id']}/reverse", {"posted_on": "2026-01-20"}, version=2)
    assert (settled.status, settled.codes) == (409, ["allocation.exists"])
    assert [d["number"] for d in settled.body["errors"][0]["documents"]] == [money["number"]]
    assert Billing.objects.get(pk=bill["id"]).state == "posted"

    (draft,) = keeper.post("sales/deliveries/convert/return", {"ids": [one["id"]]}).body["drafts"]
    draft = {**draft, "moved_at": at("2026-01-12"), "reason": "thread damaged", "is_final": True}
    back = keeper.made("sales/returns", {**draft, "lines": [{**draft["lines"][0], "quantity": "10"}]})
    before = len(entries(firm))
    assert keeper.post(f"sales/returns/{back['id']}/post", version=1).body["record"]["amount"] == "50"
    assert entries(firm, skip=before) == [("1406", -20, 0), ("140301", 0, -20)]
    check_invariants(firm)

    (draft,) = accountant.post("sales/returns/convert/credit", {"ids": [back["id"]]}).body["drafts"]
    note = accountant.made("sales/billings", {**draft, "invoiced_on": "2026-01-15"})
    assert [note[n] for n in ("kind", "amount_net", "amount_tax", "amount_gross")] == ["credit", "50", "6.5", "56.5"]
    before = len(entries(firm))
    assert accountant.post(f"sales/billings/{note['id']}/post", version=1).status == 200
    assert entries(firm, skip=before) == [
        ("112201", D("-56.50"), 0),
        ("505101", 0, -50),
        ("22210107", 0, D("-6.50")),
        ("540201", -20, 0),
        ("1406", 0, -20),
    ]
    nothing = accountant.post("sales/returns/convert/credit", {"ids": [back["id"]]})
    assert (nothing.status, nothing.codes) == (409, ["return.nothing_open"])
    assert balances(firm)["112201"] == D("115.20")  # 371.70 − 200.00 − 56.50
    assert "1406" not in balances(firm)
    assert counters(taken["id"]) == [(60, 10, 50), (1, 0, 1)]
    links = [(x["key"], x["relation"]) for x in accountant.get(f"sales/returns/{back['id']}/links").body["rows"]]
    assert links == [("sales.delivery", "source"), ("sales.billing", "target")]
    check_invariants(firm)


def test_each_step_taken_back_restores_what_was(firm):
    (sold,) = confirmed(firm, order(("BOLT", 10, "5", {"tax_rate": "13"})))
    ordered = balances(firm), counters(sold)
    (went,) = delivered(firm, delivery((sold, 1, 10)))
    shipped = balances(firm), counters(sold), cleared(went)
    (bill,) = invoiced(firm, invoice((went, 1, 10)))
    billed = balances(firm), counters(sold), cleared(went)
    (back,) = returned(firm, coming_back((went, 1, 4)))
    came = balances(firm), counters(sold), cleared(went)
    (note,) = invoiced(firm, credit((went, 1, 4)))
    assert counters(sold) == [(6, 4, 6)]
    check_invariants(firm)

    taken_back(firm, "billing", note)
    assert (balances(firm), counters(sold), cleared(went)) == came
    check_invariants(firm)
    taken_back(firm, "return", back)
    assert (balances(firm), counters(sold), cleared(went)) == billed
    with pytest.raises(Refusal) as named:
        taken_back(firm, "delivery", went)
    found = named.value.problems[0]
    assert (found.code, [d.number for d in found.documents]) == ("doc.has_successors", [bill.number])
    taken_back(firm, "billing", bill)
    assert (balances(firm), counters(sold), cleared(went)) == shipped
    assert RegisteredInvoice.objects.get(document=bill.pk).is_reversed
    check_invariants(firm)
    taken_back(firm, "delivery", went)
    assert (balances(firm), counters(sold)) == ordered
    assert ItemValue.objects.get(group=firm.group, item__code="BOLT").value == 200
    check_invariants(firm)


def test_invoices_in_parts_add_up_to_the_order_to_the_cent(firm):
    (sold,) = confirmed(firm, order(("BOLT", 3, "33.33333333", {"tax_rate": "13"})))
    (went,) = delivered(firm, delivery((sold, 1, 3)))
    bills = [invoiced(firm, invoice((went, 1, 1)))[0] for _ in range(3)]
    assert [(b.amount_net, b.amount_tax) for b in bills] == [
        (D("33.33"), D("4.33")),
        (D("33.34"), D("4.34")),
        (D("33.33"), D("4.33")),
    ]
    taken_back(firm, "billing", bills[1])  # out of their order: what was 33.34 is invoiced again as 33.34
    (again,) = invoiced(firm, invoice((went, 1, 1), on="2026-01-21"))
    assert (again.amount_net, again.amount_tax) == (D("33.34"), D("4.34"))
    assert SalesOrder.objects.get(pk=sold.pk).progress_invoiced == 100
    check_invariants(firm)


def test_what_was_given_beyond_the_share_is_credited_with_it(firm):
    (sold,) = confirmed(firm, order(("BOLT", 4, "25", {"tax_rate": "13"})))
    (went,) = delivered(firm, delivery((sold, 1, 4)))
    given = {"net_given": "50.03", "tax_given": "6.51"}
    (bill,) = invoiced(firm, invoice((went, 1, 2, given)))
    assert (bill.amount_net, bill.amount_tax, bill.amount_gross) == (D("50.03"), D("6.51"), D("56.54"))
    (rest,) = invoiced(firm, invoice((went, 1, 2)))
    assert (rest.amount_net, rest.amount_tax) == (50, D("6.50"))
    (half,) = invoiced(firm, credit((went, 1, 2)))
    assert (half.amount_net, half.amount_tax) == (D("50.02"), D("6.51"))
    (other,) = invoiced(firm, credit((went, 1, 2)))
    assert (other.amount_net + half.amount_net, other.amount_tax + half.amount_tax) == (D("100.03"), D("13.01"))
    assert "112201" not in balances(firm)
    check_invariants(firm)


def test_what_comes_back_before_it_is_invoiced_is_not_invoiced(firm):
    (sold,) = confirmed(firm, order(("BOLT", 10, "5")))
    (went,) = delivered(firm, delivery((sold, 1, 10)))
    (back,) = returned(firm, coming_back((went, 1, 4), on="2026-01-09"))
    assert (counters(sold), cleared(went)) == ([(6, 4, 0)], [(4, 0, 20, 0)])
    assert PlannedMove.objects.get(document=sold.pk).quantity == -4
    with pytest.raises(Refusal) as over:
        invoiced(firm, invoice((went, 1, 7)))
    assert (over.value.problems[0].code, over.value.status) == ("billing.over", 409)
    (draft,) = firm.person("accountant").post("sales/deliveries/convert/invoice", {"ids": [went.pk]}).body["drafts"]
    assert [x["quantity"] for x in draft["lines"]] == ["6"]
    invoiced(firm, invoice((went, 1, 6)))
    assert balances(firm)["112201"] == 30
    assert "1406" not in balances(firm)
    nothing = firm.person("accountant").post("sales/returns/convert/credit", {"ids": [back.pk]})
    assert nothing.codes == ["return.nothing_open"]
    delivered(firm, delivery((sold, 1, 4), on="2026-01-13"))
    with pytest.raises(Refusal) as again:  # the goods were delivered again: the return stands
        taken_back(firm, "return", back)
    assert again.value.problems[0].code == "delivery.over"
    check_invariants(firm)


def test_a_return_without_replacement_leaves_the_order_delivered(firm):
    (sold,) = confirmed(firm, order(("BOLT", 10, "5")))
    (went,) = delivered(firm, delivery((sold, 1, 10)))
    (back,) = returned(firm, coming_back((went, 1, 4), is_final=True))
    assert counters(sold) == [(10, 4, 0)]
    assert PlannedMove.objects.get(document=sold.pk).quantity == 0
    taken_back(firm, "return", back)
    assert counters(sold) == [(10, 0, 0)]
    check_invariants(firm)


def test_what_is_kept_for_a_replacement_is_let_go_when_the_return_is_taken_back(firm):
    (sold,) = confirmed(firm, order(("BOLT", 10, "5")))
    (went,) = delivered(firm, delivery((sold, 1, 10)))
    (back,) = returned(firm, coming_back((went, 1, 4)))
    perform("sales.order", [sold.pk], "reserve", actor=firm.actor)
    assert Reservation.objects.get(document=sold.pk, state="open").quantity == 4
    taken_back(firm, "return", back)
    assert not Reservation.objects.filter(document=sold.pk, state="open").exists()
    check_invariants(firm)


def test_limits_of_returns_and_credit_notes(firm):
    (sold,) = confirmed(firm, order(("BOLT", 10, "5")))
    (went,) = delivered(firm, delivery((sold, 1, 10)))
    for make, bodies, code in (
        (returned, [coming_back((went, 1, 11))], "return.over"),
        (returned, [coming_back((went, 1, 6), (went, 1, 5))], "return.over"),
        (invoiced, [invoice((went, 1, 6), (went, 1, 5))], "billing.over"),
        (invoiced, [credit((went, 1, 1))], "credit.over"),
    ):
        with pytest.raises(Refusal) as refused:
            make(firm, *bodies)
        assert (refused.value.problems[0].code, refused.value.status) == (code, 409)
        assert counters(sold) == [(10, 0, 0)]
    (bill,) = invoiced(firm, invoice((went, 1, 5)))
    invoiced(firm, credit((went, 1, 2)))
    with pytest.raises(Refusal) as stands:
        taken_back(firm, "billing", bill)
    assert stands.value.problems[0].code == "credit.over"
    assert counters(sold) == [(10, 0, 3)]
    check_invariants(firm)


@pytest.mark.parametrize(
    ("line", "header", "code", "status"),
    [
        ({"quantity": "0"}, {}, "qty.not_positive", 422),
        ({"quantity": "-1"}, {}, "qty.not_positive", 422),
        ({"quantity": "2.5"}, {}, "qty.scale", 422),
        ({"delivery_line": 9}, {}, "delivery_line.unknown", 422),
        ({}, {"customer": "C2"}, "delivery.customer", 422),
        ({}, {"invoiced_on": "2026-01-07"}, "date.order", 422),
        ({}, {"due_on": "2026-01-01"}, "date.order", 422),
        ({"net_given": "1.005"}, {}, "amount.scale", 422),
        ({"net_given": "5", "tax_given": "0.75"}, {}, "tax.difference", 422),
        ({"net_given": "-5"}, {}, "number.range", 422),
        ({}, {"rate": "7"}, "rate.own_currency", 422),
        ({}, {"rate": "-1"}, "rate.not_positive", 422),
    ],
)
def test_bad_invoices_are_named(firm, line, header, code, status):
    (sold,) = confirmed(firm, order(("BOLT", 10, "5", {"tax_rate": "13"})))
    (went,) = delivered(firm, delivery((sold, 1, 10)))
    bad = {**invoice((went, 1, 1)), **header}
    bad["lines"][0] |= line
    reply = firm.person("accountant").post("sales/billings", bad)
    assert (reply.status, reply.codes) == (status, [code])
    assert Billing.objects.filter(group=firm.group).count() == 0


@pytest.mark.parametrize(
    ("line", "header", "code"),
    [
        ({"quantity": "0"}, {}, "qty.not_positive"),
        ({"quantity": "-1"}, {}, "qty.not_positive"),
        ({"quantity": "2.5"}, {}, "qty.scale"),
        ({"delivery_line": 9}, {}, "delivery_line.unknown"),
        ({"location": "CUST"}, {}, "location.not_stock"),
        ({"lot": "L1"}, {}, "lot.unwanted"),
        ({}, {"customer": "C2"}, "delivery.customer"),
        ({}, {"moved_at": at("2026-01-07")}, "date.order"),
    ],
)
def test_bad_returns_are_named(firm, line, header, code):
    (sold,) = confirmed(firm, order(("BOLT", 10, "5")))
    (went,) = delivered(firm, delivery((sold, 1, 10)))
    bad = {**coming_back((went, 1, 1)), **header}
    bad["lines"][0] |= line
    reply = firm.person("keeper").post("sales/returns", bad)
    assert (reply.status, reply.codes) == (422, [code])
    assert SalesReturn.objects.filter(group=firm.group).count() == 0


def test_what_is_not_delivered_yet_or_any_more_is_not_invoiced(firm):
    (sold,) = confirmed(firm, order(("BOLT", 10, "5")))
    (typed,) = firm.create("sales.delivery", delivery((sold, 1, 5)))
    reply = firm.person("accountant").post("sales/billings", invoice((typed, 1, 5)))
    assert (reply.status, reply.codes) == (409, ["delivery.not_posted"])
    (went,) = delivered(firm, delivery((sold, 1, 5)))
    (bill,) = firm.create("sales.billing", invoice((went, 1, 5)))
    with pytest.raises(Refusal) as draft:
        taken_back(firm, "delivery", went)
    assert draft.value.problems[0].code == "doc.has_successors"
    assert Billing.objects.get(pk=bill.pk).state == "draft"
    check_invariants(firm)


def test_a_closed_month_takes_no_invoice(firm):
    (sold,) = confirmed(firm, order(("BOLT", 10, "5")))
    (went,) = delivered(firm, delivery((sold, 1, 10)))
    from jingwei.books.models import Period, PeriodLock

    month = Period.objects.get(company=firm.company_id, code="2026-01")
    PeriodLock.objects.filter(period=month, area="sales").update(is_closed=True)
    with pytest.raises(Refusal) as closed:
        invoiced(firm, invoice((went, 1, 10)))
    assert (closed.value.problems[0].code, closed.value.status) == ("period.closed", 409)
    assert (counters(sold), cleared(went)) == ([(10, 0, 0)], [(0, 0, 0, 0)])
    PeriodLock.objects.filter(period=month, area="sales").update(is_closed=False)
    check_invariants(firm)


def test_a_late_price_reaches_the_cost_of_what_is_sold_and_goes_back_with_it(firm):
    """A receipt dated before the sale makes the goods dearer: the cost follows to where the goods are, and reversing
    the invoice takes back what they cost by now."""
    (sold,) = confirmed(firm, order(("BOLT", 10, "5")))
    (went,) = delivered(firm, delivery((sold, 1, 10)))
    (bill,) = invoiced(firm, invoice((went, 1, 10)))
    assert (balances(firm)["540201"], "1406" in balances(firm)) == (20, False)
    done(firm, "other-in", body(at("2026-01-03"), ("BOLT", 100, "4.00")))  # 200 of them are worth 600 now
    assert (balances(firm)["540201"], "1406" in balances(firm)) == (30, False)
    check_invariants(firm)
    taken_back(firm, "billing", bill)
    assert ("540201" in balances(firm), balances(firm)["1406"]) == (False, 30)
    check_invariants(firm)
    taken_back(firm, "delivery", went, on="2026-01-21")
    assert "1406" not in balances(firm)
    assert ItemValue.objects.get(group=firm.group, item__code="BOLT").value == 600
    check_invariants(firm)


def test_an_invoice_in_dollars_is_owed_in_dollars_at_the_rate_of_its_day(firm):
    for on, rate in (("2026-01-01", "7.2"), ("2026-01-10", "7.1")):
        firm.create(
            "masterdata.exchange-rate", {"from_currency": "USD", "to_currency": "CNY", "valid_from": on, "rate": rate}
        )
    home, abroad = confirmed(
        firm, order(("BOLT", 10, "5")), order(("BOLT", 10, "1.00", {"tax_rate": "13"}), currency="USD")
    )
    (one,) = delivered(firm, delivery((home, 1, 10)))
    (two,) = delivered(firm, delivery((abroad, 1, 10)))
    mixed = firm.person("accountant").post("sales/billings", invoice((one, 1, 1), (two, 1, 1)))
    assert mixed.codes == ["order.currency"]
    (bill,) = invoiced(firm, invoice((two, 1, 10)))
    assert (bill.currency_id, bill.rate, bill.amount_gross) == ("USD", D("7.1"), D("11.30"))
    owed = JournalLine.objects.get(group=firm.group, account__code="112201")
    assert (owed.currency_id, owed.amount_currency, owed.debit) == ("USD", D("11.30"), D("80.23"))
    check_invariants(firm)
    taken_back(firm, "billing", bill)
    assert "112201" not in balances(firm)
    check_invariants(firm)


# --- revenue on delivery ----------------------------------------------------------------------------------------------


def test_invoicing_a_thousand_lines_costs_the_statements_of_one(firm, statements):
    done(firm, "other-in", body(at("2026-01-02"), ("BOLT", 2000, "2.00")))
    one, many = confirmed(
        firm, order(("BOLT", 1, "2")), order(*(("BOLT", 1, "2") for _ in range(1000)), reference="many")
    )
    small, large = delivered(firm, delivery((one, 1, 1)), delivery(*((many, n, 1) for n in range(1, 1001))))
    for make, key in ((invoice, "sales.billing"), (coming_back, "sales.return")):
        first, second = firm.create(key, make((small, 1, 1)), make(*((large, n, 1) for n in range(1, 1001))))
        with statements() as few:
            perform(key, [first.pk], "post", actor=firm.actor)
        with statements() as all_of_them:
            perform(key, [second.pk], "post", actor=firm.actor)
        assert len(all_of_them) <= len(few)
    check_invariants(firm)


def test_invoices_of_the_same_goods_at_one_moment(own_database):
    """20 went out, 25 invoices of one piece each: exactly 20 are posted."""
    firm = with_customers(with_basics(new_world()))
    (sold,) = confirmed(firm, order(("BOLT", 20, "5")))
    (went,) = delivered(firm, delivery((sold, 1, 20)))
    bills = firm.create("sales.billing", *(invoice((went, 1, 1)) for _ in range(25)))
    ids = [b.pk for b in bills]

    def client(number):
        try:
            perform("sales.billing", [ids[number]], "post", actor=firm.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "posted"

    outcomes = in_threads(25, client)
    assert (outcomes.count("posted"), outcomes.count("billing.over")) == (20, 5)
    assert cleared(went)[0][:2] == (0, 20)
    assert BillingLine.objects.filter(group=firm.group, billing__state="posted").count() == 20
    check_invariants(firm)
