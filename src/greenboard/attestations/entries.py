"""The list of an entity as rules read it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from greenboard.facts.types import Struct


def whole(holding: Mapping[str, Struct], decided: Collection[str], known: Iterable[str]) -> tuple[Struct, ...]:
    """What holds, by item, and every known item that nobody was asked for: without an end it decides nothing."""
    waiting: dict[str, Struct] = {item: {"item": item} for item in known if item not in decided}
    found = {**waiting, **holding}
    return tuple(found[item] for item in sorted(found))
