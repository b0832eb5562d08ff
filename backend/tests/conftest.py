"""The harness: one PostgreSQL server per run, one clone of the migrated template per worker, nothing rolled back.

Tests commit for real and keep apart by making a group (tenant) of their own, so that deferred constraints, guards and
locks behave as in production. The run's application role is `default`, the owner role is `owner`.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest

from jingwei.server import postgres
from jingwei.server.postgres import PostgresError
from jingwei.server.runtime import Urls, settle
from tests.support import cluster, translations

SERVER: pytest.StashKey[contextlib.ExitStack] = pytest.StashKey()
URLS: pytest.StashKey[Urls] = pytest.StashKey()
ADMIN: pytest.StashKey[str] = pytest.StashKey()
RUN_NUMBERS = itertools.count(1)
#: The mark of tests that take minutes; `make realdata` runs them.
REAL_DATA = "realdata"


def pytest_configure(config: pytest.Config) -> None:
    """Start the server (controller, or a run without xdist); make Django ready where tests will run."""
    config.addinivalue_line("markers", f"{REAL_DATA}: loads a real company's months; only with -m {REAL_DATA}")
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is None:
        translations.compile_outdated()
        if config.option.collectonly or config.option.help:
            _setup_django(Urls(app="postgresql://nobody@/none", owner="postgresql://nobody@/none"))
            return
        signal.signal(signal.SIGTERM, _interrupt)
        stack = contextlib.ExitStack()
        config.stash[SERVER] = stack
        try:
            server = stack.enter_context(cluster.running())
        except (cluster.TemplateError, PostgresError) as error:
            raise pytest.UsageError(str(error)) from None
        config.stash[URLS] = cluster.template_urls(server)
        config.stash[ADMIN] = server.url(postgres.ADMIN, "postgres")
        if getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None):
            return
        name = "main"
    else:
        config.stash[URLS] = Urls(app=worker["app_url"], owner=worker["owner_url"])
        config.stash[ADMIN] = worker["admin_url"]
        name = worker["workerid"]
    _setup_django(cluster.create_clone(config.stash[URLS], f"jingwei_{name}"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker where the server is."""
    urls = node.config.stash[URLS]
    node.workerinput["app_url"], node.workerinput["owner_url"] = urls.app, urls.owner
    node.workerinput["admin_url"] = node.config.stash[ADMIN]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes, unless it is asked for by its mark."""
    if REAL_DATA in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker(REAL_DATA)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker(REAL_DATA)]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Modules and tests stay until the end: the garbage collector need not look at them."""
    settle()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove it, after a normal end as after Ctrl-C."""
    if SERVER in config.stash:
        config.stash[SERVER].close()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _setup_django(urls: Urls) -> None:
    os.environ["DATABASE_URL"] = urls.app
    os.environ["MIGRATION_DATABASE_URL"] = str(urls.owner)
    os.environ["JINGWEI_SECRET_KEY"] = "a key that signs nothing outside this test run"
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.settings"
    import django

    django.setup()


@pytest.fixture(autouse=True)
def _no_connection_left_in_a_transaction() -> Iterator[None]:
    """A test that ends inside a transaction would hide its locks in the next one."""
    yield
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        if connection.connection is not None and connection.in_atomic_block:
            connection.close()
            raise AssertionError(f"the test left the connection {connection.alias} inside a transaction")


@pytest.fixture(autouse=True)
def _english() -> None:
    """A request in Chinese leaves its language behind in the thread; the next test begins in English."""
    from django.utils import translation

    translation.activate("en")


@pytest.fixture
def statements() -> Callable[..., AbstractContextManager[list[str]]]:
    """`with statements() as sent:` lists the SQL statements of the block; `statements(at_most=20)` also limits them."""
    from tests.support.statements import counted

    return counted


@pytest.fixture(scope="session")
def server_urls(request: pytest.FixtureRequest) -> Urls:
    """Both roles' URLs of the template on the run's server, for `cluster.create_clone`."""
    return request.config.stash[URLS]


@pytest.fixture
def admin(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """The run's server as its superuser, in autocommit: for making roles that production must refuse."""
    with psycopg.connect(request.config.stash[ADMIN], autocommit=True) as connection:
        yield connection


@pytest.fixture
def own_database(request: pytest.FixtureRequest) -> Iterator[Urls]:
    """A fresh clone for a test with threads or planted corruption; every connection of the process goes there."""
    from django.conf import settings
    from django.db import connections

    name = f"jingwei_own_{os.getpid()}_{next(RUN_NUMBERS)}"
    connections.close_all()
    urls = cluster.create_clone(request.config.stash[URLS], name)
    former = {alias: entry["NAME"] for alias, entry in connections.settings.items()}
    for entry in connections.settings.values():
        entry["NAME"] = name
    try:
        yield urls
    finally:
        connections.close_all()
        for alias, entry in connections.settings.items():
            entry["NAME"] = former[alias]
        assert settings.DATABASES is not None
        cluster.drop_clone(urls, name)


@pytest.fixture
def world() -> Any:
    """A group of the test's own, with a company, a few units and a category."""
    from tests.support.world import new_world, with_basics

    return with_basics(new_world())
