"""记账凭证: vouchers on paper of 240 × 140 mm, as accountants bind them; what does not fit one page is carried over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from jingwei.books.models import Account, JournalLine, VoucherNumber
from jingwei.books.numbers import VoucherType
from jingwei.books.occasions import occasion
from jingwei.masterdata.models import Item, Party
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.declare import SLIP, Print
from jingwei.platform.errors import Problem, refuse
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company, Currency
from jingwei.platform.prints.heading import heading
from jingwei.platform.prints.past import Past
from jingwei.platform.prints.wording import amount, day, figure, in_words, is_chinese, title

#: Rows between heading and total.
ROWS = 7
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A debit or credit of a voucher; `currency` where it is not the company's own."""

    summary: str
    account_id: int
    debit: Decimal
    credit: Decimal
    party_id: int | None = None
    item_id: int | None = None
    quantity: Decimal | None = None
    currency: str = ""
    amount_currency: Decimal = ZERO


@dataclass(slots=True)
class Slip:
    """A voucher to be printed: of a journal entry, or typed and not posted yet (number 0)."""

    record: Any
    type: str
    number: int
    posted_on: date
    lines: list[SlipLine]
    attached: int = 0
    preparer: str = ""
    reviewer: str = ""
    poster: str = ""
    is_reversal: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a voucher: its lines, what is brought forward from the page before, and the sums so far."""

    lines: Sequence[SlipLine]
    brought: tuple[Decimal, Decimal] | None
    sums: tuple[Decimal, Decimal]


def pages(lines: Sequence[SlipLine], rows: int = ROWS) -> list[Page]:
    """Divide a voucher into pages of `rows` rows: from the second on the first row brings the sums forward."""
    found: list[Page] = []
    debit, credit, rest = ZERO, ZERO, list(lines)
    while rest or not found:
        room = rows - 1 if found else rows
        own, rest = rest[:room], rest[room:]
        brought = (debit, credit) if found else None
        debit += sum((line.debit for line in own), ZERO)
        credit += sum((line.credit for line in own), ZERO)
        found.append(Page(own, brought, (debit, credit)))
    return found


def posted(actor: Actor, records: Sequence[Any]) -> list[Slip]:
    """A slip for each journal entry of the documents, in the order of the records and of posting."""
    entries = (
        JournalLine.objects.filter(group_id=actor.group_id, entry__document_id__in=[r.pk for r in records])
        .select_related("entry", "entry__posted_by")
        .order_by("entry__posted_at", "entry_id", "line")
    )
    by_entry: dict[int, list[JournalLine]] = defaultdict(list)
    for line in entries:
        by_entry[line.entry_id].append(line)
    given = VoucherNumber.objects.filter(group_id=actor.group_id, entry_id__in=list(by_entry))
    numbers = {one.entry_id: one for one in given}
    by_document: dict[int, list[Slip]] = defaultdict(list)
    record_of = {record.pk: record for record in records}
    for id, lines in by_entry.items():
        entry = lines[0].entry
        record, number = record_of[entry.document_id], numbers[id]
        by_document[record.pk].append(
            Slip(
                record,
                number.type,
                number.number,
                entry.posted_on,
                [_posted_line(line, entry.summary) for line in lines],
                getattr(record, "attachment_count", 0),
                poster=entry.posted_by.name,
                is_reversal=entry.reverses_id is not None,
            )
        )
    return [slip for record in records for slip in by_document[record.pk]]


def _posted_line(line: JournalLine, summary: str) -> SlipLine:
    return SlipLine(
        line.summary or summary,
        line.account_id,
        line.debit,
        line.credit,
        line.party_id,
        line.item_id,
        line.quantity,
        str(line.currency_id),
        line.amount_currency,
    )


def entries(actor: Actor, records: Sequence[Any]) -> list[dict[str, Any]]:
    """The vouchers of posted documents, for who may read the ledger. Raises Refusal 409 `print.no_entry`."""
    for company in {record.company_id for record in records}:
        actor.need("books.general-ledger.view", company)
    slips = posted(actor, records)
    found = {slip.record.pk for slip in slips}
    refuse(without_entry(record) for record in records if record.pk not in found)
    return sheets(actor, records, slips)


def without_entry(record: Any) -> Problem:
    """What moved nothing in the books has no voucher."""
    return Problem(
        "print.no_entry",
        _("%(number)s has no entry in the journal: there is no voucher to print.") % {"number": record},
        status=409,
    )


def sheets(actor: Actor, records: Sequence[Any], slips: Iterable[Slip]) -> list[dict[str, Any]]:
    """The pages of the slips, each a sheet."""
    desk = _Desk(actor, records, list(slips))
    return [sheet for slip in desk.slips for sheet in desk.pages_of(slip)]


class _Desk:
    """What the slips of one printing say of others: companies, accounts, parties, items as they were."""

    def __init__(self, actor: Actor, records: Sequence[Any], slips: list[Slip]) -> None:
        self.actor, self.slips = actor, slips
        self.past = Past(records)
        companies = {record.company_id for record in records}
        chart = Account.objects.filter(group_id=actor.group_id, company_id__in=companies)
        self.parents = dict(chart.values_list("id", "parent_id"))
        lines = [line for slip in slips for line in slip.lines]
        self.past.read(Company, companies)
        self.past.read(Account, {id for line in lines for id in self.path(line.account_id)})
        self.kind = catalogue.of(type(records[0]))
        self.past.read(Party, {self._partner(record) for record in records} | {line.party_id for line in lines})
        self.past.read(Item, (line.item_id for line in lines))
        self.currencies = Currency.objects.in_bulk([self.past.masters[id].currency_id for id in companies])

    def _partner(self, record: Any) -> int | None:
        return getattr(record, f"{self.kind.party}_id") if self.kind.party else None

    def path(self, id: int) -> list[int]:
        """An account with those it is part of, from the top."""
        above = self.parents.get(id)
        return [*self.path(above), id] if above else [id]

    def pages_of(self, slip: Slip) -> list[dict[str, Any]]:
        """A slip's pages as the template takes them."""
        record = slip.record
        currency = self.currencies[self.past.of(record, record.company_id).currency_id]
        head = self._head(slip)
        found = pages(slip.lines)
        result = []
        for number, page in enumerate(found, start=1):
            rows = [] if page.brought is None else [self._row(_("Brought forward"), "", "", *page.brought, currency)]
            rows += [self._line(slip, line, currency) for line in page.lines]
            is_last = number == len(found)
            total = _("Total") if is_last else _("Carried forward")
            sums = self._row(total, in_words(page.sums[0], currency) if is_last else "", "", *page.sums, currency)
            result.append({**head, "rows": rows, "empty": ROWS - len(rows), "sums": sums, "of": [number, len(found)]})
        return result

    def _head(self, slip: Slip) -> dict[str, Any]:
        people = self.past.people[slip.record.pk]
        return {
            **heading(self.past, slip.record, self.actor),
            **({"mark": ""} if slip.number else {}),  # what is in the books stays valid; a red voucher takes it back
            "title": _("Accounting voucher"),
            "unit": pgettext("voucher", "Company"),
            "date": day(slip.posted_on),
            "number": _number(slip),
            "attached": _("Attached papers: %(count)s") % {"count": slip.attached},
            "columns": [_("Summary"), _("General account"), _("Detail account"), _("Debit amount"), _("Credit amount")],
            "people": [
                [_("Chief accountant"), ""],
                [_("Posted by"), slip.poster],
                [_("Cashier"), ""],
                [_("Reviewed by"), slip.reviewer or people.get("review", "") if slip.number else slip.reviewer],
                [_("Prepared by"), slip.preparer or people.get("edit") or people.get("create", "")],
            ],
        }

    def _line(self, slip: Slip, line: SlipLine, currency: Currency) -> dict[str, Any]:
        record = slip.record
        partner = self.past.of(record, self._partner(record))
        named = (partner.name_zh, partner.name_en) if partner else ("", "")
        told = occasion(self.kind.key, record.number, named, line.summary, is_reversal=slip.is_reversal)
        path = [self.past.of(record, id) for id in self.path(line.account_id)]
        names = [title(account.name_zh, account.name_en) for account in path]
        detail = ["—".join(names[1:])] if names[1:] else []
        masters = (self.past.of(record, id) for id in (line.party_id, line.item_id) if id)
        detail += [title(master.name_zh, master.name_en) for master in masters]
        if line.currency and line.currency != currency.code:
            detail.append(f"{line.currency} {figure(abs(line.amount_currency), 2)}")
        if line.quantity is not None:
            detail.append(f"{_('Quantity')} {figure(line.quantity)}")
        head = f"{path[0].code} {names[0]}" if len(path) == 1 else names[0]
        details = ("，" if is_chinese() else ", ").join(detail)
        text = f"{path[-1].code} {details}" if len(path) > 1 else details
        return self._row(told, head, text, line.debit, line.credit, currency)

    def _row(
        self, summary: str, head: str, detail: str, debit: Decimal, credit: Decimal, currency: Currency
    ) -> dict[str, Any]:
        """Zero stays blank, a negative amount is red."""
        cells = [amount(value, currency.decimals) if value else "" for value in (debit, credit)]
        return {"texts": [summary, head, detail], "amounts": cells, "red": [debit < 0, credit < 0]}


def _number(slip: Slip) -> str:
    if not slip.number:
        return ""
    kind = slip.type if is_chinese() else str(VoucherType(slip.type).label)
    return pgettext("voucher number", "%(type)s No. %(number)s") % {"type": kind, "number": f"{slip.number:04}"}


TEMPLATE = Path(__file__).parent / "voucher.typ"
VOUCHER = Print(key="voucher", label=gettext_lazy("Accounting voucher"), make=entries, template=TEMPLATE, paper=SLIP)
