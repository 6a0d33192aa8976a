"""What is told of collections: a tool that cannot be read, that can again, or that shows what the catalog lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from greenboard.collection.models import Collection, Subject
from greenboard.collection.types import Kind, Standing, State
from greenboard.core import clock, events
from greenboard.core.happened import Happened, Happening, Severity

MOST = 10
"""So many discoveries of one collection are told each by itself; more, and those of the first one, together."""
_LONGEST = 300


def tell(row: Collection) -> None:
    """Announce a collection that just ended if it failed and the one before did not, or the other way round.

    What it shows and the catalog lacks is announced once, by the first collection that saw it to the end.
    """
    if row.kind != Kind.WHOLE or row.state == State.STOPPED:
        return
    ended = Collection.objects.filter(connection=row.connection, kind=Kind.WHOLE.value, pk__lt=row.pk)
    ended = ended.filter(ended_at__isnull=False).exclude(state=State.STOPPED.value).order_by("-id")
    before = ended.first()
    failed, failing = row.state == State.FAILED, before is not None and before.state == State.FAILED
    if failed and not failing:
        events.announce(_failed(row, before))
    elif failing and not failed:
        events.announce(_recovered(row))
    if not failed:
        for event in _discovered(row, ended.exclude(state=State.FAILED.value).first()):
            events.announce(event)


def _discovered(row: Collection, before: Collection | None) -> Iterator[Happened]:
    found = Subject.objects.filter(connection=row.connection, gone=False, standing=Standing.MISSING.value)
    if before is not None:
        found = found.filter(first_at__gt=before.now)
    several = list(found.order_by("id")[: MOST + 1])
    if before is not None and len(several) <= MOST:
        for one in several:
            name = one.title or one.subject
            data = {"stream": one.stream, "subject": one.subject, "name": name, "kinds": one.kinds, "link": one.link}
            title = f"{row.connection.name} shows {name[:_LONGEST]}, which the catalog lacks."
            yield _new(row, title, {"count": 1, "number": one.pk, **data})
    elif count := found.count():
        things = "one thing" if count == 1 else f"{count:,} things"
        yield _new(row, f"{row.connection.name} shows {things} that the catalog lacks.", {"count": count})


def _new(row: Collection, title: str, data: Mapping[str, object]) -> Happened:
    return Happened(
        Happening.ENTITY_DISCOVERED,
        row.ended_at or clock.now(),
        title,
        todo="Say which entity it is, make it one, or have it ignored.",
        path=f"/connections/{row.connection.name}/discovery",
        key=f"entity.discovered:{row.connection.name}:{data.get('number', '')}",
        data={"connection": row.connection.name, "collection": row.pk, **data},
    )


def _failed(row: Collection, before: Collection | None) -> Happened:
    reason = row.error or next((str(fault["text"]) for fault in row.faults), "it gave no reason")
    last = f" It was read last at {clock.format_time(before.ended_at)}." if before and before.ended_at else ""
    return Happened(
        Happening.SOURCE_FAILED,
        row.ended_at or clock.now(),
        f"The connection {row.connection.name} could not be read.",
        why=f"{reason[:_LONGEST].rstrip('.')}.{last}",
        todo="Test the connection; its page says which permission or setting is in the way.",
        path=f"/connections/{row.connection.name}",
        severity=Severity.WARNING,
        key=f"source.failed:{row.connection.name}",
        data=_data(row),
    )


def _recovered(row: Collection) -> Happened:
    return Happened(
        Happening.SOURCE_RECOVERED,
        row.ended_at or clock.now(),
        f"The connection {row.connection.name} can be read again.",
        path=f"/connections/{row.connection.name}",
        key=f"source.recovered:{row.connection.name}",
        data=_data(row),
    )


def _data(row: Collection) -> dict[str, object]:
    return {"connection": row.connection.name, "collection": row.pk, "state": row.state}
