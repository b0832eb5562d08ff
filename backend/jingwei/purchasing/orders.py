"""Purchase orders: defaults, amounts, and how far they are received."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.rates import rate_on
from jingwei.masterdata.units import ratio
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text, refuse
from jingwei.purchasing.models import GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from jingwei.purchasing.pricing import price_line
from jingwei.warehouse.goods import load_units

DRAFT, CONFIRMED, CLOSED, CANCELLED = "draft", "confirmed", "closed", "cancelled"
ZERO = Decimal(0)


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """Currency and unit where none is given, amounts by line, totals."""
    load_units(command, (line.item for d in drafts for line in d.record.lines))
    for draft in drafts:
        order: PurchaseOrder = draft.record
        order.currency_id = order.currency_id or order.supplier.currency_id
        decimals = _decimals(command, order)
        for line in order.lines:
            line.unit = line.unit or line.item.unit
            priced = price_line(
                line.quantity, line.price, line.tax_rate, inclusive=order.is_tax_inclusive, decimals=decimals
            )
            line.amount_net, line.amount_tax, line.amount_gross = priced.net, priced.tax, priced.gross
        for name in ("amount_net", "amount_tax", "amount_gross"):
            setattr(order, name, sum((getattr(line, name) for line in order.lines), ZERO))


def _decimals(command: Command, order: PurchaseOrder) -> int:
    own = command.company(order.company_id).currency
    return own.decimals if order.currency_id == own.code else 2


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """A supplier who is one, items that are bought, quantities in their unit, dates in order."""
    problems: list[Problem] = []
    message: Text
    for draft in drafts:
        order: PurchaseOrder = draft.record
        if not order.supplier.is_supplier:
            message = _("%(party)s is not a supplier.") % {"party": order.supplier}
            problems.append(Problem("party.not_supplier", message, field="supplier", row=draft.row))
        if order.requested_on is not None and order.requested_on < order.ordered_on:
            message = _("The goods are wanted before they are ordered.")
            problems.append(Problem("date.order", message, field="requested_on", row=draft.row))
        for position, line in enumerate(order.lines):
            for problem in _line_problems(line):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
    return problems


def _line_problems(line: PurchaseOrderLine) -> list[Problem]:
    problems = []
    message: Text
    if line.quantity <= 0:
        problems.append(Problem("qty.not_positive", _("The quantity must be greater than 0."), field="quantity"))
    elif line.quantity != round(line.quantity, line.unit.scale):
        words = {"quantity": f"{line.quantity.normalize():f}", "unit": line.unit, "scale": line.unit.scale}
        message = _("%(quantity)s: %(unit)s has %(scale)s decimals.") % words
        problems.append(Problem("qty.scale", message, field="quantity"))
    if not line.item.is_purchased:
        message = _("%(item)s is not bought.") % {"item": line.item}
        problems.append(Problem("item.not_purchased", message, field="item"))
    try:
        ratio(line.item, line.unit)
    except Refusal as refusal:
        problems += [p.at(field="unit") for p in refusal.problems]
    return problems


def confirm(command: Command, orders: Sequence[PurchaseOrder], inputs: Input) -> None:
    """Take the exchange rate of the order's day. Raises `rate.missing`."""
    for order in orders:
        own = str(command.company(order.company_id).currency_id)
        if order.rate is None:
            order.rate = rate_on(order.group_id, str(order.currency_id), own, order.ordered_on)


def reopen(command: Command, orders: Sequence[PurchaseOrder], inputs: Input) -> None:
    """Back to draft, as long as nothing came."""
    refuse(_with_receipts(command, orders))


def cancel(command: Command, orders: Sequence[PurchaseOrder], inputs: Input) -> None:
    """Nothing will come; refused with the receipts where something has."""
    refuse(_with_receipts(command, orders))


def _with_receipts(command: Command, orders: Sequence[PurchaseOrder]) -> list[Problem]:
    """`doc.has_successors`, naming the receipts that stand in the way."""
    rows = (
        GoodsReceiptLine.objects.filter(
            group_id=command.actor.group_id, order_id__in=[o.pk for o in orders], receipt__state__in=("draft", "posted")
        )
        .values_list("order_id", "receipt_id", "receipt__number")
        .distinct()
    )
    found: dict[int, list[DocumentRef]] = {}
    for order_id, receipt_id, number in rows:
        found.setdefault(order_id, []).append(DocumentRef("purchasing.receipt", receipt_id, number))
    return [
        Problem(
            "doc.has_successors",
            _("Order %(number)s has receipts: %(receipts)s.")
            % {"number": order, "receipts": ", ".join(ref.number for ref in found[order.pk])},
            _("Reverse or delete them first, in this order."),
            status=409,
            documents=tuple(found[order.pk]),
        )
        for order in orders
        if order.pk in found
    ]
