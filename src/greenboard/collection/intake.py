"""Taking in what the runtime says of a connection, part by part, each part whole or not at all.

Taking the same part in twice changes nothing, so that a collection whose process died may say it again.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.db import transaction

from greenboard.collection import leaving, models
from greenboard.collection.observing import Moments, Settled, moments, settle
from greenboard.connections.models import Connection
from greenboard.connections.types import Ended, Event, Found, Missed, Seen, Subject
from greenboard.facts import bulk, looks
from greenboard.facts.looks import THINGS
from greenboard.facts.models import Look
from greenboard.facts.store import chunks, storable
from greenboard.facts.types import SourceKind
from greenboard.facts.vocabulary import Vocabulary

_LONGEST, _LINK = 400, 2000
_ADDRESS = re.compile(r"https?://[!-~]+")
_BATCH = 200
_Name = tuple[str, str]
"""Stream and id of a subject."""
_COLUMNS = ("subject", "type", "value", "fresh", "link", "observed_at", "seen_at", "look")
_CHANGED = ("value", "fresh", "before", "removal", "link", "observed_at", "seen_at", "look")


def opened(link: str) -> str:
    """A link that a browser may open; "" for anything else that a tool gives as one."""
    return link if len(link) <= _LINK and _ADDRESS.fullmatch(link) else ""


def name_of(subject: Subject) -> _Name:
    """What tells a subject apart within its connection."""
    return subject.stream, storable(subject.id)[:_LONGEST]


@dataclass
class Intake:
    """What one collection or refresh brings, as it comes. For one thread at a time.

    `now` is the moment at which all of it was seen. What somebody saw later stays as it is. `met` are the
    subjects that are new, or are described otherwise than before: they may be other entities. Of a `whole` collection
    nothing is written for what is as it was; `end` tells that it was seen.
    """

    connection: Connection
    now: datetime
    vocabulary: Vocabulary
    whole: bool = False
    met: set[int] = field(default_factory=set)
    _looks: dict[str, Look] = field(default_factory=dict)
    _same: array[int] = field(default_factory=lambda: array("q"))
    _types: set[str] = field(default_factory=set)
    _known: dict[_Name, int] = field(default_factory=dict)
    _missed: set[tuple[object, ...]] | None = None

    def take(self, events: Iterable[Event]) -> set[int]:
        """Keep a part; the surrogate ids of its subjects."""
        several = list(events)
        with transaction.atomic():
            self._open({one.type for one in several if isinstance(one, Found)})
            ids = self._subjects([one.subject for one in several if isinstance(one, Found | Missed | Seen)])
            self._observations([one for one in several if isinstance(one, Found)], ids)
            self._misses([one for one in several if isinstance(one, Missed)], ids)
        return set(ids.values())

    def end(self, ended: Ended) -> None:
        """Tell what of a whole collection was seen, and which is not seen any more.

        Of a type of which nothing came, and which was not read to its end, nothing is told.
        """
        with transaction.atomic():
            several = [one for name, one in self._looks.items() if name in self._types or ended.complete.get(name)]
            same = np.unique(np.array(self._same, dtype=np.int64))
            mine = models.Observation.objects.filter(subject__connection=self.connection)
            leaving.leave(mine, several, same, self.now)
            if self._known or any(ended.subjects.values()):
                several.append(self._looks[THINGS])
                shown = np.unique(np.array(list(self._known.values()), dtype=np.int64))
                things = models.Subject.objects.filter(connection=self.connection)
                leaving.leave(things, several[-1:], shown, self.now)
            looks.see(several, self.now)

    def _open(self, types: set[str]) -> None:
        """The looks at fact types, made where there are none."""
        self._types |= types
        if not self._looks or types - self._looks.keys():
            name = self.connection.name
            self._looks = looks.opened(SourceKind.CONNECTION, name, {THINGS, *self._types}, self.now)

    def _subjects(self, told: Iterable[Subject | None]) -> dict[_Name, int]:
        several = {name_of(one): one for one in told if one is not None}
        fresh = {name: one for name, one in several.items() if name not in self._known}
        if fresh:
            self._known |= self._enter(fresh)
        return {name: self._known[name] for name in several}

    def _enter(self, fresh: Mapping[_Name, Subject]) -> dict[_Name, int]:
        """Subjects that this collection sees for the first time, whether or not one before it saw them."""
        rows = {(row.stream, row.subject): row for row in _stored(self.connection.pk, fresh)}
        changed, made = [], []
        for name, subject in fresh.items():
            row = rows.get(name)
            if row is None:
                row = models.Subject(connection=self.connection, stream=name[0], subject=name[1])
                row.first_at, row.seen_at, row.look = self.now, self.now, self._looks[THINGS]
                made.append(row)
            elif row.gone or _differs(row, subject):
                changed.append(row)
            _describe(row, subject)
        models.Subject.objects.bulk_create(made, batch_size=_BATCH)
        bulk.change(models.Subject, ("kinds", "title", "link", "matches", "gone"), changed)
        self.met |= {row.pk for row in (*made, *changed)}
        found = {(row.stream, row.subject): row.pk for row in (*rows.values(), *made)}
        alone = [row.pk for row in rows.values() if row.look_id is None or not self.whole]
        for part in chunks(sorted(alone)):
            moved = models.Subject.objects.filter(id__in=part, seen_at__lt=self.now)
            moved.update(seen_at=self.now, look=self._looks[THINGS])
        return found

    def _observations(self, found: Sequence[Found], ids: Mapping[_Name, int]) -> None:
        told = {(ids[name_of(one.subject)], one.type): one for one in found}
        rows = _observed({subject for subject, _ in told})
        touched: dict[tuple[datetime, str], list[int]] = {}
        changed: dict[int, tuple[Settled, str]] = {}
        made = []
        for (subject, name), one in told.items():
            row = rows.get((subject, name))
            declared = self.vocabulary.stored.get(name)
            before = Settled(row.value, row.fresh, row.moments.observed) if row else None
            settled = settle(declared.many if declared else None, before, one.value, one.observed_at)
            link = opened(one.link) or opened(one.subject.link)
            if row is None:
                text = storable(settled.value or "")
                made.append((subject, name, text, None, link, settled.observed_at, self.now, self._looks[name].pk))
            elif row.seen_at > self.now:
                continue
            elif (row.value, row.fresh, row.link) == (settled.value, settled.fresh, link):
                if self.whole and row.tells(settled.observed_at, self.now):
                    self._same.append(row.pk)
                else:
                    touched.setdefault((settled.observed_at, name), []).append(row.pk)
            else:
                changed[row.pk] = settled, link
        bulk.insert(models.Observation, _COLUMNS, made)
        self._change(changed)
        for (observed, name), numbers in touched.items():
            for part in chunks(numbers):
                moved = models.Observation.objects.filter(id__in=part)
                moved.update(seen_at=self.now, observed_at=observed, look=self._looks[name])

    def _change(self, changed: Mapping[int, tuple[Settled, str]]) -> None:
        for part in chunks(sorted(changed)):
            rows = list(models.Observation.objects.filter(id__in=part))
            for row in rows:
                settled, row.link = changed[row.pk]
                row.value, row.fresh, row.observed_at = settled.value, settled.fresh, settled.observed_at
                row.seen_at, row.look = self.now, self._looks[row.type]
                if settled.fresh is None:
                    row.before, row.removal_id = None, None
            bulk.change(models.Observation, _CHANGED, rows)

    def _misses(self, missed: Sequence[Missed], ids: Mapping[_Name, int]) -> None:
        if not missed:
            return
        made = []
        for one in missed:
            row = models.Miss(
                connection=self.connection,
                subject_id=ids[name_of(one.subject)] if one.subject else None,
                type=one.type,
                fields=list(one.fields),
                fault=one.reason.fault,
                text=storable(one.reason.text),
                status=one.reason.status,
                what=storable(one.reason.what),
                missing=one.reason.missing,
                at=self.now,
            )
            if (key := _same(row)) not in self._said():
                self._said().add(key)
                made.append(row)
        models.Miss.objects.bulk_create(made, batch_size=_BATCH)

    def _said(self) -> set[tuple[object, ...]]:
        """The misses of this collection that are kept already, by whoever had it before."""
        if self._missed is None:
            rows = models.Miss.objects.filter(connection=self.connection, at=self.now)
            self._missed = {_same(row) for row in rows}
        return self._missed


def _same(row: models.Miss) -> tuple[object, ...]:
    return row.type, row.subject_id, tuple(row.fields), row.text, row.what


def _stored(connection: int, names: Collection[_Name]) -> list[models.Subject]:
    found: list[models.Subject] = []
    for stream in {stream for stream, _ in names}:
        rows = models.Subject.objects.filter(connection_id=connection, stream=stream)
        for part in chunks([subject for one, subject in names if one == stream]):
            found += rows.filter(subject__in=part)
    return found


class _Kept(NamedTuple):
    """An observation as it is kept: read very often, and seldom changed."""

    pk: int
    value: str | None
    fresh: str | None
    link: str
    observed_at: datetime
    seen_at: datetime
    look: datetime | None

    @property
    def moments(self) -> Moments:
        return moments(self.seen_at, self.observed_at, self.look)

    def tells(self, observed_at: datetime, now: datetime) -> bool:
        """Whether its look tells that it was seen now, and is of that moment."""
        if self.look is None:
            return False
        follows = self.observed_at == self.seen_at
        return follows if observed_at == now else observed_at == self.observed_at and not follows


def _observed(subjects: Collection[int]) -> dict[tuple[int, str], _Kept]:
    found: dict[tuple[int, str], _Kept] = {}
    for part in chunks(sorted(subjects)):
        rows = models.Observation.objects.filter(subject_id__in=part)
        for subject, name, *kept in rows.values_list("subject_id", "type", *_Kept._fields[:-1], "look__seen_at"):
            found[subject, name] = _Kept(*kept)
    return found


def _told(subject: Subject) -> dict[str, object]:
    return {
        "kinds": list(subject.kinds),
        "title": storable(subject.title),
        "link": opened(subject.link),
        "matches": [[one.by, storable(one.value)] for one in subject.matches],
    }


def _differs(row: models.Subject, subject: Subject) -> bool:
    return any(getattr(row, name) != value for name, value in _told(subject).items())


def _describe(row: models.Subject, subject: Subject) -> None:
    row.gone = False
    for name, value in _told(subject).items():
        setattr(row, name, value)
