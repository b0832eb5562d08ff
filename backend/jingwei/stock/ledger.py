"""From the value of goods to the journal: the same figures, by posting rule, in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

from jingwei.books import journal
from jingwei.books.charts import Standard, Taxpayer
from jingwei.books.keeping import accounts_by_code, keeping_of
from jingwei.books.models import Account, Area, Bookkeeping, EntryKind, Period
from jingwei.books.roles import Role
from jingwei.books.rules import RULES_VERSION, determination, rulebook
from jingwei.masterdata.models import Item, ValuationMethod
from jingwei.platform.documents.command import Command
from jingwei.platform.models import Company
from jingwei.stock.models import FinalPeriod, ValueEntry, ValueKind
from jingwei.stock.valuing import Valuation

COST = "sales.cost_recognised"
STANDARD = "purchase.received_at_standard"


@dataclass
class Books:
    """How a company's goods reach its journal: accounts, decimals, when periods begin."""

    command: Command
    company: Company
    keeping: Bookkeeping
    known: dict[tuple[int, str], Account] = field(default_factory=dict)

    @property
    def company_id(self) -> int:
        return self.company.pk

    @property
    def decimals(self) -> int:
        return self.company.currency.decimals

    @cached_property
    def _beginnings(self) -> tuple[dict[int, date], dict[int, datetime]]:
        return beginnings(self.company)

    @property
    def starts(self) -> dict[int, date]:
        """First day of each period."""
        return self._beginnings[0]

    @property
    def instants(self) -> dict[int, datetime]:
        """When each period begins."""
        return self._beginnings[1]

    @cached_property
    def finals(self) -> frozenset[int]:
        """Periods whose costs are final."""
        rows = FinalPeriod.objects.filter(group_id=self.company.group_id, company_id=self.company_id)
        return frozenset(rows.values_list("period_id", flat=True))

    def know(self, wanted: Iterable[tuple[str, Item]]) -> None:
        """Load the accounts of events and items, and the cost of sales of the items, in one statement."""
        pairs = {(event, str(item.category.accounting_class)) for event, item in wanted}
        pairs |= {(COST, own) for _event, own in pairs}
        self._load(code for event, own in pairs for code in self._codes(event, own))

    def accounts(self, event: str, item: Item) -> tuple[int, int]:
        """(stock account, contra account) of an item for a posting rule. Raises `books.account.undetermined`."""
        codes = self._codes(event, str(item.category.accounting_class))
        self._load(codes)
        stock, contra = (self.known[self.company_id, code].pk for code in codes)
        return stock, contra

    def subject(self, contra: int, party_id: int | None, order_id: int = 0) -> int:
        """What an amount on a contra account is kept by: the order where it is work in process, the party where the
        account asks for one; else 0."""
        account: Account = self.command.loaded[Account][contra]
        if account.role == Role.WIP:
            return order_id
        return (party_id or 0) if account.asks_party else 0

    def cost_account(self, item: Item) -> int:
        """The cost of sales of an item: where value goes that belongs to goods no longer in stock."""
        return self.accounts(COST, item)[1]

    def know_spills(self, wanted: Iterable[tuple[Item, str]]) -> None:
        """Load the variance accounts of items at standard cost, in one statement."""
        items = [item for item, method in wanted if method == ValuationMethod.STANDARD]
        self._load(code for item in items for code in self._codes(STANDARD, str(item.category.accounting_class)))

    def spill_account(self, item: Item, method: str) -> int:
        """Where value goes that the stock does not hold: the variance of what is valued at standard cost, else the cost
        of sales."""
        return self.accounts(STANDARD, item)[1] if method == ValuationMethod.STANDARD else self.cost_account(item)

    def _load(self, codes: Iterable[str]) -> None:
        missing = {(self.company_id, code) for code in codes} - self.known.keys()
        if missing:
            self.known |= accounts_by_code(self.command, missing)

    def _codes(self, event: str, accounting_class: str) -> tuple[str, str]:
        return _codes(event, accounting_class, self.keeping.standard, self.keeping.taxpayer)


@cache
def _codes(event: str, accounting_class: str, standard: str, taxpayer: str) -> tuple[str, str]:
    """Codes of the stock account and of its contra account."""
    table = determination(standard)
    rule = rulebook().rule(event, Standard(standard), Taxpayer(taxpayer))
    contra = next(line.role for line in rule.lines if line.role != Role.STOCK)
    codes = []
    for role in (Role.STOCK, contra):
        asks = next(line.asks for line in rule.lines if line.role == role)
        chosen = accounting_class if "class" in asks else "*"
        codes.append(table.account(role, taxpayer=taxpayer, accounting_class=chosen))
    return codes[0], codes[1]


def books_of(command: Command, company_id: int) -> Books:
    """The books of a company, the same all through a command. Raises Refusal 409 `books.not_started`."""
    known: dict[int, Books] = command.loaded[Books]
    if company_id not in known:
        keeping = keeping_of(command, [company_id])[company_id]
        known[company_id] = Books(command, command.company(company_id), keeping)
    return known[company_id]


