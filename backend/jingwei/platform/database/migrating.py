"""Migrations without the work that Django does for nothing.

With each model, field, index and constraint that a migration adds, Django makes the classes of all models anew that
refer to one another. Here nearly all do, and it was most of the time of a first start. The schema editor needs of
other models their tables and fields, and those stay as they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from django.db.migrations.state import ProjectState


@contextlib.contextmanager
def others_in_place() -> Iterator[None]:
    """Inside, indexes and constraints are noted in the state alone, and a new model or field makes one class; whatever
    else changes makes classes anew."""
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


def _alone(add: Callable[..., None]) -> Callable[..., None]:
    """The method, making anew no class but that of the model it is about."""

    def added(self: ProjectState, *given: Any) -> None:
        self.__dict__["is_alone"] = True
        try:
            add(self, *given)
        finally:
            del self.__dict__["is_alone"]

    return added


_with_others = vars(ProjectState)["_find_reload_model"]


def _reloaded(self: ProjectState, app_label: str, model_name: str, delay: bool = False) -> Any:
    if "is_alone" in self.__dict__:
        return {(app_label, model_name.lower())}
    return _with_others(self, app_label, model_name, delay)


_INSTEAD = {
    "_append_option": _append,
    "_remove_option": _remove,
    "_find_reload_model": _reloaded,
    "add_model": _alone(ProjectState.add_model),
    "add_field": _alone(ProjectState.add_field),
}
