"""The one grammar of lists: filters, search, sort and keyset cursor, from a request to SQL.

`filter[field][op]=value&search=…&sort=-field&cursor=…&limit=…&fields=a,b&count=1&totals=amount`. What is not known is
refused with the list of what is (400 `query.unknown`). Statements are put together from declared columns and values;
for a list of 50 the ORM takes longer over its statement and its objects than the database over all.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.declare import Document
from jingwei.platform.documents.values import TEXTS, Meaning, meaning, read_value
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import Actor
from jingwei.platform.text import fold

LIMIT, MOST = 50, 500
_ORDERED = ("eq", "gt", "gte", "lt", "lte")
OPERATORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(TEXTS, ("eq", "contains", "starts")),
    **dict.fromkeys(("quantity", "price", "amount", "rate", "integer", "date", "instant"), _ORDERED),
    **dict.fromkeys(("choice", "reference", "bool", "currency"), ("eq", "in")),
}
_COMPARED = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_FILTER = re.compile(r"filter\[(?P<field>[\w-]+)\]\[(?P<op>\w+)\]")


#: What a list found, by field: as many values in each as there are rows.
Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Sql:
    """Part of a statement: `text` names declared columns and placeholders, never a value. `&` joins conditions."""

    text: str = ""
    params: tuple[Any, ...] = ()

    def __and__(self, other: Sql) -> Sql:
        if not self.text or not other.text:
            return self if self.text else other
        return Sql(f"{self.text} AND {other.text}", (*self.params, *other.params))


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list as asked for, checked against the declaration."""

    conditions: Sql
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
    conditions = Sql()
    known = {"search", "sort", "cursor", "limit", "fields", "count", "totals", "format"}
    for name, value in params.items():
        if found := _FILTER.fullmatch(name):
            conditions &= _condition(document, found["field"], found["op"], value)
        elif name not in known:
            raise unknown(str(_("Parameter")), name, {*known, "filter[<field>][<op>]"})
    sort = params.get("sort") or document.sort
    sorted_by = sort.removeprefix("-")
    sortable = {document.sort.removeprefix("-"), *document.sortable, "id"}
    if sorted_by not in sortable:
        raise unknown(str(_("Sort field")), sorted_by, sortable)
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
        sort=sorted_by,
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


@cache
def column(document: Document, name: str) -> str:
    """A column of the document's table, for a statement."""
    return f'"{document.model._meta.db_table}"."{document.field(name).column}"'


def _condition(document: Document, name: str, op: str, value: str) -> Sql:
    known = filterable(document)
    if name not in known:
        raise unknown(str(_("Filter")), name, known)
    m, own = known[name], column(document, name)
    if op not in operators(m):
        raise unknown(str(_("Operator")), op, operators(m))
    if op == "null":
        return Sql(f"{own} IS {'' if value in ('1', 'true') else 'NOT '}NULL")
    if name == "state":
        states = [s.key for s in document.states]
        wanted = value.split(",") if op == "in" else [value]
        for state in wanted:
            if state not in states:
                raise unknown(str(_("State")), state, states)
        return among(own, wanted)
    if m is None:
        return among(own, _ids(value))
    if op == "in":
        return among(own, [_one(m, part) for part in value.split(",")])
    if op in ("contains", "starts"):
        before = "%" if op == "contains" else ""
        return Sql(f"upper({own}) LIKE upper(%s)", (f"{before}{_literally(value)}%",))
    given = value if m.kind in TEXTS else _one(m, value)
    if given is None and op == "eq":
        return Sql(f"{own} IS NULL")
    return Sql(f"{own} {_COMPARED[op]} %s", (given,))


def among(own: str, values: Iterable[Any]) -> Sql:
    """`IN` with a placeholder for each: of a single value the planner makes an equality, of an array it does not."""
    params = tuple(values)
    return Sql(f"{own} IN ({', '.join(['%s'] * len(params))})", params) if params else Sql("FALSE")


def _literally(value: str) -> str:
    return connection.ops.prep_for_like_query(value)


def _ids(value: str) -> list[int]:
    return [int(v) for v in value.split(",") if v.isascii() and v.isdigit() and len(v) < 17]


def _one(m: Meaning, value: str) -> Any:
    if m.kind == "reference":
        if not value.isascii() or not value.isdigit():
            raise unknown(str(_("Linked record")), value, [str(_("the id of a record"))])
        return int(value)
    return read_value(m, value)


