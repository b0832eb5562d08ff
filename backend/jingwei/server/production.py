"""What production refuses to start with. Every fault says what is wrong and the way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from jingwei.server.runtime import RuntimeProblem, Urls

SECRET_LENGTH = 50  # characters; `python -c "import secrets; print(secrets.token_urlsafe(64))"` gives 86
SECRET_DISTINCT = 12  # different characters: a repeated word is long but weak


@dataclass(frozen=True)
class Fault:
    """One reason not to start, and how to mend it."""

    code: str
    problem: str
    way_out: str


def require(urls: Urls, environ: Mapping[str, str]) -> None:
    """Raise RuntimeProblem naming every fault, when there is one."""
    faults = environment_faults(environ) + database_faults(urls)
    if faults:
        listing = "\n".join(f"  - {f.problem} {f.way_out}" for f in faults)
        raise RuntimeProblem(f"production mode refuses to start ({len(faults)} faults):\n{listing}")


def environment_faults(environ: Mapping[str, str]) -> list[Fault]:
    """Faults of the environment variables alone."""
    faults = []
    secret = environ.get("JINGWEI_SECRET_KEY", "")
    if len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_DISTINCT:
        what = f"has {len(secret)} characters, {len(set(secret))} of them different" if secret else "is not set"
        faults.append(
            Fault(
                "secret.weak",
                f"JINGWEI_SECRET_KEY {what}; sessions could be forged.",
                f"Give it at least {SECRET_LENGTH} random characters, the same on every machine: "
                'python3 -c "import secrets; print(secrets.token_urlsafe(64))"',
            )
        )
    hosts = [host.strip() for host in environ.get("JINGWEI_HOSTS", "").split(",") if host.strip()]
    if not hosts or "*" in hosts:
        faults.append(
            Fault(
                "hosts.missing",
                "JINGWEI_HOSTS " + ("allows every host name." if hosts else "is not set."),
                "Name the host names that people type, separated by commas: JINGWEI_HOSTS=erp.example.com",
            )
        )
    return faults


def database_faults(urls: Urls) -> list[Fault]:
    """Faults of the roles and the server, asked from the server itself as the application role.

    Raises RuntimeProblem when a role cannot connect.
    """
    app = _facts("DATABASE_URL", urls.app)
    faults = _role_faults(app)
    if app.synchronous_commit == "off":
        faults.append(
            Fault(
                "commit.asynchronous",
                "synchronous_commit is off: a crash would lose documents that people were told are saved.",
                f"Set synchronous_commit = on for the server, the database and the role {app.role}.",
            )
        )
    if urls.owner is not None:
        owner = _facts("MIGRATION_DATABASE_URL", urls.owner)
        if owner.role == app.role:
            faults.append(
                Fault(
                    "roles.same",
                    f"DATABASE_URL and MIGRATION_DATABASE_URL use the same role {app.role}.",
                    "Make a second role that owns the database and migrates; the first one runs the application.",
                )
            )
        elif owner.role in app.may_become:
            faults.append(
                Fault(
                    "role.member",
                    f"The role {app.role} of DATABASE_URL is a member of the owner role {owner.role}.",
                    f"REVOKE {owner.role} FROM {app.role};",
                )
            )
    return faults


@dataclass(frozen=True)
class _Facts:
    role: str
    is_superuser: bool
    powers: tuple[str, ...]
    owned: tuple[str, ...]
    may_become: tuple[str, ...]
    synchronous_commit: str


def _role_faults(app: _Facts) -> list[Fault]:
    faults = []
    if app.is_superuser:
        faults.append(
            Fault(
                "role.superuser",
                f"The role {app.role} of DATABASE_URL is a superuser; no guard of the ledgers holds for it.",
                f"ALTER ROLE {app.role} NOSUPERUSER; or use another role.",
            )
        )
    elif app.powers:
        faults.append(
            Fault(
                "role.powers",
                f"The role {app.role} of DATABASE_URL has {', '.join(app.powers)}.",
                f"ALTER ROLE {app.role} {' '.join('NO' + power for power in app.powers)};",
            )
        )
    if app.owned:
        faults.append(
            Fault(
                "role.owner",
                f"The role {app.role} of DATABASE_URL owns {', '.join(app.owned)}; an owner can change posted rows.",
                "REASSIGN OWNED to the role of MIGRATION_DATABASE_URL, then run `jingwei migrate`.",
            )
        )
    return faults


def _facts(variable: str, url: str) -> _Facts:
    try:
        connection = psycopg.connect(url, connect_timeout=10, autocommit=True)
    except psycopg.OperationalError as error:
        raise RuntimeProblem(f"{variable} does not connect: {str(error).strip()}") from error
    with connection:
        role = connection.execute(
            "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert role is not None
        owned = connection.execute(
            "SELECT 'the database ' || datname FROM pg_database WHERE datname = current_database()"
            " AND datdba = current_user::regrole UNION ALL "
            "(SELECT 'the table ' || relname FROM pg_class WHERE relowner = current_user::regrole"
            " AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY relname LIMIT 3)"
        ).fetchall()
        others = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname <> current_user AND pg_has_role(current_user, oid, 'MEMBER')"
        ).fetchall()
        commit = connection.execute("SELECT current_setting('synchronous_commit')").fetchone()
        assert commit is not None
    names = ("CREATEROLE", "CREATEDB", "BYPASSRLS", "REPLICATION")
    return _Facts(
        role=str(role[0]),
        is_superuser=bool(role[1]),
        powers=tuple(name for name, has in zip(names, role[2:], strict=True) if has),
        owned=tuple(str(row[0]) for row in owned),
        may_become=tuple(str(row[0]) for row in others),
        synchronous_commit=str(commit[0]),
    )
