"""What a bicycle maker made in July, and of what: stock, work in process and books of the company that
`test_adventureworks.py` loads. The figures are those of `tests/server/loading/test_figures.py`.

Minutes long: `make realdata` runs it.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from django.db.models import F, Sum

from jingwei.platform.money import round_half_up
from jingwei.production import costing
from jingwei.production.models import Completion, OperationReport, ProductionComponent, ProductionOrder
from jingwei.server.loading import amounts
from jingwei.stock.models import Balance, Move, PlannedMove, Reservation
from jingwei.warehouse.models import Adjustment
from tests.scenarios.ledgers import amount, lowest_levels, own, posted
from tests.support.realdata import adventureworks as files

pytestmark = pytest.mark.realdata

STOCK = ("1210", "1220", "1230", "1250", "1260", "1270")
WORK_IN_PROCESS, DISPATCHED, LABOUR, COST_OF_SALES = "1240", "1280", "5190", "5010"


def test_everything_is_made_and_closed_and_nothing_is_kept_or_planned(loaded):
    assert set(own(ProductionOrder, loaded).values_list("state", flat=True)) == {"closed"}
    for model in (Completion, OperationReport):
        assert set(own(model, loaded).values_list("state", flat=True)) == {"posted"}, model
    assert not own(Reservation, loaded).filter(state="open").exists()
    assert not own(PlannedMove, loaded).filter(document__type="production.order").exists()


def test_pieces_operations_and_components_are_those_of_the_files(loaded):
    orders = own(ProductionOrder, loaded)
    pieces = orders.aggregate(begun=Sum("quantity_stock"), good=Sum("quantity_completed"), bad=Sum("quantity_scrapped"))
    assert pieces == {"begun": 233309, "good": 232624, "bad": 685}
    assert orders.filter(quantity_scrapped__gt=0).count() == 19
    reasons = own(Completion, loaded).filter(quantity_scrapped__gt=0).values_list("reason", flat=True)
    assert len(reasons) == 19
    assert all(reasons)
    parts = own(ProductionComponent, loaded)
    assert parts.count() == 17526
    assert parts.aggregate(sum=Sum("quantity_issued"))["sum"] == 2146080
    assert not parts.exclude(quantity_required=F("quantity_issued")).exists()
    assert own(OperationReport, loaded).aggregate(sum=Sum("hours"))["sum"] == Decimal("9155.5")


def test_hours_are_borne_at_the_rate_of_their_place(loaded):
    rates = {row["LocationID"]: Decimal(row["CostRate"]) for row in files().rows("Production.Location")}
    worked = [round_half_up(step.hours * rates[step.location], 2) for o in loaded.taken.work for step in o.steps]
    assert posted(loaded, LABOUR) == sum(worked) == amount("140,217.00")


def test_all_that_came_in_lies_there_or_is_sold_and_nothing_is_left_in_work(loaded):
    bought = sum(amounts.stocked_value(x) for o in loaded.taken.purchases if o.is_complete for x in o.lines)
    assert (loaded.opening.value, bought) == (amount("2,010,395.32"), amount("17,513,992.14"))
    assert posted(loaded, "3900") == loaded.opening.value
    assert (posted(loaded, WORK_IN_PROCESS), posted(loaded, DISPATCHED)) == (0, 0)
    stock, cost = -posted(loaded, *STOCK), -posted(loaded, COST_OF_SALES)
    assert stock + cost == loaded.opening.value + bought + amount("140,217.00")
    late = own(ProductionOrder, loaded).exclude(amount_settled=0)
    assert not late.exists(), "what is made goes on at what it cost: nothing is left over at the close"


def test_what_an_order_made_is_worth_what_it_took(loaded):
    ids = list(own(ProductionOrder, loaded).values_list("id", flat=True))
    works = costing.works(loaded.company.group_id, ids)
    assert [id for id, w in works.items() if w.material + w.labour + w.overhead != w.completed] == []
    assert sum(w.completed for w in works.values()) == amount("2,064,289.92")


def test_the_opening_stock_is_the_least_with_which_nothing_is_missing(loaded):
    codes = {row["ProductID"]: row["ProductNumber"] for row in files().rows("Production.Product")}
    opened = {codes[product]: quantity for product, quantity in loaded.opening.quantities.items()}
    assert len(opened) == 228
    lowest = lowest_levels(loaded)
    assert {code for code, level in lowest.items() if level < 0} == set()
    assert {code: lowest[code] for code in opened} == dict.fromkeys(opened, 0)
    began = own(Move, loaded).filter(document_id=own(Adjustment, loaded).get(reference="OPENING").pk)
    assert dict(began.values_list("item__code", "quantity")) == opened


def test_what_lies_there_in_the_end_is_what_the_movements_of_the_source_leave(loaded):
    codes = {row["ProductID"]: row["ProductNumber"] for row in files().rows("Production.Product")}
    left: dict[str, Decimal] = defaultdict(Decimal)
    for product, quantity in loaded.opening.quantities.items():
        left[codes[product]] += quantity
    for move in loaded.taken.movements():
        left[codes[move.item]] += move.quantity
    found = own(Balance, loaded).values_list("item__code").annotate(sum=Sum("on_hand"))
    assert {code: quantity for code, quantity in found if quantity} == {c: q for c, q in left.items() if q}
