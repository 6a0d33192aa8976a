"""The functions that the language has besides those of CEL, and the comparisons that are wider than CEL's.

This is the one list of them: the compiler is configured from it, and the reference page is written from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from greenboard.rules.around import RELATIONS, SINGLE

ROOT = "greenboard"
"""The package under which the compiler knows the messages of facts and of related entities."""


@dataclass(frozen=True)
class Function:
    """A function as a rule's author sees it: `signature` is for people, `overloads` for the compiler.

    Of a `method` the first argument stands before it: `list.sort()`. `example` is an expression that compiles.
    One that is `of_related` is also a method of related entities.
    """

    name: str
    signature: str
    doc: str
    overloads: tuple[tuple[tuple[str, ...], str], ...] = ()
    of_related: bool = False
    example: str = ""
    method: bool = False

    @property
    def is_named(self) -> bool:
        """Whether it is called by its name: operators are not."""
        return f"{self.name}(" in self.signature


_EXAMPLES = {
    "dependencies": '.all(d, d.slo.exists(s, s.sli == "availability"))',
    "dependents": ".exists(d, d.entity.tier == 0)",
    "parts": ".all(p, p.ownership.declared)",
    "repository": ".branch_policy.required_reviews >= 1",
}

FIELD_FUNCTIONS = (
    Function(
        "age",
        "age(timestamp) -> duration",
        "How long ago something was: `now - t`.",
        ((("timestamp",), "duration"),),
        example="age(readme.last_changed_at) < days(365)",
    ),
    Function(
        "days",
        "days(int) -> duration",
        "So many days of 24 hours.",
        ((("int",), "duration"),),
        example="age(readme.last_changed_at) < days(365)",
    ),
    Function(
        "hours",
        "hours(int) -> duration",
        "So many hours.",
        ((("int",), "duration"),),
        example="age(readme.last_changed_at) < hours(36)",
    ),
    Function(
        "attested",
        "attested(string) -> bool",
        "Someone states that the item holds, and the statement has not expired.",
        ((("string",), "bool"),),
        example='attested("COD.4")',
    ),
    Function(
        "semver_compare",
        "semver_compare(string, string) -> int",
        "-1, 0 or 1 as the first version is lower than, equal to or higher than the second (SemVer 2.0.0).",
        ((("string", "string"), "int"),),
        example='workload.all(w, semver_compare(w.name, "1.2.0") >= 0)',
    ),
    Function(
        "semver_in",
        "semver_in(string, string) -> bool",
        "The version is in the range, written as npm does: `>=1.2.0 <2.0.0`, `^1.2`, `~1.2.3`.",
        ((("string", "string"), "bool"),),
        example='workload.all(w, semver_in(w.name, ">=1.2.0 <2.0.0"))',
    ),
    Function(
        "percent",
        "percent(list<bool>) -> double",
        "The share of true elements, 0 to 100. An empty list is an error.",
        ((("list<bool>",), "double"),),
        example="percent(workload.map(w, w.liveness)) >= 90.0",
    ),
    Function(
        "quantile",
        "quantile(list<double>, double) -> double",
        "The value below which the given share (0 to 1) lies, interpolated. An empty list is an error.",
        (
            (("list<double>", "double"), "double"),
            (("list<int>", "double"), "double"),
        ),
        example="quantile(workload.map(w, w.replicas), 0.5) >= 2.0",
    ),
    Function(
        "sum",
        "sum(list<int>) -> int",
        "The total; of an empty list, zero.",
        ((("list<int>",), "int"), (("list<double>",), "double")),
        example="sum(workload.map(w, w.replicas)) >= 4",
    ),
    *(
        Function(
            name,
            f"{name}() -> {'related entity' if name == SINGLE else 'list<related entity>'}",
            f"{doc} Its fields are fact types: `{name}(){_EXAMPLES[name]}`.",
            (((), f"related.{name}" if name == SINGLE else f"list<related.{name}>"),),
            example=f"{name}(){_EXAMPLES[name]}",
        )
        for name, doc in RELATIONS.items()
    ),
    Function(
        "level",
        "level(scorecard) -> string",
        "The level that the entity stands on, of another scorecard; empty for none. Of a related entity: "
        '`d.level("basics")`.',
        ((("string",), "string"),),
        of_related=True,
        example='level("basics") == "gold"',
    ),
    Function(
        "reached",
        "reached(scorecard, level) -> bool",
        'The entity stands on that level or above it. Of a related entity: `d.reached("basics", "silver")`.',
        ((("string", "string"), "bool"),),
        of_related=True,
        example='reached("basics", "silver")',
    ),
    Function(
        "in_team",
        "in_team(team) -> bool",
        'The team owns the entity, or a team within it does. Of a related entity: `d.in_team("payments")`.',
        ((("string",), "bool"),),
        of_related=True,
        example='in_team("payments")',
    ),
    Function(
        "sort",
        "list.sort() -> list",
        "The elements from the least to the greatest. NaN among them is an error.",
        ((("list<T>",), "list<T>"),),
        method=True,
        example='entity.tags.sort() == ["java", "pci"]',
    ),
    Function(
        "distinct",
        "list.distinct() -> list",
        "Each element once, where it stands first.",
        ((("list<T>",), "list<T>"),),
        method=True,
        example="size(workload.map(w, w.replicas).distinct()) == 1",
    ),
    Function(
        "flatten",
        "list.flatten() -> list",
        "The elements of the lists in a list, one list after the other.",
        ((("list<list<T>>",), "list<T>"),),
        method=True,
        example='"java" in [entity.tags, entity.link_kinds].flatten()',
    ),
    Function(
        "slice",
        "list.slice(int, int) -> list",
        "The elements from the first place up to, and without, the second. A place outside the list is an error.",
        ((("list<T>", "int", "int"), "list<T>"),),
        method=True,
        example='entity.tags.slice(0, 2) == ["java", "pci"]',
    ),
    Function(
        "sets.contains",
        "sets.contains(list, list) -> bool",
        "Every element of the second list is in the first.",
        ((("list<T>", "list<T>"), "bool"),),
        example='sets.contains(entity.tags, ["pci"])',
    ),
    Function(
        "sets.intersects",
        "sets.intersects(list, list) -> bool",
        "The lists have an element in common.",
        ((("list<T>", "list<T>"), "bool"),),
        example='sets.intersects(entity.tags, ["java", "go"])',
    ),
    Function(
        "sets.equivalent",
        "sets.equivalent(list, list) -> bool",
        "Each list has every element of the other.",
        ((("list<T>", "list<T>"), "bool"),),
        example='sets.equivalent(entity.tags, ["java", "pci"])',
    ),
)
"""All functions that are not CEL's own."""

