"""Late prices: goods turn out to have cost more or less than they were received at (单到补差).

Within the month of the receipt the receipt itself is worth more: the month is reckoned again from there and the issues
since bear their share. A price that comes in a later month stays out of the months before it: the share of what is
still there when the month of the invoice begins goes into the stock, the rest to the cost of sales of that month, or
where it is asked for to the production orders that its goods went into.
Source: 企业会计准则第1号——存货, 企业会计准则第29号 (a difference found later belongs to the period it is found in).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from jingwei.books import periods
from jingwei.books.models import Area
from jingwei.masterdata.models import Item, ValuationMethod
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.money import round_half_up
from jingwei.stock import costs, history, in_work, ledger, posting, shifting, streams, valuing
from jingwei.stock.history import Row, Stream, late_price
from jingwei.stock.methods import ZERO, holding_of
from jingwei.stock.models import Checkpoint, ItemValue, Move, ValueEntry, ValueKind
from jingwei.stock.streams import Held
from jingwei.stock.valuing import Cause, Valuation

#: Documents find a late price once: what they post for it needs no name of its own.
ONCE: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Revaluation:
    """`quantity` (stock unit) of a receipt is worth `amount` more (functional currency, ±), found out by a line of a
    document posted on a date."""

    document_id: int
    line: int
    move_id: int
    quantity: Decimal
    amount: Decimal
    posted_on: date


@dataclass(frozen=True, slots=True)
class Split:
    """Where a late price goes: into the stock, to the cost of what has been sold or used, and to open orders that its
    goods went into (`in_work`)."""

    on_hand: Decimal
    issued: Decimal
    in_work: Decimal = ZERO


@dataclass(slots=True)
class _Work:
    """What a set of late prices of one company rests on."""

    command: Command
    books: ledger.Books
    receipts: dict[int, Move]
    accounts: dict[int, tuple[int, int, int, int]]
    items: dict[int, Item]
    held: Held
    known: history.Checkpoints
    periods: Mapping[tuple[int, date, str], tuple[int, str]]
    #: How much of a stream, and of a receipt, each document finds late prices of that came in earlier months.
    asked: dict[tuple[int, Stream | int], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    def period(self, on: date) -> int:
        return self.periods[self.books.company_id, on, Area.STOCK_VALUE][0]

    def stream(self, move_id: int) -> Stream:
        receipt = self.receipts[move_id]
        return self.held.stream(receipt.item_id, receipt.lot_id)

    def is_own_month(self, draft: Revaluation) -> bool:
        return self.receipts[draft.move_id].period_id == self.period(draft.posted_on)


def revalue(
    command: Command,
    company_id: int,
    drafts: Sequence[Revaluation],
    *,
    purposes: Mapping[int, str] = ONCE,
    into_work: bool = False,
) -> list[Split]:
    """Where each amount goes; on hand, issued and, where it is asked for by `into_work`, in work add up to it. Writes
    value entries, and posts what issues since have to bear by name; the caller posts the late prices themselves.
    `purposes` are names for these entries of documents that find late prices more than once. Raises `period.closed`."""
    if not any(d.amount for d in drafts):
        return [Split(ZERO, ZERO) for _d in drafts]
    work = _work(command, company_id, [d.move_id for d in drafts], {d.posted_on for d in drafts})
    for draft in drafts:
        if not work.is_own_month(draft):
            work.asked[draft.document_id, work.stream(draft.move_id)] += draft.quantity
            work.asked[draft.document_id, draft.move_id] += draft.quantity
    entries: list[ValueEntry] = []
    splits = []
    for draft in drafts:
        on_hand = _on_hand(work, draft, entries)
        splits.append(Split(on_hand, draft.amount - on_hand))
        if on_hand:
            entries.append(_entry(work, draft.document_id, draft.move_id, draft.posted_on, on_hand))
    _recost(work, entries, "revalued", purposes)
    return _into_work(work, drafts, splits) if into_work else splits


def _into_work(work: _Work, drafts: Sequence[Revaluation], splits: list[Split]) -> list[Split]:
    """Of what is issued, the share of orders that are still open is theirs."""
    late = [n for n, split in enumerate(splits) if split.issued and not work.is_own_month(drafts[n])]
    gone = []
    for n in late:
        draft, (_item, lot) = drafts[n], work.stream(drafts[n].move_id)
        begins = work.books.starts[work.period(draft.posted_on)]
        in_layers = work.held.rows[work.stream(draft.move_id)].method == ValuationMethod.FIFO
        gone.append(in_work.Gone(work.receipts[draft.move_id], lot, begins, splits[n].issued, in_layers))
    found = in_work.shares(work.command, work.books.company_id, gone, work.books.decimals)
    entries = []
    for n, by_order in zip(late, found, strict=True):
        draft, split = drafts[n], splits[n]
        account, contra, subject, lot = work.accounts[draft.move_id]
        receipt, period = work.receipts[draft.move_id], work.period(draft.posted_on)
        into = work.books.accounts(in_work.ISSUED, work.items[receipt.item_id])[1] if by_order else 0
        for order, amount in by_order.items():
            where = (account, lot), (contra, subject), (into, order)
            entries += in_work.pair(receipt, draft.document_id, period, draft.posted_on, amount, *where)
        theirs = sum(by_order.values(), ZERO)
        splits[n] = Split(split.on_hand, split.issued - theirs, theirs)
    sets.insert(entries)
    return splits


def revalue_back(
    command: Command,
    company_id: int,
    document_ids: Sequence[int],
    posted_on: date,
    *,
    purposes: Mapping[int, str] = ONCE,
) -> None:
    """Take the late prices of documents back, as much as went into the stock and still stands. The caller reverses its
    own entries."""
    found = list(
        ValueEntry.objects.filter(
            group_id=command.actor.group_id,
            company_id=company_id,
            document_id__in=list(document_ids),
            kind__in=(ValueKind.REVALUATION, ValueKind.IN_WORK),
        ).order_by("id")
    )
    if found:
        work = _work(command, company_id, [e.move_id for e in found if e.move_id], {posted_on})
        standing: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
        for e in found:
            if e.kind == ValueKind.REVALUATION:
                standing[e.document_id, e.move_id or 0] += e.amount
        entries = [_entry(work, *key, posted_on, -amount) for key, amount in standing.items() if amount]
        _recost(work, entries, "revalued.reversed", purposes)
        _out_of_work(work, [e for e in found if e.kind == ValueKind.IN_WORK], posted_on)


def _out_of_work(work: _Work, found: Sequence[ValueEntry], on: date) -> None:
    """Take back what late prices put into orders. What an order was closed with has gone on: there it is the cost of
    sales that is lowered, by an entry of its own, because the caller's reversal lowers work in process."""
    inside: dict[tuple[int, int, int, int], Decimal] = defaultdict(lambda: ZERO)
    for e in found:
        if e.contra_id != work.accounts[e.move_id or 0][1]:
            inside[e.document_id, e.move_id or 0, e.contra_id, e.subject_id] -= e.amount
    standing = {key: amount for key, amount in inside.items() if amount}
    still_open = in_work.open_orders(work.command, (order for *_key, order in standing))
    back, passed, period = [], [], work.period(on)
    for (document, move, contra, order), amount in standing.items():
        receipt = work.receipts[move]
        account, came_from, subject, lot = work.accounts[move]
        given = receipt, document, period, on, -amount, (account, lot)
        back += in_work.pair(*given, (came_from, subject), (contra, order))
        if order not in still_open:
            sold = work.books.cost_account(work.items[receipt.item_id])
            passed += in_work.pair(*given, (contra, order), (sold, 0))
    sets.insert([*back, *passed])
    ledger.post_corrections(work.command, work.books, Valuation(corrections=passed), "in_work.reversed")


