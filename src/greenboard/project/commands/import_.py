"""Put a folder of JSON files into an empty database, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--replace", is_flag=True, help="Lose what is in the database now.")
def command(folder: Path, replace: bool) -> None:
    """Put what `greenboard export` wrote to FOLDER into the database of this installation.

    It is refused where a file is not as it was written. Stop web and workers first.
    """
    from greenboard.project.portable import putting

    putting.put(folder, replace=replace)
