"""Arguments that several commands take."""

from __future__ import annotations

import argparse
from datetime import date


def day(text: str) -> date:
    """A day as YYYY-MM-DD; anything else is refused before the command begins."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-01-01") from None