def _work(command: Command, company_id: int, move_ids: Sequence[int], dates: Iterable[date]) -> _Work:
    books = ledger.books_of(command, company_id)
    shared = periods.share(command, ((company_id, on, Area.STOCK_VALUE) for on in dates))
    group_id = command.actor.group_id
    receipts = command.load(Move, move_ids)
    items = posting.items_of(command, (m.item_id for m in receipts.values()))
    accounts = shifting.accounts_of(command, receipts)
    held = streams.lock(command, company_id, ((m.item_id, m.lot_id) for m in receipts.values()))
    own = {held.stream(m.item_id, m.lot_id) for m in receipts.values()}
    books.know_spills((items[item], held.rows[item, lot].method) for item, lot in own)
    known = history.checkpoints(group_id, company_id, own)
    return _Work(command, books, receipts, accounts, items, held, known, shared)


def _on_hand(work: _Work, draft: Revaluation, before: Sequence[ValueEntry]) -> Decimal:
    """All of it in the receipt's own month; later the share of what is there when the month begins (the receipts of one
    document share it), as far as the stock's value does not fall below nothing. What differs from a standard cost
    leaves the stock again at once."""
    if work.is_own_month(draft):
        return draft.amount
    stream, begins = work.stream(draft.move_id), work.books.starts[work.period(draft.posted_on)]
    point = next((c for c in work.known[stream] if c.starts_on >= begins), None)
    there: Checkpoint | ItemValue = point if point is not None else work.held.rows[stream]
    if there.method == ValuationMethod.STANDARD:
        return draft.amount
    quantity, value = _left(there, draft.move_id)
    if quantity <= 0:
        return ZERO
    whole = work.asked[draft.document_id, draft.move_id if there.method == ValuationMethod.FIFO else stream]
    share: Decimal = round_half_up(draft.amount * min(whole, quantity) / whole, work.books.decimals)
    own = sum((e.amount for e in before if e.move_id and work.stream(e.move_id) == stream), ZERO)
    return max(share, min(-(value + own), ZERO))


