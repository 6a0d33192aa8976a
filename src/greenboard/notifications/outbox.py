"""What happened, written down for people in the transaction in which it happens; `spreading` tells whom it concerns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from types import MappingProxyType

from greenboard.core import clock
from greenboard.core.happened import Happened
from greenboard.core.refs import Ref
from greenboard.notifications.models import Notice, Turn
from greenboard.notifications.types import HEARD
from greenboard.results.events import ResultsWritten

LATE = timedelta(days=1)
"""What is so long past when it is written is history that somebody brings along: nobody is sent it."""
_KEY = 200


def note(event: Happened) -> None:
    """Whatever happened that people may hear of. The same again, of one key, entity and moment, changes nothing."""
    if event.kind in HEARD:
        Notice.objects.bulk_create([notice(event)], ignore_conflicts=True)


def note_results(event: ResultsWritten) -> None:
    """Results or levels changed: read later, so that judging waits for nothing."""
    if not event.first and clock.now() - event.at < LATE:
        Turn.objects.create(scorecard=event.scorecard, at=event.at)


def notice(
    event: Happened, numbers: Mapping[Ref, int] = MappingProxyType({}), *, glyph: str = "", word: str = ""
) -> Notice:
    """An event as a row, not yet written. `numbers` are surrogate ids of entities; others are found by spreading."""
    about = str(event.entity) if event.entity else ""
    return Notice(
        once=_once(event, about),
        kind=event.kind.value,
        at=event.at,
        title=event.title,
        why=event.why,
        todo=event.todo,
        path=event.path,
        about=about,
        entity_id=numbers.get(event.entity) if event.entity else None,
        severity=event.severity.value,
        key=event.key[:_KEY],
        teams=sorted(map(str, event.teams)),
        people=sorted(event.people),
        glyph=glyph,
        word=word,
        late=clock.now() - event.at > LATE,
    )


def _once(event: Happened, about: str) -> str:
    """What is told once. Cases of one key at one moment that are about different entities or people are different."""
    same = [event.kind, clock.format_time(event.at), event.key, about, sorted(event.people)]
    return sha256(json.dumps(same if event.key else [*same, event.title, event.path]).encode()).hexdigest()
