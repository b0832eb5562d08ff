"""Invoices before the goods: their cost waits in an account of its own, blocked for payment, until the goods come."""

from __future__ import annotations

import random
from decimal import Decimal
from types import SimpleNamespace

import pytest

from jingwei.books.models import Bookkeeping, JournalEntry
from jingwei.finance.models import RegisteredInvoice
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.platform.models import AuditEvent
from jingwei.purchasing.invoices import Release
from jingwei.purchasing.models import InvoiceMatch, PurchaseOrderLine, SupplierInvoice, SupplierInvoiceLine
from tests.finance.stories import pay
from tests.purchasing.figures import AP, COGS, GRNI, ISSUED, STOCK, TAX, VAT_IN, counted, entry_of, in_dollars, worth
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
from tests.stock.test_methods import valued
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics

WAITING = "1402"


def early(*lines, on="2026-01-06", **more):
    """An invoice of (order, line, quantity, price, further fields) that did not come."""
    asked = bill(*((None, 1, q, p, *rest) for _o, _n, q, p, *rest in lines), on=on, **more)
    for row, (ordered, number, *_rest) in zip(asked["lines"], lines, strict=True):
        row |= {"order": ordered.pk, "order_line": number}
        del row["receipt"], row["receipt_line"]
    return asked


def bought(firm, quantity=10, price="10", **more):
    return confirmed(firm, order(("BOLT", quantity, price, {**TAX, **more})))[0]


def on_order(ordered):
    row = PurchaseOrderLine.objects.get(order=ordered, line=1)
    return row.quantity_received, row.quantity_invoiced, row.quantity_ahead


def refusal(work):
    with pytest.raises(Refusal) as refused:
        work()
    return refused.value.problems


def test_an_invoice_before_the_goods_waits_and_is_not_paid(firm):
    accountant, controller = firm.person("accountant"), firm.person("controller")
    ordered = bought(firm)
    (draft,) = accountant.post("purchasing/orders/convert/invoice", {"ids": [ordered.pk]}).body["drafts"]
    assert [(x["order"], x["order_line"], x["quantity"], x["price"]) for x in draft["lines"]] == [
        (ordered.pk, 1, "10", "10")
    ]
    dated = {**draft, "invoiced_on": "2026-01-06", "posted_on": "2026-01-06", "number_given": "EARLY"}
    made = accountant.made("purchasing/invoice-matches", dated)
    path = f"purchasing/invoice-matches/{made['id']}"
    posted = accountant.post(f"{path}/post", version=1).body["record"]
    assert (posted["is_blocked"], posted["variances"]) == (True, "Line 1: 10 of what is invoiced has not come yet.")
    line = posted["lines"][0]
    assert [line[n] for n in ("quantity_ahead", "amount_ahead", "quantity_arrived")] == ["10", "100", "0"]
    invoice = SupplierInvoice.objects.get(pk=made["id"])
    assert entry_of(invoice) == [(WAITING, 100), (VAT_IN, 13), (AP, -113)]  # P04
    assert on_order(ordered) == (0, 10, 10)
    assert RegisteredInvoice.objects.get(document_id=invoice.pk).awaited == [posted["variances"]]
    check_invariants(firm)
    (came,) = received(firm, receipt((ordered, 1, 10)))
    sums = balances(firm)  # P05: the cost that waited is in the stock, nothing is accrued
    assert (sums[WAITING], sums[GRNI], sums[STOCK], sums[AP], worth(firm)) == (0, 0, 100, -113, 100)
    assert (on_order(ordered), counted(came)) == ((10, 10, 0), (10, 100))
    assert entry_of(came) == [(STOCK, 100), (GRNI, -100), (GRNI, 100), (WAITING, -100)]
    check_invariants(firm)
    refused = controller.post(f"{path}/release", {"reason": "goods are here"}, version=3)
    assert (refused.status, refused.codes) == (409, ["invoice.not_blocked"])  # the receipt has released it


def blocked(invoice):
    """Whether an invoice is blocked, why, and what payments know of it."""
    row, known = SupplierInvoice.objects.get(pk=invoice.pk), RegisteredInvoice.objects.get(document_id=invoice.pk)
    assert (known.is_blocked, "\n".join(known.reasons)) == (row.is_blocked, row.variances)
    return row.is_blocked, row.variances


def deeds(invoice):
    events = AuditEvent.objects.filter(document_id=invoice.pk).order_by("version")
    return [(e.version, e.action, e.changes.get("is_blocked")) for e in events]


