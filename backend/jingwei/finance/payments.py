"""Payments: money in and out, and what it settles. Posting takes the money to the bank account and closes the open
items it pays at what they stand for in the books; what the rate has made of them since is a gain or loss by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jingwei.books import journal, settling
from jingwei.books.charts import Standard
from jingwei.books.models import Account, Area, OpenItem
from jingwei.books.roles import Role
from jingwei.books.rules import determination
from jingwei.finance import items, ledger, paying
from jingwei.finance.items import Documents, Open
from jingwei.finance.models import Direction, Payment, PaymentLine, RegisteredInvoice
from jingwei.masterdata.pricing import decimals_of
from jingwei.masterdata.rates import rate_on, rate_problems
from jingwei.platform import sets
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.documents.perform import act
from jingwei.platform.documents.schema import parse, schemas
from jingwei.platform.documents.write import create
from jingwei.platform.errors import Problem, Refusal, Text, refuse
from jingwei.platform.models import Link
from jingwei.platform.money import round_half_up

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"
ZERO = Decimal(0)
MONEY = frozenset({Role.BANK, Role.CASH})
PAID = (Role.AR, Role.AP)


class Reversal(Input):
    """When the money went back."""

    posted_on: date = asked(_("Date"), _("Date of the red entry; in an open period."))


class Settling(Input):
    """What an advance is used for."""

    invoice: str = asked(
        pgettext_lazy("open item", "Invoice"), _("Number of the invoice that the advance settles."), min_length=1
    )
    amount: Decimal | None = asked(_("Amount"), _("How much of it; as much as possible when empty."), None, gt=0)
    settled_on: date = asked(_("Date"), _("Accounting date of the settlement; in an open period."))


def sign_of(payment: Payment) -> int:
    """What a positive amount of a line closes: debits (1) when money comes in, credits (−1) when it goes out."""
    return 1 if payment.direction == Direction.IN else -1


def _resolve(command: Command, payments: Sequence[Payment]) -> tuple[Documents, Open]:
    """What the lines' numbers mean and what is open of them; fills currency, and amounts where none is given."""
    wanted = {(p.company_id, p.party_id, line.invoice) for p in payments for line in p.lines}
    documents, known = Documents(), Open(())
    if wanted:
        documents = items.find(command, wanted)
        known = items.open_of(command, documents.by_number.values(), {p.party_id for p in payments}, PAID)
    for payment in payments:
        payment.currency_id = payment.currency_id or payment.party.currency_id
        if payment.rate is None and payment.currency_id == command.company(payment.company_id).currency_id:
            payment.rate = Decimal(1)
        for line in payment.lines:
            line.document_id = documents.by_number.get((payment.company_id, payment.party_id, line.invoice))
            _show(payment, line, known)
            if line.amount is None and line.amount_open:
                line.amount = line.amount_open
    return documents, known


def _show(payment: Payment, line: PaymentLine, known: Open) -> None:
    line.due_on = known.due_on(line.document_id, payment.party_id)
    line.amount_open = sign_of(payment) * known.net(line.document_id, payment.party_id, str(payment.currency_id))


def refresh(payments: Sequence[Payment]) -> None:
    """What is open of the documents that drafts name, as of now."""
    drafts = [p for p in payments if p.state == DRAFT and p.lines]
    if not drafts:
        return
    found = {line.document_id for p in drafts for line in p.lines if line.document_id}
    rows = OpenItem.objects.filter(
        group_id=drafts[0].group_id, document_id__in=found, account__role__in=PAID
    ).select_related("account")
    known = Open(rows)
    for payment in drafts:
        for line in payment.lines:
            _show(payment, line, known)


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """A bank or cash account, amounts of the currency, a party of the direction, lines that can be settled; fills what
    follows from the documents they name."""
    documents, known = _resolve(command, [d.record for d in drafts])
    problems: list[Problem] = []
    for draft in drafts:
        payment: Payment = draft.record
        problems += [p.at(row=draft.row) for p in _header_problems(command, payment, known)]
        for line, problem in _line_problems(command, payment, documents, known):
            where = f"lines.{line - 1}.{problem.field or 'invoice'}"
            problems.append(problem.at(field=where, row=draft.row, line=line))
    return problems


