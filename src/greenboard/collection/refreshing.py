"""Looking again at single things that a tool said have changed: at once, whatever else runs.

Who takes one has it for a while; should it die, another worker takes it after that.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, connections
from django.db.models import Exists, OuterRef, Q

from greenboard.catalog.events import CatalogChanged
from greenboard.collection import models, placing, reaching, removing
from greenboard.collection.intake import Intake, name_of
from greenboard.collection.keeping import keep
from greenboard.collection.pulling import count
from greenboard.connections.models import Connection
from greenboard.connections.types import Event, Found, Match, Missed, Seen, Subject
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.facts.store import chunks, vocabulary

_IDLE = 0.3
"""Seconds between looks for what is due: a verdict after a message of a tool should take less than one."""
_MOST = 100
_SETTLED = timedelta(seconds=5)
_MATCHING = Q(stream="", subject="")
"""The row that asks for matching, and not for a look at anything."""
_LEASE = timedelta(minutes=2)
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 300))
"""Between attempts; after the last one the next collection will see to it."""
_PASSING = frozenset({"theirs", "limit", "stopped"})
"""Faults that another attempt may not meet."""
log = logging.getLogger("greenboard.collection")


def ask(connection: Connection, wanted: Mapping[str, Collection[str]], now: datetime) -> int:
    """Have single things looked at, as ids by stream; how many."""
    rows = [(stream, name[:400]) for stream, names in wanted.items() for name in names]
    for stream, name in rows:
        models.Refresh.objects.update_or_create(
            connection=connection,
            stream=stream,
            subject=name,
            defaults={"asked_at": now, "due_at": now, "attempts": 0},
        )
    return len(rows)


def note_catalog(event: CatalogChanged) -> None:
    """Have everything matched again soon: what a tool shows may be an entity that came or changed just now.

    Told in the transaction of the change. Changes that follow each other are waited for.
    """
    soon = event.at + _SETTLED
    shown = models.Subject.objects.filter(connection=OuterRef("pk"))
    several = Connection.objects.filter(Exists(shown)).values_list("pk", flat=True)
    rows = [models.Refresh(connection_id=number, asked_at=event.at, due_at=soon) for number in several]
    models.Refresh.objects.bulk_create(rows, ignore_conflicts=True)
    # One that somebody has at hand may have looked at the catalog before this.
    models.Refresh.objects.filter(_MATCHING, attempts__gt=0).update(asked_at=event.at, due_at=soon, attempts=0)


def run(stop: threading.Event) -> None:
    """Look again at what is due until told to stop. To be run in a thread of its own."""
    while not stop.is_set():
        try:
            close_old_connections()
            done = work(clock.now())
        except DatabaseError as error:
            log.warning("the database refused (%s); what is to be looked at again waits", str(error).strip())
            connections.close_all()
            done = 0
        if not done:
            stop.wait(_IDLE)
    connections.close_all()


def work(now: datetime) -> int:
    """Look at what is due; how many things."""
    due = models.Refresh.objects.filter(due_at__lte=now).order_by("due_at", "pk")[:_MOST]
    claimed: dict[int, list[models.Refresh]] = defaultdict(list)
    for row in due:
        if _claim(row, now):
            claimed[row.connection_id].append(row)
    for number, rows in claimed.items():
        connection = Connection.objects.get(pk=number)
        for row in rows:
            if not row.stream:
                _match(connection, again=row.attempts > 1)
        wanted = _wanted(rows)
        _finish(rows, whole=not wanted or look(connection, wanted, now), now=now)
    return sum(map(len, claimed.values()))


def _match(connection: Connection, *, again: bool) -> None:
    """Match everything, and make facts where that changed. Who died meanwhile may have left any of them undone."""
    concerned = placing.place(connection)
    for part in chunks(placing.entities(connection) if again else sorted(concerned)):
        keep(connection, part, reaching.about_of(connection))


def _claim(row: models.Refresh, now: datetime) -> bool:
    mine = models.Refresh.objects.filter(pk=row.pk, due_at=row.due_at)
    row.due_at, row.attempts = now + _LEASE, row.attempts + 1
    return mine.update(due_at=row.due_at, attempts=row.attempts) == 1


def _finish(rows: Sequence[models.Refresh], *, whole: bool, now: datetime) -> None:
    for row in rows:
        # One that was asked for again meanwhile has another moment, and stays.
        mine = models.Refresh.objects.filter(pk=row.pk, due_at=row.due_at)
        if whole or row.attempts > len(PAUSES):
            mine.delete()
        else:
            mine.update(due_at=now + PAUSES[row.attempts - 1])


def _wanted(rows: Sequence[models.Refresh]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.stream:
            found[row.stream].append(row.subject)
    return {stream: tuple(names) for stream, names in found.items()}


def look(connection: Connection, wanted: Mapping[str, tuple[str, ...]], now: datetime) -> bool:
    """Look at single things and make facts of what is there; whether everything could be seen.

    A connection that cannot be opened is left to its next collection, which says why.
    """
    try:
        reached = reaching.reach(connection)
    except UserError as error:
        log.warning("%s cannot be refreshed: %s", connection, error)
        return True
    events = list(reached.look(now, wanted))
    count(connection.pk, reached, clock.now())
    asked = _asked(connection, wanted)
    seen = {name_of(one.subject): one.subject for one in events if isinstance(one, Found | Seen)}
    told = {**asked, **seen}
    intake = Intake(connection, now, vocabulary())
    numbers = intake.take(_bound(events, told.values())) | _numbers(connection, asked)
    concerned = placing.place(connection) if intake.met else set[int]()
    removing.remove_of(connection, now, numbers)
    models.Miss.objects.filter(subject_id__in=numbers, at__lt=now).delete()
    matched = models.Subject.objects.filter(pk__in=numbers, entity__isnull=False)
    concerned |= set(matched.values_list("entity_id", flat=True))
    keep(connection, concerned, reaching.about_of(connection))
    return not any(isinstance(one, Missed) and one.reason.fault in _PASSING for one in events)


def _asked(connection: Connection, wanted: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, str], Subject]:
    """The subjects that are known of those asked for."""
    found: dict[tuple[str, str], Subject] = {}
    for stream, names in wanted.items():
        for row in models.Subject.objects.filter(connection=connection, stream=stream, subject__in=names):
            matches = tuple(Match(by, value) for by, value in row.matches)
            named = (row.stream, row.subject)
            found[named] = Subject(*named, tuple(row.kinds), row.title, row.link, matches)
    return found


def _numbers(connection: Connection, names: Collection[tuple[str, str]]) -> set[int]:
    found: set[int] = set()
    for stream in {stream for stream, _ in names}:
        several = [subject for one, subject in names if one == stream]
        rows = models.Subject.objects.filter(connection=connection, stream=stream, subject__in=several)
        found |= set(rows.values_list("pk", flat=True))
    return found


def _bound(events: Sequence[Event], subjects: Collection[Subject]) -> Iterator[Event]:
    """What a look at single things could not see is unknown of those, not of everything."""
    for event in events:
        if isinstance(event, Missed) and event.subject is None:
            yield from (replace(event, subject=subject) for subject in subjects)
        else:
            yield event
