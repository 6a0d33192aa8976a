"""What a value may be, by JSON Schema: looked at field by field, as far as somebody asks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

Node = Mapping[str, Any]
_MOST = 24
"""How many alternatives of one value are looked at."""
_DEEPEST = 12
Path = tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """Where in the records of a stream a value stands; `[]` is any element of a list."""

    stream: str
    path: Path = ()


@dataclass(frozen=True)
class Shape:
    """What a value may be. Without nodes it may be anything.

    `made`, `words`, `inner` and `fields` are for values that expressions make: they stand in the place of nodes.
    `above` is what a record hangs on, which expressions read as its `parent`.
    """

    nodes: tuple[Node, ...] = ()
    definitions: Mapping[str, Node] = field(default_factory=dict)
    origin: Origin | None = None
    made: frozenset[str] = frozenset()
    words: frozenset[Any] | None = None
    inner: Shape | None = None
    fields: Mapping[str, Shape] | None = None
    above: Shape | None = None

    @property
    def anything(self) -> bool:
        return not self.nodes and not self.made

    @cached_property
    def variants(self) -> tuple[Node, ...]:
        """The alternatives, each as one schema without `allOf`, `anyOf`, `oneOf` and `$ref`."""
        found = [one for node in self.nodes for one in _variants(node, self.definitions, 0)]
        return tuple(found[:_MOST])

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The JSON types that it may have, without null; empty where it may be anything."""
        if self.made:
            return self.made
        several = [_kinds(one) for one in self.variants]
        return frozenset() if not several or not all(several) else frozenset().union(*several) - {"null"}

    @cached_property
    def nullable(self) -> bool:
        """Whether it may be null."""
        return any("null" in _types(one) or (None in one.get("enum", ())) for one in self.variants)

    @cached_property
    def enum(self) -> frozenset[Any] | None:
        """The words that it may be, where they are listed."""
        if self.words is not None:
            return self.words
        listed = [one.get("enum") for one in self.variants if _types(one) != {"null"}]
        if not listed or not all(listed):
            return None
        return frozenset(word for words in listed for word in words or () if isinstance(word, str | int | bool))

    def named(self, name: str) -> Shape | None:
        """The shape of a field; None where no alternative has it."""
        if name == "parent" and self.above is not None:
            return self.above
        if self.fields is not None:
            return self.fields.get(name)
        if self.anything:
            return self
        if self.made:
            return ANYTHING if "object" in self.made else None
        found: list[Node] = []
        for one in self.variants:
            properties = one.get("properties", {})
            if name in properties:
                found.append(properties[name])
            elif _is_open(one):
                extra = one.get("additionalProperties")
                found.append(extra if isinstance(extra, Mapping) else {})
        return Shape(tuple(found), self.definitions, self._below(name)) if found else None

    def optional(self, name: str) -> bool:
        """Whether a field may be left out."""
        return any(name not in one.get("required", ()) for one in self.variants)

    def element(self) -> Shape:
        """The shape of the elements, where it may be a list."""
        if self.inner is not None:
            return self.inner
        items = [one["items"] for one in self.variants if isinstance(one.get("items"), Mapping)]
        return Shape(tuple(items), self.definitions, self._below("[]")) if items else ANYTHING

    def names(self) -> frozenset[str]:
        """The fields that it may have, as far as they are listed."""
        if self.fields is not None:
            return frozenset(self.fields)
        return frozenset(name for one in self.variants for name in one.get("properties", {}))

    def values(self) -> Shape:
        """What the fields of it may be."""
        nodes = [node for one in self.variants for node in one.get("properties", {}).values()]
        nodes += [extra for one in self.variants if isinstance(extra := one.get("additionalProperties"), Mapping)]
        return Shape(tuple(nodes), self.definitions) if nodes else ANYTHING

    def _below(self, name: str) -> Origin | None:
        return None if self.origin is None else Origin(self.origin.stream, (*self.origin.path, name))


ANYTHING = Shape()


def made(*kinds: str, words: Sequence[Any] | None = None) -> Shape:
    """The shape of a value that an expression makes."""
    return Shape(made=frozenset(kinds), words=None if words is None else frozenset(words))


def listed(inner: Shape) -> Shape:
    """A list of something."""
    return Shape(made=frozenset({"array"}), inner=inner)


def either(*several: Shape) -> Shape:
    """One or the other."""
    shapes = [one for one in several if one.anything or one.kinds or one.nodes]
    if not shapes or any(one.anything for one in shapes):
        return ANYTHING
    words = [one.enum for one in shapes]
    all_words = None if any(one is None for one in words) else [word for one in words for word in one or ()]
    if len(shapes) == 1:
        return shapes[0]
    inner = either(*(one.element() for one in shapes if "array" in one.kinds))
    return Shape(made=frozenset().union(*(one.kinds for one in shapes)), words=_set(all_words), inner=inner)


def _set(words: list[Any] | None) -> frozenset[Any] | None:
    return None if words is None else frozenset(words)


def _variants(node: Node, definitions: Mapping[str, Node], depth: int) -> Iterator[Node]:
    if depth > _DEEPEST:
        yield {}
        return
    if "$ref" in node:
        name = str(node["$ref"]).rsplit("/", 1)[-1]
        yield from _variants(definitions.get(name, {}), definitions, depth + 1)
        return
    if node.keys() == {"items"} and isinstance(node["items"], Mapping):
        # Slack's description writes an object that may be one of several so, without saying that it is a list.
        yield from _variants(node["items"], definitions, depth + 1)
        return
    own = {key: value for key, value in node.items() if key not in ("allOf", "anyOf", "oneOf")}
    choices: list[list[Node]] = [[own]] if own else []
    choices += [list(_variants(part, definitions, depth + 1)) for part in node.get("allOf", ())]
    for word in ("anyOf", "oneOf"):
        if node.get(word):
            choices.append([one for part in node[word] for one in _variants(part, definitions, depth + 1)])
    for at, several in enumerate(product(*choices)):
        if at >= _MOST:
            return
        yield _merged(several)


def _merged(several: Sequence[Node]) -> Node:
    if len(several) == 1:
        return several[0]
    merged: dict[str, Any] = {}
    for one in several:
        for key, value in one.items():
            if key == "properties":
                merged[key] = {**merged.get(key, {}), **value}
            elif key == "required":
                merged[key] = [*merged.get(key, ()), *value]
            elif key == "type" and key in merged:
                both = set(_types(merged)) & set(_types(one))
                merged[key] = sorted(both) or merged[key]
            else:
                merged[key] = value
    return merged


def _types(node: Node) -> frozenset[str]:
    told = node.get("type", ())
    return frozenset([told] if isinstance(told, str) else told if isinstance(told, list) else ())


def _kinds(node: Node) -> frozenset[str]:
    types = _types(node)
    if types:
        return types
    if "properties" in node:
        return frozenset({"object"})
    if "items" in node:
        return frozenset({"array"})
    words = {type(word).__name__ for word in node.get("enum", ())}
    return frozenset(
        {"str": "string", "int": "integer", "bool": "boolean"}[word] for word in words & {"str", "int", "bool"}
    )


def _is_open(node: Node) -> bool:
    """Whether fields may be there that are not listed."""
    if not node:
        return True
    objects = "object" in _types(node) or "additionalProperties" in node
    return objects and (bool(node.get("additionalProperties")) or "properties" not in node)
