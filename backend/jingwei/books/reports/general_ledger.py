"""明细账: the lines of one account, or of all accounts below a header, with running balance and period totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jingwei.books.reports.entries import BookLine, contras, lines_between
from jingwei.books.reports.facts import of_account
from jingwei.books.reports.ledger import DAY, ZERO, Key, Ledger, Sums, in_order, open_ledger, propose_month
from jingwei.platform.documents.read import titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Column, Drill, Params, Report, Result, Row, asked
from jingwei.platform.reports.drill import to_documents


class GeneralLedgerParams(Params):
    """One account, or a header with all below it."""

    account: int = asked(
        _("Account"),
        _("Account whose lines are shown; a header shows all accounts below it."),
        ...,
        target="books.account",
    )
    from_on: date = asked(_("From day"), _("First day of the lines."), ...)
    to_on: date = asked(_("To day"), _("Last day of the lines."), ...)
    party: int | None = asked(_("Party"), _("Only lines that name this party."), target="masterdata.party")


def direction(balance: Decimal) -> str:
    """借, 贷 or 平: the side a balance stands on."""
    return gettext("Dr") if balance > 0 else gettext("Cr") if balance < 0 else gettext("Nil")


def run(actor: Actor, params: GeneralLedgerParams) -> Result:
    """Opening balance, lines, and after each period its total and the year's.

    Raises Refusal 409 `books.not_started`, `period.missing`, 422 `date.order`, `report.too_long`.
    """
    in_order(params.from_on, params.to_on)
    ledger = open_ledger(actor)
    ledger.span(params.to_on, "to_on")
    accounts = ledger.below(params.account)
    ids = [ledger.ids[code] for code in accounts]
    lines = lines_between(ledger, params.from_on, params.to_on, accounts=ids, party=params.party)
    book = _Book(ledger, params, frozenset(ids), lines)
    rows = list(book.rows())
    by_party = params.party is None and any(ledger.specs[code].asks_party for code in accounts)
    return Result(
        columns=(
            Column("posted_on", _("Date"), "date"),
            Column("number", _("Voucher number"), "code"),
            Column("summary", _("Summary")),
            *((Column("account", _("Account"), "reference"),) if len(accounts) > 1 else ()),
            *((Column("party", _("Party"), "reference"),) if by_party else ()),
            Column("contra", _("Contra account")),
            Column("debit", _("Debit"), "amount", scale=ledger.decimals),
            Column("credit", _("Credit"), "amount", scale=ledger.decimals),
            Column("direction", _("Balance side"), "code"),
            Column("balance", _("Balance"), "amount", scale=ledger.decimals, running={"debit": 1, "credit": -1}),
        ),
        rows=rows,
        heading=f"{ledger.codes[params.account]} {ledger.name(ledger.codes[params.account])}",
        currency=ledger.currency,
    )


@dataclass
class _Book:
    ledger: Ledger
    params: GeneralLedgerParams
    ids: frozenset[int]
    lines: list[BookLine]

    def __post_init__(self) -> None:
        group_id = self.ledger.group_id
        self.contras = contras(self.ledger, self.lines)
        self.parties = titles(group_id, {line.party_id for line in self.lines} - {0})
        self.documents = to_documents(group_id, {line.document_id: line.document_type for line in self.lines})

    def _is_asked(self, key: Key) -> bool:
        account, party = key
        return account in self.ids and self.params.party in (None, party)

    def _opening(self) -> Decimal:
        before = self.ledger.balances(self.params.from_on - DAY)
        return sum((amount for key, amount in before.items() if self._is_asked(key)), ZERO)

    def _year_before(self) -> Sums:
        """What the fiscal year of the first day has moved before it."""
        total = Sums()
        from_on = max(self.params.from_on, self.ledger.spans[0].starts_on)
        start = self.ledger.year_start(from_on)
        if start < from_on:
            for key, sums in self.ledger.moved(start, from_on - DAY).items():
                if self._is_asked(key):
                    total.add(sums.debit, sums.credit)
        return total

    def rows(self) -> Iterator[Row]:
        balance, year = self._opening(), self._year_before()
        into = self._into(self.params.from_on, self.params.to_on)
        yield self._sum_row(self.params.from_on, gettext("Opening balance"), None, balance, into, "opening")
        spans = [s for s in self.ledger.spans if s.ends_on >= self.params.from_on and s.starts_on <= self.params.to_on]
        by_period: dict[str, list[BookLine]] = {span.code: [] for span in spans}
        for line in self.lines:
            by_period[line.period].append(line)
        for number, span in enumerate(spans):
            if number and span.year != spans[number - 1].year:
                year = Sums()
            period = Sums()
            for line in by_period[span.code]:
                balance += line.debit - line.credit
                for sums in (period, year):
                    sums.add(line.debit, line.credit)
                yield self._line_row(line, balance)
            if by_period[span.code] or span is spans[-1]:
                last = min(span.ends_on, self.params.to_on)
                begun = max(span.starts_on, self.params.from_on)
                yield self._sum_row(last, gettext("Total of the period"), period, balance, self._into(begun, last))
                begun = self.ledger.year_start(span.starts_on)
                yield self._sum_row(last, gettext("Total of the year"), year, balance, self._into(begun, last))

    def _into(self, from_on: date, to_on: date) -> dict[str, Any]:
        return {**self.params.model_dump(), "from_on": from_on, "to_on": to_on}

    def _line_row(self, line: BookLine, balance: Decimal) -> Row:
        others = self.contras.get((line.entry_id, line.debit != 0), [])
        named = [f"{code} {self.ledger.name(code)}" for code in others[:2]]
        return Row(
            values={
                "posted_on": line.posted_on,
                "number": line.number,
                "summary": line.occasion(self.documents.get(line.document_id), has_party=bool(line.party_id)),
                "account": self.ledger.reference(self.ledger.codes[line.account_id]),
                "party": self.parties.get(line.party_id),
                "contra": ", ".join(named) + (" …" if len(others) > 2 else ""),
                "debit": line.debit,
                "credit": line.credit,
                "direction": direction(balance),
                "balance": abs(balance),
            },
            drill=self.documents.get(line.document_id),
        )

    @staticmethod
    def _sum_row(
        on: date, summary: str, sums: Sums | None, balance: Decimal, into: dict[str, Any], adds: str = "closing"
    ) -> Row:
        values: dict[str, Any] = {"posted_on": on, "summary": summary}
        if sums is not None:
            values |= {"debit": sums.debit, "credit": sums.credit}
        drills = {name: Drill("books.general-ledger", into, adds=name) for name in ("debit", "credit")}
        drills["balance"] = Drill("books.general-ledger", into, adds=f"-{adds}" if balance < 0 else adds)
        values |= {"direction": direction(balance), "balance": abs(balance)}
        return Row(values=values, bold=True, drills=drills, counts=False)


GENERAL_LEDGER = Report(
    key="books.general-ledger",
    label=_("Account ledger"),
    help=_("Every line of an account with its running balance; a line opens the document it comes from."),
    params=GeneralLedgerParams,
    run=run,
    defaults=propose_month,
    terms=of_account,
)


def opened(ledger: Ledger, code: str, from_on: date, to_on: date, party: Any = None) -> Drill:
    """The drill into the account's lines."""
    params = {"account": ledger.ids[code], "from_on": from_on, "to_on": to_on, "party": party}
    return Drill("books.general-ledger", params)
