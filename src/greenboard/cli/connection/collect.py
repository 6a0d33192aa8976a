"""Collect through a connection of a server now, or try what that would change."""

from __future__ import annotations

import json

import click

from greenboard.cli.connection import _shown


@click.command("collect", short_help=__doc__)
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Nothing is written: what would change is shown.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Until it is over.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines for people.")
@_shown.url
def command(*, name: str, dry_run: bool, wait: bool, as_json: bool, url: str | None) -> int:
    """Have the connection NAME collected by a worker of the server.

    Exit codes: 0 begun, or with --wait everything could be looked at; 1 something could not, or the server does
    not answer; 2 refused, for instance because it is being collected already.
    """
    from greenboard.cli.remote.sending import headers, send

    place = _shown.address(url, name)
    one = send(f"{place}/collections", headers(None), json={"kind": "trial" if dry_run else "whole"})
    if wait:
        one = _shown.followed(place, one)
    click.echo(json.dumps(one, indent=2, ensure_ascii=False) if as_json else "\n".join(_shown.lines(one)))
    return 0 if one["state"] in (*_shown.OPEN, *_shown.WHOLE) else 1
