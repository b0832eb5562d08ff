"""The figures of a run, as a table in Markdown and on the terminal."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jingwei.server.bench.tape import Timing

RESULTS = Path(__file__).resolve().parents[4] / "bench" / "results.md"
HEADS = (
    "work",
    "ms",
    "statements",
    "floor ms",
    "floor statements",
    "ratio",
    "fsync off: ms",
    "floor ms",
    "ratio",
    "budget",
    "met",
)
NOTES = """
Milliseconds are medians of the rounds. The floor of a command is what it writes and locks, sent again to a copy of the
database by plain psycopg with the same parameters and commits, and nothing that it reads; ids are drawn outside the
time. The floor of a list or report is its own queries with their rows fetched. Afterwards the copy must hold the same
rows with the same ids, or the run fails. Commands run in process, from the request's body through schema, rules and
commit; the list goes over HTTP on loopback to a web server of one process, signed in by a key. History (moves, journal
lines, drafts beyond the first) is made of posted documents copied by SQL, with their entries and balances.
"""


@dataclass(frozen=True, slots=True)
class Budget:
    """How slow a work may be: times its floor, or milliseconds."""

    ratio: float | None = None
    ms: float | None = None

    @property
    def text(self) -> str:
        """In words, such as "≤ 3 × floor"."""
        if self.ratio is not None:
            return f"≤ {self.ratio:g} × floor"
        return f"≤ {self.ms:,.0f} ms" if self.ms is not None else "–"

    def is_met(self, ms: float, floor: float) -> bool:
        """Whether a measurement is within it."""
        return (self.ratio is None or ms <= self.ratio * floor) and (self.ms is None or ms <= self.ms)


@dataclass(frozen=True, slots=True)
class Pair:
    """An operation beside its floor."""

    own: Timing
    floor: Timing

    @property
    def ratio(self) -> float:
        """How many times its floor the operation takes."""
        return self.own.ms / self.floor.ms if self.floor.ms else 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One work: durable (fsync on), and where it writes also with fsync off."""

    label: str
    budget: Budget
    durable: Pair
    volatile: Pair | None = None

    def cells(self) -> tuple[str, ...]:
        """The work's row of the table."""
        on, off = self.durable, self.volatile
        return (
            self.label,
            _number(on.own.ms),
            str(on.own.statements),
            _number(on.floor.ms),
            str(on.floor.statements),
            f"{on.ratio:.1f}",
            *((_number(off.own.ms), _number(off.floor.ms), f"{off.ratio:.1f}") if off else ("–", "–", "–")),
            self.budget.text,
            "yes" if self.budget.is_met(on.own.ms, on.floor.ms) else "no",
        )


def _number(ms: float) -> str:
    return f"{ms:,.0f}" if ms >= 100 else f"{ms:.1f}"


def table(figures: Sequence[Figure]) -> str:
    """The table in Markdown, padded so that it reads on a terminal as well."""
    rows = [HEADS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADS))]
    lines = ["| " + " | ".join(cell.ljust(widths[n]) for n, cell in enumerate(row)) + " |" for row in rows]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def machine(version: str, scale: str, rounds: int) -> str:
    """What the figures were measured on, without a name of it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, PostgreSQL {version} with synchronous_commit on; "
        f"scale {scale}, {rounds} rounds; load average of the last minute {os.getloadavg()[0]:.1f}, the bench included."
    )


def document(facts: str, figures: Sequence[Figure], remarks: Iterable[str]) -> str:
    """The text of bench/results.md."""
    said = "\n".join(f"- {remark}" for remark in remarks)
    return f"# What work costs\n\n`jingwei bench`, {facts}\n\n{table(figures)}\n\n{said}\n{NOTES}"
