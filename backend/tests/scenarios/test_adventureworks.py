"""A bicycle maker's summer: July's work and sales and the half-year's purchases of AdventureWorks, loaded as people
would type them — ordered, received, made, delivered, invoiced and paid on the days of the source — and what the books
then say.

The expected figures are those of `tests/server/loading/test_figures.py`, reckoned from the files before any posting.
Minutes long: `make realdata` runs it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Count, F, Q, Sum

from jingwei.books.models import JournalLine, OpenItem
from jingwei.books.reports.forms import BALANCE_SHEET, INCOME_STATEMENT
from jingwei.finance.models import Payment
from jingwei.masterdata.models import Department, Employee, Item, Party, PartyAddress, Unit
from jingwei.platform.reports.running import make
from jingwei.purchasing.models import GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine, SupplierInvoiceLine
from jingwei.sales.models import Billing, SalesOrder, SalesOrderLine
from jingwei.server.loading import buying
from jingwei.stock.models import Move, ValueEntry
from tests.scenarios.ledgers import amount, load, own, posted
from tests.support.rules import check_invariants
from tests.support.world import World

pytestmark = pytest.mark.realdata

#: What the whole may take on two cores, in seconds and bytes.
LIMIT, MEMORY = 360, 500 * 2**20


def test_masters_are_all_there(loaded):
    company = Q(group_id=loaded.company.group_id)
    assert Item.objects.filter(company).exclude(code="FREIGHT").count() == 504
    parties = Party.objects.filter(company)
    assert parties.filter(is_supplier=True).count() == 104
    kinds = parties.filter(is_customer=True).values_list("kind").annotate(n=Count("id"))
    assert dict(kinds) == {"organisation": 1336, "person": 18484}
    assert not parties.filter(~Q(id__in=own(PartyAddress, loaded).values("party_id"))).exists()
    assert own(Employee, loaded).count() == 290
    assert own(Department, loaded).filter(parent__isnull=False).count() == 16
    assert own(Unit, loaded).count() == 35
    assert loaded.masters == 20829 + 7 + 238


def test_every_document_is_in_the_state_it_should_have(loaded):
    assert dict(loaded.tally.documents) == {
        "warehouse.opening": 1,
        "purchasing.order": 1183,
        "purchasing.receipt": 1157,
        "purchasing.invoice": 1157 + 132,
        "purchasing.return": 132,
        "production.order": 2650,
        "production.operation-report": 2695,
        "production.completion": 2650,
        "sales.order": 1740,
        "sales.delivery": 1740,
        "sales.billing": 1740,
        "finance.payment": 1157 + 1740,
    }
    states = own(PurchaseOrder, loaded).values_list("state").annotate(n=Count("id"))
    assert dict(states) == {"confirmed": 1160, "cancelled": 23}
    assert set(own(SalesOrder, loaded).values_list("state", flat=True)) == {"confirmed"}
    for model in (Billing, Payment):
        assert set(own(model, loaded).values_list("state", flat=True)) == {"posted"}, model
    progress = own(SalesOrder, loaded).values_list("progress_delivered", "progress_invoiced").distinct()
    assert list(progress) == [(100, 100)]


def test_sales_of_july_in_our_ledger(loaded):
    lines = own(SalesOrderLine, loaded)
    goods, freight = lines.filter(item__is_stocked=True), lines.filter(item__code="FREIGHT")
    assert goods.count() == 7561
    sums = goods.aggregate(net=Sum("amount_net"), tax=Sum("amount_tax"))
    assert (sums["net"], sums["tax"]) == (amount("4,896,353.69"), amount("476,563.42"))
    assert freight.aggregate(net=Sum("amount_net"), tax=Sum("amount_tax")) == {"net": amount("148,924.03"), "tax": 0}

    by_month = {month: (posted(loaded, "4010", month=month), posted(loaded, "4030", month=month)) for month in (7, 8)}
    assert by_month == {
        7: (amount("655,231.56"), amount("16,379.64")),
        8: (amount("4,241,122.13"), amount("132,544.39")),
    }
    assert [posted(loaded, "2110", month=month) for month in (7, 8)] == [amount("52,419.94"), amount("424,143.48")]
    assert (posted(loaded, "4010"), posted(loaded, "2110")) == (amount("4,896,353.69"), amount("476,563.42"))
    billed = (
        own(Billing, loaded).values_list("invoiced_on__month").annotate(n=Count("id")).order_by("invoiced_on__month")
    )
    assert list(billed) == [(7, 1211), (8, 529)]


def test_purchases_of_the_half_year_in_our_ledger(loaded):
    lines = own(PurchaseOrderLine, loaded).filter(item__is_stocked=True)
    assert (lines.count(), lines.aggregate(sum=Sum("amount_net"))["sum"]) == (2667, amount("18,263,074.38"))
    came = own(GoodsReceiptLine, loaded).filter(item__is_stocked=True)
    assert came.count() == 2622
    assert came.filter(quantity__lt=F("quantity_returned")).count() == 0

    goods = own(SupplierInvoiceLine, loaded).filter(item__is_stocked=True)
    sums = dict(goods.values_list("invoice__kind").annotate(sum=Sum("amount_net")))
    assert sums["invoice"] == amount("17,747,922.16")
    assert sums["invoice"] - sums["credit"] == amount("17,513,992.14")
    # What stayed is what the stock took in for it, once the invoices have corrected the accruals by the cent.
    entries = own(ValueEntry, loaded).filter(
        document__type__in=("purchasing.receipt", "purchasing.return", "purchasing.invoice")
    )
    taken_in = entries.aggregate(sum=Sum("amount"))["sum"]
    assert -posted(loaded, "2020") == 0, "nothing received is left without its invoice"
    assert abs(taken_in - amount("17,513,992.14")) <= amount("0.59"), "the rest of the 59 cents went to what was sold"
    assert -posted(loaded, "5050") == amount("447,504.01")


def test_everybody_is_paid(loaded):
    assert own(OpenItem, loaded).exclude(open=0).count() == 0
    assert (posted(loaded, "1110"), posted(loaded, "2010")) == (0, 0)
    collected = amount("4,896,353.69") + amount("476,563.42") + amount("148,924.03")
    paid = amount("17,513,992.14") + amount("1,401,119.51") + amount("447,504.01")
    assert -posted(loaded, "1020") == collected - paid
    assert -posted(loaded, "1180") == amount("1,401,119.51")


def owed_on(loaded, day: date) -> tuple[Decimal, Decimal, Decimal]:
    """By the files alone: what customers owe, what is owed to suppliers, and the money, at the end of a day."""
    sold = [(o.shipped_on, o.due_on, o.net + o.tax + o.freight) for o in loaded.taken.sales]
    bills = [(o, *buying.owed(o)) for o in loaded.taken.purchases if o.is_complete]
    bought = [(o.shipped_on, o.due_on, invoice - credit) for o, invoice, credit in bills]
    receivable, payable = (sum(g for since, due, g in rows if since <= day < due) for rows in (sold, bought))
    collected, paid = (sum(g for _since, due, g in rows if due <= day) for rows in (sold, bought))
    return receivable, payable, collected - paid


#: Cost of sales of the month, freight inwards included and absorbed labour taken off, and inventories at its end: by
#: moving average, from the books.
COSTS = {7: ("187,070.15", "1,876,230.26"), 8: ("1,689,003.87", "4,057,046.52")}
REVENUE = {7: "671,611.20", 8: "4,373,666.52"}


@pytest.mark.parametrize("month", [7, 8])
def test_statements_of_july_and_august(loaded, firm, month):
    def statement(report, **params):
        made = make(report, firm.actor, params).result
        assert [note.kind for note in made.notes] == ["info"], [str(note.text) for note in made.notes]
        return {row.values["number"]: row.values.get(made.columns[2].name) for row in made.rows}

    last = date(2013, month, 31)
    results = statement(INCOME_STATEMENT, from_on=last.replace(day=1).isoformat(), to_on=last.isoformat())
    cost, inventories = map(amount, COSTS[month])
    assert (results["1"], results["3"]) == (amount(REVENUE[month]), cost)
    assert results["4"] == results["15"] == results["1"] - cost

    sheet = statement(BALANCE_SHEET, on=last.isoformat())
    receivable, payable, money = owed_on(loaded, last)
    assert (sheet["13"], sheet["35"], sheet["18"]) == (receivable, payable, money)
    assert sheet["9"] == inventories
    assert sheet["20"] == sheet["45"] == receivable + money + inventories + sheet["15"]


def test_a_second_run_finds_nothing_to_do(loaded):
    before = Counter(
        {model: own(model, loaded).count() for model in (Move, JournalLine, PurchaseOrder, Billing, Party)}
    )
    again = load(loaded.company.group_id)
    assert (again.masters, again.tally.documents.total(), again.tally.actions.total()) == (0, 0, 0)
    assert Counter({model: own(model, loaded).count() for model in before}) == before


def test_every_rule_holds_and_it_took_minutes(loaded, capsys):
    check_invariants(World(loaded.company.group, loaded.company.pk))
    with capsys.disabled():
        print("", *loaded.lines(), sep="\n")
    assert loaded.tally.documents.total() == 11879 + 2650 + 2695 + 2650
    assert loaded.seconds < LIMIT
    assert loaded.memory < MEMORY
