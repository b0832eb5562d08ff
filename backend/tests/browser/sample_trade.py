"""Ten months of plainly invented trade, so that the pictures show a company at work: bicycles sold, tubes bought, most
of it invoiced and paid, some of it late."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.browser.people import Person

YEAR = datetime.now(UTC).year
BICYCLES = {
    "FG-0201": ("折叠自行车", "Folding bicycle", "1180", "1880"),
    "FG-0202": ("山地自行车", "Mountain bicycle", "1560", "2590"),
    "FG-0203": ("儿童自行车", "Children's bicycle", "310", "528"),
}
LAST = (11, 12)
"""Month and day of the last order, which stays open."""


def write(owner: Person, steward: Person) -> None:
    """Nothing when it was done before."""
    if steward.call("GET", "masterdata/items?search=FG-0201")["rows"]:
        return
    for code, (zh, en, _cost, _price) in BICYCLES.items():
        body = {"code": code, "name_zh": zh, "name_en": en, "category": "FG", "unit": "PCS"}
        steward.call("POST", "masterdata/items", body)
    for month in range(2, 12):
        _made(owner, month)
        _sold(owner, month)
        _bought(owner, month)


def _on(month: int, day: int) -> str:
    return f"{YEAR}-{month:02}-{day:02}"


def _made(owner: Person, month: int) -> None:
    """Bicycles from the workshop."""
    lines = [
        {"item": code, "location": "A-01", "quantity": str(12 + month + 2 * n), "price": cost}
        for n, (code, (_zh, _en, cost, _price)) in enumerate(BICYCLES.items())
    ]
    body = {"moved_at": f"{_on(month, 1)}T01:00:00Z", "reason": "完工入库 / From the workshop", "lines": lines}
    owner.act("warehouse/other-ins", owner.call("POST", "warehouse/other-ins", body), "post")


def _sold(owner: Person, month: int) -> None:
    """An order of each customer: delivered and invoiced, the earlier ones paid; of the last month nothing goes out."""
    for n, customer in enumerate(("C-0001", "C-0002", "C-0003")):
        lines = [
            {"item": code, "quantity": str(2 + (month * 3 + n + at) % 5), "price": price, "tax_rate": "13"}
            for at, (code, (_zh, _en, _cost, price)) in enumerate(BICYCLES.items())
        ]
        body = {
            "customer": customer,
            "customer_reference": f"{customer[-1]}-{month:02}",
            "ordered_on": _on(month, 3 + 4 * n),
            "requested_on": _on(month, 12 + 4 * n),
            "currency": "CNY",
            "lines": lines,
        }
        order = owner.act("sales/orders", owner.call("POST", "sales/orders", body), "confirm")
        if (month, n) >= (11, 1):
            continue
        delivery = _made_of(
            owner, "sales/orders", "deliver", order, "sales/deliveries", moved_at=_at(month, 10 + 4 * n)
        )
        invoice = _made_of(
            owner, "sales/deliveries", "invoice", delivery, "sales/billings", invoiced_on=_on(month, 11 + 4 * n)
        )
        if month < 9 or (month == 9 and n == 0):
            paid = {"posted_on": _on(month + 1, 5 + n), "account": "1002"}
            _made_of(owner, "sales/billings", "collect", invoice, "finance/payments", **paid)


def _bought(owner: Person, month: int) -> None:
    """Tubes and tyres of the month: received, invoiced, the earlier ones paid; the last order is late."""
    lines = [
        {"item": "RM-0001", "quantity": str(60 + 5 * month), "price": "38.5", "tax_rate": "13"},
        {"item": "RM-0004", "quantity": str(100 + 10 * month), "price": "55", "tax_rate": "13"},
    ]
    body = {"supplier": "S-0001", "ordered_on": _on(month, 4), "requested_on": _on(month, 16), "lines": lines}
    order = owner.act("purchasing/orders", owner.call("POST", "purchasing/orders", body), "confirm")
    if month == 11:
        return
    receipt = _made_of(owner, "purchasing/orders", "receive", order, "purchasing/receipts", moved_at=_at(month, 16))
    if month == 10:
        return
    given = {"number_given": f"T{YEAR}{month:02}", "invoiced_on": _on(month, 20), "posted_on": _on(month, 20)}
    invoice = _made_of(owner, "purchasing/receipts", "invoice", receipt, "purchasing/invoice-matches", **given)
    if month < 8:
        paid = {"posted_on": _on(month + 2, 18), "account": "1002"}
        _made_of(owner, "purchasing/invoice-matches", "pay", invoice, "finance/payments", **paid)


def _at(month: int, day: int) -> str:
    return f"{_on(month, day)}T06:00:00Z"


def _made_of(owner: Person, path: str, key: str, source: Any, target: str, **given: Any) -> Any:
    """What a conversion proposes, completed, saved and posted."""
    (draft,) = owner.call("POST", f"{path}/convert/{key}", {"ids": [source["id"]]})["drafts"]
    return owner.act(target, owner.call("POST", target, {**draft, **given}), "post")
