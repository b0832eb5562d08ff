"""成本卷积: what a quantity of an item should cost, reckoned from the bottom of its bill upwards.

What has no bill counts at what a unit of it may be expected to cost; what has one at its components and the hours of
its routing, whatever lies in stock. Every level adds up to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.engineering import exploding, routings
from jingwei.engineering.exploding import Node
from jingwei.engineering.models import Operation
from jingwei.engineering.reports.bill_tree import MOST, BillTreeParams, defaults
from jingwei.masterdata.models import Item
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.read import title, titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.money import round_half_up
from jingwei.platform.reports.declare import Column, Drill, Note, Report, Result, Row
from jingwei.stock import expecting

ZERO = Decimal(0)


@dataclass(slots=True)
class _Cost:
    """What a quantity of an item costs: components or the purchase, wages and overhead of its own operations."""

    item: Item
    level: int
    quantity: Decimal
    is_made: bool
    material: Decimal = ZERO
    labour: Decimal = ZERO
    overhead: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.material + self.labour + self.overhead


def run(actor: Actor, params: BillTreeParams) -> Result:
    """The item and one row per component, each followed by what it is made of in turn."""
    company_id = actor.company_id or 0
    command = Command(actor, datetime.combine(params.on, time.max, UTC))  # prices in force on that day
    currency = command.company(company_id).currency
    want = (params.item, Decimal(params.quantity), params.on)
    nodes = list(islice(exploding.tree(actor.group_id, company_id, want), MOST + 1))
    made = command.load(Item, [params.item])[params.item]
    costs = _roll(command, company_id, params.on, made, want[1], nodes[:MOST], currency.decimals)
    bought = {c.item.pk: c for c in costs if not c.is_made}
    unknown = sorted(c.item.code for c in bought.values() if not c.material)
    notes = []
    if len(nodes) > MOST:
        message = _("There are more than %(count)s rows; the rest is left out and not in the sums.")
        notes.append(Note(message % {"count": MOST}, "error"))
    if unknown:
        message = _("Nothing is known of what these cost: %(items)s.")
        notes.append(Note(message % {"items": ", ".join(unknown[:20])}, "warning"))
    names = titles(actor.group_id, {c.item.pk for c in costs})
    return Result(
        columns=(
            Column("item", _("Item"), "reference"),
            Column("level", _("Level"), "integer"),
            Column("quantity", _("Needed"), "quantity", is_sum=False),
            Column("unit", _("Unit"), "code"),
            Column("components", _("Components"), "amount", scale=currency.decimals, is_sum=False),
            Column("labour", _("Labour"), "amount", scale=currency.decimals, is_sum=False),
            Column("overhead", _("Overhead"), "amount", scale=currency.decimals, is_sum=False),
            Column("total", _("Cost"), "amount", scale=currency.decimals, is_sum=False),
            Column("unit_cost", _("Unit cost"), "amount", scale=currency.decimals + 2, is_sum=False),
        ),
        rows=[_row(cost, names, currency.decimals + 2) for cost in costs],
        notes=notes,
        currency=currency.code,
    )


def _roll(
    command: Command, company_id: int, on: date, made: Item, quantity: Decimal, nodes: Sequence[Node], decimals: int
) -> list[_Cost]:
    costs = [_Cost(made, 0, quantity, bool(nodes))]
    costs += [_Cost(n.need.component, n.level, n.need.quantity, n.is_made) for n in nodes]
    works = {c.item.pk: c.item for c in costs if c.is_made}
    steps = dict(zip(works, routings.operations(command, company_id, [(i, on) for i in works]), strict=True))
    prices = expecting.unit_costs(command, company_id, {c.item.pk for c in costs if not c.is_made})
    above: list[_Cost] = []
    for cost in costs:
        del above[cost.level :]
        if cost.is_made:
            _work(cost, steps[cost.item.pk], decimals)
        else:
            cost.material = round_half_up(cost.quantity * prices[cost.item.pk], decimals)
        for parent in above:
            parent.material += cost.labour + cost.overhead + (ZERO if cost.is_made else cost.material)
        above.append(cost)
    return costs


def _work(cost: _Cost, steps: Sequence[Operation], decimals: int) -> None:
    labour = overhead = ZERO
    for step in steps:
        if step.work_centre is not None:
            hours = step.hours_setup + step.hours_run * cost.quantity
            labour += hours * step.work_centre.rate_labour
            overhead += hours * step.work_centre.rate_overhead
    cost.labour, cost.overhead = round_half_up(labour, decimals), round_half_up(overhead, decimals)


def _row(cost: _Cost, names: Mapping[int, Any], decimals: int) -> Row:
    return Row(
        values={
            "item": names[cost.item.pk],
            "level": cost.level,
            "quantity": cost.quantity,
            "unit": title(cost.item.unit.name_zh, cost.item.unit.name_en),
            "components": cost.material,
            "labour": cost.labour,
            "overhead": cost.overhead,
            "total": cost.total,
            "unit_cost": round_half_up(cost.total / cost.quantity, decimals),
        },
        level=cost.level,
        bold=cost.is_made,
        drill=Drill(document=("masterdata.item", cost.item.pk)),
    )


COST_ROLLUP = Report(
    key="production.cost-rollup",
    label=_("Cost roll-up"),
    help=_("What a quantity of an item should cost: purchased components and hours of work, from the bottom upwards."),
    params=BillTreeParams,
    run=run,
    defaults=defaults,
)
