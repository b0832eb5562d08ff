"""What an invoice waits for: goods that were invoiced before they came. While some are to come it is not paid; the
receipt that brings the last of them, or a credit note for them, ends it by itself. What else blocks it stays.

The invoices are locked here, after the order lines, while their own reversal locks them before: PostgreSQL ends the one
or the other, and it is tried again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F

from jingwei.finance import invoices as register
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.following import follow
from jingwei.purchasing import matching
from jingwei.purchasing.models import InvoiceMatch, SupplierInvoiceLine

INVOICE = "purchasing.invoice"
CAME, LEFT = "arrive", "return"


def ended(command: Command, matches: Sequence[InvoiceMatch]) -> None:
    """The goods of new matches no longer lack; five statements where there are some."""
    if matches:
        _told(command, {m.invoice_line.invoice_id for m in matches}, CAME)


def begun(command: Command, matches: Sequence[InvoiceMatch]) -> None:
    """The goods of matches that are undone lack again: an invoice all of whose goods had come is blocked anew."""
    if matches:
        back: dict[int, Decimal] = defaultdict(Decimal)
        for match in matches:
            back[match.invoice_line.invoice_id] += match.quantity
        _told(command, back.keys(), LEFT, back)


def _told(command: Command, invoice_ids: Any, deed: str, back: dict[int, Decimal] | None = None) -> None:
    """Register and invoices name what lacks now; those that lack no more than what is `back` lacked nothing before."""
    rows = SupplierInvoiceLine.objects.filter(
        group_id=command.actor.group_id, invoice_id__in=invoice_ids, quantity_ahead__gt=F("quantity_arrived")
    )
    reasons: dict[int, list[str]] = {id: [] for id in invoice_ids}
    lacking: dict[int, Decimal] = defaultdict(Decimal)
    for line in rows.order_by("invoice_id", "line"):
        quantity = line.quantity_ahead - line.quantity_arrived
        lacking[line.invoice_id] += quantity
        reasons[line.invoice_id].append(str(matching.ahead_variance(line.line, quantity)))
    anew = {id for id, quantity in (back or {}).items() if lacking[id] == quantity}
    registered = register.wait(command, reasons, anew=anew)

    def change(invoices: Sequence[Any]) -> None:
        for invoice in invoices:
            row = registered[invoice.pk]
            invoice.is_blocked, invoice.variances = row.is_blocked, "\n".join(row.reasons)
            if invoice.pk in anew:
                invoice.release_reason = ""

    if registered:
        follow(command, INVOICE, registered.keys(), deed, change)
