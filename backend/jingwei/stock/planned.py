"""Open supply and demand: written by the documents that promise it, reduced by the same when it happens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db import connection

from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.stock.models import PlannedMove

_CHANGE = """
UPDATE planned_move SET quantity = planned_move.quantity + given.change
FROM unnest(%s::bigint[], %s::integer[], %s::numeric[]) AS given(document, line, change)
WHERE planned_move.group_id = %s AND planned_move.document_id = given.document
  AND planned_move.document_line = given.line
"""


def plan(command: Command, moves: Sequence[PlannedMove]) -> None:
    """Write what is to come (+) or to go (−); also where nothing is by now: what happened may be undone."""
    sets.insert(moves)


def change(command: Command, changes: Mapping[tuple[int, int], Decimal]) -> None:
    """Change what is planned of (document, line), in the item's stock unit: down when it happens, up when undone."""
    if not changes:
        return
    documents, lines = zip(*changes, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE, [list(documents), list(lines), list(changes.values()), command.actor.group_id])


def drop(command: Command, document_ids: Iterable[int]) -> None:
    """Nothing more is to come of the documents."""
    PlannedMove.objects.filter(group_id=command.actor.group_id, document_id__in=list(document_ids)).delete()
