"""`perform`: the one way a record changes its state, from the API, batches, imports, automation, jobs and tests."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jingwei.platform import sets
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Change, Command, run
from jingwei.platform.documents.constraints import is_too_large, refusal_of
from jingwei.platform.documents.declare import Action, Document, Input
from jingwei.platform.documents.drafting import differences, load_references
from jingwei.platform.documents.registering import register
from jingwei.platform.documents.write import check_versions, lock
from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text, refuse
from jingwei.platform.identity.actor import Actor


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one document of a batch: its record, or the refusal."""

    id: int
    record: Any = None
    refusal: Refusal | None = None


def perform(
    key: str,
    ids: Sequence[int],
    action: str,
    inputs: Input | None = None,
    *,
    actor: Actor,
    versions: Mapping[int, int] | None = None,
) -> list[Any]:
    """Carry out an action on a set of documents in a transaction of its own, all or none; returns them.

    Raises Refusal: `record.not_found`, `permission.denied`, `version.conflict`, `<key>.wrong_state`, and what the
    rule raises. One document is a list of one; the number of statements does not grow with the documents.
    """
    return run(actor, lambda command: act(command, key, ids, action, inputs, versions=versions))


def act(
    command: Command,
    key: str,
    ids: Sequence[int],
    action_key: str,
    inputs: Input | None = None,
    *,
    versions: Mapping[int, int] | None = None,
) -> list[Any]:
    """`perform` inside a running command: what rules call to act on other documents."""
    document = catalogue.get(key)
    action = document.action(action_key)
    assert action is not None, f"{key} has no action {action_key}"
    command.actor.need(f"{key}.{action_key}")
    records = lock(command, document, ids, f"{key}.{action_key}")
    check_versions(document, records, {r.pk: ((versions or {}).get(r.pk), None) for r in records})
    refuse(p for r in records if (p := wrong_state(document, action, r)) is not None)
    load_references(command, document, records)
    before = {r.pk: _copy(document, r) for r in records}
    if action.rule:
        action.rule(command, records, inputs if inputs is not None else action.inputs())
    for record in records:
        record.version += 1
        if action.target is not None:
            record.state = action.target
    names = {n for r in records for n in _altered(before[r.pk], r)}
    sets.update(records, [*sorted(names), "version"])
    _write_lines(document, before, records)
    register(document, records, known=True)
    owner = catalogue.of(document.model).key
    for record in records:
        old = before[record.pk]
        changes = differences(document, old, record)
        command.changes.append(Change(owner, record, action.key, event_name(action.key), old.state, changes))
    return records


def _copy(document: Document, record: Any) -> Any:
    old = copy.copy(record)
    for lines in document.lines:
        setattr(old, lines.name, [copy.copy(line) for line in getattr(record, lines.name)])
    return old


def _write_lines(document: Document, before: Mapping[int, Any], records: Sequence[Any]) -> None:
    """Save what the rule changed on stored lines and the lines it added at the end, a statement per collection each."""
    for lines in document.lines:
        names: set[str] = set()
        changed, added = [], []
        for record in records:
            stored = getattr(before[record.pk], lines.name)
            now = getattr(record, lines.name)
            for old, new in zip(stored, now, strict=False):
                if found := _altered(new, old):
                    names |= found
                    changed.append(new)
            for position, line in enumerate(now[len(stored) :], start=len(stored) + 1):
                setattr(line, f"{lines.parent}_id", record.pk)
                line.group_id, line.line = record.group_id, position
                added.append(line)
        sets.update(changed, sorted(names))
        for line, id in zip(added, sets.next_ids(len(added)) if added else (), strict=True):
            line.pk = id
        sets.insert(added)


def _altered(before: Any, after: Any) -> set[str]:
    fields = type(before)._meta.local_concrete_fields
    return {
        f.name
        for f in fields
        if f.name not in ("id", "group", "version") and getattr(before, f.attname) != getattr(after, f.attname)
    }


def wrong_state(document: Document, action: Action, record: Any) -> Problem | None:
    """Why the action is not possible in the record's state, or None. Never skipped silently."""
    return not_from(document, action.label, action.source, record)


def not_from(document: Document, deed: Text, source: frozenset[str], record: Any) -> Problem | None:
    """`<key>.wrong_state` (409) unless the record is in one of the states of `source`."""
    if record.state in source:
        return None
    state = document.state(record.state)
    sources = ", ".join(str(s.label) for s in document.states if s.key in source)
    return Problem(
        f"{document.key}.wrong_state",
        _("%(label)s %(number)s is %(state)s: %(action)s is possible only when it is %(sources)s.")
        % {
            "label": document.label,
            "number": record,
            "state": state.label if state else record.state,
            "action": deed,
            "sources": sources,
        },
        status=409,
        documents=(DocumentRef(document.key, record.pk, str(record)),),
    )


def perform_each(
    command: Command, key: str, ids: Sequence[int], action: str, inputs: Input | None = None
) -> list[Result]:
    """A batch that answers per document. The whole set is tried first, in a constant number of statements; when
    something is refused, each document is tried by itself behind a savepoint."""
    ids = list(dict.fromkeys(ids))
    marks = _marks(command)
    try:
        with transaction.atomic():
            records = act(command, key, ids, action, inputs)
            by_id = {r.pk: r for r in records}
            return [Result(id, by_id[id]) for id in ids]
    except (Refusal, IntegrityError):
        _forget(command, marks)
    except DatabaseError as error:
        if not is_too_large(error):
            raise
        _forget(command, marks)
    return [_one(command, key, id, action, inputs) for id in ids]


def _one(command: Command, key: str, id: int, action: str, inputs: Input | None) -> Result:
    marks = _marks(command)
    try:
        with transaction.atomic():
            return Result(id, act(command, key, [id], action, inputs)[0])
    except Refusal as refusal:
        _forget(command, marks)
        return Result(id, refusal=refusal)
    except DatabaseError as error:
        if not isinstance(error, IntegrityError) and not is_too_large(error):
            raise
        _forget(command, marks)
        return Result(id, refusal=refusal_of(error, command.actor))


def _marks(command: Command) -> dict[str, int]:
    """How much the command had to say and to do before an attempt that may be taken back."""
    pending = {name: len(members) for name, members in command.pending.items()}
    return {**pending, "": len(command.changes), " created": len(command.created)}


def _forget(command: Command, marks: Mapping[str, int]) -> None:
    """What an attempt that was rolled back left behind must not be told, numbered or audited."""
    del command.changes[marks[""] :]
    del command.created[marks[" created"] :]
    for name, members in command.pending.items():
        del members[marks.get(name, 0) :]
    command.held.clear()  # locks are let go with their savepoint


#: Past tenses that do not follow the rule; events are named `sales.order.shipped`.
IRREGULAR = {"ship": "shipped", "pay": "paid", "submit": "submitted"}


def event_name(action: str) -> str:
    """'confirm' → 'confirmed', 'close' → 'closed': the event an action becomes."""
    if action in IRREGULAR:
        return IRREGULAR[action]
    if action.endswith("e"):
        return action + "d"
    if action.endswith("y") and action[-2] not in "aeiou":
        return action[:-1] + "ied"
    return action + "ed"
