"""下推 between siblings: production orders out of sales orders. Sales and production do not know each other; who wires
them together does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Conversion, Document
from jingwei.platform.errors import Problem, Refusal
from jingwei.sales import orders as sales
from jingwei.sales.models import SalesOrder
from jingwei.stock import reserving


def production_of(command: Command, orders: Sequence[SalesOrder]) -> list[dict[str, Any]]:
    """An order per line of an item that is made: of what is open and not kept for it, due when it is wanted."""
    kept: dict[tuple[int, int], Decimal] = {}
    for row in reserving.open_for(command.actor.group_id, [o.pk for o in orders]):
        key = (row.document_id, row.document_line)
        kept[key] = kept.get(key, Decimal(0)) + row.quantity
    items = command.load(Item, (line.item_id for order in orders for line in order.lines))
    bodies = []
    for order in orders:
        for line in order.lines:
            if not items[line.item_id].is_made or not line.quantity_stock:
                continue
            missing = sales.open_stock(line) - kept.get((order.pk, line.line), Decimal(0))
            if missing > 0:
                today = command.today(order.company_id)
                due_on = max(line.requested_on or order.requested_on or today, today)
                body = {"item": line.item_id, "quantity": f"{missing.normalize():f}"}
                bodies.append({**body, "start_on": today.isoformat(), "due_on": due_on.isoformat()})
    if not bodies:
        message = _("Nothing is to be made: all of it is in stock, delivered, or not made by the company.")
        raise Refusal(Problem("order.nothing_to_make", message, status=409))
    return bodies


MAKE = Conversion(
    key="make",
    label=_("Make"),
    target="production.order",
    source=frozenset({sales.CONFIRMED}),
    build=production_of,
    help=_("Production orders of what is open, is made by the company and is not kept in stock."),
)


def with_making(documents: Sequence[Document]) -> tuple[Document, ...]:
    """The declarations of sales, their order with the way to production."""
    return tuple(replace(d, conversions=(*d.conversions, MAKE)) if d.key == "sales.order" else d for d in documents)
