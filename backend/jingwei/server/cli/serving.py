"""Commands that keep running: `run` (everything), `serve` (web), `worker`."""

from __future__ import annotations

import argparse
import contextlib
import os
import threading
import time
from typing import TYPE_CHECKING

from jingwei.server import address, lifeline, production, runtime
from jingwei.server.cli.database import migrate_schema, require_migrated
from jingwei.server.cli.progress import say
from jingwei.server.postgres import AlreadySupervisedError, PostgresServer
from jingwei.server.supervisor import Child, Signals, StopRequested, Supervisor, answers

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]

STEPS = 6
OTHERS_LIMIT = 60.0  # seconds `run` waits for a short command that is using the database


def register(commands: Parsers) -> None:
    """Add this file's commands."""
    run = commands.add_parser("run", help="set up what is missing, then run database, web and worker until Ctrl-C")
    serve = commands.add_parser("serve", help="run the web server alone")
    for parser in (run, serve):
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, help="port to listen on (default: the first free one from 8000 on)")
        parser.add_argument("--workers", type=int, default=2, help="web processes (default 2)")
        parser.add_argument("--threads", type=int, default=4, help="threads of each web process (default 4)")
    run.add_argument(
        "--demo-months", type=int, default=6, help="months that a new demo company lives through (default 6, 0 none)"
    )
    worker = commands.add_parser("worker", help="run queued and periodic jobs")
    for parser in (run, worker):
        parser.add_argument("--jobs", type=int, default=2, help="jobs run at the same time (default 2)")
    worker.add_argument("--grace", type=float, default=20.0, help="seconds a running job gets to end at a stop")
    run.set_defaults(run=run_all)
    serve.set_defaults(run=run_serve)
    worker.set_defaults(run=run_worker)


def run_all(chosen: argparse.Namespace) -> int:
    """`jingwei run`."""
    signals = Signals()
    urls = runtime.configured_urls()
    server = None if urls else runtime.embedded_server(lambda text: say(f"      {text}"))
    if server is not None and not _acquired(server):
        return 1
    supervisor = Supervisor(server=server, children=[], signals=signals, say=lambda text: say(f"      {text}"))
    try:
        _start_all(chosen, supervisor, urls)
        supervisor.watch()
    except StopRequested:
        say("Stopping …")
    finally:
        supervisor.stop()
        if server is not None:
            server.release()
    say("Stopped.")
    return 0


def _acquired(server: PostgresServer) -> bool:
    """Become the one `jingwei run` of this folder; False after telling who is it already."""
    began = time.monotonic()
    while True:
        try:
            server.acquire("jingwei run")
            return True
        except AlreadySupervisedError as error:
            where = error.holder.get("address")
            waited = time.monotonic() - began
            if where or error.holder.get("command") == "jingwei run" or waited > OTHERS_LIMIT:
                place = f"at {where} " if where else ""
                who = f"process {error.holder.get('pid')}, folder {server.folder.parent}"
                say(f"Jingwei is already running {place}({who}); stop it there first, or set JINGWEI_VAR to another.")
                return False
            if waited < 0.5:
                say(f"waiting for {error.holder.get('command') or 'a command'} to finish with the database")
            time.sleep(0.5)


def _start_all(chosen: argparse.Namespace, supervisor: Supervisor, urls: runtime.Urls | None) -> None:
    signals, server = supervisor.signals, supervisor.server
    if server is not None:
        say(f"[1/{STEPS}] starting the embedded database in {server.folder}")
        server.start()
        runtime.provision_embedded(server)
        urls = runtime.embedded_urls(server)
    else:
        say(f"[1/{STEPS}] using the database of DATABASE_URL")
    assert urls is not None
    with signals.interruptible():
        if runtime.is_production():
            production.require(urls, os.environ)
        runtime.setup_django(urls)
        if urls.owner:
            say(f"[2/{STEPS}] bringing the schema up to date")
            say(f"      {migrate_schema()}")
        else:
            say(f"[2/{STEPS}] schema left alone: MIGRATION_DATABASE_URL is not set")
        say(f"[3/{STEPS}] seeing that there is somebody to sign in")
        passwords = _first_run(chosen.demo_months)
    months = chosen.demo_months if passwords else 0
    try:
        _start_children(chosen, supervisor, months)
    finally:
        _print_passwords(passwords)  # they exist now and are kept nowhere, whatever else went wrong
    if months:
        say(f"The demo company lives through {months} months; look on while it does.")


