"""Completions: what an order made goes into the stock at its planned cost (M08); components that are backflushed leave
it for the order in the same transaction (M01). Reversing takes all of it back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books import journal
from jingwei.books.models import Area
from jingwei.engineering import exploding
from jingwei.masterdata.models import Item, Location, LocationKind, Tracking
from jingwei.masterdata.pricing import share_of
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text, refuse
from jingwei.platform.money import round_half_up
from jingwei.platform.text import fold
from jingwei.production import counters, issues, journaling
from jingwei.production.issues import Reversal
from jingwei.production.models import Completion, CompletionComponent, ProductionOrder
from jingwei.stock import posting
from jingwei.warehouse import goods, places

EVENT, ELEMENTS = "production.completed", "elements"
RANK = 30
ZERO = Decimal(0)
LONGEST_LOT = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """What is put into the stock under one lot or serial number, as `goods.lots` reads lines."""

    item: Item
    lot: str
    quantity: Decimal
    line: int = counters.OUTPUT

    @property
    def item_id(self) -> int:
        return int(self.item.pk)


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """The order's item; what is backflushed, in proportion to what is finished by then, where the draft names nothing
    or its quantity alone was changed."""
    known = counters.orders(command, (d.record.order_id for d in drafts))
    for draft in drafts:
        completion: Completion = draft.record
        order = known.get(completion.order_id)
        completion.item = order.item if order else None
        if order is not None and _is_to_fill(draft):
            completion.lines = [
                _consumed(completion, n, part.line, quantity)
                for n, (part, quantity) in enumerate(_backflushed(order, completion), start=1)
            ]


def _is_to_fill(draft: Draft) -> bool:
    before, after = draft.before, draft.record
    if before is None:
        return not after.lines
    names = ("pk", "order_line", "quantity", "location_id", "lot")
    old, new = ([[getattr(x, n) for n in names] for x in each.lines] for each in (before, after))
    changed = (before.quantity, before.quantity_scrapped) != (after.quantity, after.quantity_scrapped)
    return changed and old == new


def _backflushed(order: ProductionOrder, completion: Completion) -> list[tuple[Any, Decimal]]:
    """(component, quantity): its share of all that is finished then, also beyond what was planned, rounded up, less
    what is issued."""
    done = order.quantity_completed + order.quantity_scrapped + completion.quantity + completion.quantity_scrapped
    found = []
    for part in order.components if order.quantity_stock else ():
        if part.is_backflushed:
            share = Fraction(part.quantity_required) * Fraction(done) / Fraction(order.quantity_stock)
            upto = exploding.round_up(share, part.item.unit.scale)
            if (taken := upto - part.quantity_issued) > 0:
                found.append((part, taken))
    return found


def _consumed(completion: Completion, line: int, order_line: int, quantity: Decimal) -> CompletionComponent:
    made = CompletionComponent(group_id=completion.group_id, line=line, order_line=order_line, quantity=quantity)
    made.pk = None
    return made


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """A released order, something that is finished, places of the stock, lots; components as those of issues."""
    known = counters.orders(command, (d.record.order_id for d in drafts))
    counters.load_places(command, known.values())
    first = places.first_of_stock(command, drafts[0].record.company_id) if drafts else None
    problems: list[Problem] = []
    for draft in drafts:
        completion: Completion = draft.record
        order = known.get(completion.order_id)
        if order is None:
            continue
        if completion.location_id is None:
            wanted = order.location_id
            completion.location = command.load(Location, [wanted])[wanted] if wanted else first
        found = [p for p in (counters.not_released(order), *_quantity_problems(order, completion)) if p is not None]
        found += [*goods.place_problems(order.item, completion.location), *_lot_problems(order.item, completion)]
        problems += [p.at(row=draft.row) for p in found]
        for position, line in enumerate(completion.lines):
            part = counters.component(order, line.order_line)
            for problem in issues.line_problems(command, order, part, line, first):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
        if all(line.item_id for line in completion.lines):
            problems += goods.lot_problems(draft.row, completion)
    return problems


def _quantity_problems(order: ProductionOrder, completion: Completion) -> list[Problem | None]:
    if completion.quantity == completion.quantity_scrapped == 0:
        message = _("Something must be finished, good or scrapped.")
        return [Problem("qty.not_positive", message, field="quantity")]
    names = ("quantity", "quantity_scrapped")
    return [counters.scale_problem(order.item, getattr(completion, n), n, zero=True) for n in names]


def _lots(completion: Completion) -> list[str]:
    return [code for code in re.split(r"[\s,;，；、]+", completion.lots) if code]


def _lot_problems(item: Item, completion: Completion) -> list[Problem]:
    """One lot, or as many serial numbers as pieces; none where the item is not tracked, or all of it is scrap."""
    given = _lots(completion)
    code: str
    message: Text
    code, message = "", ""
    if item.tracking == Tracking.NONE or not completion.quantity:
        if given:
            code, message = "lot.unwanted", _("%(item)s is not tracked by lot or serial number.") % {"item": item}
    elif not given:
        code, message = "lot.missing", _("%(item)s needs its lot or serial number.") % {"item": item}
    elif (longest := max(len(fold(code)) for code in given)) > LONGEST_LOT:
        code = "text.length"
        message = _("The text has %(length)s characters; at most %(limit)s are allowed.") % {
            "length": longest,
            "limit": LONGEST_LOT,
        }
    elif item.tracking == Tracking.LOT and len(given) > 1:
        code, message = (
            "lot.several",
            _("What is completed at once is one lot; %(count)s are named.") % {"count": len(given)},
        )
    elif item.tracking == Tracking.SERIAL and len({fold(x) for x in given}) < len(given):
        code, message = "serial.twice", _("A serial number stands twice.")
    elif item.tracking == Tracking.SERIAL and len(given) != completion.quantity:
        words = {"count": len(given), "quantity": counters.plain(completion.quantity)}
        code, message = "serial.count", _("%(count)s serial numbers for %(quantity)s pieces.") % words
    return [Problem(code, message, field="lots")] if code else []


def post(command: Command, completions: Sequence[Completion], inputs: Input) -> None:
    """Raise the counters, take what is backflushed, put what is good into the stock. Raises `production.over`,
    `production.no_issue`, `order.not_released`, and what the stock raises."""
    known = counters.orders(command, (c.order_id for c in completions), lock=True)
    refuse(p for o in known.values() if (p := counters.not_released(o)) is not None)
    changes = counters.Changes(command, known.values())
    for completion in completions:
        order = known[completion.order_id]
        _value(command, order, completion)
        _count(order, completion, 1)
        refuse(p for p in (_over(order), _nothing_issued(order, completion)) if p is not None)
    changes.save()
    for company_id in sorted({c.company_id for c in completions}):
        _move(command, company_id, [c for c in completions if c.company_id == company_id])


def _value(command: Command, order: ProductionOrder, completion: Completion) -> None:
    """The share of the order's planned cost: parts add up to the whole exactly."""
    decimals = command.company(order.company_id).currency.decimals

    def share(cost: Decimal) -> Decimal:
        whole = round_half_up(cost * order.quantity_stock, decimals)
        return share_of(whole, completion.quantity, order.quantity_completed, order.quantity_stock, decimals)

    completion.amount = share(order.cost_planned)
    completion.amount_labour, completion.amount_overhead = share(order.cost_labour), share(order.cost_overhead)