LACKING = "Line 1: {} of what is invoiced has not come yet."


def test_the_receipt_of_the_last_of_it_lets_it_be_paid_and_its_reversal_does_not(firm):
    keeper, cashier = firm.person("keeper"), firm.person("cashier")
    ordered = bought(firm)
    (paper,) = invoiced(firm, early((ordered, 1, 10, "10", TAX)))
    assert blocked(paper) == (True, LACKING.format(10))
    received(firm, receipt((ordered, 1, 4)))
    assert blocked(paper) == (True, LACKING.format(6))
    assert deeds(paper)[1:] == [(2, "post", [False, True]), (3, "arrive", None)]
    check_invariants(firm)
    rest = keeper.made("purchasing/receipts", receipt((ordered, 1, 6), on="2026-01-10"))
    assert keeper.post(f"purchasing/receipts/{rest['id']}/post", version=1).status == 200  # who may not release at all
    assert blocked(paper) == (False, "")
    assert deeds(paper)[3:] == [(4, "arrive", [True, False])]
    told = cashier.get(f"purchasing/invoice-matches/{paper.pk}/timeline").body["entries"][0]
    assert (told["label"], told["actor"]["id"]) == ("Goods came", keeper.user.pk)
    assert [(c["field"], c["old"], c["new"]) for c in told["changes"]] == [
        ("variances", LACKING.format(6), None),
        ("is_blocked", True, False),
    ]
    check_invariants(firm)
    taken_back(firm, "receipt", SimpleNamespace(pk=rest["id"]), on="2026-01-12")
    assert blocked(paper) == (True, LACKING.format(6))
    assert deeds(paper)[4:] == [(5, "return", [False, True])]
    payment = pay(firm, "S1", "113.00", (paper.number, "113.00"), posted_on="2026-01-20")
    (held,) = refusal(lambda: perform("finance.payment", [payment.pk], "post", actor=firm.actor))
    assert (held.code, [d.number for d in held.documents]) == ("invoice.blocked", [paper.number])
    assert LACKING.format(6).rstrip(".") in str(held.message)
    received(firm, receipt((ordered, 1, 6), on="2026-01-13"))
    perform("finance.payment", [payment.pk], "post", actor=firm.actor)
    assert balances(firm)[AP] == 0
    check_invariants(firm)


def test_what_else_is_wrong_with_it_stays_until_it_is_released(firm):
    ordered = bought(firm)
    (paper,) = invoiced(firm, early((ordered, 1, 10, "12", TAX)))
    dear = "Line 1: 120.00 without tax, by the order 100.00."
    assert blocked(paper) == (True, f"{dear}\n{LACKING.format(10)}")
    (came,) = received(firm, receipt((ordered, 1, 10)))
    assert blocked(paper) == (True, dear)
    check_invariants(firm)
    perform("purchasing.invoice", [paper.pk], "release", Release(reason="agreed"), actor=firm.actor)
    assert blocked(paper) == (False, dear)
    taken_back(firm, "receipt", came)  # what was released was the price: the goods lack anew
    assert blocked(paper) == (True, f"{dear}\n{LACKING.format(10)}")
    assert SupplierInvoice.objects.get(pk=paper.pk).release_reason == ""
    perform("purchasing.invoice", [paper.pk], "release", Release(reason="paid ahead"), actor=firm.actor)
    check_invariants(firm)
    for quantity, left in ((3, f"{dear}\n{LACKING.format(7)}"), (7, dear)):
        (came,) = received(firm, receipt((ordered, 1, quantity), on="2026-01-22"))
        assert blocked(paper) == (False, left)
    check_invariants(firm)


def test_one_that_was_released_and_paid_while_it_waited_is_not_blocked_until_all_had_come(firm):
    ordered = bought(firm)
    (paper,) = invoiced(firm, early((ordered, 1, 10, "10", TAX)))
    perform("purchasing.invoice", [paper.pk], "release", Release(reason="paid ahead"), actor=firm.actor)
    settled = pay(firm, "S1", "113.00", (paper.number, "113.00"), posted_on="2026-01-20")
    perform("finance.payment", [settled.pk], "post", actor=firm.actor)
    (first,) = received(firm, receipt((ordered, 1, 4)))
    taken_back(firm, "receipt", first)
    assert blocked(paper) == (False, LACKING.format(10))
    (all_of_it,) = received(firm, receipt((ordered, 1, 10), on="2026-01-21"))
    assert blocked(paper) == (False, "")
    taken_back(firm, "receipt", all_of_it, on="2026-01-22")  # goods that are paid lack: somebody has to see to it
    assert (blocked(paper), balances(firm)[AP]) == ((True, LACKING.format(10)), 0)
    check_invariants(firm)


