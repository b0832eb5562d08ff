"""Revenue recognised on delivery (S07), where the company's policy says so: receivable not invoiced yet against revenue
and tax that falls due with the invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from jingwei.books import journal
from jingwei.books.models import Area
from jingwei.books.posting import GoodsLine
from jingwei.finance import ledger
from jingwei.masterdata.models import ItemCategory
from jingwei.platform.documents.command import Command
from jingwei.platform.money import round_half_up
from jingwei.sales.models import SalesOrderLine

UNBILLED = "sales.delivered_unbilled"
#: A delivery, its line and the order line it goes out on.
Part = tuple[Any, Any, SalesOrderLine]


def in_books(command: Command, ordered: SalesOrderLine, amount: Decimal) -> Decimal:
    """An amount in the order's currency, in functional currency at its decimals, by the rate of the order."""
    decimals = command.company(ordered.order.company_id).currency.decimals
    return round_half_up(amount * (ordered.order.rate or 1), decimals)


def recognise(command: Command, pairs: Sequence[Part]) -> None:
    """Post the revenue of deliveries whose company recognises it when the goods leave."""
    _post(command, pairs, None)


def take_back(command: Command, pairs: Sequence[Part], on: date) -> None:
    """Post it in red, on the day the goods came back."""
    _post(command, pairs, on)


def _post(command: Command, pairs: Sequence[Part], back_on: date | None) -> None:
    by_delivery: dict[int, list[Part]] = defaultdict(list)
    for pair in pairs:
        if pair[0].is_revenue_recognised:
            by_delivery[pair[0].pk].append(pair)
    if not by_delivery:
        return
    groups = list(by_delivery.values())
    categories = command.load(ItemCategory, (o.item.category_id for own in groups for _d, _l, o in own))
    books = ledger.books_of(command, (own[0][0].company_id for own in groups))
    lines = [books[own[0][0].company_id].lines([_posting(command, own, categories, back_on)]) for own in groups]
    wanted = ((own[0][0].company_id, x.account) for own, found in zip(groups, lines, strict=True) for x in found)
    accounts = ledger.accounts_of(command, wanted)
    drafts = []
    for own, found in zip(groups, lines, strict=True):
        delivery = own[0][0]
        drafts.append(
            journal.EntryDraft(
                company_id=delivery.company_id,
                currency=books[delivery.company_id].currency,
                posted_on=back_on or command.date_of(delivery.moved_at, delivery.company_id),
                document_id=delivery.pk,
                purpose="revenue" if back_on is None else "revenue.reversed",
                area=Area.SALES,
                summary=delivery.waybill or delivery.number,
                lines=ledger.drafted(found, accounts, delivery.company_id, delivery.customer_id, {}),
            )
        )
    journal.post(command, drafts)


def _posting(
    command: Command, pairs: Sequence[Part], categories: dict[int, ItemCategory], back_on: date | None
) -> ledger.Posting:
    sign = 1 if back_on is None else -1
    lines = []
    for _delivery, line, ordered in pairs:
        net = sign * in_books(command, ordered, line.amount_net)
        tax = sign * in_books(command, ordered, line.amount_tax)
        facts = {"net": net, "tax": tax, "gross": net + tax}
        lines.append(GoodsLine(facts, str(categories[ordered.item.category_id].accounting_class)))
    return ledger.Posting(UNBILLED, lines)
