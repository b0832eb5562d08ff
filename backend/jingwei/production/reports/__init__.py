"""The reports of production, in menu order. All are of one company: the one the reader works in."""

from __future__ import annotations

from jingwei.production.reports.cost_rollup import COST_ROLLUP
from jingwei.production.reports.load import LOAD
from jingwei.production.reports.progress import PROGRESS
from jingwei.production.reports.shortages import SHORTAGES
from jingwei.production.reports.variances import VARIANCES

REPORTS = (PROGRESS, SHORTAGES, LOAD, VARIANCES, COST_ROLLUP)

__all__ = ["REPORTS"]
