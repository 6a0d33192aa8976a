"""Check a template of a review."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("check", short_help=__doc__)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def command(*, files: tuple[Path, ...]) -> None:
    """Check templates: their form, and that each rule and item that they name is there.

    Exit codes: 0 all is well, 2 something is wrong; each mistake is told with its place.
    """
    from greenboard.core.errors import UserError, UserErrors
    from greenboard.facts import vocabulary
    from greenboard.reviews import template
    from greenboard.scorecards import definition

    known = template.Known.of(definition.shipped(vocabulary.load()))
    wrong: list[UserError] = []
    for path in files:
        try:
            found = template.load(path, known)
        except UserError as error:
            wrong += error.errors if isinstance(error, UserErrors) else [error]
            continue
        questions = sum(len(section.questions) for section in found.sections)
        stages = ", ".join(stage.name for stage in found.stages)
        click.echo(f"{path}: {found.name}, {len(found.sections)} sections, {questions} questions, stages {stages}")
    if wrong:
        raise wrong[0] if len(wrong) == 1 else UserErrors(wrong)
