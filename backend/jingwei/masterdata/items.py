"""What makes an item sound: its units convert, its barcode is a real one, its category tree has no loop."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import NOT_STOCKED, AccountingClass, Dimension, Item, ItemCategory, Tracking
from jingwei.platform import masters
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft
from jingwei.platform.errors import Problem, Text


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Problems of items: names, units, barcode, tracking and stock against each other."""
    problems = masters.check_names(drafts, code_needed=False)
    for draft in drafts:
        problems += [p.at(row=draft.row) for p in (*_units(draft.record), *_facts(draft.record), *_fixed(draft))]
    return problems


def _units(item: Item) -> list[Problem]:
    problems = []
    seen = {item.unit_id}
    for position, own in enumerate(item.units):
        place = f"units.{position}"
        if own.unit_id in seen:
            message = _("%(unit)s is given twice.") % {"unit": own.unit}
            problems.append(Problem("item.unit.duplicate", message, field=f"{place}.unit", line=position + 1))
        seen.add(own.unit_id)
        same = own.unit.dimension == item.unit.dimension != Dimension.PACKAGE
        exact = own.unit.numerator * item.unit.denominator, own.unit.denominator * item.unit.numerator
        if same and own.numerator * exact[1] != own.denominator * exact[0]:
            problems.append(
                Problem(
                    "unit.no_conversion",
                    _("%(unit)s and %(stock)s convert by %(numerator)s/%(denominator)s for every item.")
                    % {"unit": own.unit, "stock": item.unit, "numerator": exact[0], "denominator": exact[1]},
                    _("Use a package unit for a content of your own."),
                    field=f"{place}.numerator",
                    line=position + 1,
                )
            )
    return problems


def _facts(item: Item) -> list[Problem]:
    problems = []
    message: Text
    if item.gtin and not gtin_is_valid(item.gtin):
        problems.append(
            Problem(
                "gtin.check",
                _("%(gtin)s is not a GTIN: its check digit or length is wrong.") % {"gtin": item.gtin},
                _("Scan the code again; a GTIN has 8, 12, 13 or 14 digits."),
                field="gtin",
            )
        )
    if item.category.accounting_class in NOT_STOCKED and item.is_stocked:
        label = AccountingClass(item.category.accounting_class).label
        message = _("An item of the class %(class)s cannot be stocked.") % {"class": label}
        problems.append(Problem("item.service_stocked", message, field="is_stocked"))
    if not item.is_stocked and item.tracking != Tracking.NONE:
        message = _("Only stocked items can be tracked by lot or serial number.")
        problems.append(Problem("item.tracking", message, field="tracking"))
    if item.tracking == Tracking.SERIAL and item.unit.scale > 0:
        message = _("An item with serial numbers needs a stock unit without decimals.")
        problems.append(Problem("item.serial_scale", message, field="unit"))
    return problems


def _fixed(draft: Draft) -> list[Problem]:
    """The stock unit stays what it was: quantities already written are in it."""
    if draft.before is None or draft.before.unit_id == draft.record.unit_id:
        return []
    return [
        Problem(
            "item.unit.fixed",
            _("The stock unit of an existing item cannot be changed."),
            _("Create a new item with the other unit and deactivate this one."),
            field="unit",
            status=409,
        )
    ]


def gtin_is_valid(code: str) -> bool:
    """Length and check digit by the GS1 General Specifications: weights 3 and 1 from the right."""
    if not code.isascii() or not code.isdigit() or len(code) not in (8, 12, 13, 14):
        return False
    digits = [int(c) for c in reversed(code)]
    total = sum(d * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return total % 10 == 0


def check_category(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """A category cannot stand below itself, directly or through others."""
    below = _("The category would stand below itself: %(path)s.")
    loops = masters.loops(command, ItemCategory, drafts, code="category.cycle", message=below)
    return masters.check_names(drafts, code_needed=True) + loops
