"""What YAML cannot say of Opsgenie: steps at the same time are one level, and shifts overlap."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from greenboard.connections.expressions.function import Registry, moment
from greenboard.connections.expressions.times import free

FUNCTIONS = Registry()
_SECONDS = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
_CALLS = {"all": True, "user": True, "escalation": True, "schedule": True, "team": True, "group": True, "none": False}
_DAYS = 30


@FUNCTIONS.add("list", gives="list", example="levels(escalation.rules)")
def levels(rules: list[Any]) -> list[Any] | None:
    """The levels of an escalation, in order: after how many seconds (`after`), and whom they call (`who`)."""
    found: dict[int, list[Any]] = {}
    for rule in rules:
        after, who = _after(rule), rule.get("recipient") if isinstance(rule, dict) else None
        calls = _CALLS.get(str(who.get("type"))) if isinstance(who, dict) else None
        if after is None or calls is None:
            return None
        if calls:
            found.setdefault(after, []).append(who)
    return [{"after": after, "who": found[after]} for after in sorted(found)]


@FUNCTIONS.add("list", "time", gives="seconds", timed=True, example="uncovered(finalTimeline.rotations, endDate)")
def uncovered(now: datetime, rotations: list[Any], told_until: str) -> float | None:
    """For how many seconds of the next 30 days the rotations call nobody; unknown where less is told."""
    end = now + timedelta(days=_DAYS)
    if moment(told_until) < end:
        return None
    told = [one.get("periods") if isinstance(one, dict) else None for one in rotations]
    if not all(isinstance(one, list | None) for one in told):
        return None
    taken = [one for periods in told for one in periods or () if _is_taken(one)]
    return free(now, end, ((moment(one.get("startDate")), moment(one.get("endDate"))) for one in taken))


def _after(rule: Any) -> int | None:
    delay = rule.get("delay") if isinstance(rule, dict) else None
    if not isinstance(delay, dict):
        return None
    # The schema names minutes as what a delay without a unit is in.
    amount, unit = delay.get("timeAmount"), _SECONDS.get(str(delay.get("timeUnit") or "minutes"))
    return amount * unit if isinstance(amount, int) and unit else None


def _is_taken(period: Any) -> bool:
    who = period.get("recipient") if isinstance(period, dict) else None
    return isinstance(who, dict) and who.get("type") not in (None, "none")
