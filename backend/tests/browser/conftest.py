"""Browser tests: one `jingwei run` for the session, the system's Chromium, and nothing tolerated on its console.

The run uses a clone of the migrated template on the test server, so that it starts in seconds and leaves nothing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from jingwei.server.runtime import Urls
from tests.browser.people import Person
from tests.support import cluster
from tests.support.running import Running, jingwei_run

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}


def pytest_configure(config: pytest.Config) -> None:
    """The mark of tests that take pictures."""
    config.addinivalue_line("markers", "screenshots: takes pictures for the documentation; only with -m screenshots")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Pictures are taken when they are asked for, never by the way."""
    if config.option.markexpr == "":
        wanted = [item for item in items if item.get_closest_marker("screenshots") is None]
        config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
        items[:] = wanted


@pytest.fixture(scope="session")
def product(server_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The running product with its demo company; `product.passwords` are the first passwords by login."""
    name = "jingwei_browser"
    urls = cluster.create_clone(server_urls, name)
    assert urls.owner is not None
    var = tmp_path_factory.mktemp("var")
    with jingwei_run(var, DATABASE_URL=urls.app, MIGRATION_DATABASE_URL=urls.owner) as running:
        yield running
    cluster.drop_clone(urls, name)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver, from the installed package."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    path = os.environ.get("JINGWEI_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    assert path, "no Chromium found; on Debian: apt-get install chromium fonts-noto-cjk, or set JINGWEI_CHROMIUM"
    browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
    yield browser
    browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about during the test; a test that provokes a complaint removes it from here."""
    return []


@pytest.fixture
def window(browser: Browser, product: Running, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """`window()` opens a fresh private window on the product; script errors and CSP violations in any of them fail the
    test that caused them."""
    contexts: list[BrowserContext] = []

    def heard(message: ConsoleMessage) -> None:
        # A refused request (401, 422 …) is shown to the user by the page itself; Chromium logs it all the same.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    def listen(page: Page) -> None:
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_one() -> Page:
        context = browser.new_context(
            base_url=product.address, viewport=DESKTOP, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(15_000)
        context.on("page", listen)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(window: Callable[[], Page]) -> Page:
    """One fresh private window."""
    return window()


@pytest.fixture
def person(window: Callable[[], Page], product: Running) -> Callable[..., Person]:
    """`person("steward", "en")` signs a user of the demo company in, in a window of their own."""

    def sign_in(login: str, language: str = "en") -> Person:
        someone = Person(window(), language)
        someone.sign_in(login, product.passwords[login])
        return someone

    return sign_in
