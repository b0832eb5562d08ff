"""盘点: what was found is compared with the book at the instant of the count, and the difference is moved.

The result stands. Entries made later but dated before the count change its difference, never what was found: the stock
kernel moves the opposite at the instant of the count (`stock.counting`), and the lines read show the book as it is
known now. What moved while it was being counted is marked to be counted again, and posted all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books import periods
from jingwei.books.models import Area
from jingwei.masterdata.models import Location, LocationKind, Tracking
from jingwei.masterdata.units import load_units
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import Problem, Refusal, Text, refuse
from jingwei.platform.text import fold
from jingwei.stock import balances, counting, posting, streams
from jingwei.stock.balances import Key
from jingwei.stock.models import Counted, Lot, Move
from jingwei.warehouse import goods
from jingwei.warehouse.adjustments import Reversal
from jingwei.warehouse.models import StockCount, StockCountLine

ZERO = Decimal(0)
#: A lot that is not known yet: nothing of it can be in the book.
UNKNOWN = -1

Lots = Mapping[tuple[int, str], int]
Pair = tuple[StockCount, StockCountLine]


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """The book at the instant of each count, and the difference."""
    refresh([d.record for d in drafts])


def refresh(documents: Sequence[StockCount]) -> None:
    """Book and difference of all lines, by all moves known now; two statements."""
    pairs = [(d, line) for d in documents for line in d.lines]
    if pairs:
        _compare(pairs, _known_lots(documents[0].group_id, (line for _d, line in pairs)))


def _known_lots(group_id: int, lines: Iterable[StockCountLine]) -> Lots:
    wanted = {(line.item_id, fold(line.lot)) for line in lines if line.lot}
    if not wanted:
        return {}
    rows = Lot.objects.filter(
        group_id=group_id, item_id__in={i for i, _c in wanted}, code_folded__in={c for _i, c in wanted}
    )
    return {(lot.item_id, lot.code_folded): lot.pk for lot in rows}


def _key(line: StockCountLine, lots: Lots) -> Key:
    lot = lots.get((line.item_id, fold(line.lot)), UNKNOWN) if line.lot else 0
    return Key(line.item_id, line.location_id, lot, str(line.status), 0)


def _compare(pairs: Sequence[Pair], lots: Lots) -> None:
    asked = [counting.Asked(_key(x, lots), d.counted_at, d.started_at, _stored_id(d)) for d, x in pairs]
    for (_document, line), book in zip(pairs, counting.books(pairs[0][0].group_id, asked), strict=True):
        line.quantity_book = book.quantity
        line.difference = line.quantity_counted - book.quantity
        line.is_recount = book.is_moved


def _stored_id(document: StockCount) -> int:
    return document.pk if isinstance(document.pk, int) else 0  # not saved: its id is still to be drawn


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Instants, quantities, lots, places; nothing is counted twice in one document."""
    load_units(command, (line.item for d in drafts for line in d.record.lines))
    problems: list[Problem] = []
    message: Text
    for draft in drafts:
        document: StockCount = draft.record
        if document.counted_at > command.at:
            message = _("What will be there later cannot have been counted.")
            problems.append(Problem("count.future", message, field="counted_at", row=draft.row))
        if document.started_at is not None and document.started_at > document.counted_at:
            message = _("Counting cannot begin after the instant of the count.")
            problems.append(Problem("date.order", message, field="started_at", row=draft.row))
        seen: set[Any] = set()
        for position, line in enumerate(document.lines):
            place = {"row": draft.row, "line": position + 1}
            key = (line.item_id, line.location_id, fold(line.lot), line.status)
            for field, problem in _wrong(document, line, key in seen):
                problems.append(problem.at(field=f"lines.{position}.{field}", **place))
            seen.add(key)
    return problems


