"""What the people of the company look at every morning: what lies there, what is open, what is due. Plain reads, one
statement each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from jingwei.platform.models import Company
from jingwei.server.simulating.masters import STOCK


class OpenPurchase(NamedTuple):
    """A line of a confirmed purchase order of which something is still to come, in the order's unit."""

    order: int
    number: str
    ordered_on: date
    supplier: str
    line: int
    quantity: Decimal
    received: Decimal


class Uninvoiced(NamedTuple):
    """A line of goods received for which the supplier's invoice has not come."""

    receipt: int
    number: str
    moved_at: datetime
    supplier: str
    line: int
    quantity: Decimal
    price: Decimal
    tax_rate: Decimal


class OpenSale(NamedTuple):
    """A line of a confirmed sales order that is not wholly delivered; `stock` is what is open in the stock unit, 0 for
    a service, `reserved` what of it is kept."""

    order: int
    customer: str
    wanted_on: date
    line: int
    item: int
    quantity: Decimal
    is_stocked: bool
    reserved: Decimal


class Unbilled(NamedTuple):
    """A line of goods delivered and not invoiced."""

    delivery: int
    customer: str
    line: int
    quantity: Decimal


class Due(NamedTuple):
    """An invoice of which something is open."""

    document: int
    number: str
    party: str
    due_on: date
    open: Decimal
    is_blocked: bool


class Delivered(NamedTuple):
    """A line of goods that went out; `invoiced` is what of it is invoiced and did not come back."""

    delivery: int
    number: str
    moved_on: date
    customer: str
    line: int
    invoiced: Decimal


class OpenProduction(NamedTuple):
    """A production order that is being worked on; quantities in the stock unit."""

    id: int
    number: str
    item: str
    quantity: Decimal
    completed: Decimal
    scrapped: Decimal
    due_on: date


class Component(NamedTuple):
    """What such an order takes; `missing` is what was not issued yet."""

    order: int
    line: int
    item: int
    missing: Decimal
    is_backflushed: bool


class Shelf(NamedTuple):
    """What lies there of an item."""

    item: str
    on_hand: Decimal
    free: Decimal


_BALANCES = """
SELECT a.code, sum(coalesce(l.debit, 0) - coalesce(l.credit, 0))
FROM journal_line l JOIN account a ON a.id = l.account_id
WHERE l.group_id = %(group)s AND l.company_id = %(company)s AND a.code LIKE %(start)s
GROUP BY a.code HAVING sum(coalesce(l.debit, 0) - coalesce(l.credit, 0)) <> 0 ORDER BY a.code
"""

_PROJECTED = """
SELECT i.code, coalesce(b.quantity, 0) + coalesce(p.quantity, 0) FROM item i
LEFT JOIN (SELECT item_id, sum(on_hand) AS quantity FROM balance
           WHERE group_id = %(group)s AND company_id = %(company)s GROUP BY 1) b ON b.item_id = i.id
LEFT JOIN (SELECT item_id, sum(quantity) AS quantity FROM planned_move
           WHERE group_id = %(group)s AND company_id = %(company)s AND kind <> 'forecast' AND quantity <> 0
           GROUP BY 1) p ON p.item_id = i.id
WHERE i.group_id = %(group)s
"""

_FREE = """
SELECT item_id, sum(on_hand - reserved) FROM balance
WHERE group_id = %(group)s AND company_id = %(company)s AND status = 'available' AND on_hand <> 0 GROUP BY 1
"""

_PURCHASES = """
SELECT o.id, o.number, o.ordered_on, s.code, l.line, l.quantity, l.quantity_received
FROM purchase_order o JOIN purchase_order_line l ON l.group_id = o.group_id AND l.order_id = o.id
JOIN party s ON s.id = o.supplier_id
WHERE o.group_id = %(group)s AND o.company_id = %(company)s AND o.state = 'confirmed'
  AND l.quantity > l.quantity_received ORDER BY o.id, l.line
"""

_UNINVOICED = """
SELECT r.id, r.number, r.moved_at, s.code, l.line, l.quantity - l.quantity_returned - l.quantity_invoiced,
       ol.price, ol.tax_rate
FROM goods_receipt r JOIN goods_receipt_line l ON l.group_id = r.group_id AND l.receipt_id = r.id
JOIN purchase_order_line ol ON ol.group_id = l.group_id AND ol.order_id = l.order_id AND ol.line = l.order_line
JOIN party s ON s.id = r.supplier_id
WHERE r.group_id = %(group)s AND r.company_id = %(company)s AND r.state = 'posted'
  AND l.quantity - l.quantity_returned > l.quantity_invoiced ORDER BY r.id, l.line
"""

_SALES = """
SELECT o.id, c.code, coalesce(l.requested_on, o.requested_on, o.ordered_on), l.line, l.item_id,
       l.quantity - l.quantity_delivered, i.is_stocked, coalesce(r.quantity, 0)
FROM sales_order o JOIN sales_order_line l ON l.group_id = o.group_id AND l.order_id = o.id
JOIN item i ON i.id = l.item_id JOIN party c ON c.id = o.customer_id
LEFT JOIN (SELECT document_id, document_line, sum(quantity) AS quantity FROM reservation
           WHERE group_id = %(group)s AND state = 'open' GROUP BY 1, 2) r
       ON r.document_id = o.id AND r.document_line = l.line
WHERE o.group_id = %(group)s AND o.company_id = %(company)s AND o.state = 'confirmed'
  AND l.quantity > l.quantity_delivered ORDER BY o.id, l.line
"""

