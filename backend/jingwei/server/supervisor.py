"""`jingwei run`: database, web and worker as one program that starts in order and stops in the reverse one."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType

from jingwei.server.lifeline import PARENT
from jingwei.server.postgres import PostgresServer, Progress
from jingwei.server.runtime import RuntimeProblem

WEB_READY_LIMIT = 60.0  # seconds
STOP_LIMIT = 8.0
RESTART_WINDOW, RESTART_LIMIT = 60.0, 3  # a child that dies more often than this within the window stops everything


class StopRequested(BaseException):  # it must pass every `except Exception` on its way out
    """Somebody pressed Ctrl-C, or the system asked us to end."""


class Signals:
    """Turns SIGINT, SIGTERM and SIGHUP into StopRequested where that is safe, else into a note to stop soon."""

    def __init__(self) -> None:
        self.requested = False
        self._may_raise = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._handle)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        if self._may_raise:
            self._may_raise = False
            raise StopRequested

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Inside, a request to stop raises at once; outside, processes are being started and must not be lost."""
        self.check()
        self._may_raise = True
        try:
            yield
        finally:
            self._may_raise = False

    def check(self) -> None:
        """Raise if a request came meanwhile."""
        if self.requested:
            raise StopRequested


@dataclass
class Child:
    """A `jingwei` subcommand run as a process of its own; `is_once` when it ends by itself and is not started again."""

    name: str
    arguments: list[str]
    is_once: bool = False
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it in its own session: Ctrl-C reaches only us, and we decide the order."""
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-m", "jingwei.server.cli", *self.arguments],
            env={**os.environ, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """SIGTERM, then SIGKILL to its whole session, and reap it."""
        if self.process is None:
            return
        if self.is_alive:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.process = None


class Supervisor:
    """Keeps `children` (and the embedded server, when there is one) alive until asked to stop."""

    def __init__(
        self, *, server: PostgresServer | None, children: list[Child], signals: Signals, say: Progress
    ) -> None:
        self.server = server
        self.children = children
        self.signals = signals
        self.say = say
        self._server_deaths: list[float] = []

    def start(self, child: Child, is_ready: Callable[[], bool] | None = None) -> None:
        """Start one child and wait until it is ready; raises RuntimeProblem when it ends or takes too long."""
        self.signals.check()
        child.start()
        began = time.monotonic()
        with self.signals.interruptible():
            while is_ready is not None and not is_ready():
                if not child.is_alive:
                    raise RuntimeProblem(f"the {child.name} ended while starting; what it said stands above.")
                if time.monotonic() - began > WEB_READY_LIMIT:
                    raise RuntimeProblem(f"the {child.name} did not answer within {WEB_READY_LIMIT:.0f} s.")
                time.sleep(0.1)

    def watch(self) -> None:
        """Run until asked to stop (raises StopRequested); restart what dies, give up on what keeps dying."""
        while True:
            with self.signals.interruptible():
                time.sleep(0.5)
            if self.server is not None and not self.server.is_alive:
                self._note_death("database", self._server_deaths)
                self.server.start()
            for child in self.children:
                if child.process is None or child.is_alive:
                    continue
                if child.is_once:
                    self.say(f"the {child.name} ended with {child.process.returncode}")
                    child.stop()
                else:
                    self._note_death(child.name, child.deaths)
                    child.start()

    def stop(self) -> None:
        """Web first, so that no request is cut; then the worker; the database last."""
        for child in self.children:
            if child.process is not None:
                self.say(f"stopping the {child.name}")
                child.stop()
        if self.server is not None:
            self.say("stopping the database")
            self.server.stop()

    def _note_death(self, name: str, deaths: list[float]) -> None:
        now = time.monotonic()
        deaths[:] = [at for at in deaths if now - at < RESTART_WINDOW] + [now]
        if len(deaths) > RESTART_LIMIT:
            raise RuntimeProblem(f"the {name} ended {len(deaths)} times within {RESTART_WINDOW:.0f} s; giving up.")
        self.say(f"the {name} ended unexpectedly; starting it again")


def answers(host: str, port: int) -> bool:
    """Whether the web server answers its liveness check."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health/live", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()
