"""Collections that are due, begun by whichever worker looks first; and those whose worker forgot them, ended."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections

from greenboard.collection import models, running
from greenboard.collection.jobs import collection
from greenboard.collection.types import Kind
from greenboard.connections import service, store
from greenboard.connections.models import Connection
from greenboard.core import clock
from greenboard.durable import outbox
from greenboard.durable.types import State

_EVERY = 1.0
_MOST = 20
_PATIENCE = timedelta(minutes=1)
log = logging.getLogger("greenboard.collection")


def run(stop: threading.Event) -> None:
    """Begin what is due until told to stop. To be run in a thread of its own."""
    looked = clock.now()
    while not stop.wait(_EVERY):
        try:
            close_old_connections()
            now = clock.now()
            begin(now)
            if now - looked > _PATIENCE:
                looked = now
                mend(now)
        except DatabaseError as error:
            log.warning("the database refused (%s); collections wait", str(error).strip())
            connections.close_all()
    connections.close_all()


def begin(now: datetime) -> int:
    """Begin the collections that are due; how many."""
    count = 0
    for connection in store.due(now, _MOST):
        try:
            running.start(connection, collection, kind=Kind.WHOLE)
            count += 1
        except running.Busy:  # it takes longer than the time between two: the next one is left out
            every = service.every(connection)
            due = now + every if every else None
            Connection.objects.filter(pk=connection.pk, due_at=connection.due_at).update(due_at=due)
    return count


def mend(now: datetime) -> None:
    """End the collections whose durable work is over, or lost, without saying so."""
    from greenboard.durable.engine import Unreachable, client

    for row in running.lost(now, _PATIENCE):
        try:
            found = client(settings.DURABLE).run(row.run)
        except Unreachable:
            return
        if found is None and outbox.dispatched(row.run):
            running.fail(row, "what was under way has been forgotten: the state of durable work is gone")
        elif found is not None and found.state not in (State.WAITING, State.RUNNING):
            running.fail(row, found.error or "its work ended too early")
            log.error("collection %d of %s ended: %s", row.pk, row.connection, found.error)


def purge(before: datetime) -> int:
    """Forget collections that ended before a moment, what was heard, and counts of calls; how many rows."""
    over = models.Collection.objects.filter(ended_at__lt=before).delete()[0]
    heard = models.Heard.objects.filter(at__lt=before).delete()[0]
    return over + heard + models.Calls.objects.filter(hour__lt=before).delete()[0]