def _count(order: ProductionOrder, completion: Completion, sign: int) -> None:
    order.quantity_completed += sign * completion.quantity
    order.quantity_scrapped += sign * completion.quantity_scrapped
    order.progress = round_half_up(order.quantity_completed * 100 / order.quantity_stock, 2)
    for line in completion.lines:
        part = counters.component(order, line.order_line)
        assert part is not None, "checked when the completion was saved"
        part.quantity_issued += sign * line.quantity


def _over(order: ProductionOrder) -> Problem | None:
    most = order.quantity_stock * (100 + order.tolerance) / 100
    if order.quantity_completed <= most:
        return None
    message = _("%(order)s: %(more)s more than the %(most)s that may be completed of %(planned)s planned.") % {
        "order": order,
        "more": counters.plain(order.quantity_completed - most),
        "most": counters.plain(most),
        "planned": counters.plain(order.quantity_stock),
    }
    hint = _("Complete at most what is open, or make an order for more.")
    documents = (DocumentRef("production.order", order.pk, order.number),)
    return Problem("production.over", message, hint, field="quantity", status=409, documents=documents)


def _nothing_issued(order: ProductionOrder, completion: Completion) -> Problem | None:
    """A product without its components: forgotten, unless there is a reason."""
    if completion.reason or not any(part.quantity_required for part in order.components):
        return None
    if any(part.quantity_issued for part in order.components):
        return None
    message = _("Nothing was issued to %(order)s yet.") % {"order": order}
    hint = _("Post a material issue first, or give the reason why it is completed without.")
    documents = (DocumentRef("production.order", order.pk, order.number),)
    return Problem("production.no_issue", message, hint, field="reason", status=409, documents=documents)


