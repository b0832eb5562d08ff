"""The web application for any WSGI server; `jingwei serve` starts granian on it."""

from __future__ import annotations

import os
from functools import lru_cache

from django.core.handlers.wsgi import WSGIHandler

from jingwei.platform.text import pinyin_initials
from jingwei.server import runtime

ROUTES_KEPT = 1_000


def _application() -> WSGIHandler:
    urls = runtime.configured_urls()
    if urls is None:
        raise runtime.RuntimeProblem("DATABASE_URL is not set; `jingwei serve` finds the embedded database by itself.")
    # The web only runs: the owner's password has no business in a process that answers requests.
    os.environ.pop("MIGRATION_DATABASE_URL", None)
    runtime.setup_django(runtime.Urls(app=urls.app, owner=None))
    from django.urls import get_resolver

    # Import all routes and read the dictionary of pinyin now: the first visitor should not wait for them.
    resolver = get_resolver()
    _ = pinyin_initials("经纬"), resolver.url_patterns
    # Routes are tried one after the other; what was asked for lately is known.
    resolver.resolve = lru_cache(ROUTES_KEPT)(resolver.resolve)  # type: ignore[method-assign]
    runtime.settle()
    return WSGIHandler()


application = _application()
