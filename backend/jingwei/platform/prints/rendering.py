"""From sheets to a PDF: templates of ours are given data, never text put together.

What people typed reaches the template as JSON values, so that no character of it can be markup or code. The PDF is made
by `compiling` in a process of its own: fonts and what typst remembers would stay with a web worker for good.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jingwei.platform.documents.declare import Paper

FONT = "Noto Sans SC"
#: Seconds that it may take.
LONGEST = 120


class PrintingFailed(RuntimeError):
    """No PDF came; the message is what typst said."""


def pdf(template: Path, paper: Paper, sheets: Sequence[Mapping[str, Any]], at: datetime, title: str) -> bytes:
    """The sheets one after the other, each with page numbers of its own. Raises PrintingFailed."""
    size = {"width": paper.width, "height": paper.height, "across": paper.across, "down": paper.down}
    given = {"font": FONT, "title": title, "paper": size, "sheets": sheets}
    asked = json.dumps({"template": str(template), "font": FONT, "given": given, "at": int(at.timestamp())}).encode()
    command = [sys.executable, "-m", "jingwei.platform.prints.compiling"]
    # No word of the command comes from anybody.
    done = subprocess.run(command, input=asked, capture_output=True, check=False, timeout=LONGEST)  # noqa: S603
    if done.returncode:
        raise PrintingFailed(done.stderr.decode(errors="replace"))
    return done.stdout
