"""What is due of an attestation at a moment: a reminder, its end, or nothing yet. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from greenboard.attestations.types import Cause, Ended


@dataclass(frozen=True)
class Due:
    """What is to be done now, and when to look again; None never.

    `remind` is how many days before the end somebody is to be reminded for.
    """

    next_at: datetime | None
    remind: int | None = None
    ended: Ended | None = None


def end_of(day: date) -> datetime:
    """The moment at which a day ends in UTC: the first one that is not of it."""
    return datetime.combine(day, time.min, UTC) + timedelta(days=1)


def due(expires_at: datetime, remind: Sequence[int], reminded: int | None, now: datetime) -> Due:
    """What is due. `reminded` is the smallest number of days for which somebody was reminded already.

    Of reminders that were missed only the last one is made up for: one who was away hears of it once.
    """
    if now >= expires_at:
        day = (expires_at - timedelta(seconds=1)).date()
        return Due(None, ended=Ended(Cause.DATE, f"Its last day was {day:%d %b %Y}."))
    left = [days for days in remind if reminded is None or days < reminded]
    passed = [days for days in left if now >= expires_at - timedelta(days=days)]
    coming = [expires_at - timedelta(days=days) for days in left if days not in passed]
    return Due(min(coming, default=expires_at), remind=min(passed, default=None))


def first_look(expires_at: datetime, remind: Sequence[int], given: datetime) -> tuple[datetime, int | None]:
    """When to look at a new attestation first, and the reminders that it is too short for: nobody needs those."""
    passed = [days for days in remind if given >= expires_at - timedelta(days=days)]
    reminded = min(passed, default=None)
    return due(expires_at, remind, reminded, given).next_at or expires_at, reminded
