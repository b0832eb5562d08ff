"""Migrations say what the models say, and run on a server whose administrator made the roles."""

import secrets
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from psycopg import sql

from jingwei.platform.database.provision import ProvisionError, require_extensions
from jingwei.server.runtime import APP, OWNER, Urls
from tests.server.test_runtime import finish, jingwei


def test_no_model_change_waits_for_a_migration() -> None:
    out = StringIO()
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1, stdout=out)
    assert out.getvalue() == "No changes detected\n"


@pytest.fixture
def bare_database(server_urls: Urls, admin: psycopg.Connection) -> Urls:
    """An empty database as an administrator would make it: owned by the owner role, nothing in it."""
    name = f"jingwei_bare_{secrets.token_hex(4)}"
    admin.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(*map(sql.Identifier, (name, OWNER))))

    def on(url: str | None) -> str:
        assert url is not None
        return url.replace("/jingwei_template?", f"/{name}?")

    return Urls(app=on(server_urls.app), owner=on(server_urls.owner))


def test_migrate_on_a_server_of_your_own(bare_database: Urls, tmp_path: Path) -> None:
    assert bare_database.owner is not None
    both = {"DATABASE_URL": bare_database.app, "MIGRATION_DATABASE_URL": bare_database.owner}
    status, out, err = finish(jingwei("migrate", var=tmp_path, **both))
    assert (status, err) == (0, "")
    assert out.endswith("migrations applied, grants and guards asserted\n")
    assert not (tmp_path / "postgres").exists()
    with psycopg.connect(bare_database.app, autocommit=True) as connection:
        assert connection.execute("SELECT current_user, count(*) > 0 FROM django_migrations").fetchone() == (APP, True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")


def test_an_extension_that_the_owner_cannot_make_is_named(bare_database: Urls) -> None:
    # The application role stands for an owner that may create nothing there.
    with psycopg.connect(bare_database.app) as connection, pytest.raises(ProvisionError) as refused:
        require_extensions(connection)
    text = str(refused.value)
    assert text.startswith("The database lacks the extension pg_trgm and the owner role can't create it (permission")
    assert "As a superuser in that database run: CREATE EXTENSION pg_trgm;" in text
