"""Commands on people and first data: `createuser`, `demo`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from jingwei.server import runtime
from jingwei.server.cli.database import require_migrated
from jingwei.server.cli.progress import say

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Parsers) -> None:
    """Add this file's commands."""
    create = commands.add_parser("createuser", help="add somebody who may sign in; prints a random first password")
    create.add_argument("login", help="what the person types to sign in")
    create.add_argument("--name", required=True, help="the person's name")
    create.add_argument("--role", action="append", default=[], help="key of a role to give; may be repeated")
    create.set_defaults(run=run_createuser)
    demo = commands.add_parser("demo", help="fill an empty database with the demo company")
    demo.set_defaults(run=run_demo)


def run_createuser(chosen: argparse.Namespace) -> int:
    """`jingwei createuser`."""
    with runtime.database("jingwei createuser", say) as urls:
        runtime.setup_django(urls)
        require_migrated()
        from jingwei.server import firstrun

        password = firstrun.create_user(login=chosen.login, name=chosen.name, roles=chosen.role)
        say(f"{chosen.login} may sign in with the password {password} and changes it then.")
    return 0


def run_demo(_: argparse.Namespace) -> int:
    """`jingwei demo`."""
    with runtime.database("jingwei demo", say) as urls:
        runtime.setup_django(urls)
        require_migrated()
        from jingwei.server import firstrun

        passwords = firstrun.ensure(say)
        for login, password, role in passwords:
            say(f"{login}  {password}  {role}")
        if not passwords:
            say("The database already holds a company; nothing was added.")
    return 0
