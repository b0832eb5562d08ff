"""From a request to its actor: session cookie or API key, group, company, and the permissions held there.

Reads may trust a copy of a key and of a user's rights for 5 seconds; writes read them again.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from ninja.utils import check_csrf

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.actor import EVERYTHING, Actor, resolve
from jingwei.platform.models import ApiKey, Company, RoleAssignment, User

K = TypeVar("K")
V = TypeVar("V")
TRUST_SECONDS = 5.0
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Rights:
    """What one user may do in one group."""

    user_id: int
    name: str
    epoch: int
    is_active: bool
    must_change_password: bool
    grants: dict[int | None, frozenset[str]]
    companies: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """Whose an API key is, and what it narrows their permissions to (None: nothing)."""

    id: int
    user_id: int
    group_id: int
    allowed: frozenset[str] | None


class _Copies(Generic[K, V]):
    """What `read` found lately, for 5 seconds."""

    def __init__(self, read: Callable[[K], V]) -> None:
        self.read = read
        self.kept: dict[K, tuple[float, V]] = {}

    def get(self, of: K, *, fresh: bool) -> V:
        known = self.kept.get(of)
        if known and not fresh and known[0] > time.monotonic():
            return known[1]
        self.kept.pop(of, None)
        found = self.read(of)
        if len(self.kept) > 10_000:
            self.kept.clear()
        self.kept[of] = (time.monotonic() + TRUST_SECONDS, found)
        return found


def unauthorised() -> Refusal:
    return Refusal(
        Problem("signin.needed", _("You are not signed in, or the session has ended."), _("Sign in."), status=401)
    )


def _rights(of: tuple[int, int]) -> Rights:
    user_id, group_id = of
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise unauthorised()
    rows = RoleAssignment.objects.filter(group_id=group_id, user_id=user_id)
    held: dict[int | None, frozenset[str]] = defaultdict(frozenset)
    for company, patterns in rows.values_list("company_id", "role__permissions"):
        held[company] = held[company] | resolve(patterns, catalogue.permissions)
    companies = Company.objects.filter(group_id=group_id).order_by("code_folded").values_list("id", flat=True)
    seen = tuple(c for c in companies if None in held or c in held)
    return Rights(user.pk, user.name, user.epoch, user.is_active, user.must_change_password, dict(held), seen)


def _key(digest: str) -> Key:
    key = ApiKey.objects.filter(secret_sha256=digest, revoked_at=None).first()
    if key is None:
        raise unauthorised()
    allowed = resolve(key.scopes, catalogue.permissions) if key.scopes else None
    return Key(key.pk, key.user_id, key.group_id, allowed)


_known_rights, _known_keys = _Copies(_rights), _Copies(_key)


def rights_of(user_id: int, group_id: int, *, fresh: bool) -> Rights:
    """A user's rights in a group; at most 5 seconds old unless `fresh`."""
    return _known_rights.get((user_id, group_id), fresh=fresh)


def forget_rights() -> None:
    """Drop all copies; called where roles or users were just changed in this process."""
    _known_rights.kept.clear()
    _known_keys.kept.clear()


def authenticate(request: HttpRequest) -> Actor:
    """The actor of a request. Raises Refusal 401 `signin.needed`, 403 `csrf.failed`, 403 `company.denied`."""
    bearer = request.META.get("HTTP_AUTHORIZATION", "")
    fresh = request.method not in SAFE
    if bearer.startswith("Bearer "):
        digest = hashlib.sha256(bearer.removeprefix("Bearer ").strip().encode()).hexdigest()
        key = _known_keys.get(digest, fresh=fresh)
        rights, group_id = rights_of(key.user_id, key.group_id, fresh=fresh), key.group_id
        principal, allowed = f"key:{key.id}", key.allowed
    else:
        user_id, group_id = request.session.get("user", 0), request.session.get("group", 0)
        if not user_id:
            raise unauthorised()
        if fresh and check_csrf(request) is not None:
            raise Refusal(
                Problem(
                    "csrf.failed",
                    _("The request did not come from Jingwei's own page."),
                    _("Reload the page and try again."),
                    status=403,
                )
            )
        rights, principal, allowed = rights_of(user_id, group_id, fresh=fresh), f"user:{user_id}", None
        if rights.epoch != request.session.get("epoch"):
            raise unauthorised()
    if not rights.is_active or not rights.grants:
        raise unauthorised()
    if rights.must_change_password and not request.path.startswith("/api/v1/session"):
        raise Refusal(Problem("password.must_change", _("Choose a password of your own first."), status=403))
    return _actor(request, rights, group_id, principal, allowed)


def _actor(
    request: HttpRequest, rights: Rights, group_id: int, principal: str, allowed: frozenset[str] | None
) -> Actor:
    grants = rights.grants
    if allowed is not None:
        grants = {company: held & allowed for company, held in grants.items()}
    return Actor(
        user_id=rights.user_id,
        name=rights.name,
        group_id=group_id,
        company_id=_company(request, rights),
        companies=frozenset(rights.companies),
        grants=grants,
        via="api" if principal.startswith("key:") else "web",
        request_id=getattr(request, "request_id", ""),
        source_ip=request.META.get("REMOTE_ADDR") or None,
        language=get_language() or "en",
        principal=principal,
    )


def _company(request: HttpRequest, rights: Rights) -> int | None:
    given = request.META.get("HTTP_X_COMPANY", "")
    if not given:
        return rights.companies[0] if rights.companies else None
    if not given.isascii() or not given.isdigit() or int(given[:17]) not in rights.companies:
        raise Refusal(Problem("company.denied", _("You have no role in this company."), status=403))
    return int(given)


def system_actor(group_id: int, *, via: str, company_id: int | None = None) -> Actor:
    """The system acting for itself (jobs, loading, first run): a user nobody can sign in as, with every permission."""
    user, _made = User.objects.get_or_create(
        login_folded="system", defaults={"login": "system", "name": "Jingwei", "is_active": False, "password": "!"}
    )
    companies = frozenset(Company.objects.filter(group_id=group_id).values_list("id", flat=True))
    return Actor(
        user_id=user.pk,
        name=user.name,
        group_id=group_id,
        company_id=company_id,
        companies=companies,
        grants={None: frozenset({EVERYTHING})},
        via=via,
        request_id=f"{via}-{datetime.now(UTC):%Y%m%d%H%M%S%f}",
        principal="system",
    )
