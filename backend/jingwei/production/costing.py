"""What production orders cost: planned when they are released, live from value entries and reports, never stored twice.

Components go into an order at what they cost, hours at the rates of their work centre; completed goods leave it at the
planned cost. What is left is work in process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from jingwei.engineering import exploding, routings
from jingwei.engineering.models import Operation, WorkCentre
from jingwei.platform.documents.command import Command
from jingwei.platform.money import round_half_up
from jingwei.production.models import ProductionOrder
from jingwei.stock import expecting
from jingwei.stock.expecting import PRICE_DECIMALS

ZERO = Decimal(0)

# Of an order's value entries those of line 0 are what it made; shifts are its close.
_VALUES = """
SELECT v.subject_id,
       -coalesce(sum(v.amount) FILTER (WHERE m.document_line IS DISTINCT FROM 0 AND v.kind <> 'shift'), 0),
       coalesce(sum(v.amount) FILTER (WHERE m.document_line = 0), 0), -sum(v.amount)
FROM value_entry v LEFT JOIN move m ON m.group_id = v.group_id AND m.id = v.move_id
WHERE v.group_id = %(group)s AND v.subject_id = ANY(%(orders)s) GROUP BY 1
"""
_WORK = """
SELECT order_id, sum(labour), sum(overhead), sum(labour_out), sum(overhead_out), max(reported_at) FROM (
    SELECT order_id, amount_labour AS labour, amount_overhead AS overhead, 0 AS labour_out, 0 AS overhead_out,
           reported_at
    FROM operation_report WHERE group_id = %(group)s AND order_id = ANY(%(orders)s) AND state = 'posted'
    UNION ALL
    SELECT order_id, 0, 0, amount_labour, amount_overhead, NULL
    FROM production_completion WHERE group_id = %(group)s AND order_id = ANY(%(orders)s) AND state = 'posted'
) work GROUP BY 1
"""


@dataclass(slots=True)
class Work:
    """What is in an order and what came out, functional currency. `held` is what its value entries leave in work in
    process, `labour_out` and `overhead_out` what completions took of the work, `reported_at` when it was last worked
    on."""

    material: Decimal = ZERO
    completed: Decimal = ZERO
    held: Decimal = ZERO
    labour: Decimal = ZERO
    overhead: Decimal = ZERO
    labour_out: Decimal = ZERO
    overhead_out: Decimal = ZERO
    reported_at: datetime | None = None

    @property
    def in_process(self) -> Decimal:
        """What is in work, as long as the order is open."""
        return self.held + self.labour + self.overhead


def works(group_id: int, order_ids: Iterable[int]) -> dict[int, Work]:
    """What is in orders, by id; two statements."""
    ids = sorted(set(order_ids))
    found = {id: Work() for id in ids}
    if not ids:
        return found
    given: dict[str, Any] = {"group": group_id, "orders": ids}
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, given)
        for order, *figures in cursor.fetchall():
            found[order].material, found[order].completed, found[order].held = figures
        cursor.execute(_WORK, given)
        for order, *figures in cursor.fetchall():
            one = found[order]
            one.labour, one.overhead, one.labour_out, one.overhead_out, one.reported_at = figures
    return found


def plan(command: Command, company_id: int, orders: Sequence[ProductionOrder]) -> None:
    """The planned unit cost of orders: components at what they may be expected to cost, or, where they never came, at
    what they should cost by their bills; planned hours at the rates of their work centres; what is made at standard
    cost is planned at it."""
    standards = expecting.standards(command, company_id, (o.item_id for o in orders))
    costs = expecting.unit_costs(command, company_id, (c.item_id for o in orders for c in o.components))
    wants = [(c.item_id, c.quantity_required, o.start_on) for o in orders for c in o.components]
    rolled = _rolled_up(command, company_id, [w for w in wants if w[1] and not costs[w[0]]])
    centres = command.load(WorkCentre, (p.work_centre_id for o in orders for p in o.operations))
    for order in orders:
        material = sum(
            (c.quantity_required * (costs[c.item_id] or rolled[c.item_id, order.start_on]) for c in order.components),
            ZERO,
        )
        labour = overhead = ZERO
        for step in order.operations:
            if step.work_centre_id is not None:
                centre = centres[step.work_centre_id]
                labour += step.hours_planned * centre.rate_labour
                overhead += step.hours_planned * centre.rate_overhead
        per_unit = [round_half_up(x / order.quantity_stock, PRICE_DECIMALS) for x in (material, labour, overhead)]
        order.cost_planned = standards.get(order.item_id, sum(per_unit, ZERO))
        order.cost_labour, order.cost_overhead = per_unit[1], per_unit[2]


def _rolled_up(
    command: Command, company_id: int, wants: Sequence[exploding.Want]
) -> Mapping[tuple[int, date], Decimal]:
    """What a unit of items should cost that never came, by item and day: what they are made of, and the hours of their
    routings; 0 where they have no bill. At most a dozen statements, none where nothing is wanted."""
    if not wants:
        return defaultdict(lambda: ZERO)
    group_id = command.actor.group_id
    reached = exploding.below(group_id, company_id, (item for item, _quantity, _on in wants))
    bills = exploding.Bills(group_id, company_id, reached)
    days = [(item, on) for on in sorted({on for _item, _quantity, on in wants}) for item in sorted(reached)]
    steps = dict(zip(days, routings.operations(command, company_id, days), strict=True))
    rolling = _Rolling(bills, steps, expecting.unit_costs(command, company_id, reached))
    return {(item, on): rolling.unit(item, quantity, on) for item, quantity, on in wants}


@dataclass(slots=True)
class _Rolling:
    """Unit costs from the bottom of bills upwards. Hours to prepare the work are spread over what is needed at once."""

    bills: exploding.Bills
    steps: Mapping[tuple[int, date], Sequence[Operation]]
    known: Mapping[int, Decimal]
    found: dict[tuple[int, date], Decimal] = field(default_factory=dict)

    def unit(self, item: int, quantity: Decimal, on: date) -> Decimal:
        """What a unit costs, when `quantity` of it is made."""
        if self.known[item]:
            return self.known[item]
        if (item, on) not in self.found:
            needs = self.bills.needs(item, quantity, on)
            whole = sum((n.quantity * self.unit(n.component_id, n.quantity, on) for n in needs), ZERO)
            for step in self.steps[item, on] if needs else ():
                if (centre := step.work_centre) is not None:
                    hours = step.hours_setup + step.hours_run * quantity
                    whole += hours * (centre.rate_labour + centre.rate_overhead)
            self.found[item, on] = round_half_up(whole / quantity, PRICE_DECIMALS)
        return self.found[item, on]
