"""The routes derived from a declaration. Views only translate: what happens is in `read`, `write` and `perform`.

Annotations are evaluated when a view is made (no `from __future__ import annotations`): they are derived types.
"""
# mypy: disable-error-code="name-defined, attr-defined, valid-type"

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from pydantic import BaseModel, ConfigDict, Field, create_model

from jingwei.platform.documents import drafting, perform, read, write
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Answer, Command, run, run_claimed
from jingwei.platform.documents.declare import Action, Conversion, Document
from jingwei.platform.documents.query import parse_query
from jingwei.platform.documents.schema import Reference, label_of, schemas
from jingwei.platform.errors import Problem, refuse
from jingwei.platform.http.bodies import claim_of, seen_version
from jingwei.platform.http.problems import answer, error_body, problem_body
from jingwei.platform.identity.actor import Actor


class ProblemDetails(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[dict[str, Any]]


class Done(BaseModel):
    """What an action did: the record as it is now, and what it made."""

    id: int
    version: int
    state: str
    record: dict[str, Any]
    created: list[Reference]


class BatchResult(BaseModel):
    """What became of each document of a batch."""

    results: list[dict[str, Any]]


class ListTotals(BaseModel):
    """Sums of amounts over the whole list, those of one currency where the documents have one; decimals as text."""

    currency: str | None
    count: int
    values: dict[str, str]


class Sources(BaseModel):
    """The documents that others are to be made from."""

    model_config = ConfigDict(extra="forbid")
    ids: list[int] = Field(min_length=1, max_length=500)


class Drafts(BaseModel):
    """Bodies of the documents to be; saving them is a create of `target`."""

    target: dict[str, str]
    drafts: list[dict[str, Any]]


class Preview(BaseModel):
    """What would be saved, and what is wrong with it."""

    record: dict[str, Any]
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]


def actor_of(request: HttpRequest) -> Actor:
    """The authenticated actor of a request."""
    found: Actor = request.auth
    return found


def add_document(api: NinjaAPI, document: Document) -> None:
    """Add every route of a declaration."""
    _add_reading(api, document)
    _add_writing(api, document)
    for action in document.actions:
        _add_action(api, document, action)
    for conversion in document.conversions:
        _add_conversion(api, document, conversion)


def _options(document: Document, verb: str, summary: str) -> dict[str, Any]:
    name = document.key.replace(".", "_").replace("-", "_")
    return {"tags": [document.module], "operation_id": f"{name}_{verb}", "summary": summary}


