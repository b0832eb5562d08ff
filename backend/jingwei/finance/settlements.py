"""Settlements without money: credit notes, advances and debts of both sides set off against each other.

Items of one account are settled as they are. Between accounts an entry moves the amount (预收冲应收, 预付冲应付,
应收冲应付), and its lines settle the items. What exchange rates have made of the two sides is a gain or loss by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jingwei.books import journal, periods, posting, settling
from jingwei.books.journal import LineDraft
from jingwei.books.models import Area, OpenItem
from jingwei.books.posting import GoodsLine
from jingwei.books.roles import Role
from jingwei.books.settling import Pair
from jingwei.finance import items, ledger, paying
from jingwei.finance.items import Documents, Open, Piece
from jingwei.finance.ledger import Books
from jingwei.finance.models import Direction, Payment, Settlement, SettlementLine
from jingwei.finance.paying import Work
from jingwei.masterdata.pricing import decimals_of
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.errors import Problem, Refusal, Text, refuse
from jingwei.platform.money import round_half_up

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"
ZERO = Decimal(0)
SET_OFF = (Role.AR, Role.AP, Role.ADVANCE, Role.PREPAY)
#: The event by which an account of a role passes what it holds on to receivables or payables.
APPLIED = {
    Role.ADVANCE: "receipt.advance_applied",
    Role.AR: "receipt.advance_applied",
    Role.PREPAY: "payment.prepayment_applied",
    Role.AP: "payment.prepayment_applied",
}


class Reversal(Input):
    """When the settlement was taken back."""

    posted_on: date = asked(_("Date"), _("Date on which the items are open again; in an open period."))


@dataclass(slots=True)
class Known:
    """What settlements name: documents, their open items, and the payments among them."""

    documents: Documents
    items: Open
    payments: dict[int, Payment]

    def open(self, settlement: Settlement, line: SettlementLine) -> Decimal:
        """What is open of a line's document: of a payment, what is left of its advance, tax included."""
        payment = self.payments.get(line.document_id or 0)
        if payment is not None:
            left: Decimal = advance_sign(payment) * payment.amount_rest
            return left
        return self.items.net(line.document_id, settlement.party_id, str(settlement.currency_id))


def advance_sign(payment: Payment) -> int:
    """An advance of a customer is owed to him (−1), a prepayment by the supplier to us (1)."""
    return -1 if payment.direction == Direction.IN else 1


def _resolve(command: Command, settlements: Sequence[Settlement]) -> Known:
    """What the lines' numbers mean and what is open of them; fills currency, amounts where none is given, the total."""
    wanted = {(s.company_id, s.party_id, line.settles) for s in settlements for line in s.lines}
    documents = items.find(command, wanted)
    ids = set(documents.by_number.values())
    known = Known(
        documents,
        items.open_of(command, ids, {s.party_id for s in settlements}, SET_OFF),
        {p.pk: p for p in Payment.objects.filter(group_id=command.actor.group_id, id__in=ids)},
    )
    for settlement in settlements:
        settlement.currency_id = settlement.currency_id or settlement.party.currency_id
        for line in settlement.lines:
            key = (settlement.company_id, settlement.party_id, line.settles)
            line.document_id = documents.by_number.get(key)
            _show(settlement, line, known)
            if line.amount is None and line.amount_open:
                line.amount = line.amount_open
        settlement.amount = sum((line.amount for line in settlement.lines if (line.amount or ZERO) > 0), ZERO)
    return known


def _show(settlement: Settlement, line: SettlementLine, known: Known) -> None:
    line.due_on = known.items.due_on(line.document_id, settlement.party_id)
    line.amount_open = known.open(settlement, line)


