"""资产负债表 and 利润表 in the form of the company's standard, each figure opening the accounts that made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Literal

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.books.formulas import Figure, LedgerFigures
from jingwei.books.reports.facts import JOURNAL
from jingwei.books.reports.general_ledger import opened
from jingwei.books.reports.ledger import DAY, ZERO, Ledger, in_order, open_ledger, propose_month, propose_month_end
from jingwei.books.statements import (
    CheckResult,
    ColumnSpec,
    Kind,
    Statement,
    StatementLine,
    build,
    check,
    column_sets,
    layout,
)
from jingwei.platform.documents.query import unknown
from jingwei.platform.documents.read import title, titles
from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Column, Drill, Note, Params, Report, Result, Row, Term, asked

LEVELS = {Kind.ITEM: 1, Kind.DEDUCT: 1, Kind.SUB: 1, Kind.MEMO: 2, Kind.OF_WHICH: 2}
CHECKS = {
    "sheet_balances": _("Assets equal liabilities and equity"),
    "movement_of_results": _("Net profit equals the movement of income and expense accounts"),
    "inventory_details": _("Inventories are at least the sum of their details"),
}
#: What is known to make a cross-check fail in sound books: until the period ends, and what is to be done then.
KNOWN = {
    "inventory_details": (
        _(
            "Inventories are %(short)s less than their details: orders bear %(known)s of manufacturing overhead that "
            "is not booked yet. It goes when wages and the rest of the overhead of the period are booked."
        ),
        _(
            "Cross-check fails: %(check)s (%(left)s against %(right)s). Orders bear %(known)s of manufacturing "
            "overhead that was not booked: book what lacks, then allocate the difference."
        ),
    ),
}


class ColumnSet(models.TextChoices):
    """Which columns the income statement prints."""

    STANDARD = "standard", _("As the standard prints it")
    ANNUAL = "annual", _("Annual")
    FILING = "filing", _("For the tax return")
    FILING_ANNUAL = "filing_annual", _("For the annual tax return")


class BalanceSheetParams(Params):
    """A day."""

    on: date = asked(_("Day"), _("Balances at the end of this day."), ...)


class IncomeStatementParams(Params):
    """A range within one fiscal year."""

    from_on: date = asked(_("From day"), _("First day of the period reported on."), ...)
    to_on: date = asked(_("To day"), _("Last day of the period reported on, in the same fiscal year."), ...)
    columns: ColumnSet = asked(_("Columns"), _("Which columns of the form are shown."), ColumnSet.STANDARD)


class FigureParams(Params):
    """One figure of a statement."""

    statement: str = asked(_("Statement"), _("balance_sheet or income_statement."), ..., is_drilled=True)
    line: str = asked(_("Line"), _("Code of the line in the form."), ..., is_drilled=True)
    column: str = asked(_("Column"), _("Key of the column in the form."), ..., is_drilled=True)
    from_on: date = asked(_("From day"), _("First day of the statement's period."), ...)
    to_on: date = asked(_("To day"), _("Last day of the statement's period."), ...)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A statement to be made: which one, for which days."""

    ledger: Ledger
    statement: Statement
    from_on: date
    to_on: date

    def span(self, key: str) -> tuple[date, date]:
        """The days that a column is about: what moved in them, or (balance sheet) their last evening."""
        from_on, to_on = self.from_on, self.to_on
        year = self.ledger.year_start(to_on)
        if key in ("closing", "year_to_date"):
            return year, to_on
        if key in ("year_start", "prior_year_end", "prior_year"):
            return a_year_before(year), year - DAY
        if key == "month":
            return self.ledger.span(to_on, "to_on").starts_on, to_on
        if key == "prior_period":
            return a_year_before(from_on), a_year_before(to_on)
        assert key == "period", key
        return from_on, to_on

    def balances(self, key: str) -> LedgerFigures:
        """The balances that belong in a column."""
        from_on, to_on = self.span(key)
        if self.statement == Statement.BALANCE_SHEET:
            return self.ledger.closing(to_on)
        return self.ledger.results(from_on, to_on)

    def built(self, columns: Sequence[ColumnSpec]) -> tuple[list[StatementLine], list[LedgerFigures]]:
        """The statement's lines and the balances of each column, the latest days first so that rows are read once."""
        ledger = self.ledger
        found = {c.key: self.balances(c.key) for c in sorted(columns, key=lambda c: self.span(c.key)[1], reverse=True)}
        ordered = [found[c.key] for c in columns]
        lines = build(self.statement, ledger.standard, ordered, on=self.to_on, accounts=ledger.accounts)
        return lines, ordered


