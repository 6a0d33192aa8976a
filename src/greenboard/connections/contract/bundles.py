"""Vendors' descriptions as bundles: for each operation its parameters and the schema of its answer.

A bundle is JSON: `{"operations": {"GET /path/{id}": {"params": [...], "response": SCHEMA, "body": SCHEMA}}}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from greenboard.connections.contract.shapes import Node, Shape

_HOLE = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True)
class Operation:
    """One operation. `parameters` are the names of those in the query, of which some are `required`."""

    name: str
    parameters: frozenset[str]
    required: frozenset[str]
    response: Node | None
    body: Node | None = None

    @property
    def sent(self) -> Shape | None:
        """What it takes as a body; None where the description does not say."""
        return None if self.body is None else Shape((self.body,), self.body.get("$defs", {}))

    @property
    def shape(self) -> Shape | None:
        """What it answers; None where the description does not say."""
        if self.response is None:
            return None
        return Shape((self.response,), self.response.get("$defs", {}))


@dataclass(frozen=True)
class Bundle:
    """The operations by method and path, with the names of path parameters left out."""

    operations: Mapping[str, Operation]

    def find(self, method: str, path: str, prefix: str = "") -> Operation | None:
        """The operation of a method and path."""
        return self.operations.get(_plain(f"{method} {prefix}{path.partition('?')[0]}"))


def load(paths: list[Path]) -> Bundle:
    """Read bundles; of an operation that stands in several, the first counts."""
    operations: dict[str, Operation] = {}
    for path in paths:
        for name, told in json.loads(path.read_text(encoding="utf-8"))["operations"].items():
            operations.setdefault(_plain(name), _operation(name, told))
    return Bundle(operations)


def _operation(name: str, told: Mapping[str, Any]) -> Operation:
    query = [one for one in told["params"] if one.get("in") == "query"]
    named = frozenset(one["name"] for one in query)
    needed = frozenset(one["name"] for one in query if one.get("required"))
    return Operation(name, named, needed, told.get("response"), told.get("body"))


def _plain(name: str) -> str:
    return _HOLE.sub("{}", name).rstrip("/")