_ORDER = ("_<_", "_<=_", "_>_", "_>=_")
_EQUAL = ("_==_", "_!=_")
_ORDERED = ("bool", "int", "double", "string", "timestamp", "duration")
_MIXED = (("int", "double"), ("double", "int"))


@lru_cache(maxsize=4)
def configuration(brought: tuple[Function, ...] = ()) -> str:
    """The compiler's configuration: comparisons between whole and broken numbers, our functions, and plugins'."""
    lines = ["stdlib:", "  exclude_functions:"]
    lines += [f'    - name: "{name}"' for name in (*_ORDER, *_EQUAL)]
    lines.append("functions:")
    for name in _ORDER:
        pairs = [((kind, kind), "bool") for kind in _ORDERED] + [(pair, "bool") for pair in _MIXED]
        lines += _declaration(name, tuple(pairs))
    for name in _EQUAL:
        lines += _declaration(name, ((("T", "T"), "bool"), *((pair, "bool") for pair in _MIXED)))
    for function in (*FIELD_FUNCTIONS, *brought):
        lines += _declaration(function.name, function.overloads, method=function.method)
        for relation in RELATIONS if function.of_related else ():
            lines += _overloads(f"{relation}_{function.name}", function.overloads, target=f"related.{relation}")
    return "\n".join(lines)


_Overloads = tuple[tuple[tuple[str, ...], str], ...]


def _declaration(name: str, overloads: _Overloads, *, method: bool = False) -> list[str]:
    if not method:
        return [f'  - name: "{name}"', "    overloads:", *_overloads(_identifier(name), overloads)]
    lines = [f'  - name: "{name}"', "    overloads:"]
    for index, ((target, *rest), returned) in enumerate(overloads):
        lines += _overloads(_identifier(name), (((*rest,), returned),), target=target, first=index)
    return lines


def _overloads(name: str, overloads: _Overloads, *, target: str = "", first: int = 0) -> list[str]:
    lines = []
    for index, (arguments, returned) in enumerate(overloads, first):
        lines.append(f'      - id: "{name}_{index}"')
        lines += [f"        target: {_type(target)}"] if target else []
        lines.append(f"        args: [{', '.join(_type(argument) for argument in arguments)}]")
        lines.append(f"        return: {_type(returned)}")
    return lines


def _identifier(name: str) -> str:
    words = {"_<_": "less", "_<=_": "less_equals", "_>_": "greater", "_>=_": "greater_equals"}
    return {**words, "_==_": "equal", "_!=_": "unequal"}.get(name, name.replace(".", "_"))


def _type(name: str) -> str:
    if name.startswith("list<"):
        return f"{{type_name: list, params: [{_type(name[5:-1])}]}}"
    if name == "T":
        return "{type_name: T, is_type_param: true}"
    return f"{{type_name: {f'{ROOT}.{name}' if name.startswith('related.') else name}}}"
