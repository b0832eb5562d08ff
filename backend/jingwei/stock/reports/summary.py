"""收发存汇总表: opening, in, out and closing of every item, by stock account; the accounts are those of the books.

Amounts are value entries, which are posted with the journal in one transaction: the sum of an account is its balance in
the general ledger on every date. Should it not be, a note says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.books.reports.ledger import Ledger, in_order, open_ledger, propose_month
from jingwei.books.roles import Role
from jingwei.platform.documents.read import title, titles
from jingwei.platform.errors import Text
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Chart, Column, Drill, Note, Params, Report, Result, Row, Term, asked
from jingwei.stock.reports.facts import QUANTITY, VALUE

ZERO = Decimal(0)
PARTS = ("opening", "in", "out", "closing")


class SummaryParams(Params):
    """A range of days."""

    from_on: date = asked(_("From day"), _("First day; what was there before it is the opening."), ...)
    to_on: date = asked(_("To day"), _("Last day of the range."), ...)


# Opening stock dated on the first day of the books is what was there before, as its voucher is in the ledgers.
_OPENED = """
WITH opened AS (
    SELECT DISTINCT document_id FROM journal_entry WHERE group_id = %(group)s AND company_id = %(company)s
        AND kind = 'opening' AND posted_on = %(begun)s
)
"""

# A correction changes what issues cost: it counts as out; a late price what receipts did: in.
_AMOUNTS = (
    _OPENED
    + """
SELECT account_id, item_id, coalesce(sum(amount) FILTER (WHERE is_before), 0),
       coalesce(sum(amount) FILTER (WHERE NOT is_before AND is_in), 0),
       -coalesce(sum(amount) FILTER (WHERE NOT is_before AND NOT is_in), 0)
FROM (
    SELECT account_id, item_id, amount, quantity > 0 OR kind IN ('revaluation', 'variance') AS is_in, posted_on,
           posted_on < %(from)s OR (posted_on = %(begun)s AND document_id IN (SELECT document_id FROM opened))
               AS is_before
    FROM value_entry WHERE group_id = %(group)s AND company_id = %(company)s AND posted_on <= %(to)s
      AND kind NOT IN ('shift', 'in_work')
) AS entries GROUP BY 1, 2 ORDER BY max(posted_on)
"""
)

# What was there before is what is there now less all that moved since.
_QUANTITIES = (
    _OPENED
    + """
SELECT item_value.item_id, item.code_folded, ARRAY[unit.name_zh, unit.name_en],
       item_value.quantity - coalesce(moved.since, 0),
       coalesce(moved.came, 0), coalesce(moved.went, 0)
FROM item_value
JOIN item ON item.group_id = item_value.group_id AND item.id = item_value.item_id
JOIN unit ON unit.group_id = item.group_id AND unit.id = item.unit_id
LEFT JOIN (
    SELECT item_id, sum(direction * quantity) AS since,
           sum(quantity) FILTER (WHERE direction > 0 AND effective_on <= %(to)s) AS came,
           sum(quantity) FILTER (WHERE direction < 0 AND effective_on <= %(to)s) AS went
    FROM move WHERE group_id = %(group)s AND company_id = %(company)s AND effective_on >= %(from)s AND direction <> 0
        AND NOT (effective_on = %(begun)s AND document_id IN (SELECT document_id FROM opened))
    GROUP BY 1
) AS moved ON moved.item_id = item_value.item_id
WHERE item_value.group_id = %(group)s AND item_value.company_id = %(company)s AND item_value.lot_id = 0
"""
)


@dataclass(slots=True)
class Figures:
    """Opening, in and out; closing follows."""

    opening: Decimal = ZERO
    came: Decimal = ZERO
    went: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        return self.opening + self.came - self.went

    def add(self, other: Figures) -> None:
        """Add another's."""
        self.opening, self.came, self.went = (
            self.opening + other.opening,
            self.came + other.came,
            self.went + other.went,
        )

    def __bool__(self) -> bool:
        return bool(self.opening or self.came or self.went)

    def values(self, kind: str) -> dict[str, Decimal]:
        """By column name."""
        figures = (self.opening, self.came, self.went, self.closing)
        return {f"{part}_{kind}": figure for part, figure in zip(PARTS, figures, strict=True)}


@dataclass(slots=True)
class Line:
    """An item on an account; 0 where it was never worth anything."""

    account: int
    item: int
    code: str
    unit: list[str]  # its names
    quantity: Figures
    amount: Figures


