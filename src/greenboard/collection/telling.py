"""That a connection could not be read, and that it can again: once for each turn, however many entities it is about."""

from __future__ import annotations

from greenboard.collection.models import Collection
from greenboard.collection.types import Kind, State
from greenboard.core import clock, events
from greenboard.core.happened import Happened, Happening, Severity

_LONGEST = 300


def tell(row: Collection) -> None:
    """Announce a collection that just ended if it failed and the one before did not, or the other way round."""
    if row.kind != Kind.WHOLE or row.state == State.STOPPED:
        return
    ended = Collection.objects.filter(connection=row.connection, kind=Kind.WHOLE.value, pk__lt=row.pk)
    before = ended.filter(ended_at__isnull=False).exclude(state=State.STOPPED.value).order_by("-id").first()
    failed, failing = row.state == State.FAILED, before is not None and before.state == State.FAILED
    if failed and not failing:
        events.announce(_failed(row, before))
    elif failing and not failed:
        events.announce(_recovered(row))


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
