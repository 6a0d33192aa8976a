"""Words for people: values, fields, comparisons, and an expression written out again."""

from __future__ import annotations

from datetime import datetime, timedelta

from greenboard.core import clock
from greenboard.facts.types import FieldValue
from greenboard.rules import reference
from greenboard.rules.tree import Call, Const, Fold, Has, Kind, ListOf, Node, Select, Var

FLIPPED = {"_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_", "_==_": "_==_", "_!=_": "_!=_"}
"""The comparison that says the same with its sides exchanged."""

NEGATED = {"_<_": "_>=_", "_<=_": "_>_", "_>_": "_<=_", "_>=_": "_<_", "_==_": "_!=_", "_!=_": "_==_"}
"""The comparison that says the opposite."""

_BOUNDS = {
    "_<_": "less than {}",
    "_<=_": "at most {}",
    "_>_": "more than {}",
    "_>=_": "at least {}",
    "_==_": "{}",
    "_!=_": "anything but {}",
}
_MOMENT_BOUNDS = {
    "_<_": "before {}",
    "_<=_": "not after {}",
    "_>_": "after {}",
    "_>=_": "not before {}",
    "_==_": "{}",
    "_!=_": "anything but {}",
}
_TEXT_TESTS = {
    "startsWith": "one that starts with {}",
    "endsWith": "one that ends with {}",
    "contains": "one that contains {}",
    "matches": "one that matches {}",
    "semver_in": "one in {}",
}
_SHOWN_ITEMS = 3
_SHOWN_LETTERS = 80
_UNITS = {"percent": " %", "days": " days", "milliseconds": " ms", "requests per second": " requests per second"}
_SHOWN_PATTERN = 30
_DAY = timedelta(days=1)


def value(found: FieldValue, unit: str = "") -> str:
    """A value for people; `unit` is the one that the vocabulary gives for it."""
    match found:
        case bool():
            return "yes" if found else "no"
        case int() | float():
            return number(found) + _UNITS.get(unit, "")
        case str():
            short = found if len(found) <= _SHOWN_LETTERS else f"{found[:_SHOWN_LETTERS]}…"
            return f'"{short}"' if found == "" or " " in found else short
        case datetime():
            return clock.format_time(found).removesuffix("T00:00:00Z")
        case timedelta():
            return span(found)
    shown = [value(part) for part in list(found)[:_SHOWN_ITEMS]]
    more = len(found) - len(shown)
    return (", ".join(shown) + (f" and {more} more" if more else "")) or "none"


def number(found: float) -> str:
    """A number with its thousands apart: 1,027 or 99.95."""
    if isinstance(found, int):
        return f"{found:,}"
    return f"{found:,.0f}" if abs(found) >= 1000 else f"{found:.6g}"


def span(length: timedelta, *, exact: bool = True) -> str:
    """A length of time in the largest unit that fits; of ten days and more only whole days count, unless exact."""
    seconds = length.total_seconds()
    if not exact and abs(length) >= 10 * _DAY:
        return f"{number(int(seconds / 86_400))} days"
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if abs(seconds) >= size:
            return _counted(seconds / size, unit)
    return _counted(seconds, "second")


def _counted(count: float, unit: str) -> str:
    said = number(int(count)) if count == int(count) else f"{count:.4g}"
    return f"{said} {unit}{'' if count == 1 else 's'}"


def day(moment: datetime) -> str:
    """The day of a moment, which is enough where its distance is told beside it."""
    return clock.format_time(moment).partition("T")[0]


def bound(sign: str, limit: str, kind: Kind) -> str:
    """What a comparison wants: `at least 2`, `after 2026-01-01`. Of whole numbers, `more than 1` is `at least 2`."""
    if kind is Kind.INT and limit.isascii() and limit.isdigit() and sign in ("_>_", "_<_") and limit != "0":
        return f"at least {number(int(limit) + 1)}" if sign == "_>_" else f"at most {number(int(limit) - 1)}"
    if kind is Kind.INT and sign == "_>_" and limit == "0":
        return "at least 1"
    return (_MOMENT_BOUNDS if kind is Kind.TIMESTAMP else _BOUNDS)[sign].format(limit)


def text_test(function: str, argument: str, wanted: bool) -> str | None:
    """What a test of a text wants, or None when the function is no such test. Nobody reads a long pattern."""
    known = _TEXT_TESTS.get(function)
    if known is None:
        return None
    long = function == "matches" and len(argument) > _SHOWN_PATTERN
    wish = known.format("the rule's pattern" if long else argument)
    return wish if wanted else f"n{wish}"


_BINARY = {"@in": "in"}


def write(node: Node) -> str:
    """An expression as CEL, near enough to be recognised."""
    match node:
        case Const():
            return _literal(node)
        case Var():
            return node.name
        case Select():
            return f"{write(node.operand)}{'.?' if node.optional else '.'}{node.field}"
        case Has():
            return f"has({write(node.operand)}.{node.field})"
        case ListOf():
            marked = (f"{'?' if part.type.kind is Kind.OPTIONAL else ''}{write(part)}" for part in node.elements)
            return f"[{', '.join(marked)}]"
        case Fold():
            inner = ", ".join(write(part) for part in (node.test, node.body) if part is not None)
            return f"{write(node.over)}.{node.fold}({node.variable}, {inner})"
        case Call():
            return _write_call(node)
    return "?"


def _literal(node: Const) -> str:
    if node.type.kind is Kind.DURATION:
        return span(timedelta(microseconds=int(node.value)))
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return f'"{node.value}"' if isinstance(node.value, str) else str(node.value)


def _write_call(node: Call) -> str:
    parts = [write(part) for part in node.arguments]
    if node.function == "_?_:_":
        return f"{parts[0]} ? {parts[1]} : {parts[2]}"
    if node.function in ("_[_]", "_[?_]"):
        return f"{parts[0]}[{'?' if node.function == '_[?_]' else ''}{parts[1]}]"
    if node.function == "attested":
        return f"attested({parts[0]})"
    if node.arguments and node.arguments[0].type.is_related:
        return f"{parts[0]}.{node.function}({', '.join(parts[1:])})"
    if len(parts) == 2 and (node.function.startswith("_") or node.function in _BINARY):
        return f"{parts[0]} {_BINARY.get(node.function, node.function.strip('_'))} {parts[1]}"
    if len(parts) == 1 and node.function.endswith("_"):
        return f"{node.function.strip('_')}{parts[0]}"
    if node.function in reference.methods() and parts:
        return f"{parts[0]}.{node.function}({', '.join(parts[1:])})"
    name = {"math.@max": "math.greatest", "math.@min": "math.least"}.get(node.function, node.function)
    return f"{name}({', '.join(parts)})"
