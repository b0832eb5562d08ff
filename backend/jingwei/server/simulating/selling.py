"""The sales clerk's and the keeper's day: orders with the season, deliveries of what is there, invoices, money early
and late, and a bicycle that comes back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any

from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform_each
from jingwei.server.simulating.buying import TAX, payments
from jingwei.server.simulating.firm import Firm
from jingwei.server.simulating.goods import SEASON, SOLD
from jingwei.server.simulating.masters import FREIGHT, STOCK, Body
from jingwei.server.simulating.state import Due, OpenSale, State

CUSTOMERS = 40
#: Customers a day in an average season, as a range.
ORDERS = (3, 6)
#: Weekdays on which the bank's statement is entered.
BANK_DAYS = (0, 2, 4)
#: Those who always pay late.
SLOW = frozenset({"C-0005", "C-0017", "C-0033"})


def order(firm: Firm, day: date) -> None:
    """Orders of the day. Those beyond a customer's credit limit stay drafts, for somebody to decide."""
    luck = firm.chance.about("orders", day)
    season = Decimal(SEASON[day.month - 1])
    customers = luck.sample(range(1, CUSTOMERS + 1), luck.randint(*ORDERS))
    lines: dict[int, list[Body]] = {customer: [] for customer in customers}
    for sold in SOLD:
        for customer in luck.sample(customers, luck.choice((0, 1, 1, 1, 2))):
            quantity = max(1, round(sold.daily * season * Decimal(luck.randint(40, 160)) / 100))
            line = {"item": sold.code, "quantity": str(quantity), "price": f"{sold.price:f}", "tax_rate": TAX}
            lines[customer].append({**line, "discount_rate": "5"} if customer % 8 == 4 else line)
    bodies = []
    for customer, own in lines.items():
        if own and luck.random() < 0.15:
            own.append({"item": FREIGHT, "quantity": "1", "price": "120", "tax_rate": "9"})
        if own:
            bodies.append(_order(customer, own, day, luck.randint(2, 14)))
    made = firm.make("clerk", "sales.order", bodies)
    ids = [o.pk for o in made]
    if ids:
        run(firm.actor("clerk"), partial(perform_each, key="sales.order", ids=ids, action="confirm"))


def _order(customer: int, lines: list[Body], day: date, days: int) -> Body:
    return {
        "customer": f"C-{customer:04}",
        "ordered_on": day.isoformat(),
        "requested_on": (day + timedelta(days)).isoformat(),
        "location": STOCK,
        "lines": lines,
    }


def ship(firm: Firm, state: State, day: date) -> None:
    """Send what is wanted by tomorrow as far as it is there; the rest follows."""
    free = state.free()
    bodies: list[Body] = []
    for id, own in _by_order(x for x in state.sales() if x.wanted_on <= day + timedelta(1)):
        rows = [{"order": id, "order_line": x.line, "quantity": f"{q:f}"} for x in own if (q := _there(x, free)) > 0]
        if rows:
            body = {"customer": own[0].customer, "moved_at": firm.at(day, 15), "lines": rows, "sources": [id]}
            bodies.append({**body, "waybill": f"WB-{day:%m%d}-{len(bodies) + 1:02}"})
    firm.make("keeper", "sales.delivery", bodies, "post")


def _by_order(lines: Iterable[OpenSale]) -> Iterable[tuple[int, list[OpenSale]]]:
    for id, own in groupby(lines, key=lambda x: x.order):
        yield id, list(own)


def _there(line: OpenSale, free: dict[int, Decimal]) -> Decimal:
    """What can go out of a line: what is kept for it first, then what is kept for nobody."""
    if not line.is_stocked:
        return line.quantity
    kept = min(line.reserved, line.quantity)
    more = max(min(free[line.item], line.quantity - kept), Decimal(0))
    free[line.item] -= more
    return kept + more


def bill(firm: Firm, state: State, day: date) -> None:
    """Invoice what went out before today, an invoice for each delivery."""
    bodies = []
    for id, lines in groupby(state.unbilled(), key=lambda x: x.delivery):
        own = list(lines)
        rows = [{"delivery": id, "delivery_line": x.line, "quantity": f"{x.quantity:f}"} for x in own]
        bodies.append(
            {"customer": own[0].customer, "invoiced_on": day.isoformat(), "lines": rows, "sources": [id]},
        )
    firm.make("accountant", "sales.billing", bodies, "post")


def collect(firm: Firm, state: State, day: date) -> None:
    """Money of those who paid since the last statement."""
    if day.weekday() not in BANK_DAYS:
        return
    due = [d for d in state.due("customer") if day >= _pays_on(firm, d)]
    firm.make("cashier", "finance.payment", payments(due, "in", day), "post")


def _pays_on(firm: Firm, due: Due) -> date:
    """Most pay within days of the due date, some weeks after it, a few a month and more."""
    luck = firm.chance.about("money", due.number)
    manner = luck.random() + (0.35 if due.party in SLOW else 0)
    days = luck.randint(-2, 3) if manner < 0.65 else luck.randint(4, 15) if manner < 0.92 else luck.randint(20, 50)
    return due.due_on + timedelta(days)


def take_back(firm: Firm, state: State, day: date) -> None:
    """One delivery in forty: a piece comes back within days and is credited at once."""
    back = []
    for gone in state.delivered(day - timedelta(8), day - timedelta(3)):
        luck = firm.chance.about("return", gone.number)
        if luck.random() < 0.025 and (day - gone.moved_on).days == luck.randint(3, 8) and gone.invoiced > 0:
            back.append(gone)
    returns = [
        {
            "customer": gone.customer,
            "moved_at": firm.at(day, 10),
            "is_final": True,
            "reason": "客户退货 / Returned by the customer",
            "lines": [{"delivery": gone.delivery, "delivery_line": gone.line, "quantity": "1"}],
            "sources": [gone.delivery],
        }
        for gone in back
    ]
    made: list[Any] = firm.make("keeper", "sales.return", returns, "post")
    credits = [
        {
            "customer": gone.customer,
            "kind": "credit",
            "invoiced_on": day.isoformat(),
            "lines": [{"delivery": gone.delivery, "delivery_line": gone.line, "quantity": "1"}],
            "sources": [record.pk],
        }
        for gone, record in zip(back, made, strict=True)
    ]
    firm.make("accountant", "sales.billing", credits, "post")
