"""Show the description of the REST API."""

from __future__ import annotations

import sys

import click


@click.group("api", short_help=__doc__)
def command() -> None:
    """Look at the REST API."""


@command.command()
def schema() -> None:
    """Write the OpenAPI document to standard output."""
    from greenboard.project import setup

    setup.django()
    from greenboard.api import reference

    sys.stdout.buffer.write(reference.text().encode())
