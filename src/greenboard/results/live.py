"""The ground of now: read from the store, and kept in step with it for as long as a process lives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Entity
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.merge import merge
from greenboard.facts.types import Fact, Gap
from greenboard.facts.vocabulary import Vocabulary
from greenboard.results import marks
from greenboard.results.ground import Ground
from greenboard.results.marks import ANYTHING, Mark
from greenboard.rules.columns import Frame, Row, Strings, micros
from greenboard.rules.tables import joined, patched
from greenboard.rules.vectors import Array

_PART = 1_000
_NEVER = np.iinfo(np.int64).max
Say = Callable[[int, int], None]
"""Told how many entities have been read, of how many."""


def load(at: datetime | None = None, entities: Collection[Ref] | None = None) -> Ground:
    """The ground as of a moment (None is now): all entities of the catalog, or some. Reads what it needs."""
    moment = at or clock.now()
    found = catalog.plain(at, refs=entities)
    known = facts.current(at, None if entities is None else [entity.ref for entity in found.values()])
    words = facts.vocabulary()
    rows = [merge(*known.get(entity.ref, ([], [])), words, moment).values for entity in found.values()]
    return Ground(np.array(list(found), dtype=np.int64), tuple(found.values()), Frame.build(words, rows, moment))


@dataclass(frozen=True)
class _Told:
    """What is known of one entity: its row, and the moment (microseconds) from which some fact is too old."""

    row: Row
    expires: int


class Live:
    """Keeps the ground of now in memory, in columns; a cache that can be thrown away at any time.

    `ground` follows the marks that changes leave, so that it has everything that was committed before
    it is asked. It serves one process; threads take turns.
    """

    def __init__(self, say: Say | None = None) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._reader: marks.Reader | None = None
        self._ground: Ground | None = None
        self._rows: dict[int, int] = {}
        self._homes: dict[int, int] = {}
        self._expires: Array = np.zeros(0, dtype=np.int64)
        self._touched: set[int] = set()
        self._expired: set[int] = set()

    @property
    def loaded(self) -> bool:
        """Whether the whole catalog has been read once."""
        return self._ground is not None

    def ground(self, at: datetime) -> Ground:
        """The ground with the moment `at`, which is now. The first call reads the whole catalog."""
        with self._lock:
            if self._ground is None or self._reader is None:
                self._reader = marks.Reader()
                self._ground = self._read(at)
                self._touched = set(range(len(self._ground)))
            else:
                self._follow(self._reader.read(), at)
            return replace(self._ground, frame=self._ground.frame.at(at))

    def forget(self) -> None:
        """Read everything again when next asked."""
        with self._lock:
            self._ground = None

    def take_touched(self) -> set[int]:
        """The rows that were read since this was last asked."""
        with self._lock:
            found, self._touched = self._touched, set()
        return found

    def take_expired(self) -> set[int]:
        """The rows of which a fact grew too old since this was last asked."""
        with self._lock:
            found, self._expired = self._expired, set()
        return found

    def row(self, entity: int) -> int | None:
        """The row of an entity, given by its surrogate id."""
        return self._rows.get(entity)

    def living_in(self, repository: int) -> list[int]:
        """The surrogate ids of the components that live in a repository."""
        return [one for one, home in self._homes.items() if home == repository]

    def _read(self, at: datetime) -> Ground:
        found = catalog.plain()
        self._homes = facts.homes(None)
        entities = list(found.values())
        strings = Strings()
        self._expires = np.full(len(entities), _NEVER, dtype=np.int64)
        frame = joined(self._parts(entities, at, strings)) if entities else _empty(at, strings)
        self._rows = {number: row for row, number in enumerate(found)}
        return Ground(np.array(list(found), dtype=np.int64), tuple(entities), frame)

    def _parts(self, entities: Sequence[Entity], at: datetime, strings: Strings) -> Iterator[Frame]:
        for start in range(0, len(entities), _PART):
            part = entities[start : start + _PART]
            told = _tell([entity.ref for entity in part], at)
            self._expires[start : start + len(part)] = [told[entity.ref].expires for entity in part]
            rows = [told[entity.ref].row for entity in part]
            yield Frame.build(facts.vocabulary(), rows, at, strings=strings)
            if self._say is not None:
                self._say(start + len(part), len(entities))

    def _follow(self, changed: Collection[Mark], at: datetime) -> None:
        ids = {mark.entity for mark in changed}
        catalog_ids = {mark.entity for mark in changed if ANYTHING in mark.paths}
        if catalog_ids:
            self._homes = facts.homes(None)
        ids |= {one for one, home in self._homes.items() if home in ids}
        assert self._ground is not None
        stale = np.flatnonzero(self._expires < micros(at))
        self._expired.update(stale.tolist())
        ids |= set(self._ground.ids[stale].tolist())
        if catalog_ids:
            self._declare(catalog_ids, at)
        rows = [self._rows[number] for number in sorted(ids) if number in self._rows]
        if rows:
            self._replace(rows, at)

    def _declare(self, ids: Collection[int], at: datetime) -> None:
        """Take over what the catalog says of entities; those that are new get rows of their own."""
        assert self._ground is not None
        ground = self._ground
        found = catalog.plain(ids=ids)
        entities: list[Entity | None] = list(ground.entities)
        fresh = [number for number in sorted(found) if number not in self._rows]
        for number in ids:
            if number in self._rows:
                entities[self._rows[number]] = found.get(number)
        for number in fresh:
            self._rows[number] = len(entities)
            entities.append(found[number])
        frame = ground.frame
        if fresh:
            more = Frame.build(facts.vocabulary(), [{} for _ in fresh], at, strings=frame.strings)
            frame = joined([frame, more], frame.around)
            self._expires = np.concatenate([self._expires, np.full(len(fresh), _NEVER, dtype=np.int64)])
        known = np.concatenate([ground.ids, np.array(fresh, dtype=np.int64)])
        self._ground = Ground(known, tuple(entities), frame)

    def _replace(self, rows: Sequence[int], at: datetime) -> None:
        """Read the facts of rows again."""
        assert self._ground is not None
        ground = self._ground
        refs = {row: entity.ref for row in rows if (entity := ground.entities[row]) is not None}
        told = _tell(list(refs.values()), at) if refs else {}
        nothing = _Told({}, _NEVER)
        found = {row: told[refs[row]] if row in refs else nothing for row in rows}
        for row, one in found.items():
            self._expires[row] = one.expires
        frame = patched(ground.frame, {row: one.row for row, one in found.items()})
        self._ground = ground.with_frame(frame)
        self._touched.update(rows)


def _empty(at: datetime, strings: Strings) -> Frame:
    return joined([Frame.build(facts.vocabulary(), [], at, strings=strings)])


def _tell(refs: Sequence[Ref], at: datetime) -> Mapping[Ref, _Told]:
    """What is known of entities now; of one that is not in the catalog any more, nothing."""
    words = facts.vocabulary()
    known = facts.current(None, refs)
    return {ref: _told(known.get(ref, ([], [])), words, at) for ref in refs}


def _told(known: tuple[list[Fact], list[Gap]], words: Vocabulary, at: datetime) -> _Told:
    ends = (
        micros(fact.observed_at + age)
        for fact in known[0]
        if fact.type in words.types
        and (age := words.types[fact.type].max_age) is not None
        and fact.observed_at + age >= at
    )
    return _Told(merge(*known, words, at).values, min(ends, default=_NEVER))
