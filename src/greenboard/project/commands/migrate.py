"""Bring the database up to date, or say whether it is."""

from __future__ import annotations

import sys

import click


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 where migrations wait.")
def command(check: bool) -> None:
    """Create or upgrade the schema of the database, and make the administrator of a new installation.

    Of several that do this at once, one works and the others wait. `serve`, `web` and `worker` do it
    by themselves unless GREENBOARD_MIGRATE is 0.
    """
    from greenboard.project import running, setup
    from greenboard.project.environment import Environment

    Environment.read().data_dir.mkdir(parents=True, exist_ok=True)
    setup.django()
    setup.reach()
    from greenboard.project.observing.readiness import pending

    waiting = pending()
    if check:
        click.echo("\n".join(waiting) or "The database is up to date.")
        sys.exit(bool(waiting))
    running.migrate()
    from greenboard.durable import engine

    engine.upgrade(Environment.read().durable)
    click.echo(f"Applied {len(waiting)} migrations." if waiting else "The database is up to date.")
