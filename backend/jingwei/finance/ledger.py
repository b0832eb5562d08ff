"""From the figures of invoices and payments to the lines of the journal, by posting rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jingwei.books import journal, posting
from jingwei.books.keeping import accounts_by_code, keeping_of
from jingwei.books.models import Account
from jingwei.books.posting import GoodsLine, PostingLine
from jingwei.books.roles import Role
from jingwei.books.rules import RULES_VERSION
from jingwei.platform.documents.command import Command


@dataclass(frozen=True, slots=True)
class Posting:
    """One business event of a document, by posting rule. `lines` are its figures in functional currency."""

    event: str
    lines: Sequence[GoodsLine]


@dataclass(frozen=True, slots=True)
class Books:
    """How a company keeps its books."""

    company_id: int
    currency: str
    decimals: int
    standard: str
    taxpayer: str

    def lines(self, postings: Iterable[Posting]) -> list[PostingLine]:
        """The lines of events, merged into one entry. Raises Refusal `books.account.undetermined`."""
        return posting.merge(
            *(
                posting.post(
                    p.event, lines=p.lines, standard=self.standard, taxpayer=self.taxpayer, decimals=self.decimals
                )
                for p in postings
            )
        )


def books_of(command: Command, company_ids: Iterable[int]) -> dict[int, Books]:
    """The books of companies. Raises Refusal 409 `books.not_started`."""
    found = {}
    for company_id, keeping in keeping_of(command, company_ids).items():
        currency = command.company(company_id).currency
        found[company_id] = Books(company_id, currency.code, currency.decimals, keeping.standard, keeping.taxpayer)
    return found


def accounts_of(command: Command, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Account]:
    """Accounts by (company, code). Raises Refusal 409 `books.account.undetermined` for one the chart lacks."""
    return accounts_by_code(command, wanted)


def drafted(
    lines: Sequence[PostingLine],
    accounts: Mapping[tuple[int, str], Account],
    company_id: int,
    party_id: int,
    given: Mapping[Role, Mapping[str, object]],
) -> list[journal.LineDraft]:
    """Journal lines of posting lines, with the party where the account is kept by party; `given` adds currency, rate,
    due date … to the lines of a role."""
    drafts = []
    for line in lines:
        account = accounts[company_id, line.account]
        drafts.append(
            journal.LineDraft(
                account_id=account.pk,
                debit=line.debit,
                credit=line.credit,
                party_id=party_id if keeps_parties(account) else None,
                rule=line.rule,
                rules_version=RULES_VERSION,
                **given.get(line.role, {}),  # type: ignore[arg-type]
            )
        )
    return drafts


def keeps_parties(account: Account) -> bool:
    """Whether balances of the account are kept by party; on others a party would only split them."""
    return account.asks_party or account.role in journal.SETTLED


def control(lines: Sequence[PostingLine], role: Role) -> Decimal:
    """Debit − credit of the lines of a role."""
    return sum((line.debit - line.credit for line in lines if line.role == role), Decimal(0))
