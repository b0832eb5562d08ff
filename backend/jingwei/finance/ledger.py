"""From the figures of invoices and payments to the lines of the journal, by posting rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jingwei.books import journal, posting
from jingwei.books.models import Account, Bookkeeping
from jingwei.books.posting import GoodsLine, PostingLine
from jingwei.books.roles import Role
from jingwei.books.rules import RULES_VERSION
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, Refusal


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
    ids = set(company_ids)
    found = {}
    for keeping in Bookkeeping.objects.filter(group_id=command.actor.group_id, company_id__in=ids):
        currency = command.company(keeping.company_id).currency
        found[keeping.company_id] = Books(
            keeping.company_id, currency.code, currency.decimals, keeping.standard, keeping.taxpayer
        )
    if ids - found.keys():
        raise Refusal(Problem("books.not_started", _("The company keeps no books yet."), status=409))
    return found


def accounts_of(command: Command, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Ids of accounts by (company, code). Raises Refusal 409 `books.account.undetermined` for one the chart lacks."""
    asked = set(wanted)
    rows = Account.objects.filter(
        group_id=command.actor.group_id, company_id__in={c for c, _code in asked}, code__in={code for _c, code in asked}
    )
    found = {}
    for account in rows:
        found[account.company_id, account.code] = account.pk
        command.loaded[Account][account.pk] = account  # the journal asks for it next
    for _company, code in sorted(asked - found.keys()):
        message = _("The chart of the company has no account %(code)s.") % {"code": code}
        raise Refusal(Problem("books.account.undetermined", message, status=409))
    return found


def drafted(
    lines: Sequence[PostingLine],
    accounts: Mapping[tuple[int, str], int],
    company_id: int,
    party_id: int,
    given: Mapping[Role, Mapping[str, object]],
) -> list[journal.LineDraft]:
    """Journal lines of posting lines; `given` adds currency, rate, due date … to the lines of a role."""
    return [
        journal.LineDraft(
            account_id=accounts[company_id, line.account],
            debit=line.debit,
            credit=line.credit,
            party_id=party_id,
            rule=line.rule,
            rules_version=RULES_VERSION,
            **given.get(line.role, {}),  # type: ignore[arg-type]
        )
        for line in lines
    ]


def control(lines: Sequence[PostingLine], role: Role) -> Decimal:
    """Debit − credit of the lines of a role."""
    return sum((line.debit - line.credit for line in lines if line.role == role), Decimal(0))
