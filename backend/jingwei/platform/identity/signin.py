"""Signing in: argon2, a lock-out after wrong tries, nothing that tells whether a login exists."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.identity.authentication import forget_rights
from jingwei.platform.models import RoleAssignment, User
from jingwei.platform.text import clean, fold

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
SHORTEST = 10


def failed() -> Refusal:
    return Refusal(
        Problem(
            "signin.failed",
            _("User name or password is not right."),
            _("After five wrong tries the login is locked for 15 minutes."),
            status=401,
        )
    )


def sign_in(login: str, password: str, at: datetime) -> tuple[User, int]:
    """Check the credentials and return the user and the group to work in.

    Raises Refusal 401 `signin.failed`, 429 `signin.locked`, 422 `text.control`. An unknown login costs the same time
    as a known one.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(login_folded=fold(clean(login))[:80]).first()
        if user is None:
            make_password(password)  # as slow as checking one
            refused: Refusal | None = failed()
        else:
            refused = _refused(user, password, at)
    if refused is not None or user is None:
        raise refused or failed()
    group = RoleAssignment.objects.filter(user=user).order_by("id").values_list("group_id", flat=True).first()
    if group is None:
        raise failed()
    return user, group


def _refused(user: User, password: str, at: datetime) -> Refusal | None:
    if user.locked_until and user.locked_until > at:
        return Refusal(
            Problem(
                "signin.locked",
                _("The login is locked after %(tries)s wrong tries.") % {"tries": TRIES},
                _("Try again after %(until)s, or ask an administrator.") % {"until": f"{user.locked_until:%H:%M} UTC"},
                status=429,
            )
        )
    if user.is_active and check_password(password, user.password):
        if user.failed_signins or user.locked_until:
            User.objects.filter(pk=user.pk).update(failed_signins=0, locked_until=None)
        User.objects.filter(pk=user.pk).update(last_login=at)
        return None
    wrong = user.failed_signins + 1
    locked = wrong >= TRIES
    User.objects.filter(pk=user.pk).update(
        failed_signins=0 if locked else wrong, locked_until=at + LOCKED_FOR if locked else None
    )
    return failed()


def change_password(user_id: int, old: str, new: str) -> User:
    """Set a password of one's own; every other session of the user ends. Raises Refusal 422."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        if not check_password(old, user.password):
            raise Refusal(Problem("password.wrong", _("The present password is not right."), field="old"))
        refuse_weak(new, user.login, old)
        user.password = make_password(new)
        user.must_change_password = False
        user.epoch += 1
        user.save(update_fields=["password", "must_change_password", "epoch"])
    forget_rights()
    return user


def refuse_weak(password: str, login: str, old: str = "") -> None:
    """At least 10 characters, not the login, not the old one, more than a few different characters."""
    weak = len(password) < SHORTEST or len(set(password)) < 5 or fold(login) in fold(password) or password == old
    if weak:
        raise Refusal(
            Problem(
                "password.weak",
                _("The password is too easy to guess."),
                _("At least %(count)s characters, five different ones, without the login, not the old one.")
                % {"count": SHORTEST},
                field="new",
            )
        )
