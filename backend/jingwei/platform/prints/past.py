"""What masters were called when a document was posted: its print stays as it was when a party is renamed later.

Nothing is copied at posting. The audit trail has every change of a master with its old value and instant, so that the
changes since can be taken off the record of today; usually there are none.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from jingwei.platform import sets
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.declare import Document, Lines
from jingwei.platform.documents.write import load_lines
from jingwei.platform.models import AuditEvent


class Past:
    """Masters as they were for each of `records`, all of one kind: at its posting, or as they are while it waits.

    `people[id]` says who did what to a record last, by action. Two statements, and three for each kind of master.
    """

    def __init__(self, records: Sequence[Any]) -> None:
        self.group_id = records[0].group_id
        self.since: dict[int, datetime] = {}
        self.people: dict[int, dict[str, str]] = defaultdict(dict)
        waiting = {"", *records[0].waiting}
        events = AuditEvent.objects.filter(group_id=self.group_id, document_id__in=[r.pk for r in records])
        told = events.order_by("version").values_list(
            "document_id", "action", "from_state", "to_state", "at", "actor__name"
        )
        for id, action, before, after, at, name in told:
            self.people[id][action] = name
            if before in waiting and after not in waiting:
                self.since[id] = at
        for record in records:
            if record.state in waiting:
                self.since.pop(record.pk, None)
        self.masters: dict[int, Any] = {}
        self.documents: dict[int, Document] = {}
        self.changes: dict[int, list[AuditEvent]] = defaultdict(list)

    def read(self, model: type[Any], ids: Iterable[int | None]) -> None:
        """Read masters with their lines, and what has changed of them since the first of the records was posted."""
        wanted = {id for id in ids if id is not None} - self.masters.keys()
        if not wanted:
            return
        document = catalogue.of(model)
        rows = sets.read(model, "group_id = %s AND id = ANY(%s)", [self.group_id, list(wanted)])
        load_lines(document, rows)
        self.masters |= {row.pk: row for row in rows}
        self.documents |= {row.pk: document for row in rows}
        if self.since:
            first = min(self.since.values())
            events = AuditEvent.objects.filter(group_id=self.group_id, document_id__in=wanted, at__gt=first)
            for event in events.order_by("-version"):
                self.changes[event.document_id].append(event)

    def of(self, record: Any, id: int | None) -> Any:
        """The master `id` as it was for `record`; None for None."""
        if id is None:
            return None
        master, since = self.masters[id], self.since.get(record.pk)
        later = [event.changes for event in self.changes[id] if since is not None and event.at > since]
        return _undone(self.documents[id], master, later) if later else master


def _undone(document: Document, master: Any, changes: Iterable[Mapping[str, Any]]) -> Any:
    """The master with changes taken back, the newest first."""
    past = copy.copy(master)
    collections = {lines.name: lines for lines in document.lines}
    for change in changes:
        for name, found in change.items():
            if name in collections:
                setattr(past, name, _lines_before(collections[name], getattr(past, name), found))
            else:
                setattr(past, document.field(name).attname, found[0])
    return past


def _lines_before(lines: Lines, after: Sequence[Any], changes: Sequence[Mapping[str, Any]]) -> list[Any]:
    """A collection before a change: what was added goes, what was removed comes back, the rest has its old values."""
    found = [copy.copy(line) for line in after]
    attnames = {name: lines.model._meta.get_field(name).attname for name in lines.fields}  # type: ignore[union-attr]
    for change in changes:
        fields = {attnames[name]: pair for name, pair in change["fields"].items() if name in attnames}
        if change["op"] == "removed":
            old = {attname: pair[0] for attname, pair in fields.items() if pair[0] is not None}
            found.insert(0, lines.model(line=change["line"], **old))
            continue
        same = [line for line in found if all(str(getattr(line, a)) == str(pair[1]) for a, pair in fields.items())]
        same.sort(key=lambda line: line.line != change["line"])
        if same and change["op"] == "added":
            found.remove(same[0])
        elif same:
            for attname, pair in fields.items():
                setattr(same[0], attname, pair[0])
    return sorted(found, key=lambda line: line.line)
