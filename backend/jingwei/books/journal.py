"""Posting to the journal: sets of entries, one statement per table, in the transaction of their document.

Callers give entries whose amounts are already at their currency's decimals. What is posted is never changed: `reverse`
posts the same lines with the opposite sign on the same side (红字).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books import periods
from jingwei.books.models import Account, Area, BalanceDelta, EntryKind, JournalEntry, JournalLine, OpenItem
from jingwei.books.roles import Role
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.read import title
from jingwei.platform.errors import Problem, Refusal, refuse

ZERO = Decimal(0)
#: Lines on accounts of these roles stay open until they are settled.
SETTLED = frozenset({Role.AR, Role.AP, Role.ADVANCE, Role.PREPAY, Role.NOTES_R, Role.NOTES_P})


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line to be posted, in functional currency; `currency` and `amount_currency` (debit − credit) default to it."""

    account_id: int
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    summary: str = ""
    currency: str | None = None
    amount_currency: Decimal | None = None
    rate: Decimal = Decimal(1)
    party_id: int | None = None
    item_id: int | None = None
    quantity: Decimal | None = None
    due_on: date | None = None
    rule: str = ""
    rules_version: int = 0


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry to be posted for a document. `purpose` tells apart the entries of one document; `area` names the lock
    that must be open; `voucher_type` is 记, 收, 付 or 转, decided by the lines when empty."""

    company_id: int
    currency: str
    posted_on: date
    document_id: int
    purpose: str
    lines: Sequence[LineDraft]
    area: str = Area.LEDGER
    kind: str = EntryKind.ORDINARY
    summary: str = ""
    voucher_type: str = ""
    reverses_id: int | None = None


@dataclass(slots=True)
class Posted:
    """An entry as posted, with what the voucher number needs; the last step of the command fills in `number`. `items`
    are the open items of its lines, by line number."""

    entry: JournalEntry
    lines: Sequence[JournalLine]
    period_code: str
    voucher_type: str
    number: int = 0
    items: dict[int, OpenItem] = field(default_factory=dict)


def post(command: Command, drafts: Sequence[EntryDraft]) -> list[Posted]:
    """Post entries; one that is worth 0.00 on every line writes nothing.

    Raises Refusal `period.closed`, `period.missing`, `account.header`, `account.blocked`, `account.party_missing`,
    `voucher.unbalanced` … The statements do not grow with entries or lines.
    """
    worth = [d for d in drafts if any(line.debit or line.credit for line in d.lines)]
    if not worth:
        return []
    held = periods.share(command, ((d.company_id, d.posted_on, d.area) for d in worth))
    accounts = command.load(Account, (line.account_id for d in worth for line in d.lines))
    refuse(_wrong(worth, accounts))
    posted = []
    open_lines = sum(_stays_open(line, accounts) for d in worth for line in _worth(d.lines))
    ids = iter(sets.next_ids(len(worth) + open_lines))
    for draft in worth:
        period_id, code = held[draft.company_id, draft.posted_on, draft.area]
        entry = _entry(command, draft, next(ids), period_id)
        lines = [_line(draft, entry, n, line) for n, line in enumerate(_worth(draft.lines), start=1)]
        posted.append(Posted(entry, lines, code, draft.voucher_type))
    sets.insert([p.entry for p in posted])
    sets.insert([line for p in posted for line in p.lines])
    sets.insert(_deltas(posted))
    sets.insert(_open_items(posted, accounts, ids))
    command.pending["voucher numbers"].extend(posted)
    return posted


def _worth(lines: Iterable[LineDraft]) -> Iterable[LineDraft]:
    return (line for line in lines if line.debit or line.credit)


def _entry(command: Command, draft: EntryDraft, id: int, period_id: int) -> JournalEntry:
    return JournalEntry(
        id=id,
        group_id=command.actor.group_id,
        company_id=draft.company_id,
        period_id=period_id,
        posted_on=draft.posted_on,
        area=draft.area,
        kind=draft.kind,
        document_id=draft.document_id,
        purpose=draft.purpose,
        reverses_id=draft.reverses_id,
        summary=draft.summary[:300],
        posted_by_id=command.actor.user_id,
        posted_at=command.at,
    )


def _line(draft: EntryDraft, entry: JournalEntry, number: int, line: LineDraft) -> JournalLine:
    amount = line.debit - line.credit if line.amount_currency is None else line.amount_currency
    return JournalLine(
        group_id=entry.group_id,
        company_id=entry.company_id,
        entry_id=entry.pk,
        line=number,
        account_id=line.account_id,
        posted_on=entry.posted_on,
        debit=line.debit,
        credit=line.credit,
        currency_id=line.currency or draft.currency,
        amount_currency=amount,
        rate=line.rate,
        summary=(line.summary or draft.summary)[:300],
        party_id=line.party_id,
        item_id=line.item_id,
        quantity=line.quantity,
        due_on=line.due_on,
        is_closing=draft.kind == EntryKind.CLOSING,
        rule=line.rule,
        rules_version=line.rules_version,
    )


def _wrong(drafts: Sequence[EntryDraft], accounts: dict[int, Account]) -> list[Problem]:
    """What the accounts forbid; documents have told their users by line already, this is the kernel's own check."""
    problems = []
    for draft in drafts:
        difference = sum((line.debit - line.credit for line in draft.lines), ZERO)
        if difference:
            problems.append(unbalanced(difference))
        for number, line in enumerate(draft.lines, start=1):
            account = accounts.get(line.account_id)
            if account is None or account.company_id != draft.company_id:
                message = _("Account %(id)s does not belong to the company.") % {"id": line.account_id}
                problems.append(Problem("account.unknown", message, line=number))
            else:
                problems += [p.at(line=number) for p in account_problems(account, line.party_id, line.item_id)]
    return problems


