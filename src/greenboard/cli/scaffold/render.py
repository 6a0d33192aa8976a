"""Render a scaffold into a folder."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("render")
@click.argument("scaffold")
@click.argument("into", type=click.Path(path_type=Path, file_okay=False))
@click.option("--answer", "pairs", multiple=True, metavar="NAME=VALUE", help="An answer; may be given several times.")
@click.option("--answers", "file", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
              help="Answers as YAML.")  # fmt: skip
@click.option("--trust", is_flag=True, help="Let it run code of its own: tasks and extensions.")
def command(*, scaffold: str, into: Path, pairs: tuple[str, ...], file: Path | None, trust: bool) -> None:
    """Render SCAFFOLD, the name of one that ships or the path of a folder, into the folder INTO.

    Nothing is asked: what has no answer takes its default. INTO has to be new or empty.
    """
    from greenboard.scaffolds import answers, rendering

    one = _found(scaffold)
    given = {**_read(file), **dict(_pair(pair) for pair in pairs)}
    made = rendering.render(one, answers.check(one.questions, given), into, trusted=trust)
    for remark in made.remarks:
        click.echo(f"greenboard: {remark}", err=True)
    click.echo(f"{len(made.files)} files of {one.title} {one.version} are in {into}.")
    for task in one.tasks:
        click.echo(f"Left to do: {task.title}")


def _found(scaffold: str):  # type: ignore[no-untyped-def]  # naming its type would load all of it for `--help`
    from greenboard.core.errors import UserError, suggest
    from greenboard.scaffolds import rendering

    if Path(scaffold, "scaffold.yaml").is_file():
        return rendering.read(Path(scaffold).resolve())
    known = {one.name: one for one in rendering.library()}
    if scaffold not in known:
        expected = f"one of {', '.join(sorted(known))}, or a folder with a scaffold.yaml"
        raise UserError(f"no scaffold {scaffold!r}", expected=expected, hint=suggest(scaffold, known))
    return known[scaffold]


def _read(file: Path | None) -> dict[str, object]:
    from greenboard.core import yaml
    from greenboard.core.errors import Place, UserError

    if file is None:
        return {}
    documents = yaml.read(file.read_text(encoding="utf-8"), str(file))
    if len(documents) != 1 or not isinstance(documents[0].data, dict):
        raise UserError("not answers by name", place=Place(str(file), 1))
    return dict(documents[0].data)


def _pair(pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals:
        raise click.BadParameter(f"{pair!r} is not NAME=VALUE", param_hint="--answer")
    return name, value
