"""Where requests go: the API under /api/v1, health checks, and for everything else the web application."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from jingwei import __version__
from jingwei.insight.api import add_insight
from jingwei.platform.documents.api import add_document
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.panel_api import add_panel, add_shared
from jingwei.platform.documents.pivot_api import add_pivot
from jingwei.platform.documents.schema import problems_of_details
from jingwei.platform.documents.tables_api import add_tables
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.http.bodies import StrictParser
from jingwei.platform.http.problems import refusal_response
from jingwei.platform.identity.api import add_session
from jingwei.platform.identity.authentication import authenticate
from jingwei.platform.jobs.api import add_jobs
from jingwei.platform.prints.api import add_prints
from jingwei.platform.reports.api import add_reports
from jingwei.platform.views_api import add_views
from jingwei.server import health, webapp

api = NinjaAPI(
    title="Jingwei",
    version=__version__,
    description="Goods and money of a company. Refusals are RFC 9457 problem details, in the caller's language.",
    parser=StrictParser(),
    auth=[authenticate],
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api-v1",
)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    """A rule, a reader or a constraint refused."""
    return refusal_response(request, error)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The body or the query does not have the declared shape."""
    return refusal_response(request, Refusal(*problems_of_details(error.errors)))


@api.exception_handler(HttpError)
@api.exception_handler(Http404)
def failed(request: HttpRequest, error: Any) -> HttpResponse:
    """What the router itself refuses."""
    if isinstance(error.__cause__, Refusal):  # the parser's own words about a body
        return refusal_response(request, error.__cause__)
    status = getattr(error, "status_code", 404)
    return refusal_response(request, Refusal(Problem("request.refused", str(error) or _("Not found"), status=status)))


@api.exception_handler(IntegrityError)
def broken(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    """A constraint spoke outside a command."""
    raise DatabaseError("integrity error outside a command") from error


add_session(api)
add_shared(api)
add_jobs(api)
for document in catalogue:
    add_document(api, document)
    add_panel(api, document)
    add_tables(api, document)
    add_pivot(api, document)
    add_prints(api, document)
add_reports(api)
add_views(api)
add_insight(api)


def unknown_route(request: HttpRequest, rest: str) -> HttpResponse:
    """404 as problem details for what is not a route of the API."""
    message = _("There is no /api/v1/%(rest)s.") % {"rest": rest}
    return refusal_response(request, Refusal(Problem("route.unknown", message, status=404)))


def nested(routes: Iterable[tuple[str, Any]], depth: int) -> list[URLPattern | URLResolver]:
    """Routes below the first parts of their paths, so that a request is not compared with each of some hundred."""
    found: list[URLPattern | URLResolver] = []
    below: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for rest, route in routes:
        start, slash, end = rest.partition("/")
        if depth and slash and "<" not in start:
            below[start + slash].append((end, route))
        else:
            found.append(path(rest, route.callback, name=route.name))
    return found + [path(start, include(nested(ends, depth - 1))) for start, ends in below.items()]


routes, app, namespace = api.urls
urlpatterns = [
    path("api/v1/", (nested(((str(r.pattern), r) for r in routes), 2), app, namespace)),
    re_path(r"^api/(?:v1/)?(?P<rest>.*)$", unknown_route),
    path("health/live", health.live),
    path("health/ready", health.ready),
    re_path(r"^(?!assets/).*$", webapp.index),
]
