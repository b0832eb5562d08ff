"""Balance sheet, income statement and trial balance, from balances alone; every figure knows the accounts behind it.

Layouts are data: `data/statements/` holds their lines, versions, column sets and cross-checks. The Chinese ones are
会小企01/02表 (财会〔2011〕17号) and the format of 财会〔2019〕6号, with the printed names and numbers; the
international pair is ours. Amounts are in functional currency; a figure has the sign in which the line prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Final, Self

from jingwei.books.charts import AccountSpec, ChartFault, Standard, Tree, load_chart, read_table
from jingwei.books.formulas import Balances, Evaluator, Figure, Formula, FormulaFault, FormulaLine, LedgerFigures, parse

_ZERO: Final = Decimal(0)


class Statement(StrEnum):
    """The statements that layouts exist for."""

    BALANCE_SHEET = "balance_sheet"
    INCOME_STATEMENT = "income_statement"


class Kind(StrEnum):
    """What a line is. `OF_WHICH` lines detail the line above and are in no total; `MEMO` lines feed the next item."""

    HEADING = "heading"
    ITEM = "item"
    OF_WHICH = "of_which"
    MEMO = "memo"
    DEDUCT = "deduct"
    SUB = "sub"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class LineSpec:
    """One line of a layout. `number` is the printed line number, empty where none is printed."""

    code: str
    number: str
    name_zh: str
    name_en: str
    name_zh_filing: str
    kind: Kind
    formula: Formula | None

    @property
    def for_formulas(self) -> FormulaLine:
        """The line as the evaluator takes it."""
        return FormulaLine(self.code, self.number, self.kind.value, self.formula)


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """A cross-check: `left` `relation` `right`. A `warning` may fail in lawful books, an `error` may not; `known` is
    what may lack for a reason that has a name."""

    key: str
    severity: str
    left: Formula
    relation: str
    right: Formula
    known: Formula = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A statement as one version of a standard prints it."""

    standard: Standard
    statement: Statement
    version: str
    valid_from: date
    form: str
    name_zh: str
    name_en: str
    lines: tuple[LineSpec, ...]
    checks: tuple[CheckSpec, ...]


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column that the form prints: `key` says which balances belong in it (closing, year_start, period …)."""

    key: str
    label_zh: str
    label_en: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line with one figure per column; a heading has none."""

    code: str
    number: str
    label_zh: str
    label_en: str
    label_zh_filing: str
    kind: Kind
    figures: tuple[Figure, ...]

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """The figures as amounts, in the order of the columns."""
        return tuple(figure.amount for figure in self.figures)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A cross-check carried out on one column. `known` is how much may lack for a reason that has a name, 0 or more."""

    key: str
    severity: str
    holds: bool
    left: Decimal
    relation: str
    right: Decimal
    known: Decimal = _ZERO

    @property
    def is_explained(self) -> bool:
        """It does not hold, and would with what is known."""
        return not self.holds and self.relation == ">=" and self.left + self.known >= self.right


_LAYOUT_COLUMNS = ("standard", "statement", "version", "valid_from", "form", "name_zh", "name_en")
_LINE_COLUMNS = (
    "standard",
    "version",
    "line_code",
    "number",
    "name_zh",
    "name_en",
    "name_zh_filing",
    "kind",
    "formula",
)
_CHECK_COLUMNS = ("standard", "statement", "version", "key", "severity", "left", "relation", "right", "known")
_SET_COLUMNS = ("standard", "statement", "column_set", "position", "key", "label_zh", "label_en")


def layout(statement: Statement | str, standard: Standard | str, on: date | None = None) -> Layout:
    """The layout in force on a date: the latest version valid by then, the first one for earlier dates.

    Without a date the latest. Errors: `ValueError` for an unknown statement or standard, `ChartFault` for a layout
    with a fault.
    """
    versions = _layouts(Statement(statement), Standard(standard))
    in_force = [each for each in versions if on is None or each.valid_from <= on]
    return in_force[-1] if in_force else versions[0]


@cache
def _layouts(statement: Statement, standard: Standard) -> tuple[Layout, ...]:
    rows = read_table("statements/layouts.csv", _LAYOUT_COLUMNS)
    found = [_layout(row) for row in rows if (row["standard"], row["statement"]) == (standard, statement)]
    return tuple(sorted(found, key=lambda each: each.valid_from))


def _layout(row: Mapping[str, str]) -> Layout:
    standard, statement, version = Standard(row["standard"]), Statement(row["statement"]), row["version"]
    name = f"statements/{statement}.csv ({standard} {version})"
    lines = read_table(f"statements/{statement}.csv", _LINE_COLUMNS)
    checks = read_table("statements/checks.csv", _CHECK_COLUMNS)
    try:
        result = Layout(
            standard=standard,
            statement=statement,
            version=version,
            valid_from=date.fromisoformat(row["valid_from"]),
            form=row["form"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            lines=tuple(_line(of) for of in lines if (of["standard"], of["version"]) == (standard, version)),
            checks=tuple(
                CheckSpec(
                    of["key"],
                    of["severity"],
                    parse(of["left"]),
                    of["relation"],
                    parse(of["right"]),
                    parse(of["known"]) if of["known"] else (),
                )
                for of in checks
                if (of["standard"], of["statement"], of["version"]) == (standard, statement, version)
            ),
        )
        prove(result)
    except FormulaFault as fault:
        raise ChartFault(f"{name}: {fault}") from None
    return result


def _line(row: Mapping[str, str]) -> LineSpec:
    kind = Kind(row["kind"])
    return LineSpec(
        code=row["line_code"],
        number=row["number"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        name_zh_filing=row["name_zh_filing"] or row["name_zh"],
        kind=kind,
        formula=None if kind == Kind.HEADING else parse(row["formula"]),
    )


def prove(candidate: Layout) -> None:
    """Evaluate a layout once on empty books. Error: `FormulaFault` naming what refers to nothing or to itself."""
    for key in ("code", "number"):
        used = [getattr(line, key) for line in candidate.lines if getattr(line, key)]
        if len(used) != len(set(used)):
            raise FormulaFault(f"a line {key} is used twice")
    for spec in candidate.checks:
        if spec.relation not in ("=", ">=") or spec.severity not in ("error", "warning"):
            raise FormulaFault(f"the check {spec.key} has an unknown relation or severity")
    _evaluate(candidate, Tree.of(load_chart(candidate.standard)), LedgerFigures())
    _check(candidate, Tree.of(load_chart(candidate.standard)), LedgerFigures())


def column_sets(statement: Statement | str, standard: Standard | str) -> dict[str, tuple[ColumnSpec, ...]]:
    """The column sets that the form is printed with, by key: `standard`, and `annual` or `filing` where they differ."""
    statement, standard = Statement(statement), Standard(standard)
    found: dict[str, list[ColumnSpec]] = {}
    for row in read_table("statements/columns.csv", _SET_COLUMNS):
        if (row["standard"], row["statement"]) == (standard, statement):
            columns = found.setdefault(row["column_set"], [])
            columns.append(ColumnSpec(row["key"], row["label_zh"], row["label_en"]))
    return {key: tuple(columns) for key, columns in found.items()}


def build(
    statement: Statement | str,
    standard: Standard | str,
    columns: Sequence[Balances],
    *,
    on: date | None = None,
    accounts: Iterable[AccountSpec] | None = None,
) -> list[StatementLine]:
    """The statement with one figure per column, in printed order.

    `columns` are the balances of each column (`column_sets` says which the form wants); `accounts` is the company's own
    chart, default the shipped one. Errors: `FormulaFault` when balances lie on accounts outside the chart, or balances
    per party do not add up to their account.
    """
    chosen = layout(statement, standard, on)
    tree = Tree.of(load_chart(standard) if accounts is None else accounts)
    evaluated = [_evaluate(chosen, tree, balances) for balances in columns]
    return [
        StatementLine(
            code=line.code,
            number=line.number,
            label_zh=line.name_zh,
            label_en=line.name_en,
            label_zh_filing=line.name_zh_filing,
            kind=line.kind,
            figures=tuple(figures[line.code] for figures in evaluated) if line.formula is not None else (),
        )
        for line in chosen.lines
    ]


def check(
    statement: Statement | str,
    standard: Standard | str,
    balances: Balances,
    *,
    on: date | None = None,
    accounts: Iterable[AccountSpec] | None = None,
) -> list[CheckResult]:
    """The cross-checks of the layout on one column, all of them, in order; the caller looks at `holds`."""
    tree = Tree.of(load_chart(standard) if accounts is None else accounts)
    return _check(layout(statement, standard, on), tree, balances)


def _evaluator(chosen: Layout, tree: Tree, balances: Balances) -> Evaluator:
    return Evaluator([line.for_formulas for line in chosen.lines], tree, balances)


def _evaluate(chosen: Layout, tree: Tree, balances: Balances) -> dict[str, Figure]:
    evaluator = _evaluator(chosen, tree, balances)
    return {line.code: evaluator.line(line.code) for line in chosen.lines if line.formula is not None}


def _check(chosen: Layout, tree: Tree, balances: Balances) -> list[CheckResult]:
    evaluator = _evaluator(chosen, tree, balances)
    results = []
    for spec in chosen.checks:
        left, right = evaluator.value(spec.left).amount, evaluator.value(spec.right).amount
        holds = left == right if spec.relation == "=" else left >= right
        known = max(evaluator.value(spec.known).amount, _ZERO) if spec.known else _ZERO
        results.append(CheckResult(spec.key, spec.severity, holds, left, spec.relation, right, known))
    return results


# --- trial balance 科目余额表 ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turnover:
    """Figures of one account: `opening` debit − credit before the period, movements of period and year on each side.

    The year's movements run from its first day to the end of the period; red amounts count negative on their side.
    """

    opening: Decimal = _ZERO
    period_debit: Decimal = _ZERO
    period_credit: Decimal = _ZERO
    year_debit: Decimal = _ZERO
    year_credit: Decimal = _ZERO

    @property
    def closing(self) -> Decimal:
        """Balance at the end of the period, debit − credit."""
        return self.opening + self.period_debit - self.period_credit

    def plus(self, other: Turnover) -> Turnover:
        """The figures of two accounts together."""
        return Turnover(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Turnover)))


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """One row: balances stand on the side they fall on, movements on both sides."""

    code: str
    name_zh: str
    name_en: str
    level: int
    is_postable: bool
    opening_debit: Decimal
    opening_credit: Decimal
    period_debit: Decimal
    period_credit: Decimal
    year_debit: Decimal
    year_credit: Decimal
    closing_debit: Decimal
    closing_credit: Decimal

    @classmethod
    def of(cls, account: AccountSpec, turnover: Turnover) -> Self:
        """The row of an account; a header's balance is the net of what is below it."""
        return cls(
            code=account.code,
            name_zh=account.name_zh,
            name_en=account.name_en,
            level=account.level,
            is_postable=account.is_postable,
            opening_debit=max(turnover.opening, _ZERO),
            opening_credit=max(-turnover.opening, _ZERO),
            period_debit=turnover.period_debit,
            period_credit=turnover.period_credit,
            year_debit=turnover.year_debit,
            year_credit=turnover.year_credit,
            closing_debit=max(turnover.closing, _ZERO),
            closing_credit=max(-turnover.closing, _ZERO),
        )


