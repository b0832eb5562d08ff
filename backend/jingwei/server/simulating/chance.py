"""Chance that comes out the same every time: a draw depends on the seed and on what it is about, on nothing else. So a
company lives the same life again from the same seed, also when it was interrupted, or when a department is added."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Chance:
    """Draws of one life."""

    seed: int

    def about(self, *words: object) -> Random:
        """A source of draws of its own for a day, a document, a customer …"""
        told = "\x1f".join(str(word) for word in (self.seed, *words))
        return Random(hashlib.sha256(told.encode()).digest())  # noqa: S311 - a play, not a secret
