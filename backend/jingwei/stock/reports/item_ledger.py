"""库存明细账: every move of an item with running quantity and value, and what it came to cost after corrections.

Values are as posted, corrections in rows of their own on the day they were posted for, so that the running value is
what the books say on every date. The effective cost of a move is reckoned on reading, from the checkpoint of the month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jingwei.books.reports.entries import MOST_LINES
from jingwei.books.reports.ledger import in_order, propose_month
from jingwei.masterdata.models import Location
from jingwei.platform.documents.read import title, titles
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company
from jingwei.platform.reports.declare import Column, Drill, Params, Report, Result, Row, Term, asked
from jingwei.platform.reports.drill import to_documents
from jingwei.stock import history
from jingwei.stock.ledger import beginnings
from jingwei.stock.methods import METHODS, holding_of
from jingwei.stock.models import Checkpoint, FinalPeriod, ItemValue, Move, ValueEntry, ValueKind
from jingwei.stock.replaying import replay
from jingwei.stock.reports.facts import QUANTITY, VALUE
from jingwei.stock.valuing import sort_key

ZERO = Decimal(0)


def _called(place: Location) -> str:
    return title(place.name_zh, place.name_en) or place.code


class ItemLedgerParams(Params):
    """One item over a range of days."""

    item: int = asked(_("Item"), _("Item whose moves are shown."), ..., target="masterdata.item")
    from_on: date = asked(_("From day"), _("First day of the moves."), ...)
    to_on: date = asked(_("To day"), _("Last day of the moves."), ...)


_OPENING = """
SELECT item_value.quantity - coalesce((SELECT sum(direction * quantity) FROM move WHERE group_id = %(group)s
           AND company_id = %(company)s AND item_id = %(item)s AND effective_on >= %(from)s), 0),
       item_value.value - coalesce((SELECT sum(amount) FROM value_entry WHERE group_id = %(group)s
           AND company_id = %(company)s AND item_id = %(item)s AND posted_on >= %(from)s), 0)
