"""Translations as the tests read them: compiled from the catalogues of this very tree."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parents[2] / "jingwei" / "locale"


def compile_outdated() -> None:
    """Compile every catalogue whose compiled form is missing or older, as `make translations` does.

    The file appears complete or not at all: other runs may read it at the same moment.
    """
    for source in LOCALES.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
            continue
        with source.open("rb") as content:
            catalogue = read_po(content, locale=source.parts[-3], abort_invalid=True)
        partial = target.with_suffix(f".{os.getpid()}.mo")
        with partial.open("wb") as content:
            write_mo(content, catalogue)
        partial.replace(target)
