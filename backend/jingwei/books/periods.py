"""Periods and their locks: who posts reads the lock FOR SHARE, who closes updates it."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from jingwei.books.models import Area, JournalEntry, Period, PeriodLock
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Choices, Draft, Input, asked
from jingwei.platform.errors import Problem, Refusal, refuse

OPEN, CLOSED = "open", "closed"
LastPosting = Callable[[Command, Sequence[Period]], None]
#: By area, what posts into periods for the last time before it is closed; filled by the server. Told of the periods
#: whose area is about to be closed, in one call.
before_closing: dict[str, Sequence[LastPosting]] = {}

_SHARE = """
SELECT wanted.company, wanted.posted_on, wanted.area, period.id, period.code, period_lock.is_closed
FROM unnest(%s::bigint[], %s::date[], %s::text[]) AS wanted(company, posted_on, area)
JOIN period ON period.group_id = %s AND period.company_id = wanted.company
    AND wanted.posted_on BETWEEN period.starts_on AND period.ends_on
JOIN period_lock ON period_lock.group_id = period.group_id AND period_lock.period_id = period.id
    AND period_lock.area = wanted.area
ORDER BY period_lock.id FOR SHARE OF period_lock
"""

Wanted = tuple[int, date, str]


def share(command: Command, wanted: Iterable[Wanted]) -> Mapping[Wanted, tuple[int, str]]:
    """Hold the locks of (company, date, area) against closing until the command ends; their (period id, code).

    Raises Refusal 409 `period.closed` with the first open date, `period.missing` where no period holds the date.
    """
    held: dict[Wanted, tuple[int, str]] = command.held["periods"]
    asked = sorted(set(wanted) - held.keys())
    if not asked:
        return held
    columns: list[Any] = [list(column) for column in zip(*asked, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_SHARE, [*columns, command.actor.group_id])
        rows = {(company, on, area): (id, code, closed) for company, on, area, id, code, closed in cursor.fetchall()}
    problems = []
    for key in asked:
        if key not in rows:
            problems.append(_missing(key))
        elif rows[key][2]:
            problems.append(_closed(command, key, rows[key][1]))
    refuse(problems)
    held |= {key: (id, code) for key, (id, code, _closed_) in rows.items()}
    return held


def _missing(key: Wanted) -> Problem:
    return Problem(
        "period.missing",
        _("No period of the company's books holds the date %(date)s.") % {"date": key[1].isoformat()},
        _("Open the fiscal year first, or choose another date."),
        status=409,
    )


def _closed(command: Command, key: Wanted, code: str) -> Problem:
    company, on, area = key
    first = (
        PeriodLock.objects.filter(
            group_id=command.actor.group_id, period__company_id=company, area=area, is_closed=False
        )
        .order_by("period__starts_on")
        .values_list("period__starts_on", flat=True)
        .first()
    )
    words = {"period": code, "date": on.isoformat(), "area": Area(area).label}
    hint = (
        _("The first open date is %(date)s.") % {"date": first.isoformat()} if first else _("Open a new fiscal year.")
    )
    message = _("Period %(period)s is closed for %(area)s: nothing can be posted on %(date)s.") % words
    return Problem("period.closed", message, hint, status=409, extra={"first_open_date": first})


class Closing(Input):
    """Which area to close; all of them in their order when none is named."""

    area: Annotated[str, Choices((("", _("All")), *Area.choices))] = asked(
        _("Lock area"), _("Close only this area; empty closes all in their order."), ""
    )


class Reopening(Input):
    """Why a closed period is opened again."""

    reason: str = asked(_("Reason"), _("Why the period is opened again."), min_length=5, max_length=300)


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """A period has one lock per area, open."""
    for draft in drafts:
        period: Period = draft.record
        period.code = period.code or f"{period.year}-{period.number:02}"
        if not period.locks:
            period.locks = [
                PeriodLock(group_id=period.group_id, area=area, line=n) for n, area in enumerate(Area.values, start=1)
            ]
            for lock in period.locks:
                lock.pk = None


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Dates in order."""
    return [
        Problem("date.order", _("The period ends before it begins."), field="ends_on", row=draft.row)
        for draft in drafts
        if draft.record.ends_on < draft.record.starts_on
    ]