def _add_reading(api: NinjaAPI, document: Document) -> None:
    types = schemas(document)
    page: Any = create_model(
        f"{types.out.__name__}Page",
        rows=(list[types.row], ...),
        next=(str | None, None),
        count=(int | None, None),
        totals=(list[ListTotals] | None, None),
    )

    def list_records(request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        query = parse_query(document, _params(request), {*read.listable(document), "name", "state"})
        return answer(read.list_page(document, query, actor))

    def get_record(request: HttpRequest, id: int) -> HttpResponse:
        actor = actor_of(request)
        return answer(read.as_json(document, read.get_record(document, id, actor), actor))

    def get_timeline(request: HttpRequest, id: int) -> HttpResponse:
        record = read.get_record(document, id, actor_of(request))
        return answer({"entries": read.timeline(document, record)})

    def get_links(request: HttpRequest, id: int) -> HttpResponse:
        return answer({"rows": read.linked(read.get_record(document, id, actor_of(request)))})

    base = f"/{document.path}"
    label = str(document.plural)
    api.get(base, response={200: page, 400: ProblemDetails}, **_options(document, "list", f"List {label}"))(
        list_records
    )
    api.get(f"{base}/{{int:id}}", response={200: types.out}, **_options(document, "get", f"Read {label}"))(get_record)
    api.get(f"{base}/{{int:id}}/timeline", **_options(document, "timeline", f"Timeline of {label}"))(get_timeline)
    api.get(f"{base}/{{int:id}}/links", **_options(document, "links", f"Links of {label}"))(get_links)


def _params(request: HttpRequest) -> Mapping[str, str]:
    return {name: request.GET[name] for name in request.GET}


def _add_writing(api: NinjaAPI, document: Document) -> None:
    types = schemas(document)
    key, base, label = document.key, f"/{document.path}", str(document.label)

    def create(request: HttpRequest, body: types.create) -> HttpResponse:
        actor = actor_of(request)
        claim = claim_of(request, actor, body.model_dump(exclude_unset=True))

        made: list[Any] = []

        def work(command: Command) -> Answer:
            made[:] = write.create(command, key, [body])
            return Answer(201, {"id": made[0].pk}, made[0].pk)

        done = run_claimed(actor, claim, work)
        assert done.document_id is not None
        record = (
            read.get_record(document, done.document_id, actor) if done.replayed else read.refreshed(document, made[0])
        )
        return answer(read.as_json(document, record, actor), 201)

    def change(request: HttpRequest, id: int, body: types.change) -> HttpResponse:
        actor, version = actor_of(request), seen_version(request)
        run(actor, lambda command: write.update(command, key, [(id, version, body)]))
        return answer(read.as_json(document, read.get_record(document, id, actor), actor))

    def delete(request: HttpRequest, id: int) -> HttpResponse:
        actor, version = actor_of(request), seen_version(request)
        run(actor, lambda command: write.delete(command, key, [id], {id: version}))
        return HttpResponse(status=204)

    preview_body: Any = create_model(
        f"{types.change.__name__}Preview",
        __base__=types.change,
        id=(int | None, Field(None, description="edited record")),
    )

    def preview(request: HttpRequest, body: preview_body) -> HttpResponse:
        return answer(_preview(document, actor_of(request), body))

    created = {201: types.out, 400: ProblemDetails, 409: ProblemDetails, 422: ProblemDetails}
    changed = {200: types.out, 409: ProblemDetails, 422: ProblemDetails, 428: ProblemDetails}
    api.post(base, response=created, **_options(document, "create", f"Create {label}"))(create)
    api.post(f"{base}/preview", response={200: Preview}, **_options(document, "preview", f"Preview {label}"))(preview)
    api.patch(f"{base}/{{int:id}}", response=changed, **_options(document, "change", f"Change {label}"))(change)
    api.delete(
        f"{base}/{{int:id}}",
        response={204: None, 409: ProblemDetails},
        **_options(document, "delete", f"Delete {label}"),
    )(delete)


def _preview(document: Document, actor: Actor, body: Any) -> dict[str, Any]:
    """The record as it would be saved, with everything that is wrong; nothing is written.

    Fields that must be given are reported as problems beside the computed record, not instead of it.
    """
    actor.need(f"{document.key}.{'edit' if body.id else 'create'}", None)
    command = Command(actor, datetime.now(UTC))
    missing = []
    if body.id:
        stored = read.get_record(document, body.id, actor)
        drafts, problems = drafting.draft_changed(command, document, [(stored, body)])
    else:
        drafts, problems = drafting.draft_new(command, document, [body])
        missing = _missing(document, body)
    errors = [*missing, *problems, *write.taken(command, document, drafts)]
    warnings = [] if errors else drafting.warnings(command, document, drafts)
    record = read.refreshed(document, drafts[0].record)
    return {
        "record": read.as_json(document, record, actor, stored=False),
        "errors": [error_body(p) for p in errors],
        "warnings": [error_body(p) for p in warnings],
    }


def _missing(document: Document, body: Any) -> list[Problem]:
    found = []
    for name, field in schemas(document).create.model_fields.items():
        if field.is_required() and name not in body.model_fields_set:
            message = _("%(label)s must be given.") % {"label": label_of(name)}
            found.append(Problem("field.required", message, field=name))
    return found


def _add_action(api: NinjaAPI, document: Document, action: Action) -> None:
    key, base = document.key, f"/{document.path}"
    batch_body: Any = create_model(
        f"{schemas(document).out.__name__}{action.key.title()}Batch",
        ids=(list[int], Field(min_length=1, max_length=500)),
        inputs=(action.inputs, Field(default_factory=action.inputs)),
        atomic=(bool, False),
    )

    def act(request: HttpRequest, id: int, body: action.inputs) -> HttpResponse:
        actor, version = actor_of(request), seen_version(request)
        claim = claim_of(request, actor, body.model_dump(mode="json"))

        def work(command: Command) -> Answer:
            record = perform.act(command, key, [id], action.key, body, versions={id: version})[0]
            made = [r.pk for r in command.created]
            return Answer(200, {"created": made, "version": record.version}, id)

        done = run_claimed(actor, claim, work)
        record = read.get_record(document, id, actor)
        created = list(read.titles(actor.group_id, (done.body or {}).get("created", [])).values())
        now = read.as_json(document, record, actor)
        return answer({"id": id, "version": record.version, "state": record.state, "record": now, "created": created})

    def batch(request: HttpRequest, body: batch_body) -> HttpResponse:
        actor = actor_of(request)
        claim = claim_of(request, actor, body.model_dump(mode="json"))
        ids = list(dict.fromkeys(body.ids))

        def work(command: Command) -> Answer:
            if body.atomic:
                rows = perform.act(command, key, ids, action.key, body.inputs)
                results = [perform.Result(r.pk, r) for r in rows]
            else:
                results = perform.perform_each(command, key, ids, action.key, body.inputs)
            return Answer(200, {"results": [_result(r, actor.request_id) for r in results]})

        return answer(run_claimed(actor, claim, work).body)

    label = str(action.label)
    api.post(
        f"{base}/{{int:id}}/{action.key}",
        response={200: Done, 409: ProblemDetails, 422: ProblemDetails, 428: ProblemDetails},
        **_options(document, action.key, f"{label}: {document.label}"),
    )(act)
    api.post(
        f"{base}/batch/{action.key}",
        response={200: BatchResult},
        **_options(document, f"batch_{action.key}", f"{label}: several {document.plural}"),
    )(batch)


def _add_conversion(api: NinjaAPI, document: Document, conversion: Conversion) -> None:
    def convert(request: HttpRequest, body: Sources) -> HttpResponse:
        actor = actor_of(request)
        actor.need(f"{conversion.target}.create", actor.company_id)
        target = catalogue.get(conversion.target)
        sources = read.get_records(document, body.ids, actor)
        refuse(p for r in sources if (p := perform.not_from(document, conversion.label, conversion.source, r)))
        drafts = conversion.build(Command(actor, datetime.now(UTC)), sources)
        found = {"key": target.key, "path": target.path}
        return answer({"target": found, "drafts": [{**draft, "sources": body.ids} for draft in drafts]})

    api.post(
        f"/{document.path}/convert/{conversion.key}",
        response={200: Drafts, 409: ProblemDetails},
        **_options(document, f"convert_{conversion.key}", f"{conversion.label}: {document.label}"),
    )(convert)


def _result(result: perform.Result, request_id: str) -> dict[str, Any]:
    if result.refusal is not None:
        return {"id": result.id, "ok": False, "problem": problem_body(result.refusal, request_id)}
    return {"id": result.id, "ok": True, "version": result.record.version, "state": result.record.state}
