"""The journal entries that settle open items: the lines that close them, what the exchange rate has made of them since,
and, once the entry is posted, the settling itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jingwei.books import journal, posting, settling
from jingwei.books.charts import Standard, Taxpayer
from jingwei.books.journal import LineDraft
from jingwei.books.models import Account, Area, EntryKind, OpenItem
from jingwei.books.posting import GoodsLine, PostingLine
from jingwei.books.roles import Role
from jingwei.books.rules import RULES_VERSION, RuleFault, determination, rulebook
from jingwei.books.settling import Pair
from jingwei.finance import ledger
from jingwei.finance.items import Open, Piece
from jingwei.finance.ledger import Books
from jingwei.finance.models import Direction, Payment
from jingwei.masterdata.pricing import decimals_of
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.money import round_half_up, tax_from_gross

ZERO = Decimal(0)
LARGEST = Decimal(10) ** 14  # a line of the journal holds ten times as much
#: Where what closes an item of a role stands, as the posting rules have it: closing the other side is red.
DEBITED = {Role.AR: False, Role.AP: True, Role.ADVANCE: True, Role.PREPAY: False}
RECEIVED, PAID = "receipt.received", "payment.made"


@dataclass(frozen=True, slots=True)
class Closing:
    """A piece of an open item, its functional amount (≥ 0) and the journal line that closes it."""

    piece: Piece
    functional: Decimal
    line: LineDraft


@dataclass(slots=True)
class Work:
    """The entry of a document that settles: what it closes, its other lines, and items set off without a line."""

    document_id: int
    company_id: int
    party_id: int
    books: Books
    currency: str
    on: date
    summary: str
    closings: list[Closing] = field(default_factory=list)
    others: list[LineDraft] = field(default_factory=list)
    direct: list[Pair] = field(default_factory=list)

    @property
    def is_foreign(self) -> bool:
        """Whether the items are in another currency than the books."""
        return self.currency != self.books.currency


def rule_id(books: Books, event: str, role: Role) -> str:
    """The id of the line of a posting rule that stands for a role."""
    rule = rulebook().rule(event, Standard(books.standard), Taxpayer(books.taxpayer))
    return next(line.id for line in rule.lines if line.role == role)


def close(work: Work, piece: Piece, functional: Decimal, rule: str, summary: str) -> None:
    """Add the line that closes a piece, at its functional amount. Raises Refusal 422 `amount.too_small`."""
    if not functional:
        raise too_small(piece.amount, work)
    signed = -functional if piece.is_debit else functional
    debited = DEBITED[Role(piece.item.account.role)]
    line = LineDraft(
        account_id=piece.item.account_id,
        debit=signed if debited else ZERO,
        credit=ZERO if debited else -signed,
        summary=summary,
        currency=work.currency,
        amount_currency=-piece.amount if piece.is_debit else piece.amount,
        rate=round_half_up(functional / piece.amount, 8),
        party_id=work.party_id,
        due_on=work.on,
        rule=rule,
        rules_version=RULES_VERSION,
    )
    work.closings.append(Closing(piece, functional, line))


def too_small(amount: Decimal, work: Work) -> Refusal:
    """`amount.too_small`: nothing would reach the books."""
    message = _("%(amount)s %(currency)s is less than the smallest amount in %(own)s.") % {
        "amount": f"{amount.normalize():f}",
        "currency": work.currency,
        "own": work.books.currency,
    }
    return Refusal(Problem("amount.too_small", message, field="amount"))


def post(command: Command, works: Sequence[Work], purpose: str, area: str, known: Open) -> None:
    """Post an entry for each work that has lines, with the exchange difference by name, and settle the items; `known`
    are those that are closed, under lock."""
    exchange = {(w.company_id, code) for w in works if w.is_foreign for code in _exchange_codes(w.books)}
    accounts = ledger.accounts_of(command, exchange) if exchange else {}
    drafts = []
    for work in works:
        lines = [*(c.line for c in work.closings), *work.others]
        difference = sum((line.debit - line.credit for line in lines), ZERO)
        if difference and not work.is_foreign:
            raise RuleFault(f"document {work.document_id}: lines differ by {difference} in one currency")
        if difference:
            lines.append(_exchange_line(work, -difference, accounts))
        if lines:
            drafts.append(_entry(work, lines, purpose, area))
    posted = {p.entry.document_id: p for p in journal.post(command, drafts)}
    pairs = [pair for work in works for pair in work.direct]
    held = dict(known.items)
    by_document = {draft.document_id: draft for draft in drafts}
    for work in works:
        if work.closings:
            pairs += _new_pairs(work, by_document[work.document_id], posted[work.document_id], held)
    settling.allocate(command, pairs, works[0].on, held=held)


def _exchange_codes(books: Books) -> Iterable[str]:
    table = determination(books.standard)
    return (table.account(role, taxpayer=books.taxpayer) for role in (Role.EXCHANGE_GAIN, Role.EXCHANGE_LOSS))


def _exchange_line(work: Work, amount: Decimal, accounts: Mapping[tuple[int, str], Account]) -> LineDraft:
    """`amount` is debit − credit: a loss is a debit of its account, a gain a credit of its own."""
    gain, loss = _exchange_codes(work.books)
    account = accounts[work.company_id, loss if amount > 0 else gain]
    return LineDraft(
        account_id=account.pk,
        debit=max(amount, ZERO),
        credit=max(-amount, ZERO),
        summary=work.summary,
        party_id=work.party_id if ledger.keeps_parties(account) else None,
        rule="exchange",
        rules_version=RULES_VERSION,
    )


def _entry(work: Work, lines: Sequence[LineDraft], purpose: str, area: str) -> journal.EntryDraft:
    return journal.EntryDraft(
        company_id=work.company_id,
        currency=work.books.currency,
        posted_on=work.on,
        document_id=work.document_id,
        purpose=purpose,
        area=area,
        kind=EntryKind.EXCHANGE if work.is_foreign else EntryKind.ORDINARY,
        summary=work.summary,
        lines=sorted(lines, key=lambda line: not line.debit),  # debits first, each side in its order
    )


def _new_pairs(
    work: Work, draft: journal.EntryDraft, posted: journal.Posted, held: dict[int, OpenItem]
) -> Iterable[Pair]:
    """Each piece against the item that its closing line has become; that one joins the `held`."""
    worth = [line for line in draft.lines if line.debit or line.credit]
    items = {id(line): posted.items.get(row.line) for line, row in zip(worth, posted.lines, strict=True)}
    for closing in work.closings:
        new = items[id(closing.line)]
        assert new is not None, "a closing line is on an account that is settled"
        held[new.pk] = new
        old = closing.piece.item.pk
        debit, credit = (old, new.pk) if closing.piece.is_debit else (new.pk, old)
        yield Pair(debit, credit, closing.piece.amount, work.document_id, work.on)


# --- payments -------------------------------------------------------------------------------------------------------


def post_payments(
    command: Command,
    payments: Sequence[Payment],
    books: Mapping[int, Books],
    settled: Sequence[Sequence[tuple[Piece, Decimal]]],
    known: Open,
) -> None:
    """Post payments: the money on its account, the pieces each settles, the rest as an advance."""
    advances = [_advance(command, p, books[p.company_id]) for p in payments]
    wanted = [
        (p.company_id, line.account) for p, (lines, _net) in zip(payments, advances, strict=True) for line in lines
    ]
    accounts = ledger.accounts_of(command, wanted) if wanted else {}
    works = []
    for payment, pieces, (lines, net) in zip(payments, settled, advances, strict=True):
        work = Work(
            document_id=payment.pk,
            company_id=payment.company_id,
            party_id=payment.party_id,
            books=books[payment.company_id],
            currency=str(payment.currency_id),
            on=payment.posted_on,
            summary=payment.number,
        )
        for piece, functional in pieces:
            event = RECEIVED if piece.item.account.role == Role.AR else PAID
            rule = rule_id(work.books, event, Role(piece.item.account.role))
            close(work, piece, functional, rule, f"{payment.number} {piece.item.document.number}")
        work.others = [_bank_line(work, payment), *_advance_lines(work, payment, lines, net, accounts)]
        works.append(work)
    post(command, works, "payment", Area.BANK, known)


def _functional(payment: Payment, amount: Decimal, books: Books) -> Decimal:
    assert payment.rate is not None, "taken before posting"
    functional = round_half_up(amount * payment.rate, books.decimals)
    if abs(functional) >= LARGEST:
        message = _("%(amount)s at the rate %(rate)s is more than the books can hold.") % {
            "amount": f"{amount:,.2f}",
            "rate": f"{payment.rate.normalize():f}",
        }
        raise Refusal(Problem("amount.too_large", message, _("Correct the amount, or the rate."), field="rate"))
    return functional


def _bank_line(work: Work, payment: Payment) -> LineDraft:
    amount = _functional(payment, payment.amount, work.books)
    if not amount:
        raise too_small(payment.amount, work)
    collected = payment.direction == Direction.IN
    assert payment.rate is not None, "taken before posting"
    return LineDraft(
        account_id=payment.account_id,
        debit=amount if collected else ZERO,
        credit=ZERO if collected else amount,
        currency=work.currency,
        amount_currency=payment.amount if collected else -payment.amount,
        rate=payment.rate,
        party_id=payment.party_id if ledger.keeps_parties(payment.account) else None,
        rule=rule_id(work.books, RECEIVED if collected else PAID, Role.BANK),
        rules_version=RULES_VERSION,
    )


def _advance(command: Command, payment: Payment, books: Books) -> tuple[list[PostingLine], Decimal]:
    """The lines of what is kept as an advance, without the money's, and the advance without tax in its currency."""
    rest = payment.amount_advance
    if not rest:
        return [], ZERO
    whole = _functional(payment, payment.amount, books)
    amount = whole - _functional(payment, payment.amount - rest, books)
    if payment.direction == Direction.OUT:
        event, facts, net = "payment.prepaid", {"amount": amount}, rest
    else:
        split = tax_from_gross(rest, payment.tax_rate / 100, decimals_of(command, payment))
        tax, net = _functional(payment, split.tax, books), split.net
        event, facts = "receipt.advance_received", {"gross": amount, "net": amount - tax, "tax": tax}
    lines = posting.post(
        event,
        lines=[GoodsLine(facts)],
        standard=books.standard,
        taxpayer=books.taxpayer,
        decimals=books.decimals,
    )
    kept = [line for line in lines if line.role != Role.BANK]
    with_tax = any(line.role == Role.VAT_OUT for line in kept)
    return kept, net if with_tax else rest


def _advance_lines(
    work: Work,
    payment: Payment,
    lines: Sequence[PostingLine],
    net: Decimal,
    accounts: Mapping[tuple[int, str], Account],
) -> list[LineDraft]:
    if payment.amount_advance and not any(line.role in (Role.ADVANCE, Role.PREPAY) for line in lines):
        raise too_small(payment.amount_advance, work)
    signed = -net if payment.direction == Direction.IN else net
    kept = {
        "currency": work.currency,
        "amount_currency": signed,
        "rate": payment.rate,
        "due_on": payment.posted_on,
    }
    given = {Role.ADVANCE: kept, Role.PREPAY: kept}
    return ledger.drafted(lines, accounts, payment.company_id, payment.party_id, given)
