"""Calls of literals that are values themselves: `timestamp("...")`, `duration("...")`, `days(7)`, `-1`."""

from __future__ import annotations

from greenboard.rules import arithmetic, conversions
from greenboard.rules.tree import Call, Const, Kind, Node

_MICROS = {"days": 86_400_000_000, "hours": 3_600_000_000}


def fold(node: Call) -> Node:
    """The literal that a call of a literal stands for, or the call itself."""
    if len(node.arguments) != 1 or not isinstance(node.arguments[0], Const):
        return node
    value = node.arguments[0].value
    found: int | float | None = None
    if node.function == "timestamp" and isinstance(value, str):
        found = conversions.moment(value)
    if node.function == "duration" and isinstance(value, str):
        found = conversions.span(value)
    if node.function in _MICROS and isinstance(value, int):
        micros = value * _MICROS[node.function]
        found = micros if abs(micros) <= arithmetic.MAX_RESULT else None
    if node.function == "-_" and isinstance(value, float):
        found = -value
    if node.function == "-_" and node.type.kind is Kind.INT and isinstance(value, int) and value > -(2**63):
        found = -value
    return node if found is None else Const(node.type, node.at, 0, found)
