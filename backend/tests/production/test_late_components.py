"""What is found out in a later month of components that are still in work is cost of their order, not of sales."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.stock.models import ValueEntry, ValueKind
from tests.production.stories import (
    BIKES,
    COST,
    MATERIAL,
    OTHER_COST,
    PARTS,
    balances,
    closed,
    coming_back,
    completion,
    issue,
    order,
    posted,
    released,
    reopened,
    report,
    stocked,
    stored,
    taken_back,
    with_works,
)
from tests.production.test_closing import bought, invoiced
from tests.purchasing import stories as buying
from tests.purchasing.test_ahead import early
from tests.stock.stories import at, body, done
from tests.stock.test_methods import standard, valued
from tests.support.rules import check_invariants

D = Decimal


@pytest.fixture
def works(world):
    return with_works(world)


def in_work(world, used=2):
    """16 frames come to the 4 there; some are used up, 10 go into an order; 8 are there when February begins."""
    stocked(world, ("WHEEL", 198, "40"), ("BOLT", 900, "0.5"))
    came = bought(world, "FRAME", 16, "100")
    if used:
        done(world, "other-out", body(at("2026-01-10"), ("FRAME", used)))
    (made,) = released(world, order())
    posted(world, "issue", issue(made, (1, 10), (2, 20)))
    return came, made


def finish(world, made):
    posted(world, "operation-report", report(made, 10, 10, "8", on="2026-02-05"))
    posted(world, "completion", completion(made, 10, on="2026-02-06"))


def of(world, *codes):
    sums = balances(world)
    return tuple(sums.get(code, D(0)) for code in codes)


def test_an_open_order_bears_its_share_and_gives_it_to_what_it_makes(works):
    came, made = in_work(works)
    before = of(works, PARTS, MATERIAL, OTHER_COST)
    paper = invoiced(works, came, 16, "106", "2026-02-03")
    # 96.00: the 8 there bear 48.00; of the 12 that went since, 10 are in the order: 40.00, and 8.00 are used up.
    now = of(works, PARTS, MATERIAL, OTHER_COST)
    assert [a - b for a, b in zip(now, before, strict=True)] == [48, 40, 8]
    pair = ValueEntry.objects.filter(document_id=paper.pk, kind=ValueKind.IN_WORK).order_by("id")
    assert [(e.amount, e.contra.role, e.subject_id == made.pk) for e in pair] == [
        (40, "GRNI", False),
        (-40, "WIP", True),
    ]
    check_invariants(works)
    finish(works, made)
    done(works, "other-out", body(at("2026-02-08"), ("BIKE", 4)))
    closed(works, made, on="2026-02-20")
    # 1,000.00 and 800.00 of frames and wheels, 41.00 of bolts, 336.00 of work, and the 40.00: 221.70 a piece.
    sums = balances(works)
    assert (sums[BIKES], sums["560299"]) == (D("1330.20"), 200 + D("886.80"))
    assert not {MATERIAL, "40010102", "40010103"} & sums.keys()
    check_invariants(works)
    reopened(works, made, on="2026-02-21")
    assert sum(of(works, MATERIAL, "40010102", "40010103")) == 2217 - 2135
    check_invariants(works)
    closed(works, made, on="2026-02-22")
    assert balances(works) == sums
    check_invariants(works)


def test_the_same_in_the_month_of_the_receipt(works):
    """The later month gives the order what the receipt's own month would have given it, where all came at once."""
    came, _made = in_work(works, used=0)
    invoiced(works, came, 16, "106", "2026-01-28")
    assert of(works, MATERIAL, OTHER_COST) == (1800 + 48, 0)  # at the average: 96.00 over 20 frames
    check_invariants(works)


def test_taken_back_while_the_order_is_open_it_leaves_it_and_after_the_close_the_cost_of_sales(works):
    came, made = in_work(works)
    before = balances(works)
    buying.uninvoiced(works, invoiced(works, came, 16, "106", "2026-02-03"), on="2026-02-04")
    assert balances(works) == before
    check_invariants(works)
    paper = invoiced(works, came, 16, "106", "2026-02-04")
    finish(works, made)
    closed(works, made, on="2026-02-20")
    assert of(works, BIKES, MATERIAL, COST, OTHER_COST) == (2217, 0, 0, 8)
    buying.uninvoiced(works, paper, on="2026-02-21")
    assert of(works, BIKES, MATERIAL, PARTS, COST, OTHER_COST) == (2217, 0, before[PARTS] - 41, 0, -40)
    check_invariants(works)


