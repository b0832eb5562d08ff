"""The sample company's real files, which are too large for the repository: beside it, or where the environment says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jingwei.server.loading.source import Source

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data"


def adventureworks() -> Source:
    """The folder of AdventureWorks; skips the test where it is not there."""
    folder = Path(os.environ.get("JINGWEI_SAMPLE_DATA") or BESIDE) / "adventureworks"
    if not folder.is_dir():
        pytest.skip(f"the AdventureWorks files are not in {folder}; JINGWEI_SAMPLE_DATA may name their folder")
    return Source(folder)
