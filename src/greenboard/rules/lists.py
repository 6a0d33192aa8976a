"""Lists made of lists: joined, sorted, without repetition, cut, and held against one another as sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from greenboard.rules import gather, sequences, texts, tree
from greenboard.rules.step import Step
from greenboard.rules.tree import Kind
from greenboard.rules.vectors import (
    OK,
    Array,
    ListVec,
    OptionalVec,
    State,
    Value,
    Vec,
    failing,
    first,
    offsets,
    spread,
    with_state,
    worst,
)

OF_PARTS = frozenset({"distinct", "flatten", "sets.contains", "sets.intersects"})
"""What can be told of lists that may lack elements."""


def _listed(step: Step, index: int = 0) -> tuple[ListVec, Array, Vec]:
    """A list of scalars with an entry for each lane, the lane of each element, and the elements."""
    listed = cast(ListVec, gather.whole(step.listed(index), step.lanes))
    return listed, *sequences.elements(listed, step.lanes)


def _again(listed: ListVec, content: Vec, lengths: Array) -> ListVec:
    """Lists of other elements, whose values follow one another."""
    return ListVec(listed.type, offsets(lengths)[:-1], lengths, content, listed.state, listed.partial)


def _join(step: Step) -> Value:
    """The texts of a list as one text, with a separator between them."""
    listed, _, content = _listed(step)
    none = np.asarray(step.strings.code(""))
    marks = spread(step.vec(1).data if len(step.arguments) > 1 else none, step.lanes).tolist()
    codes, ends = content.data.tolist(), offsets(listed.lengths).tolist()
    known = step.strings.texts
    rows = zip(marks, ends, ends[1:], strict=False)
    made = texts.collect(step, (texts.joined(known[mark], [known[code] for code in codes[a:b]]) for mark, a, b in rows))
    return Vec(tree.STRING, made[0], failing(step.state(), made[1]))


def _sort(step: Step) -> Value:
    """The elements from the least to the greatest; a number that is none cannot be placed."""
    listed, parent, content = _listed(step)
    ranked = step.strings.ranks()[content.data] if content.type.kind is Kind.STRING else content.data
    found = _again(listed, content.take(np.lexsort((ranked, parent))), listed.lengths)
    if content.type.kind is not Kind.DOUBLE:
        return found
    return with_state(found, failing(listed.state, _any(np.isnan(content.data), parent, step.lanes)))


def _any(marked: Array, parent: Array, lanes: int) -> Array:
    """Whether any element of each lane is marked."""
    found = np.zeros(lanes, dtype=np.bool_)
    found[parent[marked]] = True
    return found


def _distinct(step: Step) -> Value:
    """Each element once, where it stands first."""
    listed, parent, content = _listed(step)
    numbers = np.unique(content.data, return_inverse=True, equal_nan=False)[1]
    keys = parent.astype(np.int64) * (len(numbers) + 1) + numbers
    kept = np.sort(np.unique(keys, return_index=True)[1])
    lengths = np.bincount(parent[kept], minlength=step.lanes).astype(np.int64)
    return _again(listed, content.take(kept), lengths)


def _slice(step: Step) -> Value:
    """The elements from one place up to, and without, another."""
    listed = step.listed(0)
    start, stop = step.vec(1).data, step.vec(2).data
    failed = (start < 0) | (start > stop) | (stop > listed.lengths)
    lengths = spread(np.where(failed, 0, stop - start), step.lanes)
    starts = spread(listed.starts + np.where(failed, 0, start), step.lanes)
    found = ListVec(listed.type, starts, lengths, listed.content)
    return with_state(found, failing(step.state(), failed))


def _flatten(step: Step) -> Value:
    """The elements of the lists in a list, one list after the other."""
    outer = cast(ListVec, gather.whole(step.listed(0), step.lanes))
    parent, index = outer.expand(step.lanes)
    inner = cast(ListVec, outer.content if index is None else outer.content.take(index))
    inner = cast(ListVec, gather.whole(inner, len(parent)))
    place = inner.expand(len(parent))[1]
    content = inner.content if place is None else inner.content.take(place)
    lengths = np.bincount(parent, weights=inner.lengths, minlength=step.lanes).astype(np.int64)
    partial = outer.partial
    if inner.partial is not None:
        below = _any(inner.partial, parent, step.lanes)
        partial = below if partial is None else partial | below
    return ListVec(step.node.type, offsets(lengths)[:-1], lengths, content, outer.state, partial)


def _last(step: Step) -> Value:
    """An optional of the last element."""
    listed = step.listed(0)
    value, outside = sequences.at_place(step, listed, listed.lengths - 1)
    return OptionalVec(step.node.type, value, sequences.lacking(outside), listed.state)


def _membership(step: Step) -> tuple[Array, Array]:
    """For each element of either list, whether its lane has the same in the other list."""
    (_, ours, left), (_, theirs, right) = _listed(step), _listed(step, 1)
    both = np.concatenate([left.data, right.data])
    numbers = np.unique(both, return_inverse=True, equal_nan=False)[1]
    keys = np.concatenate([ours, theirs]).astype(np.int64) * (len(both) + 1) + numbers
    mine, other = keys[: len(ours)], keys[len(ours) :]
    return np.isin(mine, other), np.isin(other, mine)


def _unseen(step: Step, *which: int) -> State:
    return worst(*(step.listed(index).unseen() for index in which))


def _contains(step: Step) -> Value:
    """Every element of the second list is in the first."""
    lacking = ~_membership(step)[1]
    absent = _any(lacking, sequences.elements(step.listed(1), step.lanes)[0], step.lanes)
    # What was seen and is not among the seen may be among the unseen; what was not seen may be lacking.
    state = np.where(absent, _full(_unseen(step, 0), step), _full(_unseen(step, 1), step))
    return Vec(tree.BOOL, ~absent, first(step.state(), state))


def _full(state: State, step: Step) -> Array:
    return spread(np.asarray(np.uint8(OK)) if state is None else state, step.lanes)


def _intersects(step: Step) -> Value:
    """The lists have an element in common."""
    shared = _any(_membership(step)[0], sequences.elements(step.listed(0), step.lanes)[0], step.lanes)
    state = np.where(shared, np.uint8(OK), _full(_unseen(step, 0, 1), step))
    return Vec(tree.BOOL, shared, first(step.state(), state))


def _equivalent(step: Step) -> Value:
    """Each list has every element of the other."""
    ours, theirs = _membership(step)
    missing = [
        _any(~found, sequences.elements(step.listed(at), step.lanes)[0], step.lanes)
        for at, found in ((0, ours), (1, theirs))
    ]
    return Vec(tree.BOOL, ~(missing[0] | missing[1]), step.state())


OPERATORS: dict[str, Callable[[Step], Value]] = {
    "join": _join,
    "sort": _sort,
    "distinct": _distinct,
    "slice": _slice,
    "flatten": _flatten,
    "last": _last,
    "sets.contains": _contains,
    "sets.intersects": _intersects,
    "sets.equivalent": _equivalent,
}
