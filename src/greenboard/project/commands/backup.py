"""Write everything into one file, while the board is served."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Write catalog, facts, results, people and history of one moment into FILE, a ZIP file.

    Others go on reading and writing meanwhile. `greenboard restore` reads it, into SQLite or
    PostgreSQL. The secret key is not in it: keep that elsewhere. Nor are the sessions.
    """
    from greenboard.project import setup

    setup.django()
    setup.reach()
    from greenboard.project.portable import reading, shelves

    with shelves.archive(file) as put:
        told = reading.write(put, lambda line: click.echo(f"  {line}", err=True))
    rows = sum(content.rows for content in told.tables.values())
    click.echo(f"Wrote {rows:,} rows of {len(told.tables)} tables, {file.stat().st_size:,} bytes, to {file}.")
