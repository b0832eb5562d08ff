"""A company to measure: 2,000 items, a warehouse, a supplier, and two people for vouchers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from jingwei.books.charts import Standard, Taxpayer
from jingwei.books.starting import start_books
from jingwei.platform import organising
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command, run
from jingwei.platform.documents.perform import perform
from jingwei.platform.documents.schema import parse, schemas
from jingwei.platform.documents.write import create
from jingwei.platform.identity.actor import Actor
from jingwei.platform.identity.authentication import system_actor
from jingwei.platform.models import Group
from jingwei.server.roles import PRESETS
from jingwei.server.simulating import masters

ITEMS = 2000
SUPPLIER, CUSTOMER, BANK = "S-0001", "C-0001", "1002"
SERIAL, MADE = "B-SERIAL", "B-MADE"


@dataclass(frozen=True, slots=True)
class Firm:
    """The company's group and its people; all dates lie in `year`, which has passed. Of `items`
    items all are received; the few after them are dated back by."""

    group: Group
    actor: Actor
    maker: Actor
    checker: Actor
    key: str
    year: int
    items: int

    def create(self, key: str, *bodies: dict[str, Any], actor: Actor | None = None) -> list[Any]:
        """Records through the same path as everybody's: schema, rules, one transaction."""
        types = schemas(catalogue.get(key))
        drafts = [parse(types.create, body, row=row) for row, body in enumerate(bodies, start=1)]
        work: Callable[[Command], list[Any]] = partial(_create, key=key, drafts=drafts)
        return run(actor or self.actor, work)

    def act(self, key: str, records: Iterable[Any], action: str, actor: Actor | None = None) -> None:
        """An action on records, one transaction."""
        perform(key, [r.pk for r in records], action, actor=actor or self.actor)

    def at(self, month: int, day: int, minutes: float = 0) -> datetime:
        """An instant of the year, in UTC, counted from four in the morning, which is noon in Shanghai."""
        return datetime(self.year, month, day, 4, tzinfo=UTC) + timedelta(minutes=minutes)

    def goods(self, moved_at: datetime, lines: Iterable[tuple[str, str, str | None]]) -> dict[str, Any]:
        """Goods in or out: (item, quantity, unit cost or None)."""
        rows = [{"item": i, "location": "A-01", "quantity": q, **({"price": p} if p else {})} for i, q, p in lines]
        return {"moved_at": moved_at.isoformat(), "reason": "bench", "lines": rows}

    def post_goods(self, kind: str, body: dict[str, Any]) -> None:
        """Create and post other receipts ("other-in") or issues ("other-out"): two transactions."""
        key = f"warehouse.{kind}"
        self.act(key, self.create(key, body), "post")

    def receive(self, moved_at: datetime, count: int, *, first: int = 1) -> None:
        """An other receipt of `count` items."""
        self.post_goods("other-in", self.goods(moved_at, ((item(first + n), "1", "10.00") for n in range(count))))

    def receive_serials(self, moved_at: datetime, count: int) -> None:
        """An other receipt of `count` serial numbers, never seen before, of an item with identified cost."""
        body = self.goods(moved_at, [(SERIAL, "1", "10.00")] * count)
        for n, line in enumerate(body["lines"], start=1):
            line["lot"] = f"{moved_at:%m%d%H%M}-{n:06}"
        self.post_goods("other-in", body)

    def voucher(self, lines: int, on: date) -> dict[str, Any]:
        """A balanced voucher: office supplies from cash."""
        half = lines // 2
        sides = [("560208", "debit"), ("1001", "credit")] * half
        rows = [{"account": account, side: "10.00"} for account, side in sides]
        return {"posted_on": on.isoformat(), "summary": "bench", "lines": rows}

    def post_voucher(self, body: dict[str, Any]) -> None:
        """Prepared by one, reviewed and posted by another: three transactions."""
        made = self.create("finance.voucher", body, actor=self.maker)
        self.act("finance.voucher", made, "review", self.checker)
        self.act("finance.voucher", made, "post", self.checker)

    def post(self, key: str, body: dict[str, Any], action: str = "post") -> Any:
        """A document created and posted: two transactions."""
        made = self.create(key, body)
        self.act(key, made, action)
        return made[0]

    def buy(self, moved_at: datetime, lines: int) -> None:
        """Procure to pay: order, receipt, invoice, payment, each created and then confirmed or posted."""
        on, number = moved_at.date().isoformat(), f"INV-{moved_at:%m%d%H%M%S%f}"
        rows = [{"item": item(n), "quantity": "10", "price": "12.34", "tax_rate": "13"} for n in range(1, lines + 1)]
        order = self.post("purchasing.order", {"supplier": SUPPLIER, "ordered_on": on, "lines": rows}, "confirm")
        parts = [
            {"order": order.pk, "order_line": n, "quantity": "10", "location": "A-01"} for n in range(1, lines + 1)
        ]
        receipt = self.post(
            "purchasing.receipt", {"supplier": SUPPLIER, "moved_at": moved_at.isoformat(), "lines": parts}
        )
        asked = {"quantity": "10", "price": "12.34", "tax_rate": "13"}
        billed = [{"receipt": receipt.pk, "receipt_line": n, **asked} for n in range(1, lines + 1)]
        dated = {"invoiced_on": on, "posted_on": on, "number_given": number}
        invoice = self.post("purchasing.invoice", {"supplier": SUPPLIER, **dated, "lines": billed})
        self._settle("out", SUPPLIER, on, invoice)

    def sell(self, moved_at: datetime, lines: int) -> None:
        """Order to cash: order, delivery, invoice, collection, each created and then confirmed or posted."""
        on = moved_at.date().isoformat()
        rows = [{"item": item(n), "quantity": "1", "price": "20.00", "tax_rate": "13"} for n in range(1, lines + 1)]
        order = self.post("sales.order", {"customer": CUSTOMER, "ordered_on": on, "lines": rows}, "confirm")
        parts = [{"order": order.pk, "order_line": n, "quantity": "1", "location": "A-01"} for n in range(1, lines + 1)]
        delivery = self.post("sales.delivery", {"customer": CUSTOMER, "moved_at": moved_at.isoformat(), "lines": parts})
        billed = [{"delivery": delivery.pk, "delivery_line": n, "quantity": "1"} for n in range(1, lines + 1)]
        invoice = self.post("sales.billing", {"customer": CUSTOMER, "invoiced_on": on, "lines": billed})
        self._settle("in", CUSTOMER, on, invoice)

    def make(self, moved_at: datetime, components: int) -> None:
        """A production order with its components: created and released, then issue and completion, each posted."""
        on = moved_at.date().isoformat()
        order = self.post("production.order", {"item": MADE, "quantity": "1", "start_on": on, "due_on": on}, "release")
        moved = {"order": order.pk, "moved_at": moved_at.isoformat()}
        lines = [{"order_line": n, "quantity": "2"} for n in range(1, components + 1)]
        self.post("production.issue", {**moved, "lines": lines})
        self.post("production.completion", {**moved, "quantity": "1"})

    def supply(self, components: int) -> None:
        """What the work above takes: a bill, and enough of its components."""
        made = {"name_en": "Made", "category": "FG", "unit": "PCS", "is_made": True}
        self.create("masterdata.item", {"code": MADE, **made})
        parts = [{"component": item(n), "quantity": "2"} for n in range(1, components + 1)]
        self.post("engineering.bom", {"item": MADE, "lines": parts}, "activate")
        rows = ((item(n), "100000", "10.00") for n in range(1, components + 1))
        self.post_goods("other-in", self.goods(self.at(8, 1), rows))

    def _settle(self, direction: str, party: str, on: str, invoice: Any) -> None:
        """The whole of an invoice, on the day."""
        gross = f"{invoice.amount_gross:.2f}"
        paid = {"invoice": invoice.number, "amount": gross}
        head = {"direction": direction, "party": party, "posted_on": on, "account": BANK, "amount": gross}
        self.post("finance.payment", {**head, "lines": [paid]})


