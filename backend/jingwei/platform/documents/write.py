"""Creating, changing and deleting records: sets of drafts, a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from jingwei.platform import sets
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Change, Command
from jingwei.platform.documents.declare import Document, Draft
from jingwei.platform.documents.drafting import differences, draft_changed, draft_new, own_rows
from jingwei.platform.documents.registering import register, unregister
from jingwei.platform.errors import DocumentRef, Problem, Refusal, not_found, refuse
from jingwei.platform.models import Link, RegistryRow
from jingwei.platform.numbering import give_numbers


def create(command: Command, key: str, bodies: Sequence[BaseModel]) -> list[Any]:
    """Create records of one declaration and return them with their lines.

    Raises Refusal: `permission.denied`, `<name>.code.duplicate`, `reference.unknown`, what `check` finds.
    """
    document = catalogue.get(key)
    command.actor.need(f"{key}.create", _company(command, document))
    drafts, problems = draft_new(command, document, bodies)
    refuse([*problems, *taken(command, document, drafts), *_unknown_sources(command, bodies)])
    records = [d.record for d in drafts]
    if document.series and document.series.at == "create":
        give_numbers(command, document, [r for r in records if not getattr(r, document.series.field)])
    below = {lines.name: [line for r in records for line in getattr(r, lines.name)] for lines in document.lines}
    ids = iter(sets.next_ids(len(records) + sum(map(len, below.values()))))
    for record in records:
        record.pk, record.version = next(ids), 1
    register(document, records)
    sets.insert(records)
    for lines in document.lines:
        for record in records:
            for line in _adopted(lines.parent, record, getattr(record, lines.name)):
                line.pk = next(ids)
        sets.insert(below[lines.name])
    sets.insert([_link(record, s) for r, b in zip(records, bodies, strict=True) for record, s in _sources(r, b)])
    if document.saved:
        document.saved(command, drafts)
    for record in records:
        _note(command, document, record, "create", "created", "", differences(document, None, record))
    return records


def _sources(record: Any, body: BaseModel) -> list[tuple[Any, int]]:
    return [(record, source) for source in dict.fromkeys(getattr(body, "sources", ()))]


def _link(record: Any, source: int) -> Link:
    return Link(group_id=record.group_id, source_id=source, target_id=record.pk, relation="made_from")


def _unknown_sources(command: Command, bodies: Sequence[BaseModel]) -> Iterable[Problem]:
    """Documents a draft is made from must be there, in the group and in the actor's companies."""
    wanted = {s for body in bodies for s in getattr(body, "sources", ())}
    rows = sets.among(RegistryRow, command.actor.group_id, "id", wanted)
    known = {r.pk for r in rows if r.company_id is None or r.company_id in command.actor.companies}
    for source in sorted(wanted - known):
        yield Problem("source.unknown", _("There is no document %(id)s.") % {"id": source}, field="sources")


def _company(command: Command, document: Document) -> int | None:
    if not document.per_company:
        return None
    if command.actor.company_id is None:
        message = _("Choose the company first: %(label)s belongs to a company.") % {"label": document.label}
        raise Refusal(Problem("company.missing", message, status=400))
    return command.actor.company_id


def _adopted(parent: str, record: Any, lines: Iterable[Any]) -> Iterable[Any]:
    for line in lines:
        setattr(line, f"{parent}_id", record.pk)
        line.group_id = record.group_id
        yield line


def _note(
    command: Command, document: Document, record: Any, action: str, event: str, from_state: str, changes: dict[str, Any]
) -> None:
    command.changes.append(Change(catalogue.of(document.model).key, record, action, event, from_state, changes))


def taken(command: Command, document: Document, drafts: Sequence[Draft]) -> list[Problem]:
    """Codes that exist already, in the database or twice in this set: named by row, before the constraint has to."""
    if not hasattr(document.model, "code_folded"):
        return []
    wanted = {d.record.code_folded for d in drafts} - {""}
    own = {d.record.pk for d in drafts if d.before}
    rows = own_rows(command, document.model).filter(code_folded__in=wanted)
    known = {row.code_folded: row for row in rows if row.pk not in own}
    owner = catalogue.of(document.model)
    seen: set[str] = set()
    problems = []
    for draft in drafts:
        code = draft.record.code_folded
        if not code:
            continue
        if code in known or code in seen:
            first = known.get(code)
            problems.append(
                Problem(
                    f"{owner.key.rpartition('.')[2]}.code.duplicate",
                    _("%(label)s %(value)s exists already.") % {"label": owner.label, "value": draft.record.code},
                    _("Open the existing record, or give another value."),
                    field="code",
                    row=draft.row,
                    status=409,
                    documents=(DocumentRef(owner.key, first.pk, str(first)),) if first else (),
                )
            )
        seen.add(code)
    return problems


