"""Closing an order at actual cost, opening it again, and what is found out of its components before and after."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest

from jingwei.books.models import JournalLine
from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.production import costing
from jingwei.production.costing import works as works_of
from jingwei.stock.models import PlannedMove
from tests.production.stories import (
    BIKES,
    COST,
    balances,
    closed,
    completion,
    issue,
    order,
    posted,
    released,
    reopened,
    report,
    stocked,
    stored,
    supplied,
    taken_back,
    wip,
    with_works,
)
from tests.purchasing import stories as buying
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics

D = Decimal


def bought(world, item, quantity, price, on="2026-01-06"):
    (ordered,) = buying.confirmed(world, buying.order((item, quantity, price)))
    (came,) = buying.received(world, buying.receipt((ordered, 1, quantity), on=on))
    return came


def invoiced(world, came, quantity, price, on):
    return buying.invoiced(world, buying.bill((came, 1, quantity, price), on=on))[0]


def refused(work):
    with pytest.raises(Refusal) as caught:
        work()
    return [(p.code, p.status) for p in caught.value.problems]


def finished(world, quantity=10, *, hours="8"):
    """An order all issued, worked on and completed: planned 7 hours and 213.50 a piece, 8 hours reported."""
    made = supplied(world, quantity)
    posted(world, "operation-report", report(made, 10, quantity, hours))
    posted(world, "completion", completion(made, quantity))
    return made


def test_close_gives_the_goods_what_they_cost(works):
    made = finished(works)
    assert (wip(works), balances(works)[BIKES]) == (42, 2135)  # one hour more than planned
    (now,) = closed(works, made)
    assert (now.state, now.amount_settled, stored(works, made).closed_on) == ("closed", 0, date(2026, 1, 28))
    assert (wip(works), balances(works)[BIKES], balances(works).get(COST)) == (0, 2177, None)
    check_invariants(works)


def test_what_was_sold_in_the_month_bears_its_share(works):
    made = finished(works)
    done(works, "other-out", body(at("2026-01-16"), ("BIKE", 4)))
    closed(works, made)
    sums = balances(works)
    assert (sums[BIKES], sums["560299"]) == (D("1306.20"), D("870.80"))
    check_invariants(works)


def test_closed_in_a_later_month_the_months_before_stay(works):
    made = finished(works)
    done(works, "other-out", body(at("2026-01-16"), ("BIKE", 4)))
    (now,) = closed(works, made, on="2026-02-03")
    sums = balances(works)
    # Six of ten are there when February begins: 25.20 of 42.00; the rest is cost of sales of February.
    assert (sums[BIKES], sums[COST], sums["560299"], now.amount_settled) == (D("1306.20"), D("16.80"), 854, D("16.80"))
    february = JournalLine.objects.filter(group=works.group, posted_on__gte=date(2026, 2, 1))
    assert {x.posted_on for x in february} == {date(2026, 2, 3)}
    check_invariants(works)


def test_a_late_price_before_the_close_is_in_work_and_after_it_cost_of_sales(works):
    came = bought(works, "FRAME", 2, "100")
    made = finished(works)
    # 102 frames at 100.00; two of them turn out to have cost 151.00: 1.00 for each of ten issued.
    first = invoiced(works, came, 1, "151", "2026-01-20")
    assert wip(works) == 42 + D("5")  # 10 of 102: 51.00 / 102 = 0.50 a piece
    closed(works, made)
    assert (wip(works), balances(works)[BIKES]) == (0, 2182)
    second = invoiced(works, came, 1, "151", "2026-01-29")
    sums = balances(works)
    assert (wip(works), sums[BIKES], sums[COST]) == (0, 2182, 5)
    check_invariants(works)
    for document in (second, first):
        buying.uninvoiced(works, document, on="2026-01-30")
    sums = balances(works)
    assert (wip(works), sums[BIKES], sums.get(COST, 0)) == (0, 2182, -5)
    check_invariants(works)


def test_open_again_and_closed_again(works):
    came = bought(works, "FRAME", 2, "100")
    made = finished(works)
    before = balances(works)
    closed(works, made)
    reopened(works, made, on="2026-01-28")
    assert balances(works) == before
    assert (stored(works, made).state, stored(works, made).closed_on) == ("released", None)
    check_invariants(works)
    done(works, "other-out", body(at("2026-01-16"), ("BIKE", 4)))
    closed(works, made)
    invoiced(works, came, 2, "151", "2026-01-29")  # 10.00 found out after the close
    assert (wip(works), balances(works)[COST]) == (0, 10)
    reopened(works, made)
    # What was found out is in work again, at what it costs by now.
    assert (wip(works), balances(works).get(COST, 0)) == (52, 0)
    check_invariants(works)
    (one,) = posted(works, "operation-report", report(made, 20, 1, 1, on="2026-01-29"))
    closed(works, made, on="2026-01-30")
    assert (wip(works), balances(works)[BIKES]) == (0, D("1337.40"))  # 2,135 + 52 + 42, six of ten
    assert refused(lambda: taken_back(works, "operation-report", one, on="2026-01-30")) == [("order.not_released", 409)]
    check_invariants(works)


def test_what_is_taken_back_after_opening_again_is_planned_again(works):
    made = supplied(works, 10)
    (one,) = posted(works, "completion", completion(made, 10))
    closed(works, made)
    reopened(works, made)
    taken_back(works, "completion", one, on="2026-01-30")
    rows = PlannedMove.objects.filter(group=works.group, document_id=made.pk).order_by("document_line")
    assert [row.quantity for row in rows] == [10, 0, 0, -82]
    check_invariants(works)


def test_what_is_open_asks_for_a_reason(works):
    (made,) = released(works)
    posted(works, "issue", issue(made, (1, 2)))
    before = balances(works)
    assert refused(lambda: closed(works, made)) == [("production.open", 409)]
    assert balances(works) == before
    closed(works, made, reason="customer withdrew")
    # Nothing was made: what was used up is cost of sales.
    sums = balances(works)
    assert (wip(works), sums[COST], stored(works, made).close_reason) == (0, 200, "customer withdrew")
    check_invariants(works)
    reopened(works, made)
    assert (wip(works), balances(works).get(COST)) == (200, None)
    check_invariants(works)


def test_nothing_is_posted_to_a_closed_order_and_no_day_before_the_last(works):
    made = finished(works)
    assert refused(lambda: closed(works, made, on="2026-01-13")) == [("date.order", 422)]
    closed(works, made)
    owner = works.person("owner")
    assert owner.post("production/issues", issue(made, (1, 1))).codes == ["order.not_released"]
    assert refused(lambda: reopened(works, made, on="2026-01-27")) == [("date.order", 422)]
    shown = owner.get(f"production/orders/{made.pk}").body
    assert [shown[n] for n in ("amount_material", "amount_work", "amount_completed", "amount_wip")] == [
        *("1841", "336", "2177", "0")
    ]
    assert {c["quantity_short"] for c in shown["components"]} == {None}


def fork_and_trike(works):
    """Forks are made of bolts, and go into trikes; after that the forks turn out to have taken four bolts more."""
    made = {"category": "FG", "unit": "PCS", "is_made": True}
    works.create(
        "masterdata.item", {"code": "FORK", "name_en": "Fork", **made}, {"code": "TRIKE", "name_en": "Trike", **made}
    )
    (below,) = released(works, order(4, item="FORK", components=[{"item": "BOLT", "quantity_required": "8"}]))
    posted(works, "issue", issue(below, (1, 8)))
    posted(works, "completion", completion(below, 4))
    (above,) = released(works, order(2, item="TRIKE", components=[{"item": "FORK", "quantity_required": "2"}]))
    posted(works, "issue", issue(above, (1, 2), on="2026-01-15"))
    posted(works, "completion", completion(above, 2, on="2026-01-16"))
    figures = works_of(works.group.pk, [below.pk, above.pk])
    assert [(figures[o.pk].material, figures[o.pk].completed) for o in (below, above)] == [(4, 4), (2, 2)]
    posted(works, "issue", issue(below, (1, 4), on="2026-01-17"))
    return below, above


def test_a_sub_assembly_carries_its_cost_into_the_product(works):
    below, above = fork_and_trike(works)
    closed(works, below)
    assert wip(works) == 1  # half of 2.00 went on into the trikes that are not closed
    closed(works, above)
    assert (wip(works), balances(works)[BIKES]) == (0, 6)
    check_invariants(works)


@pytest.mark.parametrize("turned", [False, True])
def test_orders_closed_together_close_in_the_order_of_their_bills(works, turned):
    """What the trikes take of the forks' late bolts is known when the forks are closed, not before."""
    orders = fork_and_trike(works)
    closed(works, *(reversed(orders) if turned else orders))
    assert (wip(works), balances(works)[BIKES]) == (0, 6)
    check_invariants(works)


