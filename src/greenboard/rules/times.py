"""Moments and lengths of time, in microseconds: their parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from greenboard.rules import tree
from greenboard.rules.step import Step
from greenboard.rules.texts import per_text
from greenboard.rules.tree import Kind
from greenboard.rules.vectors import Array, Value, Vec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo | None:
    """A time zone by its name or offset (`Europe/Berlin`, `+02:00`, `-05:30`); None when there is none."""
    sign = -1 if name.startswith("-") else 1
    hours, colon, minutes = name.lstrip("+-").partition(":")
    if colon and hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60:
        return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes)))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


_PARTS: dict[str, Callable[[datetime], int]] = {
    "getFullYear": lambda moment: moment.year,
    "getMonth": lambda moment: moment.month - 1,
    "getDate": lambda moment: moment.day,
    "getDayOfMonth": lambda moment: moment.day - 1,
    "getDayOfWeek": lambda moment: moment.isoweekday() % 7,
    "getDayOfYear": lambda moment: moment.timetuple().tm_yday - 1,
    "getHours": lambda moment: moment.hour,
    "getMinutes": lambda moment: moment.minute,
    "getSeconds": lambda moment: moment.second,
    "getMilliseconds": lambda moment: moment.microsecond // 1000,
}
_UNITS = {"getHours": 3600 * _SECOND, "getMinutes": 60 * _SECOND, "getSeconds": _SECOND}


def _part(name: str) -> Callable[[Step], Value]:
    read = _PARTS[name]

    def of_moment(moment: int, where: str = "UTC") -> int | None:
        known = zone(where)
        try:
            return None if known is None else read((_EPOCH + timedelta(microseconds=moment)).astimezone(known))
        except OverflowError:
            return None

    def applied(step: Step) -> Value:
        if step.vec(0).type.kind is Kind.TIMESTAMP:
            return per_text(step, tree.INT, of_moment)
        return Vec(tree.INT, _of_span(name, step.vec(0).data), step.state())

    return applied


def _of_span(name: str, data: Array) -> Array:
    """Whole hours, minutes, seconds of a length of time, towards zero; milliseconds only within the second."""
    if name == "getMilliseconds":
        return np.fix(np.fmod(data, _SECOND) / 1000).astype(np.int64)
    unit = _UNITS[name]
    return np.where(data < 0, -(-data // unit), data // unit)


OPERATORS: dict[str, Callable[[Step], Value]] = {name: _part(name) for name in _PARTS}
