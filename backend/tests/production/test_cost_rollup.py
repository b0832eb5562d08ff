"""What things should cost, from the bottom of their bills upwards."""

from __future__ import annotations

from jingwei.masterdata.models import Item
from tests.production.stories import activated


def rolled(works, code, quantity):
    item = Item.objects.get(group=works.group, code=code).pk
    path = f"reports/production.cost-rollup?item={item}&quantity={quantity}&on=2026-01-31"
    body = works.person("planner").get(path).body
    names = ("level", "quantity", "components", "labour", "overhead", "total", "unit_cost")
    rows = [(r["values"]["item"]["number"], *(r["values"][n] for n in names)) for r in body["rows"]]
    return rows, body["notes"], body["currency"]


def test_components_at_their_average_and_hours_at_their_rates(works):
    rows, notes, currency = rolled(works, "BIKE", 10)
    # 1 + 10 × 0.5 + 10 × 0.1 = 7 hours at 30 and 12; 80 bolts / 0.98 = 81.6
    assert rows == [
        ("BIKE", 0, "10", "1841", "210", "84", "2135", "213.5"),
        ("FRAME", 1, "10", "1000", "0", "0", "1000", "100"),
        ("WHEEL", 1, "20", "800", "0", "0", "800", "40"),
        ("BOLT", 1, "82", "41", "0", "0", "41", "0.5"),
    ]
    assert (notes, currency) == ([], "CNY")


def test_what_is_made_is_rolled_up_whatever_lies_in_stock(works):
    works.create(
        "masterdata.item",
        {"code": "PRO", "name_en": "Bicycle for work", "category": "FG", "unit": "PCS", "is_made": True},
        {"code": "BELL", "name_en": "Bell", "category": "RM", "unit": "PCS"},
    )
    lines = [{"component": c, "quantity": q} for c, q in (("BIKE", "2"), ("BELL", "1"), ("BOLT", "1"))]
    activated(works, "bom", {"item": "PRO", "lines": lines})
    rows, notes, _currency = rolled(works, "PRO", 1)
    # two bicycles: 2 frames 200, 4 wheels 160, 17 bolts 8.50; 1 + 1 + 0.2 hours: 66.00 and 26.40
    assert rows == [
        ("PRO", 0, "1", "461.4", "0", "0", "461.4", "461.4"),
        ("BIKE", 1, "2", "368.5", "66", "26.4", "460.9", "230.45"),
        ("FRAME", 2, "2", "200", "0", "0", "200", "100"),
        ("WHEEL", 2, "4", "160", "0", "0", "160", "40"),
        ("BOLT", 2, "17", "8.5", "0", "0", "8.5", "0.5"),
        ("BELL", 1, "1", "0", "0", "0", "0", "0"),
        ("BOLT", 1, "1", "0.5", "0", "0", "0.5", "0.5"),
    ]
    assert [(n["kind"], n["text"]) for n in notes] == [("warning", "Nothing is known of what these cost: BELL.")]


def test_what_has_no_bill_is_what_it_costs(works):
    rows, notes, _currency = rolled(works, "WHEEL", 3)
    assert (rows, notes) == ([("WHEEL", 0, "3", "120", "0", "0", "120", "40")], [])
