"""What a deed does to other documents than its own: a version of each that it changes, with audit row and event."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Sequence
from typing import Any

from jingwei.platform import sets
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Change, Command
from jingwei.platform.documents.perform import event_name


def follow(
    command: Command, key: str, ids: Collection[int], deed: str, change: Callable[[Sequence[Any]], None]
) -> None:
    """Let `change` change header fields of documents, as a consequence of what the actor may do elsewhere; `deed` is
    one of the declaration's `consequences`. They are locked in the order of their ids; two statements, one where
    nothing changes. Neither state nor lines, nor what the registry shows."""
    document = catalogue.get(key)
    assert deed in document.consequences, f"{key} does not declare {deed}"
    records = sets.among(document.model, command.actor.group_id, "id", ids, sets.LOCKED)
    before = [copy.copy(record) for record in records]
    change(records)
    fields = [document.field(name) for name in document.header_fields]
    changed: list[Any] = []
    names: set[str] = set()
    for old, record in zip(before, records, strict=True):
        pairs = {f.name: [getattr(old, f.attname), getattr(record, f.attname)] for f in fields}
        if found := {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}:
            record.version += 1
            names |= found.keys()
            changed.append(record)
            command.changes.append(
                Change(catalogue.of(document.model).key, record, deed, event_name(deed), record.state, found)
            )
    shown = {document.number, document.date, document.party, *document.title, *document.search}
    assert not names & shown, f"{key}: the registry shows {names & shown}"
    sets.update(changed, [*sorted(names), "version"] if changed else [])
