"""From a figure to its formula, the entries it is the sum of, and their documents.

A cell says by its column and its drill what it is made of: columns of its own row, rows so far, a measure of the report
it opens, rows of that report, or one document. That is followed down to terms; then all terms together are looked up in
their sources, two statements for each source, however many terms there are. Each level adds up to the figure, or says
that it does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.read import plain, title
from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import RegistryRow
from jingwei.platform.reports.declare import Column, Drill, Result, Row, Source, Term
from jingwei.platform.reports.drill import to_documents

ZERO = Decimal(0)
FIGURES = frozenset({"amount", "quantity"})
#: Rows of a level that are listed one by one unless more are asked for.
USUAL_LIMIT = 20

_ENTRIES = """
SELECT term, id, on_day, document_id, words, amount, count, total FROM (
    SELECT facts.*, count(*) OVER (PARTITION BY term) AS count, sum(amount) OVER (PARTITION BY term) AS total,
           row_number() OVER (ORDER BY on_day, id, term) AS place, row_number() OVER (PARTITION BY term) AS first
    FROM ({sql}) AS facts(term, id, on_day, document_id, words, amount)
) AS numbered WHERE place <= %(limit)s OR first = 1 ORDER BY place
"""

_DOCUMENTS = """
SELECT facts.document_id, sum(facts.amount)
FROM ({sql}) AS facts(term, id, on_day, document_id, words, amount) GROUP BY 1
"""


@dataclass(slots=True)
class Leaf:
    """A term of the formula with what it comes to: facts of a source, one document, or a known amount."""

    term: Term
    document: tuple[str, int] | None = None
    amount: Decimal = ZERO
    count: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact that counts."""

    on: date | None
    document_id: int
    words: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with what of the figure comes from it."""

    id: int
    key: str
    label: Text
    number: str
    on: date | None
    party: str
    amount: Decimal


@dataclass(slots=True)
class Level:
    """The rows of a level that are listed, and the sum and number of all."""

    rows: Sequence[Any]
    count: int
    total: Decimal

    @property
    def rest(self) -> tuple[int, Decimal]:
        """How many more there are, and what they come to together."""
        return self.count - len(self.rows), self.total - sum((row.amount for row in self.rows), ZERO)


@dataclass(slots=True)
class Explanation:
    """A figure and its levels; `known` is what terms without entries come to, such as shares of other rows."""

    amount: Decimal
    formula: Level
    entries: Level
    documents: Level
    known: Decimal
    currency: str = ""
    kind: str = "amount"

    @property
    def agrees(self) -> bool:
        """Whether every level adds up to the figure."""
        sums = (self.formula.total, self.entries.total + self.known, self.documents.total + self.known)
        return all(total == self.amount for total in sums)


@dataclass
class Explaining:
    """Explanations for one actor; reports that figures open are made once."""

    actor: Actor
    made: dict[tuple[str, str], Result] = field(default_factory=dict)

    def leaves(self, result: Result, row: Row | None, name: str, depth: int = 0) -> list[Leaf]:
        """What the figure of a row, or of the totals, is made of; an empty list where it is no sum."""
        column = next(c for c in result.columns if c.name == name)
        if depth > 6:
            return []
        if row is None:
            if result.total_drill is not None:
                return self._opened(result.total_drill, column, ZERO, depth)
            return [leaf for one in result.rows if one.counts for leaf in self._cell(result, one, column, 1, depth)]
        return self._cell(result, row, column, 1, depth)

    def _cell(self, result: Result, row: Row, column: Column, sign: int, depth: int) -> list[Leaf]:
        value = row.values.get(column.name)
        if not isinstance(value, Decimal) or not value or not column.is_sum:
            return []
        own = row.drills.get(column.name)
        if own is None and column.of:
            found = [
                leaf
                for name, way in column.of.items()
                for leaf in self._signed(self.leaves(result, row, name, depth + 1), way)
            ]
        elif own is None and column.running:
            found = self._so_far(result, row, column, depth)
        else:
            drill = own or row.drill
            found = [] if drill is None else self._opened(drill, column, value, depth)
        return self._signed(found, sign)

    def _so_far(self, result: Result, row: Row, column: Column, depth: int) -> list[Leaf]:
        """The first row's figure and what the rows since then moved, turned to the side the figure stands on."""
        first, found, total = result.rows[0], [], ZERO
        sides = [(first, column.name, 1 if first is row or not self._is_credit(first, column) else -1)]
        for one in result.rows[1:]:
            if one.counts:
                sides += [(one, name, way) for name, way in column.running.items()]
            if one is row:
                break
        for one, name, way in sides:
            figure = one.values.get(name) or ZERO
            total += way * figure
            found += self._signed(self.leaves(result, one, name, depth + 1), way)
        return self._signed(found, 1 if total == row.values[column.name] else -1)

    @staticmethod
    def _is_credit(row: Row, column: Column) -> bool:
        drill = row.drills.get(column.name)
        return drill is not None and drill.adds.startswith("-")

    def _opened(self, drill: Drill, column: Column, value: Decimal, depth: int) -> list[Leaf]:
        if drill.terms is not None:
            return [Leaf(term) for term in drill.terms(column.name)]
        if drill.document is not None:
            key, _id = drill.document
            return [Leaf(Term(catalogue.get(key).label, amount=value), document=drill.document, amount=value, count=1)]
        report, adds = catalogue.reports[drill.report], drill.adds or column.adds
        if not adds:
            return []
        measure, sign = adds.removeprefix("-"), -1 if adds.startswith("-") else 1
        if report.terms is not None:
            return self._signed([Leaf(term) for term in report.terms(drill.params, measure)], sign)
        opened = self._make(drill)
        found = [leaf for one in opened.rows if one.counts for leaf in self.leaves(opened, one, measure, depth + 1)]
        return self._signed(found, sign)

    def _make(self, drill: Drill) -> Result:
        report = catalogue.reports[drill.report]
        self.actor.need(report.permission, self.actor.company_id)
        given = {name: value for name, value in drill.params.items() if value is not None}
        key = (report.key, json.dumps(given, cls=DjangoJSONEncoder, sort_keys=True))
        if key not in self.made:
            self.made[key] = report.run(self.actor, report.params.model_validate(given))
        return self.made[key]

    @staticmethod
    def _signed(leaves: Iterable[Leaf], sign: int) -> list[Leaf]:
        if sign == 1:
            return list(leaves)
        return [
            Leaf(
                Term(x.term.label, x.term.source, x.term.given, -x.term.sign, -x.term.amount),
                x.document,
                -x.amount,
                x.count,
            )
            for x in leaves
        ]

    # from terms to facts

    def explain(self, result: Result, row: Row | None, name: str, limit: int = USUAL_LIMIT) -> Explanation:
        """A figure of a report that was made, with its formula, entries and documents."""
        column = next((c for c in result.columns if c.name == name), None)
        value = (result.totals or {}).get(name) if row is None else row.values.get(name)
        if column is None or column.kind not in FIGURES or not column.is_sum or not isinstance(value, Decimal):
            raise Refusal(
                Problem(
                    "explain.no_sum",
                    _("%(column)s is not a sum of anything.") % {"column": column.label if column else name},
                    _("Rates, unit costs and words follow from other figures of the row."),
                    field="figure",
                )
            )
        leaves = self.leaves(result, row, name)
        entries, by_document, counted = self._look_up(leaves, limit)
        known = sum((x.amount for x in leaves if x.term.source is None and x.document is None), ZERO)
        for leaf in leaves:
            if leaf.document is not None:
                by_document[leaf.document[1]] = by_document.get(leaf.document[1], ZERO) + leaf.amount
                entries.append(Entry(None, leaf.document[1], str(leaf.term.label), leaf.amount))
                counted += 1
        papers = self._papers(by_document, limit)
        facts = sum(by_document.values(), ZERO)
        formula = Level(leaves, len(leaves), sum((x.amount for x in leaves), ZERO))
        listed = sorted(entries, key=lambda e: e.on or date.min)[:limit]
        return Explanation(
            amount=value,
            formula=Level(leaves[:limit], formula.count, formula.total),
            entries=Level(listed, counted, facts),
            documents=Level(papers, len(by_document), facts),
            known=known,
            currency=result.currency,
            kind=column.kind,
        )

    def _look_up(self, leaves: Sequence[Leaf], limit: int) -> tuple[list[Entry], dict[int, Decimal], int]:
        """Entries (the first `limit` of each source), sums by document, and how many entries there are; gives each leaf
        of a source its amount."""
        entries: list[Entry] = []
        by_document: dict[int, Decimal] = {}
        counted = 0
        for leaf in leaves:
            if leaf.term.source is None and leaf.document is None:
                leaf.amount = leaf.term.amount
        for source, wanted in _by_source(leaves).items():
            self.actor.need(source.permission, self.actor.company_id)
            terms = [{**leaf.term.given, "term": n, "sign": leaf.term.sign} for n, leaf in wanted.items()]
            given: dict[str, Any] = {
                "group": self.actor.group_id,
                "company": self.actor.company_id or 0,
                "terms": json.dumps(terms, cls=DjangoJSONEncoder),
                "limit": limit,
            }
            with connection.cursor() as cursor:
                cursor.execute(_ENTRIES.format(sql=source.sql), given)
                for place, (term, _id, on, document, words, amount, count, total) in enumerate(cursor.fetchall()):
                    if wanted[term].count == 0:
                        wanted[term].count, wanted[term].amount = count, total
                        counted += count
                    if place < limit:
                        entries.append(Entry(on, document, words, amount))
                cursor.execute(_DOCUMENTS.format(sql=source.sql), given)
                for document, amount in cursor.fetchall():
                    by_document[document] = by_document.get(document, ZERO) + amount
        return entries, by_document, counted

    def _papers(self, amounts: Mapping[int, Decimal], limit: int) -> list[Paper]:
        """The documents, by date, the first `limit` of them; those that cancel out are documents too."""
        rows = RegistryRow.objects.filter(group_id=self.actor.group_id, id__in=amounts).order_by("date", "id")
        fields = ("id", "type", "number", "date", "party__number", "party__title_zh", "party__title_en")
        found = list(rows.values_list(*fields)[:limit])
        views = to_documents(self.actor.group_id, {id: type for id, type, *_rest in found})
        papers = []
        for id, type, number, on, code, zh, en in found:
            view = views.get(id)
            key = view.document[0] if view is not None and view.document is not None else type
            party = f"{code or ''} {title(zh or '', en or '')}".strip()
            papers.append(Paper(id, key, _label(key), number, on, party, amounts[id]))
        return papers


