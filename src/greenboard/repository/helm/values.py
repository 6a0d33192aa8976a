"""Values of charts: defaults, what a parent or an environment sets over them, and switches of parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from greenboard.repository.stages import known_environment

_ENVIRONMENT = re.compile(
    r"(?:values[-_.](?P<after>[\w-]+)|(?P<before>[\w-]+)[-_.]values|(?:values|environments|envs?|overlays)/(?P<inside>[\w-]+)"
    r"(?:/values)?)\.ya?ml"
)


def environments(folder: str, files: Iterable[str]) -> list[tuple[str, str]]:
    """The environments that a chart keeps values for, each with its file (`values-prod.yaml`)."""
    prefix = f"{folder}/" if folder else ""
    found: dict[str, str] = {}
    for path in files:
        match = _ENVIRONMENT.fullmatch(path.removeprefix(prefix))
        name = match and (match["after"] or match["before"] or match["inside"])
        if name and known_environment(name):
            found.setdefault(name, path)
    return sorted(found.items())


def copied(value: Any) -> Any:
    """A copy of plain data that templates may change without changing the original."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def overlaid(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Values with others set over them; a null takes a key away."""
    result = {key: copied(value) for key, value in under.items()}
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), dict):
            result[key] = overlaid(result[key], value)
        else:
            result[key] = copied(value)
    return result


def merged(own: Mapping[str, Any], given: object, shared: object) -> dict[str, Any]:
    """A part's values: its own defaults, what its parent sets, and the parent's globals."""
    result = overlaid(own, given if isinstance(given, Mapping) else {})
    if isinstance(shared, Mapping):
        held = result.get("global")
        result["global"] = overlaid(held if isinstance(held, Mapping) else {}, shared)
    return result


def switched_on(condition: str, tags: Sequence[str], values: Mapping[str, Any]) -> bool:
    """Whether a dependency is enabled: the first condition that is set decides, then tags; else it is."""
    for path in filter(None, (part.strip() for part in condition.split(","))):
        value: object = values
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, bool):
            return value
    switches = values.get("tags")
    stated = [switches[tag] for tag in tags if isinstance(switches, Mapping) and isinstance(switches.get(tag), bool)]
    return any(stated) if stated else True
