"""Connected tools: whether their integrations are there, their secrets open, and their collections see everything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from greenboard.collection import models
from greenboard.collection.types import Kind, RemovalState, State
from greenboard.connections import discovery, service, store
from greenboard.connections.models import Connection
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.project.doctor.types import Finding, Look, fail, good, warn
from greenboard.project.environment import Environment

_LATE = 3
"""So many times between two collections may pass without one that ended."""
_GRACE = timedelta(minutes=10)


def integrations(_: Environment) -> Iterator[Finding]:
    """The folders of integrations can be read."""
    for error in discovery.broken():
        yield fail("integrations", str(error), "Mend the file that is named, or take its folder away.")


def connections(_: Environment) -> Iterator[Finding]:
    """Each connection that is switched on brings what it should."""
    now, sound = clock.now(), 0
    for row in store.connections():
        if row.enabled:
            found = _broken(row, now)
            sound += found is None
            if found is not None:
                yield found
    if sound:
        yield good("connections", f"{sound} as they should be")


def _broken(row: Connection, now: datetime) -> Finding | None:
    try:
        service.opened(row)
    except UserError as error:
        return fail("connections", f"{row}: {error}", "Change or remove the connection.")
    page = f"See the page of {row}."
    last = models.Collection.objects.filter(connection=row, kind=Kind.WHOLE.value, ended_at__isnull=False)
    newest = last.order_by("-id").first()
    every = service.every(row)
    since = newest.ended_at if newest and newest.ended_at else row.created_at
    if every and now - since > _LATE * every + _GRACE:
        return warn("connections", f"{row}: no collection has ended for {(now - since).total_seconds():,.0f} s", page)
    if newest and newest.state == State.FAILED:
        return fail("connections", f"{row}: the last collection failed. {_why(newest)}".rstrip(), page)
    if newest and newest.state == State.PARTIAL:
        return warn("connections", f"{row}: the last collection could not see everything", page)
    if models.Removal.objects.filter(connection=row, state=RemovalState.WAITING.value).exists():
        return warn("connections", f"{row}: much is gone, and waits for somebody to confirm", page)
    return None


def _why(collection: models.Collection) -> str:
    """What ended it, or the first thing that it met."""
    return collection.error or next((str(one.get("text", "")) for one in collection.faults), "")


LOOKS: tuple[Look, ...] = (integrations, connections)
