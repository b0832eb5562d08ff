"""Routes that every record shares through the registry: attachments, comments, search; and the screens' metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, NinjaAPI, UploadedFile
from pydantic import BaseModel, ConfigDict

from jingwei import __version__
from jingwei.platform import content
from jingwei.platform.documents import meta, read
from jingwei.platform.documents.api import actor_of
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Answer, Command, run, run_claimed
from jingwei.platform.documents.declare import Document
from jingwei.platform.errors import not_found
from jingwei.platform.http.bodies import claim_of
from jingwei.platform.http.problems import answer
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Attachment, Company, Group, RegistryRow
from jingwei.platform.text import fold


class Remark(BaseModel):
    """A comment."""

    model_config = ConfigDict(extra="forbid")
    body: str


def add_panel(api: NinjaAPI, document: Document) -> None:
    """Comments and attachments of one kind of record; reading needs `view`, writing `edit`."""
    base, name = f"/{document.path}/{{int:id}}", document.key.replace(".", "_").replace("-", "_")

    def post_comment(request: HttpRequest, id: int, body: Remark) -> HttpResponse:
        actor = actor_of(request)
        record = read.get_record(document, id, actor)
        claim = claim_of(request, actor, body.model_dump())

        def work(command: Command) -> Answer:
            made = content.remark(command, record.pk, body.body)
            return Answer(201, {"id": made.pk, "body": made.body, "at": read.plain(made.created_at)})

        return answer(run_claimed(actor, claim, work).body, 201)

    def list_files(request: HttpRequest, id: int) -> HttpResponse:
        actor = actor_of(request)
        record = read.get_record(document, id, actor)
        return answer({"rows": content.attachments_of(actor.group_id, record.pk)})

    def post_file(request: HttpRequest, id: int, file: File[UploadedFile]) -> HttpResponse:
        actor = actor_of(request)
        record = read.get_record(document, id, actor)
        actor.need(f"{document.key}.edit", getattr(record, "company_id", None))
        data = file.read(content.LARGEST + 1)
        made = run(actor, lambda command: content.attach(command, record.pk, file.name or "file", data))
        rows = [r for r in content.attachments_of(actor.group_id, record.pk) if r["id"] == made.pk]
        return answer(rows[0], 201)

    options: dict[str, Any] = {"tags": [document.module]}
    api.post(f"{base}/comments", operation_id=f"{name}_comment", **options)(post_comment)
    api.get(f"{base}/attachments", operation_id=f"{name}_attachments", **options)(list_files)
    api.post(f"{base}/attachments", operation_id=f"{name}_attach", **options)(post_file)


def _document_of(actor: Actor, attachment: Attachment, verb: str) -> None:
    """The attachment's record must be within the actor's reach."""
    row: RegistryRow = attachment.document
    declared = catalogue.by_key.get(row.type)
    views = list(catalogue.views_of(declared)) if declared else []
    company = row.company_id
    if not any(actor.may(f"{d.key}.view", company) for d in views):
        raise not_found(_("Attachment"), attachment.pk)
    if verb != "view" and not any(actor.may(f"{d.key}.{verb}", company) for d in views):
        actor.need(f"{row.type}.{verb}", company)


def add_shared(api: NinjaAPI) -> None:
    """Routes that exist once."""

    @api.get("/attachments/{int:id}", tags=["platform"], operation_id="attachment_get")
    def get_file(request: HttpRequest, id: int) -> HttpResponse:
        actor = actor_of(request)
        found = content.find_attachment(actor.group_id, id)
        _document_of(actor, found, "view")
        response = HttpResponse(bytes(found.blob.content), content_type=found.media_type)
        response["Content-Disposition"] = "attachment; filename*=UTF-8''" + _quoted(found.name)
        return response

    @api.delete("/attachments/{int:id}", tags=["platform"], operation_id="attachment_delete")
    def delete_file(request: HttpRequest, id: int) -> HttpResponse:
        actor = actor_of(request)
        found = content.find_attachment(actor.group_id, id)
        _document_of(actor, found, "edit")
        run(actor, lambda command: found.delete())
        return HttpResponse(status=204)

    @api.get("/search", tags=["platform"], operation_id="search")
    def search(request: HttpRequest, q: str = "", limit: int = 12) -> HttpResponse:
        return answer({"rows": find(actor_of(request), q, max(1, min(limit, 50)))})

    @api.get("/meta/app", tags=["meta"], operation_id="meta_app")
    def meta_app(request: HttpRequest) -> HttpResponse:
        return answer(app_json(actor_of(request)))

    @api.get("/meta/documents/{key}", tags=["meta"], operation_id="meta_document")
    def meta_document(request: HttpRequest, key: str) -> HttpResponse:
        actor = actor_of(request)
        document = catalogue.by_key.get(key)
        if document is None or not actor.may(f"{key}.view"):
            raise not_found(_("Document"), key)
        return answer(meta.document_json(document, actor))

    @api.get("/meta/dictionary", tags=["meta"], operation_id="meta_dictionary")
    def meta_dictionary(request: HttpRequest, search: str = "") -> HttpResponse:
        actor_of(request).need("masterdata.dictionary.view")
        return answer({"rows": meta.dictionary(search)})


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")


def app_json(actor: Actor) -> dict[str, Any]:
    """What the shell shows: who, where, and the menu."""
    group = Group.objects.get(pk=actor.group_id)
    companies = Company.objects.filter(group_id=actor.group_id, id__in=actor.companies).order_by("code_folded")
    return {
        "version": __version__,
        "group": {"id": group.pk, "name": group.name},
        "companies": [
            {
                "id": c.pk,
                "code": c.code,
                "name": read.title(c.name_zh, c.name_en),
                "currency": c.currency_id,
                "time_zone": c.time_zone,
            }
            for c in companies
        ],
        "company": actor.company_id,
        "user": {"id": actor.user_id, "name": actor.name},
        "menu": meta.menu_json(actor),
    }


def find(actor: Actor, words: str, limit: int) -> list[dict[str, Any]]:
    """Records of every kind the actor may view, by number, name, pinyin initials or declared fields; those of the
    company that is worked in before those of others, what is called exactly so first, then what begins so."""
    wanted = fold(words).split()
    views = {}
    for owner in catalogue.by_model.values():
        seen = [v for v in catalogue.views_of(owner) if actor.may(f"{v.key}.view")]
        if seen:
            views[owner.key] = seen
    if not wanted or not views:
        return []
    rows = RegistryRow.objects.filter(group_id=actor.group_id, type__in=list(views))
    for word in wanted[:8]:
        rows = rows.filter(search_text__contains=word)
    result = []
    called = models.Case(
        models.When(number__iexact=words.strip(), then=0),
        models.When(number__istartswith=words.strip(), then=1),
        default=2,
    )
    elsewhere = models.Case(
        models.When(models.Q(company=None) | models.Q(company=actor.company_id), then=0),
        default=1,
    )
    for row in rows.order_by(elsewhere, called, "type", "number")[: limit * 3]:
        view = _view_of(row, views[row.type])
        company = row.company_id
        if view is None or (company is not None and company not in actor.scope(f"{view.key}.view")):
            continue
        result.append(
            {
                "key": view.key,
                "label": str(view.label),
                "id": row.pk,
                "number": row.number,
                "title": read.title(row.title_zh, row.title_en),
                "state": row.state,
                "path": view.path,
            }
        )
    return result[:limit]


def _view_of(row: RegistryRow, views: Sequence[Document]) -> Document | None:
    """The view that shows the record: the whole one, or the first whose fixed values it has."""
    whole = next((v for v in views if not v.where), None)
    if whole is not None:
        return whole
    model = views[0].model
    return next((v for v in views if model._default_manager.filter(pk=row.pk, **v.where).exists()), None)
