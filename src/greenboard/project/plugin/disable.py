"""Switch a plugin off, in all processes within five seconds."""

from __future__ import annotations

import click


@click.command()
@click.argument("name")
def command(name: str) -> None:
    """Switch the plugin NAME off. The audit log says so."""
    from greenboard.project import setup

    setup.django()
    setup.reach()
    from greenboard.plugins import installation

    installation.switch(name, enabled=False, by="command line")
    click.echo(f"{name} is off.")
