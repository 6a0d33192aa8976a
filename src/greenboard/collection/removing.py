"""What a tool no longer shows: gone after a complete look, unless it is too much to be believed at once.

More than a tenth of a fact type, and more than ten, waits for somebody to confirm: a tool that answers
an empty list after ten thousand things is broken more often than it is empty. Whatever went can be
brought back, and does not go a second time without being asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from greenboard.access import audit
from greenboard.collection import models
from greenboard.collection.observing import NOTHING, lost, restored, size
from greenboard.collection.types import RemovalState
from greenboard.connections.models import Connection
from greenboard.core.errors import UserError
from greenboard.facts import bulk, store

_KEPT = frozenset({RemovalState.UNDONE.value, RemovalState.REFUSED.value})
"""What somebody decided to keep does not go by itself."""
_FIELDS = ("value", "fresh", "before", "removal", "observed_at")


class Decided(UserError):
    """A removal that somebody decided about already, or that is moot."""

    status = 409


@dataclass(frozen=True)
class Limit:
    """How much may go at once without anybody being asked: a share of a fact type, or so few."""

    share: float
    few: int

    def exceeded(self, count: int, total: int) -> bool:
        return count > self.few and count > self.share * total


def limit() -> Limit:
    """What this installation allows."""
    share: float = settings.REMOVAL_SHARE
    return Limit(share, settings.REMOVAL_FEW)


def remove(connection: Connection, now: datetime, complete: Mapping[str, bool], bounds: Limit) -> set[int]:
    """Settle what the collection of the moment `now` did not find; the surrogate ids of the entities concerned.

    `complete` says by fact type whether everything of it was read to the end.
    """
    with transaction.atomic():
        mine = models.Observation.objects.filter(subject__connection=connection, value__isnull=False)
        unseen = mine.filter(seen_at__lt=now, look=None)
        whole = [name for name, all_ in complete.items() if all_]
        unseen.filter(type__in=whole).exclude(fresh=NOTHING).update(fresh=NOTHING)
        return _settle(connection, now, bounds)


def remove_of(connection: Connection, now: datetime, subjects: Collection[int]) -> None:
    """Settle what a look at some subjects only, by their surrogate ids, found less of than before."""
    with transaction.atomic():
        _settle(connection, now, limit(), subjects)


def _settle(connection: Connection, now: datetime, bounds: Limit, among: Collection[int] | None = None) -> set[int]:
    """Let go what is little enough, and have the rest wait, fact type by fact type."""
    pending = Q(subject__connection=connection, fresh__isnull=False)
    if among is not None:
        pending &= Q(subject_id__in=list(among), seen_at=now)
    rows: dict[str, list[models.Observation]] = defaultdict(list)
    for row in models.Observation.objects.filter(pending).select_related("subject", "removal"):
        rows[row.type].append(row)
    waiting: set[str] = set()
    for name, several in rows.items():
        count = sum(lost(many(name), row.value, row.fresh or NOTHING) for row in several)
        total = _total(connection, name)
        figures: dict[str, Any] = {"at": now, "count": count, "total": total}
        asked = any(row.removal is not None and row.removal.state in _KEPT for row in several)
        if asked or bounds.exceeded(count, total):
            waiting.add(name)
            _note(several, _waiting(connection, name, figures))
        else:
            made = models.Removal(connection=connection, type=name, state=RemovalState.DONE.value, **figures)
            made.save()
            _let_go(several, made, now)
    if among is None:
        moot = models.Removal.objects.filter(connection=connection, state=RemovalState.WAITING.value)
        moot.exclude(type__in=waiting).update(state=RemovalState.OVER.value)
    return _entities(row for several in rows.values() for row in several)


def _waiting(connection: Connection, name: str, figures: Mapping[str, Any]) -> models.Removal:
    """The removal of a type that waits, with the figures of now: a later look asks the same question."""
    row, _ = models.Removal.objects.update_or_create(
        connection=connection, type=name, state=RemovalState.WAITING.value, defaults=figures
    )
    return row


def many(name: str) -> str | None:
    """The field that tells the items of a fact type apart."""
    declared = store.vocabulary().stored.get(name)
    return declared.many if declared else None


def _total(connection: Connection, name: str) -> int:
    """How many facts or items of a type the connection says."""
    found = models.Observation.objects.filter(subject__connection=connection, type=name, value__isnull=False)
    key = many(name)
    if key is None:
        return found.count()
    return sum(size(key, value) for value in found.values_list("value", flat=True).iterator())


def _note(rows: Iterable[models.Observation], made: models.Removal) -> None:
    for row in rows:
        row.removal = made
    bulk.change(models.Observation, ("removal",), rows)


def _let_go(rows: Collection[models.Observation], made: models.Removal, now: datetime) -> None:
    for row in rows:
        row.before, row.value = row.value, row.fresh or None
        row.fresh, row.removal, row.observed_at = None, made, now if row.value else row.observed_at
    bulk.change(models.Observation, _FIELDS, rows)


def confirm(removal: models.Removal, now: datetime, *, by: str) -> set[int]:
    """Let go what waited; the surrogate ids of the entities concerned.

    Raises:
        Decided: it does not wait.

    """
    with transaction.atomic():
        _decide(removal, RemovalState.WAITING, RemovalState.DONE, now, by)
        rows = _of(removal)
        _let_go(rows, removal, now)
        return _entities(rows)


def refuse(removal: models.Removal, now: datetime, *, by: str) -> set[int]:
    """Keep what waited. A later look that does not find it either asks again.

    Raises:
        Decided: it does not wait.

    """
    with transaction.atomic():
        _decide(removal, RemovalState.WAITING, RemovalState.REFUSED, now, by)
        rows = _of(removal)
        for row in rows:
            row.fresh = None
        bulk.change(models.Observation, ("fresh",), rows)
        return _entities(rows)


def undo(removal: models.Removal, now: datetime, *, by: str) -> set[int]:
    """Bring back what went; the surrogate ids of the entities concerned.

    Raises:
        Decided: it did not go, or came back already.

    """
    with transaction.atomic():
        _decide(removal, RemovalState.DONE, RemovalState.UNDONE, now, by)
        rows = [row for row in _of(removal) if row.before is not None]
        for row in rows:
            row.value = restored(many(row.type), row.before or "", row.value)
        bulk.change(models.Observation, ("value",), rows)
        return _entities(rows)


def _decide(removal: models.Removal, before: RemovalState, after: RemovalState, now: datetime, by: str) -> None:
    found = models.Removal.objects.filter(pk=removal.pk, state=before.value)
    if not found.update(state=after.value, decided_by=by, decided_at=now):
        raise Decided("it was decided about meanwhile", hint="Look at the page of the connection again.")
    told = {"type": removal.type, "count": removal.count, "of": removal.total}
    audit.note(f"removal.{after.value}", f"connection:{removal.connection.name}", after=told)


def _of(removal: models.Removal) -> list[models.Observation]:
    return list(models.Observation.objects.filter(removal=removal).select_related("subject"))


def _entities(rows: Iterable[models.Observation]) -> set[int]:
    return {row.subject.entity_id for row in rows if row.subject.entity_id is not None}


def leave(connection: Connection, now: datetime, complete: Mapping[str, bool]) -> int:
    """Note the subjects of streams read to the end that are not there any more, and hold nothing; how many."""
    whole = [stream for stream, all_ in complete.items() if all_]
    found = models.Subject.objects.filter(connection=connection, stream__in=whole, seen_at__lt=now, gone=False)
    empty = found.filter(look=None).exclude(observations__value__isnull=False)
    return models.Subject.objects.filter(pk__in=list(empty.values_list("pk", flat=True))).update(gone=True)
