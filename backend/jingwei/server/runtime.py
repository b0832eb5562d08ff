"""Which database this process uses, with which roles and which secret: decided once, from the environment.

With DATABASE_URL the server is yours; without it an embedded one runs under JINGWEI_VAR, supervised by whichever
process came first, and the others connect to it.
"""

from __future__ import annotations

import fcntl
import gc
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from jingwei.platform.database import provision
from jingwei.server.postgres import AlreadySupervisedError, PostgresError, PostgresServer, Progress

OWNER = "jingwei_owner"
APP = "jingwei_app"
DATABASE = "jingwei"
GENERATIONS = (25_000, 20, 20)  # objects before the collector looks, and how seldom it looks further back
GUEST_LIMIT = 900.0  # seconds a command waits for a server that another process is just starting


class RuntimeProblem(Exception):
    """Jingwei can't start as it is set up; the message says what to change."""


@dataclass(frozen=True)
class Urls:
    """How the two roles reach the database; `owner` is None when this process may only run, not migrate."""

    app: str
    owner: str | None


def var_folder() -> Path:
    """The folder of all state: JINGWEI_VAR, else `var` beside the sources."""
    chosen = os.environ.get("JINGWEI_VAR")
    return Path(chosen).resolve() if chosen else Path(__file__).resolve().parents[3] / "var"


def configured_urls() -> Urls | None:
    """The URLs of the environment, or None when the embedded server is to be used."""
    app, owner = os.environ.get("DATABASE_URL"), os.environ.get("MIGRATION_DATABASE_URL")
    if app:
        return Urls(app=app, owner=owner or None)
    if owner:
        raise RuntimeProblem("MIGRATION_DATABASE_URL is set but DATABASE_URL is not; set both or neither.")
    return None


def embedded_server(progress: Progress) -> PostgresServer:
    """The embedded server of this JINGWEI_VAR, not yet started."""
    options = {"max_connections": "100", "shared_buffers": "256MB", "timezone": "UTC"}
    return PostgresServer(var_folder() / "postgres", options=options, progress=progress)


def embedded_urls(server: PostgresServer) -> Urls:
    """The URLs of the embedded server, over its socket."""
    return Urls(app=server.url(APP, DATABASE), owner=server.url(OWNER, DATABASE))


def provision_embedded(server: PostgresServer) -> None:
    """Make roles, database and extensions of a server that has just been started."""
    with server.connect_admin() as admin:
        provision.provision(
            admin,
            database=DATABASE,
            owner=(OWNER, server.password(OWNER)),
            app=(APP, server.password(APP)),
        )
    with server.connect_admin(DATABASE) as admin:
        provision.take_schema(admin, owner=OWNER)


@contextmanager
def database(command: str, progress: Progress = lambda _: None) -> Iterator[Urls]:
    """The database for one command: the configured one, the running embedded one, or one started for its duration."""
    urls = configured_urls()
    if urls is not None:
        yield urls
        return
    server = embedded_server(progress)
    server.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    guests = os.open(server.folder / "guests", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if _join(server, command, guests, progress):
            yield embedded_urls(server)
            return
        try:
            server.start()
            provision_embedded(server)
            yield embedded_urls(server)
            _let_guests_finish(guests, progress)
        finally:
            server.stop()
            server.release()
    finally:
        os.close(guests)


def _let_guests_finish(guests: int, progress: Progress) -> None:
    """Others may have joined the server that we are about to stop."""
    try:
        fcntl.flock(guests, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        progress("waiting for other commands that use this database")
        fcntl.flock(guests, fcntl.LOCK_EX)


def _join(server: PostgresServer, command: str, guests: int, progress: Progress) -> bool:
    """True when another process runs the server and it answers; False when we have become its supervisor."""
    began = time.monotonic()
    while time.monotonic() - began < GUEST_LIMIT:
        try:
            server.acquire(command)
            return False
        except AlreadySupervisedError:
            fcntl.flock(guests, fcntl.LOCK_SH)
        try:
            psycopg.connect(server.url(APP, DATABASE), connect_timeout=2).close()
            return True
        except (psycopg.OperationalError, OSError):  # it is starting or stopping: ask again
            fcntl.flock(guests, fcntl.LOCK_UN)
            if time.monotonic() - began > 2:
                progress("waiting for the database that another process is starting")
            time.sleep(0.5)
    raise PostgresError(f"The database run by process {server.holder().get('pid')} does not answer.")


def secret_key() -> str:
    """JINGWEI_SECRET_KEY, else (development) one made at random and kept readable by us alone."""
    given = os.environ.get("JINGWEI_SECRET_KEY")
    if given:
        return given
    if is_production():
        raise RuntimeProblem("JINGWEI_SECRET_KEY is not set; production needs one of at least 50 random characters.")
    folder = var_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret-key"
    if not path.exists():
        fresh = folder / f"secret-key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        try:
            os.link(fresh, path)  # of two processes that start at once, the first one's key stands
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def is_production() -> bool:
    """Whether JINGWEI_MODE asks for production; an unknown mode is refused rather than taken for development."""
    mode = os.environ.get("JINGWEI_MODE", "development")
    if mode not in ("development", "production"):
        raise RuntimeProblem(f"JINGWEI_MODE is {mode!r}; it is either development or production.")
    return mode == "production"


def setup_django(urls: Urls) -> None:
    """Make Django ready in this process, and say the same to the processes that it will start."""
    import django

    os.environ["DATABASE_URL"] = urls.app
    if urls.owner:
        os.environ["MIGRATION_DATABASE_URL"] = urls.owner
    os.environ["JINGWEI_SECRET_KEY"] = secret_key()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jingwei.server.settings")
    django.setup()
    settle()


def settle() -> None:
    """Tell the garbage collector that what is loaded by now stays: half a million objects that it would otherwise walk
    through again and again, for a third of the time of a command of a thousand lines. Called again when more is in.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GENERATIONS)
