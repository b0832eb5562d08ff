"""凭证: prepare, review, post, reverse. Preparer and reviewer are two people; posting copies into the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books import journal
from jingwei.books.models import Area, Bookkeeping, EntryKind
from jingwei.books.roles import CLOSED_TO_HAND_VOUCHERS
from jingwei.finance.models import Voucher, VoucherKind, VoucherLine
from jingwei.platform import sets
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.documents.read import title
from jingwei.platform.documents.registering import register
from jingwei.platform.errors import Problem, Text, refuse
from jingwei.platform.money import round_half_up

DRAFT, REVIEWED, POSTED, REVERSED = "draft", "reviewed", "posted", "reversed"
ZERO = Decimal(0)


class Reversal(Input):
    """When the red voucher is dated."""

    posted_on: date = asked(_("Date"), _("Date of the red voucher; in an open period."))


def currencies(command: Command, vouchers: Iterable[Voucher]) -> dict[int, tuple[str, int]]:
    """Functional currency and its decimals, by company."""
    found = {id: command.company(id).currency for id in {v.company_id for v in vouchers}}
    return {id: (currency.code, currency.decimals) for id, currency in found.items()}


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """Functional amounts from original ones, totals, and who prepared the voucher."""
    known = currencies(command, (d.record for d in drafts))
    for draft in drafts:
        voucher: Voucher = draft.record
        own, places = known[voucher.company_id]
        for line in voucher.lines:
            line.currency_id = line.currency_id or own
            line.summary = line.summary or voucher.summary
            if line.currency_id != own and line.amount_currency is not None and line.rate is not None:
                amount = round_half_up(line.amount_currency * line.rate, places)
                if line.credit:
                    line.credit = amount
                else:
                    line.debit = amount
            elif line.currency_id == own:
                line.amount_currency, line.rate = None, None
        voucher.amount_debit = sum((line.debit for line in voucher.lines), ZERO)
        voucher.amount_credit = sum((line.credit for line in voucher.lines), ZERO)
        voucher.prepared_by_id = command.actor.user_id


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """What is wrong with vouchers, by line: accounts, sides, decimals; and the balance of the whole."""
    known = currencies(command, (d.record for d in drafts))
    problems = []
    for draft in drafts:
        voucher: Voucher = draft.record
        own, places = known[voucher.company_id]
        for position, line in enumerate(voucher.lines):
            found = [*_line_problems(line, own, places), *_account_problems(voucher, line)]
            problems += [_placed(p, position, draft.row) for p in found]
        difference = voucher.amount_debit - voucher.amount_credit
        if difference:
            problems.append(journal.unbalanced(difference).at(row=draft.row))
    return problems


def _placed(problem: Problem, position: int, row: int) -> Problem:
    return (
        problem.at(field=f"lines.{position}.{problem.field}", line=position + 1, row=row) if problem.field else problem
    )


def _line_problems(line: VoucherLine, own: str, places: int) -> list[Problem]:
    problems = []
    message: Text
    if bool(line.debit) == bool(line.credit):
        message = _("A line has either a debit or a credit.")
        problems.append(Problem("voucher.line_side", message, field="debit"))
    for name in ("debit", "credit"):
        amount = getattr(line, name)
        if amount != round_half_up(amount, places):
            message = _("%(amount)s has more decimals than the currency has.") % {"amount": f"{amount:f}"}
            problems.append(Problem("amount.scale", message, field=name))
    if line.currency_id != own and (line.amount_currency is None or line.rate is None or line.rate <= 0):
        message = _("An amount in %(currency)s needs its original amount and a rate.") % {"currency": line.currency_id}
        problems.append(Problem("rate.missing", message, field="rate"))
    return problems


def _account_problems(voucher: Voucher, line: VoucherLine) -> list[Problem]:
    account = line.account
    problems = list(journal.account_problems(account, line.party_id, line.item_id))
    if voucher.kind == VoucherKind.ORDINARY and account.role in CLOSED_TO_HAND_VOUCHERS:
        problems.append(
            Problem(
                "account.control",
                _("%(account)s is a control account: its own documents post to it.")
                % {"account": f"{account.code} {title(account.name_zh, account.name_en)}"},
                _("Enter an invoice, a payment, a stock document … instead."),
                field="account",
            )
        )
    return problems


def review(command: Command, vouchers: Sequence[Voucher], inputs: Input) -> None:
    """A second person confirms. Raises Refusal 409 `voucher.same_person`."""
    refuse(
        Problem(
            "voucher.same_person",
            _("Voucher %(number)s was prepared by yourself: another person reviews it.") % {"number": voucher},
            _("Ask a colleague with the right to review."),
            status=409,
        )
        for voucher in vouchers
        if voucher.prepared_by_id == command.actor.user_id
    )
    for voucher in vouchers:
        voucher.reviewed_by_id = command.actor.user_id


def unreview(command: Command, vouchers: Sequence[Voucher], inputs: Input) -> None:
    """弃审: back to draft, to be changed."""
    for voucher in vouchers:
        voucher.reviewed_by_id = None


def post(command: Command, vouchers: Sequence[Voucher], inputs: Input) -> None:
    """Copy vouchers into the journal, in the order of their dates. Raises what `books.journal.post` raises."""
    known = currencies(command, vouchers)
    _refuse_without_books(command, vouchers)
    ordered = sorted(vouchers, key=lambda v: (v.posted_on, v.pk))
    journal.post(command, [_entry(v, known[v.company_id][0]) for v in ordered])
    command.pending["voucher documents"].extend(ordered)


def _refuse_without_books(command: Command, vouchers: Sequence[Voucher]) -> None:
    companies = {v.company_id for v in vouchers}
    rows = Bookkeeping.objects.filter(group_id=command.actor.group_id, company_id__in=companies)
    started = dict(rows.values_list("company_id", "starts_on"))
    problems = []
    message: Text
    for voucher in vouchers:
        starts_on = started.get(voucher.company_id)
        if starts_on is None:
            problems.append(Problem("books.not_started", _("The company keeps no books yet."), status=409))
        elif voucher.kind == VoucherKind.OPENING and voucher.posted_on != starts_on:
            text = _("Opening balances are dated %(date)s, the day on which the books begin.")
            words = {"date": starts_on.isoformat()}
            problems.append(Problem("opening.date", text % words, field="posted_on", status=409))
        elif voucher.posted_on < starts_on:
            message = _("The books begin on %(date)s.") % {"date": starts_on.isoformat()}
            problems.append(Problem("period.missing", message, field="posted_on", status=409))
    refuse(problems)


def _entry(voucher: Voucher, currency: str) -> journal.EntryDraft:
    kind = EntryKind.OPENING if voucher.kind == VoucherKind.OPENING else EntryKind.ORDINARY
    return journal.EntryDraft(
        company_id=voucher.company_id,
        currency=currency,
        posted_on=voucher.posted_on,
        document_id=voucher.pk,
        purpose="voucher",
        area=Area.LEDGER,
        kind=kind,
        summary=voucher.summary,
        voucher_type=voucher.voucher_type,
        lines=[_line(line) for line in voucher.lines],
    )


def _line(line: VoucherLine) -> journal.LineDraft:
    sign = 1 if line.debit else -1
    return journal.LineDraft(
        account_id=line.account_id,
        debit=line.debit,
        credit=line.credit,
        summary=line.summary,
        currency=line.currency_id,
        amount_currency=None if line.amount_currency is None else sign * line.amount_currency,
        rate=line.rate or Decimal(1),
        party_id=line.party_id,
        item_id=line.item_id,
        quantity=line.quantity,
        due_on=line.due_on,
    )


def name_vouchers(command: Command) -> None:
    """Finisher, right after the numbers are given: a posted voucher is called by its type, period and number."""
    vouchers: list[Voucher] = command.pending.pop("voucher documents", [])
    if not vouchers:
        return
    numbered: list[journal.Posted] = command.pending["numbered"]
    by_document = {one.entry.document_id: one for one in numbered}
    for voucher in vouchers:
        one = by_document[voucher.pk]
        voucher.number = f"{one.voucher_type}-{one.period_code}-{one.number:04}"
    sets.update(vouchers, ["number"])
    register(catalogue.of(Voucher), vouchers, known=True)


def reverse(command: Command, vouchers: Sequence[Voucher], inputs: Reversal) -> None:
    """红字冲销: post the same lines in red on a date in an open period. Raises what `books.journal.reverse` raises."""
    for kind in sorted({v.voucher_type for v in vouchers}):
        ids = [v.pk for v in vouchers if v.voucher_type == kind]
        journal.reverse(command, ids, inputs.posted_on, voucher_type=kind)


def copy_of(command: Command, vouchers: Sequence[Voucher]) -> list[dict[str, Any]]:
    """红冲并重开: the bodies of new drafts with the same lines, to be corrected."""
    refuse(
        Problem("voucher.opening_copied", _("Opening balances are not copied."), status=409)
        for v in vouchers
        if v.kind == VoucherKind.OPENING
    )
    return [
        {
            "voucher_type": v.voucher_type,
            "posted_on": v.posted_on.isoformat(),
            "summary": v.summary,
            "lines": [
                {
                    "summary": line.summary,
                    "account": line.account_id,
                    "party": line.party_id,
                    "item": line.item_id,
                    "debit": f"{line.debit:f}",
                    "credit": f"{line.credit:f}",
                    "quantity": None if line.quantity is None else f"{line.quantity:f}",
                    **_original(line),
                }
                for line in v.lines
            ],
        }
        for v in vouchers
    ]


def _original(line: VoucherLine) -> dict[str, Any]:
    if line.amount_currency is None or line.rate is None:
        return {}
    return {"currency": line.currency_id, "amount_currency": f"{line.amount_currency:f}", "rate": f"{line.rate:f}"}
