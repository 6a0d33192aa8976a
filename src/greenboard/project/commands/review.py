"""Check templates of reviews, ask whether a review lets something go, and verify what was signed."""

from __future__ import annotations

import click

from greenboard.project.discovery import Discovered


@click.group(
    "review", cls=Discovered, packages=("greenboard.cli.review", "greenboard.project.review"), short_help=__doc__
)
def command() -> None:
    """Readiness reviews from a terminal or a pipeline."""
