"""Ask a server for exemptions, list them, and decide them."""

from __future__ import annotations

import click

from greenboard.project.discovery import Discovered


@click.group("exemption", cls=Discovered, packages=("greenboard.cli.exemption",), short_help=__doc__)
def command() -> None:
    """Exemptions from a terminal or a pipeline. The token is read from GREENBOARD_TOKEN."""
