"""Make a folder for a new integration."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new")
@click.argument("name")
@click.option("--title", help="The name of the tool. Default: the name with a capital.")
@click.option(
    "--in", "place", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where. Default: here."
)
def command(*, name: str, title: str | None, place: Path) -> None:
    """Make a folder with a manifest, a README, a recording and quality.yaml, which `check` finds well."""
    from greenboard.connections import scaffold

    folder = scaffold.make(name, title or name.replace("_", " ").capitalize(), place)
    click.echo(f"{folder}: change the manifest, then: greenboard integration check {folder}")
    click.echo(f"To use it from a server: GREENBOARD_INTEGRATIONS={folder.resolve().parent}")
