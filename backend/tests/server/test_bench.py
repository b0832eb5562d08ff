"""The bench measures what really happens: floors write the same rows, and copied history keeps the rules."""

from __future__ import annotations

import os

import psycopg
import pytest
from psycopg import sql

from jingwei.server.bench import running
from jingwei.server.bench.cell import COPY, Cell
from jingwei.server.bench.figures import Budget, Figure, Pair, table
from jingwei.server.bench.firm import found_firm
from jingwei.server.bench.tape import Floor, Tape, TapeError, Timing, check_equal, connect
from jingwei.server.bench.works import Bench, Scale
from tests.support.rules import check_invariants

TINY = Scale(listed=60, lines=100, moves=100, later=(5,), serials=20, imported=30, import_ms=60_000)


class CellOfRun(Cell):
    """The run's own server instead of one of the bench's: never restarted."""

    def __init__(self, urls, admin):
        self.urls, self.admin = urls, admin
        self.name = urls.app.partition("?")[0].rpartition("/")[2]
        self.began = []

    def start(self, *, fsync):
        self.began.append(fsync)

    def copy(self):
        from django.db import connections

        connections.close_all()
        self.drop_copy()
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.admin.execute(statement.format(sql.Identifier(self._copied), sql.Identifier(self.name)))
        return self.urls.app.replace(f"/{self.name}?", f"/{self._copied}?")

    def drop_copy(self):
        self.admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self._copied)))

    def owner(self):
        return psycopg.connect(self.urls.owner, autocommit=True)

    def url(self):
        return self.urls.app

    def tidy(self):
        pass

    @property
    def _copied(self):
        return f"{COPY}_{self.name}"


@pytest.fixture
def cell(own_database, admin, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", own_database.app)
    monkeypatch.setenv("MIGRATION_DATABASE_URL", own_database.owner)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "jingwei.server.settings")
    monkeypatch.setenv("JINGWEI_VAR", str(tmp_path))
    made = CellOfRun(own_database, admin)
    yield made
    made.drop_copy()


def begin(cell, *only):
    return Bench(cell, found_firm(items=20), TINY, 1, frozenset(only), lambda _: None)


def test_a_tiny_run_measures_everything_and_leaves_a_company_that_keeps_every_rule(cell):
    run = begin(cell)
    figures = running.measure_all(run)
    assert [f.label for f in figures] == [
        "goods receipt, 1 line: create, post",
        "goods receipt, 10 lines: create, post",
        "goods receipt, 20 lines: create, post",
        "procure to pay, 5 lines: order, receipt, invoice, payment",
        "order to cash, 5 lines: order, delivery, invoice, payment",
        "production order, 5 components: release, issue, completion",
        "voucher, 2 lines: create, review, post",
        "import of 30 items from CSV",
        "trial balance, 126 journal lines",
        "stock on hand, 21 balances, 213 moves",
        "goods receipt, 10 lines, at 299 moves",
        "receipt dated back before 5 moves of its item",
        "trial balance, 260 journal lines",
        "stock on hand, 22 balances, 343 moves",
        "list of 50 of 60 vouchers over HTTP",
        "goods receipt, 20 serial numbers: create, post",
    ]
    assert cell.began == [False, True, True, False, False, True, True, False, True]
    assert all(f.durable.own.ms > 0 and f.durable.floor.ms > 0 for f in figures)
    assert all(f.durable.own.statements >= f.durable.floor.statements > 0 for f in figures)
    memory, flatness = run.remarks
    assert 50 < int(memory.split()[4]) <= 250, memory
    assert "budget ≤ 1.2" in flatness
    assert os.environ["DATABASE_URL"] == cell.url()
    check_invariants(run.firm)


def test_only_what_is_asked_for_is_measured(cell):
    (figure,) = running.measure_all(begin(cell, "voucher"))
    assert figure.label == "voucher, 2 lines: create, review, post"
    assert figure.durable.own.statements > figure.durable.floor.statements > 0


def test_a_floor_that_writes_something_else_is_refused(cell):
    run = begin(cell)
    copy = cell.copy()
    tape = Tape()
    with tape.running(), tape.operation("voucher"):
        run.firm.post_voucher(run.firm.voucher(2, run.firm.at(4, 1).date()))
    del tape.segments[1].transactions[2][-3:]
    with connect(copy) as raw:
        Floor(tape, raw).follow()
    with pytest.raises(TapeError, match="the floor left audit_event with"):
        check_equal(tape, cell.url(), copy)


def test_a_figure_is_held_against_its_budget():
    pair = Pair(Timing(31.0, 40), Timing(10.0, 20))
    rows = table([Figure("a", Budget(ratio=3), pair), Figure("b", Budget(ms=50), pair, pair)]).splitlines()
    cells = [[c.strip() for c in row.strip("|").split("|")] for row in rows[2:]]
    assert cells == [
        ["a", "31.0", "40", "10.0", "20", "3.1", "–", "–", "–", "≤ 3 × floor", "no"],
        ["b", "31.0", "40", "10.0", "20", "3.1", "31.0", "10.0", "3.1", "≤ 50 ms", "yes"],
    ]
