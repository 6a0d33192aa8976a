"""The functions that the language has besides those of CEL, and the comparisons that are wider than CEL's.

This is the one list of them: the compiler is configured from it, and the reference page is written from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Function:
    """A function as a rule's author sees it: `signature` is for people, `overloads` for the compiler.

    Of a `method` the first argument stands before it: `list.sort()`. `example` is an expression that compiles.
    """

    name: str
    signature: str
    doc: str
    overloads: tuple[tuple[tuple[str, ...], str], ...] = ()
    example: str = ""
    method: bool = False


FIELD_FUNCTIONS = (
    Function(
        "age", "age(timestamp) -> duration", "How long ago something was: `now - t`.", ((("timestamp",), "duration"),)
    ),
    Function("days", "days(int) -> duration", "So many days of 24 hours.", ((("int",), "duration"),)),
    Function("hours", "hours(int) -> duration", "So many hours.", ((("int",), "duration"),)),
    Function(
        "attested",
        "attested(string) -> bool",
        "Someone states that the item holds, and the statement has not expired.",
        ((("string",), "bool"),),
    ),
    Function(
        "semver_compare",
        "semver_compare(string, string) -> int",
        "-1, 0 or 1 as the first version is lower than, equal to or higher than the second (SemVer 2.0.0).",
        ((("string", "string"), "int"),),
    ),
    Function(
        "semver_in",
        "semver_in(string, string) -> bool",
        "The version is in the range, written as npm does: `>=1.2.0 <2.0.0`, `^1.2`, `~1.2.3`.",
        ((("string", "string"), "bool"),),
    ),
    Function(
        "percent",
        "percent(list<bool>) -> double",
        "The share of true elements, 0 to 100. An empty list is an error.",
        ((("list<bool>",), "double"),),
    ),
    Function(
        "quantile",
        "quantile(list<double>, double) -> double",
        "The value below which the given share (0 to 1) lies, interpolated. An empty list is an error.",
        (
            (("list<double>", "double"), "double"),
            (("list<int>", "double"), "double"),
        ),
    ),
    Function(
        "sum",
        "sum(list<int>) -> int",
        "The total; of an empty list, zero.",
        ((("list<int>",), "int"), (("list<double>",), "double")),
    ),
    Function(
        "sort",
        "list.sort() -> list",
        "The elements from the least to the greatest. NaN among them is an error.",
        ((("list<T>",), "list<T>"),),
        method=True,
    ),
    Function(
        "distinct",
        "list.distinct() -> list",
        "Each element once, where it stands first.",
        ((("list<T>",), "list<T>"),),
        method=True,
    ),
    Function(
        "flatten",
        "list.flatten() -> list",
        "The elements of the lists in a list, one list after the other.",
        ((("list<list<T>>",), "list<T>"),),
        method=True,
    ),
    Function(
        "slice",
        "list.slice(int, int) -> list",
        "The elements from the first place up to, and without, the second. A place outside the list is an error.",
        ((("list<T>", "int", "int"), "list<T>"),),
        method=True,
    ),
    Function(
        "sets.contains",
        "sets.contains(list, list) -> bool",
        "Every element of the second list is in the first.",
        ((("list<T>", "list<T>"), "bool"),),
    ),
    Function(
        "sets.intersects",
        "sets.intersects(list, list) -> bool",
        "The lists have an element in common.",
        ((("list<T>", "list<T>"), "bool"),),
    ),
    Function(
        "sets.equivalent",
        "sets.equivalent(list, list) -> bool",
        "Each list has every element of the other.",
        ((("list<T>", "list<T>"), "bool"),),
    ),
)
"""Functions that can be evaluated today."""

LATER = ("dependencies", "dependents", "parts", "repository", "level", "in_team")
"""Functions that read facts of other entities. They are known, and refused: see `refuse.py`."""

_ORDER = ("_<_", "_<=_", "_>_", "_>=_")
_EQUAL = ("_==_", "_!=_")
_ORDERED = ("bool", "int", "double", "string", "timestamp", "duration")
_MIXED = (("int", "double"), ("double", "int"))


@cache
def configuration() -> str:
    """The compiler's configuration: comparisons between whole and broken numbers, and the field's functions."""
    lines = ["stdlib:", "  exclude_functions:"]
    lines += [f'    - name: "{name}"' for name in (*_ORDER, *_EQUAL)]
    lines.append("functions:")
    for name in _ORDER:
        pairs = [((kind, kind), "bool") for kind in _ORDERED] + [(pair, "bool") for pair in _MIXED]
        lines += _declaration(name, tuple(pairs))
    for name in _EQUAL:
        lines += _declaration(name, ((("T", "T"), "bool"), *((pair, "bool") for pair in _MIXED)))
    for function in FIELD_FUNCTIONS:
        lines += _declaration(function.name, function.overloads, method=function.method)
    return "\n".join(lines)


def _declaration(name: str, overloads: tuple[tuple[tuple[str, ...], str], ...], *, method: bool = False) -> list[str]:
    lines = [f'  - name: "{name}"', "    overloads:"]
    for index, (arguments, returned) in enumerate(overloads):
        lines.append(f'      - id: "{_identifier(name)}_{index}"')
        if method:
            lines.append(f"        target: {_type(arguments[0])}")
            arguments = arguments[1:]
        lines.append(f"        args: [{', '.join(_type(argument) for argument in arguments)}]")
        lines.append(f"        return: {_type(returned)}")
    return lines


def _identifier(name: str) -> str:
    words = {"_<_": "less", "_<=_": "less_equals", "_>_": "greater", "_>=_": "greater_equals"}
    return {**words, "_==_": "equal", "_!=_": "unequal"}.get(name, name.replace(".", "_"))


def _type(name: str) -> str:
    if name.startswith("list<"):
        return f"{{type_name: list, params: [{_type(name[5:-1])}]}}"
    return "{type_name: T, is_type_param: true}" if name == "T" else f"{{type_name: {name}}}"
