"""What is believed of what a tool says of a subject, beside what it said before. Pure.

What it says anew counts. What it no longer says does not go with one look: a list that lacks items
of before keeps them until it is decided whether so much may go at once, see `removing`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from greenboard.facts.stored import encode
from greenboard.facts.types import Partial, Value

NOTHING = ""
"""As `fresh`: the tool shows nothing any more."""


@dataclass(frozen=True)
class Settled:
    """What counts, as text; what the tool shows instead where that is less; and the moment that it is of."""

    value: str | None
    fresh: str | None
    observed_at: datetime


class Moments(NamedTuple):
    """When the tool last spoke of something, and the moment that what it said is of."""

    seen: datetime
    observed: datetime


def moments(seen_at: datetime, observed_at: datetime, look: datetime | None) -> Moments:
    """The moments of an observation that goes with a look of this moment, or with none.

    What was observed as it was seen goes on to be; what the tool says to be of another moment stays of that.
    """
    seen = seen_at if look is None else max(seen_at, look)
    return Moments(seen, seen if observed_at == seen_at else observed_at)


def settle(many: str | None, before: Settled | None, value: Value, observed_at: datetime) -> Settled:
    """What counts now. `many` is the field that tells the items of the fact type apart, if it has several.

    Items are in the order of their keys: tools give them as they like, and that is no change.
    """
    text = encode(value) if many is None or not isinstance(value, tuple) else _ordered(many, value)
    if many is None or before is None or not before.value or before.value == text:
        return Settled(text, None, observed_at)
    items = json.loads(text)
    lost = missing(many, json.loads(before.value), items)
    if not lost:
        return Settled(text, None, observed_at)
    union = _ordered(many, [*items, *lost])
    # Not all of it was seen just now: it is as old as the last look that saw everything.
    return Settled(union, None if isinstance(value, Partial) else text, before.observed_at)


def _ordered(many: str, items: Iterable[Mapping[str, Any]]) -> str:
    return encode(sorted(items, key=lambda item: str(item.get(many))))


def missing(many: str, old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The items of before that are not among the new ones."""
    there = {item.get(many) for item in new}
    return [item for item in old if item.get(many) not in there]


def size(many: str | None, value: str | None) -> int:
    """How many facts or items a value is."""
    if not value:
        return 0
    return max(len(json.loads(value)), 1) if many is not None else 1


def lost(many: str | None, value: str | None, fresh: str) -> int:
    """How many facts or items go where `fresh` takes the place of a value."""
    if fresh == NOTHING or many is None or not value:
        return size(many, value)
    return len(missing(many, json.loads(value), json.loads(fresh)))


def restored(many: str | None, before: str, value: str | None) -> str:
    """A value as it was, with what came since."""
    if not value or many is None:
        return before
    items = json.loads(value)
    return _ordered(many, [*items, *missing(many, json.loads(before), items)])
