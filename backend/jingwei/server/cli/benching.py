"""`jingwei bench`: how fast it is on this machine, each work beside its floor."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from jingwei.server.cli.progress import say
from jingwei.server.runtime import RuntimeProblem

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]

NAMES = (
    *("receipt", "purchase", "sale", "production", "voucher", "serials", "import", "late", "trial-balance", "on-hand"),
    "list",
)


def register(commands: Parsers) -> None:
    """Add this file's command."""
    bench = commands.add_parser("bench", help="measure the work of every day on a database of its own, then remove it")
    bench.add_argument("--rounds", type=_positive, default=5, help="how often each work is done (default 5)")
    bench.add_argument(
        "--scale", choices=("small", "full"), default="small", help="history of 20,000 rows, or of 1,000,000"
    )
    bench.add_argument("--only", action="append", default=[], choices=NAMES, help="only this work; may be repeated")
    bench.add_argument("--write", action="store_true", help="keep the table in bench/results.md")
    bench.set_defaults(run=run_bench)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def run_bench(chosen: argparse.Namespace) -> int:
    """`jingwei bench`."""
    from jingwei.server.bench.cell import cell

    with cell(say) as made:
        from jingwei.server.bench.running import bench
        from jingwei.server.bench.tape import TapeError

        try:
            bench(
                made,
                scale=chosen.scale,
                rounds=chosen.rounds,
                only=frozenset(chosen.only),
                write=chosen.write,
                say=say,
            )
        except TapeError as error:
            raise RuntimeProblem(str(error)) from error
    return 0
