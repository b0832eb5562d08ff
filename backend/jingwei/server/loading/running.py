"""Loading: the work of every business day, kind by kind, in sets of documents; begun again, it goes on.

Every document carries the number of its order in the source as its external number. What is there is not made again,
and its state says what is still to be done to it.
"""

from __future__ import annotations

import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command, run
from jingwei.platform.documents.declare import Input
from jingwei.platform.documents.drafting import own_rows
from jingwei.platform.documents.perform import act
from jingwei.platform.documents.schema import parse, schemas
from jingwei.platform.documents.write import create
from jingwei.server.loading.importing import chunks
from jingwei.server.loading.stages import Body, Context, Made, Order, Stage

#: Documents of one command.
SET = 200
#: Seconds between two lines of progress.
PAUSE = 5.0

Say = Callable[[str], None]


@dataclass
class Tally:
    """What a run did: documents and lines made by kind, actions done; seconds by kind and altogether."""

    documents: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Documents made per second."""
        return self.documents.total() / self.seconds if self.seconds else 0.0


def peak_memory() -> int:
    """The most memory this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def work_of(stages: Sequence[Stage], orders: Sequence[Order]) -> Mapping[date, list[list[Order]]]:
    """Per day and stage the orders that have a document of the stage on that day."""
    days: dict[date, list[list[Order]]] = defaultdict(lambda: [[] for _ in stages])
    for position, stage in enumerate(stages):
        for order in orders:
            if isinstance(order, stage.of) and (day := stage.day(order)) is not None:
                days[day][position].append(order)
    return days


def load(context: Context, stages: Sequence[Stage], orders: Sequence[Order], say: Say) -> Tally:
    """Make every document of the orders that is not there yet, day by day, each kind of a day in the order of `stages`.

    Raises Refusal where the system refuses a document; what was done before it stays, and a second run goes on there.
    """
    tally, work = Tally(), work_of(stages, orders)
    whole, done = sum(len(o) for day in work.values() for o in day), 0
    begun = said = time.monotonic()
    for day in sorted(work):
        for stage, own in zip(stages, work[day], strict=True):
            for part in chunks(own, SET):
                since = time.monotonic()
                _carry_out(context, stage, part, tally)
                tally.spent[stage.key] += time.monotonic() - since
                done += len(part)
                if time.monotonic() - said > PAUSE:
                    said = time.monotonic()
                    say(f"{day}  {stage.key}: {done} of {whole} documents, {tally.documents.total()} made")
    tally.seconds = time.monotonic() - begun
    return tally


def _carry_out(context: Context, stage: Stage, orders: Sequence[Order], tally: Tally) -> None:
    """Create what is missing of one stage and do what its states still allow: a constant number of commands."""
    known = context.made.setdefault(stage.key, {})
    found = run(context.firm.actor, partial(_known, key=stage.key, references=[stage.reference(o) for o in orders]))
    known |= found
    missing = [order for order in orders if stage.reference(order) not in found]
    bodies = [stage.body(context, order) for order in missing]
    for reference, record, lines in _create(context, stage, missing, bodies):
        known[reference] = Made(record.pk, record.state, record.number)
        tally.documents[stage.key] += 1
        tally.lines[stage.key] += lines
    by_actions: dict[tuple[str, ...], list[Order]] = defaultdict(list)
    for order in orders:
        by_actions[tuple(stage.actions(order))].append(order)
    for actions, own in by_actions.items():
        if actions:
            _act(context, stage, actions, own, tally)


def _known(command: Command, key: str, references: Sequence[str]) -> dict[str, Made]:
    """The documents of a kind that are there, by external number."""
    rows = own_rows(command, catalogue.get(key).model).filter(reference__in=references)
    return {reference: Made(*facts) for reference, *facts in rows.values_list("reference", "id", "state", "number")}


def _create(
    context: Context, stage: Stage, orders: Sequence[Order], bodies: Sequence[Body]
) -> Iterator[tuple[str, Any, int]]:
    if not bodies:
        return
    document = catalogue.get(stage.key)
    types = schemas(document)
    drafts = [parse(types.create, body, row=row) for row, body in enumerate(bodies, start=1)]
    make: Callable[[Command], list[Any]] = partial(_make, key=stage.key, drafts=drafts)
    for order, record in zip(orders, run(context.firm.actor, make), strict=True):
        yield stage.reference(order), record, sum(len(getattr(record, lines.name)) for lines in document.lines)


def _make(command: Command, key: str, drafts: Sequence[Any]) -> list[Any]:
    return create(command, key, drafts)


def _act(context: Context, stage: Stage, actions: Sequence[str], orders: Sequence[Order], tally: Tally) -> None:
    """Actions one after the other, all or none, on those of the documents whose state the first begins from."""
    first = catalogue.get(stage.key).action(actions[0])
    assert first is not None, f"{stage.key} has no action {actions[0]}"
    known = context.made[stage.key]
    wanted = {known[r].id: r for o in orders if known[r := stage.reference(o)].state in first.source}
    if not wanted:
        return
    inputs = first.inputs(**stage.inputs(orders[0])) if stage.inputs is not None else None
    work: Callable[[Command], list[Any]] = partial(_do, key=stage.key, ids=list(wanted), actions=actions, inputs=inputs)
    for record in run(context.firm.actor, work):
        known[wanted[record.pk]] = Made(record.pk, record.state, record.number)
    tally.actions.update({f"{stage.key}.{action}": len(wanted) for action in actions})


def _do(command: Command, key: str, ids: Sequence[int], actions: Sequence[str], inputs: Input | None) -> list[Any]:
    records: list[Any] = []
    for action in actions:
        records = act(command, key, ids, action, inputs)
    return records
