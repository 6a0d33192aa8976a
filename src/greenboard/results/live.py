"""The ground of now: read from the store, and kept in step with it for as long as a process lives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Entity
from greenboard.connections.store import trusted
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.merge import merge
from greenboard.facts.types import Fact, Gap
from greenboard.facts.vocabulary import Vocabulary
from greenboard.results import marks, store
from greenboard.results.ground import Ground
from greenboard.results.marks import ANYTHING, Mark
from greenboard.results.neighbourhood import Neighbourhood
from greenboard.rules.around import Levels
from greenboard.rules.columns import Frame, Row, Strings, micros
from greenboard.rules.tables import joined, patched, refreshed
from greenboard.rules.vectors import Array

_PART = 1_000
_TEXTS = 50_000
"""So many texts may come on top of twice those there were before the ones that nobody has any more are given up."""
_NEVER = np.iinfo(np.int64).max
Say = Callable[[int, int], None]
"""Told how many entities have been read, of how many."""


def load(at: datetime | None = None, entities: Collection[Ref] | None = None) -> Ground:
    """The ground as of a moment (None is now), with what is around each entity; or some entities, each on its own."""
    moment = at or clock.now()
    found = catalog.plain(at, refs=entities)
    known = facts.current(at, None if entities is None else [entity.ref for entity in found.values()])
    words, order = facts.vocabulary(), trusted()
    rows: list[Row] = [
        merge(*known.get(entity.ref, ([], [])), words, moment, order).values for entity in found.values()
    ]
    if entities is not None:
        ids = np.array(list(found), dtype=np.int64)
        return Ground(ids, tuple(found.values()), Frame.build(words, rows, moment))
    place = Neighbourhood.read(found, at)
    rows += [{} for _ in place.mentioned]
    frame = Frame.build(words, rows, moment, around=place.around(found))
    return Ground(place.ids(found), place.entities(found), frame)


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
        self._words: Vocabulary | None = None
        self._order: tuple[str, ...] = ()
        self._rows: dict[int, int] = {}
        self._known: dict[int, Entity | None] = {}
        self._living: dict[int, list[int]] = {}
        self._texts = 0
        self._expires: Array = np.zeros(0, dtype=np.int64)
        self._expired: set[int] = set()

    @property
    def loaded(self) -> bool:
        """Whether the whole catalog has been read, with the fact types that hold."""
        return self._ground is not None and self._words is facts.vocabulary()

    def ground(self, at: datetime) -> Ground:
        """The ground with the moment `at`, which is now. The first call reads the whole catalog."""
        with self._lock:
            words, order = facts.vocabulary(), trusted()
            anew = self._words is not words or self._order != order
            if self._ground is None or self._reader is None or anew:
                self._words, self._order = words, order
                self._reader = marks.Reader()
                self._ground = self._read(at)
            else:
                self._follow(self._reader.read(), at)
            return replace(self._ground, frame=self._ground.frame.at(at))

    def forget(self) -> None:
        """Read everything again when next asked."""
        with self._lock:
            self._ground = None

    def take_expired(self) -> set[int]:
        """The rows of which a fact grew too old since this was last asked."""
        with self._lock:
            found, self._expired = self._expired, set()
        return found

    def tell(self, scorecard: str, entities: Collection[int], at: datetime) -> Ground:
        """Take over levels that were just written, by surrogate ids, and mark them for other processes."""
        ranks = store.ranks(scorecard, entities)
        marks.note_levels(scorecard, entities, at)
        with self._lock:
            self._rank(scorecard, {number: ranks.get(number, -1) for number in entities})
            assert self._ground is not None
            return replace(self._ground, frame=self._ground.frame.at(at))

    def row(self, entity: int) -> int | None:
        """The row of an entity, given by its surrogate id."""
        return self._rows.get(entity)

    def living_in(self, repository: int) -> list[int]:
        """The surrogate ids of the components that live in a repository."""
        return self._living.get(repository, [])

    def _read(self, at: datetime) -> Ground:
        found = catalog.plain()
        self._living = _living()
        entities = list(found.values())
        strings = Strings()
        self._expires = np.full(len(entities), _NEVER, dtype=np.int64)
        frame = joined(self._parts(entities, at, strings))
        self._known = dict(found)
        self._rows = {number: row for row, number in enumerate(found)}
        self._texts = len(strings.texts)
        return self._placed(frame, at)

    def _placed(self, frame: Frame, at: datetime) -> Ground:
        """The ground of all that is known, with what is around it; `frame` has rows for the first of them."""
        place = Neighbourhood.read(self._known)
        self._known |= dict.fromkeys(place.mentioned)
        fresh = [number for number in self._known if number not in self._rows]
        for number in fresh:
            self._rows[number] = len(self._rows)
        if fresh:
            more = Frame.build(frame.vocabulary, [{} for _ in fresh], at, strings=frame.strings)
            frame = joined([frame, more])
            self._expires = np.concatenate([self._expires, np.full(len(fresh), _NEVER, dtype=np.int64)])
        ids = np.array(list(self._known), dtype=np.int64)
        return Ground(ids, tuple(self._known.values()), frame.at(at, place.around(self._known)))

    def _parts(self, entities: Sequence[Entity], at: datetime, strings: Strings) -> Iterator[Frame]:
        assert self._words is not None
        yield Frame.build(self._words, [], at, strings=strings)
        for start in range(0, len(entities), _PART):
            part = entities[start : start + _PART]
            told = _tell([entity.ref for entity in part], self._words, at, self._order)
            self._expires[start : start + len(part)] = [told[entity.ref].expires for entity in part]
            rows = [told[entity.ref].row for entity in part]
            yield Frame.build(self._words, rows, at, strings=strings)
            if self._say is not None:
                self._say(start + len(part), len(entities))

    def _follow(self, changed: Collection[Mark], at: datetime) -> None:
        assert self._ground is not None
        ids = {mark.entity for mark in changed if marks.tells_facts(mark)}
        declared = {mark.entity for mark in changed if ANYTHING in mark.paths}
        if declared:
            self._living = _living()
            # An identity may have been mentioned before it was declared, or no longer be.
            self._known |= {**dict.fromkeys(declared), **catalog.plain(ids=declared)}
            self._ground = self._placed(self._ground.frame, at)
        for scorecard, entities in marks.levels(changed).items():
            ranks = store.ranks(scorecard, entities)
            self._rank(scorecard, {number: ranks.get(number, -1) for number in entities})
        ids |= {one for home in ids for one in self.living_in(home)}
        stale = np.flatnonzero(self._expires < micros(at))
        self._expired.update(stale.tolist())
        ids |= set(self._ground.ids[stale].tolist())
        rows = [self._rows[number] for number in sorted(ids) if number in self._rows]
        if rows:
            self._replace(rows, at, None if declared else self._types(changed, aging=len(stale) > 0))
        if len(self._ground.frame.strings.texts) > 2 * self._texts + _TEXTS:
            self._ground = Ground(self._ground.ids, self._ground.entities, refreshed(self._ground.frame))
            self._texts = len(self._ground.frame.strings.texts)

    def _types(self, changed: Collection[Mark], *, aging: bool) -> set[str]:
        """The fact types of which something may have changed."""
        assert self._words is not None
        found = {path.partition(".")[0] for mark in changed for path in mark.paths}
        if aging:
            found |= {name for name, kind in self._words.types.items() if kind.max_age is not None}
        return found & self._words.types.keys()

    def _rank(self, scorecard: str, ranks: Mapping[int, int]) -> None:
        """Take over levels that changed."""
        assert self._ground is not None
        around = self._ground.frame.around
        known = around.levels.get(scorecard)
        changed = np.full(len(self._ground), -1, dtype=np.int16) if known is None else known.ranks.copy()
        for number, rank in ranks.items():
            if number in self._rows:
                changed[self._rows[number]] = rank
        levels = {**around.levels, scorecard: Levels(store.ladders().get(scorecard, ()), changed)}
        frame = self._ground.frame
        self._ground = self._ground.with_frame(frame.at(frame.now, replace(around, levels=levels)))

    def _replace(self, rows: Sequence[int], at: datetime, types: Collection[str] | None) -> None:
        """Read the facts of rows again; `types` are those that may differ, None is all."""
        assert self._ground is not None
        ground = self._ground
        refs = {row: entity.ref for row in rows if (entity := ground.entities[row]) is not None}
        there = {ref: int(ground.ids[row]) for row, ref in refs.items()}
        told = _tell(list(refs.values()), ground.frame.vocabulary, at, self._order, there) if refs else {}
        nothing = _Told({}, _NEVER)
        found = {row: told[refs[row]] if row in refs else nothing for row in rows}
        for row, one in found.items():
            self._expires[row] = one.expires
        frame = patched(ground.frame, {row: one.row for row, one in found.items()}, types)
        self._ground = ground.with_frame(frame)


def _living() -> dict[int, list[int]]:
    """The components that live in each repository, by surrogate ids."""
    found: dict[int, list[int]] = {}
    for component, repository in facts.homes(None).items():
        found.setdefault(repository, []).append(component)
    return found


def _tell(
    refs: Sequence[Ref], words: Vocabulary, at: datetime, order: Sequence[str], there: Mapping[Ref, int] | None = None
) -> Mapping[Ref, _Told]:
    """What is known of entities now; of one that is not in the catalog any more, nothing.

    Who knows which of them exist, with their surrogate ids, says so as `there`.
    """
    known = facts.current(None, refs, there)
    return {ref: _told(known.get(ref, ([], [])), words, at, order) for ref in refs}


def _told(known: tuple[list[Fact], list[Gap]], words: Vocabulary, at: datetime, order: Sequence[str]) -> _Told:
    ends = (
        micros(fact.observed_at + age)
        for fact in known[0]
        if fact.type in words.types
        and (age := words.types[fact.type].max_age) is not None
        and fact.observed_at + age >= at
    )
    return _Told(merge(*known, words, at, order).values, min(ends, default=_NEVER))
