"""Vectors: the values of one expression for many lanes at once, and why there is none where there is none.

A lane is one row of the frame, or one element of a list of one row. Data of shape () stands for all lanes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, overload

import numpy as np

from greenboard.rules.tree import Type

Array = np.ndarray[Any, np.dtype[Any]]

MAX_LANES = 2_000_000
"""How many elements one row may look at, and one step hold at once: more rows than fit are evaluated in parts."""

OK, MISSING, ERROR = 0, 1, 2
"""States of a lane: it has a value; a fact or field is unknown; the rule failed (division by zero, overflow)."""

HAS = np.asarray(OK, dtype=np.uint8)
"""OK to compare states with: of the same type, which numpy need not find out first."""

State = Array | None
"""One of the three for each lane (uint8); None when every lane has a value."""


class TooWide(Exception):
    """A step over more elements than it may hold."""


_FEW = 64
_VALUES = bytes([OK])


def bounded(elements: int) -> None:
    """Refuse a step over too many elements before any memory is taken for them.

    Raises:
        TooWide: there are more than MAX_LANES.

    """
    if elements > MAX_LANES:
        raise TooWide


@dataclass(slots=True)
class Vec:
    """Scalars. Strings are codes of the frame's `Strings`, timestamps and durations whole microseconds."""

    type: Type
    data: Array
    state: State = None
    floor: Array | None = None
    """Lanes that are MISSING only because more may come to it: `data` is the least that it can be."""

    def take(self, index: Array) -> Vec:
        """The lanes at an index."""
        return Vec(self.type, pick(self.data, index), pick_state(self.state, index), pick_state(self.floor, index))

    def __len__(self) -> int:
        return len(self.data)


class Columns(Protocol):
    """Where structs keep their fields: by name, over all items."""

    def field(self, name: str) -> Vec | ListVec | StructVec:
        """The values of a field; `state` is MISSING where an item lacks it. Of a related entity, its facts."""


@dataclass(slots=True)
class StructVec:
    """Structs: each lane is an item of `columns`, at `index` (None: lane i is item i)."""

    type: Type
    columns: Columns
    count: int
    index: Array | None = None
    state: State = None

    def take(self, index: Array) -> StructVec:
        """The lanes at an index."""
        own = index if self.index is None else self.index[index]
        return StructVec(self.type, self.columns, len(index), own, pick_state(self.state, index))

    def field(self, name: str) -> Vec | ListVec | StructVec:
        """The values of a field, MISSING where the struct or the field is."""
        found = self.columns.field(name)
        picked = found if self.index is None else found.take(self.index)
        if self.state is None:
            return picked
        return with_state(picked, worst(picked.state, self.state))

    def __len__(self) -> int:
        return self.count


@dataclass(slots=True)
class ListVec:
    """Lists: lane i holds `lengths[i]` elements of `content` from `starts[i]`; none where it has no value.

    `partial` marks the lanes whose list may have more elements than are known.
    """

    type: Type
    starts: Array
    lengths: Array
    content: Vec | StructVec | ListVec
    state: State = None
    partial: Array | None = None
    known: tuple[Array, Array | None] | None = field(default=None, repr=False)

    def take(self, index: Array) -> ListVec:
        """The lanes at an index."""
        return ListVec(
            self.type,
            pick(self.starts, index),
            pick(self.lengths, index),
            self.content,
            pick_state(self.state, index),
            pick_state(self.partial, index),
        )

    def unseen(self) -> State:
        """MISSING where there may be more elements than are known."""
        return None if self.partial is None else self.partial * np.uint8(MISSING)

    def whole(self) -> ListVec:
        """The same lists, without a value where there may be more elements than are known."""
        if self.partial is None:
            return self
        found = with_state(self, worst(self.state, self.unseen()))
        found.partial = None
        return found

    def expand(self, lanes: int) -> tuple[Array, Array | None]:
        """For every element, its lane, and its place in `content` (None: the same order, all of it)."""
        if self.lengths.ndim == 0:
            return self._expand(lanes)
        if self.known is None:
            self.known = self._expand(lanes)
        return self.known

    def _expand(self, lanes: int) -> tuple[Array, Array | None]:
        lengths, starts = spread(self.lengths, lanes), spread(self.starts, lanes)
        bounded(int(lengths.sum()))
        if lanes == 1:  # as when one entity changed; every rule is then evaluated for it alone
            start, length = int(starts[0]), int(lengths[0])
            whole = length == len(self.content)
            return np.zeros(length, dtype=np.int32), None if whole else np.arange(start, start + length)
        parent = np.repeat(np.arange(lanes, dtype=np.int32), lengths)
        first = offsets(lengths)[:-1]
        filled = lengths > 0
        if len(parent) == len(self.content) and bool(np.all(starts[filled] == first[filled])):
            return parent, None
        return parent, np.arange(len(parent)) + np.repeat(starts - first, lengths)

    def __len__(self) -> int:
        return len(self.lengths)


