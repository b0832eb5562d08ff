"""Document numbers: given set-wise from counter rows, never from a PostgreSQL sequence, so that a rollback gives
them back. Voucher numbers, which must have no gap, have a table of their own in `books`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Document


def take(group_id: int, company_id: int | None, series: str, period: str, count: int) -> range:
    """The next `count` numbers of a series, in one statement; the counter's row stays locked until commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO number_counter (group_id, company_id, series, period, last) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (group_id, company_id, series, period) "
            "DO UPDATE SET last = number_counter.last + EXCLUDED.last RETURNING last",
            [group_id, company_id, series, period, count],
        )
        last: int = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


def period_of(pattern: str, on: date) -> str:
    """The part of the date a pattern counts by: '' for ever, '2026' by year, '2026-11' by month."""
    if "{mm}" in pattern:
        return f"{on:%Y-%m}"
    return f"{on:%Y}" if "{yyyy}" in pattern else ""


def give_numbers(command: Command, document: Document, records: Sequence[Any]) -> None:
    """Number the records of a declaration with a series, in the order given."""
    series = document.series
    assert series is not None, f"{document.key} has no number series"
    groups: dict[tuple[int | None, str, date], list[Any]] = defaultdict(list)
    for record in records:
        on = getattr(record, document.date) if document.date else command.today()
        groups[getattr(record, "company_id", None), period_of(series.pattern, on), on].append(record)
    for (company, period, on), members in groups.items():
        name = f"{catalogue.of(document.model).key} {series.pattern}"  # views on one model share its numbers
        numbers = take(command.actor.group_id, company, name[:60], period, len(members))
        for record, number in zip(members, numbers, strict=True):
            setattr(record, series.field, render(series.pattern, on, number))
            if hasattr(record, "code_folded"):
                record.code_folded = getattr(record, series.field).casefold()


def render(pattern: str, on: date, number: int) -> str:
    """'SO-{yyyy}-{seq:06}' of number 12 in 2026 → 'SO-2026-000012'."""
    text = pattern.replace("{yyyy}", f"{on:%Y}").replace("{mm}", f"{on:%m}")
    return re.sub(r"\{seq(?::0(\d+))?\}", lambda m: str(number).zfill(int(m[1] or 0)), text)
