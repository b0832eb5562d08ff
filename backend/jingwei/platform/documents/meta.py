"""What drives the screens and fills the data dictionary: declarations as JSON, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import get_language

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.declare import Action, Choices, Document, Lines
from jingwei.platform.documents.pivot import described
from jingwei.platform.documents.query import filterable, operators
from jingwei.platform.documents.schema import line_meanings
from jingwei.platform.documents.values import Meaning, meaning
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Currency
from jingwei.platform.text import pinyin_initials


def field_json(m: Meaning, *, read_only: bool = False, listable: bool = True) -> dict[str, Any]:
    """A field for the form, the grid and the list."""
    found: dict[str, Any] = {
        "name": m.name,
        "label": str(m.label),
        "help": str(m.help),
        "type": "choice" if m.kind == "currency" else m.kind,
        "required": m.required,
        "read_only": read_only,
        "listable": listable,
    }
    limits = {"max_length": m.max_length, "scale": m.scale, "min": _text(m.minimum), "max": _text(m.maximum)}
    found |= {name: value for name, value in limits.items() if value is not None}
    if m.has_default and not isinstance(m.default, dict) and m.default != "":
        found["default"] = m.default
    if m.choices:
        found["choices"] = [{"value": value, "label": str(label)} for value, label in m.choices]
    if m.kind == "currency":
        found["choices"] = currencies()
    if m.target is not None:
        target = catalogue.of(m.target)
        found["target"] = {"key": target.key, "path": target.path}
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def currencies() -> list[dict[str, str]]:
    """All currencies as choices, in the reader's language."""
    name = "name_zh" if (get_language() or "").startswith("zh") else "name_en"
    rows = Currency.objects.order_by("code").values_list("code", name)
    return [{"value": code, "label": f"{code} {label}"} for code, label in rows]


def action_json(document: Document, action: Action, actor: Actor) -> dict[str, Any]:
    """An action for the action bar; its inputs as form fields."""
    properties = action.inputs.model_json_schema().get("properties", {})
    return {
        "key": action.key,
        "label": str(action.label),
        "help": str(action.help),
        "style": action.style,
        "source": sorted(action.source),
        "target": action.target,
        "batch": True,
        "ask": str(action.ask) or None,
        "inputs": [_input_json(name, schema, action) for name, schema in properties.items()],
        "may": actor.may(f"{document.key}.{action.key}"),
    }


def _input_json(name: str, schema: dict[str, Any], action: Action) -> dict[str, Any]:
    info = action.inputs.model_fields[name]
    kinds = {"boolean": "bool", "integer": "integer", "date": "date", "date-time": "instant"}
    kind = kinds.get(schema.get("format", ""), kinds.get(schema.get("type", ""), "text"))
    choices = next((m for m in info.metadata if isinstance(m, Choices)), None)
    found = {
        "name": name,
        "label": str(info.title or name),
        "help": str(info.description or ""),
        "type": "choice" if choices else kind,
        "required": info.is_required(),
        "read_only": False,
        "listable": False,
    }
    if choices:
        found["choices"] = [{"value": value, "label": str(label)} for value, label in choices.pairs]
    return found


def document_json(document: Document, actor: Actor) -> dict[str, Any]:
    """Everything a screen needs to show one kind of record."""
    header = {name: meaning(document.field(name)) for name in document.header_fields}
    fixed = {*document.read_only, *document.where}
    filters = filterable(document)
    return {
        "key": document.key,
        "path": document.path,
        "label": str(document.label),
        "plural": str(document.plural),
        "help": str(document.help),
        "per_company": document.per_company,
        "date": document.date,
        "party": document.party,
        "title_fields": list(document.called or (document.number, *(("name",) if "name_zh" in document.title else ()))),
        "states": [{"key": s.key, "label": str(s.label), "colour": s.colour} for s in document.states],
        "initial_state": document.initial_state,
        "editable_in": sorted(document.editable_in),
        "deletable_in": sorted(document.deletable_in),
        "fields": {
            name: field_json(m, read_only=name in fixed, listable=m.kind != "json") for name, m in header.items()
        },
        "lines": [lines_json(lines) for lines in document.lines],
        "sections": [
            {"key": s.key, "label": str(s.label), "fields": list(s.fields), "folded": s.folded}
            for s in document.sections
        ],
        "columns": list(document.columns),
        "filters": [
            {"name": name, "ops": list(operators(filters[name]))}
            for name in dict.fromkeys((*document.filters, *filters))
            if name not in ("id", "company")
        ],
        "sortable": list(dict.fromkeys((document.sort.removeprefix("-"), *document.sortable))),
        "sort": document.sort,
        "pivot": described(document),
        "continued": list(document.continued),
        "actions": [action_json(document, a, actor) for a in document.actions],
        "conversions": [
            {
                "key": c.key,
                "label": str(c.label),
                "help": str(c.help),
                "style": c.style,
                "source": sorted(c.source),
                "target": {"key": c.target, "path": catalogue.get(c.target).path},
                "may": actor.may(f"{c.target}.create"),
            }
            for c in document.conversions
        ],
        "may": {
            verb: actor.may(f"{document.key}.{verb}")
            for verb in ("view", "create", "edit", "delete", "import", "export", "print")
        },
        "prints": [{"key": one.key, "label": str(one.label)} for one in document.prints],
        "has_preview": True,
        "has_versions": True,
    }


