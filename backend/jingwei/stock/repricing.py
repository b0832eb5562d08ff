"""标准成本: new standard costs. Each is a step of its item at the beginning of a day: the stock there is then is worth
its quantity at the new cost, and what that changes is a variance by name (材料成本差异)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from jingwei.books import periods
from jingwei.books.models import Area
from jingwei.masterdata.models import ValuationMethod
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import Problem, Text, refuse
from jingwei.stock import history, ledger, posting, streams, valuing
from jingwei.stock.history import PRICE, Row, Stream
from jingwei.stock.methods import ZERO
from jingwei.stock.models import StandardCost, StandardCostLine, StandardPrice
from jingwei.stock.streams import Held
from jingwei.stock.valuing import Cause, Valuation

Pair = tuple[StandardCost, StandardCostLine]


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Items in stock, each once, at a cost that is not negative."""
    problems: list[Problem] = []
    message: Text
    for draft in drafts:
        seen: set[int] = set()
        for position, line in enumerate(draft.record.lines):
            place = {"row": draft.row, "line": position + 1}
            if line.price < 0:
                message = _("A cost cannot be negative.")
                problems.append(Problem("price.negative", message).at(field=f"lines.{position}.price", **place))
            if not line.item.is_stocked:
                message = _("%(item)s is not kept in stock.") % {"item": line.item}
                problems.append(Problem("item.not_stocked", message).at(field=f"lines.{position}.item", **place))
            if line.item_id in seen:
                message = _("%(item)s stands twice.") % {"item": line.item}
                problems.append(Problem("item.twice", message).at(field=f"lines.{position}.item", **place))
            seen.add(line.item_id)
    return problems


def post(command: Command, documents: Sequence[StandardCost], inputs: Input) -> None:
    """Put the costs in force and revalue the stock. Raises `valuation.not_standard`, `period.closed`."""
    by_company: dict[int, list[StandardCost]] = defaultdict(list)
    for document in documents:
        by_company[document.company_id].append(document)
    for company_id, members in sorted(by_company.items()):
        for document in sorted(members, key=lambda d: (d.effective_on, d.pk)):
            _post(command, company_id, document)


def _post(command: Command, company_id: int, document: StandardCost) -> None:
    books = ledger.books_of(command, company_id)
    on = document.effective_on
    period = periods.share(command, [(company_id, on, Area.STOCK_VALUE)])[company_id, on, Area.STOCK_VALUE][0]
    items = posting.items_of(command, (line.item_id for line in document.lines))
    held = streams.lock(command, company_id, ((item, None) for item in items))
    refuse(_other_methods(document, held))
    books.know_spills((item, ValuationMethod.STANDARD) for item in items.values())
    at = datetime.combine(on, time.min, ZoneInfo(books.company.time_zone))
    by_stream: dict[Stream, list[Row]] = {}
    prices = []
    for line, id in zip(document.lines, sets.next_ids(len(document.lines)), strict=True):
        accounts = books.accounts(ledger.STANDARD, items[line.item_id])
        row = held.rows[line.item_id, 0]
        if not row.layers and not row.last_at:
            row.layers = [[0, "1", f"{line.price:f}"]]  # the first cost: what is dated before it is valued at it, too
        where = (history.instant(at), PRICE, 0, document.pk, line.line, id, period)
        step = Row(*where, ZERO, line.price, 0, *accounts, 0, 0, line.item_id, 0)
        by_stream[line.item_id, 0] = [step]
        prices.append(_price(document, line, id, at, period, accounts))
    result = Valuation()
    before = {stream: held.rows[stream].value for stream in by_stream}
    valuing.carry_out(command, books, by_stream, held, items, {}, result, Cause(document.pk, on))
    sets.insert(prices)
    valuing.save(command, result, held)
    ledger.post_corrections(command, books, result, "revalued")
    for line in document.lines:
        line.amount = held.rows[line.item_id, 0].value - before[line.item_id, 0]
    document.amount = sum((line.amount for line in document.lines), start=ZERO)
    sets.update(document.lines, ["amount"])


def _other_methods(document: StandardCost, held: Held) -> list[Problem]:
    return [
        Problem(
            "valuation.not_standard",
            _("%(item)s is not valued at standard cost.") % {"item": line.item},
            _("Choose its valuation method first."),
            field=f"lines.{line.line - 1}.item",
            line=line.line,
            status=409,
        )
        for line in document.lines
        if held.rows[line.item_id, 0].method != ValuationMethod.STANDARD
    ]


def _price(
    document: StandardCost, line: StandardCostLine, id: int, at: datetime, period: int, accounts: tuple[int, int]
) -> StandardPrice:
    return StandardPrice(
        id=id,
        group_id=document.group_id,
        company_id=document.company_id,
        item_id=line.item_id,
        document_id=document.pk,
        document_line=line.line,
        effective_at=at,
        effective_on=document.effective_on,
        period_id=period,
        price=line.price,
        account_id=accounts[0],
        contra_id=accounts[1],
    )
