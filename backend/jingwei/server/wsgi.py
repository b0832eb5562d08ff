"""The web application for any WSGI server; `jingwei serve` starts granian on it."""

from __future__ import annotations

import os

from django.core.handlers.wsgi import WSGIHandler

from jingwei.platform.text import pinyin_initials
from jingwei.server import runtime


def _application() -> WSGIHandler:
    urls = runtime.configured_urls()
    if urls is None:
        raise runtime.RuntimeProblem("DATABASE_URL is not set; `jingwei serve` finds the embedded database by itself.")
    # The web only runs: the owner's password has no business in a process that answers requests.
    os.environ.pop("MIGRATION_DATABASE_URL", None)
    runtime.setup_django(runtime.Urls(app=urls.app, owner=None))
    from django.urls import get_resolver

    # Import all routes and read the dictionary of pinyin now: the first visitor should not wait for them.
    _ = get_resolver().url_patterns, pinyin_initials("经纬")
    runtime.settle()
    return WSGIHandler()


application = _application()
