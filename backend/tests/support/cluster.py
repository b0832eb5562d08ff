"""One throw-away PostgreSQL server per test run, copied from a cached one that holds the migrated template.

Making a template takes seconds, so it is kept under `var/test`, named by a hash of everything it is made from; a run
copies that folder, starts a server on the copy and removes both at its end. What a killed run left is removed by the
next one: each run's folder carries the supervisor's lock, which dies with its process.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from jingwei.platform.database import provision
from jingwei.server.postgres import AlreadySupervisedError, PostgresServer, find_binaries
from jingwei.server.runtime import APP, OWNER, Urls

BACKEND = Path(__file__).resolve().parents[2]
CACHE = BACKEND.parent / "var" / "test"
TEMPLATE = "jingwei_template"
KEPT_TEMPLATES = 4
RUN_PREFIX = "jingwei-run-"
OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
}


class TemplateError(Exception):
    """The template could not be made: the schema does not migrate."""


def fingerprint() -> str:
    """A hash of all that decides what the template holds: models, migrations, guards, requirements, binaries."""
    digest = hashlib.sha256()
    package = BACKEND / "jingwei"
    sources = [
        *package.glob("*/models.py"),
        *package.glob("*/models/**/*.py"),
        *package.glob("*/migrations/**/*.*"),
        *package.glob("*/fields.py"),
        *(package / "platform" / "database").glob("*.*"),
        package / "server" / "settings.py",
        package / "server" / "cli" / "database.py",
        BACKEND / "requirements.txt",
        Path(__file__),
    ]
    for source in sorted(s for s in set(sources) if s.suffix != ".pyc"):
        digest.update(str(source.relative_to(BACKEND)).encode())
        digest.update(source.read_bytes())
    digest.update(str(find_binaries()).encode())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def running() -> Iterator[PostgresServer]:
    """A server holding the migrated template, for this run only; stopped and removed at the end, whatever happens."""
    _sweep()
    kept = _cached_template()
    folder = Path(tempfile.mkdtemp(prefix=RUN_PREFIX))
    server = PostgresServer(folder, options=OPTIONS)
    try:
        server.acquire("pytest")
        shutil.copytree(kept, folder, dirs_exist_ok=True, copy_function=shutil.copy)
        _own_like(kept, folder)
        server.start()
        yield server
    finally:
        server.stop()
        server.release()
        shutil.rmtree(folder, ignore_errors=True)


def create_clone(server_urls: Urls, name: str) -> Urls:
    """Clone the template as the owner role; returns both URLs of the clone."""
    assert server_urls.owner is not None
    with psycopg.connect(_on(server_urls.owner, "postgres"), autocommit=True) as connection:
        connection.execute(_drop(name))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
    return Urls(app=_on(server_urls.app, name), owner=_on(server_urls.owner, name))


def drop_clone(urls: Urls, name: str) -> None:
    """Drop a clone, disconnecting whoever is still there."""
    assert urls.owner is not None
    with psycopg.connect(_on(urls.owner, "postgres"), autocommit=True) as connection:
        try:
            # Waits for autovacuum, which WITH (FORCE) would have to terminate and the owner role may not.
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        except psycopg.errors.ObjectInUse:
            connection.execute(_drop(name))


def template_urls(server: PostgresServer) -> Urls:
    """The URLs of the template, from which those of the clones are made."""
    return Urls(app=server.url(APP, TEMPLATE), owner=server.url(OWNER, TEMPLATE))


def _drop(name: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))


def _on(url: str, database: str) -> str:
    """The same role and server, another database."""
    before, _, query = url.partition("?")
    return f"{before.rpartition('/')[0]}/{database}?{query}"


def _own_like(source: Path, copy: Path) -> None:
    """As root with a system user, the copied data must belong to that user again."""
    owner = (source / "data").stat()
    if owner.st_uid != os.geteuid():
        for path in [copy / "data", *(copy / "data").rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _cached_template() -> Path:
    """The cached cluster for today's sources, made when missing; one process makes it, others wait."""
    CACHE.mkdir(parents=True, exist_ok=True)
    target = CACHE / f"template-{fingerprint()}"
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            partial = CACHE / "partial"
            shutil.rmtree(partial, ignore_errors=True)
            _build(partial)
            partial.rename(target)
        os.utime(target)
        kept = sorted(CACHE.glob("template-*"), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in kept[KEPT_TEMPLATES:]:
            shutil.rmtree(old, ignore_errors=True)
    return target


def _build(folder: Path) -> None:
    """Make a cluster, provision it, and run the product's own `jingwei migrate` on the template database."""
    server = PostgresServer(folder, options=OPTIONS)
    server.acquire("pytest, making the template")
    try:
        server.start()
        with server.connect_admin() as admin:
            provision.provision(
                admin,
                database=TEMPLATE,
                owner=(OWNER, server.password(OWNER)),
                app=(APP, server.password(APP)),
                owner_creates=True,
            )
        with server.connect_admin(TEMPLATE) as admin:
            provision.take_schema(admin, owner=OWNER)
        urls = template_urls(server)
        environment = {
            **os.environ,
            "DATABASE_URL": urls.app,
            "MIGRATION_DATABASE_URL": str(urls.owner),
            "DJANGO_SETTINGS_MODULE": "jingwei.server.settings",
            "JINGWEI_SECRET_KEY": "for the template of tests only",
        }
        done = subprocess.run(
            [sys.executable, "-m", "jingwei.server.cli", "migrate"],
            cwd=BACKEND,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise TemplateError(f"`jingwei migrate` failed on the template:\n{done.stdout}{done.stderr}")
    finally:
        server.stop()
        server.release()


def _sweep() -> None:
    """Remove what killed runs left in the temporary folder; living ones hold their lock."""
    for folder in Path(tempfile.gettempdir()).glob(f"{RUN_PREFIX}*"):
        if folder.stat().st_uid != os.geteuid() or not (folder / "data" / "PG_VERSION").exists():
            continue
        server = PostgresServer(folder, options=OPTIONS)
        with contextlib.suppress(AlreadySupervisedError):
            server.acquire("pytest, sweeping")
            server.clear_leftovers()
            server.release()
            shutil.rmtree(folder, ignore_errors=True)
