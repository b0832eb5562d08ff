"""Charts of accounts as data: 小企业会计准则, 企业会计准则 and an international one of our own.

Facts of the Chinese charts follow the published lists (财会〔2011〕17号, 财会〔2006〕18号 with later standards, VAT
details of 财会〔2016〕22号); accounts of banks, insurers, brokers, lessors and oil companies are left out.
`basis` in the files says how firm a code is: official, prescribed (name official, code by convention), later
(standard without an official code), usual (practice), own (ours). A company may rename, add and split accounts.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, Self

from jingwei.books.roles import CLOSED_TO_HAND_VOUCHERS, REQUIRED, Role

DATA: Final = Path(__file__).resolve().parent / "data"


class Standard(StrEnum):
    """The rules a set of books is kept by; chosen once per company."""

    SBE = "sbe"
    ASBE = "asbe"
    IFRS = "ifrs"


class Taxpayer(StrEnum):
    """How the company pays value-added tax; a small-scale taxpayer deducts no input tax."""

    GENERAL = "general"
    SMALL_SCALE = "small_scale"


class Side(StrEnum):
    """Debit 借 or credit 贷."""

    DEBIT = "debit"
    CREDIT = "credit"


class AccountType(StrEnum):
    """The kind of an account; `COMMON` (共同类) and `COST` accounts are shown in the balance sheet."""

    ASSET = "asset"
    LIABILITY = "liability"
    COMMON = "common"
    EQUITY = "equity"
    COST = "cost"
    REVENUE = "revenue"
    EXPENSE = "expense"

    @property
    def is_result(self) -> bool:
        """Whether the account is emptied into the year's profit by closing."""
        return self in (AccountType.REVENUE, AccountType.EXPENSE)


# What an account may ask of its journal lines.
PARTY_DIMENSIONS: Final = frozenset({"customer", "supplier"})
DIMENSIONS: Final = PARTY_DIMENSIONS | frozenset(
    ("employee", "investor", "item", "warehouse", "department", "project", "work_order", "asset_card", "bank_account")
)


class ChartFault(Exception):
    """The shipped data contradict themselves; the text names the file and every fault found."""


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """One account of a shipped chart. `level` counts from 1; headers (`is_postable` false) only sum their children."""

    code: str
    name_zh: str
    name_en: str
    type: AccountType
    subclass: str
    normal_balance: Side
    role: Role | None
    parent: str | None
    level: int
    is_postable: bool
    dimensions: tuple[str, ...]
    applicability: str
    basis: str

    @property
    def is_open_to_hand_vouchers(self) -> bool:
        """Whether a voucher typed by hand may post here; `Role` lists the control accounts that refuse it."""
        return self.is_postable and self.role not in CLOSED_TO_HAND_VOUCHERS

    @property
    def asks_party(self) -> bool:
        """Whether balances are kept per customer or supplier."""
        return any(dimension in PARTY_DIMENSIONS for dimension in self.dimensions)


@dataclass(frozen=True, slots=True)
class StandardSpec:
    """A standard by name; `code_lengths` are the digits added by each level, (4, 2, 2) for 1122 / 112201 / 22210101."""

    standard: Standard
    name_zh: str
    name_en: str
    code_lengths: tuple[int, ...]

    @classmethod
    def read(cls, row: Mapping[str, str]) -> Self:
        """Build from a row of `standards.csv`."""
        lengths = tuple(int(part) for part in row["code_scheme"].split("-"))
        return cls(Standard(row["standard"]), row["name_zh"], row["name_en"], lengths)


_COLUMNS = (
    "code",
    "parent",
    "name_zh",
    "name_en",
    "type",
    "subclass",
    "normal_balance",
    "role",
    "taxpayer",
    "dimensions",
    "applicability",
    "basis",
)


