"""Collect through the connections of a server, try, watch and stop that."""

from __future__ import annotations

import click

from greenboard.project.discovery import Discovered


@click.group("connection", cls=Discovered, packages=("greenboard.cli.connection",), short_help=__doc__)
def command() -> None:
    """Connections from a terminal or a pipeline. The token is read from GREENBOARD_TOKEN."""
