"""Roles, database and extensions.

Two roles: one owns the database and its tables and migrates, the other runs the application and owns nothing, so that
what is revoked from it (changing a posted ledger row) stays revoked. On a server of their own, administrators make
roles and database themselves (docs/operations); for the embedded server `provision` does it.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

EXTENSIONS = ("pg_trgm", "btree_gist")


class ProvisionError(Exception):
    """The database lacks something that only its administrator can add; the message names it."""


def provision(
    admin: psycopg.Connection,
    *,
    database: str,
    owner: tuple[str, str],
    app: tuple[str, str],
    owner_creates: bool = False,
) -> None:
    """Create both roles and the database when absent, and set the passwords; may be repeated.

    `admin` is a superuser in autocommit; `owner` and `app` are (role name, password). `owner_creates` lets the owner
    create databases (clones for tests).
    """
    for (name, password), may_create in ((owner, owner_creates), (app, False)):
        exists = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
        # The password travels as its SCRAM verifier, so that no log of statements ever holds it.
        verifier = admin.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
        admin.execute(
            sql.SQL("{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE {create} PASSWORD {password}").format(
                verb=sql.SQL("ALTER" if exists else "CREATE"),
                role=sql.Identifier(name),
                create=sql.SQL("CREATEDB" if may_create else "NOCREATEDB"),
                password=sql.Literal(verifier),
            )
        )
    if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        statement = sql.SQL("CREATE DATABASE {} OWNER {}")
        admin.execute(statement.format(sql.Identifier(database), sql.Identifier(owner[0])))


def take_schema(admin: psycopg.Connection, *, owner: str) -> None:
    """Give the schema of the connected database to the owner role, and make the extensions."""
    admin.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(owner)))
    for extension in EXTENSIONS:
        admin.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA public").format(sql.Identifier(extension)))


def require_extensions(owner: psycopg.Connection) -> None:
    """See that the extensions are there, creating them where the owner role may.

    Raises ProvisionError naming what the administrator has to do.
    """
    present = {row[0] for row in owner.execute("SELECT extname FROM pg_extension")}
    for extension in EXTENSIONS:
        if extension in present:
            continue
        try:
            with owner.transaction():
                owner.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))
        except psycopg.Error as error:
            reason = str(error).splitlines()[0]
            raise ProvisionError(
                f"The database lacks the extension {extension} and the owner role can't create it ({reason}). "
                f"As a superuser in that database run: CREATE EXTENSION {extension}; "
                "(on Debian the files come with the package postgresql-contrib)."
            ) from error