def refresh(settlements: Sequence[Settlement]) -> None:
    """What is open of the documents that drafts name, as of now."""
    drafts = [s for s in settlements if s.state == DRAFT]
    ids = {line.document_id for s in drafts for line in s.lines if line.document_id}
    if not ids:
        return
    group_id = drafts[0].group_id
    rows = OpenItem.objects.filter(group_id=group_id, document_id__in=ids, account__role__in=SET_OFF)
    payments = {p.pk: p for p in Payment.objects.filter(group_id=group_id, id__in=ids)}
    known = Known(Documents(), Open(rows.select_related("account")), payments)
    for settlement in drafts:
        for line in settlement.lines:
            _show(settlement, line, known)


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Lines of the party and currency, amounts that are open, both sides equal; fills what follows from the documents
    they name."""
    known = _resolve(command, [d.record for d in drafts])
    problems = []
    for draft in drafts:
        settlement: Settlement = draft.record
        for line, problem in _line_problems(command, settlement, known):
            where = f"lines.{line - 1}.{problem.field or 'settles'}"
            problems.append(problem.at(field=where, row=draft.row, line=line))
        difference = sum((line.amount or ZERO for line in settlement.lines), ZERO)
        if difference:
            message = _("The two sides differ by %(difference)s.") % {"difference": f"{difference:,.2f}"}
            hint = _("What we are to get stands positive, what we owe negative; together they are 0.")
            problems.append(Problem("settlement.unbalanced", message, hint, field="lines", row=draft.row))
    return problems


def _line_problems(command: Command, settlement: Settlement, known: Known) -> Iterable[tuple[int, Problem]]:
    named: set[tuple[int, bool]] = set()
    for number, line in enumerate(settlement.lines, start=1):
        amount = line.amount or ZERO
        if line.document_id is None or not known.items.of(line.document_id, settlement.party_id):
            yield number, items.unknown(line.settles)
            continue
        if (line.document_id, amount > 0) in named:
            yield number, Problem("allocation.twice", _("%(number)s is named twice.") % {"number": line.settles})
            continue
        named.add((line.document_id, amount > 0))
        if amount != round_half_up(amount, decimals_of(command, settlement)):
            message: Text = _("%(amount)s has more decimals than the currency has.") % {"amount": f"{amount:f}"}
            yield number, Problem("amount.scale", message, field="amount")
        found = _over_rest(known, line, amount) or items.problem_of(
            known.documents,
            known.items,
            line.document_id,
            settlement.party_id,
            str(settlement.currency_id),
            _portion(command, known, settlement, line),
        )
        if found is not None:
            yield number, found.at(field="amount")


def _over_rest(known: Known, line: SettlementLine, amount: Decimal) -> Problem | None:
    payment = known.payments.get(line.document_id or 0)
    if payment is None or abs(amount) <= payment.amount_rest or amount * advance_sign(payment) < 0:
        return None
    message = _("%(number)s: %(amount)s is more than the %(open)s that is left of the advance.") % {
        "number": payment.number,
        "amount": f"{abs(amount):,.2f}",
        "open": f"{payment.amount_rest:,.2f}",
    }
    return Problem("allocation.over", message, status=409, documents=(known.documents.ref(payment.pk),))


def _portion(command: Command, known: Known, settlement: Settlement, line: SettlementLine) -> Decimal:
    """How much of the open item goes with a line's amount: less than it where an advance is kept without its tax."""
    amount = line.amount or ZERO
    payment = known.payments.get(line.document_id or 0)
    if payment is None or not payment.amount_rest or amount * advance_sign(payment) <= 0:
        return amount
    sign = advance_sign(payment)
    left = known.items.side(payment.pk, settlement.party_id, str(settlement.currency_id), sign)
    if abs(amount) == payment.amount_rest:
        return sign * left
    decimals = decimals_of(command, settlement)
    whole = sum((abs(i.amount) for i in known.items.of(payment.pk, settlement.party_id) if _is_advance(i)), ZERO)
    return sign * min(left, round_half_up(whole * abs(amount) / payment.amount_advance, decimals))


def _is_advance(item: OpenItem) -> bool:
    return item.account.role in (Role.ADVANCE, Role.PREPAY)


@dataclass(slots=True)
class Plan:
    """How one settlement closes its pieces: against each other within an account, the others by a line each."""

    work: Work
    within: list[tuple[Piece, Piece, Decimal]] = field(default_factory=list)
    moved: list[Piece] = field(default_factory=list)
    taxes: Decimal = ZERO


