"""Lists and reports: read with fsync on, where it makes no difference."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from django.db import connection

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.query import parse_query
from jingwei.platform.documents.read import list_page, listable
from jingwei.platform.reports.declare import Report
from jingwei.platform.reports.running import as_json, make
from jingwei.server.address import choose_port
from jingwei.server.bench.figures import Budget, Figure, Pair
from jingwei.server.bench.tape import Tape, TapeError, Timing, connect, read_again
from jingwei.server.bench.works import Bench
from jingwei.server.lifeline import PARENT
from jingwei.server.supervisor import WEB_READY_LIMIT, Child, answers

LISTED = "finance.voucher"
SWIFT = Budget(ms=50)
AT_ONCE = Budget(ms=1)  # docs/adr/0011-budget-of-a-list.md
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
    """50 vouchers, newest first, over loopback; beside the list's own statements, sent as the product sends them, in
    autocommit. Request and floor take turns, so that both see the machine in the same mood."""
    document, label = catalogue.get(LISTED), f"list of 50 of {count_of('voucher'):,} vouchers over HTTP"
    bench.say(label)
    query = parse_query(document, {"limit": "50"}, {*listable(document), "name", "state"})
    tape = Tape()
    with tape.running(), tape.operation(label):
        list_page(document, query, bench.firm.maker)
    statements = tape.statements(label)
    own, floor = [], []
    with _served(bench) as (get, web), connect(bench.cell.url()) as copy:
        copy.autocommit = True
        for _ in range(bench.rounds * 10 + 5):
            began = time.perf_counter()
            body = get(f"{document.path}?limit=50")
            own.append(time.perf_counter() - began)
            began = time.perf_counter()
            for statement in statements:
                copy.execute(statement.text, statement.params).fetchall()
            floor.append(time.perf_counter() - began)
            if len(json.loads(body)["rows"]) != 50:
                raise TapeError(f"the list answered {body[:200]!r}")
        for listed in catalogue:
            get(f"{listed.path}?limit=50")
        held = _held(web)
    bench.remarks.append(f"A web worker holds {held} MB after every list was asked for (budget ≤ 250).")
    count = len(statements)
    return Figure(label, AT_ONCE, Pair(*(Timing(median(found[5:]) * 1000, count) for found in (own, floor))))


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


@contextlib.contextmanager
def _served(bench: Bench) -> Iterator[tuple[Callable[[str], bytes], int]]:
    """A web server: a function that asks it for a path on one connection that stays open and returns the body, and the
    number of its process."""
    port = choose_port(HOST, None)
    web = _Quiet("web server", ["serve", "--host", HOST, "--port", str(port), "--workers", "1", "--threads", "1"])
    head = f" HTTP/1.1\r\nHost: {HOST}:{port}\r\nAuthorization: Bearer {bench.firm.key}\r\n\r\n"
    try:
        web.start()
        assert web.process is not None
        _wait(web, port)
        with socket.create_connection((HOST, port), timeout=60) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield lambda path: _ask(client, f"GET /api/v1/{path}{head}".encode()), web.process.pid
    finally:
        web.stop()


def _ask(client: socket.socket, request: bytes) -> bytes:
    """The body of an answer; Python's own client would take a third of the time that is measured."""
    client.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _received(client)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)^content-length: *(\d+)", head, re.MULTILINE)
    if not head.startswith(b"HTTP/1.1 200 ") or length is None:
        raise TapeError(f"the web server answered {answer[:500]!r}")
    while len(body) < int(length[1]):
        body += _received(client)
    return body


def _held(pid: int) -> int:
    """Megabytes of memory that the worker of a web server holds: the largest of the processes it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    told = (Path(f"/proc/{child}/status").read_text() for child in children)
    kilobytes = (re.findall(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE) for status in told)
    return max(int(found) for (found,) in kilobytes) // 1024


def _received(client: socket.socket) -> bytes:
    found = client.recv(1 << 16)
    if not found:
        raise TapeError("the web server closed the connection")
    return found


def _wait(web: Child, port: int) -> None:
    began = time.monotonic()
    while not answers(HOST, port):
        if not web.is_alive or time.monotonic() - began > WEB_READY_LIMIT:
            raise TapeError("the web server did not start")
        time.sleep(0.1)
