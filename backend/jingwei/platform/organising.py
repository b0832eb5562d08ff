"""Starting a group: its preset roles, its users, what they may do, and keys with which systems act as them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Protocol

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.errors import Problem, Refusal, refuse
from jingwei.platform.identity.actor import resolve
from jingwei.platform.identity.authentication import forget_rights
from jingwei.platform.identity.signin import refuse_weak
from jingwei.platform.models import ApiKey, Group, Role, RoleAssignment, User
from jingwei.platform.text import clean, fold


class Preset(Protocol):
    """A role as `server.roles` lists it."""

    @property
    def key(self) -> str: ...
    @property
    def name_zh(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def permissions(self) -> tuple[str, ...]: ...


def create_group(name: str, presets: Iterable[Preset]) -> Group:
    """A new tenant with its preset roles and nothing else."""
    with transaction.atomic():
        group = Group.objects.create(name=clean(name))
        sync_presets(group, presets)
    return group


def sync_presets(group: Group, presets: Iterable[Preset]) -> None:
    """Bring the group's preset roles up to the table; roles of the group's own making are left alone."""
    for preset in presets:
        Role.objects.update_or_create(
            group=group,
            key=preset.key,
            defaults={
                "name_zh": preset.name_zh,
                "name_en": preset.name_en,
                "is_preset": True,
                "permissions": list(preset.permissions),
            },
        )


def create_user(login: str, name: str, password: str, *, language: str = "zh-hans", must_change: bool = True) -> User:
    """A new user. Raises Refusal `password.weak`, `user.login.duplicate`."""
    refuse_weak(password, login)
    folded = fold(login)[:80]
    if User.objects.filter(login_folded=folded).exists():
        message = _("The login %(login)s is taken.") % {"login": login}
        raise Refusal(Problem("user.login.duplicate", message, field="login", status=409))
    return User.objects.create(
        login=clean(login),
        login_folded=folded,
        name=clean(name),
        language=language,
        password=make_password(password),
        must_change_password=must_change,
    )


def assign(group: Group, user: User, role_key: str, company_id: int | None = None) -> None:
    """Give a user a role, in one company or in all; what is held already stays."""
    role = Role.objects.get(group=group, key=role_key)
    with transaction.atomic():
        held = RoleAssignment.objects.filter(group=group, user=user, role=role, company=company_id)
        if not held.exists():
            RoleAssignment.objects.create(group=group, user=user, role=role, company_id=company_id)
        User.objects.filter(pk=user.pk).update(epoch=user.epoch + 1)
    user.epoch += 1
    forget_rights()


def create_key(group: Group, user: User, name: str, scopes: Sequence[str] = ()) -> str:
    """A new key of a user; returns its secret, of which only the SHA-256 is kept.

    Raises Refusal `scope.unknown` for a pattern that fits no permission: mistyped, it would allow less than meant, or
    after `-` more; `scope.empty` when the patterns together leave nothing.
    """
    refuse(
        Problem(
            "scope.unknown",
            _("No permission fits the pattern %(pattern)s.") % {"pattern": scope},
            _("Patterns are such as masterdata.item.* or *.view; one that begins with - takes away again."),
        )
        for scope in scopes
        if not resolve([scope.removeprefix("-")], catalogue.permissions)
    )
    if scopes and not resolve(list(scopes), catalogue.permissions):
        message = _("The patterns leave no permission: begin with one that gives some.")
        raise Refusal(Problem("scope.empty", message))
    secret = f"jw_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(secret.encode()).hexdigest()
    ApiKey.objects.create(group=group, user=user, name=name, secret_sha256=digest, scopes=list(scopes))
    return secret
