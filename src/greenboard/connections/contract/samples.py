"""Values that are valid by a schema, always the same ones: what a vendor could answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from greenboard.connections.contract.shapes import Node, Shape
from greenboard.core import clock

_DEEPEST = 9
_ELEMENTS = 2
_TIMES = ("_at", "At", "_time", "Time", "_date", "Date", "timestamp", "Timestamp")


class Sampler:
    """Makes values. Of objects it fills what is required and what is in `kept`."""

    def __init__(self, kept: frozenset[str] | None, now: datetime) -> None:
        self._kept = kept
        self._now = now

    def value(self, shape: Shape, number: int, name: str = "", depth: int = 0) -> Any:
        """The value of a number: other numbers give others, where the schema leaves a choice."""
        if shape.fields is not None:
            return {key: self.value(part, number, key, depth + 1) for key, part in shape.fields.items()}
        node = self._chosen(shape)
        if node is None:
            return _word(name, number)
        if isinstance(node.get("enum"), list) and node["enum"]:
            words = [word for word in node["enum"] if word is not None]
            return words[number % len(words)] if words else None
        if "const" in node:
            return node["const"]
        return self._of_kind(_kind(node), node, shape, (number, name, depth))

    def _chosen(self, shape: Shape) -> Node | None:
        """The alternative that has most of what is wanted, and is not just null."""
        several = [one for one in shape.variants if _kind(one) != "null"]
        return max(several, key=self._wanted, default=None)

    def _wanted(self, node: Node) -> int:
        names = node.get("properties", {})
        return len(names) if self._kept is None else len(self._kept & names.keys())

    def _of_kind(self, kind: str, node: Node, shape: Shape, place: tuple[int, str, int]) -> Any:
        number, name, depth = place
        if kind == "object":
            return self._object(node, shape, number, depth)
        if kind == "array":
            least = max(_ELEMENTS, int(node.get("minItems", 0)))
            if depth > _DEEPEST:
                return []
            items = node.get("items")
            element = Shape((items,) if isinstance(items, Mapping) else (), shape.definitions)
            return [self.value(element, number + at, name, depth + 1) for at in range(least)]
        if kind == "boolean":
            return number % 2 == 0
        if kind in ("integer", "number"):
            return _number(node, number, whole=kind == "integer")
        return self._text(node, number, name) if kind == "string" else _word(name, number)

    def _object(self, node: Node, shape: Shape, number: int, depth: int) -> dict[str, Any]:
        required = frozenset(node.get("required", ()))
        made: dict[str, Any] = {}
        for name, part in node.get("properties", {}).items():
            wanted = name in required or ((self._kept is None or name in self._kept) and depth <= _DEEPEST)
            if wanted and depth <= _DEEPEST + 3:
                made[name] = self.value(Shape((part,), shape.definitions), number, name, depth + 1)
        return made

    def _text(self, node: Node, number: int, name: str) -> str:
        kind = node.get("format", "")
        moment = self._now - timedelta(hours=number + 1)
        if kind == "date-time" or (not kind and name.endswith(_TIMES)):
            return clock.format_time(moment.replace(microsecond=0))
        if kind == "date":
            return f"{moment:%Y-%m-%d}"
        if kind in ("uri", "url", "uri-reference"):
            return f"https://acme.test/{name or 'x'}/{number}"
        if kind == "email":
            return f"alice{number}@acme.test"
        if kind == "uuid":
            return f"00000000-0000-4000-8000-{number:012d}"
        return _word(name, number).ljust(int(node.get("minLength", 0)), "x")


def _number(node: Node, number: int, *, whole: bool) -> float:
    least = node.get("minimum", 1)
    value = max(least, 1) + number if "maximum" not in node else min(node["maximum"], max(least, 1) + number)
    return int(value) if whole else float(value)


def _word(name: str, number: int) -> str:
    """A text. Everything that is an id has the same one, so that what belongs together by an id does."""
    plain = "id" if name.lower().endswith("id") or not name else name
    return f"{plain}-{number}"


def _kind(node: Node) -> str:
    told = node.get("type")
    if isinstance(told, list):
        return next((one for one in told if one != "null"), "null")
    if isinstance(told, str):
        return told
    return "object" if "properties" in node else "array" if "items" in node else "any"
