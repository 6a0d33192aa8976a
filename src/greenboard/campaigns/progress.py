"""Progress by day: points of days that are over are kept, since the past does not change; today is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from greenboard.campaigns import standing, store
from greenboard.campaigns.definition import Definition
from greenboard.campaigns.forecast import Day
from greenboard.campaigns.models import Point
from greenboard.campaigns.pairs import Counts
from greenboard.campaigns.store import Held

_LAST = timedelta(microseconds=1)
"""Before the end: what begins with the next day is not of this one."""
MOST = 400
"""Days that a campaign is followed, at most: one that nobody ends is not counted for ever."""


def fill(held: Held, now: datetime, most: int) -> int:
    """Keep points that are missing, the newest first, at most so many; how many were made."""
    known = set(Point.objects.filter(campaign=held.row).values_list("day", flat=True))
    missing = [day for day in reversed(_over(held, now)) if day not in known][:most]
    for day in missing:
        counts = at(held, held.definition.end_of(day) - _LAST)
        kept = {
            "done": counts.done, "failing": counts.failing, "undecided": counts.undecided, "exempt": counts.exempt
        }  # fmt: skip
        Point.objects.get_or_create(campaign=held.row, day=day, defaults=kept)
    return len(missing)


def at(held: Held, moment: datetime) -> Counts:
    """What was met at a moment, by what the campaign asked then, and the catalog and results of then."""
    return standing.pairs(store.held(held.row, moment).definition, moment).counts


def points(held: Held, until: datetime | None = None) -> list[tuple[date, Counts]]:
    """The points that are kept of days that were over at a moment (None: all), the first one first."""
    rows = Point.objects.filter(campaign=held.row, day__gte=held.definition.start - timedelta(days=1)).order_by("day")
    if until is not None:
        rows = rows.filter(day__lt=held.definition.day_of(until))
    return [(row.day, Counts(row.done, row.failing, row.undecided, row.exempt)) for row in rows]


def course(kept: Sequence[tuple[date, Counts]], today: date, now: Counts) -> list[Day]:
    """The last unbroken stretch of days up to today, for a forecast."""
    found = [Day(today, now.total, now.settled)]
    for day, counts in reversed(kept):
        if day != found[-1].on - timedelta(days=1):
            break
        found.append(Day(day, counts.total, counts.settled))
    return found[::-1]


def _over(held: Held, now: datetime) -> list[date]:
    """The days of a campaign that are over and that it was at, its day before the first one among them."""
    definition: Definition = held.definition
    last = min(now, held.row.ended_at or now)
    first = definition.start - timedelta(days=1)
    count = min((definition.day_of(last) - first).days, MOST)
    return [first + timedelta(days=at) for at in range(max(count, 0))]
