"""Run workflows with the answers that are recorded beside them; nothing is sent.

Cases stand in the document, and for `NAME.yaml` in `recorded/NAME.yaml` of the same folder.
Without files all of the library is run.
"""

from __future__ import annotations

from pathlib import Path

import click

from greenboard.core.errors import UserError


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(files: tuple[Path, ...]) -> None:
    """Run FILES, documents of workflows, with recorded answers."""
    from greenboard.project import setup

    setup.django()
    from greenboard.workflows import library

    wrong = [said for file in files or tuple(library.files()) for said in _try(file)]
    if wrong:
        raise UserError("not as it should be:\n" + "\n".join(f"  {said}" for said in wrong))


def _try(file: Path) -> list[str]:
    from greenboard.workflows import definition, recorded

    made = definition.read(file.read_text("utf-8"), str(file))
    cases = (*made.cases, *recorded.beside(file))
    if not cases:
        expected = f"`cases` in it, or {file.parent / 'recorded' / file.name}"
        raise UserError(f"{file.name} has no cases", expected=expected, hint="Write at least one.")
    tried = [recorded.attempt(made, case) for case in cases]
    for one in tried:
        click.echo(f"{'✕' if one.wrong else '✓'} {made.name}: {one.case.case}")
    return [f"{made.name}, {one.case.case}: {said}" for one in tried for said in one.wrong]
