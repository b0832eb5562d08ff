"""The page of the web application, with this answer's nonce in it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PLACEHOLDER = "__CSP_NONCE__"


@lru_cache(maxsize=1)
def _read(path: Path, changed_at: int) -> str:
    return path.read_text(encoding="utf-8")


def _page() -> str | None:
    """The built page; read again when a new build has replaced it."""
    path = Path(settings.ROOT) / "web" / "dist" / "index.html"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


def index(request: HttpRequest) -> HttpResponse:
    """index.html for every path of the application; 503 with the way out when it was not built."""
    page = _page()
    if page is None:
        return HttpResponse("The web application is not built: run `make run`.", status=503, content_type="text/plain")
    response = HttpResponse(page.replace(PLACEHOLDER, request.csp_nonce))  # type: ignore[attr-defined]
    response["Cache-Control"] = "no-store"
    return response
