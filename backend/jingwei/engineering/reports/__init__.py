"""The reports of engineering."""

from jingwei.engineering.reports.bill_tree import BILL_TREE
from jingwei.engineering.reports.where_used import WHERE_USED

REPORTS = (BILL_TREE, WHERE_USED)
