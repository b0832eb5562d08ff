"""The buyer's, the keeper's and the cashier's week: orders by stock, late and partial deliveries, rejects, invoices
that differ, payments twice a week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from itertools import groupby
from typing import Any

from jingwei.server.simulating import goods
from jingwei.server.simulating.firm import BANK, Firm
from jingwei.server.simulating.goods import BOUGHT, Bought
from jingwei.server.simulating.masters import STOCK, Body
from jingwei.server.simulating.state import OpenPurchase, State, Uninvoiced

TAX = "13"
#: Weekdays on which orders are placed, invoices entered and suppliers paid; Monday is 0.
ORDER_DAYS, INVOICE_DAYS, PAY_DAYS = (0, 3), (1, 4), (1, 4)
#: Days of use that are to be there beyond the supplier's time, and days that an order covers.
SAFETY_DAYS, COVER_DAYS = 6, 15
#: Suppliers who are often late.
LATE = frozenset({"S-0007", "S-0013"})
ONE = Decimal(1)


def order(firm: Firm, state: State, day: date) -> None:
    """Order what will fall short by the time it comes, at the supplier's price of the month, in whole packs."""
    if day.weekday() not in ORDER_DAYS:
        return
    projected, use = state.projected(), goods.daily_use()
    lines: dict[int, list[Body]] = defaultdict(list)
    for item in BOUGHT:
        point = use[item.code] * (item.days * 5 // 7 + SAFETY_DAYS)
        if projected[item.code] < point:
            missing = point - projected[item.code] + use[item.code] * COVER_DAYS
            packs = (missing / item.pack).to_integral_value(ROUND_UP)
            lines[item.supplier].append(_line(firm, item, packs, day))
    bodies = [
        {
            "supplier": f"S-{supplier:04}",
            "ordered_on": day.isoformat(),
            "requested_on": (day + timedelta(max(i.days for i in BOUGHT if i.supplier == supplier))).isoformat(),
            "location": STOCK,
            "lines": own,
        }
        for supplier, own in sorted(lines.items())
    ]
    firm.make("buyer", "purchasing.order", bodies, "confirm")


def _line(firm: Firm, item: Bought, packs: Decimal, day: date) -> Body:
    drift = Decimal(firm.chance.about("price", item.code, day.year, day.month).randint(-2, 3)) / 100
    price = round(item.cost * item.pack * (1 + drift), 2)
    line = {"item": item.code, "quantity": f"{packs:f}", "price": f"{price:f}", "tax_rate": TAX}
    return {**line, "unit": "BOX"} if item.pack > 1 else line


def receive(firm: Firm, state: State, day: date) -> None:
    """What comes today; some of yesterday's was not as ordered and goes back, to be delivered again."""
    bodies = []
    for id, lines in _by_order(state.purchases()):
        share = _share(firm, lines[0], day)
        coming = [(x, _part(x.quantity, share) - x.received) for x in lines]
        rows = [{"order": id, "order_line": x.line, "quantity": f"{q:f}"} for x, q in coming if q > 0]
        if rows:
            body = {"supplier": lines[0].supplier, "moved_at": firm.at(day, 9), "sources": [id]}
            note = f"DN-{lines[0].number[-6:]}-{day:%m%d}"
            bodies.append({**body, "delivery_note": note, "lines": rows})
    came = firm.make("keeper", "purchasing.receipt", bodies, "post")
    rejected = []
    for receipt in came:
        luck = firm.chance.about("reject", receipt.number)
        if luck.random() < 0.04:
            rejected.append(_reject(firm, receipt, luck.choice(receipt.lines), day))
    firm.make("keeper", "purchasing.return", rejected, "post")


def _by_order(lines: Iterable[OpenPurchase]) -> Iterable[tuple[int, list[OpenPurchase]]]:
    for id, own in groupby(lines, key=lambda x: x.order):
        yield id, list(own)


def _share(firm: Firm, line: OpenPurchase, day: date) -> Decimal:
    """How much of an order has come by a day: all at once as a rule, in two parts sometimes, days late now and then."""
    luck = firm.chance.about("delivery", line.number)
    promised = max(item.days for item in BOUGHT if f"S-{item.supplier:04}" == line.supplier)
    late = luck.random() + (0.3 if line.supplier in LATE else 0)
    days = promised + (0 if late < 0.6 else luck.randint(1, 4) if late < 0.9 else luck.randint(5, 12))
    first = line.ordered_on + timedelta(days)
    if day < first:
        return Decimal(0)
    if luck.random() < 0.15 and day < first + timedelta(5):
        return Decimal("0.6")
    return ONE


def _part(quantity: Decimal, share: Decimal) -> Decimal:
    return (quantity * share).quantize(ONE, ROUND_DOWN)


def _reject(firm: Firm, receipt: Any, line: Any, day: date) -> Body:
    row = {"receipt": receipt.pk, "receipt_line": line.line, "quantity": "1"}
    paper = {"supplier": receipt.supplier_id, "moved_at": firm.at(day, 9), "sources": [receipt.pk]}
    return {**paper, "reason": "来料不良 / Not as ordered", "lines": [row]}


def invoices(firm: Firm, state: State, day: date) -> None:
    """Invoices come some days after the goods; one in twenty is dearer than agreed, and is released the next time."""
    if day.weekday() not in INVOICE_DAYS:
        return
    blocked = [due.document for due in state.due("supplier") if due.is_blocked]
    for id in blocked:
        firm.do("controller", "purchasing.invoice", [id], "release", reason="涨价已确认 / Price rise agreed")
    bodies = []
    for id, lines in _by_receipt(state.uninvoiced()):
        luck = firm.chance.about("invoice", lines[0].number)
        if day >= lines[0].moved_at.date() + timedelta(luck.randint(1, 6)):
            bodies.append(_invoice(firm, lines, id, day, dearer=luck.random() < 0.05))
    firm.make("accountant", "purchasing.invoice", bodies, "post")


def _by_receipt(lines: Iterable[Uninvoiced]) -> Iterable[tuple[int, list[Uninvoiced]]]:
    for id, own in groupby(lines, key=lambda x: x.receipt):
        yield id, list(own)


def _invoice(firm: Firm, lines: list[Uninvoiced], receipt: int, day: date, *, dearer: bool) -> Body:
    price = {x.line: round(x.price * Decimal("1.04"), 2) if dearer else x.price for x in lines}
    rows = [
        {
            "receipt": receipt,
            "receipt_line": x.line,
            "quantity": f"{x.quantity:f}",
            "price": f"{price[x.line]:f}",
            "tax_rate": TAX,
        }
        for x in lines
    ]
    paper = {"supplier": lines[0].supplier, "number_given": f"{firm.company.code}-{lines[0].number[3:]}"}
    dates = {"invoiced_on": day.isoformat(), "posted_on": day.isoformat()}
    return {**paper, **dates, "lines": rows, "sources": [receipt]}


def pay(firm: Firm, state: State, day: date) -> None:
    """Twice a week everything that is due and may be paid, a payment for each supplier."""
    if day.weekday() not in PAY_DAYS:
        return
    due = [d for d in state.due("supplier") if d.due_on <= day and not d.is_blocked]
    firm.make("cashier", "finance.payment", payments(due, "out", day), "post")


def payments(due: Iterable[Any], direction: str, day: date) -> list[Body]:
    """A payment per party over the invoices that are due."""
    by_party: dict[str, list[Any]] = defaultdict(list)
    for one in due:
        by_party[one.party].append(one)
    return [
        {
            "direction": direction,
            "party": party,
            "posted_on": day.isoformat(),
            "account": BANK,
            "amount": f"{sum((d.open for d in own), Decimal(0)):f}",
            "lines": [{"invoice": d.number, "amount": f"{d.open:f}"} for d in own],
        }
        for party, own in sorted(by_party.items())
    ]