def _start_children(chosen: argparse.Namespace, supervisor: Supervisor, months: int) -> None:
    """Start what runs all the time; a new demo company lives beside it, from the first moment on."""
    port = address.choose_port(chosen.host, chosen.port)
    place = f"http://{'127.0.0.1' if chosen.host == '0.0.0.0' else chosen.host}:{port}/"  # noqa: S104
    say(f"[4/{STEPS}] starting the web server")
    os.environ.pop("MIGRATION_DATABASE_URL", None)  # from here on nobody needs the owner's rights
    web = Child("web server", _serve_arguments(chosen, port))
    worker = Child("worker", ["worker", "--jobs", str(chosen.jobs), "--grace", "4"])
    lives = [Child("demo company", ["simulate", "--months", str(months)], is_once=True)] if months else []
    supervisor.children += [web, worker, *lives]
    for life in lives:
        supervisor.start(life)
    supervisor.start(web, lambda: answers(chosen.host, port))
    say(f"[5/{STEPS}] starting the worker")
    supervisor.start(worker)
    if supervisor.server is not None:
        supervisor.server.announce(command="jingwei run", address=place)
    say(f"[6/{STEPS}] ready: {place}   (Ctrl-C stops everything)")


def _first_run(months: int) -> list[tuple[str, str, str]]:
    """Make the demo company when the database is empty; the first passwords, only on that occasion."""
    from django.db import connections

    from jingwei.server import firstrun

    try:
        return list(firstrun.ensure(lambda text: say(f"      {text}"), months=months))
    finally:
        connections.close_all()


def _print_passwords(passwords: list[tuple[str, str, str]]) -> None:
    if not passwords:
        return
    say("\nFirst passwords. They are shown this once and kept nowhere.")
    width = max(len(login) for login, _, _ in passwords)
    for login, password, role in passwords:
        say(f"  {login:<{width}}  {password}  {role}")
    say("")


def _serve_arguments(chosen: argparse.Namespace, port: int) -> list[str]:
    counts = ["--workers", str(chosen.workers), "--threads", str(chosen.threads)]
    return ["serve", "--host", chosen.host, "--port", str(port), *counts]


def run_serve(chosen: argparse.Namespace) -> int:
    """`jingwei serve`."""
    lifeline.end_with_parent()
    with runtime.database("jingwei serve", say) as urls:
        if runtime.is_production():
            production.require(urls, os.environ)
        os.environ["DATABASE_URL"] = urls.app
        os.environ.pop("MIGRATION_DATABASE_URL", None)
        os.environ["JINGWEI_SECRET_KEY"] = runtime.secret_key()
        _serve(chosen)
    return 0


def _serve(chosen: argparse.Namespace) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from jingwei.server.logs import configuration

    Granian(
        "jingwei.server.wsgi:application",
        address=chosen.host,
        port=address.choose_port(chosen.host, chosen.port),
        interface=Interfaces.WSGI,
        workers=chosen.workers,
        blocking_threads=chosen.threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
        log_dictconfig=configuration(),
    ).serve()


def run_worker(chosen: argparse.Namespace) -> int:
    """`jingwei worker`."""
    lifeline.end_with_parent()
    with runtime.database("jingwei worker", say) as urls:
        if runtime.is_production():
            production.require(urls, os.environ)
        os.environ.pop("MIGRATION_DATABASE_URL", None)
        runtime.setup_django(runtime.Urls(app=urls.app, owner=None))
        require_migrated()
        from procrastinate.contrib.django import app
        from procrastinate.contrib.django.django_connector import DjangoConnector

        from jingwei.platform.jobs import running  # its task is known once it is imported
        from jingwei.server.housekeeping import keep_house

        assert isinstance(app.connector, DjangoConnector)
        assert running.carry_out.name in app.tasks
        connector = app.connector.get_worker_connector()
        # Ctrl-C raises after the worker has ended in good order: there is nothing left to report.
        stop = threading.Event()
        house = threading.Thread(target=keep_house, args=(stop,), name="housekeeping")
        house.start()
        try:
            with app.replace_connector(connector) as working, contextlib.suppress(KeyboardInterrupt):
                working.run_worker(concurrency=chosen.jobs, shutdown_graceful_timeout=chosen.grace)
        finally:
            stop.set()
            house.join()
    return 0