def _create(command: Command, key: str, drafts: Sequence[Any]) -> list[Any]:
    return create(command, key, drafts)


def item(number: int) -> str:
    """The code of the company's nth item."""
    return f"B-{number:05}"


def found_firm(items: int = ITEMS) -> Firm:
    """The company, its books for the year before this one, its master data."""
    year = datetime.now(UTC).year - 1
    group = organising.create_group("Bench", PRESETS)
    actor = system_actor(group.pk, via="bench")
    users = [
        organising.create_user(f"bench-{n}", f"Bench {n}", secrets.token_urlsafe(16), must_change=False) for n in (1, 2)
    ]
    for user in users:
        organising.assign(group, user, "owner")
    firm = Firm(group, actor, actor, actor, organising.create_key(group, users[0], "bench"), year, items)
    company = firm.create("platform.company", {"code": "BENCH", "name_zh": "测速公司", "name_en": "Bench Ltd"})[0]
    actor = system_actor(group.pk, via="bench", company_id=company.pk)
    maker, checker = (replace(actor, user_id=user.pk) for user in users)
    firm = replace(firm, actor=actor, maker=maker, checker=checker)
    run(
        actor,
        lambda command: start_books(
            command, company.pk, standard=Standard.SBE, taxpayer=Taxpayer.GENERAL, starts_on=date(year, 1, 1)
        ),
    )
    firm.create("masterdata.unit", *masters.UNITS)
    firm.create("masterdata.item-category", *masters.CATEGORIES)
    for key, bodies in masters.PLACES:
        firm.create(key, *bodies)
    firm.create(
        "masterdata.party",
        {"code": SUPPLIER, "name_zh": "供应商", "name_en": "Supplier", "is_supplier": True},
        {"code": CUSTOMER, "name_zh": "客户", "name_en": "Customer", "is_customer": True},
    )
    names = ({"code": item(n), "name_en": f"Item {n}", "category": "RM", "unit": "PCS"} for n in range(1, items + 6))
    firm.create("masterdata.item", *names)
    traced = {"code": SERIAL, "name_en": "By serial number", "category": "RM", "unit": "PCS", "tracking": "serial"}
    firm.create("masterdata.item", traced)
    firm.create("stock.item-valuation", {"item": SERIAL, "method": "specific"})
    return firm