def a_year_before(on: date) -> date:
    """The same day a year earlier; the last day of February for itself."""
    if (on.month, on.day) == (2, 28) and (on + DAY).day == 1:
        return on.replace(year=on.year - 1, month=3, day=1) - DAY
    return on.replace(year=on.year - 1, day=28) if (on.month, on.day) == (2, 29) else on.replace(year=on.year - 1)


def run_balance_sheet(actor: Actor, params: BalanceSheetParams) -> Result:
    """Raises Refusal 409 `books.not_started`, `period.missing`."""
    ledger = open_ledger(actor)
    ledger.span(params.on, "on")
    columns = column_sets(Statement.BALANCE_SHEET, ledger.standard)[ColumnSet.STANDARD]
    asked_for = _Asked(ledger, Statement.BALANCE_SHEET, ledger.year_start(params.on), params.on)
    return _result(asked_for, columns, params.on.isoformat())


def run_income_statement(actor: Actor, params: IncomeStatementParams) -> Result:
    """Raises Refusal 409 `books.not_started`, `period.missing`, 422 `report.range`, `report.columns`."""
    ledger = open_ledger(actor)
    ledger.year_of(params.from_on, params.to_on)
    sets = column_sets(Statement.INCOME_STATEMENT, ledger.standard)
    if params.columns not in sets:
        message = _("The form of this standard has no such columns.")
        hint = _("Allowed: %(allowed)s.") % {"allowed": ", ".join(str(ColumnSet(key).label) for key in sets)}
        raise Refusal(Problem("report.columns", message, hint, field="columns"))
    asked_for = _Asked(ledger, Statement.INCOME_STATEMENT, params.from_on, params.to_on)
    return _result(asked_for, sets[params.columns], f"{params.from_on.isoformat()} – {params.to_on.isoformat()}")


def _result(asked_for: _Asked, columns: Sequence[ColumnSpec], days: str) -> Result:
    ledger, statement = asked_for.ledger, asked_for.statement
    lines, balances = asked_for.built(columns)
    form = layout(statement, ledger.standard, asked_for.to_on)
    results = check(statement, ledger.standard, balances[0], on=asked_for.to_on, accounts=ledger.accounts)
    return Result(
        columns=(
            Column("number", _("Line number"), "code"),
            Column("item", _("Statement item")),
            *(Column(c.key, title(c.label_zh, c.label_en), "amount", scale=ledger.decimals) for c in columns),
        ),
        rows=[_row(asked_for, columns, line, balances) for line in lines],
        notes=_notes(results, ledger.decimals, is_end=ledger.span(asked_for.to_on, "to_on").ends_on == asked_for.to_on),
        heading=" · ".join(part for part in (form.form, title(form.name_zh, form.name_en), days) if part),
        currency=ledger.currency,
    )


def _row(
    asked_for: _Asked, columns: Sequence[ColumnSpec], line: StatementLine, balances: Sequence[LedgerFigures]
) -> Row:
    values: dict[str, Any] = {"number": line.number, "item": title(line.label_zh, line.label_en)}
    drills = {}
    for column, figure, own in zip(columns, line.figures, balances, strict=False):  # a heading has no figures
        values[column.key] = figure.amount
        if figure.parts:
            opens = _opened(asked_for, column.key, line.code, figure)
            drills[column.key] = replace(opens, terms=partial(_formula, asked_for, column.key, figure, own))
    return Row(values=values, level=LEVELS.get(line.kind, 0), bold=line.kind not in LEVELS, drills=drills)


def _opened(asked_for: _Asked, key: str, code: str, figure: Figure) -> Drill:
    """Into the account's lines where one account alone made the figure, else into the list of those that did."""
    if len(figure.parts) == 1:
        (part,) = figure.parts
        from_on, to_on = asked_for.span(key)
        if to_on >= asked_for.ledger.starts_on:
            return opened(asked_for.ledger, part.account, from_on, to_on, part.party)
    params = {
        "statement": asked_for.statement.value,
        "line": code,
        "column": key,
        "from_on": asked_for.from_on,
        "to_on": asked_for.to_on,
    }
    return Drill("books.statement-figure", params)


def _formula(asked_for: _Asked, key: str, figure: Figure, balances: LedgerFigures, _name: str) -> list[Term]:
    """The accounts, and where balances were taken per party the parties, that make a figure, in their order."""
    ledger, (from_on, to_on) = asked_for.ledger, asked_for.span(key)
    parties = titles(ledger.group_id, {part.party for part in figure.parts if isinstance(part.party, int)})
    terms = []
    for part, amount in sorted(figure.parts.items(), key=lambda item: (item[0].account, str(item[0].party))):
        given: dict[str, Any] = {"account": ledger.ids[part.account], "party": part.party, "to_on": to_on}
        if asked_for.statement == Statement.BALANCE_SHEET:
            held = balances.closing.get(part.account, ZERO)
            if part.party is not None or abs(held) != abs(amount):  # taken per party, this one of no party
                held = balances.closing_by_party[part.account, part.party]
                given["party"] = part.party or 0
        else:
            held = balances.movement.get(part.account, ZERO)
            given |= {"from_on": from_on, "unclosed": True}
        named = parties.get(part.party, {}) if isinstance(part.party, int) else {}
        words = [part.account, ledger.name(part.account), named.get("number", ""), named.get("title", "")]
        terms.append(Term(" ".join(w for w in words if w), JOURNAL, given, 1 if amount == held else -1))
    return terms


