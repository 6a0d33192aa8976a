"""Each name in the description of the API means one thing, though classes of several packages are called the same.

The framework keeps one schema for each name of a class, so that of nine states eight would be described as the ninth.
Here a schema is kept by the whole name of its class, and gets a short one when all are known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from ninja.openapi import schema as framework
from ninja.schema import NinjaGenerateJsonSchema
from pydantic.json_schema import CoreModeRef, DefsRef

_PLACE = "#/components/schemas/"
_SHARED = "greenboard__api__schemas__"
"""What is defined here keeps the short name."""
_Document = TypeVar("_Document", bound=dict[str, Any])


class Whole(NinjaGenerateJsonSchema):
    """Names schemas by module and class."""

    def get_defs_ref(self, core_mode_ref: CoreModeRef) -> DefsRef:
        """The key of a definition."""
        name, mode = core_mode_ref
        return super().get_defs_ref((type(name)(name.replace(".", "__")), mode))


def install() -> None:
    """Have the framework use it; it takes no other way to be told."""
    framework.NinjaGenerateJsonSchema = Whole  # type: ignore[attr-defined]


def shortened(document: _Document) -> _Document:
    """The description with the name of the class alone where that is clear, and else with its package before it."""
    schemas = document["components"]["schemas"]
    names = _names(schemas)
    document["components"]["schemas"] = {names[name]: schema for name, schema in schemas.items()}
    _renamed(document, {_PLACE + name: _PLACE + short for name, short in names.items()})
    return document


def _names(names: Iterable[str]) -> dict[str, str]:
    alike: dict[str, list[str]] = defaultdict(list)
    for name in names:
        alike[name.rpartition("__")[2]].append(name)
    found: dict[str, str] = {}
    for short, several in alike.items():
        for name in several:
            plain = len(several) == 1 or name.startswith(_SHARED)
            found[name] = short if plain else f"{_package(name)}{short}"
    twice = {one for one in found.values() if list(found.values()).count(one) > 1}
    return {name: name if short in twice else short for name, short in found.items()}


def _package(name: str) -> str:
    """`Reviews` of `greenboard__reviews__types__State`, and of `greenboard__api__reviews__State`."""
    parts = name.split("__")
    return parts[2 if parts[1] == "api" else 1].title().replace("_", "")


def _renamed(part: Any, places: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        for key, value in part.items():
            part[key] = _renamed(value, places)
    elif isinstance(part, list):
        return [_renamed(one, places) for one in part]
    return places.get(part, part) if isinstance(part, str) else part
