"""Starting the board: database, administrator, sample organization, worker, web server, in that order."""

from __future__ import annotations

import logging
import os
import socket
import sys
from pathlib import Path

import click

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.project import setup
from greenboard.project.attended import Attended
from greenboard.project.environment import Environment

log = logging.getLogger("greenboard.web")
_SPARE = 5
"""Seconds beyond its own limit that the worker has to end."""


def serve(*, sample: bool) -> None:
    """Make everything ready, say where and how to sign in, and serve until stopped, with a worker beside.

    Raises:
        UserError: the port is taken, the data folder cannot be written, or the database does not answer.

    """
    environment = Environment.read()
    _claim(environment)
    prepare(environment.data_dir, sample=sample)
    _greet(environment)
    command = [sys.executable, "-m", "greenboard.project.main", "worker", "--parent", str(os.getpid())]
    with Attended(command, environment.stop_seconds + _SPARE):
        _run(environment)


def web() -> None:
    """Serve without a worker, until stopped; errors as for `serve`."""
    environment = Environment.read()
    _claim(environment)
    prepare(environment.data_dir, sample=False)
    log.info("serving on http://%s:%d", environment.host, environment.port)
    _run(environment)


def prepare(data_dir: Path, *, sample: bool) -> None:
    """Create or upgrade the database, the administrator and, when asked, the sample organization.

    Where `GREENBOARD_MIGRATE` is 0, the database has to be up to date already.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{data_dir}: cannot be made: {error.strerror}", hint="Set GREENBOARD_DATA_DIR.") from None
    setup.django()
    if Environment.read().migrate:
        migrate()
    else:
        setup.expect_current()
    _remember_plugins()
    if sample:
        from greenboard.project.sample import load

        load.ensure(data_dir, now=clock.now(), progress=lambda line: click.echo(f"  {line}", err=True))


def _remember_plugins() -> None:
    """Keep what rules can say because of plugins, once it is known which of them can be used."""
    from greenboard.facts import vocabulary
    from greenboard.plugins import installation, registry

    if registry.plugins():
        vocabulary.load()
        installation.remember()


def migrate() -> None:
    """Bring the database up to date, and make the administrator of a new one."""
    from greenboard.access.accounts import ensure_administrator

    environment = Environment.read()
    setup.migrate(lambda: ensure_administrator(environment.data_dir, environment.first_password))


def _claim(environment: Environment) -> None:
    """Refuse early when the port is taken, instead of after the sample has been loaded."""
    with socket.socket(socket.AF_INET6 if ":" in environment.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((environment.host, environment.port))
        except OSError as error:
            raise UserError(
                f"cannot listen on {environment.host}:{environment.port}: {error.strerror}",
                hint="Stop the other program or choose another port: GREENBOARD_PORT=8001 make run",
            ) from None


def _greet(environment: Environment) -> None:
    from greenboard.access.accounts import ensure_administrator

    first = ensure_administrator(environment.data_dir, environment.first_password)
    click.echo(f"\nGreenboard is at http://{environment.host}:{environment.port}")
    if first is not None:
        password = first.password_file.read_text(encoding="ascii").strip()
        click.echo(f"Sign in as {first.name} with the password {password}")
        click.echo(f"(kept in {first.password_file}; change it, then delete that file)")
    click.echo("Stop it with Ctrl-C; the data stay.\n")


def _run(environment: Environment) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "greenboard.project.served:application",
        address=environment.host,
        port=environment.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=environment.threads,
        # Requests in hand are finished; whoever is not done by then is ended.
        workers_kill_timeout=environment.stop_seconds,
        log_access=False,
        log_level=LogLevels.warning,
    )
    server.serve()