def test_an_invoice_that_comes_while_an_order_is_closed_waits_for_it(own_database, monkeypatch):
    works = with_works(with_basics(new_world()))
    came = bought(works, "FRAME", 2, "100")
    made = finished(works)
    (bill,) = works.create("purchasing.invoice", buying.bill((came, 1, 2, "151"), on="2026-01-20"))
    begun, ended = threading.Event(), threading.Event()
    reckon = costing.works

    def slowly(group_id, ids):
        found = reckon(group_id, ids)
        begun.set()
        ended.wait(1)
        return found

    def work(number):
        if number:
            closed(works, made)
        else:
            begun.wait(10)
            perform("purchasing.invoice", [bill.pk], "post", actor=works.actor)
            ended.set()

    monkeypatch.setattr(costing, "works", slowly)
    in_threads(2, work)
    monkeypatch.undo()
    # 102.00 over 102 frames, ten of them in bicycles: found out after the close.
    sums = balances(works)
    assert (wip(works), sums[BIKES], sums[COST]) == (0, 2177, 10)
    check_invariants(works)


def test_what_an_order_takes_of_what_it_makes_leaves_nothing_in_work(works):
    """Toys are painted again, in two lots: the close of the order makes the second lot dearer that it took itself."""
    made = {"category": "FG", "unit": "PCS", "is_made": True}
    works.create("masterdata.item", {"code": "TOY", "name_en": "Toy", **made})
    stocked(works, ("TOY", 10, "10"))
    parts = [{"item": "TOY", "quantity_required": "4"}, {"item": "BOLT", "quantity_required": "8"}]
    (again,) = released(works, order(4, item="TOY", components=parts))
    posted(works, "issue", issue(again, (1, 2), (2, 12)))
    posted(works, "completion", completion(again, 2))
    posted(works, "issue", issue(again, (1, 2), on="2026-01-15"))
    posted(works, "completion", completion(again, 2, on="2026-01-16"))
    # 20.00, 6.00 and 20.40 went in, 4 × 11.00 came out.
    before = balances(works)
    assert (wip(works), before[BIKES]) == (D("2.40"), D("103.60"))
    closed(works, again)
    # Of 1.20 on the first two toys, 0.24 belong to the two that were taken after that.
    sums = balances(works)
    assert (wip(works), sums[BIKES], sums[COST]) == (0, D("105.76"), D("0.24"))
    check_invariants(works)
    reopened(works, again)
    assert balances(works) == before
    check_invariants(works)


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_made_again_closes_after_what_made_it_first(works, turned):
    made = finished(works)
    part = [{"item": "BIKE", "quantity_required": "4"}]
    (again,) = released(works, order(4, components=part))
    posted(works, "issue", issue(again, (1, 4), on="2026-01-15"))
    posted(works, "completion", completion(again, 4, on="2026-01-16"))
    closed(works, *((again, made) if turned else (made, again)))
    sums = balances(works)
    assert (wip(works), sums[BIKES], sums.get(COST)) == (0, 2177, None)
    check_invariants(works)


