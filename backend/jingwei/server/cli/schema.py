"""Commands on what is generated from the declarations: `openapi`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from jingwei.server import runtime
from jingwei.server.cli.progress import say

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]

FILE = Path(__file__).resolve().parents[3] / "openapi.json"


def register(commands: Parsers) -> None:
    """Add this file's commands."""
    openapi = commands.add_parser("openapi", help="write backend/openapi.json from the declarations")
    openapi.add_argument("--check", action="store_true", help="write nothing; fail when the file is out of date")
    openapi.set_defaults(run=run_openapi)


def run_openapi(chosen: argparse.Namespace) -> int:
    """`jingwei openapi`; needs no database."""
    runtime.setup_django(runtime.Urls(app="postgresql:///no-database-is-asked", owner=None))
    text = openapi_text()
    if not chosen.check:
        FILE.write_text(text, encoding="utf-8")
        say(f"wrote {FILE.name}: {len(text.encode()):,} bytes")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text:
        say(f"{FILE.name} is up to date")
        return 0
    say(f"{FILE.name} differs from the declarations; run `jingwei openapi` and commit the file.")
    return 1


def openapi_text() -> str:
    """The schema as committed: keys sorted, so that a change shows as the lines it changes."""
    from jingwei.server.urls import api

    return json.dumps(api.get_openapi_schema(), indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n"