def close(command: Command, periods: Sequence[Period], inputs: Closing) -> None:
    """Lock an area, or all, of periods. Areas close in their order, periods one after the other.

    Raises Refusal 409 `period.order` when an earlier area or period is still open, 422 `area.unknown`.
    """
    areas = list(Area.values)
    if inputs.area and inputs.area not in areas:
        message = _("%(area)s is not one of: %(areas)s.") % {"area": inputs.area, "areas": ", ".join(areas)}
        raise Refusal(Problem("area.unknown", message, field="area"))
    last = areas.index(inputs.area) if inputs.area else len(areas) - 1
    _stop_posting(command, periods)
    for area in [inputs.area] if inputs.area else areas:
        closing = [p for p in periods for lock in p.locks if lock.area == area and not lock.is_closed]
        for post_last in before_closing.get(area, ()) if closing else ():
            post_last(command, closing)
    counts = _entry_counts(command, periods)
    for period in sorted(periods, key=lambda p: p.starts_on):
        for lock in period.locks:
            if areas.index(lock.area) <= last and not lock.is_closed:
                if inputs.area and lock.area != inputs.area:
                    raise Refusal(_out_of_order(period, Area(lock.area).label))
                lock.is_closed, lock.changed_by_id = True, command.actor.user_id
                lock.entry_count = counts.get((period.pk, lock.area), 0)
        _refuse_gap(command, period, areas[: last + 1])
        if all(lock.is_closed for lock in period.locks):
            period.state = CLOSED


def _stop_posting(command: Command, periods: Sequence[Period]) -> None:
    """Wait for every posting that holds a lock of the periods, and keep new ones out."""
    ids = [p.pk for p in periods]
    locks = PeriodLock.objects.select_for_update().filter(group_id=command.actor.group_id, period_id__in=ids)
    list(locks.order_by("id").values_list("id"))


def _entry_counts(command: Command, periods: Sequence[Period]) -> dict[tuple[int, str], int]:
    """What is there: from now on the count is final until the period is opened again (proven by invariant I-22)."""
    ids = [p.pk for p in periods]
    entries = JournalEntry.objects.filter(group_id=command.actor.group_id, period_id__in=ids)
    rows = entries.values_list("period_id", "area").annotate(count=models.Count("id"))
    return {(period, area): count for period, area, count in rows}


def _out_of_order(period: Period, what: Any) -> Problem:
    return Problem(
        "period.order",
        _("%(what)s of period %(period)s is still open and is closed first.") % {"what": what, "period": period.code},
        status=409,
    )


def _refuse_gap(command: Command, period: Period, areas: Sequence[str]) -> None:
    earlier = (
        PeriodLock.objects.filter(
            group_id=period.group_id,
            period__company_id=period.company_id,
            period__starts_on__lt=period.starts_on,
            area__in=areas,
            is_closed=False,
        )
        .order_by("-period__starts_on")
        .values_list("period__code", flat=True)
        .first()
    )
    if earlier:
        raise Refusal(
            Problem(
                "period.order",
                _("Period %(earlier)s comes first: it is still open.") % {"earlier": earlier},
                _("Close it, then %(period)s.") % {"period": period.code},
                status=409,
            )
        )


def reopen(command: Command, periods: Sequence[Period], inputs: Reopening) -> None:
    """Open the latest closed period again for new vouchers; by another person than the one who closed it.

    Raises Refusal 409 `period.not_latest`, `period.same_person`.
    """
    for period in periods:
        later = Period.objects.filter(
            group_id=period.group_id, company_id=period.company_id, starts_on__gt=period.starts_on, state=CLOSED
        )
        if later.exists():
            message = _("Only the latest closed period can be opened again.")
            raise Refusal(Problem("period.not_latest", message, status=409))
        if any(lock.changed_by_id == command.actor.user_id for lock in period.locks):
            message = _("Who closed the period cannot open it again: a second person is needed.")
            raise Refusal(Problem("period.same_person", message, status=409))
        for lock in period.locks:
            lock.is_closed, lock.changed_by_id = False, command.actor.user_id


def months_of(year: int, first_month: int = 1) -> list[dict[str, Any]]:
    """Bodies of the twelve monthly periods of a fiscal year that begins in `first_month` of `year`."""
    bodies = []
    for number in range(1, 13):
        months = first_month - 1 + number - 1
        at, month = year + months // 12, months % 12 + 1
        last = calendar.monthrange(at, month)[1]
        bodies.append(
            {
                "code": f"{year}-{number:02}",
                "year": year,
                "number": number,
                "starts_on": date(at, month, 1).isoformat(),
                "ends_on": date(at, month, last).isoformat(),
            }
        )
    return bodies
