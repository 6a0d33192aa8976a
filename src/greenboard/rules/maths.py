"""The functions of `math`: the greatest and the least, rounding, signs, and what is no number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from greenboard.rules import sequences, tree
from greenboard.rules.step import Step
from greenboard.rules.tree import Kind
from greenboard.rules.vectors import Array, Value, Vec, failing, offsets, spread


def _extreme(*, greatest: bool) -> Callable[[Step], Value]:
    """Of numbers, or of a list of them. What is no number counts only where it comes first."""

    def found(step: Step) -> Value:
        if step.node.arguments[0].type.kind is Kind.LIST:
            return _of_list(step, greatest=greatest)
        if len(step.arguments) == 1:
            return step.arguments[0]
        left, right = step.vec(0), step.vec(1)
        better = right.data > left.data if greatest else right.data < left.data
        return Vec(step.node.type, np.where(better, right.data, left.data), step.state())

    return found


def _of_list(step: Step, *, greatest: bool) -> Vec:
    listed = step.listed(0)
    parent, content = sequences.elements(listed, step.lanes)
    lengths = spread(listed.lengths, step.lanes)
    data = np.zeros(step.lanes, dtype=content.data.dtype)
    filled = lengths > 0
    if len(parent):
        starts = offsets(lengths)[:-1][filled]
        choose = np.fmax if greatest else np.fmin
        ahead = content.data[starts]
        data[filled] = np.where(ahead != ahead, ahead, choose.reduceat(content.data, starts))
    return Vec(step.node.type, data, failing(listed.state, ~filled))


def _abs(step: Step) -> Value:
    given = step.vec(0)
    if given.type.kind is Kind.DOUBLE:
        return Vec(tree.DOUBLE, np.abs(given.data), given.state)
    failed = given.data == -(2**63)
    return Vec(tree.INT, np.abs(np.where(failed, 0, given.data)), failing(given.state, failed))


def _of_double(work: Callable[[Array], Array], stated: tree.Type = tree.DOUBLE) -> Callable[[Step], Value]:
    def applied(step: Step) -> Value:
        given = step.vec(0)
        return Vec(stated, np.asarray(work(given.data)), given.state)

    return applied


def _round(data: Array) -> Array:
    """To the nearest whole number; of two as near, the one further from zero."""
    whole = np.trunc(data)
    return np.where(np.abs(data - whole) >= 0.5, whole + np.sign(data), whole)


def _sign(step: Step) -> Value:
    given = step.vec(0)
    return Vec(given.type, np.sign(given.data), given.state)


def _root(data: Array) -> Array:
    return np.sqrt(data.astype(np.float64))


OPERATORS: dict[str, Callable[[Step], Value]] = {
    "math.@max": _extreme(greatest=True),
    "math.@min": _extreme(greatest=False),
    "math.abs": _abs,
    "math.sign": _sign,
    "math.ceil": _of_double(np.ceil),
    "math.floor": _of_double(np.floor),
    "math.round": _of_double(_round),
    "math.trunc": _of_double(np.trunc),
    "math.sqrt": _of_double(_root),
    "math.isNaN": _of_double(np.isnan, tree.BOOL),
    "math.isInf": _of_double(np.isinf, tree.BOOL),
    "math.isFinite": _of_double(np.isfinite, tree.BOOL),
}
