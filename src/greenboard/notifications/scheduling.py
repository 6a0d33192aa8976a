"""When somebody is told: quiet hours and digests on the clock of their wall, whatever their zone does to it. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from greenboard.core.errors import UserError, suggest
from greenboard.notifications.types import Digest, Times

LONGEST = timedelta(hours=16)
"""Quiet hours are no longer than this: who wants more wants a digest."""
_DAY = timedelta(days=1)
_NEVER_LATER = 9


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The names of all zones."""
    return tuple(sorted(available_timezones() - {"localtime"}))


def check(times: Times) -> Times:
    """The same times, if they can be kept.

    Raises:
        UserError: there is no such zone or day, or the quiet hours are half given or too long.

    """
    if times.zone not in zones():
        hint = suggest(times.zone, zones())
        raise UserError(
            "no such time zone", expected="a name such as Europe/Berlin", got=repr(times.zone[:60]), hint=hint
        )
    if (times.quiet_from is None) is not (times.quiet_to is None):
        raise UserError("half of the quiet hours", expected="when they begin and when they end, or neither")
    if (
        times.quiet_from is not None
        and times.quiet_to is not None
        and _length(times.quiet_from, times.quiet_to) > LONGEST
    ):
        raise UserError("quiet hours of more than 16 hours", hint="Choose a digest for what does not need you at once.")
    if not 0 <= times.digest_day <= 6:
        raise UserError("no such day of the week", expected="0 (Monday) to 6", got=str(times.digest_day))
    return times


def next_digest(times: Times, after: datetime) -> datetime | None:
    """The first moment of a digest after another one; None where none are wanted.

    A time that the clock leaves out comes as much later; of one that it shows twice the first counts.
    """
    if times.digest is Digest.OFF:
        return None
    zone = ZoneInfo(times.zone)
    first = after.astimezone(zone).date() - _DAY
    days = (first + _DAY * number for number in range(_NEVER_LATER + 2))
    wanted = (day for day in days if times.digest is Digest.DAILY or day.weekday() == times.digest_day)
    return next(moment for day in wanted if (moment := _moment(day, times.digest_at, zone)) > after)


def quiet_until(times: Times, now: datetime) -> datetime | None:
    """The end of the quiet hours that are now; None where it is not quiet."""
    if times.quiet_from is None or times.quiet_to is None or times.quiet_from == times.quiet_to:
        return None
    zone = ZoneInfo(times.zone)
    wall = now.astimezone(zone)
    if not _within(wall.time(), times.quiet_from, times.quiet_to):
        return None
    ends = (
        moment
        for day in (wall.date(), wall.date() + _DAY, wall.date() + 2 * _DAY)
        for moment in _moments(day, times.quiet_to, zone)
    )
    return min(moment for moment in ends if moment > now)


def _within(wall: time, start: time, end: time) -> bool:
    return start <= wall < end if start < end else wall >= start or wall < end


def _length(start: time, end: time) -> timedelta:
    day = date(2000, 1, 1)
    length = datetime.combine(day, end) - datetime.combine(day, start)
    return length if length >= timedelta() else length + _DAY


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)


def _moments(day: date, at: time, zone: ZoneInfo) -> list[datetime]:
    """The moments at which the wall shows a time on a day: two where the clock goes back over it.

    Where it goes forward over it, the moment as much later.
    """
    first, second = (datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    return [first] if second <= first else [first, second]
