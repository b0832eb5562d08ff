"""The key figures of a company: cash, receivables, payables, stock, revenue and margin, period by period.

Each is made of account roles and read from the balances of the books. The home page shows the period of today, as
booked so far; the report of key figures shows the same numbers by account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.books.figures import Books, Moved, Span, books_of, by_role, last_posting
from jingwei.books.roles import Role
from jingwei.platform.documents.read import title
from jingwei.platform.errors import Text
from jingwei.platform.identity.actor import Actor
from jingwei.platform.money import round_half_up
from jingwei.platform.reports.declare import Drill

ZERO = Decimal(0)
#: Points of a trend: the period shown, and the twelve before it.
POINTS = 13

INCOME = (Role.REVENUE, Role.SALES_RETURN, Role.SALES_ALLOWANCE)


class Key(models.TextChoices):
    """Which figure."""

    CASH = "cash", _("Cash and bank")
    RECEIVABLES = "receivables", _("Receivables")
    PAYABLES = "payables", _("Payables")
    STOCK = "stock", _("Stock value")
    REVENUE = "revenue", _("Revenue of the month")
    MARGIN = "margin", _("Margin of the month")


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure: the roles it is made of, debit − credit times `sign`, as a balance at the end of a period or as what
    the period earned. Who may open `report` may see it."""

    key: Key
    help: Text
    roles: tuple[Role, ...]
    sign: Literal[1, -1]
    is_balance: bool
    report: str


FIGURES: Mapping[Key, KeyFigure] = {
    figure.key: figure
    for figure in (
        KeyFigure(
            key=Key.CASH,
            help=_("Balance of all cash and bank accounts."),
            roles=(Role.CASH, Role.BANK),
            sign=1,
            is_balance=True,
            report="books.trial-balance",
        ),
        KeyFigure(
            key=Key.RECEIVABLES,
            help=_("What customers owe: invoiced, and delivered but not yet invoiced."),
            roles=(Role.AR, Role.AR_UNBILLED),
            sign=1,
            is_balance=True,
            report="books.ageing",
        ),
        KeyFigure(
            key=Key.PAYABLES,
            help=_("What is owed to suppliers: invoiced, and received but not yet invoiced."),
            roles=(Role.AP, Role.GRNI),
            sign=-1,
            is_balance=True,
            report="books.ageing",
        ),
        KeyFigure(
            key=Key.STOCK,
            help=_("Value of the goods in stock, as their accounts have it."),
            roles=(Role.STOCK,),
            sign=1,
            is_balance=True,
            report="stock.on-hand",
        ),
        KeyFigure(
            key=Key.REVENUE,
            help=_("Sales of the month without tax, less returns and allowances."),
            roles=INCOME,
            sign=-1,
            is_balance=False,
            report="books.income-statement",
        ),
        KeyFigure(
            key=Key.MARGIN,
            help=_("Revenue of the month less the cost of what was sold."),
            roles=(*INCOME, Role.COGS),
            sign=-1,
            is_balance=False,
            report="books.income-statement",
        ),
    )
}

#: Control accounts open by party, all others by line.
AGED = {Role.AR: "receivable", Role.AP: "payable"}


@dataclass(frozen=True, slots=True)
class Account:
    """An account's share of a figure, in the figure's sign, one value per period."""

    id: int
    code: str
    name: str
    role: Role
    values: Sequence[Decimal]

    def opened(self, span: Span) -> Drill:
        """What its share of a period consists of: the parties of a control account, the lines of any other."""
        if self.role in AGED:
            return Drill("books.ageing", {"on": span.ends_on, "control": AGED[self.role]})
        params = {"account": self.id, "from_on": span.starts_on, "to_on": span.ends_on}
        return Drill("books.general-ledger", params)


@dataclass(frozen=True, slots=True)
class Series:
    """A figure over periods: of every account, of all together, and what the margin is in percent of revenue."""

    figure: KeyFigure
    accounts: Sequence[Account]
    values: Sequence[Decimal]
    rates: Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a company's books over the same periods, the last of which is the one shown."""

    books: Books
    spans: Sequence[Span]
    series: Sequence[Series]


def may_see(actor: Actor, figure: KeyFigure) -> bool:
    """Whether the actor may open the report behind a figure."""
    return actor.may(f"{figure.report}.view", actor.company_id)


def figures(actor: Actor, wanted: Sequence[KeyFigure], until: date) -> Figures | None:
    """Figures of the actor's company up to the period of a day, in four statements; None where the company keeps no
    books or they begin later. Where nothing was posted for longer than a trend, it ends with the last posting."""
    group_id, company_id = actor.group_id, actor.company_id or 0
    books = books_of(group_id, company_id) if wanted else None
    if books is None:
        return None
    begun = [span for span in books.spans if span.starts_on <= until and span.ends_on >= books.starts_on]
    if not begun:
        return None
    spans = begun[-POINTS:]
    posted = last_posting(group_id, company_id, until)
    if posted is not None and posted < spans[0].starts_on:
        spans = [span for span in begun if span.starts_on <= posted][-POINTS:]
    roles = dict.fromkeys(role for figure in wanted for role in figure.roles)
    moved = by_role(group_id, company_id, books, roles, spans[-1].ends_on)
    return Figures(books, spans, [_series(figure, moved, spans) for figure in wanted])


def _series(figure: KeyFigure, moved: Sequence[Moved], spans: Sequence[Span]) -> Series:
    by_account: dict[int, list[Moved]] = defaultdict(list)
    for m in moved:
        if m.role in figure.roles:
            by_account[m.account_id].append(m)
    accounts = [_account(figure, own, spans) for own in by_account.values()]
    accounts = [account for account in accounts if any(account.values)]
    values = _added(accounts, len(spans))
    return Series(figure, accounts, values, _rates(figure, accounts, values))


def _account(figure: KeyFigure, own: Sequence[Moved], spans: Sequence[Span]) -> Account:
    first = own[0]
    if figure.is_balance:
        values = [sum((m.net for m in own if m.starts_on <= s.starts_on), ZERO) * figure.sign for s in spans]
    else:
        earned = {m.starts_on: m.earned * figure.sign for m in own}
        values = [earned.get(s.starts_on, ZERO) for s in spans]
    return Account(first.account_id, first.code, title(first.name_zh, first.name_en), first.role, values)


def _added(accounts: Sequence[Account], points: int) -> list[Decimal]:
    return [sum((account.values[at] for account in accounts), ZERO) for at in range(points)]


def _rates(figure: KeyFigure, accounts: Sequence[Account], values: Sequence[Decimal]) -> list[Decimal | None]:
    """The margin in percent of revenue, at one decimal; none where nothing was sold."""
    if figure.key != Key.MARGIN:
        return [None] * len(values)
    revenue = _added([account for account in accounts if account.role in INCOME], len(values))
    both = zip(values, revenue, strict=True)
    return [round_half_up(margin * 100 / sold, 1) if sold > 0 else None for margin, sold in both]
