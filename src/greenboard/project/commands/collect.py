"""Read git working trees into the board: catalog, facts, results.

Run it again whenever the repositories have changed; only what changed is written, with its cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from greenboard.core.errors import UserError

if TYPE_CHECKING:
    from greenboard.repository.collect import Look


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--scorecard", default="production-readiness", show_default=True, metavar="NAME|FILE")
def command(paths: Sequence[Path], scorecard: str) -> None:
    """Read git working trees, or folders of them, into the board's database.

    The database is the one in GREENBOARD_DATA_DIR, which `greenboard serve` shows.
    """
    from greenboard.core import clock
    from greenboard.project import running
    from greenboard.project.environment import Environment

    running.prepare(Environment.read().data_dir, sample=False)
    from greenboard.facts.store import vocabulary
    from greenboard.project.intake import take_in
    from greenboard.results.continuous import Continuous
    from greenboard.results.live import Live
    from greenboard.scorecards.store import find

    standard = find(scorecard, vocabulary())
    looks = _look(paths)
    at = clock.now()
    take_in(looks, at, cause="collection")
    Continuous(lambda: [standard], Live()).whole(clock.now)
    entities = sum(len(seen.declared.entities) for seen in looks)
    click.echo(f"Read {len(looks)} repositories with {entities} entities, and judged them by {standard.title}.")


def _look(paths: Sequence[Path]) -> list[Look]:
    from greenboard.core import clock
    from greenboard.facts.store import vocabulary
    from greenboard.repository.collect import find, look

    roots, errors = find(paths)
    for error in errors:
        click.echo(f"skipped: {error}", err=True)
    if not roots:
        raise UserError("no git working tree at these paths", hint="Name one, or a folder of clones.")
    looks = []
    for number, root in enumerate(roots, 1):
        click.echo(f"[{number}/{len(roots)}] {root}", err=True)
        looks.append(look(root, now=clock.now(), vocabulary=vocabulary()))
        for problem in looks[-1].problems:
            click.echo(f"  {problem}", err=True)
    return looks
