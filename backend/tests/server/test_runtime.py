"""Which database and which secret a process uses."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jingwei.server import runtime
from jingwei.server.address import choose_port
from jingwei.server.postgres import PostgresServer


def jingwei(*arguments: str, var: Path, **more: str) -> subprocess.Popen[str]:
    """A command in a process of its own, with the embedded database of `var`."""
    environment = {key: value for key, value in os.environ.items() if not key.endswith(("DATABASE_URL", "SECRET_KEY"))}
    environment |= {"JINGWEI_VAR": str(var), "DJANGO_SETTINGS_MODULE": "jingwei.server.settings", **more}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "jingwei.server.cli", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_migrate_starts_the_embedded_server_for_its_duration_and_stops_it(tmp_path: Path) -> None:
    status, out, err = finish(jingwei("migrate", var=tmp_path))
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == "creating the database folder"
    assert out.splitlines()[-1].endswith("migrations applied, grants and guards asserted")
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()
    assert finish(jingwei("migrate", var=tmp_path)) == (0, "schema is up to date\n", "")


def test_commands_at_the_same_time_share_one_server(tmp_path: Path) -> None:
    results = [finish(process) for process in [jingwei("migrate", var=tmp_path) for _ in range(3)]]
    assert [status for status, _, _ in results] == [0, 0, 0]
    assert sum("migrations applied" in out for _, out, _ in results) == 1
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()


def test_a_command_joins_the_server_that_runs_already(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "postgres", options={"fsync": "off"})
    server.acquire("jingwei run")
    try:
        server.start()
        runtime.provision_embedded(server)
        status, out, _ = finish(jingwei("migrate", var=tmp_path))
        assert status == 0
        assert "creating the database folder" not in out
        assert server.is_alive
    finally:
        server.stop()
        server.release()


@pytest.mark.parametrize("command", [["worker"], ["demo"], ["createuser", "wang", "--name", "Wang"]])
def test_a_command_on_an_empty_database_says_to_migrate(tmp_path: Path, command: list[str]) -> None:
    status, _, err = finish(jingwei(*command, var=tmp_path))
    assert status == 1
    assert re.fullmatch(rf"jingwei {command[0]}: the schema lacks \d+ migrations; run `jingwei migrate` first\.\n", err)
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()


def test_one_url_without_the_other_is_refused(tmp_path: Path) -> None:
    process = jingwei("migrate", var=tmp_path, MIGRATION_DATABASE_URL="postgresql://owner@localhost/x")
    text = "jingwei migrate: MIGRATION_DATABASE_URL is set but DATABASE_URL is not; set both or neither.\n"
    assert finish(process) == (1, "", text)


def test_migrate_without_the_owner_is_refused(tmp_path: Path, own_database: runtime.Urls) -> None:
    status, _, err = finish(jingwei("migrate", var=tmp_path, DATABASE_URL=own_database.app))
    assert status == 1
    assert err == "jingwei migrate: MIGRATION_DATABASE_URL is not set: the schema belongs to that role.\n"


def test_an_unknown_mode_is_not_taken_for_development(tmp_path: Path) -> None:
    status, _, err = finish(jingwei("migrate", var=tmp_path, JINGWEI_MODE="prod"))
    assert status == 1
    assert err == "jingwei migrate: JINGWEI_MODE is 'prod'; it is either development or production.\n"


def test_the_development_key_is_random_private_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGWEI_VAR", str(tmp_path / "a"))
    monkeypatch.delenv("JINGWEI_SECRET_KEY", raising=False)
    first = runtime.secret_key()
    assert len(first) == 86
    assert runtime.secret_key() == first
    assert stat.S_IMODE((tmp_path / "a" / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["secret-key"]
    monkeypatch.setenv("JINGWEI_VAR", str(tmp_path / "b"))
    assert runtime.secret_key() != first


def test_production_has_no_key_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGWEI_VAR", str(tmp_path))
    monkeypatch.setenv("JINGWEI_MODE", "production")
    monkeypatch.delenv("JINGWEI_SECRET_KEY", raising=False)
    with pytest.raises(runtime.RuntimeProblem, match="JINGWEI_SECRET_KEY is not set"):
        runtime.secret_key()
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_passed_over_or_refused() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(runtime.RuntimeProblem, match=rf"^port {port} of 127\.0\.0\.1 is taken"):
            choose_port("127.0.0.1", port)
    assert choose_port("127.0.0.1", port) == port
    assert choose_port("127.0.0.1", None) >= 8000