def lines_json(lines: Lines) -> dict[str, Any]:
    """A collection of lines for the grid."""
    return {
        "name": lines.name,
        "label": str(lines.label),
        "help": str(lines.help),
        "order": list(lines.fields),
        "fields": {m.name: field_json(m, read_only=m.name in lines.read_only) for m in line_meanings(lines)},
        "rare": [name for name in lines.fields if name in lines.rare],
        "details": [name for name in lines.fields if name in lines.details],
        "carried": [name for name in lines.fields if name in lines.carried],
        "min": lines.minimum,
    }


def menu_json(actor: Actor) -> list[dict[str, Any]]:
    """The departments with what the actor may see; empty ones are left out."""
    result = []
    for module in catalogue.modules:
        entries = [
            {
                "kind": "document",
                "key": d.key,
                "path": d.path,
                "label": str(d.plural),
                "initials": _initials(d.plural),
                # What "new …" makes here; nothing for who may not.
                "makes": str(d.label) if actor.may(f"{d.key}.create") else "",
            }
            for d in module.documents
            if actor.may(f"{d.key}.view")
        ]
        entries += [
            {"kind": "page", "key": p.key, "path": p.path, "label": str(p.label), "initials": _initials(p.label)}
            for p in module.pages
            if actor.may(p.permission)
        ]
        entries += [
            {"kind": "report", "key": r.key, "path": r.path, "label": str(r.label), "initials": _initials(r.label)}
            for r in module.reports
            if r.in_menu and actor.may(r.permission)
        ]
        if entries:
            result.append({"key": module.key, "label": str(module.label), "entries": entries})
    return result


def _initials(label: Any) -> str:
    with translation.override("zh-hans"):
        return pinyin_initials(str(label))


def dictionary(search: str = "") -> list[dict[str, Any]]:
    """The data dictionary: every declared field with its meaning in both languages."""
    rows = [row for document in catalogue if catalogue.of(document.model) is document for row in _entries(document)]
    wanted = search.casefold().split()
    return [r for r in rows if all(any(w in str(v).casefold() for v in r.values()) for w in wanted)]


def _entries(document: Document) -> Iterable[dict[str, Any]]:
    for name in document.header_fields:
        yield _entry(document, None, meaning(document.field(name)), document.read_only)
    for lines in document.lines:
        for m in line_meanings(lines):
            yield _entry(document, lines, m, frozenset())


def _entry(document: Document, lines: Lines | None, m: Meaning, read_only: Iterable[str]) -> dict[str, Any]:
    language = get_language() or "en"
    other = "en" if language.startswith("zh") else "zh-hans"
    with translation.override(other):
        label_other, meaning_other = str(m.label), str(m.help)
    return {
        "document": document.key,
        "document_label": str(document.label),
        "collection": lines.name if lines else None,
        "collection_label": str(lines.label) if lines else None,
        "field": m.name,
        "label": str(m.label),
        "label_other": label_other,
        "meaning": str(m.help),
        "meaning_other": meaning_other,
        "type": m.kind,
        "owner": str(document.steward),
        "rule": rule_text(m, m.name in read_only),
        "values": [str(label) for _value, label in m.choices],
        "references": catalogue.of(m.target).key if m.target is not None else None,
    }


def rule_text(m: Meaning, read_only: bool) -> str:
    """What a value must satisfy, in words."""
    from django.utils.translation import gettext as _

    parts: Sequence[str] = [
        _("required") if m.required else "",
        _("computed") if read_only else "",
        _("at most %(count)s characters") % {"count": m.max_length} if m.max_length else "",
        _("at most %(count)s decimals") % {"count": m.scale} if m.scale is not None else "",
        _("at least %(limit)s") % {"limit": m.minimum} if m.minimum is not None else "",
        _("at most %(limit)s") % {"limit": m.maximum} if m.maximum is not None else "",
    ]
    return ", ".join(p for p in parts if p)
