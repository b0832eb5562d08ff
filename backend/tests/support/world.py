"""A group of a test's own, with people and a client for each: tests speak to the API as their users do."""

from __future__ import annotations

import itertools
import json
import os
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from django.test import Client

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import run
from jingwei.platform.documents.schema import parse, schemas
from jingwei.platform.documents.write import create
from jingwei.platform.identity.actor import Actor
from jingwei.platform.identity.authentication import rights_of, system_actor
from jingwei.platform.models import Group, User
from jingwei.platform.organising import assign, create_group, create_user
from jingwei.server.roles import PRESETS

PASSWORD = "correct-horse-42"
_numbers = itertools.count(1)


@dataclass
class Reply:
    """A response as a test reads it."""

    status: int
    body: Any
    headers: Any

    @property
    def codes(self) -> list[str]:
        return [e["code"] for e in self.body["errors"]]


class Person:
    """A signed-in user with a browser of their own."""

    def __init__(self, user: User, language: str = "en") -> None:
        self.user, self.language, self.company = user, language, None
        self.client = Client(enforce_csrf_checks=True)
        self.get("session")
        reply = self.post("session", {"login": user.login, "password": PASSWORD})
        assert reply.status == 200, reply.body

    def _send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        token = self.client.cookies.get("csrftoken")
        sent = {"accept-language": self.language, "x-csrftoken": token.value if token else "", **headers}
        if self.company:
            sent["x-company"] = str(self.company)
        data = body if isinstance(body, bytes | str) else json.dumps(body if body is not None else {})
        response = self.client.generic(
            method,
            f"/api/v1/{path}",
            data if method not in ("GET", "DELETE") else "",
            "application/json",
            headers={k.replace("_", "-"): v for k, v in sent.items() if v},
        )
        kind = response.headers.get("Content-Type", "")
        parsed = json.loads(response.content) if "json" in kind and response.content else response.content
        return Reply(response.status_code, parsed, response.headers)

    def get(self, path: str) -> Reply:
        return self._send("GET", path)

    def post(self, path: str, body: Any = None, *, key: str | None = None, version: int | None = None) -> Reply:
        return self._send("POST", path, body, idempotency_key=key or uuid4().hex, **_match(version))

    def patch(self, path: str, body: Any, *, version: int | None = None) -> Reply:
        return self._send("PATCH", path, body, **_match(version))

    def delete(self, path: str, *, version: int | None = None) -> Reply:
        return self._send("DELETE", path, **_match(version))

    def upload(self, path: str, name: str, content: bytes, *, key: str | None = None, **fields: str) -> Reply:
        from django.core.files.uploadedfile import SimpleUploadedFile

        token = self.client.cookies["csrftoken"].value
        response = self.client.post(
            f"/api/v1/{path}",
            {"file": SimpleUploadedFile(name, content), **fields},
            headers={
                "accept-language": self.language,
                "x-csrftoken": token,
                "idempotency-key": key or uuid4().hex,
            },
        )
        return Reply(response.status_code, json.loads(response.content), response.headers)

    def made(self, path: str, body: Any) -> Any:
        """Create a record that must succeed."""
        reply = self.post(path, body)
        assert reply.status == 201, reply.body
        return reply.body


def _match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"if_match": f'"{version}"'}


@dataclass
class World:
    """A group with one company; `person("steward")` signs a new user in with a preset role."""

    group: Group
    company_id: int
    people: list[Person] = field(default_factory=list)

    @property
    def actor(self) -> Actor:
        return system_actor(self.group.pk, via="test", company_id=self.company_id)

    def acting(self, person: Person) -> Actor:
        """What `authenticate` would make of a person's request."""
        rights = rights_of(person.user.pk, self.group.pk, fresh=True)
        return replace(
            self.actor,
            user_id=rights.user_id,
            name=rights.name,
            grants=rights.grants,
            principal=f"user:{rights.user_id}",
        )

    def person(self, *roles: str, company: int | None = None, language: str = "en") -> Person:
        number = next(_numbers)
        login = f"{roles[0] if roles else 'nobody'}-{os.getpid()}-{number}"
        user = create_user(login, f"Person {number}", PASSWORD, must_change=False)
        for role in roles:
            assign(self.group, user, role, company)
        person = Person(user, language)
        self.people.append(person)
        return person

    def create(self, key: str, *bodies: dict[str, Any]) -> list[Any]:
        """Records made by the system itself, through the same path as everybody's."""
        types = schemas(catalogue.get(key))
        drafts = [parse(types.create, body, row=row) for row, body in enumerate(bodies, start=1)]
        return run(self.actor, lambda command: create(command, key, drafts))


def new_world(name: str = "Test") -> World:
    """A fresh group: nothing of another test can be seen in it."""
    group = create_group(name, PRESETS)
    world = World(group, 0)
    world.company_id = world.create("platform.company", {"code": "T1", "name_en": "Test Ltd", "name_zh": "测试公司"})[
        0
    ].pk
    return world


def with_basics(world: World) -> World:
    """Units and a category, as most stories need them."""
    world.create(
        "masterdata.unit",
        {"code": "PCS", "name_zh": "个", "name_en": "Piece", "dimension": "count"},
        {"code": "DOZ", "name_zh": "打", "name_en": "Dozen", "dimension": "count", "numerator": 12},
        {"code": "BOX", "name_zh": "箱", "name_en": "Box", "dimension": "package"},
        {"code": "KG", "name_zh": "千克", "name_en": "Kilogram", "dimension": "mass", "scale": 3},
    )
    world.create(
        "masterdata.item-category",
        {
            "code": "RM",
            "name_zh": "原材料",
            "name_en": "Raw materials",
            "accounting_class": "raw_material",
        },
    )
    return world
