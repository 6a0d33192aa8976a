"""Put a backup into an empty database, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Lose what is in the database now.")
def command(file: Path, replace: bool) -> None:
    """Put what `greenboard backup` wrote to FILE into the database of this installation.

    Every digest is compared before and after. A new database gets the schema of the backup, and is
    brought up to date afterwards. Stop web and workers first.
    """
    from greenboard.project.portable import putting

    putting.put(file, replace=replace)