def _header_problems(command: Command, payment: Payment, known: Open) -> list[Problem]:
    problems = list(journal.account_problems(payment.account, payment.party_id, None))
    message: Text
    if payment.account.role not in MONEY:
        message = _("%(account)s is neither a bank nor a cash account.") % {"account": payment.account}
        problems.append(Problem("payment.account", message, field="account"))
    if payment.amount <= 0:
        hint = _("Money the other way is a payment of the other direction.")
        message = _("The amount must be greater than 0.")
        problems.append(Problem("amount.not_positive", message, hint, field="amount"))
    problems += [p.at(field="amount") for p in _scale(command, payment, payment.amount)]
    problems += rate_problems(command, payment)
    if not _is_dealt_with(payment, known):
        collected = payment.direction == Direction.IN
        message = _("%(party)s is not a customer.") if collected else _("%(party)s is not a supplier.")
        code = "party.not_customer" if collected else "party.not_supplier"
        problems.append(Problem(code, message % {"party": payment.party}, field="party"))
    settled = sum((line.amount or ZERO for line in payment.lines), ZERO)
    if settled > max(payment.amount, ZERO):
        words = {"settled": f"{settled:,.2f}", "amount": f"{payment.amount:,.2f}"}
        message = _("The lines come to %(settled)s, more than the %(amount)s that was paid.") % words
        problems.append(Problem("payment.exceeded", message, field="amount"))
    return problems


def _is_dealt_with(payment: Payment, known: Open) -> bool:
    """Customers pay and suppliers are paid; the other way round it is a refund, of documents that are named."""
    fits = payment.party.is_customer if payment.direction == Direction.IN else payment.party.is_supplier
    refunds = not payment.rest_as_advance and not payment.oldest_first and bool(payment.lines)
    return bool(fits or (refunds and all(known.of(line.document_id, payment.party_id) for line in payment.lines)))


def _scale(command: Command, payment: Payment, amount: Decimal) -> list[Problem]:
    if amount == round_half_up(amount, decimals_of(command, payment)):
        return []
    message: Text = _("%(amount)s has more decimals than the currency has.") % {"amount": f"{amount.normalize():f}"}
    return [Problem("amount.scale", message)]


def _line_problems(
    command: Command, payment: Payment, documents: Documents, known: Open
) -> Iterable[tuple[int, Problem]]:
    """Line and problem, for lines whose document or amount cannot be settled."""
    named: set[int] = set()
    for number, line in enumerate(payment.lines, start=1):
        if line.document_id is None or not known.of(line.document_id, payment.party_id):
            yield number, items.unknown(line.invoice)
            continue
        if line.document_id in named:
            yield number, Problem("allocation.twice", _("%(number)s is named twice.") % {"number": line.invoice})
            continue
        named.add(line.document_id)
        amount = sign_of(payment) * (line.amount or ZERO)
        found = items.problem_of(documents, known, line.document_id, payment.party_id, str(payment.currency_id), amount)
        if found is not None:
            yield number, found.at(field="amount") if found.code != "reference.unknown" else found
        for problem in _scale(command, payment, line.amount or ZERO):
            yield number, problem.at(field="amount")


def post(command: Command, payments: Sequence[Payment], inputs: Input) -> None:
    """Take the money to its account and settle what it pays; the statements do not grow with lines or payments.

    Raises Refusal 409 `period.closed`, `allocation.over`, `invoice.blocked`, `invoice.reversed`, `payment.unallocated`,
    422 `rate.missing`, `amount.too_small`, and what `books.journal.post` raises.
    """
    books = ledger.books_of(command, (p.company_id for p in payments))
    _take_rates(command, payments)
    known = _lock(command, payments)
    documents = items.describe(command, known)
    settled = [_take(command, p, documents, known) for p in payments]
    _refuse_rest(payments)
    pieces = [piece for one in settled for piece in one]
    shares = iter(settling.shares(command, known.items, items.in_order(pieces)))
    worth = [[(piece, next(shares)) for piece in own] for own in settled]
    paying.post_payments(command, payments, books, worth, known)
    _link(payments)


def _take_rates(command: Command, payments: Sequence[Payment]) -> None:
    rates: dict[tuple[str, str, date], Decimal] = {}
    for payment in payments:
        if payment.rate is None:
            own = str(command.company(payment.company_id).currency_id)
            key = (str(payment.currency_id), own, payment.posted_on)
            if key not in rates:
                rates[key] = rate_on(payment.group_id, *key)
            payment.rate = rates[key]