def run(actor: Actor, params: SummaryParams) -> Result:
    """Rows of accounts with the items below them. Raises Refusal 409 `books.not_started`, `period.missing`, 422
    `date.order`."""
    in_order(params.from_on, params.to_on)
    ledger = open_ledger(actor)
    ledger.span(params.to_on, "to_on")
    lines = _lines(ledger, params)
    total = Figures()
    for line in lines:
        total.add(line.amount)
    rows = list(_rows(ledger, params, lines))
    groups = {"opening": _("Opening"), "in": _("In"), "out": _("Out"), "closing": _("Stock at end")}
    return Result(
        columns=(
            Column("item", _("Account or item"), "reference"),
            Column("unit", _("Unit"), "code"),
            *(c for part in PARTS for c in _pair(part, groups[part], ledger.decimals)),
        ),
        rows=rows,
        totals=total.values("amount"),
        notes=list(_notes(ledger, params, lines)),
        currency=ledger.currency,
    )


def _pair(part: str, group: Text, decimals: int) -> tuple[Column, Column]:
    return (
        Column(f"{part}_quantity", _("Quantity"), "quantity", group),
        Column(f"{part}_amount", _("Amount"), "amount", group, decimals),
    )


def _lines(ledger: Ledger, params: SummaryParams) -> list[Line]:
    given: dict[str, Any] = {
        "group": ledger.group_id,
        "company": ledger.company_id,
        "from": params.from_on,
        "to": params.to_on,
        "begun": ledger.starts_on,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AMOUNTS, given)
        amounts = {(account, item): Figures(*rest) for account, item, *rest in cursor.fetchall()}
        cursor.execute(_QUANTITIES, given)
        items = {item: (code, unit, Figures(*rest)) for item, code, unit, *rest in cursor.fetchall()}
    last = {item: account for account, item in amounts}  # in order of posting: quantities stand on the latest account
    found = [
        Line(account, item, *items[item][:2], items[item][2] if last[item] == account else Figures(), amount)
        for (account, item), amount in amounts.items()
    ]
    found += [Line(0, item, code, unit, q, Figures()) for item, (code, unit, q) in items.items() if item not in last]
    shown = (line for line in found if line.quantity or line.amount)
    return sorted(shown, key=lambda line: (ledger.codes.get(line.account, "~"), line.code))


def _rows(ledger: Ledger, params: SummaryParams, lines: list[Line]) -> Iterator[Row]:
    names = titles(ledger.group_id, {line.item for line in lines})
    by_account: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_account[line.account].append(line)
    dates = {"from_on": params.from_on, "to_on": params.to_on}

    def of(account: int, item: int | None) -> Callable[[str], list[Term]]:
        return partial(_formula, {"account": account or None, "item": item, "begun": True, **dates})

    for account, members in by_account.items():
        total = Figures()
        for line in members:
            total.add(line.amount)
        if account:
            yield Row(
                values={"item": ledger.reference(ledger.codes[account]), **total.values("amount")},
                bold=True,
                counts=False,
                drill=Drill("books.general-ledger", {"account": account, **dates}, terms=of(account, None)),
            )
        for line in members:
            values: dict[str, Any] = {"item": names.get(line.item), "unit": title(*line.unit)}
            yield Row(
                values={**values, **line.quantity.values("quantity"), **line.amount.values("amount")},
                level=1,
                drill=Drill("stock.item-ledger", {"item": line.item, **dates}, terms=of(account, line.item)),
            )


def _formula(given: Mapping[str, Any], name: str) -> list[Term]:
    """Entries of an account and item, or moves of the item: of the part of the range that the column shows."""
    part, _underline, kind = name.partition("_")
    sign = -1 if part == "out" else 1
    if kind == "quantity":
        return [Term(_("Moves"), QUANTITY, {**given, "part": part}, sign)]
    return [Term(_("Value entries"), VALUE, {**given, "part": part}, sign)]


def _notes(ledger: Ledger, params: SummaryParams, lines: list[Line]) -> Iterator[Note]:
    """Accounts whose balance in the general ledger is another."""
    held: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        held[line.account] += line.amount.closing
    books: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for (account, _party), amount in ledger.balances(params.to_on).items():
        books[account] += amount
    stock = {ledger.ids[code] for code in ledger.of_roles([Role.STOCK])}
    for account in sorted(stock | (held.keys() - {0})):
        if held[account] != books[account]:
            words = {"account": ledger.codes[account], "stock": held[account], "books": books[account]}
            yield Note(_("Account %(account)s: %(stock)s here, %(books)s in the general ledger.") % words, "error")


SUMMARY = Report(
    key="stock.summary",
    label=_("Stock movement summary"),
    help=_("Opening, in, out and closing of every item by stock account, equal to the general ledger on every date."),
    params=SummaryParams,
    run=run,
    defaults=propose_month,
    chart=Chart("bar", "item", [f"{part}_amount" for part in PARTS]),
)
