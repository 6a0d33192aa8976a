"""What YAML cannot say of incident.io: escalation paths are trees, and shifts overlap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from greenboard.connections.expressions.function import Registry, moment
from greenboard.connections.expressions.times import free

FUNCTIONS = Registry()
_PEOPLE = {"schedule": True, "user": True, "slack_channel": False, "msteams_channel": False}
_DAYS = 30
Node = dict[str, Any]


class _Unknown(Exception):
    """The path has something in it of which we do not know what it does."""


@FUNCTIONS.add("list", gives="int", example="levels(path.path)")
def levels(path: list[Any]) -> int | None:
    """How many levels call a person on the shallowest way through an escalation path."""
    try:
        return sum(map(_calls, _shallowest(path)))
    except _Unknown:
        return None


@FUNCTIONS.add("list", gives="seconds", example="second_after(path.path)")
def second_after(path: list[Any]) -> float | None:
    """How long it takes on that way from the first level to the second; unknown where there is none."""
    try:
        nodes = _shallowest(path)
        called = [at for at, node in enumerate(nodes) if _calls(node)]
        return sum(_wait(node) for node in nodes[called[0] : called[1]]) if len(called) > 1 else None
    except _Unknown:
        return None


@FUNCTIONS.add("list", gives="int", example="repeats(path.path)")
def repeats(path: list[Any]) -> int | None:
    """How often an escalation path begins again, on the way where it does so least often."""
    try:
        return _repeats(path)
    except _Unknown:
        return None


@FUNCTIONS.add("list", gives="list", example="targets(path.path)")
def targets(path: list[Any]) -> list[Any] | None:
    """The people and schedules that some level of an escalation path calls."""
    try:
        return [one for node in _all(path) if node["type"] == "level" for one in _targets(node) if _person(one)]
    except _Unknown:
        return None


@FUNCTIONS.add("list", gives="seconds", timed=True, example="uncovered(schedule_entries.final)")
def uncovered(now: datetime, shifts: list[Any]) -> float | None:
    """For how many seconds of the next 30 days no shift has a person."""
    end = now + timedelta(days=_DAYS)
    if not all(isinstance(one, dict) for one in shifts):
        return None
    taken = [one for one in shifts if one.get("user")]
    return free(now, end, ((moment(one.get("start_at")), moment(one.get("end_at"))) for one in taken))


@FUNCTIONS.add("object", gives="texts", example="literals(attribute_values)")
def literals(values: dict[str, Any]) -> list[str]:
    """What the attributes of a catalog entry refer to. An attribute that is not set refers to nothing."""
    several = [one for one in values.values() if isinstance(one, dict)]
    told = [part for one in several for part in (one.get("value"), *_list(one.get("array_value")))]
    return [part["literal"] for part in told if isinstance(part, dict) and isinstance(part.get("literal"), str)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _all(path: list[Any]) -> Iterator[Node]:
    for node in path:
        yield _known(node)
        for branch in _branches(node):
            yield from _all(branch)


def _known(node: Any) -> Node:
    kind = node.get("type") if isinstance(node, dict) else None
    if not isinstance(kind, str) or kind not in _WAITS:
        raise _Unknown
    return node  # type: ignore[no-any-return]


def _told(node: Node) -> Node:
    """What a node says of its own type; nothing, where it says none."""
    told = node.get(node["type"]) or {}
    if not isinstance(told, dict):
        raise _Unknown
    return told


def _branches(node: Node) -> tuple[list[Any], ...]:
    if node["type"] != "if_else":
        return ()
    split = _told(node)
    if not isinstance(split.get("then_path"), list) or not isinstance(split.get("else_path"), list):
        raise _Unknown
    return split["then_path"], split["else_path"]


def _shallowest(path: list[Any]) -> list[Node]:
    """The nodes of the way on which the fewest levels call a person."""
    way: list[Node] = []
    for node in map(_known, path):
        if node["type"] == "repeat":
            break
        ways = [_shallowest(branch) for branch in _branches(node)]
        way += min(ways, key=lambda one: sum(map(_calls, one))) if ways else [node]
    return way


def _repeats(path: list[Any]) -> int:
    for node in map(_known, path):
        if node["type"] == "repeat":
            return _number(_told(node).get("repeat_times"))
        least = min(map(_repeats, _branches(node)), default=0)
        if least:
            return least
    return 0


def _calls(node: Node) -> bool:
    return node["type"] == "level" and any(map(_person, _targets(node)))


def _targets(node: Node) -> list[Any]:
    found = _told(node).get("targets")
    if not isinstance(found, list):
        raise _Unknown
    return found


def _person(target: Any) -> bool:
    kind = target.get("type") if isinstance(target, dict) else None
    if not isinstance(kind, str) or kind not in _PEOPLE:
        raise _Unknown
    return _PEOPLE[kind]


def _wait(node: Node) -> int:
    """How long a node keeps the next one waiting; unknown where that depends on the hour."""
    field, told = _WAITS[node["type"]], _told(node)
    if any(name.endswith("_weekday_interval_config_id") and value for name, value in told.items()):
        raise _Unknown
    return _number(told.get(field)) if field else 0


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Unknown
    return value


_WAITS = {
    "level": "time_to_ack_seconds",
    "notify_channel": "time_to_ack_seconds",
    "delay": "delay_seconds",
    "if_else": "",
    "repeat": "",
    "voicemail": "",
}
"""The types of nodes, with where each says how long it waits."""
