"""List scaffolds, render one into a folder, and try those that ship."""

from __future__ import annotations

import click

from greenboard.project.discovery import Discovered


@click.group("scaffold", cls=Discovered, packages=("greenboard.cli.scaffold",), short_help=__doc__)
def command() -> None:
    """Begin with what is ready from the start."""
