"""科目余额表: opening balance, movement of the range and of the year, closing balance, for every account and header."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jingwei.books.reports.facts import MEASURES
from jingwei.books.reports.ledger import DAY, Ledger, open_ledger, propose_month
from jingwei.books.statements import AMOUNTS, TrialBalance, TrialBalanceLine, Turnover, trial_balance
from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Column, Drill, Params, Report, Result, Row, asked


class TrialBalanceParams(Params):
    """The range lies within one fiscal year."""

    from_on: date = asked(_("From day"), _("First day of the range; balances before it are the opening balances."), ...)
    to_on: date = asked(_("To day"), _("Last day of the range, in the same fiscal year as the first."), ...)
    level_from: int = asked(_("From level"), _("Headers above this level are left out."), 1, minimum=1, maximum=9)
    level_to: int | None = asked(
        _("To level"), _("Accounts below this level are in their header only; empty for all."), minimum=1, maximum=9
    )
    include_zero: bool = asked(_("Accounts without figures"), _("Also show accounts on which nothing stands."), False)


def pair(ledger: Ledger, name: str, group: Text) -> tuple[Column, Column]:
    """Debit and credit under one heading."""
    return (
        Column(f"{name}_debit", _("Debit"), "amount", group, ledger.decimals, MEASURES[name][0]),
        Column(f"{name}_credit", _("Credit"), "amount", group, ledger.decimals, MEASURES[name][1]),
    )


def run(actor: Actor, params: TrialBalanceParams) -> Result:
    """One row per account. Raises Refusal 409 `books.not_started`, `period.missing`, 422 `report.range`."""
    if params.level_to is not None and params.level_to < params.level_from:
        message = _("The last level lies above the first.")
        raise Refusal(Problem("report.levels", message, field="level_to"))
    ledger = open_ledger(actor)
    balance = of_ledger(ledger, params.from_on, params.to_on)
    shown = {line.code: line for line in balance.lines}
    lines = []
    for spec in ledger.accounts:
        line = shown.get(spec.code)
        if line is None and params.include_zero:
            line = TrialBalanceLine.of(spec, Turnover())
        if line is not None and params.level_from <= line.level <= (params.level_to or line.level):
            lines.append(line)
    return Result(
        columns=(
            Column("account", _("Account code"), "code"),
            Column("name", _("Account name")),
            *pair(ledger, "opening", _("Opening balance")),
            *pair(ledger, "period", _("Movement")),
            *pair(ledger, "year", _("Year to date")),
            *pair(ledger, "closing", _("Closing balance")),
        ),
        rows=[_row(ledger, params, line) for line in lines],
        totals=balance.totals,
        currency=ledger.currency,
    )


def of_ledger(ledger: Ledger, from_on: date, to_on: date) -> TrialBalance:
    """The trial balance of a range within one fiscal year."""
    year_start = ledger.year_of(from_on, to_on)
    year = ledger.moved(year_start, to_on)
    period = ledger.moved(from_on, to_on)
    opening = ledger.balances(from_on - DAY)
    figures: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for (account, _party), amount in opening.items():
        figures[ledger.codes[account]]["opening"] += amount
    for name, movement in (("period", period), ("year", year)):
        for (account, _party), sums in movement.items():
            figures[ledger.codes[account]][f"{name}_debit"] += sums.debit
            figures[ledger.codes[account]][f"{name}_credit"] += sums.credit
    turnovers = {code: Turnover(**amounts) for code, amounts in figures.items()}
    return trial_balance(ledger.accounts, turnovers)


def _row(ledger: Ledger, params: TrialBalanceParams, line: TrialBalanceLine) -> Row:
    values = {name: getattr(line, name) for name in AMOUNTS}
    opened = {"account": ledger.ids[line.code], "from_on": params.from_on, "to_on": params.to_on}
    whole = Drill("books.general-ledger", {**opened, "from_on": ledger.year_start(params.to_on)})
    return Row(
        values={"account": line.code, "name": ledger.name(line.code), **values},
        level=line.level - 1,
        bold=line.level == 1,
        drill=Drill("books.general-ledger", opened),
        drills={"year_debit": whole, "year_credit": whole},
        counts=line.level == 1,
    )


TRIAL_BALANCE = Report(
    key="books.trial-balance",
    label=_("Trial balance"),
    help=_("All accounts with opening balance, movement and closing balance; debits equal credits."),
    params=TrialBalanceParams,
    run=run,
    defaults=propose_month,
)