_UNBILLED = """
SELECT d.id, c.code, l.line, l.quantity - l.quantity_returned - l.quantity_invoiced
FROM sales_delivery d JOIN sales_delivery_line l ON l.group_id = d.group_id AND l.delivery_id = d.id
JOIN party c ON c.id = d.customer_id
WHERE d.group_id = %(group)s AND d.company_id = %(company)s AND d.state = 'posted'
  AND l.quantity - l.quantity_returned > l.quantity_invoiced ORDER BY d.id, l.line
"""

_DUE = """
SELECT r.document_id, d.number, p.code, r.due_on, abs(sum(o.open)), r.is_blocked
FROM registered_invoice r JOIN document d ON d.id = r.document_id JOIN party p ON p.id = r.party_id
JOIN open_item o ON o.group_id = r.group_id AND o.document_id = r.document_id AND o.open <> 0
WHERE r.group_id = %(group)s AND r.company_id = %(company)s AND r.kind = %(kind)s AND NOT r.is_reversed
  AND r.amount_gross > 0
GROUP BY 1, 2, 3, 4, 6 ORDER BY 1
"""

_DELIVERED = """
SELECT d.id, d.number, (d.moved_at AT TIME ZONE 'UTC')::date, c.code, l.line, l.quantity_invoiced - l.quantity_returned
FROM sales_delivery d JOIN sales_delivery_line l ON l.group_id = d.group_id AND l.delivery_id = d.id AND l.line = 1
JOIN item i ON i.id = l.item_id AND i.is_stocked JOIN party c ON c.id = d.customer_id
WHERE d.group_id = %(group)s AND d.company_id = %(company)s AND d.state = 'posted'
  AND (d.moved_at AT TIME ZONE 'UTC')::date BETWEEN %(first)s AND %(last)s ORDER BY d.id
"""

_PRODUCTIONS = """
SELECT o.id, o.number, i.code, o.quantity_stock, o.quantity_completed, o.quantity_scrapped, o.due_on
FROM production_order o JOIN item i ON i.id = o.item_id
WHERE o.group_id = %(group)s AND o.company_id = %(company)s AND o.state = 'released' ORDER BY o.due_on, o.id
"""

_COMPONENTS = """
SELECT c.order_id, c.line, c.item_id, c.quantity_required - c.quantity_issued, c.is_backflushed
FROM production_component c JOIN production_order o ON o.group_id = c.group_id AND o.id = c.order_id
WHERE o.group_id = %(group)s AND o.company_id = %(company)s AND o.state = 'released' ORDER BY c.order_id, c.line
"""

_SHELF = """
SELECT i.code, sum(b.on_hand), sum(b.on_hand - b.reserved) FROM balance b JOIN item i ON i.id = b.item_id
JOIN location p ON p.id = b.location_id AND p.code = %(place)s
WHERE b.group_id = %(group)s AND b.company_id = %(company)s AND b.status = 'available' AND b.lot_id = 0
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class State:
    """Reads of one company."""

    company: Company

    def _rows(self, query: str, **more: Any) -> list[tuple[Any, ...]]:
        given = {"group": self.company.group_id, "company": self.company.pk, **more}
        with connection.cursor() as cursor:
            cursor.execute(query, given)
            return list(cursor.fetchall())

    def projected(self) -> dict[str, Decimal]:
        """By item code: on hand, and what is planned to come and to go."""
        return dict(self._rows(_PROJECTED))

    def free(self) -> dict[int, Decimal]:
        """By item id: on hand and kept for nobody."""
        return defaultdict(Decimal, self._rows(_FREE))

    def purchases(self) -> list[OpenPurchase]:
        """What is still to come, order by order."""
        return [OpenPurchase(*row) for row in self._rows(_PURCHASES)]

    def uninvoiced(self) -> list[Uninvoiced]:
        """What came without an invoice so far."""
        return [Uninvoiced(*row) for row in self._rows(_UNINVOICED)]

    def sales(self) -> list[OpenSale]:
        """What customers still wait for."""
        return [OpenSale(*row) for row in self._rows(_SALES)]

    def unbilled(self) -> list[Unbilled]:
        """What went out and is not invoiced."""
        return [Unbilled(*row) for row in self._rows(_UNBILLED)]

    def due(self, kind: str) -> list[Due]:
        """Invoices from suppliers, or to customers, that are not settled."""
        return [Due(*row) for row in self._rows(_DUE, kind=kind)]

    def delivered(self, first: date, last: date) -> list[Delivered]:
        """First lines of what went out in these days."""
        return [Delivered(*row) for row in self._rows(_DELIVERED, first=first, last=last)]

    def productions(self) -> list[OpenProduction]:
        """Released orders, as they are due."""
        return [OpenProduction(*row) for row in self._rows(_PRODUCTIONS)]

    def components(self) -> list[Component]:
        """What the released orders take."""
        return [Component(*row) for row in self._rows(_COMPONENTS)]

    def shelf(self) -> list[Shelf]:
        """What lies in the first place of the stock."""
        return [Shelf(*row) for row in self._rows(_SHELF, place=STOCK)]

    def balances(self, start: str) -> list[tuple[str, Decimal]]:
        """Accounts whose codes start so, with what stands on them: debits less credits, where it is not 0."""
        return [(code, held) for code, held in self._rows(_BALANCES, start=f"{start}%")]

    def last_day(self) -> date | None:
        """The last day on which a customer ordered: up to there the company has lived."""
        query = "SELECT max(ordered_on) FROM sales_order WHERE group_id = %(group)s AND company_id = %(company)s"
        found: date | None = self._rows(query)[0][0]
        return found
