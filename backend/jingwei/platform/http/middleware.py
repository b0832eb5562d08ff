"""What every request gets: an id, a line in the log, and a content security policy with a nonce of its own."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.http.problems import refusal_response

Handler = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("jingwei.request")


class RequestContext:
    """Gives each request an id (the caller's, when it is harmless), returns it, and logs the outcome once."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if re.fullmatch(r"[\w.-]{8,40}", given, re.ASCII) else secrets.token_hex(8)
        request.request_id = request_id  # type: ignore[attr-defined]
        begun = time.perf_counter()
        response = self.handle(request)
        response["X-Request-ID"] = request_id
        log.info(
            "request",
            extra={
                "request_id": request_id,
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - begun) * 1000, 1),
            },
        )
        return response


class Language:
    """Answers in the language that the request prefers. Django's own looks for it in each path first, where there is
    none; that takes as long as writing a page of a list."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        translation.activate(translation.get_language_from_request(request))
        response = self.handle(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.setdefault("Content-Language", translation.get_language() or "en")
        return response


class WholeText:
    """Refuses an address with a NUL in it: no text holds one, and no database could look for it."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path_info:
            message = _("The address holds an invisible control character (U+0000).")
            return refusal_response(request, Refusal(Problem("text.control", message, status=400)))
        return self.handle(request)


class ContentSecurityPolicy:
    """Scripts and styles only from here and with this answer's nonce; nothing inline, nothing from elsewhere."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.handle(request)
        response["Content-Security-Policy"] = (
            f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
            "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        )
        response["X-Frame-Options"] = "DENY"
        response["X-Content-Type-Options"] = "nosniff"
        response["Referrer-Policy"] = "same-origin"
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        return response
