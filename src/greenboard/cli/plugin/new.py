"""Make a folder for a new plugin."""

from __future__ import annotations

import re
from pathlib import Path

import click


@click.command("new")
@click.argument("name")
@click.option(
    "--in", "place", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where. Default: here."
)
def command(*, name: str, place: Path) -> None:
    """Make a package with a function for rules, a panel and a test, which `check` finds well once it is installed."""
    from greenboard.core import content
    from greenboard.core.errors import UserError
    from greenboard.plugins.loading import NAME

    if not NAME.fullmatch(name):
        raise UserError("not a name", expected="2 to 15 small letters, digits and _", got=repr(name))
    folder, start = place / f"greenboard_{name}", content.library("plugin")
    if folder.exists():
        raise UserError(f"{folder} is there already", hint="Choose another name.")
    for path in sorted(path for path in start.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        made = folder / re.sub(r"NAME", name, str(path.relative_to(start)).removesuffix(".txt"))
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(path.read_text(encoding="utf-8").replace("NAME", name), encoding="utf-8")
    click.echo(f"{folder}: change it, then: pip install -e {folder} && greenboard plugin check {name}")
