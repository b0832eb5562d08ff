"""Exact conversion between units: a ratio of whole numbers, never a rounded factor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Dimension, Item, ItemUnit, Unit
from jingwei.platform import masters, sets
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft
from jingwei.platform.documents.write import users_of
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.money import convert


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """A package has no general factor; a factor in use is not changed, because past quantities rest on it."""
    problems = masters.check_names(drafts, code_needed=True)
    for draft in drafts:
        unit: Unit = draft.record
        if unit.dimension == Dimension.PACKAGE and (unit.numerator, unit.denominator) != (1, 1):
            problems.append(
                Problem(
                    "unit.no_conversion",
                    _("A package has no general factor: what is in it differs from item to item."),
                    _("Leave the factor at 1/1 and give the content on each item."),
                    field="numerator",
                    row=draft.row,
                )
            )
    changed = [d for d in drafts if d.before is not None and _measure(d.before) != _measure(d.record)]
    used = users_of(catalogue.of(Unit), [d.record for d in changed]) if changed else {}
    for draft in changed:
        if used[draft.record.pk]:
            problems.append(
                Problem(
                    "unit.fixed",
                    _("Unit %(unit)s is in use: its dimension and factor stay, because past quantities rest on them.")
                    % {"unit": draft.record.code},
                    _("Create another unit and deactivate this one."),
                    field="numerator",
                    row=draft.row,
                    status=409,
                )
            )
    return problems


def _measure(unit: Unit) -> tuple[str, int, int]:
    return unit.dimension, unit.numerator, unit.denominator


def load_units(command: Command, items: Iterable[Item]) -> None:
    """Hang each item's stock unit and other units on it, a statement each and once per command."""
    given = list(items)
    units = command.load(Unit, (item.unit_id for item in given))
    known = command.held["units of items"]
    if missing := {item.pk for item in given} - known.keys():
        known |= {id: [] for id in missing}
        for row in sets.among(ItemUnit, command.actor.group_id, "item_id", missing, "ORDER BY line"):
            known[row.item_id].append(row)
    for item in given:
        item.unit, item.units = units[item.unit_id], known[item.pk]


def load_items(command: Command, lines: Sequence[Any]) -> None:
    """Give stored lines of documents their items and units: the item's own where a line names none."""
    items = command.load(Item, (line.item_id for line in lines))
    units = command.load(Unit, (line.unit_id for line in lines))
    load_units(command, items.values())
    for line in lines:
        line.item = items[line.item_id]
        line.unit = units[line.unit_id] if line.unit_id else line.item.unit


def ratio(item: Item, unit: Unit) -> Fraction:
    """How many stock units of `item` (its `unit` and `units` loaded) one `unit` is.

    The item's own statement comes first, then the factors of one dimension. Raises Refusal `unit.no_conversion`.
    """
    if unit.pk == item.unit_id:
        return Fraction(1)
    for own in item.units:
        if own.unit_id == unit.pk:
            return Fraction(own.numerator, own.denominator)
    stock = item.unit
    if unit.dimension == stock.dimension and unit.dimension != Dimension.PACKAGE:
        return Fraction(unit.numerator, unit.denominator) / Fraction(stock.numerator, stock.denominator)
    raise Refusal(
        Problem(
            "unit.no_conversion",
            _("%(unit)s does not convert into %(stock)s, the stock unit of %(item)s.")
            % {"unit": unit, "stock": stock, "item": item},
            _("Give the content of one %(unit)s on the item, under its units.") % {"unit": unit},
        )
    )


def to_stock(item: Item, quantity: Decimal, unit: Unit) -> Decimal:
    """`quantity` of `unit` in the stock unit, exact at its scale. Raises `unit.no_conversion`, `unit.inexact`."""
    one = ratio(item, unit)
    return convert(quantity, one.numerator, one.denominator, item.unit.scale)
