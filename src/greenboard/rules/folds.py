"""Comprehensions: what the elements of each lane's list come to together."""

from __future__ import annotations

from typing import cast

import numpy as np

from greenboard.rules import gather, tree
from greenboard.rules.lanes import Lanes
from greenboard.rules.tree import Fold
from greenboard.rules.vectors import (
    ERROR,
    HAS,
    MISSING,
    OK,
    Array,
    Held,
    ListVec,
    OptionalVec,
    State,
    Value,
    Vec,
    any_of,
    offsets,
    spread,
    unless,
    with_state,
    worst,
    worst_of,
)


def quantify(test: Vec, inner: Lanes, count: int, over: ListVec, *, decided_by: bool) -> Vec:
    """`exists` is decided by one true element, `all` by one false; else an element without a value counts,
    and so does one that was not seen.
    """
    data = spread(test.data, inner.count)
    hit = data if decided_by else ~data
    if test.state is not None:
        hit = hit & (test.state == HAS)
    found = _anywhere(hit, inner, count)
    state = worst(_lifted(test.state, inner, count), over.unseen())
    if state is not None:
        state = unless(found, state)
    return Vec(tree.BOOL, found if decided_by else ~found, worst(state, over.state))


def _anywhere(hit: Array, inner: Lanes, count: int) -> Array:
    """For each lane, whether any of its elements is hit."""
    if count == 1:
        return np.asarray([any_of(hit)])
    found = np.zeros(count, dtype=np.bool_)
    found[inner.up[hit.nonzero()[0]]] = True
    return found


def _counts(chosen: Array, inner: Lanes, count: int) -> Array:
    """For each lane, how many of its elements are chosen."""
    if count == 1:
        return np.asarray([chosen.size])
    return np.bincount(inner.up[chosen], minlength=count).astype(np.int64)


def exists_one(test: Vec, inner: Lanes, count: int, over: ListVec) -> Vec:
    """True where exactly one element is; an element without a value leaves the whole without."""
    hit = spread(test.data, inner.count)
    hits = _counts(hit.nonzero()[0], inner, count)
    return Vec(tree.BOOL, hits == 1, worst(_lifted(test.state, inner, count), over.unseen(), over.state))


def _lifted(state: State, inner: Lanes, count: int) -> Array | None:
    """The worst state among the elements of each lane."""
    if state is None:
        return None
    if count == 1:
        told = worst_of(spread(state, inner.count))
        return np.asarray([told], dtype=np.uint8) if told else None
    spreaded = spread(state, inner.count)
    without = (spreaded != OK).nonzero()[0]
    if not without.size:
        return None
    lifted = np.zeros(count, dtype=np.uint8)
    lifted[inner.up[without]] = MISSING
    lifted[inner.up[without[spreaded[without] == ERROR]]] = ERROR
    return lifted


def collect(node: Fold, made: Value, test: Vec | None, inner: Lanes, over: ListVec) -> ListVec:
    """What `filter` keeps or `map` makes, as lists; an element without a value leaves the whole list without."""
    assert not isinstance(made, OptionalVec)
    assert inner.parent is not None
    count = inner.parent.count
    kept = np.ones(inner.count, dtype=np.bool_) if test is None else spread(test.data, inner.count)
    tested = None if test is None else test.state
    made_state = made.state if node.body is not None else None
    if made_state is not None:
        made_state = unless(~kept, made_state)
    state = worst(_lifted(worst(tested, made_state), inner, count), over.state)
    chosen = kept.nonzero()[0]
    content = cast(Held, gather.whole(made, inner.count)).take(chosen)
    lengths = _counts(chosen, inner, count)
    listed = ListVec(node.type, offsets(lengths)[:-1], lengths, content, None, over.partial)
    if state is None:
        return listed
    found = with_state(listed, state)
    assert isinstance(found, ListVec)
    return found
