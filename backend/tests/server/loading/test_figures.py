"""What the source itself says, before anything is posted: which orders are taken, and what they add up to.

Every figure here is asserted again in the ledger by `tests/scenarios/test_adventureworks.py`.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest

from jingwei.server.loading import amounts, slices, units
from jingwei.server.loading.shortfall import shortfalls
from jingwei.server.loading.slices import Slice
from jingwei.server.loading.source import Days, Source, ignored_receipts, moved_due_dates, purchase_orders, sales_orders
from jingwei.server.loading.working import bills, work_orders
from tests.support.realdata import adventureworks

JULY = Days(date(2013, 7, 1), date(2013, 7, 31))
HALF_YEAR = Days(date(2013, 7, 1), date(2013, 12, 31))
EVER = Days(date.min, date.max)


@pytest.fixture(scope="module")
def source() -> Source:
    return adventureworks()


@pytest.fixture(scope="module")
def taken(source) -> Slice:
    return slices.take(source, purchases=HALF_YEAR, sales=JULY)


def sums(orders):
    return len(orders), sum(o.net for o in orders), sum(o.tax for o in orders), sum(o.freight for o in orders)


def amount(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(t) for t in texts)


def test_sales_of_july_are_selected_by_order_date_and_posted_when_they_ship(taken):
    orders = taken.sales
    assert sums(orders) == (1740, *amount("4896353.69", "476563.42", "148924.03"))
    assert sum(len(o.lines) for o in orders) == 7561
    assert {o.ordered_on.month for o in orders} == {7}
    in_july, in_august = ([o for o in orders if o.shipped_on.month == month] for month in (7, 8))
    assert sums(in_july) == (1211, *amount("655231.56", "52419.94", "16379.64"))
    assert sums(in_august) == (529, *amount("4241122.13", "424143.48", "132544.39"))


def test_lines_add_up_to_their_order_within_a_cent_of_their_own_total(taken):
    for order in (*taken.sales, *taken.purchases):
        nets, taxes = amounts.line_nets(order), amounts.line_taxes(order)
        assert (sum(nets), sum(taxes)) == (order.net, order.tax)
        assert all(abs(net - line.total) < Decimal("0.01") for net, line in zip(nets, order.lines, strict=True))


def test_purchases_of_the_half_year(taken):
    orders = taken.purchases
    assert len(orders) == 1183
    assert sum(len(o.lines) for o in orders) == 2667
    assert sum(o.net for o in orders) == Decimal("18263074.38")
    assert Counter(o.status for o in orders) == {"4": 1157, "3": 23, "2": 3}
    complete = [line for o in orders if o.is_complete for line in o.lines]
    assert len(complete) == 2622
    assert sum(map(amounts.received_value, complete)) == Decimal("17747922.16")
    assert sum(map(amounts.stocked_value, complete)) == Decimal("17513992.14")
    assert sum(1 for line in complete if line.rejected) == 132
    assert sum(1 for line in complete if line.received < line.ordered) == 104
    assert all(0 <= line.rejected <= line.received <= line.ordered for line in complete)


def test_receipts_that_are_ignored_and_due_dates_that_are_moved_are_counted(source, taken):
    assert ignored_receipts(taken.purchases) == 45
    assert moved_due_dates(taken.purchases) == 0
    everything = purchase_orders(source, EVER)
    assert (len(everything), sum(len(o.lines) for o in everything)) == (4012, 8845)
    assert moved_due_dates(everything) == 7
    assert all(line.due_on >= o.shipped_on >= o.ordered_on for o in everything for line in o.lines)


def test_sales_of_the_half_year(source):
    orders = sales_orders(source, HALF_YEAR)
    assert (len(orders), sum(len(o.lines) for o in orders)) == (11441, 40945)
    assert sum(o.net for o in orders) == Decimal("24946656.61")


def test_all_work_orders_of_the_source(source):
    orders = work_orders(source, EVER)
    assert (len(orders), sum(len(o.steps) for o in orders)) == (72591, 67131)
    assert sum(1 for o in orders if not o.steps) == 29966
    assert (sum(o.stocked for o in orders), sum(o.scrapped for o in orders)) == (4497070, 10651)
    assert all(o.ordered == o.stocked + o.scrapped and o.components for o in orders)
    assert all(bool(o.scrapped) == bool(o.scrap_reason) for o in orders)
    assert all(o.started_on <= min(o.ended_on, o.due_on) for o in orders)
    assert max(o.level for o in orders) == 4
    turns = [(o.ended_on, o.level) for o in orders]
    assert turns == sorted(turns)


def test_everything_that_the_files_hold(source):
    taken = slices.take(source, purchases=EVER, sales=EVER, work=EVER)
    assert (len(taken.sales), sum(len(o.lines) for o in taken.sales)) == (31465, 121317)
    assert sum(o.net for o in taken.sales) == Decimal("109846382.18")
    assert (len(taken.purchases), ignored_receipts(taken.purchases)) == (4012, 676)
    first = min(o.ordered_on for o in taken.purchases)
    costs, opening = slices.costs_on(source, first), taken.opening()
    assert (first, len(opening)) == (date(2011, 4, 16), 358)
    assert sum(quantity * costs[item] for item, quantity in opening.items()) == Decimal("22157790.01")


def test_work_of_july_straight_from_the_files(source):
    taken = {o.number: o for o in work_orders(source, JULY)}
    rows = [r for r in source.rows("Production.WorkOrder") if r["StartDate"].startswith("2013-07-")]
    assert len(rows) == len(taken) == 2650
    assert sum(int(r["StockedQty"]) for r in rows) == sum(o.stocked for o in taken.values()) == 232624
    assert sum(int(r["ScrappedQty"]) for r in rows) == sum(o.scrapped for o in taken.values()) == 685
    done = [r for r in source.rows("Production.WorkOrderRouting") if f"WO{r['WorkOrderID']}" in taken]
    assert len(done) == sum(len(o.steps) for o in taken.values()) == 2695
    hours = sum(step.hours for o in taken.values() for step in o.steps)
    assert hours == sum(Decimal(r["ActualResourceHrs"]) for r in done) == Decimal("9155.5")

    parts = list(source.rows("Production.BillOfMaterials"))
    needed: Counter = Counter()
    for row in rows:
        day = row["StartDate"][:10]
        for part in parts:
            is_in = part["ProductAssemblyID"] == row["ProductID"]
            if is_in and part["StartDate"][:10] <= day <= (part["EndDate"][:10] or "9999-12-31"):
                needed[part["ComponentID"]] += int(row["OrderQty"]) * Decimal(part["PerAssemblyQty"])
    taken_by: Counter = Counter()
    for order in taken.values():
        for component, quantity in order.components:
            taken_by[component] += quantity
    assert taken_by == needed
    assert (sum(len(o.components) for o in taken.values()), sum(needed.values())) == (17526, 2146080)


def test_work_of_the_half_year_and_what_it_needs_to_begin_with(source):
    taken = slices.take(source, purchases=HALF_YEAR, sales=HALF_YEAR, work=HALF_YEAR)
    assert (len(taken.work), sum(len(o.steps) for o in taken.work)) == (17471, 17643)
    assert sum(len(o.components) for o in taken.work) == 123021
    costs, opening = slices.costs_on(source, HALF_YEAR.first), taken.opening()
    assert len(opening) == 257
    assert sum(quantity * costs[item] for item, quantity in opening.items()) == Decimal("4037552.16")
    assert taken.last_day() == date(2014, 1, 20)


def test_what_goes_into_a_product_is_finished_before_it(source):
    made_of = bills(source)
    levels = made_of.levels()
    for product, parts in made_of.parts.items():
        assert all(levels[component] < levels[product] for component, *_rest in parts), product


@pytest.mark.parametrize("work", [None, JULY])
def test_the_opening_stock_is_the_least_that_never_falls_short(source, work):
    taken = slices.take(source, purchases=HALF_YEAR, sales=JULY, work=work)
    opening = taken.opening()
    gone = {line.product for o in taken.sales for line in o.lines}
    gone |= {component for o in taken.work for component, _quantity in o.components}
    assert set(opening) <= gone
    own: dict[str, list] = defaultdict(list)
    for move in sorted(taken.movements(), key=lambda m: (m.day, m.quantity < 0)):
        own[move.item].append(move.quantity)
    for product, quantity in opening.items():
        level, lowest = quantity, quantity
        for change in own[product]:
            level += change
            lowest = min(lowest, level)
        assert lowest == 0, product
    came = {line.product for o in taken.purchases if o.is_complete for line in o.lines}
    came |= {o.product for o in taken.work}
    assert gone - came <= set(opening)


def test_a_package_holds_the_smallest_usual_content_that_covers_the_use(source):
    found = units.contents(source)
    bought_in = units.purchase_units(source)
    counts = Counter((bought_in[product], content) for product, content in found.items())
    assert counts["DZ", 12] + counts["GAL", 128] == sum(n for (unit, _c), n in counts.items() if unit in ("DZ", "GAL"))
    assert {content for _u, content in counts} <= {12, 128, *units.CONTENTS}
    assert {bought_in[p] for p in found} == {"CTN", "CAN", "CS", "DZ", "GAL", "PAK"}


def test_the_table_of_units_knows_every_unit_of_the_source(source):
    with units.TABLE.open(encoding="utf-8", newline="") as content:
        listed = {row["source"] for row in csv.DictReader(content)}
    assert listed == {row["UnitMeasureCode"] for row in source.rows("Production.UnitMeasure")}
    assert listed - units.table().keys() == {"C", "KGV", "PCT"}
    assert shortfalls([]) == {}
