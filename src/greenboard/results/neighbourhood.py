"""What is around entities, read from the store: relations, names that are only mentioned, levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from greenboard.catalog import nearby
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Entity, RelationKind
from greenboard.connections.store import trusted
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.merge import merge
from greenboard.results import store
from greenboard.results.around import build
from greenboard.results.held import FEW
from greenboard.results.judge import Subject, Surroundings
from greenboard.rules.around import Around, Levels
from greenboard.rules.vectors import Array


def near(number: int, as_of: datetime) -> Surroundings:
    """What is around one entity (its surrogate id), as far as rules may ask of it; with the facts of who is there."""
    ids = _near(number, as_of)
    found = catalog.plain(as_of, ids=ids)
    own = {number: found[number]}
    others = {each: entity for each, entity in found.items() if each != number}
    known = facts.current(as_of, [entity.ref for entity in others.values()])
    words, order = facts.vocabulary(), trusted()
    subjects = [
        Subject(entity, merge(*known.get(entity.ref, ([], [])), words, as_of, order)) for entity in others.values()
    ]
    kept = tuple(nearby.ends(ids, as_of, both=True))
    mentioned = ids - found.keys()
    place = Neighbourhood(kept, catalog.names(mentioned, as_of) if mentioned else {}, as_of)
    return Surroundings(subjects, place.around({**own, **others}))


def _near(number: int, as_of: datetime) -> set[int]:
    """An entity, whom it is related to, who consumes what it provides, and what owns or contains any of them."""
    ends = nearby.ends([number], as_of)
    found = {number, *(end for _, *pair in ends for end in pair)}
    provided = {target for kind, source, target in ends if kind is RelationKind.PROVIDES and source == number}
    for kind, source, _ in nearby.ends(provided, as_of) if provided else ():
        if kind is RelationKind.CONSUMES:
            found.add(source)
    waiting = set(found)
    while waiting:
        waiting = nearby.above(waiting, as_of) - found
        found |= waiting
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
            ranks = store.ranks(name, several if len(several) <= FEW else None, as_of=self.as_of)
            told = (ranks.get(number, -1) for number in several)
            found[name] = Levels(levels, np.fromiter(told, dtype=np.int16, count=len(several)))
        return found