def post(command: Command, settlements: Sequence[Settlement], inputs: Input) -> None:
    """Set the items off; the statements do not grow with lines or settlements.

    Raises Refusal 409 `period.closed`, `allocation.over`, `invoice.blocked`, 422 `date.order`, `amount.too_small`.
    """
    periods.share(command, ((s.company_id, s.settled_on, Area.LEDGER) for s in settlements))
    books = ledger.books_of(command, (s.company_id for s in settlements))
    known = _lock(command, settlements)
    plans = []
    for settlement in settlements:
        for number, problem in _line_problems(command, settlement, known):
            raise Refusal(problem.at(line=number))
        refuse(items.blocked(known.documents, [x.document_id for x in settlement.lines if x.document_id]))
        plans.append(_plan(command, settlement, books[settlement.company_id], known))
    _reckon(command, plans, known)
    _add_taxes(command, plans)
    paying.post(command, [plan.work for plan in plans], "settlement", Area.LEDGER, known.items)
    sets.update(list(known.payments.values()), ["amount_rest", "amount_allocated"])


def _lock(command: Command, settlements: Sequence[Settlement]) -> Known:
    """Payments, then open items, each in id order."""
    ids = {line.document_id for s in settlements for line in s.lines if line.document_id}
    rows = Payment.objects.select_for_update(no_key=True).filter(group_id=command.actor.group_id, id__in=ids)
    payments = {p.pk: p for p in rows.order_by("id")}
    opened = items.open_of(command, ids, {s.party_id for s in settlements}, SET_OFF, lock=True)
    return Known(items.describe(command, opened), opened, payments)


def _plan(command: Command, settlement: Settlement, books: Books, known: Known) -> Plan:
    """Take the pieces of a settlement's lines and match those of one account, the oldest first."""
    work = Work(
        document_id=settlement.pk,
        company_id=settlement.company_id,
        party_id=settlement.party_id,
        books=books,
        currency=str(settlement.currency_id),
        on=settlement.settled_on,
        summary=settlement.number,
    )
    plan = Plan(work)
    by_account: dict[int, tuple[list[Piece], list[Piece]]] = defaultdict(lambda: ([], []))
    for line in settlement.lines:
        assert line.document_id is not None, "checked with the lines"
        _show(settlement, line, known)
        portion = _portion(command, known, settlement, line)
        plan.taxes += (line.amount or ZERO) - portion
        for piece in known.items.take(line.document_id, settlement.party_id, work.currency, portion):
            _refuse_earlier(work, piece, known.documents)
            by_account[piece.item.account_id][0 if piece.is_debit else 1].append(piece)
        if (payment := known.payments.get(line.document_id)) is not None:
            payment.amount_rest -= abs(line.amount or ZERO)
            payment.amount_allocated += abs(line.amount or ZERO)
    for debits, credits in by_account.values():
        _match(plan, debits, credits)
    return plan


def _refuse_earlier(work: Work, piece: Piece, documents: Documents) -> None:
    if work.on < piece.item.posted_on:
        ref = documents.ref(piece.item.document_id)
        message = _("%(number)s is posted on %(date)s: it cannot be set off before.") % {
            "number": ref.number,
            "date": piece.item.posted_on.isoformat(),
        }
        raise Refusal(Problem("date.order", message, field="settled_on", documents=(ref,)))


def _match(plan: Plan, debits: list[Piece], credits: list[Piece]) -> None:
    while debits and credits:
        debit, credit = debits.pop(0), credits.pop(0)
        amount = min(debit.amount, credit.amount)
        plan.within.append((debit, credit, amount))
        if debit.amount > amount:
            debits.insert(0, Piece(debit.item, debit.amount - amount))
        if credit.amount > amount:
            credits.insert(0, Piece(credit.item, credit.amount - amount))
    plan.moved += [*debits, *credits]


