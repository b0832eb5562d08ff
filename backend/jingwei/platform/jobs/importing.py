"""A file becomes records, all of it or nothing: at once while somebody waits, or by a job where it would take long.

A large file is read in a worker, whose memory it may take; the web answers with the job, and the job's result is what
the answer would have been.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jingwei.platform.documents import tables
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Answer, Claim, Command, run_claimed
from jingwei.platform.documents.declare import Document
from jingwei.platform.identity.actor import Actor
from jingwei.platform.jobs import running
from jingwei.platform.jobs.declare import Job
from jingwei.platform.tabular.reading import read_table
from jingwei.platform.tabular.table import Table, TableProblem

KEY = "platform.import"
MOST_ROWS = 100_000
#: Bytes of a file that is imported while somebody waits: some 5,000 rows, two seconds.
AT_ONCE = 256 * 1024


@dataclass(frozen=True)
class Upload:
    """A file and what to make of it: `mode` is "create" or "upsert"; a dry run saves nothing and tells everything."""

    document: Document
    name: str
    content: bytes
    encoding: str
    mode: str
    dry_run: bool

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class _Refused(Exception):
    """Rolls an import back whose rows are not all right."""

    def __init__(self, report: tables.Report) -> None:
        super().__init__("import refused")
        self.report = report


def take(actor: Actor, given: Upload, claim: Claim | None) -> Answer:
    """200 with the report, or 202 with {"job": its id}. An integration, whose key may hold less than its user, always
    waits. Raises Refusal `permission.denied` and what `read_table` raises."""
    actor.need(f"{given.document.key}.import")
    if len(given.content) <= AT_ONCE or actor.via != "web":
        return Answer(200, _import(actor, given, claim))

    def ask(command: Command) -> Answer:
        inputs = {
            "document": given.document.key,
            "name": given.name[:200],
            "encoding": given.encoding,
            "mode": given.mode,
            "dry_run": given.dry_run,
        }
        return Answer(202, {"job": running.queue(command, KEY, inputs, given.content).pk})

    return run_claimed(actor, claim, ask)


def carry_out(actor: Actor, inputs: Mapping[str, Any], progress: running.Progress) -> dict[str, Any]:
    """The job: what `take` would have answered at once."""
    document = catalogue.get(inputs["document"])
    actor.need(f"{document.key}.import")
    given = Upload(document, inputs["name"], progress.file(), inputs["encoding"], inputs["mode"], inputs["dry_run"])
    return _import(actor, given, None, progress)


JOB = Job(key=KEY, label=gettext_lazy("Import"), permission=None, run=carry_out)


def _import(
    actor: Actor, given: Upload, claim: Claim | None, progress: running.Progress | None = None
) -> dict[str, Any]:
    table = read_table(given.content, given.name, encoding=given.encoding, max_rows=MOST_ROWS)
    if progress:
        progress.at(1, 3, _("%(count)s rows read") % {"count": f"{len(table.rows):,}"})
    entries, problems = tables.entries_of(given.document, table)
    problems = [*table.problems, *problems]
    if not table.rows and not problems:
        raise tables.no_rows()
    if problems:
        return _json(table, tables.Report(problems=problems), saved=False)
    if progress:
        progress.at(2, 3, _("Checking %(count)s records") % {"count": f"{len(entries):,}"})

    def work(command: Command) -> Answer:
        found = tables.import_entries(command, given.document, entries, table, given.mode)
        if found.problems:
            raise _Refused(found)
        if progress:
            progress.look()
        if given.dry_run:
            raise tables.DryRun(found)
        return Answer(200, _json(table, found, saved=True))

    try:
        body: dict[str, Any] = run_claimed(actor, claim, work).body
        return body
    except (tables.DryRun, _Refused) as ended:
        return _json(table, ended.report, saved=False)


def _json(table: Table, report: tables.Report, *, saved: bool) -> dict[str, Any]:
    return {
        "encoding": table.encoding or "XLSX",
        "delimiter": table.delimiter,
        "rows": len(table.rows),
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "ignored": table.ignored.count,
        "errors": [_problem(p) for p in report.problems[:1000]],
        "error_count": len(report.problems),
        "warnings": [_problem(p) for p in table.warnings[:100]],
        "preview": report.preview,
        "saved": saved,
    }


def _problem(problem: TableProblem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "cell": problem.cell,
        "code": problem.code,
        "message": str(problem.message),
        "hint": str(problem.hint),
    }
