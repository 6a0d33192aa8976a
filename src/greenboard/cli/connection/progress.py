"""Say how far the newest collection through a connection is."""

from __future__ import annotations

import click

from greenboard.cli.connection import _shown


@click.command("progress", short_help=__doc__)
@click.argument("name")
@_shown.url
def command(*, name: str, url: str | None) -> None:
    """Show the newest collection of the connection NAME. Exit codes: 0 shown, 1 the server does not answer."""
    one = _shown.newest(_shown.address(url, name))
    click.echo("\n".join(_shown.lines(one)) if one else "Not collected yet.")