def beginnings(company: Company) -> tuple[dict[int, date], dict[int, datetime]]:
    """First day of each period of a company, and the instant at which that begins in its time zone."""
    rows = Period.objects.filter(group_id=company.group_id, company_id=company.pk).values_list("id", "starts_on")
    zone = ZoneInfo(company.time_zone)
    starts = dict(rows)
    return starts, {period: datetime.combine(day, time.min, zone) for period, day in starts.items()}


def post(
    command: Command,
    books: Books,
    valuation: Valuation,
    drafts: Sequence[Any],
    besides: Sequence[journal.EntryDraft] = (),
) -> None:
    """Post an entry per document and date for its moves, one per period for corrections of earlier issues, and those
    `besides`."""
    summaries = {d.document_id: d.summary for d in drafts}
    opened = {d.document_id for d in drafts if d.event == "stock.opened"}
    entries: dict[tuple[int, str, date], list[ValueEntry]] = defaultdict(list)
    reversed_ones = {d.document_id for d in drafts if d.reverses_id}
    red = {d.document_id for d in drafts if d.reverses_id and d.origin_id in (None, d.reverses_id)}
    red |= {d.document_id for d in drafts if d.origin_id and not d.reverses_id}
    causes = {d.document_id: f"{d.cause_id}{'r' if d.cause_id in reversed_ones else ''}" for d in drafts if d.cause_id}
    written = [*valuation.entries, *valuation.corrections]
    command.load(Account, (e.contra_id for e in written))
    moved = {(e.document_id, e.posted_on) for e in valuation.entries}
    for entry in written:
        cause = causes.get(entry.document_id)
        purpose = "stock.reversed" if entry.document_id in reversed_ones else "stock"
        if cause:  # a count touched by a late entry: once for each document that does
            purpose = f"recounted.{cause}"
        is_own = entry.kind == ValueKind.VARIANCE and (entry.document_id, entry.posted_on) in moved
        if entry.kind != ValueKind.MOVE and not is_own:
            purpose = f"recosted.{entry.period_id}.{cause}" if cause else f"{purpose}.recosted.{entry.period_id}"
        entries[entry.document_id, purpose, entry.posted_on].append(entry)
    journal.post(
        command,
        [
            journal.EntryDraft(
                company_id=books.company_id,
                currency=books.company.currency.code,
                posted_on=on,
                document_id=document,
                purpose=purpose,
                area=Area.STOCK_VALUE,
                kind=EntryKind.OPENING if document in opened else EntryKind.ORDINARY,
                summary=summaries.get(document, ""),
                lines=_lines(command, members, red=document in red),
            )
            for (document, purpose, on), members in sorted(entries.items())
        ]
        + list(besides),
    )


def post_corrections(
    command: Command, books: Books, valuation: Valuation, purpose: str, purposes: Mapping[int, str] | None = None
) -> None:
    """Post what earlier issues have to bear of a document's late price, an entry per document and period; `purposes`
    name it for documents that have several."""
    entries: dict[tuple[int, int, date], list[ValueEntry]] = defaultdict(list)
    command.load(Account, (e.contra_id for e in valuation.corrections))
    for entry in valuation.corrections:
        entries[entry.document_id, entry.period_id, entry.posted_on].append(entry)
    journal.post(
        command,
        [
            journal.EntryDraft(
                company_id=books.company_id,
                currency=books.company.currency.code,
                posted_on=on,
                document_id=document,
                purpose=f"{(purposes or {}).get(document, purpose)}.{period}",
                area=Area.STOCK_VALUE,
                lines=_lines(command, members, red=False),
            )
            for (document, period, on), members in sorted(entries.items())
        ],
    )


def _lines(command: Command, entries: Sequence[ValueEntry], *, red: bool) -> list[journal.LineDraft]:
    """Value into the stock debits it and credits the contra account; value out the other way round. What takes back a
    receipt or an issue, and what corrects one, is red: it stays on the side where that stood; what takes back a return
    is black again."""
    sums: dict[tuple[int, int, int, bool], Decimal] = defaultdict(Decimal)
    for entry in entries:
        into = (entry.amount > 0) != red if entry.kind == ValueKind.MOVE else False
        sums[entry.account_id, entry.contra_id, entry.subject_id, into] += entry.amount
    accounts, lines = command.loaded[Account], []
    for (account, contra, subject, into), amount in sorted(sums.items()):
        stock: Mapping[str, Any] = {"account_id": account, "rule": "stock", "rules_version": RULES_VERSION}
        other = {**stock, "account_id": contra, "party_id": (subject or None) if accounts[contra].asks_party else None}
        if into:
            lines.append(journal.LineDraft(debit=amount, **stock))
            lines.append(journal.LineDraft(credit=amount, **other))
        else:
            lines.append(journal.LineDraft(debit=-amount, **other))
            lines.append(journal.LineDraft(credit=-amount, **stock))
    return lines
