"""Check workflows, and try them with recorded answers."""

from __future__ import annotations

import click

from greenboard.project.discovery import Discovered


@click.group("workflow", cls=Discovered, packages=("greenboard.project.workflow",), short_help=__doc__)
def command() -> None:
    """Look at documents of workflows."""
