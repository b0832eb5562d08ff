"""The accountant's month: wages, rent, power and interest as vouchers; the month before is closed when its papers are
in; and a count of a few places."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from jingwei.books.models import Period
from jingwei.server.simulating.firm import BANK, Firm, book, voucher
from jingwei.server.simulating.masters import STOCK
from jingwei.server.simulating.state import State

WORKSHOP_WAGES, SALES_WAGES, OFFICE_WAGES = "46000.00", "17000.00", "78000.00"
WAGES = str(sum((Decimal(w) for w in (WORKSHOP_WAGES, SALES_WAGES, OFFICE_WAGES)), Decimal(0)))
#: Where the workshop's cost waits for the orders, and where what they do not bear goes.
OVERHEAD, COST_OF_SALES = "4101", "540101"
#: Items found to differ at a count are at most this many.
COUNTED = 12


def business_day(day: date, number: int) -> bool:
    """Whether a day is the nth working day (Monday to Friday) of its month, from 1; −1 is the last."""
    days = [day.replace(day=1) + timedelta(n) for n in range(31)]
    own = [d for d in days if d.month == day.month and d.weekday() < 5]
    return own[number - 1 if number > 0 else number] == day


def keep_books(firm: Firm, state: State, day: date) -> None:
    """Vouchers that belong to the day."""
    vouchers = []
    if business_day(day, 1):
        rent = ("560212", "12000.00", None), ("410106", "18000.00", None), (BANK, None, "30000.00")
        vouchers.append(voucher(day, "支付房租 / Rent paid", *rent))
    if business_day(day, 15):
        luck = firm.chance.about("power", day.year, day.month)
        shop, office = 7000 + luck.randint(0, 2500), 1200 + luck.randint(0, 400)
        power = ("410104", f"{shop}.00", None), ("560209", f"{office}.00", None), (BANK, None, f"{shop + office}.00")
        vouchers.append(voucher(day, "支付水电费 / Power and water", *power))
    if business_day(day, 8) and firm.company_age(day) > 20:
        paid = ("221101", WAGES, None), (BANK, None, WAGES)
        vouchers.append(voucher(day, "发放工资 / Wages paid", *paid))
    if business_day(day, -1):
        wages = (
            ("410101", WORKSHOP_WAGES, None),
            ("560101", SALES_WAGES, None),
            ("560201", OFFICE_WAGES, None),
            ("221101", None, WAGES),
        )
        vouchers.append(voucher(day, "计提工资 / Wages of the month", *wages))
        interest = f"{300 + firm.chance.about('interest', day.year, day.month).randint(0, 400)}.00"
        vouchers.append(
            voucher(day, "利息收入 / Interest received", (BANK, interest, None), ("560302", None, interest))
        )
    if vouchers:
        book(firm, vouchers)
    if business_day(day, -1):
        _settle_overhead(firm, state, day)


def _settle_overhead(firm: Firm, state: State, day: date) -> None:
    """What the workshop cost in the month beyond what the orders bore at their rates, or less, goes to the cost of
    sales: at the end of a month nothing waits to be allocated."""
    left = state.balances(OVERHEAD)
    lines = [(code, None, f"{held}") if held > 0 else (code, f"{-held}", None) for code, held in left]
    whole = sum((held for _code, held in left), Decimal(0))
    if whole:
        lines.append((COST_OF_SALES, f"{whole}", None) if whole > 0 else (COST_OF_SALES, None, f"{-whole}"))
    if lines:
        book(firm, [voucher(day, "结转制造费用差异 / Overhead over or under what orders bore", *lines)])


def close(firm: Firm, day: date) -> None:
    """On the twelfth working day the month before is closed; nothing is posted into it any more."""
    if not business_day(day, 12):
        return
    before = day.replace(day=1) - timedelta(1)
    own = {"group_id": firm.company.group_id, "company_id": firm.company.pk}
    ids = list(
        Period.objects.filter(**own, starts_on__lte=before, state="open")
        .order_by("starts_on")
        .values_list("id", flat=True)
    )
    for id in ids:
        firm.do("controller", "books.period", [id], "close")


def count(firm: Firm, state: State, day: date) -> None:
    """On the last Friday a few items are counted; one in four is not what the books say."""
    if day.weekday() != 4 or (day + timedelta(7)).month == day.month:
        return
    luck = firm.chance.about("count", day)
    shelf = [row for row in state.shelf() if row.free >= 20]
    lines = []
    for row in luck.sample(shelf, min(COUNTED, len(shelf))):
        found = row.on_hand + (luck.choice((-2, -1, 1)) if luck.random() < 0.25 else 0)
        lines.append({"item": row.item, "location": STOCK, "quantity_counted": f"{found:f}"})
    body = {"counted_at": firm.at(day, 18), "reason": "月末抽盘 / Spot count", "lines": lines}
    firm.make("keeper", "warehouse.count", [body] if lines else [], "post")
