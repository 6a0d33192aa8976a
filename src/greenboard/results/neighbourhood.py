"""What is around entities, read from the store: relations, names that are only mentioned, levels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Entity, RelationKind
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.merge import merge
from greenboard.results import store
from greenboard.results.around import build
from greenboard.results.judge import Subject, Surroundings
from greenboard.rules.around import Around, Levels
from greenboard.rules.vectors import Array


def near(number: int, as_of: datetime) -> Surroundings:
    """What is around one entity (its surrogate id), as far as rules may ask of it; with the facts of who is there."""
    ends = catalog.ends(as_of)
    ids = _near(number, ends)
    found = catalog.plain(as_of, ids=ids)
    own = {number: found[number]}
    others = {each: entity for each, entity in found.items() if each != number}
    known = facts.current(as_of, [entity.ref for entity in others.values()])
    words = facts.vocabulary()
    subjects = [Subject(entity, merge(*known.get(entity.ref, ([], [])), words, as_of)) for entity in others.values()]
    kept = tuple(end for end in ends if end[1] in ids and end[2] in ids)
    mentioned = ids - found.keys()
    place = Neighbourhood(kept, catalog.names(mentioned, as_of) if mentioned else {}, as_of)
    return Surroundings(subjects, place.around({**own, **others}))


def _near(number: int, ends: Collection[tuple[RelationKind, int, int]]) -> set[int]:
    """An entity, whom it is related to, who consumes what it provides, and what owns or contains any of them."""
    provided = {target for kind, source, target in ends if kind is RelationKind.PROVIDES and source == number}
    found = {number}
    for kind, source, target in ends:
        if number in (source, target) or (kind is RelationKind.CONSUMES and target in provided):
            found |= {source, target}
    above: dict[int, list[int]] = defaultdict(list)
    for kind, source, target in ends:
        if kind is RelationKind.PART_OF:
            above[source].append(target)
        elif kind is RelationKind.OWNS:
            above[target].append(source)
    waiting = list(found)
    while waiting:
        fresh = set(above[waiting.pop()]) - found
        found |= fresh
        waiting += fresh
    return found


@dataclass(frozen=True)
class Neighbourhood:
    """The relations between entities, by surrogate ids, and the names of ends that nobody declares."""

    ends: tuple[tuple[RelationKind, int, int], ...]
    mentioned: Mapping[int, Ref]
    as_of: datetime | None

    @classmethod
    def read(cls, known: Mapping[int, Entity | None], as_of: datetime | None = None) -> Neighbourhood:
        """Read the relations; `known` are the entities at hand, None among them those that are only mentioned."""
        ends = tuple(catalog.ends(as_of))
        nameless = {end for _, *pair in ends for end in pair} - known.keys()
        nameless |= {number for number, entity in known.items() if entity is None}
        return cls(ends, catalog.names(nameless, as_of) if nameless else {}, as_of)

    def entities(self, known: Mapping[int, Entity | None]) -> tuple[Entity | None, ...]:
        """An entity for each row: those at hand, then None for every other that is mentioned."""
        return tuple(self._all(known).values())

    def ids(self, known: Mapping[int, Entity | None]) -> Array:
        """The surrogate ids of all rows."""
        return np.array(list(self._all(known)), dtype=np.int64)

    def around(self, known: Mapping[int, Entity | None]) -> Around:
        """What is around each row."""
        rows = self._all(known)
        place = {number: row for row, number in enumerate(rows)}
        refs = [entity.ref if entity is not None else self.mentioned[number] for number, entity in rows.items()]
        numbered = [(kind, place[source], place[target]) for kind, source, target in self.ends]
        return build(list(rows.values()), refs, numbered, complete=True, levels=self._levels(rows))

    def _all(self, known: Mapping[int, Entity | None]) -> Mapping[int, Entity | None]:
        return {**known, **dict.fromkeys(number for number in self.mentioned if number not in known)}

    def _levels(self, ids: Iterable[int]) -> dict[str, Levels]:
        several = list(ids)
        found: dict[str, Levels] = {}
        for name, levels in store.ladders(self.as_of).items():
            ranks = store.ranks(name, as_of=self.as_of)
            told = (ranks.get(number, -1) for number in several)
            found[name] = Levels(levels, np.fromiter(told, dtype=np.int16, count=len(several)))
        return found
