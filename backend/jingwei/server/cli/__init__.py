"""The console command `jingwei`: one file per group of commands, each adding its own parsers."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence

from jingwei.platform.database.guards import GuardError
from jingwei.platform.database.provision import ProvisionError
from jingwei.platform.errors import Refusal
from jingwei.server.cli import (
    benching,
    companies,
    database,
    explaining,
    loading,
    people,
    proving,
    schema,
    serving,
    simulating,
    translations,
)
from jingwei.server.demotion import DemotionError
from jingwei.server.postgres import PostgresError
from jingwei.server.runtime import RuntimeProblem

Command = Callable[[argparse.Namespace], int]

GROUPS = (
    serving,
    database,
    companies,
    people,
    proving,
    schema,
    translations,
    benching,
    loading,
    simulating,
    explaining,
)
EXPECTED = (DemotionError, GuardError, PostgresError, ProvisionError, RuntimeProblem)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it was asked, 1 when it failed, 2 when it was not understood."""
    parser = argparse.ArgumentParser(prog="jingwei", description="Jingwei 经纬: goods and money in one transaction")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.register(commands)
    chosen = parser.parse_args(arguments)
    command: Command = chosen.run
    # Ended by the system, a command still stops the database that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return command(chosen)
    except Refusal as refusal:
        for problem in refusal.problems:
            print(f"jingwei {chosen.command}: {problem.message} {problem.hint}".rstrip(), file=sys.stderr)
        return 1
    except EXPECTED as error:
        print(f"jingwei {chosen.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"jingwei {chosen.command}: interrupted", file=sys.stderr)
        return 130
