"""Purchase returns: goods back to the supplier they came from, with their share of the accrued value (P08 in red).

What went back may be delivered again: the order line's `quantity_received` goes down and the goods are expected anew.
A return with `is_final` leaves both as they are: the order counts as delivered. Rule: `quantity_received` of an order
line is what its posted receipts brought, less what posted returns that are not final took back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Location, LocationKind
from jingwei.masterdata.units import to_stock
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text, refuse
from jingwei.platform.text import fold
from jingwei.purchasing import counters, receipts
from jingwei.purchasing.counters import Came
from jingwei.purchasing.models import GoodsReceipt, PurchaseReturn, PurchaseReturnLine
from jingwei.stock import posting
from jingwei.warehouse import goods, places

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"
ZERO = Decimal(0)

Part = tuple[PurchaseReturn, PurchaseReturnLine, Came]


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Lines of posted receipts of the supplier, quantities in the order's unit, places and lots; fills what follows
    from the receipt line: item, stock quantity, and place and lot where none is given."""
    known = counters.receipt_lines(command, _receipts(d.record for d in drafts))
    _fill(command, [d.record for d in drafts], known)
    problems: list[Problem] = []
    for draft in drafts:
        document: PurchaseReturn = draft.record
        for position, line in enumerate(document.lines):
            came = known.get((line.receipt_id, line.receipt_line))
            for problem in _line_problems(document, line, came):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
        if all(line.item_id for line in document.lines):
            problems += goods.lot_problems(draft.row, document)
    return problems


def _fill(command: Command, returns: Sequence[PurchaseReturn], known: dict[counters.Key, Came]) -> None:
    lines = [(line, known.get((line.receipt_id, line.receipt_line))) for r in returns for line in r.lines]
    wanting = {c.line.location_id for line, c in lines if c is not None and line.location_id is None}
    places = command.load(Location, wanting) if wanting - {None} else {}
    for line, came in lines:
        line.item = came.ordered.item if came else None
        if came is not None:
            line.lot = line.lot or came.line.lot
            if line.location_id is None and came.line.location_id is not None:
                line.location = places[came.line.location_id]


def _receipts(returns: Iterable[PurchaseReturn]) -> set[int]:
    return {line.receipt_id for r in returns for line in r.lines}


def _line_problems(document: PurchaseReturn, line: PurchaseReturnLine, came: Came | None) -> list[Problem]:
    if came is None:
        return [unknown_line(line.receipt_line)]
    problems = receipt_problems(document.supplier_id, came)
    if line.quantity <= 0:
        message: Text = _("The quantity must be greater than 0.")
        problems.append(Problem("qty.not_positive", message, field="quantity"))
    else:
        try:
            line.quantity_stock = to_stock(came.ordered.item, line.quantity, came.ordered.unit)
        except Refusal as refusal:
            problems += [p.at(field="quantity") for p in refusal.problems]
    return problems + goods.place_problems(came.ordered.item, line.location)


def unknown_line(number: int) -> Problem:
    """`receipt_line.unknown`."""
    message = _("The receipt has no line %(line)s.") % {"line": number}
    return Problem("receipt_line.unknown", message, field="receipt_line")


def receipt_problems(supplier_id: int, came: Came, line: int | None = None) -> list[Problem]:
    """What is received from the supplier and posted may go back or be invoiced: `receipt.supplier`,
    `receipt.not_posted`. Asked when it is typed and again when it is posted: the receipt may be reversed between."""
    receipt = came.line.receipt
    message: Text
    if receipt.supplier_id != supplier_id:
        message = _("Receipt %(receipt)s is of another supplier.") % {"receipt": receipt}
        return [Problem("receipt.supplier", message, field="receipt", line=line)]
    if receipt.state != receipts.POSTED:
        message = _("Receipt %(receipt)s is not posted.") % {"receipt": receipt}
        return [Problem("receipt.not_posted", message, field="receipt", line=line, status=409)]
    return []


def post(command: Command, returns: Sequence[PurchaseReturn], inputs: Input) -> None:
    """Raise what is returned, lower what is received, move the goods out with their share of the accrued value. Raises
    `return.over`, `date.order`, and what the stock raises."""
    known = counters.receipt_lines(command, _receipts(returns), lock=True)
    parts = [(r, line, known[line.receipt_id, line.receipt_line]) for r in returns for line in r.lines]
    refuse(p for r, line, came in parts for p in receipt_problems(r.supplier_id, came, line.line))
    refuse([*_over(parts), *_before_they_came(parts)])
    before = _snapshots(parts)
    for document, line, came in parts:
        line.amount = came.share(line.quantity, command.company(document.company_id).currency.decimals)
        _count(document, line, came, 1)
    _save(command, parts, before)
    origins = receipts.moves_of(command, _receipts(returns))
    for company_id in sorted({r.company_id for r in returns}):
        own = [part for part in parts if part[0].company_id == company_id and part[2].ordered.item.is_stocked]
        place = places.outside(command, company_id, LocationKind.SUPPLIER)
        lots = goods.lots(command, [line for _r, line, _c in own], make=False)
        drafts = [
            _draft(command, document, line, place, lots, origins[line.receipt_id, line.receipt_line].pk)
            for document, line, _came in own
        ]
        posting.post(command, company_id, drafts)
    for document in returns:
        document.amount = sum((line.amount for line in document.lines), ZERO)


