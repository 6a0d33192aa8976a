"""What YAML cannot say of Alertmanager: which services there are, and which rules a silence covers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from greenboard.connections.expressions.function import Registry
from greenboard.connections.reading import Look
from greenboard.connections.types import Failed, Reason, Record

FUNCTIONS = Registry()
_MATCHER = re.compile(r"\s*([\w.:/-]+)\s*(=~|!=|!~|=)\s*(.*?)\s*", re.ASCII | re.DOTALL)
_WORDS = re.compile(r"[\w.-]+(?:\|[\w.-]+)*", re.ASCII)
"""Regular expressions that are a list of names."""


def services(look: Look) -> Iterator[list[Record]]:
    """Every service that is named: by the connection, by a route, or by an alert that is there now."""
    label = str(look.connection.settings["label"])
    named = dict.fromkeys(str(one) for one in look.connection.settings.get("services") or ())
    named |= dict.fromkeys(_routed(look.ask("GET", "/api/v2/status"), label))
    alerts = look.ask("GET", "/api/v2/alerts")
    if not isinstance(alerts, list):
        raise Failed(Reason("theirs", "The answer is no list of alerts.", what="GET /api/v2/alerts"))
    told = [one.get("labels") for one in alerts if isinstance(one, dict)]
    named |= dict.fromkeys(one[label] for one in told if isinstance(one, dict) and isinstance(one.get(label), str))
    yield [{"name": name} for name in named if name]


STREAMS = {"services": services}


@FUNCTIONS.add("list", "text", "text", gives="int", example="muted(silences, settings.label, name)")
def muted(silences: list[Any], label: str, service: str) -> int | None:
    """How many alert rules of a service the silences cover; unknown where one covers rules that it does not name."""
    rules: set[str] = set()
    for silence in silences:
        matchers = silence.get("matchers") if isinstance(silence, dict) else None
        if not isinstance(matchers, list) or not all(isinstance(one, dict) for one in matchers):
            return None
        held = {one.get("name"): _holds(one, service) for one in matchers if one.get("name") == label}
        if held.get(label) is False:
            continue
        rule = next((one for one in matchers if one.get("name") == "alertname"), None)
        plain = rule is not None and rule.get("isRegex") is False and rule.get("isEqual", True) is True
        if held.get(label) is not True or rule is None or not plain or len(matchers) != 2:
            return None
        rules.add(str(rule.get("value")))
    return len(rules)


def _holds(matcher: Mapping[str, Any], value: str) -> bool | None:
    """Whether a matcher holds for a value; unknown where that is not plain."""
    wanted, equal = matcher.get("value"), matcher.get("isEqual", True)
    if not isinstance(wanted, str) or not isinstance(equal, bool):
        return None
    if matcher.get("isRegex") is False:
        return (wanted == value) is equal
    if matcher.get("isRegex") is True and _WORDS.fullmatch(wanted):
        return (value in wanted.split("|")) is equal
    return None


def _routed(status: Any, label: str) -> Iterator[str]:
    """The values of a label that the routes of the configuration name."""
    config = status.get("config") if isinstance(status, dict) else None
    text = config.get("original") if isinstance(config, dict) else None
    if not isinstance(text, str):
        raise Failed(Reason("theirs", "The answer names no configuration.", what="GET /api/v2/status"))
    try:
        told = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError):
        raise Failed(Reason("theirs", "The configuration is no YAML.", what="GET /api/v2/status")) from None
    yield from _values(told.get("route") if isinstance(told, dict) else None, label)


def _values(route: Any, label: str) -> Iterator[str]:
    if not isinstance(route, dict):
        return
    match, pattern = route.get("match") or {}, route.get("match_re") or {}
    if isinstance(match, dict) and label in match:
        yield str(match[label])
    if isinstance(pattern, dict) and _WORDS.fullmatch(str(pattern.get(label, ""))):
        yield from str(pattern[label]).split("|")
    for text in _list(route.get("matchers")):
        found = _MATCHER.fullmatch(str(text))
        value = found[3].strip("\"'") if found else ""
        if found and found[1] == label and found[2] in ("=", "=~") and _WORDS.fullmatch(value):
            yield from value.split("|") if found[2] == "=~" else [value]
    for below in _list(route.get("routes")):
        yield from _values(below, label)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
