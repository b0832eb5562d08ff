"""`jingwei invariants` and `jingwei duties`: what must always hold, and who holds too much, on the data as it is."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from jingwei.server import runtime
from jingwei.server.cli.database import require_migrated
from jingwei.server.cli.progress import say

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Parsers) -> None:
    """Add this file's commands."""
    parser = commands.add_parser("invariants", help="run every rule that must hold; names the rows that break one")
    parser.add_argument("--group", type=int, help="only this group (default: all)")
    parser.set_defaults(run=run_invariants)
    duties = commands.add_parser("duties", help="list who holds duties that should be kept apart")
    duties.set_defaults(run=run_duties)


def run_invariants(chosen: argparse.Namespace) -> int:
    """`jingwei invariants`: exit status 1 when a rule is broken."""
    with runtime.database("jingwei invariants", say) as urls:
        runtime.setup_django(urls)
        require_migrated()
        from jingwei.platform.invariants import violations
        from jingwei.platform.models import Group
        from jingwei.server.wiring import chain_faults, invariants

        rules, broken, begun = invariants(), 0, time.monotonic()
        groups = Group.objects.order_by("id")
        for group in groups.filter(pk=chosen.group) if chosen.group else groups:
            for found in violations(rules, group.pk):
                broken += 1
                say(f"{found.key}  {found.says}  group {group.pk}, {found.table} {found.id}: {found.detail}")
            for company, fault in chain_faults(group.pk):
                broken += 1
                say(
                    f"I-26  The chain of seals fits the books.  company {company}, journal_entry {fault.entry_id}: "
                    f"{fault.why} (seal {fault.position})"
                )
        took = time.monotonic() - begun
        say(f"{len(rules) + 1} rules on {groups.count()} groups in {took:.1f} s: {broken or 'no'} rows broken.")
    return 1 if broken else 0


def run_duties(_: argparse.Namespace) -> int:
    """`jingwei duties`: a report; exit status 0 whatever it finds."""
    with runtime.database("jingwei duties", say) as urls:
        runtime.setup_django(urls)
        require_migrated()
        from jingwei.platform.models import Group
        from jingwei.server.duties import held

        count = 0
        for group in Group.objects.order_by("id"):
            for found in held(group.pk):
                count += 1
                where = "all companies" if found.company_id is None else f"company {found.company_id}"
                say(f"{found.login}  {', '.join(found.roles)}  ({where}): {found.conflict.why}")
        say(f"{count or 'no'} conflicts of duties.")
    return 0
