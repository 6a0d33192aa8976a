"""Change the keys that seal secrets at rest."""

from __future__ import annotations

import click


@click.group("secrets", short_help=__doc__)
def command() -> None:
    """Look after secrets at rest."""


@command.command()
@click.option("--forget", is_flag=True, help="Drop the keys of before: what they sealed in old backups is lost.")
def rotate(forget: bool) -> None:
    """Make a new key and seal every secret with it."""
    from greenboard.project import setup

    setup.django()
    setup.migrate()
    from greenboard.access import audit, sealing

    count = sealing.rotate(forget=forget)
    audit.note("secrets.rotated", after={"sealed": count, "forgot": forget})
    click.echo(f"{count} secrets are sealed with a new key.")
