"""下推: drafts of invoices from what came, of credit notes from what went back after it was invoiced, of payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.finance import payments
from jingwei.finance.models import Direction
from jingwei.masterdata import pricing
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.money import round_half_up
from jingwei.purchasing import counters, invoices, receipts
from jingwei.purchasing.counters import Came, plain
from jingwei.purchasing.models import (
    GoodsReceipt,
    GoodsReceiptLine,
    InvoiceMatch,
    PurchaseOrder,
    PurchaseReturn,
    SupplierInvoice,
    SupplierInvoiceKind,
    SupplierInvoiceLine,
)
from jingwei.purchasing.orders import CONFIRMED

ZERO = Decimal(0)
Header = tuple[int, str, bool, str]  # supplier, currency, whether prices include tax, rate or ""


def from_receipts(command: Command, documents: Sequence[GoodsReceipt]) -> list[dict[str, Any]]:
    """What is neither invoiced nor returned of receipts, at the prices of their orders; an invoice per supplier,
    currency and side of the prices."""
    return _to_invoice(command, counters.receipt_lines(command, [r.pk for r in documents]).values())


def from_orders(command: Command, orders: Sequence[PurchaseOrder]) -> list[dict[str, Any]]:
    """The same of what came on orders; where nothing is to be invoiced of that, of what is still to come."""
    ids = {o.pk for o in orders}
    rows = GoodsReceiptLine.objects.filter(
        group_id=command.actor.group_id, order_id__in=ids, receipt__state=receipts.POSTED
    )
    found = counters.receipt_lines(command, rows.values_list("receipt_id", flat=True))
    still = _to_come(orders)
    return _to_invoice(command, (came for came in found.values() if came.ordered.order_id in ids), still)


def _to_come(orders: Iterable[PurchaseOrder]) -> dict[Header, list[dict[str, Any]]]:
    """Lines of what is ordered and neither came nor is invoiced, at the orders' prices."""
    by_header: dict[Header, list[dict[str, Any]]] = defaultdict(list)
    for order in orders:
        for ordered in order.lines if order.state == CONFIRMED else ():
            quantity = ordered.quantity - ordered.quantity_received - ordered.quantity_ahead
            if quantity > 0:
                named = {"order": order.pk, "order_line": ordered.line}
                header = (order.supplier_id, str(order.currency_id), order.is_tax_inclusive, "")
                by_header[header].append(named | _priced(quantity, ordered))
    return by_header


def _to_invoice(
    command: Command, lines: Iterable[Came], instead: dict[Header, list[dict[str, Any]]] | None = None
) -> list[dict[str, Any]]:
    by_header: dict[Header, list[dict[str, Any]]] = defaultdict(list)
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for came in lines:
        quantity = came.line.quantity - came.quantity_cleared
        if quantity <= 0:
            continue
        order, ordered = came.ordered.order, came.ordered
        before = ordered.quantity_invoiced + taken[ordered.pk]
        taken[ordered.pk] += quantity
        decimals = pricing.decimals_of(command, order)
        line = _line(came, quantity, ordered)
        for name in ("amount_given", "tax_given"):
            given = getattr(ordered, name)
            if given is not None:
                line[name] = plain(pricing.share_of(given, quantity, before, ordered.quantity, decimals))
        by_header[order.supplier_id, str(order.currency_id), order.is_tax_inclusive, ""].append(line)
    by_header = by_header or instead or {}
    if not by_header:
        raise Refusal(Problem("receipt.nothing_to_invoice", _("All that came is invoiced or went back."), status=409))
    return [_body(command, header, lines, SupplierInvoiceKind.INVOICE) for header, lines in by_header.items()]


def _line(came: Came, quantity: Decimal, priced: Any) -> dict[str, Any]:
    return {"receipt": came.line.receipt_id, "receipt_line": came.line.line} | _priced(quantity, priced)


def _priced(quantity: Decimal, priced: Any) -> dict[str, Any]:
    return {
        "quantity": plain(quantity),
        "price": plain(priced.price),
        "discount_rate": plain(priced.discount_rate),
        "tax_rate": plain(priced.tax_rate),
    }


def _body(command: Command, header: Header, lines: list[dict[str, Any]], kind: SupplierInvoiceKind) -> dict[str, Any]:
    supplier, currency, inclusive, rate = header
    today = command.today().isoformat()
    return {
        "kind": kind.value,
        "supplier": supplier,
        "invoiced_on": today,
        "posted_on": today,
        "currency": currency,
        **({"rate": rate} if rate else {}),
        "is_tax_inclusive": inclusive,
        "lines": lines,
    }


def from_returns(command: Command, documents: Sequence[PurchaseReturn]) -> list[dict[str, Any]]:
    """What went back after it was invoiced, at the price and rate of the last invoice that has it."""
    known = counters.receipt_lines(command, {line.receipt_id for r in documents for line in r.lines})
    invoiced = _last_invoiced(command, known)
    beyond = {key: max(ZERO, came.quantity_cleared - came.line.quantity) for key, came in known.items()}
    by_header: dict[Header, list[dict[str, Any]]] = defaultdict(list)
    for document in documents:
        for line in document.lines:
            key = (line.receipt_id, line.receipt_line)
            quantity = min(line.quantity, beyond[key])
            if quantity <= 0 or key not in invoiced:
                continue
            beyond[key] -= quantity
            last = invoiced[key]
            body = _line(known[key], quantity, last)
            for name in ("amount_given", "tax_given"):
                given = getattr(last, name)
                if given is not None:
                    decimals = pricing.decimals_of(command, last.invoice)
                    body[name] = plain(round_half_up(given * quantity / last.quantity, decimals))
            own = last.invoice.currency_id == command.company(document.company_id).currency_id
            rate = "" if own or last.invoice.rate is None else plain(last.invoice.rate)
            header = (document.supplier_id, str(last.invoice.currency_id), last.invoice.is_tax_inclusive, rate)
            by_header[header].append(body)
    if not by_header:
        raise Refusal(
            Problem("return.nothing_to_credit", _("Nothing that went back was invoiced: no credit is due."), status=409)
        )
    return [_body(command, header, lines, SupplierInvoiceKind.CREDIT) for header, lines in by_header.items()]


def payments_of(command: Command, documents: Sequence[SupplierInvoice]) -> list[dict[str, Any]]:
    """Payments of what is open of invoices, less the credit notes among them; credit notes alone are paid back."""
    refunded = all(i.kind == SupplierInvoiceKind.CREDIT for i in documents)
    return payments.bodies(command, Direction.IN if refunded else Direction.OUT, [i.pk for i in documents])


def _last_invoiced(command: Command, keys: Iterable[counters.Key]) -> dict[counters.Key, SupplierInvoiceLine]:
    rows = SupplierInvoiceLine.objects.filter(
        group_id=command.actor.group_id,
        receipt_id__in={receipt for receipt, _line in keys},
        invoice__state=invoices.POSTED,
        invoice__kind=SupplierInvoiceKind.INVOICE,
    )
    found = {(x.receipt_id or 0, x.receipt_line or 0): x for x in rows.select_related("invoice").order_by("id")}
    matches = InvoiceMatch.objects.filter(
        group_id=command.actor.group_id, document_id__in={receipt for receipt, _line in keys}, is_reversed=False
    )
    for match in matches.select_related("invoice_line__invoice").order_by("id"):
        found.setdefault((match.document_id, match.document_line), match.invoice_line)
    return found
