"""全月一次加权平均: when the value of a month is closed, its issues get the average of the month.

Until then they left at a provisional cost. What that differs by is posted by name, one correction per item and contra
account, on the last day of the month, for the period itself as the document; later months, which began with what was
left, follow. From then on the costs of the month are final: should it be opened again, a late move is weighted at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from jingwei.books.models import Period
from jingwei.masterdata.models import ValuationMethod
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.stock import costs, ledger, posting, streams, valuing
from jingwei.stock.history import Checkpoints, Stream, checkpoints
from jingwei.stock.models import Checkpoint, FinalPeriod
from jingwei.stock.valuing import Cause, Valuation


def make_final(command: Command, periods: Sequence[Period]) -> None:
    """The costs of the periods are final; post what their issues cost more or less than they left at."""
    rows = FinalPeriod.objects.filter(group_id=command.actor.group_id, period_id__in=[p.pk for p in periods])
    known = set(rows.values_list("period_id", flat=True))
    new = [p for p in sorted(periods, key=lambda p: p.starts_on) if p.pk not in known]
    sets.insert([FinalPeriod(group_id=p.group_id, company_id=p.company_id, period_id=p.pk) for p in new])
    points = Checkpoint.objects.filter(
        group_id=command.actor.group_id,
        period_id__in=[p.pk for p in new],
        method=ValuationMethod.MONTH_WEIGHTED,
    )
    by_period: dict[int, list[Stream]] = defaultdict(list)
    for period_id, item_id in points.order_by("item_id").values_list("period_id", "item_id"):
        by_period[period_id].append((item_id, 0))
    for period in new:
        if by_period[period.pk]:
            _true_up(command, period, by_period[period.pk])


def _true_up(command: Command, period: Period, own: Sequence[Stream]) -> None:
    books = ledger.books_of(command, period.company_id)
    books.__dict__.pop("finals", None)  # one more than was known
    items = posting.items_of(command, (item for item, _lot in own))
    held = streams.lock(command, period.company_id, own)
    known: Checkpoints = checkpoints(command.actor.group_id, period.company_id, own)
    priced = any(valuing.is_priced(held.rows[s], known[s]) for s in own)
    histories = costs.histories(command, books, own, period.starts_on, priced=priced)
    result = Valuation(values=[held.rows[s] for s in own])
    cause, dates = Cause(period.pk, period.ends_on), {period.pk: period.ends_on}
    for stream in own:
        spill = books.spill_account(items[stream[0]], held.rows[stream].method)
        valuing.recost(books, held.rows[stream], histories[stream], known[stream], {}, spill, result, cause, dates)
    valuing.save(command, result, held)
    ledger.post_corrections(command, books, result, "weighted")
