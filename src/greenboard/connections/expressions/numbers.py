"""Functions over numbers. Pure."""

from __future__ import annotations

import math
from typing import Any

from greenboard.connections.expressions.function import Mistyped, Registry

REGISTRY = Registry()


@REGISTRY.add("number", "number", gives="float", example="mul(minutes, `60`)")
def mul(one: float, other: float) -> float:
    """The product."""
    return one * other


@REGISTRY.add("number", "number", gives="same", rest=True, example="add(critical, high)")
def add(*several: float) -> float:
    """The sum of all arguments."""
    return sum(several)


@REGISTRY.add("number", "number", gives="same", example="sub(total, used)")
def sub(one: float, other: float) -> float:
    """The difference."""
    return one - other


@REGISTRY.add("number", "number", gives="float", example="div(milliseconds, `1000`)")
def div(one: float, other: float) -> float | None:
    """The quotient; unknown where it is divided by nothing."""
    return one / other if other else None


@REGISTRY.add("number", "number", gives="float", example="pct(passed, total)")
def pct(part: float, whole: float) -> float | None:
    """The share in percent; unknown of nothing."""
    return 100.0 * part / whole if whole else None


@REGISTRY.add("number", gives="int", example="floor(score)")
def floor(value: float) -> int:
    """The whole number below."""
    return math.floor(value)


@REGISTRY.add("any", gives="float", example="number(attributes.coverage)")
def number(value: Any) -> float:
    """A number that the tool writes as text."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise Mistyped("number: expected a number as text") from None
    if isinstance(value, bool) or not math.isfinite(found):
        raise Mistyped("number: expected a number as text")
    return found


@REGISTRY.add("any", gives="int", example="integer(count)")
def integer(value: Any) -> int:
    """A whole number that the tool writes as text or with a fraction of nothing."""
    found = number(value)
    if found != int(found):
        raise Mistyped("integer: expected a whole number")
    return int(found)
