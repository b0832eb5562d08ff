"""Closing an order: what is left in work is the difference between planned and actual cost. What was made turns out to
have cost that much more or less — a late price, which follows it to where it is — or, where it is valued at standard
cost or nothing was made, the difference is cost of sales or a variance. Work in process of a closed order is 0.

The cost of the order's issues passes on with it, so that what is found out later of a component does not come back into
work in process. Source: 企业会计准则第1号——存货; posting rules J10 to J12.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books import journal, periods
from jingwei.books.models import Area, JournalEntry
from jingwei.books.roles import Role
from jingwei.masterdata.models import ItemCategory
from jingwei.masterdata.pricing import share_of
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Input, asked
from jingwei.platform.errors import Problem, refuse
from jingwei.production import costing, counters, journaling, orders
from jingwei.production.costing import Work
from jingwei.production.models import ProductionOrder
from jingwei.stock import expecting, planned, posting, revaluing, shifting, streams
from jingwei.stock.ledger import books_of
from jingwei.stock.models import Move, ValueEntry, ValueKind

EVENT, PURPOSE = "production.closed", "closed"
#: Where what is found out after the close goes, by whether what was made is valued at standard cost.
AFTERWARDS = {False: "production.cost_corrected", True: "production.variance_corrected"}
ZERO = Decimal(0)


class Closing(Input):
    """The day the order is closed for, and why although something is open."""

    posted_on: date = asked(_("Accounting date"), _("Day the order is closed for; in an open period."))
    reason: str = asked(
        _("Reason"),
        _("Needed where components were not issued or less was made than planned."),
        "",
        max_length=200,
    )


class Reopening(Input):
    """The day the close is taken back."""

    posted_on: date = asked(_("Accounting date"), _("Day the reversal counts for; in an open period."))


@dataclass(slots=True)
class Goods:
    """What moved for an order: issues with how much of each is still in it, what it made and still stands, the day of
    the last move."""

    issued: list[tuple[Move, Decimal]] = field(default_factory=list)
    made: list[Move] = field(default_factory=list)
    last_on: date = date.min
    stock_account: str = ""


@dataclass(slots=True)
class Close:
    """An order being closed: what is in it, and where it went."""

    order: ProductionOrder
    work: Work
    goods: Goods
    on_hand: Decimal = ZERO
    sold: Decimal = ZERO
    shifted: Decimal = ZERO
    is_standard: bool = False

    @property
    def left(self) -> Decimal:
        return self.work.in_process


def close(command: Command, records: Sequence[ProductionOrder], inputs: Closing) -> None:
    """Settle what is left in work and plan nothing more. Raises `production.open`, `date.order`, `period.closed`."""
    refuse(p for o in records if (p := _open(o, inputs)) is not None)
    ids = [o.pk for o in records]
    goods = _goods(command, ids)
    _lock(command, records, goods, inputs.posted_on)
    works = costing.works(command.actor.group_id, ids)
    refuse(_too_early(command, records, goods, works, inputs.posted_on))
    hosts: list[Any] = [host for o in records for host in (o, *o.components)]
    items = posting.items_of(command, (host.item_id for host in hosts))
    counters.load_items(command, records)
    asked = [(event, item) for event in AFTERWARDS.values() for item in items.values()]
    for number, turn in enumerate(_turns(records, goods)):
        if number:  # those before have changed what these took
            works |= costing.works(command.actor.group_id, [o.pk for o in turn])
        for company_id in sorted({o.company_id for o in turn}):
            held = [o for o in turn if o.company_id == company_id]
            fixed = expecting.standards(command, company_id, (o.item_id for o in held))
            books_of(command, company_id).know(asked)
            own = [Close(o, works[o.pk], goods[o.pk], is_standard=o.item_id in fixed) for o in held]
            _settle(command, company_id, own, inputs.posted_on)
    for order in records:
        order.closed_on, order.close_reason = inputs.posted_on, inputs.reason
    planned.drop(command, ids)


def _lock(command: Command, records: Sequence[ProductionOrder], goods: dict[int, Goods], on: date) -> None:
    """What the issued and the made goods cost stays, from before it is read until the orders are closed. Raises
    `period.closed`."""
    for company_id in sorted({o.company_id for o in records}):
        own = [goods[o.pk] for o in records if o.company_id == company_id]
        moves = [move for found in own for move in (*(m for m, _left in found.issued), *found.made)]
        if moves:
            periods.share(command, [(company_id, on, Area.STOCK_VALUE)])
            streams.lock(command, company_id, ((move.item_id, None) for move in moves))


def _turns(records: Sequence[ProductionOrder], goods: dict[int, Goods]) -> list[list[ProductionOrder]]:
    """Orders in the turns they close in: what one of them made and another took costs what it costs only when the first
    is closed; what is made again closes after what made it first. As many turns as there are levels of bills among
    them; orders that go into each other close last."""
    takes: dict[int, set[int]] = {o.pk: {move.item_id for move, _left in goods[o.pk].issued} for o in records}
    turns, waiting = [], list(records)
    while waiting:
        makers = Counter(o.item_id for o in waiting)
        turn = [o for o in waiting if not any(makers[i] > (i == o.item_id) for i in takes[o.pk])] or waiting
        turns.append(turn)
        closed = {o.pk for o in turn}
        waiting = [o for o in waiting if o.pk not in closed]
    return turns


def _open(order: ProductionOrder, inputs: Closing) -> Problem | None:
    """What is still to be issued or made needs a reason."""
    if inputs.reason:
        return None
    short = [f"{part.line}" for part in order.components if counters.needed(part)]
    left = counters.expected(order)
    if not short and not left:
        return None
    message = _("%(order)s is not done: %(left)s still to be made, components not fully issued: %(lines)s.") % {
        "order": order,
        "left": counters.plain(left),
        "lines": ", ".join(short) or "–",
    }
    return Problem(
        "production.open", message, _("Give the reason to close it all the same."), field="reason", status=409
    )


def _goods(command: Command, ids: Sequence[int]) -> dict[int, Goods]:
    """The moves of orders, by the value entries that name them; two statements."""
    rows = list(
        ValueEntry.objects.filter(group_id=command.actor.group_id, subject_id__in=ids, kind=ValueKind.MOVE)
        .order_by("move_id")
        .values_list("subject_id", "move_id", "account__code")
    )
    moves = command.load(Move, (move for _order, move, _code in rows))
    found = {id: Goods() for id in ids}
    gone: dict[int, Decimal] = defaultdict(lambda: ZERO)
    taken_back = {m.reverses_id for m in moves.values()}
    for move in moves.values():
        if move.origin_id is not None:
            gone[move.origin_id] += move.direction * move.quantity
    for order, id, code in rows:
        own, move = found[order], moves[id or 0]
        own.last_on = max(own.last_on, move.effective_on)
        if move.direction < 0 and move.origin_id is None and move.reverses_id is None:
            if left := move.quantity - gone[move.pk]:
                own.issued.append((move, left))
        elif move.document_line == counters.OUTPUT and move.reverses_id is None and move.pk not in taken_back:
            own.made.append(move)
            own.stock_account = code
    return found


def _too_early(
    command: Command,
    records: Sequence[ProductionOrder],
    goods: dict[int, Goods],
    works: dict[int, Work],
    on: date,
) -> Iterable[Problem]:
    """`date.order`, where goods moved or work was reported after the day of the close."""
    for order in records:
        worked = works[order.pk].reported_at
        last = max(goods[order.pk].last_on, command.date_of(worked, order.company_id) if worked else date.min)
        if on < last:
            message = _("Something was posted for %(order)s on %(date)s, after that day.")
            words = {"order": order, "date": last.isoformat()}
            yield Problem("date.order", message % words, field="posted_on")


def _settle(command: Command, company_id: int, closes: Sequence[Close], on: date) -> None:
    """The cost of the issues passes on first: an order that took what it makes, or what another of these makes, is made
    dearer by its own close, and that is cost of sales as everything found out after a close."""
    for is_standard, event in AFTERWARDS.items():
        own = [c for c in closes if c.is_standard == is_standard]
        shifts = [(c, shifting.Shift(c.order.pk, 1, m.pk, left, on)) for c in own for m, left in c.goods.issued]
        passed = shifting.shift(command, company_id, [s for _c, s in shifts], event=event)
        for (one, _shift), amount in zip(shifts, passed, strict=True):
            one.shifted += amount
    decimals = command.company(company_id).currency.decimals
    pairs = [(c, draft) for c in closes for draft in _late_prices(c, on, decimals)]
    purpose = {c.order.pk: f"{PURPOSE}.{c.order.version}" for c in closes}
    splits = revaluing.revalue(command, company_id, [d for _c, d in pairs], purposes=purpose)
    for (one, _draft), split in zip(pairs, splits, strict=True):
        one.on_hand += split.on_hand
        one.sold += split.issued
    for one in closes:
        if not one.goods.made or one.is_standard:
            one.sold = one.left
    classes = _classes(command, [c.order for c in closes])
    journaling.post(command, [_entry(c, on, purpose[c.order.pk], classes[c.order.pk]) for c in closes])
    for one in closes:
        one.order.amount_settled = one.left - one.on_hand
        one.order.wip_cleared = one.left - one.on_hand - one.shifted


def _classes(command: Command, records: Sequence[ProductionOrder]) -> dict[int, str]:
    categories = command.load(ItemCategory, (o.item.category_id for o in records))
    return {o.pk: str(categories[o.item.category_id].accounting_class) for o in records}


def _late_prices(one: Close, on: date, decimals: int) -> list[revaluing.Revaluation]:
    """What is left, over what was made, by quantity."""
    whole = sum((m.quantity for m in one.goods.made), ZERO)
    drafts, before = [], ZERO
    for move in one.goods.made if not one.is_standard else ():
        amount = share_of(one.left, move.quantity, before, whole, decimals)
        before += move.quantity
        if amount:
            drafts.append(revaluing.Revaluation(one.order.pk, 1, move.pk, move.quantity, amount, on))
    return drafts


def _entry(one: Close, on: date, purpose: str, accounting_class: str) -> journaling.Entry:
    labour = one.work.labour - one.work.labour_out
    overhead = one.work.overhead - one.work.overhead_out
    facts = {
        "on_hand": one.on_hand,
        "variance" if one.is_standard else "sold": one.sold,
        "material": one.left - labour - overhead,
        "labour": labour,
        "overhead": overhead,
    }
    accounts = {Role.STOCK: one.goods.stock_account} if one.goods.stock_account else {}
    order = one.order
    return journaling.Entry(
        order.company_id, order.pk, order.number, purpose, on, EVENT, facts, accounting_class, accounts
    )


def reopen(command: Command, records: Sequence[ProductionOrder], inputs: Reopening) -> None:
    """Take the close back in red: what was settled is in work again, at what it costs by now; what is open is planned
    again. Raises `date.order`, `period.closed`."""
    early = _("It was closed on %(date)s, after that day.")
    refuse(
        Problem("date.order", early % {"date": o.closed_on.isoformat()}, field="posted_on")
        for o in records
        if o.closed_on is not None and inputs.posted_on < o.closed_on
    )
    counters.load_items(command, records)
    classes = _classes(command, records)
    for company_id in sorted({o.company_id for o in records}):
        own = [o for o in records if o.company_id == company_id]
        ids = [o.pk for o in own]
        purpose = {o.pk: f"reopened.{o.version}" for o in own}
        revaluing.revalue_back(command, company_id, ids, inputs.posted_on, purposes=purpose)
        fixed = expecting.standards(command, company_id, (o.item_id for o in own))
        found: dict[int, Decimal] = {}
        for is_standard, event in AFTERWARDS.items():
            members = [o.pk for o in own if (o.item_id in fixed) == is_standard]
            found |= _found_since(command, company_id, members, inputs.posted_on, event)
        entries = JournalEntry.objects.filter(
            group_id=command.actor.group_id, document_id__in=ids, purpose__startswith=f"{PURPOSE}.", reverses=None
        )
        names = {p for p in entries.values_list("purpose", flat=True) if p.count(".") == 1}
        if names:
            journal.reverse(command, ids, inputs.posted_on, area=Area.STOCK_VALUE, purposes=names)
        journaling.post(
            command,
            [
                journaling.Entry(
                    *(company_id, o.pk, o.number, purpose[o.pk], inputs.posted_on, EVENT),
                    {"variance" if o.item_id in fixed else "sold": -found[o.pk], "material": -found[o.pk]},
                    classes[o.pk],
                )
                for o in own
            ],
        )
        orders.expect(command, company_id, own)
    for order in records:
        order.closed_on, order.close_reason, order.amount_settled, order.wip_cleared = None, "", None, ZERO


def _found_since(command: Command, company_id: int, ids: Sequence[int], on: date, event: str) -> dict[int, Decimal]:
    """Let the cost of the issues come back into the orders; by how much it differs from what went on with the close."""
    if not ids:
        return {}
    rows: list[Any] = list(
        ValueEntry.objects.filter(group_id=command.actor.group_id, document_id__in=ids, kind=ValueKind.SHIFT).order_by(
            "id"
        )
    )
    standing: dict[tuple[int, int], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for row in rows:
        if row.subject_id == row.document_id:  # the side of work in process
            both = standing[row.document_id, row.move_id]
            both[0] += row.quantity
            both[1] += row.amount
    keys = [key for key, (quantity, _amount) in standing.items() if quantity]
    drafts = [shifting.Shift(order, 1, move, -standing[order, move][0], on) for order, move in keys]
    back = shifting.shift(command, company_id, drafts, event=event)
    found = dict.fromkeys(ids, ZERO)
    for (order, move), amount in zip(keys, back, strict=True):
        found[order] += -amount - standing[order, move][1]
    return found
