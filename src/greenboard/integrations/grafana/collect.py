"""What YAML cannot say of Grafana: whether a silence covers an alert rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from greenboard.connections.expressions.function import Registry

FUNCTIONS = Registry()
_WORDS = re.compile(r"[\w.-]+(?:\|[\w.-]+)*", re.ASCII)
"""Regular expressions that are a list of names."""


@FUNCTIONS.add("list", "object", gives="bool", example="silenced(silences, {labels: labels, title: title, uid: uid})")
def silenced(silences: list[Any], rule: dict[str, Any]) -> bool | None:
    """Whether a silence covers all alerts of a rule; unknown where it asks for labels that only alerts have."""
    labels = rule.get("labels")
    if not isinstance(labels, dict):
        return None
    known = {**labels, "alertname": rule.get("title"), "__alert_rule_uid__": rule.get("uid")}
    covered = [_covers(silence, known) for silence in silences]
    return True if True in covered else None if None in covered else False


def _covers(silence: Any, labels: Mapping[str, Any]) -> bool | None:
    matchers = silence.get("matchers") if isinstance(silence, dict) else None
    if not isinstance(matchers, list) or not all(isinstance(one, dict) for one in matchers):
        return None
    held = [_holds(one, labels.get(str(one.get("name")))) for one in matchers]
    return False if False in held else None if None in held else True


def _holds(matcher: Mapping[str, Any], value: Any) -> bool | None:
    wanted, equal = matcher.get("value"), matcher.get("isEqual", True)
    if not isinstance(wanted, str) or not isinstance(value, str) or not isinstance(equal, bool):
        return None
    if matcher.get("isRegex") is False:
        return (wanted == value) is equal
    if matcher.get("isRegex") is True and _WORDS.fullmatch(wanted):
        return (value in wanted.split("|")) is equal
    return None
