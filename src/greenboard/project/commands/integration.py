"""Make, check, record and try integrations: folders that say how to talk to a tool."""

from __future__ import annotations

import click

from greenboard.project.discovery import Discovered


@click.group("integration", cls=Discovered, packages=("greenboard.cli.integration",), short_help=__doc__)
def command() -> None:
    """Work on integrations."""
