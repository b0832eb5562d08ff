"""Session routes: sign in and out, own password, own language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token, rotate_token
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.utils import check_csrf
from pydantic import BaseModel, ConfigDict, Field

from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.http.problems import answer
from jingwei.platform.identity.authentication import SAFE, forget_rights, unauthorised
from jingwei.platform.identity.signin import change_password, sign_in
from jingwei.platform.models import User


class Credentials(BaseModel):
    """What a person signs in with."""

    model_config = ConfigDict(extra="forbid")
    login: str = Field(min_length=1, max_length=80)
    password: str = Field(min_length=1, max_length=200)


class NewPassword(BaseModel):
    """The present password and the one to come."""

    model_config = ConfigDict(extra="forbid")
    old: str = Field(max_length=200)
    new: str = Field(max_length=200)


class Preferences(BaseModel):
    """What a user chooses for themselves."""

    model_config = ConfigDict(extra="forbid")
    language: Literal["zh-Hans", "en"]


LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}


def session_json(user: User | None) -> dict[str, Any]:
    """Who is signed in."""
    if user is None:
        return {"signed_in": False}
    language = LANGUAGES.get(user.language, "en")
    return {
        "signed_in": True,
        "user": {"id": user.pk, "login": user.login, "name": user.name, "language": language},
        "must_change_password": user.must_change_password,
    }


def _current(request: HttpRequest) -> User | None:
    user = User.objects.filter(pk=request.session.get("user", 0), is_active=True).first()
    return user if user and user.epoch == request.session.get("epoch") else None


def _checked(request: HttpRequest) -> None:
    if request.method not in SAFE and check_csrf(request) is not None:
        raise Refusal(Problem("csrf.failed", _("The request did not come from Jingwei's own page."), status=403))


def _begin(request: HttpRequest, user: User, group_id: int) -> None:
    request.session.flush()
    request.session.update({"user": user.pk, "group": group_id, "epoch": user.epoch})
    rotate_token(request)


def add_session(api: NinjaAPI) -> None:
    """Add the session's routes; they are open to those who are not signed in."""

    @api.get("/session", auth=None, tags=["session"], operation_id="session_get")
    def get_session(request: HttpRequest) -> HttpResponse:
        get_token(request)
        return answer(session_json(_current(request)))

    @api.post("/session", auth=None, tags=["session"], operation_id="session_begin")
    def post_session(request: HttpRequest, body: Credentials) -> HttpResponse:
        _checked(request)
        user, group_id = sign_in(body.login, body.password, datetime.now(UTC))
        _begin(request, user, group_id)
        return answer(session_json(user))

    @api.delete("/session", auth=None, tags=["session"], operation_id="session_end")
    def delete_session(request: HttpRequest) -> HttpResponse:
        _checked(request)
        request.session.flush()
        return HttpResponse(status=204)

    @api.post("/session/password", auth=None, tags=["session"], operation_id="session_password")
    def post_password(request: HttpRequest, body: NewPassword) -> HttpResponse:
        _checked(request)
        user = _current(request)
        if user is None:
            raise unauthorised()
        group_id = request.session["group"]
        _begin(request, change_password(user.pk, body.old, body.new), group_id)
        return HttpResponse(status=204)

    @api.patch("/session", auth=None, tags=["session"], operation_id="session_preferences")
    def patch_session(request: HttpRequest, body: Preferences) -> HttpResponse:
        _checked(request)
        user = _current(request)
        if user is None:
            raise unauthorised()
        user.language = body.language.lower()
        user.save(update_fields=["language"])
        forget_rights()
        return answer(session_json(user))
