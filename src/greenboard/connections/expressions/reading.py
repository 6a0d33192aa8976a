"""What an expression reads, seen without running it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]


def identifiers(tree: Node) -> frozenset[str]:
    """Every name of a field that stands in it, at whatever depth."""
    return frozenset(node["value"] for node in _walk(tree) if node["type"] == "field")


def functions(tree: Node) -> frozenset[str]:
    """Every function that it calls."""
    return frozenset(node["value"] for node in _walk(tree) if node["type"] == "function_expression")


def path(tree: Node) -> tuple[str, ...] | None:
    """The names of a plain path of fields, such as `a.b`; None of anything else."""
    if tree["type"] == "field":
        return (tree["value"],)
    if tree["type"] != "subexpression":
        return None
    parts = [path(child) for child in tree["children"]]
    return None if None in parts else tuple(name for part in parts for name in part or ())


def names(tree: Node, known: frozenset[str]) -> frozenset[str]:
    """Those of `known` that it reads: what stands leftmost, where the compiler looks names up."""
    return identifiers(tree) & known


def takes_whole(tree: Node) -> bool:
    """Whether it may read fields of the record that it does not name: `@`, or `*` of it."""
    return any(node["type"] in ("current", "value_projection") for node in _walk(tree)) or bool(
        functions(tree) & {"keys", "entries"}
    )


def _walk(tree: Node) -> Iterator[Node]:
    yield tree
    for child in tree.get("children") or ():
        if isinstance(child, Mapping):
            yield from _walk(child)
