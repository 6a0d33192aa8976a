"""What becomes of what was made: pull requests that are merged or closed, and work that got lost."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from greenboard.connections.events import PullChanged
from greenboard.connections.types import Failed
from greenboard.core.errors import UserError
from greenboard.durable import outbox
from greenboard.durable.types import State as Engine
from greenboard.scaffolds import forge, service, store, telling, working
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import State

_MOST = 100
_PATIENCE = timedelta(minutes=1)
_log = logging.getLogger("greenboard.scaffolds")


def pulls(now: datetime) -> int:
    """Ask for the pull requests that are open, those first that were not asked for the longest; how many are not."""
    rows = Making.objects.filter(number__isnull=False, landed_at=None, closed_at=None, state=State.DONE.value)
    oldest = rows.defer("tree").order_by(F("watched_at").asc(nulls_first=True), "id")[:_MOST]
    return sum(watch(row, now) for row in list(oldest))


def watch(row: Making, now: datetime) -> bool:
    """See whether a pull request was merged or closed; a forge that does not answer is asked another time."""
    mine = Making.objects.filter(pk=row.pk, landed_at=None, closed_at=None)
    told: dict[str, datetime] = {"watched_at": now}
    try:
        found = forge.state(row.connection, row.repository, row.number or 0, now)
    except (Failed, UserError) as error:
        _log.info("pull request %s of %s is not known: %s", row.number, row.repository, error)
        found = "open"
    if found == "merged":
        told["landed_at"] = now
    elif found == "closed":
        told["closed_at"] = now
    with transaction.atomic():
        if mine.update(**told) and found != "open":
            telling.ended(store.making(row.pk), now)
    return found != "open"


def note_pull(event: PullChanged) -> None:
    """A forge says that something happened to a pull request: whatever was made as that one is asked for at once."""
    from greenboard.scaffolds.jobs import pull

    rows = Making.objects.filter(repository__iexact=event.repository, number=event.number)
    for number in rows.filter(landed_at=None, closed_at=None).values_list("pk", flat=True):
        outbox.wish(pull, {"making": number})


def lost(now: datetime) -> int:
    """Go on with makings whose durable work is forgotten, and end those that a fault of ours ended; how many."""
    rows = Making.objects.filter(state=State.UNDERWAY.value, turned_at__lt=now - _PATIENCE).exclude(turn="")
    several = list(rows.defer("tree")[:_MOST])
    if not several:
        return 0
    from greenboard.durable.engine import Unreachable, client

    count = 0
    for row in several:
        try:
            found = client(settings.DURABLE).run(row.turn)
        except Unreachable:
            return count
        if found is not None and found.state in (Engine.WAITING, Engine.RUNNING):
            continue
        if found is not None and found.state is Engine.FAILED:
            _log.error("the work on %s ended by a fault: %s", row, found.error)
            working.fail(row, "an internal fault; it is in the log of the worker")
        elif found is None and not outbox.dispatched(row.turn):
            continue
        else:
            _again(row)
        count += 1
    return count


def _again(row: Making) -> None:
    with transaction.atomic():
        mine = Making.objects.select_for_update().defer("tree").filter(pk=row.pk, turn=row.turn).first()
        if mine is not None and mine.state == State.UNDERWAY:
            service.wake(mine)
