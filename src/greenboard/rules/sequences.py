"""Lists: size, membership, equality, elements by place, and totals over their elements."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from greenboard.rules import arithmetic, texts, tree
from greenboard.rules.columns import Related
from greenboard.rules.step import Step
from greenboard.rules.tree import Kind
from greenboard.rules.vectors import (
    MISSING,
    OK,
    Array,
    ListVec,
    OptionalVec,
    StructVec,
    Value,
    Vec,
    bounded,
    failing,
    offsets,
    spread,
    unless,
    with_state,
    worst,
)


def _size(step: Step) -> Value:
    if step.node.arguments[0].type.kind is Kind.STRING:
        return texts.size(step)
    listed = step.listed(0)
    if listed.partial is None:
        return Vec(tree.INT, listed.lengths, listed.state)
    floor = listed.partial if listed.state is None else listed.partial & (listed.state == OK)
    return Vec(tree.INT, listed.lengths, worst(listed.state, listed.unseen()), floor)


def _in(step: Step) -> Value:
    sought, listed = step.vec(0), step.listed(1)
    parent, content = _elements(listed, step.lanes)
    wanted = sought.data if sought.data.ndim == 0 else sought.data[parent]
    same = arithmetic.compare("==", Vec(sought.type, wanted), content)
    found = np.zeros(step.lanes, dtype=np.bool_)
    found[parent[np.flatnonzero(same)]] = True
    unseen = listed.unseen()
    state = step.state() if unseen is None else worst(step.state(), unless(found, unseen))
    return Vec(tree.BOOL, found, state)


def _elements(listed: ListVec, lanes: int) -> tuple[Array, Vec]:
    """All elements one after another, and the lane of each. Elements always have values."""
    parent, index = listed.expand(lanes)
    content = listed.content if index is None else listed.content.take(index)
    assert isinstance(content, Vec)
    return parent, content


def equal(step: Step) -> Vec:
    """Two lists of scalars: as long, and alike place by place."""
    left, right = step.listed(0), step.listed(1)
    lengths = spread(left.lengths, step.lanes), spread(right.lengths, step.lanes)
    same = lengths[0] == lengths[1]
    if Kind.EMPTY not in (left.type.inner.kind, right.type.inner.kind):
        counted = np.where(same, lengths[0], 0)
        bounded(int(counted.sum()))
        parent = np.repeat(np.arange(step.lanes), counted)
        place = np.arange(len(parent)) - np.repeat(offsets(counted)[:-1], counted)
        ours, theirs = (_at(part, parent, place, step.lanes) for part in (left, right))
        same = same.copy()
        same[parent[~arithmetic.compare("==", ours, theirs)]] = False
    return Vec(tree.BOOL, same, step.state())


def _at(listed: ListVec, parent: Array, place: Array, lanes: int) -> Vec:
    content = listed.content
    assert isinstance(content, Vec)
    return content.take(spread(listed.starts, lanes)[parent] + place)


def _index(step: Step) -> Value:
    value, outside = _pick(step)
    state = failing(step.state(), outside)
    return with_state(value, worst(value.state, state))


def _optional_index(step: Step) -> Value:
    value, outside = _pick(step)
    return OptionalVec(step.node.type, value, outside, step.state())


def _pick(step: Step) -> tuple[Vec | StructVec | ListVec, Array]:
    """The element at a place, and where there is no such place; there the value is not to be read."""
    listed, place = step.listed(0), step.vec(1)
    lengths, where = spread(listed.lengths, step.lanes), spread(place.data, step.lanes)
    outside = (where < 0) | (where >= lengths)
    if not len(listed.content):
        return _nothing(step, listed), np.ones(step.lanes, dtype=np.bool_)
    index = np.where(outside, 0, spread(listed.starts, step.lanes) + where)
    return listed.content.take(index), outside


def _nothing(step: Step, listed: ListVec) -> Vec | StructVec | ListVec:
    """Stands for an element where no list has any."""
    nothing, zero = np.full(step.lanes, np.uint8(OK)), np.zeros(step.lanes, dtype=np.int64)
    match listed.content:
        case StructVec(type=stated, columns=Related() as columns):
            return StructVec(stated, columns, step.lanes, zero, nothing)
        case StructVec(type=stated):
            return StructVec(stated, _NoFields(), step.lanes, None, nothing)
        case ListVec(type=stated, content=content):
            return ListVec(stated, zero, zero, content, nothing)
    return Vec(listed.type.inner, zero, nothing)


class _NoFields:
    """The fields of a struct that is not there."""

    def field(self, name: str) -> Vec | ListVec:  # noqa: ARG002 - no field has a value
        return Vec(tree.BOOL, np.asarray(False), np.asarray(np.uint8(MISSING)))


def _sum(step: Step) -> Value:
    listed = step.listed(0)
    parent, content = _elements(listed, step.lanes)
    if content.type.kind is Kind.DOUBLE:
        data = np.bincount(parent, weights=content.data, minlength=step.lanes)
        return Vec(tree.DOUBLE, data, listed.state)
    rough = np.bincount(parent, weights=np.abs(content.data.astype(np.float64)), minlength=step.lanes)
    total = np.zeros(step.lanes, dtype=np.int64)
    np.add.at(total, parent, content.data)
    suspects = np.flatnonzero(rough > 2.0**62)
    failed = np.zeros(step.lanes, dtype=np.bool_)
    for lane in suspects.tolist():
        failed[lane] = not -(2**63) <= sum(content.data[parent == lane].tolist()) < 2**63
    return Vec(tree.INT, total, failing(listed.state, failed))


def _percent(step: Step) -> Value:
    listed = step.listed(0)
    parent, content = _elements(listed, step.lanes)
    lengths = spread(listed.lengths, step.lanes)
    true = np.bincount(parent[np.flatnonzero(content.data)], minlength=step.lanes)
    return Vec(tree.DOUBLE, 100.0 * true / np.maximum(lengths, 1), failing(listed.state, lengths == 0))


def _quantile(step: Step) -> Value:
    listed, share = step.listed(0), spread(step.vec(1).data, step.lanes)
    parent, content = _elements(listed, step.lanes)
    lengths = spread(listed.lengths, step.lanes)
    failed = (lengths == 0) | ~((share >= 0) & (share <= 1))
    if not len(parent):
        return Vec(tree.DOUBLE, np.zeros(step.lanes), failing(step.state(), failed))
    ordered = content.data[np.lexsort((content.data, parent))].astype(np.float64)
    place = np.where(failed, 0.0, share) * np.maximum(lengths - 1, 0)
    below = np.floor(place).astype(np.int64)
    first = np.minimum(offsets(lengths)[:-1] + below, len(ordered) - 1)
    next_one = np.minimum(first + (place > below), len(ordered) - 1)
    low, high = ordered[first], ordered[next_one]
    return Vec(tree.DOUBLE, low + (high - low) * (place - below), failing(step.state(), failed))


def _plus(step: Step) -> Value:
    """`+` of everything that has one; of lists see `supported`."""
    if step.node.type.kind is Kind.STRING:
        return texts.join(step)
    return arithmetic.add(step)


OPERATORS: dict[str, Callable[[Step], Value]] = {
    "_+_": _plus,
    "@in": _in,
    "_[_]": _index,
    "_[?_]": _optional_index,
    "size": _size,
    "sum": _sum,
    "percent": _percent,
    "quantile": _quantile,
}