def test_what_came_back_or_was_closed_before_bears_nothing(works):
    came, made = in_work(works, used=0)
    (given,) = posted(works, "issue", issue(made, (1, 2), on="2026-01-14"))
    posted(works, "return", coming_back(given, (1, 2), on="2026-01-15"))
    finish_in_january(works, made)
    (second,) = released(works, order(4))
    posted(works, "issue", issue(second, (1, 4), on="2026-01-29"))
    closed(works, made, on="2026-01-30")
    before = of(works, PARTS, MATERIAL, OTHER_COST, COST)
    invoiced(works, came, 16, "107", "2026-02-03")
    # 112.00: 6 of 16 are there, 42.00; 70.00 went with 14, of which 4 are in the open order: 20.00.
    now = of(works, PARTS, MATERIAL, OTHER_COST, COST)
    assert [a - b for a, b in zip(now, before, strict=True)] == [42, 20, 50, 0]
    inside = ValueEntry.objects.filter(group=works.group, kind=ValueKind.IN_WORK, contra__role="WIP")
    assert {e.subject_id for e in inside} == {second.pk}
    check_invariants(works)


def finish_in_january(world, made):
    posted(world, "operation-report", report(made, 10, 10, "8", on="2026-01-20"))
    posted(world, "completion", completion(made, 10, on="2026-01-21"))


def test_a_cent_is_shared_over_orders_and_a_credit_note_takes_its_part_back(works):
    stocked(works, ("WHEEL", 198, "40"), ("BOLT", 900, "0.5"))
    came = bought(works, "FRAME", 5, "100")
    orders = released(works, order(3), order(3), order(3))
    for made in orders:
        posted(works, "issue", issue(made, (1, 3)))
    invoiced(works, came, 5, "100.02", "2026-02-03")  # 0.10 for 9, all of them in work
    by_order = [
        [-e.amount for e in ValueEntry.objects.filter(subject_id=made.pk, kind=ValueKind.IN_WORK)] for made in orders
    ]
    assert by_order == [[D("0.04")], [D("0.03")], [D("0.03")]]
    assert of(works, MATERIAL, PARTS) == (900 + D("0.10"), 80 + 198 * 40 + 50 + 450)
    check_invariants(works)


@pytest.mark.parametrize(
    ("method", "bears"),
    [
        ("fifo", [48, 0]),  # the two that were used up were of the four before
        ("month_weighted", [40, 8]),
        ("standard", [0, 0]),  # all of it is a variance
    ],
)
def test_by_other_methods_too(world, method, bears):
    works = with_works(world, stock=False)
    if method == "standard":
        works.create("stock.item-valuation", {"item": "FRAME", "method": method})
        standard(works, "2026-01-01", ("FRAME", "100"))
    else:
        valued(works, method, "FRAME")
    done(works, "opening", body(at("2026-01-01"), ("FRAME", 4, "100"), ("WHEEL", 2, "40"), ("BOLT", 100, "0.5")))
    came, _made = in_work(works)
    before = of(works, MATERIAL, OTHER_COST)
    invoiced(works, came, 16, "106", "2026-02-03")
    now = of(works, MATERIAL, OTHER_COST)
    assert [a - b for a, b in zip(now, before, strict=True)] == bears
    check_invariants(works)


def test_an_order_that_only_holds_a_late_price_is_closed_and_not_cancelled(works):
    stocked(works, ("WHEEL", 198, "40"), ("BOLT", 900, "0.5"))
    came = bought(works, "FRAME", 6, "100")
    (made,) = released(works, order())
    (given,) = posted(works, "issue", issue(made, (1, 10)))
    invoiced(works, came, 6, "110", "2026-02-03")
    assert of(works, MATERIAL) == (1060,)
    taken_back(works, "issue", given, on="2026-02-04")
    assert of(works, MATERIAL) == (60,)
    check_invariants(works)
    with pytest.raises(Refusal) as caught:
        perform("production.order", [made.pk], "cancel", actor=works.actor)
    (problem,) = caught.value.problems
    assert (problem.code, problem.status) == ("production.in_work", 409)
    assert (stored(works, made).state, "60.00" in str(problem.message)) == ("released", True)
    closed(works, made, on="2026-02-05", reason="called off")
    assert of(works, MATERIAL) == (0,)
    check_invariants(works)


