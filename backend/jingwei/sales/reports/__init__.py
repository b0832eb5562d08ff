"""The reports of sales, in menu order. All are of one company: the one the reader works in."""

from __future__ import annotations

from jingwei.sales.reports.analysis import ANALYSIS
from jingwei.sales.reports.order_tracking import ORDER_TRACKING

REPORTS = (ORDER_TRACKING, ANALYSIS)

__all__ = ["REPORTS"]