def _wrong(document: StockCount, line: StockCountLine, is_twice: bool) -> Iterator[tuple[str, Problem]]:
    item, place, tracking = line.item, line.location, line.item.tracking
    if not item.is_stocked:
        yield "item", Problem("item.not_stocked", _("%(item)s is not kept in stock.") % {"item": item})
    if is_twice:
        yield "item", Problem("count.line.twice", _("%(item)s at %(place)s stands twice.") % words(line))
    if place.kind != LocationKind.STOCK:
        yield (
            "location",
            Problem("location.not_stock", _("%(place)s is not a place of the stock.") % {"place": place}),
        )
    elif document.warehouse_id is not None and place.warehouse_id != document.warehouse_id:
        message = _("%(place)s is not in warehouse %(warehouse)s.") % {"place": place, "warehouse": document.warehouse}
        yield "location", Problem("location.other_warehouse", message)
    if line.quantity_counted < 0:
        yield "quantity_counted", Problem("qty.negative", _("Nothing less than 0 can be found."))
    elif line.quantity_counted != round(line.quantity_counted, item.unit.scale):
        shown = {"quantity": f"{line.quantity_counted.normalize():f}", "unit": item.unit, "scale": item.unit.scale}
        yield "quantity_counted", Problem("qty.scale", _("%(quantity)s: %(unit)s has %(scale)s decimals.") % shown)
    elif tracking == Tracking.SERIAL and line.quantity_counted > 1:
        yield "quantity_counted", Problem("serial.quantity", _("A serial number is one piece."))
    if tracking != Tracking.NONE and not line.lot:
        yield "lot", Problem("lot.missing", _("%(item)s needs its lot or serial number.") % {"item": item})
    if tracking == Tracking.NONE and line.lot:
        yield "lot", Problem("lot.unwanted", _("%(item)s is not tracked by lot or serial number.") % {"item": item})
    if line.price is not None and line.price < 0:
        yield "price", Problem("price.negative", _("A cost cannot be negative."))


def words(line: StockCountLine) -> dict[str, Any]:
    """What a message says of a line."""
    return {"item": line.item, "place": line.location}


def difference_place(command: Command, company_id: int) -> Location:
    """The place surpluses come from and shortages go to. Raises Refusal 409 `location.missing`."""
    found = (
        Location.objects.filter(group_id=command.actor.group_id, company_id=company_id, kind=LocationKind.COUNT)
        .order_by("id")
        .first()
    )
    if found is None:
        message = _("The company has no location of the kind “Count difference”.")
        raise Refusal(Problem("location.missing", message, _("Create it under Locations."), status=409))
    return found


def post(command: Command, documents: Sequence[StockCount], inputs: Input) -> None:
    """Keep what was found and move the differences. Raises `location.missing`, `price.missing`, `count.twice`,
    `stock.short`, `period.closed`, `lot.unknown`."""
    by_company: dict[int, list[StockCount]] = defaultdict(list)
    for document in sorted(documents, key=lambda d: (d.counted_at, d.pk)):
        by_company[document.company_id].append(document)
    for company_id, members in sorted(by_company.items()):
        for apart in _apart(members):
            _post_set(command, company_id, apart)


def _apart(documents: Iterable[StockCount]) -> Iterator[list[StockCount]]:
    """Sets of counts, earlier first, of which none looks at a place of another: usually one set."""
    found: list[StockCount] = []
    seen: set[Any] = set()
    for document in documents:
        places = {(line.item_id, line.location_id) for line in document.lines}
        if places & seen:
            yield found
            found, seen = [], set()
        found.append(document)
        seen |= places
    yield found


