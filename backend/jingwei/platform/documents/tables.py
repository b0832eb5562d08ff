"""Records as rows of a table, out to a file and back: the same columns both ways.

Header fields come first, then each collection of lines as `units.unit`, `units.numerator` … A record with several lines
takes several rows that repeat its key. Reading never guesses: a cell is read by the same rule as a field of the API,
and the dry run is the real thing, rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from jingwei.platform.documents import read, write
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Document
from jingwei.platform.documents.drafting import own_rows
from jingwei.platform.documents.meta import currencies
from jingwei.platform.documents.schema import line_meanings, parse, schemas
from jingwei.platform.documents.values import Meaning, meaning
from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.models import RegistryRow
from jingwei.platform.tabular.columns import Choice, Kind, TemplateColumn
from jingwei.platform.tabular.matching import Candidate, match_columns
from jingwei.platform.tabular.table import Row, Table, TableProblem, cell_name
from jingwei.platform.text import fold

_NUMBERS = frozenset({"quantity", "price", "amount", "rate", "integer"})


@dataclass(frozen=True, slots=True)
class TableField:
    """One column: a header field, or a field of a collection of lines."""

    name: str
    meaning: Meaning
    collection: str | None
    label: Text


@dataclass(slots=True)
class Entry:
    """One record of the file: its body, the file rows it comes from, and the cell of each value."""

    rows: list[Row]
    body: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, tuple[Row, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Report:
    """What an import did, or would do."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[TableProblem] = field(default_factory=list)
    preview: list[dict[str, Any]] = field(default_factory=list)


class DryRun(Exception):
    """Raised at the end of a dry run, so that the transaction is rolled back; carries the report."""

    def __init__(self, report: Report) -> None:
        super().__init__("dry run")
        self.report = report


def table_fields(document: Document) -> list[TableField]:
    """The columns of a declaration's table."""
    found = [
        TableField(n, meaning(document.field(n)), None, meaning(document.field(n)).label) for n in document.writable
    ]
    for lines in document.lines:
        for m in (m for m in line_meanings(lines) if m.name in lines.writable):
            label = format_lazy("{lines} · {field}", lines=lines.label, field=m.label)
            found.append(TableField(f"{lines.name}.{m.name}", m, lines.name, label))
    return found


def template_columns(document: Document) -> list[TemplateColumn]:
    """The columns as a template and an export write them."""
    return [
        TemplateColumn(
            name=f.name,
            label=f.label,
            kind=kind_of(f.meaning),
            scale=None,
            help=f.meaning.help,
            required=f.meaning.required and f.collection is None,
            choices=_choices(f.meaning),
        )
        for f in table_fields(document)
    ]


def kind_of(m: Meaning) -> Kind:
    """How a cell of the field is written."""
    if m.kind in _NUMBERS:
        return "number"
    return {"bool": "bool", "date": "date"}.get(m.kind, "text")  # type: ignore[return-value]


def _choices(m: Meaning) -> tuple[Choice, ...]:
    if m.kind == "currency":
        return tuple(Choice(c["value"], c["value"]) for c in currencies())
    return tuple(Choice(value, label) for value, label in m.choices)


def labels(text: Text) -> tuple[str, ...]:
    """A label in the reader's language, then in every other."""
    found = [str(text)]
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found.append(str(text))
    return tuple(dict.fromkeys(found))


def candidates(document: Document) -> list[Candidate]:
    """What the columns of a file may be called: those that are read, and those that are known and passed over because
    the system fills them (a list that was exported comes back as it is)."""
    needed = {f.name for f in table_fields(document) if f.collection is None and f.meaning.required}
    read_here = [Candidate(f.name, labels(f.label), f.name in needed) for f in table_fields(document)]
    computed = [meaning(document.field(n)) for n in document.header_fields if n not in document.writable]
    state = meaning(document.field("state"))
    return read_here + [Candidate(m.name, labels(m.label)) for m in (*computed, state)]


