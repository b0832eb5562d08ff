"""三单匹配: an invoice against what was ordered and what came and stayed. Pure reckoning.

Tolerances: a line may differ from the order by 2 % and by 100.00 in functional currency; what exceeds either is named
and blocks the invoice for payment. Nobody argues about a cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.platform.errors import Text
from jingwei.platform.money import LineAmounts, round_half_up, split_largest_remainder
from jingwei.purchasing.counters import Came, plain
from jingwei.purchasing.models import PurchaseOrderLine, SupplierInvoiceLine

PRICE_TOLERANCE = Decimal("0.02")
LINE_TOLERANCE = Decimal(100)
CENT = Decimal("0.01")


def in_functional(lines: Sequence[Any], rate: Decimal, decimals: int) -> list[LineAmounts]:
    """Amounts of an invoice's lines in functional currency. The invoice is converted once and split over its lines by
    largest remainder, so that no cent is lost between them. 3 × 1.00 at 7.1237 are 7.12, 7.12 and 7.13."""
    gross = split_largest_remainder(*_whole([line.amount_gross for line in lines], rate, decimals), decimals)
    tax = split_largest_remainder(*_whole([line.amount_tax for line in lines], rate, decimals), decimals)
    return [LineAmounts(g - t, t, g) for g, t in zip(gross, tax, strict=True)]


def _whole(amounts: Sequence[Decimal], rate: Decimal, decimals: int) -> tuple[Decimal, Sequence[Decimal]]:
    return round_half_up(sum(amounts, Decimal(0)) * rate, decimals), amounts


def price_variance(
    line: SupplierInvoiceLine, ordered: PurchaseOrderLine, currency: str, rate: Decimal, functional: LineAmounts
) -> Text | None:
    """The variance of a line's net amount beyond the tolerance, or None. In the order's currency where the invoice is
    in it too: what the exchange rate did since is nobody's fault."""
    expected = ordered.amount_net * line.quantity / ordered.quantity
    if ordered.order.currency_id == currency:
        actual = line.amount_net
    else:
        actual, expected, rate = functional.net, expected * (ordered.order.rate or 1), Decimal(1)
    difference = abs(actual - expected)
    if difference <= CENT or (difference <= expected * PRICE_TOLERANCE and difference * rate <= LINE_TOLERANCE):
        return None
    return _("Line %(line)s: %(actual)s without tax, by the order %(expected)s.") % {
        "line": line.line,
        "actual": f"{actual:,.2f}",
        "expected": f"{expected:,.2f}",
    }


def quantity_variance(line: int, quantity: Decimal, came: Came) -> Text | None:
    """What is invoiced of a line although it went back, or None; after its quantity is counted."""
    beyond = came.quantity_cleared - came.line.quantity
    if beyond <= 0:
        return None
    return _("Line %(line)s: %(beyond)s of what is invoiced went back; a credit note is due.") % {
        "line": line,
        "beyond": plain(min(beyond, quantity)),
    }


def ahead_variance(line: int, quantity: Decimal) -> Text:
    """What is invoiced of a line and has not come."""
    return _("Line %(line)s: %(quantity)s of what is invoiced has not come yet.") % {
        "line": line,
        "quantity": plain(quantity),
    }


def shared(amounts: LineAmounts, part: Decimal, whole: Decimal, decimals: int) -> tuple[LineAmounts, LineAmounts]:
    """A line's amounts by what had come when it was invoiced and what had not: `part` of `whole`, and the rest."""
    net, tax = (round_half_up(a * part / whole, decimals) for a in (amounts.net, amounts.tax))
    rest = LineAmounts(amounts.net - net, amounts.tax - tax, amounts.gross - net - tax)
    return LineAmounts(net, tax, net + tax), rest
