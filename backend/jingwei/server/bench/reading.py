"""Lists and reports: read with fsync on, where it makes no difference."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from statistics import median

from django.db import connection

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.query import parse_query
from jingwei.platform.documents.read import list_page, listable
from jingwei.platform.reports.declare import Report
from jingwei.platform.reports.running import as_json, make
from jingwei.server.address import choose_port
from jingwei.server.bench.figures import Budget, Figure, Pair
from jingwei.server.bench.tape import Tape, TapeError, Timing, read_again
from jingwei.server.bench.works import THRICE, Bench
from jingwei.server.lifeline import PARENT
from jingwei.server.supervisor import WEB_READY_LIMIT, Child, answers

LISTED = "finance.voucher"
SWIFT = Budget(ms=50)
HOST = "127.0.0.1"


def count_of(table: str) -> int:
    """Rows of a table, for the words of a label."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def reports(bench: Bench) -> list[Figure]:
    """The trial balance of a month and all stock on hand, with the history there is now."""
    figures = []
    if bench.wants("trial-balance"):
        month = {"from_on": f"{bench.firm.year}-04-01", "to_on": f"{bench.firm.year}-04-30"}
        label = f"trial balance, {count_of('journal_line'):,} journal lines"
        figures.append(_report(bench, "books.trial-balance", month, label))
    if bench.wants("on-hand"):
        label = f"stock on hand, {count_of('balance'):,} balances, {count_of('move'):,} moves"
        figures.append(_report(bench, "stock.on-hand", {}, label))
    return figures


def _declared(key: str) -> Report:
    from jingwei.server.wiring import MODULES

    found = [report for module in MODULES for report in module.reports if report.key == key]
    if not found:
        raise TapeError(f"there is no report {key}")
    return found[0]


def _report(bench: Bench, key: str, given: dict[str, str], label: str) -> Figure:
    report, tape = _declared(key), Tape()
    bench.say(label)
    with tape.running():
        for n in range(bench.rounds + 1):
            with tape.operation(label if n else None):
                as_json(make(report, bench.firm.maker, given))
    return Figure(label, SWIFT, Pair(tape.timings()[label], read_again(tape, label, bench.cell.url())))


def list_over_http(bench: Bench) -> Figure:
    """50 vouchers, newest first, over loopback; beside the list's own queries."""
    document, label = catalogue.get(LISTED), f"list of 50 of {count_of('voucher'):,} vouchers over HTTP"
    bench.say(label)
    query = parse_query(document, {"limit": "50"}, {*listable(document), "name", "state"})
    tape = Tape()
    with tape.running():
        for n in range(bench.rounds + 1):
            with tape.operation(label if n else None):
                list_page(document, query, bench.firm.maker)
    floor = read_again(tape, label, bench.cell.url())
    ms = _http(bench, f"/api/v1/{document.path}?limit=50")
    return Figure(label, THRICE, Pair(Timing(ms, tape.timings()[label].statements), floor))


class _Quiet(Child):
    """The web server with its log of requests thrown away: it would stand between the figures."""

    def start(self) -> None:
        """As `Child.start`, in its own session."""
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-m", "jingwei.server.cli", *self.arguments],
            env={**os.environ, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def _http(bench: Bench, path: str) -> float:
    """The median of requests on one kept-alive connection, milliseconds."""
    port = choose_port(HOST, None)
    web = _Quiet("web server", ["serve", "--host", HOST, "--port", str(port), "--workers", "1", "--threads", "1"])
    headers = {"Authorization": f"Bearer {bench.firm.key}", "Accept-Language": "en"}
    try:
        web.start()
        _wait(web, port)
        client = http.client.HTTPConnection(HOST, port, timeout=60)
        taken = []
        for _ in range(bench.rounds * 10 + 5):
            began = time.perf_counter()
            client.request("GET", path, headers=headers)
            response = client.getresponse()
            body = response.read()
            taken.append(time.perf_counter() - began)
            if response.status != 200 or len(json.loads(body)["rows"]) != 50:
                raise TapeError(f"GET {path} answered {response.status}: {body[:200]!r}")
        client.close()
        return median(taken[5:]) * 1000
    finally:
        web.stop()


def _wait(web: Child, port: int) -> None:
    began = time.monotonic()
    while not answers(HOST, port):
        if not web.is_alive or time.monotonic() - began > WEB_READY_LIMIT:
            raise TapeError("the web server did not start")
        time.sleep(0.1)
