"""Amounts of priced lines: pure reckoning, line by line, on the side on which prices are entered.

Source: 增值税 is price-exclusive and rounded per line, half up; the entered side is never changed by the computation.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models.priced import PricedLine
from jingwei.masterdata.units import ratio
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.money import LineAmounts, round_half_up, tax_from_gross, tax_from_net

ZERO = Decimal(0)
#: How far tax as given may be from the one reckoned: what issuing platforms accept per line (尾差).
TAX_TOLERANCE = Decimal("0.06")


def price_line(
    quantity: Decimal,
    price: Decimal,
    tax_percent: Decimal,
    *,
    inclusive: bool,
    decimals: int,
    discount_percent: Decimal = ZERO,
    amount: Decimal | None = None,
    tax: Decimal | None = None,
) -> LineAmounts:
    """3 × 9.99 with 13 % included: 26.52 + 3.45 = 29.97. 10 × 100 with 13 % on top: 1,000.00 + 130.00 = 1,130.00.

    `amount` on the side of the prices and `tax` are taken as they are when given; the other side follows from them.
    """
    whole = quantity * price * (100 - discount_percent) / 100 if amount is None else amount
    found = (tax_from_gross if inclusive else tax_from_net)(whole, tax_percent / 100, decimals)
    if tax is None:
        return found
    if inclusive:
        return LineAmounts(found.gross - tax, tax, found.gross)
    return LineAmounts(found.net, tax, found.net + tax)


def share_of(amount: Decimal, part: Decimal, before: Decimal, whole: Decimal, decimals: int) -> Decimal:
    """The share of `amount` that goes with `part` of `whole`, after `before` of it: shares of parts that come one after
    the other add up exactly. 100.00 in thirds is 33.33, 33.34, 33.33."""
    upto = round_half_up(amount * (before + part) / whole, decimals)
    return upto - round_half_up(amount * before / whole, decimals)


def decimals_of(command: Command, document: Any) -> int:
    """Decimals of the document's currency: 0 for yen, 2 for yuan, 3 for Kuwaiti dinars; 2 for one that does not exist,
    which is refused elsewhere."""
    found = command.load_currencies([document.currency_id]).get(document.currency_id)
    return 2 if found is None else int(found.decimals)


def reckon(command: Command, document: Any, lines: Sequence[PricedLine]) -> None:
    """Fill unit and amounts of the lines and the totals of their document (currency known, units of items loaded)."""
    decimals = decimals_of(command, document)
    for line in lines:
        line.unit = line.unit or line.item.unit
        line.amount_net, line.amount_tax, line.amount_gross = price_line(
            line.quantity,
            line.price,
            line.tax_rate,
            inclusive=document.is_tax_inclusive,
            decimals=decimals,
            discount_percent=line.discount_rate,
            amount=line.amount_given,
            tax=line.tax_given,
        )
    for name in ("amount_net", "amount_tax", "amount_gross"):
        setattr(document, name, sum((getattr(line, name) for line in lines), ZERO))


def line_problems(command: Command, document: Any, line: PricedLine) -> list[Problem]:
    """What is wrong with quantity, unit and given amounts of a line, by field."""
    problems = []
    message: Text
    if line.quantity <= 0:
        problems.append(Problem("qty.not_positive", _("The quantity must be greater than 0."), field="quantity"))
    elif line.unit is not None and line.quantity != round(line.quantity, line.unit.scale):
        words = {"quantity": f"{line.quantity.normalize():f}", "unit": line.unit, "scale": line.unit.scale}
        message = _("%(quantity)s: %(unit)s has %(scale)s decimals.") % words
        problems.append(Problem("qty.scale", message, field="quantity"))
    try:
        ratio(line.item, line.unit or line.item.unit)
    except Refusal as refusal:
        problems += [p.at(field="unit") for p in refusal.problems]
    return problems + _given_problems(decimals_of(command, document), document.is_tax_inclusive, line)


def _given_problems(decimals: int, inclusive: bool, line: PricedLine) -> list[Problem]:
    problems = []
    for name in ("amount_given", "tax_given"):
        amount = getattr(line, name)
        if amount is not None and amount != round_half_up(amount, decimals):
            message: Text = _("%(amount)s has more decimals than the currency has.") % {"amount": f"{amount:f}"}
            problems.append(Problem("amount.scale", message, field=name))
    if line.tax_given is None:
        return problems
    side = line.amount_gross if inclusive else line.amount_net
    reckoned = (tax_from_gross if inclusive else tax_from_net)(side, line.tax_rate / 100, decimals).tax
    if line.tax_given > line.amount_gross or (line.tax_rate and abs(line.tax_given - reckoned) > TAX_TOLERANCE):
        message = _("Tax of %(given)s is more than %(tolerance)s away from %(reckoned)s at %(rate)s %%.") % {
            "given": f"{line.tax_given:,.2f}",
            "tolerance": f"{TAX_TOLERANCE:f}",
            "reckoned": f"{reckoned:,.2f}",
            "rate": f"{line.tax_rate.normalize():f}",
        }
        problems.append(Problem("tax.difference", message, _("Correct the tax, or the rate."), field="tax_given"))
    return problems
