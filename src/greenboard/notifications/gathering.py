"""Messages that gather: cases of one key within a time, a digest until its moment, the rest of an hour that was full.

It is called by one worker at a time (`spreading` sees to that), and never finds a message that is being written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from greenboard.core.happened import Severity
from greenboard.notifications import scheduling
from greenboard.notifications.composing import CAP
from greenboard.notifications.models import Message
from greenboard.notifications.types import Gathers, How, State, Times

WINDOW = timedelta(minutes=1)
"""So long the first message of a key gathers; those after it until an hour after it was begun."""
HOUR = timedelta(hours=1)
KEPT = 100
"""So many cases a message names; the others it counts."""


@dataclass(frozen=True)
class To:
    """A receiver by a channel. `times` are those of the person or team; a route has none of its own."""

    channel: int
    receiver: str
    address: str = ""
    person: int | None = None
    times: Times | None = None
    reason: str = ""


@dataclass(frozen=True)
class Cases:
    """Notices of one key that one receiver is told of in one way; "" is a key of its own for each."""

    key: str
    notices: Sequence[int]
    severity: Severity
    way: How


def gather(to: To, cases: Cases, now: datetime) -> None:
    """Put cases into the message that gathers them, or begin one."""
    gathers, until = _when(to, cases, now)
    if until is None:
        return
    key = cases.key if gathers is Gathers.CASES else ""
    if (gathers is Gathers.CASES and not key) or not _join(to, gathers, key, cases.notices):
        _begin(to, gathers, key, cases.notices, made=now, until=until)


def _when(to: To, cases: Cases, now: datetime) -> tuple[Gathers, datetime | None]:
    """What gathers cases, and until when; None is that nothing does."""
    if cases.way is How.DIGEST:
        return Gathers.DIGEST, scheduling.next_digest(to.times, now) if to.times else now
    quiet = scheduling.quiet_until(to.times, now) if to.times and cases.severity is not Severity.CRITICAL else None
    if quiet is not None:
        return Gathers.QUIET, quiet
    mine = _of(to).filter(gathers=Gathers.CASES.value)
    if cases.key and (last := mine.filter(key=cases.key, created_at__gt=now - HOUR).order_by("-id").first()):
        return Gathers.CASES, max(last.created_at + HOUR, now + WINDOW)
    if mine.filter(created_at__gt=now - HOUR).count() >= CAP:
        return Gathers.CAP, now.replace(minute=0, second=0, microsecond=0) + HOUR
    return Gathers.CASES, now + WINDOW if cases.key else now


def _of(to: To) -> QuerySet[Message]:
    return Message.objects.filter(channel_id=to.channel, receiver=to.receiver, address=to.address)


def _join(to: To, gathers: Gathers, key: str, notices: Sequence[int]) -> bool:
    """Put notices into the message that gathers them; False where there is none."""
    open_ = _of(to).filter(gathers=gathers.value, key=key, state=State.GATHERING.value)
    row = open_.select_for_update().first()
    if row is None:
        return False
    row.cases = [*row.cases, *notices][:KEPT]
    row.count += len(notices)
    row.save(update_fields=["cases", "count"])
    return True


def _begin(to: To, gathers: Gathers, key: str, notices: Sequence[int], *, made: datetime, until: datetime) -> None:
    Message.objects.create(
        channel_id=to.channel,
        receiver=to.receiver,
        person_id=to.person,
        address=to.address,
        gathers=gathers.value,
        key=key,
        reason=to.reason,
        cases=list(notices)[:KEPT],
        count=len(notices),
        until=until,
        created_at=made,
    )


def retime(receiver: str, times: Times, now: datetime) -> None:
    """Have what gathers for somebody end as they want it from now on: at once, where they want none of it."""
    moments: Mapping[Gathers, datetime | None] = {
        Gathers.DIGEST: scheduling.next_digest(times, now),
        Gathers.QUIET: scheduling.quiet_until(times, now),
    }
    waiting = Message.objects.filter(receiver=receiver, state=State.GATHERING.value)
    for gathers, until in moments.items():
        waiting.filter(gathers=gathers.value).update(until=until or now)