def test_orders_that_go_into_each_other_are_closed_together(works):
    made = {"category": "FG", "unit": "PCS", "is_made": True}
    works.create("masterdata.item", *({"code": c, "name_en": c.title(), **made} for c in ("RED", "BLUE")))
    stocked(works, ("RED", 4, "10"), ("BLUE", 4, "20"))
    one, other = released(
        works,
        order(2, item="RED", components=[{"item": "BLUE", "quantity_required": "2"}]),
        order(2, item="BLUE", components=[{"item": "RED", "quantity_required": "2"}]),
    )
    for number, (of, day) in enumerate([(one, 13), (other, 14), (one, 15), (other, 16)]):
        posted(works, "issue", issue(of, (1, 1), on=f"2026-01-{day}"))
        posted(works, "completion", completion(of, 1, on=f"2026-01-{day}"))
        assert number < 3 or wip(works) != 0
    closed(works, one, other)
    sums = balances(works)
    assert (wip(works), sums[BIKES] + sums.get(COST, 0)) == (0, 120)
    check_invariants(works)


def test_completions_of_earlier_months_share_what_is_still_there(works):
    made = supplied(works, 10)
    posted(works, "operation-report", report(made, 10, 10, "8"))
    posted(works, "completion", completion(made, 2), completion(made, 3), completion(made, 3))
    done(works, "other-out", body(at("2026-01-16"), ("BIKE", 4)))
    posted(works, "completion", completion(made, 2, on="2026-02-02"))
    (now,) = closed(works, made, on="2026-02-03")
    # 42.00 over ten; of eight completed in January four are there when February begins: half of 33.60 and all of 8.40.
    sums = balances(works)
    assert (sums[BIKES], sums[COST], now.amount_settled) == (1281 + D("25.20"), D("16.80"), D("16.80"))
    check_invariants(works)


