"""Time, at the rim. Pure code takes `now` as an argument; only surfaces ask the clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from greenboard.core.errors import UserError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 timestamp or a date; without a zone it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UserError("not a timestamp", expected="like 2026-11-23T09:00:00Z", got=repr(text)) from None


def as_of(text: str, now: datetime) -> datetime | None:
    """The moment at which a reader wants to stand: a date means its end. None is now, which later moments are, too."""
    moment = parse_time(text)
    try:
        moment += timedelta(days=1, seconds=-1) if len(text.strip()) == len("2026-11-23") else timedelta()
    except OverflowError:
        return None
    return None if moment >= now else moment


def stored(given: str | datetime) -> datetime:
    """A moment as a database gives it to who asks without Django; SQLite has a text, in UTC."""
    return given if isinstance(given, datetime) else datetime.fromisoformat(given).replace(tzinfo=UTC)


def format_time(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, with microseconds only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_span(text: str) -> timedelta:
    """Read a length of time such as `90d`, `12h` or `1d12h`."""
    parts = re.findall(r"(\d+)([smhdw])", text.strip())
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        raise UserError("not a length of time", expected="like 90d, 12h or 30m", got=repr(text))
    return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())


def format_span(span: timedelta) -> str:
    """Write a length of time in whole seconds as `parse_span` reads it: `7d`, `1d12h`."""
    left, parts = int(span.total_seconds()), []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        if left >= size:
            parts.append(f"{left // size}{unit}")
            left %= size
    return "".join(parts) or "0s"
