"""Functions over lists. One element that is not known makes a count, an order or a choice unknown. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from greenboard.connections.expressions.function import Evaluated, Mistyped, Registry, is_number, moment

REGISTRY = Registry()


@REGISTRY.add("list", gives="int", example="len(escalation_rules)")
def len_(several: list[Any]) -> int:
    """How many elements a list has; unknown of no list."""
    return len(several)


@REGISTRY.add("list", gives="element", example="first(tags)")
def first(several: list[Any]) -> Any:
    """The first element; unknown of an empty list."""
    return several[0] if several else None


@REGISTRY.add("list", "rule", gives="int", example="count_where(rules, &disabled)")
def count_where(several: list[Any], rule: Evaluated) -> int | None:
    """For how many elements an expression holds; unknown when it is for one."""
    held = _held(several, rule)
    return None if None in held else held.count(True)


@REGISTRY.add("list", "rule", gives="bool", example="any(rules, &paging)")
def any_(several: list[Any], rule: Evaluated) -> bool | None:
    """Whether an expression holds for one element at least."""
    held = _held(several, rule)
    return True if True in held else None if None in held else False


@REGISTRY.add("list", "rule", gives="bool", example="all(containers, &readinessProbe != `null`)")
def all_(several: list[Any], rule: Evaluated) -> bool | None:
    """Whether an expression holds for every element; unknown of an empty list, which says nothing."""
    held = _held(several, rule)
    if not held:
        return None
    return False if False in held else None if None in held else True


@REGISTRY.add("list", "any", gives="bool", example="has(topics, 'production')")
def has(several: list[Any], wanted: Any) -> bool | None:
    """Whether a list contains a value."""
    return True if wanted in several else None if None in several else False


@REGISTRY.add("list", gives="list", example="distinct(users[].id)")
def distinct(several: list[Any]) -> list[Any] | None:
    """The elements without repetition, in the order of their first appearance."""
    if None in several:
        return None
    if len({isinstance(one, list | dict) for one in several}) > 1:
        raise Mistyped("distinct: expected elements of one type")
    kept: list[Any] = []
    seen: set[Any] = set()
    for one in several:
        mark = repr(one) if isinstance(one, list | dict) else one
        if mark not in seen:
            seen.add(mark)
            kept.append(one)
    return kept


@REGISTRY.add("list", gives="list", example="known(users[].email)")
def known(several: list[Any]) -> list[Any]:
    """The elements that are known. It leaves some out: the fact says why under `assumes`."""
    return [one for one in several if one is not None]


@REGISTRY.add("list", gives="float", example="sum(projects[].issues)")
def sum_(several: list[Any]) -> float | None:
    """The sum; unknown when one number is."""
    return None if None in several else sum(_numbers(several, "sum"))


@REGISTRY.add("list", gives="element", example="max(pods[].restarts)")
def max_(several: list[Any]) -> Any:
    """The largest number; unknown of an empty list."""
    return None if None in several or not several else max(_numbers(several, "max"))


@REGISTRY.add("list", gives="element", example="min(levels[].delay)")
def min_(several: list[Any]) -> Any:
    """The smallest number; unknown of an empty list."""
    return None if None in several or not several else min(_numbers(several, "min"))


@REGISTRY.add("list", gives="float", example="p50(runs[].seconds)")
def p50(several: list[Any]) -> float | None:
    """The median."""
    return _quantile(several, 0.5, "p50")


@REGISTRY.add("list", gives="float", example="p95(runs[].seconds)")
def p95(several: list[Any]) -> float | None:
    """What 95 of 100 are at most."""
    return _quantile(several, 0.95, "p95")


@REGISTRY.add("texts", gives="time", example="newest(runs[].finished_at)")
def newest(several: list[Any]) -> str | None:
    """The latest of several times."""
    return None if None in several or not several else max(several, key=moment)


@REGISTRY.add("texts", gives="time", example="oldest(issues[].created_at)")
def oldest(several: list[Any]) -> str | None:
    """The earliest of several times."""
    return None if None in several or not several else min(several, key=moment)


@REGISTRY.add("list", "rule", gives="element", example="newest_by(runs, &started_at).conclusion")
def newest_by(several: list[Any], time: Evaluated) -> Any:
    """The element with the latest time."""
    return _extreme(several, time, max)


@REGISTRY.add("list", "rule", gives="element", example="oldest_by(alerts, &created_at).number")
def oldest_by(several: list[Any], time: Evaluated) -> Any:
    """The element with the earliest time."""
    return _extreme(several, time, min)


@REGISTRY.add("list", "rule", gives="list", example="sort_by(levels, &order)")
def sort_by(several: list[Any], key: Evaluated) -> list[Any] | None:
    """The elements in the order of a number or text."""
    keys = [key(one) for one in several]
    if None in keys:
        return None
    try:
        order = sorted(range(len(several)), key=keys.__getitem__)
    except TypeError:
        raise Mistyped("sort_by: expected numbers or texts") from None
    return [several[index] for index in order]


@REGISTRY.add("list", "rule", gives="list", example="distinct_by(users, &id)")
def distinct_by(several: list[Any], key: Evaluated) -> list[Any] | None:
    """The first element of each key."""
    keys = [key(one) for one in several]
    if None in keys:
        return None
    places: dict[Any, int] = {}
    for index, one in enumerate(keys):
        places.setdefault(repr(one), index)
    return [several[index] for index in places.values()]


@REGISTRY.add("list", "rule", gives="list", example="group_by(deployments, &environment)")
def group_by(several: list[Any], key: Evaluated) -> list[Any] | None:
    """The elements by a text or number, as a list of objects with `key` and `items`; unknown when one has none."""
    groups: dict[Any, list[Any]] = {}
    for one in several:
        found = key(one)
        if found is None:
            return None
        if isinstance(found, list | dict):
            raise Mistyped("group_by: expected texts or numbers")
        groups.setdefault(found, []).append(one)
    return [{"key": found, "items": items} for found, items in groups.items()]


@REGISTRY.add("object", gives="texts", example="keys(labels)")
def keys(value: dict[str, Any]) -> list[str]:
    """The names of the fields of an object."""
    return list(value)


@REGISTRY.add("object", "text", gives="any", example="get(labels, settings.label)")
def get(value: dict[str, Any], name: str) -> Any:
    """A field whose name is a value itself."""
    return value.get(name)


@REGISTRY.add("object", gives="list", example="entries(runtimes)")
def entries(value: dict[str, Any]) -> list[Any]:
    """The fields of an object as a list of objects with `key` and `value`."""
    return [{"key": key, "value": part} for key, part in value.items()]


@REGISTRY.add("any", gives="list", example="list(target)")
def list_(value: Any) -> list[Any]:
    """A list as it is, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def _held(several: list[Any], rule: Evaluated) -> list[bool | None]:
    from greenboard.connections.expressions.compiling import truth

    return [truth(rule(one)) for one in several]


def _numbers(several: list[Any], name: str) -> list[Any]:
    if not all(is_number(one) for one in several):
        raise Mistyped(f"{name}: expected a list of numbers")
    return several


def _quantile(several: list[Any], share: float, name: str) -> float | None:
    if not several or None in several:
        return None
    ordered = sorted(_numbers(several, name))
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (ordered[above] - ordered[below]) * (place - below))


def _extreme(several: list[Any], time: Evaluated, choose: Callable[..., int]) -> Any:
    times = [time(one) for one in several]
    if None in times or not several:
        return None
    moments = [moment(one) for one in times]
    return several[choose(range(len(several)), key=moments.__getitem__)]
