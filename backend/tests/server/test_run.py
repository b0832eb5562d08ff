"""`jingwei run` from outside: first start, refusal of a second, Ctrl-C, and a kill survived."""

import http.client
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.support.running import jingwei_run


def processes_of(var: Path) -> list[str]:
    """Living processes that carry this state folder in their command line or environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and (
                any(str(var) in part for part in process.cmdline()) or process.environ().get("JINGWEI_VAR") == str(var)
            ):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def wait_until_gone(var: Path, *, but: str = "nothing", limit: float = 20.0) -> list[str]:
    until = time.monotonic() + limit
    while True:
        left = [command for command in processes_of(var) if but not in command and "postgres:" not in command]
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.1)


def test_first_start_second_start_and_ctrl_c(tmp_path: Path) -> None:
    with jingwei_run(tmp_path) as first:
        assert first.get("/health/live") == (200, {"status": "ok"})
        assert first.get("/health/ready")[0] == 200
        steps = [line[:5] for line in first.text.splitlines() if line.startswith("[")]
        assert steps == ["[1/6]", "[2/6]", "[3/6]", "[4/6]", "[5/6]", "[6/6]"]
        passwords = first.passwords
        assert len(passwords) >= 1
        assert all(len(password) >= 12 for password in passwords.values())
        assert len(set(passwords.values())) == len(passwords)

        with jingwei_run(tmp_path, wait=False) as second:
            assert second.process.wait(60) == 1
            assert second.text == (
                f"Jingwei is already running at {first.address} (process {first.process.pid}, folder {tmp_path}); "
                "stop it there first, or set JINGWEI_VAR to another.\n"
            )
        assert first.get("/health/live")[0] == 200

        began = time.monotonic()
        assert first.interrupt() == 0
        assert time.monotonic() - began < 15
        lines = first.text.splitlines()
        stopping = lines[lines.index("Stopping …") :]
        assert stopping[-1] == "Stopped."
        order = [line.strip() for line in stopping if "stopping the" in line]
        assert order == ["stopping the web server", "stopping the worker", "stopping the database"]
        assert "Traceback" not in first.text
    assert wait_until_gone(tmp_path) == []

    began = time.monotonic()
    with jingwei_run(tmp_path) as again:
        assert time.monotonic() - began < 30
        assert again.passwords == {}
        assert again.interrupt() == 0


def test_a_killed_run_takes_web_and_worker_with_it_and_the_next_one_starts(tmp_path: Path) -> None:
    with jingwei_run(tmp_path) as killed:
        os.kill(killed.process.pid, signal.SIGKILL)
        killed.process.wait()
        assert wait_until_gone(tmp_path, but="/bin/postgres") == []
        with pytest.raises(OSError):
            http.client.HTTPConnection("127.0.0.1", killed.port, timeout=2).request("GET", "/")
    with jingwei_run(tmp_path) as after:
        assert "stopping the database of an earlier run that was killed" in after.text
        assert after.get("/health/ready")[0] == 200
        assert after.interrupt() == 0
    assert wait_until_gone(tmp_path) == []


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    with jingwei_run(tmp_path) as running:
        [worker] = [c for c in psutil.Process(running.process.pid).children() if "worker" in c.cmdline()]
        worker.kill()
        until = time.monotonic() + 30
        while "the worker ended unexpectedly; starting it again" not in running.text and time.monotonic() < until:
            time.sleep(0.1)
        [second] = [c for c in psutil.Process(running.process.pid).children() if "worker" in c.cmdline()]
        assert second.pid != worker.pid
        assert running.interrupt() == 0


def test_production_refuses_to_run_half_configured(tmp_path: Path) -> None:
    with jingwei_run(tmp_path, wait=False, JINGWEI_MODE="production") as running:
        assert running.process.wait(60) == 1
        assert "production mode refuses to start (2 faults):" in running.text
        assert "JINGWEI_SECRET_KEY is not set" in running.text
        assert "JINGWEI_HOSTS is not set" in running.text
        assert "Traceback" not in running.text
    assert wait_until_gone(tmp_path) == []
