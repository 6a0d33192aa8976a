"""See, check and begin plugins: packages beside this one that bring more."""

from __future__ import annotations

import click

from greenboard.project.discovery import Discovered


@click.group(
    "plugin", cls=Discovered, packages=("greenboard.cli.plugin", "greenboard.project.plugin"), short_help=__doc__
)
def command() -> None:
    """Look at plugins, and begin one."""
