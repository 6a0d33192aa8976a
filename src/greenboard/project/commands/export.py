"""Write everything into a folder of JSON files."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Write everything as of one moment into FOLDER: a file of JSON lines for each table, and a manifest.

    docs/backup.md describes the files. The secret key and the sessions are not among them.
    """
    from greenboard.project import setup

    setup.django()
    setup.reach()
    from greenboard.project.portable import reading, shelves

    with shelves.folder(folder) as put:
        told = reading.write(put, lambda line: click.echo(f"  {line}", err=True))
    rows = sum(content.rows for content in told.tables.values())
    click.echo(f"Wrote {rows:,} rows of {len(told.tables)} tables to {folder}.")
