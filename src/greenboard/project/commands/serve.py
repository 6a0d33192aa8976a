"""Serve the board from one process, with its database in a folder."""

from __future__ import annotations

import click


@click.command()
@click.option("--sample/--no-sample", default=False, help="Load the sample organization first, if it is not there yet.")
def command(sample: bool) -> None:
    """Create or upgrade the database, then serve the board.

    The address and folder come from GREENBOARD_HOST, GREENBOARD_PORT and GREENBOARD_DATA_DIR.
    """
    from greenboard.project import running

    running.serve(sample=sample)
