"""One run of typst, in a process of its own (`python -m`), which gives its memory back when it ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typst

#: Where `make` puts the font; one static file for each weight.
FONTS = Path(sys.prefix) / "share" / "jingwei" / "fonts"


def main() -> None:
    """Read what is to be made from standard input, write the PDF to standard output."""
    asked = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    if fonts.families() != [asked["font"]]:
        sys.exit(f"{asked['font']} is not in {FONTS}; `make fonts` puts it there")
    template = Path(asked["template"])
    made = typst.compile(
        template,
        root=template.parent,
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(asked["given"], ensure_ascii=False)},
        timestamp=asked["at"],  # the instant it says it was made, in seconds
    )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
