"""Sales returns: goods back from the customer they went to, at what they cost (S05 in red; S02 and S07 in red where
revenue was recognised on delivery).

Before it is invoiced, what comes back lowers what can be invoiced. What was invoiced already is then to be credited.
The order line's `quantity_delivered` goes down and the goods are promised anew; a return with `is_final` leaves both as
they are: the order counts as delivered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Location, LocationKind
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text, refuse
from jingwei.platform.text import fold
from jingwei.sales import counters, deliveries, orders, revenue
from jingwei.sales.counters import Went
from jingwei.sales.models import Delivery, SalesReturn, SalesReturnLine
from jingwei.stock import posting
from jingwei.stock.models import Move
from jingwei.warehouse import goods, places

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"
RANK = 70
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a return, with the delivery line it comes back from."""

    document: SalesReturn
    line: SalesReturnLine
    went: Went

    @property
    def is_recognised(self) -> bool:
        return bool(self.went.line.delivery.is_revenue_recognised)


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Lines of posted deliveries to the customer, quantities in the order's unit, places and lots; fills what follows
    from the delivery line: item, stock quantity, and place and lot where none is given."""
    known = counters.delivery_lines(command, (line.delivery_id for d in drafts for line in d.record.lines))
    _fill(command, [d.record for d in drafts], known)
    problems: list[Problem] = []
    for draft in drafts:
        document: SalesReturn = draft.record
        for position, line in enumerate(document.lines):
            went = known.get((line.delivery_id, line.delivery_line))
            for problem in _line_problems(document, line, went):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
        if all(line.item_id for line in document.lines):
            problems += goods.lot_problems(draft.row, document)
    return problems


def _fill(command: Command, returns: Sequence[SalesReturn], known: dict[counters.Key, Went]) -> None:
    lines = [(line, known.get((line.delivery_id, line.delivery_line))) for r in returns for line in r.lines]
    wanting = {w.line.location_id for line, w in lines if w is not None and line.location_id is None}
    sites = command.load(Location, wanting) if wanting - {None} else {}
    for line, went in lines:
        line.item = went.ordered.item if went else None
        if went is not None:
            line.lot = line.lot or went.line.lot
            if line.location_id is None and went.line.location_id is not None:
                line.location = sites[went.line.location_id]


def _line_problems(document: SalesReturn, line: SalesReturnLine, went: Went | None) -> list[Problem]:
    if went is None:
        return [unknown_line(line.delivery_line)]
    problems = delivery_problems(document.customer_id, went)
    problems += deliveries.quantity_problems(line, went.ordered, _("Use a delivery."))
    if document.moved_at < went.line.delivery.moved_at:
        problems.append(Problem("date.order", _("The goods cannot go back before they moved."), field="delivery"))
    return problems + goods.place_problems(went.ordered.item, line.location)


def unknown_line(number: int) -> Problem:
    """`delivery_line.unknown`."""
    message = _("The delivery has no line %(line)s.") % {"line": number}
    return Problem("delivery_line.unknown", message, field="delivery_line")


def delivery_problems(customer_id: int, went: Went, line: int | None = None) -> list[Problem]:
    """What went to the customer and is posted may come back or be invoiced: `delivery.customer`, `delivery.not_posted`.
    Asked when it is typed and again when it is posted: the delivery may be reversed between."""
    delivery = went.line.delivery
    message: Text
    if delivery.customer_id != customer_id:
        message = _("Delivery %(delivery)s is to another customer.") % {"delivery": delivery}
        return [Problem("delivery.customer", message, field="delivery", line=line)]
    if delivery.state != deliveries.POSTED:
        message = _("Delivery %(delivery)s is not posted.") % {"delivery": delivery}
        return [Problem("delivery.not_posted", message, field="delivery", line=line, status=409)]
    return []


def post(command: Command, returns: Sequence[SalesReturn], inputs: Input) -> None:
    """Raise what is returned, lower what is delivered, take the goods in at what they cost. Raises `return.over`, and
    what the stock raises."""
    parts = _locked(command, returns)
    refuse(p for x in parts for p in delivery_problems(x.document.customer_id, x.went, x.line.line))
    refuse(_over(parts))
    before = _snapshots(parts)
    for part in parts:
        _clear(command, part)
    _save(command, parts, before, -1)
    origins = deliveries.moves_of(command, (x.line.delivery_id for x in parts))
    for company_id in sorted({r.company_id for r in returns}):
        own = [x for x in parts if x.document.company_id == company_id and x.line.quantity_stock]
        _take_in(command, company_id, own, origins)
    for document in returns:
        mine = [x for x in parts if x.document is document]
        document.amount = sum((revenue.in_books(command, x.went.ordered, x.line.amount_net) for x in mine), ZERO)
    revenue.recognise(command, _recognised(command, parts))


def _locked(command: Command, returns: Sequence[SalesReturn]) -> list[Part]:
    ids = {line.delivery_id for r in returns for line in r.lines}
    known = counters.delivery_lines(command, ids, lock=True)
    return [Part(r, line, known[line.delivery_id, line.delivery_line]) for r in returns for line in r.lines]


def _over(parts: Sequence[Part]) -> list[Problem]:
    """`return.over` per delivery line, with what went out and what came back already."""
    coming: dict[int, Decimal] = {}
    problems = []
    for part in parts:
        went = part.went.line
        coming[went.pk] = coming.get(went.pk, ZERO) + part.line.quantity
        if went.quantity_returned + coming[went.pk] > went.quantity:
            problems.append(
                Problem(
                    "return.over",
                    _("Line %(line)s of %(delivery)s: %(coming)s would come back; %(went)s went, %(back)s came back.")
                    % {
                        "line": went.line,
                        "delivery": went.delivery,
                        "coming": counters.plain(coming[went.pk]),
                        "went": counters.plain(went.quantity),
                        "back": counters.plain(went.quantity_returned),
                    },
                    _("Return at most what is left of it."),
                    field="lines",
                    line=part.line.line,
                    status=409,
                    documents=(DocumentRef("sales.delivery", went.delivery_id, went.delivery.number),),
                )
            )
    return problems


def _snapshots(parts: Sequence[Part]) -> tuple[dict[int, tuple[Decimal, ...]], dict[int, tuple[Decimal, ...]]]:
    return (
        counters.snapshot((x.went.line for x in parts), counters.DELIVERY),
        counters.snapshot((x.went.ordered for x in parts), counters.ORDER),
    )


def _clear(command: Command, part: Part) -> None:
    """Fill the line's amounts and raise the counters."""
    line, went = part.line, part.went
    decimals = revenue.decimals_of(command, went.ordered)
    own = command.company(part.document.company_id).currency.decimals
    line.amount_net, line.amount_tax = share = went.share(line.quantity, decimals)
    if part.is_recognised:
        rate = went.ordered.order.rate or Decimal(1)
        line.net_unbilled, line.tax_unbilled = went.unbilled(line.quantity, share, rate, own)
    _count(part, 1)


