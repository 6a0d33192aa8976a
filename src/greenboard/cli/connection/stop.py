"""Stop the collection that runs through a connection."""

from __future__ import annotations

import click

from greenboard.cli.connection import _shown


@click.command("stop", short_help=__doc__)
@click.argument("name")
@_shown.url
def command(*, name: str, url: str | None) -> None:
    """Have the open collection of the connection NAME end soon; what it saw until then stays.

    Exit codes: 0 it is asked to stop, 1 the server does not answer, 2 there is none.
    """
    from greenboard.cli.remote.sending import headers, send
    from greenboard.core.errors import UserError

    place = _shown.address(url, name)
    one = _shown.newest(place, open_=True)
    if one is None:
        raise UserError(f"nothing is being collected through {name}")
    send(f"{place}/collections/{one['id']}/stop", headers(None))
    click.echo(f"{one['id']:>6}  is asked to stop")
