"""The routes of papers: one document, or several in one file; each printing is noted."""
# Annotations are evaluated when a view is made (no `from __future__ import annotations`).

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal, cast
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from jingwei.platform import sets
from jingwei.platform.documents import read
from jingwei.platform.documents.api import ProblemDetails, actor_of
from jingwei.platform.documents.command import Command, run
from jingwei.platform.documents.declare import Document, Print
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Printing
from jingwei.platform.prints import rendering

Language = Literal["zh-hans", "en"]
#: Documents in one file.
MOST = 100


def add_prints(api: NinjaAPI, document: Document) -> None:
    """Add the routes of each print of a declaration."""
    for declared in document.prints:
        _add(api, document, declared)


def _add(api: NinjaAPI, document: Document, declared: Print) -> None:
    def one(request: HttpRequest, id: int, language: Language | None = None) -> HttpResponse:
        return _answer(document, declared, actor_of(request), [id], language)

    def several(request: HttpRequest, ids: str, language: Language | None = None) -> HttpResponse:
        return _answer(document, declared, actor_of(request), _ids(ids), language)

    name = f"{document.key}_print_{declared.key}".replace(".", "_").replace("-", "_")
    options: dict[str, Any] = {
        "tags": [document.module],
        "response": {200: Any, **dict.fromkeys((400, 403, 404), ProblemDetails)},
        "openapi_extra": {"responses": {200: {"content": {"application/pdf": {}}}}},
    }
    base, label = f"/{document.path}", f"{declared.label}: {document.label}"
    api.get(f"{base}/{{int:id}}/print/{declared.key}", operation_id=name, summary=f"PDF, {label}", **options)(one)
    api.get(
        f"{base}/print/{declared.key}", operation_id=f"{name}_batch", summary=f"PDF of several, {label}", **options
    )(several)


def _ids(text: str) -> list[int]:
    """ "7,9" → [7, 9]."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 17 for part in parts) or len(parts) > MOST:
        message = _("Give the ids of at most %(most)s documents, separated by commas.") % {"most": MOST}
        raise Refusal(Problem("query.value", message, field="ids", status=400))
    return list(dict.fromkeys(map(int, parts)))


def _answer(
    document: Document, declared: Print, actor: Actor, ids: Sequence[int], language: Language | None
) -> HttpResponse:
    at = datetime.now(UTC)
    with translation.override(language or translation.get_language()):
        records = read.get_records(document, ids, actor)
        for company in {getattr(record, "company_id", None) for record in records}:
            actor.need(f"{document.key}.print", company)
        title = " ".join([str(declared.label), str(records[0]), *(["…"] if len(records) > 1 else [])])
        content = rendering.pdf(declared.template, declared.paper, declared.make(actor, records), at, title)
        language = cast("Language", translation.get_language())
    run(actor, lambda command: _note(command, declared, records, language))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(f'{title}.pdf', safe='')}"
    response["Cache-Control"] = "no-store"
    return response


def _note(command: Command, declared: Print, records: Sequence[Any], language: Language) -> None:
    sets.insert(
        [
            Printing(
                group_id=record.group_id,
                company_id=getattr(record, "company_id", None),
                document_id=record.pk,
                print=declared.key,
                language=language,
                state=record.state,
                actor_id=command.actor.user_id,
                at=command.at,
            )
            for record in records
        ]
    )
