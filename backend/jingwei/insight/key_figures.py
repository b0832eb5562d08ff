"""The report behind the figures of the home page: one figure by account and month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books.figures import Span
from jingwei.books.reports.facts import JOURNAL
from jingwei.insight.figures import FIGURES, Account, Key, KeyFigure, figures
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Chart, Column, Note, Params, Report, Result, Row, Term, asked


class KeyFigureParams(Params):
    """A figure, and the last day of its months."""

    figure: Key = asked(_("Key figure"), _("Which figure is shown."), Key.REVENUE)
    on: date = asked(_("Day"), _("The last month is that of this day."), ...)


def propose(actor: Actor, today: date) -> dict[str, Any]:
    """Up to today."""
    return {"on": today}


def run(actor: Actor, params: KeyFigureParams) -> Result:
    """One row per account that the figure is made of, one column per month, the latest first; the totals are its trend.

    Raises Refusal 403 without the right to the report behind the figure, 409 `books.not_started`.
    """
    figure = FIGURES[params.figure]
    actor.need(f"{figure.report}.view", actor.company_id)
    found = figures(actor, [figure], params.on)
    if found is None:
        raise Refusal(Problem("books.not_started", _("The company keeps no books yet."), status=409))
    (series,) = found.series
    names = [span.code for span in found.spans]
    decimals = found.books.decimals
    latest_first = names[::-1]
    rows = [
        Row(
            values={
                "account": {"id": account.id, "key": "books.account", "number": account.code, "title": account.name},
                **dict(zip(names, account.values, strict=True)),
            },
            drill=account.opened(found.spans[-1]),
            drills={
                span.code: replace(account.opened(span), terms=partial(_formula, figure, account, span))
                for span in found.spans
            },
        )
        for account in series.accounts
    ]
    rates = [
        f"{code} {rate} %" for code, rate in zip(latest_first, series.rates[::-1], strict=True) if rate is not None
    ]
    return Result(
        columns=(
            Column("account", _("Account"), "reference"),
            *(Column(name, name, "amount", scale=decimals) for name in latest_first),
        ),
        rows=rows,
        totals=dict(zip(names, series.values, strict=True)),
        notes=[Note(_("Share of revenue: %(rates)s") % {"rates": " · ".join(rates)})] if rates else (),
        heading=f"{params.figure.label} · {figure.help}",
        currency=found.books.currency,
        chart=Chart("stacked", "account", names, turned=True),
    )


def _formula(figure: KeyFigure, account: Account, span: Span, _name: str) -> list[Term]:
    """The account's lines: all until the end of the month, or those of the month without what closes it."""
    given: dict[str, Any] = {"account": account.id, "to_on": span.ends_on}
    if not figure.is_balance:
        given |= {"from_on": span.starts_on, "unclosed": True}
    return [Term(f"{account.code} {account.name}", JOURNAL, given, figure.sign)]


KEY_FIGURES = Report(
    key="insight.key-figures",
    label=_("Key figures by month"),
    help=_("Cash, receivables, payables, stock, revenue or margin of thirteen months, by account."),
    params=KeyFigureParams,
    run=run,
    defaults=propose,
)
