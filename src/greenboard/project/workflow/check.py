"""Check documents of workflows, without running anything.

Whatever is wrong is told with its line and column, and with the name that was meant where one is misspelt.
"""

from __future__ import annotations

from pathlib import Path

import click

from greenboard.core.errors import UserErrors


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(files: tuple[Path, ...]) -> None:
    """Check FILES, each the document of a workflow."""
    from greenboard.project import setup

    setup.django()
    from greenboard.workflows import definition

    errors = [error for file in files for error in definition.look(file.read_text("utf-8"), str(file)).errors]
    if errors:
        raise UserErrors(errors)
    click.echo(f"{len(files)} as it should be." if len(files) == 1 else f"{len(files)} as they should be.")
