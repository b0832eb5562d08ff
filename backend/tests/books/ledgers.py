"""Books for the tests of reports: a month of a trader, posted by the shipped rules, under any of the standards."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from jingwei.books import journal
from jingwei.books.charts import Standard
from jingwei.books.models import Account, Allocation, EntryKind, JournalEntry, JournalLine, OpenItem, Period
from jingwei.books.posting import GoodsLine, PostingLine, post
from jingwei.books.roles import Role
from jingwei.books.settling import Pair, allocate, take_back
from jingwei.books.starting import start_books
from jingwei.platform.documents.command import run
from tests.support.world import World

#: The accounting class of what is traded.
MERCHANDISE = "merchandise"


@dataclass
class Books:
    """A company's books; `post` writes an entry by an event's rule, on a day and for a party."""

    world: World
    standard: Standard
    company_id: int
    accounts: dict[str, Account] = field(default_factory=dict)
    parties: dict[str, int] = field(default_factory=dict)
    purposes: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        actor = self.world.actor.in_company(self.company_id)
        run(
            actor,
            lambda c: start_books(c, self.company_id, standard=self.standard, starts_on=date(2026, 1, 1)),
        )
        self.actor = actor
        self.accounts = {a.code: a for a in Account.objects.filter(company=self.company_id)}
        self.document = Period.objects.filter(company=self.company_id).order_by("starts_on")[0].pk

    def party(self, code: str) -> int:
        if code not in self.parties:
            body = {"code": code, "name_zh": f"单位{code}", "name_en": f"Party {code}", "is_customer": True}
            self.parties[code] = self.world.create("masterdata.party", body)[0].pk
        return self.parties[code]

    def post(
        self,
        on: str,
        event: str,
        party: str = "",
        *,
        due: str = "",
        kind: str = EntryKind.ORDINARY,
        lines: list[GoodsLine] | None = None,
        **facts: str,
    ) -> JournalEntry:
        amounts = {name: Decimal(amount) for name, amount in facts.items()}
        entry = post(event, amounts, standard=self.standard, accounting_class=MERCHANDISE, lines=lines or ())
        return self.take(on, entry, party, due=due, kind=kind)

    def take(self, on: str, lines: list[PostingLine], party: str, *, due: str = "", kind: str) -> JournalEntry:
        drafts = [
            journal.LineDraft(
                account_id=self.accounts[line.account].pk,
                debit=line.debit,
                credit=line.credit,
                party_id=self.party(party) if party and self.accounts[line.account].asks_party else None,
                due_on=date.fromisoformat(due) if due else None,
            )
            for line in lines
        ]
        draft = journal.EntryDraft(
            company_id=self.company_id,
            currency="CNY",
            posted_on=date.fromisoformat(on),
            document_id=self.document,
            purpose=f"test.{next(self.purposes)}",
            lines=drafts,
            kind=kind,
            summary=f"entry of {on}",
        )
        return run(self.actor, lambda c: journal.post(c, [draft]))[0].entry

    def trading_month(self) -> None:
        """Opened with 50,000 of goods; bought for 10,000 + 1,300 and sold for 12,000 + 1,560 what cost 7,000."""
        self.post("2026-01-01", "stock.opened", kind=EntryKind.OPENING, cost="50000")
        bought = {"net": "10000", "tax": "1300", "gross": "11300"}
        self.post("2026-11-02", "purchase.received_and_invoiced", "S1", due="2026-12-02", **bought)
        self.post("2026-11-03", "purchase.received", "S2", accrued="400")
        sold = {"net": "12000", "tax": "1560", "gross": "13560"}
        self.invoice = self.post("2026-11-05", "sales.invoiced", "C1", due="2026-11-15", **sold)
        self.post("2026-11-05", "sales.cost_recognised", cost="7000")
        self.post("2026-11-08", "sales.dispatched", "C2", cost="600")
        self.receipt = self.post("2026-11-20", "receipt.received", "C1", amount="13000")
        self.post("2026-11-21", "receipt.received", "C2", amount="200")  # more than C2 owes: it stands as an advance
        self.post("2026-11-22", "payment.prepaid", "S3", amount="900")
        self.post("2026-11-25", "purchase.expense_invoiced", "S4", net="1000", tax="60", gross="1060")

    def close_results(self, on: str) -> None:
        """结转损益: every account of income and expense, per party, is emptied into the profit of the year."""
        found: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        names = {id: code for code, id in self.parties.items()}
        for line in JournalLine.objects.filter(company=self.company_id).select_related("account"):
            if line.account.type in ("revenue", "expense"):
                key = (line.account.type, line.account.code, names.get(line.party_id, ""))
                found[key] += line.credit - line.debit
        for (kind, code, party), amount in found.items():
            event, balance = ("close.income", amount) if kind == "revenue" else ("close.expense", -amount)
            lines = [GoodsLine({"balance": balance}, accounts={Role.CLOSED_ACCOUNT: code})]
            self.post(on, event, party, kind=EntryKind.CLOSING, lines=lines)

    def settle(self, on: str, amount: str) -> int:
        """Settle C1's receipt against its invoice."""
        debit = OpenItem.objects.get(entry_id=self.invoice.pk)
        credit = OpenItem.objects.get(entry_id=self.receipt.pk)
        pair = Pair(debit.pk, credit.pk, Decimal(amount))
        made = run(self.actor, lambda c: allocate(c, [pair], date.fromisoformat(on)))
        return made[0].pk

    def unsettle(self, allocation: int, on: str) -> None:
        """Take a settlement back."""
        found = Allocation.objects.get(pk=allocation)
        run(self.actor, lambda c: take_back(c, [found], date.fromisoformat(on)))
