"""List rules, try them on their examples, and see what a draft of one would change."""

from __future__ import annotations

import click

from greenboard.project.discovery import Discovered


@click.group("rule", cls=Discovered, packages=("greenboard.cli.rule", "greenboard.project.rule"), short_help=__doc__)
def command() -> None:
    """Look at rules."""
