"""List the connections of a server."""

from __future__ import annotations

import click

from greenboard.cli.connection import _shown


@click.command("list", short_help=__doc__)
@_shown.url
def command(*, url: str | None) -> None:
    """Show each connection with its newest collection. Exit codes: 0 shown, 1 the server does not answer."""
    from greenboard.cli.remote.sending import get

    several = get(_shown.address(url), {})["connections"]
    for one in several:
        last = _shown.newest(_shown.address(url, one["name"]))
        state = "" if one["enabled"] else ", switched off"
        click.echo(f"{one['name']} ({one['integration']}{state})")
        click.echo(_shown.head(last) if last else "        not collected yet")
    if not several:
        click.echo("There is none.")
