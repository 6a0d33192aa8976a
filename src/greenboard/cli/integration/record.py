"""Read a tool, and write what it answered as a recording."""

from __future__ import annotations

from pathlib import Path

import click

from greenboard.cli.integration import _given


@click.command("record")
@_given.options
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), help="Default: a file in the folder.")
@click.option("--source", help="Whose answers these are, for people. Default: the address and the day.")
@click.option("--include", multiple=True, metavar="PATTERN", help="Only subjects with such an id or title.")
def command(
    *, folder: str, told: tuple[str, ...], target: Path | None, source: str | None, include: tuple[str, ...]
) -> None:
    """Read a tool through an integration, and write its answers and what came of them into a recording.

    Tokens and whatever is called a secret are left out; names and addresses of people are not: look at it
    before you give it to anybody. Secrets are read from INTEGRATION_SECRET_NAME.
    """
    import dataclasses

    from greenboard.connections import calling, capturing, collecting
    from greenboard.connections.recordings import FOLDER
    from greenboard.core import clock
    from greenboard.core.errors import UserError

    found, now = _given.integration(folder), clock.now().replace(microsecond=0)
    connection = dataclasses.replace(_given.connection(found, told), scope={"include": list(include)})
    captured = capturing.Captured(calling.caller(connection, client=_given.client()), connection.secrets)
    events = list(collecting.collect(connection, now=now, call=captured))
    path = target or found.folder / FOLDER / f"recorded-{now:%Y-%m-%d}.yaml"
    if path.exists():
        raise UserError(f"{path} is there already", hint="Name another file with --to.")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = capturing.written(
        source or f"{found.manifest.title}, {now:%Y-%m-%d}", now, connection.settings, captured, events
    )
    path.write_text(text, encoding="utf-8")
    click.echo(f"{path}: {len(captured.calls)} calls. Look at it before you give it to anybody.")
