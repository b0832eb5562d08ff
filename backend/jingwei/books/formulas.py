"""The formula language of financial statements: parser and evaluator.

A formula is a sum of terms with + and −:

- `DR(x)`, `CR(x)`: closing debit − credit of account x and everything below it, and its opposite;
- `DRS(x)`, `CRS(x)`: only the debit, only the credit balances, one balance per customer or supplier where x keeps
  balances per party, else one balance for x as a whole (the VAT details);
- `PDR(x)`, `PCR(x)`: net debit and net credit movement of the period without closing entries, or every closed month
  would show nothing;
- `L(n)`: line n, by its code or its printed number; `SUM(a:b)`: the lines printed from a to b, all of one kind;
- `UNCLOSED_PL`: net credit balance of income and expense not yet closed; `PL_MOVEMENT`: their net credit movement;
- `0`: a line filled by hand.

Accounts that the chart does not have count nothing: a layout names accounts a company may add later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple, Protocol

from jingwei.books.charts import Tree

Party = int | str
_ZERO: Final = Decimal(0)
_OF_ACCOUNT: Final = frozenset({"DR", "CR", "DRS", "CRS", "PDR", "PCR"})
_NAMES: Final = frozenset({"UNCLOSED_PL", "PL_MOVEMENT", "0"})
_TOKEN: Final = re.compile(r"\s*(?:(?P<sign>[+-])|(?P<name>[A-Z_]+|0)(?:\((?P<first>\w+)(?::(?P<last>\w+))?\))?)\s*")


class FormulaFault(Exception):
    """A formula or a set of balances cannot be used; the text names the formula, line or account."""


class Term(NamedTuple):
    """One term: its sign, what it is (`DR`, `L`, `0` …) and its argument; `last` is the end of a `SUM`."""

    sign: int
    name: str
    argument: str = ""
    last: str = ""


Formula = tuple[Term, ...]


def parse(text: str) -> Formula:
    """Parse a formula. Error: `FormulaFault` quoting the text from where it is not understood."""
    terms: list[Term] = []
    position, sign = 0, 0  # 0: a sign has to come, unless at the start
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise _not_understood(text, position)
        if token["sign"]:
            if sign:
                raise _not_understood(text, position)
            sign = 1 if token["sign"] == "+" else -1
        else:
            if not sign and terms:
                raise _not_understood(text, position)
            terms.append(_term(text, position, sign or 1, token))
            sign = 0
        position = token.end()
    if sign or not terms:
        raise _not_understood(text, len(text))
    return tuple(terms)


def _term(text: str, position: int, sign: int, token: re.Match[str]) -> Term:
    name, first, last = token["name"], token["first"] or "", token["last"] or ""
    if name in _NAMES:
        fits = not first
    elif name in _OF_ACCOUNT:
        fits = first.isdigit() and not last
    elif name == "SUM":
        fits = first.isdigit() and last.isdigit() and int(first) <= int(last)
    else:
        fits = name == "L" and bool(first) and not last
    if not fits:
        raise _not_understood(text, position)
    return Term(sign, name, first, last)


def _not_understood(text: str, position: int) -> FormulaFault:
    rest = text[position:].strip()
    return FormulaFault(f"formula “{text}”: " + (f"“{rest}” is not understood" if rest else "something is missing"))


class Balances(Protocol):
    """What a ledger tells a statement, in functional currency, debit positive.

    `closing`: account → balance at the end; `closing_by_party`: (account, party or None) → balance, complete for every
    account that keeps balances per customer or supplier; `movement`: account → debit − credit of the period without
    closing entries. Accounts without a figure may be left out.
    """

    @property
    def closing(self) -> Mapping[str, Decimal]:
        """Closing balances by account."""
        ...

    @property
    def closing_by_party(self) -> Mapping[tuple[str, Party | None], Decimal]:
        """Closing balances by account and party."""
        ...

    @property
    def movement(self) -> Mapping[str, Decimal]:
        """Net movement of the period by account, closing entries left out."""
        ...


@dataclass(frozen=True)
class LedgerFigures:
    """Balances held in memory."""

    closing: Mapping[str, Decimal] = field(default_factory=dict)
    closing_by_party: Mapping[tuple[str, Party | None], Decimal] = field(default_factory=dict)
    movement: Mapping[str, Decimal] = field(default_factory=dict)


class Part(NamedTuple):
    """What a figure is made of: an account, and the party where balances were taken per party."""

    account: str
    party: Party | None = None


@dataclass(frozen=True)
class Figure:
    """An amount with the accounts that made it: the parts add up to the amount."""

    parts: Mapping[Part, Decimal] = field(default_factory=dict)

    @property
    def amount(self) -> Decimal:
        """The figure itself."""
        return sum(self.parts.values(), _ZERO)


@dataclass(frozen=True, slots=True)
class FormulaLine:
    """A line of a layout as formulas see it; `formula` is None for a heading."""

    code: str
    number: str
    kind: str
    formula: Formula | None


class Evaluator:
    """Evaluates formulas over one set of balances; every line once.

    Errors: `FormulaFault` for a line that refers to itself or to no line, a `SUM` over lines of several kinds, balances
    on accounts the tree does not know, and balances per party that do not add up to their account.
    """

    def __init__(self, lines: Sequence[FormulaLine], tree: Tree, balances: Balances) -> None:
        self._tree = tree
        self._closing = balances.closing
        self._movement = balances.movement
        self._parties: dict[str, dict[Party | None, Decimal]] = {}
        for (account, party), amount in balances.closing_by_party.items():
            self._parties.setdefault(account, {})[party] = amount
        unknown = sorted({*self._closing, *self._movement, *self._parties} - tree.accounts.keys())
        if unknown:
            raise FormulaFault(f"the ledger has figures for accounts that the chart lacks: {', '.join(unknown)}")
        self._lines = {line.code: line for line in lines}
        self._numbered = {line.number: line for line in lines if line.number}
        self._done: dict[str, Figure] = {}
        self._open: list[str] = []

    def line(self, key: str) -> Figure:
        """The figure of a line, by code or printed number."""
        line = self._lines.get(key) or self._numbered.get(key)
        if line is None or line.formula is None:
            raise FormulaFault(f"there is no line {key} with a figure")
        if line.code in self._open:
            raise FormulaFault("lines refer to themselves: " + " → ".join([*self._open, line.code]))
        if line.code not in self._done:
            self._open.append(line.code)
            self._done[line.code] = self.value(line.formula)
            self._open.pop()
        return self._done[line.code]

    def value(self, formula: Formula) -> Figure:
        """The figure of a formula."""
        parts: dict[Part, Decimal] = {}
        for term in formula:
            for part, amount in self._parts(term):
                parts[part] = parts.get(part, _ZERO) + amount * term.sign
        return Figure({part: amount for part, amount in parts.items() if amount})

    def _parts(self, term: Term) -> Iterable[tuple[Part, Decimal]]:
        name, argument = term.name, term.argument
        if name == "L":
            return self.line(argument).parts.items()
        if name == "SUM":
            return [item for line in self._range(argument, term.last) for item in self.line(line).parts.items()]
        if name in ("DRS", "CRS"):
            return self._by_side(argument, 1 if name == "DRS" else -1)
        if name in ("DR", "CR"):
            return self._plain(self._closing, self._tree.subtree(argument), 1 if name == "DR" else -1)
        if name in ("PDR", "PCR"):
            return self._plain(self._movement, self._tree.subtree(argument), 1 if name == "PDR" else -1)
        if name == "UNCLOSED_PL":
            return self._plain(self._closing, self._results(), -1)
        if name == "PL_MOVEMENT":
            return self._plain(self._movement, self._results(), -1)
        assert name == "0", name
        return ()

    def _results(self) -> list[str]:
        return [code for code, account in self._tree.accounts.items() if account.type.is_result]

    @staticmethod
    def _plain(figures: Mapping[str, Decimal], accounts: Iterable[str], sign: int) -> Iterable[tuple[Part, Decimal]]:
        return [(Part(code), figures[code] * sign) for code in accounts if code in figures]

    def _by_side(self, code: str, sign: int) -> Iterable[tuple[Part, Decimal]]:
        """Balances of one side: the net of a party over all accounts below counts, not each account for itself."""
        accounts = self._tree.subtree(code)
        if not accounts or not self._tree.accounts[code].asks_party:
            whole = list(self._plain(self._closing, accounts, sign))
            return whole if sum(amount for _part, amount in whole) > 0 else ()
        groups: dict[Party | None, list[tuple[Part, Decimal]]] = {}
        for account in accounts:
            parties = self._parties.get(account, {})
            missing = self._closing.get(account, _ZERO) - sum(parties.values(), _ZERO)
            if missing:
                raise FormulaFault(f"balances by party of account {account} differ from its balance by {missing}")
            for party, amount in parties.items():
                groups.setdefault(party, []).append((Part(account, party), amount * sign))
        sided = (group for group in groups.values() if sum(amount for _part, amount in group) > 0)
        return [item for group in sided for item in group]

    def _range(self, first: str, last: str) -> list[str]:
        lines = [line for number, line in self._numbered.items() if int(first) <= int(number) <= int(last)]
        if len(lines) != int(last) - int(first) + 1:
            raise FormulaFault(f"SUM({first}:{last}) reaches over lines that are not printed")
        if len({line.kind for line in lines}) != 1:
            raise FormulaFault(f"SUM({first}:{last}) adds lines of several kinds")
        return [line.code for line in lines]