def _move(command: Command, company_id: int, completions: Sequence[Completion]) -> None:
    place = places.outside(command, company_id, LocationKind.PRODUCTION)
    taken = goods.lots(command, [line for c in completions for line in c.lines], make=False)
    pieces = {c.pk: _pieces(c) for c in completions}
    made = goods.lots(command, [piece for own in pieces.values() for piece in own], make=True)
    drafts: list[posting.MoveDraft] = []
    lines: list[CompletionComponent | None] = []
    for completion in completions:
        for line in completion.lines:
            ends = (line.location_id or 0, place.pk)
            drafts.append(issues.moved(command, completion, line, completion.order_id, ends, taken))
            lines.append(line)
        drafts += _received(command, completion, pieces[completion.pk], place.pk, made)
        lines += [None] * len(pieces[completion.pk])
    besides = journaling.drafts(command, [_elements(command, c) for c in completions])
    for taken_by, move in zip(lines, posting.post(command, company_id, drafts, besides=besides), strict=True):
        if taken_by is not None:
            taken_by.amount = abs(move.value)


def _pieces(completion: Completion) -> list[Piece]:
    item, given = completion.item, _lots(completion)
    assert item is not None, "filled when the completion was saved"
    if not completion.quantity:
        return []
    if item.tracking == Tracking.SERIAL:
        return [Piece(item, code, Decimal(1)) for code in given]
    return [Piece(item, given[0] if given else "", completion.quantity)]


def _received(
    command: Command, completion: Completion, pieces: Sequence[Piece], place: int, lots: dict[tuple[int, str], int]
) -> list[posting.MoveDraft]:
    decimals = command.company(completion.company_id).currency.decimals
    drafts, before = [], ZERO
    for piece in pieces:
        value = share_of(completion.amount, piece.quantity, before, completion.quantity, decimals)
        before += piece.quantity
        drafts.append(
            posting.MoveDraft(
                document_id=completion.pk,
                line=piece.line,
                item_id=piece.item_id,
                from_location_id=place,
                to_location_id=completion.location_id or 0,
                quantity=piece.quantity,
                effective_at=completion.moved_at,
                effective_on=command.date_of(completion.moved_at, completion.company_id),
                event=EVENT,
                value=value,
                lot_id=lots.get((piece.item_id, fold(piece.lot))) if piece.lot else None,
                rank=RANK,
                summary=completion.number,
                order_id=completion.order_id,
            )
        )
    return drafts


def _elements(command: Command, completion: Completion) -> journaling.Entry:
    """The stock takes all of the planned cost out of material; what of it is work goes over, so that each element of
    the cost is credited with its own."""
    labour, overhead = completion.amount_labour, completion.amount_overhead
    return journaling.Entry(
        company_id=completion.company_id,
        document_id=completion.pk,
        number=completion.number,
        purpose=ELEMENTS,
        on=command.date_of(completion.moved_at, completion.company_id),
        event=EVENT,
        facts={"material": -labour - overhead, "labour": labour, "overhead": overhead},
    )


def reverse(command: Command, completions: Sequence[Completion], inputs: Reversal) -> None:
    """Lower the counters, take what was made out of the stock and put back what was taken for it. Raises
    `order.not_released`, `stock.short`, `date.order`."""
    refuse(issues.too_early(completions, inputs.moved_at))
    known = counters.orders(command, (c.order_id for c in completions), lock=True)
    refuse(p for o in known.values() if (p := counters.not_released(o)) is not None)
    changes = counters.Changes(command, known.values())
    for completion in completions:
        _count(known[completion.order_id], completion, -1)
    changes.save()
    issues.move_back(command, completions, inputs.moved_at, issues.EVENT, EVENT)
    by_company: dict[int, list[int]] = defaultdict(list)
    for completion in completions:
        by_company[completion.company_id].append(completion.pk)
    for company_id, ids in sorted(by_company.items()):
        on = command.date_of(inputs.moved_at, company_id)
        journal.reverse(command, ids, on, area=Area.STOCK_VALUE, purposes={ELEMENTS})


def from_orders(command: Command, orders: Sequence[ProductionOrder]) -> list[dict[str, Any]]:
    """下推: a completion of what is still to be made of each order."""
    bodies = [
        {"order": order.pk, "moved_at": command.at.isoformat(), "quantity": counters.plain(quantity)}
        for order in orders
        if (quantity := counters.expected(order)) > 0
    ]
    if not bodies:
        raise Refusal(Problem("order.nothing_open", _("All of it is completed."), status=409))
    return bodies
