"""Look for mistakes in integrations, and try them on what their vendors' descriptions allow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="FOLDER...")
@click.option("--all", "everything", is_flag=True, help="The integrations that ship.")
@click.option(
    "--specs",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with vendors' descriptions, as bundles. Default: GREENBOARD_SPECS.",
    envvar="GREENBOARD_SPECS",
)
def command(*, paths: tuple[Path, ...], everything: bool, specs: Path | None) -> int:
    """Check integrations: the manifest, the vendor's description, recordings, quality. Nobody is called.

    Exit codes: 0 nothing found, 1 something found.
    """
    from greenboard.connections.contract import checking
    from greenboard.connections.integration import SHIPPED
    from greenboard.core.errors import UserError

    given = [*paths, *([SHIPPED] if everything else [])]
    if not given:
        raise UserError("no integration is named", hint="Name folders, or say --all.")
    found = 0
    for report in _reports(list(checking.folders(given)), specs):
        found += len(report.problems)
        click.echo(_line(report))
        for problem in report.problems:
            click.echo(f"  {problem}")
    return 1 if found else 0


def _line(report: Any) -> str:
    held = f"held against {report.held}" if report.held else "no description to hold it against"
    grade = f", {report.grade}" if report.grade else ""
    state = f"{len(report.problems)} found" if report.problems else "well"
    return f"{report.folder.name}: {state}; {report.streams} streams, {report.recordings} recordings, {held}{grade}"


def _reports(folders: list[Path], specs: Path | None) -> Iterator[Any]:
    """The reports in the order of the folders; several at once in processes of their own."""
    import os
    from concurrent.futures import ProcessPoolExecutor

    workers = min(len(folders), os.cpu_count() or 1)
    if workers < 2:
        yield from (_report(folder, specs) for folder in folders)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_report, folders, [specs] * len(folders))


def _report(folder: Path, specs: Path | None) -> Any:
    from greenboard.connections.contract import checking

    return checking.check(folder.resolve(), _words(), specs)


@cache
def _words() -> Any:
    """The vocabulary, read once for each process."""
    from greenboard.facts import vocabulary

    return vocabulary.load()
