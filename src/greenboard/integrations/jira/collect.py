"""What the manifest of Jira cannot say: a field whose name a setting tells, and texts as Atlassian's documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from greenboard.connections.expressions.function import Mistyped, Registry

FUNCTIONS = Registry()
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")


@FUNCTIONS.add("object", "text", gives="bool", example="sla_breached(fields, settings.sla_field)")
def sla_breached(fields: dict[str, Any], name: str) -> bool | None:
    """Whether an issue took longer than was promised, by the field of Jira Service Management with that name."""
    if name not in fields:
        return None
    promise = fields[name]
    if promise is None:
        return False
    if not isinstance(promise, dict):
        raise Mistyped(f"sla_breached: {name} is no field of a promised time")
    cycles = [*(promise.get("completedCycles") or ()), promise.get("ongoingCycle")]
    told = [cycle.get("breached") for cycle in cycles if isinstance(cycle, dict)]
    return True if True in told else None if None in told or not told else False


@FUNCTIONS.add("text", gives="object", example="document(input.description)")
def document(text: str) -> dict[str, Any]:
    """A text in the format of Atlassian's documents: paragraphs between empty lines, addresses as links."""
    parts = [part for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
    return {"type": "doc", "version": 1, "content": [_paragraph(part) for part in parts]}


def _paragraph(text: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for line in text.strip().splitlines():
        content += [{"type": "hardBreak"}] if content else []
        content += _texts(line)
    return {"type": "paragraph", "content": content}


def _texts(line: str) -> Iterator[dict[str, Any]]:
    """Pieces of a line; none of them is empty, as the format wants it."""
    at = 0
    for found in _ADDRESS.finditer(line):
        if found.start() > at:
            yield {"type": "text", "text": line[at : found.start()]}
        marks = [{"type": "link", "attrs": {"href": found[0]}}]
        yield {"type": "text", "text": found[0], "marks": marks}
        at = found.end()
    if at < len(line):
        yield {"type": "text", "text": line[at:]}
