"""A company that bought, sold, was paid and counted for three months, and how each report is asked about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jingwei.books.models import Account
from jingwei.masterdata.models import Item, Party
from jingwei.platform.documents.perform import perform
from tests.books.stories import posted, voucher
from tests.production import stories as making
from tests.purchasing import stories as buying
from tests.sales import stories as selling
from tests.stock.stories import at, body, done, found
from tests.support.world import World, new_world, with_basics

Given = dict[str, str]


def a_firm_that_traded() -> World:
    """Opening stock and balances in January; purchases with a late price, sales with returns and credit notes, money
    both ways, a count, a transfer, and an issue that was entered late."""
    firm = selling.with_customers(with_basics(new_world("Explained")))
    debts = (("1123", "500.00", None, {"party": "S1"}), ("220201", None, "500.00", {"party": "S1"}))
    posted(firm, voucher(*debts, on="2026-01-01"), key="finance.opening")
    posted(firm, voucher(("560201", "300.00", None), ("1001", None, "300.00"), on="2026-01-20"))
    _valued_otherwise(firm)
    _bought(firm)
    _sold(firm)
    _made(firm)
    done(firm, "transfer", _transfer("2026-02-03"))
    done(firm, "count", found(at("2026-02-20"), ("BOLT", 70), ("NUT", 41, {"price": "0.50"})))
    done(firm, "other-out", body(at("2026-01-15"), ("BOLT", 3)))  # entered late: what went after it costs otherwise
    return firm


def _valued_otherwise(firm: World) -> None:
    """GEAR at a standard cost that changes, TUBE first in first out."""
    firm.create(
        "masterdata.item", *({"code": c, "name_en": c, "category": "RM", "unit": "PCS"} for c in ("GEAR", "TUBE"))
    )
    firm.create("stock.item-valuation", {"item": "GEAR", "method": "standard"}, {"item": "TUBE", "method": "fifo"})
    for on, price in (("2026-01-01", "4.00"), ("2026-02-02", "4.30")):
        costs = {"effective_on": on, "reason": "test", "lines": [{"item": "GEAR", "price": price}]}
        (made,) = firm.create("stock.standard-cost", costs)
        if on == "2026-01-01":
            perform("stock.standard-cost", [made.pk], "post", actor=firm.actor)
    done(firm, "other-in", body(at("2026-01-07"), ("GEAR", 10, "4.20"), ("TUBE", 6, "1.00")))
    perform("stock.standard-cost", [made.pk], "post", actor=firm.actor)
    done(firm, "other-in", body(at("2026-02-08"), ("TUBE", 6, "1.50")))
    done(firm, "other-out", body(at("2026-02-09"), ("GEAR", 3), ("TUBE", 8)))


def _made(firm: World) -> None:
    """Two orders for frames of two tubes: one closed with more used than planned, one in work."""
    firm.create("masterdata.location", {"code": "WORK", "name_en": "Shop floor", "kind": "production"})
    firm.create("engineering.work-centre", {"code": "ASM", "name_en": "Assembly", "rate_labour": "30"})
    firm.create("masterdata.item", {"code": "FRAME", "name_en": "F", "category": "RM", "unit": "PCS", "is_made": True})
    making.activated(firm, "bom", {"item": "FRAME", "lines": [{"component": "BOLT", "quantity": "2"}]})
    steps = [{"sequence": 10, "name_en": "Weld", "work_centre": "ASM", "hours_run": "0.5"}]
    making.activated(firm, "routing", {"item": "FRAME", "operations": steps})
    first, second = making.released(firm, making.order(2, "FRAME"), making.order(20, "FRAME"))
    making.posted(
        firm, "issue", making.issue(first, (1, 5), on="2026-02-12"), making.issue(second, (1, 3), on="2026-02-12")
    )
    making.posted(firm, "operation-report", making.report(first, 10, 2, "1.25", on="2026-02-13"))
    making.posted(firm, "completion", making.completion(first, 2, on="2026-02-14"))
    making.closed(firm, first, on="2026-02-16", reason="more was used")


def _transfer(day: str) -> dict[str, Any]:
    lines = [{"item": "BOLT", "quantity": "10"}]
    return {"moved_at": at(day), "from_location": "A-01", "to_location": "A-02", "reason": "test", "lines": lines}


def _bought(firm: World) -> None:
    ordered = buying.order(("BOLT", 40, "3.00", {"tax_rate": "13"}), ("NUT", 30, "0.70"))
    first, _still_open = buying.confirmed(firm, ordered, buying.order(("BOLT", 5, "3.10")))
    (came,) = buying.received(firm, buying.receipt((first, 1, 40), (first, 2, 20), on="2026-01-10"))
    buying.returned(firm, buying.going((came, 1, 5), on="2026-01-12"))
    (bill,) = buying.invoiced(firm, buying.bill((came, 1, 35, "3.05", {"tax_rate": "13"}), on="2026-02-01"))
    _paid(firm, "out", "S1", "60.00", bill.number, "2026-02-10")


def _sold(firm: World) -> None:
    first, second = selling.confirmed(
        firm,
        selling.order(("BOLT", 30, "9.00", {"tax_rate": "13"}), ("NUT", 10, "2.00"), ("HELP", 1, "50.00")),
        selling.order(("BOLT", 4, "9.50"), customer="C2"),
    )
    went, other = selling.delivered(
        firm,
        selling.delivery((first, 1, 20), (first, 2, 10), on="2026-01-18"),
        selling.delivery((second, 1, 4), customer="C2", on="2026-02-05"),
    )
    bill, _second = selling.invoiced(
        firm,
        selling.invoice((went, 1, 20), (went, 2, 10), on="2026-01-25"),
        selling.invoice((other, 1, 4), customer="C2", on="2026-02-06"),
    )
    selling.returned(firm, selling.coming_back((went, 1, 2), on="2026-02-12"))
    selling.invoiced(firm, selling.credit((went, 1, 2), on="2026-02-15"))
    _paid(firm, "in", "C1", "100.00", bill.number, "2026-02-16")
    (advance,) = firm.create("finance.payment", {**_money("in", "C2", "25.00", "2026-02-18"), "rest_as_advance": True})
    perform("finance.payment", [advance.pk], "post", actor=firm.actor)


def _money(direction: str, party: str, amount: str, on: str) -> dict[str, Any]:
    return {"direction": direction, "party": party, "amount": amount, "posted_on": on, "account": "1002"}


def _paid(firm: World, direction: str, party: str, amount: str, invoice: str, on: str) -> None:
    lines = [{"invoice": invoice, "amount": amount}]
    (made,) = firm.create("finance.payment", {**_money(direction, party, amount, on), "lines": lines})
    perform("finance.payment", [made.pk], "post", actor=firm.actor)


JANUARY = {"from_on": "2026-01-01", "to_on": "2026-01-31"}
FEBRUARY = {"from_on": "2026-02-01", "to_on": "2026-02-28"}
MIDDLE = {"from_on": "2026-01-15", "to_on": "2026-02-10"}


def _ledgers(firm: World) -> list[Given]:
    accounts = Account.objects.filter(group=firm.group)
    ids = dict(accounts.values_list("code", "id"))
    party = Party.objects.get(group=firm.group, code="C1").pk
    asked = [
        {"account": str(ids[code]), **days} for code in ("1403", "1122") if code in ids for days in (FEBRUARY, MIDDLE)
    ]
    asked += [{"account": str(ids[code]), **FEBRUARY} for code in ("1002", "220201", "5001") if code in ids]
    return [*asked, {"account": str(ids["1122"]), "party": str(party), **FEBRUARY}]


def _items(firm: World) -> list[Given]:
    items = Item.objects.filter(group=firm.group, code__in=("BOLT", "NUT", "GEAR", "TUBE")).values_list("id", flat=True)
    return [{"item": str(id), **days} for id in items for days in (JANUARY, FEBRUARY, MIDDLE)]


def _ages(firm: World) -> list[Given]:
    return [
        {"on": on, "control": control, "since": since}
        for on in ("2026-01-31", "2026-03-31")
        for control in ("receivable", "payable", "advance", "prepayment")
        for since in ("due", "posted")
    ]


def _figures(firm: World) -> list[Given]:
    return [
        {"statement": "balance_sheet", "line": "A09", "column": "closing", **FEBRUARY},
        {"statement": "income_statement", "line": "P01", "column": "period", **FEBRUARY},
    ]


#: key → the parameters it is asked with, from the firm.
REPORTS: dict[str, Callable[[World], list[Given]]] = {
    "books.trial-balance": lambda _firm: [MIDDLE, {**FEBRUARY, "level_to": "1"}],
    "books.general-ledger": _ledgers,
    "books.journal": lambda _firm: [JANUARY, FEBRUARY],
    "books.party-balances": lambda _firm: [JANUARY, FEBRUARY, MIDDLE],
    "books.ageing": _ages,
    "books.open-items": _ages,
    "books.balance-sheet": lambda _firm: [{"on": "2026-01-31"}, {"on": "2026-02-28"}],
    "books.income-statement": lambda _firm: [JANUARY, FEBRUARY],
    "books.statement-figure": _figures,
    "stock.on-hand": lambda _firm: [{}, {"at": "2026-01-31T16:00:00+00:00"}],
    "stock.item-ledger": _items,
    "stock.summary": lambda _firm: [JANUARY, FEBRUARY, MIDDLE],
    "sales.order-tracking": lambda _firm: [{"on": "2026-03-31", "open_only": "false"}],
    "sales.analysis": lambda _firm: [
        {**JANUARY, "to_on": "2026-02-28", "by": by} for by in ("month", "customer", "item")
    ],
    "production.progress": lambda _firm: [{"on": "2026-03-31", "open_only": "false"}],
    "production.shortages": lambda _firm: [{"short_only": "false"}],
    "production.load": lambda _firm: [{"on": "2026-01-12"}],
    "production.variances": lambda _firm: [FEBRUARY],
    # What a bill says is a norm, not a sum of what happened.
    "production.cost-rollup": lambda firm: [{"item": _items(firm)[0]["item"], "on": "2026-03-31"}],
    "engineering.bill-tree": lambda firm: [{"item": _items(firm)[0]["item"], "on": "2026-03-31"}],
    "engineering.where-used": lambda firm: [{"item": _items(firm)[0]["item"], "on": "2026-03-31"}],
    "insight.order-tracking": lambda _firm: [{"on": "2026-03-31", "include_done": "true"}],
    "insight.key-figures": lambda _firm: [
        {"on": "2026-02-28", "figure": figure}
        for figure in ("cash", "receivables", "payables", "stock", "revenue", "margin")
    ],
}
