"""One run of typst: in this process, or in one of its own (`python -m`), which gives its memory back when it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def compiled(template: Path, given: Mapping[str, Any], at: int) -> bytes:
    """The PDF of a template with its data; `at` is the instant it says it was made, in seconds."""
    import typst

    return typst.compile(
        template,
        root=template.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(given, ensure_ascii=False)},
        timestamp=at,
    )


def main() -> None:
    """Read what is to be made from standard input, write the PDF to standard output."""
    asked = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(compiled(Path(asked["template"]), asked["given"], asked["at"]))


if __name__ == "__main__":
    main()