def _over(parts: Sequence[Part]) -> list[Problem]:
    """`return.over` per receipt line, with what came and what went back already; lines of one receipt line add up."""
    going: dict[int, Decimal] = {}
    problems = []
    for _document, line, came in parts:
        going[came.line.pk] = going.get(came.line.pk, ZERO) + line.quantity
        if came.line.quantity_returned + going[came.line.pk] > came.line.quantity:
            problems.append(
                Problem(
                    "return.over",
                    _("Line %(line)s of %(receipt)s: %(going)s would go back; %(came)s came and %(gone)s went back.")
                    % {
                        "line": came.line.line,
                        "receipt": came.line.receipt,
                        "going": counters.plain(going[came.line.pk]),
                        "came": counters.plain(came.line.quantity),
                        "gone": counters.plain(came.line.quantity_returned),
                    },
                    _("Return at most what is left of it."),
                    field="lines",
                    line=line.line,
                    status=409,
                    documents=(DocumentRef("purchasing.receipt", came.line.receipt_id, came.line.receipt.number),),
                )
            )
    return problems


def _before_they_came(parts: Sequence[Part]) -> list[Problem]:
    message = _("The goods cannot go back before they moved.")
    return [
        Problem("date.order", message, field="moved_at", line=line.line)
        for document, line, came in parts
        if document.moved_at < came.line.receipt.moved_at
    ]


def _snapshots(parts: Sequence[Part]) -> tuple[dict[int, tuple[Decimal, ...]], dict[int, tuple[Decimal, ...]]]:
    return (
        counters.snapshot((came.line for _r, _l, came in parts), counters.RECEIPT_COUNTERS),
        counters.snapshot((came.ordered for _r, _l, came in parts), counters.ORDER_COUNTERS),
    )


def _count(document: PurchaseReturn, line: PurchaseReturnLine, came: Came, sign: int) -> None:
    came.line.quantity_returned += sign * line.quantity
    came.line.amount_returned += sign * line.amount
    if not document.is_final:
        came.ordered.quantity_received -= sign * line.quantity


def _save(command: Command, parts: Sequence[Part], before: tuple[Any, Any], sign: int = 1) -> None:
    """Write the counters, order lines first as everywhere, and expect again what may be delivered again."""
    counters.save(command, (came.ordered for _r, _l, came in parts), counters.ORDER_COUNTERS, before[1])
    counters.save(command, (came.line for _r, _l, came in parts), counters.RECEIPT_COUNTERS, before[0])
    again = [(line, came.ordered) for document, line, came in parts if not document.is_final]
    receipts.expect(command, again, sign)


def _draft(
    command: Command,
    document: PurchaseReturn,
    line: PurchaseReturnLine,
    place: Location,
    lots: dict[tuple[int, str], int],
    origin_id: int,
) -> posting.MoveDraft:
    assert line.item_id is not None and line.location_id is not None, "checked when the return was saved"
    return posting.MoveDraft(
        document_id=document.pk,
        line=line.line,
        item_id=line.item_id,
        from_location_id=line.location_id,
        to_location_id=place.pk,
        quantity=line.quantity_stock,
        effective_at=document.moved_at,
        effective_on=command.date_of(document.moved_at, document.company_id),
        event=receipts.EVENT,
        value=line.amount,
        lot_id=lots.get((line.item_id, fold(line.lot))) if line.lot else None,
        rank=30,
        origin_id=origin_id,
        summary=line.reason or document.reason or document.number,
        party_id=document.supplier_id,
    )


def reverse(command: Command, returns: Sequence[PurchaseReturn], inputs: receipts.Reversal) -> None:
    """Take the goods back in, at the value they left with. Raises `receipt.over` where they were delivered again
    meanwhile, `return.order` where cents of other parts would be left."""
    refuse(receipts.too_early(returns, inputs.moved_at))
    known = counters.receipt_lines(command, _receipts(returns), lock=True)
    parts = [(r, line, known[line.receipt_id, line.receipt_line]) for r in returns for line in r.lines]
    refuse(counters.over_received((line, came.ordered) for r, line, came in parts if not r.is_final))
    before = _snapshots(parts)
    for document, line, came in parts:
        _count(document, line, came, -1)
    refuse(counters.cents_left((came for _r, _l, came in parts)))
    _save(command, parts, before, -1)
    receipts.move_back(command, returns, inputs.moved_at)


def from_receipts(command: Command, documents: Sequence[GoodsReceipt]) -> list[dict[str, Any]]:
    """下推: what is left of the receipts, one return per supplier; the user takes out what stays."""
    by_supplier: dict[int, list[dict[str, Any]]] = {}
    for receipt in documents:
        for line in receipt.lines:
            if line.quantity > line.quantity_returned:
                by_supplier.setdefault(receipt.supplier_id, []).append(
                    {
                        "receipt": receipt.pk,
                        "receipt_line": line.line,
                        "quantity": counters.plain(line.quantity - line.quantity_returned),
                        "location": line.location_id,
                        "lot": line.lot,
                    }
                )
    if not by_supplier:
        raise Refusal(Problem("receipt.nothing_left", _("Everything that came has gone back."), status=409))
    return [
        {"supplier": supplier, "moved_at": command.at.isoformat(), "lines": lines}
        for supplier, lines in by_supplier.items()
    ]
