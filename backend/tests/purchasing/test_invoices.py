"""From receipt to debt: what an invoice replaces, where its difference goes, what blocks it, how it is taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.books.models import Bookkeeping, JournalEntry, JournalLine, OpenItem
from jingwei.finance.models import RegisteredInvoice
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.purchasing.models import GoodsReceiptLine, PurchaseOrderLine, SupplierInvoice
from jingwei.stock.models import ItemValue
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
    with_services,
    with_suppliers,
)
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics

STOCK, GRNI, AP, VAT_IN, COGS, ISSUED = "140301", "220202", "220201", "22210101", "540201", "560299"
TAX = {"tax_rate": "13"}


def bought_and_came(firm, quantity=10, price="10", **more):
    (bought,) = confirmed(firm, order(("BOLT", quantity, price, {**TAX, **more})))
    (came,) = received(firm, receipt((bought, 1, quantity)))
    return bought, came


def worth(firm, item="BOLT"):
    return ItemValue.objects.get(group=firm.group, item__code=item).value


def counted(came, line=1):
    row = GoodsReceiptLine.objects.get(receipt=came, line=line)
    return row.quantity_invoiced, row.amount_invoiced


def entry_of(document):
    rows = JournalLine.objects.filter(entry__document_id=document.pk).order_by("entry__id", "line")
    return [(r.account.code, r.debit - r.credit) for r in rows.select_related("account")]


def nothing_changed(firm, work):
    """The problems of a refusal, after which no entry, no register row and no counter is new."""

    def state():
        return (
            JournalEntry.objects.filter(group=firm.group).count(),
            RegisteredInvoice.objects.filter(group=firm.group).count(),
            list(GoodsReceiptLine.objects.filter(group=firm.group).order_by("id").values_list("amount_invoiced")),
            worth(firm),
        )

    before = state()
    with pytest.raises(Refusal) as refused:
        work()
    assert state() == before
    return refused.value.problems


def test_an_invoice_at_the_orders_price_replaces_the_accrual(firm):
    bought, came = bought_and_came(firm)
    (bill_of_it,) = invoiced(firm, bill((came, 1, 10, "10", TAX), number_given="INV-1"))
    assert entry_of(bill_of_it) == [(GRNI, 100), (VAT_IN, 13), (AP, -113)]
    entry = JournalEntry.objects.get(document_id=bill_of_it.pk)
    assert (entry.purpose, entry.area, entry.summary) == ("invoice", "purchasing", "PI-2026-000001 INV-1")
    item = OpenItem.objects.get(group=firm.group)
    assert (item.open, item.party.code, item.due_on.isoformat()) == (-113, "S1", "2026-02-14")
    assert (bill_of_it.is_blocked, bill_of_it.variances, counted(came)) == (False, "", (10, 100))
    assert PurchaseOrderLine.objects.get(order=bought).quantity_invoiced == 10
    assert (balances(firm)[GRNI], worth(firm)) == (0, 100)
    check_invariants(firm)


def test_a_higher_price_goes_where_the_goods_are(firm):
    _bought, came = bought_and_came(firm)
    done(firm, "other-out", body(at("2026-01-10"), ("BOLT", 4)))  # at 10.00: 40.00
    (dear,) = invoiced(firm, bill((came, 1, 10, "12", TAX)))
    line = dear.lines[0]
    assert (line.amount_accrued, line.amount_difference) == (100, 20)
    sums = balances(firm)
    # 6 of 10 lie in the stock and are worth 72.00; the 4 that were used cost 48.00.
    assert (sums[STOCK], sums[ISSUED], sums[GRNI], sums[VAT_IN]) == (72, 48, 0, Decimal("15.60"))
    assert (sums[AP], sums[COGS], worth(firm)) == (Decimal("-135.60"), 0, 72)
    assert dear.variances == "Line 1: 120.00 without tax, by the order 100.00."
    check_invariants(firm)
    uninvoiced(firm, dear)
    sums = balances(firm)
    assert (sums[STOCK], sums[ISSUED], sums[GRNI], sums[AP], sums[VAT_IN]) == (60, 40, -100, 0, 0)
    assert (worth(firm), counted(came)) == (60, (0, 0))
    check_invariants(firm)


def test_a_price_of_the_next_month_leaves_the_closed_month_alone(firm):
    _bought, came = bought_and_came(firm)
    done(firm, "other-out", body(at("2026-01-10"), ("BOLT", 4)))
    (dear,) = invoiced(firm, bill((came, 1, 10, "12", TAX), on="2026-02-03"))
    # What lay there when February began bears 6 of 10; the rest is cost of February.
    assert dict(entry_of(dear)) == {GRNI: 100, STOCK: 12, COGS: 8, VAT_IN: Decimal("15.60"), AP: Decimal("-135.60")}
    sums = balances(firm)
    assert (sums[STOCK], sums[ISSUED], sums[COGS], worth(firm)) == (72, 40, 8, 72)
    check_invariants(firm)
    uninvoiced(firm, dear, on="2026-02-10")
    sums = balances(firm)
    assert (sums[STOCK], sums[ISSUED], sums[COGS], sums[GRNI], sums[AP]) == (60, 40, 0, -100, 0)
    check_invariants(firm)


def test_one_invoice_over_many_receipts_and_one_receipt_in_many_invoices(firm):
    first, second = confirmed(firm, order(("BOLT", 3, "33.33333333", TAX)), order(("NUT", 4, "5", TAX)))
    came = [received(firm, receipt((first, 1, 1)))[0] for _ in range(2)]
    (nuts,) = received(firm, receipt((first, 1, 1), (second, 1, 4)))
    lines = [(c, 1, 1, "33.33", TAX) for c in came]
    (one,) = invoiced(firm, bill(*lines, (nuts, 1, 1, "33.34", TAX), (nuts, 2, 3, "5", TAX)))
    assert [line.amount_accrued for line in one.lines] == [Decimal(a) for a in ("33.33", "33.34", "33.33", "15")]
    assert [line.amount_difference for line in one.lines] == [0, Decimal("-0.01"), Decimal("0.01"), 0]
    invoiced(firm, bill((nuts, 2, 1, "5", TAX)))
    assert (balances(firm)[GRNI], counted(nuts, 2), one.is_blocked) == (0, (4, 20), False)
    check_invariants(firm)


def test_parts_of_a_receipt_line_leave_no_cent_accrued(firm):
    _bought, came = bought_and_came(firm, 3, "33.33333333")
    returned(firm, going((came, 1, 1)))
    made = [invoiced(firm, bill((came, 1, 1, "33.33", TAX)))[0] for _ in range(2)]
    assert [i.lines[0].amount_accrued for i in made] == [Decimal("33.34"), Decimal("33.33")]
    assert balances(firm)[GRNI] == 0
    check_invariants(firm)


def test_cents_are_never_left_by_taking_parts_back_out_of_order(firm):
    _bought, came = bought_and_came(firm, 3, "33.33333333")
    _first, second, _third = (invoiced(firm, bill((came, 1, 1, "33.33", TAX)))[0] for _ in range(3))
    (gone,) = returned(firm, going((came, 1, 1), on="2026-01-16"))
    (problem,) = nothing_changed(firm, lambda: uninvoiced(firm, second))
    assert (problem.code, problem.status) == ("parts.order", 409)
    assert "would keep 0.01 accrued" in str(problem.message)
    taken_back(firm, "return", gone)
    uninvoiced(firm, second)
    assert balances(firm)[GRNI] == Decimal("-33.34")
    check_invariants(firm)


def test_services_are_expense_when_they_are_invoiced(firm):
    with_services(firm)
    (bought,) = confirmed(firm, order(("FREIGHT", 3, "100", {"tax_rate": "6"}), ("BOLT", 10, "10", TAX)))
    (came,) = received(firm, receipt((bought, 1, 3, {"location": None}), (bought, 2, 10)))
    (both,) = invoiced(firm, bill((came, 1, 2, "100", {"tax_rate": "6"}), (came, 2, 10, "10", TAX)))
    assert dict(entry_of(both)) == {AP: -325, GRNI: 100, VAT_IN: 25, "560299": 200}
    assert [line.amount_accrued for line in both.lines] == [0, 100]
    assert counted(came) == (2, 0)
    assert JournalEntry.objects.filter(document_id=both.pk).count() == 1
    check_invariants(firm)
    uninvoiced(firm, both)
    assert (balances(firm)["560299"], counted(came)) == (0, (0, 0))
    check_invariants(firm)


def test_a_small_scale_taxpayer_has_the_tax_in_the_cost(firm):
    Bookkeeping.objects.filter(group=firm.group).update(taxpayer="small_scale")
    _bought, came = bought_and_came(firm)
    (paid,) = invoiced(firm, bill((came, 1, 10, "10", TAX)))
    assert dict(entry_of(paid)) == {GRNI: 100, STOCK: 13, AP: -113}
    assert (paid.lines[0].amount_difference, worth(firm), paid.is_blocked) == (13, 113, False)
    check_invariants(firm)


def in_dollars(firm, *rates):
    firm.create("masterdata.party", {"code": "SU", "name_en": "Abroad", "is_supplier": True, "currency": "USD"})
    firm.create(
        "masterdata.exchange-rate",
        *({"from_currency": "USD", "to_currency": "CNY", "valid_from": on, "rate": rate} for on, rate in rates),
    )


def test_an_invoice_in_dollars_at_another_rate_than_the_order(firm):
    in_dollars(firm, ("2026-01-01", "7.1"), ("2026-01-14", "7.2"))
    (bought,) = confirmed(firm, order(("BOLT", 3, "1.00"), ("NUT", 7, "10.00"), supplier="SU"))
    (came,) = received(firm, receipt((bought, 1, 3), (bought, 2, 7), supplier="SU"))
    assert came.amount == Decimal("518.30")
    (dollars,) = invoiced(firm, bill((came, 1, 3, "1.00"), (came, 2, 7, "10.00"), supplier="SU"))
    assert (dollars.rate, dollars.amount_gross, dollars.is_blocked) == (Decimal("7.2"), 73, False)
    assert dict(entry_of(dollars)) == {GRNI: Decimal("518.30"), STOCK: Decimal("7.30"), AP: Decimal("-525.60")}
    item = OpenItem.objects.get(group=firm.group)
    assert (item.currency_id, item.open, item.open_functional) == ("USD", -73, Decimal("-525.60"))
    assert JournalEntry.objects.get(document_id=dollars.pk).kind == "exchange"
    check_invariants(firm)
    uninvoiced(firm, dollars)
    assert (balances(firm)[GRNI], balances(firm)[AP], worth(firm)) == (Decimal("-518.30"), 0, Decimal("21.30"))
    check_invariants(firm)


def test_no_cent_of_a_converted_invoice_is_lost_between_its_lines(firm):
    in_dollars(firm, ("2026-01-01", "7.1237"))
    (bought,) = confirmed(firm, order(*(("BOLT", 1, "1.00", TAX) for _ in range(7)), supplier="SU"))
    (came,) = received(firm, receipt(*((bought, n, 1) for n in range(1, 8)), supplier="SU"))
    (made,) = invoiced(firm, bill(*((came, n, 1, "1.00", TAX) for n in range(1, 8)), supplier="SU"))
    assert made.amount_gross == Decimal("7.91")
    sums = balances(firm)
    assert sums[AP] == Decimal("-56.35")  # 7.91 × 7.1237 = 56.348…
    assert sums[VAT_IN] == Decimal("6.48")  # 0.91 × 7.1237 = 6.482…
    assert (sums[GRNI], sums[STOCK]) == (0, Decimal("49.87"))
    check_invariants(firm)


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


def test_a_credit_note_at_the_invoiced_price_takes_its_difference_back(firm):
    _bought, came = bought_and_came(firm)
    invoiced(firm, bill((came, 1, 10, "12", TAX)))
    returned(firm, going((came, 1, 2), on="2026-01-16"))
    assert balances(firm)[STOCK] == 100  # 120.00 less the 20.00 they were accrued at
    (note,) = invoiced(firm, bill((came, 1, 2, "12", TAX), kind="credit", on="2026-01-17"))
    assert (note.lines[0].amount_accrued, note.lines[0].amount_difference) == (-20, -4)
    assert entry_of(note)[:2] == [(GRNI, -20), (STOCK, -4)]
    sums = balances(firm)
    assert (sums[GRNI], sums[STOCK], worth(firm), sums[AP]) == (0, 96, 96, Decimal("-108.48"))
    rows = JournalLine.objects.filter(entry__document_id=note.pk, account__code=AP)
    assert [(r.debit, r.credit) for r in rows] == [(0, Decimal("-27.12"))]
    check_invariants(firm)
    uninvoiced(firm, note)
    assert (balances(firm)[GRNI], worth(firm)) == (20, 100)
    check_invariants(firm)


def test_no_more_is_invoiced_than_came_and_no_more_credited_than_invoiced(firm):
    bought, _came = confirmed(firm, order(("BOLT", 20, "10")), order(("BOLT", 1, "1")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    invoiced(firm, bill((came, 1, 7, "10")))
    (over,) = nothing_changed(firm, lambda: invoiced(firm, bill((came, 1, 2, "10"), (came, 1, 2, "10"))))
    assert (over.code, over.status, over.line) == ("invoice.over", 409, 2)
    assert "4 would be invoiced; 10 came, 7 are invoiced" in str(over.message)
    assert [d.number for d in over.documents] == [came.number]
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
    (draft,) = firm.create("purchasing.receipt", receipt((confirmed(firm, order(("BOLT", 1, "1")))[0], 1, 1)))
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


def test_tax_as_the_paper_says_it_is_taken_over(firm):
    _bought, came = bought_and_came(firm, 3, "33.33")
    (made,) = invoiced(firm, bill((came, 1, 3, "33.33", {**TAX, "tax_given": "12.99"})))
    assert (made.amount_net, made.amount_tax, made.amount_gross) == (
        Decimal("99.99"),
        Decimal("12.99"),
        Decimal("112.98"),
    )
    assert dict(entry_of(made)) == {GRNI: Decimal("99.99"), VAT_IN: Decimal("12.99"), AP: Decimal("-112.98")}
    assert made.is_blocked is False
    check_invariants(firm)


def test_an_invoice_is_taken_back_after_its_credit_notes(firm):
    _bought, came = bought_and_came(firm)
    (made,) = invoiced(firm, bill((came, 1, 10, "10", TAX)))
    (note,) = invoiced(firm, bill((came, 1, 4, "10", TAX), kind="credit", on="2026-01-16"))
    (standing,) = nothing_changed(firm, lambda: uninvoiced(firm, made))
    assert (standing.code, [d.number for d in standing.documents]) == ("doc.has_successors", [note.number])
    (again,) = invoiced(firm, bill((came, 1, 4, "10", TAX), on="2026-01-17"))
    (over,) = nothing_changed(firm, lambda: uninvoiced(firm, note))
    assert (over.code, over.status) == ("invoice.over", 409)
    for document in (again, note, made):
        uninvoiced(firm, document)
    assert (counted(came), balances(firm)[GRNI], balances(firm)[AP]) == ((0, 0), -100, 0)
    check_invariants(firm)


def test_a_reversal_is_not_dated_before_the_invoice(firm):
    _bought, came = bought_and_came(firm)
    (made,) = invoiced(firm, bill((came, 1, 10, "11", TAX)))
    (early,) = nothing_changed(firm, lambda: uninvoiced(firm, made, on="2026-01-14"))
    assert early.code == "date.order"
    check_invariants(firm)


def test_what_was_made_is_taken_back_from_the_last_to_the_first(firm):
    bought, came = bought_and_came(firm)
    (gone,) = returned(firm, going((came, 1, 2)))
    (made,) = invoiced(firm, bill((came, 1, 8, "10", TAX)))
    for work in (
        lambda: taken_back(firm, "receipt", came),
        lambda: perform("purchasing.order", [bought.pk], "cancel", actor=firm.actor),
    ):
        (problem,) = nothing_changed(firm, work)
        assert (problem.code, problem.status) == ("doc.has_successors", 409)
        assert [d.number for d in problem.documents][:2] == [made.number, gone.number]
    uninvoiced(firm, made)
    taken_back(firm, "return", gone)
    taken_back(firm, "receipt", came, on="2026-01-26")
    perform("purchasing.order", [bought.pk], "cancel", actor=firm.actor)
    assert {k: v for k, v in balances(firm).items() if v} == {}
    check_invariants(firm)


def test_a_draft_of_an_invoice_has_what_came_stayed_and_is_not_invoiced(firm):
    accountant = firm.person("accountant")
    discount = {**TAX, "discount_rate": "10"}
    agreed = {**TAX, "amount_given": "100.00"}
    (bought,) = confirmed(firm, order(("BOLT", 10, "10", discount), ("NUT", 3, "40", agreed), is_tax_inclusive=True))
    one, two = received(firm, receipt((bought, 1, 6), (bought, 2, 1)), receipt((bought, 1, 4), (bought, 2, 2)))
    returned(firm, going((one, 1, 1)))
    invoiced(firm, bill((one, 1, 2, "10"), is_tax_inclusive=True))
    (draft,) = accountant.post("purchasing/receipts/convert/invoice", {"ids": [one.pk, two.pk]}).body["drafts"]
    assert (draft["is_tax_inclusive"], draft["currency"], draft["kind"]) == (True, "CNY", "invoice")
    assert [(x["receipt"], x["receipt_line"], x["quantity"]) for x in draft["lines"]] == [
        (one.pk, 1, "3"),
        (one.pk, 2, "1"),
        (two.pk, 1, "4"),
        (two.pk, 2, "2"),
    ]
    assert [x.get("amount_given") for x in draft["lines"]] == [None, "33.33", None, "66.67"]
    assert [x["discount_rate"] for x in draft["lines"]] == ["10", "0", "10", "0"]
    (same,) = accountant.post("purchasing/orders/convert/invoice", {"ids": [bought.pk]}).body["drafts"]
    assert same["lines"] == draft["lines"]
    dated = {**draft, "invoiced_on": "2026-01-15", "posted_on": "2026-01-15", "number_given": "A-1"}
    made = accountant.made("purchasing/invoice-matches", dated)
    posted = accountant.post(f"purchasing/invoice-matches/{made['id']}/post", version=1).body["record"]
    assert (posted["is_blocked"], balances(firm)[GRNI]) == (False, 0)
    links = accountant.get(f"purchasing/receipts/{one.pk}/links").body["rows"]
    assert [(x["number"], x["relation"]) for x in links] == [(posted["number"], "target")]
    for path, document in (("receipts", one), ("orders", bought)):
        nothing = accountant.post(f"purchasing/{path}/convert/invoice", {"ids": [document.pk]})
        assert (nothing.status, nothing.codes) == (409, ["receipt.nothing_to_invoice"])
    check_invariants(firm)


def test_from_order_to_debt_and_all_the_way_back(firm):
    """A quarter of a buyer's life: parts, rejects, a price that rose after half was used, a credit note."""
    buyer, keeper, accountant = firm.person("buyer"), firm.person("keeper"), firm.person("accountant")
    made = buyer.made("purchasing/orders", order(("BOLT", 100, "10", TAX)))
    buyer.post(f"purchasing/orders/{made['id']}/confirm", version=1)
    came = [
        keeper.made("purchasing/receipts", receipt((made["id"], 1, quantity), on=on))
        for quantity, on in ((60, "2026-01-08"), (40, "2026-01-12"))
    ]
    for one in came:
        assert keeper.post(f"purchasing/receipts/{one['id']}/post", version=1).status == 200
    gone = keeper.made("purchasing/returns", going((came[0]["id"], 1, 10), on="2026-01-13"))
    assert keeper.post(f"purchasing/returns/{gone['id']}/post", version=1).status == 200
    done(firm, "other-out", body(at("2026-01-14"), ("BOLT", 45)))
    drafts = accountant.post("purchasing/receipts/convert/invoice", {"ids": [c["id"] for c in came]}).body["drafts"]
    assert [x["quantity"] for x in drafts[0]["lines"]] == ["50", "40"]
    lines = [{**x, "price": "10.50"} for x in drafts[0]["lines"]]
    paper = {**drafts[0], "lines": lines, "invoiced_on": "2026-01-15", "posted_on": "2026-01-16", "number_given": "77"}
    invoice = accountant.made("purchasing/invoice-matches", paper)
    path = f"purchasing/invoice-matches/{invoice['id']}"
    posted = accountant.post(f"{path}/post", version=1).body["record"]
    assert posted["variances"].splitlines() == [
        "Line 1: 525.00 without tax, by the order 500.00.",
        "Line 2: 420.00 without tax, by the order 400.00.",
    ]
    sums = balances(firm)
    # 45 of 90 lie there, 45 were used: each bears half of 945.00.
    assert (sums[STOCK], sums[ISSUED], sums[GRNI]) == (Decimal("472.50"), Decimal("472.50"), 0)
    assert (sums[VAT_IN], sums[AP]) == (Decimal("122.85"), Decimal("-1067.85"))
    check_invariants(firm)
    refused = keeper.post(f"purchasing/receipts/{came[0]['id']}/reverse", {"moved_at": at("2026-01-20")}, version=2)
    assert [d["number"] for d in refused.body["errors"][0]["documents"]] == [posted["number"], gone["number"]]
    assert accountant.post(f"{path}/reverse", {"posted_on": "2026-01-20"}, version=2).body["state"] == "reversed"
    check_invariants(firm)
    assert (
        keeper.post(f"purchasing/returns/{gone['id']}/reverse", {"moved_at": at("2026-01-21")}, version=2).status == 200
    )
    check_invariants(firm)
    second = keeper.post(f"purchasing/receipts/{came[1]['id']}/reverse", {"moved_at": at("2026-01-22")}, version=2)
    assert second.status == 200
    sums = balances(firm)
    assert (sums[STOCK], sums[ISSUED], sums[GRNI], sums[AP]) == (150, 450, -600, 0)
    check_invariants(firm)