def update(command: Command, key: str, changes: Sequence[tuple[int, int | None, BaseModel]]) -> list[Any]:
    """Change records, given as (id, version the user saw or None, changed fields); returns them.

    Raises Refusal: `version.conflict` (409, with both values), `doc.posted` where the state forbids editing,
    `record.not_found`, and all that `create` raises. A change that changes nothing writes nothing.
    """
    document = catalogue.get(key)
    command.actor.need(f"{key}.edit")
    stored = lock(command, document, [id for id, _version, _body in changes], f"{key}.edit")
    check_versions(document, stored, {id: (version, body) for id, version, body in changes})
    by_id = {record.pk: record for record in stored}
    drafts, problems = draft_changed(command, document, [(by_id[id], body) for id, _version, body in changes])
    found = [(d, differences(document, d.before, d.record)) for d in drafts]
    changed = [(d, c) for d, c in found if c]
    refuse(_not_editable(document, [d.before for d, _c in changed]))
    refuse([*problems, *taken(command, document, drafts)])
    records = [d.record for d, _c in changed]
    for record in records:
        record.version += 1
    names = {n for d, _c in changed for n in _altered(document, d)}
    sets.update(records, [*sorted(names), "version"] if records else [])
    register(document, records, known=True)
    _write_lines(command, document, [d for d, _c in changed])
    if document.saved and changed:
        document.saved(command, [d for d, _c in changed])
    for draft, change in changed:
        _note(command, document, draft.record, "edit", "changed", draft.record.state, change)
    return [d.record for d in drafts]


def _altered(document: Document, draft: Draft) -> Iterable[str]:
    """Every stored field that differs, derived ones included."""
    for field in document.model._meta.local_concrete_fields:
        if field.name not in ("id", "group", "version") and getattr(draft.record, field.attname) != getattr(
            draft.before, field.attname
        ):
            yield field.name


def _write_lines(command: Command, document: Document, drafts: Sequence[Draft]) -> None:
    for lines in document.lines:
        added, kept, gone = [], [], []
        for draft in drafts:
            after = list(_adopted(lines.parent, draft.record, getattr(draft.record, lines.name)))
            added += [line for line in after if line.pk is None]
            kept += [line for line in after if line.pk is not None]
            gone += [b.pk for b in getattr(draft.before, lines.name) if b.pk not in {line.pk for line in after}]
        sets.delete(lines.model, command.actor.group_id, gone)
        names = [f.name for f in lines.model._meta.local_concrete_fields if f.name not in ("id", "group", lines.parent)]
        sets.update(kept, names)
        for line, id in zip(added, sets.next_ids(len(added)) if added else (), strict=True):
            line.pk = id
        sets.insert(added)


def lock(command: Command, document: Document, ids: Sequence[int], permission: str) -> list[Any]:
    """Lock records in id order and load their lines. 404 for what is not there or not in the actor's companies,
    403 where it may be seen but `permission` is missing."""
    actor = command.actor
    condition, params = "group_id = %s AND id = ANY(%s)", [actor.group_id, list(set(ids))]
    if document.per_company:
        condition, params = (
            f"{condition} AND company_id = ANY(%s)",
            [*params, list(actor.scope(f"{document.key}.view"))],
        )
    for name, value in document.where.items():
        condition, params = f'{condition} AND "{document.field(name).column}" = %s', [*params, value]
    records = sets.read(document.model, condition, params, sets.LOCKED)
    missing = sorted(set(ids) - {r.pk for r in records})
    if missing:
        raise not_found(document.label, missing[0])
    for company in {getattr(r, "company_id", None) for r in records}:
        actor.need(permission, company)
    load_lines(document, records)
    return records


def load_lines(document: Document, records: Sequence[Any]) -> None:
    """Load each collection of lines in one statement and hang it on its record."""
    for lines in document.lines:
        by_parent: dict[int, list[Any]] = {r.pk: [] for r in records}
        if records:
            condition, params = f"group_id = %s AND {lines.parent}_id = ANY(%s)", [records[0].group_id, list(by_parent)]
            for line in sets.read(lines.model, condition, params, "ORDER BY line, id"):
                by_parent[getattr(line, f"{lines.parent}_id")].append(line)
        for record in records:
            setattr(record, lines.name, by_parent[record.pk])


