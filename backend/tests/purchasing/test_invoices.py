"""From receipt to debt: what an invoice replaces, where its difference goes, and what a credit note takes back."""

from __future__ import annotations

from decimal import Decimal

from jingwei.books.models import Bookkeeping, JournalEntry, JournalLine, OpenItem
from jingwei.purchasing.models import PurchaseOrderLine
from tests.purchasing.figures import (
    AP,
    COGS,
    GRNI,
    ISSUED,
    STOCK,
    TAX,
    VAT_IN,
    bought_and_came,
    counted,
    entry_of,
    in_dollars,
    nothing_changed,
    worth,
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
    with_services,
)
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants


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


def test_a_reversal_is_not_dated_before_the_invoice(firm):
    _bought, came = bought_and_came(firm)
    (made,) = invoiced(firm, bill((came, 1, 10, "11", TAX)))
    (early,) = nothing_changed(firm, lambda: uninvoiced(firm, made, on="2026-01-14"))
    assert early.code == "date.order"
    check_invariants(firm)
