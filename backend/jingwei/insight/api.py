"""The routes of insight: the home page, and what documents posted and led to."""
# Annotations are evaluated when a view is made (no `from __future__ import annotations`).

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from pydantic import BaseModel, Field

from jingwei.insight.flow import flow
from jingwei.insight.home import as_json, home
from jingwei.insight.postings import postings
from jingwei.platform.documents.api import actor_of
from jingwei.platform.http.problems import answer
from jingwei.platform.reports.api import ReportDrill


class TrendPoint(BaseModel):
    """A figure at the end of a period, or of that period."""

    period: str
    value: str


class FigurePart(BaseModel):
    """An account's share of a balance."""

    code: str
    label: str
    value: str
    drill: ReportDrill


class HomeFigure(BaseModel):
    """A key figure: of the period shown, of the one before, and its trend; amounts are decimals as text."""

    key: str
    label: str
    help: str
    value: str
    before: str | None
    rate: str | None = Field(description="Margin in percent of revenue.")
    rate_before: str | None
    trend: list[TrendPoint] = Field(description="At most thirteen periods, the oldest first.")
    parts: list[FigurePart]
    drill: ReportDrill


class StateWords(BaseModel):
    """A state as a coloured tag."""

    label: str
    colour: str


class HomeTask(BaseModel):
    """Work that waits: the list (`path` with `filters`) or the report (`drill`) that shows it."""

    key: str
    label: str
    action: str
    count: int
    amount: str | None
    tone: str
    state: StateWords | None
    drill: ReportDrill | None
    path: str
    filters: dict[str, str]


class HomeBeginning(BaseModel):
    """What a new company does first; `path` is the list it is done in."""

    key: str
    label: str
    why: str
    path: str
    is_done: bool


class HomeAnswer(BaseModel):
    """The home page of a person in a company; what they have no right to is left out."""

    as_of: str
    on: str
    currency: str
    decimals: int
    period: str
    before: str
    figures: list[HomeFigure]
    tasks: list[HomeTask]
    beginnings: list[HomeBeginning]


class FlowStep(BaseModel):
    """A document before (`depth` below 0) or after the one asked for, which has depth 0."""

    key: str
    label: str
    id: int
    number: str
    title: str
    on: str | None
    state: StateWords | None
    depth: int


class Flow(BaseModel):
    """Where a document came from and what came of it; only what the caller may view."""

    rows: list[FlowStep]


class PostedEntry(BaseModel):
    """A journal entry with its lines; amounts are decimals as text in functional currency."""

    id: int
    posted_on: str
    number: str
    is_reversal: bool
    lines: list[dict[str, Any]]


class Postings(BaseModel):
    """What a document did to the books and to the stock; `is_cut` where not every line is shown."""

    entries: list[PostedEntry]
    moves: list[dict[str, Any]]
    is_cut: bool


def add_insight(api: NinjaAPI) -> None:
    """Add the routes of the home page, and of what documents posted and led to."""

    @api.get("/home", response=HomeAnswer, tags=["insight"], operation_id="home")
    def get_home(request: HttpRequest) -> HttpResponse:
        return answer(as_json(home(actor_of(request), datetime.now(UTC))))

    @api.get("/postings/{int:id}", response=Postings, tags=["insight"], operation_id="postings")
    def get_postings(request: HttpRequest, id: int) -> HttpResponse:
        return answer(postings(actor_of(request), id))

    @api.get("/flow/{int:id}", response=Flow, tags=["insight"], operation_id="flow")
    def get_flow(request: HttpRequest, id: int) -> HttpResponse:
        return answer(flow(actor_of(request), id))