def _left(there: Checkpoint | ItemValue, receipt: int) -> tuple[Decimal, Decimal]:
    """What of a receipt is there: its own layer where receipts are told apart, else all there is."""
    if there.method != ValuationMethod.FIFO:
        return there.quantity, there.value
    own = next((x for x in holding_of(there).layers if x.key == receipt), None)
    return (own.quantity, own.value) if own is not None else (ZERO, ZERO)


def _entry(work: _Work, document_id: int, move_id: int, on: date, amount: Decimal) -> ValueEntry:
    receipt = work.receipts[move_id]
    account, contra, subject, lot = work.accounts[move_id]
    return ValueEntry(
        group_id=receipt.group_id,
        company_id=receipt.company_id,
        item_id=receipt.item_id,
        kind=ValueKind.REVALUATION,
        move_id=move_id,
        document_id=document_id,
        period_id=work.period(on),
        posted_on=on,
        amount=amount,
        account_id=account,
        contra_id=contra,
        subject_id=subject,
        lot_id=lot,
    )


def _recost(work: _Work, entries: Sequence[ValueEntry], purpose: str, purposes: Mapping[int, str]) -> None:
    """Reckon the streams again from the months of the late prices, and post what issues since have to bear."""
    if not entries:
        return
    for entry, id in zip(entries, sets.next_ids(len(entries)), strict=True):
        entry.pk = id
    by_stream: dict[Stream, list[ValueEntry]] = defaultdict(list)
    for entry in entries:
        by_stream[work.stream(entry.move_id or 0)].append(entry)
    books = work.books
    since = min(books.starts[e.period_id] for e in entries)
    priced = any(valuing.is_priced(work.held.rows[s], work.known[s]) for s in by_stream)
    histories = costs.histories(work.command, books, by_stream, since, priced=priced)
    result = Valuation(values=[work.held.rows[s] for s in by_stream])
    for stream, own in by_stream.items():
        found, row = histories[stream], work.held.rows[stream]
        first = min(books.starts[e.period_id] for e in own)
        found.begin(books.starts, first)
        found.rows = sorted(_with_late_prices(work, found.rows, own))
        for entry in own:
            key = (entry.period_id, entry.account_id, entry.contra_id, entry.subject_id)
            found.posted[key] = found.posted.get(key, ZERO) + entry.amount
        spill = books.spill_account(work.items[stream[0]], row.method)
        cause = Cause(own[0].document_id, own[0].posted_on)
        dates = {e.period_id: e.posted_on for e in own}
        valuing.recost(books, row, found, work.known[stream], {}, spill, result, cause, dates)
    sets.insert(entries)
    valuing.save(work.command, result, work.held)
    ledger.post_corrections(work.command, books, result, purpose, purposes)


def _with_late_prices(work: _Work, rows: Sequence[Row], entries: Sequence[ValueEntry]) -> list[Row]:
    """The rows as if the late prices had been known: on the receipt in its own month, a step of their own after it."""
    own: dict[int, Decimal] = defaultdict(lambda: ZERO)
    steps = []
    for e in entries:
        assert e.move_id is not None
        if work.receipts[e.move_id].period_id == e.period_id:
            own[e.move_id] += e.amount
        else:
            begins, accounts = work.books.instants[e.period_id], (e.account_id, e.contra_id, e.subject_id)
            where = (e.move_id, *work.stream(e.move_id))
            steps.append(late_price(begins, e.document_id, e.pk, e.period_id, e.amount, accounts, *where))
    return [r._replace(value=r.value + own[r.id]) if r.id in own and r.value is not None else r for r in rows] + steps
