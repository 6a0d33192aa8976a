"""What operators and functions do to vectors: one entry per function, by its name in CEL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from greenboard.rules import (
    arithmetic,
    brought,
    conversions,
    gather,
    lists,
    maths,
    optionals,
    sequences,
    texts,
    times,
    tree,
)
from greenboard.rules.columns import Strings
from greenboard.rules.step import Step
from greenboard.rules.tree import Call, Kind
from greenboard.rules.vectors import HAS, OK, Array, ListVec, Value, Vec, first, unless, worst

Operator = Callable[[Step], Value]

OfTwo = Callable[[Vec, Vec, Strings], Vec]


def apply(node: Call, arguments: Sequence[Value], lanes: int, strings: Strings) -> Value:
    """The value of a call, its arguments being evaluated. Supported functions only: see `supported`.

    Not for two scalars of which `OF_TWO` speaks.
    """
    if node.function not in _OF_PARTS and ListVec in map(type, arguments):
        arguments = [part.whole() if isinstance(part, ListVec) else part for part in arguments]
    operator = _OPERATORS.get(node.function, brought.applied)
    return operator(Step(node, arguments, lanes, strings))


def known() -> frozenset[str]:
    """The names of all functions that can be evaluated."""
    return frozenset(_OPERATORS) | OF_TWO.keys()


def _both(left: Vec, right: Vec, _strings: Strings) -> Vec:
    return _absorb(left, right, False)


def _either(left: Vec, right: Vec, _strings: Strings) -> Vec:
    return _absorb(left, right, True)


def _absorb(left: Vec, right: Vec, deciding: bool) -> Vec:
    """`&&` (decided by false) and `||` (decided by true): a side without a value matters only undecided."""
    data = (left.data | right.data) if deciding else (left.data & right.data)
    if left.state is None and right.state is None:
        return Vec(tree.BOOL, data)
    decided = _holds(left, deciding) | _holds(right, deciding)
    state = worst(left.state, right.state)
    assert state is not None
    return Vec(tree.BOOL, decided if deciding else ~decided, unless(decided, state))


def _holds(vec: Vec, value: bool) -> Array:
    same = vec.data if value else ~vec.data
    return same if vec.state is None else same & (vec.state == HAS)


def _not(step: Step) -> Value:
    operand = step.vec(0)
    return Vec(tree.BOOL, ~operand.data, operand.state)


def _conditional(step: Step) -> Value:
    test, then, other = step.vec(0), step.arguments[1], step.arguments[2]
    if not isinstance(then, Vec) or not isinstance(other, Vec):
        found = gather.choose(np.where(test.data, 0, 1), [then, other], step.lanes)
        return optionals.stated(found, first(test.state, found.state))
    data = np.where(test.data, then.data, other.data)
    zero = np.uint8(OK)
    if then.state is None and other.state is None:
        return Vec(step.node.type, data, test.state)
    chosen = np.where(
        test.data, zero if then.state is None else then.state, zero if other.state is None else other.state
    )
    state = chosen if test.state is None else np.where(test.state == OK, chosen, test.state)
    return Vec(step.node.type, data, state)


def _equal(step: Step) -> Vec:
    """Of lists and optionals; of scalars see `_same`."""
    lists = step.node.arguments[0].type.kind is Kind.LIST
    found = sequences.equal(step) if lists else optionals.equal(step)
    assert isinstance(found, Vec)
    return found


def _unequal(step: Step) -> Value:
    found = _equal(step)
    return Vec(tree.BOOL, ~found.data, found.state)


def _same(left: Vec, right: Vec, _strings: Strings) -> Vec:
    same = arithmetic.compare("==", left, right)
    return _bounded("==", Vec(tree.BOOL, same, worst(left.state, right.state)), left, right)


def _different(left: Vec, right: Vec, strings: Strings) -> Vec:
    found = _same(left, right, strings)
    return Vec(tree.BOOL, ~found.data, found.state)


def _ordered(sign: str) -> OfTwo:
    def compared(left: Vec, right: Vec, strings: Strings) -> Vec:
        state = worst(left.state, right.state)
        if left.type.kind is Kind.STRING:
            ranks = strings.ranks()
            left, right = Vec(tree.INT, ranks[left.data]), Vec(tree.INT, ranks[right.data])
        return _bounded(sign, Vec(tree.BOOL, arithmetic.compare(sign, left, right), state), left, right)

    return compared


_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}


def _bounded(sign: str, found: Vec, left: Vec, right: Vec) -> Vec:
    """Decide where one side is only known from below, and what is known is enough: 3 or more are at least 2."""
    if left.floor is None and right.floor is None:
        return found
    if left.floor is None:
        return _bounded(_FLIPPED[sign], found, right, left)
    enough = arithmetic.compare(">=" if sign in (">=", "<") else ">", left, right)
    decided = left.floor & enough & (np.asarray(True) if right.state is None else right.state == OK)
    assert found.state is not None  # a floor is MISSING
    return Vec(tree.BOOL, found.data, unless(decided, found.state))


def _attested(step: Step) -> Value:
    return step.arguments[1]


_OF_PARTS = frozenset({"size", "@in", "_?_:_", "_+_", "orValue", *lists.OF_PARTS})
"""What can be told of a list that may lack elements; to all others it has no value."""

_OPERATORS: dict[str, Operator] = {
    "!_": _not,
    "_?_:_": _conditional,
    "_==_": _equal,
    "_!=_": _unequal,
    "attested": _attested,
    **optionals.OPERATORS,
    **arithmetic.OPERATORS,
    **texts.OPERATORS,
    **times.OPERATORS,
    **sequences.OPERATORS,
    **lists.OPERATORS,
    **maths.OPERATORS,
    **conversions.OPERATORS,
}

OF_TWO: dict[str, OfTwo] = {
    "_&&_": _both,
    "_||_": _either,
    "_==_": _same,
    "_!=_": _different,
    "_<_": _ordered("<"),
    "_<=_": _ordered("<="),
    "_>_": _ordered(">"),
    "_>=_": _ordered(">="),
}
"""What most calls are, of two scalars; they need to know nothing else."""
