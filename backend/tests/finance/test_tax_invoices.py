"""数电发票: kept once, true to themselves, joined n:m to documents, never for more than these are worth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jingwei.finance import invoices
from jingwei.finance.models import RegisteredInvoice, TaxInvoice
from jingwei.finance.tax_invoices import Voiding
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from tests.books.stories import with_books
from tests.finance.stories import invoice, supplied, with_parties
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


@pytest.fixture
def firm(world):
    return with_parties(with_books(world))


@pytest.fixture
def alone(own_database):
    return with_parties(with_books(with_basics(new_world())))


def number(n):
    return f"2631{n:016}"


def body(n, gross="113.00", code="S1", *lines, **more):
    total = Decimal(gross)
    net = (total / Decimal("1.13")).quantize(Decimal("0.01"))
    return {
        "number": number(n),
        "direction": "received",
        "kind": "special",
        "party": code,
        "issued_on": "2026-11-02",
        "amount_net": f"{net}",
        "amount_tax": f"{total - net}",
        "amount_gross": gross,
        "lines": [{"covers": c, **({} if a is None else {"amount": a})} for c, a in lines],
        **more,
    }


def keep(world, *args, **more):
    return world.create("finance.tax-invoice", body(*args, **more))[0]


def act(world, key, *made, inputs=None):
    return perform("finance.tax-invoice", [t.pk for t in made], key, inputs, actor=world.actor)


def covered(world, paper):
    return RegisteredInvoice.objects.get(group=world.group, document_id=paper.pk).amount_tax_invoiced


def codes(work):
    with pytest.raises(Refusal) as found:
        work()
    return [(p.code, p.status) for p in found.value.problems]


def test_one_tax_invoice_for_two_documents_and_two_for_one(firm):
    small, large = supplied(firm, "S1", "113.00"), supplied(firm, "S1", "226.00", number_given="A-7")
    first = keep(firm, 1, "200.00", "S1", (small.number, None), ("a7", "87.00"), tax_rate="13")
    second = keep(firm, 2, "139.00", "S1", (large.number, None))
    assert [line.amount for line in first.lines] == [113, 87]
    assert [line.amount for line in second.lines] == [139], "as far as the total goes"
    act(firm, "record", first)
    assert (covered(firm, small), covered(firm, large)) == (113, 87)
    third = keep(firm, 3, "500.00", "S1", (large.number, None))
    assert [line.amount for line in third.lines] == [139], "what has no tax invoice yet"
    act(firm, "record", second)
    assert covered(firm, large) == 226
    assert codes(lambda: act(firm, "record", third)) == [("tax_invoice.over", 409)]
    too_much = [(small.number, "113.00"), (large.number, "26.01")]
    assert ("tax_invoice.exceeded", 422) in codes(lambda: keep(firm, 4, "139.00", "S1", *too_much))
    check_invariants(firm)


def test_a_number_is_kept_once_however_it_is_copied(firm):
    first = keep(firm, 1)
    with pytest.raises(Refusal) as found:
        firm.create("finance.tax-invoice", {**body(9), "number": " ２６３１ " + number(1)[4:]})
    (problem,) = found.value.problems
    assert (problem.code, problem.status, problem.field) == ("tax_invoice.duplicate", 409, "number")
    assert [(d.key, d.id, d.number) for d in problem.documents] == [("finance.tax-invoice", first.pk, number(1))]
    assert codes(lambda: firm.create("finance.tax-invoice", body(5), body(5))) == [("tax_invoice.duplicate", 409)]
    act(firm, "record", first)
    act(firm, "void", first, inputs=Voiding(reason="issued twice"))
    assert codes(lambda: keep(firm, 1)) == [("tax_invoice.duplicate", 409)]
    assert TaxInvoice.objects.filter(group=firm.group).count() == 1
    check_invariants(firm)


def test_eight_clerks_keep_one_number_at_once(alone):
    def clerk(_number):
        try:
            return keep(alone, 1).pk
        except Refusal as refusal:
            (problem,) = refusal.problems
            return problem.code, tuple(d.id for d in problem.documents)

    outcomes = in_threads(8, clerk)
    (first,) = [o for o in outcomes if isinstance(o, int)]
    assert [o for o in outcomes if o != first] == [("tax_invoice.duplicate", (first,))] * 7
    check_invariants(alone)


def test_two_companies_may_keep_the_same_number(firm):
    keep(firm, 1)
    second = firm.create("platform.company", {"code": "T2", "name_en": "Second"})[0]
    firm.company_id = second.pk
    keep(firm, 1)
    assert TaxInvoice.objects.filter(group=firm.group).count() == 2


def test_what_a_tax_invoice_says_wrong_of_itself(firm):
    cases = [
        ({"number": "123"}, "tax_invoice.number"),
        ({"number": "2631000000000000000X"}, "tax_invoice.number"),
        ({"issued_on": "2126-11-02"}, "date.future"),
        ({"amount_tax": "13.01"}, "tax_invoice.sum"),
        ({"amount_gross": "113.001", "amount_tax": "13.001"}, "amount.scale"),
        ({"amount_net": "0", "amount_tax": "0", "amount_gross": "0"}, "tax_invoice.sign"),
        ({"colour": "red", "blue_number": number(2)}, "tax_invoice.sign"),
        ({"tax_rate": "9"}, "tax.difference"),
        ({"party": "C1"}, "party.not_supplier"),
        ({"direction": "issued"}, "party.not_customer"),
        ({"blue_number": number(2)}, "tax_invoice.blue_given"),
    ]
    for change, code in cases:
        found = codes(lambda c=change: firm.create("finance.tax-invoice", {**body(1), **c}))
        assert code in [c for c, _status in found], (change, found)
    near = {**body(1), "amount_net": "101.27", "amount_tax": "11.73", "tax_rate": "13"}
    assert codes(lambda: firm.create("finance.tax-invoice", near)) == [("tax.difference", 422)]
    assert TaxInvoice.objects.filter(group=firm.group).count() == 0
    firm.create("finance.tax-invoice", {**near, "amount_net": "101.00", "amount_tax": "12.00"})


def test_a_red_one_takes_back_a_blue_one_of_the_same_party(firm):
    blue = keep(firm, 1, "113.00")
    red = {"colour": "red", "blue_number": number(1)}
    assert codes(lambda: keep(firm, 2, "-113.00", colour="red")) == [("tax_invoice.blue_missing", 422)]
    assert codes(lambda: keep(firm, 2, "-113.01", **red)) == [("tax_invoice.over", 409)]
    assert codes(lambda: keep(firm, 2, "-113.00", "B1", **red)) == [("tax_invoice.blue_other", 422)]
    note = supplied(firm, "S1", "-113.00")
    due = supplied(firm, "S1", "113.00")
    assert codes(lambda: keep(firm, 2, "-113.00", "S1", (due.number, "-113.00"), **red)) == [("allocation.sign", 422)]
    made = keep(firm, 2, "-113.00", "S1", (note.number, None), **red)
    act(firm, "record", blue, made)
    assert covered(firm, note) == -113
    keep(firm, 3, "-5.00", colour="red", blue_number=number(77))  # its blue one came before Jingwei
    check_invariants(firm)


def test_lines_name_documents_of_the_party_and_direction(firm):
    due, other = invoice(firm, "B1", "113.00"), supplied(firm, "S1", "113.00")
    owed = supplied(firm, "B1", "113.00")
    abroad = supplied(firm, "SU", "113.00", currency="USD", rate="7")
    gone = supplied(firm, "B1", "113.00")
    run(firm.actor, lambda c: invoices.reverse(c, [gone.pk], date(2026, 11, 20)))
    cases = [
        ("B1", [(due.number, "113.00")], [("reference.unknown", 422)]),
        ("B1", [(other.number, "113.00")], [("reference.unknown", 422)]),
        ("B1", [("nothing", "113.00")], [("reference.unknown", 422)]),
        ("B1", [(owed.number, "113.01")], [("tax_invoice.over", 409), ("tax_invoice.exceeded", 422)]),
        ("B1", [(owed.number, "-1.00")], [("allocation.sign", 422)]),
        ("B1", [(owed.number, "1.001")], [("amount.scale", 422)]),
        ("B1", [(owed.number, "50.00"), (owed.number, "50.00")], [("allocation.twice", 422)]),
        ("B1", [(gone.number, "113.00")], [("invoice.reversed", 409)]),
        ("SU", [(abroad.number, "113.00")], [("allocation.currency", 422)]),
    ]
    for code, lines, expected in cases:
        assert codes(lambda c=code, given=lines: keep(firm, 1, "113.00", c, *given)) == expected, lines
    issued = keep(firm, 1, "113.00", "B1", (due.number, None), direction="issued")
    act(firm, "record", issued)
    assert covered(firm, due) == 113


def test_a_recorded_one_is_changed_again_or_declared_void(firm):
    paper = supplied(firm, "S1", "113.00")
    made = keep(firm, 1, "113.00", "S1", (paper.number, None))
    act(firm, "record", made)
    with pytest.raises(Refusal) as held:
        run(firm.actor, lambda c: invoices.reverse(c, [paper.pk], date(2026, 11, 20)))
    (problem,) = held.value.problems
    assert (problem.code, problem.status, problem.documents[0].id) == ("doc.has_successors", 409, made.pk)
    assert str(problem.message) == f"Invoice {paper.number} has tax invoices: {number(1)}."
    act(firm, "reopen", made)
    assert covered(firm, paper) == 0
    act(firm, "record", made)
    (void,) = act(firm, "void", made, inputs=Voiding(reason="wrong buyer"))
    assert (void.state, void.void_reason, covered(firm, paper)) == ("void", "wrong buyer", 0)
    run(firm.actor, lambda c: invoices.reverse(c, [paper.pk], date(2026, 11, 20)))
    assert codes(lambda: act(firm, "record", made)) == [("finance.tax-invoice.wrong_state", 409)]
    check_invariants(firm)


def test_a_document_never_gets_more_than_it_is_worth_however_many_record(alone):
    paper = supplied(alone, "S1", "113.00")
    made = [keep(alone, n, "40.00", "S1", (paper.number, "40.00")) for n in range(1, 9)]

    def clerk(n):
        try:
            act(alone, "record", made[n])
        except Refusal as refusal:
            return refusal.problems[0].code
        return "recorded"

    assert sorted(in_threads(8, clerk)) == ["recorded"] * 2 + ["tax_invoice.over"] * 6
    assert covered(alone, paper) == 80
    check_invariants(alone)


def test_the_accountant_records_and_the_cashier_does_not(firm):
    accountant, cashier = firm.person("accountant"), firm.person("cashier")
    assert cashier.post("finance/tax-invoices", body(1)).codes == ["permission.denied"]
    made = accountant.made("finance/tax-invoices", body(1))
    done = accountant.post(f"finance/tax-invoices/{made['id']}/record", version=1)
    assert (done.status, done.body["state"]) == (200, "recorded")
    late = accountant.patch(f"finance/tax-invoices/{made['id']}", {"kind": "ordinary"}, version=2)
    assert (late.status, late.codes) == (409, ["doc.posted"])
    check_invariants(firm)


def test_statements_do_not_grow(firm, statements):
    papers = [supplied(firm, "S1", "10.00") for _number in range(8)]
    one = keep(firm, 1, "10.00", "S1", (papers[0].number, None))
    many = [keep(firm, n, "20.00", "S1", *((p.number, None) for p in papers[n : n + 2])) for n in (2, 4, 6)]
    with statements() as few:
        act(firm, "record", one)
    with statements() as lots:
        act(firm, "record", *many)
    assert len(lots) == len(few) <= 20
