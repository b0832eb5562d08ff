"""No item contains itself, through however many bills (I-24).

What counts are the active bills, whatever days they hold: planning goes through items from top to bottom. A draft is
compared with them while it is typed. When it becomes active, or an active one is changed, this is done behind a lock of
all bills of the company: two changes may each be sound and together not. A trigger refuses what comes past these rules
(`migrations/0002_no_cycles.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.engineering.models import BillOfMaterials
from jingwei.masterdata.models import Item
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, Text

#: What the trigger says, for `platform.documents.constraints.named`.
GUARDS: dict[str, tuple[str, Text, int]] = {
    "bill_cycle": ("bom.cycle", _("An item would contain itself."), 409),
}

# What an item consists of by active bills, these bills left out. OFFSET 0 keeps the way through the indexes, whatever
# the statistics say of bills that were loaded a moment ago.
_COMPONENTS = """
LATERAL (
    SELECT l.component_id FROM bill_of_materials b JOIN bill_line l ON l.group_id = b.group_id AND l.bill_id = b.id
    WHERE b.group_id = %(group)s AND b.item_id = reached.item_id AND b.company_id = %(company)s AND b.state = 'active'
        AND b.id <> ALL(%(own)s) OFFSET 0
) below
"""
# Everything below the items: edges from an item to a component.
_BELOW = f"""
WITH RECURSIVE reached(item_id) AS (
    SELECT unnest(%(items)s::bigint[]) UNION SELECT below.component_id FROM reached, {_COMPONENTS}
)
SELECT DISTINCT reached.item_id, below.component_id FROM reached, {_COMPONENTS}
"""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a bill at hand says that an item contains a component."""

    row: int | None
    line: int


def lock(bills: Iterable[BillOfMaterials]) -> None:
    """Before active bills change: what others changed before is seen, what they change later sees this."""
    with connection.cursor() as cursor:
        for company in sorted({bill.company_id for bill in bills}):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('bills'), %s::int)", [company % 2**31])


def problems(command: Command, bills: Sequence[tuple[int | None, BillOfMaterials]]) -> list[Problem]:
    """`bom.cycle` (409) with the path, where an item would contain itself if the bills (given as (row, bill)) were
    active too; a statement per company, and one for the names of a path."""
    found: list[Problem] = []
    for company in sorted({bill.company_id for _row, bill in bills}):
        found += _in_company(command, company, [(r, b) for r, b in bills if b.company_id == company])
    return found


def _in_company(
    command: Command, company: int, bills: Sequence[tuple[int | None, BillOfMaterials]]
) -> Iterable[Problem]:
    places: dict[tuple[int, int], _Place] = {}
    for row, bill in bills:
        for position, line in enumerate(bill.lines):
            places.setdefault((bill.item_id, line.component_id), _Place(row, position))
    edges = _edges(command, company, bills, places)
    path = _circle([bill.item_id for _row, bill in bills], edges)
    if not path:
        return
    start = next(n for n, pair in enumerate(zip(path, [*path[1:], path[0]], strict=True)) if pair in places)
    path = [*path[start:], *path[:start]]
    place = places[path[0], path[1 % len(path)]]
    codes = dict(Item.objects.filter(group_id=command.actor.group_id, id__in=path).values_list("id", "code"))
    yield Problem(
        "bom.cycle",
        _("%(item)s would contain itself: %(path)s.")
        % {"item": codes[path[0]], "path": " → ".join(codes[i] for i in [*path, path[0]])},
        _("Take the component out, or correct the bill that leads back."),
        field=f"lines.{place.line}.component",
        row=place.row,
        line=place.line + 1,
        status=409,
    )


def _edges(
    command: Command,
    company: int,
    bills: Sequence[tuple[int | None, BillOfMaterials]],
    places: Mapping[tuple[int, int], _Place],
) -> dict[int, list[int]]:
    given: dict[str, Any] = {
        "group": command.actor.group_id,
        "company": company,
        "own": [bill.pk for _row, bill in bills if isinstance(bill.pk, int)],  # a draft has none yet
        "items": list({item for pair in places for item in pair}),
    }
    edges: dict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, given)
        for item, component in [*places, *cursor.fetchall()]:
            edges[item].append(component)
    return edges


def _circle(starts: Iterable[int], edges: Mapping[int, Sequence[int]]) -> list[int]:
    """The items of a circle that can be reached from `starts`, in order; empty without one. Depth first, each item and
    edge looked at once."""
    done: set[int] = set()
    for start in starts:
        if start in done:
            continue
        path, on_path = [start], {start}
        waiting = [(start, iter(edges.get(start, ())))]
        while waiting:
            item, rest = waiting[-1]
            below = next((i for i in rest if i not in done), None)
            if below is None:
                waiting.pop()
                done.add(item)
                on_path.discard(path.pop())
            elif below in on_path:
                return path[path.index(below) :]
            else:
                path.append(below)
                on_path.add(below)
                waiting.append((below, iter(edges.get(below, ()))))
    return []
