"""Changing one part of a YAML text, with every line around it left as somebody wrote it.

What is inside of brackets, or on a line with something else, is written anew together with that. Whatever was
written is read again: unless it says exactly what it should, nothing is changed.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml as notation

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.core.yaml import Path

_WIDTH = 110


class _Dumper(notation.SafeDumper):
    """Lists stand deeper than what they belong to; texts of several lines stay so."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - as inherited
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as inherited
        return True


def _text(dumper: notation.SafeDumper, value: str) -> notation.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def put(text: str, path: Path, value: Any, order: Sequence[str] = ()) -> str:
    """The text with another value at a path. A new name comes before those that follow it in `order`.

    Raises:
        UserError: it is no text that could be changed so.

    """
    return _changed(text, path, lambda data: _set(data, path, value), order)


def insert(text: str, path: Path, value: Any, order: Sequence[str] = ()) -> str:
    """The text with one more value in a list, before the index at which `path` ends; errors as for `put`."""
    data = _read(text)
    if _get(data, path[:-1]) in (None, [], ()):
        return put(text, path[:-1], [value], order)
    return _changed(text, path, lambda data: _list(data, path).insert(int(path[-1]), value), order)


def remove(text: str, path: Path) -> str:
    """The text without what is at a path, and without the list that would be empty then; errors as for `put`."""
    whole = _get(_read(text), path[:-1])
    if path[:-1] and isinstance(whole, list | dict) and len(whole) == 1 and _get(whole, path[-1:]) is not None:
        return remove(text, path[:-1])
    return _changed(text, path, lambda data: _delete(data, path))


def move(text: str, path: Path, to: int) -> str:
    """The text with an element of a list at another index of it; errors as for `put`."""

    def moved(data: Any) -> None:
        several = _list(data, path)
        several.insert(to, several.pop(int(path[-1])))

    return _changed(text, path, moved)


def dump(value: Any) -> str:
    """A value as YAML, as it is written into texts."""
    made: str = notation.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return made.removesuffix("...\n")


def _changed(text: str, path: Path, change: Callable[[Any], object], order: Sequence[str] = ()) -> str:
    wanted = copy.deepcopy(before := _read(text))
    try:
        change(wanted)
        if _sign(before) == _sign(wanted):
            return text
        made = _Writing(text, before, wanted).at(path, order)
        if _sign(_read(made)) == _sign(wanted):
            return made
    except (LookupError, TypeError, ValueError, UserError):
        pass
    told = ".".join(str(part) for part in path)
    raise UserError(f"{told} cannot be changed here as it is written", hint="Change it in the text.")


def _read(text: str) -> Any:
    documents = yaml.read(text, "text")
    if len(documents) > 1:
        raise UserError("not one document", got=str(len(documents)))
    return documents[0].data if documents else None


def _sign(data: Any) -> str:
    """What tells values apart, also 1 and true."""
    return json.dumps(data, sort_keys=True, default=str)


def _get(data: Any, path: Path) -> Any:
    for part in path:
        try:
            data = data[part]
        except (LookupError, TypeError):
            return None
    return data


def _set(data: Any, path: Path, value: Any) -> None:
    for part in path[:-1]:
        data = data.setdefault(part, {}) if isinstance(data, dict) else data[part]
    data[path[-1]] = value


def _delete(data: Any, path: Path) -> None:
    inside = _get(data, path[:-1])
    del inside[path[-1]]


def _list(data: Any, path: Path) -> list[Any]:
    found = _get(data, path[:-1])
    if not isinstance(found, list):
        raise TypeError("no list")
    return found


@dataclass(frozen=True)
class _Entry:
    """A part of a block of lines: where it begins and ends, and what stands before its value on the first line."""

    first: int
    last: int
    column: int
    lead: str


