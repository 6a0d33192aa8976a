"""Say what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import json
import sys

import click

_GLYPHS = {"pass": "✔", "warn": "▲", "fail": "✘"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines for people.")
def command(as_json: bool) -> None:
    """Look at settings, files, database, clock, worker and queue.

    Each line says pass, warn or fail, and what to do. Exits with 1 where something fails.
    """
    from greenboard.project.doctor.examine import examine
    from greenboard.project.doctor.types import State

    found = []
    for one in examine():
        found.append(one)
        if not as_json:
            click.echo(f"{_GLYPHS[one.state]} {one.state:4}  {one.about}: {one.said}")
            if one.todo:
                click.echo(f"        {one.todo}")
    failed = any(one.state is State.FAIL for one in found)
    if as_json:
        told = [{"about": one.about, "state": one.state, "said": one.said, "todo": one.todo} for one in found]
        click.echo(json.dumps({"ok": not failed, "findings": told}, ensure_ascii=False, indent=2))
    sys.exit(int(failed))
