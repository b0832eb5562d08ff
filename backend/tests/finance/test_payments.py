"""Payments: what they post, what they settle, what they refuse, and that taking them back restores everything."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from jingwei.books.charts import Standard
from jingwei.books.models import Account, Allocation, JournalEntry, OpenItem, Period
from jingwei.finance import invoices, payments
from jingwei.finance.models import Direction, Payment, RegisteredInvoice
from jingwei.finance.payments import Reversal, Settling
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from tests.books.stories import posted, voucher, with_books
from tests.finance.stories import collect, invoice, pay, posted_lines, supplied, with_parties
from tests.support.rules import check_invariants


@pytest.fixture
def firm(world):
    return with_parties(with_books(world))


def post(world, *made, **inputs):
    return perform("finance.payment", [p.pk for p in made], "post", actor=world.actor)


def back(world, payment, on="2026-11-25"):
    inputs = Reversal(posted_on=date.fromisoformat(on))
    return perform("finance.payment", [payment.pk], "reverse", inputs, actor=world.actor)


def opened(world) -> dict[str, tuple[Decimal, Decimal]]:
    """What is open of each document: in its currency and in functional currency."""
    rows = OpenItem.objects.filter(group=world.group).exclude(open=0).select_related("document").order_by("id")
    return {f"{i.document.number} {i.account.role}": (i.open, i.open_functional) for i in rows}


def state(world) -> Any:
    entries = JournalEntry.objects.filter(group=world.group).count()
    rows = Payment.objects.filter(group=world.group).order_by("id")
    return entries, opened(world), list(rows.values_list("state", "version", "amount_rest"))


def refused(world, work):
    before = state(world)
    with pytest.raises(Refusal) as found:
        work()
    assert state(world) == before
    return found.value.problems


def drafting(world, *args, **more):
    """The problems of a draft that is refused."""
    return refused(world, lambda: pay(world, *args, **more))


def test_collecting_one_invoice(firm):
    paper = invoice(firm, "C1", "1130.00")
    made = collect(firm, "C1", "1130.00", (paper.number, "1130.00"))
    (line,) = made.lines
    assert (line.amount_open, line.due_on, line.document_id) == (1130, date(2026, 12, 1), paper.pk)
    (done,) = post(firm, made)
    assert posted_lines(made.pk) == [("BANK", "CNY", 1130), ("AR", "CNY", -1130)]
    entry = JournalEntry.objects.get(document_id=made.pk)
    assert (entry.area, entry.kind, entry.purpose) == ("bank", "ordinary", "payment")
    assert (done.state, done.amount_allocated, done.amount_advance, done.amount_rest) == ("posted", 1130, 0, 0)
    assert opened(firm) == {}
    (row,) = Allocation.objects.filter(group=firm.group)
    assert (row.amount, row.document_id, row.allocated_on) == (1130, made.pk, date(2026, 11, 20))
    assert invoices.open_amounts(firm.group.pk, [paper.pk]) == {paper.pk: 0}
    check_invariants(firm)


def test_paying_several_invoices_less_a_credit_note_partly(firm):
    one = supplied(firm, "S1", "1130.00", number_given="A/1")
    two = supplied(firm, "S1", "500.00")
    note = supplied(firm, "S1", "-113.00")
    lines = [("a 1", "1130.00"), (two.number, "200.00"), (note.number.lower(), "-113.00")]
    made = pay(firm, "S1", "1217.00", *lines)
    post(firm, made)
    assert posted_lines(made.pk) == [
        ("AP", "CNY", 1130),
        ("AP", "CNY", 200),
        ("AP", "CNY", -113),
        ("BANK", "CNY", -1217),
    ]
    assert opened(firm) == {f"{two.number} AP": (-300, -300)}
    ids = [p.pk for p in (one, two, note)]
    assert invoices.open_amounts(firm.group.pk, ids) == {one.pk: 0, two.pk: 300, note.pk: 0}
    assert (made.lines[0].invoice, made.lines[0].document_id) == ("a 1", one.pk)
    check_invariants(firm)


def test_amounts_left_empty_are_what_is_open(firm):
    one, two = invoice(firm, "C1", "100.00"), invoice(firm, "C1", "50.00")
    made = collect(firm, "C1", "150.00", (one.number, None), (two.number, None))
    assert [line.amount for line in made.lines] == [100, 50]


def test_the_rest_is_an_advance_and_later_settles_an_invoice(firm):
    first = invoice(firm, "C1", "100.00")
    made = collect(firm, "C1", "180.00", (first.number, "100.00"), rest_as_advance=True)
    post(firm, made)
    assert posted_lines(made.pk) == [("BANK", "CNY", 180), ("AR", "CNY", -100), ("ADVANCE", "CNY", -80)]
    assert opened(firm) == {f"{made.number} ADVANCE": (-80, -80)}
    second = invoice(firm, "C1", "50.00", on="2026-11-21")
    use = Settling(invoice=second.number, settled_on=date(2026, 11, 22))
    (used,) = perform("finance.payment", [made.pk], "settle", use, actor=firm.actor)
    assert (used.amount_allocated, used.amount_advance, used.amount_rest) == (150, 80, 30)
    stored = Payment.objects.get(pk=made.pk)
    assert (stored.amount_allocated, stored.amount_rest, stored.version) == (150, 30, used.version)
    entry = JournalEntry.objects.filter(group=firm.group).latest("id")
    assert posted_lines(entry.document_id) == [("ADVANCE", "CNY", 50), ("AR", "CNY", -50)]
    assert opened(firm) == {f"{made.number} ADVANCE": (-30, -30)}
    check_invariants(firm)
    more = Settling(invoice=second.number, settled_on=date(2026, 11, 22), amount=Decimal(1))
    assert _codes(firm, made, more) == ["allocation.over"]
    third = invoice(firm, "C1", "40.00", on="2026-11-21")
    more = Settling(invoice=third.number, settled_on=date(2026, 11, 22), amount=Decimal(40))
    assert _codes(firm, made, more) == ["allocation.over"]
    unknown = Settling(invoice="nobody's", settled_on=date(2026, 11, 22))
    assert _codes(firm, made, unknown) == ["reference.unknown"]


def _codes(world, payment, inputs):
    work = lambda: perform("finance.payment", [payment.pk], "settle", inputs, actor=world.actor)  # noqa: E731
    return [p.code for p in refused(world, work)]


def test_a_prepayment_is_kept_with_the_supplier(firm):
    made = pay(firm, "S1", "300.00", rest_as_advance=True)
    post(firm, made)
    assert posted_lines(made.pk) == [("PREPAY", "CNY", 300), ("BANK", "CNY", -300)]
    paper = supplied(firm, "S1", "113.00")
    use = Settling(invoice=paper.number, settled_on=date(2026, 11, 22))
    perform("finance.payment", [made.pk], "settle", use, actor=firm.actor)
    assert opened(firm) == {f"{made.number} PREPAY": (187, 187)}
    check_invariants(firm)


def test_an_advance_without_its_tax_where_the_standard_keeps_it_apart(world):
    firm = with_parties(with_books(world, Standard.ASBE))
    made = collect(firm, "C1", "113.00", rest_as_advance=True, tax_rate="13")
    post(firm, made)
    assert posted_lines(made.pk) == [("BANK", "CNY", 113), ("ADVANCE", "CNY", -100), ("VAT_OUT_DEFERRED", "CNY", -13)]
    papers = [invoice(firm, "C1", gross, on="2026-11-21") for gross in ("33.33", "33.33", "46.34")]
    taken = []
    for paper in papers:
        use = Settling(invoice=paper.number, settled_on=date(2026, 11, 22))
        (made,) = perform("finance.payment", [made.pk], "settle", use, actor=firm.actor)
        taken.append(made.amount_rest)
        check_invariants(firm)
    assert taken == [Decimal("79.67"), Decimal("46.34"), 0]
    assert opened(firm) == {}
    entries = JournalEntry.objects.filter(group=firm.group, purpose="settlement").order_by("id")
    first, _second, last = [posted_lines(e.document_id) for e in entries]
    assert first == [
        ("ADVANCE", "CNY", Decimal("29.50")),
        ("VAT_OUT_DEFERRED", "CNY", Decimal("3.83")),
        ("AR", "CNY", Decimal("-33.33")),
    ]
    assert last == [
        ("ADVANCE", "CNY", 41),
        ("VAT_OUT_DEFERRED", "CNY", Decimal("5.34")),
        ("AR", "CNY", Decimal("-46.34")),
    ]


def test_what_the_rate_has_made_of_a_debt_is_a_loss_or_a_gain_by_name(firm):
    due = invoice(firm, "CU", "1000.00", currency="USD", rate="7.10")
    owed = supplied(firm, "SU", "1000.00", currency="USD", rate="7.10")
    part = collect(firm, "CU", "300.00", (due.number, "300.00"), rate="7.00")
    rest = collect(firm, "CU", "700.00", (due.number, "700.00"), rate="7.20")
    out = pay(firm, "SU", "1000.00", (owed.number, "1000.00"), rate="7.25")
    post(firm, part, rest, out)
    usd = "USD"
    assert posted_lines(part.pk) == [("BANK", usd, 2100), ("EXCHANGE_LOSS", "CNY", 30), ("AR", usd, -2130)]
    assert posted_lines(rest.pk) == [("BANK", usd, 5040), ("AR", usd, -4970), ("EXCHANGE_GAIN", "CNY", -70)]
    assert posted_lines(out.pk) == [("AP", usd, 7100), ("EXCHANGE_LOSS", "CNY", 150), ("BANK", usd, -7250)]
    assert {e.kind for e in JournalEntry.objects.filter(document_id__in=[part.pk, rest.pk, out.pk])} == {"exchange"}
    assert opened(firm) == {}
    assert set(OpenItem.objects.filter(group=firm.group).values_list("open_functional", flat=True)) == {Decimal(0)}
    check_invariants(firm)


def test_thirds_of_a_debt_in_another_currency_close_to_nothing(firm):
    due = invoice(firm, "CU", "100.00", currency="USD", rate="7.1234")
    for amount in ("33.33", "33.33", "33.34"):
        post(firm, collect(firm, "CU", amount, (due.number, amount), rate="7.1235"))
    assert opened(firm) == {}
    check_invariants(firm)


def test_the_rate_of_the_day_is_taken_and_a_missing_one_is_named(firm):
    due = invoice(firm, "CU", "100.00", currency="USD", rate="7.10")
    made = collect(firm, "CU", "100.00", (due.number, None))
    (problem,) = refused(firm, lambda: post(firm, made))
    assert (problem.code, problem.status) == ("rate.missing", 422)
    assert "CNY/USD for 2026-11-20" in str(problem.message).replace(" for", " for")
    rate = {"from_currency": "USD", "to_currency": "CNY", "valid_from": "2026-11-20", "rate": "7.15"}
    firm.create("masterdata.exchange-rate", rate)
    (done,) = post(firm, made)
    assert done.rate == Decimal("7.15")
    assert posted_lines(made.pk)[0] == ("BANK", "USD", 715)


def test_the_oldest_debts_are_settled_first(firm):
    late = invoice(firm, "C1", "100.00", due="2026-12-20")
    early = invoice(firm, "C1", "200.00", due="2026-11-10")
    named = invoice(firm, "C1", "70.00", due="2026-12-31")
    invoice(firm, "C2", "999.00", due="2026-11-01")
    invoice(firm, "C1", "-5.00", due="2026-11-01")
    made = collect(firm, "C1", "320.00", (named.number, "50.00"), oldest_first=True)
    (done,) = post(firm, made)
    lines = [(x.line, x.invoice, x.amount, x.amount_open) for x in done.lines]
    assert lines == [(1, named.number, 50, 70), (2, early.number, 200, 200), (3, late.number, 70, 100)]
    stored = Payment.objects.get(pk=made.pk)
    assert stored.amount_allocated == 320
    assert invoices.open_amounts(firm.group.pk, [late.pk, early.pk, named.pk]) == {
        late.pk: 30,
        early.pk: 0,
        named.pk: 20,
    }
    check_invariants(firm)


def test_blocked_invoices_are_passed_over_by_age_and_refused_by_name(firm):
    wrong = supplied(firm, "S1", "100.00", due="2026-11-10", blocked=["price 2.10 instead of 2.00"])
    right = supplied(firm, "S1", "100.00", due="2026-12-10")
    post(firm, pay(firm, "S1", "100.00", oldest_first=True))
    assert invoices.open_amounts(firm.group.pk, [wrong.pk, right.pk]) == {wrong.pk: 100, right.pk: 0}
    named = pay(firm, "S1", "100.00", (wrong.number, "100.00"))
    (problem,) = refused(firm, lambda: post(firm, named))
    assert (problem.code, problem.status, problem.documents[0].id) == ("invoice.blocked", 409, wrong.pk)
    assert "price 2.10 instead of 2.00" in str(problem.message)
    run(firm.actor, lambda c: invoices.release(c, [wrong.pk]))
    post(firm, named)
    check_invariants(firm)


def test_what_settles_nothing_and_is_not_to_be_kept_is_refused_with_the_way_out(firm):
    paper = invoice(firm, "C1", "100.00")
    made = collect(firm, "C1", "150.00", (paper.number, "100.00"))
    (problem,) = refused(firm, lambda: post(firm, made))
    assert (problem.code, problem.status, problem.field) == ("payment.unallocated", 409, "rest_as_advance")
    assert str(problem.message) == "50.00 of 150.00 settles nothing."
    assert "advance" in str(problem.hint)


def test_a_payment_is_refused_for_what_cannot_be_settled(firm):
    paper = supplied(firm, "S1", "100.00")
    due = invoice(firm, "C1", "100.00")
    abroad = supplied(firm, "SU", "100.00", currency="USD", rate="7.1")
    cases = [
        (("S1", "100.00", (due.number, "100.00")), {}, "reference.unknown", 422),  # of another party
        (("S1", "100.00", ("no such", "100.00")), {}, "reference.unknown", 422),
        (("S1", "100.01", (paper.number, "100.01")), {}, "allocation.over", 409),
        (("S1", "100.00", (paper.number, "-50.00")), {}, "allocation.sign", 422),
        (("S1", "50.00", (paper.number, "100.00")), {}, "payment.exceeded", 422),
        (("S1", "100.00", (paper.number, "50.00"), (paper.number, "50.00")), {}, "allocation.twice", 422),
        (("SU", "100.00", (abroad.number, "100.00")), {"currency": "CNY"}, "allocation.currency", 422),
        (("S1", "0.00"), {}, "amount.not_positive", 422),
        (("S1", "-5.00"), {}, "amount.not_positive", 422),
        (("S1", "1.001"), {"rest_as_advance": True}, "amount.scale", 422),
        (("S1", "5.00"), {"account": "560201"}, "payment.account", 422),
        (("S1", "5.00"), {"account": "1012"}, "account.header", 422),
        (("C1", "5.00"), {"rest_as_advance": True}, "party.not_supplier", 422),
        (("SU", "5.00"), {"rate": "0", "rest_as_advance": True}, "rate.not_positive", 422),
        (("S1", "5.00"), {"rate": "7", "rest_as_advance": True}, "rate.own_currency", 422),
    ]
    for args, more, code, status in cases:
        problems = drafting(firm, *args, **more)
        assert [(p.code, p.status) for p in problems] == [(code, status)], args
    over = drafting(firm, "S1", "100.01", (paper.number, "100.01"))[0]
    assert (over.field, over.line, over.documents[0].id) == ("lines.0.amount", 1, paper.pk)
    assert "advance" in str(over.hint)


def test_amounts_that_the_books_cannot_hold_are_named(firm):
    for amount, rate, code in (
        ("99999999999999.00", "9999999999", "amount.too_large"),
        ("0.01", "0.1", "amount.too_small"),
    ):
        made = pay(firm, "SU", amount, rate=rate, rest_as_advance=True)
        (problem,) = refused(firm, lambda p=made: post(firm, p))
        assert (problem.code, problem.status) == (code, 422)


def test_a_cancelled_or_paid_invoice_is_not_paid(firm):
    gone, twice = supplied(firm, "S1", "100.00"), supplied(firm, "S1", "60.00")
    made = pay(firm, "S1", "100.00", (gone.number, "100.00"))
    second = pay(firm, "S1", "60.00", (twice.number, "60.00"))
    post(firm, pay(firm, "S1", "60.00", (twice.number, "60.00")))
    run(firm.actor, lambda c: invoices.reverse(c, [gone.pk], date(2026, 11, 20)))
    for payment, code in ((made, "invoice.reversed"), (second, "allocation.over")):
        (problem,) = refused(firm, lambda p=payment: post(firm, p))
        assert (problem.code, problem.status) == (code, 409)
    assert [p.code for p in drafting(firm, "S1", "1.00", (gone.number, "1.00"))] == ["invoice.reversed"]
    assert [
        p.code for p in refused(firm, lambda: post(firm, Payment.objects.get(group=firm.group, amount_allocated=60)))
    ] == ["finance.payment.wrong_state"]


def test_money_given_back_names_what_it_gives_back(firm):
    note = invoice(firm, "C1", "-113.00")
    refund = pay(firm, "C1", "113.00", (note.number, "113.00"))
    post(firm, refund)
    assert sorted(posted_lines(refund.pk)) == [("AR", "CNY", 113), ("BANK", "CNY", -113)]
    back_from = supplied(firm, "S1", "-50.00")
    returned = collect(firm, "S1", "50.00", (back_from.number, "50.00"))
    post(firm, returned)
    assert sorted(posted_lines(returned.pk)) == [("AP", "CNY", -50), ("BANK", "CNY", 50)]
    assert opened(firm) == {}
    check_invariants(firm)


def test_who_is_both_pays_the_difference(firm):
    due, owed = invoice(firm, "B1", "1000.00"), supplied(firm, "B1", "200.00")
    made = collect(firm, "B1", "800.00", (due.number, "1000.00"), (owed.number, "-200.00"))
    post(firm, made)
    assert sorted(posted_lines(made.pk)) == [("AP", "CNY", 200), ("AR", "CNY", -1000), ("BANK", "CNY", 800)]
    assert opened(firm) == {}
    check_invariants(firm)


def test_opening_balances_are_paid_like_invoices(firm):
    customer = {"party": "C1"}
    lines = (("112201", "60.00", None, customer), ("112201", "40.00", None, customer), ("3001", None, "100.00"))
    (opening,) = posted(firm, voucher(*lines, on="2026-01-01"), key="finance.opening")
    post(firm, collect(firm, "C1", "70.00", (opening.number, "70.00")))
    assert sorted(OpenItem.objects.filter(document_id=opening.pk).values_list("open", flat=True)) == [0, 30]
    check_invariants(firm)


def test_taking_a_payment_back_restores_what_was_open(firm):
    due = invoice(firm, "CU", "1000.00", currency="USD", rate="7.10")
    before = opened(firm)
    made = collect(firm, "CU", "1200.00", (due.number, "400.00"), rate="7.00", rest_as_advance=True)
    post(firm, made)
    assert opened(firm) == {f"{due.number} AR": (600, 4260), f"{made.number} ADVANCE": (-800, -5600)}
    (problem,) = refused(firm, lambda: back(firm, made, "2026-11-19"))
    assert problem.code == "date.order"
    (done,) = back(firm, made)
    assert opened(firm) == before
    assert (done.state, done.amount_allocated, done.amount_advance, done.amount_rest) == ("reversed", 0, 0, 0)
    assert sum(amount for _role, _currency, amount in posted_lines(made.pk)) == 0
    assert [p.code for p in refused(firm, lambda: back(firm, made))] == ["finance.payment.wrong_state"]
    post(firm, collect(firm, "CU", "1000.00", (due.number, "1000.00"), rate="7.10"))
    check_invariants(firm)


def test_a_used_advance_is_taken_back_after_its_settlement(firm):
    made = collect(firm, "C1", "80.00", rest_as_advance=True)
    post(firm, made)
    paper = invoice(firm, "C1", "50.00", on="2026-11-21")
    use = Settling(invoice=paper.number, settled_on=date(2026, 11, 22))
    perform("finance.payment", [made.pk], "settle", use, actor=firm.actor)
    (problem,) = refused(firm, lambda: back(firm, made))
    assert (problem.code, problem.status) == ("allocation.exists", 409)
    (settlement,) = problem.documents
    assert (settlement.key, settlement.number[:3]) == ("finance.settlement", "ST-")
    (problem,) = refused(firm, lambda: run(firm.actor, lambda c: invoices.reverse(c, [paper.pk], date(2026, 11, 24))))
    assert [d.number for d in problem.documents] == [settlement.number]
    from jingwei.finance.settlements import Reversal as Undo

    undo = Undo(posted_on=date(2026, 11, 23))
    perform("finance.settlement", [settlement.id], "reverse", undo, actor=firm.actor)
    assert Payment.objects.get(pk=made.pk).amount_rest == 80
    assert opened(firm) == {f"{made.number} ADVANCE": (-80, -80), f"{paper.number} AR": (50, 50)}
    back(firm, made)
    assert opened(firm) == {f"{paper.number} AR": (50, 50)}
    check_invariants(firm)


def test_a_closed_month_takes_no_payment_and_no_reversal(firm):
    paper = invoice(firm, "C1", "100.00", on="2026-01-05")
    made = collect(firm, "C1", "60.00", (paper.number, "60.00"), posted_on="2026-01-20")
    late = collect(firm, "C1", "40.00", (paper.number, "40.00"), posted_on="2026-01-20")
    post(firm, made)
    january = Period.objects.get(group=firm.group, code="2026-01")
    perform("books.period", [january.pk], "close", actor=firm.actor)
    for work in (lambda: post(firm, late), lambda: back(firm, made, "2026-01-25")):
        (problem,) = refused(firm, work)
        assert (problem.code, problem.status, problem.extra["first_open_date"]) == (
            "period.closed",
            409,
            date(2026, 2, 1),
        )
    back(firm, made, "2026-02-01")
    check_invariants(firm)


def test_drafts_of_payments_for_invoices_one_per_party_and_currency(firm):
    one, two = supplied(firm, "S1", "100.00"), supplied(firm, "S1", "50.00")
    abroad = supplied(firm, "SU", "10.00", currency="USD", rate="7")
    post(firm, pay(firm, "S1", "30.00", (one.number, "30.00")))
    ids = [one.pk, two.pk, abroad.pk]
    found = run(firm.actor, lambda c: payments.bodies(c, Direction.OUT, ids))
    bank = Account.objects.get(group=firm.group, code="1002").pk
    assert [(b["currency"], b["amount"], b["account"]) for b in found] == [
        ("CNY", "120.0000", bank),
        ("USD", "10.0000", bank),
    ]
    (made,) = firm.create("finance.payment", found[0])
    assert [(x.invoice, x.amount) for x in made.lines] == [(one.number, 70), (two.number, 50)]
    post(firm, made)
    (problem,) = refused(firm, lambda: run(firm.actor, lambda c: payments.bodies(c, Direction.OUT, [one.pk])))
    assert problem.code == "payment.nothing_open"
    RegisteredInvoice.objects.filter(document_id=abroad.pk).update(is_blocked=True, blocked=["price"])
    (problem,) = refused(firm, lambda: run(firm.actor, lambda c: payments.bodies(c, Direction.OUT, [abroad.pk])))
    assert problem.code == "invoice.blocked"


def test_a_cashier_pays_and_nobody_else(firm):
    paper = supplied(firm, "S1", "100.00")
    cashier, accountant, controller = (firm.person(role) for role in ("cashier", "accountant", "controller"))
    body = {
        "direction": "out",
        "party": "S1",
        "posted_on": "2026-11-20",
        "account": "1002",
        "amount": "100.00",
        "lines": [{"invoice": paper.number, "amount": "100.00"}],
    }
    assert controller.post("finance/payments", body).codes == ["permission.denied"]
    made = accountant.made("finance/payments", body)
    path = f"finance/payments/{made['id']}"
    for person in (accountant, controller):
        assert person.post(f"{path}/post", version=1).codes == ["permission.denied"]
    done = cashier.post(f"{path}/post", version=1)
    assert (done.status, done.body["state"]) == (200, "posted")
    read = cashier.get(path).body
    assert (read["amount_allocated"], read["lines"][0]["amount_open"]) == ("100", "100")
    linked = cashier.get(f"{path}/links").body["rows"]
    assert [(r["number"], r["relation"]) for r in linked] == [(paper.number, "source")]
    check_invariants(firm)


def test_a_draft_shows_what_is_open_now(firm):
    cashier = firm.person("cashier")
    paper = supplied(firm, "S1", "100.00")
    made = pay(firm, "S1", "40.00", (paper.number, "40.00"))
    post(firm, pay(firm, "S1", "70.00", (paper.number, "70.00")))
    assert cashier.get(f"finance/payments/{made.pk}").body["lines"][0]["amount_open"] == "30"


def test_a_batch_with_one_bad_payment_posts_the_others(firm):
    cashier = firm.person("cashier")
    paper = supplied(firm, "S1", "100.00")
    made = [pay(firm, "S1", "60.00", (paper.number, "60.00")) for _number in range(2)]
    other = pay(firm, "S1", "5.00", rest_as_advance=True)
    reply = cashier.post("finance/payments/batch/post", {"ids": [made[0].pk, made[1].pk, other.pk]})
    assert [r["problem"]["code"] if r.get("problem") else r["state"] for r in reply.body["results"]] == [
        "posted",
        "allocation.over",
        "posted",
    ], reply.body
    assert JournalEntry.objects.filter(group=firm.group, purpose="payment").count() == 2
    check_invariants(firm)


def test_statements_do_not_grow_with_lines_or_payments(firm, statements):
    sheets = [supplied(firm, "S1", "10.00") for _number in range(30)]
    one = pay(firm, "S1", "10.00", (sheets[0].number, "10.00"))
    many = [pay(firm, "S1", "50.00", *((s.number, "10.00") for s in sheets[n : n + 5])) for n in (5, 10, 15)]
    with statements() as few:
        post(firm, one)
    with statements() as lots:
        post(firm, *many)
    assert len(lots) == len(few) <= 30
    with statements() as few:
        back(firm, one)
    inputs = Reversal(posted_on=date(2026, 11, 25))
    with statements() as lots:
        perform("finance.payment", [m.pk for m in many], "reverse", inputs, actor=firm.actor)
    assert len(lots) == len(few) <= 34
    check_invariants(firm)
