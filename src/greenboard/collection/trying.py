"""A trial: what a collection would change, without writing any of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from greenboard.collection import matching, models, placing, reaching, removing
from greenboard.collection.intake import name_of
from greenboard.collection.matching import Index, Shown
from greenboard.collection.observing import NOTHING, Settled, lost, settle
from greenboard.collection.pulling import count
from greenboard.connections.models import Connection
from greenboard.connections.types import Ended, Event, Found, Missed, Progress, Seen, Subject
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.facts import change
from greenboard.facts.store import chunks, vocabulary
from greenboard.facts.stored import Reader

_SHOWN = 200
"""So many changes are told one by one."""
_PART = 500


@dataclass
class Trial:
    """What would become of one connection. It holds the numbers of what it saw, and nothing else that grows."""

    connection: Connection
    now: datetime
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    shown: list[dict[str, str]] = field(default_factory=list)
    missed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    standing: Counter[str] = field(default_factory=Counter)
    _seen: set[int] = field(default_factory=set)
    _named: dict[tuple[str, str], str] = field(default_factory=dict)
    _index: Index = field(init=False)
    _reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self._index = placing.index(self.connection)
        self._reader = Reader(vocabulary())

    def take(self, events: Sequence[Event]) -> None:
        """Hold a part against what is kept."""
        told = [one.subject for one in events if isinstance(one, Found | Missed | Seen)]
        subjects = {name_of(one): one for one in told if one is not None}
        self._meet({name: one for name, one in subjects.items() if name not in self._named})
        found = [one for one in events if isinstance(one, Found)]
        rows = self._kept(found)
        for one in found:
            self._compare(one, rows.get((*name_of(one.subject), one.type)))
        for miss in events:
            if isinstance(miss, Missed):
                self.missed[miss.type, miss.reason.fault, str(miss.reason)] += 1

    def _meet(self, fresh: dict[tuple[str, str], Subject]) -> None:
        """Say what the subjects are that were not met before."""
        shown = [Shown(number, one.stream, one.kinds, one.matches) for number, one in enumerate(fresh.values())]
        verdicts = matching.resolve(shown, self._index)
        decided = _decided(self.connection, fresh)
        for number, (name, subject) in enumerate(fresh.items()):
            verdict = verdicts[number]
            standing, entity = decided.get(name, (verdict.standing.value, verdict.entity))
            self.standing[standing] += 1
            ref = self._index.refs.get(entity) if entity is not None else None
            self._named[name] = str(ref) if ref else subject.title

    def _kept(self, found: Sequence[Found]) -> dict[tuple[str, str, str], models.Observation]:
        rows: dict[tuple[str, str, str], models.Observation] = {}
        for stream in {one.subject.stream for one in found}:
            ids = sorted({name_of(one.subject)[1] for one in found if one.subject.stream == stream})
            for part in chunks(ids):
                kept = models.Observation.objects.filter(
                    subject__connection=self.connection, subject__stream=stream, subject__subject__in=part
                )
                rows |= {(stream, row.subject.subject, row.type): row for row in kept.select_related("subject", "look")}
        return rows

    def _compare(self, one: Found, row: models.Observation | None) -> None:
        many = removing.many(one.type)
        before = Settled(row.value, row.fresh, row.moments.observed) if row else None
        settled = settle(many, before, one.value, one.observed_at)
        if row is not None:
            self._seen.add(row.pk)
        if before is None or before.value is None:
            self._tell("added", one.type, self._named[name_of(one.subject)], None, settled.value)
        elif before.value != settled.value or settled.fresh is not None:
            if settled.fresh is not None:
                self.counts[one.type]["gone"] += lost(many, before.value, settled.fresh)
            after = settled.fresh if settled.fresh is not None else settled.value
            self._tell("changed", one.type, self._named[name_of(one.subject)], before.value, after)
        else:
            self.counts[one.type]["same"] += 1

    def _tell(self, what: str, name: str, about: str, before: str | None, after: str | None) -> None:
        self.counts[name][what] += 1
        declared = vocabulary().stored.get(name)
        if len(self.shown) < _SHOWN and declared is not None:
            old, new = (self._reader.read(name, text) if text else None for text in (before, after))
            said = change.describe(declared, old, new)
            self.shown.append({"what": what, "type": name, "about": about, "said": said})

    def end(self, ended: Ended) -> None:
        """Count what would be gone."""
        bounds = removing.limit()
        kept = models.Observation.objects.filter(subject__connection=self.connection, value__isnull=False)
        for name in sorted(name for name, whole in ended.complete.items() if whole):
            rows = [row for row in kept.filter(type=name).select_related("subject") if row.pk not in self._seen]
            many = removing.many(name)
            for row in rows:
                self.counts[name]["gone"] += lost(many, row.value, NOTHING)
                if len(self.shown) < _SHOWN:
                    about = row.subject.title or row.subject.subject
                    self.shown.append({"what": "gone", "type": name, "about": about, "said": ""})
            total = sum(self.counts[name][what] for what in ("same", "changed", "gone"))
            if bounds.exceeded(self.counts[name]["gone"], total):
                self.counts[name]["waits"] = self.counts[name]["gone"]

    def outcome(self) -> dict[str, Any]:
        """What it came to, as it is kept and shown."""
        return {
            "types": {name: dict(figures) for name, figures in sorted(self.counts.items())},
            "shown": self.shown,
            "subjects": dict(self.standing),
        }

    def faults(self) -> list[dict[str, object]]:
        """What could not be looked at."""
        several = self.missed.most_common(_SHOWN)
        return [{"type": name, "fault": fault, "text": text, "count": count} for (name, fault, text), count in several]


def _decided(
    connection: Connection, names: dict[tuple[str, str], Subject]
) -> dict[tuple[str, str], tuple[str, int | None]]:
    found: dict[tuple[str, str], tuple[str, int | None]] = {}
    for stream in {stream for stream, _ in names}:
        for part in chunks([subject for one, subject in names if one == stream]):
            rows = models.Subject.objects.filter(connection=connection, stream=stream, subject__in=part, decided=True)
            found |= {(stream, row.subject): (row.standing, row.entity_id) for row in rows}
    return found


def attempt(number: int) -> None:
    """Carry a trial out, whole."""
    row = models.Collection.objects.select_related("connection").get(pk=number)
    assert row.now is not None, "it has begun"
    try:
        reached = reaching.reach(row.connection, models.Collection.objects.filter(pk=number, stop=True).exists)
    except UserError as error:
        models.Collection.objects.filter(pk=number).update(error=str(error))
        return
    trial, part, progress = Trial(row.connection, row.now), list[Event](), {}
    for event in reached.collect(row.now, keep=False):
        part.append(event)
        if isinstance(event, Progress):
            progress[event.stream] = [event.done, event.total]
        if isinstance(event, Ended):
            row.complete = {"types": dict(event.complete), "subjects": dict(event.subjects)}
            trial.take(part)
            part = []
            trial.end(event)
        if len(part) >= _PART:
            trial.take(part)
            part = []
            models.Collection.objects.filter(pk=number).update(progress=progress)
            count(row.connection_id, reached, clock.now())
    count(row.connection_id, reached, clock.now())
    row.progress, row.outcome, row.faults = progress, trial.outcome(), trial.faults()
    row.save(update_fields=["progress", "outcome", "faults", "complete"])
