"""From typed input to drafts: unsaved records with their lines, references loaded, derived values filled.

Everything here is pure of writes, so that preview, dry run and saving are the same code.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from jingwei.platform import sets
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Document, Draft, Lines
from jingwei.platform.documents.values import meaning
from jingwei.platform.errors import DocumentRef, Problem
from jingwei.platform.fields import TenantForeignKey
from jingwei.platform.models import CompanyRecord
from jingwei.platform.text import fold

#: States of masters that new entries may not refer to; documents are judged by the rules that use them.
OUT_OF_USE = frozenset({"inactive"})

#: A value given for a reference field, waiting to be resolved: (instance, field, path, draft row, line, value).
Wish = tuple[Any, Any, str, int, int | None, int | str]


def draft_new(command: Command, document: Document, bodies: Sequence[BaseModel]) -> tuple[list[Draft], list[Problem]]:
    """Drafts of new records. Problems name references that do not exist or may not be used."""
    wishes: list[Wish] = []
    drafts = []
    for row, body in enumerate(bodies, start=1):
        record = document.model(group_id=command.actor.group_id, state=document.initial_state, **document.where)
        if document.per_company:
            record.company_id = command.actor.company_id  # type: ignore[attr-defined]
        _assign(record, document, body, row, wishes)
        drafts.append(Draft(row, record))
    return drafts, [*_resolve(command, wishes), *derive(command, document, drafts)]


def draft_changed(
    command: Command, document: Document, changes: Sequence[tuple[Any, BaseModel]]
) -> tuple[list[Draft], list[Problem]]:
    """Drafts of stored records (with their lines loaded) as they would be after the changes."""
    wishes: list[Wish] = []
    drafts = []
    for row, (before, body) in enumerate(changes, start=1):
        record = copy.copy(before)
        record._state = copy.copy(before._state)
        record._state.fields_cache = dict(before._state.fields_cache)
        for lines in document.lines:
            setattr(record, lines.name, [copy.copy(line) for line in getattr(before, lines.name)])
        _assign(record, document, body, row, wishes)
        drafts.append(Draft(row, record, before=before))
    load_references(command, document, [d.record for d in drafts])
    return drafts, [*_resolve(command, wishes), *derive(command, document, drafts)]


def _assign(record: Any, document: Document, body: BaseModel, row: int, wishes: list[Wish]) -> None:
    given = body.model_fields_set
    for name in document.writable:
        if name in given:
            _set(record, document.field(name), getattr(body, name), name, row, None, wishes)
    for lines in document.lines:
        parts = getattr(body, lines.name, None)
        if lines.name in given and parts is not None:
            setattr(record, lines.name, _lines(record, lines, parts, row, wishes))
        elif not hasattr(record, lines.name):
            setattr(record, lines.name, [])


def _lines(record: Any, lines: Lines, parts: Sequence[BaseModel], row: int, wishes: list[Wish]) -> list[Any]:
    kept = {line.pk: line for line in getattr(record, lines.name, [])}
    result = []
    for position, part in enumerate(parts, start=1):
        line = kept.get(part.id)  # type: ignore[attr-defined]
        if line is None:
            line = lines.model(group_id=record.group_id)
            line.pk = None
        line.line = position
        for name in lines.writable:
            if name in part.model_fields_set:
                path = f"{lines.name}.{position - 1}.{name}"
                _set(line, line._meta.get_field(name), getattr(part, name), path, row, position, wishes)
        result.append(line)
    return result


def _set(target: Any, field: Any, value: Any, path: str, row: int, line: int | None, wishes: list[Wish]) -> None:
    if isinstance(field, TenantForeignKey) and value is not None:
        wishes.append((target, field, path, row, line, value))
    elif isinstance(field, models.ForeignKey):
        setattr(target, field.attname, value)
    else:
        setattr(target, field.name, value)


def _resolve(command: Command, wishes: Sequence[Wish]) -> list[Problem]:
    """Load every record wished for, one statement per target model, and set it on the instance."""
    problems = []
    by_model: dict[type[Any], list[Wish]] = defaultdict(list)
    for wish in wishes:
        by_model[wish[1].remote_field.model].append(wish)
    for model, wanted in by_model.items():
        ids = {w[5] for w in wanted if isinstance(w[5], int)}
        codes = {fold(w[5]) for w in wanted if isinstance(w[5], str)}
        found = _find(command, model, ids, codes)
        for instance, field, path, row, line, value in wanted:
            target = found.get(value if isinstance(value, int) else fold(value))
            if target is None:
                problems.append(_unknown(model, value).at(field=path, row=row, line=line))
                continue
            if target.state in OUT_OF_USE and getattr(instance, field.attname) != target.pk:
                problems.append(_blocked(model, target).at(field=path, row=row, line=line))
            setattr(instance, field.name, target)
    return problems


def own_rows(command: Command, model: type[Any]) -> models.QuerySet[Any]:
    """Rows of the actor's group, and where the model belongs to a company, of the company worked in."""
    rows: models.QuerySet[Any] = model._default_manager.filter(group_id=command.actor.group_id)
    return rows.filter(company_id=command.actor.company_id) if issubclass(model, CompanyRecord) else rows


