"""What is not accepted, and what is accepted but blocked: tolerances, limits, numbers entered twice, bad input."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.finance.models import RegisteredInvoice
from jingwei.platform.errors import Refusal
from jingwei.purchasing.models import SupplierInvoice
from tests.purchasing.figures import (
    AP,
    GRNI,
    STOCK,
    TAX,
    VAT_IN,
    bought_and_came,
    counted,
    in_dollars,
    nothing_changed,
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
from tests.support.rules import check_invariants


def test_the_order_in_yuan_and_the_invoice_in_dollars_are_compared_in_yuan(firm):
    in_dollars(firm, ("2026-01-01", "7"))
    _bought, came = bought_and_came(firm, 10, "70")
    fine, dear = invoiced(
        firm,
        bill((came, 1, 5, "10", TAX), currency="USD"),
        bill((came, 1, 5, "10.50", TAX), currency="USD"),
    )
    assert (fine.is_blocked, dear.is_blocked) == (False, True)
    assert dear.variances == "Line 1: 367.50 without tax, by the order 350.00."
    check_invariants(firm)


@pytest.mark.parametrize(
    ("quantity", "price", "paid", "is_blocked"),
    [
        (10, "10", "10.20", False),  # 2 %
        (10, "10", "10.21", True),
        (10, "10", "9.80", False),
        (10, "10", "9.79", True),
        (100, "1000", "1001.00", False),  # 100.00
        (100, "1000", "1001.01", True),
        (1, "0.10", "0.11", False),  # a cent
    ],
)
def test_what_differs_beyond_the_tolerance_is_blocked(firm, quantity, price, paid, is_blocked):
    _bought, came = bought_and_came(firm, quantity, price)
    (made,) = invoiced(firm, bill((came, 1, quantity, paid, TAX)))
    assert (made.is_blocked, bool(made.variances)) == (is_blocked, is_blocked)
    assert RegisteredInvoice.objects.get(document_id=made.pk).is_blocked is is_blocked
    check_invariants(firm)


def test_a_blocked_invoice_is_released_by_another_person_with_a_reason(firm):
    accountant, controller = firm.person("accountant"), firm.person("controller")
    _bought, came = bought_and_came(firm)
    made = accountant.made("purchasing/invoice-matches", bill((came, 1, 10, "11", TAX)))
    path = f"purchasing/invoice-matches/{made['id']}"
    assert controller.post(f"{path}/post", version=1).status == 403
    posted = accountant.post(f"{path}/post", version=1).body["record"]
    assert (posted["state"], posted["is_blocked"]) == ("posted", True)
    assert accountant.post(f"{path}/release", {"reason": "agreed"}, version=2).status == 403
    assert controller.post(f"{path}/release", {"reason": ""}, version=2).status in (400, 422)
    assert controller.get(path).body["is_blocked"] is True
    released = controller.post(f"{path}/release", {"reason": "agreed with the buyer"}, version=2).body["record"]
    assert (released["is_blocked"], released["release_reason"]) == (False, "agreed with the buyer")
    assert released["variances"] == "Line 1: 110.00 without tax, by the order 100.00."
    assert RegisteredInvoice.objects.get(document_id=made["id"]).is_blocked is False
    again = controller.post(f"{path}/release", {"reason": "once more"}, version=3)
    assert (again.status, again.codes) == (409, ["invoice.not_blocked"])
    check_invariants(firm)


def test_what_went_back_may_be_invoiced_but_is_blocked_until_it_is_credited(firm):
    accountant = firm.person("accountant")
    _bought, came = bought_and_came(firm)
    (gone,) = returned(firm, going((came, 1, 2)))
    (whole,) = invoiced(firm, bill((came, 1, 10, "10", TAX)))
    assert whole.variances == "Line 1: 2 of what is invoiced went back; a credit note is due."
    assert balances(firm)[GRNI] == 20
    (draft,) = accountant.post("purchasing/returns/convert/credit", {"ids": [gone.pk]}).body["drafts"]
    assert (draft["kind"], draft["lines"][0]["quantity"], draft["lines"][0]["price"]) == ("credit", "2", "10")
    made = accountant.made(
        "purchasing/invoice-matches", {**draft, "invoiced_on": "2026-01-20", "posted_on": "2026-01-20"}
    )
    note = accountant.post(f"purchasing/invoice-matches/{made['id']}/post", version=1).body["record"]
    assert (note["state"], note["amount_gross"], note["lines"][0]["amount_accrued"]) == ("posted", "22.6", "-20")
    sums = balances(firm)
    assert (sums[GRNI], sums[AP], sums[VAT_IN], sums[STOCK]) == (0, Decimal("-90.40"), Decimal("10.40"), 80)
    assert counted(came) == (8, 80)
    nothing = accountant.post("purchasing/returns/convert/credit", {"ids": [gone.pk]})
    assert (nothing.status, nothing.codes) == (409, ["return.nothing_to_credit"])
    check_invariants(firm)


def test_no_more_is_invoiced_than_was_ordered_and_no_more_credited_than_invoiced(firm):
    (bought,) = confirmed(firm, order(("BOLT", 12, "10")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    invoiced(firm, bill((came, 1, 7, "10")))
    (over,) = nothing_changed(firm, lambda: invoiced(firm, bill((came, 1, 3, "10"), (came, 1, 3, "10"))))
    assert (over.code, over.status, over.line) == ("invoice.over", 409, 2)
    assert "3 would be invoiced beyond what came; 2 of 12 are neither received nor invoiced" in str(over.message)
    assert [d.number for d in over.documents] == [bought.number]
    (credit,) = nothing_changed(firm, lambda: invoiced(firm, bill((came, 1, 8, "10"), kind="credit")))
    assert (credit.code, credit.status) == ("credit.over", 409)
    assert "8 would be credited, but 7 are invoiced" in str(credit.message)
    check_invariants(firm)


@pytest.mark.parametrize(
    ("header", "line", "code", "status"),
    [
        ({}, {"quantity": "0"}, "qty.not_positive", 422),
        ({}, {"quantity": "-1"}, "qty.not_positive", 422),
        ({}, {"quantity": "0.5"}, "qty.scale", 422),
        ({}, {"price": "-1"}, "number.range", 422),
        ({}, {"discount_rate": "101"}, "number.range", 422),
        ({}, {"tax_rate": "1900"}, "number.range", 422),
        ({}, {"tax_given": "6.57"}, "tax.difference", 422),
        ({}, {"receipt_line": 9}, "receipt_line.unknown", 422),
        ({"supplier": "S2"}, {}, "receipt.supplier", 422),
        ({"number_given": ""}, {}, "field.required", 422),
        ({"due_on": "2026-01-14"}, {}, "date.order", 422),
        ({"invoiced_on": "2026-01-16"}, {}, "date.order", 422),
        ({"rate": "7.1"}, {}, "rate.own_currency", 422),
        ({"currency": "USD", "rate": "0"}, {}, "rate.not_positive", 422),
        ({"currency": "XXQ"}, {}, "currency.unknown", 422),
        ({"lines": []}, {}, "doc.no_lines", 422),
    ],
)
def test_bad_invoices_are_named(firm, header, line, code, status):
    _bought, came = bought_and_came(firm)
    bad = bill((came, 1, 5, "10", TAX))
    bad["lines"][0] |= line
    for language in ("en", "zh-Hans"):
        reply = firm.person("accountant", language=language).post("purchasing/invoice-matches", {**bad, **header})
        assert (reply.status, reply.codes) == (status, [code])
    assert SupplierInvoice.objects.filter(group=firm.group).count() == 0


def test_an_invoice_is_posted_only_for_what_came_before(firm):
    _bought, came = bought_and_came(firm)
    (draft,) = firm.create("purchasing.receipt", receipt((confirmed(firm, order(("BOLT", 1, "10")))[0], 1, 1)))
    with pytest.raises(Refusal) as typed:
        firm.create("purchasing.invoice", bill((draft, 1, 1, "1")))
    assert (typed.value.problems[0].code, typed.value.status) == ("receipt.not_posted", 409)
    (early,) = nothing_changed(firm, lambda: invoiced(firm, bill((came, 1, 1, "10"), on="2026-01-07")))
    assert (early.code, early.field) == ("date.order", "posted_on")
    with pytest.raises(Refusal) as standing:
        taken_back(firm, "receipt", came)
    assert [d.key for d in standing.value.problems[0].documents] == ["purchasing.invoice"]  # the draft of it
    (closed,) = nothing_changed(firm, lambda: invoiced(firm, bill((came, 1, 1, "10"), on="2030-01-07")))
    assert closed.code == "period.missing"
    check_invariants(firm)


def test_in_dollars_without_a_rate_nothing_is_posted(firm):
    _bought, came = bought_and_came(firm)
    (missing,) = nothing_changed(firm, lambda: invoiced(firm, bill((came, 1, 1, "10"), currency="USD")))
    assert (missing.code, missing.status) == ("rate.missing", 422)
    assert "CNY/USD for 2026-01-15" in str(missing.message)


@pytest.mark.parametrize("again", ["INV-001", "inv 001", "ＩＮＶ００１", " Inv/001 "])
def test_a_suppliers_number_is_entered_once_however_it_is_written(firm, again):
    accountant = firm.person("accountant")
    _bought, came = bought_and_came(firm)
    (first,) = invoiced(firm, bill((came, 1, 1, "10"), number_given="INV-001"))
    made = accountant.made("purchasing/invoice-matches", bill((came, 1, 1, "10"), number_given=again))
    reply = accountant.post(f"purchasing/invoice-matches/{made['id']}/post", version=1)
    assert (reply.status, reply.codes) == (409, ["invoice.duplicate"])
    assert [d["number"] for d in reply.body["errors"][0]["documents"]] == [first.number]
    assert counted(came) == (1, 10)
    uninvoiced(firm, first)
    assert accountant.post(f"purchasing/invoice-matches/{made['id']}/post", version=1).body["state"] == "posted"
    check_invariants(firm)