def _reckon(command: Command, plans: Sequence[Plan], known: Known) -> None:
    """Functional amounts in the order in which the books will settle: within accounts first, then by the new lines."""
    wanted = [(i.item.pk, x) for plan in plans for debit, credit, x in plan.within for i in (debit, credit)]
    wanted += [pair for plan in plans for pair in items.in_order(plan.moved)]
    shares = iter(settling.shares(command, known.items.items, wanted))
    for plan in plans:
        differences: dict[int, tuple[Piece, Decimal]] = {}
        for debit, credit, amount in plan.within:
            plan.work.direct.append(Pair(debit.item.pk, credit.item.pk, amount, plan.work.document_id, plan.work.on))
            change = -next(shares) + next(shares)
            account = debit.item.account_id
            differences[account] = (debit, differences.get(account, (debit, ZERO))[1] + change)
        plan.work.others += [_revalued(plan.work, piece, change) for piece, change in differences.values() if change]
    for plan in plans:
        roles = {piece.item.account.role for piece in plan.moved}
        for piece in plan.moved:
            close_moved(plan.work, piece, next(shares), roles, known.documents)


def close_moved(work: Work, piece: Piece, functional: Decimal, roles: set[str], documents: Documents) -> None:
    """The line that closes a piece against another account, by the rule that applies advances where one is applied."""
    role = Role(piece.item.account.role)
    applies = bool(roles & {Role.ADVANCE, Role.PREPAY})
    rule = paying.rule_id(work.books, APPLIED[role], role) if applies else "offset"
    number = documents.ref(piece.item.document_id).number
    paying.close(work, piece, functional, rule, f"{work.summary} {number}")


def _revalued(work: Work, piece: Piece, change: Decimal) -> LineDraft:
    """Two items settled within an account stood for different amounts: the account keeps nothing of the difference."""
    return LineDraft(
        account_id=piece.item.account_id,
        debit=max(change, ZERO),
        credit=max(-change, ZERO),
        summary=work.summary,
        currency=work.currency,
        amount_currency=ZERO,
        party_id=work.party_id,
        rule="exchange",
    )


def _add_taxes(command: Command, plans: Sequence[Plan]) -> None:
    """Tax of advances kept apart: the invoice has brought its own, so that of the advance is released."""
    for plan in plans:
        if not plan.taxes:
            continue
        work = plan.work
        rates = [c.line.rate for c in work.closings if c.piece.item.account.role == Role.ADVANCE]
        tax = round_half_up(-plan.taxes * rates[0], work.books.decimals)
        lines = posting.post(
            APPLIED[Role.ADVANCE],
            lines=[GoodsLine({"gross": tax, "net": ZERO, "tax": tax})],
            standard=work.books.standard,
            taxpayer=work.books.taxpayer,
            decimals=work.books.decimals,
        )
        released = [line for line in lines if line.role == Role.VAT_OUT]
        accounts = ledger.accounts_of(command, [(work.company_id, line.account) for line in released])
        work.others += ledger.drafted(released, accounts, work.company_id, work.party_id, {})


def reverse(command: Command, settlements: Sequence[Settlement], inputs: Reversal) -> None:
    """Open again what was set off, to the cent. Raises Refusal `date.order`, `period.closed`."""
    periods.share(command, ((s.company_id, inputs.posted_on, Area.LEDGER) for s in settlements))
    for settlement in settlements:
        if inputs.posted_on < settlement.settled_on:
            message = _("A reversal cannot be dated before the settlement (%(date)s).")
            words = {"date": settlement.settled_on.isoformat()}
            raise Refusal(Problem("date.order", message % words, field="posted_on"))
    ids = [s.pk for s in settlements]
    named = {line.document_id for s in settlements for line in s.lines if line.document_id}
    rows = Payment.objects.select_for_update(no_key=True).filter(group_id=command.actor.group_id, id__in=named)
    payments = {p.pk: p for p in rows.order_by("id")}
    for line in (line for s in settlements for line in s.lines):
        if (payment := payments.get(line.document_id or 0)) is not None:
            payment.amount_rest += abs(line.amount or ZERO)
            payment.amount_allocated -= abs(line.amount or ZERO)
    settling.take_back(command, settling.standing(command.actor.group_id, ids), inputs.posted_on)
    journal.reverse(command, ids, inputs.posted_on, area=Area.LEDGER)
    sets.update(list(payments.values()), ["amount_rest", "amount_allocated"])
