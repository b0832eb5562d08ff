"""What is measured. Commands are recorded and replayed together, once with fsync and once without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from jingwei.platform.documents import tables
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command, run
from jingwei.platform.tabular.reading import read_table
from jingwei.server.bench.cell import Cell
from jingwei.server.bench.figures import Budget, Pair
from jingwei.server.bench.firm import Firm, item
from jingwei.server.bench.tape import Floor, Tape, TapeError, check_equal, connect
from jingwei.server.postgres import Progress

THRICE = Budget(ratio=3)
COMPONENTS = 5  # of the production order that is measured
RECEIPT_LINES = 10  # the receipt that is measured before and after the history is made


@dataclass(frozen=True, slots=True)
class Scale:
    """How much history there is."""

    listed: int
    lines: int
    moves: int
    later: tuple[int, ...]
    serials: int
    imported: int
    import_ms: float


SCALES = {
    "small": Scale(20_000, 50_000, 20_000, (1_000, 10_000), 1_000, 10_000, 6_000),
    "full": Scale(1_000_000, 1_000_000, 1_000_000, (1_000, 10_000, 100_000), 10_000, 100_000, 60_000),
}


@dataclass(frozen=True, slots=True)
class Work:
    """One operation: `name` chooses it, `run` carries it out once."""

    name: str
    label: str
    run: Callable[[], None]
    budget: Budget = THRICE
    is_long: bool = False  # measured once, without a warm-up


@dataclass(slots=True)
class Bench:
    """A run: the database, the company, how often, and what was said on the way."""

    cell: Cell
    firm: Firm
    scale: Scale
    rounds: int
    only: frozenset[str]
    say: Progress
    remarks: list[str] = field(default_factory=list)
    clock: int = 0
    imports: int = 0

    def wants(self, *names: str) -> bool:
        """Whether any of the works is asked for."""
        return not self.only or bool(self.only & set(names))

    def tick(self) -> int:
        """Minutes: every receipt comes after the one before it."""
        self.clock += 1
        return self.clock

    def import_items(self) -> None:
        """A CSV file of items, validated and saved in one transaction."""
        self.imports += 1
        rows = "\n".join(f"M{self.imports}-{n:06},Item {n},RM,PCS" for n in range(self.scale.imported))
        table = read_table(f"code,name_en,category,unit\n{rows}\n".encode(), "items.csv", max_rows=self.scale.imported)
        document = catalogue.get("masterdata.item")
        entries, problems = tables.entries_of(document, table)

        def work(command: Command) -> tables.Report:
            return tables.import_entries(command, document, entries, table, "create")

        report = run(self.firm.actor, work)
        if problems or report.problems or report.created != self.scale.imported:
            raise TapeError(f"the import of {self.scale.imported} items made {report.created}: {report.problems[:3]}")


def first_commands(bench: Bench) -> list[Work]:
    """Commands on a company that has just begun."""
    firm = bench.firm
    if bench.wants("production", "sale"):
        firm.supply(COMPONENTS)

    def receipt(lines: int) -> Callable[[], None]:
        return lambda: firm.receive(firm.at(9, 1, bench.tick()), lines)

    works = [
        Work("receipt", f"goods receipt, {n:,} line{'s' * (n > 1)}: create, post", receipt(n))
        for n in sorted({1, RECEIPT_LINES, min(1000, firm.items)})
    ]
    works += [
        Work(
            "purchase",
            "procure to pay, 5 lines: order, receipt, invoice, payment",
            lambda: firm.buy(firm.at(9, 1, bench.tick()), 5),
        ),
        Work(
            "sale",
            "order to cash, 5 lines: order, delivery, invoice, payment",
            lambda: firm.sell(firm.at(9, 2, bench.tick()), 5),
        ),
        Work(
            "production",
            f"production order, {COMPONENTS} components: release, issue, completion",
            lambda: firm.make(firm.at(9, 3, bench.tick()), COMPONENTS),
        ),
        Work(
            "voucher",
            "voucher, 2 lines: create, review, post",
            lambda: firm.post_voucher(firm.voucher(2, date(firm.year, 9, 1))),
        ),
        Work(
            "import",
            f"import of {bench.scale.imported:,} items from CSV",
            bench.import_items,
            Budget(ms=bench.scale.import_ms),
            is_long=True,
        ),
    ]
    return [w for w in works if bench.wants(w.name)]


def later_commands(bench: Bench, moves: int) -> list[Work]:
    """Commands on a company with history."""
    firm = bench.firm
    works = [
        Work(
            "receipt",
            f"goods receipt, {RECEIPT_LINES} lines, at {moves:,} moves",
            lambda: firm.receive(firm.at(9, 1, bench.tick()), RECEIPT_LINES),
        )
    ]

    def late(position: int) -> Callable[[], None]:
        line = (item(firm.items + 1 + position), "10", "1000.00")
        reason = {"price_reason": "bench"}
        return lambda: firm.post_goods("other-in", firm.goods(firm.at(6, 10, bench.tick()), [line]) | reason)

    works += [
        Work("late", f"receipt dated back before {count:,} moves of its item", late(n), Budget(ms=1000))
        for n, count in enumerate(bench.scale.later)
    ]
    return [w for w in works if bench.wants(w.name)]


def last_commands(bench: Bench) -> list[Work]:
    """What would be in the way of the reports: thousands of pieces that each lie by themselves."""
    work = Work(
        "serials",
        f"goods receipt, {bench.scale.serials:,} serial numbers: create, post",
        lambda: bench.firm.receive_serials(bench.firm.at(9, 3, bench.tick()), bench.scale.serials),
        Budget(ms=max(1_000, bench.scale.serials)),
        is_long=True,
    )
    return [work] if bench.wants("serials") else []


def measure(bench: Bench, works: Sequence[Work], *, fsync: bool) -> dict[str, Pair]:
    """Carry the works out and their floors on a copy made before; by label."""
    bench.cell.start(fsync=fsync)
    bench.cell.tidy()
    copy = bench.cell.copy()
    tape = Tape()
    with tape.running(), connect(copy) as raw:
        floor = Floor(tape, raw)
        for work in works:
            bench.say(f"{work.label} (fsync {'on' if fsync else 'off'})")
            for n in range(1 if work.is_long else bench.rounds + 1):
                with tape.operation(work.label if n or work.is_long else None):
                    work.run()
                floor.follow()
    check_equal(tape, bench.cell.url(), copy)
    bench.cell.drop_copy()
    floors = floor.timings()
    return {label: Pair(own, floors[label]) for label, own in tape.timings().items()}
