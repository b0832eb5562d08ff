"""What was made from production orders and issues and stands in the way of taking them back, the latest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.command import Command
from jingwei.platform.errors import DocumentRef, Problem
from jingwei.production.models import Completion, MaterialIssue, MaterialIssueLine, OperationReport

STANDING = ("draft", "posted")
Successors = dict[int, set[tuple[str, int, str]]]


def of_orders(command: Command, order_ids: Iterable[int]) -> Successors:
    """Issues, returns, reports and completions of the orders, drafts among them."""
    found: Successors = defaultdict(set)
    given: dict[str, Any] = {
        "group_id": command.actor.group_id,
        "order_id__in": list(order_ids),
        "state__in": STANDING,
    }
    issues = MaterialIssue.objects.filter(**given).values_list("order_id", "kind", "id", "number")
    for order, kind, id, number in issues:
        found[order].add((f"production.{kind}", id, number))
    for model, key in ((OperationReport, "production.operation-report"), (Completion, "production.completion")):
        for order, id, number in model._default_manager.filter(**given).values_list("order_id", "id", "number"):
            found[order].add((key, id, number))
    return found


def of_issues(command: Command, issue_ids: Iterable[int]) -> Successors:
    """Returns that name the issues, drafts among them."""
    found: Successors = defaultdict(set)
    rows = MaterialIssueLine.objects.filter(
        group_id=command.actor.group_id, issue_id__in=list(issue_ids), material_issue__state__in=STANDING
    )
    for issue, id, number in rows.values_list("issue_id", "material_issue_id", "material_issue__number"):
        if issue is not None:
            found[issue].add(("production.return", id, number))
    return found


def problems(records: Sequence[Any], found: Mapping[int, set[tuple[str, int, str]]]) -> list[Problem]:
    """`doc.has_successors` (409) for each record that has some."""
    result = []
    for record in records:
        # A document is made after what it names, so the latest can go first.
        refs = [DocumentRef(*one) for one in sorted(found.get(record.pk, ()), key=lambda one: -one[1])]
        if refs:
            numbers = ", ".join(ref.number for ref in refs)
            result.append(
                Problem(
                    "doc.has_successors",
                    _("%(number)s has later documents: %(later)s.") % {"number": record, "later": numbers},
                    _("Reverse or delete them first, in this order."),
                    status=409,
                    documents=tuple(refs),
                )
            )
    return result
