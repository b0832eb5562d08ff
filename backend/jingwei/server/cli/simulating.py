"""`jingwei simulate`: a company of our own making lives some months."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from jingwei.server import lifeline, runtime
from jingwei.server.cli.arguments import day
from jingwei.server.cli.database import require_migrated
from jingwei.server.cli.progress import say

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Parsers) -> None:
    """Add this file's command."""
    simulate = commands.add_parser("simulate", help="let a demo company live some months; run again, it goes on")
    simulate.add_argument(
        "--months", type=int, default=6, help="how many, the current one among them (default %(default)s)"
    )
    simulate.add_argument("--seed", type=int, default=1, help="the same seed is the same life (default %(default)s)")
    simulate.add_argument("--until", type=day, metavar="YYYY-MM-DD", help="last day lived (default yesterday)")
    simulate.add_argument("--company", default="DEMO", metavar="CODE", help="company that lives (default %(default)s)")
    simulate.add_argument("--group", type=int, metavar="ID", help="the group meant, when there are several")
    simulate.set_defaults(run=run_simulate)


def run_simulate(chosen: argparse.Namespace) -> int:
    """`jingwei simulate`."""
    if chosen.months < 1:
        raise runtime.RuntimeProblem("A company lives at least one month.")
    lifeline.end_with_parent()
    with runtime.database("jingwei simulate", say) as urls:
        runtime.setup_django(urls)
        require_migrated()
        from jingwei.server.simulating import days

        life = days.live(
            chosen.months,
            chosen.seed,
            chosen.until or days.yesterday(),
            code=chosen.company,
            group_id=chosen.group,
            say=say,
        )
        for line in life.lines():
            say(line)
    return 0
