"""The planner's and the shop floor's day: orders for what runs low, through all levels of the bills; materials issued
when all are there, work reported, goods completed at once or in parts, a machine that stops, a piece that is spoilt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

from jingwei.server.simulating import goods
from jingwei.server.simulating.firm import Firm
from jingwei.server.simulating.goods import MADE, Made
from jingwei.server.simulating.masters import STOCK, Body
from jingwei.server.simulating.state import Component, OpenProduction, State

#: Weekdays on which the planner orders; Monday is 0.
PLAN_DAYS = (0, 2, 4)
#: Working days of use that are to be there, beyond the time of making.
SAFETY_DAYS = 4
ONE = Decimal(1)
BY_CODE = {made.code: made for made in MADE}
SPOILT = "加工报废 / Spoilt in work"


def plan(firm: Firm, state: State, day: date) -> None:
    """Orders in whole lots for what would fall below its use until it is made; what they take is needed in turn."""
    if day.weekday() not in PLAN_DAYS:
        return
    projected, use = state.projected(), goods.daily_use()
    bodies = []
    for made in reversed(MADE):
        point = use[made.code] * (made.days + SAFETY_DAYS)
        while projected[made.code] < point:
            bodies.append(_order(made, day))
            projected[made.code] += made.lot
            for component, quantity in made.bill.items():
                projected[component] -= Decimal(quantity) * made.lot
    firm.make("planner", "production.order", bodies, "release")


def _order(made: Made, day: date) -> Body:
    due = working_days_after(day, made.days)
    dates = {"start_on": day.isoformat(), "due_on": due.isoformat()}
    return {"item": made.code, "quantity": str(made.lot), **dates, "location": STOCK, "components_location": STOCK}


def working_days_after(day: date, number: int) -> date:
    """The working day that lies so many after a day."""
    while number > 0:
        day += timedelta(1)
        number -= day.weekday() < 5
    return day


def work(firm: Firm, state: State, day: date) -> None:
    """What is done on the floor today, order by order as they are due."""
    open_orders = state.productions()
    needs: dict[int, list[Component]] = defaultdict(list)
    for part in state.components():
        needs[part.order].append(part)
    free = state.free()
    issues, finished = [], []
    for order in open_orders:
        parts = needs[order.id]
        to_issue = [p for p in parts if not p.is_backflushed and p.missing > 0]
        if to_issue and not all(free[p.item] >= p.missing for p in parts):
            continue  # waits for material
        for part in to_issue:
            free[part.item] -= part.missing
        if to_issue:
            issues.append(_issue(firm, order, to_issue, day))
        part_done = _done_by(firm, order, day) - order.completed - order.scrapped
        taken = [p for p in parts if p.is_backflushed]
        if part_done > 0 and all(free[p.item] >= p.missing for p in taken):
            for p in taken:
                free[p.item] -= p.missing
            finished.append((order, part_done))
    firm.make("keeper", "production.issue", issues, "post")
    _report(firm, state, finished, day)


def _issue(firm: Firm, order: OpenProduction, parts: Sequence[Component], day: date) -> Body:
    rows = [{"order_line": p.line, "quantity": f"{p.missing:f}", "location": STOCK} for p in parts]
    return {"order": order.id, "moved_at": firm.at(day, 10), "lines": rows, "sources": [order.id]}


def _luck(firm: Firm, order: OpenProduction) -> Random:
    return firm.chance.about("making", order.number)


def _done_by(firm: Firm, order: OpenProduction, day: date) -> Decimal:
    """Pieces that are through by a day: all when the order is due as a rule; days later where a machine stopped; some
    orders in two parts."""
    luck = _luck(firm, order)
    late = luck.randint(1, 4) if luck.random() < 0.08 else 0
    ready = working_days_after(order.due_on, late)
    if day >= ready:
        if luck.random() < 0.15 and day < working_days_after(ready, 2):
            return (order.quantity * Decimal("0.6")).quantize(ONE, ROUND_DOWN)
        return order.quantity
    return Decimal(0)


def _spoilt(firm: Firm, order: OpenProduction, quantity: Decimal) -> Decimal:
    """One order in fifteen loses a piece, with the first part of it."""
    luck = firm.chance.about("spoilt", order.number)
    return ONE if luck.random() < 0.07 and order.completed == 0 and quantity > 1 else Decimal(0)


def _report(firm: Firm, state: State, finished: Sequence[tuple[OpenProduction, Decimal]], day: date) -> None:
    """Hours of every operation, the pieces into the stock, and the order closed when it is through."""
    reports: list[Body] = []
    completions: list[Body] = []
    through: dict[str, list[int]] = defaultdict(list)
    for order, quantity in finished:
        spoilt = _spoilt(firm, order, quantity)
        reports += _hours(firm, order, quantity, spoilt, day)
        body: dict[str, Any] = {"order": order.id, "moved_at": firm.at(day, 14), "quantity": f"{quantity - spoilt:f}"}
        if spoilt:
            body |= {"quantity_scrapped": f"{spoilt:f}", "reason": SPOILT}
        completions.append({**body, "location": STOCK, "sources": [order.id]})
        if order.completed + order.scrapped + quantity >= order.quantity:
            through[SPOILT if spoilt or order.scrapped else ""].append(order.id)
    firm.make("lead", "production.operation-report", reports, "post")
    firm.make("lead", "production.completion", completions, "post")
    for reason, ids in through.items():
        firm.do("planner", "production.order", ids, "close", posted_on=day, reason=reason)


def _hours(firm: Firm, order: OpenProduction, quantity: Decimal, spoilt: Decimal, day: date) -> list[Body]:
    luck = firm.chance.about("hours", order.number, quantity)
    bodies = []
    for number, (_centre, setup, run) in enumerate(BY_CODE[order.item].operations, start=1):
        planned = Decimal(run) * quantity + (Decimal(setup) if order.completed == 0 else 0)
        hours = (planned * luck.randint(90, 125) / 100).quantize(Decimal("0.01"))
        last = number == len(BY_CODE[order.item].operations)
        bad = spoilt if last else Decimal(0)
        body = {"order": order.id, "operation": 10 * number, "reported_at": firm.at(day, 13), "hours": f"{hours:f}"}
        pieces = {"quantity_good": f"{quantity - bad:f}", **({"quantity_scrapped": f"{bad:f}"} if bad else {})}
        bodies.append({**body, **pieces, "sources": [order.id]})
    return bodies
