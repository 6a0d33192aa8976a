"""What YAML cannot say of Opsgenie: steps at the same time are one level, and shifts overlap."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from greenboard.connections.expressions.function import Registry, moment

FUNCTIONS = Registry()
_SECONDS = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
_CALLS = {"all": True, "user": True, "escalation": True, "schedule": True, "team": True, "group": True, "none": False}
_DAYS = 30


@FUNCTIONS.add("list", gives="list", example="levels(escalation.rules)")
def levels(rules: list[Any]) -> list[Any] | None:
    """The levels of an escalation, in order: after how many seconds (`after`), and whom they call (`who`)."""
    found: dict[int, list[Any]] = {}
    for rule in rules:
        after, who = _after(rule), (rule.get("recipient") or {}) if isinstance(rule, dict) else {}
        if after is None or who.get("type") not in _CALLS:
            return None
        if _CALLS[who["type"]]:
            found.setdefault(after, []).append(who)
    return [{"after": after, "who": found[after]} for after in sorted(found)]


@FUNCTIONS.add("list", "time", gives="seconds", timed=True, example="uncovered(finalTimeline.rotations, endDate)")
def uncovered(now: datetime, rotations: list[Any], told_until: str) -> float | None:
    """For how many seconds of the next 30 days the rotations call nobody; unknown where less is told."""
    end = now + timedelta(days=_DAYS)
    if moment(told_until) < end:
        return None
    periods = [one for rotation in rotations for one in rotation.get("periods") or ()]
    free, reached = 0.0, now
    for start, stop in sorted((moment(one["startDate"]), moment(one["endDate"])) for one in periods if _taken(one)):
        free += max(0.0, (min(start, end) - reached).total_seconds())
        reached = max(reached, min(stop, end))
    return free + max(0.0, (end - reached).total_seconds())


def _after(rule: Any) -> int | None:
    delay = rule.get("delay") if isinstance(rule, dict) else None
    amount = delay.get("timeAmount") if isinstance(delay, dict) else None
    # The schema names minutes as what a delay without a unit is in.
    unit = _SECONDS.get((delay or {}).get("timeUnit") or "minutes")
    return amount * unit if isinstance(amount, int) and unit else None


def _taken(period: dict[str, Any]) -> bool:
    return (period.get("recipient") or {}).get("type") not in (None, "none")