def _notes(results: Sequence[CheckResult], decimals: int, *, is_end: bool) -> list[Note]:
    """What does not hold; what is known to come right by the end of the period is not called a failure before it."""
    failed = [r for r in results if not r.holds]
    if not failed:
        return [Note(_("All %(count)s cross-checks of the form hold.") % {"count": len(results)})]
    notes = []
    for one in failed:
        figures = {"left": one.left, "right": one.right, "short": one.right - one.left, "known": one.known}
        words: dict[str, Any] = {name: f"{figure:,.{decimals}f}" for name, figure in figures.items()}
        words["check"] = CHECKS.get(one.key, one.key)
        text: Text = _("Cross-check fails: %(check)s (%(left)s against %(right)s).")
        kind: Literal["info", "warning", "error"] = "error" if one.severity == "error" else "warning"
        if one.is_explained:
            meanwhile, at_end = KNOWN[one.key]
            text, kind = (at_end, kind) if is_end else (meanwhile, "info")
        notes.append(Note(str(text) % words, kind))
    return notes


def run_figure(actor: Actor, params: FigureParams) -> Result:
    """The accounts, and where balances were taken per party the parties, that made one figure.

    Raises Refusal 400 `query.unknown` for a statement, line or column that the form does not have.
    """
    ledger = open_ledger(actor)
    if params.statement not in set(Statement):
        raise unknown(str(_("Statement")), params.statement, [s.value for s in Statement])
    statement = Statement(params.statement)
    in_order(params.from_on, params.to_on)
    ledger.span(params.to_on, "to_on")
    known = {c.key: c for columns in column_sets(statement, ledger.standard).values() for c in columns}
    if params.column not in known:
        raise unknown(str(_("Column")), params.column, known)
    asked_for = _Asked(ledger, statement, params.from_on, params.to_on)
    lines = {line.code: line for line in asked_for.built([known[params.column]])[0]}
    if params.line not in lines or not lines[params.line].figures:
        raise unknown(str(_("Line")), params.line, (code for code, line in lines.items() if line.figures))
    return _parts(asked_for, known[params.column], lines[params.line])


def _parts(asked_for: _Asked, column: ColumnSpec, line: StatementLine) -> Result:
    ledger, figure = asked_for.ledger, line.figures[0]
    parties = titles(ledger.group_id, {part.party for part in figure.parts if isinstance(part.party, int)})
    from_on, to_on = asked_for.span(column.key)
    balances = asked_for.balances(column.key)
    rows = [
        Row(
            values={
                "account": ledger.reference(part.account),
                "party": parties.get(part.party) if isinstance(part.party, int) else None,
                "amount": amount,
            },
            drill=opened(ledger, part.account, from_on, to_on, part.party) if to_on >= ledger.starts_on else None,
            drills={"amount": Drill(terms=partial(_formula, asked_for, column.key, Figure({part: amount}), balances))},
        )
        for part, amount in sorted(figure.parts.items(), key=lambda item: (item[0].account, str(item[0].party)))
    ]
    return Result(
        columns=(
            Column("account", _("Account"), "reference"),
            *((Column("party", _("Party"), "reference"),) if parties else ()),
            Column("amount", title(column.label_zh, column.label_en), "amount", scale=ledger.decimals),
        ),
        rows=rows,
        totals={"amount": figure.amount},
        heading=" ".join(part for part in (line.number, title(line.label_zh, line.label_en)) if part),
        currency=ledger.currency,
    )


BALANCE_SHEET = Report(
    key="books.balance-sheet",
    label=_("Balance sheet"),
    help=_("Assets, liabilities and equity in the form of the company's accounting standard."),
    params=BalanceSheetParams,
    run=run_balance_sheet,
    defaults=propose_month_end,
)

INCOME_STATEMENT = Report(
    key="books.income-statement",
    label=_("Income statement"),
    help=_("Income, expense and profit in the form of the company's accounting standard, closed months included."),
    params=IncomeStatementParams,
    run=run_income_statement,
    defaults=propose_month,
)

STATEMENT_FIGURE = Report(
    key="books.statement-figure",
    label=_("Figure of a statement"),
    help=_("The accounts that a figure of a statement is made of."),
    params=FigureParams,
    run=run_figure,
    in_menu=False,
)
