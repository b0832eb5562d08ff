"""How a company values its items: chosen before the first goods come, changed only between two months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from jingwei.books.models import Area, PeriodLock
from jingwei.masterdata.models import Tracking, ValuationMethod
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft
from jingwei.platform.errors import Problem, Text, refuse
from jingwei.stock import streams
from jingwei.stock.methods import holding_of, packed, turned
from jingwei.stock.models import ItemValuation, ItemValue


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """A record is called by its item's code."""
    for draft in drafts:
        draft.record.number = draft.record.item.code


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """The item is in stock, stays the same, and has lots where its cost is identified by them."""
    problems = []
    message: Text
    for draft in drafts:
        record: ItemValuation = draft.record
        if not record.item.is_stocked:
            message = _("%(item)s is not kept in stock.") % {"item": record.item}
            problems.append(Problem("item.not_stocked", message, field="item", row=draft.row))
        if draft.before is not None and draft.before.item_id != record.item_id:
            message = _("The item of a record stays the same.")
            problems.append(Problem("valuation.item_fixed", message, field="item", row=draft.row, status=409))
        if record.method == ValuationMethod.SPECIFIC and record.item.tracking == Tracking.NONE:
            message = _("%(item)s is not tracked by lot or serial number.") % {"item": record.item}
            problems.append(Problem("valuation.untracked", message, field="method", row=draft.row))
    return problems


def saved(command: Command, drafts: Sequence[Draft]) -> None:
    """Value the items so from their next move on. Raises `valuation.fixed`, `valuation.lots`."""
    by_company: dict[int, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_company[draft.record.company_id].append(draft)
    for company_id, members in sorted(by_company.items()):
        held = streams.lock(command, company_id, ((d.record.item_id, None) for d in members))
        changed = [(d, held.rows[d.record.item_id, 0]) for d in members]
        changed = [(d, row) for d, row in changed if row.method != d.record.method]
        refuse(_fixed(command, changed))
        for draft, row in changed:
            row.layers = packed(turned(holding_of(row), draft.record.method).layers)
            row.method = draft.record.method
        sets.update([row for _d, row in changed], ["method", "layers"])


def _fixed(command: Command, changed: Sequence[tuple[Draft, ItemValue]]) -> list[Problem]:
    """An item whose last move is in an open month keeps its method: the month is reckoned by one. Lots cannot be told
    apart of goods that are there already."""
    moved = {row.last_period_id for _d, row in changed if row.last_period_id}
    moved |= _lot_periods(command, changed)
    locks = PeriodLock.objects.filter(
        group_id=command.actor.group_id, period_id__in=moved, area=Area.STOCK_VALUE, is_closed=False
    )
    still_open = dict(locks.values_list("period_id", "period__code"))
    problems = []
    for draft, row in changed:
        words = {"item": draft.record.item, "period": still_open.get(row.last_period_id)}
        if row.last_period_id in still_open:
            problems.append(
                Problem(
                    "valuation.fixed",
                    _("%(item)s has moved in %(period)s, which is open: its valuation method stays.") % words,
                    _("Close the stock value of that month first, and change it before the first move of the next."),
                    field="method",
                    row=draft.row,
                    status=409,
                )
            )
        elif row.quantity and ValuationMethod.SPECIFIC in (row.method, draft.record.method):
            problems.append(
                Problem(
                    "valuation.lots",
                    _("%(item)s is in stock: what each lot cost is not known.") % words,
                    _("Change the method when nothing is there."),
                    field="method",
                    row=draft.row,
                    status=409,
                )
            )
    return problems


def _lot_periods(command: Command, changed: Sequence[tuple[Draft, ItemValue]]) -> set[int]:
    """The last periods of items valued by lot, noted on the item's row, too."""
    by_lot = {row.item_id: row for _d, row in changed if row.method == ValuationMethod.SPECIFIC}
    if not by_lot:
        return set()
    company_id = next(iter(by_lot.values())).company_id
    rows = ItemValue.objects.filter(
        group_id=command.actor.group_id, company_id=company_id, item_id__in=by_lot, last_at__isnull=False
    ).order_by("last_at")
    for item_id, period in rows.values_list("item_id", "last_period_id"):
        by_lot[item_id].last_period_id = period
    return {row.last_period_id for row in by_lot.values()}
