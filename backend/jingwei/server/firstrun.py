"""What an empty installation starts with: a demo group, one company, and one user per preset role, with random
passwords that are told once and kept nowhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from jingwei.platform import organising
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command, run
from jingwei.platform.documents.schema import parse, schemas
from jingwei.platform.documents.write import create
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.authentication import system_actor
from jingwei.platform.models import Company, Group
from jingwei.platform.organising import assign, create_group, sync_presets
from jingwei.server import demo
from jingwei.server.roles import PRESETS

#: Letters and digits that nobody mistakes for each other.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """Sixteen random characters in four groups: 79 bits, and still readable aloud."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def ensure(say: Callable[[str], None]) -> list[tuple[str, str, str]]:
    """Bring preset roles up to date; in an empty installation make the demo group and return (login, password, role)
    of its users. Otherwise return nothing."""
    groups = list(Group.objects.order_by("id"))
    for group in groups:
        sync_presets(group, PRESETS)
    if groups:
        return []
    group = create_group("Demo 演示", PRESETS)
    actor = system_actor(group.pk, via="first-run")
    for key, bodies in demo.RECORDS:
        types = schemas(catalogue.get(key))
        drafts = [parse(types.create, body, row=row) for row, body in enumerate(bodies, start=1)]
        run(actor, _creating(key, drafts))
        say(f"{len(drafts)} × {key}")
    company = Company.objects.get(group=group)
    run(actor.in_company(company.pk), lambda command: demo.keep_books(command, company.pk))
    say("chart of accounts and the periods of this year")
    told = []
    for preset in PRESETS:
        password = new_password()
        user = organising.create_user(preset.key, f"{preset.name_zh} {preset.name_en}", password, must_change=False)
        assign(group, user, preset.key)
        told.append((preset.key, password, preset.name_en))
    return told


def _creating(key: str, drafts: Sequence[Any]) -> Callable[[Command], Any]:
    return lambda command: create(command, key, drafts)


def create_user(*, login: str, name: str, roles: Sequence[str]) -> str:
    """A user of the first group, with a random password to be changed at the first sign-in; returns the password.

    Raises Refusal `role.unknown`, `user.login.duplicate`.
    """
    group = Group.objects.order_by("id").first()
    unknown = set(roles) - {p.key for p in PRESETS}
    if group is None or unknown:
        raise Refusal(Problem("role.unknown", f"no such role: {', '.join(sorted(unknown)) or 'there is no group yet'}"))
    password = new_password()
    user = organising.create_user(login, name, password)
    for role in roles:
        assign(group, user, role)
    return password