def test_an_invoice_of_several_orders_waits_for_the_last_of_them_and_a_credit_note_ends_it_too(firm):
    first, second = bought(firm, 4), bought(firm, 6)
    (paper,) = invoiced(firm, early((first, 1, 4, "10", TAX), (second, 1, 6, "10", TAX)))
    both = LACKING.format(4) + "\nLine 2: 6 of what is invoiced has not come yet."
    assert blocked(paper) == (True, both)
    received(firm, receipt((second, 1, 6)))
    assert blocked(paper) == (True, LACKING.format(4))
    (credit,) = invoiced(firm, early((first, 1, 4, "10", TAX), kind="credit", on="2026-01-20"))
    assert blocked(paper) == (False, "")
    uninvoiced(firm, credit)
    assert blocked(paper) == (True, LACKING.format(4))
    check_invariants(firm)


def test_more_than_came_waits_for_the_rest_and_each_price_goes_to_its_goods(firm):
    ordered = bought(firm, 12)
    (came,) = received(firm, receipt((ordered, 1, 10)))
    (paper,) = invoiced(firm, bill((came, 1, 12, "12", TAX)))
    line = SupplierInvoiceLine.objects.get(invoice=paper)
    assert (line.amount_accrued, line.amount_difference) == (100, 20)
    assert (line.quantity_ahead, line.amount_ahead, line.order_id, line.order_line) == (2, 24, ordered.pk, 1)
    assert paper.variances.split("\n") == [
        "Line 1: 144.00 without tax, by the order 120.00.",
        "Line 1: 2 of what is invoiced has not come yet.",
    ]
    sums = balances(firm)
    assert (sums[WAITING], sums[GRNI], sums[STOCK], sums[VAT_IN]) == (24, 0, 120, Decimal("18.72"))
    assert (on_order(ordered), sums[AP]) == ((10, 12, 2), Decimal("-162.72"))
    check_invariants(firm)
    (rest,) = received(firm, receipt((ordered, 1, 2), on="2026-01-20"))
    sums = balances(firm)
    assert (sums[WAITING], sums[GRNI], sums[STOCK], worth(firm)) == (0, 0, 144, 144)
    match = InvoiceMatch.objects.get(document_id=rest.pk)
    assert (match.quantity, match.amount, match.amount_accrued) == (2, 24, 20)
    check_invariants(firm)


def test_goods_that_were_used_by_the_time_bear_what_they_cost_more(firm):
    """The receipt is typed late: it is dated before the invoice of the next month, and part of it is used."""
    ordered = bought(firm)
    invoiced(firm, early((ordered, 1, 10, "12", TAX), on="2026-02-02"))
    received(firm, receipt((ordered, 1, 5)))
    done(firm, "other-out", body(at("2026-01-10"), ("BOLT", 2)))
    check_invariants(firm)
    received(firm, receipt((ordered, 1, 5), on="2026-02-03"))
    sums = balances(firm)
    # Of the 10.00 that January's five cost more, all went into the stock with February's price, before the issue.
    assert (sums[WAITING], sums[GRNI]) == (0, 0)
    assert sums[STOCK] + sums[ISSUED] + sums[COGS] == 120
    assert worth(firm) == sums[STOCK]
    dates = JournalEntry.objects.filter(group=firm.group, purpose="matched").order_by("posted_on")
    assert [e.posted_on.isoformat() for e in dates] == ["2026-02-02", "2026-02-03"]
    check_invariants(firm)


def test_parts_take_their_share_first_invoiced_first_and_nothing_is_left(firm):
    ordered = bought(firm, 6, "33.33")
    first, second = (
        invoiced(firm, early((ordered, 1, 3, "1", {"amount_given": "100.00"})))[0],
        invoiced(firm, early((ordered, 1, 2, "40")))[0],
    )
    for quantity in (1, 1, 2, 2):
        received(firm, receipt((ordered, 1, quantity)))
        check_invariants(firm)
    found = InvoiceMatch.objects.filter(group=firm.group).order_by("id")
    assert [(m.invoice_line.invoice_id, m.quantity, m.amount) for m in found] == [
        (first.pk, 1, Decimal("33.33")),
        (first.pk, 1, Decimal("33.34")),
        (first.pk, 1, Decimal("33.33")),
        (second.pk, 1, 40),
        (second.pk, 1, 40),
    ]
    sums = balances(firm)
    assert (sums[WAITING], sums[GRNI], on_order(ordered)) == (0, Decimal("-33.33"), (6, 5, 0))
    assert worth(firm) == Decimal("213.33")


