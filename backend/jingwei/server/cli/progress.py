"""How commands speak: one line per step, seen at once even through a pipe."""

from __future__ import annotations


def say(text: str) -> None:
    """Print one line now."""
    print(text, flush=True)
