"""上查, 下查: where a document came from and what came of it, from the first order to the last payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.read import plain, title
from jingwei.platform.errors import not_found
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import RegistryRow
from jingwei.platform.reports.drill import to_documents

#: Steps followed each way, and documents shown.
DEEP, MOST = 8, 200

_FLOW = """
WITH RECURSIVE ups(id, depth) AS (
    SELECT %(document)s::bigint, 0
    UNION
    SELECT link.source_id, ups.depth - 1 FROM ups
    JOIN document_link link ON link.group_id = %(group)s AND link.target_id = ups.id
    WHERE ups.depth > -%(deep)s
), downs(id, depth) AS (
    SELECT %(document)s::bigint, 0
    UNION
    SELECT link.target_id, downs.depth + 1 FROM downs
    JOIN document_link link ON link.group_id = %(group)s AND link.source_id = downs.id
    WHERE downs.depth < %(deep)s
), every AS (SELECT id, min(depth) AS depth FROM ups GROUP BY id UNION SELECT id, max(depth) FROM downs GROUP BY id)
SELECT document.id, every.depth, document.type, document.company_id, document.number, document.date, document.state,
       document.title_zh, document.title_en
FROM every
JOIN document ON document.group_id = %(group)s AND document.id = every.id
ORDER BY every.depth, document.date NULLS LAST, document.id
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Step:
    """A document on the way; `depth` is below 0 for what the one asked for came from, above 0 for what came of it."""

    id: int
    depth: int
    type: str
    company_id: int | None
    number: str
    on: date | None
    state: str
    title_zh: str
    title_en: str


def flow(actor: Actor, id: int) -> dict[str, Any]:
    """The documents before and after one, those the actor may view; itself among them, in two statements and one for
    each kind with views.

    Raises Refusal 404 where it is not there, or of a kind or company that the actor may not view.
    """
    given: dict[str, Any] = {"group": actor.group_id, "document": id, "deep": DEEP, "most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(_FLOW, given)
        steps = [step for row in cursor.fetchall() if may_view(actor, (step := Step(*row)).type, step.company_id)]
    if all(step.id != id for step in steps):
        raise not_found(_("Document"), id)
    opened = to_documents(actor.group_id, {step.id: step.type for step in steps})
    return {"rows": [_row(step, opened[step.id].document or ("", 0)) for step in steps if step.id in opened]}


def may_view(actor: Actor, type: str, company_id: int | None) -> bool:
    """Whether the actor may view records of a registered type in a company."""
    owner = catalogue.by_key.get(type)
    views = catalogue.views_of(owner) if owner else ()
    return any(actor.may(f"{view.key}.view", company_id) for view in views)


def find(actor: Actor, id: int) -> RegistryRow:
    """The registered record. Raises Refusal 404 where it is not there or the actor may not view it."""
    row = RegistryRow.objects.filter(group_id=actor.group_id, id=id).first()
    if row is None or not may_view(actor, row.type, row.company_id):
        raise not_found(_("Document"), id)
    return row


def _row(step: Step, opened: tuple[str, int]) -> dict[str, Any]:
    declared = catalogue.by_key[opened[0]]
    state = declared.state(step.state)
    return {
        "key": declared.key,
        "label": str(declared.label),
        "id": step.id,
        "number": step.number,
        "title": title(step.title_zh, step.title_en),
        "on": plain(step.on),
        "state": {"label": str(state.label), "colour": state.colour} if state else None,
        "depth": step.depth,
    }