def test_each_step_is_taken_back_in_its_order(firm):
    ordered = bought(firm)
    (paper,) = invoiced(firm, early((ordered, 1, 10, "12", TAX)))
    (came,) = received(firm, receipt((ordered, 1, 4)))
    (standing,) = refusal(lambda: uninvoiced(firm, paper))
    assert (standing.code, [d.number for d in standing.documents]) == ("doc.has_successors", [came.number])
    before = balances(firm)
    for action in ("reopen", "cancel", "close"):
        (named,) = refusal(lambda action=action: perform("purchasing.order", [ordered.pk], action, actor=firm.actor))
        assert named.code == "doc.has_successors"
        assert paper.number in [d.number for d in named.documents]
    assert (balances(firm), on_order(ordered)) == (before, (4, 10, 6))
    taken_back(firm, "receipt", came)
    sums = balances(firm)
    assert (sums[WAITING], sums[GRNI], sums[STOCK], worth(firm)) == (120, 0, 0, 0)
    assert (on_order(ordered), counted(came)) == ((0, 10, 10), (0, 0))
    check_invariants(firm)
    uninvoiced(firm, paper)
    sums = balances(firm)
    assert (sums[WAITING], sums[AP], sums[VAT_IN], on_order(ordered)) == (0, 0, 0, (0, 0, 0))
    check_invariants(firm)
    perform("purchasing.order", [ordered.pk], "cancel", actor=firm.actor)
    check_invariants(firm)


def test_a_credit_note_of_what_never_came_ends_the_waiting(firm):
    ordered = bought(firm, 12)
    (came,) = received(firm, receipt((ordered, 1, 10)))
    (paper,) = invoiced(firm, bill((came, 1, 12, "10", TAX)))
    for quantity, price, code in ((3, "10", "credit.over"), (2, "9", "credit.differs")):
        before = balances(firm)
        (found,) = refusal(
            lambda q=quantity, p=price: invoiced(firm, early((ordered, 1, q, p, TAX), kind="credit", on="2026-01-20"))
        )
        assert (found.code, found.status, balances(firm)) == (code, 409, before)
    (credit,) = invoiced(firm, early((ordered, 1, 2, "10", TAX), kind="credit", on="2026-01-20"))
    sums = balances(firm)
    assert (sums[WAITING], sums[AP], sums[VAT_IN], on_order(ordered)) == (0, -113, 13, (10, 10, 0))
    check_invariants(firm)
    (standing,) = refusal(lambda: uninvoiced(firm, paper))
    assert [d.number for d in standing.documents] == [credit.number]
    (rest,) = received(firm, receipt((ordered, 1, 2), on="2026-01-21"))
    (again,) = refusal(lambda: uninvoiced(firm, credit))
    assert (again.code, [d.number for d in again.documents]) == ("invoice.over", [ordered.number])
    taken_back(firm, "receipt", rest, on="2026-01-22")
    uninvoiced(firm, credit)
    assert (balances(firm)[WAITING], on_order(ordered)) == (20, (10, 12, 2))
    check_invariants(firm)


def test_what_came_goes_back_after_it_was_invoiced_ahead(firm):
    ordered = bought(firm)
    (paper,) = invoiced(firm, early((ordered, 1, 10, "10", TAX)))
    (came,) = received(firm, receipt((ordered, 1, 10)))
    (back,) = returned(firm, going((came, 1, 2)))
    accountant = firm.person("accountant")
    (draft,) = accountant.post("purchasing/returns/convert/credit", {"ids": [back.pk]}).body["drafts"]
    assert [(x["receipt"], x["quantity"], x["price"]) for x in draft["lines"]] == [(came.pk, "2", "10")]
    check_invariants(firm)
    invoiced(firm, {**draft, "invoiced_on": "2026-01-20", "posted_on": "2026-01-20"})
    sums = balances(firm)
    assert (sums[GRNI], sums[WAITING], sums[AP], worth(firm)) == (0, 0, Decimal("-90.4"), 80)
    assert paper.is_blocked
    check_invariants(firm)