def check_versions(document: Document, stored: Sequence[Any], seen: Mapping[int, tuple[int | None, Any]]) -> None:
    """409 with both values where somebody else saved in between."""
    problems = []
    for record in stored:
        version, body = seen[record.pk]
        if version is None or version == record.version:
            continue
        given = body.model_dump(mode="json", exclude_unset=True) if body is not None else {}
        theirs = {n: getattr(record, document.field(n).attname) for n in given if n in document.writable}
        problems.append(
            Problem(
                "version.conflict",
                _("%(label)s %(number)s was changed by somebody else (version %(stored)s, yours is %(yours)s).")
                % {"label": document.label, "number": record, "stored": record.version, "yours": version},
                _("Look at both values and save again."),
                status=409,
                documents=(DocumentRef(document.key, record.pk, str(record)),),
                extra={"ours": given, "theirs": theirs, "version": record.version},
            )
        )
    refuse(problems)


def _not_editable(document: Document, records: Iterable[Any]) -> Iterable[Problem]:
    for record in records:
        if record.state not in document.editable_in:
            state = document.state(record.state)
            yield Problem(
                "doc.posted",
                _("%(label)s %(number)s is %(state)s and can no longer be edited.")
                % {"label": document.label, "number": record, "state": state.label if state else record.state},
                _("Reverse it and copy it to a new draft."),
                status=409,
                documents=(DocumentRef(document.key, record.pk, str(record)),),
            )


def delete(command: Command, key: str, ids: Sequence[int], versions: Mapping[int, int] | None = None) -> None:
    """Delete records that nothing refers to and whose state allows it; others are refused with what uses them."""
    document = catalogue.get(key)
    command.actor.need(f"{key}.delete")
    records = lock(command, document, ids, f"{key}.delete")
    check_versions(document, records, {r.pk: ((versions or {}).get(r.pk), None) for r in records})
    refuse(
        Problem(
            "doc.posted",
            _("%(label)s %(number)s can no longer be deleted.") % {"label": document.label, "number": record},
            _("Cancel or deactivate it instead."),
            status=409,
        )
        for record in records
        if record.state not in document.deletable_in
    )
    refuse(used(document, records))
    for lines in document.lines:
        gone = [line.pk for record in records for line in getattr(record, lines.name)]
        sets.delete(lines.model, command.actor.group_id, gone)
    if document.deleted:
        document.deleted(command, records)
    sets.delete(document.model, command.actor.group_id, [r.pk for r in records])
    unregister(command.actor.group_id, [r.pk for r in records])
    for record in records:
        record.version += 1
        _note(command, document, record, "delete", "deleted", record.state, {})


def users_of(document: Document, records: Sequence[Any]) -> dict[int, list[int]]:
    """Ids of the records that refer to each of `records`, over every declared reference to their model."""
    ids = [r.pk for r in records]
    users: dict[int, dict[int, None]] = {id: {} for id in ids}
    for other in catalogue:
        if catalogue.of(other.model) is not other:
            continue
        for model, owner in [(other.model, "id"), *((part.model, f"{part.parent}_id") for part in other.lines)]:
            for field in model._meta.local_concrete_fields:
                if field.remote_field is None or field.remote_field.model is not document.model:
                    continue
                if owner == f"{field.name}_id":
                    continue  # a record's own lines go with it
                rows = model._default_manager.filter(group_id=records[0].group_id, **{f"{field.name}__in": ids})
                for target, source in rows.values_list(field.attname, owner)[:1000]:
                    if target != source:
                        users[target][source] = None
    return {id: list(found) for id, found in users.items()}


def used(document: Document, records: Sequence[Any]) -> Iterable[Problem]:
    """What refers to the records, as 'used in 12 records or documents' with the first ten of them."""
    users = users_of(document, records)
    shown = [source for found in users.values() for source in found[:10]]
    refs = {
        row.pk: DocumentRef(row.type, row.pk, row.number, row.title_en or row.title_zh)
        for row in RegistryRow.objects.filter(group_id=records[0].group_id, id__in=shown)
    }
    for record in records:
        if found := users[record.pk]:
            yield Problem(
                "record.in_use",
                _("%(label)s %(number)s is used in %(count)s records or documents.")
                % {"label": document.label, "number": record, "count": len(found)},
                _("Deactivate it instead: history stays readable, new entries cannot use it."),
                status=409,
                documents=tuple(refs[s] for s in found[:10] if s in refs),
            )
