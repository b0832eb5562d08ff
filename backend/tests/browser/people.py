"""People at the product: a browser window of their own, signed in, and the API with the same session for set-up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page

Body = dict[str, Any]


@dataclass
class Person:
    """Somebody signed in: `page` is the window, `call` the API as the same person in the same language."""

    page: Page
    language: str

    def call(self, method: str, path: str, body: Body | None = None, *, version: int | None = None) -> Any:
        """The JSON answer of a request that has to succeed."""
        headers = {"Accept-Language": self.language, "Idempotency-Key": uuid4().hex, "X-CSRFToken": self._token()}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        response = self.page.request.fetch(f"api/v1/{path}", method=method, headers=headers, data=body)
        assert response.ok, f"{method} {path}: {response.status} {response.text()}"
        return json.loads(response.text() or "null")

    def _token(self) -> str:
        cookies = self.page.context.cookies()
        return next((str(one["value"]) for one in cookies if one["name"] == "csrftoken"), "")

    def sign_in(self, login: str, password: str) -> None:
        """Through the API: the form has tests of its own."""
        self.call("GET", "session")
        self.call("POST", "session", {"login": login, "password": password})
        self.call("PATCH", "session", {"language": self.language})

    def record(self, path: str, code: str) -> Any:
        """The record with this code, as its list row."""
        rows = self.call("GET", f"{path}?search={code}")["rows"]
        return next(row for row in rows if row.get("code") == code or row.get("number") == code)

    def act(self, path: str, record: Body, action: str, inputs: Body | None = None) -> Any:
        """Perform an action on a record; answers with the record as it is then."""
        answer = self.call("POST", f"{path}/{record['id']}/{action}", inputs or {}, version=record["version"])
        return answer["record"]
