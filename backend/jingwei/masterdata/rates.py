"""Exchange rates: the last one on or before a day, inverted or chained only by what is written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import ExchangeRate
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft
from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.masters import ACTIVE

#: A rate further than this from the last one of its pair is probably inverted or mistyped.
SUSPICIOUS = Decimal("0.20")


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Two different currencies, one rate per pair and day, and none that looks inverted."""
    problems = []
    for draft in drafts:
        rate: ExchangeRate = draft.record
        if rate.from_currency_id == rate.to_currency_id:
            message = _("A rate is between two different currencies.")
            problems.append(Problem("rate.same_currency", message, field="to_currency", row=draft.row))
            continue
        last = _last(command.actor.group_id, rate, draft.before)
        if last is not None and _looks_inverted(rate.rate, last):
            problems.append(
                Problem(
                    "rate.inverted",
                    _("%(rate)s looks inverted: the last rate of the pair was %(last)s.")
                    % {"rate": f"{rate.rate:f}", "last": f"{last:f}"},
                    _("Give units of %(to)s for one %(from)s.")
                    % {"to": rate.to_currency_id, "from": rate.from_currency_id},
                    field="rate",
                    row=draft.row,
                )
            )
    return problems


def warn(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """`rate.jumps`: far from the last one of its pair; such days exist, so it is taken."""
    problems = []
    for draft in drafts:
        rate: ExchangeRate = draft.record
        last = _last(command.actor.group_id, rate, draft.before)
        if last is not None and abs(rate.rate - last) > last * SUSPICIOUS:
            problems.append(
                Problem(
                    "rate.jumps",
                    _("%(rate)s is more than %(percent)s %% away from the last rate of the pair, %(last)s.")
                    % {
                        "rate": f"{rate.rate.normalize():f}",
                        "percent": f"{(SUSPICIOUS * 100).normalize():f}",
                        "last": f"{last.normalize():f}",
                    },
                    _("Save it if it is right."),
                    field="rate",
                    row=draft.row,
                )
            )
    return problems


def _last(group_id: int, rate: ExchangeRate, before: ExchangeRate | None) -> Decimal | None:
    rows = ExchangeRate.objects.filter(
        group_id=group_id,
        from_currency=rate.from_currency_id,
        to_currency=rate.to_currency_id,
        valid_from__lt=rate.valid_from,
        state=ACTIVE,
    )
    if before is not None:
        rows = rows.exclude(pk=before.pk)
    return rows.order_by("-valid_from").values_list("rate", flat=True).first()


def _looks_inverted(rate: Decimal, last: Decimal) -> bool:
    """Far from the last rate, and near its reciprocal."""
    return abs(rate - last) > last * SUSPICIOUS and abs(rate * last - 1) < SUSPICIOUS


def rate_on(group_id: int, from_currency: str, to_currency: str, on: date) -> Decimal:
    """Units of `to_currency` for one of `from_currency` on a day. Raises Refusal 422 `rate.missing`, naming both."""
    if from_currency == to_currency:
        return Decimal(1)
    found = (
        ExchangeRate.objects.filter(
            group_id=group_id, from_currency=from_currency, to_currency=to_currency, valid_from__lte=on, state=ACTIVE
        )
        .order_by("-valid_from")
        .values_list("rate", flat=True)
        .first()
    )
    if found is None:
        raise Refusal(
            Problem(
                "rate.missing",
                _("There is no rate %(to)s/%(from)s for %(date)s.")
                % {"to": to_currency, "from": from_currency, "date": on.isoformat()},
                _("Enter the rate first."),
            )
        )
    return found


def rate_of(command: Command, document: Any, on: date) -> Decimal | None:
    """The rate of a document, else that of a day; None where there is none yet."""
    if document.rate is not None:
        return Decimal(document.rate)
    own = str(command.company(document.company_id).currency_id)
    try:
        return rate_on(document.group_id, str(document.currency_id), own, on)
    except Refusal:
        return None


def take_rates(command: Command, documents: Iterable[tuple[Any, date]]) -> None:
    """Fill the rate of documents that have none with that of their day; a statement per pair of currencies and day,
    whatever their number. Raises `rate.missing`."""
    known: dict[tuple[str, str, date], Decimal] = {}
    for document, on in documents:
        if document.rate is None:
            key = (str(document.currency_id), str(command.company(document.company_id).currency_id), on)
            if key not in known:
                known[key] = rate_on(document.group_id, *key)
            document.rate = known[key]


def rate_problems(command: Command, document: Any) -> list[Problem]:
    """`rate.not_positive`, and `rate.own_currency` for a rate between a currency and itself that is not 1."""
    message: Text
    if document.rate is None:
        return []
    if document.rate <= 0:
        message = _("The exchange rate must be greater than 0.")
        return [Problem("rate.not_positive", message, field="rate")]
    if document.currency_id == command.company(document.company_id).currency_id and document.rate != 1:
        message = _("%(currency)s is the company's own currency: its rate is 1.") % {"currency": document.currency_id}
        return [Problem("rate.own_currency", message, field="rate")]
    return []