AMOUNTS: Final = (
    "opening_debit",
    "opening_credit",
    "period_debit",
    "period_credit",
    "year_debit",
    "year_credit",
    "closing_debit",
    "closing_credit",
)


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Rows in chart order and the totals of the first level, by column name (`AMOUNTS`)."""

    lines: tuple[TrialBalanceLine, ...]
    totals: Mapping[str, Decimal]

    @property
    def is_balanced(self) -> bool:
        """Whether debits equal credits in all four pairs."""
        pairs = zip(AMOUNTS[::2], AMOUNTS[1::2], strict=True)
        return all(self.totals[debit] == self.totals[credit] for debit, credit in pairs)


def trial_balance(
    accounts: Iterable[AccountSpec], turnovers: Mapping[str, Turnover], *, deepest: int | None = None
) -> TrialBalance:
    """The trial balance: every account with a figure and all headers above it, down to level `deepest`.

    Errors: `FormulaFault` naming accounts of `turnovers` that the chart lacks.
    """
    tree = Tree.of(accounts)
    unknown = sorted(turnovers.keys() - tree.accounts.keys())
    if unknown:
        raise FormulaFault(f"the ledger has figures for accounts that the chart lacks: {', '.join(unknown)}")
    summed: dict[str, Turnover] = {}
    for code, turnover in turnovers.items():
        if turnover == Turnover():
            continue
        above: str | None = code
        while above is not None:
            summed[above] = summed.get(above, Turnover()).plus(turnover)
            above = tree.accounts[above].parent
    rows = [TrialBalanceLine.of(account, summed[code]) for code, account in tree.accounts.items() if code in summed]
    totals = {name: sum((getattr(row, name) for row in rows if row.level == 1), _ZERO) for name in AMOUNTS}
    return TrialBalance(tuple(row for row in rows if deepest is None or row.level <= deepest), totals)