def unbalanced(difference: Decimal) -> Problem:
    """`voucher.unbalanced`, with the difference."""
    return Problem(
        "voucher.unbalanced",
        _("Debits and credits differ by %(difference)s.") % {"difference": f"{difference:,.2f}"},
        _("Correct the amounts until both sides are equal."),
    )


def account_problems(account: Account, party_id: int | None, item_id: int | None) -> list[Problem]:
    """Why a line cannot stand on the account: a header, out of use, without what the account asks for."""
    problems = []
    words = {"account": f"{account.code} {title(account.name_zh, account.name_en)}"}
    if not account.is_postable:
        message = _("%(account)s is a header: entries are made on the accounts below it.") % words
        problems.append(Problem("account.header", message, field="account"))
    if account.state != "active":
        problems.append(
            Problem("account.blocked", _("%(account)s is out of use.") % words, field="account", status=409)
        )
    if (account.asks_party or account.role in SETTLED) and party_id is None:
        problems.append(Problem("account.party_missing", _("%(account)s asks for a party.") % words, field="party"))
    if account.asks_item and item_id is None:
        problems.append(Problem("account.item_missing", _("%(account)s asks for an item.") % words, field="item"))
    return problems


def _deltas(posted: Sequence[Posted]) -> list[BalanceDelta]:
    """The movements of a command, added up per balance."""
    sums: dict[tuple[Any, ...], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for one in posted:
        for line in one.lines:
            key = (
                line.company_id,
                line.account_id,
                one.entry.period_id,
                line.currency_id,
                line.party_id or 0,
                line.is_closing,
            )
            total = sums[key]
            total[0] += line.debit
            total[1] += line.credit
            total[2] += line.amount_currency
    group_id = posted[0].entry.group_id
    return [
        BalanceDelta(
            group_id=group_id,
            company_id=company,
            account_id=account,
            period_id=period,
            currency_id=currency,
            party_id=party,
            is_closing=closing,
            debit=debit,
            credit=credit,
            amount_currency=amount,
        )
        for (company, account, period, currency, party, closing), (debit, credit, amount) in sums.items()
    ]


def _stays_open(line: LineDraft | JournalLine, accounts: dict[int, Account]) -> bool:
    """Whether the line is an open item: on an account that is settled, for an amount in its currency."""
    amount = line.debit - line.credit if line.amount_currency is None else line.amount_currency
    return accounts[line.account_id].role in SETTLED and bool(amount) and line.party_id is not None


def _open_items(posted: Sequence[Posted], accounts: dict[int, Account], ids: Iterator[int]) -> list[OpenItem]:
    for one in posted:
        for line in one.lines:
            if line.party_id is None or not _stays_open(line, accounts):
                continue
            one.items[line.line] = OpenItem(
                id=next(ids),
                group_id=line.group_id,
                company_id=line.company_id,
                account_id=line.account_id,
                party_id=line.party_id,
                document_id=one.entry.document_id,
                entry_id=one.entry.pk,
                entry_line=line.line,
                posted_on=line.posted_on,
                due_on=line.due_on or line.posted_on,
                currency_id=line.currency_id,
                amount=line.amount_currency,
                open=line.amount_currency,
                amount_functional=line.debit - line.credit,
                open_functional=line.debit - line.credit,
            )
    return [item for one in posted for item in one.items.values()]


def reverse(
    command: Command,
    document_ids: Sequence[int],
    posted_on: date,
    *,
    area: str = Area.LEDGER,
    voucher_type: str = "",
    purposes: Collection[str] = (),
) -> list[Posted]:
    """Reverse every entry of the documents that is not reversed yet (those of the `purposes` alone, where some are
    named), in red, on a date in an open period.

    Raises Refusal 409 `allocation.exists` while something of them is settled, with the documents that settled it,
    `date.order` before the entry's own date.
    """
    group_id = command.actor.group_id
    rows = JournalEntry.objects.filter(group_id=group_id, document_id__in=document_ids, reverses=None)
    if purposes:
        rows = rows.filter(purpose__in=purposes)
    reversed_ones = JournalEntry.objects.filter(group_id=group_id, document_id__in=document_ids, reverses__isnull=False)
    entries = list(rows.exclude(id__in=reversed_ones.values("reverses_id")).order_by("id"))
    lines = defaultdict(list)
    for line in JournalLine.objects.filter(group_id=group_id, entry_id__in=[e.pk for e in entries]).order_by("line"):
        lines[line.entry_id].append(line)
    refuse(_irreversible(command, entries, posted_on))
    drafts = [_mirror(entry, lines[entry.pk], posted_on, area, voucher_type) for entry in entries]
    posted = post(command, drafts)
    _settle_against_each_other(command, entries, posted)
    return posted


def _irreversible(command: Command, entries: Sequence[JournalEntry], posted_on: date) -> list[Problem]:
    problems = [
        Problem(
            "date.order",
            _("A reversal cannot be dated %(date)s, before the entry it reverses (%(posted)s).")
            % {"date": posted_on.isoformat(), "posted": entry.posted_on.isoformat()},
            field="posted_on",
        )
        for entry in entries
        if posted_on < entry.posted_on
    ]
    items = OpenItem.objects.select_for_update(no_key=True).filter(
        group_id=command.actor.group_id, entry_id__in=[e.pk for e in entries]
    )
    settled = [item for item in items.order_by("id") if item.open != item.amount]
    return problems + (_settled_already(command, settled) if settled else [])


def _settled_already(command: Command, items: Sequence[OpenItem]) -> list[Problem]:
    from jingwei.books.settling import settlers

    known = settlers(command.actor.group_id, {item.document_id for item in items})
    return [
        Problem(
            "allocation.exists",
            _("%(amount)s of it is settled by %(documents)s.")
            % {
                "amount": f"{abs(item.amount - item.open):,.2f}",
                "documents": ", ".join(d.number for d in known.get(item.document_id, ())),
            },
            _("Take the settlement back first."),
            status=409,
            documents=tuple(known.get(item.document_id, ())),
        )
        for item in items
    ]


def _mirror(
    entry: JournalEntry, lines: Sequence[JournalLine], posted_on: date, area: str, voucher_type: str
) -> EntryDraft:
    return EntryDraft(
        company_id=entry.company_id,
        currency=lines[0].currency_id,
        posted_on=posted_on,
        document_id=entry.document_id,
        purpose=f"{entry.purpose}.reversed"[:40],
        area=area,
        kind=entry.kind,
        summary=entry.summary,
        voucher_type=voucher_type,
        reverses_id=entry.pk,
        lines=[
            LineDraft(
                account_id=line.account_id,
                debit=-line.debit,
                credit=-line.credit,
                summary=line.summary,
                currency=line.currency_id,
                amount_currency=-line.amount_currency,
                rate=line.rate,
                party_id=line.party_id,
                item_id=line.item_id,
                quantity=None if line.quantity is None else -line.quantity,
                due_on=line.due_on,
                rule=line.rule,
                rules_version=line.rules_version,
            )
            for line in lines
        ],
    )


def _settle_against_each_other(command: Command, entries: Sequence[JournalEntry], posted: Sequence[Posted]) -> None:
    from jingwei.books.settling import Pair, allocate

    rows = OpenItem.objects.filter(group_id=command.actor.group_id, entry_id__in=[e.pk for e in entries])
    items = {(row.entry_id, row.entry_line): row for row in rows.order_by("id")}
    held = {item.pk: item for item in items.values()}
    pairs = []
    for one in posted:
        for number, other in one.items.items():
            item = items[one.entry.reverses_id or 0, number]
            held[other.pk] = other
            debit, credit = (item, other) if item.amount > 0 else (other, item)
            pairs.append(Pair(debit.pk, credit.pk, abs(item.open)))
    if pairs:
        allocate(command, pairs, posted[0].entry.posted_on, held=held)


def account_of_role(company_id: int, role: Role) -> Account:
    """The postable account that stands for a role in the company's chart; refused by name when there is none."""
    found = Account.objects.filter(company_id=company_id, role=role, is_postable=True).order_by("code").first()
    if found is None:
        message = _("No account of the chart has the role %(role)s.") % {"role": role}
        raise Refusal(Problem("books.account.undetermined", message, status=409))
    return found
