"""Verify and export the audit log."""

from __future__ import annotations

import sys

import click

BROKEN = 1
"""Exit code of a chain that does not hold."""


@click.group("audit", short_help=__doc__)
def command() -> None:
    """Look at the audit log."""


@command.command()
def verify() -> None:
    """Follow the chain of digests over the whole log.

    Says how many lines there are and the digest of the last one. Keep that pair elsewhere: an end
    that was cut off is seen only by who knows how far the log had come. Exit 1 where it is broken.
    """
    _ready()
    from greenboard.access import audit

    found = audit.verify()
    if found.broken:
        click.echo(f"Broken at line {found.broken.number}: {found.broken.why}.", err=True)
        click.echo(f"The {found.lines} lines before it hold.", err=True)
        sys.exit(BROKEN)
    click.echo(f"{found.lines} lines hold; the last is {found.last} with digest {found.digest or 'none'}.")


@command.command()
def export() -> None:
    """Write the whole log, oldest line first, as JSON lines."""
    _ready()
    from greenboard.access import audit, chain

    for line in audit.lines(audit.search(audit.Wanted()).order_by("number")):
        click.echo(chain.canonical(line))


def _ready() -> None:
    from greenboard.project import setup

    setup.django()
    setup.migrate()
