"""Prices far from what is known of an item: a box typed as a piece, or a piece as a box. They are taken when somebody
says why, never silently.

Known is the last price ordered by the company, whoever of, without tax; where it never ordered the item, what the stock
of it costs on average.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item, Unit
from jingwei.masterdata.units import ratio
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.read import title
from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text
from jingwei.platform.money import round_half_up
from jingwei.stock.models import ItemValue

#: How many times a price may be above or below the last one before somebody has to say why.
PRICE_FACTOR = Decimal(3)
PLACES = 8
Place = tuple[int, int]  # company, item


@dataclass(frozen=True, slots=True)
class Known:
    """What one stock unit of an item cost without tax, in functional currency, and the order that says so; none where
    it is the average of the stock."""

    price: Decimal
    order: DocumentRef | None = None


def last_ordered(
    command: Command, line_model: type[models.Model], items: Mapping[int, Item], places: Iterable[Place]
) -> dict[Place, Known]:
    """The price of the last confirmed order of a company (`line_model` has its lines, their `order` the orders), by
    company and item; two statements. The `items` have their units loaded."""
    wanted = sorted(set(places))
    if not wanted:
        return {}
    order_model: Any = line_model._meta.get_field("order").related_model
    lines, orders = line_model._meta.db_table, order_model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT given.company, given.item, last.* FROM unnest(%s::bigint[], %s::bigint[]) AS given(company, item) "
            "CROSS JOIN LATERAL (SELECT o.id, o.number, l.amount_net * coalesce(o.rate, 1), l.quantity, l.unit_id "
            f"FROM {lines} l JOIN {orders} o ON o.group_id = l.group_id AND o.id = l.order_id WHERE l.group_id = %s "
            "AND l.item_id = given.item AND o.company_id = given.company AND o.state IN ('confirmed', 'closed') "
            "AND l.amount_net > 0 ORDER BY l.id DESC LIMIT 1) AS last",
            [[c for c, _i in wanted], [i for _c, i in wanted], command.actor.group_id],
        )
        rows = cursor.fetchall()
    units = command.load(Unit, (row[6] for row in rows))
    key = catalogue.of(order_model).key
    found = {}
    for company, item, id, number, amount, quantity, unit in rows:
        price = per_stock_unit(items[item], amount, quantity, units.get(unit) or items[item].unit)
        if price is not None:
            found[company, item] = Known(price, DocumentRef(key, id, number))
    return found


def averages(command: Command, places: Iterable[Place]) -> dict[Place, Known]:
    """What the stock costs on average, by company and item; one statement."""
    wanted = set(places)
    if not wanted:
        return {}
    rows = ItemValue.objects.filter(
        group_id=command.actor.group_id,
        company_id__in={c for c, _i in wanted},
        item_id__in={i for _c, i in wanted},
        lot_id=0,
        quantity__gt=0,
        value__gt=0,
    ).values_list("company_id", "item_id", "value", "quantity")
    return {(c, i): Known(value / quantity) for c, i, value, quantity in rows if (c, i) in wanted}


def per_stock_unit(item: Item, amount: Decimal, quantity: Decimal, unit: Unit) -> Decimal | None:
    """What one stock unit costs when `quantity` of `unit` cost `amount`; None where it does not convert (any more)."""
    try:
        whole = Fraction(quantity) * ratio(item, unit)
    except Refusal:
        return None
    return amount * whole.denominator / whole.numerator if whole > 0 else None


def deviation(item: Item, line: int, price: Decimal | None, known: Known | None) -> Problem | None:
    """`price.deviates` where a price of one stock unit is more than `PRICE_FACTOR` times above or below what is known;
    nothing can be said of a price of zero, or where nothing is known."""
    if not price or known is None:
        return None
    high, low = max(price, known.price), min(price, known.price)
    if high <= low * PRICE_FACTOR:
        return None
    factor = round_half_up(high / low, 1)
    words = {
        "item": item,
        "line": line,
        "unit": title(item.unit.name_zh, item.unit.name_en),
        "price": plain(price, PLACES),
        "last": plain(known.price, PLACES),
        "factor": plain(factor, 1),
        "source": known.order.number if known.order else _("average of the stock"),
    }
    message: Text
    if price > known.price:
        message = (
            _(
                "%(item)s on line %(line)s: %(price)s per %(unit)s, last %(last)s (%(source)s): "
                "%(factor)s times as much."
            )
            % words
        )
    else:
        message = (
            _("%(item)s on line %(line)s: %(price)s per %(unit)s, last %(last)s (%(source)s): 1/%(factor)s as much.")
            % words
        )
    return Problem(
        "price.deviates",
        message,
        _("Up to %(tolerance)s times is taken as it is. Check quantity, unit and price, or say why under “%(reason)s”.")
        % {"tolerance": plain(PRICE_FACTOR, 0), "reason": _("Reason for unusual prices")},
        field=f"lines.{line - 1}.price",
        line=line,
        documents=(known.order,) if known.order else (),
        extra={
            "price": plain(price, PLACES),
            "last_price": plain(known.price, PLACES),
            "factor": plain(factor, 1),
            "tolerance": plain(PRICE_FACTOR, 0),
            "answer": "price_reason",
        },
    )


def plain(amount: Decimal, decimals: int) -> str:
    """An amount as people write it, without zeros at the end."""
    return f"{round_half_up(amount, decimals).normalize():f}"
