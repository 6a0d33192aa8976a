"""Numbers: comparison across whole and broken ones, arithmetic that fails rather than overflows."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

from greenboard.rules import tree
from greenboard.rules.step import Step
from greenboard.rules.tree import Kind, Type
from greenboard.rules.vectors import Array, Value, Vec, failing

_SIGNS: dict[str, Callable[[Array, Array], Array]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MAX_SPAN = 315_576_000_000 * 1_000_000
"""The longest duration of the protobuf definition, 10,000 years, in microseconds."""

FIRST_MOMENT, LAST_MOMENT = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The first and last microsecond of the years 1 to 9999."""

MAX_RESULT = 9_223_372_036_854_775
"""The longest duration that arithmetic may take or give: CEL computes in nanoseconds of 64 bits, some 292 years."""

_LOWEST = -(2**63)
_FEW = 16
"""So many numbers are looked at one by one sooner than numpy begins to."""


def compare(sign: str, left: Vec, right: Vec) -> Array:
    """Hold two vectors of numbers, codes or moments against one another.

    An int beside a double is compared as a double, as the official implementations do.
    """
    return _SIGNS[sign](left.data, right.data)


def _limits(stated: Type) -> tuple[int, int]:
    if stated.kind is Kind.TIMESTAMP:
        return FIRST_MOMENT, LAST_MOMENT
    return (-MAX_RESULT, MAX_RESULT) if stated.kind is Kind.DURATION else (_LOWEST, 2**63 - 1)


def _checked(step: Step, data: Array, *overflowed: Array) -> Vec:
    """A result in whole numbers, in error where it left the range of its type."""
    failed = [*overflowed, *(() if step.node.type.kind is Kind.INT else _beyond(data, *_limits(step.node.type)))]
    # A moment plus a duration is the one sum that takes a longer duration than it could give.
    takes_any = step.node.type.kind is Kind.TIMESTAMP and step.node.function == "_+_"
    for operand in (step.vec(index) for index in range(len(step.arguments))):
        if operand.type.kind is Kind.DURATION and not takes_any:
            failed += _beyond(operand.data, -MAX_RESULT, MAX_RESULT)
    state = step.state()
    for each in failed:
        state = failing(state, each)
    return Vec(step.node.type, data, state)


def _beyond(data: Array, lowest: int, highest: int) -> list[Array]:
    """Where numbers leave a range; nothing where none does, which the extremes tell at once."""
    if data.size <= _FEW:
        if all(lowest <= each <= highest for each in data.ravel().tolist()):
            return []
    elif data.min() >= lowest and data.max() <= highest:
        return []
    return [(data < lowest) | (data > highest)]


def _add(step: Step) -> Value:
    left, right = step.pair()
    if step.node.type.kind is Kind.DOUBLE:
        return Vec(tree.DOUBLE, left.data + right.data, step.state())
    one, other = np.atleast_1d(left.data), np.atleast_1d(right.data)
    total = one + other
    return _shaped(step, total, ((one ^ total) & (other ^ total)) < 0)


def _subtract(step: Step) -> Value:
    left, right = step.pair()
    if step.node.type.kind is Kind.DOUBLE:
        return Vec(tree.DOUBLE, left.data - right.data, step.state())
    if left.type.kind is Kind.TIMESTAMP:  # which are few enough for a difference to be a whole number
        return _checked(step, left.data - right.data)
    one, other = np.atleast_1d(left.data), np.atleast_1d(right.data)
    rest = one - other
    return _shaped(step, rest, ((one ^ other) & (one ^ rest)) < 0)


def _shaped(step: Step, data: Array, overflowed: Array) -> Vec:
    """Undo `atleast_1d` where every argument stood for all lanes."""
    if all(argument.data.ndim == 0 for argument in (step.vec(index) for index in range(len(step.arguments)))):
        return _checked(step, data[0], overflowed[0])
    return _checked(step, data, overflowed)


def _multiply(step: Step) -> Value:
    left, right = step.pair()
    if step.node.type.kind is Kind.DOUBLE:
        return Vec(tree.DOUBLE, left.data * right.data, step.state())
    one, other = np.atleast_1d(left.data), np.atleast_1d(right.data)
    product = one * other
    rough = np.abs(one.astype(np.float64)) * np.abs(other.astype(np.float64))
    suspect = rough > 2.0**62
    if not suspect.any():
        return _shaped(step, product, suspect)
    pairs = zip(*(part.tolist() for part in np.broadcast_arrays(one, other)), strict=True)
    exact = np.array([not _LOWEST <= first * second < 2**63 for first, second in pairs], dtype=np.bool_)
    return _shaped(step, product, exact)


def _divide(step: Step) -> Value:
    left, right = step.pair()
    if step.node.type.kind is Kind.DOUBLE:
        with np.errstate(all="ignore"):
            return Vec(tree.DOUBLE, np.divide(left.data, right.data), step.state())
    quotient, _, failed = _truncated(left.data, right.data)
    return Vec(tree.INT, quotient, failing(step.state(), failed))


def _remainder(step: Step) -> Value:
    _, rest, failed = _truncated(step.vec(0).data, step.vec(1).data)
    return Vec(tree.INT, rest, failing(step.state(), failed))


def _truncated(left: Array, right: Array) -> tuple[Array, Array, Array]:
    """Quotient towards zero, remainder with the sign of the dividend, and where neither exists."""
    failed = (right == 0) | ((left == _LOWEST) & (right == -1))
    divisor = np.where(failed, 1, right)
    floor = np.floor_divide(left, divisor)
    inexact = floor * divisor != left
    quotient = floor + (inexact & ((left < 0) != (divisor < 0)))
    return quotient, left - quotient * divisor, failed


def _negate(step: Step) -> Value:
    operand = step.vec(0)
    if operand.type.kind is Kind.DOUBLE:
        return Vec(tree.DOUBLE, -operand.data, operand.state)
    failed = operand.data == _LOWEST
    return Vec(operand.type, -np.where(failed, 0, operand.data), failing(operand.state, failed))


def _days(step: Step) -> Value:
    return _span(step, 86_400_000_000)


def _hours(step: Step) -> Value:
    return _span(step, 3_600_000_000)


def _span(step: Step, unit: int) -> Value:
    count = step.vec(0)
    limit = MAX_RESULT // unit
    failed = (count.data > limit) | (count.data < -limit)
    return Vec(tree.DURATION, np.where(failed, 0, count.data) * unit, failing(count.state, failed))


OPERATORS: dict[str, Callable[[Step], Value]] = {
    "_-_": _subtract,
    "_*_": _multiply,
    "_/_": _divide,
    "_%_": _remainder,
    "-_": _negate,
    "days": _days,
    "hours": _hours,
}
add = _add