def test_what_is_made_at_standard_cost_leaves_a_variance(works):
    fixed = {"code": "STD", "name_en": "At standard", "accounting_class": "finished_good"}
    works.create("masterdata.item-category", {**fixed, "valuation_method": "standard"})
    works.create(
        "masterdata.item", {"code": "TRIKE", "name_en": "Trike", "category": "STD", "unit": "PCS", "is_made": True}
    )
    prices = [{"item": "TRIKE", "price": "150"}]
    (priced,) = works.create("stock.standard-cost", {"effective_on": "2026-01-01", "reason": "year", "lines": prices})
    perform("stock.standard-cost", [priced.pk], "post", actor=works.actor)
    (made,) = released(works, order(2, item="TRIKE", components=[{"item": "FRAME", "quantity_required": "3"}]))
    came = bought(works, "FRAME", 2, "100")
    posted(works, "issue", issue(made, (1, 3)))
    posted(works, "completion", completion(made, 2))
    assert (stored(works, made).cost_planned, wip(works), balances(works)[BIKES]) == (150, 0, 300)
    posted(works, "issue", issue(made, (1, 1), on="2026-01-15"))
    closed(works, made)
    sums = balances(works)
    assert (wip(works), sums[BIKES], sums["140403"], stored(works, made).amount_settled) == (0, 300, 100, 100)
    check_invariants(works)
    invoiced(works, came, 2, "130", "2026-01-29")  # 60.00 over six frames, four of them used
    sums = balances(works)
    assert (wip(works), sums[BIKES], sums["140403"], sums.get(COST)) == (0, 300, 140, None)
    check_invariants(works)
    reopened(works, made)
    assert (wip(works), balances(works).get("140403", 0)) == (140, 0)
    check_invariants(works)
