"""Pulling through a connection, a part at a time: each part is kept before the next is asked for.

The process that pulls keeps the place where it is; one that takes over begins where the runtime's
work file says, or anew.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import InitVar, asdict, dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F

from greenboard.collection import models, reaching
from greenboard.collection.intake import Intake
from greenboard.collection.reaching import Reached
from greenboard.connections.models import Connection
from greenboard.connections.types import Ended, Event, Progress
from greenboard.core import collecting
from greenboard.facts.store import vocabulary

MOST = 1_000
"""So many events are kept together."""
_SECONDS = 1.0
_ASK = 0.5
"""Seconds between two looks whether to stop."""


@dataclass
class Pull:
    """One collection under way in this process."""

    collection: int
    connection: InitVar[Connection]
    intake: Intake
    reached: Reached = field(init=False)
    events: Iterator[Event] = field(init=False)
    _ended: Ended | None = None
    _asked: float = 0.0
    _stop: bool = False

    def __post_init__(self, connection: Connection) -> None:
        self.reached = reaching.reach(connection, self.stopping)
        self.events = self.reached.collect(self.intake.now)

    def stopping(self) -> bool:
        """Whether somebody wants it to stop. It is asked often, and looks from time to time.

        Only the thread that pulls looks: the others of the runtime hear what it found.
        """
        ours = threading.current_thread() is self.reached.buckets.home
        if ours and not self._stop and time.monotonic() - self._asked > _ASK:
            self._asked = time.monotonic()
            self._stop = models.Collection.objects.filter(pk=self.collection, stop=True).exists()
        return self._stop

    def part(self) -> bool:
        """Keep the next part; False when that was the last."""
        self.reached.buckets.home = threading.current_thread()
        several, began = [], time.monotonic()
        for event in self.events:
            several.append(event)
            if isinstance(event, Ended):
                self._ended = event
            if len(several) >= MOST or time.monotonic() - began > _SECONDS:
                break
        else:
            self._keep(several, last=True)
            return False
        self._keep(several)
        return True

    def _keep(self, several: list[Event], *, last: bool = False) -> None:
        ended = self._ended
        progress = {one.stream: [one.done, one.total] for one in several if isinstance(one, Progress)}
        with transaction.atomic():
            self.intake.take(several)
            if last and ended is not None and not self._stop:
                self.intake.end(ended)
            row = models.Collection.objects.select_for_update().get(pk=self.collection)
            row.progress |= progress
            if ended is not None:
                row.complete = {"types": dict(ended.complete), "subjects": dict(ended.subjects)}
                row.streams = {name: asdict(count) for name, count in ended.streams.items()}
            row.save(update_fields=["progress", "complete", "streams"])
            count(row.connection_id, self.reached, datetime.now(self.intake.now.tzinfo))


_pulls: dict[int, Pull] = {}


def part(collection: int) -> bool:
    """Keep the next part of a collection; whether there is more."""
    pull = _pulls.get(collection)
    if pull is None:
        row = models.Collection.objects.select_related("connection").get(pk=collection)
        assert row.now is not None, "it has begun"
        pull = Pull(collection, row.connection, Intake(row.connection, row.now, vocabulary(), whole=True))
        _pulls[collection] = pull
    more = False
    try:
        with collecting.paused():
            more = pull.part()
    finally:
        if not more:
            del _pulls[collection]
    return more


def count(connection: int, reached: Reached, at: datetime) -> None:
    """Note the calls that were made, in their hour."""
    calls, size = reached.call.taken()
    if calls:
        hour = at.replace(minute=0, second=0, microsecond=0)
        row, _ = models.Calls.objects.get_or_create(connection_id=connection, hour=hour)
        models.Calls.objects.filter(pk=row.pk).update(count=F("count") + calls, bytes=F("bytes") + size)
