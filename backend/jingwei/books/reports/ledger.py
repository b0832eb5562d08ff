"""A company's books as reports read them: accounts, fiscal years, and figures from balances.

Figures of whole periods come from `balances.movements` and never from lines, so that they do not slow down as the
journal grows; only the days of a period that is cut by the date asked for are added up from its lines.

Opening vouchers dated on the first day of the books are what stood before that day, not a movement of it: they count
as balances brought forward at every earlier date, so that 年初余额 of the first year shows them.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.books.balances import Movement, movements
from jingwei.books.charts import AccountSpec, AccountType, Side, Standard, Tree
from jingwei.books.formulas import LedgerFigures, Party
from jingwei.books.journal import SETTLED
from jingwei.books.models import Account, Bookkeeping, JournalEntry, Period
from jingwei.books.roles import Role
from jingwei.platform.documents.read import title
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import Actor

ZERO = Decimal(0)
DAY = timedelta(days=1)

_OPENINGS = """
SELECT line.account_id, coalesce(line.party_id, 0), sum(line.debit), sum(line.credit)
FROM journal_entry entry
JOIN journal_line line ON line.group_id = entry.group_id AND line.entry_id = entry.id
WHERE entry.group_id = %s AND entry.company_id = %s AND entry.posted_on = %s AND entry.kind = 'opening'
GROUP BY 1, 2
"""

Key = tuple[int, int]
"""An account and a party; 0 where no party is named."""


@dataclass(slots=True)
class Sums:
    """Debit and credit, and debit − credit without the entries that close income and expense."""

    debit: Decimal = ZERO
    credit: Decimal = ZERO
    unclosed: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """Debit − credit."""
        return self.debit - self.credit

    def add(self, debit: Decimal, credit: Decimal, *, is_closing: bool = False, sign: int = 1) -> None:
        """Add an amount on each side, or take it away with sign −1."""
        self.debit += debit * sign
        self.credit += credit * sign
        if not is_closing:
            self.unclosed += (debit - credit) * sign


@dataclass(frozen=True, slots=True)
class Span:
    """A fiscal period by its dates."""

    code: str
    year: int
    starts_on: date
    ends_on: date


@dataclass
class Ledger:
    """The books of one company; made by `open_ledger`. Rows read from the database are kept for the report's life."""

    group_id: int
    company_id: int
    standard: Standard
    starts_on: date
    currency: str
    decimals: int
    accounts: tuple[AccountSpec, ...]
    ids: Mapping[str, int]
    spans: Sequence[Span]
    openings: Mapping[Key, tuple[Decimal, Decimal]]
    loaded: dict[date, Sequence[Movement]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.codes = {id: code for code, id in self.ids.items()}
        self.specs = {spec.code: spec for spec in self.accounts}

    # dates

    def span(self, on: date, field: str) -> Span:
        """The period of a date; refused 409 `period.missing`, naming the parameter, when the books have none."""
        found = next((s for s in self.spans if s.starts_on <= on <= s.ends_on), None)
        if found is None or on < self.starts_on:
            message = (
                _("The books begin on %(date)s.") % {"date": self.starts_on.isoformat()}
                if on < self.starts_on
                else _("No period of the company's books holds the date %(date)s.") % {"date": on.isoformat()}
            )
            hint = _("Open the fiscal year first, or choose another date.")
            raise Refusal(Problem("period.missing", message, hint, field=field, status=409))
        return found

    def year_start(self, on: date) -> date:
        """First day of the fiscal year of a date that has a period."""
        year = next(s.year for s in self.spans if s.starts_on <= on <= s.ends_on)
        return min(s.starts_on for s in self.spans if s.year == year)

    def year_of(self, from_on: date, to_on: date) -> date:
        """First day of the fiscal year that holds the whole range. Raises Refusal 422 `report.range`."""
        in_order(from_on, to_on)
        self.span(to_on, "to_on")
        start = self.year_start(to_on)
        if from_on < start:
            raise Refusal(
                Problem(
                    "report.range",
                    _("The dates lie in two fiscal years."),
                    _("Begin on %(date)s or later.") % {"date": start.isoformat()},
                    field="from_on",
                )
            )
        return start

    # figures

    def moved(self, from_on: date, to_on: date) -> dict[Key, Sums]:
        """Movements of a range of days, both included, by account and party; opening vouchers are no movement."""
        found: dict[Key, Sums] = defaultdict(Sums)
        if self._is_edge(from_on - DAY):
            _sum(found, (m for m in self._until(to_on) if m.starts_on >= from_on))
        else:
            _sum(found, self._until(to_on))
            _sum(found, self._until(from_on - DAY), -1)
        if from_on <= self.starts_on <= to_on:
            for key, (debit, credit) in self.openings.items():
                found[key].add(debit, credit, sign=-1)
        return found

    def balances(self, on: date) -> dict[Key, Decimal]:
        """Balances at the end of a day by account and party, debit positive."""
        found: dict[Key, Sums] = defaultdict(Sums)
        _sum(found, self._until(on))
        if on < self.starts_on:
            for key, (debit, credit) in self.openings.items():
                found[key].add(debit, credit)
        return {key: sums.net for key, sums in found.items() if sums.net}

    def closing(self, on: date) -> LedgerFigures:
        """What a balance sheet is made of, at the end of a day."""
        by_party: dict[tuple[str, Party | None], Decimal] = {}
        by_account: dict[str, Decimal] = defaultdict(Decimal)
        for (account, party), amount in self.balances(on).items():
            by_party[self.codes[account], party or None] = amount
            by_account[self.codes[account]] += amount
        return LedgerFigures(closing=dict(by_account), closing_by_party=by_party)

    def results(self, from_on: date, to_on: date) -> LedgerFigures:
        """What an income statement is made of: movements of a range without the entries that close them."""
        by_account: dict[str, Decimal] = defaultdict(Decimal)
        for (account, _party), sums in self.moved(from_on, to_on).items():
            by_account[self.codes[account]] += sums.unclosed
        return LedgerFigures(movement={code: amount for code, amount in by_account.items() if amount})

    def _is_edge(self, on: date) -> bool:
        """Whether a day lies in no period but as its last day, so that everything until then is whole periods."""
        return not any(s.starts_on <= on < s.ends_on for s in self.spans)

    def _until(self, on: date) -> Sequence[Movement]:
        """Movements up to a day, from rows already read where a later day was asked for and this one cuts no period."""
        if on not in self.loaded:
            later = next((rows for until, rows in self.loaded.items() if until > on), None)
            if later is not None and self._is_edge(on):
                self.loaded[on] = [m for m in later if m.ends_on <= on]
            else:
                self.loaded[on] = movements(self.group_id, self.company_id, on)
        return self.loaded[on]

    # words

    def name(self, code: str) -> str:
        """The account's name in the reader's language."""
        return title(self.specs[code].name_zh, self.specs[code].name_en)

    def reference(self, code: str) -> dict[str, Any]:
        """The account as a cell."""
        return {"id": self.ids[code], "key": "books.account", "number": code, "title": self.name(code)}

    def below(self, id: int) -> tuple[str, ...]:
        """The account and everything below it."""
        return Tree.of(self.accounts).subtree(self.codes[id])

    def of_roles(self, roles: Iterable[Role]) -> list[str]:
        """Postable accounts that bear one of the roles, in the order of the chart."""
        wanted = frozenset(roles)
        return [spec.code for spec in self.accounts if spec.is_postable and spec.role in wanted]


def _sum(found: dict[Key, Sums], rows: Iterable[Movement], sign: int = 1) -> None:
    for m in rows:
        found[m.account_id, m.party_id].add(m.debit, m.credit, is_closing=m.is_closing, sign=sign)


def in_order(from_on: date, to_on: date) -> None:
    """Refuse a range that ends before it begins: 422 `date.order`."""
    if to_on < from_on:
        raise Refusal(Problem("date.order", _("The last day lies before the first."), field="to_on"))


def open_ledger(actor: Actor) -> Ledger:
    """The books of the actor's company, in four statements. Raises Refusal 409 `books.not_started`."""
    group_id, company_id = actor.group_id, actor.company_id or 0
    kept = (
        Bookkeeping.objects.filter(group_id=group_id, company_id=company_id)
        .values_list("standard", "starts_on", "company__currency_id", "company__currency__decimals")
        .first()
    )
    if kept is None:
        raise Refusal(Problem("books.not_started", _("The company keeps no books yet."), status=409))
    standard, starts_on, currency, decimals = kept
    accounts, ids = _chart(group_id, company_id)
    spans = Period.objects.filter(group_id=group_id, company_id=company_id).order_by("starts_on")
    with connection.cursor() as cursor:
        cursor.execute(_OPENINGS, [group_id, company_id, starts_on])
        openings = {(account, party): (debit, credit) for account, party, debit, credit in cursor.fetchall()}
    return Ledger(
        group_id=group_id,
        company_id=company_id,
        standard=Standard(standard),
        starts_on=starts_on,
        currency=currency,
        decimals=decimals,
        accounts=accounts,
        ids=ids,
        spans=[Span(*row) for row in spans.values_list("code", "year", "starts_on", "ends_on")],
        openings=openings,
    )


def _chart(group_id: int, company_id: int) -> tuple[tuple[AccountSpec, ...], dict[str, int]]:
    """The company's accounts with their ids; parents before children, siblings by code."""
    rows = list(Account.objects.filter(group_id=group_id, company_id=company_id).order_by("code_folded"))
    below: dict[int | None, list[Account]] = defaultdict(list)
    for row in rows:
        below[row.parent_id].append(row)
    specs: list[AccountSpec] = []

    def take(parent: Account | None, level: int) -> None:
        for row in below[parent.pk if parent else None]:
            specs.append(_spec(row, parent.code if parent else None, level))
            take(row, level + 1)

    take(None, 1)
    return tuple(specs), {row.code: row.pk for row in rows}


def _spec(account: Account, parent: str | None, level: int) -> AccountSpec:
    role = Role(account.role) if account.role else None
    by_party = account.asks_party or (account.is_postable and role in SETTLED)
    return AccountSpec(
        code=account.code,
        name_zh=account.name_zh,
        name_en=account.name_en,
        type=AccountType(account.type),
        subclass="",
        normal_balance=Side(account.normal_balance),
        role=role,
        parent=parent,
        level=level,
        is_postable=account.is_postable,
        dimensions=("customer",) if by_party else (),
        applicability="",
        basis="",
    )


def month_of(on: date) -> tuple[date, date]:
    """First and last day of the calendar month of a date."""
    return on.replace(day=1), on.replace(day=calendar.monthrange(on.year, on.month)[1])


def latest(actor: Actor, today: date) -> date:
    """The day reports are proposed for: today, or the day of the last posting where that is earlier."""
    entries = JournalEntry.objects.filter(group_id=actor.group_id, company_id=actor.company_id or 0)
    return (
        entries.filter(posted_on__lte=today).order_by("-posted_on").values_list("posted_on", flat=True).first() or today
    )


def propose_month(actor: Actor, today: date) -> dict[str, Any]:
    """The month of the last posting."""
    first, last = month_of(latest(actor, today))
    return {"from_on": first, "to_on": last}


def propose_month_end(actor: Actor, today: date) -> dict[str, Any]:
    """The last day of the month of the last posting."""
    return {"on": month_of(latest(actor, today))[1]}