FROM item_value WHERE group_id = %(group)s AND company_id = %(company)s AND item_id = %(item)s AND lot_id = 0
"""


@dataclass(slots=True)
class Standing:
    """Running quantity and value."""

    quantity: Decimal
    value: Decimal


def run(actor: Actor, params: ItemLedgerParams) -> Result:
    """Opening, moves and corrections by day, closing. Raises Refusal 422 `date.order`, `report.too_long`."""
    in_order(params.from_on, params.to_on)
    company = Company.objects.select_related("currency").get(group_id=actor.group_id, pk=actor.company_id or 0)
    decimals = company.currency.decimals
    book = _Book(company, decimals, params)
    rows = book.rows()
    item = titles(actor.group_id, {params.item}).get(params.item, {"number": "", "title": ""})
    return Result(
        columns=(
            Column("on", _("Date"), "date"),
            Column("document", _("Document"), "reference"),
            Column("summary", _("Summary")),
            Column("lot", _("Lot or serial"), "code"),
            Column("in_quantity", _("Quantity"), "quantity", _("In")),
            Column("in_value", _("Value"), "amount", _("In"), decimals),
            Column("out_quantity", _("Quantity"), "quantity", _("Out")),
            Column("out_value", _("Value"), "amount", _("Out"), decimals),
            Column("quantity", _("Quantity"), "quantity", _("Balance"), running={"in_quantity": 1, "out_quantity": -1}),
            Column("value", _("Value"), "amount", _("Balance"), decimals, running={"in_value": 1, "out_value": -1}),
            # Reckoned on reading, from all that was entered since: no sum of entries.
            Column("effective_value", _("Value"), "amount", _("After corrections"), decimals, is_sum=False),
            Column("cost", _("Unit cost"), "amount", _("After corrections"), 4, is_sum=False),
        ),
        rows=rows,
        heading=f"{item['number']} {item['title']}".strip(),
        currency=company.currency.code,
    )


class _Book:
    def __init__(self, company: Company, decimals: int, params: ItemLedgerParams) -> None:
        self.group_id, self.params, self.decimals = company.group_id, params, decimals
        self.scope = {"group_id": company.group_id, "company_id": company.pk, "item_id": params.item}
        self.standing = self._opening()
        self.moves = self._moves()
        self.effective = self._worths(company)
        self.corrections = list(
            ValueEntry.objects.filter(
                **self.scope,
                kind__in=(ValueKind.CORRECTION, ValueKind.REVALUATION, ValueKind.VARIANCE),
                posted_on__range=(params.from_on, params.to_on),
            )
            .select_related("document")
            .order_by("posted_on", "id")
        )
        types = {m.document_id: m.document.type for m in self.moves}
        types |= {c.document_id: c.document.type for c in self.corrections}
        self.drills = to_documents(self.group_id, types)
        self.names = titles(self.group_id, types)

    def _opening(self) -> Standing:
        given = {"group": self.group_id, "company": self.scope["company_id"], "item": self.params.item}
        with connection.cursor() as cursor:
            cursor.execute(_OPENING, {**given, "from": self.params.from_on})
            return Standing(*(cursor.fetchone() or (ZERO, ZERO)))

    def _moves(self) -> list[Move]:
        """Moves shown, in their order."""
        rows = Move.objects.filter(**self.scope, effective_on__range=(self.params.from_on, self.params.to_on))
        found = list(rows.select_related("document", "lot", "from_location", "to_location")[: MOST_LINES + 1])
        if len(found) > MOST_LINES:
            message = _("The report would have more than %(limit)s lines.") % {"limit": f"{MOST_LINES:,}"}
            raise Refusal(Problem("report.too_long", message, _("Choose fewer days."), field="to_on"))
        found.sort(key=sort_key)
        return found

    def _worths(self, company: Company) -> dict[int, Decimal]:
        """What each move is worth with all corrections, replayed from the checkpoint before the first shown."""
        points = Checkpoint.objects.filter(**self.scope, starts_on__lte=self.params.from_on)
        begin = {(p.item_id, p.lot_id): p for p in points.order_by("starts_on")}
        lots = ItemValue.objects.filter(**self.scope).values_list("item_id", "lot_id", "method")
        streams = {(item, lot): method for item, lot, method in lots}
        since = min((begin[s].starts_on if s in begin else date.min for s in streams), default=date.min)
        closed = FinalPeriod.objects.filter(group_id=self.group_id, company_id=company.pk)
        finals = set(closed.values_list("period_id", flat=True))
        _starts, instants = beginnings(company)
        worths: dict[int, Decimal] = {}
        loaded = history.load(self.group_id, company.pk, streams, since, instants, priced=True)
        for stream, found in loaded.items():
            point = begin.get(stream)
            held = holding_of(point) if point is not None else METHODS[streams[stream]]()
            rows = [r for r in found.rows if point is None or _starts[r.period] >= point.starts_on]
            done = replay(held, rows, found.parts, decimals=self.decimals, spill=0, finals=finals)
            worths |= done.worths
        return worths

    def rows(self) -> list[Row]:
        rows = [self._sum_row(self.params.from_on, gettext("Opening balance"), "opening")]
        waiting = list(self.corrections)
        for move in self.moves:
            while waiting and waiting[0].posted_on < move.effective_on:
                rows.append(self._correction_row(waiting.pop(0)))
            rows.append(self._move_row(move))
        rows += [self._correction_row(entry) for entry in waiting]
        return [*rows, self._sum_row(self.params.to_on, gettext("Closing balance"), "closing")]

    def _sum_row(self, on: date, summary: str, part: str) -> Row:
        values = {"on": on, "summary": summary, "quantity": self.standing.quantity, "value": self.standing.value}
        into = self.params.model_dump()
        drills = {n: Drill("stock.item-ledger", into, adds=f"{part}.{n}") for n in ("quantity", "value")}
        return Row(values=values, bold=True, drills=drills, counts=False)

    def _move_row(self, move: Move) -> Row:
        self.standing.quantity += move.direction * move.quantity
        self.standing.value += move.value
        values: dict[str, Any] = {
            "on": move.effective_on,
            "document": self.names.get(move.document_id),
            "summary": f"{_called(move.from_location)} → {_called(move.to_location)}",
            "lot": move.lot.code if move.lot else None,
            "quantity": self.standing.quantity,
            "value": self.standing.value,
        }
        if move.direction >= 0:
            values |= {"in_quantity": move.quantity}
        if move.direction <= 0:  # a move inside the stock goes in and out
            values |= {"out_quantity": move.quantity}
        if move.direction:
            worth = abs(self.effective[move.pk])
            values["in_value" if move.direction > 0 else "out_value"] = abs(move.value)
            values |= {"effective_value": worth, "cost": worth / move.quantity}
            values["cost"] = values["cost"].quantize(Decimal("0.0001"))
        return Row(values=values, drill=self._drill(move.document_id))

    def _correction_row(self, entry: ValueEntry) -> Row:
        self.standing.value += entry.amount
        values: dict[str, Any] = {
            "on": entry.posted_on,
            "document": self.names.get(entry.document_id),
            "summary": str(ValueKind(entry.kind).label),
            "quantity": self.standing.quantity,
            "value": self.standing.value,
        }
        if entry.kind == ValueKind.CORRECTION:
            values["out_value"] = -entry.amount
        else:
            values["in_value"] = entry.amount
        return Row(values=values, drill=self._drill(entry.document_id))

    def _drill(self, document: int) -> Drill | None:
        return self.drills.get(document)


def terms(given: Mapping[str, Any], measure: str) -> Sequence[Term]:
    """The formula of what stands in an item's ledger: `opening.quantity`, `closing.value` and their like."""
    part, _dot, kind = measure.partition(".")
    chosen = {"item": given["item"], "from_on": given["from_on"], "to_on": given["to_on"], "part": part}
    label = _("Opening balance") if part == "opening" else _("Closing balance")
    return [Term(label, QUANTITY if kind == "quantity" else VALUE, chosen)]


ITEM_LEDGER = Report(
    key="stock.item-ledger",
    label=_("Stock ledger"),
    help=_("Every move of an item with running quantity and value; a row opens the document it comes from."),
    params=ItemLedgerParams,
    run=run,
    defaults=propose_month,
    terms=terms,
)
