"""Facts and gaps of what a connection says: of every entity that one of its subjects is.

Observations are the whole truth about what a connection says. Whatever changes (a collection, a
match, a removal), the facts of the entities concerned are made of them anew; only what differs is
written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from django.db import transaction

from greenboard.catalog.models import CURRENT, EntityVersion
from greenboard.collection import models
from greenboard.collection.observing import NOTHING, Moments, moments
from greenboard.collection.types import Standing
from greenboard.connections.models import Connection
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import looks, reading, store
from greenboard.facts.service import PATIENCE, Recorded, Whole, record
from greenboard.facts.types import Fact, Gap, Source, SourceKind
from greenboard.facts.vocabulary import FactError

About = Mapping[str, Collection[str]]
"""The streams of the subjects that a fact type is about, by its name."""
_WAITS = "The tool no longer shows {}. It stays until somebody confirms that on the page of the connection."


class _Observed(NamedTuple):
    """An observation, as far as facts are made of it."""

    type: str
    value: str | None
    fresh: str | None
    link: str
    moments: Moments

    @classmethod
    def of(cls, kept: tuple[Any, ...]) -> _Observed:
        """Of the columns `_KEPT`."""
        name, value, fresh, link, *at = kept
        return cls(name, value, fresh, link, moments(*at))


_KEPT = ("type", "value", "fresh", "link", "seen_at", "observed_at", "look__seen_at")


@dataclass(frozen=True)
class _Told:
    """What there is to say of some entities: their subjects, and by subject what was observed and missed."""

    refs: Mapping[int, Ref]
    subjects: Collection[models.Subject]
    observed: Mapping[int, Collection[_Observed]]
    missed: Mapping[int, Collection[models.Miss]]
    unread: Collection[models.Miss]


def keep(connection: Connection, entities: Collection[int], about: About) -> Recorded:
    """Record what a connection says of some entities, by their surrogate ids, and end what it says no longer."""
    with transaction.atomic():
        store.lock(entities)
        told = _told(connection, entities)
        source = _Sources(connection.name)
        gaps = list(_gaps(told, source, about))
        facts, broken = _facts(told, source, {(gap.entity, gap.type) for gap in gaps})
        whole = Whole(told.refs.values(), (SourceKind.CONNECTION,), (connection.name,))
        mine = looks.of(SourceKind.CONNECTION, connection.name)
        return record(facts, list(_joined([*broken, *gaps])), clock.now(), whole=whole, going=mine)


def forget(connection: Connection, entities: Collection[int]) -> Recorded:
    """End all that a connection says of some entities."""
    with transaction.atomic():
        store.lock(entities)
        whole = Whole(store.names_of(entities).values(), (SourceKind.CONNECTION,), (connection.name,))
        return record([], [], clock.now(), whole=whole)


@dataclass(frozen=True)
class _Sources:
    """Names the source of what is said of a subject. Several subjects may be one entity, so each has a place."""

    name: str

    def place(self, subject: models.Subject) -> str:
        return f"{subject.stream}/{quote(subject.subject, safe='/ @+,()')}"

    def of(self, place: str, link: str) -> Source:
        return Source(SourceKind.CONNECTION, self.name, place, link=link)


def _told(connection: Connection, entities: Collection[int]) -> _Told:
    refs: dict[int, Ref] = {}
    subjects: list[models.Subject] = []
    for part in store.chunks(sorted(entities)):
        there = EntityVersion.objects.filter(CURRENT, entity_id__in=part)
        named = there.values_list("entity_id", "kind", "namespace", "name")
        refs |= {number: Ref(*parts) for number, *parts in named}
        subjects += models.Subject.objects.filter(
            connection=connection, entity_id__in=part, standing=Standing.MATCHED.value
        )
    subjects = [subject for subject in subjects if subject.entity_id in refs]
    observed: dict[int, list[_Observed]] = defaultdict(list)
    missed: dict[int, list[models.Miss]] = defaultdict(list)
    for numbers in store.chunks(sorted(subject.pk for subject in subjects)):
        rows = models.Observation.objects.filter(subject_id__in=numbers)
        for number, *columns in rows.values_list("subject_id", *_KEPT):
            observed[number].append(_Observed.of(tuple(columns)))
        for miss in models.Miss.objects.filter(subject_id__in=numbers):
            missed[miss.subject_id or 0].append(miss)
    unread = list(models.Miss.objects.filter(connection=connection, subject=None))
    return _Told(refs, subjects, observed, missed, unread)


def _facts(told: _Told, source: _Sources, failing: Collection[tuple[Ref, str]]) -> tuple[list[Fact], list[Gap]]:
    """The facts, and gaps for what was stored in a form that its fact type no longer has.

    What a tool said last stands through its outage, see `facts.service.record`, and not longer.
    """
    words, now = store.vocabulary(), clock.now()
    decode = reading.decoder()
    ageless = {name for name, declared in words.stored.items() if declared.max_age is None}
    facts, broken = [], []
    for subject in told.subjects:
        ref, place = told.refs[subject.entity_id or 0], source.place(subject)
        for row in told.observed.get(subject.pk, ()):
            outlived = row.type in ageless and now - row.moments.seen > PATIENCE and (ref, row.type) in failing
            if row.value is None or (outlived and row.fresh is None):
                continue
            said = source.of(place, row.link or subject.link)
            try:
                facts.append(Fact(ref, row.type, decode(row.type, row.value), said, row.moments.observed))
            except FactError as error:
                broken.append(Gap(ref, row.type, f"seen in an older form: {error}", said, row.moments.seen))
    return facts, broken


def _gaps(told: _Told, source: _Sources, about: About) -> Iterator[Gap]:
    for subject in told.subjects:
        ref, said = told.refs[subject.entity_id or 0], source.of(source.place(subject), subject.link)
        observed = {row.type: row for row in told.observed.get(subject.pk, ())}
        for miss in told.missed.get(subject.pk, ()):
            yield Gap(ref, miss.type, reason(miss), said, miss.at)
        for miss in told.unread:
            seen = observed[miss.type].moments.seen if miss.type in observed else None
            unseen = seen is None or seen < miss.at or bool(miss.fields)
            if unseen and subject.stream in about.get(miss.type, ()):
                yield Gap(ref, miss.type, reason(miss), said, miss.at)
        for row in observed.values():
            if row.fresh is not None:
                what = "this" if row.fresh == NOTHING else "some of this"
                yield Gap(ref, row.type, _WAITS.format(what), said, row.moments.seen)


def reason(miss: models.Miss) -> str:
    """Why there is no fact, in a sentence or two."""
    fields = f"{', '.join(miss.fields)}: " if miss.fields else ""
    called = f" ({miss.what}{f': {miss.status}' if miss.status else ''})" if miss.what else ""
    needed = f" It needs the permission: {miss.missing}." if miss.missing else ""
    return f"{fields}{miss.text}{called}{needed}"


def _joined(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """One gap for each type and place, with every reason: facts keep one statement for each."""
    found: dict[tuple[Ref, str, str], list[Gap]] = defaultdict(list)
    for gap in gaps:
        found[gap.entity, gap.type, gap.source.location].append(gap)
    for (ref, name, _), several in found.items():
        said = "; ".join(dict.fromkeys(gap.reason for gap in several))
        yield Gap(ref, name, said, several[0].source, max(gap.since for gap in several))