def _label(key: str) -> Text:
    declared = catalogue.by_key.get(key)
    return declared.label if declared else key


def _by_source(leaves: Sequence[Leaf]) -> dict[Source, dict[int, Leaf]]:
    found: dict[Source, dict[int, Leaf]] = {}
    for number, leaf in enumerate(leaves):
        if leaf.term.source is not None:
            found.setdefault(leaf.term.source, {})[number] = leaf
    return found


def as_json(found: Explanation) -> dict[str, Any]:
    """The answer of the API; every level with its rows, how many more there are and what they come to."""

    def level(of: Level, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        more, together = of.rest
        return {"rows": rows, "more": more, "together": plain(together), "total": plain(of.total)}

    formula = [{"label": str(x.term.label), "amount": plain(x.amount), "entries": x.count} for x in found.formula.rows]
    entries = [
        {"on": plain(e.on), "document": e.document_id, "words": e.words, "amount": plain(e.amount)}
        for e in found.entries.rows
    ]
    documents = [
        {
            "id": p.id,
            "key": p.key,
            "label": str(p.label),
            "number": p.number,
            "on": plain(p.on),
            "party": p.party,
            "amount": plain(p.amount),
        }
        for p in found.documents.rows
    ]
    return {
        "amount": plain(found.amount),
        "currency": found.currency,
        "agrees": found.agrees,
        "formula": level(found.formula, formula),
        "entries": level(found.entries, entries),
        "documents": level(found.documents, documents),
    }
