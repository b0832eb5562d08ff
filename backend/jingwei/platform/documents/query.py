"""The one grammar of lists: filters, search, sort and keyset cursor, from a request to SQL.

`filter[field][op]=value&search=…&sort=-field&cursor=…&limit=…&fields=a,b&count=1&totals=amount`. What is not known is
refused with the list of what is (400 `query.unknown`).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.declare import Document
from jingwei.platform.documents.values import Meaning, meaning, read_value
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import RegistryRow
from jingwei.platform.text import fold

LIMIT, MOST = 50, 500
_ORDERED = ("eq", "gt", "gte", "lt", "lte")
OPERATORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("text", "code", "multiline", "email"), ("eq", "contains", "starts")),
    **dict.fromkeys(("quantity", "price", "amount", "rate", "integer", "date", "instant"), _ORDERED),
    **dict.fromkeys(("choice", "reference", "bool", "currency"), ("eq", "in")),
}
_LOOKUPS = {"eq": "exact", "in": "in", "contains": "icontains", "starts": "istartswith"}
_FILTER = re.compile(r"filter\[(?P<field>[\w-]+)\]\[(?P<op>\w+)\]")


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list as asked for, checked against the declaration."""

    conditions: models.Q
    sort: str
    descending: bool
    limit: int
    after: tuple[Any, int] | None
    fields: tuple[str, ...]
    count: bool
    totals: tuple[str, ...] = ()


def unknown(what: str, given: str, allowed: Iterable[str]) -> Refusal:
    """400 `query.unknown`, with what would have been understood."""
    return Refusal(
        Problem(
            "query.unknown",
            _("%(what)s %(given)s is not known here.") % {"what": what, "given": given},
            _("Allowed: %(allowed)s.") % {"allowed": ", ".join(sorted(allowed))},
            field=given,
            status=400,
        )
    )


def parse_query(document: Document, params: Mapping[str, str], listable: Iterable[str]) -> ListQuery:
    """Read the query string of a list. Raises Refusal `query.unknown`, `query.cursor`, `number.invalid` …"""
    conditions = models.Q(**document.where)
    known = {"search", "sort", "cursor", "limit", "fields", "count", "totals", "format"}
    for name, value in params.items():
        if found := _FILTER.fullmatch(name):
            conditions &= _condition(document, found["field"], found["op"], value)
        elif name not in known:
            raise unknown(str(_("Parameter")), name, {*known, "filter[<field>][<op>]"})
    sort = params.get("sort") or document.sort
    column = sort.removeprefix("-")
    sortable = {document.sort.removeprefix("-"), *document.sortable, "id"}
    if column not in sortable:
        raise unknown(str(_("Sort field")), column, sortable)
    wanted = tuple(f for f in params.get("fields", "").split(",") if f)
    for field in wanted:
        if field not in listable:
            raise unknown(str(_("Field")), field, listable)
    summed = tuple(f for f in params.get("totals", "").split(",") if f)
    for field in summed:
        if field not in summable(document):
            raise unknown(str(_("Field")), field, summable(document))
    return ListQuery(
        conditions=conditions & _search(document, params.get("search", "")),
        sort=column,
        descending=sort.startswith("-"),
        limit=_limit(params.get("limit", "")),
        after=_cursor(document, params.get("cursor", ""), sort),
        fields=wanted,
        count=params.get("count") in ("1", "true"),
        totals=summed,
    )


def _limit(given: str) -> int:
    if not given:
        return LIMIT
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= MOST:
        raise unknown("limit", given, [f"1–{MOST}"])
    return int(given)


def summable(document: Document) -> list[str]:
    """Fields whose sum over a list means something: amounts, by currency where there are several."""
    return [name for name in document.header_fields if meaning(document.field(name)).kind == "amount"]


def filterable(document: Document) -> dict[str, Meaning | None]:
    """Fields a list can be filtered by; `state`, `id` and the company beside the declared ones."""
    found: dict[str, Meaning | None] = {"state": None, "id": None}
    if document.per_company:
        found["company"] = None
    for name in (*document.filters, *document.header_fields):
        if name != "state" and meaning(document.field(name)).kind in OPERATORS:
            found[name] = meaning(document.field(name))
    return found


