"""The product as people start it, for tests from outside: `jingwei run` in a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_LIMIT = 240.0  # seconds, on a machine busy with other tests
#: What the run at hand must not inherit from the tests' own process.
OWN = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "JINGWEI_SECRET_KEY", "JINGWEI_HOSTS", "JINGWEI_MODE")


@dataclass
class Running:
    """A started `jingwei run`: its process, what it has printed, where it answers."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    @property
    def text(self) -> str:
        """All it has printed so far."""
        return self.log.read_text(errors="replace")

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def passwords(self) -> dict[str, str]:
        """The first passwords by login, as printed."""
        shown = self.text.partition("First passwords.")[2]
        return dict(re.findall(r"^  (\S+) +(\S+)  .+$", shown, re.MULTILINE))

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON body of a GET."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def wait_ready(self) -> None:
        """Until the address is printed; fails with all it printed when it ends before."""
        until = time.monotonic() + READY_LIMIT
        while f"ready: {self.address}" not in self.text:
            assert self.process.poll() is None, f"`jingwei run` ended with {self.process.returncode}:\n{self.text}"
            assert time.monotonic() < until, f"`jingwei run` is not ready:\n{self.text}"
            time.sleep(0.1)

    def interrupt(self) -> int:
        """Ctrl-C; returns the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def jingwei_run(var: Path, *, wait: bool = True, months: int = 0, **environment: str) -> Iterator[Running]:
    """`jingwei run` on the state folder `var`, whose demo company lives through `months`; stopped at the end, whatever
    the test did."""
    port = free_port()
    var.mkdir(parents=True, exist_ok=True)
    log = var / f"run-{port}.log"
    inherited = {key: value for key, value in os.environ.items() if key not in OWN}
    inherited |= {"JINGWEI_VAR": str(var), "DJANGO_SETTINGS_MODULE": "jingwei.server.settings", **environment}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "jingwei.server.cli",
                "run",
                "--port",
                str(port),
                "--demo-months",
                str(months),
            ],
            env=inherited,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    running = Running(process, log, port)
    try:
        if wait:
            running.wait_ready()
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
