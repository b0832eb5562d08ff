"""The shop floor: issues and returns, reports, completions with what is backflushed, and all of it back."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from jingwei.production.closing import Closing
from jingwei.stock.models import Balance
from tests.production.stories import (
    BIKES,
    LABOUR,
    MATERIAL,
    OVERHEAD,
    PARTS,
    balances,
    coming_back,
    completion,
    counted,
    issue,
    order,
    posted,
    released,
    report,
    stocked,
    stored,
    supplied,
    taken_back,
    wip,
    with_works,
)
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics

D = Decimal


def unchanged(world, work):
    """What a refused work is refused with; counters of goods and books stay."""
    before = balances(world), sorted(Balance.objects.filter(group=world.group).values_list("item_id", "on_hand"))
    with pytest.raises(Refusal) as caught:
        work()
    after = balances(world), sorted(Balance.objects.filter(group=world.group).values_list("item_id", "on_hand"))
    assert after == before
    return caught.value.problems


def codes(problems):
    return [(p.code, p.status) for p in problems]


def test_issues_in_parts_come_back_at_what_they_cost(works):
    (made,) = released(works)
    (first,) = posted(works, "issue", issue(made, (1, 3), (2, 2)))
    stocked(works, ("FRAME", 9, "110"), on="2026-01-13")
    (second,) = posted(works, "issue", issue(made, (1, 4), on="2026-01-14"))
    # One frame at 100.00 and nine at 110.00: 109.00; three went at 100.00.
    assert (first.amount, second.amount, wip(works)) == (380, 436, 816)
    (back,) = posted(works, "return", coming_back(second, (1, 1), on="2026-01-15"))
    assert (back.amount, wip(works), counted(works, made)["issued"]) == (109, 707, [6, 2, 0])
    (problem,) = unchanged(works, lambda: posted(works, "return", coming_back(second, (1, 4), on="2026-01-15")))
    assert (problem.code, problem.status) == ("return.over", 409)
    (standing,) = unchanged(works, lambda: taken_back(works, "issue", second))
    assert (standing.code, [d.number for d in standing.documents][-1]) == ("doc.has_successors", back.number)
    check_invariants(works)
    taken_back(works, "return", back)
    assert (wip(works), counted(works, made)["issued"]) == (816, [7, 2, 0])
    before = coming_back(second, (1, 1), on="2026-01-13")
    (early,) = unchanged(works, lambda: posted(works, "return", before))
    assert (early.code, early.status, early.field) == ("date.order", 422, "lines.0.issue")


def test_everything_done_on_the_floor_can_be_taken_back(works):
    made = supplied(works)
    before = balances(works)
    (worked,) = posted(works, "operation-report", report(made, 10, 4, "2.5", quantity_scrapped="1", reason="bent"))
    (done_,) = posted(works, "completion", completion(made, 4, quantity_scrapped="1"))
    assert counted(works, made) == {"order": [4, 1], "issued": [10, 20, 41], "work": [4, 1, D("2.5"), 0, 0, 0]}
    assert (worked.amount_labour, worked.amount_overhead) == (75, 30)
    sums = balances(works)
    # 4 × 213.50; of it 84.00 labour and 33.60 overhead. 41 bolts at 0.50.
    assert (done_.amount, sums[BIKES], sums[LABOUR], sums[OVERHEAD]) == (854, 854, -9, D("-3.6"))
    assert sums[MATERIAL] == 1800 + D("20.5") - (854 - 84 - D("33.6"))
    check_invariants(works)
    taken_back(works, "completion", done_)
    taken_back(works, "operation-report", worked)
    assert balances(works) == before
    assert counted(works, made) == {"order": [0, 0], "issued": [10, 20, 0], "work": [0] * 6}
    check_invariants(works)


def test_backflush_takes_in_proportion_to_all_that_is_finished(works):
    made = supplied(works)
    taken = []
    for quantity in (3, 3, 4):
        (one,) = posted(works, "completion", completion(made, quantity))
        taken.append([(x.order_line, x.quantity) for x in one.lines])
    assert taken == [[(3, 25)], [(3, 25)], [(3, 32)]]  # 24.6 and 49.2 of 82 rounded up
    assert counted(works, made)["issued"] == [10, 20, 82]
    check_invariants(works)
    loose = supplied(works, tolerance="20")
    (one,) = posted(works, "completion", completion(loose, 12, quantity_scrapped="1"))
    assert [(x.order_line, x.quantity) for x in one.lines] == [(3, 107)]  # 13 of 10: 106.6 bolts
    check_invariants(works)


def test_what_is_taken_can_be_said_otherwise(works):
    made = supplied(works)
    (one,) = posted(works, "completion", completion(made, 5, lines=[{"order_line": 3, "quantity": "60"}]))
    assert [(x.order_line, x.quantity, x.amount) for x in one.lines] == [(3, 60, 30)]
    draft = works.person("lead").made("production/completions", completion(made, 1))
    assert draft["lines"] == []  # 60 is more than six need
    more = works.person("lead").patch(f"production/completions/{draft['id']}", {"quantity": "5"}, version=1).body
    assert [(x["order_line"], x["quantity"]) for x in more["lines"]] == [(3, "22")]


def test_no_more_is_completed_than_planned_with_its_tolerance(works):
    exact, loose = supplied(works), supplied(works, tolerance="20")
    posted(works, "completion", completion(exact, 8))
    (problem,) = unchanged(works, lambda: posted(works, "completion", completion(exact, 3)))
    assert (problem.code, problem.status, str(problem.message)) == (
        "production.over",
        409,
        f"{exact.number}: 1 more than the 10 that may be completed of 10 planned.",
    )
    posted(works, "completion", completion(loose, 12))
    assert codes(unchanged(works, lambda: posted(works, "completion", completion(loose, 1)))) == [
        ("production.over", 409)
    ]
    assert counted(works, loose)["order"] == [12, 0]
    check_invariants(works)


def test_a_product_without_components_needs_a_reason(works):
    (made,) = released(works, order(10, components=[{"item": "FRAME", "quantity_required": "10"}]))
    (problem,) = unchanged(works, lambda: posted(works, "completion", completion(made, 1)))
    assert (problem.code, problem.status, problem.field) == ("production.no_issue", 409, "reason")
    posted(works, "completion", completion(made, 1, reason="issued tomorrow"))
    assert wip(works) == -D("129.4")  # one frame at 100.00, and 29.40 of planned work
    check_invariants(works)


def test_reports_count_up_to_the_plan(works):
    made = supplied(works)
    posted(works, "operation-report", report(made, 10, 7, 4), report(made, 20, 2))
    (problem,) = unchanged(
        works, lambda: posted(works, "operation-report", report(made, 10, 3, 1, quantity_scrapped="1"))
    )
    assert (problem.code, problem.status) == ("operation.over", 409)
    posted(works, "operation-report", report(made, 10, 3), report(made, 10, 0, "0.25"))
    assert counted(works, made)["work"] == [10, 0, D("4.25"), 2, 0, 0]
    check_invariants(works)


def test_serial_numbers_and_lots_of_what_is_made(works):
    stocked(works, ("FRAME", 6, "100"))
    (made,) = released(works, order(3, item="EBIKE"))
    posted(works, "issue", issue(made, (1, 3)))
    lead = works.person("lead")
    for lots, code in (
        ("", "lot.missing"),
        ("E1 E2", "serial.count"),
        ("E1, e1, E2", "serial.twice"),
        (f"E1 E2 {'X' * 61}", "text.length"),
        (f"E1 E2 {'ß' * 31}", "text.length"),  # folded, each is two
    ):
        reply = lead.post("production/completions", completion(made, 3, lots=lots))
        assert (reply.status, reply.codes) == (422, [code])
    (one,) = posted(works, "completion", completion(made, 3, lots="E1\nE2，E3"))
    assert one.amount == 300
    rows = Balance.objects.filter(group=works.group, item__code="EBIKE", on_hand=1)
    assert rows.count() == 3
    done(works, "other-out", {**body(at("2026-01-15")), "lines": [_out("E2")]})
    (problem,) = unchanged(works, lambda: taken_back(works, "completion", one))
    assert problem.code == "stock.short"
    (other,) = posted(works, "completion", completion(supplied(works), 1))
    assert other.lots == ""
    reply = lead.post("production/completions", {**completion(other, 1), "order": other.order_id, "lots": "L1"})
    assert reply.codes == ["lot.unwanted"]


def _out(lot):
    return {"item": "EBIKE", "location": "A-01", "quantity": "1", "lot": lot}


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("issue", {"lines": [{"order_line": 9, "quantity": "1"}]}, "order_line.unknown"),
        ("issue", {"lines": [{"order_line": 1, "quantity": "0"}]}, "qty.not_positive"),
        ("issue", {"lines": [{"order_line": 1, "quantity": "-5"}]}, "qty.not_positive"),
        ("issue", {"lines": [{"order_line": 1, "quantity": "0.5"}]}, "qty.scale"),
        ("issue", {"lines": [{"order_line": 1, "quantity": "1", "location": "WORK"}]}, "location.not_stock"),
        ("issue", {"lines": [{"order_line": 1, "quantity": "1", "lot": "X"}]}, "lot.unwanted"),
        ("issue", {"lines": []}, "doc.no_lines"),
        ("operation-report", {"operation": 15}, "operation.unknown"),
        ("operation-report", {"quantity_good": "0", "hours": "0"}, "report.empty"),
        ("operation-report", {"quantity_good": "0.5"}, "qty.scale"),
        ("operation-report", {"hours": "-1"}, "number.range"),
        ("completion", {"quantity": "0"}, "qty.not_positive"),
        ("completion", {"quantity": "2.5"}, "qty.scale"),
        ("completion", {"location": "CUST"}, "location.not_stock"),
    ],
)
def test_bad_documents_are_refused(works, kind, change, code):
    (made,) = released(works)
    owner = works.person("owner")
    good = {
        "issue": issue(made, (1, 1)),
        "operation-report": report(made, 10, 1, 1),
        "completion": completion(made, 1),
    }
    reply = owner.post(f"production/{kind}s", {**good[kind], **change})
    assert (reply.status, reply.codes) == (422, [code])
    assert owner.get(f"production/{kind}s").body["rows"] == []


def test_nothing_is_done_for_an_order_that_is_not_released(works):
    made = works.create("production.order", order())[0]
    owner = works.person("owner")
    for kind, given in (
        ("issues", issue(made, (1, 1))),
        ("operation-reports", report(made, 10, 1)),
        ("completions", completion(made, 1, reason="none")),
    ):
        reply = owner.post(f"production/{kind}", given)
        assert (reply.status, reply.codes) == (409, ["order.not_released"])


def test_more_than_is_there_is_not_issued_nor_backflushed(works):
    (made,) = released(works, order(20))
    (problem,) = unchanged(works, lambda: posted(works, "issue", issue(made, (1, 5))))
    assert (problem.code, problem.status) == ("stock.short", 409)
    posted(works, "issue", issue(made, (1, 4)))
    (problem,) = unchanged(works, lambda: posted(works, "completion", completion(made, 20)))
    assert problem.code == "stock.short"  # 164 bolts of 100
    assert counted(works, made) == {"order": [0, 0], "issued": [4, 0, 0], "work": [0] * 6}
    assert balances(works)[PARTS] == 130


def test_statements_do_not_grow_with_lines_or_documents(works, statements):
    stocked(works, ("FRAME", 96, "100"), ("WHEEL", 198, "40"), ("BOLT", 900, "0.5"))
    sent = defaultdict(list)

    def count(key, action, ids, inputs=None):
        with statements() as found:
            perform(key, ids, action, inputs, actor=works.actor)
        sent[f"{key} {action}"].append(len(found))

    for many in (1, 1, 4):  # the first of the month makes checkpoints
        orders = [o.pk for o in works.create("production.order", *(order(2) for _ in range(many)))]
        count("production.order", "release", orders)
        known = [stored(works, SimpleNamespace(pk=pk)) for pk in orders]
        for kind, given in (
            ("issue", [issue(o, *((n, 2 * n) for n in range(1, 3))) for o in known]),
            ("operation-report", [report(o, 10, 2, 1) for o in known]),
            ("completion", [completion(o, 2) for o in known]),
        ):
            made = works.create(f"production.{kind}", *given)
            count(f"production.{kind}", "post", [d.pk for d in made])
        count("production.order", "close", orders, Closing(posted_on=date(2026, 1, 28)))
    assert {key: found[1:] for key, found in sent.items()} == {
        "production.order release": [19, 19],
        "production.issue post": [40, 40],
        "production.operation-report post": [26, 26],
        "production.completion post": [42, 42],
        "production.order close": [48, 48],
    }


def test_statements_do_not_grow_with_places_or_work_centres(works, statements):
    places = [f"B-0{n}" for n in range(4)]
    works.create(
        "masterdata.location", *({"code": p, "kind": "stock", "warehouse": "W1", "name_en": p} for p in places)
    )
    works.create("engineering.work-centre", *({"code": p, "name_en": p} for p in places))
    parts = [{"item": "BOLT", "quantity_required": "4", "is_backflushed": True, "location": p} for p in places]
    steps = [{"sequence": n, "name_en": p, "work_centre": p} for n, p in enumerate(places, start=1)]
    sent = defaultdict(list)
    for many in (1, 4):
        (made,) = released(works, order(4, components=parts[:many], operations=steps[:many]))
        for kind, given in (
            ("issue", [issue(made, *((n, 1) for n in range(1, many + 1)))]),
            ("operation-report", [report(made, n, 1, 1) for n in range(1, many + 1)]),
            ("completion", [completion(made, 1)]),
        ):
            with statements() as found:
                works.create(f"production.{kind}", *given)
            sent[kind].append(len(found))
    assert [few - many for few, many in sent.values()] == [0, 0, 0], sent


def test_completions_of_one_order_at_once_make_exactly_what_is_planned(own_database):
    works = with_works(with_basics(new_world()))
    made = supplied(works, 10)
    drafts = works.create("production.completion", *(completion(made, 3, lines=[]) for _ in range(8)))

    def complete(number):
        try:
            perform("production.completion", [drafts[number].pk], "post", actor=works.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "done"

    assert sorted(in_threads(8, complete)) == ["done"] * 3 + ["production.over"] * 5
    assert counted(works, made)["order"] == [9, 0]
    check_invariants(works)


def test_issues_to_one_order_and_to_others_at_once(own_database):
    """Two orders take the same parts, in opposite order of their lines: nobody waits for ever, nothing goes twice."""
    works = with_works(with_basics(new_world()))
    stocked(works, ("FRAME", 36, "100"), ("WHEEL", 78, "40"))
    one, other = released(works, order(20), order(20))
    drafts = works.create(
        "production.issue",
        *(issue(of, *lines) for of, lines in [(one, ((1, 5), (2, 10))), (other, ((2, 10), (1, 5)))] * 5),
    )

    def give(number):
        try:
            perform("production.issue", [drafts[number].pk], "post", actor=works.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "done"

    assert sorted(in_threads(10, give)) == ["done"] * 8 + ["stock.short"] * 2
    issued = [counted(works, of)["issued"] for of in (one, other)]
    assert [sum(parts) for parts in zip(*issued, strict=True)] == [40, 80, 0]
    assert wip(works) == 40 * 100 + 80 * 40
    check_invariants(works)
