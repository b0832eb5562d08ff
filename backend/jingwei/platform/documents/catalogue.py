"""All declarations of the running system, in the order of `server.wiring`, and what follows from having them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from jingwei.platform.documents.declare import Document
from jingwei.platform.errors import Text
from jingwei.platform.jobs.declare import Job
from jingwei.platform.reports.declare import Report


@dataclass(frozen=True, slots=True)
class Module:
    """A department in the menu: its label and its declarations, in menu order."""

    key: str
    label: Text
    documents: Sequence[Document] = ()
    pages: Sequence[Page] = ()
    reports: Sequence[Report] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A screen of its own, beside lists and forms; `permission` opens it."""

    key: str
    path: str
    label: Text
    permission: str


@dataclass
class Catalogue:
    """What is installed. Filled once by `server.wiring` at start-up, read everywhere."""

    modules: Sequence[Module] = ()
    jobs: Sequence[Job] = ()
    deeds: Sequence[str] = ()
    """Permissions for what belongs to no record, such as sharing a view."""
    by_key: dict[str, Document] = field(default_factory=dict)
    by_model: dict[type[Any], Document] = field(default_factory=dict)

    def install(self, modules: Sequence[Module], jobs: Sequence[Job] = (), deeds: Sequence[str] = ()) -> None:
        """Take the list of modules; a second call replaces the first. The first declaration of a model is its own,
        later ones are views on it."""
        self.modules, self.jobs, self.deeds = modules, jobs, deeds
        self.by_key, self.by_model = {}, {}
        self.__dict__.pop("permissions", None)
        for document in (d for m in modules for d in m.documents):
            assert document.key not in self.by_key, f"{document.key} is declared twice"
            self.by_key[document.key] = document
            self.by_model.setdefault(document.model, document)

    def __iter__(self) -> Any:
        return iter(self.by_key.values())

    def get(self, key: str) -> Document:
        return self.by_key[key]

    def of(self, model: type[Any]) -> Document:
        """The declaration that owns `model`."""
        return self.by_model[model]

    def views_of(self, document: Document) -> Iterable[Document]:
        """`document` and the other declarations on its model."""
        return (d for d in self.by_key.values() if d.model is document.model)

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Every permission that exists, e.g. `masterdata.item.edit`."""
        return frozenset(
            [f"{d.key}.{verb}" for d in self.by_key.values() for verb in d.verbs()]
            + [page.permission for module in self.modules for page in module.pages]
            + [report.permission for report in self.reports.values()]
            + [*self.deeds]
        )

    @property
    def reports(self) -> dict[str, Report]:
        """Every report by key, in menu order."""
        return {report.key: report for module in self.modules for report in module.reports}


catalogue = Catalogue()
