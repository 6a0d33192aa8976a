"""AsyncAPI 2 and 3. There is no validator to rely on, so only what is surely wrong makes it invalid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from greenboard.repository.specs.types import Described, load
from greenboard.repository.tree import Tree


def asyncapi(tree: Tree, path: str) -> Described:
    """What an AsyncAPI description says. `valid` is false or unknown, never true.

    Raises:
        UserError: it cannot be read.

    """
    data = load(tree, path)
    problems = list(_problems(data))
    described = [bool(operation.get("description") or operation.get("summary")) for operation in _operations(data)]
    info = data.get("info") if isinstance(data.get("info"), dict) else {}
    unsure = "" if problems else "only the basic structure of AsyncAPI is checked, and that holds"
    return Described(
        path,
        "asyncapi",
        str(info.get("version") or ""),
        False if problems else None,
        len(problems) or None,
        len(described),
        sum(described),
        unsure,
    )


def _problems(data: dict[str, Any]) -> Iterator[str]:
    """What the specification requires of every document and is not there."""
    version = str(data.get("asyncapi"))
    if not re.fullmatch(r"[23]\.\d+\.\d+(-\S+)?", version):
        yield "asyncapi"
    info = data.get("info")
    for name in ("title", "version"):
        if not isinstance(info, dict) or not isinstance(info.get(name), str):
            yield f"info.{name}"
    if not isinstance(data.get("channels"), dict) and (version.startswith("2") or "channels" in data):
        yield "channels"
    if "operations" in data and not isinstance(data["operations"], dict):
        yield "operations"
    for reference in _references(data, 0):
        if not _leads(data, reference):
            yield reference


def _references(value: Any, depth: int) -> Iterator[str]:
    if depth > 60:
        return
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _references(part, depth + 1)
    found = value.get("$ref") if isinstance(value, dict) else None
    if isinstance(found, str) and found.startswith("#/"):
        yield found


def _leads(data: Any, reference: str) -> bool:
    for part in reference[2:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(data, list):
            data = data[int(name)] if name.isdigit() and int(name) < len(data) else None
        elif isinstance(data, dict) and name in data:
            data = data[name]
        else:
            return False
        if isinstance(data, dict) and "$ref" in data:
            return True
    return data is not None


def _operations(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    operations, channels = data.get("operations"), data.get("channels")
    for operation in operations.values() if isinstance(operations, dict) else ():
        if isinstance(operation, dict):
            yield operation
    for channel in channels.values() if isinstance(channels, dict) else ():
        for name in ("publish", "subscribe"):
            if isinstance(channel, dict) and isinstance(channel.get(name), dict):
                yield channel[name]
