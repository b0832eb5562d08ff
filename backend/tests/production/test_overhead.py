"""Overhead that orders bear before it is booked: the balance sheet names it, and calls it wrong at the month's end."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.books.charts import Standard
from jingwei.books.statements import check
from tests.books.stories import posted as booked
from tests.books.stories import voucher
from tests.books.test_statements import trading_month
from tests.production.stories import balances, posted, released, report, with_works

MEANWHILE = (
    "Inventories are 336.00 less than their details: orders bear 336.00 of manufacturing overhead that is not booked "
    "yet. It goes when wages and the rest of the overhead of the period are booked."
)
AT_END = (
    "Cross-check fails: Inventories are at least the sum of their details ({} against {}). Orders bear 336.00 of "
    "manufacturing overhead that was not booked: book what lacks, then allocate the difference."
)


def notes(world, on, language="en"):
    reply = world.person("auditor", language=language).get(f"reports/books.balance-sheet?on={on}")
    assert reply.status == 200, reply.body
    return [(n["kind"], n["text"]) for n in reply.body["notes"]]


@pytest.fixture
def works(world):
    """8 hours are reported: 240.00 of wages and 96.00 of overhead are in work, and nothing of it is booked."""
    with_works(world)
    (made,) = released(world)
    posted(world, "operation-report", report(made, 10, 4, "8"))
    assert sum(v for code, v in balances(world).items() if code.startswith("4101")) == -336
    return world


def test_within_the_month_it_is_named_and_at_its_end_it_fails(works):
    assert notes(works, "2026-01-15") == [("info", MEANWHILE)]
    stock = 400 + 80 + 50  # frames, wheels and bolts that are there
    assert notes(works, "2026-01-31") == [("warning", AT_END.format(f"{stock:,.2f}", f"{stock + 336:,.2f}"))]
    assert notes(works, "2026-01-12") == [("info", "All 11 cross-checks of the form hold.")]
    ((kind, text),) = notes(works, "2026-01-15", "zh-hans")
    assert (kind, "336.00" in text, "制造费用" in text) == ("info", True, True)


def test_it_goes_with_the_wages_of_the_month(works):
    booked(works, voucher(("410101", "336.00", None), ("221101", None, "336.00"), on="2026-01-30"))
    for day in ("2026-01-30", "2026-01-31"):
        assert notes(works, day) == [("info", "All 11 cross-checks of the form hold.")]
    assert notes(works, "2026-01-29") == [("info", MEANWHILE)]


def test_what_lacks_for_another_reason_is_not_explained_by_it() -> None:
    """A saving larger than the goods, beside overhead that explains a part of what lacks."""
    company = trading_month(Standard.SBE)
    company.closing.update({"140401": Decimal(-60000), "410199": Decimal(-100), "1001": Decimal(60105)})
    (failed,) = [each for each in check("balance_sheet", "sbe", company.figures) if each.key == "inventory_details"]
    assert (failed.holds, failed.known, failed.is_explained) == (False, 100, False)
    company.closing.update({"140401": Decimal(0), "410199": Decimal(-700)})
    (named,) = [each for each in check("balance_sheet", "sbe", company.figures) if each.key == "inventory_details"]
    assert (named.holds, named.right - named.left, named.known, named.is_explained) == (False, 100, 700, True)
