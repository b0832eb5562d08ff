"""Posting rules as data: which roles a business event debits and credits, and which account stands for a role.

`data/events.csv`: one row per line of an event. `amount` names a fact; a minus before it makes a red entry (红字) that
stays negative on its own side, a question mark after it makes the fact optional. `asks` lists the keys by which the
account is determined: `class`, `party`, `tax`, or one fixed as `tax=pending` or `class=labour`. `id` is the
name of the rule in the ledger; P, S, M, T and C follow the catalogue of Chinese entries, J are ours.
`data/determination.csv`: (standard, taxpayer, role, accounting class, party group, tax) → account, `*` for any; the row
with the most fixed keys wins, and two that could win together are refused when the table is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from typing import Final, Self

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jingwei.books.charts import ChartFault, Side, Standard, Taxpayer, load_chart, read_table
from jingwei.books.roles import AccountingClass, Role, fits
from jingwei.platform.errors import Problem, Refusal

ANY: Final = "*"
# Stored with every ledger line beside the rule's id; raised when a shipped rule changes what it posts.
RULES_VERSION: Final = 2
# Kinds of tax a tax code can have here; `*` is the ordinary rate.
TAX_KINDS: Final = frozenset({ANY, "pending", "deferred", "simplified"})
# What production costs beside material, where a rule prescribes it in place of an accounting class.
COST_ELEMENTS: Final = frozenset({"labour", "overhead", "consumables"})
_ASKS: Final = frozenset({"class", "party", "tax"})


class RuleFault(AssertionError):
    """A rule or a caller of one is wrong; nothing a user typed causes it. The text names the event and the fact."""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One debit or credit of an event. `sign` is −1 for a red line; `fixed_tax` and `fixed_class` are a tax kind and a
    cost element that the rule prescribes."""

    id: str
    side: Side
    fact: str
    sign: int
    is_optional: bool
    role: Role
    asks: frozenset[str]
    fixed_tax: str | None
    fixed_class: str | None

    @classmethod
    def read(cls, row: Mapping[str, str]) -> Self:
        """Build from a row of `events.csv`."""
        asked = [part for part in row["asks"].split(";") if part]
        fixed = dict(part.split("=", 1) for part in asked if "=" in part)
        amount = row["amount"]
        return cls(
            id=f"{row['id']}.{row['line']}",
            side=Side(row["side"]),
            fact=amount.removeprefix("-").removesuffix("?"),
            sign=-1 if amount.startswith("-") else 1,
            is_optional=amount.endswith("?"),
            role=Role(row["role"]),
            asks=frozenset(part for part in asked if "=" not in part),
            fixed_tax=fixed.get("tax"),
            fixed_class=fixed.get("class"),
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """What one event posts for some standards and taxpayers."""

    event: str
    id: str
    standards: frozenset[Standard]
    taxpayers: frozenset[Taxpayer]
    memo_en: str
    memo_zh: str
    lines: tuple[RuleLine, ...]

    @property
    def required_facts(self) -> frozenset[str]:
        """Facts that a caller must give."""
        return frozenset(line.fact for line in self.lines if not line.is_optional)


@dataclass(frozen=True)
class Rulebook:
    """All events by name. Build it with `Rulebook.of`, or take the shipped one from `rulebook()`."""

    rules: Mapping[str, tuple[Rule, ...]]

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Self:
        """Index by event. Error: `ChartFault` when two rules of one event serve the same standard and taxpayer."""
        by_event: dict[str, list[Rule]] = {}
        for rule in rules:
            for other in by_event.setdefault(rule.event, []):
                if other.standards & rule.standards and other.taxpayers & rule.taxpayers:
                    raise ChartFault(f"events.csv: {rule.event} has two rules, {other.id} and {rule.id}")
            by_event[rule.event].append(rule)
        return cls({event: tuple(variants) for event, variants in by_event.items()})

    def rule(self, event: str, standard: Standard, taxpayer: Taxpayer) -> Rule:
        """The rule of an event. Error: `RuleFault` naming the event when there is none."""
        if event not in self.rules:
            raise RuleFault(f"there is no posting event {event}")
        for rule in self.rules[event]:
            if standard in rule.standards and taxpayer in rule.taxpayers:
                return rule
        raise RuleFault(f"{event} has no rule for {standard}, taxpayer {taxpayer}")

    def facts(self, event: str) -> frozenset[str]:
        """Every fact that some variant of the event knows, so that callers need not ask who the taxpayer is."""
        if event not in self.rules:
            raise RuleFault(f"there is no posting event {event}")
        return frozenset(line.fact for rule in self.rules[event] for line in rule.lines)


_EVENT_COLUMNS = (
    "event",
    "id",
    "standards",
    "taxpayer",
    "line",
    "side",
    "amount",
    "role",
    "asks",
    "memo_en",
    "memo_zh",
)


@cache
def rulebook() -> Rulebook:
    """The shipped rules. Error: `ChartFault` when the file contradicts itself."""
    grouped: dict[tuple[str, str, str, str], list[dict[str, str]]] = {}
    for row in read_table("events.csv", _EVENT_COLUMNS):
        grouped.setdefault((row["event"], row["id"], row["standards"], row["taxpayer"]), []).append(row)
    return Rulebook.of(_rule(rows) for rows in grouped.values())


def _rule(rows: Sequence[Mapping[str, str]]) -> Rule:
    first = rows[0]
    name = f"events.csv: {first['event']} ({first['id']})"
    if [row["line"] for row in rows] != [str(number) for number in range(1, len(rows) + 1)]:
        raise ChartFault(f"{name}: lines are not numbered from 1")
    if not (first["memo_en"] and first["memo_zh"]):
        raise ChartFault(f"{name}: the first line has no memo in both languages")
    lines = tuple(RuleLine.read(row) for row in rows)
    for line in lines:
        fixed = (line.fixed_tax in TAX_KINDS | {None}, line.fixed_class in COST_ELEMENTS | {None})
        if not line.asks <= _ASKS or not all(fixed):
            raise ChartFault(f"{name}: line {line.id} asks for something unknown")
    if len({line.side for line in lines}) == 1:
        raise ChartFault(f"{name}: has one side only")
    every = first["standards"] == ANY
    standards = frozenset(Standard) if every else frozenset(map(Standard, first["standards"].split(";")))
    taxpayers = frozenset(Taxpayer) if first["taxpayer"] == ANY else frozenset({Taxpayer(first["taxpayer"])})
    return Rule(first["event"], first["id"], standards, taxpayers, first["memo_en"], first["memo_zh"], lines)


# --- account determination ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeterminationRow:
    """One row: the account of a role for some taxpayer, accounting class, party group and tax kind (`*` is any)."""

    role: Role
    account: str
    taxpayer: str = ANY
    accounting_class: str = ANY
    party_group: str = ANY
    tax: str = ANY

    @property
    def keys(self) -> tuple[str, str, str, str]:
        """What the row matches by."""
        return (self.taxpayer, self.accounting_class, self.party_group, self.tax)

    @property
    def specificity(self) -> int:
        """How many keys are fixed."""
        return sum(key != ANY for key in self.keys)

    def matches(self, keys: Sequence[str]) -> bool:
        """Whether every fixed key equals the one asked for."""
        return all(own in (ANY, asked) for own, asked in zip(self.keys, keys, strict=True))


class Determination:
    """Account determination: the most specific matching row wins.

    `base` answers what `rows` do not: a company's own rows lie above the shipped ones of its standard, and any own row
    that matches wins over every shipped one. Error: `ChartFault` naming two rows of which neither is more specific.
    """

    def __init__(self, rows: Iterable[DeterminationRow], base: Determination | None = None) -> None:
        self._base = base
        self._rows: dict[Role, list[DeterminationRow]] = {}
        for row in rows:
            self._rows.setdefault(row.role, []).append(row)
        for role, found in self._rows.items():
            for one, other in combinations(found, 2):
                if _ambiguous(one, other):
                    raise ChartFault(f"determination of {role}: {one} and {other} could both win")
            found.sort(key=lambda row: -row.specificity)

    def find(
        self, role: Role, *, taxpayer: str, accounting_class: str = ANY, party_group: str = ANY, tax: str = ANY
    ) -> str | None:
        """The account code of a role, or None."""
        keys = (taxpayer, accounting_class, party_group, tax)
        for row in self._rows.get(role, ()):
            if row.matches(keys):
                return row.account
        if self._base is None:
            return None
        return self._base.find(
            role, taxpayer=taxpayer, accounting_class=accounting_class, party_group=party_group, tax=tax
        )

    def account(
        self, role: Role, *, taxpayer: str, accounting_class: str = ANY, party_group: str = ANY, tax: str = ANY
    ) -> str:
        """The account code of a role. Error: `books.account.undetermined`, naming the role and the keys."""
        found = self.find(role, taxpayer=taxpayer, accounting_class=accounting_class, party_group=party_group, tax=tax)
        if found is None:
            raise Refusal(_undetermined(role, accounting_class, party_group, tax))
        return found

    def rows(self) -> list[DeterminationRow]:
        """The own rows, without those of the base."""
        return [row for found in self._rows.values() for row in found]


def _ambiguous(one: DeterminationRow, other: DeterminationRow) -> bool:
    overlap = all(a == b or ANY in (a, b) for a, b in zip(one.keys, other.keys, strict=True))
    return overlap and one.specificity == other.specificity


def _undetermined(role: Role, accounting_class: str, party_group: str, tax: str) -> Problem:
    return Problem(
        "books.account.undetermined",
        format_lazy(
            _("No account is set for the role {role} (accounting class {cls}, party group {party}, tax {tax})."),
            role=role.value,
            cls=accounting_class,
            party=party_group,
            tax=tax,
        ),
        _("Give the item's category another accounting class, or add a row to the account determination."),
        extra={"role": role.value, "accounting_class": accounting_class, "party_group": party_group, "tax": tax},
    )


_DETERMINATION_COLUMNS = ("standard", "taxpayer", "role", "accounting_class", "party_group", "tax", "account")


def element_accounts(role: Role) -> list[tuple[str, str, str]]:
    """(standard, account, cost element) where a role keeps an element on an account of its own."""
    return [
        (row["standard"], row["account"], row["accounting_class"])
        for row in read_table("determination.csv", _DETERMINATION_COLUMNS)
        if row["role"] == role and row["accounting_class"] in COST_ELEMENTS
    ]


@cache
def determination(standard: Standard | str) -> Determination:
    """The shipped determination of a standard, checked against its charts and the events.

    Error: `ChartFault` for a row whose account the chart lacks, cannot post to, or keeps for another control role, and
    for a role that an event needs and no row determines.
    """
    standard = Standard(standard)
    rows = [
        DeterminationRow(
            role=Role(row["role"]),
            account=row["account"],
            taxpayer=row["taxpayer"],
            accounting_class=row["accounting_class"],
            party_group=row["party_group"],
            tax=row["tax"],
        )
        for row in read_table("determination.csv", _DETERMINATION_COLUMNS)
        if row["standard"] == standard
    ]
    table = Determination(rows)
    faults = [*_row_faults(standard, rows), *_event_faults(standard, table)]
    if faults:
        raise ChartFault(f"determination.csv ({standard}): " + "; ".join(faults))
    return table


def _row_faults(standard: Standard, rows: Sequence[DeterminationRow]) -> Iterable[str]:
    classes = {ANY, *AccountingClass, *COST_ELEMENTS}
    for row, taxpayer in product(rows, Taxpayer):
        if row.taxpayer not in (ANY, taxpayer):
            continue
        accounts = {account.code: account for account in load_chart(standard, taxpayer)}
        account = accounts.get(row.account)
        if account is None or not account.is_postable:
            yield f"{row.role}: {row.account} is no account to post to ({taxpayer})"
        elif not fits(row.role, account.role):
            yield f"{row.role}: {row.account} bears the role {account.role}"
        if row.accounting_class not in classes or row.tax not in TAX_KINDS:
            yield f"{row.role}: unknown accounting class or tax kind in {row}"


def _event_faults(standard: Standard, table: Determination) -> Iterable[str]:
    """Every role of every rule has an account, at least for some accounting class."""
    for rule in (rule for rules in rulebook().rules.values() for rule in rules if standard in rule.standards):
        for line, taxpayer in product(rule.lines, sorted(rule.taxpayers)):
            if line.role == Role.CLOSED_ACCOUNT:
                continue
            classes = (ANY, *AccountingClass) if "class" in line.asks else (line.fixed_class or ANY,)
            tax = line.fixed_tax or ANY
            found = [table.find(line.role, taxpayer=taxpayer, accounting_class=each, tax=tax) for each in classes]
            if not any(found):
                yield f"{rule.event} needs {line.role} ({taxpayer})"
