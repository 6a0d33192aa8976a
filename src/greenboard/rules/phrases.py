"""Words for people: values, fields, comparisons, and an expression written out again."""

from __future__ import annotations

from datetime import datetime, timedelta

from greenboard.core import clock
from greenboard.facts.types import FieldValue
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
    "startsWith": "something that starts with {}",
    "endsWith": "something that ends with {}",
    "contains": "something that contains {}",
    "matches": "something that matches {}",
    "semver_in": "a version in {}",
}
_IRREGULAR = {
    "slo": "SLO",
    "sbom": "SBOM",
    "ci": "CI",
    "iac": "infrastructure code",
    "dr_plan": "DR plan",
    "api_spec": "API spec",
}
_UNCOUNTED = {"iac", "secret_scanning", "feedback"}
_SHOWN_ITEMS = 5
_SHOWN_LETTERS = 80


def words(name: str) -> str:
    """A name of a fact type or field as words."""
    return _IRREGULAR.get(name) or name.replace("_", " ")


def valued(name: str) -> str:
    """The name of a field beside its value, which carries the unit."""
    return words(name.removesuffix("_pct"))


def plural(name: str) -> str:
    """Several of what a name says."""
    said = words(name)
    if name in _UNCOUNTED:
        return said
    if said.endswith("y") and said[-2:-1] not in "aeiou":
        return f"{said[:-1]}ies"
    return said if said.endswith("s") else f"{said}s"


def value(found: FieldValue, field: str = "") -> str:
    """A value for people; `field` tells its unit."""
    unit = " %" if field.endswith("_pct") or "_pct_" in field else ""
    match found:
        case bool():
            return "true" if found else "false"
        case int():
            return f"{found}{unit}"
        case float():
            return f"{found:.6g}{unit}"
        case str():
            short = found if len(found) <= _SHOWN_LETTERS else f"{found[:_SHOWN_LETTERS]}…"
            return f'"{short}"' if found == "" or " " in found else short
        case datetime():
            return clock.format_time(found).removesuffix("T00:00:00Z")
        case timedelta():
            return span(found)
    shown = [value(part) for part in list(found)[:_SHOWN_ITEMS]]
    more = len(found) - len(shown)
    return (", ".join(shown) + (f" and {more} more" if more else "")) or "nothing"


def span(length: timedelta) -> str:
    """A length of time in the largest unit that fits."""
    seconds = length.total_seconds()
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if abs(seconds) >= size:
            count = seconds / size
            return f"{count:.4g} {unit}{'' if count == 1 else 's'}"
    return f"{seconds:.4g} second{'' if seconds == 1 else 's'}"


def bound(sign: str, limit: str, kind: Kind) -> str:
    """What a comparison wants: `at least 2`, `after 2026-01-01`. Of whole numbers, `more than 1` is `at least 2`."""
    if kind is Kind.INT and limit.isascii() and limit.isdigit() and sign in ("_>_", "_<_") and limit != "0":
        return f"at least {int(limit) + 1}" if sign == "_>_" else f"at most {int(limit) - 1}"
    if kind is Kind.INT and sign == "_>_" and limit == "0":
        return "at least 1"
    return (_MOMENT_BOUNDS if kind is Kind.TIMESTAMP else _BOUNDS)[sign].format(limit)


def text_test(function: str, argument: str) -> str | None:
    """What a test of a text wants, or None when the function is no such test."""
    known = _TEXT_TESTS.get(function)
    return known.format(argument) if known else None


def join(clauses: list[str], shown: int = 3) -> str:
    """A few clauses as one sentence, and how many more there are."""
    kept = list(dict.fromkeys(clauses))
    more = len(kept) - shown
    return "; ".join(kept[:shown]) + (f"; and {more} more" if more > 0 else "")


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
            return f"[{', '.join(write(part) for part in node.elements)}]"
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
        return f"{parts[0]}[{parts[1]}]"
    if node.function == "attested":
        return f"attested({parts[0]})"
    if len(parts) == 2 and (node.function.startswith("_") or node.function in _BINARY):
        return f"{parts[0]} {_BINARY.get(node.function, node.function.strip('_'))} {parts[1]}"
    if len(parts) == 1 and node.function.endswith("_"):
        return f"{node.function.strip('_')}{parts[0]}"
    return f"{node.function}({', '.join(parts)})"