def _lock(command: Command, payments: Sequence[Payment]) -> Open:
    """The open items that payments name, and those of who settles the oldest first, locked in id order."""
    also = models.Q(pk__in=[])
    for payment in payments:
        if payment.oldest_first:
            also |= models.Q(
                company_id=payment.company_id,
                party_id=payment.party_id,
                currency_id=payment.currency_id,
                account__role=_own_role(payment),
                **{"open__gt" if payment.direction == Direction.IN else "open__lt": 0},
            )
    named = {line.document_id for p in payments for line in p.lines if line.document_id}
    return items.open_of(command, named, {p.party_id for p in payments}, PAID, lock=True, also=also)


def _own_role(payment: Payment) -> Role:
    return Role.AR if payment.direction == Direction.IN else Role.AP


def _take(command: Command, payment: Payment, documents: Documents, known: Open) -> list[items.Piece]:
    """What a payment settles, piece by piece; completes its lines and its amounts."""
    pieces: list[items.Piece] = []
    sign, currency = sign_of(payment), str(payment.currency_id)
    refuse(items.blocked(documents, [line.document_id for line in payment.lines if line.document_id]))
    for number, problem in _line_problems(command, payment, documents, known):
        raise Refusal(problem.at(line=number))
    for line in payment.lines:
        assert line.document_id is not None, "checked with the lines"
        assert line.amount is not None, "checked with the lines"
        _show(payment, line, known)
        pieces += known.take(line.document_id, payment.party_id, currency, sign * line.amount)
    if payment.oldest_first:
        pieces += _oldest(payment, documents, known)
    payment.amount_allocated = sum((line.amount or ZERO for line in payment.lines), ZERO)
    payment.amount_advance = payment.amount - payment.amount_allocated
    payment.amount_rest = payment.amount_advance
    return pieces


def _oldest(payment: Payment, documents: Documents, known: Open) -> list[items.Piece]:
    """Lines for what the party has open, the oldest due first, as far as the money goes."""
    sign, currency = sign_of(payment), str(payment.currency_id)
    left = payment.amount - sum((line.amount or ZERO for line in payment.lines), ZERO)
    named = {line.document_id for line in payment.lines}
    own = [
        i
        for i in known.items.values()
        if (i.party_id, i.company_id, i.currency_id) == (payment.party_id, payment.company_id, currency)
        and known.left[i.pk] * sign > 0
        and i.account.role == _own_role(payment)
        and i.document_id not in named
        and not ((row := documents.registered.get(i.document_id)) and row.is_blocked)
    ]
    pieces: list[items.Piece] = []
    for document in dict.fromkeys(i.document_id for i in sorted(own, key=lambda i: (i.due_on, i.pk))):
        there = known.side(document, payment.party_id, currency, sign)
        amount = min(left, there)
        if amount <= 0:
            break
        line = PaymentLine(document_id=document, invoice=documents.ref(document).number, amount=amount)
        _show(payment, line, known)
        payment.lines.append(line)
        pieces += known.take(document, payment.party_id, currency, sign * amount)
        left -= amount
    return pieces


def _refuse_rest(payments: Sequence[Payment]) -> None:
    """`payment.unallocated` where money is left that settles nothing and is not to be kept; `payment.exceeded`."""
    problems = []
    for payment in payments:
        words = {"rest": f"{payment.amount_advance:,.2f}", "amount": f"{payment.amount:,.2f}"}
        message: Text
        if payment.amount_advance < 0:
            message = _("The lines come to more than the %(amount)s that was paid.") % words
            problems.append(Problem("payment.exceeded", message, field="amount"))
        elif payment.amount_advance and not payment.rest_as_advance:
            message = _("%(rest)s of %(amount)s settles nothing.") % words
            hint = _("Name more invoices, or keep the rest as an advance.")
            problems.append(Problem("payment.unallocated", message, hint, field="rest_as_advance", status=409))
    refuse(problems)


def _link(payments: Sequence[Payment]) -> None:
    sets.insert(
        [
            Link(group_id=p.group_id, source_id=document, target_id=p.pk, relation="settled_by")
            for p in payments
            for document in dict.fromkeys(line.document_id for line in p.lines if line.document_id)
        ]
    )


