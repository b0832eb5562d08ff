"""From sheets to a PDF: templates of ours are given data, never text put together.

What people typed reaches the template as JSON values, so that no character of it can be markup or code.
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
from jingwei.platform.prints.compiling import FONT, compiled

#: More sheets than these are made in a process of their own: the memory would stay with a web worker for good.
FEW = 10
#: Seconds that such a process may take.
LONGEST = 120


def pdf(template: Path, paper: Paper, sheets: Sequence[Mapping[str, Any]], at: datetime, title: str) -> bytes:
    """The sheets one after the other, each with page numbers of its own."""
    given, instant = _given(paper, sheets, title), int(at.timestamp())
    if len(sheets) <= FEW:
        return compiled(template, given, instant)
    asked = json.dumps({"template": str(template), "given": given, "at": instant}).encode()
    command = [sys.executable, "-m", "jingwei.platform.prints.compiling"]
    # No word of the command comes from anybody.
    return subprocess.run(command, input=asked, capture_output=True, check=True, timeout=LONGEST).stdout  # noqa: S603


def _given(paper: Paper, sheets: Sequence[Mapping[str, Any]], title: str) -> dict[str, Any]:
    size = {"width": paper.width, "height": paper.height, "across": paper.across, "down": paper.down}
    return {"font": FONT, "title": title, "paper": size, "sheets": sheets}