def read_table(name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a data file of the books (`name` is relative to `data/`). Error: `ChartFault` when its columns differ."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != tuple(columns):
            raise ChartFault(f"{name}: columns are {reader.fieldnames}, not {list(columns)}")
        rows = list(reader)
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise ChartFault(f"{name}: line {number} has not {len(columns)} fields")
    return rows


@cache
def standards() -> Mapping[Standard, StandardSpec]:
    """The standards shipped, in the order in which a company is asked."""
    rows = read_table("standards.csv", ("standard", "name_zh", "name_en", "code_scheme"))
    return {spec.standard: spec for spec in map(StandardSpec.read, rows)}


@cache
def load_chart(standard: Standard | str, taxpayer: Taxpayer | str = Taxpayer.GENERAL) -> tuple[AccountSpec, ...]:
    """The accounts to begin a company's books with, parents before children.

    A general taxpayer gets 222101 应交增值税 as a header of ten columns and 222102–222108; a small-scale taxpayer gets
    222101 as an account to post to, with 222109 and 222110 only. An account is postable when nothing is below it.
    Errors: `ValueError` for an unknown standard or taxpayer, `ChartFault` for data that contradict themselves.
    """
    standard, taxpayer = Standard(standard), Taxpayer(taxpayer)
    name = f"charts/{standard}.csv"
    rows = [row for row in read_table(name, _COLUMNS) if row["taxpayer"] in ("", taxpayer)]
    accounts = _accounts(name, rows)
    faults = chart_faults(accounts, standards()[standard].code_lengths, taxpayer)
    if faults:
        raise ChartFault(f"{name} ({taxpayer}): " + "; ".join(faults))
    return accounts


def _accounts(name: str, rows: Sequence[Mapping[str, str]]) -> tuple[AccountSpec, ...]:
    parents = {row["parent"] for row in rows}
    levels: dict[str, int] = {"": 0}
    accounts: list[AccountSpec] = []
    for row in rows:
        code, parent = row["code"], row["parent"]
        if parent not in levels:
            raise ChartFault(f"{name}: account {code} has no parent {parent} before it")
        levels[code] = levels[parent] + 1
        accounts.append(
            AccountSpec(
                code=code,
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                type=AccountType(row["type"]),
                subclass=row["subclass"],
                normal_balance=Side(row["normal_balance"]),
                role=Role(row["role"]) if row["role"] else None,
                parent=parent or None,
                level=levels[code],
                is_postable=code not in parents,
                dimensions=tuple(row["dimensions"].split(";")) if row["dimensions"] else (),
                applicability=row["applicability"],
                basis=row["basis"],
            )
        )
    return tuple(accounts)


def chart_faults(
    accounts: Sequence[AccountSpec], code_lengths: Sequence[int], taxpayer: Taxpayer = Taxpayer.GENERAL
) -> list[str]:
    """What is wrong with a chart, one sentence each; empty when nothing is.

    Looks for codes used twice, missing parents, codes outside the scheme, headers that may be posted to and leaves
    that may not, children of another type than their parent, unknown dimensions and required roles that no postable
    account bears.
    """
    by_code = {account.code: account for account in accounts}
    faults = [f"{code} is used {times} times" for code, times in Counter(a.code for a in accounts).items() if times > 1]
    headers = {account.parent for account in accounts}
    for account in accounts:
        parent = by_code.get(account.parent) if account.parent else None
        faults.extend(f"{account.code}: {text}" for text in _account_faults(account, parent, headers, code_lengths))
    borne = {account.role for account in accounts if account.is_postable}
    needed = REQUIRED | ({Role.VAT_IN, Role.VAT_OUT} if taxpayer == Taxpayer.GENERAL else set())
    faults += [f"no postable account has the role {role}" for role in sorted(needed - borne)]
    return faults


def _account_faults(
    account: AccountSpec, parent: AccountSpec | None, headers: set[str | None], code_lengths: Sequence[int]
) -> Iterable[str]:
    if account.parent and parent is None:
        yield f"its parent {account.parent} does not exist"
    if account.is_postable == (account.code in headers):
        yield "a header is postable" if account.is_postable else "a leaf is not postable"
    if parent and parent.type != account.type:
        yield f"is {account.type}, its parent {parent.code} is {parent.type}"
    if not (account.name_zh.strip() and account.name_en.strip()):
        yield "has no name in both languages"
    unknown = set(account.dimensions) - DIMENSIONS
    if unknown:
        yield f"asks for unknown dimensions {sorted(unknown)}"
    yield from _code_faults(account, code_lengths)


def _code_faults(account: AccountSpec, code_lengths: Sequence[int]) -> Iterable[str]:
    if not account.code.isascii() or not account.code.isdigit():
        yield "is not made of digits"
    if len(code_lengths) == 1:  # one length for all levels: the tree is in the parents alone
        if len(account.code) != code_lengths[0]:
            yield f"is not {code_lengths[0]} digits long"
        return
    if account.level > len(code_lengths) or len(account.code) != sum(code_lengths[: account.level]):
        yield f"does not fit the scheme {'-'.join(map(str, code_lengths))} at level {account.level}"
    if account.parent and not account.code.startswith(account.parent):
        yield f"does not begin with its parent {account.parent}"


@dataclass(frozen=True)
class Tree:
    """Accounts as a tree. Build it with `Tree.of`; a code that is not in it has no descendants."""

    accounts: Mapping[str, AccountSpec]
    children: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, accounts: Iterable[AccountSpec]) -> Self:
        """Index accounts by code and by parent."""
        by_code = {account.code: account for account in accounts}
        children: dict[str, list[str]] = {}
        for account in by_code.values():
            if account.parent:
                children.setdefault(account.parent, []).append(account.code)
        return cls(by_code, {code: tuple(below) for code, below in children.items()})

    def subtree(self, code: str) -> tuple[str, ...]:
        """The account and everything below it, in the order of the chart; empty when the chart has no such account."""
        if code not in self.accounts:
            return ()
        found = [code]
        for child in self.children.get(code, ()):
            found.extend(self.subtree(child))
        return tuple(found)
