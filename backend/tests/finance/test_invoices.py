"""The register of invoices: what is posted, what is unique, what may be taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jingwei.books.models import JournalEntry, OpenItem
from jingwei.books.posting import GoodsLine
from jingwei.books.rules import RuleFault
from jingwei.books.settling import Pair, allocate
from jingwei.finance import invoices
from jingwei.finance.invoices import InvoiceDraft, InvoiceKind, Posting
from jingwei.finance.models import RegisteredInvoice
from jingwei.platform.documents.command import run
from jingwei.platform.errors import Refusal
from jingwei.platform.invariants import violations
from jingwei.server.wiring import invariants
from tests.books.stories import posted, voucher, with_books
from tests.finance.stories import draft, enter, invoice, papers, party, posted_lines, supplied, with_parties
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


@pytest.fixture
def firm(world):
    return with_parties(with_books(world))


@pytest.fixture
def alone(own_database):
    return with_parties(with_books(with_basics(new_world())))


def entered(world, **rows):
    return list(RegisteredInvoice.objects.filter(group=world.group, **rows).order_by("id"))


def refused(world, work):
    """The problems of a refusal, after which nothing new is in the books or in the register."""
    before = JournalEntry.objects.filter(group=world.group).count(), len(entered(world))
    with pytest.raises(Refusal) as found:
        run(world.actor, work)
    assert (JournalEntry.objects.filter(group=world.group).count(), len(entered(world))) == before
    return found.value.problems


def test_an_invoice_to_a_customer_is_owed_with_its_tax(firm):
    paper = invoice(firm, "C1", "1130.00", lines=2, summary="November")
    assert posted_lines(paper.pk) == [("AR", "CNY", 1130), ("REVENUE", "CNY", -1000), ("VAT_OUT", "CNY", -130)]
    (item,) = OpenItem.objects.filter(group=firm.group)
    assert (item.document_id, item.party_id, item.currency_id) == (paper.pk, party(firm, "C1").pk, "CNY")
    assert (item.open, item.open_functional, item.due_on) == (1130, 1130, date(2026, 12, 1))
    entry = JournalEntry.objects.get(document_id=paper.pk)
    assert (entry.purpose, entry.area, entry.kind, entry.summary) == ("invoice", "sales", "ordinary", "November")
    (row,) = entered(firm)
    assert (row.kind, row.amount_gross, row.is_blocked, row.is_reversed) == ("customer", 1130, False, False)
    assert invoices.open_amounts(firm.group.pk, [paper.pk]) == {paper.pk: 1130}
    check_invariants(firm)


def test_an_invoice_in_another_currency_is_owed_in_it_and_kept_in_ours(firm):
    paper = supplied(firm, "SU", "1000.00", currency="USD", rate="7.1234", number_given="A-1")
    assert posted_lines(paper.pk) == [
        ("EXP", "CNY", Decimal("6303.89")),
        ("VAT_IN", "CNY", Decimal("819.51")),
        ("AP", "USD", Decimal("-7123.40")),
    ]
    (item,) = OpenItem.objects.filter(group=firm.group)
    assert (item.open, item.open_functional) == (-1000, Decimal("-7123.40"))
    entry = JournalEntry.objects.get(document_id=paper.pk)
    assert (entry.kind, entry.area) == ("exchange", "purchasing")
    assert invoices.open_amounts(firm.group.pk, [paper.pk]) == {paper.pk: 1000}
    check_invariants(firm)


def test_goods_and_services_of_one_invoice_are_one_entry(firm):
    (paper,) = papers(firm, 1)
    whole = draft(firm, paper, "S1", "113.00", kind=InvoiceKind.SUPPLIER)
    goods = GoodsLine(
        {
            "accrued": Decimal(98),
            "difference_on_hand": Decimal(2),
            "tax": Decimal(13),
            "gross": Decimal(113),
        },
        accounting_class="raw_material",
    )
    both = Posting("purchase.invoiced_after_receipt", [goods])
    enter(firm, InvoiceDraft(**{**_fields(whole), "amount_gross": Decimal(226), "postings": [*whole.postings, both]}))
    assert sorted(posted_lines(paper.pk)) == [
        ("AP", "CNY", -226),
        ("EXP", "CNY", 100),
        ("GRNI", "CNY", 98),
        ("STOCK", "CNY", 2),
        ("VAT_IN", "CNY", 26),
    ]
    assert JournalEntry.objects.filter(document_id=paper.pk).count() == 1


def _fields(one):
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def test_a_credit_note_is_red_and_open_the_other_way(firm):
    paper = supplied(firm, "S1", "-113.00", number_given="CN-1")
    assert posted_lines(paper.pk) == [("EXP", "CNY", -100), ("VAT_IN", "CNY", -13), ("AP", "CNY", 113)]
    assert OpenItem.objects.get(group=firm.group).open == 113
    assert invoices.open_amounts(firm.group.pk, [paper.pk]) == {paper.pk: -113}
    check_invariants(firm)


@pytest.mark.parametrize("again", ["INV-001", "inv 001", "ＩＮＶ００１", " Inv/001 "])
def test_a_suppliers_number_stands_once_however_it_is_written(firm, again):
    first = supplied(firm, "S1", "113.00", number_given="INV-001")
    (second,) = papers(firm, 1)
    twice = draft(firm, second, "S1", "50.00", kind=InvoiceKind.SUPPLIER, number_given=again)
    (problem,) = refused(firm, lambda c: invoices.post(c, [twice]))
    assert (problem.code, problem.status, problem.field) == ("invoice.duplicate", 409, "number_given")
    assert [(d.id, d.number, d.key) for d in problem.documents] == [(first.pk, first.number, "purchasing.order")]
    assert first.number in str(problem.message)
    assert "113.00 CNY" in str(problem.message)


def test_the_same_number_twice_in_one_command_is_refused(firm):
    one, two = papers(firm, 2)
    both = [draft(firm, p, "S1", "50.00", kind=InvoiceKind.SUPPLIER, number_given="7") for p in (one, two)]
    (problem,) = refused(firm, lambda c: invoices.post(c, both))
    assert (problem.code, problem.documents[0].id) == ("invoice.duplicate", one.pk)


def test_numbers_of_other_suppliers_of_customers_and_none_at_all_do_not_collide(firm):
    supplied(firm, "S1", "1.13", number_given="7")
    supplied(firm, "B1", "1.13", number_given="7")
    invoice(firm, "C1", "1.13", number_given="7")
    invoice(firm, "C1", "1.13", number_given="7")
    supplied(firm, "S1", "1.13")
    supplied(firm, "S1", "1.13")
    assert len(entered(firm)) == 6
    check_invariants(firm)


def test_two_clerks_enter_one_number_at_once(alone):
    sheets = papers(alone, 8)

    def clerk(number):
        one = draft(alone, sheets[number], "S1", "113.00", kind=InvoiceKind.SUPPLIER, number_given=f"A {number % 2}")
        try:
            enter(alone, one)
        except Refusal as refusal:
            (problem,) = refusal.problems
            return problem.code, problem.documents[0].id
        return "posted", sheets[number].pk

    outcomes = in_threads(8, clerk)
    first = {id for code, id in outcomes if code == "posted"}
    assert len(first) == 2
    assert [code for code, _id in outcomes].count("invoice.duplicate") == 6
    assert {id for code, id in outcomes if code == "invoice.duplicate"} == first
    assert JournalEntry.objects.filter(group=alone.group).count() == 2
    check_invariants(alone)


def test_a_reversed_invoice_is_owed_no_more_and_its_number_is_free(firm):
    paper = supplied(firm, "S1", "113.00", number_given="7", blocked=["price"])
    run(firm.actor, lambda c: invoices.reverse(c, [paper.pk], date(2026, 11, 5)))
    assert [amount for _role, _currency, amount in posted_lines(paper.pk)] == [100, 13, -113, -100, -13, 113]
    assert set(OpenItem.objects.filter(group=firm.group).values_list("open", flat=True)) == {Decimal(0)}
    assert invoices.open_amounts(firm.group.pk, [paper.pk]) == {paper.pk: 0}
    assert [(r.is_reversed, r.is_blocked) for r in entered(firm)] == [(True, False)]
    supplied(firm, "S1", "113.00", number_given="7")
    check_invariants(firm)
    (problem,) = refused(firm, lambda c: invoices.reverse(c, [paper.pk], date(2026, 11, 6)))
    assert (problem.code, problem.status, problem.documents[0].id) == ("invoice.reversed", 409, paper.pk)


def test_a_settled_invoice_is_not_reversed_and_names_what_settled_it(firm):
    paper = invoice(firm, "C1", "113.00")
    note = invoice(firm, "C1", "-13.00")
    debit, credit = OpenItem.objects.filter(group=firm.group).order_by("-amount")
    run(firm.actor, lambda c: allocate(c, [Pair(debit.pk, credit.pk, Decimal(13))], date(2026, 11, 3)))
    (problem,) = refused(firm, lambda c: invoices.reverse(c, [paper.pk], date(2026, 11, 5)))
    assert (problem.code, problem.status) == ("allocation.exists", 409)
    assert [(d.id, d.number) for d in problem.documents] == [(note.pk, note.number)]
    assert str(problem.message) == f"13.00 of it is settled by {note.number}."
    assert not any(r.is_reversed for r in entered(firm))
    assert invoices.open_amounts(firm.group.pk, [paper.pk, note.pk]) == {paper.pk: 100, note.pk: 0}
    check_invariants(firm)


def test_only_the_invoices_own_entry_is_reversed(firm):
    """A document may have other entries, of the stock for instance: those are reversed by who posted them."""
    from jingwei.books import journal
    from jingwei.books.models import Account

    paper = invoice(firm, "C1", "113.00")
    cash, office = (Account.objects.get(company_id=firm.company_id, code=c).pk for c in ("1001", "560201"))
    lines = [journal.LineDraft(office, debit=Decimal(5)), journal.LineDraft(cash, credit=Decimal(5))]
    other = journal.EntryDraft(firm.company_id, "CNY", date(2026, 11, 2), paper.pk, "other", lines)
    run(firm.actor, lambda c: journal.post(c, [other]))
    run(firm.actor, lambda c: invoices.reverse(c, [paper.pk], date(2026, 11, 5)))
    purposes = JournalEntry.objects.filter(document_id=paper.pk).order_by("id").values_list("purpose", flat=True)
    assert list(purposes) == ["invoice", "other", "invoice.reversed"]


def test_a_blocked_invoice_keeps_its_reasons_until_it_is_released_and_after(firm):
    paper = supplied(firm, "S1", "113.00", blocked=["price 2.10 instead of 2.00"])
    assert [(r.is_blocked, r.blocked) for r in entered(firm)] == [(True, ["price 2.10 instead of 2.00"])]
    run(firm.actor, lambda c: invoices.release(c, [paper.pk]))
    assert [(r.is_blocked, r.blocked) for r in entered(firm)] == [(False, ["price 2.10 instead of 2.00"])]
    (problem,) = refused(firm, lambda c: invoices.release(c, [paper.pk + 10**6]))
    assert (problem.code, problem.status) == ("record.not_found", 404)


def test_what_cannot_be_posted_is_refused_by_name_and_leaves_no_row(firm):
    (paper,) = papers(firm, 1)
    tiny = draft(firm, paper, "CU", "0.01", currency="USD", rate="0.1")
    (problem,) = refused(firm, lambda c: invoices.post(c, [tiny]))
    assert (problem.code, problem.field) == ("amount.too_small", "amount_gross")
    late = draft(firm, paper, "C1", "113.00", on="2027-02-01")
    (problem,) = refused(firm, lambda c: invoices.post(c, [late]))
    assert problem.code == "period.missing"
    facts = {"accrued": Decimal(98), "difference_on_hand": Decimal(2), "tax": Decimal(13), "gross": Decimal(113)}
    service = Posting("purchase.invoiced_after_receipt", [GoodsLine(facts, accounting_class="service")])
    whole = draft(firm, paper, "S1", "113.00", kind=InvoiceKind.SUPPLIER)
    odd = InvoiceDraft(**{**_fields(whole), "postings": [service]})
    (problem,) = refused(firm, lambda c: invoices.post(c, [odd]))
    assert problem.code == "books.account.undetermined"
    wrong = InvoiceDraft(**{**_fields(whole), "amount_gross": Decimal("112.99")})
    with pytest.raises(RuleFault):
        run(firm.actor, lambda c: invoices.post(c, [wrong]))
    assert entered(firm) == []


def test_a_company_without_books_posts_no_invoice(world):
    with_parties(world)
    (paper,) = papers(world, 1)
    one = draft(world, paper, "C1", "113.00")
    (problem,) = refused(world, lambda c: invoices.post(c, [one]))
    assert (problem.code, problem.status) == ("books.not_started", 409)


def test_an_invoice_is_posted_once(firm):
    paper = invoice(firm, "C1", "113.00")
    (problem,) = refused(firm, lambda c: invoices.post(c, [draft(firm, paper, "C1", "113.00")]))
    assert (problem.code, problem.status) == ("doc.posted_twice", 409)


def test_a_free_sample_is_registered_and_posts_only_its_cost(firm):
    (paper,) = papers(firm, 1)
    cost = Posting(
        "sales.dispatched_cost_recognised", [GoodsLine({"cost": Decimal("4.50")}, accounting_class="merchandise")]
    )
    whole = draft(firm, paper, "C1", "0.00")
    enter(firm, InvoiceDraft(**{**_fields(whole), "postings": [*whole.postings, cost]}))
    assert posted_lines(paper.pk) == [("COGS", "CNY", Decimal("4.50")), ("DISPATCHED", "CNY", Decimal("-4.50"))]
    assert [r.amount_gross for r in entered(firm)] == [0]
    assert OpenItem.objects.filter(group=firm.group).count() == 0


def test_the_register_is_proven_against_the_books(alone):
    paper = invoice(alone, "C1", "113.00")
    check_invariants(alone)
    RegisteredInvoice.objects.filter(document_id=paper.pk).update(amount_gross=112)
    found = [(v.key, v.table, v.detail) for v in violations(invariants(), alone.group.pk)]
    assert found == [("I-15", "registered_invoice", "registered 112.0000 CNY, books 113.0000 CNY")]


def test_opening_items_are_not_invoices(firm):
    line = ("112201", "113.00", None, {"party": "C1"})
    posted(firm, voucher(line, ("3001", None, "113.00"), on="2026-01-01"), key="finance.opening")
    item = OpenItem.objects.get(group=firm.group)
    assert invoices.open_amounts(firm.group.pk, [item.document_id]) == {}
    check_invariants(firm)


def test_statements_do_not_grow_with_invoices_or_lines(firm, statements):
    one, *many = papers(firm, 21)
    single = draft(firm, one, "C1", "113.00")
    with statements() as few:
        enter(firm, single)
    drafts = [draft(firm, p, "C1", "565.00", lines=5) for p in many]
    with statements() as lots:
        enter(firm, *drafts)
    assert len(lots) == len(few) <= 20
    with statements() as one_back:
        run(firm.actor, lambda c: invoices.reverse(c, [one.pk], date(2026, 11, 5)))
    with statements() as all_back:
        run(firm.actor, lambda c: invoices.reverse(c, [p.pk for p in many], date(2026, 11, 5)))
    assert len(all_back) == len(one_back)
    check_invariants(firm)
