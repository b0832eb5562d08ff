"""The embedded server: started, killed, refused and found again."""

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from jingwei.server.postgres import ADMIN, AlreadySupervisedError, PostgresError, PostgresServer

Make = Callable[[Path], PostgresServer]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes servers and stops them whatever the test did."""
    made: list[PostgresServer] = []

    def build(folder: Path) -> PostgresServer:
        server = PostgresServer(folder, options={"fsync": "off"})
        made.append(server)
        return server

    yield build
    for server in made:
        server.stop()
        server.release()


def started(server: PostgresServer) -> PostgresServer:
    server.acquire("a test")
    server.start()
    return server


def stop(server: PostgresServer) -> None:
    server.stop()
    server.release()


def remember(server: PostgresServer) -> None:
    with server.connect_admin() as connection:
        connection.execute("CREATE TABLE kept (fact text)")
        connection.execute("INSERT INTO kept VALUES ('committed')")


def remembered(server: PostgresServer) -> list[tuple[str]]:
    with server.connect_admin() as connection:
        return connection.execute("SELECT fact FROM kept").fetchall()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_gets_a_private_server_on_a_socket_only(tmp_path: Path, make: Make) -> None:
    outer = tmp_path / "outer"
    outer.mkdir(mode=0o700)
    server = started(make(outer / "postgres"))
    with server.connect_admin() as connection:
        row = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('synchronous_commit'),"
            " current_setting('data_checksums'), current_setting('server_encoding'), current_user"
        ).fetchone()
    assert row == ("", "on", "on", "UTF8", ADMIN)
    assert mode(outer) == 0o700
    assert mode(server.data) == 0o700
    assert mode(outer / "postgres" / "credentials.json") == 0o600
    assert not list((outer / "postgres").glob("password-*"))


def test_without_the_password_nobody_gets_in(tmp_path: Path, make: Make) -> None:
    server = started(make(tmp_path))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host=str(server.socket_folder()), user=ADMIN, password="guess", dbname="postgres")


def test_what_was_committed_is_there_at_the_next_start(tmp_path: Path, make: Make) -> None:
    first = started(make(tmp_path))
    remember(first)
    stop(first)
    assert not first.is_alive
    assert remembered(started(make(tmp_path))) == [("committed",)]


def test_a_second_supervisor_is_refused_and_told_about_the_first(tmp_path: Path, make: Make) -> None:
    first = started(make(tmp_path))
    first.announce(command="jingwei run", address="http://127.0.0.1:8000/")
    with pytest.raises(AlreadySupervisedError) as refused:
        make(tmp_path).acquire("another")
    assert refused.value.holder == {"pid": os.getpid(), "command": "jingwei run", "address": "http://127.0.0.1:8000/"}
    assert first.is_alive


def test_a_killed_supervisor_leaves_nothing_the_next_cannot_clear(tmp_path: Path, make: Make) -> None:
    script = """
        import os, sys
        from pathlib import Path
        from jingwei.server.postgres import PostgresServer
        server = PostgresServer(Path(sys.argv[1]), options={"fsync": "off"})
        server.acquire("to be killed")
        server.start()
        with server.connect_admin() as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'committed' AS fact")
        os.kill(os.getpid(), 9)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    survivor = int((tmp_path / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(survivor, 0)  # the postmaster outlived its supervisor
    server = started(make(tmp_path))
    assert remembered(server) == [("committed",)]
    assert int((tmp_path / "data" / "postmaster.pid").read_text().splitlines()[0]) != survivor


def test_a_killed_postmaster_is_noticed_and_recovers(tmp_path: Path, make: Make) -> None:
    server = started(make(tmp_path))
    remember(server)
    os.kill(int((tmp_path / "data" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    while server.is_alive:
        pass
    server.start()
    assert remembered(server) == [("committed",)]


def test_a_stale_pid_file_naming_a_living_stranger_does_not_stop_the_start(tmp_path: Path, make: Make) -> None:
    first = started(make(tmp_path))
    lines = (tmp_path / "data" / "postmaster.pid").read_text().splitlines()
    stop(first)
    lines[0] = str(os.getpid())
    (tmp_path / "data" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    (tmp_path / "data" / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    assert started(make(tmp_path)).is_alive


def test_a_path_too_long_for_a_socket_gets_a_private_folder(tmp_path: Path, make: Make) -> None:
    server = started(make(tmp_path / ("long" * 30)))
    place = server.socket_folder()
    assert place != server.data
    assert len(os.fsencode(place / ".s.PGSQL.5432")) < 107
    assert mode(place) == 0o700
    stop(server)
    assert not place.exists()


def test_an_interrupted_initdb_starts_over(tmp_path: Path, make: Make) -> None:
    (tmp_path / "data.partial").mkdir()
    (tmp_path / "data.partial" / "PG_VERSION").write_text("half")
    assert started(make(tmp_path)).is_alive
    assert not (tmp_path / "data.partial").exists()


def test_lost_credentials_are_named(tmp_path: Path, make: Make) -> None:
    first = started(make(tmp_path))
    stop(first)
    (tmp_path / "credentials.json").write_text(json.dumps({ADMIN: "another"}))
    second = make(tmp_path)
    with pytest.raises(PostgresError, match=r"credentials\.json does not belong to the data in .*; put back"):
        started(second)
    assert not second.is_alive


def test_data_of_another_major_version_are_left_alone(tmp_path: Path, make: Make) -> None:
    first = started(make(tmp_path))
    stop(first)
    (tmp_path / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match=r"belong to PostgreSQL 9, the programs are \d+\. Restore a backup"):
        started(make(tmp_path))


def test_a_server_that_does_not_start_shows_its_last_words(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path, options={"shared_buffers": "nonsense"})
    with pytest.raises(PostgresError, match=r'(?s)did not start.*invalid value for parameter "shared_buffers"'):
        started(server)
    server.release()
