"""The order of a run: a company that has just begun, then its history, then the same again."""

from __future__ import annotations

from datetime import date

from jingwei.server.bench import history
from jingwei.server.bench.cell import Cell
from jingwei.server.bench.figures import RESULTS, Figure, document, machine, table
from jingwei.server.bench.firm import found_firm, item
from jingwei.server.bench.reading import count_of, list_over_http, reports
from jingwei.server.bench.works import (
    RECEIPT_LINES,
    SCALES,
    Bench,
    Work,
    first_commands,
    last_commands,
    later_commands,
    measure,
)
from jingwei.server.postgres import Progress
from jingwei.server.runtime import settle

VOUCHER_LINES = 10


def bench(made: Cell, *, scale: str, rounds: int, only: frozenset[str], write: bool, say: Progress) -> list[Figure]:
    """Measure and print; with `write` also keep the table in bench/results.md.

    Raises TapeError when a floor cannot be compared with its operation.
    """
    say("making the company")
    run = Bench(made, found_firm(), SCALES[scale], rounds, only, say)
    settle()  # as the web server does when it has loaded its routes
    figures = measure_all(run)
    facts = machine(made.version(), scale, rounds)
    say(f"\n{facts}\n\n{table(figures)}\n")
    for remark in run.remarks:
        say(remark)
    if write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(document(facts, figures, run.remarks), encoding="utf-8")
        say(f"written to {RESULTS.parent.name}/{RESULTS.name}")
    return figures


def measure_all(run: Bench) -> list[Figure]:
    """Everything that is asked for, in the order in which history grows."""
    figures: list[Figure] = []
    goods, voucher = _begin(run)
    figures += _commands(run, first_commands(run))
    run.cell.start(fsync=True)
    figures += reports(run)
    if not run.wants("receipt", "late", "trial-balance", "on-hand", "list"):
        return [*figures, *_commands(run, last_commands(run))]
    run.cell.start(fsync=False)
    _make_history(run, goods, voucher)
    if run.wants("receipt", "late"):
        figures += _commands(run, later_commands(run, count_of("move")))
    run.cell.start(fsync=True)
    run.cell.tidy()
    figures += reports(run)
    if run.wants("list"):
        figures.append(list_over_http(run))
    figures += _commands(run, last_commands(run))
    _compare(run, figures)
    return figures


def _commands(run: Bench, works: list[Work]) -> list[Figure]:
    if not works:
        return []
    off = measure(run, works, fsync=False)
    on = measure(run, works, fsync=True)
    return [Figure(w.label, w.budget, on[w.label], off[w.label]) for w in works]


def _begin(run: Bench) -> tuple[history.Sample, history.Sample]:
    """One receipt of every item and one voucher of April, of which history is made later."""
    with history.sample() as goods:
        lines = min(1000, run.firm.items)
        for first in range(1, run.firm.items, lines):
            run.firm.receive(run.firm.at(3, 1), lines, first=first)
    with history.sample() as voucher:
        run.firm.post_voucher(run.firm.voucher(VOUCHER_LINES, date(run.firm.year, 4, 10)))
    return goods, voucher


def _make_history(run: Bench, goods: history.Sample, voucher: history.Sample) -> None:
    scale, firm = run.scale, run.firm
    stock = {**history.GOODS, **history.LEDGER}
    with run.cell.owner() as owner:
        if run.wants("receipt", "on-hand"):
            run.say(f"history: {scale.moves:,} moves")
            history.copy_documents(owner, goods, scale.moves // firm.items - 1, stock, step="-1 ms")
        if run.wants("trial-balance"):
            run.say(f"history: {scale.lines:,} journal lines")
            copies = scale.lines // VOUCHER_LINES - 1
            history.copy_documents(owner, voucher, copies, {**history.VOUCHERS, **history.LEDGER})
        if run.wants("list"):
            run.say(f"history: {scale.listed:,} vouchers")
            with history.sample() as draft:
                firm.create("finance.voucher", firm.voucher(2, date(firm.year, 5, 10)), actor=firm.maker)
            history.copy_documents(owner, draft, scale.listed - count_of("voucher"), history.DRAFTS)
        for n, later in enumerate(scale.later if run.wants("late") else ()):
            run.say(f"history: {later:,} issues of one item")
            code = item(firm.items + 1 + n)
            firm.post_goods("other-in", firm.goods(firm.at(6, 1), [(code, str(2 * later), "10.00")]))
            with history.sample() as issue:
                firm.post_goods("other-out", firm.goods(firm.at(6, 20), [(code, "1", None)]))
            history.copy_documents(owner, issue, later - 1, stock, step="1 ms")
    history.fold(firm.group.pk)


def _compare(run: Bench, figures: list[Figure]) -> None:
    """How far history slows the same receipt down."""
    receipts = [f for f in figures if f.label.startswith(f"goods receipt, {RECEIPT_LINES} lines")]
    if len(receipts) == 2:
        own, floor = (
            after / before
            for before, after in zip(*((f.durable.own.ms, f.durable.floor.ms) for f in receipts), strict=True)
        )
        run.remarks.append(
            f"With history the receipt of {RECEIPT_LINES} lines takes {own:.2f} × as long as before (budget ≤ 1.2), "
            f"and its floor {floor:.2f} × as long."
        )
