"""Signing in: what a wrong password, a locked login, a weak password and an ended session get."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from jingwei.platform.errors import Refusal
from jingwei.platform.identity.authentication import forget_rights
from jingwei.platform.identity.signin import LOCKED_FOR, sign_in
from jingwei.platform.models import ApiKey, RoleAssignment, User
from jingwei.platform.organising import create_user
from tests.support.world import PASSWORD

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def code(work):
    with pytest.raises(Refusal) as refused:
        work()
    return refused.value.problems[0].code


def test_passwords_are_kept_as_argon2(world):
    user = world.person("clerk").user
    assert User.objects.get(pk=user.pk).password.startswith("argon2$argon2id$")


def test_five_wrong_tries_lock_the_login_for_a_quarter_of_an_hour(world):
    login = world.person("clerk").user.login
    assert [code(lambda: sign_in(login, "wrong", AT)) for _ in range(5)] == ["signin.failed"] * 5
    assert code(lambda: sign_in(login, PASSWORD, AT)) == "signin.locked"
    assert code(lambda: sign_in(login, PASSWORD, AT + LOCKED_FOR - timedelta(seconds=1))) == "signin.locked"
    user, group = sign_in(login.upper(), PASSWORD, AT + LOCKED_FOR + timedelta(seconds=1))
    assert (user.login, group) == (login, world.group.pk)


def test_an_unknown_login_a_disabled_one_and_one_without_role_say_the_same(world):
    disabled = world.person("clerk").user
    User.objects.filter(pk=disabled.pk).update(is_active=False)
    roleless = create_user(f"roleless-{world.group.pk}", "No Role", PASSWORD)
    for login in ("nobody-at-all", disabled.login, roleless.login):
        assert code(lambda login=login: sign_in(login, PASSWORD, AT)) == "signin.failed"
    assert code(lambda: sign_in("a\0b", PASSWORD, AT)) == "text.control"


def test_a_session_ends_when_the_password_changes_elsewhere(world):
    clerk = world.person("clerk")
    other = Client(enforce_csrf_checks=True)
    other.cookies = clerk.client.cookies.copy()
    assert other.get("/api/v1/masterdata/items").status_code == 200
    assert clerk.post("session/password", {"old": PASSWORD, "new": PASSWORD + "-new"}).status == 204
    forget_rights()
    assert other.get("/api/v1/masterdata/items").status_code == 401
    assert clerk.get("masterdata/items").status == 200


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaa", PASSWORD])
def test_weak_passwords_are_refused(world, weak):
    clerk = world.person("clerk")
    reply = clerk.post("session/password", {"old": PASSWORD, "new": weak})
    assert (reply.status, reply.codes) == (422, ["password.weak"])


def test_a_first_password_must_be_changed_before_anything_else(world):
    clerk = world.person("clerk")
    User.objects.filter(pk=clerk.user.pk).update(must_change_password=True)
    forget_rights()
    assert clerk.get("session").body["must_change_password"] is True
    assert clerk.get("masterdata/items").codes == ["password.must_change"]
    assert clerk.post("session/password", {"old": PASSWORD, "new": "another-Pass-77"}).status == 204
    assert clerk.get("masterdata/items").status == 200


def test_a_request_from_another_page_is_refused(world):
    owner = world.person("owner")
    reply = owner._send(
        "POST",
        "masterdata/units",
        {"code": "Q", "name_en": "Q", "dimension": "count"},
        **{"x-csrftoken": ""},
        idempotency_key="k",
    )
    assert (reply.status, reply.codes) == (403, ["csrf.failed"])


def test_writes_see_a_withdrawn_role_at_once(world):
    owner = world.person("owner")
    RoleAssignment.objects.filter(user=owner.user).delete()
    assert owner.post("masterdata/units", {"code": "Q", "name_en": "Q", "dimension": "count"}).status == 401


def test_an_api_key_acts_as_its_user_within_its_scopes(world):
    user, secret = world.person("owner").user, "jw-test-secret-1"
    ApiKey.objects.create(
        group=world.group,
        user=user,
        name="export",
        secret_sha256=hashlib.sha256(secret.encode()).hexdigest(),
        scopes=["masterdata.unit.*"],
    )
    client, headers = Client(), {"authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/masterdata/units", headers=headers).status_code == 200
    assert client.get("/api/v1/masterdata/items", headers=headers).status_code == 403
    assert client.get("/api/v1/masterdata/units", headers={"authorization": "Bearer wrong"}).status_code == 401
    made = client.post(
        "/api/v1/masterdata/units",
        '{"code": "Q", "name_en": "Q", "dimension": "count"}',
        content_type="application/json",
        headers={**headers, "idempotency-key": "a"},
    )
    assert made.status_code == 201, "no CSRF token is asked of a key"


def test_writes_refuse_a_revoked_key_at_once_and_reads_after_that(world):
    secret = "jw-test-secret-2"
    digest = hashlib.sha256(secret.encode()).hexdigest()
    key = ApiKey.objects.create(group=world.group, user=world.person("owner").user, name="k", secret_sha256=digest)
    client, headers = Client(), {"authorization": f"Bearer {secret}"}

    def read():
        return client.get("/api/v1/masterdata/units", headers=headers).status_code

    def write():
        body = '{"code": "Q", "name_en": "Q", "dimension": "count"}'
        sent = {**headers, "idempotency-key": "a"}
        return client.post("/api/v1/masterdata/units", body, content_type="application/json", headers=sent).status_code

    assert read() == 200
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=datetime.now(UTC))
    assert [read(), write(), read()] == [200, 401, 401], "a read may trust what was read 5 seconds ago, a write may not"


def test_a_role_in_one_company_does_not_reach_another(world):
    from tests.support.world import new_world

    second = world.create("platform.company", {"code": "T2", "name_en": "Second"})[0]
    clerk = world.person("clerk", company=world.company_id)
    assert [c["code"] for c in clerk.get("meta/app").body["companies"]] == ["T1"]
    clerk.company = second.pk
    assert clerk.get("masterdata/items").codes == ["company.denied"]
    clerk.company = new_world().company_id
    assert clerk.get("masterdata/items").codes == ["company.denied"]


def test_pages_carry_a_strict_policy_with_a_fresh_nonce():
    client = Client()
    answers = [client.get("/health/live").headers for _ in range(2)]
    policies = [headers["Content-Security-Policy"] for headers in answers]
    names = ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
    assert [answers[0][name] for name in names] == ["DENY", "nosniff", "same-origin", "same-origin"]
    assert policies[0] != policies[1]
    for word in ("unsafe-inline", "unsafe-eval", "http:", "https:", "*"):
        assert word not in policies[0]
