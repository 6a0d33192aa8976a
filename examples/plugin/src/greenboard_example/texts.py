"""Writing for people: a format of reports, and a kind of channel."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from greenboard.core.errors import UserError
from greenboard.plugins import Sent


def markdown(report: Mapping[str, Any]) -> bytes:
    """A report as a page of Markdown."""
    return "\n".join(_lines(report)).encode() + b"\n"


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {report['title']}\n"
    for fact in report["facts"]:
        yield f"- {fact['name']}: {fact['value']}"
    for table in report["tables"]:
        yield f"\n## {table['title']}\n"
        yield f"| {' | '.join(column['title'] for column in table['columns'])} |"
        yield f"|{'---|' * len(table['columns'])}"
        for row in table["rows"]:
            cells = ["" if value is None else str(value).replace("|", "\\|") for value in row.values()]
            yield f"| {' | '.join(cells)} |"


def check(given: Mapping[str, str]) -> None:
    """A folder that is there."""
    if not Path(given["folder"]).is_dir():
        raise UserError("no such folder on this machine", got=repr(given["folder"]))


def send(given: Mapping[str, str], address: str, letter: Mapping[str, Any]) -> Sent:
    """Write the letter. Its number names the file, so one that comes twice is there once."""
    name = re.sub(r"[^A-Za-z0-9-]", "_", letter["number"])
    try:
        Path(given["folder"], f"{name}.txt").write_text(letter["text"], encoding="utf-8")
    except OSError as error:
        return Sent(False, f"it cannot be written: {error.strerror}")
    return Sent(True, f"written as {name}.txt")