def _count(part: Part, sign: int) -> None:
    line, went, ordered = part.line, part.went.line, part.went.ordered
    went.quantity_returned += sign * line.quantity
    went.net_cleared += sign * line.amount_net
    went.tax_cleared += sign * line.amount_tax
    went.net_unbilled -= sign * line.net_unbilled
    went.tax_unbilled -= sign * line.tax_unbilled
    ordered.quantity_returned += sign * line.quantity
    if not part.document.is_final:
        ordered.quantity_delivered -= sign * line.quantity
        ordered.net_delivered -= sign * line.amount_net
        ordered.tax_delivered -= sign * line.amount_tax


def _save(command: Command, parts: Sequence[Part], before: tuple[Any, Any], sign: int) -> None:
    """Write the counters, order lines first as everywhere, and promise again (−1) what may be delivered again."""
    counters.save_orders(command, (x.went.ordered for x in parts), before[1])
    counters.save(command, (x.went.line for x in parts), counters.DELIVERY, before[0])
    counters.promise(command, ((x.line, x.went.ordered) for x in parts if not x.document.is_final), sign)


def _take_in(command: Command, company_id: int, parts: Sequence[Part], origins: dict[counters.Key, Move]) -> None:
    if not parts:
        return
    place = places.outside(command, company_id, LocationKind.CUSTOMER)
    lots = goods.lots(command, [x.line for x in parts], make=False)
    posting.post(
        command,
        company_id,
        [_draft(command, x, place, lots, origins[x.line.delivery_id, x.line.delivery_line].pk) for x in parts],
    )


