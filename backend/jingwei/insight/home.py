"""The home page: the figures of the company, what waits for the person, and how a new company begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jingwei.books.figures import Span, last_posting
from jingwei.insight.beginning import Beginning, beginnings
from jingwei.insight.figures import FIGURES, Figures, Key, Series, figures, may_see
from jingwei.insight.worklist import Task, tasks
from jingwei.platform.documents.read import plain
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Drill
from jingwei.platform.reports.running import drill_json, one_moment, today

#: Shares named beside a figure; the report of key figures shows them all.
PARTS = 3


@dataclass(frozen=True, slots=True)
class Home:
    """What the page shows, of one moment."""

    as_of: datetime
    on: date
    figures: Figures | None
    tasks: list[Task]
    beginnings: list[Beginning]


def home(actor: Actor, at: datetime) -> Home:
    """The page of a person in their company; figures and tasks they have no right to are left out."""
    with one_moment():
        on = today(actor, at)
        found = figures(actor, [figure for figure in FIGURES.values() if may_see(actor, figure)], on)
        begins = last_posting(actor.group_id, actor.company_id or 0, on) is None
        return Home(at, on, found, tasks(actor, on), beginnings(actor) if begins else [])


def as_json(page: Home) -> dict[str, Any]:
    """The answer: amounts as decimal text, trends from the oldest point on."""
    found = page.figures
    return {
        "as_of": plain(page.as_of.replace(microsecond=0)),
        "on": plain(page.on),
        "currency": found.books.currency if found else "",
        "decimals": found.books.decimals if found else 2,
        "period": found.spans[-1].code if found else "",
        "before": found.spans[-2].code if found and len(found.spans) > 1 else "",
        "figures": [_figure(series, found) for series in found.series] if found else [],
        "tasks": [_task(task) for task in page.tasks],
        "beginnings": [
            {"key": b.step.key, "label": b.label, "why": str(b.step.why), "path": b.path, "is_done": b.is_done}
            for b in page.beginnings
        ],
    }


def _figure(series: Series, found: Figures) -> dict[str, Any]:
    figure, last = series.figure, found.spans[-1]
    return {
        "key": figure.key.value,
        "label": str(figure.key.label),
        "help": str(figure.help),
        "value": plain(series.values[-1]),
        "before": plain(series.values[-2]) if len(series.values) > 1 else None,
        "rate": _rate(series, -1),
        "rate_before": _rate(series, -2),
        "trend": [
            {"period": span.code, "value": plain(value)} for span, value in zip(found.spans, series.values, strict=True)
        ],
        "parts": _parts(series, last),
        "drill": drill_json(Drill("insight.key-figures", {"figure": figure.key.value, "on": last.ends_on})),
    }


def _rate(series: Series, at: int) -> str | None:
    found = series.rates[at] if len(series.rates) >= -at else None
    return None if found is None else str(found)


def _parts(series: Series, last: Span) -> list[dict[str, Any]]:
    """The largest shares of a balance. One share alone says nothing new, unless it tells whether it is invoiced."""
    shares = [account for account in series.accounts if account.values[-1]]
    if not series.figure.is_balance or (len(shares) < 2 and series.figure.key not in (Key.RECEIVABLES, Key.PAYABLES)):
        return []
    shares.sort(key=lambda account: (-abs(account.values[-1]), account.code))
    return [
        {
            "code": account.code,
            "label": account.name,
            "value": plain(account.values[-1]),
            "drill": drill_json(account.opened(last)),
        }
        for account in shares[:PARTS]
    ]


def _task(task: Task) -> dict[str, Any]:
    return {
        "key": task.key,
        "label": task.label,
        "action": task.action,
        "count": task.count,
        "amount": None if task.amount is None else plain(task.amount),
        "tone": task.tone,
        "state": {"label": str(task.state.label), "colour": task.state.colour} if task.state else None,
        "drill": drill_json(task.drill),
        "path": task.path,
        "filters": dict(task.filters),
    }
