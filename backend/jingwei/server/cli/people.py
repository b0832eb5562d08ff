"""Commands on people and first data: `createuser`, `createkey`, `demo`."""

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
    key = commands.add_parser("createkey", help="let another system act as a user; prints the key's secret, once")
    key.add_argument("--login", required=True, help="the user whose rights the key has, at most")
    key.add_argument("--name", required=True, help="what the key is for")
    key.add_argument(
        "--scope",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATTERN",
        help="only these permissions of the user's, such as masterdata.* or '*.view' (default: all)",
    )
    key.add_argument("--group", type=int, metavar="ID", help="the group meant, when the user has roles in several")
    key.set_defaults(run=run_createkey)
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


def run_createkey(chosen: argparse.Namespace) -> int:
    """`jingwei createkey`."""
    with runtime.database("jingwei createkey", say) as urls:
        runtime.setup_django(urls)
        require_migrated()
        from jingwei.server import firstrun

        key = firstrun.create_key(login=chosen.login, name=chosen.name, scopes=chosen.scope, group_id=chosen.group)
        allowed = ", ".join(chosen.scope) or f"all that {key.user.login} may"
        say(f"The key {chosen.name} acts as {key.user.login} in group {key.group.pk} ({key.group.name}): {allowed}.")
        say(f"Authorization: Bearer {key.secret}")
        say("The secret is not kept and cannot be shown again.")
        if key.must_change_password:
            say(f"{key.user.login} has yet to choose a password; until then the key is refused.")
    return 0


def run_demo(_: argparse.Namespace) -> int:
    """`jingwei demo`."""
    with runtime.database("jingwei demo", say) as urls:
        runtime.setup_django(urls)
        require_migrated()
        from jingwei.server import firstrun

        passwords = firstrun.ensure(say, months=6)
        for login, password, role in passwords:
            say(f"{login}  {password}  {role}")
        if not passwords:
            say("The database already holds a company; nothing was added.")
        else:
            say("`jingwei simulate` lets the company live.")
    return 0