class _Writing:
    """A text that is to say `wanted` instead of `before`."""

    def __init__(self, text: str, before: Any, wanted: Any) -> None:
        self.lines = text.split("\n")
        self.before, self.wanted = before, wanted
        self.root = notation.compose(text, Loader=notation.SafeLoader)

    def at(self, path: Path, order: Sequence[str]) -> str:
        """The text with the smallest block of lines around a path written anew."""
        if self.root is None:  # there is nothing yet
            return dump(self.wanted)
        node, depth = self.root, 0
        while depth < len(path) - 1 and (inner := _inner(node, path[depth])) is not None and _is_block(inner):
            node, depth = inner, depth + 1
        if not _is_block(node):
            return dump(self.wanted)
        old, new = _get(self.before, path[:depth]), _get(self.wanted, path[:depth])
        if isinstance(node, notation.SequenceNode):
            self._sequence(node, old, new)
        elif isinstance(node, notation.MappingNode):
            self._mapping(node, old, new, order)
        return "\n".join(self.lines)

    def _sequence(self, node: notation.SequenceNode, old: list[Any], new: list[Any]) -> None:
        """Lines of elements that are the same as before are taken as they were."""
        entries = [self._element(node, index) for index in range(len(node.value))]
        starts = [entries[0].first, *(entry.last + 1 for entry in entries[:-1])]
        kept = [
            (value, self.lines[start : entry.last + 1])
            for value, start, entry in zip(old, starts, entries, strict=True)
        ]
        made = list[str]()
        for value in new:
            at = next((index for index, (was, _) in enumerate(kept) if was == value), None)
            made += kept.pop(at)[1] if at is not None else self._written(value, entries[0].column, "- ")
        self.lines[starts[0] : entries[-1].last + 1] = made

    def _mapping(
        self, node: notation.MappingNode, old: dict[str, Any], new: dict[str, Any], order: Sequence[str]
    ) -> None:
        entries = {key.value: self._named(key, value) for key, value in node.value if isinstance(key.value, str)}
        for name in [name for name in reversed(entries) if name not in new]:
            del self.lines[entries[name].first : entries[name].last + 1]
            return
        for name, value in new.items():
            if name in entries and old[name] != value:
                entry = entries[name]
                made = self._written({name: value}, entry.column, "")
                made[0] = entry.lead + made[0][entry.column :]
                self.lines[entry.first : entry.last + 1] = made
                return
        name = next(name for name in new if name not in entries)
        later = order[order.index(name) :] if name in order else ()
        after = [entries[one] for one in later if one in entries and not entries[one].lead.strip()]
        last = max(entry.last for entry in entries.values())
        column = next(iter(entries.values())).column
        at = min((self._above(entry.first) for entry in after), default=last + 1)
        self.lines[at:at] = self._written({name: new[name]}, column, "")

    def _above(self, line: int) -> int:
        """Where what is said about a line begins: the comments right above it."""
        while line > 0 and self.lines[line - 1].lstrip().startswith("#"):
            line -= 1
        return line

    def _written(self, value: Any, column: int, lead: str) -> list[str]:
        made = dump(value).rstrip("\n").split("\n")
        inside = " " * (column + len(lead))
        return [
            (" " * column + lead if index == 0 else inside) + line if line else "" for index, line in enumerate(made)
        ]

    def _element(self, node: notation.SequenceNode, index: int) -> _Entry:
        child, column = node.value[index], node.start_mark.column
        first = child.start_mark.line
        while not self.lines[first][column:].startswith("-"):
            first -= 1
        return _Entry(first, max(first, self._last(child)), column, "")

    def _named(self, key: notation.Node, value: notation.Node) -> _Entry:
        first, column = key.start_mark.line, key.start_mark.column
        inside = value.start_mark.index > key.start_mark.index  # what an alias names stands elsewhere
        return _Entry(first, max(first, self._last(value)) if inside else first, column, self.lines[first][:column])

    def _last(self, node: notation.Node) -> int:
        """The last line of a part, without the blank lines and comments after it."""
        if not isinstance(node, notation.CollectionNode) or node.flow_style:
            line = node.end_mark.line if node.end_mark.column else node.end_mark.line - 1
            while line > node.start_mark.line and not self.lines[line].strip():
                line -= 1
            return line
        inner = node.value if isinstance(node, notation.SequenceNode) else [one for pair in node.value for one in pair]
        own = [one for one in inner if one.start_mark.index >= node.start_mark.index]
        return max((self._last(one) for one in own), default=node.start_mark.line)


def _inner(node: notation.Node, part: str | int) -> notation.Node | None:
    if isinstance(node, notation.SequenceNode) and isinstance(part, int):
        return node.value[part] if part < len(node.value) else None
    if isinstance(node, notation.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    return None


def _is_block(node: notation.Node | None) -> bool:
    return isinstance(node, notation.CollectionNode) and not node.flow_style and bool(node.value)
