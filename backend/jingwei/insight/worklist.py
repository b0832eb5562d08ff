"""What waits for a person: documents to take a step further, what is overdue, what is late, what is to be closed.

Which documents can wait is read from the declarations: a state with a primary action that leads on, and a person who
may perform it. Nothing here knows a module by name but the kernels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any, Literal

from django.db import connection, models
from django.utils.translation import gettext as _

from jingwei.books.models import Period
from jingwei.books.periods import OPEN
from jingwei.books.roles import Role
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.declare import Action, Document, State
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Drill

Tone = Literal["grey", "blue", "amber", "red"]


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work that waits: how much of it, and the list or report that shows exactly this much."""

    key: str
    label: str
    action: str
    count: int
    tone: Tone
    state: State | None = None
    amount: Decimal | None = None
    drill: Drill | None = None
    path: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)


def tasks(actor: Actor, today: date) -> list[Task]:
    """Everything that waits for the actor in their company, the urgent first; at most five statements."""
    urgent = [*_overdue(actor, today), *_late(actor, today), *_blocked(actor)]
    return [*urgent, *_waiting(actor), *_to_close(actor, today)]


# documents that can be taken a step further


def _steps(actor: Actor) -> Iterable[tuple[Document, State, Action]]:
    """States out of which a primary action leads that the actor may perform, in menu order."""
    for document in catalogue:
        if not document.per_company:
            continue
        for state in document.states:
            action = next(
                (
                    a
                    for a in document.actions
                    if a.style == "primary"
                    and a.target
                    and state.key in a.source
                    and actor.may(f"{document.key}.{a.key}", actor.company_id)
                ),
                None,
            )
            if action is not None and actor.may(f"{document.key}.view", actor.company_id):
                yield document, state, action


def _waiting(actor: Actor) -> list[Task]:
    """All kinds of documents in one statement."""
    steps = list(_steps(actor))
    if not steps:
        return []
    queries = [_counted(actor, number, document, state) for number, (document, state, _action) in enumerate(steps)]
    every: Any = reduce(lambda one, other: one.union(other, all=True), queries)
    counts: dict[int, int] = dict(every)
    return [
        Task(
            key=f"{document.key}.{action.key}",
            label=str(document.plural),
            action=str(action.label),
            count=counts[number],
            tone="blue",
            state=state,
            path=document.path,
            filters={"filter[state][eq]": state.key},
        )
        for number, (document, state, action) in enumerate(steps)
        if counts.get(number)
    ]


def _counted(actor: Actor, number: int, document: Document, state: State) -> Any:
    model: Any = document.model
    rows = model.objects.filter(
        group_id=actor.group_id, company_id=actor.company_id or 0, state=state.key, **document.where
    )
    which = models.Value(number, output_field=models.IntegerField())
    return rows.order_by().values(which=which).annotate(count=models.Count("pk")).values_list("which", "count")


# money that is overdue

_OVERDUE = """
SELECT account.role, count(*), sum(abs(item.open_functional))
FROM open_item item
JOIN account ON account.group_id = item.group_id AND account.id = item.account_id AND account.role IN ('AR', 'AP')
WHERE item.group_id = %(group)s AND item.company_id = %(company)s AND item.open <> 0 AND item.due_on < %(today)s
  AND CASE account.role WHEN 'AR' THEN item.open > 0 ELSE item.open < 0 END
GROUP BY account.role
"""


def _overdue(actor: Actor, today: date) -> list[Task]:
    """Open items past their due date: debts alone, so that what one party paid ahead does not hide another's."""
    if not actor.may("books.open-items.view", actor.company_id):
        return []
    given: dict[str, Any] = {
        "group": actor.group_id,
        "company": actor.company_id or 0,
        "today": today,
        "roles": ["AR", "AP"],
    }
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, given)
        found = {Role(role): (count, amount) for role, count, amount in cursor.fetchall()}
    words = {
        Role.AR: ("receivable", _("Overdue receivables"), _("Collect")),
        Role.AP: ("payable", _("Overdue payables"), _("Pay")),
    }
    return [
        Task(
            key=f"overdue.{control}",
            label=label,
            action=action,
            count=found[role][0],
            tone="red",
            amount=found[role][1],
            drill=Drill("books.open-items", {"on": today, "control": control, "due_before": today}),
        )
        for role, (control, label, action) in words.items()
        if role in found
    ]


# invoices that may not be paid


def _blocked(actor: Actor) -> list[Task]:
    """Supplier invoices that differ from what was ordered or came, for who may release them."""
    document = catalogue.by_key.get("purchasing.invoice")
    action = document.action("release") if document else None
    if document is None or action is None or not actor.may(f"{document.key}.release", actor.company_id):
        return []
    model: Any = document.model
    rows = model.objects.filter(group_id=actor.group_id, company_id=actor.company_id or 0, state__in=action.source)
    count = rows.filter(is_blocked=True).count()
    if not count:
        return []
    return [
        Task(
            key="purchasing.invoice.release",
            label=_("Invoices blocked for payment"),
            action=_("Look"),
            count=count,
            tone="red",
            path=document.path,
            filters={"filter[state][in]": ",".join(sorted(action.source)), "filter[is_blocked][eq]": "true"},
        )
    ]


# goods that are late

_LATE = """
SELECT planned.quantity > 0, count(DISTINCT planned.document_id)
FROM planned_move planned
WHERE planned.group_id = %s AND planned.company_id = %s AND planned.due_on < %s AND planned.quantity <> 0
  AND planned.kind = 'firm'
GROUP BY 1
"""


def _late(actor: Actor, today: date) -> list[Task]:
    """Orders with something planned for a day that has passed."""
    if not actor.may("insight.order-tracking.view", actor.company_id):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LATE, [actor.group_id, actor.company_id or 0, today])
        found = dict(cursor.fetchall())
    words = ((False, "out", _("Deliveries overdue")), (True, "in", _("Arrivals overdue")))
    return [
        Task(
            key=f"late.{direction}",
            label=label,
            action=_("Track"),
            count=found[is_supply],
            tone="amber",
            drill=Drill("insight.order-tracking", {"direction": direction, "late_only": True, "on": today}),
        )
        for is_supply, direction, label in words
        if found.get(is_supply)
    ]


# periods that are over


def _to_close(actor: Actor, today: date) -> list[Task]:
    """Open periods whose last day has passed, to be closed from the first on."""
    document = catalogue.by_key["books.period"]
    action = document.action("close")
    if action is None or not actor.may(f"{document.key}.close", actor.company_id):
        return []
    rows = Period.objects.filter(group_id=actor.group_id, company_id=actor.company_id or 0, state=OPEN)
    count = rows.filter(ends_on__lt=today).count()
    if not count:
        return []
    return [
        Task(
            key="books.period.close",
            label=_("Periods to close"),
            action=str(action.label),
            count=count,
            tone="grey",
            state=document.state(OPEN),
            path=document.path,
            filters={"filter[state][eq]": OPEN, "filter[ends_on][lt]": today.isoformat()},
        )
    ]
