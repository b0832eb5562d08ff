"""Settlements: credit notes, advances and mutual debts set off without money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jingwei.books.models import Allocation, JournalEntry, OpenItem
from jingwei.finance import invoices
from jingwei.finance.models import Payment, Settlement
from jingwei.finance.settlements import Reversal
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from tests.books.stories import posted, voucher, with_books
from tests.finance.stories import collect, invoice, pay, posted_lines, supplied, with_parties
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


@pytest.fixture
def firm(world):
    return with_parties(with_books(world))


@pytest.fixture
def alone(own_database):
    return with_parties(with_books(with_basics(new_world())))


def settle(world, code, *lines, **more):
    body = {
        "party": code,
        "settled_on": "2026-11-22",
        "lines": [{"settles": n, **({} if a is None else {"amount": a})} for n, a in lines],
        **more,
    }
    return world.create("finance.settlement", body)[0]


def post(world, *made):
    return perform("finance.settlement", [s.pk for s in made], "post", actor=world.actor)


def back(world, made, on="2026-11-25"):
    inputs = Reversal(posted_on=date.fromisoformat(on))
    return perform("finance.settlement", [made.pk], "reverse", inputs, actor=world.actor)


def opened(world):
    rows = OpenItem.objects.filter(group=world.group).exclude(open=0).select_related("document", "account")
    return {f"{i.document.number} {i.account.role}": (i.open, i.open_functional) for i in rows.order_by("id")}


def refused(world, work):
    def state():
        return JournalEntry.objects.filter(group=world.group).count(), opened(world)

    before = state()
    with pytest.raises(Refusal) as found:
        work()
    assert state() == before
    return [(p.code, p.status) for p in found.value.problems]


def test_a_credit_note_is_set_off_against_its_invoice_without_an_entry(firm):
    due, note = invoice(firm, "C1", "1130.00"), invoice(firm, "C1", "-113.00")
    made = settle(firm, "C1", (due.number, "113.00"), (note.number, "-113.00"))
    assert [(x.amount_open, x.due_on) for x in made.lines] == [(1130, date(2026, 12, 1)), (-113, date(2026, 12, 1))]
    (done,) = post(firm, made)
    assert (done.state, done.amount, done.number[:8]) == ("posted", 113, "ST-2026-")
    assert JournalEntry.objects.filter(document_id=made.pk).count() == 0
    assert opened(firm) == {f"{due.number} AR": (1017, 1017)}
    assert [(a.document_id, a.amount) for a in Allocation.objects.filter(group=firm.group)] == [(made.pk, 113)]
    check_invariants(firm)
    with pytest.raises(Refusal) as held:
        run(firm.actor, lambda c: invoices.reverse(c, [note.pk], date(2026, 11, 24)))
    assert [(d.key, d.id) for d in held.value.problems[0].documents] == [("finance.settlement", made.pk)]
    back(firm, made)
    assert opened(firm) == {f"{due.number} AR": (1130, 1130), f"{note.number} AR": (-113, -113)}
    run(firm.actor, lambda c: invoices.reverse(c, [note.pk], date(2026, 11, 25)))
    check_invariants(firm)


def test_who_buys_and_sells_owes_the_difference(firm):
    due, owed = invoice(firm, "B1", "1000.00"), supplied(firm, "B1", "400.00")
    made = settle(firm, "B1", (due.number, "400.00"), (owed.number, None))
    post(firm, made)
    assert sorted(posted_lines(made.pk)) == [("AP", "CNY", 400), ("AR", "CNY", -400)]
    assert opened(firm) == {f"{due.number} AR": (600, 600)}
    check_invariants(firm)
    back(firm, made)
    assert opened(firm) == {f"{due.number} AR": (1000, 1000), f"{owed.number} AP": (-400, -400)}
    check_invariants(firm)


def test_an_advance_and_a_credit_note_settle_two_invoices(firm):
    advance = collect(firm, "C1", "80.00", rest_as_advance=True)
    perform("finance.payment", [advance.pk], "post", actor=firm.actor)
    one, two, note = (invoice(firm, "C1", gross, on="2026-11-21") for gross in ("100.00", "50.00", "-70.00"))
    lines = [(advance.number, "-75.00"), (note.number, None), (one.number, "100.00"), (two.number, "45.00")]
    made = settle(firm, "C1", *lines)
    post(firm, made)
    assert sorted(posted_lines(made.pk)) == [
        ("ADVANCE", "CNY", 75),
        ("AR", "CNY", -45),
        ("AR", "CNY", -30),
    ]
    assert opened(firm) == {f"{advance.number} ADVANCE": (-5, -5), f"{two.number} AR": (5, 5)}
    assert Payment.objects.get(pk=advance.pk).amount_rest == 5
    check_invariants(firm)
    back(firm, made)
    assert Payment.objects.get(pk=advance.pk).amount_rest == 80
    check_invariants(firm)


def test_two_rates_of_what_is_set_off_leave_a_gain_or_loss_and_nothing_else(firm):
    due = invoice(firm, "CU", "100.00", currency="USD", rate="7.10")
    note = invoice(firm, "CU", "-60.00", currency="USD", rate="7.00")
    advance = collect(firm, "CU", "40.00", rate="7.30", rest_as_advance=True)
    perform("finance.payment", [advance.pk], "post", actor=firm.actor)
    made = settle(firm, "CU", (due.number, "100.00"), (note.number, "-60.00"), (advance.number, "-40.00"))
    post(firm, made)
    # receivable 426.00 less 420.00 set off within the account; 292.00 of the advance against 284.00
    assert sorted(posted_lines(made.pk)) == [
        ("ADVANCE", "USD", 292),
        ("AR", "USD", -284),
        ("AR", "USD", -6),
        ("EXCHANGE_GAIN", "CNY", -2),
    ]
    assert opened(firm) == {}
    check_invariants(firm)
    back(firm, made)
    assert opened(firm)[f"{due.number} AR"] == (100, 710)
    check_invariants(firm)


def test_prepayments_of_the_opening_balances_settle_an_invoice(firm):
    owed = {"party": "S1"}
    (opening,) = posted(
        firm, voucher(("1123", "90.00", None, owed), ("3001", None, "90.00"), on="2026-01-01"), key="finance.opening"
    )
    paper = supplied(firm, "S1", "100.00", number_given="A-7")
    made = settle(firm, "S1", (opening.number, "90.00"), ("a7", "-90.00"))
    post(firm, made)
    assert sorted(posted_lines(made.pk)) == [("AP", "CNY", 90), ("PREPAY", "CNY", -90)]
    assert opened(firm) == {f"{paper.number} AP": (-10, -10)}
    check_invariants(firm)


def test_what_cannot_be_set_off_is_refused_by_name(firm):
    due, note = invoice(firm, "C1", "100.00"), invoice(firm, "C1", "-40.00", on="2026-11-23")
    other, abroad = invoice(firm, "C2", "-40.00"), invoice(firm, "CU", "40.00", currency="USD", rate="7")
    advance = collect(firm, "C1", "10.00", rest_as_advance=True)
    perform("finance.payment", [advance.pk], "post", actor=firm.actor)
    cases = [
        ([(due.number, "40.00"), (note.number, "-39.99")], [("settlement.unbalanced", 422)]),
        ([(due.number, "40.00"), (other.number, "-40.00")], [("reference.unknown", 422)]),
        ([(due.number, "40.01"), (note.number, "-40.01")], [("allocation.over", 409)]),
        ([(due.number, "-40.00"), (note.number, "40.00")], [("allocation.sign", 422)] * 2),
        ([(due.number, "11.00"), (advance.number, "-11.00")], [("allocation.over", 409)]),
        ([(due.number, "-5.00"), (advance.number, "5.00")], [("allocation.sign", 422)] * 2),
        ([(due.number, "1.001"), (note.number, "-1.001")], [("amount.scale", 422)] * 2),
        ([(due.number, "0"), (note.number, "0")], [("amount.not_positive", 422)] * 2),
        ([(due.number, "20.00"), (due.number, "20.00"), (note.number, "-40.00")], [("allocation.twice", 422)]),
        ([(due.number, "40.00")], [("doc.no_lines", 422), ("settlement.unbalanced", 422)]),
    ]
    for lines, codes in cases:
        assert refused(firm, lambda given=lines: settle(firm, "C1", *given)) == codes, lines
    mixed = [(abroad.number, "40.00"), (due.number, "-40.00")]
    assert refused(firm, lambda: settle(firm, "CU", *mixed)) == [("reference.unknown", 422)]
    early = settle(firm, "C1", (due.number, "40.00"), (note.number, "-40.00"))
    assert refused(firm, lambda: post(firm, early)) == [("date.order", 422)]
    blocked = supplied(firm, "B1", "40.00", blocked=["price"])
    mine = invoice(firm, "B1", "40.00")
    made = settle(firm, "B1", (blocked.number, "-40.00"), (mine.number, "40.00"))
    assert refused(firm, lambda: post(firm, made)) == [("invoice.blocked", 409)]
    assert Settlement.objects.filter(group=firm.group, state="posted").count() == 0
    check_invariants(firm)


def test_a_closed_month_takes_no_settlement(firm):
    from jingwei.books.models import Period

    due, note = (invoice(firm, "C1", gross, on="2026-01-05") for gross in ("100.00", "-40.00"))
    made = settle(firm, "C1", (due.number, "40.00"), (note.number, "-40.00"), settled_on="2026-01-20")
    second = settle(firm, "C1", (due.number, "1.00"), (note.number, "-1.00"), settled_on="2026-01-20")
    post(firm, second)
    january = Period.objects.get(group=firm.group, code="2026-01")
    perform("books.period", [january.pk], "close", actor=firm.actor)
    assert refused(firm, lambda: post(firm, made)) == [("period.closed", 409)]
    assert refused(firm, lambda: back(firm, second, "2026-01-25")) == [("period.closed", 409)]
    assert refused(firm, lambda: back(firm, second, "2026-01-19")) == [("period.closed", 409)]
    assert refused(firm, lambda: back(firm, second, "2025-12-31")) == [("period.missing", 409)]
    back(firm, second, "2026-02-01")
    check_invariants(firm)


def test_sixteen_settlements_of_one_credit_note_set_it_off_once(alone):
    note = invoice(alone, "C1", "-40.00")
    dues = [invoice(alone, "C1", "40.00") for _number in range(16)]
    made = [settle(alone, "C1", (due.number, "40.00"), (note.number, "-40.00")) for due in dues]

    def clerk(number):
        try:
            post(alone, made[number])
        except Refusal as refusal:
            return refusal.problems[0].code
        return "posted"

    assert sorted(in_threads(16, clerk)) == ["allocation.over"] * 15 + ["posted"]
    assert sum(amount for amount, _functional in opened(alone).values()) == Decimal(600)
    check_invariants(alone)


def test_an_accountant_sets_off_what_a_cashier_was_paid(firm):
    accountant = firm.person("accountant")
    due, note = invoice(firm, "C1", "100.00"), invoice(firm, "C1", "-40.00")
    body = {
        "party": "C1",
        "settled_on": "2026-11-22",
        "lines": [{"settles": due.number, "amount": "40"}, {"settles": note.number}],
    }
    preview = accountant.post("finance/settlements/preview", body).body
    assert (preview["errors"], preview["record"]["amount"], preview["record"]["lines"][1]["amount"]) == (
        [],
        "40",
        "-40",
    )
    made = accountant.made("finance/settlements", body)
    assert accountant.post(f"finance/settlements/{made['id']}/post", version=1).body["state"] == "posted"
    read = accountant.get(f"finance/settlements/{made['id']}").body
    assert [line["amount_open"] for line in read["lines"]] == ["100", "-40"]
    pay_out = pay(firm, "S1", "5.00", rest_as_advance=True)
    assert accountant.post(f"finance/payments/{pay_out.pk}/post", version=1).codes == ["permission.denied"]


def test_statements_do_not_grow_with_lines_or_settlements(firm, statements):
    dues = [invoice(firm, "C1", "10.00") for _number in range(12)]
    notes = [invoice(firm, "C1", "-10.00") for _number in range(12)]
    pairs = [((d.number, "10.00"), (n.number, "-10.00")) for d, n in zip(dues, notes, strict=True)]
    one = settle(firm, "C1", *pairs[0])
    many = [settle(firm, "C1", *[line for pair in pairs[n : n + 3] for line in pair]) for n in (3, 6, 9)]
    with statements() as few:
        post(firm, one)
    with statements() as lots:
        post(firm, *many)
    assert len(lots) == len(few) <= 20
    check_invariants(firm)
