"""Many at once: numbers without gap, nothing late in a closed period, nothing settled twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jingwei.books.balances import fold, movements
from jingwei.books.models import Allocation, BalanceDelta, JournalEntry, OpenItem, Period, VoucherNumber
from jingwei.books.settling import Pair, allocate, take_back
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from tests.books.stories import OFFICE, posted, voucher, with_books
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


@pytest.fixture
def books(own_database):
    return with_books(with_basics(new_world()))


def reviewed(books, count, **more):
    ids = [v.pk for v in books.create("finance.voucher", *(voucher(*OFFICE, **more) for _ in range(count)))]
    actor = books.acting(books.person("controller"))
    perform("finance.voucher", ids, "review", actor=actor)
    return ids, actor


def test_eight_clients_posting_get_the_numbers_one_to_n(books):
    ids, actor = reviewed(books, 80)
    refused = []

    def client(number):
        for id in ids[number::8]:
            try:
                perform("finance.voucher", [id], "post", actor=actor)
            except Refusal as refusal:
                refused.append(refusal)

    in_threads(8, client)
    assert refused == []
    numbers = VoucherNumber.objects.filter(group=books.group).order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 81))
    check_invariants(books)


def test_a_refused_posting_leaves_no_gap(books):
    ids, actor = reviewed(books, 3)
    late, _actor = reviewed(books, 1, on="2027-05-05")
    perform("finance.voucher", ids[:1], "post", actor=actor)
    with pytest.raises(Refusal):
        perform("finance.voucher", [ids[1], *late], "post", actor=actor)
    perform("finance.voucher", ids[1:], "post", actor=actor)
    numbers = VoucherNumber.objects.filter(group=books.group).order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3]


def test_no_entry_is_late_however_posting_and_closing_cross(books):
    ids, actor = reviewed(books, 40, on="2026-01-20")
    january = Period.objects.get(group=books.group, code="2026-01")
    closer = books.acting(books.person("owner"))

    def client(number):
        outcomes = []
        if number == 7:
            perform("books.period", [january.pk], "close", actor=closer)
            return ["closed"]
        for id in ids[number::7]:
            try:
                perform("finance.voucher", [id], "post", actor=actor)
                outcomes.append("posted")
            except Refusal as refusal:
                outcomes.append(refusal.problems[0].code)
        return outcomes

    outcomes = [o for found in in_threads(8, client) for o in found]
    assert set(outcomes) <= {"posted", "period.closed", "closed"}
    assert JournalEntry.objects.filter(group=books.group).count() == outcomes.count("posted")
    late = perform_or_code("finance.voucher", [ids[0]], actor)
    assert late in ("period.closed", "finance.voucher.wrong_state")
    check_invariants(books)


def perform_or_code(key, ids, actor):
    try:
        perform(key, ids, "post", actor=actor)
    except Refusal as refusal:
        return refusal.problems[0].code
    return "posted"


@pytest.fixture
def owed(books):
    """A customer owes 113.00 and has paid 200.00 in advance."""
    books.create("masterdata.party", {"code": "C1", "name_en": "Customer", "is_customer": True})
    party = {"party": "C1"}
    posted(
        books,
        voucher(("112201", "113.00", None, party), ("3001", None, "113.00"), on="2026-01-01"),
        voucher(("1002", "200.00", None), ("112201", None, "200.00", party), on="2026-01-01"),
        key="finance.opening",
    )
    debit, credit = OpenItem.objects.filter(group=books.group).order_by("-amount")
    return books, debit, credit


def test_settling_partly_wholly_and_taking_back(owed):
    books, debit, credit = owed
    on = date(2026, 11, 22)
    (part,) = run(books.actor, lambda c: allocate(c, [Pair(debit.pk, credit.pk, Decimal("100.00"))], on))
    assert [i.open for i in OpenItem.objects.filter(group=books.group).order_by("-amount")] == [13, -100]
    with pytest.raises(Refusal) as over:
        run(books.actor, lambda c: allocate(c, [Pair(debit.pk, credit.pk, Decimal("13.01"))], on))
    assert over.value.problems[0].code == "allocation.over"
    for wrong, code in ((Decimal(0), "qty.not_positive"), (Decimal(-1), "qty.not_positive")):
        with pytest.raises(Refusal) as refused:
            run(books.actor, lambda c, w=wrong: allocate(c, [Pair(debit.pk, credit.pk, w)], on))
        assert refused.value.problems[0].code == code
    run(books.actor, lambda c: allocate(c, [Pair(debit.pk, credit.pk, Decimal("13.00"))], on))
    run(books.actor, lambda c: take_back(c, [part], on))
    assert [i.open for i in OpenItem.objects.filter(group=books.group).order_by("-amount")] == [100, -187]
    with pytest.raises(Refusal) as twice:
        run(books.actor, lambda c: take_back(c, [part], on))
    assert twice.value.problems[0].code in ("allocation.taken_back", "allocation.over")
    check_invariants(books)


def test_sixteen_cashiers_settle_one_item_once(owed):
    books, debit, credit = owed

    def client(number):
        try:
            run(books.actor, lambda c: allocate(c, [Pair(debit.pk, credit.pk, Decimal("113.00"))], date(2026, 11, 22)))
        except Refusal as refusal:
            return refusal.problems[0].code
        return "settled"

    outcomes = in_threads(16, client)
    assert sorted(outcomes) == ["allocation.over"] * 15 + ["settled"]
    assert Allocation.objects.filter(group=books.group).count() == 1
    check_invariants(books)


def test_what_is_settled_is_not_reversed_and_a_reversal_settles_itself(owed):
    books, debit, credit = owed
    actor = books.acting(books.person("controller"))
    document = debit.document_id
    (settled,) = run(books.actor, lambda c: allocate(c, [Pair(debit.pk, credit.pk, Decimal(1))], date(2026, 2, 1)))
    inputs = {"posted_on": date(2026, 2, 1)}
    from jingwei.finance.vouchers import Reversal

    with pytest.raises(Refusal) as refused:
        perform("finance.opening", [document], "reverse", Reversal(**inputs), actor=actor)
    assert refused.value.problems[0].code == "allocation.exists"
    run(books.actor, lambda c: take_back(c, [settled], date(2026, 2, 1)))
    perform("finance.opening", [document], "reverse", Reversal(**inputs), actor=actor)
    assert list(OpenItem.objects.filter(document_id=document).values_list("open", flat=True)) == [0, 0]
    check_invariants(books)


def test_balances_are_the_same_before_and_after_folding(books):
    posted(books, voucher(*OFFICE), voucher(*OFFICE, on="2026-12-03"))
    cash = {"2026-11-30": (0, 300), "2026-12-02": (0, 300), "2026-12-03": (0, 600)}

    def credit(until):
        rows = movements(books.group.pk, books.company_id, date.fromisoformat(until))
        return sum(r.debit for r in rows), sum(r.credit for r in rows)

    before = {day: credit(day) for day in cash}
    assert before == {day: (expected[1], expected[1]) for day, expected in cash.items()}
    assert fold(books.group.pk) == 4
    assert BalanceDelta.objects.filter(group=books.group).count() == 0
    assert {day: credit(day) for day in cash} == before
    posted(books, voucher(*OFFICE))
    assert credit("2026-12-31") == (900, 900)
    assert fold(books.group.pk) == 2
    check_invariants(books)
