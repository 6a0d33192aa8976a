"""Test a connection of a server."""

from __future__ import annotations

import click

from greenboard.cli.connection import _shown


@click.command("test", short_help=__doc__)
@click.argument("name")
@_shown.url
def command(*, name: str, url: str | None) -> int:
    """Ask the tool of the connection NAME for a little of everything, and say which permission is missing.

    Exit codes: 0 it works, 1 something is refused, or the server does not answer.
    """
    from greenboard.cli.remote.sending import headers, send

    told = send(f"{_shown.address(url, name)}/test", headers(None))
    if told["account"]:
        click.echo(f"as {told['account']}")
    for one in told["checks"]:
        reason = f": {one['reason']}" if one["reason"] else ""
        missing = f"; it needs {one['missing']}" if one["missing"] else ""
        click.echo(f"{'✔' if one['ok'] else '✘'} {one['what']}{reason}{missing}")
    return 0 if told["ok"] else 1
