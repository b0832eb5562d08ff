"""Every figure of every report explains itself: formula, entries and documents each add up to it, to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.reports.explaining import FIGURES, Explaining
from jingwei.platform.reports.running import make, one_moment
from tests.contracts.trading import REPORTS, a_firm_that_traded

KEYS = sorted(catalogue.reports)


@pytest.fixture(scope="module")
def firm():
    return a_firm_that_traded()


def test_every_report_is_tried():
    assert sorted(REPORTS) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_every_figure_of_a_report_adds_up(firm, key):
    actor, tried, figures = firm.actor, 0, []
    for given in REPORTS[key](firm):
        with one_moment():
            result = make(catalogue.reports[key], actor, given).result
            explaining = Explaining(actor)
            figures = [c for c in result.columns if c.kind in FIGURES and c.is_sum]
            for row in [*result.rows, None]:
                values = (result.totals or {}) if row is None else row.values
                for column in figures:
                    value = values.get(column.name)
                    if not isinstance(value, Decimal) or not value:
                        continue
                    found = explaining.explain(result, row, column.name, limit=3)
                    place = (given, "total" if row is None else result.rows.index(row) + 1, column.name)
                    assert found.agrees, (*place, value, found.formula.total, found.entries.total, found.known)
                    assert found.documents.count or found.known == value, place
                    for level in (found.formula, found.entries, found.documents):
                        more, together = level.rest
                        assert len(level.rows) <= 3
                        assert sum((r.amount for r in level.rows), together) == level.total
                        assert more >= 0
                    tried += 1
    assert tried >= 2 or not figures, "the seeded company shows too little"