@dataclass(slots=True)
class OptionalVec:
    """Optionals. `absent` says of each lane why it holds none, and is OK where it holds the value of `value`.

    MISSING is a field that is not known, ERROR an element that is not there: what `value()` comes to.
    """

    type: Type
    value: Vec | StructVec | ListVec
    absent: State
    state: State = None

    def take(self, index: Array) -> OptionalVec:
        """The lanes at an index."""
        absent = pick_state(self.absent, index)
        return OptionalVec(self.type, self.value.take(index), absent, pick_state(self.state, index))

    def present(self) -> Array:
        """Whether each lane holds a value."""
        return np.asarray(True) if self.absent is None else self.absent == HAS

    def __len__(self) -> int:
        return len(self.value)


Held = Vec | StructVec | ListVec
"""What an optional may hold, and what a list may be of."""

Value = Held | OptionalVec


@overload
def with_state(value: Vec, state: State) -> Vec: ...
@overload
def with_state(value: StructVec, state: State) -> StructVec: ...
@overload
def with_state(value: ListVec, state: State) -> ListVec: ...
@overload
def with_state(value: Held, state: State) -> Held: ...
def with_state(value: Held, state: State) -> Held:
    """The same data with another state."""
    if isinstance(value, Vec):
        return Vec(value.type, value.data, state)
    if isinstance(value, StructVec):
        return StructVec(value.type, value.columns, value.count, value.index, state)
    if state is None:
        return value if value.state is None else replace(value, state=None, known=None)
    lengths = value.lengths * (state == OK)
    return ListVec(value.type, value.starts, lengths, value.content, state, value.partial)


def pick(data: Array, index: Array) -> Array:
    """Gather lanes; what stands for all lanes stays so."""
    return data if data.ndim == 0 else data[index]


def pick_state(state: State, index: Array) -> State:
    """Gather states; as for `pick`."""
    if state is None or state.ndim == 0:
        return state
    picked = state[index]
    # Of few lanes it is told at once whether all have values, and all that follows is then shorter.
    return None if len(picked) <= _FEW and not picked.tobytes().strip(_VALUES) else picked


def worst(*states: State) -> State:
    """The state of a strict function's result: an error where any is, else missing where any is."""
    result: State = None
    for state in states:
        if state is None or state is result:
            continue
        result = state if result is None else np.maximum(result, state)
    return result


def any_of(mask: Array) -> bool:
    """Whether any lane is marked. Bytes are looked through faster than numpy begins to look."""
    return b"\x01" in mask.tobytes()


def worst_of(states: Array) -> int:
    """The worst of all lanes together."""
    told = states.tobytes()
    return ERROR if b"\x02" in told else MISSING if b"\x01" in told else OK


def first(*states: State) -> State:
    """The state of the first that has no value, of values that are read one within the other."""
    result: State = None
    for state in states:
        if result is None:
            result = state
        elif state is not None:
            result = np.where(result == OK, state, result)
    return result


def unless(decided: Array, state: Array) -> Array:
    """OK where decided, else the state. A product, as numpy chooses among small numbers far more slowly."""
    return state * ~decided


def failing(state: State, failed: Array) -> State:
    """Add errors of the function itself, which counts only where all its arguments have values."""
    if not any_of(failed):
        return state
    before = np.uint8(OK) if state is None else state
    return np.where((before == OK) & failed, np.uint8(ERROR), before)


def offsets(lengths: Array) -> Array:
    """Where each run of elements starts, and, last, where the final one ends."""
    ends = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=ends[1:])
    return ends


def spread(data: Array, lanes: int) -> Array:
    """Data with one entry for each lane. What stands for all lanes is not copied: all entries are one place."""
    return data if data.ndim else np.ndarray((lanes,), data.dtype, data, 0, (0,))


def stack(parts: Sequence[Array], lanes: int) -> Array:
    """Interleave: the parts of lane 0, then those of lane 1, and so on."""
    return np.stack([spread(part, lanes) for part in parts], axis=1).reshape(-1)
