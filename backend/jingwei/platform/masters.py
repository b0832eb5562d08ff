"""What master records share beyond their tables: life, codes and names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Action, Document, Draft, Section, State
from jingwei.platform.errors import Problem, Text
from jingwei.platform.text import fold, pinyin_initials, pinyin_sort_key

ACTIVE, INACTIVE = "active", "inactive"

STATES = (
    State(ACTIVE, _("Active"), "green"),
    State(INACTIVE, _("Inactive"), "grey"),
)

ACTIONS = (
    Action(
        key="deactivate",
        label=_("Deactivate"),
        source=frozenset({ACTIVE}),
        target=INACTIVE,
        ask=_("History stays readable; new entries can no longer use it."),
        help=_("Take the record out of use without deleting it."),
    ),
    Action(
        key="activate",
        label=_("Activate"),
        source=frozenset({INACTIVE}),
        target=ACTIVE,
        help=_("Let new entries use the record again."),
    ),
)

ALWAYS = frozenset({ACTIVE, INACTIVE})

NOTE = Section(key="more", label=_("More"), fields=("note",), folded=True)


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """Fill what sorting, finding and uniqueness need from code and names."""
    for draft in drafts:
        record = draft.record
        record.code_folded = fold(record.code)
        chosen = record.name_zh or record.name_en
        record.name_sort = pinyin_sort_key(chosen)[:250]
        record.name_initials = pinyin_initials(chosen)[:200]


def master(*, sections: Sequence[Section], **declaration: Any) -> Document:
    """A declaration with what all masters share: life, editing, deleting while unused, names, the note."""
    shared = {
        "states": STATES,
        "editable_in": ALWAYS,
        "deletable_in": ALWAYS,
        "actions": ACTIONS,
        "sortable": ("code", "name_sort"),
        "prepare": prepare,
    }
    return Document(sections=(*sections, NOTE), **{**shared, **declaration})


def check_names(drafts: Sequence[Draft], *, code_needed: bool) -> list[Problem]:
    """`name.missing` where neither name is given, `code.missing` where no series will give a code."""
    problems = []
    for draft in drafts:
        if not draft.record.name_zh and not draft.record.name_en:
            message = _("Give at least one of the two names.")
            problems.append(Problem("name.missing", message, field="name_zh", row=draft.row))
        if code_needed and not draft.record.code:
            problems.append(Problem("code.missing", _("Code must be given."), field="code", row=draft.row))
    return problems


def loops(command: Command, model: type[Any], drafts: Sequence[Draft], *, code: str, message: Text) -> list[Problem]:
    """`code` (409) where a record of a tree would stand below itself, directly or through others. `model` has a
    `parent`; `message` names the `path`. A new record has nothing below it, so only changed ones are looked at."""
    moved = [d for d in drafts if d.before is not None and d.record.parent_id is not None]
    if not moved:
        return []
    rows = model._default_manager.filter(group_id=command.actor.group_id).values_list("id", "parent_id", "code")
    parents, codes = {}, {}
    for id, parent, name in rows:
        parents[id], codes[id] = parent, name
    for draft in moved:
        parents[draft.record.pk] = draft.record.parent_id
    problems = []
    for draft in moved:
        path, at = [draft.record.pk], draft.record.parent_id
        while at is not None and at != draft.record.pk and at not in path:
            path.append(at)
            at = parents.get(at)
        if at == draft.record.pk:
            names = " → ".join(codes.get(i, "?") for i in [*path, draft.record.pk])
            problems.append(Problem(code, message % {"path": names}, field="parent", row=draft.row, status=409))
    return problems
