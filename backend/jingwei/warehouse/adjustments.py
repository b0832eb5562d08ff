"""其他入库 / 其他出库 / 期初: goods in at their cost, out at the average; back at the value they were posted with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Location, LocationKind
from jingwei.masterdata.units import load_units
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.errors import Problem, Refusal, Text, refuse
from jingwei.platform.money import round_half_up
from jingwei.platform.text import fold
from jingwei.stock import posting, prices
from jingwei.stock.models import Move
from jingwei.warehouse import goods
from jingwei.warehouse.models import Adjustment, AdjustmentKind, AdjustmentLine

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"
ZERO = Decimal(0)
EVENTS = {
    AdjustmentKind.IN: "stock.other_in",
    AdjustmentKind.OUT: "stock.other_out",
    AdjustmentKind.OPENING: "stock.opened",
}
RANKS = {AdjustmentKind.OPENING: 10, AdjustmentKind.IN: 40, AdjustmentKind.OUT: 60}


class Reversal(Input):
    """When the goods go back."""

    moved_at: datetime = asked(_("Moved at"), _("When the goods went back; in an open period."))


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """Values of what comes in."""
    for draft in drafts:
        document: Adjustment = draft.record
        for line in document.lines:
            if document.kind != AdjustmentKind.OUT and line.price is not None and line.quantity is not None:
                line.amount = round_half_up(
                    line.quantity * line.price, command.company(document.company_id).currency.decimals
                )
            elif document.kind == AdjustmentKind.OUT:
                line.price = None
        document.amount = sum((line.amount for line in document.lines), start=ZERO)


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Quantities, lots, places of the stock, and a cost for what comes in."""
    problems = goods.quantities(command, [(d.row, d.record) for d in drafts])
    message: Text
    for draft in drafts:
        document: Adjustment = draft.record
        problems += goods.lot_problems(draft.row, document)
        for position, line in enumerate(document.lines):
            place: dict[str, Any] = {"row": draft.row, "line": position + 1}
            if line.location.kind != LocationKind.STOCK:
                message = _("%(place)s is not a place of the stock.") % {"place": line.location}
                problems.append(Problem("location.not_stock", message).at(field=f"lines.{position}.location", **place))
            if document.kind != AdjustmentKind.OUT and line.price is None:
                message = _("What comes in needs its unit cost.")
                problems.append(Problem("price.missing", message).at(field=f"lines.{position}.price", **place))
            if line.price is not None and line.price < 0:
                message = _("A cost cannot be negative.")
                problems.append(Problem("price.negative", message).at(field=f"lines.{position}.price", **place))
    return problems


def other_place(command: Command, company_id: int) -> Location:
    """The place outside the stock that other receipts come from and other issues go to."""
    found = (
        Location.objects.filter(group_id=command.actor.group_id, company_id=company_id, kind=LocationKind.OTHER)
        .order_by("id")
        .first()
    )
    if found is None:
        message = _("The company has no location of the kind “Other receipts and issues”.")
        raise Refusal(Problem("location.missing", message, _("Create it under Locations."), status=409))
    return found


def post(command: Command, documents: Sequence[Adjustment], inputs: Input) -> None:
    """Move the goods. Raises `price.deviates`, what `stock.posting.post` raises, and `lot.unknown` for issues."""
    refuse(_unusual_costs(command, documents))
    by_company: dict[int, list[Adjustment]] = defaultdict(list)
    for document in documents:
        by_company[document.company_id].append(document)
    for company_id, members in sorted(by_company.items()):
        outside = other_place(command, company_id)
        known = goods.lots(
            command, [x for d in members for x in d.lines if d.kind != AdjustmentKind.OUT], make=True
        ) | goods.lots(command, [x for d in members for x in d.lines if d.kind == AdjustmentKind.OUT], make=False)
        pairs = [(d, line) for d in members for line in d.lines]
        moves = posting.post(command, company_id, [_draft(command, d, x, outside, known) for d, x in pairs])
        for (_document, line), move in zip(pairs, moves, strict=True):
            line.amount = abs(move.value)
        for document in members:
            document.amount = sum((line.amount for line in document.lines), start=ZERO)


def warn(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """What posting will ask a reason for."""
    return _unusual_costs(command, [d.record for d in drafts])


def _unusual_costs(command: Command, documents: Sequence[Adjustment]) -> list[Problem]:
    """`price.deviates` for what would come in at a cost far from that of the stock, unless the document says why."""
    coming = [(d, x) for d in documents if d.kind == AdjustmentKind.IN and not d.price_reason for x in d.lines]
    known = prices.averages(command, {(d.company_id, line.item_id) for d, line in coming})
    if known:
        load_units(command, (line.item for _d, line in coming))
    found = (
        prices.deviation(x.item, x.line, x.amount / x.quantity_stock, known.get((d.company_id, x.item_id)))
        for d, x in coming
        if x.quantity_stock
    )
    return [problem for problem in found if problem is not None]


def _draft(
    command: Command, document: Adjustment, line: AdjustmentLine, outside: Location, lots: dict[tuple[int, str], int]
) -> posting.MoveDraft:
    kind = AdjustmentKind(document.kind)
    ends = (line.location_id, outside.pk) if kind == AdjustmentKind.OUT else (outside.pk, line.location_id)
    return posting.MoveDraft(
        document_id=document.pk,
        line=line.line,
        item_id=line.item_id,
        from_location_id=ends[0],
        to_location_id=ends[1],
        quantity=line.quantity_stock,
        effective_at=document.moved_at,
        effective_on=command.date_of(document.moved_at, document.company_id),
        event=EVENTS[kind],
        value=None if kind == AdjustmentKind.OUT else line.amount,
        lot_id=lots.get((line.item_id, fold(line.lot))) if line.lot else None,
        rank=RANKS[kind],
        summary=document.reason,
    )


def reverse(command: Command, documents: Sequence[Adjustment], inputs: Reversal) -> None:
    """Move the goods back at the value they were posted with. Raises `date.order` before the document's own date."""
    for document in documents:
        if inputs.moved_at < document.moved_at:
            message = _("The goods cannot go back before they moved.")
            raise Refusal(Problem("date.order", message, field="moved_at"))
        moves = list(
            Move.objects.filter(group_id=document.group_id, document_id=document.pk, reverses=None).order_by("id")
        )
        on = command.date_of(inputs.moved_at, document.company_id)
        event = {document.pk: EVENTS[AdjustmentKind(document.kind)]}
        posting.post(command, document.company_id, posting.mirrored(moves, inputs.moved_at, on, event))
