"""How connections and their collections are asked for, and told on lines."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import click

from greenboard.cli.remote.sending import get, server

OPEN = ("waiting", "running")
WHOLE = ("done",)
_PAUSE = 1.0
_WHAT = ("added", "changed", "same", "gone", "waits")
url = click.option("--url", metavar="URL", help="Of the server; else GREENBOARD_URL.")


def address(given: str | None, name: str = "") -> str:
    """Where connections, or one of them, are."""
    return f"{server(given)}/api/v1/connections" + (f"/{quote(name, safe='')}" if name else "")


def newest(place: str, *, open_: bool = False) -> dict[str, Any] | None:
    """The newest collection of a connection, or the one that is not over."""
    several = get(f"{place}/collections", {"limit": 10})["collections"]
    return next((one for one in several if not open_ or one["state"] in OPEN), None)


def followed(place: str, one: dict[str, Any]) -> dict[str, Any]:
    """The collection when it is over; until then it is shown how far it is."""
    said = ""
    while one["state"] in OPEN:
        line = head(one)
        if line != said:
            click.echo(line, err=True)
            said = line
        time.sleep(_PAUSE)
        one = get(f"{place}/collections/{one['id']}", {})
    return one


def head(one: dict[str, Any]) -> str:
    """A collection on one line."""
    parts = [f"{stream} {_reached(*reached)}" for stream, reached in sorted(one["progress"].items())]
    kind = "dry run" if one["kind"] == "trial" else "collection"
    return "  ".join([f"{one['id']:>6}", kind, one["state"], *([", ".join(parts)] if parts else [])])


def _reached(done: int, total: int | None) -> str:
    return f"{done}" if total is None else f"{done} of {total}"


def lines(one: dict[str, Any]) -> Iterator[str]:
    """A collection for people: how it ended, what could not be looked at, and of a dry run what would change."""
    yield head(one)
    if one["error"]:
        yield f"  {one['error']}"
    for fault in one["faults"]:
        fields = f" [{', '.join(fault['fields'])}]" if fault.get("fields") else ""
        yield f"  {fault['type']}{fields}: {fault['fault']}: {fault['text']} ({fault['count']} times)"
    for name, figures in sorted(one["outcome"].get("types", {}).items()):
        told = [f"{figures[what]} {what}" for what in _WHAT if figures.get(what)]
        yield f"  {name}: {', '.join(told) or 'nothing'}"
    for change in one["outcome"].get("shown", ()):
        said = f": {change['said']}" if change["said"] else ""
        yield f"    {change['what']} {change['type']} of {change['about']}{said}"
