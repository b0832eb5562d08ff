"""The reports over all departments, in menu order."""

from __future__ import annotations

from jingwei.insight.key_figures import KEY_FIGURES
from jingwei.insight.order_tracking import ORDER_TRACKING

REPORTS = (ORDER_TRACKING, KEY_FIGURES)
