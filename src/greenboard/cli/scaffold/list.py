"""List the scaffolds that ship."""

from __future__ import annotations

import click


@click.command("list")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(*, form: str) -> None:
    """List scaffolds with name, version and what they make."""
    import json

    from greenboard.scaffolds import rendering

    found = rendering.library()
    if form == "json":
        rows = [
            {
                "name": one.name,
                "title": one.title,
                "description": one.description,
                "makes": one.makes,
                "version": one.version,
                "languages": list(one.languages),
                "questions": [question.name for question in one.questions if question.asked],
            }
            for one in found
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    wide = max((len(one.name) for one in found), default=4)
    click.echo(f"{'name':<{wide}}  {'makes':<7}  {'version':<8}  title")
    for one in found:
        click.echo(f"{one.name:<{wide}}  {one.makes:<7}  {one.version:<8}  {one.title}")
