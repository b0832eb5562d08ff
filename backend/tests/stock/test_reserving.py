"""Goods kept for lines of documents: exactly as much as there is, resolved once, under any number of clients."""

from __future__ import annotations

import pytest

from jingwei.masterdata.models import Item, Location
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.stock import posting, reserving
from jingwei.stock.balances import Key
from jingwei.stock.models import Balance, Reservation
from jingwei.stock.reserving import Want
from tests.stock.stories import at, body, done, with_stock
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


@pytest.fixture
def stock(world):
    made = with_stock(world, "BOLT", "NUT")
    done(made, "other-in", body(at("2026-01-05"), ("BOLT", 10, "2.00"), ("NUT", 10, "1.00")))
    return made


def drafts(world, count, item="BOLT"):
    """Documents that want goods."""
    return world.create("warehouse.other-out", *(body(at("2026-01-06"), (item, 1)) for _ in range(count)))


def want(world, document, quantity, item="BOLT", place="A-01", line=1):
    found = Item.objects.get(group=world.group, code=item), Location.objects.get(group=world.group, code=place)
    return Want(document.pk, line, Key(found[0].pk, found[1].pk, 0, "available", 0), quantity)


def call(world, rule, *wants):
    return run(world.actor, lambda command: rule(command, world.company_id, wants))


def held(world, item="BOLT", place="A-01"):
    row = Balance.objects.get(group=world.group, item__code=item, location__code=place)
    return row.on_hand, row.reserved


def rows(world):
    found = Reservation.objects.filter(group=world.group).order_by("state", "quantity")
    return list(found.values_list("state", "quantity"))


def test_what_is_reserved_is_kept_from_others(stock):
    first, second = drafts(stock, 2)
    call(stock, reserving.reserve, want(stock, first, 7))
    assert (held(stock), rows(stock)) == ((10, 7), [("open", 7)])
    with pytest.raises(Refusal) as short:
        call(stock, reserving.reserve, want(stock, second, 4))
    (problem,) = short.value.problems
    assert (problem.code, problem.status) == ("stock.short", 409)
    assert f"3 available of 4 at A-01 (7 reserved for {first.number})" in str(problem.message)
    assert [d.number for d in problem.documents] == [first.number]
    with pytest.raises(Refusal) as issue:
        done(stock, "other-out", body(at("2026-01-06"), ("BOLT", 4)))
    assert issue.value.problems[0].code == "stock.short"
    done(stock, "other-out", body(at("2026-01-06"), ("BOLT", 3)))
    assert held(stock) == (7, 7)
    check_invariants(stock)


def test_a_line_that_reserves_again_has_one_open_reservation(stock):
    (document,) = drafts(stock, 1)
    call(stock, reserving.reserve, want(stock, document, 2), want(stock, document, 1))
    call(stock, reserving.reserve, want(stock, document, 3))
    assert (held(stock), rows(stock)) == ((10, 6), [("open", 6)])
    check_invariants(stock)


def test_release_gives_back_in_part_and_once(stock):
    (document,) = drafts(stock, 1)
    call(stock, reserving.reserve, want(stock, document, 6))
    call(stock, reserving.release, want(stock, document, 2))
    assert (held(stock), rows(stock)) == ((10, 4), [("open", 4), ("released", 2)])
    call(stock, reserving.release, want(stock, document, 4))
    assert (held(stock), rows(stock)) == ((10, 0), [("released", 2), ("released", 4)])
    for rule in (reserving.release, reserving.use):
        with pytest.raises(Refusal) as resolved:
            call(stock, rule, want(stock, document, 1))
        assert (resolved.value.problems[0].code, resolved.value.problems[0].status) == ("reservation.resolved", 409)
    assert rows(stock) == [("released", 2), ("released", 4)]
    check_invariants(stock)


def test_release_all_frees_what_documents_hold(stock):
    first, second = drafts(stock, 2)
    call(stock, reserving.reserve, want(stock, first, 3), want(stock, first, 2, "NUT", line=2), want(stock, second, 1))
    run(stock.actor, lambda c: reserving.release_all(c, stock.company_id, [first.pk]))
    run(stock.actor, lambda c: reserving.release_all(c, stock.company_id, [first.pk]))
    assert (held(stock), held(stock, "NUT")) == ((10, 1), (10, 0))
    assert [r.document_id for r in reserving.open_for(stock.group.pk, [first.pk, second.pk])] == [second.pk]
    check_invariants(stock)


