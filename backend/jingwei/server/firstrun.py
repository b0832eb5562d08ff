"""What an empty installation starts with: a demo group, one company, and one user per preset role, with random
passwords that are told once and kept nowhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jingwei.platform import organising
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.models import Group, RoleAssignment, User
from jingwei.platform.organising import assign, create_group, sync_presets
from jingwei.platform.text import clean, fold
from jingwei.server.roles import PRESETS
from jingwei.server.simulating import days, firm
from jingwei.server.simulating.masters import CODE, SEED

#: Letters and digits that nobody mistakes for each other.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """Sixteen random characters in four groups: 79 bits, and still readable aloud."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def sync_roles() -> int:
    """Bring the preset roles of every group up to `server.roles`; returns how many groups there are."""
    groups = list(Group.objects.order_by("id"))
    for group in groups:
        sync_presets(group, PRESETS)
    return len(groups)


def ensure(say: Callable[[str], None], *, months: int) -> list[tuple[str, str, str]]:
    """Bring preset roles up to date; in an empty installation make the demo group, whose company can live so many
    months up to yesterday, and return (login, password, role) of its users. Otherwise return nothing."""
    if sync_roles():
        return []
    group = create_group("Demo 演示", PRESETS)
    told = []
    for preset in PRESETS:
        password = new_password()
        name = f"{preset.name_zh.partition('（')[0]} {preset.name_en.partition(' (')[0]}"
        user = organising.create_user(preset.key, name, password, must_change=False)
        assign(group, user, preset.key)
        told.append((preset.key, password, preset.name_en))
    yesterday = days.yesterday()
    firm.found(SEED, days.first_day(yesterday, months), yesterday, code=CODE, group_id=group.pk, say=say)
    return told


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


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is told once. `must_change_password`: its user chooses a password first, until then it is refused."""

    secret: str
    group: Group
    user: User
    must_change_password: bool


def create_key(*, login: str, name: str, scopes: Sequence[str], group_id: int | None = None) -> NewKey:
    """A key with which another system acts as a user, in the group where the user has roles.

    `scopes` are patterns of permissions, as roles have them; none means all that the user may. Raises Refusal
    `user.unknown`, 409 `user.inactive`, 409 `group.several`, 409 `role.missing`, `scope.unknown`, `name.missing`.
    """
    user = User.objects.filter(login_folded=fold(login)).first()
    if user is None:
        raise Refusal(Problem("user.unknown", f"There is no user {login}.", "Add one with `jingwei createuser`."))
    if not user.is_active:
        raise Refusal(Problem("user.inactive", f"Nobody may act as {login}: the user is inactive.", status=409))
    group = _group_of(user, group_id)
    if not clean(name):
        raise Refusal(Problem("name.missing", "Say with --name what the key is for."))
    secret = organising.create_key(group, user, clean(name), scopes)
    return NewKey(secret, group, user, user.must_change_password)


def _group_of(user: User, group_id: int | None) -> Group:
    """The group in which the user has roles; the one named when there are several."""
    held = RoleAssignment.objects.filter(user=user).values("group_id")
    groups = list(Group.objects.filter(pk__in=held).order_by("id"))
    if group_id is not None:
        groups = [group for group in groups if group.pk == group_id]
    if len(groups) == 1:
        return groups[0]
    if groups:
        named = ", ".join(f"{group.pk} ({group.name})" for group in groups[:10])
        message = f"{user.login} has roles in {len(groups)} groups: {named}."
        raise Refusal(Problem("group.several", message, "Say which with --group.", status=409))
    where = "" if group_id is None else f" in group {group_id}"
    raise Refusal(Problem("role.missing", f"{user.login} has no role{where}, so a key could do nothing.", status=409))
