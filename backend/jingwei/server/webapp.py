"""The page of the web application, with this answer's nonce in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PLACEHOLDER = "__CSP_NONCE__"


@cache
def _page() -> str | None:
    index = Path(settings.ROOT) / "web" / "dist" / "index.html"
    return index.read_text(encoding="utf-8") if index.exists() else None


def index(request: HttpRequest) -> HttpResponse:
    """index.html for every path of the application; 503 with the way out when it was not built."""
    page = _page()
    if page is None:
        return HttpResponse("The web application is not built: run `make run`.", status=503, content_type="text/plain")
    response = HttpResponse(page.replace(PLACEHOLDER, request.csp_nonce))  # type: ignore[attr-defined]
    response["Cache-Control"] = "no-store"
    return response
