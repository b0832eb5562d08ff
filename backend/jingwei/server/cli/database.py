"""Commands on the schema: `migrate`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from jingwei.platform.database import guards, provision
from jingwei.server import runtime
from jingwei.server.cli.progress import say

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]

MIGRATION_LOCK = 0x6A696E67_77656900  # any constant of our own: two migrations never run at once


def register(commands: Parsers) -> None:
    """Add this file's commands."""
    migrate = commands.add_parser("migrate", help="bring the database's schema, guards and preset roles up to date")
    migrate.set_defaults(run=run_migrate)


def run_migrate(_: argparse.Namespace) -> int:
    """`jingwei migrate`."""
    with runtime.database("jingwei migrate", say) as urls:
        runtime.setup_django(urls)
        say(migrate_schema())
        from jingwei.server import firstrun

        if groups := firstrun.sync_roles():
            say(f"preset roles of {groups} {'group' if groups == 1 else 'groups'} are as this version has them")
    return 0


def migrate_schema() -> str:
    """Run migrations as the owner role, then assert grants and guards; returns what was done, in words."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    from jingwei.platform.database.migrating import others_in_place

    if "owner" not in connections:
        raise runtime.RuntimeProblem("MIGRATION_DATABASE_URL is not set: the schema belongs to that role.")
    owner = connections["owner"]
    app_role = str(connections["default"].settings_dict["USER"])
    owner.ensure_connection()
    provision.require_extensions(owner.connection)
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
    try:
        executor = MigrationExecutor(owner)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if pending:
            with others_in_place():
                call_command("migrate", database="owner", verbosity=0, interactive=False)
        guards.install(owner, app_role=app_role)
    finally:
        with owner.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
        owner.close()
    return f"{pending} migrations applied, grants and guards asserted" if pending else "schema is up to date"


def require_migrated() -> None:
    """Raise RuntimeProblem when the schema is older than the program."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        raise runtime.RuntimeProblem(f"the schema lacks {len(pending)} migrations; run `jingwei migrate` first.")
