"""Revenue recognised on delivery (S07), where the company's policy says so: receivable not invoiced yet against revenue
and tax that falls due with the invoice. What comes back takes it back in red."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from jingwei.books import journal
from jingwei.books.models import Area
from jingwei.books.posting import GoodsLine
from jingwei.finance import ledger
from jingwei.masterdata.models import Item, ItemCategory
from jingwei.platform.documents.command import Command
from jingwei.platform.money import round_half_up
from jingwei.sales.models import SalesOrderLine

UNBILLED = "sales.delivered_unbilled"


@dataclass(frozen=True, slots=True)
class Part:
    """What a line of a delivery or return recognises, in functional currency; negative in red."""

    document: Any
    on: date
    item: Item
    net: Decimal
    tax: Decimal


def decimals_of(command: Command, ordered: SalesOrderLine) -> int:
    """Decimals of the order's currency; 2 where it is not the company's own."""
    own = command.company(ordered.order.company_id).currency
    return own.decimals if ordered.order.currency_id == own.code else 2


def in_books(command: Command, ordered: SalesOrderLine, amount: Decimal) -> Decimal:
    """An amount in the order's currency, in functional currency at its decimals, by the rate of the order."""
    decimals = command.company(ordered.order.company_id).currency.decimals
    return round_half_up(amount * (ordered.order.rate or 1), decimals)


def classes(command: Command, items: Sequence[Item]) -> dict[int, str]:
    """The accounting class of items, by id."""
    categories = command.load(ItemCategory, (i.category_id for i in items))
    return {i.pk: str(categories[i.category_id].accounting_class) for i in items}


def recognise(command: Command, parts: Sequence[Part], *, purpose: str = "revenue") -> None:
    """Post the parts, an entry for each document."""
    documents = {p.document.pk: p for p in parts}
    if not documents:
        return
    kinds = classes(command, [p.item for p in parts])
    books = ledger.books_of(command, (p.document.company_id for p in parts))
    lines = {}
    for id, first in documents.items():
        own = [
            GoodsLine({"net": p.net, "tax": p.tax, "gross": p.net + p.tax}, kinds[p.item.pk])
            for p in parts
            if p.document.pk == id
        ]
        lines[id] = books[first.document.company_id].lines([ledger.Posting(UNBILLED, own)])
    wanted = ((documents[id].document.company_id, x.account) for id, found in lines.items() for x in found)
    accounts = ledger.accounts_of(command, wanted)
    journal.post(
        command,
        [
            journal.EntryDraft(
                company_id=first.document.company_id,
                currency=books[first.document.company_id].currency,
                posted_on=first.on,
                document_id=id,
                purpose=purpose,
                area=Area.SALES,
                summary=first.document.number,
                lines=ledger.drafted(lines[id], accounts, first.document.company_id, first.document.customer_id, {}),
            )
            for id, first in documents.items()
        ],
    )
