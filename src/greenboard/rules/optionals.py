"""Optionals: made, asked, opened. One that holds none remembers whether something is unknown or not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from greenboard.rules import arithmetic, gather, sequences, tree
from greenboard.rules.step import Step
from greenboard.rules.tree import Kind
from greenboard.rules.vectors import (
    ERROR,
    OK,
    Array,
    ListVec,
    OptionalVec,
    State,
    Value,
    Vec,
    first,
    spread,
    with_state,
    worst,
)

_ZERO = np.uint8(OK)


def stated(value: Value, state: State) -> Value:
    """The same value with another state."""
    if isinstance(value, OptionalVec):
        return OptionalVec(value.type, value.value, value.absent, state)
    return with_state(value, state)


def _of(step: Step) -> Value:
    given = step.arguments[0]
    assert not isinstance(given, OptionalVec)
    return OptionalVec(step.node.type, with_state(given, None), None, given.state)


def _none(step: Step) -> Value:
    inner = step.node.type.inner
    absent = np.full(step.lanes, np.uint8(ERROR))
    return OptionalVec(step.node.type, gather.nothing(inner, step.lanes), absent)


def _of_non_zero(step: Step) -> Value:
    given = step.arguments[0]
    zero = given.lengths == 0 if isinstance(given, ListVec) else cast(Vec, given).data == 0
    made = cast(OptionalVec, _of(step))
    made.absent = np.where(zero, np.uint8(ERROR), _ZERO)
    return made


def _has_value(step: Step) -> Value:
    optional = step.optional(0)
    return Vec(tree.BOOL, optional.present(), optional.state)


def _value(step: Step) -> Value:
    optional = step.optional(0)
    return with_state(optional.value, first(optional.state, optional.absent))


def _or_value(step: Step) -> Value:
    """What the optional holds, or the other value; the other is read only where it holds none."""
    optional, other = step.optional(0), step.arguments[1]
    if optional.absent is None:
        return with_state(optional.value, optional.state)
    if isinstance(optional.value, Vec) and isinstance(other, Vec):
        data = np.where(optional.present(), optional.value.data, other.data)
        return Vec(step.node.type, data, first(optional.state, _only(other.state, ~optional.present())))
    held = with_state(optional.value, None)
    found = gather.choose(np.where(optional.present(), 0, 1), [held, other], step.lanes)
    return stated(found, first(optional.state, found.state))


def _or(step: Step) -> Value:
    optional, other = step.optional(0), step.optional(1)
    if optional.absent is None:
        return optional
    held = OptionalVec(optional.type, optional.value, optional.absent)
    found = gather.choose(np.where(optional.present(), 0, 1), [held, other], step.lanes)
    return stated(found, first(optional.state, found.state))


def _only(state: State, where: Array) -> State:
    return None if state is None else np.where(where, state, _ZERO)


def equal(step: Step) -> Vec:
    """Two optionals of scalars or lists: both hold none, or both hold the same."""
    left, right = step.optional(0), step.optional(1)
    one, other = left.present(), right.present()
    if step.node.arguments[0].type.inner.kind is Kind.LIST:
        lists = [cast(ListVec, gather.whole(part.value, step.lanes)) for part in (left, right)]
        same = sequences.alike(lists[0], lists[1], step.lanes)
    else:
        same = arithmetic.compare("==", cast(Vec, left.value), cast(Vec, right.value))
    found = np.where(one & other, same, one == other)
    return Vec(tree.BOOL, spread(found, step.lanes), worst(left.state, right.state))


OPERATORS: dict[str, Callable[[Step], Value]] = {
    "optional.of": _of,
    "optional.none": _none,
    "optional.ofNonZeroValue": _of_non_zero,
    "hasValue": _has_value,
    "value": _value,
    "orValue": _or_value,
    "or": _or,
}
