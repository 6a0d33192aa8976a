"""Try the scaffolds that ship: render each, and hold what it makes against the scorecard."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("test")
@click.argument("names", nargs=-1, metavar="[NAME|FOLDER]...")
@click.option("--scorecard", default="production-readiness", show_default=True, metavar="NAME|FILE")
def command(*, names: tuple[str, ...], scorecard: str) -> int:
    """Render scaffolds with their default answers, all that ship or those named, and judge the projects.

    A project has to reach Silver at least, and its tasks have to name what it lacks. Exit 1 when one does not.
    """
    import tempfile

    from greenboard.cli.scaffold._trying import attempt
    from greenboard.core import clock
    from greenboard.facts import vocabulary
    from greenboard.scorecards import definition

    words = vocabulary.load()
    card = definition.find(scorecard, words)
    right = True
    with tempfile.TemporaryDirectory(prefix="greenboard-scaffolds-") as folder:
        for tried in attempt(_named(names), Path(folder), card, words, clock.now()):
            right = right and not tried.wrong
            level = next((level.title for level in card.levels if level.name == tried.level), "–")
            lacks = ", ".join(tried.failing) or "nothing"
            click.echo(
                f"{'✕' if tried.wrong else '✓'} {tried.scaffold.name:<20} {tried.scaffold.version:<8} "
                + ("part" if tried.scaffold.makes == "part" else f"{level:<7} lacks {lacks}")
            )
            for line in tried.wrong:
                click.echo(f"    {line}")
    return 0 if right else 1


def _named(names: tuple[str, ...]):  # type: ignore[no-untyped-def]  # naming its type would load all of it for `--help`
    from greenboard.core.errors import UserError, suggest
    from greenboard.scaffolds import rendering

    known = {one.name: one for one in rendering.library()}
    found = []
    for name in names or known:
        if Path(name, "scaffold.yaml").is_file():
            found.append(rendering.read(Path(name).resolve()))
        elif name in known:
            found.append(known[name])
        else:
            raise UserError(f"no scaffold {name!r}", expected=", ".join(known), hint=suggest(name, known))
    return found