def _post_set(command: Command, company_id: int, documents: Sequence[StockCount]) -> None:
    place = difference_place(command, company_id)
    command.loaded[Location][place.pk] = place
    pairs = [(d, line) for d in documents for line in d.lines]
    dates = {d.pk: command.date_of(d.counted_at, company_id) for d in documents}
    areas = (Area.STOCK_QUANTITY, Area.STOCK_VALUE)
    periods.share(command, [(company_id, on, area) for on in dates.values() for area in areas])
    found = [x for _d, x in pairs if x.quantity_counted > 0]
    lots = goods.lots(command, found, make=True) | goods.lots(
        command, [x for _d, x in pairs if x.quantity_counted == 0], make=False
    )
    items = {x.item_id: x.item for _d, x in pairs}
    balances.lock(command, company_id, (_key(x, lots) for _d, x in pairs), items)
    _compare(pairs, lots)
    worth = _worth(command, company_id, pairs, lots)
    counting.record(command, [_fact(d, x, lots, dates[d.pk], place) for d, x in pairs])
    differing = [(d, x) for d, x in pairs if x.difference]
    drafts = [_draft(d, x, lots, dates[d.pk], place, worth.get(id(x))) for d, x in differing]
    moves = posting.post(command, company_id, drafts)
    for (_document, line), move in zip(differing, moves, strict=True):
        line.amount = move.value
    for document in documents:
        document.amount = sum((x.amount for x in document.lines), start=ZERO)


def _worth(command: Command, company_id: int, pairs: Sequence[Pair], lots: Lots) -> dict[int, Decimal]:
    """The value of each surplus, by line object. Raises Refusal 422 `price.missing`."""
    surplus = [x for _d, x in pairs if x.difference > 0]
    held = streams.lock(command, company_id, {(x.item_id, _key(x, lots).lot) for _d, x in pairs if x.difference})
    wanted = [(x.item_id, _key(x, lots).lot, x.difference, x.price) for x in surplus]
    decimals = command.company(company_id).currency.decimals
    found = counting.surplus_values(command, company_id, wanted, held, decimals) if wanted else []
    refuse(
        problem.at(field=f"lines.{x.line - 1}.price")
        for x, value in zip(surplus, found, strict=True)
        if value is None
        for problem in counting.no_cost(x.item, x.line).problems
    )
    return {id(x): value for x, value in zip(surplus, found, strict=True) if value is not None}


def _fact(document: StockCount, line: StockCountLine, lots: Lots, on: Any, outside: Location) -> Counted:
    key = _key(line, lots)
    return Counted(
        group_id=document.group_id,
        company_id=document.company_id,
        document_id=document.pk,
        document_line=line.line,
        item_id=key.item,
        location_id=key.location,
        lot_id=key.lot,
        status=key.status,
        owner_id=key.owner,
        quantity=line.quantity_counted,
        counted_at=document.counted_at,
        counted_on=on,
        difference_location_id=outside.pk,
    )


def _draft(
    document: StockCount, line: StockCountLine, lots: Lots, on: Any, outside: Location, worth: Decimal | None
) -> posting.MoveDraft:
    gain = line.difference > 0
    return posting.MoveDraft(
        document_id=document.pk,
        line=line.line,
        item_id=line.item_id,
        from_location_id=outside.pk if gain else line.location_id,
        to_location_id=line.location_id if gain else outside.pk,
        quantity=abs(line.difference),
        effective_at=document.counted_at,
        effective_on=on,
        event=counting.GAIN if gain else counting.LOSS,
        value=worth if gain else None,
        lot_id=_key(line, lots).lot or None,
        status=line.status,
        rank=counting.RANK,
        summary=document.reason,
    )


def reverse(command: Command, documents: Sequence[StockCount], inputs: Reversal) -> None:
    """Move all differences back, those that late entries added too; what was found no longer stands."""
    counting.void(command, [d.pk for d in documents])
    for document in documents:
        if inputs.moved_at < document.counted_at:
            message = _("The goods cannot go back before they moved.")
            raise Refusal(Problem("date.order", message, field="moved_at"))
        rows = Move.objects.filter(group_id=document.group_id, document_id=document.pk, reverses=None)
        on = command.date_of(inputs.moved_at, document.company_id)
        drafts = []
        for move in rows.order_by("id"):
            event = counting.GAIN if move.direction > 0 else counting.LOSS
            drafts += posting.mirrored([move], inputs.moved_at, on, {document.pk: event})
        posting.post(command, document.company_id, drafts)
