"""Routes of saved views."""
# Annotations are evaluated when a view is made (no `from __future__ import annotations`).

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from pydantic import BaseModel, ConfigDict, Field

from jingwei.platform import views
from jingwei.platform.documents.api import ProblemDetails, actor_of
from jingwei.platform.documents.command import Answer, Command, run, run_claimed
from jingwei.platform.http.bodies import claim_of
from jingwei.platform.http.problems import answer


class ViewContent(BaseModel):
    """What a screen shows again: the query of its address, and the columns of a list where others were chosen."""

    model_config = ConfigDict(extra="forbid")
    query: str = Field("", max_length=4000)
    columns: list[str] | None = Field(None, max_length=100)


class NewView(BaseModel):
    """A view to be kept; `place` is the key of a list or report."""

    model_config = ConfigDict(extra="forbid")
    place: str = Field(max_length=100)
    name: str = Field(max_length=80)
    content: ViewContent


class ChangedView(BaseModel):
    """What changes of a view. `shared` says with whom: the company that is worked in, a `role`, or nobody."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field("", max_length=80)
    content: ViewContent = Field(default_factory=ViewContent)
    shared: Literal["", "company", "role"] = ""
    role: int | None = None


class FirstView(BaseModel):
    """The view with which a list or report opens; null opens it as declared."""

    model_config = ConfigDict(extra="forbid")
    place: str = Field(max_length=100)
    view: int | None


class ViewRow(BaseModel):
    """A view: its owner, with whom it is shared, and whether the reader may change it."""

    id: int
    place: str
    name: str
    content: dict[str, Any]
    owner: dict[str, Any]
    shared: str
    shared_with: str
    role: int | None
    may_change: bool


class Views(BaseModel):
    """The views of one place that the reader may use."""

    rows: list[ViewRow]
    default: int | None
    may_share: bool
    roles: list[dict[str, Any]]


def add_views(api: NinjaAPI) -> None:
    """Add the routes of saved views, which are the same for every list and report."""
    refused = dict.fromkeys((400, 403, 404, 422), ProblemDetails)

    @api.get("/views", response={200: Views, **refused}, tags=["platform"], operation_id="views_list")
    def list_views(request: HttpRequest, place: str) -> HttpResponse:
        return answer(views.views_of(actor_of(request), place))

    @api.post("/views", response={201: ViewRow, **refused}, tags=["platform"], operation_id="views_create")
    def create_view(request: HttpRequest, body: NewView) -> HttpResponse:
        actor = actor_of(request)

        def work(command: Command) -> Answer:
            made = views.keep(command, body.place, body.name, body.content.model_dump())
            return Answer(201, views.view_json(made, actor))

        return answer(run_claimed(actor, claim_of(request, actor, body.model_dump()), work).body, 201)

    @api.patch("/views/{int:id}", response={200: ViewRow, **refused}, tags=["platform"], operation_id="views_change")
    def change_view(request: HttpRequest, id: int, body: ChangedView) -> HttpResponse:
        actor = actor_of(request)
        changes = body.model_dump(exclude_unset=True)
        return answer(run(actor, lambda command: views.view_json(views.change(command, id, changes), actor)))

    @api.delete("/views/{int:id}", response={204: None, **refused}, tags=["platform"], operation_id="views_delete")
    def delete_view(request: HttpRequest, id: int) -> HttpResponse:
        run(actor_of(request), lambda command: views.forget(command, id))
        return HttpResponse(status=204)

    @api.patch("/views/default", response={204: None, **refused}, tags=["platform"], operation_id="views_default")
    def choose_default(request: HttpRequest, body: FirstView) -> HttpResponse:
        run(actor_of(request), lambda command: views.open_first(command, body.place, body.view))
        return HttpResponse(status=204)
