"""Resources as a plan or state of Terraform gives them in JSON, in the form in which those of files are read. Pure.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from greenboard.repository.terraform.blocks import UNKNOWN, Unknown

_DEEPEST = 50


@dataclass(frozen=True)
class PlannedPart:
    """A resource of a plan, or a block inside of one. `open` says what only the apply will tell: true, or parts."""

    values: Mapping[str, Any]
    open: Mapping[str, Any]

    def get(self, name: str) -> Any:
        """An argument's value; None where it has none, UNKNOWN where only the apply will tell."""
        return UNKNOWN if _is_open(self.open.get(name)) else self.values.get(name)

    def inner(self, name: str) -> Sequence[PlannedPart] | Unknown:
        """The inner blocks of a name; UNKNOWN where only the apply will tell which there are."""
        opened = self.open.get(name)
        if opened is True:
            return UNKNOWN
        values = self.values.get(name)
        listed = values if isinstance(values, list) else [values]
        opens = opened if isinstance(opened, list) else [opened]
        return [
            PlannedPart(part, mapping(opens[at] if at < len(opens) else None))
            for at, part in enumerate(listed)
            if isinstance(part, dict)
        ]


@dataclass(frozen=True)
class Planned(PlannedPart):
    """A resource of a plan."""

    address: str
    labels: tuple[str, ...]

    @cached_property
    def body(self) -> Mapping[str, Any]:
        """The arguments that have a value, or will have one."""
        known = {name: value for name, value in self.values.items() if value is not None}
        return known | {name: UNKNOWN for name, value in self.open.items() if value is True}


def resources(data: Mapping[str, Any]) -> Iterator[Planned]:
    """The managed resources of a plan or state, those of its modules too."""
    values = data.get("planned_values", data.get("values"))
    changes = data.get("resource_changes")
    listed = [part for part in changes if isinstance(part, dict)] if isinstance(changes, list) else []
    opened = {str(part.get("address")): mapping(mapping(part.get("change")).get("after_unknown")) for part in listed}
    yield from _in_module(mapping(values).get("root_module"), opened, 0)


def _in_module(module: Any, opened: Mapping[str, Mapping[str, Any]], depth: int) -> Iterator[Planned]:
    if not isinstance(module, dict) or depth > _DEEPEST:
        return
    found = module.get("resources")
    for part in found if isinstance(found, list) else ():
        kind, address = mapping(part).get("type"), mapping(part).get("address")
        if mapping(part).get("mode") == "managed" and isinstance(kind, str) and isinstance(address, str):
            name = str(part.get("name", ""))
            yield Planned(mapping(part.get("values")), opened.get(address, {}), address, (kind, name))
    children = module.get("child_modules")
    for child in children if isinstance(children, list) else ():
        yield from _in_module(child, opened, depth + 1)


def mapping(data: object) -> Mapping[str, Any]:
    """The data if it is an object, else an empty one."""
    return data if isinstance(data, dict) else {}


def _is_open(value: object) -> bool:
    """Whether any part of a value is left open."""
    if isinstance(value, dict):
        return any(map(_is_open, value.values()))
    return any(map(_is_open, value)) if isinstance(value, list) else value is True
