"""Refusals as RFC 9457 `application/problem+json`, in the caller's language."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from jingwei.platform.documents.read import plain
from jingwei.platform.errors import Problem, Refusal


def answer(body: Any, status: int = 200) -> HttpResponse:
    """A JSON answer; decimals and dates as text."""
    content = msgspec.json.encode(body, enc_hook=_encode)
    response = HttpResponse(content, status=status, content_type="application/json")
    response["Content-Length"] = str(len(content))  # else it is sent in chunks
    return response


def _encode(value: Any) -> Any:
    found = plain(value)
    return str(value) if found is value else found


def title_of(status: int) -> str:
    """What kind of refusal a status is."""
    return {
        400: _("The request is not understood"),
        401: _("Sign in first"),
        403: _("Not allowed"),
        404: _("Not found"),
        409: _("Not possible now"),
        413: _("Too large"),
        415: _("This kind of content is not taken"),
        422: _("The data is not right"),
        428: _("The version is missing"),
        429: _("Too many tries"),
    }.get(status, _("Something went wrong"))


def problem_body(refusal: Refusal, request_id: str = "") -> dict[str, Any]:
    """The RFC 9457 body of a refusal."""
    first = next((p for p in refusal.problems if p.status == refusal.status), refusal.problems[0])
    return {
        "type": "about:blank",
        "title": title_of(refusal.status),
        "status": refusal.status,
        "code": first.code,
        "detail": str(first.message),
        "request_id": request_id,
        "errors": [error_body(p) for p in refusal.problems[:200]],
    }


def error_body(problem: Problem) -> dict[str, Any]:
    """One problem as JSON."""
    return {
        "code": problem.code,
        "message": str(problem.message),
        "hint": str(problem.hint),
        "field": problem.field,
        "row": problem.row,
        "line": problem.line,
        "documents": [{"key": d.key, "id": d.id, "number": d.number, "title": d.title} for d in problem.documents],
        **problem.extra,
    }


def refusal_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The HTTP answer of a refusal."""
    response = answer(problem_body(refusal, getattr(request, "request_id", "")), refusal.status)
    response["Content-Type"] = "application/problem+json"
    return response