def _draft(
    command: Command, part: Part, place: Location, lots: dict[tuple[int, str], int], origin_id: int
) -> posting.MoveDraft:
    document, line = part.document, part.line
    assert line.item_id is not None and line.location_id is not None, "checked when the return was saved"
    return posting.MoveDraft(
        document_id=document.pk,
        line=line.line,
        item_id=line.item_id,
        from_location_id=place.pk,
        to_location_id=line.location_id,
        quantity=line.quantity_stock,
        effective_at=document.moved_at,
        effective_on=command.date_of(document.moved_at, document.company_id),
        event=deliveries.SOLD if part.is_recognised else deliveries.DISPATCHED,
        lot_id=lots.get((line.item_id, fold(line.lot))) if line.lot else None,
        rank=RANK,
        origin_id=origin_id,
        summary=line.reason or document.reason or document.number,
        party_id=document.customer_id,
    )


def _recognised(command: Command, parts: Sequence[Part], on: Any = None) -> list[revenue.Part]:
    """What the return takes back of recognised revenue; with `on`, what its reversal gives again."""
    sign = -1 if on is None else 1
    return [
        revenue.Part(
            x.document,
            command.date_of(on or x.document.moved_at, x.document.company_id),
            x.went.ordered.item,
            sign * x.line.net_unbilled,
            sign * x.line.tax_unbilled,
        )
        for x in parts
        if x.is_recognised
    ]


def reverse(command: Command, returns: Sequence[SalesReturn], inputs: deliveries.Reversal) -> None:
    """The goods are with the customer again, at what they cost. Raises `delivery.over` where they were delivered again
    meanwhile, `parts.order` where cents of other parts would be left."""
    refuse(deliveries.too_early(returns, inputs.moved_at))
    parts = _locked(command, returns)
    refuse(counters.over_delivered((x.line, x.went.ordered) for x in parts if not x.document.is_final))
    before = _snapshots(parts)
    for part in parts:
        _count(part, -1)
    refuse(counters.cents_left(x.went for x in parts))
    _save(command, parts, before, 1)
    orders.release_beyond(command, [x.went.ordered for x in parts])
    sold = {x.document.pk for x in parts if x.is_recognised}
    deliveries.move_back(command, returns, inputs.moved_at, sold)
    revenue.recognise(command, _recognised(command, parts, inputs.moved_at), purpose="revenue.reversed")


def from_deliveries(command: Command, documents: Sequence[Delivery]) -> list[dict[str, Any]]:
    """下推: what is left of the deliveries, one return per customer; the user takes out what stays."""
    by_customer: dict[int, list[dict[str, Any]]] = {}
    for delivery in documents:
        for line in delivery.lines:
            if line.quantity > line.quantity_returned:
                by_customer.setdefault(delivery.customer_id, []).append(
                    {
                        "delivery": delivery.pk,
                        "delivery_line": line.line,
                        "quantity": counters.plain(line.quantity - line.quantity_returned),
                        "location": line.location_id,
                        "lot": line.lot,
                    }
                )
    if not by_customer:
        raise Refusal(Problem("delivery.nothing_left", _("Everything that went out has come back."), status=409))
    return [
        {"customer": customer, "moved_at": command.at.isoformat(), "lines": lines}
        for customer, lines in by_customer.items()
    ]
