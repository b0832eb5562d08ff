"""Masters by the import path: records become a CSV file, which is read and saved as an uploaded one would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from jingwei.platform.documents import tables
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command, run
from jingwei.platform.documents.declare import Document
from jingwei.platform.documents.drafting import own_rows
from jingwei.platform.identity.actor import Actor
from jingwei.platform.tabular.columns import TemplateColumn
from jingwei.platform.tabular.reading import read_table
from jingwei.platform.tabular.table import Table
from jingwei.platform.tabular.writing import write_csv
from jingwei.platform.text import fold
from jingwei.server.runtime import RuntimeProblem

T = TypeVar("T")

#: Records of one file; a file is one transaction, all or none.
CHUNK = 4000
#: Reasons shown of a file that is refused.
SHOWN = 5

#: A record: header fields by name, and under the name of a collection its lines, by name too.
Body = Mapping[str, Any]


def import_missing(actor: Actor, key: str, bodies: Sequence[Body], say: Callable[[str], None]) -> int:
    """Import the records that are not there yet by their code, or by the external number of what is no master, in files
    of `CHUNK`; returns how many were made.

    Raises RuntimeProblem with the first reasons when a file is refused; the files before it stay.
    """
    document = catalogue.get(key)
    known = run(actor, partial(_keys, document=document))
    wanted = [body for body in bodies if fold(body[document.import_key]) not in known]
    made = 0
    for part in chunks(wanted, CHUNK):
        table = read_table(as_file(document, part), f"{key}.csv")
        made += import_table(actor, document, table)
        say(f"{key}: {made} of {len(wanted)}")
    return made


def chunks(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Parts of at most `size`, in order."""
    for at in range(0, len(whole), size):
        yield whole[at : at + size]


def import_table(actor: Actor, document: Document, table: Table) -> int:
    """Save the records of a table, all or none; returns how many were made."""
    entries, problems = tables.entries_of(document, table)
    found = [*table.problems, *problems]
    report = tables.Report(problems=found)
    if not found:
        work: Callable[[Command], tables.Report] = partial(_save, document=document, entries=entries, table=table)
        report = run(actor, work)
    return report.created


def _save(command: Command, document: Document, entries: Sequence[tables.Entry], table: Table) -> tables.Report:
    report = tables.import_entries(command, document, entries, table, "create")
    if report.problems:
        raise RuntimeProblem(_reasons(document, report))
    return report


def _reasons(document: Document, report: tables.Report) -> str:
    shown = [f"row {p.row}, {p.column}: {p.message}" for p in report.problems[:SHOWN]]
    return f"{document.plural} are refused ({len(report.problems)} problems): " + " · ".join(shown)


def _keys(command: Command, document: Document) -> set[str]:
    return {fold(key) for key in own_rows(command, document.model).values_list(document.import_key, flat=True)}


def as_file(document: Document, bodies: Sequence[Body]) -> bytes:
    """The records as a CSV file with the names of the fields in its header."""
    names = [f.name for f in tables.table_fields(document) if _is_given(f, bodies)]
    columns = [TemplateColumn(name, name) for name in names]
    return write_csv(columns, (row for body in bodies for row in _rows(document, names, body)))


def _is_given(field: tables.TableField, bodies: Sequence[Body]) -> bool:
    if field.collection is None:
        return any(field.name in body for body in bodies)
    return any(field.meaning.name in line for body in bodies for line in body.get(field.collection, ()))


def _rows(document: Document, names: Sequence[str], body: Body) -> Iterator[list[str]]:
    """A record takes as many rows as its longest collection; the rows after the first repeat its key only."""
    depth = max([1, *(len(body.get(lines.name, ())) for lines in document.lines)])
    for position in range(depth):
        yield [_cell(document, name, body, position) for name in names]


def _cell(document: Document, name: str, body: Body, position: int) -> str:
    collection, _, field = name.partition(".")
    if not field:
        value = body.get(name, "") if position == 0 or name == document.import_key else ""
    else:
        lines = body.get(collection, ())
        value = lines[position].get(field, "") if position < len(lines) else ""
    return "" if value is None else str(value)