def operators(m: Meaning | None) -> tuple[str, ...]:
    """The operators of a field; state, id and company know eq and in."""
    return (*(OPERATORS[m.kind] if m else ("eq", "in")), *(("null",) if m and m.null else ()))


def _condition(document: Document, name: str, op: str, value: str) -> models.Q:
    known = filterable(document)
    if name not in known:
        raise unknown(str(_("Filter")), name, known)
    m = known[name]
    if op not in operators(m):
        raise unknown(str(_("Operator")), op, operators(m))
    if op == "null":
        return models.Q(**{f"{name}__isnull": value in ("1", "true")})
    if name == "state":
        states = [s.key for s in document.states]
        wanted = value.split(",") if op == "in" else [value]
        for state in wanted:
            if state not in states:
                raise unknown(str(_("State")), state, states)
        return models.Q(state__in=wanted)
    if m is None:
        return models.Q(**{f"{name}__in": _ids(value)})
    if op == "in":
        parts = [_one(m, part) for part in value.split(",")]
        return models.Q(**{f"{m.name}__in": parts})
    if m.kind in ("text", "code", "multiline", "email"):
        return models.Q(**{f"{m.name}__{_LOOKUPS[op]}": value})
    return models.Q(**{f"{m.name}__{_LOOKUPS.get(op, op)}": _one(m, value)})


def _ids(value: str) -> list[int]:
    return [int(v) for v in value.split(",") if v.isascii() and v.isdigit() and len(v) < 17]


def _one(m: Meaning, value: str) -> Any:
    if m.kind == "reference":
        if not value.isascii() or not value.isdigit():
            raise unknown(str(_("Linked record")), value, [str(_("the id of a record"))])
        return int(value)
    return read_value(m, value)


def _search(document: Document, words: str) -> models.Q:
    """Every word must occur in what the registry keeps of the record (number, names, pinyin initials, …)."""
    condition = models.Q()
    wanted = fold(words).split()
    if not wanted:
        return condition
    rows = RegistryRow.objects.filter(group_id=models.OuterRef("group_id"), id=models.OuterRef("id"))
    for word in wanted[:8]:
        rows = rows.filter(search_text__contains=word)
    return models.Q(models.Exists(rows))


def cursor_of(row: Any, query: ListQuery) -> str:
    """An opaque mark of where the next page begins."""
    value = getattr(row, query.sort)
    text = json.dumps([("-" if query.descending else "") + query.sort, _plain(value), row.pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _cursor(document: Document, given: str, sort: str) -> tuple[Any, int] | None:
    if not given:
        return None
    try:
        made_for, value, last = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
        if made_for != sort or not isinstance(last, int):
            raise ValueError(given)
    except (ValueError, TypeError):
        raise Refusal(
            Problem(
                "query.cursor",
                _("The cursor does not belong to this list."),
                _("Begin again from the first page."),
                status=400,
            )
        ) from None
    field = document.field(sort.removeprefix("-"))
    return field.to_python(value), last


def rows_of(document: Document, query: ListQuery, actor: Actor) -> models.QuerySet[Any]:
    """The rows the actor may see, filtered and in order, from the cursor on, one more than the limit."""
    rows = scoped(document, actor).filter(query.conditions)
    if query.after is not None:
        value, last = query.after
        step = "lt" if query.descending else "gt"
        beyond = models.Q(**{f"{query.sort}__{step}": value})
        rows = rows.filter(beyond | models.Q(**{query.sort: value, f"id__{step}": last}))
    sign = "-" if query.descending else ""
    return rows.order_by(f"{sign}{query.sort}", f"{sign}id")[: query.limit + 1]


def scoped(document: Document, actor: Actor) -> models.QuerySet[Any]:
    """Rows of the actor's group, and of the companies in which they may be viewed. 403 when that is nowhere."""
    permission = f"{document.key}.view"
    actor.need(permission, None)
    rows = document.model._default_manager.filter(group_id=actor.group_id)
    if document.per_company:
        rows = rows.filter(company_id__in=actor.scope(permission))  # type: ignore[misc]
    return rows