def test_invoicing_a_hundred_documents_costs_the_statements_of_one(firm, statements):
    (bought,) = confirmed(firm, order(*(("BOLT", 100, "2") for _ in range(3))))
    came = received(firm, *(receipt((bought, 1, 1), (bought, 2, 1), (bought, 3, 1)) for _ in range(61)))
    one, *many = firm.create(
        "purchasing.invoice", *(bill((r, 1, 1, "2"), (r, 2, 1, "3"), (r, 3, 1, "1")) for r in came)
    )

    def costs(action, documents):
        with statements() as made:
            perform("purchasing.invoice", [d.pk for d in documents], action, actor=firm.actor)
        return len(made)

    few = costs("post", [one])
    assert costs("post", many) <= few
    check_invariants(firm)


def test_twenty_invoices_of_one_receipt_line_never_exceed_it(own_database):
    firm = with_suppliers(with_basics(new_world()))
    (bought,) = confirmed(firm, order(("BOLT", 10, "2")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    ids = [i.pk for i in firm.create("purchasing.invoice", *(bill((came, 1, 1, "2.10")) for _ in range(20)))]

    def client(number):
        try:
            perform("purchasing.invoice", [ids[number]], "post", actor=firm.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "posted"

    outcomes = in_threads(20, client)
    assert (outcomes.count("posted"), outcomes.count("invoice.over")) == (10, 10)
    assert (counted(came), balances(firm)[GRNI], worth(firm)) == ((10, 20), 0, 21)
    check_invariants(firm)


def test_invoices_returns_and_reversals_at_once_keep_every_rule(own_database):
    firm = with_suppliers(with_basics(new_world()))
    (bought,) = confirmed(firm, order(("BOLT", 30, "3.33")))
    came = received(firm, *(receipt((bought, 1, 10)) for _ in range(3)))

    def client(number):
        document = came[number % 3]
        try:
            if number % 4 == 0:
                returned(firm, going((document, 1, 3), on="2026-01-16"))
            elif number % 4 == 1:
                taken_back(firm, "receipt", document)
            else:
                uninvoiced(firm, invoiced(firm, bill((document, 1, 4, "3.50")))[0])
        except Refusal as refusal:
            return refusal.problems[0].code
        return "done"

    outcomes = in_threads(16, client)
    expected = {"done", "doc.has_successors", "receipt.not_posted", "invoice.over", "return.over", "parts.order"}
    assert set(outcomes) <= expected | {"purchasing.receipt.wrong_state"}
    assert "done" in outcomes
    check_invariants(firm)
