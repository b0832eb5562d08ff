"""The reports of the stock, in menu order. All are of one company: the one the reader works in."""

from __future__ import annotations

from jingwei.stock.reports.item_ledger import ITEM_LEDGER
from jingwei.stock.reports.on_hand import ON_HAND
from jingwei.stock.reports.summary import SUMMARY

REPORTS = (ON_HAND, ITEM_LEDGER, SUMMARY)

__all__ = ["REPORTS"]
