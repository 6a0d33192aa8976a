"""Lists: size, membership, equality, elements by place, and totals over their elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from greenboard.rules import arithmetic, gather, texts, tree
from greenboard.rules.step import Step
from greenboard.rules.tree import Kind
from greenboard.rules.vectors import (
    ERROR,
    OK,
    Array,
    Held,
    ListVec,
    OptionalVec,
    Value,
    Vec,
    bounded,
    failing,
    first,
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
    parent, content = elements(listed, step.lanes)
    wanted = sought.data if sought.data.ndim == 0 else sought.data[parent]
    same = arithmetic.compare("==", Vec(sought.type, wanted), content)
    found = np.zeros(step.lanes, dtype=np.bool_)
    found[parent[np.flatnonzero(same)]] = True
    unseen = listed.unseen()
    state = step.state() if unseen is None else worst(step.state(), unless(found, unseen))
    return Vec(tree.BOOL, found, state)


def elements(listed: ListVec, lanes: int) -> tuple[Array, Vec]:
    """All elements one after another, and the lane of each. Elements always have values."""
    parent, index = listed.expand(lanes)
    content = listed.content if index is None else listed.content.take(index)
    assert isinstance(content, Vec)
    return parent, content


def equal(step: Step) -> Vec:
    """Two lists of scalars or of lists: as long, and alike place by place."""
    left, right = (cast(ListVec, gather.whole(step.listed(index), step.lanes)) for index in (0, 1))
    return Vec(tree.BOOL, alike(left, right, step.lanes), step.state())


def alike(left: ListVec, right: ListVec, lanes: int) -> Array:
    """Whether two lists are the same, lane by lane. Each has an entry for every lane."""
    same: Array = left.lengths == right.lengths
    if Kind.EMPTY in (left.type.inner.kind, right.type.inner.kind):
        return same
    counted = np.where(same, left.lengths, 0)
    bounded(int(counted.sum()))
    parent = np.repeat(np.arange(lanes), counted)
    place = np.arange(len(parent)) - np.repeat(offsets(counted)[:-1], counted)
    ours, theirs = (part.content.take(part.starts[parent] + place) for part in (left, right))
    if isinstance(ours, ListVec) and isinstance(theirs, ListVec):
        equals = alike(ours, theirs, len(parent))
    else:
        equals = arithmetic.compare("==", cast(Vec, ours), cast(Vec, theirs))
    same[parent[~equals]] = False
    return same


def _index(step: Step) -> Value:
    if step.node.type.kind is Kind.OPTIONAL:  # of an optional that holds a list
        return _optional_index(step)
    value, outside = _pick(step, step.listed(0))
    return with_state(value, failing(step.state(), outside))


def _optional_index(step: Step) -> Value:
    optional = step.arguments[0]
    listed, absent = (optional.value, optional.absent) if isinstance(optional, OptionalVec) else (optional, None)
    assert isinstance(listed, ListVec)
    value, outside = _pick(step, listed)
    return OptionalVec(step.node.type, value, first(absent, lacking(outside)), step.state())


def _first(step: Step) -> Value:
    listed = step.listed(0)
    value, outside = at_place(step, listed, np.asarray(0))
    return OptionalVec(step.node.type, value, lacking(outside), listed.state)


def lacking(outside: Array) -> Array:
    """Why an optional element is none: it is not there."""
    return np.where(outside, np.uint8(ERROR), np.uint8(OK))


def _pick(step: Step, listed: ListVec) -> tuple[Held, Array]:
    return at_place(step, listed, step.vec(1).data)


def at_place(step: Step, listed: ListVec, place: Array) -> tuple[Held, Array]:
    """The element at a place, and where there is no such place; there the value is not to be read."""
    lengths, where = spread(listed.lengths, step.lanes), spread(place, step.lanes)
    outside = (where < 0) | (where >= lengths)
    if not len(listed.content):
        return gather.none_like(listed.content, step.lanes), np.ones(step.lanes, dtype=np.bool_)
    index = np.where(outside, 0, spread(listed.starts, step.lanes) + where)
    return with_state(listed.content, None).take(index), outside


def _sum(step: Step) -> Value:
    listed = step.listed(0)
    parent, content = elements(listed, step.lanes)
    if content.type.kind is Kind.DOUBLE:
        data = np.bincount(parent, weights=content.data, minlength=step.lanes)
        return Vec(tree.DOUBLE, data, listed.state)
    rough = np.bincount(parent, weights=np.abs(content.data.astype(np.float64)), minlength=step.lanes)
    total, upper, lower = (np.zeros(step.lanes, dtype=np.int64) for _ in range(3))
    np.add.at(total, parent, content.data)
    np.add.at(upper, parent, content.data >> 32)
    np.add.at(lower, parent, content.data & 0xFFFF_FFFF)
    failed = np.zeros(step.lanes, dtype=np.bool_)
    for lane in np.flatnonzero(rough > 2.0**62).tolist():
        failed[lane] = not -(2**63) <= (int(upper[lane]) << 32) + int(lower[lane]) < 2**63
    return Vec(tree.INT, total, failing(listed.state, failed))


def _percent(step: Step) -> Value:
    listed = step.listed(0)
    parent, content = elements(listed, step.lanes)
    lengths = spread(listed.lengths, step.lanes)
    true = np.bincount(parent[np.flatnonzero(content.data)], minlength=step.lanes)
    return Vec(tree.DOUBLE, 100.0 * true / np.maximum(lengths, 1), failing(listed.state, lengths == 0))


def _quantile(step: Step) -> Value:
    listed, share = step.listed(0), spread(step.vec(1).data, step.lanes)
    parent, content = elements(listed, step.lanes)
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
    """`+` of everything that has one."""
    if step.node.type.kind is Kind.LIST:
        return with_state(gather.append(step.listed(0), step.listed(1), step.lanes), step.state())
    if step.node.type.kind is Kind.STRING:
        return texts.join(step)
    return arithmetic.add(step)


OPERATORS: dict[str, Callable[[Step], Value]] = {
    "_+_": _plus,
    "@in": _in,
    "first": _first,
    "_[_]": _index,
    "_[?_]": _optional_index,
    "size": _size,
    "sum": _sum,
    "percent": _percent,
    "quantile": _quantile,
}
