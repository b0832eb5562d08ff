"""From sheets to a PDF: templates of ours are given data, never text put together.

What people typed reaches the template as JSON values, so that no character of it can be markup or code.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jingwei.platform.documents.declare import Paper

if TYPE_CHECKING:
    import typst

#: Where `make` puts the font; one static file for each weight.
FONTS = Path(sys.prefix) / "share" / "jingwei" / "fonts"
FONT = "Noto Sans SC"


class FontsMissing(RuntimeError):
    """The build did not put the font where it belongs."""


@cache
def _fonts() -> typst.Fonts:
    import typst  # only who prints pays for it

    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    if found.families() != [FONT]:
        raise FontsMissing(f"{FONT} is not in {FONTS}; `make fonts` puts it there")
    return found


def pdf(template: Path, paper: Paper, sheets: Sequence[Mapping[str, Any]], at: datetime, title: str) -> bytes:
    """The sheets one after the other, each with page numbers of its own."""
    compiled = _compile(template, paper, sheets, title=title, at=at, format="pdf")
    return compiled if isinstance(compiled, bytes) else b"".join(compiled)


def pictures(template: Path, paper: Paper, sheets: Sequence[Mapping[str, Any]], ppi: float = 110) -> list[bytes]:
    """The same as PNG, one picture for each page."""
    compiled = _compile(template, paper, sheets, title="", at=None, format="png", ppi=ppi)
    return [compiled] if isinstance(compiled, bytes) else list(compiled)


def _compile(
    template: Path,
    paper: Paper,
    sheets: Sequence[Mapping[str, Any]],
    *,
    title: str,
    at: datetime | None,
    format: Any,
    ppi: float | None = None,
) -> bytes | Sequence[bytes]:
    import typst

    size = {"width": paper.width, "height": paper.height, "across": paper.across, "down": paper.down}
    given = {"font": FONT, "title": title, "paper": size, "sheets": sheets}
    made = typst.compile(
        template,
        root=template.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(given, ensure_ascii=False)},
        format=format,
        ppi=ppi,
        timestamp=int(at.timestamp()) if at else None,
    )
    assert made is not None
    return made