# Reading


def entries_of(document: Document, table: Table) -> tuple[list[Entry], list[TableProblem]]:
    """Group a file's rows into records: a row that repeats the key of the row above continues its record."""
    match = match_columns(table.header, candidates(document), rows=table.rows)
    if match.problems:
        return [], list(match.problems)
    by_name = {f.name: f for f in table_fields(document)}
    columns = [(by_name[name], position) for name, position in match.positions.items() if name in by_name]
    key_at = match.positions.get(document.import_key)
    entries: list[Entry] = []
    last = ""
    for row in table.rows:
        key = fold(str(row.cells[key_at] or "")) if key_at is not None else ""
        continues = bool(entries) and key != "" and key == last and any(f.collection for f, _p in columns)
        if continues:
            entries[-1].rows.append(row)
        else:
            entries.append(Entry([row]))
        _fill(entries[-1], row, columns, first=not continues)
        last = key
    return entries, []


def _fill(entry: Entry, row: Row, columns: Sequence[tuple[TableField, int]], *, first: bool) -> None:
    started: dict[str, int] = {}
    for column, position in columns:
        value = row.cells[position]
        if column.collection is None:
            if first:
                entry.body[column.name] = _cell(value)
                entry.cells[column.name] = (row, position)
            continue
        entry.body.setdefault(column.collection, [])
        if value is None or value == "":
            continue
        if column.collection not in started:
            entry.body[column.collection].append({})
            started[column.collection] = len(entry.body[column.collection]) - 1
        index = started[column.collection]
        entry.body[column.collection][index][column.meaning.name] = _cell(value)
        entry.cells[f"{column.collection}.{index}.{column.meaning.name}"] = (row, position)


def _cell(value: Any) -> Any:
    return "" if value is None else value


def import_entries(command: Command, document: Document, entries: Sequence[Entry], table: Table, mode: str) -> Report:
    """Create (and with mode `upsert` change) records; everything that is wrong is in the report, by cell.

    Raises nothing for bad rows: the caller rolls back when the report has problems.
    """
    report = Report()
    known = _known(command, document, entries) if mode == "upsert" else {}
    new: list[tuple[Entry, BaseModel]] = []
    old: list[tuple[Entry, int, BaseModel]] = []
    types = schemas(document)
    _name_lines(command, document, entries, known)
    for entry in entries:
        id = known.get(fold(str(entry.body.get(document.import_key) or "")))
        body = {n: v for n, v in entry.body.items() if v != "" or id is not None or n == document.import_key}
        try:
            if id is None:
                new.append((entry, parse(types.create, _without_empty_key(document, body))))
            else:
                old.append((entry, id, parse(types.change, body)))
        except Refusal as refusal:
            report.problems += [_placed(table, entry, p) for p in refusal.problems]
    if not report.problems:
        _save(command, document, new, old, table, report)
    return report


def _without_empty_key(document: Document, body: dict[str, Any]) -> dict[str, Any]:
    return {n: v for n, v in body.items() if n != document.import_key or v != ""}


def _known(command: Command, document: Document, entries: Sequence[Entry]) -> dict[str, int]:
    if not document.import_key:
        return {}
    given = {str(e.body.get(document.import_key) or "") for e in entries} - {""}
    folded = hasattr(document.model, "code_folded")
    keys = {fold(key) for key in given} if folded else given
    name = "code_folded" if folded else document.import_key
    rows = own_rows(command, document.model).filter(**{f"{name}__in": keys}, **document.where)
    return {fold(str(key)): id for key, id in rows.values_list(name, "id")}


