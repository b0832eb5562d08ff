"""Rules of the chart: codes below their headers, and what may change once there are entries."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from jingwei.books.models import Account, JournalLine
from jingwei.platform import masters, sets
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft
from jingwei.platform.errors import Problem, Text


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """A child's code continues its header's; kind, side and place of an account with entries stay what they are."""
    problems = masters.check_names(drafts, code_needed=True)
    moved = [d for d in drafts if d.before is not None and _moved(d)]
    used = _with_entries(command, [d.record for d in moved])
    for draft in drafts:
        account: Account = draft.record
        parent = account.parent
        message: Text
        if parent is not None and not account.code.startswith(parent.code):
            message = _("The code must begin with %(parent)s, the code of its header.") % {"parent": parent.code}
            problems.append(Problem("account.code", message, field="code", row=draft.row))
        if parent is not None and parent.type != account.type:
            message = _("An account is of the same type as its header.")
            problems.append(Problem("account.type", message, field="type", row=draft.row))
        if draft in moved and account.pk in used:
            message = _("%(account)s has entries: its type, side, role and header stay.") % {"account": account.code}
            problems.append(Problem("account.used", message, field="type", row=draft.row, status=409))
        if draft.before is None and parent is not None and parent.is_postable:
            problems += _below_a_leaf(command, parent, draft.row)
    return problems


def _moved(draft: Draft) -> bool:
    names = ("type", "normal_balance", "role", "parent_id")
    return any(getattr(draft.before, name) != getattr(draft.record, name) for name in names)


def _with_entries(command: Command, accounts: Sequence[Account]) -> set[int]:
    ids = [a.pk for a in accounts]
    rows = JournalLine.objects.filter(group_id=command.actor.group_id, company_id=command.actor.company_id or 0)
    return set(rows.filter(account_id__in=ids).values_list("account_id", flat=True).distinct()) if ids else set()


def _below_a_leaf(command: Command, parent: Account, row: int) -> list[Problem]:
    if parent.pk not in _with_entries(command, [parent]):
        return []
    return [
        Problem(
            "account.leaf_used",
            _("%(account)s has entries: an account below it would make it a header.") % {"account": parent.code},
            _("Create an account beside it, or move its balance by a voucher first."),
            field="parent",
            row=row,
            status=409,
        )
    ]


def saved(command: Command, drafts: Sequence[Draft]) -> None:
    """A leaf that gets its first child becomes a header."""
    headers = {d.record.parent_id: d.record.parent for d in drafts if d.record.parent_id is not None}
    turned = [h for h in headers.values() if h.is_postable]
    for header in turned:
        header.is_postable = False
    sets.update(turned, ["is_postable"])
