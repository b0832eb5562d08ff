"""The declaration of long work: it runs in a worker, shows how far it is, can be cancelled and says why it failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jingwei.platform.errors import Text
from jingwei.platform.identity.actor import Actor

if TYPE_CHECKING:
    from jingwei.platform.jobs.running import Progress


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Long work. `run(actor, inputs, progress)` returns a JSON-able result; it reports through
    `progress.at(done, total, message)`, which raises `Cancelled` once somebody has asked it to stop.
    `permission` is needed to ask for it and to see what others asked for; None where the asking looks after that, and
    everybody sees their own."""

    key: str
    label: Text
    permission: str | None
    run: Callable[[Actor, Mapping[str, Any], Progress], Any]
