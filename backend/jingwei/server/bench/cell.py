"""A database of the bench's own: made in a temporary folder, migrated, removed at the end."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from jingwei.server import runtime
from jingwei.server.postgres import PostgresServer, Progress

COPY = "jingwei_copy"
#: What `jingwei run` gives its embedded server, too.
OPTIONS = {"max_connections": "100", "shared_buffers": "256MB", "timezone": "UTC"}


class Cell:
    """A running server with a migrated database, and Django connected to it."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server

    def start(self, *, fsync: bool) -> None:
        """Start the server, or start it again, with fsync on or off; Django's connections follow."""
        self.stop()
        self.server.options = {**OPTIONS, "fsync": "on" if fsync else "off"}
        self.server.start()
        self._follow()

    def stop(self) -> None:
        """Stop the server; connections are closed first."""
        _close_connections()
        self.server.stop()

    def copy(self) -> str:
        """Copy the database as it is now, in place of an earlier copy; returns the application role's URL of it."""
        _close_connections()
        with self.server.connect_admin() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(COPY)))
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            admin.execute(statement.format(sql.Identifier(COPY), sql.Identifier(runtime.DATABASE)))
        return self.server.url(runtime.APP, COPY)

    def drop_copy(self) -> None:
        """Remove the copy."""
        with self.server.connect_admin() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(COPY)))

    def owner(self) -> psycopg.Connection:
        """A connection of the role that owns the schema, in autocommit: for history that nobody posted."""
        return psycopg.connect(self.server.url(runtime.OWNER, runtime.DATABASE), autocommit=True)

    def url(self) -> str:
        """The application role's URL of the database."""
        return self.server.url(runtime.APP, runtime.DATABASE)

    def tidy(self) -> None:
        """VACUUM ANALYZE and a checkpoint, so that no round pays for what was loaded before it."""
        with self.server.connect_admin(runtime.DATABASE) as admin:
            admin.execute("VACUUM (ANALYZE)")
            admin.execute("CHECKPOINT")

    def version(self) -> str:
        """The server's version, such as 17.2."""
        with self.server.connect_admin() as admin:
            row = admin.execute("SHOW server_version").fetchone()
        return str(row[0]).partition(" ")[0] if row else ""

    def _follow(self) -> None:
        """The socket may lie elsewhere after a start."""
        from django.apps import apps

        urls = runtime.embedded_urls(self.server)
        os.environ["DATABASE_URL"] = urls.app
        if apps.ready:
            from django.db import connections

            for entry in connections.settings.values():
                entry["HOST"] = str(self.server.socket_folder())


@contextlib.contextmanager
def cell(progress: Progress) -> Iterator[Cell]:
    """A fresh migrated database with fsync off, for this process; nothing of it is left."""
    data, var = (Path(tempfile.mkdtemp(prefix=f"jingwei-bench-{part}-")) for part in ("data", "var"))
    server = PostgresServer(data, options=OPTIONS, progress=progress)
    made = Cell(server)
    try:
        server.acquire("jingwei bench")
        os.environ |= {"JINGWEI_VAR": str(var), "JINGWEI_MODE": "development"}
        os.environ["JINGWEI_SECRET_KEY"] = secrets.token_urlsafe(64)
        os.environ.pop("JINGWEI_HOSTS", None)
        made.start(fsync=False)
        runtime.provision_embedded(server)
        runtime.setup_django(runtime.embedded_urls(server))
        from jingwei.server.cli.database import migrate_schema

        progress(migrate_schema())
        yield made
    finally:
        made.stop()
        server.release()
        for folder in (data, var):
            shutil.rmtree(folder, ignore_errors=True)


def _close_connections() -> None:
    from django.apps import apps

    if apps.ready:
        from django.db import connections

        connections.close_all()