def _name_lines(command: Command, document: Document, entries: Sequence[Entry], known: Mapping[str, int]) -> None:
    """Give the lines of known records the ids of the stored ones, by position: a file has no ids of its own."""
    for lines in document.lines:
        stored: dict[int, list[int]] = {}
        rows = lines.model._default_manager.filter(
            group_id=command.actor.group_id, **{f"{lines.parent}__in": list(known.values())}
        )
        for parent, id in rows.order_by("line", "id").values_list(f"{lines.parent}_id", "id") if known else ():
            stored.setdefault(parent, []).append(id)
        for entry in entries:
            record = known.get(fold(str(entry.body.get(document.import_key) or "")), 0)
            for part, id in zip(entry.body.get(lines.name, ()), stored.get(record, ()), strict=False):
                part["id"] = id


def _save(
    command: Command,
    document: Document,
    new: Sequence[tuple[Entry, BaseModel]],
    old: Sequence[tuple[Entry, int, BaseModel]],
    table: Table,
    report: Report,
) -> None:
    noted = len(command.changes)
    made: list[Any] = []
    try:
        made = write.create(command, document.key, [body for _e, body in new]) if new else []
    except Refusal as refusal:
        report.problems += [_placed(table, new[(p.row or 1) - 1][0], p) for p in refusal.problems]
    changed = len(command.changes)
    try:
        if old:
            made += write.update(command, document.key, [(id, None, body) for _e, id, body in old])
    except Refusal as refusal:
        report.problems += [_placed(table, old[(p.row or 1) - 1][0], p) for p in refusal.problems]
    report.created = changed - noted
    report.updated = len(command.changes) - changed
    report.unchanged = len(old) - report.updated
    if not report.problems:
        report.preview = [read.as_json(document, r, command.actor, stored=False) for r in made[:20]]


def _placed(table: Table, entry: Entry, problem: Problem) -> TableProblem:
    """A problem of a record as a problem of the cell it comes from, or of the record's first row."""
    row, position = entry.cells.get(problem.field or "", (entry.rows[0], None))
    if position is None:
        return TableProblem(problem.code, problem.message, problem.hint, row.number, problem.field)
    name = next((h.name for h in table.header if h.position == position), problem.field)
    cell = cell_name(table.sheet, row.number, position)
    return TableProblem(problem.code, problem.message, problem.hint, row.number, name, cell)


# Writing


def rows_of(document: Document, records: Sequence[Any], group_id: int) -> Iterator[list[Any]]:
    """Records as rows of `template_columns`; further lines of a record repeat its key only."""
    fields = table_fields(document)
    names = _codes(document, records, group_id)
    for record in records:
        deepest = max([1, *(len(getattr(record, lines.name)) for lines in document.lines if lines.writable)])
        for position in range(deepest):
            yield [_written(record, f, position, document.import_key, names) for f in fields]


def _codes(document: Document, records: Sequence[Any], group_id: int) -> dict[int, str]:
    ids: set[int] = set()
    for f in table_fields(document):
        if f.meaning.kind == "reference":
            for instance in _instances(records, f):
                ids.add(getattr(instance, f"{f.meaning.name}_id"))
    rows = RegistryRow.objects.filter(group_id=group_id, id__in=ids - {None})
    return dict(rows.values_list("id", "number"))


def _instances(records: Iterable[Any], f: TableField) -> Iterable[Any]:
    return records if f.collection is None else (line for r in records for line in getattr(r, f.collection))


def _written(record: Any, f: TableField, position: int, key: str, names: Mapping[int, str]) -> Any:
    if f.collection is None:
        if position and f.name != key:
            return None
        source = record
    else:
        lines = getattr(record, f.collection)
        if position >= len(lines):
            return None
        source = lines[position]
    m = f.meaning
    if m.kind == "reference":
        return names.get(getattr(source, f"{m.name}_id"))
    if m.kind == "currency":
        return getattr(source, f"{m.name}_id")
    value = getattr(source, m.name)
    if m.kind == "choice":
        return str(dict(m.choices).get(value, value))
    return value if m.kind == "date" else read.plain(value)


def no_rows() -> Refusal:
    """422 for a file with a header and nothing below it."""
    return Refusal(Problem("file.no_rows", _("The file has no rows below its header."), field="file"))
