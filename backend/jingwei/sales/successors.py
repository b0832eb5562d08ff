"""What was made from orders and deliveries and stands in the way of taking them back, the latest first: the order in
which it can be taken back itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.command import Command
from jingwei.platform.errors import DocumentRef, Problem
from jingwei.sales.models import BillingLine, DeliveryLine, SalesReturnLine

STANDING = ("draft", "posted")
Successors = dict[int, set[tuple[str, int, str]]]


def of_deliveries(command: Command, delivery_ids: Iterable[int]) -> Successors:
    """Returns and invoices that name the deliveries, drafts among them."""
    ids = list(delivery_ids)
    found: Successors = defaultdict(set)
    returns = SalesReturnLine.objects.filter(
        group_id=command.actor.group_id, delivery_id__in=ids, sales_return__state__in=STANDING
    )
    for delivery, id, number in returns.values_list("delivery_id", "sales_return_id", "sales_return__number"):
        found[delivery].add(("sales.return", id, number))
    billings = BillingLine.objects.filter(
        group_id=command.actor.group_id, delivery_id__in=ids, billing__state__in=STANDING
    )
    for delivery, id, number in billings.values_list("delivery_id", "billing_id", "billing__number"):
        found[delivery].add(("sales.billing", id, number))
    return found


def of_orders(command: Command, order_ids: Iterable[int]) -> Successors:
    """Deliveries of the orders, and what names these."""
    rows = list(
        DeliveryLine.objects.filter(
            group_id=command.actor.group_id, order_id__in=list(order_ids), delivery__state__in=STANDING
        ).values_list("order_id", "delivery_id", "delivery__number")
    )
    later = of_deliveries(command, {delivery for _order, delivery, _number in rows}) if rows else {}
    found: Successors = defaultdict(set)
    for order, delivery, number in rows:
        found[order] |= {("sales.delivery", delivery, number), *later.get(delivery, ())}
    return found


def problems(records: Sequence[Any], found: Mapping[int, set[tuple[str, int, str]]]) -> list[Problem]:
    """`doc.has_successors` (409) for each record that has some."""
    result = []
    for record in records:
        # A document is made after what it names, so the latest can go first.
        refs = [DocumentRef(*one) for one in sorted(found.get(record.pk, ()), key=lambda one: -one[1])]
        if refs:
            numbers = ", ".join(ref.number for ref in refs)
            result.append(
                Problem(
                    "doc.has_successors",
                    _("%(number)s has later documents: %(later)s.") % {"number": record, "later": numbers},
                    _("Reverse or delete them first, in this order."),
                    status=409,
                    documents=tuple(refs),
                )
            )
    return result
