"""Starting and stopping collections, and their steps in order.

A collection pulls everything first, then matches, lets go what is gone, and makes facts of what is
there. Each step may be done twice: a process that takes over begins with the one that was under way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from greenboard.access import audit
from greenboard.collection import models, placing, pulling, reaching, removing, telling
from greenboard.collection.keeping import forget, keep
from greenboard.collection.types import OPEN, Kind, State
from greenboard.connections import service
from greenboard.connections.models import Connection
from greenboard.core import clock, collecting
from greenboard.core.errors import UserError
from greenboard.durable import outbox
from greenboard.durable.types import Workflow
from greenboard.facts.service import Recorded, tell
from greenboard.facts.types import SourceKind

PART = 250
"""So many entities are recorded together."""
_FAULTS = 200


class Busy(UserError):
    """A connection that is being collected already."""

    status = 409


def start(connection: Connection, workflow: Workflow, *, kind: Kind = Kind.WHOLE, by: str = "") -> models.Collection:
    """Have a collection run as soon as a worker is free.

    Raises:
        Busy: one is open already.

    """
    now = clock.now()
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = models.Collection.objects.create(
                    connection=connection, kind=kind.value, asked_by=by, asked_at=now
                )
        except IntegrityError:
            raise Busy(f"{connection} is being collected already", hint="Wait for its end, or stop it.") from None
        row.run = outbox.wish(workflow, {"collection": row.pk, "kind": kind.value})
        row.save(update_fields=["run"])
        _plan(connection, now)
        if by:
            audit.note("collection.started", f"connection:{connection.name}", after={"kind": kind.value, "by": by})
    return row


def _plan(connection: Connection, now: datetime) -> None:
    every = service.every(connection)
    due = now + every if every and connection.enabled else None
    Connection.objects.filter(pk=connection.pk).update(due_at=due)


def stop(row: models.Collection, *, by: str) -> None:
    """Have a collection end soon: what it saw until then stays.

    Raises:
        Busy: it is over already.

    """
    with transaction.atomic():
        found = models.Collection.objects.filter(pk=row.pk, state__in=[one.value for one in OPEN])
        if not found.update(stop=True):
            raise Busy("this collection is over already")
        audit.note("collection.stopped", f"connection:{row.connection.name}", after={"by": by})


def begin(number: int) -> bool:
    """Take the moment at which a collection stands; whether there is anything to pull."""
    row = _row(number)
    if row.state == State.WAITING.value:
        row.now, row.state = row.now or clock.now(), State.RUNNING.value
        row.save(update_fields=["now", "state"])
    try:
        service.opened(row.connection)
    except UserError as error:
        _end(row, State.FAILED, str(error))
        return False
    return row.state == State.RUNNING.value


def pull(number: int) -> bool:
    """Keep the next part of what the tool shows; whether there is more."""
    return pulling.part(number)


def settle(number: int) -> None:
    """Match what was seen, and let go what is gone."""
    row = _row(number)
    assert row.now is not None, "it has begun"
    types, subjects = row.complete.get("types", {}), row.complete.get("subjects", {})
    if row.stop:
        types, subjects = {}, {}
    with transaction.atomic():
        placing.place(row.connection)
        if not row.stop:
            removing.remove(row.connection, row.now, types, removing.limit())
            removing.leave(row.connection, row.now, subjects)
            models.Miss.objects.filter(connection=row.connection, at__lt=row.now).delete()


def record(number: int, after: int) -> int | None:
    """Make facts of what is there of the entities beyond a surrogate id; the last one, None when that was all.

    The first part also ends what was said of entities that no subject is any more.
    """
    row = _row(number)
    known = placing.entities(row.connection)
    if after == 0:
        lost_ = sorted(set(placing.speaking(row.connection)) - set(known))
        for start_ in range(0, len(lost_), PART):
            _count(number, forget(row.connection, lost_[start_ : start_ + PART]))
    part = [entity for entity in known if entity > after][:PART]
    if not part:
        return None
    with collecting.paused():
        _count(number, keep(row.connection, part, reaching.about_of(row.connection)))
    return part[-1]


def _count(number: int, done: Recorded) -> None:
    with transaction.atomic():
        locked = models.Collection.objects.select_for_update().get(pk=number)
        figures = Counter(locked.outcome.get("facts", {}))
        figures.update(began=done.began, ended=done.ended, same=done.same)
        locked.outcome |= {"facts": dict(figures)}
        locked.save(update_fields=["outcome"])


def end(number: int) -> None:
    """Say what came of a collection."""
    row = _row(number)
    if State(row.state).over:
        return
    if row.kind == Kind.WHOLE:
        assert row.now is not None, "it has begun"
        row.faults = faults(row.connection, row.now)
        row.outcome |= {"subjects": standing(row.connection), "removed": _removed(row)}
        tell(SourceKind.CONNECTION, row.connection.name, clock.now())
    _end(row, _state(row), row.error)


def _state(row: models.Collection) -> State:
    whole = list(row.complete.get("types", {}).values())
    if row.stop:
        return State.STOPPED
    if not any(whole) and not _saw_anything(row):
        return State.FAILED
    return State.DONE if all(whole) and not row.faults else State.PARTIAL


def _saw_anything(row: models.Collection) -> bool:
    if row.kind == Kind.TRIAL:
        return bool(row.outcome.get("types"))
    since = row.now or row.asked_at
    return models.Subject.objects.filter(connection=row.connection, look__seen_at__gte=since).exists()


def _end(row: models.Collection, state: State, error: str = "") -> None:
    row.state, row.error, row.ended_at = state.value, error, clock.now()
    with transaction.atomic():
        row.save(update_fields=["state", "error", "ended_at", "faults", "outcome"])
        telling.tell(row)


def standing(connection: Connection) -> dict[str, int]:
    """How many subjects are matched, missing, ambiguous and ignored."""
    rows = models.Subject.objects.filter(connection=connection, gone=False)
    return dict(Counter(rows.values_list("standing", flat=True)))


def faults(connection: Connection, now: datetime) -> list[dict[str, object]]:
    """What could not be looked at in the collection of a moment, the same reasons together, the most frequent first."""
    rows = models.Miss.objects.filter(connection=connection, at=now).select_related("subject")
    found: dict[tuple[object, ...], dict[str, object]] = {}
    counts: Counter[tuple[object, ...]] = Counter()
    for row in rows.iterator():
        key = (row.type, row.fault, row.status, row.missing, row.text, tuple(row.fields))
        counts[key] += 1
        found.setdefault(key, _fault(row))
    return [{**found[key], "count": count} for key, count in counts.most_common(_FAULTS)]


def _fault(row: models.Miss) -> dict[str, object]:
    told = {name: getattr(row, name) for name in ("type", "fault", "text", "status", "what", "missing", "fields")}
    return {**told, "example": row.subject.title or row.subject.subject if row.subject else ""}


def _removed(row: models.Collection) -> list[dict[str, object]]:
    made = models.Removal.objects.filter(connection=row.connection, at=row.now or row.asked_at)
    return [{"type": one.type, "state": one.state, "count": one.count, "total": one.total} for one in made]


def _row(number: int) -> models.Collection:
    return models.Collection.objects.select_related("connection").get(pk=number)


def lost(now: datetime, patience: timedelta) -> Sequence[models.Collection]:
    """Open collections that nobody has said anything of for long."""
    waiting = models.Collection.objects.filter(state__in=[one.value for one in OPEN], asked_at__lt=now - patience)
    return list(waiting.select_related("connection"))


def fail(row: models.Collection, error: str) -> None:
    """End a collection whose durable work ended without it."""
    with transaction.atomic():
        locked = models.Collection.objects.select_for_update().get(pk=row.pk)
        if not State(locked.state).over:
            _end(locked, State.FAILED, error)


def retire(connection: Connection, workflow: Workflow) -> bool:
    """Remove a connection and end everything that it says; whether that is done. Where it says much, a worker does it.

    Until then it is switched off.

    Raises:
        Busy: it is being collected.

    """
    with transaction.atomic():
        if models.Collection.objects.filter(connection=connection, state__in=[one.value for one in OPEN]).exists():
            raise Busy(f"{connection} is being collected", hint="Stop that first.")
        if len(placing.speaking(connection)) > PART:
            Connection.objects.filter(pk=connection.pk).update(enabled=False, due_at=None)
            outbox.wish(workflow, {"connection": connection.pk})
            audit.note("connection.removing", f"connection:{connection.name}")
            return False
        _forget(connection)
    return True


def retired(number: int) -> bool:
    """End a part of what a connection says that is to go, and at last the connection; whether it is gone."""
    connection = Connection.objects.filter(pk=number).first()
    if connection is None:
        return True
    spoken = placing.speaking(connection)
    if len(spoken) > PART:
        forget(connection, spoken[:PART])
        return False
    with transaction.atomic():
        _forget(connection)
    return True


def _forget(connection: Connection) -> None:
    forget(connection, placing.speaking(connection))
    work_file = reaching.work_file(connection)
    service.remove(connection)
    work_file.unlink(missing_ok=True)