def _find(command: Command, model: type[Any], ids: set[int], codes: set[str]) -> dict[int | str, Any]:
    """By id, and by what people call it: the folded code of masters, the number of documents."""
    name = "code_folded" if hasattr(model, "code_folded") else catalogue.of(model).number
    condition, where = "id = ANY(%s)", [command.actor.group_id, list(ids)]
    if codes:
        condition = f'({condition} OR "{name}" = ANY(%s))'
        where.append([*codes, *(code.upper() for code in codes)])
    if issubclass(model, CompanyRecord):
        condition += " AND company_id = %s"
        where.append(command.actor.company_id)
    found: dict[int | str, Any] = {}
    for row in sets.read(model, f"group_id = %s AND {condition}", where):
        command.loaded[model].setdefault(row.pk, row)
        found[row.pk] = row
        if getattr(row, name):
            found[fold(getattr(row, name))] = row
    return found


def _unknown(model: type[Any], value: int | str) -> Problem:
    label = catalogue.of(model).label
    return Problem(
        "reference.unknown",
        _("%(label)s %(value)s does not exist.") % {"label": label, "value": value},
        _("Create it first, or choose another."),
    )


def _blocked(model: type[Any], target: Any) -> Problem:
    owner = catalogue.of(model)
    state = owner.state(target.state)
    return Problem(
        f"{owner.key.rpartition('.')[2]}.blocked",
        _("%(label)s %(code)s is %(state)s and cannot be used in new entries.")
        % {"label": owner.label, "code": target, "state": state.label if state else target.state},
        _("Choose another, or have it activated."),
        status=409,
        documents=(DocumentRef(owner.key, target.pk, str(target)),),
    )


def references(document: Document, records: Sequence[Any]) -> Iterator[tuple[Any, TenantForeignKey]]:
    """Every (instance, reference field) of records and their lines, parents apart."""
    for record in records:
        for name in document.header_fields:
            field = document.field(name)
            if isinstance(field, TenantForeignKey):
                yield record, field
        for lines in document.lines:
            for line in getattr(record, lines.name, []):
                for name in lines.fields:
                    field = line._meta.get_field(name)
                    if isinstance(field, TenantForeignKey):
                        yield line, field


def load_references(command: Command, document: Document, records: Sequence[Any]) -> None:
    """Load what stored records refer to, one statement per target model: rules never fetch row by row."""
    by_model: dict[type[Any], list[tuple[Any, TenantForeignKey]]] = defaultdict(list)
    for instance, field in references(document, records):
        by_model[field.remote_field.model].append((instance, field))
    for model, places in by_model.items():
        rows = command.load(model, (getattr(i, f.attname) for i, f in places))
        for instance, field in places:
            target = rows.get(getattr(instance, field.attname))
            if target is not None:
                setattr(instance, field.name, target)