def reverse(command: Command, payments: Sequence[Payment], inputs: Reversal) -> None:
    """Take back what payments settled, then post them in red: what was open before is open again, to the cent.

    Raises Refusal 409 `allocation.exists` while an advance is used, with the settlements that use it, `date.order`.
    """
    ids = [p.pk for p in payments]
    settling.take_back(command, settling.standing(command.actor.group_id, ids), inputs.posted_on)
    journal.reverse(command, ids, inputs.posted_on, area=Area.BANK)
    for payment in payments:
        payment.amount_allocated = payment.amount_advance = payment.amount_rest = ZERO


def settle(command: Command, payments: Sequence[Payment], inputs: Settling) -> None:
    """Use an advance for an invoice: a settlement of the two, made and posted.

    Raises Refusal 422 `reference.unknown`, 409 `allocation.over`, and what a settlement raises.
    """
    actor = command.actor
    for payment in payments:
        command.actor = actor.in_company(payment.company_id)
        sign = sign_of(payment)
        documents = items.find(command, {(payment.company_id, payment.party_id, inputs.invoice)})
        known = items.open_of(command, documents.by_number.values(), {payment.party_id}, PAID)
        document = documents.by_number.get((payment.company_id, payment.party_id, inputs.invoice))
        there = known.side(document, payment.party_id, str(payment.currency_id), sign)
        amount = min(there, payment.amount_rest) if inputs.amount is None else inputs.amount
        if document is None or not known.of(document, payment.party_id):
            raise Refusal(items.unknown(inputs.invoice).at(field="invoice"))
        body = {
            "party": payment.party_id,
            "settled_on": inputs.settled_on.isoformat(),
            "currency": payment.currency_id,
            "sources": [payment.pk, document],
            "lines": [
                {"settles": payment.number, "amount": f"{-sign * amount:f}"},
                {"settles": inputs.invoice, "amount": f"{sign * amount:f}"},
            ],
        }
        (made,) = create(
            command, "finance.settlement", [parse(schemas(catalogue.get("finance.settlement")).create, body)]
        )
        act(command, "finance.settlement", [made.pk], "post")
        command.created.append(made)
        payment.amount_rest -= amount
        payment.amount_allocated += amount
    command.actor = actor


def bodies(command: Command, direction: str, documents: Sequence[int]) -> list[dict[str, Any]]:
    """Drafts of payments for posted invoices, one per party and currency, with what is open of them; due today first.

    For the conversions of purchasing and sales. Raises Refusal 409 `invoice.blocked`, `payment.nothing_open`.
    """
    group_id = command.actor.group_id
    rows = list(
        RegisteredInvoice.objects.filter(group_id=group_id, document_id__in=documents).order_by("due_on", "document_id")
    )
    known = items.open_of(command, documents, {r.party_id for r in rows}, PAID)
    names = items.describe(command, known)
    refuse(items.blocked(names, [r.document_id for r in rows]))
    sign = 1 if direction == Direction.IN else -1
    groups: dict[tuple[int, int, str], list[dict[str, str]]] = defaultdict(list)
    totals: dict[tuple[int, int, str], Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        amount = sign * known.net(row.document_id, row.party_id, row.currency_id)
        if amount:
            key = (row.company_id, row.party_id, row.currency_id)
            groups[key].append({"invoice": names.ref(row.document_id).number, "amount": f"{amount:f}"})
            totals[key] += amount
    if not groups:
        raise Refusal(Problem("payment.nothing_open", _("Nothing of it is open."), status=409))
    accounts = _usual_accounts(command, {company for company, _party, _currency in groups})
    return [
        {
            "direction": direction,
            "party": key[1],
            "posted_on": command.today(key[0]).isoformat(),
            "account": accounts.get(key[0]),
            "currency": key[2],
            "amount": f"{totals[key]:f}",
            "lines": lines,
        }
        for key, lines in groups.items()
    ]


def _usual_accounts(command: Command, company_ids: Iterable[int]) -> dict[int, int]:
    """The bank account that the posting rules name, by company; to be changed where another one was used."""
    books = ledger.books_of(command, company_ids)
    codes = {
        one.company_id: determination(Standard(one.standard)).account(Role.BANK, taxpayer=one.taxpayer)
        for one in books.values()
    }
    rows = Account.objects.filter(group_id=command.actor.group_id, company_id__in=codes, code__in=codes.values())
    return {a.company_id: a.pk for a in rows if codes[a.company_id] == a.code}
