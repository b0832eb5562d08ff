"""Refusals: what is wrong, where, by how much, and the way out — in the user's language.

A rule raises `Refusal` with one or more `Problem`s; the API answers RFC 9457 `application/problem+json`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document named in a refusal, so that the screen can link to it."""

    key: str
    id: int
    number: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `field` is a path such as `lines.2.quantity` (lines from 0); `row` counts drafts from 1."""

    code: str
    message: Text
    hint: Text = ""
    field: str | None = None
    row: int | None = None
    line: int | None = None
    status: int = 422
    documents: Sequence[DocumentRef] = ()
    extra: dict[str, Any] = dataclasses.field(default_factory=dict)

    def at(self, *, field: str | None = None, row: int | None = None, line: int | None = None) -> Problem:
        """The same problem, said of a place."""
        return replace(self, field=field or self.field, row=row or self.row, line=line or self.line)


class Refusal(Exception):
    """The request cannot be carried out; nothing was saved."""

    def __init__(self, *problems: Problem) -> None:
        assert problems, "a refusal names at least one problem"
        super().__init__("; ".join(f"{p.code}: {p.message}" for p in problems))
        self.problems = problems

    @property
    def status(self) -> int:
        """The most fundamental status among the problems: 400 before 403, 404, 409, 422."""
        return min(p.status for p in self.problems)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise one `Refusal` with all `problems`, or return when there are none.

    Problems at positions of the input are ordered by row and line, so that the first is the first a person sees.
    """
    found = sorted(problems, key=lambda p: (p.row or 0, p.line or 0))
    if found:
        raise Refusal(*found)


def not_found(label: Text, id: object) -> Refusal:
    """404: also when the record exists in another group or company, so that existence does not leak."""
    return Refusal(
        Problem("record.not_found", _("%(label)s %(id)s was not found.") % {"label": label, "id": id}, status=404)
    )


def denied(permission: str) -> Refusal:
    """403: the person lacks `permission` here."""
    return Refusal(
        Problem(
            "permission.denied",
            _("You may not do this: it needs the permission %(permission)s.") % {"permission": permission},
            _("Ask an administrator for a role that has it."),
            status=403,
            extra={"permission": permission},
        )
    )