def derive(command: Command, document: Document, drafts: Sequence[Draft]) -> list[Problem]:
    """Run `prepare` and `check`; the problems of the declaration itself come first."""
    problems = [*_missing_lines(document, drafts), *_unknown_currencies(command, document, drafts)]
    usable = [d for d in drafts if _complete(document, d)]
    if document.prepare:
        document.prepare(command, usable)
    if document.check:
        problems.extend(document.check(command, usable))
    return problems


def warnings(command: Command, document: Document, drafts: Sequence[Draft]) -> Sequence[Problem]:
    """What actions will ask about the drafts, that have no problems; nothing of those that are not complete."""
    usable = [d for d in drafts if _complete(document, d)]
    return document.warn(command, usable) if document.warn and usable else []


def _complete(document: Document, draft: Draft) -> bool:
    """Whether every value that must be there is: rules may then rely on it."""
    if not _filled(draft.record, document.header_fields):
        return False
    return all(_filled(line, part.fields) for part in document.lines for line in getattr(draft.record, part.name))


def _filled(instance: Any, names: Sequence[str]) -> bool:
    fields = (instance._meta.get_field(name) for name in names)
    return all(field.null or getattr(instance, field.attname) is not None for field in fields)


def _missing_lines(document: Document, drafts: Sequence[Draft]) -> Iterator[Problem]:
    for lines in document.lines:
        for draft in drafts:
            if len(getattr(draft.record, lines.name)) < lines.minimum:
                yield Problem(
                    "doc.no_lines",
                    _("At least %(count)s line is needed in %(label)s.")
                    % {"count": lines.minimum, "label": lines.label},
                    field=lines.name,
                    row=draft.row,
                )


def _unknown_currencies(command: Command, document: Document, drafts: Sequence[Draft]) -> Iterator[Problem]:
    names = [n for n in document.header_fields if meaning(document.field(n)).kind == "currency"]
    if not names:
        return
    given = {getattr(d.record, f"{n}_id") for d in drafts for n in names} - {None}
    known = command.load_currencies(given)
    for draft in drafts:
        for name in names:
            code = getattr(draft.record, f"{name}_id")
            if code is not None and code not in known:
                message = _("%(code)s is not a currency of ISO 4217.") % {"code": code}
                yield Problem("currency.unknown", message, field=name, row=draft.row)


def differences(document: Document, before: Any, after: Any) -> dict[str, Any]:
    """What changed, as JSON: {field: [old, new]}, and per collection a list of added, removed and changed lines."""
    changes: dict[str, Any] = {}
    for name in (*document.header_fields, *document.where):
        attname = document.field(name).attname
        old, new = getattr(before, attname, None) if before else None, getattr(after, attname)
        if old != new and not (before is None and new in ("", None)):
            changes[name] = [old, new]
    for lines in document.lines:
        found = _line_differences(lines, getattr(before, lines.name) if before else [], getattr(after, lines.name))
        if found:
            changes[lines.name] = found
    return changes


def _line_differences(lines: Lines, before: Sequence[Any], after: Sequence[Any]) -> list[Mapping[str, Any]]:
    attnames = {name: lines.model._meta.get_field(name).attname for name in lines.fields}  # type: ignore[union-attr]
    old = {line.pk: line for line in before}
    kept = {line.pk for line in after}
    result: list[Mapping[str, Any]] = [
        {"line": line.line, "op": "removed", "fields": {n: [getattr(line, a), None] for n, a in attnames.items()}}
        for line in before
        if line.pk not in kept
    ]
    for line in after:
        known = old.get(line.pk)
        values = {
            name: [getattr(known, att) if known else None, getattr(line, att)]
            for name, att in attnames.items()
            if known is None or getattr(known, att) != getattr(line, att)
        }
        if values:
            result.append({"line": line.line, "op": "changed" if known else "added", "fields": values})
    return result
