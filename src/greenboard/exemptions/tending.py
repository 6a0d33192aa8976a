"""What time brings about: exemptions that end, requests that nobody decided, reminders before an end.

Whether an exemption still holds never waits for this: that is an interval. Here it is noted, logged and told, once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from greenboard.core.happened import Happening
from greenboard.exemptions import deciding, telling
from greenboard.exemptions.models import Event, Exemption
from greenboard.exemptions.types import REMINDED, Did, State

_MOST = 2_000
"""So many at once, so that no transaction is long."""
_BATCH = 500


def tend(now: datetime) -> int:
    """Do what is due by a moment: how much that was."""
    done = 0
    while ended := _take(_ended(now), partial(_end, now=now)):
        done += ended
    for days in sorted(REMINDED):  # the nearest first: what was missed meanwhile is told once
        while told := _take(_ending(now, days), partial(_remind, days=days, now=now)):
            done += told
    return done


def _ended(now: datetime) -> QuerySet[Exemption]:
    return Exemption.objects.filter(state__in=[State.APPROVED.value, State.REQUESTED.value], ends__lte=now)


def _ending(now: datetime, days: int) -> QuerySet[Exemption]:
    """What ends within so many days, was not told so yet, and has no approved renewal."""
    rows = Exemption.objects.filter(state=State.APPROVED.value, ends__gt=now, ends__lte=now + timedelta(days=days))
    renewed = Exemption.objects.filter(state=State.APPROVED.value, renews__isnull=False).values("renews")
    return rows.filter(Q(told__isnull=True) | Q(told__gt=days)).exclude(pk__in=renewed)


def _take(due: QuerySet[Exemption], work: Callable[[Sequence[Exemption]], None]) -> int:
    """Take some rows that nobody else has in hand, and do the work in the same transaction."""
    if not due.exists():
        return 0
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        rows = list(due.order_by("pk")[:_MOST])
        if rows:
            work(rows)
    return len(rows)


def _end(rows: Sequence[Exemption], now: datetime) -> None:
    numbers = [row.pk for row in rows]
    _update(numbers, state=State.EXPIRED.value)
    _log(rows, Did.EXPIRED, now, "")
    held = [row for row in rows if row.holds_from is not None]
    if held:
        deciding.announce(held, now)
    telling.tell(Happening.EXEMPTION_ENDED, numbers, now)


def _remind(rows: Sequence[Exemption], days: int, now: datetime) -> None:
    numbers = [row.pk for row in rows]
    _update(numbers, told=days)
    _log(rows, Did.REMINDED, now, f"ends within {days} day{'s' if days > 1 else ''}")
    telling.tell(Happening.EXEMPTION_ENDING, numbers, now)


def _update(numbers: Sequence[int], **to: object) -> None:
    for start in range(0, len(numbers), _BATCH):
        Exemption.objects.filter(pk__in=numbers[start : start + _BATCH]).update(**to, version=F("version") + 1)


def _log(rows: Sequence[Exemption], did: Did, now: datetime, text: str) -> None:
    told = [Event(exemption=row, did=did.value, at=now, text=text) for row in rows]
    Event.objects.bulk_create(told, batch_size=_BATCH)