def test_what_is_used_leaves_with_the_goods(stock):
    (document,) = drafts(stock, 1)
    call(stock, reserving.reserve, want(stock, document, 8))
    wanted = want(stock, document, 5)
    outside = Location.objects.get(group=stock.group, code="OTHER")

    def ship(command):
        released = reserving.use(command, stock.company_id, [wanted])
        assert released == {wanted.key: 5}
        draft = posting.MoveDraft(
            document_id=document.pk,
            line=1,
            item_id=wanted.key.item,
            from_location_id=wanted.key.location,
            to_location_id=outside.pk,
            quantity=wanted.quantity,
            effective_at=document.moved_at,
            effective_on=command.date_of(document.moved_at, stock.company_id),
            event="stock.other_out",
        )
        posting.post(command, stock.company_id, [draft], released=released)

    run(stock.actor, ship)
    assert (held(stock), rows(stock)) == ((5, 3), [("open", 3), ("used", 5)])
    check_invariants(stock)


@pytest.mark.parametrize(
    ("quantity", "place", "code"),
    [(0, "A-01", "qty.not_positive"), (-1, "A-01", "qty.not_positive"), (1, "OTHER", "location.not_stock")],
)
def test_bad_wants_are_refused_and_nothing_is_kept(stock, quantity, place, code):
    (document,) = drafts(stock, 1)
    with pytest.raises(Refusal) as refused:
        call(stock, reserving.reserve, want(stock, document, 2), want(stock, document, quantity, place=place))
    assert refused.value.problems[0].code == code
    assert (held(stock), rows(stock)) == ((10, 0), [])


def test_statements_do_not_grow_with_the_lines(stock, statements):
    few, many = drafts(stock, 1), drafts(stock, 9, "NUT")
    one = [want(stock, few[0], 1)]
    all_of_them = [want(stock, d, 1, "NUT") for d in many]
    counts = []
    for rule in (reserving.reserve, reserving.use):
        for wants in (one, all_of_them):
            with statements() as sent:
                run(stock.actor, lambda c, rule=rule, wants=wants: rule(c, stock.company_id, wants))
            counts.append(len(sent))
    assert counts[0] == counts[1] <= 20
    assert counts[2] == counts[3] <= 20


def test_fifty_clients_reserve_the_last_twenty_five(own_database):
    stock = with_stock(with_basics(new_world()))
    done(stock, "other-in", body(at("2026-01-05"), ("BOLT", 25, "2.00")))
    wants = [want(stock, document, 1) for document in drafts(stock, 50)]

    def client(number):
        try:
            call(stock, reserving.reserve, wants[number])
        except Refusal as refusal:
            return refusal.problems[0].code
        return "reserved"

    outcomes = in_threads(50, client)
    assert (outcomes.count("reserved"), outcomes.count("stock.short")) == (25, 25)
    assert (held(stock), len(rows(stock))) == ((25, 25), 25)
    check_invariants(stock)


def test_crossed_reservations_releases_and_issues_never_deadlock(own_database):
    names = [f"X{n}" for n in range(6)]
    stock = with_stock(with_basics(new_world()), *names)
    done(stock, "other-in", body(at("2026-01-05"), *((n, 200, "1.00") for n in names)))
    documents = drafts(stock, 8, "X0")
    issues = stock.create("warehouse.other-out", *(body(at("2026-01-06"), *((n, 1) for n in names)) for _ in range(16)))

    def client(number):
        order = names if number % 2 else list(reversed(names))
        mine = [want(stock, documents[number], 2, n) for n in order]
        for turn in range(4):
            call(stock, reserving.reserve, *mine)
            if turn % 2:
                call(stock, reserving.release, *reversed(mine))
            else:
                perform("warehouse.other-out", [issues[number * 2 + turn // 2].pk], "post", actor=stock.actor)
        return "done"

    assert in_threads(8, client) == ["done"] * 8
    assert {held(stock, n) for n in names} == {(184, 32)}
    check_invariants(stock)