def test_what_came_is_invoiced_by_its_receipt_and_no_more_than_is_ordered(firm):
    ordered = bought(firm)
    (came,) = received(firm, receipt((ordered, 1, 4)))
    before = balances(firm)
    (first,) = refusal(lambda: invoiced(firm, early((ordered, 1, 6, "10"), on="2026-01-20")))
    assert (first.code, first.status, [d.number for d in first.documents]) == ("invoice.came", 409, [came.number])
    (over,) = refusal(lambda: invoiced(firm, bill((came, 1, 11, "10"), on="2026-01-20")))
    assert (over.code, over.status) == ("invoice.over", 409)
    assert "7 would be invoiced beyond what came; 6 of 10 are neither received nor invoiced" in str(over.message)
    assert (balances(firm), on_order(ordered), counted(came)) == (before, (4, 0, 0), (0, 0))
    (nothing,) = refusal(
        lambda: firm.create(
            "purchasing.invoice", {**early((ordered, 1, 6, "10")), "lines": [{"quantity": "1", "price": "1"}]}
        )
    )
    assert (nothing.code, nothing.field) == ("field.required", "lines.0.receipt")
    (unknown,) = refusal(lambda: firm.create("purchasing.invoice", early((ordered, 7, 6, "10"))))
    assert unknown.code == "order_line.unknown"
    (other,) = refusal(lambda: firm.create("purchasing.invoice", early((ordered, 1, 6, "10"), supplier="S2")))
    assert other.code == "order.supplier"
    check_invariants(firm)


def test_dollars_services_and_small_taxpayers_before_the_goods(firm):
    with_services(firm)
    in_dollars(firm, ("2026-01-01", "7"), ("2026-01-07", "8"))
    Bookkeeping.objects.filter(company_id=firm.company_id).update(taxpayer="small_scale")
    (abroad,) = confirmed(firm, order(("BOLT", 10, "1"), supplier="SU"))
    (local,) = confirmed(firm, order(("NUT", 10, "10", TAX), ("FREIGHT", 1, "50", TAX)))
    invoiced(firm, early((abroad, 1, 10, "1"), supplier="SU", on="2026-01-08"))
    invoiced(firm, early((local, 1, 10, "10", TAX), (local, 2, 1, "50", TAX)))
    sums = balances(firm)
    assert (sums[WAITING], sums[VAT_IN]) == (80 + 113, 0)  # tax is cost; freight is no goods on the way
    check_invariants(firm)
    received(firm, receipt((abroad, 1, 10), supplier="SU", on="2026-01-09"))
    received(firm, receipt((local, 1, 10), (local, 2, 1, {"location": None})))
    sums = balances(firm)
    assert (sums[WAITING], sums[GRNI], worth(firm), worth(firm, "NUT")) == (0, 0, 80, 113)
    check_invariants(firm)


def test_early_invoices_and_their_receipts_cost_the_statements_of_one(firm, statements):
    orders = [confirmed(firm, order(*(("BOLT", 2, "10", TAX) for _ in range(3))))[0] for _ in range(21)]
    one, *many = firm.create("purchasing.invoice", *(early(*((o, n, 2, "12", TAX) for n in (1, 2, 3))) for o in orders))

    def costs(kind, documents):
        with statements() as made:
            perform(f"purchasing.{kind}", [d.pk for d in documents], "post", actor=firm.actor)
        return len(made)

    few = costs("invoice", [one])
    assert costs("invoice", many) <= few <= 35
    one, *many = firm.create("purchasing.receipt", *(receipt(*((o, n, 2) for n in (1, 2, 3))) for o in orders))
    few = costs("receipt", [one])
    assert costs("receipt", many) <= few <= 69
    assert balances(firm)[WAITING] == 0
    check_invariants(firm)


