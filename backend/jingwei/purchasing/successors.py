"""What was made from orders and receipts and stands in the way of taking them back, the latest first: the order in
which it can be taken back itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.command import Command
from jingwei.platform.errors import DocumentRef, Problem
from jingwei.purchasing.models import GoodsReceiptLine, InvoiceMatch, PurchaseReturnLine, SupplierInvoiceLine

STANDING = ("draft", "posted")
Successors = dict[int, set[tuple[str, int, str]]]


def of_receipts(command: Command, receipt_ids: Iterable[int]) -> Successors:
    """Returns and invoices that name the receipts, drafts among them."""
    found: Successors = defaultdict(set)
    given = {"group_id": command.actor.group_id, "receipt_id__in": list(receipt_ids)}
    gone = PurchaseReturnLine.objects.filter(**given, purchase_return__state__in=STANDING)
    for receipt, id, number in gone.values_list("receipt_id", "purchase_return_id", "purchase_return__number"):
        found[receipt].add(("purchasing.return", id, number))
    invoiced = SupplierInvoiceLine.objects.filter(**given, invoice__state__in=STANDING)
    for receipt, id, number in invoiced.values_list("receipt_id", "invoice_id", "invoice__number"):
        found[receipt].add(("purchasing.invoice", id, number))
    return found


def of_orders(command: Command, order_ids: Iterable[int]) -> Successors:
    """Receipts of the orders, and what names these."""
    rows = list(
        GoodsReceiptLine.objects.filter(
            group_id=command.actor.group_id, order_id__in=list(order_ids), receipt__state__in=STANDING
        ).values_list("order_id", "receipt_id", "receipt__number")
    )
    later = of_receipts(command, {receipt for _order, receipt, _number in rows}) if rows else {}
    found: Successors = before_the_goods(command, order_ids)
    for order, receipt, number in rows:
        found[order] |= {("purchasing.receipt", receipt, number), *later.get(receipt, ())}
    return found


def before_the_goods(command: Command, order_ids: Iterable[int], states: Sequence[str] = STANDING) -> Successors:
    """Invoices that name the orders, of what comes later; those of receipts are theirs."""
    rows = SupplierInvoiceLine.objects.filter(
        group_id=command.actor.group_id, order_id__in=list(order_ids), invoice__state__in=states
    ).filter(Q(receipt=None) | Q(quantity_ahead__gt=0))
    found: Successors = defaultdict(set)
    for order, id, number in rows.values_list("order_id", "invoice_id", "invoice__number"):
        found[order or 0].add(("purchasing.invoice", id, number))
    return found


def matched(command: Command, invoice_ids: Iterable[int]) -> Successors:
    """Receipts and credit notes of what invoices had before it came."""
    rows = InvoiceMatch.objects.filter(
        group_id=command.actor.group_id, invoice_line__invoice_id__in=list(invoice_ids), is_reversed=False
    )
    found: Successors = defaultdict(set)
    for invoice, key, id, number in rows.values_list(
        "invoice_line__invoice_id", "document__type", "document_id", "document__number"
    ):
        found[invoice].add((key, id, number))
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
