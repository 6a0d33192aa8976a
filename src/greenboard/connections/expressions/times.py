"""Functions over times and lengths of time. `now` is the moment of the collection, the same for all of it. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from greenboard.connections.expressions.function import Evaluated, Mistyped, Registry, moment
from greenboard.core import clock
from greenboard.core.errors import UserError

REGISTRY = Registry()
_DAY = 86_400.0
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII)
_GO = re.compile(r"(\d+(?:\.\d+)?)(ms|us|ns|µs|[smhdwy])", re.ASCII)
_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3,
    "s": 1, "m": 60, "h": 3600, "d": _DAY, "w": 7 * _DAY, "y": 365 * _DAY,
}  # fmt: skip


@REGISTRY.add("time", gives="float", timed=True, example="days_since(pushed_at)")
def days_since(now: datetime, time: str) -> float:
    """How many days ago that was; less than nothing of what is to come."""
    return (now - moment(time)).total_seconds() / _DAY


@REGISTRY.add("time", gives="seconds", timed=True, example="since(created_at)")
def since(now: datetime, time: str) -> float:
    """How many seconds ago that was."""
    return (now - moment(time)).total_seconds()


@REGISTRY.add("time", "text", gives="bool", timed=True, example="within(created_at, '30d')")
def within(now: datetime, time: str, span: str) -> bool:
    """Whether that was at most this long ago, and is not still to come."""
    return timedelta() <= now - moment(time) <= _span(span)


@REGISTRY.add("time", gives="bool", timed=True, example="past(due_at)")
def past(now: datetime, time: str) -> bool:
    """Whether that is over."""
    return moment(time) < now


@REGISTRY.add("time", "time", gives="seconds", example="between(created_at, resolved_at)")
def between(start: str, end: str) -> float:
    """The seconds from one time to another."""
    return (moment(end) - moment(start)).total_seconds()


@REGISTRY.add(
    "list", "rule", "rule", "text", gives="seconds", timed=True, example="uncovered(shifts, &start, &end, '30d')"
)
def uncovered(now: datetime, periods: list[Any], start: Evaluated, end: Evaluated, span: str) -> float | None:
    """How many of the seconds to come, as far as the span goes, lie in no period; unknown when a bound is."""
    times = [(start(one), end(one)) for one in periods]
    if any(bound is None for pair in times for bound in pair):
        return None
    return free(now, now + _span(span), ((moment(one), moment(other)) for one, other in times))


def free(start: datetime, end: datetime, taken: Iterable[tuple[datetime, datetime]]) -> float:
    """How many seconds between two moments lie in none of some periods, which may overlap."""
    found, reached = 0.0, start
    for begun, over in sorted(taken):
        found += max(0.0, (min(begun, end) - reached).total_seconds())
        reached = max(reached, min(over, end))
    return found + max(0.0, (end - reached).total_seconds())


@REGISTRY.add("number", gives="seconds", example="minutes(escalation_delay_in_minutes)")
def minutes(value: float) -> float:
    """Minutes as seconds, the unit of durations."""
    return value * 60


@REGISTRY.add("number", gives="seconds", example="hours(window)")
def hours(value: float) -> float:
    """Hours as seconds."""
    return value * 3600


@REGISTRY.add("number", gives="seconds", example="days(window_days)")
def days(value: float) -> float:
    """Days as seconds."""
    return value * _DAY


@REGISTRY.add("number", gives="seconds", example="milliseconds(duration_ms)")
def milliseconds(value: float) -> float:
    """Milliseconds as seconds."""
    return value / 1000


@REGISTRY.add("number", gives="seconds", example="seconds(run_seconds)")
def seconds(value: float) -> float:
    """Seconds, said as such."""
    return value


@REGISTRY.add("text", gives="seconds", example="duration('1h30m')")
def duration(text: str) -> float:
    """A length of time in the writing of Go and Prometheus (`1h30m`, `30d`) or of ISO 8601 (`PT1H`), in seconds."""
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groups()):
        return sum(
            float(part) * size for part, size in zip(iso.groups(), (7 * _DAY, _DAY, 3600, 60, 1), strict=True) if part
        )
    parts = _GO.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise Mistyped("duration: expected a length of time such as 1h30m or PT1H")
    return float(sum(float(number) * _SECONDS[unit] for number, unit in parts))


@REGISTRY.add("text", gives="time", example="iso('2026-11-23')")
def iso(text: str) -> str:
    """A time or date as RFC 3339."""
    return clock.format_time(moment(text))


@REGISTRY.add("number", gives="time", example="epoch(modified)")
def epoch(value: float) -> str:
    """Seconds since 1970 as a time."""
    return _moment(value)


@REGISTRY.add("number", gives="time", example="epoch_ms(modified)")
def epoch_ms(value: float) -> str:
    """Milliseconds since 1970 as a time."""
    return _moment(value / 1000)


def _moment(value: float) -> str:
    if not math.isfinite(value) or not 0 <= value < 253_402_300_800:
        raise Mistyped("epoch: expected seconds since 1970")
    return clock.format_time(datetime.fromtimestamp(value, UTC))


def _span(text: str) -> timedelta:
    try:
        return clock.parse_span(text)
    except UserError:
        raise Mistyped("expected a length of time such as 30d") from None
