"""Hold the scaffolds that ship against their recorded versions."""

from __future__ import annotations

import click


@click.command("versions")
@click.option("--write", is_flag=True, help="Record new versions, and keep the one before each.")
def command(*, write: bool) -> int:
    """See that what changed has a new version, and that the version before is kept.

    Exit 1 where that does not hold. For whoever changes what ships: raise `version` in its scaffold.yaml, and in those
    of the projects that have it as a part, then run this with --write, in a checkout of Greenboard.
    """
    from greenboard.cli.scaffold._keeping import keep
    from greenboard.core import content
    from greenboard.scaffolds import rendering
    from greenboard.scaffolds.rendering import versions

    folder, scaffolds = content.library("scaffolds"), rendering.library()
    known = versions.recorded(folder)
    if write:
        for one in scaffolds:
            earlier = versions.before(one, known)
            if earlier and not versions.kept(one, earlier).is_dir():
                click.echo(f"{one.name} {earlier} is kept in {keep(one, earlier, known)}.")
        versions.write(folder, scaffolds, known)
        known = versions.recorded(folder)
    found = list(versions.wrong(scaffolds, known))
    for line in found:
        click.echo(line)
    return 1 if found else 0