@pytest.mark.parametrize("seed", range(1, 4))
def test_random_invoices_and_receipts_keep_every_rule_and_can_all_be_taken_back(firm, seed):
    dice = random.Random(seed)
    ordered = bought(firm, 30, "3.33")
    standing, refused = [], 0
    for step in range(30):
        try:
            if dice.random() < 0.5:
                asked = receipt((ordered, 1, dice.randint(1, 6)), on=f"2026-01-{10 + step // 3:02}")
                standing.append(("receipt", received(firm, asked)[0]))
            else:
                asked = early((ordered, 1, dice.randint(1, 6), dice.choice(["3.33", "4", "2.50"])), on="2026-01-09")
                standing.append(("invoice", invoiced(firm, asked)[0]))
        except Refusal as refusal_:
            assert refusal_.problems[0].code in ("invoice.over", "invoice.came", "receipt.over")
            refused += 1
    assert len(standing) > 5
    check_invariants(firm)
    for kind, document in standing[::-1]:
        back = uninvoiced if kind == "invoice" else lambda f, d: taken_back(f, "receipt", d, on="2026-01-24")
        back(firm, document)
    sums = balances(firm)
    assert (sums[WAITING], sums[GRNI], sums[AP], worth(firm), on_order(ordered)) == (0, 0, 0, 0, (0, 0, 0))
    check_invariants(firm)


def test_receipts_and_early_invoices_at_one_moment_stay_exact(own_database):
    firm = with_suppliers(with_basics(new_world()))
    ordered = bought(firm, 20)
    papers = firm.create("purchasing.invoice", *(early((ordered, 1, 1, "12")) for _ in range(12)))
    goods = firm.create("purchasing.receipt", *(receipt((ordered, 1, 1)) for _ in range(24)))
    work = [("invoice", d.pk) for d in papers] + [("receipt", d.pk) for d in goods]
    random.Random(1).shuffle(work)

    def client(number):
        kind, id = work[number]
        try:
            perform(f"purchasing.{kind}", [id], "post", actor=firm.actor)
        except Refusal as refused:
            return refused.problems[0].code
        return kind

    outcomes = in_threads(len(work), client)
    assert set(outcomes) <= {"invoice", "receipt", "invoice.over", "invoice.came", "receipt.over", "system.busy"}
    row = PurchaseOrderLine.objects.get(order=ordered)
    assert row.quantity_received == outcomes.count("receipt") <= 20
    assert row.quantity_invoiced == outcomes.count("invoice")
    matched = sum(m.quantity for m in InvoiceMatch.objects.filter(group=firm.group))
    assert matched == row.quantity_invoiced - row.quantity_ahead
    check_invariants(firm)


@pytest.mark.parametrize("method", ["fifo", "month_weighted", "standard"])
def test_goods_invoiced_ahead_are_valued_by_the_method_of_their_item(firm, method):
    valued(firm, method)  # a standard cost is 10.00
    ordered = bought(firm)
    invoiced(firm, early((ordered, 1, 10, "12", TAX)))
    (came,) = received(firm, receipt((ordered, 1, 10)))
    done(firm, "other-out", body(at("2026-01-20"), ("BOLT", 4)))
    sums = balances(firm)
    assert (sums[WAITING], sums[GRNI], sums[AP]) == (0, 0, Decimal("-135.60"))
    assert sums[STOCK] == worth(firm)
    assert sum(sums.values()) == 0
    check_invariants(firm)
    done(firm, "other-in", body(at("2026-01-21"), ("BOLT", 4, "12")))
    taken_back(firm, "receipt", came, on="2026-01-22")
    assert (balances(firm)[WAITING], balances(firm)[GRNI]) == (120, 0)
    check_invariants(firm)


def test_goods_come_while_their_invoice_is_taken_back_and_one_waits_for_the_other(own_database):
    """The invoice's reversal locks it before the order's lines, the receipt after them: neither is lost."""
    firm = with_suppliers(with_basics(new_world()))
    orders = [bought(firm, 2) for _ in range(6)]
    papers = [invoiced(firm, early((ordered, 1, 2, "10", TAX)))[0] for ordered in orders]
    goods = firm.create("purchasing.receipt", *(receipt((ordered, 1, 2)) for ordered in orders))

    def client(number):
        try:
            if number % 2:
                perform("purchasing.receipt", [goods[number // 2].pk], "post", actor=firm.actor)
            else:
                uninvoiced(firm, papers[number // 2])
        except Refusal as refused:
            return refused.problems[0].code
        return "done"

    outcomes = in_threads(12, client)
    assert outcomes[1::2] == ["done"] * 6
    assert set(outcomes[::2]) <= {"done", "doc.has_successors"}
    for paper, outcome in zip(papers, outcomes[::2], strict=True):
        row = SupplierInvoice.objects.get(pk=paper.pk)
        assert (row.state, row.is_blocked) == ("reversed" if outcome == "done" else "posted", False)
    check_invariants(firm)
