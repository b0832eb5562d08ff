"""The bills of materials of the real files: all of them hold, and their explosion is what the files say."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from jingwei.engineering import exploding
from jingwei.engineering.models import BillLine, BillOfMaterials, WorkCentre
from jingwei.masterdata.models import Item
from jingwei.platform.documents.command import run
from jingwei.server.loading import engineering, masters, units
from jingwei.server.loading.importing import import_missing
from tests.support.realdata import adventureworks
from tests.support.rules import check_invariants
from tests.support.world import new_world

#: A road bicycle, and a day when a part of its bill has already been replaced.
BICYCLE, DAY = "BK-R93R-62", date(2012, 1, 2)


@pytest.fixture
def source():
    return adventureworks()


def by_hand(rows, product: str, quantity: int, on: date) -> Counter:
    """Everything that goes into a product, straight from the files: whole pieces, so that nothing is rounded."""
    found: Counter = Counter()
    for row in rows:
        first, last = row["StartDate"][:10], row["EndDate"][:10] or "9999-12-31"
        if row["ProductAssemblyID"] == product and first <= on.isoformat() <= last:
            taken = quantity * int(Decimal(row["PerAssemblyQty"]))
            found[row["ComponentID"]] += taken
            found += by_hand(rows, row["ComponentID"], taken, on)
    return found


def test_every_bill_of_the_files_holds(source):
    world = new_world()
    steps = [
        ("masterdata.unit", masters.unit_bodies()),
        *(("masterdata.item-category", level) for level in masters.category_levels(source)),
        ("masterdata.item", list(masters.item_bodies(source, units.contents(source)))),
        ("engineering.work-centre", list(engineering.work_centre_bodies(source))),
        ("engineering.bom", list(engineering.bill_bodies(source))),
    ]
    made = {key: import_missing(world.actor, key, bodies, lambda _text: None) for key, bodies in steps}
    assert (made["engineering.work-centre"], made["engineering.bom"]) == (7, 238)
    assert engineering.activate_bills(world.actor, source) == 238
    assert engineering.activate_bills(world.actor, source) == 0
    assert BillLine.objects.filter(group=world.group).count() == 2679 - 103  # what is only sold is no bill
    assert BillOfMaterials.objects.filter(group=world.group, state="active").count() == 238
    centres = WorkCentre.objects.filter(group=world.group).order_by("code")
    hours = [(c.code, c.hours_per_day.normalize(), c.rate_labour.normalize()) for c in centres]
    assert hours[0] == ("AW-L10", Decimal("19.2"), Decimal("22.5"))

    numbers = {r["ProductID"]: r["ProductNumber"] for r in source.rows("Production.Product")}
    (product,) = (id for id, number in numbers.items() if number == BICYCLE)
    rows = list(source.rows("Production.BillOfMaterials"))
    expected = {numbers[id]: quantity for id, quantity in by_hand(rows, product, 10, DAY).items()}
    bike = Item.objects.get(group=world.group, code=BICYCLE)
    nodes = list(exploding.tree(world.group.pk, world.company_id, (bike.pk, Decimal(10), DAY)))
    found: Counter = Counter()
    for node in nodes:
        found[node.need.component.code] += int(node.need.quantity)
    assert dict(found) == expected
    assert (max(node.level for node in nodes), len(nodes), sum(found.values())) == (4, 89, 4640)

    products = list(Item.objects.filter(group=world.group, is_made=True).values_list("id", flat=True))
    wants = [(id, Decimal(1), DAY) for id in products]
    needs = run(world.actor, lambda command: exploding.components(command, world.company_id, wants))
    assert (len(products), sum(map(bool, needs)), sum(map(len, needs))) == (239, 238, 2383)
    check_invariants(world)
