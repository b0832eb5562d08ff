"""Reading records: lists in two statements, one record with its lines, and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

import msgspec
from django.db import connection, models
from django.utils.translation import get_language

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.declare import Document
from jingwei.platform.documents.perform import wrong_state
from jingwei.platform.documents.query import (
    Columns,
    ListQuery,
    Sql,
    among,
    column,
    cursor_of,
    fetch,
    reach,
    records,
    select,
)
from jingwei.platform.documents.schema import line_meanings
from jingwei.platform.documents.values import Meaning, meaning
from jingwei.platform.documents.write import load_lines
from jingwei.platform.errors import denied, not_found
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import AuditEvent, Printing, RegistryRow, User


@cache
def listable(document: Document) -> dict[str, Meaning]:
    """Fields a list can show: the header's, without long text."""
    found = {name: meaning(document.field(name)) for name in document.header_fields}
    return {name: m for name, m in found.items() if m.kind != "json"}


def plain(value: Any) -> Any:
    """A value as JSON carries it: decimals and dates as text, trailing zeros of numbers kept as stored."""
    if isinstance(value, Decimal):
        return tidy(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def tidy(value: Decimal) -> str:
    """A decimal without the zeros that the column's scale adds: 12.500000 → 12.5, 10.000000 → 10."""
    text = str(value if value else abs(value))  # a zero has no sign
    if "E" in text:  # 0E-8
        text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if text[-1] == "0" and "." in text else text


def titles(group_id: int, ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    """What records are called, by id, in one statement: {id: {id, key, number, title}} in the reader's language."""
    wanted = {i for i in ids if i is not None}
    if not wanted:
        return {}
    with connection.cursor() as cursor:  # one array of ids: a placeholder for each would take longer than the answer
        cursor.execute(_TITLES, [group_id, list(wanted)])
        rows = cursor.fetchall()
    chinese = (get_language() or "").startswith("zh")
    return {
        id: {"id": id, "key": key, "number": number, "title": (zh or en) if chinese else (en or zh)}
        for id, key, number, zh, en in rows
    }


_TITLES = "SELECT id, type, number, title_zh, title_en FROM document WHERE group_id = %s AND id = ANY(%s)"


def title(zh: str, en: str) -> str:
    """The name in the reader's language, or in the other when that is all there is."""
    return (zh or en) if (get_language() or "").startswith("zh") else (en or zh)


def list_page(document: Document, query: ListQuery, actor: Actor) -> dict[str, Any]:
    """One page of a list: {"rows", "next"} and, when asked for, "count" and "totals"."""
    found = fetch(document, query, actor, fields_of(document, query.fields), query.limit + 1)
    more = len(found["id"]) > query.limit
    if more:
        found = {name: values[:-1] for name, values in found.items()}
    result: dict[str, Any] = {
        "rows": as_rows(document, found, query.fields, actor.group_id),
        "next": cursor_of(found, query, -1) if more else None,
    }
    if query.count or query.totals:
        counted = counts_and_totals(document, query, actor)
        result["count"] = sum(part["count"] for part in counted)
        if query.totals:
            result["totals"] = counted
    return result


def counts_and_totals(document: Document, query: ListQuery, actor: Actor) -> list[dict[str, Any]]:
    """How many records the whole list has and the sums of the amounts asked for, in one statement; amounts of documents
    in several currencies are told by currency."""
    rows = reach(document, actor) & query.conditions
    by_currency = bool(query.totals) and "currency" in document.header_fields
    told_by = column(document, "currency") if by_currency else "NULL"
    if by_currency:
        rows = Sql(f"{rows.text} GROUP BY 1 ORDER BY 1", rows.params)
    sums = [f"sum({column(document, name)})" for name in query.totals]
    found = select(document, map(Sql, [told_by, "count(*)", *sums]), rows)
    return [
        {
            "currency": currency,
            "count": count,
            "values": {name: tidy(v or Decimal(0)) for name, v in zip(query.totals, values, strict=True)},
        }
        for currency, count, *values in found
    ]


@lru_cache(maxsize=1_000)
def _listed(document: Document, fields: tuple[str, ...]) -> tuple[list[Meaning], tuple[str, ...]]:
    """The fields that a list shows, all when none are chosen, and those that its names are made of."""
    known = listable(document)
    chosen = [known[f] for f in fields if f in known] if fields else list(known.values())
    has_name = (not fields or "name" in fields) and all(hasattr(document.model, name) for name in document.title)
    return chosen, document.title if has_name else ()


def fields_of(document: Document, fields: tuple[str, ...]) -> list[str]:
    """What `as_rows` must be given to show `fields`, or all when there are none."""
    chosen, title_fields = _listed(document, fields)
    return [*(m.name for m in chosen), *title_fields]


@lru_cache(maxsize=1_000)
def _row_type(*names: str) -> type[Any]:
    return msgspec.defstruct("Row", names)


def as_rows(document: Document, found: Columns, fields: tuple[str, ...], group_id: int) -> list[Any]:
    """Rows of a list, which `answer` writes as JSON objects; the titles of what they refer to come in one statement."""
    chosen, title_fields = _listed(document, fields)
    names = titles(group_id, (id for m in chosen if m.kind == "reference" for id in found[m.name]))
    columns: dict[str, Iterable[Any]] = {name: found[name] for name in ("id", "version", "state")}
    if title_fields:
        first, other = title_fields if title("zh", "en") == "zh" else title_fields[::-1]
        columns["name"] = (name or instead for name, instead in zip(found[first], found[other], strict=True))
    for m in chosen:
        columns[m.name] = _values(found[m.name], m, names)
    return list(map(_row_type(*columns), *columns.values()))


def _values(column: Sequence[Any], m: Meaning, names: Mapping[int, dict[str, Any]]) -> Iterable[Any]:
    if m.kind == "reference":
        return map(names.get, column)
    if m.scale is not None:
        return [None if value is None else tidy(value) for value in column]
    return column


def _value(row: Any, m: Meaning, names: Mapping[int, dict[str, Any]]) -> Any:
    if m.kind == "reference":
        return names.get(getattr(row, f"{m.name}_id"))
    if m.kind == "currency":
        return getattr(row, f"{m.name}_id")
    return plain(getattr(row, m.name))


def get_records(document: Document, ids: Sequence[int], actor: Actor) -> list[Any]:
    """Records with their lines, in the order asked for; 404 naming the first that is not there or not the actor's."""
    rows = reach(document, actor) & among(column(document, "id"), ids)
    found = {r.pk: r for r in records(document, rows)}
    missing = [id for id in ids if id not in found]
    if missing:
        raise not_found(document.label, missing[0])
    wanted = [found[id] for id in dict.fromkeys(ids)]
    load_lines(document, wanted)
    if document.refresh:
        document.refresh(wanted)
    return wanted


def refreshed(document: Document, record: Any) -> Any:
    """A record that was just made, or is only being drafted, with what is reckoned on reading."""
    if document.refresh:
        document.refresh([record])
    return record


def get_record(document: Document, id: int, actor: Actor) -> Any:
    """One record with its lines; 404 when it is not there or not the actor's."""
    return get_records(document, [id], actor)[0]


def as_json(document: Document, record: Any, actor: Actor, *, stored: bool = True) -> dict[str, Any]:
    """A record as the API gives it: fields, lines, what can be done with it, who made and last changed it."""
    shown = [meaning(document.field(name)) for name in document.header_fields]
    ids = [getattr(record, f"{m.name}_id") for m in shown if m.kind == "reference"]
    for lines in document.lines:
        kinds = [m for m in line_meanings(lines) if m.kind == "reference"]
        ids += [getattr(line, f"{m.name}_id") for line in getattr(record, lines.name) for m in kinds]
    names = titles(record.group_id, ids)
    result: dict[str, Any] = {"id": record.pk if stored else None, "version": record.version, "state": record.state}
    if all(hasattr(record, name) for name in document.title):
        result["name"] = title(*(getattr(record, name) for name in document.title))
    result |= {m.name: _value(record, m, names) for m in shown}
    for lines in document.lines:
        parts = line_meanings(lines)
        result[lines.name] = [
            {"id": line.pk, "line": line.line, **{m.name: _value(line, m, names) for m in parts}}
            for line in getattr(record, lines.name)
        ]
    if stored:
        result["allowed"] = allowed(document, record, actor)
        result |= _authors(record)
    return result


def allowed(document: Document, record: Any, actor: Actor) -> list[dict[str, Any]]:
    """Each action with whether it can be taken now: state and permission, and the reason when not."""
    company = getattr(record, "company_id", None)
    result = []
    for action in document.actions:
        permission = f"{document.key}.{action.key}"
        reason = None
        if not actor.may(permission, company):
            reason = denied(permission).problems[0].message
        elif (found := wrong_state(document, action, record)) is not None:
            reason = found.message
        result.append({"key": action.key, "enabled": reason is None, "reason": str(reason) if reason else None})
    return result


def _authors(record: Any) -> dict[str, Any]:
    events = AuditEvent.objects.filter(group_id=record.group_id, document_id=record.pk)
    ends = list(
        events.filter(models.Q(version=1) | models.Q(version=record.version))
        .order_by("version")
        .values_list("at", "actor_id", "actor__name")
    )
    if not ends:
        return {"created_at": None, "created_by": None, "updated_at": None, "updated_by": None}
    (first, maker, maker_name), (last, changer, changer_name) = ends[0], ends[-1]
    return {
        "created_at": plain(first),
        "created_by": {"id": maker, "name": maker_name},
        "updated_at": plain(last),
        "updated_by": {"id": changer, "name": changer_name},
    }


def person(id: int) -> dict[str, Any]:
    """A user as others see them."""
    user = User.objects.get(pk=id)
    return {"id": user.pk, "name": user.name}


def timeline(document: Document, record: Any) -> list[dict[str, Any]]:
    """Events and comments of a record, newest first; changed fields by label, references by title."""
    from jingwei.platform.models import Comment

    events = list(
        AuditEvent.objects.filter(group_id=record.group_id, document_id=record.pk)
        .select_related("actor")
        .order_by("-version")[:200]
    )
    names = titles(record.group_id, _referred(document, events))
    entries = [
        {
            "id": e.pk,
            "at": plain(e.at),
            "kind": "event",
            "action": e.action,
            "label": _event_label(document, e.action),
            "actor": {"id": e.actor_id, "name": e.actor.name},
            "via": e.via,
            "from_state": e.from_state or None,
            "to_state": e.to_state or None,
            "changes": _changes(document, e.changes, names),
        }
        for e in events
    ]
    comments = Comment.objects.filter(group_id=record.group_id, document_id=record.pk).select_related("created_by")
    entries += [
        {
            "id": c.pk,
            "at": plain(c.created_at),
            "kind": "comment",
            "action": "comment",
            "label": "",
            "actor": {"id": c.created_by_id, "name": c.created_by.name},
            "via": "api",
            "from_state": None,
            "to_state": None,
            "changes": [],
            "body": c.body,
        }
        for c in comments
    ]
    return sorted([*entries, *_printings(document, record)], key=lambda e: (e["at"], e["id"]), reverse=True)


def _printings(document: Document, record: Any) -> list[dict[str, Any]]:
    """Every time a paper was made of the record."""
    from django.utils.translation import gettext as _

    labels = {one.key: str(one.label) for one in document.prints}
    made = Printing.objects.filter(group_id=record.group_id, document_id=record.pk).select_related("actor")
    return [
        {
            "id": one.pk,
            "at": plain(one.at),
            "kind": "event",
            "action": "print",
            "label": _("Printed: %(paper)s") % {"paper": labels.get(one.print, one.print)},
            "actor": {"id": one.actor_id, "name": one.actor.name},
            "via": "web",
            "from_state": None,
            "to_state": None,
            "changes": [],
        }
        for one in (made.order_by("-id")[:200] if document.prints else ())
    ]


def _event_label(document: Document, action: str) -> str:
    from django.utils.translation import gettext as _

    builtin = {"create": _("Created"), "edit": _("Changed"), "delete": _("Deleted")}
    declared = document.action(action)
    label = declared.label if declared else document.consequences.get(action, action)
    return builtin.get(action) or str(label)


def _fields(document: Document) -> dict[str, Any]:
    return {name: meaning(document.field(name)) for name in (*document.header_fields, *document.where)}


def _referred(document: Document, events: Sequence[AuditEvent]) -> set[int]:
    fields = _fields(document)
    lines = {part.name: {m.name: m for m in line_meanings(part)} for part in document.lines}
    found: set[int] = set()
    for event in events:
        for name, change in event.changes.items():
            if name in fields and fields[name].kind == "reference":
                found |= {v for v in change if isinstance(v, int)}
            for part in change if name in lines else ():
                for field, pair in part["fields"].items():
                    if field in lines[name] and lines[name][field].kind == "reference":
                        found |= {v for v in pair if isinstance(v, int)}
    return found


def _changes(document: Document, changes: Mapping[str, Any], names: Mapping[int, Any]) -> list[dict[str, Any]]:
    fields = _fields(document)
    collections = {part.name: part for part in document.lines}
    result = []
    for name, change in changes.items():
        if name in fields:
            old, new = (_shown(v, fields[name], names) for v in change)
            result.append({"field": name, "label": str(fields[name].label), "old": old, "new": new})
        elif name in collections:
            parts = {m.name: m for m in line_meanings(collections[name])}
            for line in change:
                for field, pair in line["fields"].items():
                    if field not in parts:
                        continue
                    old, new = (_shown(v, parts[field], names) for v in pair)
                    label = f"{collections[name].label} {line['line']} · {parts[field].label}"
                    result.append({"field": f"{name}.{line['line']}.{field}", "label": label, "old": old, "new": new})
    return result


def _shown(value: Any, m: Meaning, names: Mapping[int, Any]) -> Any:
    if value is None or value == "":
        return None
    if m.kind == "reference":
        ref = names.get(value)
        return f"{ref['number']} {ref['title']}".strip() if ref else str(value)
    if m.kind == "choice":
        return str(dict(m.choices).get(str(value), value))
    if m.kind in ("quantity", "amount", "price", "rate"):
        return f"{Decimal(str(value)).normalize():f}"
    return value


def linked(record: Any) -> list[dict[str, Any]]:
    """Documents made from this one and those it was made from."""
    from jingwei.platform.models import Link

    pairs = Link.objects.filter(group_id=record.group_id).filter(
        models.Q(source=record.pk) | models.Q(target=record.pk)
    )
    found = [(s, t, r) for s, t, r in pairs.values_list("source_id", "target_id", "relation")]
    others = {t if s == record.pk else s: ("target" if s == record.pk else "source") for s, t, _r in found}
    rows = RegistryRow.objects.filter(group_id=record.group_id, id__in=others)
    return [
        {
            "key": r.type,
            "id": r.pk,
            "number": r.number,
            "title": title(r.title_zh, r.title_en),
            "state": r.state,
            "relation": others[r.pk],
        }
        for r in rows.order_by("id")
        if r.type in catalogue.by_key
    ]