def test_goods_invoiced_ahead_and_entered_late_bear_it_in_the_order_too(works):
    stocked(works, ("WHEEL", 198, "40"), ("BOLT", 900, "0.5"), ("FRAME", 6, "100"))
    (ordered,) = buying.confirmed(works, buying.order(("FRAME", 5, "100")))
    buying.invoiced(works, early((ordered, 1, 5, "110"), on="2026-02-02"))
    (made,) = released(works, order())
    posted(works, "issue", issue(made, (1, 10)))
    buying.received(works, buying.receipt((ordered, 1, 5), on="2026-01-08"))
    # 50.00, found out in February: 5 are there and bear it all.
    assert of(works, MATERIAL) == (1000,)
    check_invariants(works)


def test_many_late_prices_cost_the_statements_of_one(works, statements):
    stocked(works, ("WHEEL", 198, "40"), ("BOLT", 900, "0.5"))
    papers = []
    for _ in range(9):
        came = bought(works, "FRAME", 1, "100")
        papers.append(works.create("purchasing.invoice", buying.bill((came, 1, 1, "110"), on="2026-02-03"))[0])
    (made,) = released(works, order())
    posted(works, "issue", issue(made, (1, 10)))

    def costs(documents):
        with statements() as sent:
            perform("purchasing.invoice", [d.pk for d in documents], "post", actor=works.actor)
        return len(sent)

    one = costs(papers[:1])
    assert costs(papers[1:]) <= one
    check_invariants(works)


class Months:
    """Two orders for frames that come in January and are invoiced in February; each deed by its name."""

    def __init__(self, works, dice):
        self.works, self.dice = works, dice
        self.orders = released(works, order(6), order(9))
        self.came = [bought(works, "FRAME", 4, "100", on=f"2026-01-{n:02}") for n in (6, 7, 8, 9)]
        self.papers, self.days = [], iter(range(1, 29))
        self.given = posted(works, "issue", *(issue(made, (1, 6)) for made in self.orders))

    def use(self, _order):
        when = at(f"2026-01-{self.dice.randint(6, 25):02}")
        done(self.works, "other-out", body(when, ("FRAME", self.dice.randint(1, 3))))

    def issue(self, made):
        asked = issue(made, (1, self.dice.randint(1, 4)), on=f"2026-01-{self.dice.randint(12, 28)}")
        self.given += posted(self.works, "issue", asked)

    def come_back(self, _order):
        if self.given:
            posted(self.works, "return", coming_back(self.dice.choice(self.given), (1, 1), on="2026-01-29"))

    def complete(self, made):
        posted(self.works, "completion", completion(made, 1, on="2026-01-30"))

    def invoice(self, _order):
        price, on = self.dice.choice(["107", "93.33", "100.01"]), f"2026-02-{next(self.days):02}"
        self.papers.append(invoiced(self.works, self.dice.choice(self.came), self.dice.choice([2, 4]), price, on))

    def take_back(self, _order):
        if self.papers:
            buying.uninvoiced(self.works, self.papers.pop(), on="2026-02-28")

    def close(self, made):
        closed(self.works, made, on="2026-02-28", reason="so far")

    def reopen(self, made):
        reopened(self.works, made, on="2026-02-28")


DEEDS = ("use", "come_back", "complete", "take_back", "close", "reopen", *["issue"] * 3, *["invoice"] * 3)


@pytest.mark.parametrize(
    ("seed", "method"), [(1, ""), (2, ""), (3, "fifo"), (5, ""), (6, "fifo"), (8, "month_weighted")]
)
def test_random_months_keep_every_rule(world, seed, method):
    works, dice = with_works(world, stock=False), random.Random(seed)
    if method:
        valued(works, method, "FRAME")
    done(works, "opening", body(at("2026-01-01"), ("FRAME", 1, "100"), ("WHEEL", 200, "40"), ("BOLT", 900, "0.5")))
    months, carried_out = Months(works, dice), 0
    for _ in range(24):
        try:
            getattr(months, dice.choice(DEEDS))(dice.choice(months.orders))
        except Refusal:
            continue
        carried_out += 1
        check_invariants(works)
    assert carried_out > 10
    assert ValueEntry.objects.filter(group=works.group, kind=ValueKind.IN_WORK).exists()
