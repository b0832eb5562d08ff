"""`jingwei load`: a sample company, from its files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from jingwei.server import runtime
from jingwei.server.cli.arguments import day
from jingwei.server.cli.database import require_migrated
from jingwei.server.cli.progress import say

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Parsers) -> None:
    """Add this file's command."""
    load = commands.add_parser("load", help="load a sample company from its files; run again, it goes on")
    sample = load.add_subparsers(dest="sample", required=True, metavar="adventureworks").add_parser(
        "adventureworks", help="the bicycle maker of Microsoft's sample databases: masters, purchases, work and sales"
    )
    sample.add_argument("folder", type=Path, metavar="DIR", help="folder with its CSV files, plain or gzipped")
    sample.add_argument("--from", dest="first", required=True, type=day, metavar="YYYY-MM-DD", help="first order date")
    sample.add_argument("--to", dest="last", required=True, type=day, metavar="YYYY-MM-DD", help="last order date")
    sample.add_argument(
        "--purchases-to", type=day, metavar="YYYY-MM-DD", help="last day of purchase orders, if another"
    )
    sample.add_argument("--sales-to", type=day, metavar="YYYY-MM-DD", help="last day of sales orders, if another")
    sample.add_argument("--work-to", type=day, metavar="YYYY-MM-DD", help="last first day of work orders, if another")
    sample.add_argument("--without-work", action="store_true", help="leave work orders out: what is made is bought")
    sample.add_argument("--company", default="AW", metavar="CODE", help="company to load into (default %(default)s)")
    sample.add_argument("--group", type=int, metavar="ID", help="the group meant, when there are several")
    sample.set_defaults(run=run_adventureworks)


def run_adventureworks(chosen: argparse.Namespace) -> int:
    """`jingwei load adventureworks`."""
    with runtime.database("jingwei load adventureworks", say) as urls:
        runtime.setup_django(urls)
        require_migrated()
        from jingwei.server.loading import adventureworks
        from jingwei.server.loading.source import Days

        if not chosen.folder.is_dir():
            raise runtime.RuntimeProblem(f"{chosen.folder} is not a folder.")
        purchases = Days(chosen.first, chosen.purchases_to or chosen.last)
        sales = Days(chosen.first, chosen.sales_to or chosen.last)
        work = None if chosen.without_work else Days(chosen.first, chosen.work_to or chosen.last)
        if min(days.last for days in (purchases, sales, work) if days) < chosen.first:
            raise runtime.RuntimeProblem("The last day lies before the first.")
        loaded = adventureworks.load(
            chosen.folder,
            purchases=purchases,
            sales=sales,
            work=work,
            code=chosen.company,
            say=say,
            group_id=chosen.group,
        )
        for line in loaded.lines():
            say(line)
    return 0