def _search(document: Document, words: str) -> Sql:
    """Every word must occur in what the registry keeps of the record (number, names, pinyin initials, …) or of its
    party. A document without a party has one condition, which can lead the plan; one that looks at both is asked row by
    row along the order of the list, and PostgreSQL keeps what it looks up."""
    wanted = [f"%{_literally(word)}%" for word in fold(words).split()[:8]]
    if not wanted:
        return Sql()
    own = _registered(document, "id", "found")
    if document.party is None:
        return Sql(f"EXISTS ({own}{' AND found.search_text LIKE %s' * len(wanted)})", tuple(wanted))
    target = meaning(document.field(document.party)).target
    assert target is not None, "a party is a reference"
    named = f"{_registered(document, document.party, 'named')} AND named.type = %s AND named.search_text LIKE %s"
    found = Sql()
    for word in wanted:
        text = f"(EXISTS ({own} AND found.search_text LIKE %s) OR EXISTS ({named}))"
        found &= Sql(text, (word, catalogue.of(target).key, word))
    return found


def _registered(document: Document, name: str, alias: str) -> str:
    """The registry's row of what `name` of a record refers to, in the record's own group."""
    same = f"{alias}.group_id = {column(document, 'group')} AND {alias}.id = {column(document, name)}"
    return f"SELECT 1 FROM document {alias} WHERE {same}"


def cursor_of(found: Columns, query: ListQuery, at: int) -> str:
    """An opaque mark of where the next page begins: after the row `at`."""
    text = json.dumps([("-" if query.descending else "") + query.sort, _plain(found[query.sort][at]), found["id"][at]])
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


def reach(document: Document, actor: Actor) -> Sql:
    """Rows of the declaration in the actor's group, and in the companies where they may be viewed. 403 when nowhere."""
    permission = f"{document.key}.view"
    actor.need(permission, None)
    found = Sql(f"{column(document, 'group')} = %s", (actor.group_id,))
    for name, value in document.where.items():
        found &= Sql(f"{column(document, name)} = %s", (value,))
    return found & among(column(document, "company"), actor.scope(permission)) if document.per_company else found


def _beyond(document: Document, query: ListQuery) -> Sql:
    """Rows behind the cursor. PostgreSQL puts rows without a value last, in descending order first."""
    if query.after is None:
        return Sql()
    (value, last), step = query.after, "<" if query.descending else ">"
    own, id = column(document, query.sort), column(document, "id")
    if query.sort == "id":
        return Sql(f"{id} {step} %s", (last,))
    if value is None:
        others = f" OR {own} IS NOT NULL" if query.descending else ""
        return Sql(f"({own} IS NULL AND {id} {step} %s{others})", (last,))
    others = f" OR {own} IS NULL" if document.field(query.sort).null and not query.descending else ""
    return Sql(f"(({own}, {id}) {step} (%s, %s){others})", (value, last))


def _ordered(document: Document, query: ListQuery, actor: Actor, limit: int) -> Sql:
    """The rows in reach, filtered and in order, from the cursor on."""
    found = reach(document, actor) & query.conditions & _beyond(document, query)
    direction = "DESC" if query.descending else "ASC"
    order = ", ".join(f"{column(document, name)} {direction}" for name in dict.fromkeys((query.sort, "id")))
    return Sql(f"{found.text} ORDER BY {order} LIMIT %s", (*found.params, limit))


def select(document: Document, what: Iterable[Sql], rows: Sql) -> list[tuple[Any, ...]]:
    """One statement over the document's table."""
    shown = list(what)
    params = [p for s in shown for p in s.params]
    return _select(document, Sql(", ".join(s.text for s in shown), tuple(params)), rows)


def _select(document: Document, shown: Sql, rows: Sql) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {shown.text} FROM "{document.model._meta.db_table}" WHERE {rows.text}',
            [*shown.params, *rows.params],
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


@lru_cache(maxsize=1_000)
def _columns(document: Document, names: tuple[str, ...]) -> tuple[tuple[str, ...], Sql]:
    """The names, each once, and their columns for a statement."""
    wanted = tuple(dict.fromkeys(names))
    return wanted, Sql(", ".join(column(document, name) for name in wanted))


def fetch(document: Document, query: ListQuery, actor: Actor, names: Iterable[str], limit: int) -> Columns:
    """The rows of a list: for each field of `names`, and for what every list needs, the values of all rows; those of a
    reference are ids."""
    wanted, shown = _columns(document, ("id", "version", "state", query.sort, *names))
    found = _select(document, shown, _ordered(document, query, actor, limit))
    return dict(zip(wanted, zip(*found, strict=True) if found else ((),) * len(wanted), strict=True))


def records(document: Document, rows: Sql) -> list[Any]:
    """Whole records."""
    statement = f'SELECT * FROM "{document.model._meta.db_table}" WHERE {rows.text}'
    return list(document.model._default_manager.raw(statement, rows.params))


def fetch_records(document: Document, query: ListQuery, actor: Actor, limit: int) -> list[Any]:
    """The rows of a list as whole records."""
    return records(document, _ordered(document, query, actor, limit))
