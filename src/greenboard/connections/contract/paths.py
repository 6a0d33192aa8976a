"""Places in JSON: putting a value there, and taking one away. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Path = tuple[str, ...]
Change = Callable[[Any, str], None]


def simple(tree: Mapping[str, Any]) -> Path | None:
    """The fields that an expression goes down, if that is all it does; `@` is the whole."""
    kind = tree["type"]
    if kind in ("current", "identity"):
        return ()
    if kind == "field":
        return (tree["value"],)
    if kind == "subexpression":
        parts = [simple(child) for child in tree["children"]]
        return None if any(part is None for part in parts) else tuple(name for part in parts for name in part or ())
    return None


def put(body: Any, path: Path, value: Any) -> Any:
    """A body with a value at a place, made where it is missing."""
    if not path:
        return value
    body = body if isinstance(body, dict) else {}
    return {**body, path[0]: put(body.get(path[0]), path[1:], value)}


def change(value: Any, path: Path, how: Change) -> Any:
    """A copy with the field at a place changed; of lists the first element. What is not there stays so."""
    if path[:1] == ("[]",):
        if not isinstance(value, list) or not value:
            return value
        return [change(value[0], path[1:], how), *value[1:]]
    if not isinstance(value, dict) or not path or path[0] not in value:
        return value
    copy = dict(value)
    if len(path) == 1:
        how(copy, path[0])
    else:
        copy[path[0]] = change(copy[path[0]], path[1:], how)
    return copy


def parsed(text: str) -> Path:
    """`rules[].targets[].type` as a place."""
    return tuple(part for name in text.split(".") for part in _parts(name))


def _parts(name: str) -> list[str]:
    plain = name.rstrip("[]")
    return [*([plain] if plain else []), *["[]"] * (name.count("[]"))]


def fill(value: Any, path: Path, wanted: Any, number: int) -> Any:
    """A copy with a value at a place in every element; of a list of values one after another is taken."""
    if path[:1] == ("[]",):
        if not isinstance(value, list):
            return value
        return [fill(one, path[1:], wanted, number + at) for at, one in enumerate(value)]
    if not path:
        return wanted[number % len(wanted)] if isinstance(wanted, list) else wanted
    inside = value if isinstance(value, dict) else {}
    return {**inside, path[0]: fill(inside.get(path[0]), path[1:], wanted, number)}
