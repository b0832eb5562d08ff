"""Migrations without the work that Django does for nothing.

With each index and constraint that a migration adds or removes, Django makes the classes of all models anew that refer
to one another. Here nearly all do, and it was most of the time of a first start. The schema editor needs of a model its
table and its fields, and those stay as they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.db.migrations.state import ProjectState


@contextlib.contextmanager
def options_in_place() -> Iterator[None]:
    """Inside, indexes and constraints are noted in the state alone; whatever else changes makes classes anew."""
    former = {name: vars(ProjectState)[name] for name in _INSTEAD}
    _put(_INSTEAD)
    try:
        yield
    finally:
        _put(former)


def _put(methods: dict[str, Any]) -> None:
    for name, method in methods.items():
        setattr(ProjectState, name, method)


def _append(self: ProjectState, app_label: str, model_name: str, option: str, added: Any) -> None:
    options = self.models[app_label, model_name].options
    options[option] = [*options[option], added]


def _remove(self: ProjectState, app_label: str, model_name: str, option: str, removed: str) -> None:
    options = self.models[app_label, model_name].options
    options[option] = [kept for kept in options[option] if kept.name != removed]


_INSTEAD = {"_append_option": _append, "_remove_option": _remove}
