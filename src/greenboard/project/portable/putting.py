"""Restoring, as a person asks for it."""

from __future__ import annotations

from pathlib import Path

import click

from greenboard.project import setup
from greenboard.project.environment import Environment
from greenboard.project.portable import shelves


def put(path: Path, *, replace: bool) -> None:
    """Restore the file or folder at a path, and say what was done; errors as for `loading.restore`."""
    Environment.read().data_dir.mkdir(parents=True, exist_ok=True)
    setup.django()
    setup.reach()
    from greenboard.project.portable import loading

    with setup.alone(), shelves.opened(path) as source:
        told = loading.restore(source, lambda line: click.echo(f"  {line}", err=True), replace=replace)
    setup.migrate()
    rows = sum(content.rows for content in told.tables.values())
    click.echo(f"Restored {rows:,} rows of {len(told.tables)} tables, as they were at {told.made_at}.")
