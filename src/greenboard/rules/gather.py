"""Values put together: one after another, one or another for each lane, none at all.

Everything is made of two steps: the lanes of several values one after another, and a choice among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from greenboard.rules import tree
from greenboard.rules.columns import Related
from greenboard.rules.tree import Kind, Type
from greenboard.rules.vectors import (
    MISSING,
    OK,
    Array,
    Held,
    ListVec,
    OptionalVec,
    State,
    StructVec,
    Value,
    Vec,
    bounded,
    offsets,
    spread,
    with_state,
)

_DTYPES = {Kind.BOOL: np.bool_, Kind.DOUBLE: np.float64, Kind.STRING: np.int32}


def nothing(stated: Type, lanes: int) -> Held:
    """Stands for a value where no lane has one to read."""
    if stated.kind is Kind.STRUCT:
        return StructVec(stated, _NoFields(), lanes)
    if stated.kind is Kind.LIST:
        none = np.zeros(lanes, dtype=np.int64)
        return ListVec(stated, none, none, nothing(stated.inner, 0))
    return Vec(stated, np.zeros(lanes, dtype=_DTYPES.get(stated.kind, np.int64)))


def none_like(content: Held, lanes: int) -> Held:
    """As `nothing`; of related entities, one that is a row of the same frame."""
    if isinstance(content, StructVec) and isinstance(content.columns, Related):
        return StructVec(content.type, content.columns, lanes, np.zeros(lanes, dtype=np.int64))
    return nothing(content.type, lanes)


class _NoFields:
    """The fields of a struct that is not there."""

    def field(self, name: str) -> Vec | ListVec:  # noqa: ARG002 - no field has a value
        return Vec(tree.BOOL, np.asarray(False), np.asarray(np.uint8(MISSING)))


def whole(value: Value, lanes: int) -> Value:
    """The same value with an entry for each lane, also where one stood for all."""
    state = None if value.state is None else spread(value.state, lanes)
    match value:
        case Vec():
            return Vec(value.type, spread(value.data, lanes), state)
        case StructVec():
            return StructVec(value.type, value.columns, value.count, value.index, state)
        case ListVec():
            starts, lengths = spread(value.starts, lanes), spread(value.lengths, lanes)
            return ListVec(value.type, starts, lengths, value.content, state, value.partial)
    absent = None if value.absent is None else spread(value.absent, lanes)
    return OptionalVec(value.type, cast(Held, whole(value.value, lanes)), absent, state)


def concat(parts: Sequence[Value]) -> Value:
    """The lanes of the first, then those of the second, and so on. All are of one type, with an entry for each lane."""
    first = parts[0]
    state = _states([part.state for part in parts], parts)
    if isinstance(first, Vec):
        vecs = [part for part in parts if isinstance(part, Vec)]
        return Vec(first.type, np.concatenate([part.data for part in vecs]), state)
    if isinstance(first, StructVec):
        return _structs([part for part in parts if isinstance(part, StructVec)], state)
    if isinstance(first, ListVec):
        return _lists([part for part in parts if isinstance(part, ListVec)], state)
    optionals = [part for part in parts if isinstance(part, OptionalVec)]
    held = concat([part.value for part in optionals])
    absent = _states([part.absent for part in optionals], optionals)
    return OptionalVec(first.type, cast(Held, held), absent, state)


def _states(states: Sequence[State], parts: Sequence[Value]) -> State:
    if all(state is None for state in states):
        return None
    zero = np.asarray(np.uint8(OK))
    pairs = zip(states, parts, strict=True)
    return np.concatenate([spread(zero if state is None else state, len(part)) for state, part in pairs])


def _structs(parts: Sequence[StructVec], state: State) -> StructVec:
    first = parts[0]
    if all(part.columns is first.columns for part in parts):
        index = np.concatenate([_places(part) for part in parts])
        return StructVec(first.type, first.columns, len(index), index, state)
    related = next((part.columns for part in parts if isinstance(part.columns, Related)), None)
    if related is not None:  # the rows of one frame; of those that are not there any row will do
        index = np.concatenate(
            [_places(part) if isinstance(part.columns, Related) else _first_row(part) for part in parts]
        )
        return StructVec(first.type, related, len(index), index, state)
    return StructVec(first.type, _Joined(parts), sum(part.count for part in parts), None, state)


def _places(part: StructVec) -> Array:
    return np.arange(part.count) if part.index is None else part.index


def _first_row(part: StructVec) -> Array:
    return np.zeros(part.count, dtype=np.int64)


@dataclass(frozen=True)
class _Joined:
    """The fields of structs that are kept in several places, put together when they are read."""

    parts: Sequence[StructVec]

    def field(self, name: str) -> Vec | ListVec | StructVec:
        known = {at: whole(part.field(name), part.count) for at, part in enumerate(self.parts) if _has_fields(part)}
        if not known:
            return _NoFields().field(name)
        stated = next(iter(known.values())).type
        every = [known[at] if at in known else unknown(stated, part.count) for at, part in enumerate(self.parts)]
        return cast(Held, concat(every))


def _has_fields(part: StructVec) -> bool:
    return not isinstance(part.columns, _NoFields)


def unknown(stated: Type, lanes: int) -> Held:
    """A value that no lane knows."""
    found = nothing(stated, lanes)
    found.state = np.full(lanes, np.uint8(MISSING))
    return found


def _lists(parts: Sequence[ListVec], state: State) -> ListVec:
    ends = offsets(np.array([len(part.content) for part in parts]))
    starts = np.concatenate([part.starts + end for part, end in zip(parts, ends.tolist(), strict=False)])
    lengths = np.concatenate([part.lengths for part in parts])
    content = cast(Held, concat([whole(part.content, len(part.content)) for part in parts]))
    partial = None
    if any(part.partial is not None for part in parts):
        no = np.asarray(False)
        partial = np.concatenate([spread(no if part.partial is None else part.partial, len(part)) for part in parts])
    return ListVec(parts[0].type, starts, lengths, content, state, partial)


def choose(places: Array, parts: Sequence[Value], lanes: int) -> Value:
    """For each lane the part whose number `places` gives."""
    every = concat([whole(part, lanes) for part in parts])
    return every.take(spread(places, lanes).astype(np.int64) * lanes + np.arange(lanes))


def append(left: ListVec, right: ListVec, lanes: int) -> ListVec:
    """For each lane the elements of one list and then those of the other; states are left to the caller."""
    parts = [cast(ListVec, whole(part, lanes)) for part in (left, right)]
    bounded(sum(int(part.lengths.sum()) for part in parts))
    both = _lists(parts, None)
    order = np.arange(2 * lanes).reshape(2, lanes).T.reshape(-1)
    place = both.take(order).expand(2 * lanes)[1]
    content = both.content if place is None else both.content.take(place)
    lengths = parts[0].lengths + parts[1].lengths
    partial = None if both.partial is None else both.partial[:lanes] | both.partial[lanes:]
    return ListVec(left.type, offsets(lengths)[:-1], lengths, content, None, partial)


def literal(stated: Type, parts: Sequence[Value], lanes: int) -> ListVec:
    """A list for each lane of one element of each part; an optional that holds none adds no element."""
    bounded(lanes * len(parts))
    counts = [part.present() if isinstance(part, OptionalVec) else np.asarray(True) for part in parts]
    held = [whole(part.value if isinstance(part, OptionalVec) else part, lanes) for part in parts]
    kept = np.array([spread(count, lanes) for count in counts], dtype=np.bool_).reshape(len(parts), lanes).T
    lengths = kept.sum(axis=1).astype(np.int64)
    content = nothing(stated.inner, 0)
    if held:
        order = np.arange(len(parts) * lanes).reshape(len(parts), lanes).T.reshape(-1)
        content = cast(Held, concat(held).take(order[kept.reshape(-1)]))
    return ListVec(stated, offsets(lengths)[:-1], lengths, with_state(content, None))
