"""From a business event and its figures to the lines of a journal entry; plain Decimal arithmetic, no database.

`sales.invoiced` with the facts net 10,000.00, tax 1,300.00 and gross 11,300.00 gives, under 小企业会计准则, Dr 112201
11,300.00, Cr 500101 10,000.00, Cr 22210107 1,300.00. An entry balances exactly or is refused; there is no tolerance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from jingwei.books.charts import Side, Standard, Taxpayer
from jingwei.books.roles import Role
from jingwei.books.rules import ANY, Determination, Rule, Rulebook, RuleFault, RuleLine, determination, rulebook

_ZERO: Final = Decimal(0)
_LIMIT: Final = Decimal(10) ** 15  # the ledger's own limit


class UnbalancedPosting(RuleFault):
    """The facts of an event do not add up. The text names the event and the difference, debit − credit."""


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """Facts of one line of a document, with the keys that determine its accounts.

    `accounts` names the account of a role where the document itself says it: the expense account of a service line,
    the ledger account of a bank account.
    """

    facts: Mapping[str, Decimal]
    accounting_class: str = ANY
    tax: str = ANY
    accounts: Mapping[Role, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PostingLine:
    """One line of an entry in functional currency; one of `debit` and `credit` is zero, the other may be negative.

    `rule` is the id of the rule's line (`P11.2`), `sources` the positions of the goods lines that were added up here
    (none for the figures of the whole document).
    """

    account: str
    debit: Decimal
    credit: Decimal
    role: Role
    rule: str
    memo_en: str
    memo_zh: str
    sources: tuple[int, ...] = ()

    @property
    def side(self) -> Side:
        """The side the amount stands on."""
        return Side.DEBIT if self.debit else Side.CREDIT

    @property
    def amount(self) -> Decimal:
        """The amount on its side; negative for a red line."""
        return self.debit if self.debit else self.credit


def post(
    event: str,
    facts: Mapping[str, Decimal] | None = None,
    *,
    standard: Standard | str,
    taxpayer: Taxpayer | str = Taxpayer.GENERAL,
    accounting_class: str = ANY,
    party_group: str = ANY,
    tax: str = ANY,
    accounts: Mapping[Role, str] | None = None,
    lines: Sequence[GoodsLine] = (),
    decimals: int = 2,
    accounts_by: Determination | None = None,
    book: Rulebook | None = None,
) -> list[PostingLine]:
    """The lines that `event` posts, in the order of its rule, merged by account and side; [] when all of it is 0.

    `facts` are the figures of the whole document, `lines` those of its lines; a fact stands in one of the two places.
    Facts that only another taxpayer's rule uses may be given; negative facts give the red entry of the same event.
    `accounts_by` is a company's own determination (default: the shipped one of `standard`).
    Errors: `RuleFault` for an unknown event, a fact that is unknown, missing, given twice, finer than
    `decimals` or no number below 10^15; `UnbalancedPosting`; `Refusal` `books.account.undetermined` when no account
    is set for a role.
    """
    standard, taxpayer = Standard(standard), Taxpayer(taxpayer)
    book = book or rulebook()
    rule = book.rule(event, standard, taxpayer)
    whole = GoodsLine(facts or {}, accounting_class, tax, accounts or {})
    _check_facts(rule, book.facts(event), whole, lines, decimals)
    table = accounts_by or determination(standard)
    found: dict[tuple[str, Side], PostingLine] = {}
    for line in rule.lines:
        in_whole = line.fact in whole.facts
        for position, source in [(None, whole)] if in_whole else list(enumerate(lines)):
            amount = source.facts.get(line.fact, _ZERO)
            if amount:
                account = source.accounts.get(line.role) or whole.accounts.get(line.role)
                if account is None:
                    account = _determine(table, rule, line, source, taxpayer, party_group)
                _add(found, rule, line, account, amount * line.sign, position)
    entry = [line for line in found.values() if line.debit or line.credit]
    _check_balance(event, entry)
    return entry


def _determine(
    table: Determination, rule: Rule, line: RuleLine, source: GoodsLine, taxpayer: Taxpayer, party_group: str
) -> str:
    if line.role == Role.CLOSED_ACCOUNT:
        raise RuleFault(f"{rule.event}: the caller names the account of {line.role}")
    return table.account(
        line.role,
        taxpayer=taxpayer,
        accounting_class=line.fixed_class or (source.accounting_class if "class" in line.asks else ANY),
        party_group=party_group if "party" in line.asks else ANY,
        tax=line.fixed_tax or (source.tax if "tax" in line.asks else ANY),
    )


def _add(
    found: dict[tuple[str, Side], PostingLine],
    rule: Rule,
    line: RuleLine,
    account: str,
    amount: Decimal,
    position: int | None,
) -> None:
    key = (account, line.side)
    held = found.get(key) or PostingLine(account, _ZERO, _ZERO, line.role, line.id, rule.memo_en, rule.memo_zh)
    sources = held.sources if position is None or position in held.sources else (*held.sources, position)
    if line.side == Side.DEBIT:
        found[key] = replace(held, debit=held.debit + amount, sources=sources)
    else:
        found[key] = replace(held, credit=held.credit + amount, sources=sources)


def _check_facts(
    rule: Rule, known: frozenset[str], whole: GoodsLine, lines: Sequence[GoodsLine], decimals: int
) -> None:
    """Say by name what is wrong with the facts: silence would post a figure nobody meant."""
    smallest = Decimal(1).scaleb(-decimals)
    for source in (whole, *lines):
        for name, amount in source.facts.items():
            if name not in known:
                raise RuleFault(f"{rule.event} knows no fact {name}; it knows {', '.join(sorted(known))}")
            if not amount.is_finite() or abs(amount) >= _LIMIT:
                raise RuleFault(f"{rule.event}: {name} is {amount}, no amount a ledger can hold")
            if amount % smallest:
                raise RuleFault(f"{rule.event}: {name} is {amount}, finer than {decimals} decimals")
    for name in whole.facts:
        if any(name in line.facts for line in lines):
            raise RuleFault(f"{rule.event}: {name} is given both for the whole and for a line")
    for name in sorted(rule.required_facts - whole.facts.keys()):
        missing = [number for number, line in enumerate(lines) if name not in line.facts]
        if missing or not lines:
            raise RuleFault(f"{rule.event} needs the fact {name}" + (f" of line {missing[0]}" if missing else ""))


def _check_balance(event: str, entry: Iterable[PostingLine]) -> None:
    difference = sum((line.debit - line.credit for line in entry), _ZERO)
    if difference:
        raise UnbalancedPosting(f"{event} does not balance: debit − credit = {difference}")


def merge(*entries: Iterable[PostingLine]) -> list[PostingLine]:
    """Entries of several events as one, added up by account and side in order of first appearance.

    For a document with goods and service lines, which post by two events. Positions of goods lines are dropped: they
    count within each event.
    """
    found: dict[tuple[str, Side], PostingLine] = {}
    for line in (line for entry in entries for line in entry):
        held = found.get((line.account, line.side))
        if held is None:
            found[line.account, line.side] = replace(line, sources=())
        else:
            found[line.account, line.side] = replace(
                held, debit=held.debit + line.debit, credit=held.credit + line.credit
            )
    return [line for line in found.values() if line.debit or line.credit]
